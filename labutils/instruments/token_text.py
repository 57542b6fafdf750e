"""Find out which characters of a token spell which claim.

A segment is base64url: three bytes are four characters (RFC 4648, 5). So a claim has its place in
the token as it has in the JSON, and both can be lit together.
"""

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from json.decoder import WHITESPACE  # type: ignore[attr-defined]  # it has no types
from typing import Any, NoReturn

import jwt

from labutils.identity.tokens import unb64

Json = dict[str, Any]
Run = tuple[int, int, str]  # from this character to that one, and what it belongs to
_HALF_A_CHARACTER = re.compile("[\ud800-\udfff]")  # which no UTF-8 has


@dataclass(frozen=True)
class TokenPart:
    """A part of a token: its name in the style sheet, and in words."""

    css: str
    name: str


HEADER, PAYLOAD, SIGNATURE = (
    TokenPart("head", "header"),
    TokenPart("body", "payload"),
    TokenPart("sign", "signature"),
)
DECODED = (HEADER, PAYLOAD)  # which hold JSON


class NotJson(ValueError):
    """An error for a text that is not a JSON object; the sentence says why."""


def segments(token: str) -> list[str]:
    """Return header, payload and signature; an empty text for what is missing."""
    return [*token.split("."), "", ""][:3]


def read_object(text: str) -> Json:
    """Return the JSON object in a text. Raises NotJson."""
    try:
        value = json.loads(text, parse_constant=_no_constant, parse_float=_finite)
        json.dumps(value)  # what can be read may be nested too deeply to be written
    except NotJson:
        raise
    except (ValueError, RecursionError) as error:
        raise NotJson("This is not JSON yet, so the token stays as it is.") from error
    if not isinstance(value, dict):
        raise NotJson("This is JSON, but no object in braces, so the token stays as it is.")
    return value


def _no_constant(name: str) -> NoReturn:
    raise NotJson(f"{name} is no JSON, so the token stays as it is.")


def _finite(digits: str) -> float:
    if math.isinf(number := float(digits)):
        raise NotJson("This number is too large, so the token stays as it is.")
    return number


def decoded_text(segment: str) -> str:
    """Return the text in a segment. Raises NotJson where it is no base64url, or no text."""
    try:
        return unb64(segment).decode()
    except jwt.DecodeError as error:
        raise NotJson("This is not base64url any more: only A-Z a-z 0-9 - and _ are.") from error
    except UnicodeDecodeError as error:
        raise NotJson("These bytes are no text (UTF-8).") from error


def pretty(value: Mapping[str, Any]) -> str:
    """Return an object in JSON, a line for each member."""
    lines = (f" {in_json(name)}: {in_json(one)}" for name, one in value.items())
    return "{" + ",\n".join(lines).removeprefix(" ") + "}"


def in_json(value: object) -> str:
    """Return a value in its most readable JSON; half of a character stays escaped."""
    text = json.dumps(value, ensure_ascii=False)
    return json.dumps(value) if _HALF_A_CHARACTER.search(text) else text


# --- where a claim is ---------------------------------------------------------------------------


def members(text: str) -> list[tuple[str, int, int]]:
    """Return the members of the object in a JSON text.

    Each has its name, where it begins, and where its value ends. What follows a mistake is left
    out.
    """
    try:
        return list(_members(text))
    except (ValueError, RecursionError):
        return []


def _members(text: str) -> Iterator[tuple[str, int, int]]:
    scan = json.JSONDecoder().raw_decode
    at = _skip(text, 0)
    if text[at : at + 1] != "{":
        return
    at = _skip(text, at + 1)
    while text[at : at + 1] == '"':
        begin = at
        name, at = scan(text, at)
        at = _skip(text, at)
        if text[at : at + 1] != ":":
            return
        _, at = scan(text, _skip(text, at + 1))
        yield name, begin, at
        at = _skip(text, at)
        if text[at : at + 1] != ",":
            return
        at = _skip(text, at + 1)


def _skip(text: str, at: int) -> int:
    end: int = WHITESPACE.match(text, at).end()
    return end


def runs_in_json(part: TokenPart, text: str) -> list[Run]:
    """Return which characters of a JSON text belong to which member."""
    return [(begin, end, claim_id(part, name)) for name, begin, end in members(text)]


def runs_in_token(token: str) -> list[Run]:
    """Return which characters of a token spell which member; the signature is one stretch."""
    runs: list[Run] = []
    offset = 0
    for part, segment in zip(DECODED, token.split("."), strict=False):
        runs += [(offset + begin, offset + end, name) for begin, end, name in _spelt(part, segment)]
        offset += len(segment) + 1
    if signature := segments(token)[2]:
        runs.append((offset, offset + len(signature), SIGNATURE.css))
    return runs


def _spelt(part: TokenPart, segment: str) -> list[Run]:
    """Which characters of one segment spell which member. A character that holds bits of two
    belongs to the later one."""
    try:
        text = decoded_text(segment)
    except NotJson:
        return []
    places = members(text)
    at, size, bytes_before = 0, 0, list[tuple[int, int]]()
    for _, begin, end in places:
        size += len(text[at:begin].encode())
        start = size
        size += len(text[begin:end].encode())
        bytes_before.append((start, size))
        at = end
    starts = [start * 4 // 3 for start, _ in bytes_before]
    ends = [-(-end * 4 // 3) for _, end in bytes_before]
    limits = [
        min(end, later) for end, later in zip(ends, [*starts[1:], len(segment)], strict=False)
    ]
    names = [claim_id(part, name) for name, _, _ in places]
    return list(zip(starts, limits, names, strict=True))


def claim_id(part: TokenPart, name: str) -> str:
    """Return the name of a claim in `hands.js`."""
    return f"{part.css}.{name}"
