"""Rate how hard an incident is, from what was drawn.

If nobody was in, the rating is of the intruder whom the help desk might have imagined: a level says
nothing about a verdict.
"""

from dataclasses import dataclass

from labutils.capstone.asking import is_mistaken
from labutils.capstone.exits import OWN
from labutils.capstone.incident import Drawn

LEVELS = ("easy", "fair", "hard")
HIDDEN = 1 / 3  # of the steps, on hosts of the company
MANY = 9  # steps with lines
SUPPLIER = "recording"  # the way in that begins at somebody else's desk
WITNESSES = ("owner:planning", "owner:builds", "owner:assistant")


@dataclass(frozen=True)
class Difficulty:
    """A level of difficulty, and the reasons for it."""

    level: str
    reasons: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.level}: {'; '.join(self.reasons) or 'nothing makes it hard'}"


def difficulty_of(drawn: Drawn) -> Difficulty:
    """Return how hard it is to find out what happened."""
    logged = [kind for kind in drawn.imagined if kind.claim]
    exits = [drawn.exits[kind.id] for kind in logged]
    hidden = sum(one.at_program or one.zone.id == OWN for one in exits)
    asked = (*WITNESSES, f"person:{drawn.words['victim']}")
    found = {
        "somebody whose answer matters is mistaken": any(is_mistaken(drawn, one) for one in asked),
        "a third of the steps or more from the company's own hosts": (
            hidden >= HIDDEN * len(logged)
        ),
        f"{MANY} steps or more": len(logged) >= MANY,
        "the way in begins at a supplier": drawn.way.id == SUPPLIER,
    }
    reasons = tuple(reason for reason, holds in found.items() if holds)
    return Difficulty(LEVELS[min(len(reasons), len(LEVELS) - 1)], reasons)
