"""Hold a set of rows as one integer with a bit for each row.

*And*, *or*, *not* and counting take microseconds for a hundred thousand rows, without a package.
"""

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_BITS_OF = [tuple(bit for bit in range(8) if byte >> bit & 1) for byte in range(256)]


@dataclass(frozen=True, slots=True)
class RowSet:
    """A set of rows out of 0 to `size` - 1."""

    bits: int
    size: int

    @classmethod
    def of(cls, rows: Iterable[int], size: int) -> "RowSet":
        """Return the set of these rows."""
        data = bytearray(size // 8 + 1)
        for row in rows:
            data[row >> 3] |= 1 << (row & 7)
        return cls(int.from_bytes(data, "little"), size)

    @classmethod
    def between(cls, begin: int, end: int, size: int) -> "RowSet":
        """Return the set of rows from `begin` up to the one before `end`."""
        return cls(((1 << (end - begin)) - 1) << begin, size)

    def __and__(self, other: "RowSet") -> "RowSet":
        return RowSet(self.bits & other.bits, self.size)

    def __or__(self, other: "RowSet") -> "RowSet":
        return RowSet(self.bits | other.bits, self.size)

    def __invert__(self) -> "RowSet":
        return RowSet(~self.bits & ((1 << self.size) - 1), self.size)

    def __contains__(self, row: int) -> bool:
        return bool(self.bits >> row & 1)

    def __len__(self) -> int:
        return self.bits.bit_count()

    def count_between(self, begin: int, end: int) -> int:
        """Return how many rows of the set are from `begin` up to the one before `end`."""
        return (self.bits >> begin & ((1 << (end - begin)) - 1)).bit_count()

    def rows(self) -> Sequence[int]:
        """Return the rows in order."""
        if len(self) == self.size:
            return range(self.size)
        rows = array("i")
        for at, byte in enumerate(self.bits.to_bytes(self.size // 8 + 1, "little")):
            if byte:
                rows.extend([8 * at + bit for bit in _BITS_OF[byte]])
        return rows
