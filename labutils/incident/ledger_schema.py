"""Define the ledger of a case (its facts.yaml), and check it."""

from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol, TypeVar

from labutils.sheets import Row, build
from labutils.text import shown

FORMS = {7: "%Y-%m", 10: "%Y-%m-%d", 20: "%Y-%m-%dT%H:%M:%SZ"}  # by length
PRECISIONS: dict[int | None, tuple[str | None, ...]] = {
    None: (None,),
    7: ("month",),
    10: ("day",),
    20: ("minute", "second"),
}


@dataclass(frozen=True)
class Publication:
    """A source: where something was published. A primary source speaks of itself."""

    id: str
    publisher: str
    title: str
    url: str
    kind: Literal["primary", "secondary"]
    published: str | None = None


@dataclass(frozen=True)
class ControlEffect:
    """A control that was in the way, or should have been, and its effect."""

    name: str
    effect: Literal["stopped", "partial", "detected", "bypassed", "failed", "absent", "added"]
    detail: str


@dataclass(frozen=True)
class Fact:
    """One statement about the real events, in our own words. A missing time is one that the sources
    do not give."""

    id: str
    statement: str
    actor: str
    outcome: Literal["succeeded", "denied", "unknown", "not_applicable"]
    confidence: Literal["confirmed", "quoted", "reported", "single", "disputed"]
    sources: tuple[Publication, ...]
    tactic: str
    title: str = ""  # a few words, for a picture
    system: str = ""
    time: str | None = None
    time_end: str | None = None
    time_precision: Literal["month", "day", "minute", "second"] | None = None
    time_assumed: str = ""  # why the day is ours, where no source gives it to the event itself
    techniques: tuple[str, ...] = ()
    mapping_basis: str = ""
    figures: dict[str, int | float] = field(default_factory=dict)
    control: ControlEffect | None = None
    via: str = ""  # how it came to us, where it was not read at the primary that is listed
    unread: tuple[Publication, ...] = ()  # of the sources: cited by others, and not read for this
    note: str = ""
    step: bool = False

    @property
    def read(self) -> tuple[Publication, ...]:
        """The sources that were read for this statement. The grade rests on these."""
        return tuple(source for source in self.sources if source not in self.unread)


@dataclass(frozen=True)
class Derived:
    """A length of time or a share that we worked out from facts."""

    id: str
    span: str
    value: str
    basis: str


@dataclass(frozen=True)
class CommonError:
    """A false claim that circulates about the events."""

    id: str
    claim: str
    correct: str
    verdict: str


@dataclass(frozen=True)
class Tactic:
    """A tactic of ATT&CK, under the key that facts use."""

    key: str
    id: str
    name: str


@dataclass(frozen=True)
class Attack:
    """The release of ATT&CK that ids and names come from.

    `listed_under`: of a technique that a fact names with a tactic under which ATT&CK does not list
    it, a tactic (by its key) under which ATT&CK does.
    """

    version: str
    techniques: dict[str, str]
    listed_under: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Ledger:
    """The contents of a ledger, each kind by id and in the order of the file."""

    attack: Attack
    tactics: dict[str, Tactic]
    sources: dict[str, Publication]
    facts: dict[str, Fact]
    derived: dict[str, Derived]
    errors: dict[str, CommonError]

    @property
    def steps(self) -> tuple[Fact, ...]:
        """The facts that a replay can repeat: what an intruder did."""
        return tuple(fact for fact in self.facts.values() if fact.step)


def read_ledger(sheet: Row) -> Ledger:
    """Read the ledger of a sheet.

    Raises SheetError, which names the line, for the first fault.
    """
    top = build(_LedgerSheet, sheet)
    attack = build(Attack, top.attack)
    tactics = {key: build(Tactic, row, key=key) for key, row in top.tactics.items()}
    sources = {name: build(Publication, row, id=name) for name, row in top.sources.items()}
    taken: dict[str, int] = {}
    return Ledger(
        attack,
        tactics,
        sources,
        _by_id(top.facts, taken, lambda row: _fact(row, attack, tactics, sources)),
        _by_id(top.derived, taken, lambda row: build(Derived, row)),
        _by_id(top.common_errors, taken, lambda row: build(CommonError, row)),
    )


@dataclass(frozen=True)
class _LedgerSheet:
    about: str
    attack: Row
    tactics: dict[str, Row]
    sources: dict[str, Row]
    facts: tuple[Row, ...]
    derived: tuple[Row, ...] = ()
    common_errors: tuple[Row, ...] = ()


class _HasId(Protocol):
    @property
    def id(self) -> str: ...


Entry = TypeVar("Entry", bound=_HasId)


def _by_id(
    rows: Iterable[Row], taken: dict[str, int], entry_of: Callable[[Row], Entry]
) -> dict[str, Entry]:
    """The entries of the rows by id. `taken` holds the line of each id of the ledger so far, and
    grows."""
    entries = {}
    for row in rows:
        entry = entry_of(row)
        if entry.id in taken:
            raise row.error(f"the id {shown(entry.id)} is taken on line {taken[entry.id]}", "id")
        taken[entry.id], entries[entry.id] = row.lines.get("id", row.line), entry
    return entries


def _fact(
    row: Row, attack: Attack, tactics: Mapping[str, Tactic], sources: Mapping[str, Publication]
) -> Fact:
    """A fact whose sources, tactic, techniques and times stand up."""
    _must_be_listed(row, "tactic", {*tactics, "none"})
    _must_be_listed(row, "techniques", attack.techniques)
    _must_be_listed(row, "sources", sources)
    _must_be_listed(row, "unread", sources)
    more: dict[str, Any] = {}
    if isinstance(row.get("sources"), list):
        more["sources"] = tuple(sources[name] for name in row["sources"])
    if isinstance(row.get("unread"), list):
        more["unread"] = tuple(sources[name] for name in row["unread"])
    if isinstance(row.get("control"), Row):
        more["control"] = build(ControlEffect, row["control"])
    fact = build(Fact, row, **more)
    if not fact.statement:
        raise row.error("a fact needs its statement", "statement")
    if not fact.sources:
        raise row.error("a fact needs its sources", "sources")
    if fact.step and (fact.tactic == "none" or not fact.techniques):
        raise row.error("a step has a tactic, and one technique at least", "step")
    _must_have_been_read(row, fact)
    _must_be_time(row, "time", fact.time)
    _must_be_time(row, "time_end", fact.time_end)
    if fact.time_precision not in PRECISIONS[len(fact.time) if fact.time else None]:
        raise row.error(
            "time_precision is month for a month, day for a date, and minute or second for a time",
            "time_precision",
        )
    return fact


def _must_be_listed(row: Row, key: str, listed: Container[str]) -> None:
    """Every name under a key is one that the ledger lists."""
    names = row.get(key, [])
    for name in names if isinstance(names, list) else [names]:
        if not isinstance(name, str) or name not in listed:
            raise row.error(
                f"{key} names {shown(str(name), 60)}, which the ledger does not list", key
            )


def _must_have_been_read(row: Row, fact: Fact) -> None:
    """What is confirmed was read at a primary source; what was not read is one of the sources."""
    if not set(fact.unread) <= set(fact.sources):
        raise row.error("unread names a source that the fact does not list", "unread")
    if fact.confidence == "confirmed" and all(source.kind != "primary" for source in fact.read):
        raise row.error("what is confirmed was read at a primary source", "confidence")
    if fact.confidence == "quoted" and not _is_quoted(fact):
        sentence = "what is quoted was read in a retelling, and its primary source is listed unread"
        raise row.error(sentence, "confidence")


def _is_quoted(fact: Fact) -> bool:
    """Return whether somebody's own words were read where somebody else quotes them."""
    primary_unread = any(source.kind == "primary" for source in fact.unread)
    return primary_unread and any(source.kind == "secondary" for source in fact.read)


def _must_be_time(row: Row, key: str, text: str | None) -> None:
    """A month, day or second of the calendar, in the one form for each; no time at all is fine
    too."""
    if text is not None and not _is_time(text):
        raise row.error(
            f"{key} must look like 2023-11, 2023-11-14 or 2023-11-14T09:22:49Z, not "
            f"{shown(text, 60)}",
            key,
        )


def _is_time(text: str) -> bool:
    form = FORMS.get(len(text))
    try:
        return form is not None and datetime.strptime(text, form).strftime(form) == text
    except ValueError:
        return False
