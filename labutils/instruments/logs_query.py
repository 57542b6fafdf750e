"""Which lines of the logs are shown: conditions, words, and whether hits alone."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import reduce
from operator import or_

from labutils.hunt.line_columns import COLUMNS, account
from labutils.hunt.lines import Lines, words_of
from labutils.hunt.row_set import RowSet
from labutils.text import shown

LABELS = {
    "who": "account",
    "ip": "address",
    "session": "session",
    "what": "action",
    "on": "object",
    "ended": "result",
    "log": "log",
    "day": "day",
    "hour": "hour",
    "word": "word",
}
MOST_KEPT = 80  # sets of rows that are kept for the next look


@dataclass(frozen=True)
class LogCondition:
    """A value that a line must have in a field, or must not have."""

    field: str
    value: str
    wanted: bool = True

    @property
    def words(self) -> str:
        """The condition as it is said."""
        label = LABELS.get(self.field, self.field)
        return f"{'' if self.wanted else 'not '}{shown(label, 60)} {shown(self.value, 80)}"


def condition(field: str, value: object, *, wanted: bool = True) -> LogCondition:
    """Return a condition as somebody writes it in a cell or a button has it."""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    if field == "who":
        text = account(text)
    elif field == "hour" and text.isdecimal():
        text = f"{int(text):02}"
    return LogCondition(field, text, wanted)


@dataclass(frozen=True)
class LogQuery:
    """What is asked for. Conditions on one field are joined by OR, all others by AND."""

    conditions: tuple[LogCondition, ...] = ()
    words: str = ""
    hits_only: bool = False

    def has(self, field: str, value: str) -> bool:
        """Whether lines with this value are asked for."""
        return any(one == LogCondition(field, value) for one in self.conditions)

    def fields(self) -> set[str]:
        """The fields that conditions are about."""
        return {one.field for one in self.conditions}

    def plus(self, *more: LogCondition) -> "LogQuery":
        """The query with more conditions, each once."""
        return replace(self, conditions=tuple(dict.fromkeys((*self.conditions, *more))))

    def minus(self, *fields: str) -> "LogQuery":
        """The query without conditions on these fields."""
        kept = tuple(one for one in self.conditions if one.field not in fields)
        return replace(self, conditions=kept)

    def switched(self, one: LogCondition) -> "LogQuery":
        """The query with a condition that it lacks, or without one that it has."""
        if one not in self.conditions:
            return self.plus(one)
        return replace(self, conditions=tuple(two for two in self.conditions if two != one))

    def said(self) -> str:
        """The query in words; an empty text where it asks for all lines."""
        parts = [one.words for one in self.conditions]
        parts += [f"the words {shown(self.words.strip(), 80)}"] if self.words.strip() else []
        parts += ["hits alone"] if self.hits_only else []
        return ", ".join(parts)


class LogSearch:
    """An index that is asked one query after the other; what was found for a part is kept."""

    def __init__(self, lines: Lines):
        self.lines = lines
        self._kept: dict[tuple[str, str], RowSet] = {}

    def rows(self, query: LogQuery, hits: RowSet) -> RowSet:
        """Return the rows that a query asks for. Raises NotInTheLogs."""
        rows = hits if query.hits_only else self.lines.everything
        for field in sorted(query.fields()):
            here = [one for one in query.conditions if one.field == field]
            for one in here:
                if not one.wanted:
                    rows &= ~self._having(field, one.value)
            if wanted := [self._having(field, one.value) for one in here if one.wanted]:
                rows &= reduce(or_, wanted)
        for word in words_of(query.words):
            is_wanted = not (word.startswith("-") and len(word) > 1)
            with_it = self._with(word if is_wanted else word[1:])
            rows &= with_it if is_wanted else ~with_it
        return rows

    def _with(self, word: str) -> RowSet:
        """The rows with a word, or with a value: `ip=203.0.113.66`."""
        field, equals, value = word.partition("=")
        if equals and value and field in (*COLUMNS, "log", "day", "hour"):
            one = condition(field, value)
            return self._having(one.field, one.value)
        return self._having("word", word)

    def _having(self, field: str, value: str) -> RowSet:
        key = field, value
        if key not in self._kept:
            if len(self._kept) >= MOST_KEPT:
                self._kept.pop(next(iter(self._kept)))
            self._kept[key] = self._looked_up(field, value)
        return self._kept[key]

    def _looked_up(self, field: str, value: str) -> RowSet:
        if field != "word":
            return self.lines.having(field, value)
        parts = [
            rows for (one, word), rows in self._kept.items() if one == "word" and word in value
        ]
        return self.lines.with_word(value, min(parts, key=len, default=None))


def conditions_of(
    fields: Iterable[tuple[str, object]], *, wanted: bool = True
) -> list[LogCondition]:
    """Return the conditions that keyword arguments mean: a value or several, and __ for the dots of
    a field of the vendor's."""
    conditions = []
    for name, values in fields:
        field = name.replace("__", ".")
        if isinstance(values, str) or not isinstance(values, Iterable):
            conditions.append(condition(field, values, wanted=wanted))
        else:
            conditions += [condition(field, value, wanted=wanted) for value in values]
    return conditions
