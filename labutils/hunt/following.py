"""Follow logs that grow, and run the rules over what is new: `hunt --follow`.

A log of lines is read on from where it ended; a line counts when it is whole. Any other file (a
list, a packed one) is read once, when it has stopped growing. What was read stays in the store,
and correlations keep their matches, so that in the end the hits are those of one hunt through it
all.
"""

import os
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from labutils.hunt.engine import Hit, Matcher, make_columns
from labutils.hunt.exports import ENVELOPE
from labutils.hunt.json_stream import CHUNK, LONGEST
from labutils.hunt.reading import Event, FileReader, LogFile, Skipped, log_files, read
from labutils.hunt.rules import Ruleset
from labutils.hunt.store import Store
from labutils.text import shown

EVERY = 1.0  # seconds between two looks at the logs
LINES = re.compile(r"\.(jsonl|ndjson|log)$", re.IGNORECASE)

Say = Callable[[str], None]  # what is told a sentence, beside the hits


class Following:
    """A hunt through logs that grow; each `look` yields the new hits.

    A hit of a correlation is given when two looks agree on it: events of the same second may come
    in two.
    """

    def __init__(self, ruleset: Ruleset, paths: list[Path], say: Say):
        self.logs = GrowingLogs(paths, say)
        self.store = Store(keep_texts=False)
        self.matcher = Matcher(ruleset, self.store, keep=True)
        make_columns(ruleset, self.store)
        self.seen_before: set[str] = set()
        self.given: set[str] = set()

    def look(self, *, last: bool = False) -> Iterator[Hit]:
        """Read what is new, and yield the new hits.

        The last look also reads an unfinished line, and yields hits that no second look can
        confirm.
        """
        if self.store.load(self.logs.new(last=last)):
            yield from self.matcher.new_hits()
        standing = {hit.id: hit for hit in self.matcher.standing()}
        for name, hit in standing.items():
            if name not in self.given and (last or name in self.seen_before):
                self.given.add(name)
                yield hit
        self.seen_before = set(standing)

    def close(self) -> None:
        """Close the logs and the store."""
        self.logs.close()
        self.store.close()


# --- files that grow ------------------------------------------------------------------------------


class GrowingLogs:
    """The logs at some paths: files, and whatever is or appears in folders."""

    def __init__(self, paths: list[Path], say: Say):
        self.paths, self.say = paths, say
        self.files: dict[tuple[int, int], GrowingFile] = {}  # by device and inode
        self.names: dict[str, str] = {}  # the name of a file's events, by its path
        self.said: set[tuple[str, str]] = set()

    def new(self, *, last: bool) -> Iterator[Event]:
        """Yield the events that are new since the last call."""
        for file in list(self.files.values()):
            yield from self._events(file.new(last=last))
        for file in self._appeared():
            yield from self._events(file.new(last=last))

    def _appeared(self) -> Iterator["GrowingFile"]:
        """Files that were not there before. One that was renamed is known by its inode; one in the
        place of another goes on counting where that one ended."""
        files, skipped = log_files(self.paths)
        for skip in skipped:
            self._skip(skip)
        for file in files:
            try:
                status = file.path.stat()
            except OSError:
                continue  # it went away just now
            key = (status.st_dev, status.st_ino)
            if key in self.files:
                continue
            path = os.path.realpath(file.path)
            before = next((one for one in self.files.values() if one.path == path), None)
            if before is not None:
                self.say(
                    f"{shown(file.label, 100)} is a different file now: it is read from its "
                    f"beginning, and its line numbers continue from {before.lines}."
                )
                before.path = ""
            name = self.names.setdefault(path, self._free(file))
            named = LogFile(file.path, name, file.label)
            self.files[key] = GrowingFile(named, path, before.lines if before else 0, self.say)
            yield self.files[key]

    def _free(self, file: LogFile) -> str:
        """A name that no other file has."""
        taken = file.name in self.names.values()
        return file.path.as_posix() if taken else file.name

    def _events(self, items: Iterable[Event | Skipped]) -> Iterator[Event]:
        for item in items:
            if isinstance(item, Event):
                yield item
            else:
                self._skip(item)

    def _skip(self, skipped: Skipped) -> None:
        """Say once of a file what is wrong with it, and of each reason the first line."""
        if (skipped.file, skipped.reason) not in self.said:
            self.said.add((skipped.file, skipped.reason))
            where = f", line {skipped.line}" if skipped.line else ""
            self.say(f"{shown(skipped.file, 100)}{where}: {shown(skipped.reason, 200)}")

    def close(self) -> None:
        for file in self.files.values():
            file.close()


@dataclass
class GrowingFile:
    """A file whose first `lines` lines have been read.

    Those lines may be of an earlier file that this one replaced. The file stays open, so that its
    end is read even after a rename.
    """

    log: LogFile
    path: str
    lines: int
    say: Say
    rest: bytes = b""
    size: int = -1
    is_read: bool = False
    of_lines: bool | None = None
    stream: BinaryIO | None = None
    reader: FileReader = field(init=False)

    def __post_init__(self) -> None:
        self.reader = FileReader(self.log)

    def close(self) -> None:
        if self.stream is not None:
            self.stream.close()

    def new(self, *, last: bool) -> Iterator[Event | Skipped]:
        """Yield the events that are new in the file."""
        try:
            if self.stream is None and self.of_lines is None:
                self.stream = self.log.path.open("rb")
            if self.stream is None:
                yield from self._once(self.log.path.stat().st_size, last)
            elif self.of_lines or self._looks_like_lines(self.stream, last):
                yield from self._new_lines(self.stream, last)
            elif last and self.of_lines is False:
                yield from self._once(self.size, last)
        except OSError as error:
            yield Skipped(self.log.label, 0, f"cannot be read: {error.strerror or error}")

    def _looks_like_lines(self, stream: BinaryIO, last: bool) -> bool | None:
        """Whether it has lines; None while that cannot be said. What has none is closed."""
        head = stream.read(CHUNK)
        stream.seek(0)
        self.of_lines = _has_lines(head, self.log.path.name, last)
        if self.of_lines is False:
            self.size = os.fstat(stream.fileno()).st_size
            stream.close()
            self.stream = None
        return self.of_lines

    def _once(self, size: int, last: bool) -> Iterator[Event | Skipped]:
        """All of a file that has no lines, when it has stopped growing."""
        if self.is_read and size != self.size:
            yield Skipped(
                self.log.label, 0, "is not a file of lines: what is added to it is not read"
            )
        elif not self.is_read and (size == self.size or last):
            self.is_read = True
            yield from read(self.log)
        self.size = size

    def _new_lines(self, stream: BinaryIO, last: bool) -> Iterator[Event | Skipped]:
        if os.fstat(stream.fileno()).st_size < stream.tell():
            self.say(
                f"{shown(self.log.label, 100)} was truncated: it is read from its beginning, "
                f"and its line numbers continue from {self.lines}."
            )
            stream.seek(0)
            self.rest = b""
        while chunk := stream.read(CHUNK):
            *whole, self.rest = (self.rest + chunk).split(b"\n")
            for line in whole:
                yield from self._line(line)
            self.rest = self.rest[: LONGEST + 1]  # of a longer one the reader says so
        if last and self.rest:
            yield from self._line(self.rest)
            self.rest = b""

    def _line(self, line: bytes) -> Iterable[Event | Skipped]:
        text = line.decode(errors="surrogateescape").removeprefix("\ufeff")
        self.lines += 1
        return self.reader.line(text, self.lines - 1)


def _has_lines(head: bytes, name: str, last: bool) -> bool | None:
    """Whether a file that begins so is a log of lines: its name says it, or its first line is an
    object; None while there is no whole line, and the file may still grow."""
    first, newline, _ = head.lstrip().partition(b"\n")
    if not head:
        return None
    if head.startswith(b"\x1f\x8b") or b"\0" in head or first.startswith(b"["):
        return False
    if LINES.search(name):
        return True
    if newline or last:
        return first.startswith(b"{") and first.rstrip().endswith(b"}")
    is_envelope = ENVELOPE.match(first.decode(errors="replace"))
    return False if is_envelope else None
