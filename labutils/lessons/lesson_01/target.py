"""Where the target of lesson 01 takes place, and what proves it."""

from typing import Any

from .logged_tokens import FLAG, Scene


def flag_mistake(answer: Any) -> str | None:
    """None for the flag, else the name of what was handed in."""
    if answer == FLAG:
        return None
    if callable(answer):
        return "function"
    return "sentence" if isinstance(answer, str) and " " in answer else "other"


scene = Scene
