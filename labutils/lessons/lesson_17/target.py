"""17 · Capstone: its target."""

from functools import cache
from typing import Any

from labutils.classroom.judging import value
from labutils.classroom.registry import Target, code
from labutils.lab import dice
from labutils.text import counted

from .unseen import CalledIn, Line, Ticket, called_in

FLAG = "flag-" + next(dice("lesson-17", "the one who was there"))
SEED, PATIENCE = "other-88", 3
STOPPED = (
    "Three accusations were wrong, so nobody listens any more. Restart the kernel to start again. "
    "Asking for the target again gives you the same incident."
)


class Scene:
    """Another incident: `lines`, `tickets`, `programs` (by name, its accounts and tokens), and
    `accuse(address, made)`."""

    def __init__(self, incident: CalledIn, flag: str | None = None) -> None:
        flag = flag or FLAG
        self.lines: tuple[Line, ...] = incident.lines
        self.tickets: tuple[Ticket, ...] = incident.tickets
        self.programs = incident.programs
        self.accuse = accuser(incident, flag)

    def __repr__(self) -> str:
        return f"another incident: {counted(len(self.lines), 'line')}, tickets, programs, accuse"


def accuser(incident: CalledIn, flag: str) -> Any:
    """What hears an accusation, and gives the flag for a right one; three may be wrong."""
    wrong = 0

    def accuse(address: object, made: object) -> str:
        """Say from which address the intruder's programs came, and what was made there to come
        back."""
        nonlocal wrong
        if wrong >= PATIENCE:
            print(STOPPED)
            return "no flag"
        if not isinstance(address, str) or not isinstance(made, list | tuple | set) or not made:
            print("That is not an accusation. Try accuse('203.0.113.9', ['account p.aoki']).")
            return "no flag"
        if any(" " not in str(one) for one in made):
            print("Give each thing as line.made has it, with its kind: 'account p.aoki'.")
            return "no flag"
        right_place = address == incident.drawn.words["intruder_ip"]
        right_things = set(map(str, made)) == set(incident.drawn.footholds)
        if right_place and right_things:
            return flag
        wrong += 1
        place = "The address is right" if right_place else "The address is wrong"
        print(f"{place}. Wrong accusations left: {PATIENCE - wrong}.")
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
    "You found one address, and everything that was made there as a way back, in a month that "
    "nobody had told you about.",
    {
        "address": (
            "That is an address. The flag is what scene.accuse returns for it, together with what "
            "was made there.",
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
        "from it, and at what each of them made.",
        "A rented address has other tenants, who make their own keys. Take what the programs made "
        "there, minus what explained(...) explains.",
    ),
    code("""
        rest = [line for names in scene.programs.values() for name in names
                for line in elsewhere(scene.lines, name)
                if not explained(line, scene.tickets, names)]
        logs = {one: {line.log for line in rest if line.address == one}
                for one in {line.address for line in rest}}
        address = max(logs, key=lambda one: len(logs[one]))
        flag = scene.accuse(address, {line.made for line in rest if line.address == address} - {""})
    """),
    brief="""This is another company, in another month. scene.lines, scene.tickets and \
scene.programs are as before. An intruder was there with a stolen token, and left himself a way \
back.
scene.accuse(address, made) takes the address from which the intruder used the programs' \
accounts, and the names of everything that he made there, as line.made gives them. He made all of \
it with a program's account. It returns the flag if both are right.""",
    tools="",
    scene=the_other,
)
