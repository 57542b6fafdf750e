"""Turn the rules of a ruleset into SQL conditions, and read the answers from a store."""

import copy
from collections.abc import Iterator
from typing import Any

from sigma.backends.sqlite.correlation import quote
from sigma.rule import SigmaRule

from labutils.hunt.correlations import Names
from labutils.hunt.rules import NOT_A_RULE, AnyRule, Backend, Ruleset, sources_of
from labutils.hunt.store import Row, Store, column


class AskedRules:
    """The rules for single events, each with its condition in SQL on a table of the store.

    The conditions are for the table's columns as they are now. pySigma changes a rule while it
    converts it, so these are copies.
    """

    def __init__(self, ruleset: Ruleset, store: Store):
        copies = copy.deepcopy(ruleset.rules)
        pairs = zip(ruleset.rules, copies, strict=True)
        self.copies = {id(rule): other for rule, other in pairs if isinstance(other, SigmaRule)}
        tables = {id(other): store.table(sources_of(other)) for other in self.copies.values()}
        self.backend = Backend(store.lists, tables)
        self.tables = {
            id(rule): tables[id(self.copies[id(rule)])] for rule in self._single(ruleset)
        }
        self.converted: dict[int, str | Exception] = {}

    def _single(self, ruleset: Ruleset) -> list[AnyRule]:
        return [rule for rule in ruleset.rules if id(rule) in self.copies]

    def condition(self, rule: SigmaRule) -> str:
        """Return the SQL condition that is true for an event that the rule matches.

        Raises one of NOT_A_RULE.
        """
        if id(rule) not in self.converted:
            try:
                self.converted[id(rule)] = self._convert(self.copies[id(rule)])
            except NOT_A_RULE as error:
                self.converted[id(rule)] = error
        converted = self.converted[id(rule)]
        if isinstance(converted, Exception):
            raise converted
        return converted

    def _convert(self, rule: SigmaRule) -> str:
        self.backend.convert_rule(rule)
        return " OR ".join(f"({condition})" for condition in rule.get_conversion_result())

    def converted_rule(self, rule: SigmaRule) -> SigmaRule:
        """Return the rule with column names instead of field names. Raises one of NOT_A_RULE."""
        self.condition(rule)
        return self.copies[id(rule)]


class NewEvents:
    """The events of a store with a number above `since` (a correlations.Log)."""

    def __init__(self, store: Store, asked: AskedRules, since: int):
        self.store, self.asked, self.since = store, asked, since
        self._until: dict[tuple[str, ...], float] = {}

    def times(self, rule: SigmaRule) -> dict[int, float | None]:
        """Return the time of each event that the rule matches, by the event's number."""
        return dict(self._rows(rule, "n, _time", self.asked.condition(rule)))

    def matches(self, rule: SigmaRule, names: Names) -> Iterator[Row]:
        return self._values(rule, names, self.asked.condition(rule))

    def everything(self, rule: SigmaRule, names: Names) -> Iterator[Row]:
        return self._values(rule, names, "TRUE")

    def until(self, rules: list[SigmaRule]) -> float:
        tables = tuple(sorted({self.asked.tables[id(rule)] for rule in rules}))
        if tables not in self._until:
            asked = " UNION ALL ".join(
                f"SELECT MAX(_time) AS last FROM {table}" for table in tables
            )
            rows = self.store.database.execute(f"SELECT MAX(last) FROM ({asked})")
            self._until[tables] = next(iter(rows))[0] or 0.0
        return self._until[tables]

    def _values(self, rule: SigmaRule, names: Names, condition: str) -> Iterator[Row]:
        columns = ["n", "_time", *(quote(column(name)) if name else "NULL" for name in names)]
        return self._rows(rule, ", ".join(columns), condition)

    def _rows(self, rule: SigmaRule, columns: str, condition: str) -> Iterator[Any]:
        table = self.asked.tables[id(rule)]
        return self.store.database.execute(
            f"SELECT {columns} FROM {table} WHERE n > {self.since} AND ({condition})"
        )
