"""Space out many requests: the waits are often short and rarely long, the same on every machine."""

import math
import zlib
from itertools import accumulate

STEPS = 256
# Waiting times of events that come at random, for a mean of 1000, in equal steps of probability.
WAITS = [round(-1000 * math.log((2 * step + 1) / (2 * STEPS))) for step in range(STEPS)]


def wait(step: int, mean: int) -> int:
    """Return the waiting time for a step (0 to STEPS - 1), if it is `mean` on average."""
    return WAITS[step] * mean // 1000


def offsets(name: str, count: int, mean: int) -> list[int]:
    """Return when each of `count` requests is made, in seconds from the first one.

    They are at least a second apart, `mean` on average, and never even.
    """
    steps = [zlib.crc32(f"{name}/{place}".encode()) % STEPS for place in range(1, count)]
    return list(accumulate((max(1, wait(step, mean)) for step in steps), initial=0))
