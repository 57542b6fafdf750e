"""What a person types: one line a check from the doctor, and a provider on loopback that starts,
serves and stops."""

import socket

import httpx
import jwt
import pytest
from served import CALLBACK, authorize, free_port, idle, refused, served, start

from labutils import __main__ as commands
from labutils.capstone import commands as capstone
from labutils.classroom import commands as classroom
from labutils.har import commands as har
from labutils.hunt import commands as hunting
from labutils.identity import commands as identity
from labutils.incident import commands as incident
from labutils.live import commands as live

# --- doctor -------------------------------------------------------------------------------------


def test_the_doctor_says_one_line_a_check_and_is_content(capsys):
    assert commands.main(["doctor"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) > 8
    assert {line[:6] for line in lines} == {"ok    "}
    assert any("Python 3." in line for line in lines)


# --- serve --------------------------------------------------------------------------------------


def test_serve_speaks_openid_connect_over_loopback():
    with served("--auto-login", "ada") as issuer:
        assert httpx.get(issuer + "/.well-known/openid-configuration").json()["issuer"] == issuer
        code = httpx.URL(authorize(issuer).headers["location"]).params["code"]
        given = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
        issued = httpx.post(
            issuer + "/token", data=given, auth=("web", "web-secret-for-the-lab")
        ).json()
        assert {"access_token", "id_token", "refresh_token"} <= set(issued)
        told = httpx.get(
            issuer + "/userinfo", headers={"authorization": "Bearer " + issued["access_token"]}
        ).json()
        assert told["name"] == "Ada Lovelace"


def test_serve_shows_a_login_page_and_idle_connections_hold_up_nobody():
    with served("--host", "localhost") as issuer:
        assert issuer.startswith("http://localhost:")
        halves = [idle(issuer), idle(issuer, b"POST /token HTTP/1.1\r\n")]
        assert 'name="password"' in authorize(issuer).text
        for half in halves:
            half.close()


def test_a_request_whose_body_does_not_come_holds_up_nobody():
    with served() as issuer:
        half = idle(
            issuer,
            b"POST /token HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            b"Content-Length: 99\r\n\r\n",
        )
        assert authorize(issuer).status_code == 200
        half.close()  # and a client that goes away in the middle leaves no traceback behind
        for _ in range(20):
            assert authorize(issuer).status_code == 200


def test_seed_and_start_give_the_same_code_twice():
    codes, port = [], str(free_port())
    for arguments in (("--seed", "s"), ("--seed", "s"), ("--seed", "other"), ()):
        with served(
            "--auto-login", "ada", "--start", "2023-10-18T09:00:00Z", "--port", port, *arguments
        ) as issuer:
            codes.append(httpx.URL(authorize(issuer).headers["location"]).params["code"])
    assert codes[0] == codes[1]
    assert len(set(codes)) == 3


def test_with_start_each_request_moves_the_clock_by_one_second():
    with served("--auto-login", "ada", "--start", "2023-10-18T09:00:00Z") as issuer:
        for second in (1, 3):
            given = {
                "grant_type": "authorization_code",
                "redirect_uri": CALLBACK,
                "code": httpx.URL(authorize(issuer).headers["location"]).params["code"],
            }
            issued = httpx.post(
                issuer + "/token", data=given, auth=("web", "web-secret-for-the-lab")
            ).json()
            assert (
                jwt.decode(issued["id_token"], options={"verify_signature": False})["auth_time"]
                == 1697619600 + second
            )


def test_a_port_that_is_taken_is_named_in_a_sentence():
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = str(held.getsockname()[1])
        assert f"Port {port} on 127.0.0.1 is in use" in refused(start("--port", port))


@pytest.mark.parametrize(
    "arguments, words",
    [
        (["--start", "soon"], "--start must be a time"),
        (["--start", "2023-99-01"], "--start must be a time"),
        (["--auto-login", "nobody"], "There is no user 'nobody'"),
        (["--port", "-1"], "--port"),
        (["--port", "99999"], "--port"),
    ],
)
def test_a_setting_that_cannot_be_is_explained_in_a_sentence(arguments, words, capsys):
    assert commands.main(["serve", *arguments]) == 2
    out, sentence = capsys.readouterr()
    assert (out, sentence.count("\n"), words in sentence) == ("", 1, True)


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["nonsense"],
        ["serve", "--port", "x"],
        ["serve", "--host", "0.0.0.0"],
        ["serve", "--nonsense"],
    ],
)
def test_a_command_that_does_not_exist_is_explained_and_ends_with_2(arguments, capsys):
    with pytest.raises(SystemExit) as ended:
        commands.main(arguments)
    assert (ended.value.code, "usage: python -m labutils" in capsys.readouterr().err) == (2, True)


@pytest.mark.parametrize(
    "said, status",
    [
        (b"Transfer-Encoding: chunked\r\n\r\nno chunk\r\n", b"400"),
        (b"Content-Length: 600000000\r\n\r\n", b"413"),
    ],
)
def test_a_body_that_is_none_or_too_long_is_refused_without_a_traceback(said, status):
    with served() as issuer:
        asked = idle(issuer, b"POST /token HTTP/1.1\r\nContent-Type: text/plain\r\n" + said)
        assert asked.recv(100).split()[1] == status
        asked.close()
        assert authorize(issuer).status_code == 200


def test_each_command_is_in_the_room_that_is_said():
    rooms = (capstone, classroom, har, hunting, identity, incident, live)
    there = {name: module.__name__ for module in rooms for name in module.COMMANDS}
    assert there == {
        name: f"labutils.{room}.commands" for name, (room, _) in commands.ROOMS.items()
    }
    assert all(purpose for _, purpose in commands.ROOMS.values())
