"""Read the lines of a log by number, with only their positions in memory."""

from array import array
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path


class LogLines:
    """The lines of a file, counted from 0, each with its line end, read when they are needed.

    A month of logs has 90 MB; where its lines begin takes less than one. Raises OSError.
    """

    def __init__(self, path: Path):
        self.path = path
        with path.open("rb") as file:
            self._starts = array("Q", accumulate(map(len, file), initial=0))

    def __len__(self) -> int:
        return len(self._starts) - 1

    def __getitem__(self, number: int) -> bytes:
        """One line. Raises IndexError for a number that no line has: none counts from the end."""
        if not 0 <= number < len(self):
            raise IndexError(f"{self.path.name} has {len(self)} lines, from 0 on: no {number}")
        start, end = self._starts[number : number + 2]
        with self.path.open("rb") as file:
            file.seek(start)
            return file.read(end - start)

    def __iter__(self) -> Iterator[bytes]:
        """All lines, one after the other: the file is read once."""
        with self.path.open("rb") as file:
            yield from file
