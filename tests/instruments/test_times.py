"""Moments and durations in words."""

import pytest
from tables import table

from labutils.instruments.times import duration, is_moment, minutes_in_words, moment


@table(
    ("seconds", "words"),
    [
        (0, "no time"),
        (0.4, "no time"),
        (1, "1 second"),
        (60, "1 minute"),
        (61, "1 minute 1 second"),
        (-600, "10 minutes"),
        (3_600, "1 hour"),
        (3_601, "1 hour"),
        (5_400, "1 hour 30 minutes"),
        (86_400, "1 day"),
        (86_460, "1 day"),
        (7_776_000, "90 days"),
        (31_536_000 * 30, "10950 days"),
    ],
)
def test_a_duration_has_at_most_two_units_that_follow_each_other(seconds, words):
    assert duration(seconds) == words


def test_minutes_are_durations_too():
    assert minutes_in_words(0.5) == "30 seconds" and minutes_in_words(1440) == "1 day"


def test_a_moment():
    assert moment(1_697_620_200) == "2023-10-18, 09:10:00 UTC"


@pytest.mark.parametrize("value", [0, 1.5, 253402300799])
def test_a_number_that_a_calendar_holds(value):
    assert is_moment(value) and moment(value)


@pytest.mark.parametrize("value", [-1, 253402300800, True, "1", None, float("nan"), [1], {}])
def test_anything_else(value):
    assert not is_moment(value)
