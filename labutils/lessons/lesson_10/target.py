"""Where the target of lesson 10 takes place, and what proves it."""

from typing import Any

from .another_intruder import FLAG, another_month


def flag_mistake(answer: Any) -> str | None:
    """None for the flag, else the name of what was handed in."""
    if answer == FLAG:
        return None
    if isinstance(answer, str):
        return "lead" if " " in answer else "other"
    return "ids"


scene = another_month
