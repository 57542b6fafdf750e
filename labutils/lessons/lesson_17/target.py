"""17 · Capstone: its target."""

from functools import cache, partial
from typing import Any

from labutils.classroom.judging import value
from labutils.classroom.registry import Target, code
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
        his = drawn.words["intruder_ip"], drawn.words["victim"], set(drawn.footholds)
        if (address, person, set(map(str, made))) == his:
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


TARGET = Target(
    "17-target",
    "value",
    value(flag_mistake),
    "You found one address, the person whose session was used there, and what was made there as a "
    "way back, in a month that nobody had told you about. The others who were there were only "
    "tenants.",
    {
        "address": (
            "That is an address. The flag is what scene.accuse returns for it, together with the "
            "person and what was made there.",
            'answer = "203.0.113.9"',
        ),
        "other": (
            "That is not the flag. scene.accuse returns it for a correct accusation.",
            'answer = "no flag"',
        ),
    },
    (
        "Work as before: what programs do elsewhere, minus what tickets explain, address by "
        "address.",
        "The intruder's address is the one that appears in the most logs. Then look at all lines "
        "from it, in chronological order: who was there before the program, and what was made "
        "there?",
        "A rented address has other tenants. Whoever signed in there with a second factor was "
        "probably there in person; whose session came from elsewhere? People know what they made: "
        "ask them.",
    ),
    code("""
        rest = [line for names in scene.programs.values() for name in names
                for line in elsewhere(scene.lines, name)
                if not explained(line, scene.tickets, names)]
        address, own = next(iter(by_address(rest).items()))
        near = tenants(scene.lines, address, min(line.time for line in own))
        here = [line for line in scene.lines if line.address == address]
        (person,) = near - {line.who for line in here if "session.start" in line.action}
        flag = scene.accuse(address, person, {line.made for line in own if line.made})
    """),
    brief="""This is another company, in another month. scene.lines, scene.tickets, \
scene.programs and scene.roster are as before, and scene.ask([...]) asks people: you have 30 \
minutes. An intruder came with somebody's session, and with what he found in it he used a \
program's account and token. He left himself a way back.
scene.accuse(address, person, made) takes the address from which he used the programs' accounts, \
the person whose session it was, and the names of everything that he made there, as line.made \
gives them. It returns the flag if all three are right, and does not say which is wrong. Two \
accusations may be wrong.""",
    tools="",
    scene=the_other,
)
