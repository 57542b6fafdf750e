"""`hunt --engine duckdb`: DuckDB leaves out the events that cannot matter, and SQLite decides.

The events are read once, as always, and kept as Parquet (`labutils.hunt.kept_events`). Of these
DuckDB picks those of which a rule may be true (`labutils.hunt.narrowing`), and they are hunted in
as if there were no others. So the hits are the same whatever the engine.
"""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

from sigma.correlations import SigmaCorrelationRule
from sigma.rule import SigmaRule

from labutils.hunt.correlations import name_in
from labutils.hunt.duckdb_sql import connect, literal
from labutils.hunt.kept_events import Fields, KeptEvents
from labutils.hunt.narrowing import TRUE, absence, any_of, is_framed, kept_matches, may_match
from labutils.hunt.reading import Event
from labutils.hunt.rules import NOT_A_RULE, AnyRule, Ruleset, base_rules, sources_of
from labutils.hunt.store import FIRST, FRAME
from labutils.hunt.windows import Windows

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

FETCHED = 20_000  # events at once


def events_that_matter(ruleset: Ruleset, kept: KeptEvents) -> Iterator[Event]:
    """Those events of which a rule may be true, or that a correlation has to see; with them the
    first of each file, by which fields are known, and the last of each source."""
    with connect(kept.folder) as database:
        choice = _Chosen(kept, database)
        for rule in ruleset.rules:
            if rule._output:
                choice.take(rule)
        choice.settle()
        yield from choice.events()


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

    def events(self) -> Iterator[Event]:
        """The events, in the order in which they were read, some thousands at once: the texts of
        all would not fit into the memory."""
        parts = [
            f"SELECT n, file, place, {literal(source)} AS source, text "
            f"FROM {self.kept.table(source)} SEMI JOIN chosen USING (n)"
            for source in self.kept.fields
        ]
        for first, last in self._stretches():
            within = f"WHERE n BETWEEN {first} AND {last}"
            asked = " UNION ALL ".join(f"{part} {within}" for part in parts)
            for _, file, place, source, text in self.database.execute(
                f"{asked} ORDER BY n"
            ).fetchall():
                yield Event(file, place, source, json.loads(text), text)

    def _stretches(self) -> list[tuple[int, int]]:
        """The first and the last of each FETCHED numbers that are chosen."""
        return self.database.execute(
            "SELECT MIN(n), MAX(n) FROM (SELECT n, (row_number() OVER (ORDER BY n) - 1) "
            f"// {FETCHED} AS stretch FROM chosen) GROUP BY stretch ORDER BY 1"
        ).fetchall()


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
