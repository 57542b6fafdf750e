"""Read one JSON value after another from a text that may be larger than memory.

A broken value costs only itself: reading goes on behind its closing bracket, or else at the next
line that begins a value.
"""

import functools
import io
import itertools
import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, TextIO

from labutils.text import shown

LONGEST = 32 * 1024 * 1024  # characters of one event
DEEPEST = 200  # objects and lists within each other
CHUNK = 1024 * 1024
AHEAD = 64 * 1024  # characters in which the beginning of a document is looked for
CUT = 16  # the most characters of a token that may have been cut off in the middle

# Blanks of JSON (RFC 8259, 2), and the mark before each value of a JSON text sequence (RFC 7464).
BLANK = " \t\n\r\x1e"
_BLANKS = re.compile(f"[{BLANK}]*")
# A text in quotes ends with its line, so that a quote too many spoils no more than that; or it is
# cut off where the memory ends.
_BRACKET = re.compile(r'"(?:[^"\\\n]|\\.)*(?:"|\\?\Z)|[{}\[\]]')
_PAIRS = {"{": "}", "[": "]"}
_NEXT_LINE = re.compile(r"\n(?=[{\[])")


class NotAnEvent(ValueError):
    """A text that is not an event; the message says why."""


class Stream:
    """A text of which only a part is in memory.

    `buffer` is that part, already read up to `at`; `file` holds the rest.
    """

    def __init__(self, buffer: str, file: TextIO):
        self.buffer, self.file, self.at = buffer, file, 0
        self.dropped = False

    def more(self) -> bool:
        """Read at least as much again as is in use, and return whether there was anything."""
        chunk = self.file.read(max(CHUNK, len(self.buffer) - self.at))
        self.buffer, self.at = self.buffer[self.at :] + chunk, 0
        return bool(chunk)

    def begins_with_more(self, passed: re.Pattern[str] = _BLANKS) -> bool:
        """Skip whatever a pattern matches, and return whether anything follows."""
        while True:
            self.at = _end(passed, self.buffer, self.at)
            if self.at < len(self.buffer):
                return True
            if not self.more():
                return False

    def match(self, pattern: re.Pattern[str]) -> bool:
        """Skip what a pattern matches here, within the next 64 KiB; return whether it matched."""
        while len(self.buffer) - self.at < AHEAD and self.more():
            pass
        match = pattern.match(self.buffer, self.at)
        if match:
            self.at = match.end()
        return match is not None

    def drop(self) -> None:
        """Discard everything that has not been read yet."""
        self.buffer, self.file, self.at, self.dropped = "", io.StringIO(), 0, True

    def lines(self) -> Iterator[str]:
        """Yield each line; if it is too long, only its beginning."""
        head = io.StringIO(self.buffer, newline="\n")
        self.buffer, begun = "", ""
        for line in head:
            if line.endswith("\n"):
                yield line
            else:
                begun = line
        begun += self.file.readline(max(LONGEST + 2 - len(begun), 1))
        one_more = functools.partial(self.file.readline, LONGEST + 2)
        for line in itertools.chain([begun] if begun else [], iter(one_more, "")):
            if len(line) > LONGEST and not line.endswith("\n"):
                while (part := self.file.readline(CHUNK)) and not part.endswith("\n"):
                    pass
            yield line

    def value(self) -> tuple[Any, str]:
        """Return the value that begins here, and its own text.

        Raises NotAnEvent, and then stays where it is.
        """
        while True:
            try:
                value, end = _decoded(self.buffer, self.at)
            except json.JSONDecodeError as error:
                if not self._may_go_on(error) or not self.more():
                    raise NotAnEvent(f"is not JSON: {error.msg}") from error
                continue
            except (RecursionError, ValueError) as error:
                raise NotAnEvent(_why(error)) from error
            if end == len(self.buffer) and self.more():
                continue  # a number may go on in the next piece
            text = self.buffer[self.at : end]
            _must_be_text_and_shallow(value, text)
            self.at = end
            return value, text

    def _may_go_on(self, error: json.JSONDecodeError) -> bool:
        """Whether a value is only cut off at the end of what is in the memory."""
        if len(self.buffer) - self.at > LONGEST:
            return False
        return error.msg.startswith("Unterminated") or error.pos >= len(self.buffer) - CUT

    def skip_value(self, scalar: re.Pattern[str]) -> bool:
        """Skip a value that cannot be read, and return whether an end of it was found.

        It ends where its brackets close, or at the next line that begins with one if that comes
        first; without brackets, it reaches as far as `scalar` matches.
        """
        if self.buffer[self.at] in "{[":
            return self._skip_brackets() or self._skip_to_a_line()
        self.at += 1
        self.begins_with_more(scalar)
        return True

    def _skip_brackets(self) -> bool:
        """Pass over what stands here in brackets; over nothing where they are not in pairs."""
        while True:
            open_ones: list[str] = []
            for match in _BRACKET.finditer(self.buffer, self.at):
                token = match.group()
                if token in _PAIRS:
                    open_ones.append(_PAIRS[token])
                elif token in "}]" and open_ones.pop() != token:
                    return False
                if not open_ones:
                    line = _NEXT_LINE.search(self.buffer, self.at + 1, match.end())
                    self.at = line.end() if line else match.end()
                    return True
            if len(self.buffer) - self.at > LONGEST or not self.more():
                return False

    def _skip_to_a_line(self) -> bool:
        """Go to the next line that begins with a bracket; whether there is one."""
        while not (line := _NEXT_LINE.search(self.buffer, self.at + 1)):
            if len(self.buffer) - self.at > LONGEST or not self.more():
                return False
        self.at = line.end()
        return True


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    match = pattern.match(text, at)
    return match.end() if match else at


def parsed(text: str) -> Any:
    """Return the value of a JSON text that has no blanks around it.

    Raises NotAnEvent, which says what is wrong with it.
    """
    if len(text) > LONGEST:
        raise NotAnEvent(f"is longer than {LONGEST // 1024**2} MiB")
    try:
        value, end = _decoded(text)
    except (RecursionError, ValueError) as error:
        if not _is_text(text):
            raise NotAnEvent("is not UTF-8 text") from error
        raise NotAnEvent(_why(error)) from error
    if end < len(text):
        raise NotAnEvent(f"is not JSON: more follows its end, at character {end + 1}")
    _must_be_text_and_shallow(value, text)
    return value


def _is_text(text: str) -> bool:
    """Whether every byte of it was UTF-8: another became half a character."""
    return text.isascii() or not any("\udc80" <= c <= "\udcff" for c in text)


def _must_be_text_and_shallow(value: Any, text: str) -> None:
    """Raises NotAnEvent for what is not text, or nested more deeply than any vendor's event."""
    if not _is_text(text):
        raise NotAnEvent("is not UTF-8 text")
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
    raise ValueError(f"{name} is not a number in JSON (RFC 8259, 6)")


class NamesTwice(dict[str, Any]):
    """An object in which, or somewhere below, names stand twice: the last value of each counts, as
    for most readers (RFC 8259, 4). `names` are these names."""

    names: tuple[str, ...] = ()


class _NameTwice(ValueError):
    """What ends the reading of an object whose names are not unique."""


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        raise _NameTwice("a name stands twice in an object of a list")
    return value


DECODER = json.JSONDecoder(parse_constant=_no_constant, object_pairs_hook=_each_once)


def end_of_value(text: str, start: int) -> int:
    """Return where the value that begins at `start` ends. Raises ValueError, RecursionError."""
    return _decoded(text, start)[1]


def _decoded(text: str, start: int = 0) -> tuple[Any, int]:
    """Return the value that begins at `start`, and where it ends.

    Raises ValueError, RecursionError.
    """
    try:
        return DECODER.raw_decode(text, start)
    except _NameTwice:
        if not text.startswith("{", start):
            raise
    twice: dict[str, None] = {}

    def noting(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        twice.update(
            {name: None for name, times in Counter(name for name, _ in pairs).items() if times > 1}
        )
        return dict(pairs)

    decoder = json.JSONDecoder(parse_constant=_no_constant, object_pairs_hook=noting)
    whole, end = decoder.raw_decode(text, start)
    value = NamesTwice(whole)
    value.names = tuple(twice)
    return value, end
