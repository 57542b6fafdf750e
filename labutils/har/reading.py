"""Read HAR files, of any size and from any browser, one entry at a time.

A HAR file (HTTP Archive 1.2, http://www.softwareishard.com/blog/har-12-spec/) is JSON: a `log` with
a list of `entries`, one for each request. The text of a file is held in memory, but of what it says
only one entry at a time, which would take much more.
"""

import codecs
import io
import json
import re
from base64 import b64decode
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, TypeVar

JsonObject = dict[str, Any]  # of anybody's JSON: what is in it is known where it is looked at
Part = tuple[
    str, JsonObject, int
]  # "entry" or "log", what stands there, and where in the text it ends

URL = re.compile(
    r"(?s)(?:([A-Za-z][\w+.-]*):)?(?://([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?"
)  # RFC 3986, appendix B
JWT = re.compile(r"(?:ey|e30)[\w-]*(?:\.[\w-]*){2}(?:(?:\.[\w-]*){2})?")
FORM = re.compile(r"(?a)[^\s=&<>{}]{1,100}=[^\s&<>]*+(?:&[^\s=&<>]{1,100}=[^\s&<>]*+)*+")
_COOKIE_PAIR = re.compile(r"[^;\s][^;\n]*")  # browsers write each Set-Cookie in a line of its own

PLACEHOLDER = "x"  # what a cleaned HAR has for a character, or a very short text, of a list

_NUMBERED = re.compile(r"(?a)(\D*)(\d{1,8})")  # a name that is a number, or ends in one
_LIST = re.compile(
    r'(?a)(?<!\\)"entries"\s*:\s*\[\s*'
)  # within a text of JSON, the second quotation mark would have a backslash
_GAP = re.compile(r"(?a)\s*(?:,\s*|(?=\]))")
_BROKEN = (
    "That is not a HAR: the file is cut off, is damaged, or holds something else. "
    "Export the HAR file once more."
)
_NO_HAR = (
    "That is not a HAR: a HAR is an object with one log, and the log has one list of entries, "
    "which are objects."
)
TOO_DEEP = "That is nested too deeply to be a HAR."


class NotHar(ValueError):
    """An error for what cannot be read as a HAR file; the text says why and what to do."""


def read(data: bytes) -> JsonObject:
    """Read a HAR file into a dict: UTF-8 or UTF-16, with or without a byte order mark.

    Raises NotHar for anything else.
    """
    *entries, log = [part for _, part, _ in parts("".join(_chunks(io.BytesIO(data))))]
    return {"log": log | {"entries": entries}}


def narrow(file: BinaryIO) -> str:
    """Return a file's text, with a lone surrogate for each byte of UTF-8 above 127 (PEP 383).

    Raises NotHar where it is not text.

    One emoji makes each character of a Python text four bytes wide; so they are never more than
    two.
    """
    return "".join(part.encode().decode("ascii", "surrogateescape") for part in _chunks(file))


def _chunks(file: BinaryIO) -> Iterator[str]:
    """The text of a file piece by piece, without going back in it: it may be a pipe."""
    piece = file.read(4)
    if not piece:
        raise NotHar("The file is empty. Export the HAR file once more.")
    decoder = codecs.getincrementaldecoder(json.detect_encoding(piece))()
    try:
        while piece:
            yield decoder.decode(piece)
            piece = file.read(1 << 20)
        yield decoder.decode(b"", final=True)
    except UnicodeError as error:
        raise NotHar(
            "The file is not text in UTF-8 or UTF-16. A HAR file is JSON: export it once more, "
            "uncompressed."
        ) from error


def checked(har: object) -> JsonObject:
    """Return the `log` of a HAR that is in memory.

    Raises NotHar where there is none, or where an entry is not an object.
    """
    log = har.get("log") if isinstance(har, dict) else None
    if not isinstance(log, dict):
        raise NotHar(_NO_HAR)
    entries = log.get("entries")
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise NotHar(_NO_HAR)
    return log


def content(message: object) -> str | None:
    """Return the body of a `postData` or `content`, out of base64; None if it is not text."""
    if not isinstance(message, dict):
        return None
    text = message.get("text")
    if not isinstance(text, str):
        return None
    return unpacked(text) if message.get("encoding") == "base64" else text


def unpacked(text: str) -> str | None:
    """Return the text behind base64 of either alphabet, with or without padding, else None."""
    try:
        plain = "".join(text.split()).rstrip("=").translate({ord("-"): "+", ord("_"): "/"})
        return b64decode(plain + "=" * (-len(plain) % 4), validate=True).decode()
    except ValueError:
        return None


def cookie_pairs(header: str, value: str) -> list[tuple[str, str]]:
    """Return the cookies of a `Cookie` header, or of each `Set-Cookie` line without attributes."""
    lines = value.split("\n") if header == "set-cookie" else [value]
    pairs = [_COOKIE_PAIR.findall(line)[: 1 if header == "set-cookie" else None] for line in lines]
    split = [_cookie(pair) for line in pairs for pair in line]
    return [(name, value) for name, _, value in split]


def changed_cookies(value: str, change: Callable[[str, str, str], str]) -> str:
    """Return a `Cookie` or `Set-Cookie` with each pair and attribute as `change` returns it.

    `change` is given the name, `=` or nothing, and the value.
    """
    return _COOKIE_PAIR.sub(lambda pair: change(*_cookie(pair[0])), value)


def _cookie(pair: str) -> tuple[str, str, str]:
    return pair.strip().partition("=")


def spelled(value: object) -> str | None:
    """Return the text that a list, or an object with numbered names, spells by characters.

    Each element may be wrapped once more: `[[101], [121]]`, `[{"c": "e"}, {"c": "y"}]`, `["101",
    "121"]`. The names of an object are numbers, or one word with a number behind it: `{"b0": 101,
    "b1": 121}`. What the cleaner puts in place of characters spells nothing.
    """
    elements = _in_order(value) if isinstance(value, dict) else value
    if not isinstance(elements, list) or len(elements) < 4:
        return None
    letters = [letter for one in elements if (letter := _letter(one)) is not None]
    if len(letters) < len(elements) or set(letters) == {PLACEHOLDER}:
        return None
    return "".join(letters)


def _in_order(value: JsonObject) -> list[object] | None:
    """The values of an object in the order of its numbered names; None where it has others."""
    names = [found for name in value if (found := _NUMBERED.fullmatch(name))]
    if not names or len(names) < len(value) or len({name[1] for name in names}) > 1:
        return None
    return [value[name[0]] for name in sorted(names, key=lambda name: int(name[2]))]


def _letter(value: object) -> str | None:
    if isinstance(value, list | dict) and len(value) == 1:
        (value,) = value.values() if isinstance(value, dict) else value
    if isinstance(value, str):
        if len(value) == 1:
            return value
        value = int(value) if value.isascii() and value.isdecimal() and len(value) < 8 else None
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return chr(value) if 32 <= value < 0x110000 else None


def json_value(text: str) -> object:
    """Return the JSON object or list in a text; None if there is none."""
    if text.lstrip()[:1] not in ("{", "["):
        return None
    try:
        return _DECODER.decode(text)
    except (ValueError, RecursionError):
        return None


def _no_number(name: str) -> None:
    raise NotHar(
        f"The file holds the number {name}, which JSON does not have. Export it with another tool."
    )


_DECODER = json.JSONDecoder(parse_constant=_no_number, strict=False)


T = TypeVar("T")


def _decoded(decode: Callable[[], T]) -> T:
    """What the decoder makes of a text, or NotHar."""
    try:
        return decode()
    except RecursionError as error:
        raise NotHar(TOO_DEEP) from error
    except ValueError as error:  # so says Python also of a whole number of more than 4,300 digits
        if isinstance(error, NotHar):
            raise
        raise NotHar(_BROKEN) from error


def parts(text: str) -> Iterator[Part]:
    """Yield each entry of a HAR when it is reached, and finally the log around the entries.

    Raises NotHar where that is not a HAR.
    """
    begin = _LIST.search(text)
    if not begin:
        _decoded(lambda: _DECODER.decode(text))
        raise NotHar(_NO_HAR)
    at = begin.end()
    while text[at : at + 1] != "]":
        entry, at = _entry(text, at)
        yield "entry", entry, at
        at = _after_gap(text, at)
    around = text[: begin.start()] + '"entries": []' + text[at + 1 :]
    log = checked(_decoded(lambda: _DECODER.decode(around)))
    if len(_LIST.findall(around)) > 1:
        raise NotHar(_NO_HAR)
    yield "log", {name: value for name, value in log.items() if name != "entries"}, len(text)


def _entry(text: str, at: int) -> tuple[JsonObject, int]:
    """The entry that begins there, and where it ends. Raises NotHar where it is none."""
    entry, end = _decoded(lambda: _DECODER.raw_decode(text, at))
    if not _GAP.match(text, end):
        raise NotHar(_BROKEN)
    if not isinstance(entry, dict):
        raise NotHar(_NO_HAR)
    return entry, end


def _after_gap(text: str, at: int) -> int:
    """Where the next entry begins, or the list ends."""
    gap = _GAP.match(text, at)
    return gap.end() if gap else at
