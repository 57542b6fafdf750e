"""Show how far a long hunt has come: a bar on a terminal, and nothing anywhere else."""

import sys
import time
from collections.abc import Callable
from typing import Self, TextIO

Progress = Callable[[str, float], None]  # what is being done, and how much of it is done (0 to 1)

AFTER = 1.0  # seconds in which work counts as short, and no bar is drawn
EVERY = 0.1  # seconds between two drawings
WIDTH = 30


def silent(_what: str, _share: float) -> None:
    """Ignore the progress."""


class Bar:
    """A progress bar that redraws its own line, and disappears when the work is done."""

    def __init__(self, stream: TextIO | None = None, now: Callable[[], float] = time.monotonic):
        self.stream = sys.stderr if stream is None else stream
        self.now = now
        self.next = now() + AFTER
        self.drawn = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._over("")

    def __call__(self, what: str, share: float) -> None:
        if not self.stream.isatty() or self.now() < self.next:
            return
        self.next = self.now() + EVERY
        share = min(max(share, 0.0), 1.0)
        full = round(WIDTH * share)
        self._over(f"{what} [{'#' * full}{'.' * (WIDTH - full)}] {share:4.0%}")

    def _over(self, line: str) -> None:
        """Write over what was drawn before."""
        if line or self.drawn:
            print(f"\r{line:{self.drawn}}\r{line}", end="", file=self.stream, flush=True)
        self.drawn = len(line)
