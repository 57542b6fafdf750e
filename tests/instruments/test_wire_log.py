"""Which lines of a log belong to which message."""

import pytest
from werkzeug.wrappers import Request, Response

from labutils.instruments.wire_log import line_as_text, lines_by_message
from labutils.lab import Lab
from labutils.stage.thief import morning
from labutils.stage.two_apps import build_apps

START = "2023-10-18T09:00:00Z"


def events_of(lab):
    """(client, host, path, events) of each message with a line, in the order of time."""
    lines = lines_by_message(lab.wire, lab.audit)
    return [
        (one.client, one.path, [line["event"] for line in lines[id(one)]])
        for one in sorted(lab.wire, key=lambda one: one.time)
        if id(one) in lines
    ]


def test_a_morning():
    apps = build_apps("the log")
    morning(apps)
    assert events_of(apps.lab) == [
        ("ada", "/authorize", ["session.start"]),
        ("ada", "/authorize", ["authorize.code"]),
        ("ada", "/cb", ["session.start"]),
        ("notes.example", "/token", ["token.authorization_code"]),
        ("ada", "/authorize", ["authorize.code"]),
        ("ada", "/cb", ["session.start"]),
        ("notes.example", "/token", ["token.authorization_code"]),
        ("backup", "/token", ["token.client_credentials"]),
    ]
    assert len(apps.lab.audit) == 8


def test_a_line_that_is_written_seconds_after_the_message_began_because_others_were_asked():
    lab = Lab("nested", START)
    network = lab.browser("outer.example", "192.0.2.1")

    @Request.application
    def outer(request: Request) -> Response:
        lab.log("outer.example", "before", ip=request.remote_addr)
        network.get("https://inner.example/")
        lab.log("outer.example", "after", ip=request.remote_addr)
        return Response("")

    @Request.application
    def inner(request: Request) -> Response:
        lab.log("inner.example", "asked", ip=request.remote_addr)
        lab.log("inner.example", "nobody")
        return Response("")

    lab.add("outer.example", outer)
    lab.add("inner.example", inner)
    ada, tom = lab.browser("ada", "192.0.2.10"), lab.browser("tom", "203.0.113.66")
    ada.get("https://outer.example/")
    tom.get("https://outer.example/")
    lab.log("outer.example", "later", ip="192.0.2.10")  # while nobody asks
    lab.clock.tick(60)
    lab.log("outer.example", "much later", ip="203.0.113.66")
    assert events_of(lab) == [
        ("ada", "/", ["before", "after"]),
        ("outer.example", "/", ["asked", "nobody"]),
        ("tom", "/", ["before", "after"]),
        ("outer.example", "/", ["asked", "nobody"]),
    ]


def test_within_one_second_lines_go_to_messages_in_turn():
    lab = Lab("a real clock", START)
    lab.clock.tick = lambda _seconds=1: None  # type: ignore[method-assign]  # as by a real clock

    @Request.application
    def host(request: Request) -> Response:
        lab.log("a.example", request.path, ip=request.remote_addr)
        return Response("")

    lab.add("a.example", host)
    ada = lab.browser("ada", "192.0.2.10")
    for path in ("/one", "/two", "/three"):
        ada.get("https://a.example" + path)
    assert events_of(lab) == [("ada", p, [p]) for p in ("/one", "/two", "/three")]


@pytest.mark.parametrize(
    "line", [{}, {"service": "a.example"}, {"time": "soon", "service": "a.example"}]
)
def test_a_line_of_another_shape_belongs_to_no_message(line):
    lab = Lab("odd", START)
    lab.browser("ada", "192.0.2.10").get("https://a.example/")
    assert lines_by_message(lab.wire, [line]) == {}


def test_a_line_as_text():
    line = {
        "time": START,
        "service": "a.example",
        "event": "read",
        "outcome": "success",
        "user": None,
    }
    assert line_as_text(line | {"ip": "192.0.2.10", "note": "x" * 100}) == (
        "a.example read success ip=192.0.2.10 note=" + "x" * 77 + "..."
    )
