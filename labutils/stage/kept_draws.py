"""Counts over a hundred draws, as `make conclusions` computed them, and how a spread is said."""

import json
from collections.abc import Iterable
from functools import cache

from labutils.lab import data_file

Kept = dict[str, dict[str, list[int]]]  # by part and row, a number a draw


@cache
def kept(lesson: int) -> Kept:
    """The counts of all draws of a lesson, from data/conclusions."""
    text = data_file(f"conclusions/lesson-{lesson}.json").read_text(encoding="utf-8")
    found: Kept = json.loads(text)
    return found


def middle(numbers: Iterable[int]) -> tuple[int, int]:
    """The 5th and the 95th of a hundred numbers in order: nine in ten draws lie between them."""
    ordered = sorted(numbers)
    return ordered[len(ordered) * 5 // 100 - 1], ordered[len(ordered) * 95 // 100 - 1]


def spread(numbers: Iterable[int]) -> str:
    """The same in words."""
    low, high = middle(numbers)
    return f"{low:,} to {high:,}" if low != high else f"{low:,}"


def around(numbers: Iterable[int]) -> str:
    """The same as one number and its spread: `900 ± 16`."""
    low, high = middle(numbers)
    if low == 0 < high:
        return f"at most {high}"
    centre = (low + high) // 2
    return f"{centre:,} ± {high - centre}" if low != high else f"{low:,}"
