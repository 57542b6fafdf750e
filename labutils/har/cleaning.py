"""Clean a HAR by default deny: what is not known to be harmless is replaced.

What is equal stays equal. This module walks through the document; what a text turns into by its
kind stands in rules.py, tags in tagging.py. What may stay is in names.py and data/har-names.json:
names that everybody uses, the members of the HAR format with what each may hold, and the shapes of
what support needs. Every other text becomes a tag.

A tag of a single character would be no protection: a token that is spelled as a list of characters
would become a substitution cipher, which whoever knows how a token begins can read. So the numbers,
truth values and very short texts of a list all become the same 0, false and `x` (spelling.py). As a
list count also an object or a form with numbered names (`0`, `1`, ...; `b0`, `b1`, ...), the
messages of a WebSocket, and objects that each hold one number.

What this does not see: objects that are linked to each other (`{"size": 101, "next": {...}}`) or
that measure several things each, characters that are spread over headers `X-0` ... `X-n`, over
cookies `c0` ... `cn`, over names without numbers or over many requests, and a text around each
character (`42["key","e"]`). A token in such a form becomes a cipher, or stays.
"""

import json
import re
from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Iterable
from urllib.parse import quote_plus, unquote_plus

from labutils.har import names
from labutils.har.forensics import secrets_of
from labutils.har.names import known
from labutils.har.reading import (
    FORM,
    JWT,
    PLACEHOLDER,
    TOO_DEEP,
    URL,
    JsonObject,
    NotHar,
    changed_cookies,
    checked,
    content,
    json_value,
    unpacked,
)
from labutils.har.rules import Rules
from labutils.har.spelling import (
    SHORT_JSON,
    Stands,
    in_a_list,
    is_counted,
    is_number,
    is_piece,
    numbered,
)
from labutils.har.tagging import Counts, Tagger
from labutils.identity.keys import b64

Progress = Callable[[int, int], object]  # called with what is done and what there is to do

LONGEST = 4_000_000  # characters of a text that is taken apart; a longer one becomes one tag
LARGEST = 1e18  # from which on a number is an id, or more than one number
LISTED = ("cookie", "header", "message", "page", "pair")  # what stands in lists in a HAR

_SCALAR = re.compile(r'["\d-]')  # how a number or a text of JSON begins
_WEB_ADDRESS = re.compile(r"(?i)(https?|wss?)://")


class Cleaner:
    """A cleaner for the parts of one HAR under one salt.

    It walks through the document, and takes apart the texts that have a structure of their own:
    tokens, JSON, forms, cookies, addresses. `place` says in which part of the format a value stands
    and `name` under which name. `keep`: names whose values stay whatever they are. `hosts`: whether
    host names are replaced too. `denied`: credentials of this file, which do not stay even where
    their shape fits.
    """

    def __init__(
        self,
        salt: str,
        removed: Counter[str] | None = None,
        *,
        keep: Iterable[str] = (),
        hosts: bool = False,
        denied: frozenset[str] = frozenset(),
    ):
        counts = Counts() if removed is None else Counts(removed)
        self.tagger = Tagger(salt, counts, keep=keep, denied=denied)
        self.rules = Rules(self.tagger, hosts=hosts)
        self.tag = self.tagger.tag
        self._by_text: dict[str, Callable[[str], str]] = {
            "address": self.tagger.address,
            "cookies": self.cookies,
            "name": self.rules.name,
            "names": self.rules.listed_names,
            "text of a body": self.body,
        }
        self._by_place: dict[str, Callable[[str, str], str]] = {
            "authority": self.rules.authority,
            "count": self.rules.count,
            "date": self.rules.date,
            "frame": self.frame,
            "media type": self.rules.word,
            "number": self.rules.written_number,
            "path": self.rules.path,
            "scheme": self.scheme,
            "url": self.url,
            "said": self.rules.said,
            "time": self.rules.moment,
            "word": self.rules.word,
        }
        self._by_name: dict[str, Callable[[str, str, str], str]] = {
            "agent": self.rules.agent,
            "cache state": self.rules.cache_state,
            "delay": self.rules.delay,
            "request id": self.rules.request_id,
            "okta request id": self.rules.request_id,
            "s3 request id": self.rules.request_id,
            "software": self.rules.software,
            "value of a header": self.header,
        }

    @property
    def counts(self) -> Counts:
        """What was replaced, and what was left in place."""
        return self.tagger.counts

    def part(self, kind: str, value: JsonObject) -> JsonObject:
        """Clean an entry, or the log around the entries.

        Raises NotHar where it is nested more deeply than Python can follow.
        """
        try:
            return self.format_object(kind, value)
        except RecursionError as error:
            raise NotHar(TOO_DEEP) from error

    def text(self, rule: str, text: str, place: str, name: str) -> str:
        """Clean a text by the rule of this name, or as any text if there is no such rule."""
        if by_text := self._by_text.get(rule):
            return by_text(text)
        if by_place := self._by_place.get(rule):
            return by_place(text, place)
        return self._by_name.get(rule, self.value)(text, place, name)

    # --- the HAR format --------------------------------------------------------------------------

    def member(self, rule: str, value: object, place: str, name: str = "") -> object:
        """Clean a member of the format by its rule, or as any JSON if its type is another."""
        if isinstance(value, str):
            if self.tagger.is_kept(name):
                return value
            return self.text(rule, value, place, name)
        if isinstance(value, dict) and rule in known().format and rule not in LISTED:
            return self.format_object(rule, value)
        if isinstance(value, list) and rule in known().format:
            return self.format_objects(rule, value, place)
        if rule == "number" and isinstance(value, int | float) and is_number(value):
            return value if abs(value) < LARGEST else 0
        return self.data(value, place, name, numeric=True)

    def format_objects(self, kind: str, values: list[object], place: str) -> list[object]:
        """Clean a list of the format's objects.

        Values of one name that comes again and again may spell something.
        """
        series: frozenset[str] = frozenset()
        if kind == "pair":
            series = numbered(pair.get("name") for pair in values if isinstance(pair, dict))
        stands = in_a_list(values)
        return [
            self.format_object(kind, value, series, stands.below())
            if isinstance(value, dict)
            else self.data(value, place, stands=stands, numeric=True)
            for value in values
        ]

    def format_object(
        self,
        kind: str,
        value: JsonObject,
        series: frozenset[str] = frozenset(),
        stands: Stands = Stands.BELOW,
    ) -> JsonObject:
        """Clean an object of the format.

        What stands beside a `name` in it is the value of something of that name. `series`: names
        whose values may spell something together. `stands`: where members of no format stand.
        """
        rules, cleaned = known().format[kind], {}
        named = value.get("name") if isinstance(value.get("name"), str) else None
        for inner, more in value.items():
            name = inner if named is None or inner == "name" else named
            if inner == "value" and named in series:
                cleaned[inner] = self.data(more, kind, name, Stands.ELEMENT, numeric=True)
            elif inner in rules:
                cleaned[inner] = self.member(rules[inner], more, kind, name)
            else:
                after = self.data(more, kind, inner, stands, numeric=True)
                cleaned[self.rules.custom_name(inner)] = after
        if kind == "body" and value.get("encoding") == "base64":
            cleaned |= self.unpacked_body(value)
        return cleaned

    def unpacked_body(self, value: JsonObject) -> dict[str, str]:
        """Clean the `text` of a body that is packed in base64, and pack it again."""
        text, inside = value.get("text"), content(value)
        if not isinstance(text, str):
            return {}
        cleaned = self.tag(text, "body") if inside is None else self.body(inside)
        return {"text": b64encode(cleaned.encode()).decode()}

    # --- anybody's JSON --------------------------------------------------------------------------

    def data(
        self,
        value: object,
        place: str,
        name: str = "",
        stands: Stands = Stands.NAMED,
        *,
        numeric: bool = False,
    ) -> object:
        """Return cleaned JSON of the same shape. Raises TypeError for what JSON cannot hold.

        `numeric`: numbers stay numbers, for what stands in the HAR itself and not in a text.
        """
        if value is None or self.tagger.is_kept(name):
            return value
        if isinstance(value, dict):
            return self.mapping(value, place, stands, numeric=numeric)
        if isinstance(value, list):
            inside = stands if stands is Stands.SPELLED else in_a_list(value)
            return [self.data(one, place, name, inside, numeric=numeric) for one in value]
        if isinstance(value, str):
            return self.piece(value, place, name, stands)
        if isinstance(value, bool):
            return value and not stands.may_spell
        if isinstance(value, int | float):
            return self.number(value, place, name, stands, numeric=numeric)
        raise TypeError(f"JSON has no {type(value).__name__}")

    def mapping(
        self, value: JsonObject, place: str, stands: Stands, *, numeric: bool
    ) -> JsonObject:
        """Clean an object that is not part of the format.

        What has numbered names in it is a list in disguise.
        """
        below, series = stands.below(), numbered(value)
        elements = in_a_list([value[inner] for inner in series])
        if below is Stands.SPELLED:
            elements = below
        counted = is_counted(value)
        cleaned_name = self.rules.custom_name if numeric else self.rules.name
        return {
            inner if counted else cleaned_name(inner): self.data(
                more, place, inner, elements if inner in series else below, numeric=numeric
            )
            for inner, more in value.items()
        }

    def number(
        self, value: float, place: str, name: str, stands: Stands, *, numeric: bool
    ) -> float | str:
        """Clean a number, which stays if its name says that it measures something.

        Others may be codes, or parts of a text in numbers.

        A long one becomes a tag, so that equal ids stay equal. A short one does so too where it
        stands alone, under a name that everybody uses; elsewhere short ones could spell a text and
        become 0.
        """
        if stands is Stands.NAMED and _is_time(value, name):
            return value
        short = abs(value) < LARGEST and sum(map(str.isdigit, repr(value))) < 4
        if names.measures(name) and not stands.may_spell and (short or numeric and _usual(value)):
            return value
        if numeric or stands.may_spell or (short and not _is_alone(name, stands)):
            self.counts.removed["numbers"] += 1
            return 0
        return self.tag(f"{value:x}" if isinstance(value, int) else repr(value), place)

    def piece(self, text: str, place: str, name: str, stands: Stands) -> str:
        """Clean a text, or replace it by `x` if it is so short that several could spell another."""
        fine = not text or _is_alone(name, stands) or _is_usual(text, name)
        if fine or not is_piece(text, stands):
            return self.value(text, place, name, stands)
        self.counts.removed["pieces of texts"] += 1
        return PLACEHOLDER

    # --- texts with a structure of their own -----------------------------------------------------

    def value(self, text: str, place: str, name: str = "", stands: Stands = Stands.NAMED) -> str:
        """Clean a token, JSON or an address part by part; replace any other text by a tag."""
        if self.tagger.is_kept(name) or _is_usual(text, name):
            return text
        if len(text) > LONGEST:
            return self.tag(text, place)
        rule = known().in_values.get(name.lower(), "") if stands is Stands.NAMED else ""
        if rule in ("said", "time"):
            return self.text(rule, text, place, name)
        if JWT.fullmatch(text):
            return self.token(text, place)
        if (inner := json_value(text)) is not None:
            return self.packed(inner, text, place, stands)
        if _WEB_ADDRESS.match(text):
            return self.url(text, place, keep_host=rule == "address")
        return self.tag(text, place)

    def packed(self, inner: object, text: str, place: str, stands: Stands) -> str:
        """Clean JSON inside a text, and return it as a text again."""
        try:
            return json.dumps(self.data(inner, place, stands=stands))
        except RecursionError:  # one answer that is nested so must not keep the file from cleaning
            return self.tag(text, place)

    def token(self, text: str, place: str) -> str:
        """Clean a token: the shape stays, and a tag of the whole replaces its signature."""
        *packed, signature = text.split(".")
        inside = [json_value(unpacked(part) or "") for part in packed]
        if len(inside) != 2 or None in inside:
            return self.tag(text, place)
        cleaned = [json.dumps(self.data(part, place), separators=(",", ":")) for part in inside]
        seal = self.tag(signature and text + signature, place)
        return ".".join([*(b64(part.encode()) for part in cleaned), seal])

    def body(self, text: str) -> str:
        """Clean a body: JSON and forms by their parts, anything else as one tag."""
        form = len(text) <= LONGEST and FORM.fullmatch(text)
        return self.pairs(text, "body") if form else self.value(text, "body")

    def pairs(self, text: str, place: str) -> str:
        """Clean a query or form, whose well-known names stay; without names it becomes a tag."""
        pairs = [tuple(map(unquote_plus, pair.partition("="))) for pair in text.split("&")]
        series = numbered(name for name, _, _ in pairs)
        cleaned = [
            (self.rules.name(name), equals, self.paired(value, place, name, series))
            for name, equals, value in pairs
        ]
        return "&".join(
            quote_plus(name) + equals + quote_plus(value) for name, equals, value in cleaned
        )

    def paired(self, value: str, place: str, name: str, series: frozenset[str]) -> str:
        """Clean the value of a query or form; if its name is repeated, it is a piece of a text."""
        if name in series:
            return self.piece(value, place, name, Stands.ELEMENT)
        return self.value(value, place, name)

    def frame(self, text: str, place: str) -> str:
        """Clean a WebSocket message as one of many, like an element of a list."""
        if _SCALAR.match(text) and len(text) < SHORT_JSON:
            return self.scalar(text, place)
        return self.piece(text, place, "", Stands.SPELLED)

    def scalar(self, text: str, place: str) -> str:
        """Clean a message that may be a JSON number or text, such as `101` or `"e"`."""
        try:
            value = json.loads(text, parse_constant=str)
        except ValueError:
            return self.piece(text, place, "", Stands.SPELLED)
        return json.dumps(self.data(value, place, stands=Stands.SPELLED))

    # --- headers and addresses -------------------------------------------------------------------

    def header(self, text: str, place: str, name: str) -> str:
        """Clean a header's value by its name, in any letter case."""
        return self.text(known().in_headers.get(name.lower(), ""), text, place, name)

    def cookies(self, text: str) -> str:
        """Clean the pairs of a `Cookie`, or each `Set-Cookie` with its attributes (RFC 6265, 4)."""
        return changed_cookies(text, self._cookie)

    def _cookie(self, name: str, equals: str, value: str) -> str:
        if not value:
            return self.rules.name(name) + equals
        rule = known().in_cookies.get(name.lower(), "")
        return self.rules.name(name) + equals + self.text(rule, value, "cookie", name)

    def scheme(self, text: str, place: str) -> str:
        """Clean an `Authorization` header, which keeps its scheme."""
        scheme, space, rest = text.partition(" ")
        if scheme.lower() not in known().authorization_schemes:
            return self.tag(text, place)
        return scheme + space + self.value(rest.strip(), place)

    def url(self, text: str, place: str, *, keep_host: bool = True) -> str:
        """Clean an address: scheme, well-known segments and names stay, and perhaps the host."""
        address = URL.fullmatch(text)
        if address is None:
            return self.tag(text, place)
        scheme, authority, path, query, fragment = address.groups()
        if scheme and scheme.lower() == "data":
            return self.rules.data_url(text, place)
        if scheme and scheme.lower() not in known().schemes:
            return self.tag(scheme, place) + ":" + self.tag(text, place)
        cleaned = scheme + ":" if scheme else ""
        if authority is not None:
            cleaned += "//" + self.rules.authority(authority, place, keep_host=keep_host)
        cleaned += self.rules.path(path, place)
        if query is not None:
            cleaned += "?" + self.pairs(query, "pair")
        return cleaned if fragment is None else cleaned + "#" + self.tag(fragment, place)


def _is_usual(text: str, name: str) -> bool:
    """Whether a text consists of words that everybody uses under this name."""
    usual = known().values.get(name.lower(), ())
    return bool(usual) and all(word in usual for word in re.split("[ ,;]+", text))


def _is_time(value: float, name: str) -> bool:
    """Whether a number says when a token was issued or expires, under a name for that."""
    rule = known().in_values.get(name.lower())
    return (rule == "time" and names.is_moment(value)) or (
        rule == "lifetime" and names.is_lifetime(value)
    )


def _is_alone(name: str, stands: Stands) -> bool:
    """Whether a value stands outside of lists, under a name that everybody uses."""
    return stands is Stands.NAMED and name.lower() in known().names


def _usual(value: float) -> bool:
    """Whether a number is one that an exporter writes: up to a time in milliseconds since 1970."""
    return abs(value) < 1e13


# --- a HAR in memory ----------------------------------------------------------------------------


def _silent(done: int, size: int) -> None:
    """No word of progress."""


def clean(
    har: JsonObject,
    salt: str,
    progress: Progress = _silent,
    removed: Counter[str] | None = None,
) -> JsonObject:
    """Return a cleaned copy of a HAR in memory; `removed` counts what was replaced.

    Raises NotHar where it is not a HAR.
    """
    secrets = frozenset[str]().union(*map(secrets_of, checked(har)["entries"]))
    return clean_with(Cleaner(salt, removed, denied=secrets), har, progress)


def clean_with(cleaner: Cleaner, har: JsonObject, progress: Progress = _silent) -> JsonObject:
    """Return a cleaned copy of a HAR in memory, made by a cleaner with its own settings."""
    log, entries = checked(har), []
    around = cleaner.part("log", {name: value for name, value in log.items() if name != "entries"})
    for number, entry in enumerate(log["entries"], 1):
        entries.append(cleaner.part("entry", entry))
        progress(number, len(log["entries"]))
    return {"log": around | {"entries": entries}}


def said(removed: Counter[str]) -> str:
    """Return what was replaced, as a sentence: `Replaced 12 cookies, 4 header values.`"""
    ranked = sorted(removed.items(), key=lambda item: (-item[1], item[0]))
    counted = ", ".join(f"{number} {place}" for place, number in ranked if number)
    return f"Replaced {counted}." if counted else "Replaced nothing: there was nothing to replace."
