"""Rules held against events: the hits."""

import copy
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from sys import intern
from typing import Any

from sigma.backends.sqlite.runtime import execute_plan
from sigma.correlations import SigmaCorrelationRule
from sigma.rule import SigmaRule

from labutils.hunt import rules as sigma_rules
from labutils.hunt.plans import quickened
from labutils.hunt.progress import Progress, silent
from labutils.hunt.reading import Event, Skipped, log_files, read
from labutils.hunt.rules import (
    NOT_A_RULE,
    AnyRule,
    Backend,
    Placeholders,
    RefusedRule,
    Ruleset,
)
from labutils.hunt.sources import iso_time
from labutils.hunt.store import Store, field_of, unframed
from labutils.hunt.why import LONGEST, explained
from labutils.text import shown

MOST_SKIPPED = 10_000  # what is named; the rest is counted
MOST_FIELDS = 600  # of a source; SQLite has 2,000 columns, and a view has those of three sources


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule that was true: of one event, or a correlation of several.

    `time` is ISO 8601: when the event happened, or when a correlation first held. The rules of
    others are under the Detection Rule License 1.1, which asks that the author is named with each
    match. `why` is a line of what matched.
    """

    rule_id: str
    title: str
    author: str
    level: str
    source: str
    event_ids: tuple[str, ...]
    time: str | None
    why: str = field(default="", compare=False)


@dataclass
class Hunt:
    """What came of a hunt: hits, how many rules and events took part, and what did not."""

    hits: list[Hit] = field(default_factory=list)
    loaded: int = 0
    refused: list[RefusedRule] = field(default_factory=list)
    events: int = 0
    skipped: list[Skipped] = field(default_factory=list)
    not_named: int = 0
    notes: list[str] = field(default_factory=list)


def hunt(
    rule_paths: list[Path],
    event_paths: list[Path],
    placeholders: Placeholders | None = None,
    *,
    progress: Progress = silent,
) -> Hunt:
    """The rules at these paths over the logs at those; `placeholders` are the lists of the site."""
    return hunt_with(sigma_rules.load(rule_paths, placeholders), event_paths, progress=progress)


def hunt_with(ruleset: Ruleset, event_paths: list[Path], *, progress: Progress = silent) -> Hunt:
    """Rules that are loaded over the logs at these paths."""
    result, store = Hunt(), Store(keep_texts=False)
    try:
        make_columns(ruleset, store)
        result.events = store.load(events(event_paths, result, progress))
        result.hits = hits(ruleset, store, progress)
        result.notes = _unknown_fields(ruleset, store)
    finally:
        store.close()
    result.loaded, result.refused = len(ruleset.rules), ruleset.refused
    return result


def events(paths: list[Path], result: Hunt, progress: Progress = silent) -> Iterator[Event]:
    """The events at these paths; what is none goes into the result."""
    files, skipped = log_files(paths)
    result.skipped += skipped
    sizes = [file.path.stat().st_size for file in files]
    whole, before = max(sum(sizes), 1), 0

    def tell(read_so_far: int) -> None:
        progress("reading", (before + read_so_far) / whole)

    for file, size in zip(files, sizes, strict=True):
        for item in read(file, tell):
            if isinstance(item, Event):
                yield item
            elif len(result.skipped) < MOST_SKIPPED:
                result.skipped.append(item)
            else:
                result.not_named += 1
        before += size


def make_columns(ruleset: Ruleset, store: Store) -> None:
    """Give the tables what the rules name, so that each event is read once.

    A rule that names more than a table can hold is refused.
    """
    for rule in list(ruleset.rules):
        for base in sigma_rules.base_rules(rule):
            fields = sigma_rules.fields_of(rule) | sigma_rules.fields_of(base)
            sources = sigma_rules.sources_of(base)
            if any(len(fields.union(store.fields[source])) > MOST_FIELDS for source in sources):
                ruleset.refuse(rule, f"with it, the rules name more than {MOST_FIELDS} fields")
                break
            for source in sources:
                store.want(source, fields)


# --- hits ---------------------------------------------------------------------------------------


def hits(ruleset: Ruleset, store: Store, progress: Progress = silent) -> list[Hit]:
    """The hits of these rules over the loaded events, in the order of the rules, then of time.

    A rule that SQLite cannot ask is refused in the ruleset, with the reason.
    """
    make_columns(ruleset, store)
    copies = copy.deepcopy(ruleset.rules)
    tables = {
        id(rule): store.table(sigma_rules.sources_of(rule))
        for rule in copies
        if isinstance(rule, SigmaRule)
    }
    backend, every = Backend(store.lists, tables), list[Hit]()
    for number, (original, rule) in enumerate(zip(list(ruleset.rules), copies, strict=True)):
        progress("rules", number / len(copies))
        try:
            if isinstance(rule, SigmaCorrelationRule):
                every += _correlation_hits(rule, backend, store)
            else:
                every += _event_hits(rule, tables[id(rule)], backend, store)
        except sqlite3.Error as error:
            ruleset.refuse(original, f"SQLite cannot ask it: {sigma_rules.sentence(error)}")
        except NOT_A_RULE as error:
            ruleset.refuse(original, sigma_rules.sentence(error))
    return every


def _event_hits(rule: SigmaRule, table: str, backend: Backend, store: Store) -> list[Hit]:
    """A hit for each event of which one of the rule's conditions is true."""
    times: dict[int, float | None] = {}
    for query in backend.convert_rule(rule):
        times.update(store.database.execute(query))
    if not times:
        return []
    numbers = sorted(times, key=lambda n: (times[n] is None, times[n], n))
    known = store.events(numbers)
    why = explained(rule, table, numbers, backend, store.database)
    return [_hit(rule, [known[n]], times[n], why.get(n, "")) for n in numbers]


def _correlation_hits(rule: SigmaCorrelationRule, backend: Backend, store: Store) -> list[Hit]:
    """A hit for each time that a correlation began to hold, for one group.

    The plan is that of the backend, and gives a row for each place of the sliding window.
    """
    converted = backend.convert_correlation_rule(rule, "zircolite")
    every: list[Hit] = []
    for query in converted:
        plan = quickened(query["correlation_plan"])
        rows, _ = execute_plan(store.database, plan, include_events=False)
        every_onset = onsets(rows)
        known = store.events(number for onset in every_onset for number in onset.numbers())
        for onset in every_onset:
            numbers = onset.numbers()
            why = shown(f"{onset.why} within {rule.timespan.spec}", LONGEST)
            every.append(_hit(rule, [known[n] for n in numbers], onset.time, why))
    return every


@dataclass
class Onset:
    """One stretch of time in which a correlation held for a group."""

    time: float
    end: float
    why: str
    events: set[str]

    def numbers(self) -> list[int]:
        """Its events by their numbers, which the backend writes behind that of a table."""
        return sorted({int(name.partition(":")[2]) for name in self.events})


def onsets(rows: Iterable[dict[str, Any]]) -> list[Onset]:
    """Windows of one group that touch are one alert, which begins where the first one held."""
    every: list[Onset] = []
    latest: dict[str, Onset] = {}
    for row in sorted(rows, key=lambda row: (row["window_start"], row["window_end"])):
        group = repr(sorted(row["group_keys"].items()))
        onset = latest.get(group)
        if onset is not None and row["window_start"] <= onset.end:
            onset.events.update(row["event_ids"])
            onset.end = max(onset.end, row["window_end"])
            onset.time = min(onset.time, row["occurrence_time"])
            continue
        onset = Onset(
            row["occurrence_time"], row["window_end"], _shared(row), set(row["event_ids"])
        )
        latest[group] = onset
        every.append(onset)
    return sorted(every, key=lambda onset: onset.time)


def _shared(row: dict[str, Any]) -> str:
    """What the events of a window share, and what was counted."""
    parts = [
        f"{field_of(name)}={', '.join(map(str, unframed(value)))}"
        for name, value in row["group_keys"].items()
    ]
    parts.append(f"{row['metric_name']}={row['metric_value']:g}")
    return "; ".join(parts)


def _hit(rule: AnyRule, events: list[tuple[str, str]], time: float | None, why: str) -> Hit:
    """A hit with its events, each once, in the order in which they were read. What many hits say is
    in the memory once."""
    return Hit(
        rule_id=intern(str(rule.id or rule.name or "")),
        title=rule.title or "",
        author=rule.author or "",
        level=intern(rule.level.name.lower() if rule.level else ""),
        source=intern(", ".join(sorted({source for _, source in events}))),
        event_ids=tuple(name for name, _ in events),
        time=iso_time(time),
        why=why,
    )


# --- notes --------------------------------------------------------------------------------------


def _unknown_fields(ruleset: Ruleset, store: Store) -> list[str]:
    """Fields that a rule writes in another case than the events: such a rule is silent."""
    written: dict[str, dict[str, str]] = {}
    notes = []
    for rule in ruleset.rules:
        if not isinstance(rule, SigmaRule):
            continue
        for source in sigma_rules.sources_of(rule):
            if source not in written:
                keys = store.keys(source)
                written[source] = {key.lower(): key for key in keys} | {key: key for key in keys}
            paths = written[source]
            notes += [
                f"The rule {shown(rule.title or '', 80)!r} names {shown(name, 80)}, and the events "
                f"of {source} have {shown(paths[name.lower()], 80)}: in a field's name the case of "
                "letters counts."
                for name in sorted(sigma_rules.fields_of(rule))
                if paths.get(name, paths.get(name.lower(), name)) != name
            ]
    return notes
