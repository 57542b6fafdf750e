"""Where the target of lesson 17 takes place, and what proves it."""

from functools import cache, partial
from typing import Any

from labutils.lab import dice
from labutils.text import counted

from .people import ask
from .unseen import CalledIn, Line, Ticket, called_in

FLAG = "flag-" + next(dice("lesson-17", "the one who was there"))
SEED, PATIENCE = "other-88", 2
STOPPED = (
    "Three accusations were wrong, so nobody listens any more. Restart the kernel to start again. "
    "Asking for the target again gives you the same incident."
)


class Scene:
    """Another incident: `lines`, `tickets`, `programs` (by name, its accounts and tokens), `roster`
    (by account, role and hours), `ask(names)`, and `accuse(address, person, made)`."""

    def __init__(self, incident: CalledIn, flag: str | None = None) -> None:
        flag = flag or FLAG
        self.lines: tuple[Line, ...] = incident.lines
        self.tickets: tuple[Ticket, ...] = incident.tickets
        self.programs, self.roster = incident.programs, incident.roster
        self.ask = partial(ask, incident)
        self.accuse = accuser(incident, flag)

    def __repr__(self) -> str:
        count = counted(len(self.lines), "line")
        return f"another incident: {count}, tickets, programs, roster, ask, accuse"


def accuser(incident: CalledIn, flag: str) -> Any:
    """What hears an accusation, and gives the flag for a right one; PATIENCE may be wrong."""
    wrong = 0

    def accuse(address: object, person: object, made: object) -> str:
        """Say from which address the intruder used programs, whose session he came with, and what
        he made there to come back."""
        nonlocal wrong
        if wrong > PATIENCE:
            print(STOPPED)
            return "no flag"
        texts = isinstance(address, str) and isinstance(person, str)
        if not texts or not isinstance(made, list | tuple | set) or not made:
            print("It goes like this: accuse('203.0.113.9', 'p.aoki', ['account k.lund']).")
            return "no flag"
        if any(" " not in str(one) for one in made):
            print("Give each thing as line.made has it, with its kind: 'account k.lund'.")
            return "no flag"
        drawn = incident.drawn
        his = drawn.words["victim"], set(drawn.footholds)
        if address in incident.addresses and (person, set(map(str, made))) == his:
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
