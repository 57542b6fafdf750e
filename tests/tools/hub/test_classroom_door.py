"""Whom the door of a class lets in, where it sends people, and what its log shows."""

import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("pwd", reason="a class wants Unix accounts")

from tools.classroom import door, plain_log

ADA = {"kind": "user", "name": "ada", "session_id": "one"}
BY_TOKEN = {**ADA, "session_id": None}


@pytest.mark.parametrize(
    ("person", "learner", "status"),
    [
        (ADA, "ada", 204),
        (None, "ada", 401),
        (ADA, "tom", 403),
        (ADA, "ADA", 403),
        (ADA, "", 403),
        ({**ADA, "name": ""}, "", 403),
        ({**ADA, "kind": "service"}, "ada", 403),
        ({**ADA, "name": "instructor", "admin": True}, "ada", 403),
    ],
)
def test_the_owner_is_let_in_and_nobody_else(person, learner, status):
    assert door.verdict(person, learner, "one") == status


@pytest.mark.parametrize(
    ("person", "session", "status"),
    [(ADA, "two", 401), (ADA, "", 401), (BY_TOKEN, "", 204), (BY_TOKEN, "one", 204)],
)
def test_a_token_counts_in_the_session_that_it_was_given_in(person, session, status):
    assert door.verdict(person, "ada", session) == status


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("/services/door/in/user/ada/lab?x=1", "/user/ada/lab?x=1"),
        ("/services/door/in//elsewhere.example/user/ada/", "/hub/"),
        ("/services/door/inhttps://elsewhere.example/user/ada/", "/hub/"),
        ("/services/door/in/\\elsewhere.example", "/hub/"),
        ("/services/door/in/services/door/in/user/ada/", "/hub/"),
        ("/services/door/in/hub/logout", "/hub/"),
        ("/services/door/in/user/", "/hub/"),
    ],
)
def test_who_was_shown_in_goes_to_a_learners_server_and_nowhere_else(address, place):
    assert door.destination(address) == place


def logged(text: str) -> str:
    """What a log shows of this text."""
    record = logging.LogRecord("hub", logging.WARNING, "", 1, "Failed login for %s", (text,), None)
    return plain_log.PlainFormatter(color=False).format(record)


@pytest.mark.parametrize(
    "text",
    [
        "ada\n[I 2026-11-28 hub] User logged in: root",
        "ada\r[I 2026-11-28 hub] User logged in: root",
        "ada\u2028[I 2026-11-28 hub] User logged in: root",
        "ada\x85[I 2026-11-28 hub] User logged in: root",
    ],
)
def test_nobody_writes_a_line_in_the_hubs_name(text):
    lines = logged(text).splitlines()
    assert not [line for line in lines if line.startswith("[I")]
    assert lines[0].startswith("[W")


def test_a_control_character_is_spelled_out():
    assert logged("\x1b[2J\x9b2J\u202e").endswith("\\x1b[2J\\x9b2J\\u202e")
    assert logged("Ada Lovelace, \u00e9t\u00e9").endswith("Ada Lovelace, \u00e9t\u00e9")


@given(st.text())
def test_whatever_is_logged_is_shown_as_text_alone(text):
    assert all(line.isprintable() for line in logged(text).split("\n"))
