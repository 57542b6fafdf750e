"""Processor time as it would be on the machine where limits were set, so that a slow or busy one
fails no test."""

import time

USUAL = 0.06  # seconds that `lap` took there


def lap() -> float:
    """The processor seconds of a fixed piece of work."""
    begun, total = time.process_time(), 0
    for number in range(10**6):
        total += number
    return time.process_time() - begun


def within(limit: float, job) -> bool:
    """Whether a job takes less than so many processor seconds. Where it takes more, the limit grows
    by as much as this machine is slower now than the usual one."""
    begun = time.process_time()
    job()
    seconds = time.process_time() - begun
    return seconds < limit or seconds < limit * lap() / USUAL
