"""Where the target of lesson 12 takes place, and what proves it."""

from typing import Any

from .token_budget import BUDGET, FLAG, LIMIT, the_company
from .token_strategies import Setting


def flag_mistake(answer: Any) -> str | None:
    """What is wrong with a flag; None where nothing is."""
    if answer == FLAG:
        return None
    return "setting" if isinstance(answer, Setting) else "other"


scene = the_company
WORDS = {"budget": BUDGET, "limit": LIMIT}
