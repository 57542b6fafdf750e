"""Find what a HAR file gives away: its credentials, and what its strings still open in a replay."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar
from urllib.parse import parse_qsl, unquote_plus

from labutils.har.names import DIRECTIVE, known
from labutils.har.reading import (
    FORM,
    JWT,
    PLACEHOLDER,
    URL,
    JsonObject,
    checked,
    content,
    cookie_pairs,
    json_value,
    spelled,
    unpacked,
)
from labutils.identity.decoder import inspect
from labutils.text import shown

T = TypeVar("T")
Pair = tuple[str, str]  # name and value
Leaf = tuple[str, str, str]  # where it stands, under which name, and the text
Owner = tuple[
    int, str | None
]  # how far from the credential itself it is said whose it is, and whose
LETTERS = 8  # different characters that a text has at least which was drawn by lot
LOOKS = "opaque secret"  # the kind of a text that looks like a credential and is not called one
OPAQUE = re.compile(r"(?=.*[0-9])(?=.*[A-Za-z])[A-Za-z0-9_+/=~-]{16,}")
BASE64 = re.compile(r"[A-Za-z0-9+/_-]{8,}={0,2}")
BETWEEN = (re.compile(r"""[\s"'<>;,]+"""), re.compile(r"""[\s"'<>;,&?#=/:()\[\]{}\\]+"""))
PAIRS_IN_TEXT = (
    re.compile(r'"([\w.-]{1,60})"\s*:\s*"([^"\\]+)"'),
    re.compile(r'name="([\w.-]{1,60})" value="([^"]+)"'),
)


@dataclass(frozen=True)
class Finding:
    """A credential in a HAR file: place, kind, holder, and expiry (in seconds since 1970)."""

    entry: int
    place: str
    kind: str
    value: str
    holder: str | None = None
    expires: int | None = None

    def __str__(self) -> str:
        whose = f", of {shown(self.holder, 40)}" if self.holder else ""
        place, start = shown(self.place, 80), shown(self.value[:8])
        return f"entry {self.entry}, {place}: {self.kind} {start}...{whose}"

    __repr__ = __str__


def findings(har: JsonObject) -> list[Finding]:
    """Return the credentials in a HAR, in the order of its entries.

    Nothing is verified. Raises NotHar where it is not a HAR.

    `holder` is the `sub` of the token itself, or of a token in the same exchange, or else the user
    name that was typed there.
    """
    found: list[Finding] = []
    owners: dict[str, Owner] = {}
    for number, entry in enumerate(checked(har)["entries"]):
        leaves = list(_leaves(entry))
        here = [_finding(number, kind, leaf) for leaf in leaves if (kind := kind_of(*leaf))]
        in_exchange = _owner_in(here, leaves)
        for finding in here:
            owner = (0, finding.holder) if finding.holder else in_exchange
            owners[finding.value] = min(owner, owners.get(finding.value, owner), key=_distance)
        found += here
    return [replace(finding, holder=_holder(finding, owners)) for finding in found]


def _owner_in(here: list[Finding], leaves: list[Leaf]) -> Owner:
    """Whose the credentials of one exchange are that do not say so themselves."""
    for finding in here:
        if finding.holder:
            return 1, finding.holder
    for _, name, text in leaves:
        if name.lower() in ("username", "preferred_username"):
            return 2, text
    return 3, None


def _distance(owner: Owner) -> int:
    return owner[0]


def _holder(finding: Finding, owners: dict[str, Owner]) -> str | None:
    """A client secret is an application's, and nobody's in person."""
    return None if finding.kind == "client secret" else owners[finding.value][1]


def credentials(entry: JsonObject, wanted: Callable[[str], bool] | None = None) -> Iterator[Leaf]:
    """Yield the place, the kind and the text of each credential in an entry.

    `wanted`, where it is given, chooses texts before it is found out what they are, which takes
    longer.
    """
    for place, name, text in _leaves(entry):
        if (wanted is None or wanted(text)) and (kind := kind_of(place, name, text)):
            yield place, kind, text


def secrets_of(entry: JsonObject) -> set[str]:
    """Return the credentials of an entry that may stay nowhere, even if their shape fits.

    Not what merely looks like one, nor a `0` or `true`, nor what is longer than all that may stay.
    """
    short = credentials(entry, lambda text: 6 <= len(text) < 80)
    return {text for _, kind, text in short if kind != LOOKS}


def _finding(number: int, kind: str, leaf: Leaf) -> Finding:
    """A finding with what a token says of itself."""
    place, _, text = leaf
    claims = inspect(text).claims or {} if JWT.fullmatch(text) else {}
    holder = claims["sub"] if isinstance(claims.get("sub"), str) else None
    expires = claims["exp"] if isinstance(claims.get("exp"), int) else None
    return Finding(number, place, kind, text, holder, expires)


def kind_of(place: str, name: str, text: str) -> str | None:
    """Return the kind of a credential, by what a token says, by its name or by its looks."""
    if JWT.fullmatch(text) and (kind := _kind_of_token(text)):
        return kind
    kind = known().credentials.get(name.lower())
    if kind == "code" and len(text) < 8 or kind == "":
        return None
    if kind is None and "cookie" in place and re.search("(?i)sess|sid|auth|token", name):
        return "session cookie"
    return kind or (LOOKS if _looks_drawn(text) else None)


def _kind_of_token(text: str) -> str | None:
    """What a token says that it is; None where it has no header that can be read."""
    token = inspect(text)
    if token.header is None:
        return None
    claims, typ = token.claims or {}, str(token.header.get("typ", "")).lower()
    if typ == "dpop+jwt":  # RFC 9449, 4.2
        return "DPoP proof"
    if "enc" in token.header:  # RFC 7516, 4.1.2
        return "encrypted token"
    if typ == "at+jwt" or "scope" in claims:  # RFC 9068, 2.1
        return "access token"
    return "ID token" if {"sub", "aud"} <= set(claims) else "signed token"


def _looks_drawn(text: str) -> bool:
    """Whether a text looks as if it was drawn by lot, and is none of a cache's directives."""
    various = len(set(text)) >= LETTERS
    return bool(OPAQUE.fullmatch(text)) and various and not DIRECTIVE.fullmatch(text)


# --- where texts stand --------------------------------------------------------------------------


def _leaves(entry: JsonObject) -> Iterator[Leaf]:
    """The texts of an entry, each with its place and the name under which it stands."""
    for side, packed in (("request", "postData"), ("response", "content")):
        for name, value in named(entry, side, "headers"):
            yield from _header(f"{side} header {name.lower()}", name.lower(), value)
        yield from _under(f"{side} cookie", named(entry, side, "cookies"))
        for member in ("url", "redirectURL"):
            yield from _address(f"{side} {member}", get_as(str, entry, side, member))
        yield from _under(f"{side} queryString", named(entry, side, "queryString"))
        yield from _body(f"{side} body", content(get_as(dict, entry, side, packed)))
        yield from _under(f"{side} form", named(entry, side, packed, "params"))
    for sent in get_as(list, entry, "_webSocketMessages"):
        yield from _body("WebSocket message", get_as(str, sent, "data"))


def get(value: object, *way: str) -> object:
    """Return the value under a path of names; None if it is not there."""
    for name in way:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def get_as(kind: type[T], value: object, *way: str) -> T:
    """Return the value under a path of names if it is of this kind; else an empty one."""
    found = get(value, *way)
    return found if isinstance(found, kind) else kind()


def named(entry: JsonObject, *way: str) -> list[Pair]:
    """Return name and value of the headers, cookies or parameters that are well-formed."""
    listed = [pair for pair in get_as(list, entry, *way) if isinstance(pair, dict)]
    pairs = [(pair.get("name"), pair.get("value")) for pair in listed]
    return [
        (name, value) for name, value in pairs if isinstance(name, str) and isinstance(value, str)
    ]


def _under(place: str, pairs: list[Pair]) -> list[Leaf]:
    return [(f"{place}: {name}", name, text) for name, text in pairs]


def _header(place: str, name: str, value: str) -> list[Leaf]:
    if name in ("cookie", "set-cookie"):
        return _under(place, cookie_pairs(name, value))
    if name in ("location", "referer", ":path"):
        return _address(place, value)
    if name != "authorization":
        return [(place, name, value)]
    scheme, _, rest = value.partition(" ")
    if scheme.lower() != "basic":
        return [(place, "access_token", rest.strip() or value)]
    user, _, password = (unpacked(rest) or "").partition(":")
    return [(place, "username", user), (place, "password", password)]


def _address(place: str, value: str) -> list[Leaf]:
    address = URL.fullmatch(value)
    _, _, path, query, fragment = address.groups("") if address else ("", "", value, "", "")
    return _under(place, parse_qsl(query) + parse_qsl(fragment)) + [
        (f"{place} path", "", part) for part in path.split("/")
    ]


def _body(place: str, text: str | None) -> list[Leaf]:
    if text is None:
        return []
    if (value := json_value(text)) is not None:
        return list(_members(f"{place}:", value))
    pairs = (
        parse_qsl(text)
        if FORM.fullmatch(text)
        else [pair for pattern in PAIRS_IN_TEXT for pair in pattern.findall(text)]
    )
    return _under(place, pairs) or [(place, "", text)]


def _members(place: str, value: object) -> Iterator[Leaf]:
    """Every text in a JSON value under its name, and a name itself where it looks like a secret."""
    waiting: list[tuple[str, str, object]] = [(place, "", value)]
    while waiting:
        place, name, value = waiting.pop()
        if (text := spelled(value)) is not None:
            yield place, name, text
        if isinstance(value, dict):
            yield from (
                (f"{place} (a name)", "", inner) for inner in value if OPAQUE.fullmatch(inner)
            )
            waiting += [
                (f"{place} {inner}", inner, more) for inner, more in reversed(value.items())
            ]
        elif isinstance(value, list):
            waiting += [(place, name, more) for more in reversed(value)]
        elif isinstance(value, str | int) and value not in (False, True, PLACEHOLDER):
            yield place, name, str(value)


# --- grading by replay --------------------------------------------------------------------------


def strings(har: JsonObject) -> set[str]:
    """Return every text in a HAR that somebody could try: names, values, what is packed in them."""
    found: set[str] = set()
    waiting: list[object] = [har]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            if value not in found:
                found.add(value)
                waiting += _inside(value)
        elif isinstance(value, dict):
            waiting += [spelled(value), *value, *value.values()]
        elif isinstance(value, list):
            waiting += [spelled(value), *value]
        elif isinstance(value, int | float) and _can_be_tried(value):
            found.add(str(value))
    return found - {""}


def _can_be_tried(number: float) -> bool:
    return not isinstance(number, bool) and abs(number) < 10**18


def _inside(text: str) -> list[object]:
    """What is in a text: without percent signs, out of JSON, out of base64, between separators."""
    parts = {part for pattern in BETWEEN for part in pattern.split(text)}
    parts |= {part.partition("=")[2] for part in parts} | (
        set(text.split(".")) if JWT.fullmatch(text) else set()
    )
    return [
        unquote_plus(text),
        json_value(text),
        unpacked(text) if BASE64.fullmatch(text) else None,
        *parts,
    ]


def sweep(har: JsonObject, doors: Mapping[str, Callable[[str], bool]]) -> dict[str, list[str]]:
    """Grade a cleaned HAR by replay: try every text that is left at every door.

    Returns each door with the texts that open it.
    """
    tried = sorted(strings(har))
    return {door: [text for text in tried if opens(text)] for door, opens in doors.items()}
