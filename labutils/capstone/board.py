"""Read and grade the half page to the board: prose with five facts in square brackets.

The facts are compared with what happened. The prose is for a reader, who has the rubric of
data/capstone/board.md.
"""

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import date

from labutils.capstone.evidence import cited
from labutils.capstone.incident import Claim
from labutils.capstone.world import Truth
from labutils.hunt.sources import time_of
from labutils.lab import iso
from labutils.text import shown

FACT = re.compile(r"\[(\w+):\s*([^\[\]\n]*?)\s*\]")
WORDS = (60, 260)  # of half a page, from and to
NEAR = 0.1  # of what was taken: a board needs no exact number
WAYS = {  # the words of estate.md for the ways in, by their ids
    "recording": "recording",
    "leftover": "old leak",
    "integration": "grant",
    "cookie": "cookie",
    "consent": "mailbox",
}
FACTS = ("first", "last", "way", "taken", "back")
MARKS = ("answer", "loss", "unknown", "done", "decision")  # of the rubric, 0 to 2 each
MOST_MARKS = 2 * len(MARKS)


class BoardError(ValueError):
    """An error for the facts of a half page; the sentence says what is wrong with them."""


def facts_in(text: str) -> dict[str, str]:
    """Return the facts of a half page, as they are written.

    Raises BoardError for an unknown fact, for one that is there twice, and for a value that cannot
    be one.
    """
    found: dict[str, str] = {}
    for name, value in FACT.findall(text):
        if name not in FACTS:
            raise BoardError(f"[{shown(name, 30)}: ...] is none of {', '.join(FACTS)}")
        if name in found:
            raise BoardError(f"[{name}: ...] stands here twice")
        if not READS[name](value):
            raise BoardError(f"[{name}: {shown(value, 40)}] must be {CALLED[name]}")
        found[name] = value
    return found


def _is_day(value: str) -> bool:
    try:
        return len(value) == 10 and bool(date.fromisoformat(value))
    except ValueError:
        return False


def _is_number(value: str) -> bool:
    return len(value) <= 12 and value.replace(",", "").isdecimal() and value.isascii()


READS: dict[str, Callable[[str], bool]] = {
    "first": _is_day,
    "last": _is_day,
    "way": lambda value: value in WAYS.values(),
    "taken": _is_number,
    "back": _is_number,
}
CALLED = {
    "first": "a day such as 2024-05-03",
    "last": "a day such as 2024-05-03",
    "way": f"one of {', '.join(WAYS.values())}",
    "taken": "a whole number",
    "back": "a whole number",
}


def prose(text: str) -> str:
    """Return the half page as a board reads it: values without their brackets, days in words."""
    return FACT.sub(lambda found: _in_words(found[1], found[2]), text)


def _in_words(name: str, value: str) -> str:
    if name in ("first", "last") and _is_day(value):
        day = date.fromisoformat(value)
        return f"{day.day} {day:%B %Y}"
    return value


@dataclass(frozen=True)
class TrueFact:
    """A fact as it really is: its value, and the lines that show it.

    `is_shown`: whether claims of a report show it. `also`: another value that is right.
    """

    value: str
    lines: str
    is_shown: bool
    also: str = ""


def true_facts(
    truth: Truth, shown_claims: Collection[Claim], events: Collection[str]
) -> dict[str, TrueFact]:
    """Return the five facts of an incident.

    `shown_claims`: what a report says that is true and shown; `events`: the lines that it cites for
    that.
    """
    drawn = truth.drawn
    steps = {step for claim in shown_claims for step in drawn.claims.get(claim, ())}
    days = days_of(truth)
    claimed = {event for its in truth.claims.values() for event in its}
    of_claims = {event: day for event, day in days.items() if event in claimed}
    first, last = min(of_claims.values()), max(of_claims.values())

    def on(day: str, also: str) -> TrueFact:
        """A day; `also`: with the lines of what nobody could claim."""
        of_day = [event for event, its in of_claims.items() if its == day]
        return TrueFact(day, cited(of_day), bool({*of_day} & {*events}), also)

    def of(value: str, wanted: Collection[str], *, every: bool = False) -> TrueFact:
        lines = [event for step in wanted for event in truth.events_of.get(step, ())]
        reached = steps & {*wanted}
        is_shown = reached == {*wanted} if every else bool(reached)
        return TrueFact(value, cited(lines), is_shown)

    losses = [kind.id for kind in drawn.chain if kind.loss]
    footholds = [kind.id for kind in drawn.chain if kind.part == "foothold"]
    if "consent-given" in drawn.way.steps:
        footholds.append("consent-given")
    return {
        "first": on(first, min(days.values())),
        "last": on(last, max(days.values())),
        "way": of(WAYS[drawn.way.id], drawn.way.steps),
        "taken": of(str(number_taken(truth)), losses),
        "back": of(str(len(drawn.footholds)), footholds, every=True),
    }


def days_of(truth: Truth) -> dict[str, str]:
    """Return the day, in UTC, of each of the intruder's lines."""
    return {
        name: iso(int(time_of(event, name.rpartition(":")[0]) or 0))[:10]
        for name, event in truth.own_lines.items()
    }


def number_taken(truth: Truth) -> int:
    """Return how many things were taken: the requests of the loss, or the records of its job."""
    losses = [kind.id for kind in truth.drawn.chain if kind.loss]
    events = [truth.own_lines[one] for loss in losses for one in truth.events_of.get(loss, ())]
    records = [int(event.get("RECORDS_PROCESSED") or 0) for event in events]
    steps = [step for step in truth.drawn.replay.steps if step.fact in losses]
    asks = [one.ask.repeat for step in steps for one in step.attempts if one.allowed]
    return max([*records, *asks])


def length_fault(text: str) -> str:
    """Return why a text is too short or too long for half a page; an empty text if it fits."""
    least, most = WORDS
    words = len(prose(text).split())
    if least <= words <= most:
        return ""
    some = f"yours has {words}" if words else "there is none"
    return f"half a page to the board has {least} to {most} words; {some}"


def share_of(text: str, facts: dict[str, TrueFact]) -> tuple[float, list[str]]:
    """Return what a half page is worth, from 0 to 1, and a reason for each loss."""
    if fault := length_fault(text):
        return 0.0, [fault]
    said = facts_in(text)
    lost = list(_losses(said, facts))
    return 1 - len(lost) / len(FACTS), lost


def _losses(said: dict[str, str], facts: dict[str, TrueFact]) -> Iterator[str]:
    for name, true in facts.items():
        if name not in said:
            yield f"{name}: not said; it is {true.value} ({true.lines})"
        elif said[name] != true.also and not agrees(name, said[name], true.value):
            yield f"{name}: you say {said[name]}; it is {true.value} ({true.lines})"
        elif not true.is_shown:
            yield f"{name}: it is true, and no claim of yours shows it"


def agrees(name: str, said: str, true: str) -> bool:
    """Return whether a reported fact agrees with the true one."""
    if name not in ("taken", "back"):
        return said == true
    difference = abs(int(said.replace(",", "")) - int(true))
    return difference <= (NEAR * int(true) if name == "taken" else 0)


def half_page(facts: dict[str, str]) -> str:
    """Write half a page of plain sentences around these facts."""
    said = {name: f"[{name}: {facts[name]}]" for name in FACTS if name in facts}
    return " ".join(
        (
            f"Somebody was in our systems from {said.get('first', 'a day that we do not know')} to",
            f"{said.get('last', 'a day that we do not know')}. They came in by this way:",
            f"{said.get('way', 'one that we do not know')}. Of what they took we count",
            f"{said.get('taken', 'nothing so far')} items. They made {said.get('back', 'no')} ways",
            "to come back. What we found is shut. What no log of ours holds, nobody can tell; the",
            "report lists it. The lines that show all this stand there too, claim by claim.",
        )
    )


QUIET = """\
Nobody was in our systems this month, as far as any log of ours can tell. What looked like an
intruder was our own work: programs that moved to another host, people who travelled, and
colleagues on call at night. Each of these has a ticket, a trip or an owner who confirmed it. The
report names the lines and what explains them. Nothing was shut. What no log holds, nobody can
rule out.
"""
