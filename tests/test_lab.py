"""The lab is a world of its own: named hosts, one clock, dice for each party, two logs, no socket,
and the same bytes every time.
"""

import json
import socket
from dataclasses import asdict
from itertools import islice

import httpx
import pytest
from IPython.core.interactiveshell import InteractiveShell
from tables import table
from two_apps import API, LOGIN, NOTES, WIKI, TwoApps
from werkzeug.wrappers import Request, Response

from labutils.lab import Clock, Lab, SceneError, WallClock, dice, iso

START = "2023-10-18T09:00:00Z"


@Request.application
def echo(request: Request) -> Response:
    """A host that says what it heard."""
    heard = {
        "path": request.path,
        "ip": request.remote_addr,
        "headers": dict(request.headers),
        "body": request.get_data(as_text=True),
    }
    return Response(
        json.dumps(heard),
        201,
        headers=[("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"), ("X-Odd", "1")],
    )


def lab_with_echo(**settings: str) -> tuple[Lab, httpx.Client]:
    lab = Lab(**{"seed": "lab", "start": START, **settings})
    lab.add("echo.example", echo)
    return lab, lab.browser("ada", "192.0.2.10")


# --- the network --------------------------------------------------------------------------------


@table(
    "host",
    [
        "nobody.example",
        "echo.example.tom.example",
        "127.0.0.1",
        "localhost",
        "example.com",
        "[::1]",
    ],
)
def test_an_unknown_host_is_answered_599_and_the_attempt_is_on_the_wire(host):
    lab, ada = lab_with_echo()
    response = ada.get(f"https://{host}/x")
    assert (response.status_code, "no host named" in response.text, lab.wire[-1].status) == (
        599,
        True,
        599,
    )


def test_a_host_sees_the_address_and_the_name_of_the_browser():
    heard = lab_with_echo()[1].get("https://echo.example/x?y=1").json()
    assert (heard["ip"], heard["path"], heard["headers"]["User-Agent"]) == (
        "192.0.2.10",
        "/x",
        "ada",
    )


def test_no_socket_is_opened_by_a_whole_sign_in(monkeypatch):
    def refuse(*_, **__):
        raise AssertionError("a socket was opened")

    for name in ("socket", "create_connection", "getaddrinfo"):
        monkeypatch.setattr(socket, name, refuse)
    apps = TwoApps("no socket")
    assert apps.sign_in().text == "Hello, u-1815."
    assert apps.ada.get("https://www.example.com/").status_code == 599


def test_browsers_share_no_cookies():
    apps = TwoApps("cookies")
    apps.sign_in()
    assert (apps.ada.get(WIKI + "/").status_code, apps.tom.get(WIKI + "/").status_code) == (
        200,
        403,
    )


def test_paths_and_headers_of_any_bytes_arrive():
    ada = lab_with_echo()[1]
    assert ada.get("https://echo.example/tökén/€").json()["path"] == "/tökén/€"
    assert (
        ada.get("https://echo.example/", headers={"x-odd": "é€".encode()})
        .json()["headers"]["X-Odd"]
        .encode("latin-1")
        == "é€".encode()
    )


# --- the clock ----------------------------------------------------------------------------------


def test_each_request_takes_one_second_and_nothing_else_does():
    lab, ada = lab_with_echo()
    begun = lab.clock.now
    for _ in range(3):
        ada.get("https://echo.example/")
    ada.get("https://nobody.example/")
    lab.log("wiki.example", "test")
    assert (lab.clock.now - begun, [one.time - begun for one in lab.wire]) == (4, [1, 2, 3, 4])


def test_a_request_behind_a_request_takes_a_second_of_its_own():
    apps = TwoApps("clock")
    begun = apps.lab.clock.now
    apps.sign_in()
    assert apps.lab.clock.now - begun == len(apps.lab.wire) > 5
    assert sorted(one.time - begun for one in apps.lab.wire) == list(
        range(1, len(apps.lab.wire) + 1)
    )


def test_the_clock_never_goes_back():
    clock = Clock(START)
    clock.move_to("2023-11-14T09:22:49Z")
    for earlier in (START, "2023-11-14T09:22:48Z", "2023-11-14T10:22:48+01:00"):
        with pytest.raises(ValueError, match="only moves forward"):
            clock.move_to(earlier)
    clock.move_to("2023-11-14T10:22:49+01:00")
    assert iso(clock.now) == "2023-11-14T09:22:49Z"


@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo", "America/New_York"])
def test_a_moment_without_a_zone_is_utc_on_every_machine(zone, monkeypatch):
    import time

    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        assert iso(Clock("2023-10-18T09:00:00").now) == START
    finally:
        monkeypatch.undo()
        time.tzset()


def test_without_a_start_the_time_is_the_real_one():
    lab = Lab()
    assert isinstance(lab.clock, WallClock)
    assert abs(lab.clock.now - __import__("time").time()) < 5


@pytest.mark.parametrize("moment", ["", "soon", "2023-13-01T00:00:00Z", "18.10.2023"])
def test_a_moment_that_is_none_is_a_value_error(moment):
    with pytest.raises(ValueError, match=".+"):
        Clock(moment)


# --- dice ---------------------------------------------------------------------------------------


def test_each_party_has_dice_of_its_own():
    one, other = Lab("seed", START), Lab("seed", START)
    other.draw("tom")
    other.draw("tom")
    assert [one.draw("ada") for _ in range(5)] == [other.draw("ada") for _ in range(5)]
    assert one.draw("tom") != other.draw("tom") != Lab("another seed", START).draw("tom")


def test_dice_do_not_repeat_and_without_a_seed_are_not_predictable():
    drawn = list(islice(dice("seed", "ada"), 1000))
    assert len(set(drawn)) == 1000
    assert {len(text) for text in drawn} == {len(next(dice(None, "ada")))} == {22}
    assert next(dice(None, "ada")) != next(dice(None, "ada"))


# --- same bytes ---------------------------------------------------------------------------------


def played(seed: str, extra: bool = False, **settings: object) -> tuple[list[dict], list[dict]]:
    """Wire and audit log of a sign-in at both applications."""
    apps = TwoApps(seed, **settings)
    if extra:
        apps.tom.get(LOGIN + "/authorize")
    apps.sign_in()
    apps.sign_in(at=NOTES)
    apps.ada.get(
        API + "/me",
        headers={"authorization": "Bearer " + apps.notes.latest_session()["access_token"]},
    )
    return [asdict(one) for one in apps.lab.wire], apps.lab.audit


@pytest.mark.parametrize("settings", [{}, {"opaque_access_tokens": True}], ids=["JWT", "opaque"])
def test_the_same_seed_gives_the_same_bytes(settings):
    assert played("same", **settings) == played("same", **settings)


def test_another_seed_gives_other_tokens():
    one, other = (played(seed)[0] for seed in ("one", "another"))
    assert [step["url"].split("?")[0] for step in one] == [
        step["url"].split("?")[0] for step in other
    ]
    assert one != other


def test_a_request_by_tom_does_not_change_adas_cookies():
    def cookies(extra: bool) -> list[str]:
        return [
            value
            for step in played("same", extra)[0]
            for name, value in step["response_headers"]
            if name == "set-cookie"
        ]

    assert cookies(False) == cookies(True) != []


# --- the two logs -------------------------------------------------------------------------------


def test_the_wire_records_both_bodies_and_all_headers():
    lab, ada = lab_with_echo()
    ada.post("https://echo.example/x?y=1", content=b"spoken \xff", headers={"X-Mine": "1"})
    one = lab.wire[-1]
    assert (one.method, one.url, one.host, one.path, one.status, one.client, one.ip) == (
        "POST",
        "https://echo.example/x?y=1",
        "echo.example",
        "/x",
        201,
        "ada",
        "192.0.2.10",
    )
    assert (
        one.request_body,
        json.loads(one.response_body)["path"],
        ("x-mine", "1") in one.request_headers,
    ) == ("spoken \ufffd", "/x", True)
    assert [value for name, value in one.response_headers if name == "set-cookie"] == ["a=1", "b=2"]
    assert (one.header("x-odd"), one.header("x-none")) == ("1", "")
    assert all(name == name.lower() for name, _ in one.request_headers + one.response_headers)


def test_a_form_with_files_is_recorded_too():
    lab, ada = lab_with_echo()
    ada.post("https://echo.example/", files={"har": ("a.har", b"{}")})
    assert 'filename="a.har"' in lab.wire[-1].request_body


def test_the_audit_log_holds_what_a_service_chose_to_write():
    lab, ada = lab_with_echo()
    ada.get("https://echo.example/")
    assert lab.audit == []
    lab.log("echo.example", "read", "failure", user="ada")
    assert lab.audit == [
        {
            "time": "2023-10-18T09:00:01Z",
            "service": "echo.example",
            "event": "read",
            "outcome": "failure",
            "user": "ada",
        }
    ]


def test_waiting_until_a_moment_that_is_over_takes_no_time():
    clock = Lab("tests", "2023-10-18T09:00:00Z").clock
    begun = clock.now
    clock.wait_until(begun + 60)
    clock.wait_until(begun + 30)
    assert clock.now == begun + 60


def test_a_notebook_shows_the_sentence_of_a_scene_and_no_traceback(capsys):
    shell = InteractiveShell.instance()
    shell.user_ns["SceneError"] = SceneError
    shell.run_cell("raise SceneError('Choose another name.')")
    assert capsys.readouterr().out.strip() == "Choose another name."
