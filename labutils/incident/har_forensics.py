"""What a HAR file gives away, and what a cleaned one is still good for: credentials, a replay of every string, support's questions."""
import re
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import parse_qsl, unquote_plus, urlsplit

from labutils.identity.decoder import inspect
from labutils.incident.har_cleaning import FORM, JWT, known
from labutils.incident.har_reading import checked, content, json_value, unpacked
from labutils.text import shown

Leaf = tuple[str, str, str]  # where it stands, under which name, and the text
OPAQUE = re.compile(r"(?=.*[0-9])(?=.*[A-Za-z])[A-Za-z0-9_+/=~-]{16,}")
BASE64 = re.compile(r"[A-Za-z0-9+/_-]{8,}={0,2}")
BETWEEN = (re.compile(r"""[\s"'<>;,]+"""), re.compile(r"""[\s"'<>;,&?#=/:()\[\]{}\\]+"""))
PAIRS_IN_TEXT = (re.compile(r'"([\w.-]{1,60})"\s*:\s*"([^"\\]+)"'), re.compile(r'name="([\w.-]{1,60})" value="([^"]+)"'))


@dataclass(frozen=True)
class Finding:
    """A credential in a HAR file: in which entry and place, of which kind, whose, and until when (seconds since 1970)."""

    entry: int
    place: str
    kind: str
    value: str
    holder: str | None = None
    expires: int | None = None

    def __str__(self) -> str:
        whose = f", of {shown(self.holder, 40)}" if self.holder else ""
        return f"entry {self.entry}, {shown(self.place, 80)}: {self.kind} {shown(self.value[:8])}...{whose}"

    __repr__ = __str__


def findings(har: dict) -> list[Finding]:
    """The credentials in a HAR, in the order of its entries. Nothing is verified. Raises NotHar where it is no HAR.

    `holder` is the `sub` of the token itself, or of a token in the same exchange, or else the user name that was typed there.
    """
    found, owners = [], {}
    for number, entry in enumerate(checked(har)["entries"]):
        groups = list(_groups(entry))
        here = [finding for group in groups for finding in _judged(number, group, _started(entry))]
        subs = [finding.holder for finding in here if finding.holder]
        typed = [text for group in groups for _, name, text in group if name.lower() in ("username", "preferred_username")]
        for finding in here:
            rank = (0, finding.holder) if finding.holder else (1, subs[0]) if subs else (2, typed[0]) if typed else (3, None)
            owners[finding.value] = min(rank, owners.get(finding.value, rank), key=lambda owner: owner[0])
        found += here
    return [replace(finding, holder=None if finding.kind == "client secret" else owners[finding.value][1]) for finding in found]


def _judged(number: int, group: list[Leaf], started: int | None) -> Iterator[Finding]:
    """The credentials of one group of texts that came together; `expires_in` says until when an access token beside it lives."""
    lives = {name.lower(): text for _, name, text in group}.get("expires_in", "")
    for place, name, text in group:
        if kind := kind_of(place, name, text):
            claims = inspect(text).claims or {} if JWT.fullmatch(text) else {}
            ends, sub = claims.get("exp"), claims.get("sub")
            if ends is None and kind == "access token" and started and lives.isdecimal():
                ends = started + int(lives)
            yield Finding(number, place, kind, text, sub if isinstance(sub, str) else None, ends if isinstance(ends, int) else None)


def kind_of(place: str, name: str, text: str) -> str | None:
    """What kind of credential a text is, by what a token says of itself, else by its name, else by its looks; None where it is none."""
    if JWT.fullmatch(text) and (token := inspect(text)).header is not None:
        claims, typ = token.claims or {}, str(token.header.get("typ", "")).lower()
        if typ == "dpop+jwt":
            return "DPoP proof"
        if "enc" in token.header:
            return "encrypted token"
        return "access token" if typ == "at+jwt" or "scope" in claims else "ID token" if {"sub", "aud"} <= set(claims) else "signed token"
    kind = known()["credentials"].get(name.lower())
    if kind == "code" and len(text) < 8 or kind == "":
        return None
    if kind is None and "cookie" in place and re.search("(?i)sess|sid|auth|token", name):
        return "session cookie"
    return kind or ("opaque secret" if OPAQUE.fullmatch(text) and len(set(text)) > 7 else None)


def _started(entry: dict) -> int | None:
    try:
        return int(datetime.fromisoformat(entry["startedDateTime"]).timestamp())
    except (KeyError, TypeError, ValueError, OverflowError):
        return None


# --- where texts stand ------------------------------------------------------------------------------------------


def _groups(entry: dict) -> Iterator[list[Leaf]]:
    """The texts of an entry, those together that came together: a header, the cookies, an address, a body."""
    for side, packed in (("request", "postData"), ("response", "content")):
        message = _dict(entry.get(side))
        for name, value in _named(message.get("headers")):
            yield _header(f"{side} header", name, value)
        yield [(f"{side} cookie: {name}", name, value) for name, value in _named(message.get("cookies"))]
        for member in ("url", "redirectURL"):
            yield _address(f"{side} {member}", message.get(member))
        yield [(f"{side} queryString: {name}", name, value) for name, value in _named(message.get("queryString"))]
        body = _dict(message.get(packed))
        yield _body(f"{side} body", content(body))
        yield [(f"{side} form: {name}", name, value) for name, value in _named(body.get("params"))]
    for sent in _list(entry.get("_webSocketMessages")):
        yield _body("WebSocket message", _dict(sent).get("data"))


def _header(place: str, name: str, value: str) -> list[Leaf]:
    low = name.lower()
    place = f"{place} {low}"
    if low in ("cookie", "set-cookie"):
        pairs = (pair.strip().partition("=") for line in value.split("\n") for pair in line.split(";")[:None if low == "cookie" else 1])
        return [(f"{place}: {cookie}", cookie, held) for cookie, _, held in pairs]
    if low in ("location", "referer", ":path"):
        return _address(place, value)
    scheme, _, rest = value.partition(" ")
    if low == "authorization" and scheme.lower() == "basic":
        user, _, password = (unpacked(rest) or "").partition(":")
        return [(place, "username", user), (place, "password", password)]
    return [(place, "access_token" if low == "authorization" else low, rest.strip() if low == "authorization" and rest else value)]


def _address(place: str, value: object) -> list[Leaf]:
    try:
        parts = urlsplit(value if isinstance(value, str) else "")
    except ValueError:
        return []
    pairs = parse_qsl(parts.query) + parse_qsl(parts.fragment)
    return [(f"{place}: {name}", name, text) for name, text in pairs] + [(f"{place} path", "", part) for part in parts.path.split("/")]


def _body(place: str, text: object) -> list[Leaf]:
    if not isinstance(text, str):
        return []
    if (value := json_value(text)) is not None:
        try:
            return list(_members(place + ":", "", value))
        except RecursionError:  # nested hundreds deep: read as a plain text
            pass
    pairs = parse_qsl(text) if FORM.fullmatch(text) else [pair for pattern in PAIRS_IN_TEXT for pair in pattern.findall(text)]
    return [(f"{place}: {name}", name, value) for name, value in pairs] or [(place, "", text)]


def _members(place: str, name: str, value: object) -> Iterator[Leaf]:
    """Every text in a JSON value under its name, and a name itself where it looks like a secret."""
    if isinstance(value, dict):
        for inner, more in value.items():
            if OPAQUE.fullmatch(inner):
                yield f"{place} (a name)", "", inner
            yield from _members(f"{place} {inner}", inner, more)
    elif isinstance(value, list):
        for more in value:
            yield from _members(place, name, more)
    elif isinstance(value, str | int) and not isinstance(value, bool):
        yield place, name, value if isinstance(value, str) else f"{value:d}" if abs(value) < 10**18 else ""


def _dict(value: object) -> dict:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list:
    return value if isinstance(value, list) else []


def _named(pairs: object) -> list[tuple[str, str]]:
    """Name and value of the headers, cookies or parameters that are what they should be."""
    found = [(pair.get("name"), pair.get("value")) for pair in _list(pairs) if isinstance(pair, dict)]
    return [(name, value) for name, value in found if isinstance(name, str) and isinstance(value, str)]


# --- grading by replay ------------------------------------------------------------------------------------------


def strings(har: dict) -> set[str]:
    """Every text in a HAR that somebody could try somewhere: names, values, and what is packed into them."""
    found: set[str] = set()
    _gather(har, found)
    return found - {""}


def _gather(value: object, found: set[str]) -> None:
    if isinstance(value, dict):
        for name, more in value.items():
            _gather(name, found)
            _gather(more, found)
    elif isinstance(value, list):
        for more in value:
            _gather(more, found)
    elif isinstance(value, str):
        _gather_text(value, found)
    elif isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 10**18:
        found.add(str(value))


def _gather_text(text: str, found: set[str]) -> None:
    """A text and the texts in it: without percent signs, out of JSON, out of base64, between separators."""
    if text in found:
        return
    found.add(text)
    try:
        _gather(json_value(text), found)
    except RecursionError:  # what lies deeper is found between the separators, below
        pass
    if BASE64.fullmatch(text) and (inside := unpacked(text)):
        _gather_text(inside, found)
    parts = {part for pattern in BETWEEN for part in pattern.split(text)}
    parts |= {part.partition("=")[2] for part in parts} | (set(text.split(".")) if JWT.fullmatch(text) else set())
    for part in parts | {unquote_plus(text)}:
        _gather_text(part, found)


def sweep(har: dict, doors: Mapping[str, Callable[[str], bool]]) -> dict[str, list[str]]:
    """Grade a cleaned HAR by replay: every text that is left, tried at every door. Each door with the texts that open it."""
    tried = sorted(strings(har))
    return {door: [text for text in tried if opens(text)] for door, opens in doors.items()}


# --- grading by usefulness --------------------------------------------------------------------------------------


def usefulness(original: dict, cleaned: dict) -> dict[str, bool]:
    """Each question that support must be able to answer, and whether the cleaned HAR answers it as the original does."""
    before, after = checked(original)["entries"], checked(cleaned)["entries"]
    return {question: answer(before) == answer(after) for question, answer in QUESTIONS.items()}


def _same_as(values: list[Hashable]) -> list[int | None]:
    """For each value the number of the first that equals it, or None for an empty one: what is equal, and not what it is."""
    return [values.index(value) if value else None for value in values]


def _of(side: str, *members: str) -> Callable[[list[dict]], list]:
    return lambda entries: [[_dict(entry.get(side)).get(member) for member in members] for entry in entries]


def _where(entry: dict) -> tuple:
    request = _dict(entry.get("request"))
    parts = urlsplit(str(request.get("url")))
    return request.get("method"), parts.netloc, len(parts.path.split("/"))


def _held(header: str, collection: str | None = None) -> Callable[[list[dict]], list]:
    """Which requests carried the same thing: in a header, or in the list of cookies."""
    def answer(entries: list[dict]) -> list:
        requests = [_dict(entry.get("request")) for entry in entries]
        kept = [sorted(value for name, value in _named(request.get("headers")) if name.lower() == header) for request in requests]
        listed = [sorted(value for _, value in _named(request.get(collection))) if collection else [] for request in requests]
        return [_same_as(list(map(tuple, values))) for values in (kept, listed)]
    return answer


QUESTIONS: dict[str, Callable[[list[dict]], object]] = {
    "how many requests, in which order, when": lambda entries: [entry.get("startedDateTime") for entry in entries],
    "which request failed, with which status": _of("response", "status"),
    "how long did each take": lambda entries: [(entry.get("time"), entry.get("timings")) for entry in entries],
    "which service was asked, by which method": lambda entries: [_where(entry) for entry in entries],
    "was it the same endpoint again": lambda entries: _same_as([str(_dict(entry.get("request")).get("url")) for entry in entries]),
    "was it the same session": _held("cookie", "cookies"),
    "was a token sent, and the same one": _held("authorization"),
    "of which kind and size was each answer": lambda entries: [
        [_dict(_dict(entry.get("response")).get("content")).get(member) for member in ("mimeType", "size")] for entry in entries],
}
