"""Read the same six things from the events of any vendor.

They are who did what, from which address, in which session, on what, and how it ended.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from labutils.hunt.fields import Json
from labutils.sheets import Row, build

COLUMNS = ("who", "ip", "session", "what", "on", "ended")
ANY = "*"  # among the words of a refusal: whatever stands there

Paths = str | tuple[str, ...]
Values = tuple[str, ...]  # of a line, in the order of COLUMNS


@dataclass(frozen=True)
class LineColumns:
    """The fields in which a source keeps each column; of several, the first with a value counts.

    `refused` are the values of `ended` that mean a refusal. `patterns`: of a field that is a
    sentence, a regular expression whose groups are called as columns are.
    """

    who: Paths = ()
    ip: Paths = ()
    session: Paths = ()
    what: Paths = ()
    on: Paths = ()
    ended: Paths = ()
    refused: tuple[str, ...] = ()
    patterns: dict[str, str] = field(default_factory=dict)

    def paths(self, column: str) -> tuple[str, ...]:
        """Return the fields that may hold a column."""
        paths: Paths = getattr(self, column)
        return (paths,) if isinstance(paths, str) else paths

    def column_of(self, path: str) -> str:
        """Return the column that a vendor's field may hold; an empty text if there is none."""
        return next((column for column in COLUMNS if path in self.paths(column)), "")

    def is_refusal(self, ended: str) -> bool:
        """Return whether a value of `ended` means that somebody was refused."""
        return bool(ended) and (ended in self.refused or ANY in self.refused)

    def reader(self) -> Callable[[Json], Values]:
        """Return a function that reads the columns from an event."""
        routes = [[(path, tuple(path.split("."))) for path in self.paths(name)] for name in COLUMNS]
        patterns = [(path.split("."), re.compile(text)) for path, text in self.patterns.items()]

        def read(event: Json) -> Values:
            values = [_first_text(event, paths) for paths in routes]
            for path, pattern in patterns:
                match = pattern.search(as_text(first_value(event, path)))
                for name, text in match.groupdict().items() if match else ():
                    values[COLUMNS.index(name)] = text or ""
            values[0] = account(values[0])
            return tuple(values)

        return read


def line_columns(row: Row, actor: str) -> LineColumns:
    """Read the columns from a sheet; if none says who acted, `actor` does.

    Raises SheetError, which names the line.
    """
    columns = build(LineColumns, row)
    for text in columns.patterns.values():
        try:
            groups = set(re.compile(text).groupindex)
        except re.error as error:
            sentence = f"patterns: {text!r} is no regular expression: {error}"
            raise row.error(sentence, "patterns") from error
        if not groups or not groups.issubset(COLUMNS):
            raise row.error(
                f"patterns: the groups of {text!r} must be among {', '.join(COLUMNS)}", "patterns"
            )
    named = columns.who or any("(?P<who>" in text for text in columns.patterns.values())
    return columns if named else replace(columns, who=actor)


# --- values -------------------------------------------------------------------------------------


def first_value(event: Any, keys: list[str] | tuple[str, ...]) -> Any:
    """Return the first value at a path, through the first member of each list; else None."""
    value = _first_member(event)
    for key in keys:
        if not isinstance(value, dict):
            return None
        value = _first_member(value.get(key))
    return value


def _first_member(value: Any) -> Any:
    while isinstance(value, list):
        value = next((one for one in value if one is not None), None)
    return value


def _first_text(event: Json, paths: list[tuple[str, tuple[str, ...]]]) -> str:
    for path, keys in paths:
        value = _first_member(event[path]) if path in event else first_value(event, keys)
        if value is not None and value != "":
            return as_text(value)
    return ""


def as_text(value: Any) -> str:
    """Return a value as somebody would type it to search for it: `false`, `0`; nothing for null."""
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(value, ensure_ascii=False)


def account(who: str) -> str:
    """Return an account's name as all logs share it: without a domain or a cloud's path before it.

    >>> account("ada@company.example"), account("arn:aws:iam::1:user/ada")
    ('ada', 'ada')
    """
    return who.partition("@")[0].rpartition("/")[2]
