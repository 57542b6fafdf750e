"""Reading HAR files, of any size and from any browser, one entry at a time.

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
from typing import BinaryIO

Part = tuple[str, dict, int]  # "entry" or "log", what stands there, and where in the text it ends

URL = re.compile(
    r"(?s)(?:([A-Za-z][\w+.-]*):)?(?://([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?"
)  # RFC 3986, appendix B
JWT = re.compile(r"(?:ey|e30)[\w-]*(?:\.[\w-]*){2}(?:(?:\.[\w-]*){2})?")
FORM = re.compile(r"(?a)[^\s=&<>{}]{1,100}=[^\s&<>]*+(?:&[^\s=&<>]{1,100}=[^\s&<>]*+)*+")
COOKIE_PAIR = re.compile(r"[^;\s][^;\n]*")  # browsers write each Set-Cookie in a line of its own

PLACEHOLDER = "x"  # what a cleaned HAR has for a character, or a very short text, of a list

_NUMBERED = re.compile(r"(?a)(\D*)(\d{1,8})")  # a name that is a number, or ends in one
_LIST = re.compile(
    r'(?a)(?<!\\)"entries"\s*:\s*\[\s*'
)  # within a text of JSON, the second quotation mark would have a backslash
_GAP = re.compile(r"(?a)\s*(?:,\s*|(?=\]))")
_BROKEN = (
    "That is no HAR: the file breaks off, is damaged, or holds something else. "
    "Export the HAR file once more."
)
_NO_HAR = (
    "That is no HAR: a HAR is an object with one log, and the log has one list of entries, "
    "which are objects."
)
TOO_DEEP = "That is nested too deeply to be a HAR."


class NotHar(ValueError):
    """What cannot be read as a HAR file; the text says what was wrong and what to do."""


def read(data: bytes) -> dict:
    """A HAR file as a dict: UTF-8 or UTF-16, with or without a byte order mark.

    Raises NotHar for anything else.
    """
    *entries, log = [part for _, part, _ in parts("".join(_chunks(io.BytesIO(data))))]
    return {"log": log | {"entries": entries}}


def narrow(file: BinaryIO) -> str:
    """A file's text with a lone surrogate for each byte of UTF-8 above 127, as PEP 383 has it.
    Raises NotHar where it is no text.

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
            "without packing it."
        ) from error


def checked(har: object) -> dict:
    """The `log` of a HAR that is in memory.

    Raises NotHar where there is none, or where an entry is not an object.
    """
    log = har.get("log") if isinstance(har, dict) else None
    entries = log.get("entries") if isinstance(log, dict) else None
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise NotHar(_NO_HAR)
    return log


def content(message: object) -> str | None:
    """The body of a `postData` or `content`, out of base64; None where it is not text."""
    text = message.get("text") if isinstance(message, dict) else None
    if not isinstance(text, str):
        return None
    return unpacked(text) if message.get("encoding") == "base64" else text


def unpacked(text: str) -> str | None:
    """The text behind base64 of either alphabet, with or without padding, else None."""
    try:
        plain = "".join(text.split()).rstrip("=").translate({ord("-"): "+", ord("_"): "/"})
        return b64decode(plain + "=" * (-len(plain) % 4), validate=True).decode()
    except ValueError:
        return None


def cookie_pairs(header: str, value: str) -> list[tuple[str, str]]:
    """The cookies of a `Cookie` header, or of each line of `Set-Cookie`, without attributes."""
    lines = value.split("\n") if header == "set-cookie" else [value]
    pairs = [COOKIE_PAIR.findall(line)[: 1 if header == "set-cookie" else None] for line in lines]
    return [pair.strip().partition("=")[::2] for line in pairs for pair in line]


def spelled(value: object) -> str | None:
    """The text that a list, or an object with numbered names, spells by characters.

    Each element may be wrapped once more: `[[101], [121]]`, `[{"c": "e"}, {"c": "y"}]`, `["101",
    "121"]`. The names of an object are numbers, or one word with a number behind it: `{"b0": 101,
    "b1": 121}`. What the cleaner puts in the place of characters spells nothing.
    """
    elements = _in_order(value) if isinstance(value, dict) else value
    if not isinstance(elements, list) or len(elements) < 4:
        return None
    letters = [_letter(one) for one in elements]
    if None in letters or set(letters) == {PLACEHOLDER}:
        return None
    return "".join(letters)


def _in_order(value: dict) -> list | None:
    """The values of an object in the order of its numbered names; None where it has others."""
    names = [_NUMBERED.fullmatch(name) for name in value]
    if not names or None in names or len({name[1] for name in names}) > 1:
        return None
    return [value[name[0]] for name in sorted(names, key=lambda name: int(name[2]))]


def _letter(value: object) -> str | None:
    if isinstance(value, list | dict) and len(value) == 1:
        (value,) = value.values() if isinstance(value, dict) else value
    if isinstance(value, str):
        if len(value) == 1:
            return value
        value = int(value) if value.isascii() and value.isdecimal() and len(value) < 8 else None
    number = isinstance(value, int) and not isinstance(value, bool)
    return chr(value) if number and 32 <= value < 0x110000 else None


def json_value(text: str) -> object:
    """The object or list in a text; None where it is no JSON."""
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


def _decoded(decode: Callable, *found: object) -> object:
    """What the decoder makes of it, or NotHar."""
    try:
        return decode(*found)
    except RecursionError as error:
        raise NotHar(TOO_DEEP) from error
    except ValueError as error:  # so says Python also of a whole number of more than 4,300 digits
        raise error if isinstance(error, NotHar) else NotHar(_BROKEN) from error


def parts(text: str) -> Iterator[Part]:
    """Each entry of a HAR when it is reached, and at last the log around the entries.

    Raises NotHar where that is no HAR.
    """
    begin = _LIST.search(text)
    if not begin:
        _decoded(_DECODER.decode, text)
        raise NotHar(_NO_HAR)
    at = begin.end()
    while text[at : at + 1] != "]":
        entry, at = _decoded(_DECODER.raw_decode, text, at)
        gap = _GAP.match(text, at)
        if not gap or not isinstance(entry, dict):
            raise NotHar(_NO_HAR if gap else _BROKEN)
        yield "entry", entry, at
        at = gap.end()
    around = text[: begin.start()] + '"entries": []' + text[at + 1 :]
    log = checked(_decoded(_DECODER.decode, around))
    if len(_LIST.findall(around)) > 1:
        raise NotHar(_NO_HAR)
    yield "log", {name: value for name, value in log.items() if name != "entries"}, len(text)
