"""Keep events in columns, as Parquet files that DuckDB searches before SQLite runs any rule.

A column a field, with the text of what stands there, its ASCII letters small: a number as its text;
a list, and a number with a point, framed as in `labutils.hunt.store`. Beside it, where that text is
not the value itself, the value as it is: so the tables of SQLite are filled without a look at the
event's JSON. A field that holds an object has no column, and neither have those beyond the first
MOST_COLUMNS of a source: such a field is looked for in the event's text. What is kept says nothing
of any rule, so it serves every hunt.
"""

import hashlib
import json
import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from functools import cache
from glob import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from labutils.cache import cache_folder
from labutils.hunt.duckdb_sql import connect, folded, literal
from labutils.hunt.fields import Json, members
from labutils.hunt.reading import Event, LogFile, Skipped
from labutils.hunt.sources import FOLDER, time_of
from labutils.hunt.store import FRAME, TEXT, Value, storable, stored
from labutils.lab import data_file

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MOST_COLUMNS = 1_000  # of a source
BATCH = 20_000  # events of a file of Parquet that is being written
MOST_KEPT = 8  # sets of logs
PREFIX = "events-"
BY_NAME = "union_by_name = true"  # a file of Parquet lacks the fields that came later
SETS = ("objects", "lists", "numbers")
NUMBER = FRAME  # before a number that is written as it is; before a list there is `[` as well
ROW = {"n": "BIGINT", "file": "VARCHAR", "place": "BIGINT", "time": "DOUBLE", "text": "VARCHAR"}
# The modules that decide how an event is read and written.
READERS = (
    *("csv_records", "exports", "fields", "json_stream", "kept_events", "looks", "naming"),
    *("parquet", "reading", "sources", "store"),
)
# What reading a manifest raises that is another text, or is not there.
NOT_WHOLE = (OSError, ValueError, LookupError, TypeError, AttributeError)
MANIFEST = "manifest.json"

_compact = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode
_ascii = json.JSONEncoder(separators=(",", ":")).encode


Row = dict[str, Any]


class Skips(Protocol):
    """A result that records what was not an event."""

    skipped: list[Skipped]
    not_named: int


# --- what is known of the events of a source ----------------------------------------------------


@dataclass
class Fields:
    """The fields of a source, with their columns.

    `objects`, `lists` and `numbers` name the fields that hold one somewhere; `others` says whether
    there are more fields than columns.
    """

    columns: dict[str, str] = field(default_factory=dict)
    objects: set[str] = field(default_factory=set)
    lists: set[str] = field(default_factory=set)
    numbers: set[str] = field(default_factory=set)
    others: bool = False
    count: int = 0

    def column(self, name: str) -> str | None:
        """Return the column of a field; None if it has none but may still hold a value."""
        if name in self.objects:
            return None
        if name in self.columns:
            return self.columns[name]
        return None if self.others else "NULL::VARCHAR"

    def value(self, name: str) -> str | None:
        """Return SQL for the value of a field, with a number in the form that `read_number` takes.

        None if the event's text has to be searched.
        """
        column = None if name == TEXT else self.column(name)
        return f"COALESCE({exact(column)}, {column})" if column and name in self.columns else column

    def known(self) -> Row:
        """Return the fields in a form that JSON can store."""
        return asdict(self) | {name: sorted(getattr(self, name)) for name in SETS}

    @classmethod
    def of(cls, row: Row) -> "Fields":
        """Restore the fields from what `known` returned.

        Raises TypeError where it is something else.
        """
        return cls(**row | {name: set(row[name]) for name in SETS})

    def row(self, event: Json) -> Row:
        """Return an event's values by column, with a new column for each new field.

        New fields get a column.
        """
        row: Row = {}
        for name, values in self._values(event).items():
            column = self.columns.get(name) or self._new_column(name)
            if column:
                first = values[0]
                if len(values) == 1 and isinstance(first, str) and first.isprintable():
                    row[column] = first
                else:
                    row |= self._unusual(name, column, stored(values))
        return row

    def _unusual(self, name: str, column: str, value: Value) -> Row:
        """What stands in the columns of a field whose value is a number, a list or an odd text."""
        if isinstance(value, int | float):
            self.numbers.add(name)
            return {column: _text(value), exact(column): f"{NUMBER}{_json_number(value)}"}
        if isinstance(value, str) and value.startswith(FRAME):
            self.lists.add(name)
        return {column: value}

    def _new_column(self, name: str) -> str | None:
        if len(self.columns) >= MOST_COLUMNS:
            self.others = True
            return None
        self.columns[name] = f"c{len(self.columns)}"
        return self.columns[name]

    def _values(self, event: Json) -> dict[str, list[Any]]:
        """What stands at the end of each path, by way of any member of each list, in the order of
        the text."""
        found: dict[str, list[Any]] = {}
        waiting: list[tuple[str, Json]] = [("", event)]
        for above, value in waiting:  # which grows meanwhile, level by level
            for key, item in value.items():
                if item is None or "." in key:
                    continue
                path = above + key
                if isinstance(item, str) and path not in found:  # as most are
                    found[path] = [item]
                    continue
                for one in members(item):
                    if isinstance(one, dict):
                        self.objects.add(path)
                        waiting.append((f"{path}.", one))
                    else:
                        found.setdefault(path, []).append(one)
        for key in [key for key in event if "." in key]:  # it comes before the path
            found[key] = members(event[key])
            if any(isinstance(one, dict) for one in found[key]):
                self.objects.add(key)
        return {path: values for path, values in found.items() if values}


def _text(number: int | float) -> str:
    """A number as it is compared: two that are equal have one text, or a frame each."""
    return f"{FRAME}[{number!r}]" if isinstance(number, float) else str(number)


def _json_number(number: int | float) -> str:
    return json.dumps(number) if isinstance(number, float) else str(number)


def read_number(value: str | None) -> Value:
    """Decode a value from a field that holds a number in some event."""
    if value is None or not value.startswith(FRAME) or value.startswith(f"{FRAME}["):
        return value
    number: int | float = json.loads(value.removeprefix(NUMBER))
    return number


def exact(column: str) -> str:
    """Return the name of the column that keeps the exact value beside the text of this one."""
    return f"{column}_exact"


# --- keeping ------------------------------------------------------------------------------------


@dataclass
class KeptEvents:
    """Events in columns, and what was not an event; `fields` is by source."""

    folder: Path
    fields: dict[str, Fields] = field(default_factory=dict)
    skipped: list[Skipped] = field(default_factory=list)
    not_named: int = 0

    @property
    def count(self) -> int:
        return sum(fields.count for fields in self.fields.values())

    def table(self, source: str) -> str:
        """Return the DuckDB expression that reads the events of a source."""
        return (
            f"read_parquet({literal(escape(str(self.folder / source)) + '/*.parquet')}, {BY_NAME})"
        )

    def take(self, events: Iterable[Event]) -> None:
        """Write events to the folder. Raises CannotAsk, and OSError."""
        writers: dict[str, _Writer] = {}
        with connect(self.folder) as database:
            for n, event in enumerate(events, 1):
                if event.source not in writers:
                    self.fields[event.source] = fields = Fields()
                    writers[event.source] = _Writer(self.folder / event.source, fields, database)
                writers[event.source].take(n, event)
            for writer in writers.values():
                writer.write()

    def seal(self) -> None:
        """Write down what is known of the events, which marks the folder as complete."""
        known = {
            "fields": {source: fields.known() for source, fields in self.fields.items()},
            "skipped": [[one.file, one.line, one.reason] for one in self.skipped],
            "not_named": self.not_named,
        }
        (self.folder / MANIFEST).write_text(json.dumps(known), encoding="utf-8")


def kept_in(folder: Path) -> KeptEvents:
    """Return the events of a complete folder. Raises one of NOT_WHOLE for any other folder."""
    known = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    fields = {source: Fields.of(row) for source, row in known["fields"].items()}
    return KeptEvents(
        folder, fields, [Skipped(*one) for one in known["skipped"]], known["not_named"]
    )


def place_of(files: list[LogFile]) -> Path | None:
    """Return the folder for the events of these files.

    It changes when a file changes, or the code that reads it. None if a file can be read only once,
    like a pipe.
    """
    whole = hashlib.sha256(_version().encode())
    for file in files:
        status = file.path.stat()
        if not stat.S_ISREG(status.st_mode):
            return None
        known = [status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns]
        line = [os.path.realpath(file.path), file.name, file.label, *known, status.st_ctime_ns]
        whole.update(json.dumps(line).encode())
    return cache_folder() / f"{PREFIX}{whole.hexdigest()[:32]}"


@cache
def _version() -> str:
    """A digest of what decides how an event is read."""
    whole = hashlib.sha256()
    code = [Path(__file__).with_name(f"{name}.py") for name in READERS]
    for path in [*code, *sorted(data_file(FOLDER).glob("*.yaml"))]:
        whole.update(path.read_bytes())
    return whole.hexdigest()


@contextmanager
def kept(
    files: list[LogFile], read: Callable[[], Iterable[Event]], result: Skips
) -> Iterator[KeptEvents]:
    """Return the kept events of these files, after reading and keeping them if necessary.

    If they cannot be kept, they are in a temporary folder until the end. What is not an event goes
    into the result. Raises CannotAsk, and OSError where there is no room anywhere.
    """
    place = place_of(files)
    if place is not None:
        try:
            known = kept_in(place)
        except NOT_WHOLE:
            shutil.rmtree(place, ignore_errors=True)
        else:
            place.touch()
            result.skipped, result.not_named = known.skipped, known.not_named
            yield known
            return
    with tempfile.TemporaryDirectory(prefix=".events-", dir=_beside(place)) as made:
        folder = Path(made, "events")
        folder.mkdir(mode=0o700)  # they are somebody's logs
        events = KeptEvents(folder)
        events.take(read())
        events.skipped, events.not_named = result.skipped, result.not_named
        if place is not None:
            events.seal()
            with suppress(OSError):  # somebody else keeps them already
                folder.rename(place)
                events.folder = place
                _forget(place.parent)
        yield events


def _beside(place: Path | None) -> Path | None:
    """A folder in which one can be made that is to be put in this place; None for any."""
    if place is None:
        return None
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        return place.parent if os.access(place.parent, os.W_OK) else None
    except OSError:
        return None


def _forget(folder: Path) -> None:
    """Remove what was used longest ago, but for the last MOST_KEPT."""
    every = sorted(folder.glob(f"{PREFIX}*"), key=lambda path: path.stat().st_mtime)
    for path in every[:-MOST_KEPT]:
        shutil.rmtree(path, ignore_errors=True)


class _Writer:
    """The events of one source on their way into Parquet."""

    def __init__(self, folder: Path, fields: Fields, database: "DuckDBPyConnection"):
        self.folder, self.fields, self.database = folder, fields, database
        self.lines: list[str] = []
        self.longest = 0
        self.files = 0
        folder.mkdir()

    def take(self, n: int, event: Event) -> None:
        self.fields.count += 1
        text = _compact(event.fields).encode(errors="replace").decode()  # without half a character
        row = self.fields.row(event.fields)
        row |= {"n": n, "file": storable(event.file), "place": event.place, "text": text}
        row["time"] = time_of(event.fields, event.source)
        line = _ascii(row)
        self.longest = max(self.longest, len(line))
        self.lines.append(line)
        if len(self.lines) == BATCH:
            self.write()

    def write(self) -> None:
        """Put the lines of JSON that wait into a file of Parquet."""
        if not self.lines:
            return
        waiting = self.folder / "waiting.jsonl"
        waiting.write_text("\n".join(self.lines), encoding="utf-8")
        names = list(self.fields.columns.values())
        types = ROW | dict.fromkeys([*names, *map(exact, names)], "VARCHAR")
        columns = ", ".join(f"{name}: '{kind}'" for name, kind in types.items())
        wanted = ", ".join([*ROW, *map(_both, names)])
        target = literal(str(self.folder / f"{self.files:06}.parquet"))
        self.database.execute(
            f"COPY (SELECT {wanted} FROM read_json({literal(str(waiting))}, "
            f"format = 'newline_delimited', columns = {{{columns}}}, "
            f"maximum_object_size = {self.longest + 1_000})) "
            f"TO {target} (FORMAT parquet, COMPRESSION zstd)"
        )
        waiting.unlink()
        self.lines, self.longest, self.files = [], 0, self.files + 1


def _both(name: str) -> str:
    """SQL for the two columns of a field: to compare, and as it is where that is another."""
    small = folded(name)
    return (
        f"{small} AS {name}, "
        f"COALESCE({exact(name)}, CASE WHEN {small} <> {name} THEN {name} END) AS {exact(name)}"
    )
