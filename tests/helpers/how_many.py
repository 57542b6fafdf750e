"""How many examples are tried: all of them in `make test-all`, and fewer in `make test`."""

import os
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")

OF_A_HUNDRED = int(os.environ.get("LABUTILS_EXAMPLES", "30"))


def draws(most: int) -> int:
    """So many of `most` as this run draws, and eight at least."""
    return max(8, most * OF_A_HUNDRED // 100)


def some(items: Sequence[T]) -> Sequence[T]:
    """One in so many of these, from the first on."""
    return items[:: max(1, 100 // OF_A_HUNDRED)]
