"""Two defences for an integration that must read cases, from the kept draws (lesson 16)."""

from collections.abc import Sequence

from . import draws
from .both_incidents import OF_2025, SIDE_BY_SIDE
from .kept_draws import about
from .thieves import ASSUMPTIONS

IN_2025 = {words: now for words, (_, now) in SIDE_BY_SIDE.items()} | OF_2025
# What is left to buy where the job needs every right. An alarm on a new address stops the same
# thieves as the address limit, so it is left out.
FOR_SALE = {words: control for words, control in IN_2025.items() if control in draws.TWO_OF}


def stopped(pair: Sequence[str]) -> list[int]:
    """How many of 1,000 thieves two defences stop, in each of 200 runs: in 100 the client's key is
    kept apart from the tokens, and in 100 it lies with them. Raises KeyError for what is not for
    sale."""
    first, second = sorted((FOR_SALE[name] for name in pair), key=draws.TWO_OF.index)
    return [
        count
        for one in ASSUMPTIONS
        for count in draws.stopped(f"{first} + {second}", assumption=one)
    ]


# The pairs that the lesson asks about.
ADDRESSES, KEY = "a tool works only from its own addresses", "a key in place of the secret"
ALARM, END = "an alarm on looking round", "a grant ends after 90 days"
ASKED_ABOUT = ((ADDRESSES, KEY), (ADDRESSES, END), (ADDRESSES, ALARM), (ALARM, END))


def pair_rows() -> list[dict[str, object]]:
    """About what each of these pairs stops, and the worst run."""
    rows: list[dict[str, object]] = []
    for one, other in ASKED_ABOUT:
        counts = stopped((one, other))
        rows.append(
            {"one": one, "and": other, "stopped": about(counts), "in the worst run": min(counts)}
        )
    return rows
