"""Where the target of lesson 05 takes place, and what proves it."""

from typing import Any

from labutils.classroom.judging import response_mistake
from labutils.stage.operator_response import FLAG, Response


def flag_mistake(answer: Any) -> str | None:
    """None for the flag, else the name of what was handed in."""
    if answer == FLAG:
        return None
    is_early = isinstance(answer, str) and "response" in answer
    return response_mistake(answer) or ("early" if is_early else "other")


scene = Response
