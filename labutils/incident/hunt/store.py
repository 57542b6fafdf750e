"""Events in SQLite: a table a source, a column for each field that a rule names.

The text of each event stands in a table of its own, so that a scan does not read it.

A column holds a value as it is, but:

- true and false are the texts `true` and `false`, which is what Sigma rules compare with;
- an object is its JSON text, so that a rule can look for a word in all of `requestParameters`;
- a list is framed: a mark, then the JSON of its members. A rule is true of a list where it is true
  of any member; how that is asked is in `rules.Backend`;
- nothing, null and an empty list are NULL.

Field names keep their case, which SQLite alone would lose: see `column`.
"""

import ipaddress
import json
import re
import sqlite3
from collections.abc import Iterable, Iterator
from typing import Any

import re2
from sigma.backends.sqlite.correlation import quote

from labutils.incident.hunt.reading import Event
from labutils.incident.hunt.sources import SOURCES, Json, leaves, time_of, values_at

FRAME = "\x1e"  # the record separator of ASCII, before the JSON of a list
TEXT = "_text"  # the column of all values of an event, for rules without fields
HOT = ("eventType", "eventName", "auditType.action", "ActionType")  # what most rules begin with
BATCH = 2_000

Value = str | int | float | None


def column(field: str) -> str:
    """The name of a field's column: no two fields share one, though SQLite ignores case.

    >>> column("eventType")
    '.event^type'
    """
    if field == TEXT:
        return TEXT
    return "." + "".join(f"^{c.lower()}" if c.isupper() or c == "^" else c for c in field)


def field_of(name: str) -> str:
    """The field of a column.

    >>> field_of(".event^type")
    'eventType'
    """
    return re.sub(r"\^(.)", lambda match: match[1].upper(), name.removeprefix("."))


def unframed(value: Value) -> list[Value]:
    """The members of what stands in a column; one where it is no list, none where it is NULL."""
    if isinstance(value, str) and value.startswith(FRAME):
        inside: list[Value] = json.loads(value.removeprefix(FRAME))
        return inside
    return [] if value is None else [value]


def stored(values: list[Any]) -> Value:
    """The values of a field of one event, as they stand in its column."""
    if not values:
        return None
    if len(values) == 1:
        value = _plain(values[0])
        framed = isinstance(value, str) and value.startswith(FRAME)
        return FRAME + json.dumps([value]) if framed else value
    return FRAME + json.dumps([_plain(value) for value in values], ensure_ascii=False)


def _plain(value: Any) -> str | int | float:
    """A value as SQLite can hold it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return value if -(2**63) <= value < 2**63 else str(value)
    if isinstance(value, float):
        return value
    text = value if isinstance(value, str) else _compact(value)
    return storable(text)


def _compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def storable(text: str) -> str:
    """A text that SQLite can hold whole: without NUL, and without half a character."""
    return text.replace("\0", "\ufffd").encode(errors="replace").decode()


def full_text(event: Json) -> str:
    """All values of an event, a line each: what a rule without fields is held against."""
    return "\n".join(str(_plain(leaf)) for leaf in leaves(event))


def matches(pattern: str, value: Value) -> bool | None:
    """SQLite's REGEXP, by RE2: its time grows with the text alone, whatever the pattern."""
    return None if value is None else re2.search(pattern, str(value)) is not None


def in_network(value: Value, network: str) -> bool:
    """Whether a value is an IP address of a network (CIDR notation, RFC 4632)."""
    try:
        return ipaddress.ip_address(str(value)) in ipaddress.ip_network(network)
    except ValueError:
        return False


class Store:
    """The events that were loaded. `lists` are the columns in which a list was met."""

    def __init__(self) -> None:
        self.database = sqlite3.connect("")  # a file that SQLite makes and removes, where needed
        self.database.create_function("REGEXP", 2, matches, deterministic=True)
        self.database.create_function("in_network", 2, in_network, deterministic=True)
        self.database.execute("PRAGMA journal_mode = OFF")
        self.database.execute("PRAGMA case_sensitive_like = OFF")
        self.database.execute(
            "CREATE TABLE raw (n INTEGER PRIMARY KEY, file TEXT, place INTEGER, source TEXT, "
            "text TEXT)"
        )
        self.fields: dict[str, list[str]] = {name: [] for name in SOURCES}
        for name in SOURCES:
            self.database.execute(f"CREATE TABLE {name} (n INTEGER PRIMARY KEY, _time REAL)")
        self.lists: set[str] = set()
        self.count = 0

    def close(self) -> None:
        self.database.close()

    # --- columns ---

    def want(self, source: str, fields: Iterable[str]) -> None:
        """Give a source's table a column for each of these fields, filled from what is loaded."""
        new = sorted(set(fields) - set(self.fields[source]))
        if not new:
            return
        for field in new:
            kind = "TEXT NOT NULL DEFAULT ''" if field == TEXT else ""
            self.database.execute(
                f"ALTER TABLE {source} ADD COLUMN {quote(column(field))} {kind} COLLATE NOCASE"
            )
            if field in HOT:
                index = quote(f"{source}_{field}")
                self.database.execute(
                    f"CREATE INDEX {index} ON {source} ({quote(column(field))} COLLATE NOCASE)"
                )
        self.fields[source] += new
        self._fill(source, new)

    def _fill(self, source: str, fields: list[str]) -> None:
        change = ", ".join(f"{quote(column(field))} = ?" for field in fields)
        rows = self.database.execute("SELECT n, text FROM raw WHERE source = ?", (source,))
        while batch := rows.fetchmany(BATCH):
            values = [(*self._values(json.loads(text), fields), n) for n, text in batch]
            self.database.executemany(f"UPDATE {source} SET {change} WHERE n = ?", values)

    def _values(self, event: Json, fields: list[str]) -> list[Value]:
        values: list[Value] = []
        for field in fields:
            value = full_text(event) if field == TEXT else stored(values_at(event, field))
            if field != TEXT and isinstance(value, str) and value.startswith(FRAME):
                self.lists.add(column(field))
            values.append(value)
        return values

    # --- rows ---

    def load(self, events: Iterable[Event]) -> int:
        """Take these events in; how many they were."""
        before, batch = self.count, list[Event]()
        for event in events:
            batch.append(event)
            if len(batch) >= BATCH:
                self._insert(batch)
                batch = []
        self._insert(batch)
        return self.count - before

    def _insert(self, batch: list[Event]) -> None:
        raw: list[tuple[Any, ...]] = []
        rows: dict[str, list[tuple[Any, ...]]] = {}
        for event in batch:
            self.count += 1
            text = storable(event.text)
            raw.append((self.count, storable(event.file), event.place, event.source, text))
            values = self._values(event.fields, self.fields[event.source])
            moment = time_of(event.fields, event.source)
            rows.setdefault(event.source, []).append((self.count, moment, *values))
        self.database.executemany("INSERT INTO raw VALUES (?, ?, ?, ?, ?)", raw)
        for source, lines in rows.items():
            columns = ["n", "_time", *map(column, self.fields[source])]
            names, marks = ", ".join(map(quote, columns)), ", ".join("?" * len(columns))
            self.database.executemany(f"INSERT INTO {source} ({names}) VALUES ({marks})", lines)

    # --- several sources as one ---

    def table(self, sources: list[str]) -> str:
        """The table of one source, or a view of several with the columns of all."""
        if len(sources) == 1:
            return sources[0]
        name = "all_" + "_".join(sources)
        fields = sorted({field for source in sources for field in self.fields[source]})
        for source in sources:
            self.want(source, fields)
        columns = ", ".join(["n", "_time", *(quote(column(field)) for field in fields)])
        parts = " UNION ALL ".join(f"SELECT {columns} FROM {source}" for source in sources)
        self.database.execute(f"DROP VIEW IF EXISTS {name}")
        self.database.execute(f"CREATE TEMP VIEW {name} AS {parts}")
        return name

    # --- back from a number to an event ---

    def events(self, numbers: Iterable[int]) -> dict[int, tuple[str, str]]:
        """The id (`NAME:N`) and the source of each of these events."""
        rows = self.database.execute(
            "SELECT n, file || ':' || place, source FROM raw "
            "WHERE n IN (SELECT value FROM json_each(?))",
            (json.dumps(sorted(set(numbers))),),
        )
        return {n: (event_id, source) for n, event_id, source in rows}

    def keys(self, source: str, most: int = 200) -> set[str]:
        """The paths that stand in the first events of a source."""
        rows = self.database.execute(
            "SELECT text FROM raw WHERE source = ? LIMIT ?", (source, most)
        )
        return {path for (text,) in rows for path in _paths(json.loads(text), "")}


def _paths(value: Any, above: str) -> Iterator[str]:
    """The paths of an event, each with those above it."""
    if isinstance(value, list):
        for item in value:
            yield from _paths(item, above)
    if isinstance(value, dict):
        for key, item in value.items():
            path = f"{above}.{key}" if above else key
            yield path
            yield from _paths(item, path)
