"""How a rail answers: in sentences, what is wrong in which notebook and cell, and what to do."""

from collections.abc import Iterable

import pytest

Failed = pytest.fail.Exception


def demand_none(faults: Iterable[str]) -> None:
    """Fail with each of these sentences, and with nothing else."""
    sentences = list(faults)
    if sentences:
        pytest.fail("\n".join(sentences), pytrace=False)


def demand(holds: object, sentence: str) -> None:
    """Fail with this sentence, unless something holds."""
    demand_none([] if holds else [sentence])


def quoted(text: str, most: int = 60) -> str:
    """A text as a sentence shows it: on one line, and cut."""
    line = " ".join(text.split())
    return f"{line[:most]!r}" if len(line) <= most else f"{line[:most]!r} ..."


def longest(number: str) -> int:
    """Minutes that a lesson may take: 17 is made for two sittings, 09 is a game of three levels."""
    return {"17": 100, "09": 80}.get(number, 60)
