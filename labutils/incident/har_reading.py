"""Reading HAR files, of any size and from any browser, one entry at a time.

A HAR file (HTTP Archive 1.2, http://www.softwareishard.com/blog/har-12-spec/) is JSON: a `log` with a list of `entries`, one for
each request. Only one entry at a time is held in memory, so a file may be larger than the machine would like.
"""
import io
import json
import math
import re
from base64 import b64decode
from collections.abc import Iterator
from typing import BinaryIO

_SPACE = re.compile(r"[ \t\r\n]*")
Event = tuple[str, object]  # ("entry", one entry), ("[" or "]", None) where the list begins and ends, or a member of `log`


class NotHar(ValueError):
    """What was given cannot be read as a HAR file; the text is one sentence or two that say what was wrong and what to do."""


def read(data: bytes) -> dict:
    """A HAR file as a dict: UTF-8 or UTF-16, with or without a byte order mark. Raises NotHar for anything else."""
    log: dict = {}
    for name, value in events(io.BytesIO(data)):
        if name == "entry":
            log["entries"].append(value)
        elif name != "]":
            log["entries" if name == "[" else name] = [] if name == "[" else value
    return {"log": log}


def events(file: BinaryIO) -> Iterator[Event]:
    """The members of `log` in their order, and in the place of `entries` a "[", each entry, and a "]". Raises NotHar."""
    start = file.read(4)
    if not start:
        raise NotHar("The file is empty. Export the HAR file once more.")
    file.seek(0)
    try:
        yield from _Reader(io.TextIOWrapper(file, json.detect_encoding(start), newline="")).log()
    except UnicodeError as error:
        raise NotHar("The file is not text in UTF-8 or UTF-16. A HAR file is JSON: export it once more, without packing it.") from error
    except RecursionError as error:
        raise NotHar("The file is nested too deeply to be a HAR file.") from error


def checked(har: object) -> dict:
    """The `log` of a HAR that is in memory. Raises NotHar where there is none, or where an entry is not an object."""
    log = har.get("log") if isinstance(har, dict) else None
    if not isinstance(log, dict) or not isinstance(log.get("entries"), list):
        raise NotHar("That is no HAR: a HAR is an object with a log, and the log has a list of entries.")
    for number, entry in enumerate(log["entries"]):
        _need_object(entry, number)
    return log


def content(message: dict) -> str | None:
    """The body of a `postData` or `content` as text, taken out of base64 where it says so; None where it is not text."""
    text = message.get("text")
    if not isinstance(text, str) or message.get("encoding") != "base64":
        return text if isinstance(text, str) else None
    return unpacked(text)


def unpacked(text: str) -> str | None:
    """The text behind base64 of either alphabet, with or without padding; None where there is no UTF-8 text behind it."""
    try:
        plain = "".join(text.split()).rstrip("=").translate({ord("-"): "+", ord("_"): "/"})
        return b64decode(plain + "=" * (-len(plain) % 4), validate=True).decode()
    except ValueError:
        return None


def json_value(text: str) -> object:
    """The object or list in a text, else None: numbers that JSON does not have and texts that are not JSON count as none."""
    if text.lstrip()[:1] not in ("{", "["):
        return None
    try:
        return json.loads(text, parse_constant=_no_number, parse_float=_finite)
    except (ValueError, RecursionError):
        return None


def _need_object(entry: object, number: int) -> None:
    if not isinstance(entry, dict):
        raise NotHar(f"Entry {number} of the log is not an object, so this is not a whole HAR file. Export it once more.")


def _no_number(name: str) -> None:
    raise NotHar(f"The file holds the number {name}, which JSON does not have. Export it with another tool.")


def _finite(digits: str) -> float:
    number = float(digits)
    return number if math.isfinite(number) else _no_number(digits[:12])


class _Reader:
    """A text of JSON that is read from the front, as much of it as the next value needs."""

    decoder = json.JSONDecoder(parse_constant=_no_number, parse_float=_finite, strict=False)

    def __init__(self, file: io.TextIOWrapper):
        self.file, self.text, self.at = file, "", 0

    def log(self) -> Iterator[Event]:
        seen = []
        for name in self.members():
            if name != "log":
                self.value()
                continue
            for inner in self.members():
                seen.append(inner)
                yield from self.entries() if inner == "entries" else [(inner, self.value())]
        if self.peek():
            raise NotHar("Something follows after the end of the HAR. Two files may have been joined: split them.")
        if seen.count("entries") != 1 or len(set(seen)) < len(seen):
            raise NotHar("There is not one log with one list of entries in this JSON, so it is not a HAR file.")

    def entries(self) -> Iterator[Event]:
        yield "[", None
        for number in self.elements():
            entry = self.value()
            _need_object(entry, number)
            yield "entry", entry
        yield "]", None

    def members(self) -> Iterator[str]:
        """The names of an object, each when its value comes next."""
        for _ in self.between("{", "}"):
            name = self.value() if self.peek() == '"' else None
            if name is None or self.take() != ":":
                raise NotHar(_broken())
            yield name

    def elements(self) -> Iterator[int]:
        """A number for each element of a list, when it comes next."""
        return self.between("[", "]")

    def between(self, opening: str, closing: str) -> Iterator[int]:
        if self.take() != opening:
            raise NotHar(f"That is no HAR file: where the format has a {opening} there is something else. Export the HAR file once more.")
        if self.peek() == closing:
            self.take()
            return
        number, after = 0, ","
        while after == ",":
            yield number
            number, after = number + 1, self.take()
        if after != closing:
            raise NotHar(_broken())

    def peek(self) -> str:
        """The next character that is not white space, or nothing at the end."""
        while True:
            self.at = _SPACE.match(self.text, self.at).end()
            if self.at < len(self.text):
                return self.text[self.at]
            if not self.more():
                return ""

    def take(self) -> str:
        found = self.peek()
        self.at += 1
        return found

    def more(self) -> bool:
        """Read on: twice as much as waits already, so that a long value is not begun too often."""
        rest = self.text[self.at:]
        self.text, self.at = "", 0
        chunk = self.file.read(max(1 << 20, len(rest)))
        self.text = rest + chunk
        return bool(chunk)

    def value(self) -> object:
        self.peek()
        while True:
            try:
                found, end = self.decoder.raw_decode(self.text, self.at)
            except NotHar:
                raise
            except json.JSONDecodeError as error:
                if not self.more():
                    raise NotHar(_broken()) from error
            except ValueError as error:  # Python reads no whole number of more than 4,300 digits
                raise NotHar("The file holds a number of thousands of digits. No HAR has one: export it once more.") from error
            else:
                if end == len(self.text) and self.more():  # a number may go on behind the end of what was read
                    continue
                self.at = min(end, len(self.text))
                return found


def _broken() -> str:
    return "The file breaks off or is damaged: it is not whole JSON. Export the HAR file once more."
