"""Run rules over events, and return the hits."""

import hashlib
import math
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from sys import intern
from typing import Literal

from sigma.correlations import SigmaCorrelationRule
from sigma.rule import SigmaRule

from labutils.hunt import rules as sigma_rules
from labutils.hunt.asking import AskedRules, NewEvents
from labutils.hunt.correlations import Correlation, Group, group_texts
from labutils.hunt.duckdb_engine import load_what_matters
from labutils.hunt.kept_events import kept
from labutils.hunt.progress import Progress, silent
from labutils.hunt.reading import Event, Skipped, log_files, read
from labutils.hunt.rules import (
    NOT_A_RULE,
    AnyRule,
    Placeholders,
    RefusedRule,
    Ruleset,
)
from labutils.hunt.sources import iso_time
from labutils.hunt.store import Store
from labutils.hunt.why import LONGEST, Matched, explained, line
from labutils.hunt.windows import Onset, numbers
from labutils.text import shown

Engine = Literal["sqlite", "duckdb"]

MOST_SKIPPED = 10_000  # what is named; the rest is counted
MOST_FIELDS = 600  # of a source; SQLite has 2,000 columns, and a view has those of three sources


@dataclass(frozen=True, slots=True)
class Hit:
    """A match of a rule: one event, or the several events of a correlation.

    `time` is ISO 8601: when the event happened, or when a correlation first held. The rules of
    others are under the Detection Rule License 1.1, which asks that the author is named with each
    match. `why` is a line of what matched, and `matched` says it part by part. `opening` are the
    events with which a correlation first held: those that came later make no other hit of it.
    """

    rule_id: str
    title: str
    author: str
    level: str
    source: str
    event_ids: tuple[str, ...]
    time: str | None
    why: str = field(default="", compare=False)
    matched: tuple[Matched, ...] = field(default=(), compare=False)
    opening: tuple[str, ...] = field(default=(), compare=False)

    @property
    def id(self) -> str:
        """A stable id: the same hit has the same id, in however many steps it is looked for.

        SHA-256 (hexadecimal) of a line with the rule's id, or its title where it has none, and a
        line for each event; for a correlation, for each event with which it first held.
        """
        names = [self.rule_id or self.title, *(self.opening or self.event_ids)]
        return hashlib.sha256("\n".join(names).encode(errors="replace")).hexdigest()


@dataclass
class Hunt:
    """The result of a hunt: the hits, how many rules and events took part, and what did not."""

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
    engine: Engine = "sqlite",
    progress: Progress = silent,
) -> Hunt:
    """Run the rules at some paths over the logs at others; `placeholders` are the site's own lists.

    The engine `duckdb` finds the same hits. Raises duckdb_sql.CannotAsk where it is not
    installed or gives up, and OSError where there is no room for what it keeps.
    """
    ruleset = sigma_rules.load(rule_paths, placeholders)
    return hunt_with(ruleset, event_paths, engine=engine, progress=progress)


def hunt_with(
    ruleset: Ruleset,
    event_paths: list[Path],
    *,
    engine: Engine = "sqlite",
    progress: Progress = silent,
) -> Hunt:
    """Run rules that are already loaded over the logs at these paths. Raises as `hunt` does."""
    result, store = Hunt(), Store(keep_texts=False)
    try:
        make_columns(ruleset, store)
        if engine == "duckdb":
            _load_what_matters(ruleset, store, event_paths, result, progress)
        else:
            result.events = store.load(events(event_paths, result, progress))
        matcher = Matcher(ruleset, store)
        result.hits = matcher.new_hits(progress)
        result.notes = _unknown_fields(ruleset, store) + matcher.left_out()
    finally:
        store.close()
    result.loaded, result.refused = len(ruleset.rules), ruleset.refused
    return result


def _load_what_matters(
    ruleset: Ruleset, store: Store, paths: list[Path], result: Hunt, progress: Progress
) -> None:
    """Load the events that DuckDB does not leave out."""
    files, _ = log_files(paths)
    with kept(files, lambda: events(paths, result, progress), result, store.fields) as every:
        result.events = every.count
        load_what_matters(ruleset, every, store)


def events(paths: list[Path], result: Hunt, progress: Progress = silent) -> Iterator[Event]:
    """Yield the events at these paths; what is not an event goes into the result."""
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
    """Create a column for each field that the rules name, so that each event is read once.

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
    """Return the hits of these rules over the loaded events, by rule, then by time.

    A rule that SQLite cannot ask is refused in the ruleset, with the reason.
    """
    return Matcher(ruleset, store).new_hits(progress)


class Matcher:
    """A set of rules and the store they are run over, which may grow.

    `notes` holds what correlations left out, by the rule's `id()`.
    """

    def __init__(self, ruleset: Ruleset, store: Store, *, keep: bool = False):
        """`keep`: the store grows, so that correlations keep what they know."""
        self.ruleset, self.store, self.keep = ruleset, store, keep
        self.since = 0
        self.correlations: dict[int, Correlation] = {}
        self.of_groups: dict[int, dict[Group, list[tuple[float, Hit]]]] = {}
        self.notes: dict[int, list[str]] = {}
        self.asked: AskedRules | None = None
        self.lists: set[str] = set()

    def new_hits(self, progress: Progress = silent) -> list[Hit]:
        """Return the hits of events added since the last call, by rule, then by time.

        Those of correlations are among them, unless the store grows: see `standing`.
        """
        every: list[Hit] = []
        log = NewEvents(self.store, self._asked(), self.since)
        self.since = self.store.count
        rules = list(self.ruleset.rules)
        for number, rule in enumerate(rules):
            progress("rules", number / len(rules))
            try:
                if isinstance(rule, SigmaRule):
                    every += self._event_hits(rule, log)
                elif rule._output:
                    self._look_for_onsets(rule, log)
                    every += [] if self.keep else self._standing(rule)
            except sqlite3.Error as error:
                self.ruleset.refuse(rule, f"SQLite cannot ask it: {sigma_rules.sentence(error)}")
            except NOT_A_RULE as error:
                self.ruleset.refuse(rule, sigma_rules.sentence(error))
        return every

    def left_out(self) -> list[str]:
        """Return a sentence for each thing that correlations left out, by rule."""
        every = (note for rule in self.ruleset.rules for note in self.notes.get(id(rule), []))
        return list(dict.fromkeys(every))

    def _asked(self) -> AskedRules:
        """The rules as the store is asked: anew where a list was met in a column that had none."""
        if self.asked is None or self.lists != self.store.lists:
            make_columns(self.ruleset, self.store)
            self.asked = AskedRules(self.ruleset, self.store)
            self.lists = set(self.store.lists)
        return self.asked

    def _event_hits(self, rule: SigmaRule, log: NewEvents) -> list[Hit]:
        """A hit for each event of which one of the rule's conditions is true."""
        converted = log.asked.converted_rule(rule)
        times = log.times(rule) if rule._output else {}
        if not times:
            return []
        numbers = sorted(times, key=lambda n: (times[n] is None, times[n], n))
        known = self.store.events(numbers)
        table = log.asked.tables[id(rule)]
        why = explained(converted, table, numbers, log.asked.backend, self.store.database)
        return [_hit(rule, [known[n]], times[n], why.get(n, ())) for n in numbers]

    def standing(self) -> Iterator[Hit]:
        """Yield the hits of correlations over everything that the store holds now."""
        for rule in self.ruleset.rules:
            yield from self._standing(rule)

    def _standing(self, rule: AnyRule) -> list[Hit]:
        """A hit for each time that a correlation began to hold, for one group."""
        groups = self.of_groups.get(id(rule), {}) if self.keep else self.of_groups.pop(id(rule))
        every = (timed for hits in groups.values() for timed in hits)
        return [hit for _, hit in sorted(every, key=_by_time)]

    def _look_for_onsets(self, rule: SigmaCorrelationRule, log: NewEvents) -> None:
        """Look anew at those groups of a correlation that are touched by what is new."""
        correlation = self.correlations.get(id(rule)) or Correlation(rule)
        groups = self.of_groups.setdefault(id(rule), {})
        for group, every in correlation.update(log):
            groups[group] = [
                (onset.time, self._correlation_hit(rule, group, onset)) for onset in every
            ]
        self.notes[id(rule)] = correlation.notes()
        if self.keep:
            self.correlations[id(rule)] = correlation

    def _correlation_hit(self, rule: SigmaCorrelationRule, group: Group, onset: Onset) -> Hit:
        """An onset with its events, which are looked up once."""
        known = self.store.events(numbers(onset.parts))
        opening = numbers(onset.opening.first or onset.opening.parts)
        matched = [Matched(name, text, "group-by") for name, text in group_texts(rule, group)]
        name = rule.type.name.lower()
        matched.append(Matched(name, f"{_metric(onset):g}", "condition"))
        hit = _hit(rule, [known[n] for n in sorted(known)], onset.time, tuple(matched))
        said = "; ".join(f"{one.field}={one.value}" for one in matched)
        return replace(
            hit,
            why=shown(f"{said} within {rule.timespan.spec}", LONGEST),
            opening=tuple(known[n][0] for n in sorted(opening)),
        )


def _metric(onset: Onset) -> float:
    """What was counted when it first held."""
    try:
        return float(onset.opening.metric)
    except OverflowError:
        return math.inf


def _hit(
    rule: AnyRule, events: list[tuple[str, str]], time: float | None, matched: tuple[Matched, ...]
) -> Hit:
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
        why=intern(line(matched)),
        matched=matched,
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
                f"of {source} have {shown(paths[name.lower()], 80)}: letter case counts in a "
                "field's name."
                for name in sorted(sigma_rules.fields_of(rule))
                if paths.get(name, paths.get(name.lower(), name)) != name
            ]
    return notes


def _by_time(timed: tuple[float, Hit]) -> tuple[float, tuple[str, ...]]:
    """A hit's time; of hits at one time, the events decide, however many looks there were."""
    time, hit = timed
    return time, hit.event_ids
