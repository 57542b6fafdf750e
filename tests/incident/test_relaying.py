"""The relay that `labutils relay` puts before the provider, as a browser meets it."""

import re
import socket
from threading import Thread

import httpx
import pytest
from werkzeug.test import Client

from labutils.__main__ import main
from labutils.incident import relaying
from labutils.incident.relaying import SIGN_IN, Phisher, serve_relay

HOSTS = ["evil.localhost:9001", "localhost:9001"]


@pytest.fixture(scope="module")
def lines():
    """What is printed by a relay that is served on free ports, from then on."""
    printed = []
    Thread(target=serve_relay, args=(0, printed.append), daemon=True).start()
    while len(printed) < 2:
        pass
    return printed


def links(lines):
    """Tom's two links, by host."""
    return re.findall(r"http://(\S+)/", lines[1])


def through(host):
    """A browser that reaches that host. No name is looked up: *.localhost is this machine."""
    port = host.rpartition(":")[2]
    return httpx.Client(
        base_url=f"http://localhost:{port}", headers={"Host": host}, trust_env=False
    )


def test_the_two_links_and_the_address_for_the_key_are_printed(lines):
    assert lines[0].startswith("your key:    http://localhost:")
    assert [host.partition(":")[0] for host in links(lines)] == ["evil.localhost", "localhost"]


@pytest.mark.parametrize("number", [0, 1])
def test_a_password_without_a_key_gives_tom_a_session(lines, number):
    host = links(lines)[number]
    with through(host) as ada:
        asked = ada.get("/")
        assert (asked.status_code, asked.headers["location"]) == (302, SIGN_IN)
        page = ada.get(SIGN_IN)
        assert page.status_code == 200 and "password" in page.text
        form = {"username": "ada", "password": "lab-password"}
        signed_in = ada.post(SIGN_IN, data=form, headers={"Origin": f"http://{host}"})
    assert signed_in.is_success or signed_in.is_redirect
    assert lines[-1] == f"{host}: Tom has the password, a session"


def test_a_wrong_password_gives_him_that_password_alone(lines):
    real = re.search(r"http://localhost:\d+", lines[0])[0]
    phisher = Phisher(real, HOSTS, (said := []).append)
    ada = Client(phisher)
    headers = {"Host": HOSTS[0], "Origin": f"http://{HOSTS[0]}"}
    form = {"username": "ada", "password": "a guess"}
    assert ada.post(SIGN_IN, headers=headers, data=form).status_code == 403
    assert said == [f"{HOSTS[0]}: Tom has the password"]
    assert relaying.loot(phisher.relays[HOSTS[1]]) == "nothing"


@pytest.mark.parametrize("host", ["tom.example", "localhost:1", "x.evil.localhost:9001"])
def test_other_names_that_lead_here_are_refused(host):
    phisher = Phisher("http://localhost:9000", HOSTS, print)
    answer = Client(phisher).get("/", headers={"Host": host})
    assert answer.status_code == 421
    assert "evil.localhost:9001 and localhost:9001" in answer.text


def test_a_port_that_is_taken_is_said(capsys):
    with socket.create_server(("localhost", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["relay", "--port", str(port)]) == 2
    assert f"Port {port} or {port + 1} on localhost is in use" in capsys.readouterr().err
