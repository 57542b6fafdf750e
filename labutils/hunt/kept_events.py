"""Keep events in columns, as Parquet files that DuckDB searches before SQLite runs any rule.

A column for each field that the rules name when the events are read: the text of what stands there,
its ASCII letters small: a number as its text; a list, and a number with a point, framed as in
`labutils.hunt.store`. Beside it, where that text is not the value itself, the value as it is: so
the tables of SQLite are filled without a look at the event's JSON. Any other field is looked for in
the JSON, which is kept as well. So what is kept serves every hunt, whatever its rules.
"""

import hashlib
import json
import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from functools import cache
from glob import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from labutils.cache import cache_folder
from labutils.hunt.duckdb_sql import connect, folded, literal
from labutils.hunt.reading import Event, LogFile, Skipped
from labutils.hunt.sources import FOLDER, time_of
from labutils.hunt.store import FRAME, TEXT, Columns, Value, storable
from labutils.hunt.store import column as in_sqlite
from labutils.lab import data_file

if TYPE_CHECKING:
    import numpy as np
    from duckdb import DuckDBPyConnection

BATCH = 20_000  # events of a file of Parquet that is being written
MOST_KEPT = 8  # sets of logs
PREFIX = "events-"
SETS = ("lists", "numbers")
NUMBER = FRAME  # before a number that is written as it is; before a list there is `[` as well
ROW = {"n": "BIGINT", "file": "VARCHAR", "place": "BIGINT", "time": "DOUBLE", "text": "VARCHAR"}
# The modules that decide how an event is read and written.
READERS = (
    *("cloudtrail_columns", "csv_records", "entra_portal", "exports", "fields", "json_stream"),
    *("kept_events", "looks", "naming", "nearest", "parquet", "reading", "sources", "store"),
)
# What reading a manifest raises that is another text, or is not there.
NOT_WHOLE = (OSError, ValueError, LookupError, TypeError, AttributeError)
MANIFEST = "manifest.json"

Row = dict[str, Any]
Names = Mapping[str, Iterable[str]]  # of fields, by source


class Skips(Protocol):
    """A result that records what was not an event."""

    skipped: list[Skipped]
    not_named: int


# --- what is known of the events of a source ----------------------------------------------------


@dataclass
class Fields:
    """The fields of a source that have a column, with their columns.

    `lists` and `numbers` name those that hold one somewhere.
    """

    columns: dict[str, str] = field(default_factory=dict)
    lists: set[str] = field(default_factory=set)
    numbers: set[str] = field(default_factory=set)
    count: int = 0

    @classmethod
    def named(cls, names: Iterable[str]) -> "Fields":
        """Return fields with a column for each of these names, but for that of the whole text."""
        return cls({name: f"c{place}" for place, name in enumerate(sorted({*names} - {TEXT}))})

    def column(self, name: str) -> str | None:
        """Return the column of a field; None where it has to be looked for in the event's text."""
        return self.columns.get(name)

    def value(self, name: str) -> str | None:
        """Return SQL for the value of a field, with a number in the form that `read_number` takes.

        None where the event's text has to be read.
        """
        column = self.column(name)
        return f"COALESCE({exact(column)}, {column})" if column else None

    def known(self) -> Row:
        """Return the fields in a form that JSON can store."""
        return asdict(self) | {name: sorted(getattr(self, name)) for name in SETS}

    @classmethod
    def of(cls, row: Row) -> "Fields":
        """Restore the fields from what `known` returned.

        Raises TypeError where it is something else.
        """
        return cls(**row | {name: set(row[name]) for name in SETS})


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
        return f"read_parquet({literal(escape(str(self.folder / source)) + '/*.parquet')})"

    def take(self, events: Iterable[Event], names: Names) -> None:
        """Write events to the folder, with columns for these fields of each source.

        Raises CannotAsk, and OSError.
        """
        writers: dict[str, _Writer] = {}
        with connect(self.folder) as database:
            for n, event in enumerate(events, 1):
                if event.source not in writers:
                    self.fields[event.source] = fields = Fields.named(names[event.source])
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
    files: list[LogFile], read: Callable[[], Iterable[Event]], result: Skips, names: Names
) -> Iterator[KeptEvents]:
    """Return the kept events of these files, after reading and keeping them if necessary.

    `names` are the fields that get a column when they are read. If they cannot be kept, they are
    in a temporary folder until the end. What is not an event goes into the result. Raises
    CannotAsk, and OSError where there is no room anywhere.
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
        events.take(read(), names)
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
        self.with_lists: set[str] = set()
        self.reader = Columns(fields.columns, self.with_lists)
        self.waiting: list[tuple[Value, ...]] = []
        self.files = 0
        folder.mkdir()

    def take(self, n: int, event: Event) -> None:
        self.fields.count += 1
        time = time_of(event.fields, event.source)
        own = (n, storable(event.file), event.place, time, storable(event.text))
        self.waiting.append((*own, *self.reader.of(event.fields)))
        if len(self.waiting) == BATCH:
            self.write()

    def write(self) -> None:
        """Put the events that wait into a file of Parquet."""
        if not self.waiting:
            return
        values = iter(zip(*self.waiting, strict=True))
        wanted = [f"{name}::{kind} AS {name}" for name, kind in ROW.items()]
        arrays = {name: _array(next(values)) for name in ROW}
        for name, column in self.fields.columns.items():  # a field may be called as one of ROW is
            arrays |= self._arrays(name, column, next(values))
            wanted += _both(column)
        self.fields.lists |= {
            name for name in self.fields.columns if in_sqlite(name) in self.with_lists
        }
        self.database.register("waiting", arrays)
        target = literal(str(self.folder / f"{self.files:06}.parquet"))
        self.database.execute(
            f"COPY (SELECT {', '.join(wanted)} FROM waiting) "
            f"TO {target} (FORMAT parquet, COMPRESSION zstd)"
        )
        self.database.unregister("waiting")
        self.waiting, self.files = [], self.files + 1

    def _arrays(self, name: str, column: str, values: tuple[Value, ...]) -> dict[str, Any]:
        """A field's values in its two columns: to compare, and the numbers as they are."""
        if not {int, float} & set(map(type, values)):
            return {column: _array(values), exact(column): _array([None] * len(values))}
        self.fields.numbers.add(name)
        numbers = [value if isinstance(value, int | float) else None for value in values]
        texts = [
            value if number is None else _text(number)
            for value, number in zip(values, numbers, strict=True)
        ]
        written = [None if one is None else f"{NUMBER}{_json_number(one)}" for one in numbers]
        return {column: _array(texts), exact(column): _array(written)}


def _array(values: Sequence[Value]) -> "np.ndarray[Any, Any]":
    import numpy as np

    return np.array(values, dtype=object)


def _both(column: str) -> list[str]:
    """SQL for the two columns of a field: to compare, and as it is where that is another."""
    small = folded(column)
    as_it_is = f"CASE WHEN {small} <> {column} THEN {column} END"
    return [
        f"{small} AS {column}",
        f"COALESCE({exact(column)}, {as_it_is}) AS {exact(column)}",
    ]
