"""Logs as they lie on a disk: files and folders, JSON and JSONL, plain or gzip, of any size.

What cannot be read is counted with its reason, and the reading goes on.
"""

import functools
import gzip
import io
import itertools
import json
import os
import re
import stat
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, TextIO, cast

from labutils.hunt.sources import Json, source_by_content, source_by_name
from labutils.text import shown

LONGEST = 32 * 1024 * 1024  # characters of one event
WHOLE = 64 * 1024 * 1024  # characters of a file that holds one object over several lines
DEEPEST = 200  # objects and lists within each other
CHUNK = 1024 * 1024
TELL_EVERY = 1_000  # events
LOGS = (".json", ".jsonl", ".ndjson", ".log")
# A list of events in an object: AWS CloudTrail's files, Atlassian's and Cloudflare's interfaces.
ENVELOPES = ("Records", "entities", "result")
_ENVELOPE = re.compile(r'\s*\{\s*"(?:%s)"\s*:\s*\[' % "|".join(ENVELOPES))
_BEGINNINGS = (  # how a file begins, and so how it is encoded
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
    (b"{\x00", "utf-16-le"),
    (b"[\x00", "utf-16-le"),
    (b"\x00{", "utf-16-be"),
    (b"\x00[", "utf-16-be"),
)


@dataclass(frozen=True)
class LogFile:
    """A file to read: `name` is the NAME of its events' ids, `label` what a reader calls it."""

    path: Path
    name: str
    label: str


class Event(NamedTuple):
    """An event: `place` counts from 1, the line or the place in a list; `text` is its JSON."""

    file: str
    place: int
    source: str
    fields: Json
    text: str


@dataclass(frozen=True)
class Skipped:
    """What was not read, and why: `line` counts as an event's place does, 0 is the whole file."""

    file: str
    line: int
    reason: str


class NotAnEvent(ValueError):
    """A text that is no event; the message says why."""


# --- files --------------------------------------------------------------------------------------


def log_files(paths: list[Path]) -> tuple[list[LogFile], list[Skipped]]:
    """The files at these paths and below these folders, each once, and what is none.

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
    """Why a path is no file to read. A pipe is one where it was named itself."""
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError) as error:
        return f"cannot be read: {getattr(error, 'strerror', None) or error}"
    if stat.S_ISREG(mode) or (given and (stat.S_ISFIFO(mode) or stat.S_ISCHR(mode))):
        return None
    return "is no regular file"


def _stem(path: str) -> str:
    """A path without `.gz`, then without `.json` or `.jsonl`."""
    bare = re.sub(r"\.gz$", "", path, flags=re.IGNORECASE)
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
    """The events of a file, and what is none, in the order of the file.

    `progress` is told now and then how many bytes were read.
    """
    reader = _FileReader(file)
    try:
        with _opened(file.path) as text:
            for number, item in enumerate(reader.read(text)):
                if number % TELL_EVERY == 0:
                    progress(_position(text))
                yield item
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        yield Skipped(file.label, 0, f"cannot be read to its end: {shown(reason)}")
    except UnicodeError:
        yield Skipped(file.label, 0, "is not text: neither UTF-8 nor UTF-16")


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
    binary: BinaryIO = open(number, "rb")  # noqa: SIM115 - closed with the text around it
    if cast(io.BufferedReader, binary).peek(2)[:2] == b"\x1f\x8b":
        binary = cast(
            BinaryIO, io.BufferedReader(cast(io.RawIOBase, gzip.GzipFile(fileobj=binary)))
        )
    begin = cast(io.BufferedReader, binary).peek(4)[:4]
    encoding = next((name for mark, name in _BEGINNINGS if begin.startswith(mark)), "utf-8")
    errors = "surrogateescape" if encoding.startswith("utf-8") else "replace"
    return io.TextIOWrapper(binary, encoding, errors, newline="\n")


class _FileReader:
    """What is known while one file is read."""

    def __init__(self, file: LogFile):
        self.file = file
        self.source = source_by_name(_stem(file.path.name))
        self.is_log = _stem(file.path.name) != file.path.name or file.path.name.endswith(LOGS)
        self.place = 0

    def read(self, text: TextIO) -> Iterator[Event | Skipped]:
        """The events of a text, by how it begins."""
        head = text.read(CHUNK)
        if "\0" in head:
            yield Skipped(self.file.label, 0, "is not text: it holds bytes that no text holds")
            return
        rest = _Text(head, text)
        envelope = _ENVELOPE.match(head)
        if envelope:
            yield from self.members(rest, envelope.end())
        elif head.lstrip().startswith("["):
            yield from self.members(rest, head.index("[") + 1)
        elif self._is_one_object(head):
            yield from self.one_object(rest)
        else:
            yield from self.lines(rest)

    @staticmethod
    def _is_one_object(head: str) -> bool:
        """Whether an object begins whose first line is not a whole value."""
        first, newline, _ = head.lstrip().partition("\n")
        return bool(newline) and first.startswith("{") and first.rstrip().endswith((",", "{", "["))

    def one_object(self, rest: "_Text") -> Iterator[Event | Skipped]:
        """A file that is one object over several lines; where it is none, its lines."""
        text = rest.up_to(WHOLE).strip()
        try:
            value = _json(text)
        except NotAnEvent:
            yield from self.lines(rest)
            return
        yield from self.value(value, text)

    def lines(self, rest: "_Text") -> Iterator[Event | Skipped]:
        """One value a line (JSON Lines); the first line that is no JSON ends what is no log."""
        any_event, unread = False, 0
        for number, line in enumerate(rest.lines()):
            text = line.strip("\r\n\t ")
            if not text or text.isspace():
                continue
            self.place = number
            for item in self.text(text):
                any_event = any_event or isinstance(item, Event)
                if self.is_log or any_event:
                    yield item
                else:
                    unread += 1
        if unread and not any_event:
            yield Skipped(self.file.label, 0, "is no log: no line of it is an event")

    def members(self, rest: "_Text", start: int) -> Iterator[Event | Skipped]:
        """The values of a list that may be larger than the memory."""
        rest.at = start
        while rest.begins_with_more(","):
            if rest.buffer.startswith("]", rest.at):
                rest.at += 1
                if not self._next_envelope(rest):
                    return
                continue
            try:
                value, text = _next_value(rest)
            except NotAnEvent as error:
                reason = f"{error}; the rest of the list was not read"
                yield Skipped(self.file.label, self.place + 1, reason)
                return
            yield from self.value(value, text)
        yield Skipped(self.file.label, self.place + 1, "the list has no end: cut off here")

    @staticmethod
    def _next_envelope(rest: "_Text") -> bool:
        """Whether another list in an object follows, as where such files were put together."""
        if not rest.begins_with_more("}"):
            return False
        envelope = _ENVELOPE.match(rest.buffer, rest.at)
        if envelope:
            rest.at = envelope.end()
        return envelope is not None

    def text(self, text: str) -> Iterable[Event | Skipped]:
        """The event of one line."""
        try:
            if len(text) > LONGEST:
                raise NotAnEvent(f"is longer than {LONGEST // 1024**2} MiB")
            value = _json(text)
        except NotAnEvent as error:
            self.place += 1
            return (Skipped(self.file.label, self.place, str(error)),)
        return self.value(value, text)

    def value(self, value: Any, text: str) -> Iterable[Event | Skipped]:
        """The event that a value is, or the events of the list that it holds."""
        inside = _envelope(value)
        if inside is not None:
            return (
                item
                for member in inside
                for item in self.value(member, json.dumps(member, ensure_ascii=False))
            )
        self.place += 1
        if not isinstance(value, dict):
            return (Skipped(self.file.label, self.place, "is JSON, but no object"),)
        source = self.source or source_by_content(value)
        if source is None:
            return (Skipped(self.file.label, self.place, "is an object of no known vendor"),)
        return (Event(self.file.name, self.place, source, value, text),)


class _Text:
    """A text of which only a part is in the memory: `buffer`, of which what stands before `at` is
    done with; then what `stream` still holds."""

    def __init__(self, buffer: str, stream: TextIO):
        self.buffer, self.stream, self.at = buffer, stream, 0

    def more(self) -> bool:
        """Read on, as much again as is in use; whether there was anything."""
        chunk = self.stream.read(max(CHUNK, len(self.buffer) - self.at))
        self.buffer, self.at = self.buffer[self.at :] + chunk, 0
        return bool(chunk)

    def begins_with_more(self, beside: str) -> bool:
        """Pass over blanks and the characters of `beside`; whether anything follows them."""
        passed = re.compile(rf"[\s{re.escape(beside)}]*")
        while True:
            self.at = _end(passed, self.buffer, self.at)
            if self.at < len(self.buffer):
                return True
            if not self.more():
                return False

    def up_to(self, size: int) -> str:
        """The text, and at most so many characters of it."""
        while len(self.buffer) < size and self.more():
            pass
        return self.buffer

    def lines(self) -> Iterator[str]:
        """Each line; of one that is too long its beginning, the remainder dropped."""
        head = io.StringIO(self.buffer, newline="\n")
        self.buffer, begun = "", ""
        for line in head:
            if line.endswith("\n"):
                yield line
            else:
                begun = line
        begun += self.stream.readline(max(LONGEST + 2 - len(begun), 1))
        one_more = functools.partial(self.stream.readline, LONGEST + 2)
        for line in itertools.chain([begun] if begun else [], iter(one_more, "")):
            if len(line) > LONGEST and not line.endswith("\n"):
                while (part := self.stream.readline(CHUNK)) and not part.endswith("\n"):
                    pass
            yield line


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    match = pattern.match(text, at)
    return match.end() if match else at


def _next_value(rest: _Text) -> tuple[Any, str]:
    """The value that begins where a text is, and its own text. Raises NotAnEvent."""
    while True:
        try:
            value, end = _DECODER.raw_decode(rest.buffer, rest.at)
        except json.JSONDecodeError as error:
            if len(rest.buffer) - rest.at > LONGEST or not rest.more():
                raise NotAnEvent(f"is not JSON: {error.msg}") from error
            continue
        except (RecursionError, ValueError) as error:
            raise NotAnEvent(_why(error)) from error
        if end == len(rest.buffer) and rest.more():
            continue  # a number may go on in the next piece
        text = rest.buffer[rest.at : end]
        rest.at = end
        _must_be_shallow(value, text)
        return value, text


def _json(text: str) -> Any:
    """The value of a JSON text that has no blanks around it.

    Raises NotAnEvent, which says what is wrong with it.
    """
    if not text.isascii() and any("\udc80" <= c <= "\udcff" for c in text):
        raise NotAnEvent("is not UTF-8 text")
    try:
        value, end = _DECODER.raw_decode(text)
    except (RecursionError, ValueError) as error:
        raise NotAnEvent(_why(error)) from error
    if end < len(text):
        raise NotAnEvent(f"is not JSON: more follows its end, at character {end + 1}")
    _must_be_shallow(value, text)
    return value


def _must_be_shallow(value: Any, text: str) -> None:
    """Raises NotAnEvent for what is nested more deeply than any vendor's event."""
    if text.count("{") + text.count("[") <= DEEPEST:
        return
    level, depth = [value], 0
    while level:
        depth += 1
        if depth > DEEPEST:
            raise NotAnEvent("is nested too deeply")
        level = [child for item in level for child in _children(item)]


def _children(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _why(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"is not JSON: {error.msg}, at character {error.pos + 1}"
    if isinstance(error, RecursionError):
        return "is nested too deeply"
    return f"is not JSON: {shown(str(error), 120)}"


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no number in JSON (RFC 8259, 6)")


_DECODER = json.JSONDecoder(parse_constant=_no_constant)


def _envelope(value: Any) -> list[Any] | None:
    """The list of events that an object holds, or that a value is."""
    if isinstance(value, list):
        return value
    if not isinstance(value, dict) or value.keys().isdisjoint(ENVELOPES):
        return None
    return next((value[key] for key in ENVELOPES if isinstance(value.get(key), list)), None)
