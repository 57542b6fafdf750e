"""Batteries: answers that were written from the texts of the exercises, before their trials."""

import functools

import lessons
import pytest
import yaml
from answers import answer_of
from places import NUMBERS

from labutils.classroom import exercises
from labutils.classroom.course import lesson
from labutils.classroom.judging import PASSED


@functools.cache
def battery(number: str) -> dict[str, dict[str, dict[str, str]]]:
    """The wrong and the right answers of a lesson, by exercise, each under the name of its idea."""
    path = lessons.tests_of(number) / "battery.yaml"
    return yaml.safe_load(path.read_text(encoding="utf-8")) if path.exists() else {}


def named(kind: str) -> list[str]:
    """The exercises for which there are such answers."""
    return [name for number in NUMBERS for name in battery(number).get(kind, {})]


@pytest.mark.parametrize("identifier", named("wrong"))
def test_a_wrong_answer_of_the_battery_is_refused(identifier: str) -> None:
    exercise = lesson(identifier[:2]).items[identifier]
    passing = [
        name
        for name, source in battery(identifier[:2])["wrong"][identifier].items()
        if exercises.verdict(exercise, answer_of(exercise, source))[0] is PASSED
    ]
    assert not passing


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
