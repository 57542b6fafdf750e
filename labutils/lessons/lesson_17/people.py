"""Questions to the people of the company, before a report is due."""

from collections.abc import Iterable, Sequence

from labutils.capstone import world
from labutils.capstone.asking import MINUTES, PROGRAMS, answer_to
from labutils.capstone.folder import accounts
from labutils.classroom.cards import show_why
from labutils.text import shown

from .unseen import EVENTS, CalledIn

AVAILABLE = 30  # minutes until the report is due
PERSON, OWNER = MINUTES["person"], MINUTES["owner"]


def ask(incident: CalledIn, names: Sequence[str]) -> None:
    """Show what these people answer: accounts, or programs (PROGRAMS), whose owners answer.

    Whoever was asked before answers again, and takes no more time. Nobody is asked where the time
    is too short for all of them, or where one of them is nobody here: one sentence says which.
    """
    wanted = list(dict.fromkeys([names] if isinstance(names, str) else map(str, names)))
    known = {*PROGRAMS, *accounts(incident.drawn)}
    unknown = [name for name in wanted if name not in known]
    everyone = list(dict.fromkeys([*incident.asked, *wanted]))
    before, after = minutes(incident.asked), minutes(everyone)
    left = AVAILABLE - before
    if unknown:
        print(f"Nobody on the roster is called {shown(unknown[0], 80)!r}. Nobody was asked.")
    elif not wanted:
        print(f"Nobody was asked. You have {left} minutes.")
    elif after > AVAILABLE:
        print(f"That takes {after - before} minutes, and you have {left}. Nobody was asked.")
    else:
        for said in _answers(incident, wanted):
            show_why(shown(said, 4000))
        incident.asked[:] = everyone
        print(f"{after} of {AVAILABLE} minutes are gone.")


def _answers(incident: CalledIn, names: Iterable[str]) -> list[str]:
    with world.written(incident.drawn, count=EVENTS, seed=incident.drawn.seed) as truth:
        return [answer_to(truth, _question(name)).answer for name in names]


def minutes(names: Iterable[str]) -> int:
    """How long it takes to ask all of them."""
    return sum(OWNER if name in PROGRAMS else PERSON for name in names)


def _question(name: str) -> str:
    return f"owner:{name}" if name in PROGRAMS else f"person:{name}"
