"""Where the target of lesson 17 takes place, and what proves it."""

from functools import cache, partial
from typing import Any

from labutils.lab import dice
from labutils.text import counted

from .people import ask
from .unseen import CalledIn, Line, Ticket, called_in

FLAG = "flag-" + next(dice("lesson-17", "the one who was there"))
SEED, PATIENCE = "lesson-253", 2
STOPPED = (
    "Three accusations were wrong, so nobody listens any more. Restart the kernel to start again. "
    "Asking for the target again gives you the same incident."
)


class Scene:
    """Another incident: `events` (by log), `lines`, `tickets`, `programs` (by name, its accounts
    and tokens), `roster` (by account, role and hours), `ask(names)`, and
    `accuse(addresses, person, made)`."""

    def __init__(self, incident: CalledIn, flag: str | None = None) -> None:
        flag = flag or FLAG
        self.events = incident.events
        self.lines: tuple[Line, ...] = incident.lines
        self.tickets: tuple[Ticket, ...] = incident.tickets
        self.programs, self.roster = incident.programs, incident.roster
        self.ask = partial(ask, incident)
        self.accuse = accuser(incident, flag)

    def __repr__(self) -> str:
        count = counted(len(self.lines), "line")
        return f"another incident: {count}, events, tickets, programs, roster, ask, accuse"


def with_programs(incident: CalledIn) -> set[str]:
    """From where, outside the company, the intruder used the accounts of programs."""
    his = filter(incident.is_his, incident.lines)
    return {one.address for one in his if one.who in incident.names} & incident.drawn.addresses


def texts(some: object) -> set[str]:
    """The texts of a list, a tuple or a set; of anything else none."""
    return set(map(str, some)) if isinstance(some, list | tuple | set | frozenset) else set()


def accuser(incident: CalledIn, flag: str) -> Any:
    """What hears an accusation, and gives the flag for a right one; PATIENCE may be wrong."""
    wrong, used = 0, with_programs(incident)

    def accuse(addresses: object, person: object, made: object) -> str:
        """Say from which addresses the intruder used programs, whose session he came with, and what
        he made there to come back."""
        nonlocal wrong
        if wrong > PATIENCE:
            print(STOPPED)
            return "no flag"
        places, things = texts(addresses), texts(made)
        if not places or not things or not isinstance(person, str):
            print("It goes like this: accuse(['203.0.113.9'], 'p.aoki', ['account k.lund']).")
            return "no flag"
        if any(" " not in one for one in things):
            print("Give each thing as line.made has it, with its kind: 'account k.lund'.")
            return "no flag"
        drawn = incident.drawn
        his = drawn.words["victim"], set(drawn.footholds)
        if places == used and (person, things) == his:
            return flag
        wrong += 1
        print("At least one of the three is wrong.")
        print(STOPPED if wrong > PATIENCE else f"{PATIENCE - wrong} more may be wrong.")
        return "no flag"

    return accuse


@cache
def the_other() -> Scene:
    """The scene, the same one whenever it is asked for."""
    return Scene(called_in(SEED))


def flag_mistake(answer: Any) -> str | None:
    """What is wrong with a flag; None where nothing is."""
    if answer == FLAG:
        return None
    return "address" if isinstance(answer, str) and answer.count(".") == 3 else "other"


scene = the_other
