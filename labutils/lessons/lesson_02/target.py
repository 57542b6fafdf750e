"""Where the target of lesson 02 takes place, and what proves it."""

from typing import Any

from labutils.classroom.judging import response_mistake

from . import weak_app


def flag_mistake(answer: Any) -> str | None:
    if answer == weak_app.FLAG:
        return None
    is_token = isinstance(answer, str) and answer.count(".") == 2
    return response_mistake(answer) or ("token" if is_token else "other")


scene = weak_app.weak_app
