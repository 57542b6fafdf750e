"""Where the target of lesson 03 takes place, and what proves it."""

from typing import Any

from . import missing_defences as stage


def flag_mistake(answer: Any) -> str | None:
    if answer == stage.FLAG:
        return None
    if isinstance(answer, dict | list) or hasattr(answer, "json"):
        return "response"
    return "token" if isinstance(answer, str) and answer.count(".") == 2 else "other"


scene = stage.target_diary
