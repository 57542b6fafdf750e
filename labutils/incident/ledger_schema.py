"""What stands in the ledger (data/cases/cloudflare-2023/facts.yaml), and what a sound ledger is."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from labutils.incident.sheets import Row, build, read
from labutils.text import shown

FORMS = {0: "", 10: "%Y-%m-%d", 20: "%Y-%m-%dT%H:%M:%SZ"}
PRECISIONS = {None: (None,), 10: ("day",), 20: ("minute", "second")}


@dataclass(frozen=True)
class Source:
    """Where something was read. A primary source speaks of itself."""

    id: str
    publisher: str
    title: str
    url: str
    kind: Literal["primary", "secondary"]
    published: str | None = None


@dataclass(frozen=True)
class Control:
    """What stood, or should have stood, in the way, and what it did."""

    name: str
    effect: Literal["stopped", "partial", "detected", "bypassed", "failed", "absent", "added"]
    detail: str


@dataclass(frozen=True)
class Fact:
    """One statement about the real events, in our own words. A missing time is one that the sources do not give."""

    id: str
    statement: str
    actor: str
    outcome: Literal["succeeded", "denied", "unknown", "not_applicable"]
    confidence: Literal["confirmed", "reported", "single", "disputed"]
    sources: tuple[Source, ...]
    tactic: str
    system: str = ""
    time: str | None = None
    time_end: str | None = None
    time_precision: Literal["day", "minute", "second"] | None = None
    techniques: tuple[str, ...] = ()
    mapping_basis: str = ""
    figures: dict[str, int | float] = field(default_factory=dict)
    control: Control | None = None
    via: str = ""  # how it came to us, where it was not read at the primary that is listed
    note: str = ""
    step: bool = False


@dataclass(frozen=True)
class Derived:
    """A length of time or a share that we worked out from facts."""

    id: str
    span: str
    value: str
    basis: str


@dataclass(frozen=True)
class CommonError:
    """A claim that circulates and does not hold."""

    id: str
    claim: str
    correct: str
    verdict: str


@dataclass(frozen=True)
class Tactic:
    """A tactic of ATT&CK under the key that facts use."""

    key: str
    id: str
    name: str


@dataclass(frozen=True)
class Attack:
    """The release of ATT&CK that ids and names come from."""

    version: str
    techniques: dict[str, str]


@dataclass(frozen=True)
class Ledger:
    """Everything in the file, each kind under its ids and in the order of the file."""

    attack: Attack
    tactics: dict[str, Tactic]
    sources: dict[str, Source]
    facts: dict[str, Fact]
    derived: dict[str, Derived]
    errors: dict[str, CommonError]


def load(text: str | None = None) -> Ledger:
    """The ledger of data/cases/cloudflare-2023/facts.yaml, or of the text. Raises SheetError, which names the line, for the first thing that is wrong."""
    sheet = build(_Sheet, read("cases/cloudflare-2023/facts.yaml", text))
    attack, taken = build(Attack, sheet.attack), {}

    def made(rows: Iterable[Row], make: Callable[[Row], Any]) -> dict[str, Any]:
        things = {}
        for row in rows:
            thing = make(row)
            if thing.id in taken:
                raise row.error(
                    f"the id {shown(thing.id)} is taken on line {taken[thing.id]}", "id"
                )
            taken[thing.id], things[thing.id] = row.lines.get("id", row.line), thing
        return things

    tactics = {key: build(Tactic, row, key=key) for key, row in sheet.tactics.items()}
    sources = {name: build(Source, row, id=name) for name, row in sheet.sources.items()}
    known = {"tactic": {*tactics, "none"}, "techniques": attack.techniques, "sources": sources}
    return Ledger(
        attack,
        tactics,
        sources,
        made(sheet.facts, lambda row: _fact(row, known, sources)),
        made(sheet.derived, lambda row: build(Derived, row)),
        made(sheet.common_errors, lambda row: build(CommonError, row)),
    )


@dataclass(frozen=True)
class _Sheet:
    about: str
    attack: dict
    tactics: dict[str, dict]
    sources: dict[str, dict]
    facts: tuple[dict, ...]
    derived: tuple[dict, ...] = ()
    common_errors: tuple[dict, ...] = ()


def _fact(row: Row, known: Mapping[str, Collection[str]], sources: Mapping[str, Source]) -> Fact:
    """A fact whose sources, tactic, techniques and times stand up."""
    more: dict[str, Any] = {}
    for key in known.keys() & row.keys():
        for name in row[key] if isinstance(row[key], list) else [row[key]]:
            if not isinstance(name, str) or name not in known[key]:
                raise row.error(
                    f"{key} names {shown(str(name), 60)}, which the ledger does not list", key
                )
    if isinstance(row.get("sources"), list):
        more["sources"] = tuple(sources.get(name) for name in row["sources"])
    if isinstance(row.get("control"), Row):
        more["control"] = build(Control, row["control"])
    made = build(Fact, row, **more)
    for key in ("statement", "sources"):
        if not getattr(made, key):
            raise row.error(f"a fact needs its {key}", key)
    for key in ("time", "time_end"):
        if not _is_time(getattr(made, key)):
            raise row.error(
                f"{key} must look like 2023-11-14 or 2023-11-14T09:22:49Z, not {shown(getattr(made, key), 60)}",
                key,
            )
    if made.time_precision not in PRECISIONS[made.time and len(made.time)]:
        raise row.error(
            "time_precision is day for a date, and minute or second for a time", "time_precision"
        )
    return made


def _is_time(text: str | None) -> bool:
    """A day or a second of the calendar, in the one form for each; no time at all is fine too."""
    try:
        form = FORMS[len(text or "")]
        return datetime.strptime(text, form).strftime(form) == text if text else text is None
    except (KeyError, ValueError):
        return False
