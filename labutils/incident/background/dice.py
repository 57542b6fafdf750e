"""Draws that come out the same on every machine and every Python: whole numbers from a seed.

random.Random gives the same random() for the same text everywhere."""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from random import Random
from typing import TypeVar

from labutils.incident import pace

T = TypeVar("T")


class Dice:
    """The draws of one seed, in order."""

    def __init__(self, seed: str):
        self._random = Random(seed).random

    def below(self, size: int) -> int:
        """A number from 0 to size - 1."""
        return int(self._random() * size)

    def between(self, low: int, high: int) -> int:
        """A number from low to high."""
        return low + self.below(high - low + 1)

    def of(self, per_mille: int) -> bool:
        """True so many times in 1,000."""
        return self.below(1000) < per_mille

    def pick(self, items: Sequence[T]) -> T:
        """One of the items."""
        return items[self.below(len(items))]

    def wait(self, mean: int) -> int:
        """How long until the next of events that come at random, `mean` on average: often short,
        seldom very long."""
        return pace.wait(self.below(pace.STEPS), mean)

    def some(self, hundredths: int) -> int:
        """How many, so many hundredths on average: often none, seldom many."""
        number, rest = divmod(self.wait(hundredths), 100)
        return number + (self.below(100) < rest)

    def popular(self, size: int) -> int:
        """A number from 1 to size; small ones come more often."""
        return 1 + self.below(self.below(self.below(size) + 1) + 1)


class Shares(Sequence[T]):
    """Items that are drawn according to their shares."""

    def __init__(self, items: Sequence[T], shares: Sequence[int]):
        self._items, self._sums = items, list(accumulate(shares))

    def __len__(self) -> int:
        return self._sums[-1]

    def __getitem__(self, place):  # type: ignore[no-untyped-def]
        return self._items[bisect_right(self._sums, place)]
