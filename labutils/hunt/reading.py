"""Read logs from files and folders: JSON, JSON Lines, CSV, Parquet, also in gzip or zip, any size.

What cannot be read is counted with its reason, and the reading goes on.
"""

import gzip
import io
import ipaddress
import json
import os
import re
import stat
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, TextIO, cast

from labutils.hunt import csv_records, parquet
from labutils.hunt.exports import AFTER, CLOSED, ENVELOPE, contents
from labutils.hunt.fields import Json
from labutils.hunt.json_stream import (
    BLANK,
    CHUNK,
    NamesTwice,
    NotAnEvent,
    Stream,
    end_of_value,
    parsed,
)
from labutils.hunt.nearest import format_of, nearest, nearest_line
from labutils.hunt.sources import SOURCES, source_by_content, source_by_name
from labutils.text import shown

TELL_EVERY = 1_000  # events
LOGS = (".json", ".jsonl", ".ndjson", ".log", ".csv", ".tsv")
TABLES = (".csv", ".csv.gz", ".tsv", ".tsv.gz")
OFFICE = "[Content_Types].xml"  # what each document of Office holds, which is a zip (ECMA-376-2)
# What `telemetry` writes beside its logs: an object whose keys are ids of events.
_EVENT_ID = re.compile(r"[\w.-]+:[1-9][0-9]*")
_ANY_BRACKET = re.compile(r"^\s*[{\[]", re.MULTILINE)
_LIST = re.compile(r"\[")
_LIST_OF_EVENTS = re.compile(r"\[\s*(?:[{\[\]]|\Z)")
_BETWEEN = re.compile(r"[\s,]*")  # the members of a list
_MEMBER = re.compile(r"[^,\]\n]*")  # what is not a value there
_FIELD = re.compile(r"[^,}\n]*")  # in an object
_LINE = re.compile(r"[^\n]*")
# What syslog (RFC 5424, 6; RFC 3164, 4.1) or Amazon CloudWatch's export puts before an object.
_PREFIX = re.compile(
    r"(?:<\d{1,3}>)?(?:\d{4}-\d\d-\d\dT|1 \d{4}-|[A-Z][a-z]{2} [ \d]\d )[^{\[]{0,200}(?=\{)"
)
_MAPPED = "::ffff:"
_DAMAGED = (OSError, EOFError, zlib.error)
_BEGINNINGS = (  # how a file begins, and so how it is encoded
    (re.compile(rb"\xff\xfe\0\0|\0\0\xfe\xff"), "utf-32"),
    (re.compile(rb"\xef\xbb\xbf"), "utf-8-sig"),
    (re.compile(rb"\xff\xfe|\xfe\xff"), "utf-16"),
    # Without a mark: JSON begins with ASCII. Eight characters, since a line may hold a NUL or two.
    (re.compile(rb"[{\[]\0(?:[\t-~]\0){7}"), "utf-16-le"),
    (re.compile(rb"\0[{\[](?:\0[\t-~]){7}"), "utf-16-be"),
)


@dataclass(frozen=True)
class LogFile:
    """A file to read: `name` is the NAME in its events' ids, `label` is what messages call it."""

    path: Path
    name: str
    label: str


class Event(NamedTuple):
    """An event: `place` is its line or its place in a list, from 1; `text` is its JSON."""

    file: str
    place: int
    source: str
    fields: Json
    text: str


@dataclass(frozen=True)
class Skipped:
    """A skipped line or file, and why: `line` counts as `place` does; 0 is the whole file."""

    file: str
    line: int
    reason: str


# --- files --------------------------------------------------------------------------------------


def log_files(paths: list[Path]) -> tuple[list[LogFile], list[Skipped]]:
    """Return the files at these paths and in these folders, each once, and what is not a file.

    Links to folders are not followed below a folder, so that no loop is walked.
    """
    candidates: list[tuple[Path, str]] = []
    skipped: list[Skipped] = []
    for path in paths:
        if path.is_dir():
            candidates += _below(path)
        else:
            candidates.append((path, path.name))
    regular: dict[str, tuple[Path, str]] = {}
    for path, inside in candidates:
        reason = _unreadable(path, given=path in paths)
        if reason:
            skipped.append(Skipped(inside, 0, reason))
        else:
            regular.setdefault(os.path.realpath(path), (path, inside))
    return _named(list(regular.values())), skipped


def _below(folder: Path) -> list[tuple[Path, str]]:
    """Each file below a folder, with its path there."""
    inside: list[tuple[Path, str]] = []
    for root, folders, names in os.walk(folder):
        folders.sort()
        paths = [Path(root) / name for name in sorted(names)]
        inside += [(path, path.relative_to(folder).as_posix()) for path in paths]
    return inside


def _unreadable(path: Path, given: bool) -> str | None:
    """Why a path is not a file to read. A pipe is one where it was named itself."""
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError) as error:
        return f"cannot be read: {getattr(error, 'strerror', None) or error}"
    if stat.S_ISREG(mode) or (given and (stat.S_ISFIFO(mode) or stat.S_ISCHR(mode))):
        return None
    return "is not a regular file"


def _stem(path: str) -> str:
    """A path without `.gz` or `.zip`, then without `.json` or `.jsonl`."""
    bare = re.sub(r"\.(?:gz|zip)$", "", path, flags=re.IGNORECASE)
    return re.sub(r"\.jsonl?$", "", bare, flags=re.IGNORECASE)


def _named(files: list[tuple[Path, str]]) -> list[LogFile]:
    """Files with their names: short where no two share it, else with the path below the folder."""
    short = Counter(_stem(path.name) for path, _ in files)
    longer = Counter(_stem(inside) for _, inside in files)
    named: list[LogFile] = []
    taken: set[str] = set()
    for path, inside in files:
        name = _stem(path.name)
        if short[name] > 1:
            name = _stem(inside if longer[_stem(inside)] == 1 else path.as_posix())
        if name in taken:
            name = path.as_posix()
        taken.add(name)
        named.append(LogFile(path, name, inside))
    return named


# --- events -------------------------------------------------------------------------------------


def read(
    file: LogFile, progress: Callable[[int], None] = lambda _: None
) -> Iterator[Event | Skipped]:
    """Yield the events of a file, and what is not an event, in the order of the file.

    `progress` is told now and then how many bytes were read.
    """
    try:
        if _is_zip(file.path):
            with zipfile.ZipFile(file.path) as packed:
                if OFFICE in packed.namelist():
                    reason = "is a document of Office: save the sheet as CSV UTF-8"
                    yield Skipped(file.label, 0, reason)
                    return
                for member in filter(lambda one: not one.is_dir(), packed.infolist()):
                    yield from _of_zip(file, packed, member)
            return
        with _opened(file.path) as text:
            for number, item in enumerate(FileReader(file).read(text)):
                if number % TELL_EVERY == 0:
                    progress(_position(text))
                yield item
            if (cut := getattr(getattr(text.buffer, "raw", None), "error", None)) is not None:
                raise cut
    except (*_DAMAGED, zipfile.BadZipFile) as error:
        yield _not_to_its_end(file, error)
    except UnicodeError:
        yield Skipped(file.label, 0, "is not text: neither UTF-8 nor UTF-16")


def _not_to_its_end(file: LogFile, error: Exception) -> Skipped:
    reason = getattr(error, "strerror", None) or str(error)
    return Skipped(file.label, 0, f"cannot be read to its end: {shown(reason)}")


def _is_zip(path: Path) -> bool:
    """Whether a file is a zip; a pipe is not looked into."""
    return stat.S_ISREG(path.stat().st_mode) and zipfile.is_zipfile(path)


def _of_zip(
    file: LogFile, packed: zipfile.ZipFile, member: zipfile.ZipInfo
) -> Iterator[Event | Skipped]:
    """Yield the events of a file in a zip, under the name of both."""
    inside = LogFile(
        Path(member.filename),
        f"{file.name}/{_stem(member.filename)}",
        f"{file.label}/{member.filename}",
    )
    try:
        with packed.open(member) as binary:
            yield from FileReader(inside).read(_as_text(cast(BinaryIO, binary)))
    except (*_DAMAGED, zipfile.BadZipFile, RuntimeError) as error:  # RuntimeError: a password
        yield _not_to_its_end(inside, error)


def _position(text: TextIO) -> int:
    """How many bytes of a file were read, of the packed ones where it is packed; 0 of a pipe."""
    try:
        return os.lseek(text.fileno(), 0, os.SEEK_CUR)
    except OSError:
        return 0


def _opened(path: Path) -> TextIO:
    """A file as text, whatever it is packed and encoded in. Raises OSError.

    A byte that is not UTF-8 becomes a lone surrogate, by which its line is known. A pipe that
    nobody writes to is opened without waiting, and is empty.
    """
    number = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    if hasattr(os, "set_blocking"):
        os.set_blocking(number, True)
    return _as_text(open(number, "rb"))


def _as_text(binary: BinaryIO) -> TextIO:
    """Bytes as text, unpacked where they are gzip, in the encoding that their beginning shows."""
    if not hasattr(binary, "peek"):
        binary = cast(BinaryIO, io.BufferedReader(cast(io.RawIOBase, binary)))
    if cast(io.BufferedReader, binary).peek(2)[:2] == b"\x1f\x8b":
        binary = cast(BinaryIO, io.BufferedReader(_Unpacked(binary)))
    begin = cast(io.BufferedReader, binary).peek(16)[:16]
    encoding = next((name for mark, name in _BEGINNINGS if mark.match(begin)), "utf-8")
    errors = "surrogateescape" if encoding.startswith("utf-8") else "replace"
    return io.TextIOWrapper(binary, encoding, errors, newline="\n")


class _Unpacked(io.RawIOBase):
    """What a gzip file holds. Where it is cut or damaged, it ends, and `error` says why."""

    def __init__(self, packed: BinaryIO):
        self.packed, self.gzip = packed, gzip.GzipFile(fileobj=packed)
        self.error: Exception | None = None

    def readable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self.packed.fileno()

    def readinto(self, buffer: Any) -> int:
        try:
            data = self.gzip.read1(len(buffer)) if self.error is None else b""
        except (OSError, EOFError, zlib.error) as error:
            self.error, data = error, b""
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self.packed.close()
        super().close()


class FileReader:
    """A reader for one file, with what it knows of it so far."""

    def __init__(self, file: LogFile):
        self.file = file
        stem = _stem(file.path.name)
        self.named = source_by_name(stem)
        name = file.path.name.lower()
        self.is_log = stem.lower() != name or name.endswith(LOGS)
        self.is_table = name.endswith(TABLES)
        self.place = 0

    def read(self, text: TextIO) -> Iterator[Event | Skipped]:
        """Yield the events of a text, and what is not an event.

        A file that is not a log gives one sentence.
        """
        head = text.read(CHUNK)
        if head.startswith(parquet.BEGIN.decode()):
            yield from self.rows()
            return
        if told := format_of(head):
            yield self.skipped(told, 0)
            return
        if "\0" in head and not _ANY_BRACKET.search(head):
            yield self.skipped("is not text: it holds bytes that text never has", 0)
            return
        any_event, unread = False, 0
        for item in self.items(Stream(head, text), head):
            any_event = any_event or isinstance(item, Event)
            if self.is_log or any_event:
                yield item
            else:
                unread += 1
        if unread and not any_event:
            yield self.skipped("is not a log: no line in it is an event", 0)

    def items(self, rest: Stream, head: str) -> Iterator[Event | Skipped]:
        """Yield the events of a text, in the format that its beginning shows."""
        if _holds_documents(head):
            yield from self.documents(rest)
            return
        columns = csv_records.header(head.partition("\n")[0])
        if columns and (self.is_table or self.source_of(dict.fromkeys(columns, ""))):
            yield from self.records(columns, rest)
        else:
            yield from self.lines(rest)

    # --- JSON Lines ---

    def lines(self, rest: Stream) -> Iterator[Event | Skipped]:
        """Yield the events of a text with one value per line.

        If a line holds a list, its members count as places.
        """
        for number, line in enumerate(rest.lines()):
            yield from self.line(line, number)

    def line(self, line: str, before: int) -> Iterator[Event | Skipped]:
        """Yield the events in a line of JSON that has `before` lines before it in the file."""
        text = line.strip("\r\n\t \x1e")
        if not text or text.isspace():
            return
        self.place = max(self.place, before)
        before_it = _PREFIX.match(text)
        text = text[before_it.end() :] if before_it else text
        try:
            value = parsed(text)
        except NotAnEvent as error:
            self.place += 1
            yield self.skipped(f"{error}{nearest_line(text)}")
        else:
            yield from self.events(value, text)

    # --- documents, one after the other ---

    def documents(self, rest: Stream) -> Iterator[Event | Skipped]:
        """Yield the events from values that may span several lines.

        A list, or an object that only wraps a list of events, gives each member.
        """
        while rest.begins_with_more():
            if rest.match(_LIST):
                yield from self.members(rest)
            elif rest.match(ENVELOPE):
                yield from self.members(rest)
                yield from self.remainder(rest)
            else:
                yield from self.one(rest, _LINE)

    def members(self, rest: Stream) -> Iterator[Event | Skipped]:
        """Yield the events in a list that may be larger than memory."""
        while rest.begins_with_more(_BETWEEN):
            if rest.buffer.startswith("]", rest.at):
                rest.at += 1
                return
            yield from self.one(rest, _MEMBER)
        if not rest.dropped:
            yield self.skipped("the list has no end: it is cut off here", self.place + 1)

    def one(self, rest: Stream, scalar: re.Pattern[str]) -> Iterator[Event | Skipped]:
        """Yield the events of the value that begins here. A broken value costs only itself."""
        try:
            value, text = rest.value()
        except NotAnEvent as error:
            self.place += 1
            if rest.skip_value(scalar):
                yield self.skipped(str(error))
            else:
                rest.drop()
                yield self.skipped(f"{error}; nothing after it was read")
        else:
            yield from self.events(value, text)

    def remainder(self, rest: Stream) -> Iterator[Skipped]:
        """Skip what an object holds after its list of events."""
        try:
            while rest.match(AFTER):
                rest.value()
        except NotAnEvent as error:
            yield self.skipped(f"behind the list of events: {error}", 0)
            rest.skip_value(_FIELD)
        if not rest.match(CLOSED) and not rest.dropped:
            yield self.skipped("the object around the list of events has no end", 0)

    # --- CSV ---

    def records(self, columns: list[str], rest: Stream) -> Iterator[Event | Skipped]:
        """Yield an event for each record of a CSV table, whose first line names the columns."""
        lines = rest.lines()
        divided_by = csv_records.delimiter(next(lines))
        any_event, strange = False, 0
        for record in csv_records.records(columns, divided_by, lines):
            self.place += 1
            if isinstance(record, NotAnEvent):
                yield self.skipped(str(record))
            elif source := self.source_of(record):
                any_event = True
                yield self.event(source, record)
            elif wrapped := _wrapped(record):
                self.place -= 1
                for item in self.events(wrapped, ""):
                    any_event = any_event or isinstance(item, Event)
                    yield item
            elif any_event:
                yield self.skipped("is a record from no known vendor")
            else:
                strange += 1
        if strange and not any_event:
            yield self.skipped(
                f"is not a log: a table whose columns fit no known vendor{nearest(columns)}", 0
            )

    # --- Parquet ---

    def rows(self) -> Iterator[Event | Skipped]:
        """Yield an event for each row of a Parquet table."""
        try:
            for number, text in enumerate(parquet.rows(self.file.path)):
                yield from self.line(text, number)
        except parquet.NotParquet as error:
            yield self.skipped(str(error), 0 if not self.place else None)

    # --- an event ---

    def events(self, value: Any, text: str) -> Iterator[Event | Skipped]:
        """Yield the event that a value is, or the events it contains at any depth."""
        waiting = [iter((value,))]
        while waiting:
            one = next(waiting[-1], _END)
            if one is _END:
                waiting.pop()
            elif isinstance(one, dict) and (source := self.source_of(one)):
                self.place += 1
                if isinstance(one, NamesTwice):
                    names = ", ".join(map(shown, one.names))
                    yield self.skipped(f"has a name twice, and the last value was read: {names}")
                yield self.event(source, one, text if type(one) is dict and one is value else None)
            elif isinstance(members := _members(one), NotAnEvent):
                self.place += 1
                yield self.skipped(str(members), 0 if isinstance(members, _NoLog) else None)
            else:
                waiting.append(members)

    def source_of(self, event: Json) -> str | None:
        """Return the source that an event looks like; if several, the file's name decides."""
        if self.named and SOURCES[self.named].looks(event):
            return self.named
        return source_by_content(event)

    def event(self, source: str, fields: Json, text: str | None = None) -> Event:
        """Return an event of this file, at the current place."""
        naming = SOURCES[source].naming
        if naming:
            fields, text = naming.named(fields), None
        if text is None:
            text = json.dumps(fields, ensure_ascii=False)
        if _MAPPED in text.lower():
            fields = unmapped(fields)
            text = json.dumps(fields, ensure_ascii=False)
        return Event(self.file.name, self.place, source, fields, text)

    def skipped(self, reason: str, line: int | None = None) -> Skipped:
        """Return what was not read, at the current place or at `line`; line 0 is the whole file."""
        return Skipped(self.file.label, self.place if line is None else line, reason)


_END = object()


class _NoLog(NotAnEvent):
    """What tells that a whole file is not a log."""


def _wrapped(record: Json) -> Json | None:
    """A record of a table of which a column holds an event as its vendor wrote it."""
    try:
        return record if contents(record) is not None else None
    except NotAnEvent:
        return record


def unmapped(value: Any) -> Any:
    """Return a value with the addresses of IPv4 in it that are written as ones of IPv6 (RFC 4291,
    2.5.5.2) as what they are."""
    if isinstance(value, dict):
        return {key: unmapped(item) for key, item in value.items()}
    if isinstance(value, list):
        return [unmapped(item) for item in value]
    if not isinstance(value, str) or not value.lower().startswith(_MAPPED):
        return value
    try:
        return str(ipaddress.IPv6Address(value).ipv4_mapped or value)
    except ValueError:
        return value


def _members(value: Any) -> Iterator[Any] | NotAnEvent:
    """What a value holds, or why it is not an event."""
    try:
        members = contents(value)
    except NotAnEvent as error:
        return error
    if members is not None:
        return members
    if not isinstance(value, dict):
        return NotAnEvent("is JSON, but not an object")
    if value and all(map(_EVENT_ID.fullmatch, value)):
        return _NoLog("is not a log: it describes the events of other files")
    return NotAnEvent(f"is an object from no known vendor{nearest(value)}")


def _holds_documents(head: str) -> bool:
    """Whether a text is values of JSON that need not end with their line, by its first one."""
    start = len(head) - len(head.lstrip(BLANK))
    if _LIST_OF_EVENTS.match(head, start) or ENVELOPE.match(head, start):
        return True
    if not head.startswith("{", start):
        return False
    try:
        end = end_of_value(head, start)
    except (RecursionError, ValueError):
        first, newline, _ = head[start:].partition("\n")
        return bool(newline) and first.rstrip().endswith((",", "{", "["))
    return "\n" in head[start:end] or head[end:].lstrip(" \t\r\x1e").startswith("{")
