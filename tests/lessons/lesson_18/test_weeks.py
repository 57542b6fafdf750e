"""Weeks of the cloud's log, one of them clean, and what a rule finds in them."""

import pytest

from labutils.classroom.course import lesson
from labutils.lab import SceneError
from labutils.lessons.lesson_18.weeks import KINDS, counts, hits, week

RULE: dict[str, str] = {}
exec(lesson("18").items["18-3"].solution, RULE)


@pytest.mark.parametrize("number", range(5))
@pytest.mark.parametrize(("kind", "found"), list(zip(KINDS, (1, 0, 2, 0), strict=True)))
def test_the_rule_finds_what_the_lesson_says_in_any_week(kind, found, number):
    lines = week(kind, f"{kind} {number}")
    assert counts(RULE["detection"], lines) == {"of a thief": found, "honest": 0}
    assert (kind == "nobody") == (not any(thief for _, thief in lines))


def test_a_week_is_in_the_order_of_time_and_the_same_each_time():
    lines = week(KINDS[0], "a week")
    times = [event["eventTime"] for event, _ in lines]
    assert times == sorted(times) and lines == week(KINDS[0], "a week")


def test_what_is_no_rule_is_said():
    with pytest.raises((SceneError, ValueError)):
        hits("condition: nothing", [])
