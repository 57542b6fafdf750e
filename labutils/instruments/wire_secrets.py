"""Find the secrets in messages: the named values that each carries, and which of them are equal.

Two are the same one where their values are equal, whatever they are called and wherever they are.
"""

import json
import re
from base64 import b64decode
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

from labutils.lab import Exchange

Pair = tuple[str, str]

# The names of the values that are followed unless a lesson names others. *Cookie* is each cookie
# that a server sets, whatever it is called there.
SECRETS = ("code", "verifier", "access", "refresh", "ID", "cookie")
COOKIE = "cookie"
NAMES = {
    "access token": "access",
    "refresh token": "refresh",
    "id token": "ID",
    "id token hint": "ID",
    "id": "ID",
    "code verifier": "verifier",
    "code challenge": "challenge",
}
COLOURS = 7  # the eighth secret and all later ones are grey
SHORTEST = 8  # characters: a shorter value may be equal to another by accident


# --- the named values in a message --------------------------------------------------------------


def asked_pairs(exchange: Exchange) -> list[Pair]:
    """Return the named values that a request carries: in its address, its headers and its body."""
    pairs = parse_qsl(urlsplit(exchange.url).query)
    for name, value in exchange.request_headers:
        if name == "cookie":
            pairs += [_cookie(part) for part in value.split(";")]
        elif name == "authorization":
            pairs += _authorization(value)
        else:
            pairs.append((name, value))
    return pairs + in_body(exchange.request_body)


def given_pairs(exchange: Exchange) -> list[Pair]:
    """Return the named values that a response gives.

    What a page only repeats of its own request, in the hidden fields of its form, is left out.
    """
    location = urlsplit(exchange.header("location"))
    pairs = parse_qsl(location.query) + parse_qsl(location.fragment)
    pairs += set_cookies(exchange)
    if not exchange.response_body.lstrip().startswith("<"):
        return pairs + in_body(exchange.response_body)
    asked = {value for _, value in asked_pairs(exchange)}
    return pairs + [pair for pair in _hidden_fields(exchange.response_body) if pair[1] not in asked]


def set_cookies(exchange: Exchange) -> list[Pair]:
    """Return the cookies that a response sets (RFC 6265, 4.1), without those that it deletes."""
    values = [value for name, value in exchange.response_headers if name == "set-cookie"]
    pairs = [_cookie(value.partition(";")[0]) for value in values]
    return [(name, value) for name, value in pairs if value]


def _cookie(part: str) -> Pair:
    name, _, value = part.strip().partition("=")
    return name, value.strip('"')


def _authorization(value: str) -> list[Pair]:
    """The credentials of a header Authorization (RFC 6750, 2.1; RFC 9449, 7.1; RFC 7617, 2)."""
    scheme, _, rest = value.partition(" ")
    if scheme.lower() in ("bearer", "dpop"):
        return [("access_token", rest.strip())]
    if scheme.lower() != "basic":
        return []
    try:
        return [("client_secret", b64decode(rest).decode().partition(":")[2])]
    except ValueError:
        return []


def in_body(body: str) -> list[Pair]:
    """Return the named values in a body: of its JSON, or of its form."""
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        return parse_qsl(body) if "=" in body and "<" not in body else []
    return list(_members(content))


def _members(content: Any) -> Iterator[Pair]:
    """The texts in a JSON value, each with the name under which it stands."""
    todo = [("", content)]
    while todo:
        name, value = todo.pop(0)
        if isinstance(value, dict):
            todo += value.items()
        elif isinstance(value, list):
            todo += [(name, one) for one in value]
        elif isinstance(value, str):
            yield name, value


_FIELD = re.compile(r"<input\b[^>]*>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""\b(name|value)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")


def _hidden_fields(page: str) -> Iterator[Pair]:
    """Name and value of each field of a page's forms."""
    for tag in _FIELD.findall(page):
        of = {name: unescape(a or b or c) for name, a, b, c in _ATTRIBUTE.findall(tag)}
        if of.get("name") and of.get("value"):
            yield of["name"], of["value"]


# --- secrets ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Secret:
    """A value that travels.

    Its name is that under which it was first seen, and a number where there are several. `hue` is
    its place among those that have a colour.
    """

    name: str
    value: str
    number: int
    hue: int

    @property
    def ink(self) -> str:
        """The name of its colour in labutils/pictures/look.py."""
        return f"s{min(self.hue, COLOURS) + 1}"


def short(name: str) -> str:
    """Return the name of a value in a picture: *access* for an access token."""
    plain = name.replace("_", " ").replace("-", " ").strip()
    return NAMES.get(plain.lower(), name)


@dataclass
class KnownSecrets:
    """The secrets seen so far, in the order in which they were first seen.

    `watch` are the names of the values to follow; where it is a mapping, each has the name that it
    gives. `foremost` are values that have a colour before all others; these get theirs in the order
    in which they come.
    """

    watch: Collection[str] = SECRETS
    foremost: Sequence[str] = ()
    by_key: dict[str, Secret] = field(default_factory=dict)
    cookies: set[str] = field(default_factory=set)  # names of those that a server set

    def __post_init__(self) -> None:
        names = self.watch if isinstance(self.watch, Mapping) else {}
        self.called = {short(name): called for name, called in names.items()}
        self.watch = frozenset(map(short, self.watch))

    def __iter__(self) -> Iterator[Secret]:
        return iter(self.by_key.values())

    def learn(self, exchange: Exchange) -> None:
        """Record the secrets of a message."""
        if COOKIE in self.watch:
            self.cookies |= {name for name, _ in set_cookies(exchange)}
        for name, value in (*asked_pairs(exchange), *given_pairs(exchange)):
            is_secret = short(name) in self.watch or name in self.cookies
            if value and is_secret and self._find(name, value) is None:
                self._add(name, value)

    def __contains__(self, secret: object) -> bool:
        return any(one is secret for one in self)

    def _add(self, name: str, value: str) -> None:
        called = self.called.get(short(name), short(name))
        same = sum(one.name.partition(" ")[0] == called for one in self)
        number = len(self.by_key)
        if value in self.foremost:
            hue = self.foremost.index(value)
        else:
            before = sum(one.value in self.foremost for one in self)
            hue = len(self.foremost) + number - before
        named = f"{called} {same + 1}" if same else called
        self.by_key[_key(name, value)] = Secret(named, value, number, hue)

    def _find(self, name: str, value: str) -> Secret | None:
        return self.by_key.get(_key(name, value))

    def sent(self, exchange: Exchange) -> tuple[Secret, ...]:
        """Return the secrets that a request carries."""
        rest = f"{exchange.url} {exchange.request_body}"
        return self._among(asked_pairs(exchange), rest)

    def given(self, exchange: Exchange) -> tuple[Secret, ...]:
        """Return the secrets that a response gives."""
        is_page = exchange.response_body.lstrip().startswith("<")
        rest = exchange.header("location") + ("" if is_page else f" {exchange.response_body}")
        return self._among(given_pairs(exchange), rest)

    def _among(self, pairs: Iterable[Pair], rest: str) -> tuple[Secret, ...]:
        """Those with these names and values, and those somewhere in the rest of a message."""
        words = re.findall(r"[\w.~-]{8,}", rest + " " + " ".join(value for _, value in pairs))
        keys = [_key(name, value) for name, value in pairs] + words
        return tuple(dict.fromkeys(self.by_key[key] for key in keys if key in self.by_key))


def _key(name: str, value: str) -> str:
    """What two equal secrets share: the value, and of a short one the name too."""
    return value if len(value) >= SHORTEST else f"{name}={value}"


def marked(text: str, secrets: Iterable[Secret]) -> Iterator[tuple[str, Secret | None]]:
    """Yield a text in pieces, each with the secret that it is, or None."""
    spelled = {
        spelling: one
        for one in secrets
        if len(one.value) >= SHORTEST
        for spelling in (one.value, quote(one.value, safe="", errors="replace"))
    }
    pattern = "|".join(map(re.escape, sorted(spelled, key=lambda one: (-len(one), one))))
    if not pattern:
        yield text, None
        return
    for at, piece in enumerate(re.split(f"({pattern})", text)):
        if piece:
            yield piece, spelled[piece] if at % 2 else None
