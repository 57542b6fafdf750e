"""The batteries of the lessons: answers that were written from the texts of the exercises alone."""

from functools import cache

import lessons
import yaml
from answers import judged
from places import NUMBERS

from labutils.classroom.course import lesson
from labutils.classroom.judging import Verdict


@cache
def battery(number: str) -> dict[str, dict[str, dict[str, str]]]:
    """The wrong and the right answers of a lesson, by exercise, each under the name of its idea."""
    path = lessons.tests_of(number) / "battery.yaml"
    return yaml.safe_load(path.read_text(encoding="utf-8")) if path.exists() else {}


def named(kind: str) -> list[str]:
    """The exercises for which there are such answers."""
    return [name for number in NUMBERS for name in battery(number).get(kind, {})]


@cache
def battery_verdicts(identifier: str) -> dict[str, Verdict]:
    """The verdict on each wrong answer to an exercise."""
    exercise = lesson(identifier[:2]).items[identifier]
    wrong = battery(identifier[:2])["wrong"][identifier]
    return {name: judged(exercise, source) for name, source in wrong.items()}
