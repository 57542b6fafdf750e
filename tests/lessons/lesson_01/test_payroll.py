"""Lesson 01: four payrolls, and what the lesson says of its own token and log."""

import json
import re
from urllib.parse import unquote

import jwt
import pytest
from solutions import made

from labutils.classroom.course import lesson
from labutils.classroom.exercises import verdict
from labutils.identity.tokens import b64, inspect, unb64
from labutils.lessons.lesson_01.logged_tokens import (
    LINE,
    READ_AT,
    STILL_GOOD,
    Scene,
    token,
    with_key_and_time,
    with_the_key,
    without_the_key,
)
from labutils.lessons.lesson_01.payroll import payroll_page
from labutils.stage.forgeries import takes

TOKEN = LINE.partition("Bearer ")[2].strip('"')
FORGED, REWRITTEN_TOKEN = made("01-10")["changed"], made("01-11")["rewritten"](TOKEN)


@pytest.mark.parametrize("kind", ["over", "to the second", "forged", "good", "year", "endless"])
def test_a_payroll_with_a_key_and_a_clock_takes_what_the_target_counts(kind):
    read = with_key_and_time(made("01-6")["seconds_left"], READ_AT)
    found = takes(read, token(kind, "t-1", ("u-1815", "https://payroll.example")))
    assert found == (kind in STILL_GOOD)


def test_a_payroll_with_a_clock_says_that_a_token_has_expired():
    with pytest.raises(jwt.ExpiredSignatureError, match="the token has expired"):
        with_key_and_time(lambda *_: 0, READ_AT)(TOKEN)


@pytest.mark.parametrize("read", [lambda token: inspect(token).claims, without_the_key])
def test_a_payroll_that_only_reads_shows_somebody_elses_salary(read):
    assert payroll_page(TOKEN, read).json()["salary"] == 9100
    assert payroll_page(FORGED, read).json()["salary"] == 31_400
    assert payroll_page(REWRITTEN_TOKEN, read).json()["salary"] == 9100


@pytest.mark.parametrize("token", [FORGED, REWRITTEN_TOKEN], ids=["forged", "rewritten"])
def test_a_payroll_that_checks_refuses_what_was_changed_or_only_written_anew(token):
    assert payroll_page(TOKEN, with_the_key).json()["name"] == "Ada Lovelace"
    page = payroll_page(token, with_the_key)
    assert page.status_code == 401 and "InvalidSignatureError" in page.json()["error"]


def test_a_payload_that_is_written_anew_is_more_than_one_changed_word():
    head, payload, signature = FORGED.split(".")
    anew = b64(json.dumps(json.loads(unb64(payload))).encode())
    assert verdict(lesson("01").items["01-10"], FORGED)[0].kind == "passed"
    found = verdict(lesson("01").items["01-10"], f"{head}.{anew}.{signature}")[0]
    assert found.mistake == "others"


def test_spare_bits_of_a_segment_are_another_spelling_and_no_other_text():
    def spare_bits(token):
        head, payload, signature = token.split(".")
        last = {"Q": "R", "A": "B", "g": "h", "w": "x"}.get(payload[-1], payload[-1])
        return f"{head}.{payload[:-1]}{last}.{signature}"

    assert spare_bits(TOKEN) != TOKEN
    assert verdict(lesson("01").items["01-11"], spare_bits)[0].mistake == "same"


@pytest.mark.parametrize("read", [lambda _: None, lambda _: {}, lambda _: {"sub": "u-9"}, len])
def test_a_reader_that_gives_no_known_person_opens_nothing(read):
    assert payroll_page(TOKEN, read).status_code == 401


def test_the_question_about_the_characters_counts_those_of_the_token():
    header, payload, signature = map(len, TOKEN.split("."))
    ask = lesson("01").items["01-p12"].question
    numbers = [int(one) for one in re.findall(r"\d+", ask)]
    assert numbers[:4] == [len(TOKEN), header, payload, signature]
    values = [guess.value for guess in lesson("01").items["01-p12"].guesses.values()]
    assert values == [payload, header + 1 + payload, len(TOKEN)]


def test_the_forged_token_of_the_shown_log_was_let_in():
    """The praise of the target says so."""
    let_in = unquote(" ".join(line for line in Scene().log if '"status": 200' in line))
    tokens = re.findall(r"eyJ[\w-]+\.[\w-]+\.[\w-]+", let_in)
    assert [takes(with_the_key, token) for token in tokens].count(False) == 1
