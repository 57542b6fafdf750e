"""Where the target of lesson 13 takes place, and what proves it."""

from typing import Any

from labutils.classroom.judging import response_mistake


def flag_mistake(answer: Any) -> str | None:
    """What is wrong with a flag."""
    from .all_have_keys import FLAG  # loads fido2

    if answer == FLAG:
        return None
    return response_mistake(answer) or "other"


def scene(**flag: str) -> Any:
    """The target's scene, in a lab of its own."""
    from .all_have_keys import AllHaveKeys  # loads fido2

    return AllHaveKeys(**flag)
