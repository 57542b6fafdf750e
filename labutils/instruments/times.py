"""Write moments and durations in words."""

from typing import TypeGuard

from labutils.identity.decoder import YEAR_10000
from labutils.lab import iso
from labutils.text import counted

UNITS = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))


def is_moment(value: object) -> TypeGuard[int | float]:
    """Return whether a value is a number of seconds in a calendar (RFC 7519, 2, NumericDate)."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and 0 <= value < YEAR_10000  # type: ignore[operator]


def moment(seconds: float) -> str:
    """Return a moment in words: `2023-10-18, 09:10:00 UTC`."""
    return iso(seconds).replace("T", ", ").replace("Z", " UTC")


def duration(seconds: float) -> str:
    """Return a duration in words, of at most two units: `1 hour 30 minutes`."""
    left, words = round(abs(seconds)), list[str]()
    for unit, size in UNITS:
        count, left = divmod(left, size)
        if count:
            words.append(counted(count, unit))
        elif words:
            break
        if len(words) == 2:
            break
    return " ".join(words) or "no time"


def minutes_in_words(minutes: float) -> str:
    """Return a number of minutes in words: `10 minutes`, `1 hour`, `30 days`."""
    return duration(minutes * 60)
