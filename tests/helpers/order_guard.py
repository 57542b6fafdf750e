"""The order guard: what a text says came before what is held by the times in the ledger.

It is lesson 08's own rule: a day is all of its seconds, and a minute all of its own; one fact comes
before another where its last possible second lies before the first of the other. Otherwise the
order is unknown, and so is it where the ledger only assumes a time.

A paragraph that names facts whose order is unknown, and that has a word of order, says in a comment
which orders it means: `<!-- order: fact-a < fact-b -->`, or `<!-- order: none -->` where the word
is about something else. Every problem is a sentence.
"""

import re
from datetime import datetime, timedelta
from itertools import combinations

from fact_guard import bare, ids_of, paragraphs
from ledgers import ledger

from labutils.incident.ledger import Fact

ORDER = re.compile(r"<!--\s*order:(.*?)-->", re.DOTALL)
WORDS = re.compile(
    r"\b(before|after|afterwards|then|earlier|later|next|already|until|once|by then|first|last|"
    r"previously|meanwhile|followed|follows)\b",
    re.IGNORECASE,
)
LENGTHS = {
    "day": timedelta(days=1),
    "minute": timedelta(minutes=1),
    "second": timedelta(seconds=1),
}
Span = tuple[datetime, datetime]  # the first second in which it can have been, and the last


def span(fact: Fact) -> Span | None:
    """When a fact can have happened; None where nobody says."""
    if fact.time is None or fact.time_assumed or fact.time_precision not in LENGTHS:
        return None
    begin = datetime.fromisoformat(fact.time.removesuffix("Z"))
    if fact.time_precision == "minute":
        begin = begin.replace(second=0)
    end = begin + LENGTHS[fact.time_precision]
    if fact.time_end:
        end = datetime.fromisoformat(fact.time_end.removesuffix("Z")) + (
            timedelta(days=1) if len(fact.time_end) == 10 else timedelta(seconds=1)
        )
    return begin, end - timedelta(seconds=1)


def comes_before(one: Fact, other: Fact) -> bool:
    """Whether one is known to come before the other."""
    first, second = span(one), span(other)
    return first is not None and second is not None and first[1] < second[0]


def is_unknown(one: Fact, other: Fact) -> bool:
    return not comes_before(one, other) and not comes_before(other, one)


def problems(text: str) -> list[str]:
    """What is wrong with the orders of a text."""
    return [problem for block in paragraphs(text) for problem in problems_of(block)]


def problems_of(block: str) -> list[str]:
    """What is wrong with the orders of a paragraph."""
    known, quoted = ledger().facts, f"'{' '.join(bare(block).split())[:80]}...'"
    said = [part.strip() for found in ORDER.findall(block) for part in found.split(",")]
    named = [known[name] for name in ids_of(block) if name in known]
    if not said:
        unknown = [
            f"{one.id} and {other.id}"
            for one, other in combinations(named, 2)
            if is_unknown(one, other) and not alike(one, other)
        ]
        word = WORDS.search(bare(block))
        if unknown and word:
            return [f"{word[0]!r}: the order of {unknown[0]} is not known: {quoted}"]
        return []
    found = []
    for claim in (one for one in said if one != "none"):
        first, _, second = (part.strip() for part in claim.partition("<"))
        if first not in known or second not in known:
            found.append(f"order: {claim!r} is not `fact < fact`: {quoted}")
        elif not comes_before(known[first], known[second]):
            found.append(f"the ledger does not say that {first} came before {second}: {quoted}")
    return found


def alike(one: Fact, other: Fact) -> bool:
    """Whether two facts have the same time, or one has none: nobody orders a standing state."""
    return one.time is None or other.time is None or one.time == other.time
