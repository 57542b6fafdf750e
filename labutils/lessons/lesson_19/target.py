"""Where the target of lesson 19 takes place, and what proves it."""

from typing import Any

from .policy import FLAG, the_week


def flag_mistake(answer: Any) -> str | None:
    """What is wrong with a flag; None where nothing is."""
    if answer == FLAG:
        return None
    return "policy" if isinstance(answer, list | set | tuple | dict) else "other"


scene = the_week
