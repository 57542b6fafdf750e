"""What *The attack chain* starts from: `from labutils.lessons.lesson_09.start import *`."""

from base64 import b64encode

from labutils import (  # first: where a package is broken, they say so in a sentence
    accepts,
    board,
    check,
    ending,
    experiment,
    hint,
    mine,
    opened,
    quiz,
    refuses,
    show_log,
    solution,
    target,
)
from labutils.classroom.endings import welcome_back
from labutils.incident import breach
from labutils.incident.policy import World
from labutils.stage.intruder import Intruder

from . import attack_chain
from .on_duty import on_duty
from .watched_company import Race, come_back, under_alarm


def ways_back(*moves: tuple[str, ...]) -> list[bool]:
    """Show which of three ways back still work 40 minutes after an alarm, for whoever made these
    moves before it, and return them."""
    works = under_alarm(moves)
    rows = [{"way back": way, "40 minutes later": _word(is_open)} for way, is_open in works.items()]
    show_log(rows, "From a new browser, straight from the internet", lit=("40 minutes later", "in"))
    return list(works.values())


def _word(is_open: bool) -> str:
    return "in" if is_open else "shut"


welcome_back("09")
__all__ = [
    "Intruder", "Race", "World", "accepts", "attack_chain", "b64encode", "board", "breach",
    "check", "come_back", "ending", "experiment", "hint", "mine", "on_duty", "opened", "quiz",
    "refuses", "show_log", "solution", "target", "ways_back",
]  # fmt: skip
