"""Where the target of lesson 04 takes place, and what proves it."""

from typing import Any

from labutils.classroom.judging import response_mistake

from .two_wikis import FLAG, board, halves


def flag_mistake(answer: Any) -> str | None:
    """None for the flag, else the name of what was handed in."""
    if answer == FLAG:
        return None
    if answer in halves(FLAG):
        return "half"
    return response_mistake(answer) or "other"


scene = board
