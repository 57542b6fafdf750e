"""Questions to the people of the company, before a report is due."""

from collections.abc import Sequence
from textwrap import fill

from labutils.capstone import world
from labutils.capstone.asking import MINUTES, PROGRAMS, answer_to
from labutils.capstone.folder import accounts
from labutils.text import shown

from .unseen import EVENTS, CalledIn

AVAILABLE = 45  # minutes until the report is due
PERSON, OWNER = MINUTES["person"], MINUTES["owner"]


def ask(incident: CalledIn, names: Sequence[str]) -> None:
    """Print what these people answer: accounts, or programs (PROGRAMS), whose owners answer.

    Nobody is asked where all of them together take longer than there is time, or where one of them
    is nobody here: one sentence says which.
    """
    asked = list(dict.fromkeys([names] if isinstance(names, str) else map(str, names)))
    unknown = [name for name in asked if name not in (*PROGRAMS, *accounts(incident.drawn))]
    minutes = sum(OWNER if name in PROGRAMS else PERSON for name in asked)
    if unknown:
        print(f"Nobody on the roster is called {shown(unknown[0], 80)!r}. Nobody was asked.")
    elif minutes > AVAILABLE:
        print(f"That takes {minutes} minutes, and you have {AVAILABLE}. Nobody was asked.")
    elif not asked:
        print(f"Nobody was asked. You have {AVAILABLE} minutes.")
    else:
        with world.written(incident.drawn, count=EVENTS, seed=incident.drawn.seed) as truth:
            for name in asked:
                print(fill(shown(answer_to(truth, _question(name)).answer, 4000), 100))
        print(f"That took {minutes} of {AVAILABLE} minutes.")


def _question(name: str) -> str:
    return f"owner:{name}" if name in PROGRAMS else f"person:{name}"
