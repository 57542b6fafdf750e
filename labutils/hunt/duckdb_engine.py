"""Run `hunt --engine duckdb`: DuckDB drops events that cannot match; SQLite decides on the rest.

The events are read once, as always, and kept as Parquet (`labutils.hunt.kept_events`). Of these
DuckDB picks those of which a rule may be true (`labutils.hunt.narrowing`). Their columns go into
the tables of SQLite, and they are hunted in as if there were no others. So the hits are the same
whatever the engine.
"""

import json
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from sigma.correlations import SigmaCorrelationRule
from sigma.rule import SigmaRule

from labutils.hunt.correlations import name_in
from labutils.hunt.duckdb_sql import connect, literal
from labutils.hunt.kept_events import Fields, KeptEvents, read_number
from labutils.hunt.narrowing import TRUE, absence, any_of, is_framed, kept_matches, may_match
from labutils.hunt.rules import NOT_A_RULE, AnyRule, Ruleset, base_rules, sources_of
from labutils.hunt.store import FIRST, FRAME, Columns, Row, Store, Value, column
from labutils.hunt.windows import Windows

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

FETCHED = 2_000  # events at once


def load_what_matters(ruleset: Ruleset, kept: KeptEvents, store: Store) -> None:
    """Load the events that a rule may match or that a correlation needs.

    Also loads the first event of each file, which shows its fields, and the last event of each
    source.
    """
    with connect(kept.folder) as database:
        choice = _Chosen(kept, database)
        for rule in ruleset.rules:
            if rule._output:
                choice.take(rule)
        choice.settle()
        choice.load(store)


class _Chosen:
    """The numbers of the events that are chosen. `asked` are conditions of events that are yet to
    be, and `absences` the SQL of correlations that something must be absent."""

    def __init__(self, kept: KeptEvents, database: "DuckDBPyConnection"):
        self.kept, self.database = kept, database
        self.asked = {source: [_always(kept, source)] for source in kept.fields}
        self.absences: list[str] = []
        database.execute("CREATE TEMP TABLE chosen (n BIGINT)")

    def take(self, rule: AnyRule) -> None:
        """The events that matter to a rule."""
        if isinstance(rule, SigmaRule):
            for source in self._sources(rule):
                self.asked[source].append(may_match(rule, self.kept.fields[source]))
        elif _needs_all(rule):
            for base in base_rules(rule):
                for source in self._sources(base):
                    self.asked[source].append(TRUE)
        elif not self._take_matches(rule):
            for reference in rule.referenced_rules:
                self.take(reference.rule)

    def settle(self) -> None:
        """Choose what was asked; then what a chosen event needs so as not to seem alone, which
        may need others in its turn."""
        for source, conditions in self.asked.items():
            self._choose(f"SELECT n FROM {self.kept.table(source)} WHERE {any_of(conditions)}")
        while sum([self._choose(absence) for absence in self.absences]):
            pass

    def _choose(self, numbers: str) -> int:
        """Choose these numbers; how many of them were not chosen before."""
        new = f"SELECT DISTINCT n FROM ({numbers}) ANTI JOIN chosen USING (n)"
        (count,) = self.database.execute(f"INSERT INTO chosen {new}").fetchone() or (0,)
        return int(count)

    def _sources(self, rule: SigmaRule) -> list[str]:
        return [source for source in sources_of(rule) if source in self.kept.fields]

    def _take_matches(self, rule: SigmaCorrelationRule) -> bool:
        """Choose the matches that decide where a correlation holds; whether that can be said."""
        table = f"matches{len(self.absences)}"
        numbers = kept_matches(rule, table)
        matches = None if numbers is None else self._matches(rule)
        if matches is None or numbers is None:
            return False
        if matches:
            every = " UNION ALL ".join(matches)
            self.database.execute(f"CREATE TEMP TABLE {table} AS {every}")
            if absence(rule):
                self.absences.append(numbers)
            else:
                self._choose(numbers)
                self.database.execute(f"DROP TABLE {table}")
        return True

    def _matches(self, rule: SigmaCorrelationRule) -> list[str] | None:
        """SQL for the matches of each of the correlated rules; None where a group has no column."""
        every = []
        for slot, reference in enumerate(rule.referenced_rules):
            base = reference.rule
            if not isinstance(base, SigmaRule):
                return None
            named = [name_in(rule, name, reference) for name in rule.group_by or []]
            counted = name_in(rule, getattr(rule.condition, "fieldref", None), reference)
            for source in self._sources(base):
                fields = self.kept.fields[source]
                if absence(rule) and any(name in fields.numbers for name in named):
                    return None  # 1 and "1" are one text here, and two groups: neither is alone
                columns = [_column(name, fields) for name in [*named, counted]]
                if None in columns:
                    return None
                *groups, value = map(str, columns)
                keys = [f", {_group(one)} AS g{place}" for place, one in enumerate(groups)]
                every.append(
                    f"SELECT n, time, {slot} AS slot, {value} AS value{''.join(keys)} "
                    f"FROM {self.kept.table(source)} WHERE {may_match(base, fields)}"
                )
        return every

    # --- from columns into tables ---

    def load(self, store: Store) -> None:
        """Put the chosen events into the tables of a store, under the numbers that they have among
        all, and where each stands."""
        for source, fields in self.kept.fields.items():
            wanted = store.fields[source]
            store.lists.update(column(name) for name in wanted if name in fields.lists)
            store.load_rows(source, self._rows(source, wanted, store.lists))
            texts = f"SELECT n, text FROM {self.kept.table(source)} WHERE place <= {FIRST}"
            store.load_texts(self._fetched(texts))
        places = self._fetched(self._places()) if self.kept.fields else ()
        store.load_places(places, self.kept.count)

    def _rows(self, source: str, wanted: list[str], lists: set[str]) -> Iterator[Row]:
        """The chosen events of a source: number, time, and the values of the wanted fields."""
        fields = self.kept.fields[source]
        values = [fields.value(name) for name in wanted]
        in_text = [place for place, value in enumerate(values, 2) if value is None]
        numbers = [place for place, name in enumerate(wanted, 2) if name in fields.numbers]
        columns = ["n", "time", *(value or "NULL" for value in values)]
        columns += ["text"] if in_text else []
        asked = (
            f"SELECT {', '.join(columns)} FROM {self.kept.table(source)} SEMI JOIN chosen USING (n)"
        )
        if not in_text and not numbers:
            yield from self._fetched(asked)
            return
        others = Columns([wanted[place - 2] for place in in_text], lists)
        read = lru_cache(read_number)  # most numbers stand in many events
        for batch in self._batches(asked):
            known: list[Iterable[Value]] = list(zip(*batch, strict=True))
            for place in numbers:
                known[place] = map(read, known[place])
            if in_text:
                read_off = (others.of(json.loads(str(text))) for text in known.pop())
                for place, values_of_one in zip(in_text, zip(*read_off, strict=True), strict=True):
                    known[place] = values_of_one
            yield from zip(*known, strict=True)

    def _places(self) -> str:
        """SQL for the first of those chosen events that stand in a file one after the other, as
        far as their numbers say."""
        every = " UNION ALL ".join(
            f"SELECT n, file, place, {literal(source)} AS source "
            f"FROM {self.kept.table(source)} SEMI JOIN chosen USING (n)"
            for source in self.kept.fields
        )
        goes_on = " AND ".join(
            f"{one} IS NOT DISTINCT FROM lag({one}) OVER (ORDER BY n)"
            for one in ("file", "place - n", "source")
        )
        return f"SELECT n, file, place, source FROM ({every}) QUALIFY NOT ({goes_on})"

    def _fetched(self, asked: str) -> Iterator[Row]:
        """The rows of an answer."""
        for batch in self._batches(asked):
            yield from batch

    def _batches(self, asked: str) -> Iterator[list[Row]]:
        """The rows of an answer, some thousands at once: all may not fit into the memory."""
        answer = self.database.execute(asked)
        while batch := answer.fetchmany(FETCHED):
            yield batch


def _always(kept: KeptEvents, source: str) -> str:
    """The first events of each file, and the last of all."""
    table = kept.table(source)
    return f"place <= {FIRST} OR time = (SELECT MAX(time) FROM {table})"


def _needs_all(rule: SigmaCorrelationRule) -> bool:
    """Whether a correlation, or one below it, has to see events of which no rule is true."""
    try:
        if Windows(rule).looks_at_all:
            return True
    except NOT_A_RULE:
        return False  # it is refused, with the reason, by who asks it
    below = (reference.rule for reference in rule.referenced_rules)
    return any(_needs_all(one) for one in below if isinstance(one, SigmaCorrelationRule))


def _column(name: str | None, fields: Fields) -> str | None:
    return fields.column(name) if name else "NULL::VARCHAR"


def _group(column: str) -> str:
    """A column by which matches are grouped. A number with a point that is a whole one is in the
    group of that integer; all other lists and numbers with a point are one group, since equal ones
    may be written in several ways."""
    number = f"TRY_CAST(substr({column}, 3, length({column}) - 3) AS DOUBLE)"
    whole = f"TRY_CAST(CASE WHEN {number} = floor({number}) THEN {number} END AS BIGINT)::VARCHAR"
    framed = f"COALESCE({whole}, {literal(FRAME)})"
    return f"CASE WHEN {is_framed(column)} THEN {framed} ELSE {column} END"
