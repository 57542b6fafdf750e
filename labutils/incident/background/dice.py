"""Draw whole numbers from a seed, the same on every machine and every Python.

random.Random gives the same random() for the same text everywhere.
"""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from random import Random
from typing import TypeVar

from labutils.incident import pace

T = TypeVar("T")


class Dice:
    """A sequence of random draws from one seed."""

    def __init__(self, seed: str):
        self._random = Random(seed).random

    def below(self, size: int) -> int:
        """Return a number from 0 to size - 1."""
        return int(self._random() * size)

    def between(self, low: int, high: int) -> int:
        """Return a number from low to high."""
        return low + self.below(high - low + 1)

    def of(self, per_mille: int) -> bool:
        """Return True with this probability, in thousandths."""
        return self.below(1000) < per_mille

    def pick(self, items: Sequence[T]) -> T:
        """Return one of the items."""
        return items[self.below(len(items))]

    def wait(self, mean: int) -> int:
        """Return the time until the next of random events, `mean` on average.

        It is often short, seldom very long.
        """
        return pace.wait(self.below(pace.STEPS), mean)

    def some(self, hundredths: int) -> int:
        """Return a count with this average, in hundredths: often none, rarely many."""
        number, rest = divmod(self.wait(hundredths), 100)
        return number + (self.below(100) < rest)

    def popular(self, size: int) -> int:
        """Return a number from 1 to size; small ones are more frequent."""
        return 1 + self.below(self.below(self.below(size) + 1) + 1)


class Shares(Sequence[T]):
    """A sequence of items that are drawn in proportion to their shares."""

    def __init__(self, items: Sequence[T], shares: Sequence[int]):
        self._items, self._sums = items, list(accumulate(shares))

    def __len__(self) -> int:
        return self._sums[-1]

    def __getitem__(self, place):  # type: ignore[no-untyped-def]
        return self._items[bisect_right(self._sums, place)]
