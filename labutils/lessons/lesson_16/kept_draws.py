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


def about(numbers: Iterable[int], most: int = 1_000) -> str:
    """The middle of some counts as one round number: `about 890`. The dice are ours, so how far
    they scatter says nothing. None of the thieves, or all of `most`, has no *about*."""
    ordered = sorted(numbers)
    if ordered[0] == ordered[-1] and ordered[0] in (0, most):
        return f"{ordered[0]:,}"
    return f"about {round(ordered[len(ordered) // 2], -1):,}"
