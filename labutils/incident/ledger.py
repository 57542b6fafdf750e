"""Look up the course's ledger: what is known of the real events, from where, and how surely.

Another case's ledger is `cases.load(name).ledger`.
"""

import difflib
import re
import unicodedata
from calendar import month_name
from collections.abc import Mapping
from typing import TypeVar

from labutils.incident import cases
from labutils.incident.ledger_schema import CommonError, Derived, Fact, Ledger, Publication, Tactic
from labutils.text import shown

__all__ = [
    "CommonError",
    "Derived",
    "Fact",
    "Ledger",
    "Publication",
    "Tactic",
    "UnknownFact",
    "attack_version",
    "common_errors",
    "derived",
    "fact",
    "facts",
    "ledger",
    "source",
    "steps",
    "tactic",
    "tactics",
    "technique",
]


Entry = TypeVar("Entry")


class UnknownFact(KeyError):
    """An error for a name that the ledger does not have; the sentence gives the nearest ones."""

    def __str__(self) -> str:
        return str(self.args[0])


def fact(identifier: str) -> Fact:
    """Return the fact with this id. Raises UnknownFact."""
    return _one("fact", ledger().facts, identifier)


def facts() -> tuple[Fact, ...]:
    """Return all facts in the order of the ledger."""
    return tuple(ledger().facts.values())


def about(word: str) -> tuple[Fact, ...]:
    """Return the facts that contain a word, a number or a date (2023-11-16 or 16 November).

    It looks in the id, the statement, the note, the actor, the system, the figures and the time.
    Letter case, accents and the commas of a number do not count.
    """
    return tuple(one for one in facts() if _plain(word) in _plain(_words(one)))


def _words(fact: Fact) -> str:
    """All that is searched in a fact."""
    day = ""
    if fact.time:
        year, month, date = fact.time[:10].split("-")
        day = f"{int(date)} {month_name[int(month)]} {year}"
    figures = " ".join(map(str, fact.figures.values()))
    parts = (fact.id, fact.statement, fact.note, fact.actor, fact.system, fact.time, day, figures)
    return " ".join(map(str, parts))


def _plain(text: str) -> str:
    """A text in lower case and without accents."""
    without_commas = re.sub(r"(?<=\d),(?=\d)", "", str(text))
    apart = unicodedata.normalize("NFKD", without_commas).casefold()
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def steps() -> tuple[Fact, ...]:
    """Return the facts that a replay can repeat: what an intruder did."""
    return ledger().steps


def source(identifier: str) -> Publication:
    """Return the source with this id. Raises UnknownFact."""
    return _one("source", ledger().sources, identifier)


def derived(identifier: str) -> Derived:
    """Return the derived figure with this id. Raises UnknownFact."""
    return _one("derived figure", ledger().derived, identifier)


def common_errors() -> tuple[CommonError, ...]:
    """Return the false claims that circulate about the events."""
    return tuple(ledger().errors.values())


def tactic(key: str) -> Tactic:
    """Return the tactic with this key, such as `initial-access`. Raises UnknownFact."""
    return _one("tactic", ledger().tactics, key)


def tactics() -> tuple[Tactic, ...]:
    """Return the tactics of the course, in the order of ATT&CK."""
    return tuple(ledger().tactics.values())


def technique(identifier: str) -> str:
    """Return the name of an ATT&CK technique. Raises UnknownFact."""
    return _one("technique", ledger().attack.techniques, identifier)


def attack_version() -> str:
    """Return the release of ATT&CK in which the ids were checked."""
    return ledger().attack.version


def ledger() -> Ledger:
    """Return the ledger of the course's case, which is read once."""
    return cases.load().ledger


def _one(kind: str, entries: Mapping[str, Entry], identifier: str) -> Entry:
    if isinstance(identifier, str) and identifier in entries:
        return entries[identifier]
    near = difflib.get_close_matches(str(identifier), entries, n=3, cutoff=0.3)
    raise UnknownFact(
        f"The ledger has no {kind} {shown(repr(identifier), 60)}."
        + (f" Near it: {', '.join(near)}." if near else "")
    )
