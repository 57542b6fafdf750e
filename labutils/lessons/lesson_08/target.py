"""Where the target of lesson 08 takes place, and what proves it."""

from typing import Any

from .news_article import FLAG, the_article


def flag_mistake(answer: Any) -> str | None:
    """None for the flag, else the name of what was handed in."""
    if answer == FLAG:
        return None
    return "editor" if isinstance(answer, str) and "editor" in answer else "other"


scene = the_article
