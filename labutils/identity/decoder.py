"""Decode any text that may be a token, without a key, and say in sentences what is odd about it."""

import html
import json
import math
import re
from base64 import urlsafe_b64decode
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from itertools import islice
from typing import TypeGuard

from labutils.identity.keys import Json, b64
from labutils.lab import data_file
from labutils.text import counted, shown

LONGEST = 64 * 1024  # characters that `inspect` is willing to decode
MOST_ROWS = 200  # members that are shown
YEAR_10000 = 253402300800  # seconds
DATES = ("exp", "nbf", "iat", "auth_time")
LEFT = 'style="text-align: left"'  # JupyterLab puts the text of a cell to the right
JWE_ORDER = "header, encrypted key, initialisation vector, ciphertext, tag"


@dataclass(frozen=True)
class Inspection:
    """The findings about a text that may be a token. Nothing in it is verified."""

    header: Json | None = None
    claims: Json | None = None
    problems: list[str] = field(default_factory=list)
    signature: str = ""

    def rows(self) -> list[tuple[str, str, str, str]]:
        """Return part, name, value and meaning of each member, as text that is safe to print."""
        parts = (("header", self.header or {}), ("claims", self.claims or {}))
        rows = [
            (
                part,
                shown(without_signatures(name, self.signature), 40),
                self._value(name, value),
                meanings().get(name, ""),
            )
            for part, members in parts
            for name, value in islice(members.items(), MOST_ROWS)
        ]
        signed = self.signature or self.claims is not None
        if more := sum(len(members) for _, members in parts) - len(rows):
            rows.append(("and", f"{more} more", "", ""))
        return rows + ([("signature", "", self._signature(), "")] if signed else [])

    def _value(self, name: str, value: object) -> str:
        try:
            text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        except RecursionError:
            return "(nested too deeply to show)"
        return shown(without_signatures(text, self.signature)) + (
            as_date(value) if name in DATES else ""
        )

    def _signature(self) -> str:
        return (
            f"{shown(self.signature[:8])}... ({counted(len(self.signature), 'character')})"
            if self.signature
            else "none"
        )

    def __str__(self) -> str:
        rows = self.rows()
        width = max([len(name) for _, name, _, _ in rows], default=0)
        lines = [f"{part:<9}  {name:<{width}}  {value}" for part, name, value, _ in rows]
        return "\n".join(lines + [f"problem    {problem}" for problem in self.problems])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        titles = ("part", "name", "value", "what it is for")
        head = "".join(f'<th scope="col" {LEFT}>{title}</th>' for title in titles)
        body = "".join(
            "<tr>" + "".join(f"<td {LEFT}>{html.escape(cell)}</td>" for cell in row) + "</tr>"
            for row in self.rows()
        )
        notes = "".join(f"<li>{html.escape(problem)}</li>" for problem in self.problems)
        table = (
            f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>" if body else ""
        )
        return table + (f"<ul>{notes}</ul>" if notes else "")


def without_signatures(text: str, own: str = "") -> str:
    """Return the text with each token's signature, nested ones too, cut to 8 characters."""
    if len(own) > 8:
        text = text.replace(own, own[:8] + "...")
    return re.sub(
        r"(?<![A-Za-z0-9_+/-])((?:ey|e30)[\w+/=-]*+\.[\w+/=-]*+\.[\w+/=-]{8})[\w+/=-]++",
        r"\1...",
        text,
    )


@cache
def meanings() -> dict[str, str]:
    """Return what each registered header parameter and claim is for (data/jwt-names.json)."""
    names: dict[str, str] = json.loads(data_file("jwt-names.json").read_text(encoding="utf-8"))
    return names


def as_date(value: object) -> str:
    """Return ` = 2023-10-18 09:00:00 UTC` for seconds that a calendar holds, else an empty text."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < YEAR_10000:
        return ""
    return datetime.fromtimestamp(value, UTC).strftime(" = %Y-%m-%d %H:%M:%S UTC")


def inspect(text: object) -> Inspection:
    """Read a token without any key.

    Never raises, whatever it is given; verifies nothing and fetches nothing.
    """
    if not _is_text(text):
        kind = shown(type(text).__name__, 40)
        return Inspection(
            problems=[f"That is a value of type {kind}, not text. Give the token as a string."]
        )
    if len(text) > LONGEST:
        return Inspection(
            problems=[
                f"That is {len(text)} characters long. I decode at most {LONGEST}, "
                "and no honest token is longer."
            ]
        )
    problems: list[str] = []
    token = re.sub(
        r"^\s*(authorization:\s*)?(bearer|dpop)\s+", "", text, flags=re.IGNORECASE
    ).strip()
    if token != text:
        problems.append("I took away white space or a scheme such as Bearer around the token.")
    if not token:
        problems.append(
            "There is nothing here to read. Paste a token: three parts with dots between them."
        )
        return Inspection(problems=problems)
    segments = token.split(".")
    if len(segments) == 5:
        return _encrypted(segments, problems)
    if len(segments) != 3:
        problems.append(
            f"A signed token has 3 parts with dots between them; this text has {len(segments)}."
        )
        return Inspection(problems=problems)
    signature = segments[2]
    header = _object(segments[0], "header", problems, signature)
    claims = _object(segments[1], "payload", problems, signature)
    _bytes(signature, "signature", problems)
    if header is not None:
        problems += _about_header(header, signature)
    problems += _about_claims(claims or {})
    return Inspection(header, claims, problems, signature)


def _is_text(value: object) -> TypeGuard[str]:
    """Asked of the type: an object may lie in `__class__`, and isinstance would believe it."""
    return issubclass(type(value), str)


def _encrypted(segments: list[str], problems: list[str]) -> Inspection:
    """What can be said of a JWE without its key (RFC 7516): its header is not encrypted."""
    header = _object(segments[0], "header", problems)
    names = ", ".join(
        f"{name} {shown(without_signatures(str((header or {}).get(name, 'missing'))), 40)}"
        for name in ("alg", "enc")
    )
    problems.append(
        f"This is an encrypted token, a JWE ({names}). Its five parts are {JWE_ORDER}. "
        "Without the key I cannot read it, and neither can anybody else."
    )
    return Inspection(header, None, problems)


def _bytes(segment: str, what: str, problems: list[str]) -> bytes | None:
    """The bytes of a segment, read generously: a departure from base64url becomes a problem."""
    if re.search(r"[+/=]", segment):
        problems.append(
            f"The {what} uses + / or =, the alphabet of ordinary base64; "
            "a token uses base64url without padding."
        )
    plain = segment.replace("+", "-").replace("/", "_").rstrip("=")
    if not re.fullmatch(r"[A-Za-z0-9_-]*", plain):
        problems.append(
            f"The {what} holds characters outside the base64url alphabet, so I cannot decode it."
        )
        return None
    if len(plain) % 4 == 1:
        problems.append(
            f"The {what} has a length that base64url cannot have: "
            "one character is missing or too many."
        )
        return None
    data = urlsafe_b64decode(plain + "==")
    if b64(data) != plain:
        problems.append(
            f"The last character of the {what} has spare bits set: "
            "the same bytes are usually spelt another way."
        )
    return data


def _object(segment: str, what: str, problems: list[str], signature: str = "") -> Json | None:
    """The JSON object in a segment, or None and a problem that says why not."""
    data = _bytes(segment, what, problems)
    if data is None:
        return None
    twice: list[str] = []

    def pairs(members: list[tuple[str, object]]) -> Json:
        times = Counter(name for name, _ in members)
        twice.extend(name for name in times if times[name] > 1)
        return dict(members)

    try:
        value = json.loads(data.decode("utf-8"), object_pairs_hook=pairs)
    except UnicodeDecodeError:
        problems.append(f"The {what} is not UTF-8 text ({counted(len(data), 'byte')}).")
    except (ValueError, RecursionError):
        problems.append(
            f"The {what} decodes to {counted(len(data), 'byte')}, but that is not JSON that I can "
            "read."
        )
    else:
        problems += [
            f"The name {shown(without_signatures(name, signature), 40)!r} stands twice "
            f"in the {what}; I show the last, another reader may take the first."
            for name in twice[:3]
        ]
        if isinstance(value, dict):
            return value
        problems.append(f"The {what} is JSON, but not an object with names and values.")
    return None


def _about_header(header: Json, signature: str) -> list[str]:
    """What a reader should notice in a header before trusting any of it."""
    problems = _about_algorithm(header.get("alg"), signature)
    problems += _about_key_name(header.get("kid", ""))
    for name in ("jwk", "jku", "x5u", "x5c"):
        if name in header:
            problems.append(
                f"{name} offers a key from the token itself. "
                "A key that comes with a token proves nothing about who sent it."
            )
    if "crit" in header:
        known = isinstance(header["crit"], list) and header["crit"]
        problems.append(
            "crit demands extensions; a reader that does not know them all must refuse the token."
            if known
            else "crit must be a list with at least one name in it."
        )
    if header.get("b64") is False:
        problems.append(
            "b64 is false: the payload is not base64url, "
            "and the signature covers different bytes from what you may think."
        )
    if "zip" in header:
        problems.append(
            "zip only has a meaning in encrypted tokens, and a small token may unpack to a huge "
            "one."
        )
    return problems


def _is_number(value: object) -> TypeGuard[int | float]:
    """Whether this is a number that can be compared: neither a boolean nor NaN."""
    if isinstance(value, float):
        return not math.isnan(value)
    return isinstance(value, int) and not isinstance(value, bool)


def _about_algorithm(alg: object, signature: str) -> list[str]:
    """Whether `alg` says how this was signed, and whether it was (RFC 7515, 4.1.1)."""
    if not isinstance(alg, str):
        return ["alg is missing or not a string, so nobody can say how this was signed."]
    if alg.lower() == "none":
        return ["alg is none: nothing is signed, so anybody may have written this."]
    if not signature:
        return ["The signature is empty, although alg promises one."]
    return []


def _about_key_name(kid: object) -> list[str]:
    """Whether `kid` is a plain label (RFC 7515, 4.1.4)."""
    if not isinstance(kid, str):
        return ["kid is not a string."]
    if re.search(r"[/\\'\";]|\.\.|://", kid):
        return [
            "kid looks like a path, a URL or a piece of SQL. "
            "It is a label: look it up in a list of keys, nowhere else."
        ]
    return []


def _about_claims(claims: Json) -> list[str]:
    """What a reader should notice in the claims."""
    problems = []
    for name in ("iss", "sub", "jti"):
        if not isinstance(claims.get(name, ""), str):
            problems.append(f"{name} must be a string.")
    audience = claims.get("aud", [])
    if not isinstance(audience, str | list) or (
        isinstance(audience, list) and not all(isinstance(a, str) for a in audience)
    ):
        problems.append("aud must be a string, or a list of strings.")
    for name in DATES:
        value = claims.get(name, 0)
        if not _is_number(value):
            problems.append(f"{name} must be a number of seconds since 1970.")
        elif value < 0:
            problems.append(f"{name} is negative: a date before 1970.")
        elif 10**11 <= value < YEAR_10000 * 1000:
            problems.append(
                f"{name} looks like milliseconds. "
                "It counts seconds, so this date is wrong by a factor of 1000."
            )
        elif value >= YEAR_10000:
            problems.append(f"{name} lies beyond the year 9999.")
    if claims and "exp" not in claims:
        problems.append("There is no exp: this token never expires.")
    return problems
