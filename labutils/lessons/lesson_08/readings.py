"""Who says what of the events of 2023, and how near each of them stood (lesson 08)."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from labutils.incident import ledger
from labutils.lab import seconds

from .own_marks import print_marks

Reading = dict[str, Any]
KINDS = ("original", "translation", "retelling")
GRADES = ("disputed", "confirmed", "reported", "single", "unread")


def kind(source: ledger.Publication) -> str:
    """How near a source stands: the people involved, a translation of their words, or others."""
    if source.kind == "secondary":
        return "retelling"
    return "translation" if "localisation" in source.title else "original"


def reading(name: str, says: str, *, read: bool = True) -> Reading:
    """What a source of the ledger says on a question."""
    source = ledger.source(name)
    return {"who": source.publisher, "kind": kind(source), "read": read, "says": says}


def contradictions() -> dict[str, list[Reading]]:
    """Four questions on which the sources do not say the same."""
    return {
        "A. Total number of wiki pages": [
            reading("thx-pl", "14,099"),
            reading("thx-en", "not read for this", read=False),
            {
                "who": "writer on the English post",
                "kind": "retelling",
                "read": True,
                "says": "194,100",
            },
        ],
        "B. What refused the 14 November sign-in": [
            reading("thx-en", "no name is given"),
            reading("sw", "network segmentation"),
        ],
        "C. What the number 134 counts": [
            reading("rca", "customers"),
            reading("iw", "customers"),
            {"who": "writer on Okta's article", "kind": "retelling", "read": True, "says": "users"},
        ],
        "D. When the July 2022 text messages were sent": [
            reading("sms-pl", "22:50 (in the text)"),
            reading("sms-pl", "22:49 (in the table at the end)"),
        ],
    }


def readings(fact: ledger.Fact) -> list[Reading]:
    """The sources of a fact as readings, each of which says what the fact states."""
    return [
        reading(source.id, fact.statement, read=source not in fact.unread)
        for source in fact.sources
    ]


def as_table(rows: Mapping[str, Sequence[Reading]]) -> str:
    """Questions with what each source says on them, as text."""
    lines = []
    for question, members in rows.items():
        lines.append(question)
        for one in members:
            seen = "read" if one["read"] else "cited"
            lines.append(f"   {one['kind']:<12}{seen:<7}{one['who']:<30}{one['says']}")
    return "\n".join(lines)


def grade(readings: Sequence[Reading]) -> str:
    """The grade of a statement: an original outweighs retellings, and what was only cited does
    not count."""
    says: dict[str, list[str]] = {name: [] for name in KINDS}
    for one in readings:
        if one["read"]:
            says[one["kind"]].append(one["says"])
    originals, translations, retellings = says.values()
    if len(set(originals or translations + retellings)) > 1:
        return "disputed"
    if originals or translations:
        return "confirmed"
    return {0: "unread", 1: "single"}.get(len(retellings), "reported")


def bounds(time: str, precision: str) -> tuple[int, int]:
    """The first and the last second that a time can mean (seconds since 1970).

    Raises KeyError where the precision is not second, minute or day."""
    length = {"second": 1, "minute": 60, "day": 86400}[precision]
    start = seconds(time) - seconds(time) % length
    return start, start + length - 1


def order(first: tuple[int, int], second: tuple[int, int]) -> str:
    """Which of two pairs of bounds comes first: "before", "after", or "unknown" if they overlap."""
    if first[1] < second[0]:
        return "before"
    return "after" if second[1] < first[0] else "unknown"


def in_lower_case(given: object) -> object:
    """A word in lower case, and anything else as it is."""
    return given.lower() if isinstance(given, str) else given


def print_grades(own: Mapping[str, object], statements: Mapping[str, Sequence[Reading]]) -> None:
    """The grade that somebody gave to each statement, by its letter, beside that by the rules.

    A word that is no grade gets a sentence.
    """
    for letter, given in own.items():
        if given is not ... and in_lower_case(given) not in GRADES:
            print(f"{letter}: {given!r} is not one of the words {', '.join(GRADES)}.")
    print_marks(
        {question: in_lower_case(own.get(question[0], ...)) for question in statements},
        {question: grade(readings) for question, readings in statements.items()},
        width=53,
    )


def graded_by(grade: Callable[[list[Reading]], str]) -> str:
    """What is neither confirmed nor disputed in the ledger, and a grade by somebody's rules."""
    lines = [f"{'fact':<36} {'ledger':<9} your rules"]
    for fact in ledger.facts():
        if fact.confidence in ("reported", "single"):
            by_rules = grade(readings(fact))
            mark = "the same" if by_rules == fact.confidence else by_rules
            lines.append(f"{fact.id:<36} {fact.confidence:<9} {mark}")
    return "\n".join(lines)
