"""Counts over a hundred draws, as `make conclusions` computed them, and how a spread is said."""

import json
from collections.abc import Iterable
from functools import cache
from typing import Any

from labutils.lab import data_file

Kept = dict[str, dict[str, Any]]  # by part and row: a number a draw; of lesson 14, one count


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


def about(numbers: Iterable[int]) -> str:
    """The same as one round number: `about 890`. The dice are ours, so how far they scatter says
    nothing; 0 and 1,000 are always so, and are said without *about*."""
    ordered = sorted(numbers)
    low, high = ordered[0], ordered[-1]
    return f"{low:,}" if low == high else f"about {round(ordered[len(ordered) // 2], -1):,}"
