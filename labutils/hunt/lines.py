"""Tens of thousands of log lines, of which no more than an index is in memory.

A line is found by its place in its file. Of what all logs have in common (COLUMNS) the index has a
number for each line, and each value once. The rest is read from the file when somebody looks at
it. Only the standard library is used: the course also runs in a browser, without a network.
"""

import json
import os
import re
import threading
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import lru_cache
from itertools import accumulate, islice, pairwise
from pathlib import Path
from typing import Any

from labutils.hunt.fields import Json, values_at
from labutils.hunt.line_columns import COLUMNS, account, as_text
from labutils.hunt.row_set import RowSet
from labutils.hunt.sources import SOURCES, time_of
from labutils.lab import SceneError
from labutils.text import shown

DAY, HOUR = 86_400, 3_600  # seconds
FEW = 4_000  # lines that are read one by one rather than with their whole file
CHUNK = 1 << 21  # bytes of a file that are read at once
SAMPLE = 400  # lines of a log that are read for the names of its fields
MOST_TRIED = 2_000  # lines in which a field is looked for that the sample does not have
_LOCK = threading.Lock()


class NotInTheLogs(SceneError):
    """What somebody asked for and these logs do not have, as a sentence."""


class Lines:
    """The lines of a folder of logs, in the order of time. A row is the place of a line in it,
    from 0 on; what is no event with JSON's objects is in no row (`skipped` counts it).

    Nothing in it changes once it is made, so that several threads may use it.
    """

    def __init__(self, folder: Path):
        """Read the logs of a folder: files such as okta.jsonl. Raises NotInTheLogs where it has
        none."""
        self.folder = folder
        self.sources = [one.stem for one in sorted(folder.glob("*.jsonl")) if one.stem in SOURCES]
        if not self.sources:
            raise NotInTheLogs(
                f"There is no log in {shown(str(folder))}. A log is a file such as okta.jsonl; the "
                f"names that are known are {', '.join(sorted(SOURCES))}."
            )
        self._files = [_File(folder / f"{source}.jsonl") for source in self.sources]
        reading = _Reading()
        for source, file in zip(self.sources, self._files, strict=True):
            reading.read(source, file)
        self.skipped = reading.skipped
        self._first = [0, *accumulate(reading.counts)]  # of each source: its first line of all
        self._starts, self._sizes = reading.starts, reading.sizes
        self._put_in_order(reading)
        self._find_hours()
        self.text = lru_cache(256)(self._text)
        self.fields = lru_cache(64)(self._fields)

    def _put_in_order(self, reading: "_Reading") -> None:
        """Rows by time; lines of one time in the order of the files."""
        times = reading.times
        order = sorted(reading.good, key=times.__getitem__)
        size = len(order)
        self._line = array("i", order)  # of a row: which line of all files it is
        self._row = array("i", [-1]) * len(times)  # and back; -1 where it is no event
        for row, line in enumerate(order):
            self._row[line] = row
        self.times = array("d", (times[line] for line in order))
        self._codes = {
            column: array("i", (codes[line] for line in order))
            for column, codes in reading.codes.items()
        }
        self._values, self._code_of = reading.values, reading.known
        self.everything = RowSet.between(0, size, size)
        spans = [[row for row in self._row[a:b] if row >= 0] for a, b in pairwise(self._first)]
        self.of_source = {
            source: RowSet.of(rows, size) for source, rows in zip(self.sources, spans, strict=True)
        }
        numbers = bytearray(size)
        for number, rows in enumerate(spans):
            for row in rows:
                numbers[row] = number
        self._source = bytes(numbers)

    def _find_hours(self) -> None:
        """The rows of each hour of each day: they follow each other."""
        self._hours: dict[tuple[int, int], tuple[int, int]] = {}
        row = 0
        while row < len(self):
            hour = int(self.times[row] // HOUR)
            end = bisect_left(self.times, (hour + 1) * HOUR, row)
            self._hours[divmod(hour, 24)] = row, end
            row = end
        self.days = sorted({day for day, _ in self._hours})  # counted since 1970

    def __len__(self) -> int:
        return len(self._line)

    def length(self, source: str) -> int:
        """Return how many lines the file of a log has."""
        at = self.sources.index(source)
        return self._first[at + 1] - self._first[at]

    # --- one line -------------------------------------------------------------------------------

    def name(self, row: int) -> str:
        """Return the id of a row: its log, and which line of the file it is, as `jira:129`."""
        source = self._source[row]
        return f"{self.sources[source]}:{self._line[row] - self._first[source] + 1}"

    def row(self, name: str) -> int:
        """Return the row of an id. Raises NotInTheLogs for one that no line has."""
        source, _, number = str(name).rpartition(":")
        if source not in self.sources or not number.isdecimal():
            raise NotInTheLogs(
                f"{shown(str(name), 60)!r} is no line of these logs. A line is a log and a number, "
                f"as {self.sources[0]}:1; the logs are {', '.join(self.sources)}."
            )
        at = self.sources.index(source)
        first, end = self._first[at : at + 2]
        line = first + int(number) - 1 if len(number) < 12 else end
        if not first <= line < end:
            raise NotInTheLogs(f"{source} has lines 1 to {end - first}, and no line {number}.")
        if self._row[line] < 0:
            raise NotInTheLogs(f"{name} is no event: that line of the file is not a JSON object.")
        return self._row[line]

    def source(self, row: int) -> str:
        """Return the log that a row is in."""
        return self.sources[self._source[row]]

    def _text(self, row: int) -> str:
        """Return a line as it is in its file."""
        line = self._line[row]
        read = self._files[self._source[row]].at(self._starts[line], self._sizes[line])
        return read.decode().rstrip("\r\n")

    def event(self, row: int) -> Json:
        """Return a line as the event that it is."""
        event: Json = json.loads(self.text(row))
        return event

    def value(self, row: int, column: str) -> str:
        """Return what a row has in a column; an empty text where that is nothing."""
        return self._values[column][self._codes[column][row]]

    def is_refusal(self, row: int) -> bool:
        """Whether the row says that somebody was refused."""
        return SOURCES[self.source(row)].columns.is_refusal(self.value(row, "ended"))

    # --- sets of rows ---------------------------------------------------------------------------

    def set_of(self, rows: Iterable[int]) -> RowSet:
        """Return these rows as a set."""
        return RowSet.of(rows, len(self))

    def having(self, field: str, value: str) -> RowSet:
        """Return the rows with a value in a column, in a `log`, on a `day`, in an `hour`, or in a
        field of the vendor's. Raises NotInTheLogs for what is none of these."""
        if field == "log":
            return self.in_log(value)
        if field == "day":
            return self.on_day(value)
        if field == "hour":
            return self.at_hour(value)
        if field in COLUMNS:
            value = account(value) if field == "who" else value
            return self.set_of(_places(self._codes[field], self._code_of[field].get(value, -1)))
        return self._having_field(field, value)

    def _having_field(self, field: str, value: str) -> RowSet:
        rows = self.with_word(value).rows()
        result = self.set_of(
            row for row in rows if value in map(as_text, values_at(self.named_event(row), field))
        )
        if not len(result) and not any(self.has_field(one, field) for one in self.sources):
            raise NotInTheLogs(
                f"No line has the field {shown(field, 60)}. All logs have {', '.join(COLUMNS)}, "
                "log, day and hour; other fields are the vendor's own, as an open line shows them."
            )
        return result

    def in_log(self, source: str) -> RowSet:
        """Return the rows of a log. Raises NotInTheLogs for one that there is not."""
        if source not in self.of_source:
            raise NotInTheLogs(
                f"There is no log {shown(source, 60)!r} here. There are: {', '.join(self.sources)}."
            )
        return self.of_source[source]

    def on_day(self, day: str) -> RowSet:
        """Return the rows of a day, such as 2023-11-16. Raises NotInTheLogs for what is no day."""
        try:
            number = date.fromisoformat(day).toordinal() - date(1970, 1, 1).toordinal()
        except ValueError as error:
            raise NotInTheLogs(
                f"{shown(day, 40)!r} is no day. Write the year, the month and the day, as "
                f"{self.date(0)}."
            ) from error
        spans = [span for (one, _), span in self._hours.items() if one == number]
        begin, end = (spans[0][0], spans[-1][1]) if spans else (0, 0)
        return RowSet.between(begin, end, len(self))

    def date(self, row: int) -> str:
        """Return the day of a row as 2023-11-16; of no row, that of 1970."""
        day = int(self.times[row] // DAY) if row < len(self) else 0
        return date.fromordinal(day + date(1970, 1, 1).toordinal()).isoformat()

    def at_hour(self, hour: str) -> RowSet:
        """Return the rows of an hour (UTC) of any day. Raises NotInTheLogs for what is none of 00
        to 23."""
        if not hour.isdecimal() or len(hour) > 2 or int(hour) > 23:
            raise NotInTheLogs(f"{shown(hour, 40)!r} is no hour. Hours are 00 to 23, in UTC.")
        bits = 0
        for (_, one), (begin, end) in self._hours.items():
            if one == int(hour):
                bits |= RowSet.between(begin, end, 0).bits
        return RowSet(bits, len(self))

    def by_hour(self, rows: RowSet) -> list[list[int]]:
        """Return how many of these rows are in each of the 24 hours of each of `days`."""
        return [
            [rows.count_between(*self._hours.get((day, hour), (0, 0))) for hour in range(24)]
            for day in self.days
        ]

    # --- words ----------------------------------------------------------------------------------

    def with_word(self, word: str, among: RowSet | None = None) -> RowSet:
        """Return the rows in whose text a word is, as it is written there or as JSON escapes it.
        Large and small letters of ASCII are the same."""
        among = self.everything if among is None else among
        needles = _needles(word)
        if len(among) <= FEW:
            texts = ((row, self._text(row).encode().lower()) for row in among.rows())
            return self.set_of(
                row for row, text in texts if any(needle in text for needle in needles)
            )
        rows = (
            row
            for at, source in enumerate(self.sources)
            if (self.of_source[source] & among).bits
            for needle in needles
            for line in self._lines_with(at, needle)
            if (row := self._row[line]) >= 0
        )
        return self.set_of(rows) & among

    def _lines_with(self, at: int, needle: bytes) -> Iterator[int]:
        """The lines of a file, counted over all files, in which these bytes are."""
        line, end = self._first[at : at + 2]
        while line < end:
            offset = self._starts[line]
            until = max(line + 1, bisect_left(self._starts, offset + CHUNK, line, end))
            stop = self._starts[until - 1] + self._sizes[until - 1]
            chunk = self._files[at].at(offset, stop - offset).lower()
            here = chunk.find(needle)
            while here >= 0:
                line = bisect_right(self._starts, offset + here, line, until) - 1
                yield line
                newline = chunk.find(b"\n", here)
                here = chunk.find(needle, newline + 1) if newline >= 0 else -1
            line = until

    # --- fields of the vendor's -----------------------------------------------------------------

    def named_event(self, row: int) -> Json:
        """Return an event with the names that rules use (labutils.hunt.naming)."""
        naming = SOURCES[self.source(row)].naming
        return naming.named(self.event(row)) if naming else self.event(row)

    def _fields(self, source: str) -> frozenset[str]:
        """Return the fields that lines of a log have, from a sample of them."""
        rows = self.of_source[source].rows()
        sample = islice(rows, 0, None, max(1, len(rows) // SAMPLE))
        return frozenset(path for row in sample for path in _paths(self.named_event(row), ""))

    def has_field(self, source: str, field: str) -> bool:
        """Whether a line of a log has a field. The lines that are looked at are the sample, and the
        first thousands of those in which its name is written."""
        if field in self.fields(source):
            return True
        name = field.rpartition(".")[2]
        name = name if SOURCES[source].naming else f'"{name}"'
        rows = self.with_word(name, self.of_source[source]).rows()
        return any(values_at(self.named_event(row), field) for row in islice(rows, 0, MOST_TRIED))


class _File:
    """A file that is read at any place, by several threads."""

    def __init__(self, path: Path):
        self.path = path
        self._number = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
        self._lock = threading.Lock()

    def at(self, offset: int, size: int) -> bytes:
        """So many bytes from there on."""
        if hasattr(os, "pread"):
            return os.pread(self._number, size, offset)
        with self._lock:  # Windows has no pread
            os.lseek(self._number, offset, os.SEEK_SET)
            return os.read(self._number, size)

    def __del__(self) -> None:
        if number := getattr(self, "_number", 0):
            os.close(number)


class _Reading:
    """What is read off the lines of all files, one after the other."""

    def __init__(self) -> None:
        self.times = array("d")
        self.starts, self.sizes = array("Q"), array("L")
        self.counts: list[int] = []  # lines of each file
        self.good: list[int] = []  # lines that are events
        self.codes = {column: array("i") for column in COLUMNS}
        self.values: dict[str, list[str]] = {column: [""] for column in COLUMNS}
        self.known: dict[str, dict[str, int]] = {column: {"": 0} for column in COLUMNS}

    @property
    def skipped(self) -> int:
        """How many lines are no events."""
        return len(self.times) - len(self.good)

    def read(self, source: str, file: _File) -> None:
        """Take in the lines of a file. One without a time gets that of the line before it."""
        columns, naming = SOURCES[source].columns.reader(), SOURCES[source].naming
        start, moment, before = 0, 0.0, len(self.times)
        with file.path.open("rb") as lines:
            for line in lines:
                event = _event(line)
                if event is not None:
                    event = naming.named(event) if naming else event
                    moment = time_of(event, source) or moment
                    self.good.append(len(self.times))
                self._add(moment, start, len(line), columns(event) if event else _NOTHING)
                start += len(line)
        self.counts.append(len(self.times) - before)

    def _add(self, moment: float, start: int, size: int, values: tuple[str, ...]) -> None:
        self.times.append(moment)
        self.starts.append(start)
        self.sizes.append(size)
        for column, text in zip(COLUMNS, values, strict=True):
            known = self.known[column]
            code = known.get(text)
            if code is None:
                code = known[text] = len(known)
                self.values[column].append(text)
            self.codes[column].append(code)


_NOTHING = ("",) * len(COLUMNS)


def _event(line: bytes) -> Json | None:
    """A line as an event; None where it is none."""
    try:
        event = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return event if isinstance(event, dict) else None


def _needles(word: str) -> list[bytes]:
    """What to look for in small letters: the word, and the word as JSON may escape it. No line has
    the end of a line in it, unless escaped."""
    escaped = json.dumps(word)[1:-1]
    written = [word, json.dumps(word, ensure_ascii=False)[1:-1], escaped]
    needles = dict.fromkeys(one.encode(errors="replace").lower() for one in written)
    return [one for one in needles if b"\n" not in one]


def _places(codes: "array[int]", code: int) -> Iterator[int]:
    """Where a number is."""
    at = -1
    try:
        while True:
            at = codes.index(code, at + 1)
            yield at
    except ValueError:
        return


def _paths(value: Any, above: str) -> Iterator[str]:
    """The paths of an event, each with those above it."""
    if isinstance(value, list):
        for item in value:
            yield from _paths(item, above)
    if isinstance(value, Mapping):
        for key, item in value.items():
            path = f"{above}.{key}" if above else str(key)
            yield path
            yield from _paths(item, path)


# --- an index once a process --------------------------------------------------------------------


def lines_of(folder: Path) -> Lines:
    """Return the index of a folder, which is made once as long as its files stay as they are."""
    files = sorted(folder.resolve().glob("*.jsonl"))
    state = tuple((one.name, (at := one.stat()).st_mtime_ns, at.st_size) for one in files)
    with _LOCK:
        return _made(folder.resolve(), state)


@lru_cache(maxsize=4)
def _made(folder: Path, _state: tuple[tuple[str, int, int], ...]) -> Lines:
    return Lines(folder)


def words_of(text: str) -> list[str]:
    """Return the words of a search; what is between quotation marks is one.

    >>> words_of('ada "Script executed" -okta')
    ['ada', 'Script executed', '-okta']
    """
    return [
        (minus or "") + (quoted or plain)
        for minus, quoted, plain in re.findall(r'(-?)(?:"([^"]*)"?|([^\s"]\S*))', text)
        if quoted or plain
    ]
