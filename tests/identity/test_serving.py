"""The provider that `labutils serve` puts on loopback: whom it answers, how long, what it keeps."""

import os
import re
import signal
import socket
import subprocess
import time
from threading import Thread

import httpx
import pytest
from served import authorize, free_port, idle, served, start
from sign_in_helpers import ADA, answer, is_consent_page, is_login_page, question

from labutils.identity import serving
from labutils.identity.course_provider import product
from labutils.identity.person import Form
from labutils.identity.serving import Loopback, Server
from labutils.lab import Lab


def raw(issuer: str, request: str) -> bytes:
    """What comes back for these bytes, until the server closes the connection."""
    with idle(issuer, request.encode()) as connection:
        connection.settimeout(5)
        said = b""
        while more := connection.recv(65536):
            said += more
    return said


def status(said: bytes) -> int:
    return int(said.split()[1])


# --- host ---------------------------------------------------------------------------------------


def test_serve_answers_to_its_own_host_alone():
    """DNS rebinding: a page of evil.example whose name was made to lead to this machine."""
    with served() as issuer:
        own = issuer.removeprefix("http://")
        port = own.split(":")[1]
        others = [
            "evil.example",
            f"evil.example:{port}",
            "127.0.0.1",
            "127.0.0.1:1",
            f"localhost:{port}",
            f"[::1]:{port}",
            f"{own}.evil.example",
            f"evil@{own}",
            f"{own}/",
        ]
        for path in ("/authorize", "/jwks", "/.well-known/openid-configuration", "/nothing"):
            assert status(raw(issuer, f"GET {path} HTTP/1.1\r\nHost: {own}\r\n\r\n")) in (
                200,
                400,
                404,
            )
            for other in others:
                said = raw(issuer, f"GET {path} HTTP/1.1\r\nHost: {other}\r\n\r\n")
                assert (
                    status(said) == 421 and f"This server answers for {own} alone.".encode() in said
                )
                assert (
                    b"X-Content-Type-Options: nosniff" in said
                    and b"Content-Security-Policy" in said
                )
        for hosts in (
            "",
            f"Host: {own}\r\nHost: evil.example\r\n",
            f"Host: evil.example\r\nHost: {own}\r\n",
        ):
            assert status(raw(issuer, f"GET /jwks HTTP/1.1\r\n{hosts}\r\n")) == 400
        assert (
            status(raw(issuer, f"GET http://evil.example/jwks HTTP/1.1\r\nHost: {own}\r\n\r\n"))
            == 421
        )
        assert status(raw(issuer, f"GET /jwks HTTP/1.1\r\nHost: {own.upper()}\r\n\r\n")) == 200


def test_a_host_is_read_in_any_case():
    with served("--host", "localhost") as issuer:
        port = issuer.rsplit(":")[-1]
        for name, expected in (("LocalHost", 200), ("127.0.0.1", 421)):
            assert (
                status(raw(issuer, f"GET /jwks HTTP/1.1\r\nHost: {name}:{port}\r\n\r\n"))
                == expected
            )


def test_port_0_is_a_port_of_the_systems_choice_and_stands_in_the_issuer():
    with served("--port", "0") as issuer:
        assert int(issuer.rsplit(":")[-1]) > 0
        metadata = httpx.get(issuer + "/.well-known/openid-configuration").json()
        assert (metadata["issuer"], metadata["token_endpoint"]) == (issuer, issuer + "/token")


# --- the points of an OpenID and RFC 9700 review, against the process ---------------------------


def test_what_a_reviewer_of_serve_looks_for_first():
    with served() as issuer, httpx.Client(timeout=5) as ada, httpx.Client(timeout=5) as tom:
        where, evil = issuer + "/authorize", {"origin": "https://evil.example"}
        refusal = ada.post(where, data=question(**ADA), headers=evil)
        assert (refusal.status_code, dict(ada.cookies)) == (403, {})
        assert ada.head(where, params=question()).status_code == 405
        page = ada.post(where, data=question(**ADA), headers={"origin": issuer})
        narrow = Form(page.text).hidden
        assert is_consent_page(
            ada.post(where, data=narrow | {"scope": "openid profile", "consent": "allow"})
        )
        code = answer(ada.post(where, data=narrow | {"consent": "allow"}))["code"]
        assert is_consent_page(ada.get(where, params=question()))
        assert answer(ada.get(where, params=question(prompt="none")))["error"] == "consent_required"
        assert is_login_page(ada.get(where, params=question(max_age="0")))
        trade = {
            "grant_type": "authorization_code",
            "client_id": "spa",
            "redirect_uri": question()["redirect_uri"],
            "code": code,
            "code_verifier": "v" * 43,
        }
        token = httpx.post(issuer + "/token", data=trade).json()["access_token"]
        httpx.post(issuer + "/token", data=trade, auth=("web", "web-secret-for-the-lab"))
        assert (
            httpx.get(
                issuer + "/userinfo", headers={"authorization": "Bearer " + token}
            ).status_code
            == 200
        )
        before = ada.cookies["session"]
        ada.post(where, data=question(prompt="login", **ADA))
        assert is_login_page(
            tom.get(where, params=question(), headers={"cookie": "session=" + before})
        )
        for answered in (
            tom.get(where, params=question()),
            tom.get(issuer + "/nothing"),
            tom.post(issuer + "/token"),
            tom.get(issuer + "/keys"),
        ):
            assert {
                "x-content-type-options",
                "referrer-policy",
                "content-security-policy",
                "cache-control",
            } <= set(answered.headers)
            assert (answered.status_code == 401) == ("www-authenticate" in answered.headers)
        assert (
            tom.get(where, params=question(redirect_uri="http://127.0.0.1:51004/cb")).status_code
            == 200
        )
        assert (
            tom.get(where, params=question(redirect_uri="http://localhost:9999/cb")).status_code
            == 400
        )


def test_fifty_wrong_passwords_are_not_all_tried_and_the_right_one_works_after_the_wait():
    with served() as issuer, httpx.Client(timeout=30) as tom:

        def sign_in_with(password: str) -> httpx.Response:
            form = question(username="ada", password=password)
            return tom.post(issuer + "/authorize", data=form)

        tries = [sign_in_with("wrong") for _ in range(50)]
        assert 5 <= sum(one.status_code == 403 for one in tries) <= 15
        assert {one.status_code for one in tries} == {403, 429}
        right = sign_in_with("lab-password")
        if right.status_code == 429:
            time.sleep(int(right.headers["retry-after"]))
            right = sign_in_with("lab-password")
        assert is_consent_page(right)


# --- time and memory ----------------------------------------------------------------------------


@pytest.fixture
def hurried(monkeypatch):
    """A server in this process that waits for one second, and has room for five connections."""
    monkeypatch.setattr(serving, "LONGEST_REQUEST", 1)
    monkeypatch.setattr(serving, "MOST_CONNECTIONS", 5)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        issuer = f"http://127.0.0.1:{listening.getsockname()[1]}"
        server = Server(listening, product(Lab(), issuer))
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield issuer
    server.shutdown()
    server.server_close()
    thread.join()


def closed_after(connection: socket.socket, drip: bytes = b"") -> float:
    """Seconds until the server ends the connection, to which bytes come one by one."""
    begun = time.monotonic()
    connection.settimeout(0.1)
    for sign in [*drip] * 100:
        try:
            connection.sendall(bytes([sign]))
            if not connection.recv(1000):
                break
        except TimeoutError:
            continue
        except OSError:
            break
    return time.monotonic() - begun


@pytest.mark.parametrize(
    "said, drip",
    [
        (b"", b"\0"),
        (b"GET / HTTP/1.1\r\n", b"a"),
        (b"GET / HTTP/1.1\r\nHost: x\r\nX: ", b"a"),
        (b"POST /token HTTP/1.1\r\nHost: x\r\nContent-Length: 9999\r\n\r\n", b"a"),
        (b"POST /token HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n270f\r\n", b"a"),
    ],
)
def test_a_connection_that_is_slow_is_closed_however_its_bytes_drip(hurried, said, drip):
    with idle(hurried, said) as connection:
        assert 0.5 < closed_after(connection, drip) < 8


def test_an_idle_connection_is_closed(hurried):
    with idle(hurried) as connection:
        connection.settimeout(4)
        assert connection.recv(1000) == b""


def test_a_body_that_does_not_come_is_told_so(hurried):
    said = raw(hurried, "POST /token HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n")
    assert status(said) == 408 and b"The request did not come within 1 seconds." in said


def test_more_connections_than_fit_are_told_to_come_again_and_then_there_is_room(hurried):
    connections = [idle(hurried) for _ in range(5)]
    time.sleep(0.2)
    assert status(raw(hurried, "")) == 503
    time.sleep(1.5)
    assert httpx.get(hurried + "/jwks").status_code == 200
    for connection in connections:
        connection.close()


def resident(process: subprocess.Popen) -> int:
    """MiB of memory that the process holds (Linux)."""
    with open(f"/proc/{process.pid}/status", encoding="ascii") as lines:
        return int(re.search(r"VmRSS:\s+(\d+)", lines.read())[1]) // 1024


@pytest.mark.skipif(
    not os.path.exists("/proc/self/status"), reason="reads memory where Linux tells it"
)
def test_large_headers_do_not_pile_up():
    port = free_port()
    process = start("--port", str(port))
    try:
        issuer = process.stdout.readline().split()[1]
        with httpx.Client(headers={"user-agent": "a" * 60_000}) as client:
            sizes = []
            for _ in range(4):
                for _ in range(300):
                    assert client.get(issuer + "/userinfo").status_code == 401
                sizes.append(resident(process))
            rounds = len(sizes) - 1
            assert sizes[-1] - sizes[0] < 8 * rounds  # MiB; 300 lines that are kept whole make 17
    finally:
        process.terminate()
        process.communicate(timeout=5)


def call(app: Loopback, path: str, **environ: str) -> int:
    from werkzeug.test import EnvironBuilder, run_wsgi_app

    whole = EnvironBuilder(path, app.provider.issuer).get_environ() | environ
    return int(run_wsgi_app(app, whole)[1].split()[0])


def test_the_log_is_bounded_and_what_is_over_is_dropped_once_a_minute(monkeypatch):
    monkeypatch.setattr(serving, "MOST_LINES", 20)
    lab = Lab("serve", "2023-10-18T09:00:00Z")
    app = Loopback(product(lab, "http://127.0.0.1:9007", auto_login="ada"))
    for _ in range(200):
        assert call(app, "/authorize?" + str(httpx.QueryParams(question()))) == 303
    assert len(lab.audit) <= 22 and len(app.provider.codes) < 150
    lab.clock.tick(13 * 3600)
    assert call(app, "/jwks") == 200
    assert (app.provider.codes, app.provider.sessions, len(lab.audit)) == ({}, {}, 20)


# --- the end ------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("times", [1, 2])
def test_serve_ends_quietly(number, times):
    process = start("--port", "0")
    issuer = process.stdout.readline().split()[1]
    assert authorize(issuer).status_code == 200
    half = idle(issuer, b"POST /token HTTP/1.1\r\n")
    for _ in range(times):
        process.send_signal(number)
    assert (process.communicate(timeout=5), process.returncode) == (("", ""), 0)
    half.close()
