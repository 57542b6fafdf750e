"""Batteries: answers that were written from the texts of the exercises, before their trials."""

import pytest
import told
from answers import answer_of
from batteries import battery, battery_verdicts, named
from places import NUMBERS

from labutils.classroom import exercises
from labutils.classroom.course import lesson
from labutils.classroom.judging import PASSED


@pytest.mark.parametrize("identifier", named("wrong"))
def test_a_wrong_answer_of_the_battery_is_refused(identifier: str) -> None:
    passing = [name for name, one in battery_verdicts(identifier).items() if one is PASSED]
    assert not passing


@pytest.mark.parametrize("identifier", named("wrong"))
def test_a_wrong_answer_of_the_battery_is_told_of_the_mistake_of_before(identifier: str) -> None:
    told_otherwise = told.changed("battery", identifier, told.of_battery(identifier))
    assert not told_otherwise, told_otherwise


@pytest.mark.parametrize("identifier", named("right"))
def test_a_right_answer_in_an_unusual_style_passes(identifier: str) -> None:
    exercise = lesson(identifier[:2]).items[identifier]
    for name, source in battery(identifier[:2])["right"][identifier].items():
        judged, words = exercises.verdict(exercise, answer_of(exercise, source))
        assert judged is PASSED, f"{name}: {words}"


def test_the_batteries_are_large() -> None:
    counts = {number: battery(number) for number in NUMBERS if battery(number)}
    for number, both in counts.items():
        assert sum(map(len, both["wrong"].values())) >= 10, number
    assert sum(len(its) for both in counts.values() for its in both["right"].values()) >= 100
