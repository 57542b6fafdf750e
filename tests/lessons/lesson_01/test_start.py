"""What lesson 01 shows of its own: payrolls that answer while one types."""

import inspect

import lessons
import nbformat
import pytest

from labutils.lessons.lesson_01 import payroll, start

TOKEN = start.LINE.partition("Bearer ")[2].strip('"')


def test_a_claim_is_changed_and_nothing_else():
    changed = start.with_claim(TOKEN, sub="u-0001")
    assert changed.split(".")[::2] == TOKEN.split(".")[::2]
    before, after = (start.inspect(text).claims for text in (TOKEN, changed))
    assert after == before | {"sub": "u-0001"}


def test_a_payroll_shows_whoever_the_token_is_about_or_says_why_not():
    shows = start.payroll()
    assert shows(TOKEN) == "Ada Lovelace, salary 9100"
    assert shows(start.with_claim(TOKEN, sub="u-0001")) == "Mary Somerville, salary 31400"
    with pytest.raises(ValueError, match="nobody has the ID 'u-7'"):
        shows(start.with_claim(TOKEN, sub="u-7"))
    with pytest.raises(ValueError, match="Signature verification failed"):
        start.payroll(start.with_the_key)(start.with_claim(TOKEN, sub="u-0001"))


def test_each_change_of_a_character_is_counted_in_its_part(capsys):
    assert start.change_each(TOKEN) == 380
    said = capsys.readouterr().out
    for line in (
        "header          58       58",
        "payload         234      234",
        "dots            2",
    ):
        assert line in said


def test_a_week_later_two_of_three_let_the_token_in():
    applications = start.three_payrolls(lambda text: (None, start.inspect(text).claims))
    assert start.let_in(TOKEN, applications) == [True, True, False]


def test_the_code_above_the_question_is_the_payrolls_own():
    """What a learner reasons from is what runs."""
    source = inspect.getsource(payroll.read)
    body = [line for line in source.splitlines() if '"""' not in line and line]
    body[0] = "def read(token):"  # without its types
    text = next(
        cell.source
        for cell in nbformat.read(lessons.notebook("01"), 4).cells
        if cell.id == "change-a-word"
    )
    assert "\n".join(body) in text
