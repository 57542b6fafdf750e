"""The server's check that the notebook gives, and the headers that its relay hands on."""

import hashlib

import pytest
from tables import table

from labutils.lessons.lesson_13.phishing import rewrite
from labutils.lessons.lesson_13.server_check import check_answer

SEEN = {"challenge": "c", "origin": "https://login.example"}
SITE = hashlib.sha256(b"login.example").digest()


def answered(site: bytes = SITE, flags: int = 1, counter: int = 7) -> bytes:
    return site + bytes([flags]) + counter.to_bytes(4)


def test_an_answer_that_is_right_gives_its_counter():
    assert check_answer(SEEN, answered(), "c", 6) == 7
    assert check_answer(SEEN, answered(counter=0), "c", 0) == 0  # a passkey that never counts


@table(
    ("seen", "data", "last", "why"),
    [
        (SEEN | {"challenge": "d"}, answered(), 6, "another challenge"),
        (SEEN | {"origin": "https://login.example.test"}, answered(), 6, "another origin"),
        (SEEN, answered(site=bytes(32)), 6, "another site"),
        (SEEN, answered(flags=4), 6, "not touched"),
        (SEEN, answered(), 7, "the counter did not go up"),
        (SEEN, answered(counter=0), 7, "the counter did not go up"),
    ],
)
def test_whatever_is_not_as_it_should_be_is_refused_with_its_reason(seen, data, last, why):
    with pytest.raises(ValueError, match=why):
        check_answer(seen, data, "c", last)


def test_a_relay_hands_on_all_headers_but_cookies_under_its_own_host():
    headers = [("Cookie", "a=b"), ("set-cookie", "c=d"), ("Location", "https://login.example/x")]
    assert rewrite(headers, "login.example", "t.test") == [("Location", "https://t.test/x")]
