"""Reading HAR files, of any size and from any browser, one entry at a time.

A HAR file (HTTP Archive 1.2, http://www.softwareishard.com/blog/har-12-spec/) is JSON: a `log` with a list of `entries`, one for
each request. The text of a file is held in memory, but of what it says only one entry at a time, which would take much more.
"""
import io
import json
import math
import re
from base64 import b64decode
from collections.abc import Iterator
from functools import partial
from typing import BinaryIO

_SPACE = re.compile(r"[ \t\r\n]*")
_EMPTY = "The file is empty. Export the HAR file once more."
_NO_TEXT = "The file is not text in UTF-8 or UTF-16. A HAR file is JSON: export it once more, without packing it."
_BROKEN = "That is no HAR: the file breaks off, is damaged, or holds something else. Export the HAR file once more."
_NO_HAR = "That is no HAR: a HAR is an object with one log, and the log has one list of entries, which are objects."
_NO_NUMBER = "The file holds a number that JSON does not have: {}. Export it with another tool."
TOO_DEEP = "That is nested too deeply to be a HAR."


class NotHar(ValueError):
    """What was given cannot be read as a HAR file; the text is one sentence or two that say what was wrong and what to do."""


def read(data: bytes) -> dict:
    """A HAR file as a dict: UTF-8 or UTF-16, with or without a byte order mark. Raises NotHar for anything else."""
    log = Log("".join(_decoded(io.BytesIO(data))))
    entries = list(log.entries())
    return {"log": log.others | {"entries": entries}}


def narrow(file: BinaryIO) -> str:
    """A file's text with a lone surrogate for each byte of UTF-8 above 127, as PEP 383 has it. Raises NotHar where it is no text.

    One emoji makes each character of a Python text four bytes wide; so they are never more than two.
    """
    return "".join(part.encode().decode("ascii", "surrogateescape") for part in _decoded(file))


def _decoded(file: BinaryIO) -> Iterator[str]:
    start = file.read(4)
    if not start:
        raise NotHar(_EMPTY)
    file.seek(0)
    text = io.TextIOWrapper(file, json.detect_encoding(start), newline="")
    try:
        yield from iter(partial(text.read, 1 << 20), "")
    except UnicodeError as error:
        raise NotHar(_NO_TEXT) from error


def checked(har: object) -> dict:
    """The `log` of a HAR that is in memory. Raises NotHar where there is none, or where an entry is not an object."""
    log = har.get("log") if isinstance(har, dict) else None
    entries = log.get("entries") if isinstance(log, dict) else None
    if not isinstance(entries, list):
        raise NotHar(_NO_HAR)
    return log | {"entries": [_object(entry) for entry in entries]}


def _object(entry: object) -> dict:
    if not isinstance(entry, dict):
        raise NotHar(_NO_HAR)
    return entry


def content(message: dict) -> str | None:
    """The body of a `postData` or `content` as text, taken out of base64 where it says so; None where it is not text."""
    text = message.get("text")
    if not isinstance(text, str):
        return None
    return unpacked(text) if message.get("encoding") == "base64" else text


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


def _no_number(name: str) -> None:
    raise NotHar(_NO_NUMBER.format(name))


def _finite(digits: str) -> float:
    number = float(digits)
    return number if math.isfinite(number) else _no_number(digits[:12])


class Log:
    """The log in a text of JSON, read from the front: its entries, and in `others` its other members once they were passed."""

    decoder = json.JSONDecoder(parse_constant=_no_number, parse_float=_finite, strict=False)

    def __init__(self, text: str):
        self.text, self.at, self.others, self.lists = text, 0, {}, 0

    def entries(self) -> Iterator[dict]:
        """Each entry when it is reached. Raises NotHar where the text is not one HAR."""
        for name in self._members():
            if name == "log":
                yield from self._log()
            else:
                self._value()
        if self._next():
            raise NotHar(_BROKEN)
        if self.lists != 1:
            raise NotHar(_NO_HAR)

    def _log(self) -> Iterator[dict]:
        for name in self._members():
            if name != "entries":
                self.others[name] = self._value()
                continue
            self.lists += 1
            for _ in self._parts("[", "]"):
                yield _object(self._value())

    def _members(self) -> Iterator[str]:
        """The names of an object, each when its value comes next."""
        for _ in self._parts("{", "}"):
            name = self._value()
            self._take(":")
            if not isinstance(name, str):
                raise NotHar(_BROKEN)
            yield name

    def _parts(self, opening: str, closing: str) -> Iterator[None]:
        """Stops at each part of an object or a list, when it comes next."""
        self._take(opening)
        if self._next() == closing:
            self._take(closing)
            return
        mark = ","
        while mark == ",":
            yield
            mark = self._take("," + closing)

    def _next(self) -> str:
        """The next character that is not white space, or nothing at the end."""
        self.at = _SPACE.match(self.text, self.at).end()
        return self.text[self.at:self.at + 1]

    def _take(self, wanted: str) -> str:
        mark = self._next()
        if not mark or mark not in wanted:
            raise NotHar(_BROKEN)
        self.at += 1
        return mark

    def _value(self) -> object:
        self._next()
        try:
            value, self.at = self.decoder.raw_decode(self.text, self.at)
        except NotHar:
            raise
        except json.JSONDecodeError as error:
            raise NotHar(_BROKEN) from error
        except RecursionError as error:
            raise NotHar(TOO_DEEP) from error
        except ValueError as error:  # Python reads no whole number of more than 4,300 digits
            raise NotHar(_NO_NUMBER.format("one of thousands of digits")) from error
        return value
