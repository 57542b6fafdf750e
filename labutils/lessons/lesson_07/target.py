"""Where the target of lesson 07 takes place, and what proves it."""

from typing import Any

from .unseen_recording import FLAG, UnseenRecordings


def flag_mistake(answer: Any) -> str | None:
    """None for the flag, else the name of what was handed in."""
    if answer == FLAG:
        return None
    return "cleaner" if callable(answer) or isinstance(answer, dict) else "other"


scene = UnseenRecordings
