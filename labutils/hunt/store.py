"""Keep events in SQLite: one table per source, and a column for each field that a rule names.

The text of each event is in a table of its own, so that a scan does not read it.

A column holds a value as it is, but:

- true and false are the texts `true` and `false`, which is what Sigma rules compare with;
- an object is its JSON text, so that a rule can look for a word in all of `requestParameters`;
- a list is framed: a mark, then the JSON of its members. A rule is true of a list where it is true
  of any member; how that is asked is in `rules.Backend`;
- nothing, null and an empty list are NULL.

Field names keep their case, which SQLite alone would lose: see `column`.
"""

import functools
import ipaddress
import itertools
import json
import math
import re
import sqlite3
from collections.abc import Iterable, Iterator
from json.encoder import encode_basestring
from typing import Any

from sigma.backends.sqlite.correlation import quote

from labutils.hunt.compiled_parts import compiled_pattern
from labutils.hunt.fields import Json, leaves, members, values_below
from labutils.hunt.reading import Event
from labutils.hunt.sources import SOURCES, time_of

FRAME = "\x1e"  # the record separator of ASCII, before the JSON of a list
TEXT = "_text"  # the column of all values of an event, for rules without fields
HOT = ("eventType", "eventName", "auditType.action", "ActionType")  # what most rules begin with
BATCH = 100
FIRST = 200  # events of a file whose texts are kept in any case
CACHE = 64 * 1024  # KiB of the database that stay in memory

Value = str | int | float | None
Row = tuple[Any, ...]  # an event's number, its time, and the values of fields
Place = tuple[int, str, int, str]  # an event's number, its file, its place there, and its source


def column(field: str) -> str:
    """Return the column name of a field: no two fields share one, though SQLite ignores case.

    >>> column("eventType")
    '.event^type'
    """
    if field == TEXT:
        return TEXT
    return "." + "".join(f"^{c.lower()}" if c.isupper() or c == "^" else c for c in field)


def field_of(name: str) -> str:
    """Return the field name of a column.

    >>> field_of(".event^type")
    'eventType'
    """
    return re.sub(r"\^(.)", lambda match: match[1].upper(), name.removeprefix("."))


def unframed(value: Value) -> list[Value]:
    """Return the members of a column's value; a value alone if it is not a list; none for NULL."""
    if isinstance(value, str) and value.startswith(FRAME):
        inside: list[Value] = json.loads(value.removeprefix(FRAME))
        return inside
    return [] if value is None else [value]


def stored(values: list[Any]) -> Value:
    """Return the values of an event's field in the form that its column stores."""
    if not values:
        return None
    plain = [_plain(value) for value in values]
    if len(plain) > 1 or (isinstance(plain[0], str) and plain[0].startswith(FRAME)):
        return FRAME + _json_list(plain)
    return plain[0]


def _json_list(plain: list[str | int | float]) -> str:
    """The JSON of plain values; texts without the encoder, which takes ten times as long."""
    texts = [encode_basestring(one) if isinstance(one, str) else _compact(one) for one in plain]
    return f"[{','.join(texts)}]"


def _plain(value: Any) -> str | int | float:
    """A value as SQLite can hold it."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return value if -(2**63) <= value < 2**63 else str(value)
    return value if isinstance(value, float) else storable(_compact(value))


_compact = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


def storable(text: str) -> str:
    """Return a text that SQLite can store: without NUL or half a character."""
    if text.isprintable():
        return text  # neither of them prints
    return text.replace("\0", "\ufffd").encode(errors="replace").decode()


def full_text(event: Json) -> str:
    """Return all values of an event, one per line, for rules that name no field."""
    return "\n".join(str(_plain(leaf)) for leaf in leaves(event))


class Columns:
    """A reader of some fields' columns from an event; `lists` collects those that held a list.

    Most values are at the end of objects in objects, and are printable texts: they are looked at
    first.
    """

    def __init__(self, fields: Iterable[str], lists: set[str]):
        self.fields = [
            (field, () if field == TEXT else tuple(field.split(".")), column(field))
            for field in fields
        ]
        self.lists = lists

    def of(self, event: Json) -> list[Value]:
        values: list[Value] = []
        for field, path, name in self.fields:
            value: Any = event
            keys = (field,) if path and field in event else path
            for key in keys:
                if not isinstance(value, dict):
                    if value is not None:
                        value = values_below(event, keys)
                    break
                value = value.get(key)
            if value is not None and not (isinstance(value, str) and value.isprintable()):
                value = self._unusual(value, path, name)
            values.append(value)
        return values

    def _unusual(self, value: Any, path: tuple[str, ...], name: str) -> Value:
        """What stands in the column of a list, an object, a number, or a text to mend."""
        if not path:
            return full_text(value)
        if isinstance(value, int):
            return _plain(value)
        framed = stored(members(value))
        if isinstance(framed, str) and framed.startswith(FRAME):
            self.lists.add(name)
        return framed


_compiled = functools.lru_cache(maxsize=1_000)(compiled_pattern)
_network = functools.lru_cache(maxsize=1_000)(ipaddress.ip_network)
_address = functools.lru_cache(maxsize=10_000)(ipaddress.ip_address)


def matches(pattern: str, value: Value) -> bool | None:
    """Return whether a pattern matches, as SQLite's REGEXP; RE2's time grows only with the text."""
    return None if value is None else _compiled(pattern).search(str(value)) is not None


@functools.lru_cache(maxsize=10_000)
def in_network(value: Value, network: str) -> bool:
    """Return whether a value is an IP address in a network (CIDR notation, RFC 4632)."""
    try:
        return _address(str(value)) in _network(network)
    except ValueError:
        return False


class Store:
    """A database of the loaded events; `lists` names the columns in which a list was met.

    Without their texts, the columns must all be wanted before the events are loaded.
    """

    def __init__(self, *, keep_texts: bool = True) -> None:
        self.keep_texts = keep_texts
        # A file that SQLite makes and removes, where needed. What somebody touches on the screen is
        # answered in another thread than their cells: whoever shares a store has a lock.
        self.database = sqlite3.connect("", check_same_thread=False)
        self.database.create_function("REGEXP", 2, matches, deterministic=True)
        self.database.create_function("in_network", 2, in_network, deterministic=True)
        self.database.execute("PRAGMA journal_mode = OFF")
        self.database.execute("PRAGMA case_sensitive_like = OFF")
        self.database.execute(f"PRAGMA cache_size = -{CACHE}")
        self.database.execute("CREATE TABLE texts (n INTEGER PRIMARY KEY, text TEXT)")
        # Where events stand: those from n on, until the next row, one after the other.
        self.database.execute(
            "CREATE TABLE places (n INTEGER PRIMARY KEY, file TEXT, place INTEGER, source TEXT)"
        )
        self.last: tuple[str, int, str] | None = None
        self.fields: dict[str, list[str]] = {name: [] for name in SOURCES}
        for name in SOURCES:
            self.database.execute(f"CREATE TABLE {name} (n INTEGER PRIMARY KEY, _time REAL)")
        self.lists: set[str] = set()
        self.count = 0

    def close(self) -> None:
        self.database.close()

    # --- columns ---

    def want(self, source: str, fields: Iterable[str]) -> None:
        """Add a column for each of these fields to a source's table, and fill it."""
        new = sorted(set(fields) - set(self.fields[source]))
        if not new:
            return
        for field in new:
            kind = "TEXT NOT NULL DEFAULT ''" if field == TEXT else ""
            self.database.execute(
                f"ALTER TABLE {source} ADD COLUMN {quote(column(field))} {kind} COLLATE NOCASE"
            )
        self.fields[source] += new
        self._fill(source, new)

    def _make_indexes(self) -> None:
        """Let SQLite find the events of one kind without a look at all."""
        for source, fields in self.fields.items():
            for field in set(fields) & set(HOT):
                self.database.execute(
                    f"CREATE INDEX IF NOT EXISTS {quote(f'{source}_{field}')} "
                    f"ON {source} ({quote(column(field))} COLLATE NOCASE)"
                )

    def _fill(self, source: str, fields: list[str]) -> None:
        """Read new columns off the texts in which a key ends as one of these fields does: in the
        others they are empty. What a backslash hides from such a look is read as well. The texts
        of other sources are not looked at (CROSS JOIN keeps SQLite to this order of tables)."""
        columns = Columns(fields, self.lists)
        change = ", ".join(f"{quote(column(field))} = ?" for field in fields)
        found, ends = "TRUE", []
        if TEXT not in fields:
            ends = ["\\", *(field.rpartition(".")[2] + '"' for field in fields)]
            found = " OR ".join(["instr(text, ?)"] * len(ends))
        rows = self.database.execute(
            f"SELECT n, text FROM {source} CROSS JOIN texts USING (n) WHERE {found}", ends
        )
        while batch := rows.fetchmany(BATCH):
            values = [(*columns.of(json.loads(text)), n) for n, text in batch]
            self.database.executemany(f"UPDATE {source} SET {change} WHERE n = ?", values)

    # --- rows ---

    def load(self, events: Iterable[Event]) -> int:
        """Load these events, and return how many they were."""
        before = self.count
        columns = {source: Columns(fields, self.lists) for source, fields in self.fields.items()}
        remaining = iter(events)
        while batch := list(itertools.islice(remaining, BATCH)):
            self._insert(batch, columns)
        self._make_indexes()
        return self.count - before

    def load_rows(self, source: str, rows: Iterable[Row]) -> None:
        """Load rows of a source: an event's number, its time, and its values for the wanted fields.

        The values are in the order of the fields, in the form that columns store.
        """
        marks = ", ".join("?" * (2 + len(self.fields[source])))
        self.database.executemany(f"INSERT INTO {source} VALUES ({marks})", rows)

    def load_texts(self, texts: Iterable[tuple[int, str]]) -> None:
        """Load the texts of events whose rows are loaded."""
        self.database.executemany("INSERT INTO texts VALUES (?, ?)", texts)

    def load_places(self, places: Iterable[Place], count: int) -> None:
        """Load the places of events, whose numbers go up to `count`."""
        self.database.executemany("INSERT INTO places VALUES (?, ?, ?, ?)", places)
        self.count = count
        self._make_indexes()

    def _insert(self, batch: list[Event], columns: dict[str, Columns]) -> None:
        places: list[Place] = []
        texts: list[tuple[int, str]] = []
        rows: dict[str, list[Row]] = {}
        for number, (file, place, source, event, text) in enumerate(batch, self.count + 1):
            if (file, place - number, source) != self.last:
                self.last = (file, place - number, source)
                places.append((number, storable(file), place, source))
            if self.keep_texts or place <= FIRST:
                texts.append((number, storable(text)))
            row = (number, time_of(event, source), *columns[source].of(event))
            rows.setdefault(source, []).append(row)
        self.count += len(batch)
        self.database.executemany("INSERT INTO places VALUES (?, ?, ?, ?)", places)
        self.database.executemany("INSERT INTO texts VALUES (?, ?)", texts)
        for source, lines in rows.items():
            marks = ", ".join("?" * len(lines[0]))
            self.database.executemany(f"INSERT INTO {source} VALUES ({marks})", lines)

    # --- several sources as one ---

    def table(self, sources: list[str]) -> str:
        """Return the table of one source, or a view of several with the columns of all."""
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
        """Return the id (`NAME:N`) and the source of each of these events."""
        known: dict[int, tuple[str, str]] = {}
        behind, before, name, source = 0.0, 0, "", ""  # the end of a stretch of events in one file
        for n in sorted(set(numbers)):
            if n >= behind:
                start, file, place, source, behind = self._stretch(n)
                before, name = place - start, f"{file}:"
            known[n] = (f"{name}{n + before}", source)
        return known

    def _stretch(self, number: int) -> tuple[int, str, int, str, float]:
        """Where events stand, from one at or before a number, up to another."""
        asked = (
            "SELECT n, file, place, source, (SELECT MIN(n) FROM places WHERE n > ?1) "
            "FROM places WHERE n <= ?1 ORDER BY n DESC LIMIT 1"
        )
        n, file, place, source, behind = self.database.execute(asked, (number,)).fetchone()
        return n, file, place, source, math.inf if behind is None else behind

    def keys(self, source: str) -> set[str]:
        """Return the paths that occur in the first events of a source."""
        rows = self.database.execute(
            f"SELECT text FROM texts JOIN {source} USING (n) LIMIT ?", (FIRST,)
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
