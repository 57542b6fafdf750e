"""What *Incident timeline* starts from: `from labutils.lessons.lesson_08.start import *`."""

from collections.abc import Callable, Iterable, Sequence
from itertools import combinations
from typing import Any

from labutils import (  # first: where a package is broken, they say so in a sentence
    check,
    ending,
    experiment,
    hint,
    logs,
    mine,
    quiz,
    show,
    show_log,
    solution,
    target,
)
from labutils.classroom.cards import show_why
from labutils.classroom.endings import welcome_back
from labutils.incident import ledger
from labutils.instruments.bands import Bands, bands
from labutils.instruments.logs import LogView
from labutils.lab import seconds

from . import readings, retelling
from .pictures import timeline
from .readings import as_table, contradictions, graded_by, kind, print_grades
from .retelling import JUDGED, ON_THE_TIMELINE, SCENES, SETTLED_BY, active_in_the_gap
from .support_log import Desk, Line, support_desk, support_log

Search = Callable[[list[Line]], list[Line]]
MONTHS = {"09": "Sep", "10": "Oct", "11": "Nov"}
FOURTEENTH = ("nov14-probing", "nov14-aws-accessed", "nov14-okta-denied")
NOBODY = (
    "%s files were opened inside cases, by %s people: engineers, on their own cases. The answer to "
    "the customer is written: *We have looked, and nobody took your file.* One click, and it is "
    "sent."
)


def desk_log(**fields: object) -> LogView:
    """Show the log of the support desk, the lines with these values, and return what is shown."""
    title = "The support desk, 28 September to 17 October"
    seen: LogView = logs({"support": support_log()}, where=fields, title=title)
    return seen


def the_answer(seen: LogView) -> None:
    """Show what the support desk would write to its customer, by what a search has found."""
    found = [line for _, line in seen.events()]
    show_why(
        NOBODY % (len(found), len({line["user"] for line in found})),
        "A search that finds nothing is an answer. To which question?",
    )


def first_search(lines: Iterable[Line]) -> list[Line]:
    """Return the lines that an engineer's work leaves: a file that was opened inside a case."""
    return [line for line in lines if line["type"] == "case_file_view"]


def tried(blind_spots: Callable[[Search, Desk], Any]) -> None:
    """Do everything that one can do at the desk, and show which of it the first search misses."""
    desk = support_desk()
    before = len(desk.lines())
    blind = blind_spots(first_search, desk)
    rows = [
        {"you did": way, "the log says": line["type"], "the search": "misses it"}
        if way in blind
        else {"you did": way, "the log says": line["type"], "the search": "finds it"}
        for way, line in zip(desk.done, desk.lines()[before:], strict=True)
    ]
    show_log(
        rows,
        "Your own three acts",
        lit=("the search", "misses it"),
        why="To the customer all three are one thing: somebody has her file. To this log they are "
        "three, because three pages of the system write three types of line. A thief who asks the "
        "same question knows which page to use.",
        moral="Two of three thefts would have been missed.",
    )


def places_of(users: Iterable[str]) -> None:
    """Show from where each of these users worked, and what they did there."""
    rows = []
    for user in sorted(users):
        own = [line for line in support_log() if line["user"] == user]
        for address in sorted({line["address"] for line in own}):
            types = {line["type"] for line in own if line["address"] == address}
            rows.append({"user": user, "address": address, "did": ", ".join(sorted(types))})
    show_log(
        rows,
        "Who worked from two places",
        why="An engineer on a trip does there what she does at home. A program doesn't travel, and "
        "this one never took a file at home. (No source mentions a second address of the "
        "intruder: we added that line.)",
    )


def fourteenth_of_november() -> Bands:
    """Show three events of one day: one has a second, two have none."""
    events = map(ledger.fact, FOURTEENTH)
    return bands(
        {str(one.title): _second_of(one) for one in events},
        title="14 November 2023, at Cloudflare",
        hint="One event is known to the second. Of two, only the day is known: move them.",
    )


def _second_of(fact: ledger.Fact) -> int | None:
    """The second of the day at which something happened; None where only the day is known."""
    return None if fact.time_precision == "day" else seconds(str(fact.time)) % 86_400


def undecided() -> None:
    """Show the pairs of events whose order their times leave open, and what else settles it; and
    the whole timeline."""
    events = [ledger.fact(name) for name in ON_THE_TIMELINE]
    dated = [event for event in events if not event.time_assumed]
    pairs = list(combinations(dated, 2))
    rows = [
        {
            "day": f"{str(one.time)[8:10]} {MONTHS[str(one.time)[5:7]]}",
            "one": one.title,
            "other": other.title,
            "settled by": SETTLED_BY.get(frozenset({one.id, other.id}), "nothing"),
        }
        for one, other in sorted(pairs, key=lambda pair: str(pair[0].time)[:10])
        if readings.order(_span(one), _span(other)) == "unknown"
    ]
    show(*timeline(events, "Eight weeks: what is known to the minute, what to the day"))
    show_log(
        rows,
        f"Of {len(pairs)} pairs of the {len(dated)} that a source dates, {len(rows)} have no order",
        lit=("settled by", "nothing"),
        why="Three of them are ordered by a sentence in a source. For the others there is neither "
        "a time nor a sentence. A report that sorts them by minute has made something up.",
        moral="A date is 86,400 seconds. Say which of them you know.",
    )


def _span(fact: ledger.Fact) -> tuple[int, int]:
    return readings.bounds(str(fact.time), str(fact.time_precision))


def show_entry(name: str) -> None:
    """Show an entry of the ledger: what happened, how certain that is, and who says so."""
    fact = ledger.fact(name)
    rows = [
        {
            "who": one.publisher,
            "is": kind(one),
            "was": "cited only" if one in fact.unread else "read",
            "title": one.title,
        }
        for one in fact.sources
    ]
    head = f"`{fact.id}`, {fact.time or 'no date'}, *{fact.confidence}*."
    show_log(rows, "An entry of the ledger, and who says so", why=f"{head} {fact.statement}")


# --- for practice -------------------------------------------------------------------------------


def span_of(name: str, bounds: Callable[[object, object], Any]) -> Any:
    """Return the first and the last second that the time of a fact can mean, by somebody's
    `bounds`."""
    fact = ledger.fact(name)
    return bounds(fact.time, fact.time_precision)


def show_cards(cards: Sequence[tuple[object, str]], label: str) -> None:
    """Show numbered or lettered cards as a table."""
    show_log([{"": mark, "card": text} for mark, text in cards], label)


def show_scenes() -> None:
    """Show the ten scenes, in no order of time."""
    show_cards([(letter, text) for letter, (text, _) in SCENES.items()], "Ten scenes")


def show_judged() -> None:
    """Show the nine cards that are to be judged."""
    show_cards([(number, card[0]) for number, card in JUDGED.items()], "Nine cards")


def gap() -> list[bool]:
    """Show what the ledger has between October and the first probe, and return whether an intruder
    was active there, and whether anybody else was."""
    show_log(
        [
            {
                "time": fact.time,
                "who": fact.actor,
                "grade": fact.confidence,
                "what": fact.title or fact.id,
            }
            for fact in retelling.in_the_gap()
        ],
        "From 18 October to the first probe",
    )
    return active_in_the_gap()


welcome_back("08")
__all__ = [
    "as_table", "check", "contradictions", "desk_log", "ending", "experiment", "first_search",
    "fourteenth_of_november", "gap", "graded_by", "hint", "ledger", "mine", "places_of",
    "print_grades", "quiz", "seconds", "show_entry", "show_judged", "show_scenes", "solution",
    "span_of", "support_desk", "support_log", "target", "the_answer", "tried", "undecided",
]  # fmt: skip
