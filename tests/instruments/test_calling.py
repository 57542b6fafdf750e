"""A learner's function is called: whatever it does, there is a sentence."""

import functools
import sys
import time

import pytest

from labutils.classroom import exercises
from labutils.classroom.exercises import Yours
from labutils.instruments.calling import call, is_the_learners, own_function, source
from labutils.stage.forgeries import strict


def refuses(token):
    if token.count(".") == 2:
        raise ValueError("two dots")
    return token


def first_line(function):
    return function.__code__.co_firstlineno


def wrapped(function):
    @functools.wraps(function)
    def wrapper(*arguments):
        return function(*arguments)

    return wrapper


def test_a_value_comes_back():
    outcome = call(refuses, "a.b")
    assert outcome.returned and outcome.value == "a.b" and outcome.line == 0


@pytest.mark.parametrize(
    "function",
    [
        refuses,
        functools.partial(refuses),
        wrapped(refuses),
        wrapped(functools.partial(refuses)),
        Yours(exercises.lesson("02").items["02-5"], refuses, refuses),
    ],
    ids=["plain", "partial", "wraps", "both", "mine"],
)
def test_the_line_that_refuses_is_the_one_that_raised(function):
    outcome = call(function, "a.b.c")
    assert (outcome.why, outcome.line) == ("two dots", first_line(refuses) + 2)
    assert source(function)[0][2].strip() == 'raise ValueError("two dots")'


def test_a_refusal_further_down_is_at_the_line_that_called_it():
    def asks(token):
        header = token
        return refuses(header)

    assert call(asks, "a.b.c").line == first_line(asks) + 2


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (ValueError("no"), "no"),
        (ValueError(""), "ValueError, without a word"),
        (KeyError("kid"), "KeyError: 'kid'"),
        (SystemExit(3), "SystemExit: 3"),
        (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "bad"), "UnicodeDecodeError: "),
        (ValueError("x" * 999), "x" * 240 + "... (999 characters)"),
        (ValueError("a\x1b[31m\u202e"), "a\\u001b[31m\\u202e"),
    ],
)
def test_what_is_raised_is_a_sentence(error, says):
    def fails():
        raise error

    assert call(fails).why.startswith(says)


def test_a_recursion_without_end_is_one_too():
    def again():
        return again()

    assert call(again).why.startswith("RecursionError")


def never_ends(token):
    while token:
        token += "."


def never_ends_in_a_try(token):
    while True:
        try:
            token += "."
        except Exception:
            continue


@pytest.mark.parametrize("function", [never_ends, never_ends_in_a_try])
def test_a_loop_without_end_costs_a_sentence(function):
    began = time.monotonic()
    outcome = call(function, "a", longest=0.2)
    assert outcome.why.startswith("It does not end.") and not outcome.returned
    assert first_line(function) < outcome.line <= first_line(function) + 5
    assert time.monotonic() - began < 2


def test_whoever_traced_before_traces_on():
    before = sys.gettrace()
    call(refuses, "a")
    call(never_ends, "a", longest=0.05)
    assert sys.gettrace() is before


def test_somebody_who_interrupts_is_heard():
    def interrupted():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        call(interrupted)


def test_whose_a_function_is():
    mine = Yours(exercises.lesson("02").items["02-5"], refuses, strict)
    assert (
        is_the_learners(refuses)
        and is_the_learners(mine)
        and is_the_learners(functools.partial(refuses))
    )
    assert not is_the_learners(strict)


@pytest.mark.parametrize("function", [len, "".join, functools.partial(len), type("C", (), {})()])
def test_what_has_no_source_has_no_lines(function):
    assert source(function) == ([], 0) and call(function, 1).line == 0


def test_a_function_that_wraps_itself_is_itself():
    def own():
        return 1

    own.__wrapped__ = own
    assert own_function(own) is own and call(own).value == 1
