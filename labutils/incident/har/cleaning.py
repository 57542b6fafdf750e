"""Cleaning a HAR by default deny: what is not known to be harmless is replaced.

What is equal stays equal. What may stay is in har_names: names that everybody uses, the members of
the HAR format with what each may hold, and the shapes of what support needs. Every other text
becomes a tag, `x-` and ten hexadecimal digits of HMAC-SHA256 under a salt. Without the salt nobody
can try guesses against a tag, as one can against a plain hash.

A tag of a single character would be no protection: a token that is spelled as a list of characters
would become a substitution cipher, which whoever knows how a token begins can read. So the numbers,
truth values and very short texts of a list all become the same 0, false and `x`. As a list count
also an object or a form with numbered names (`0`, `1`, ...; `b0`, `b1`, ...), the messages of a
WebSocket, and objects that each hold one number.

What this does not see: objects that are linked to each other (`{"size": 101, "next": {...}}`) or
that measure several things each, characters that are spread over headers `X-0` ... `X-n`, over
cookies `c0` ... `cn`, over names without numbers or over many requests, and a text around each
character (`42["key","e"]`). A token in such a form becomes a cipher, or stays.
"""

import hmac
import json
import re
from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from enum import Enum
from functools import lru_cache
from ipaddress import IPv6Address
from urllib.parse import quote_plus, unquote, unquote_plus

from labutils.identity.keys import b64
from labutils.incident.har import names
from labutils.incident.har.forensics import secrets_of
from labutils.incident.har.names import known
from labutils.incident.har.reading import (
    COOKIE_PAIR,
    FORM,
    JWT,
    PLACEHOLDER,
    TOO_DEEP,
    URL,
    NotHar,
    checked,
    content,
    json_value,
    unpacked,
)

Progress = Callable[[int, int], object]  # called with what is done and what there is to do

LONGEST = 4_000_000  # characters of a text that is taken apart; a longer one becomes one tag
SPELLED = 8  # short segments of a path, from which on they may spell something
SERIES = 4  # values of one name, or elements of a list, from which on they may spell something
PIECE = 4  # characters of a text in a list, up to which it may be a part of another one
SHORT_JSON = 100  # characters of a text of JSON, up to which it may hold one number and no more
ESCAPED = re.compile(r"(?i)(?:0[xob]|U\+|\\[ux]|&#x?|%)[0-9a-f]{1,8};?")  # one character, as a code
_SCALAR = re.compile(r'["\d-]')  # how a number or a text of JSON begins
_NUMBER = re.compile(r"(?a)\d+")
DOCUMENTATION = int(IPv6Address("2001:db8::"))  # RFC 3849; 96 bits of each address are free


class Stands(Enum):
    """Where a value stands in a JSON text: the nearer to a list, the less it may say on its own."""

    NAMED = "under a name, with no list around it"
    BELOW = "under a name, somewhere in a list"
    ELEMENT = "as an element of a list, or of an object with numbered names"
    SPELLED = "somewhere in a list whose elements hold one number each, or in a WebSocket message"


LISTED = ("cookie", "header", "message", "page", "pair")  # what stands in lists in a HAR
SPELLING = (Stands.ELEMENT, Stands.SPELLED)


class Cleaner:
    """Cleans the parts of one HAR under one salt.

    It counts in `removed` what it replaced, by place; in `kept` what it let stand for support, and
    in `chosen` what it let stand because somebody said so, by name. Each rule is a method that
    takes a text, the place where it stands, and the name under which it stands there. `keep`: names
    whose values stay whatever they are. `hosts`: whether host names are replaced too. `denied`:
    credentials of this file, which do not stay even where their shape fits.
    """

    def __init__(
        self,
        salt: str,
        removed: Counter | None = None,
        *,
        keep: Iterable[str] = (),
        hosts: bool = False,
        denied: frozenset[str] = frozenset(),
    ):
        self.key = _octets(salt)
        self.removed = Counter() if removed is None else removed
        self.kept: Counter[str] = Counter()
        self.chosen: Counter[str] = Counter()
        self.fitting: set[str] = set()  # texts that stayed because their shape fits
        self.keep, self.hosts, self.denied = frozenset(map(str.lower, keep)), hosts, denied
        self.rules: dict[str, Callable[[str, str, str], str]] = {
            "address": self.address,
            "agent": self.agent,
            "authority": self.authority,
            "cache state": self.cache_state,
            "cookies": self.cookies,
            "count": self.count,
            "date": self.date,
            "delay": self.delay,
            "frame": self.frame,
            "media type": self.word,
            "name": self.name,
            "named": self.value,
            "names": self.listed_names,
            "number": self.written_number,
            "path": self.path,
            "request id": self.request_id,
            "s3 request id": self.request_id,
            "scheme": self.scheme,
            "software": self.software,
            "text of a body": self.body,
            "url": self.url,
            "value of a header": self.header,
            "word": self.word,
        }

    def part(self, kind: str, value: dict) -> dict:
        """An entry, or the log around the entries.

        Raises NotHar where it is nested more deeply than Python can follow.
        """
        try:
            return self.member(kind, value, kind)
        except RecursionError as error:
            raise NotHar(TOO_DEEP) from error

    # --- the HAR format ---------------------------------------------------------------------------

    def member(self, rule: str, value: object, place: str, name: str = "") -> object:
        """A member of the format by its rule; what is of another type is anybody's JSON."""
        if isinstance(value, dict) and rule in known()["format"] and rule not in LISTED:
            return self.object(rule, value, place)
        if isinstance(value, list) and rule in known()["format"]:
            return self.objects(rule, value, place)
        if isinstance(value, str) and self.is_kept(name):
            return value
        if isinstance(value, str):
            return self.rules.get(rule, self.value)(value, place, name)
        if rule == "number" and is_number(value):
            return value if abs(value) < 1e18 else 0
        return self.data(value, place, name, numeric=True)

    def objects(self, kind: str, values: list, place: str) -> list:
        """A list of the format's objects.

        Values of one name that comes again and again may spell something.
        """
        series: frozenset[str] = frozenset()
        if kind == "pair":
            series = numbered(pair.get("name") for pair in values if isinstance(pair, dict))
        stands = in_a_list(values)
        cleaned = []
        for value in values:
            if isinstance(value, dict):
                cleaned.append(self.object(kind, value, place, series, below(stands)))
            else:
                cleaned.append(self.data(value, place, stands=stands, numeric=True))
        return cleaned

    def object(
        self,
        kind: str,
        value: dict,
        place: str,
        series: frozenset[str] = frozenset(),
        stands: Stands = Stands.BELOW,
    ) -> dict:
        """An object of the format.

        What stands beside a `name` in it is the value of something of that name. `series`: names
        whose values may spell something together. `stands`: where members of no format stand.
        """
        rules, cleaned = known()["format"][kind], {}
        named = value.get("name") if isinstance(value.get("name"), str) else None
        for inner, more in value.items():
            name = inner if named is None or inner == "name" else named
            if inner == "value" and named in series:
                cleaned[inner] = self.data(more, kind, name, Stands.ELEMENT, numeric=True)
            elif inner in rules:
                cleaned[inner] = self.member(rules[inner], more, kind, name)
            else:
                after = self.data(more, kind, inner, stands, numeric=True)
                cleaned[self.custom(inner)] = after
        if kind == "body" and value.get("encoding") == "base64":
            cleaned |= self.unpacked_body(value)
        return cleaned

    def unpacked_body(self, value: dict) -> dict:
        """The cleaned `text` of a body that is packed in base64, packed again."""
        text, inside = value.get("text"), content(value)
        if not isinstance(text, str):
            return {}
        cleaned = self.tag(text, "body") if inside is None else self.body(inside)
        return {"text": b64encode(cleaned.encode()).decode()}

    def custom(self, name: str) -> str:
        """A name beside the format's own: it begins with an underscore, and goes on doing so."""
        cleaned = self.name(name)
        return "_" + cleaned if name.startswith("_") and cleaned != name else cleaned

    # --- anybody's JSON ---------------------------------------------------------------------------

    def data(
        self,
        value: object,
        place: str,
        name: str = "",
        stands: Stands = Stands.NAMED,
        numeric: bool = False,
    ) -> object:
        """JSON of the same shape.

        `numeric`: numbers stay numbers, for what stands in the HAR itself and not in a text.
        """
        if self.is_kept(name):
            return value
        if isinstance(value, dict):
            return self.mapping(value, place, stands, numeric)
        if isinstance(value, list):
            stands = Stands.SPELLED if stands is Stands.SPELLED else in_a_list(value)
            return [self.data(one, place, name, stands, numeric) for one in value]
        if isinstance(value, str):
            return self.piece(value, place, name, stands)
        if isinstance(value, bool):
            return value and stands not in SPELLING
        return value if value is None else self.number(value, place, name, stands, numeric)

    def mapping(self, value: dict, place: str, stands: Stands, numeric: bool) -> dict:
        """An object of anybody's JSON. What has numbered names in it is a list in disguise."""
        series = numbered(value)
        elements = in_a_list([value[inner] for inner in series])
        inside = below(stands)
        counted = is_counted(value)
        cleaned_name = self.custom if numeric else self.name
        cleaned = {}
        for inner, more in value.items():
            here = elements if inner in series and inside is not Stands.SPELLED else inside
            name = inner if counted else cleaned_name(inner)
            cleaned[name] = self.data(more, place, inner, here, numeric)
        return cleaned

    def number(
        self, value: float, place: str, name: str, stands: Stands, numeric: bool
    ) -> float | str:
        """A number stays where its name says that it measures something.

        Others may be codes, or parts of a text in numbers.

        A long one becomes a tag, so that equal ids stay equal. A short one does so too where it
        stands alone, under a name that everybody uses; elsewhere short ones could spell a text and
        become 0.
        """
        measured = stands not in SPELLING and names.measures(name)
        short = abs(value) < 1e18 and sum(map(str.isdigit, repr(value))) < 4
        if measured and (short or numeric and abs(value) < 1e13):
            return value
        alone = stands is Stands.NAMED and name.lower() in known()["names"]
        if numeric or stands in SPELLING or (short and not alone):
            self.removed["numbers"] += 1
            return 0
        return self.tag(f"{value:x}" if isinstance(value, int) else repr(value), place)

    def piece(self, text: str, place: str, name: str, stands: Stands) -> str:
        """A text, or `x` where it is so short that several of them could spell another."""
        alone = stands is Stands.NAMED and name.lower() in known()["names"]
        short = len(text) <= (1 if stands is Stands.NAMED else PIECE) or ESCAPED.fullmatch(text)
        if not text or alone or not short or _is_usual(text, name):
            return self.value(text, place, name, stands)
        self.removed["pieces of texts"] += 1
        return PLACEHOLDER

    # --- what a text turns into -------------------------------------------------------------------

    def tag(self, text: str, place: str) -> str:
        """The tag of a text: equal texts have equal tags, and only those.

        An empty text stays empty.
        """
        if not text:
            return ""
        self.removed[known()["places"].get(place, "other texts")] += 1
        return "x-" + hmac.digest(self.key, _octets(text), "sha256").hex()[:10]

    def fits(self, text: str, place: str) -> str:
        """A text whose shape may stay, unless the file shows elsewhere that it is a credential."""
        if text in self.denied:
            return self.tag(text, place)
        self.fitting.add(text)
        return text

    def is_kept(self, name: str) -> bool:
        """Whether the values of this name stay because somebody said so."""
        if not self.keep or name.lower() not in self.keep:
            return False
        self.chosen[name.lower()] += 1
        return True

    def name(self, text: str, place: str = "", name: str = "") -> str:
        """A name that everybody uses stays, in any letter case; another may be a secret."""
        lower = text.lower()
        fine = lower in known()["names"] or lower in self.keep or names.measures(text)
        return text if fine else self.tag(text, "name")

    def listed_names(self, text: str, place: str, name: str = "") -> str:
        """The names of headers that another header lists, such as `Vary`."""
        return re.sub(r"[^\s,*]+", lambda word: self.name(word[0]), text)

    def word(self, text: str, place: str, name: str = "") -> str:
        """The format's own words stay, such as a media type beside a boundary that does not."""
        fine = known()["words"]
        if text.lower() in fine:
            return text
        return re.sub("[^ ,;]+", lambda word: self._unless(fine, word[0], place), text)

    def _unless(self, fine: frozenset, text: str, place: str) -> str:
        return text if text.lower() in fine else self.tag(text, place)

    def value(self, text: str, place: str, name: str = "", stands: Stands = Stands.NAMED) -> str:
        """A token, JSON or an address is taken apart and keeps its shape; else it is a tag."""
        if self.is_kept(name) or _is_usual(text, name):
            return text
        if len(text) > LONGEST:
            return self.tag(text, place)
        if JWT.fullmatch(text):
            return self.token(text, place)
        if (inner := json_value(text)) is not None:
            return self.packed(inner, text, place, stands)
        if re.match(r"(?i)(https?|wss?)://", text):
            return self.url(text, place, keep_host=False)
        return self.tag(text, place)

    def packed(self, inner: object, text: str, place: str, stands: Stands) -> str:
        """JSON in a text, as a text again."""
        try:
            return json.dumps(self.data(inner, place, stands=stands))
        except (
            RecursionError
        ):  # one answer that is nested so must not keep the file from being cleaned
            return self.tag(text, place)

    def token(self, text: str, place: str) -> str:
        """A token of the same shape, with a tag of the whole in the place of its signature."""
        *packed, signature = text.split(".")
        inside = [json_value(unpacked(part) or "") for part in packed]
        if len(inside) != 2 or None in inside:
            return self.tag(text, place)
        cleaned = [json.dumps(self.data(part, place), separators=(",", ":")) for part in inside]
        seal = self.tag(signature and text + signature, place)
        return ".".join([*(b64(part.encode()) for part in cleaned), seal])

    def body(self, text: str, place: str = "body", name: str = "") -> str:
        """A body: JSON and forms are taken apart, anything else becomes one tag."""
        form = len(text) <= LONGEST and FORM.fullmatch(text)
        return self.pairs(text, "body") if form else self.value(text, "body")

    def pairs(self, text: str, place: str) -> str:
        """A query or form with its well-known names; a query without names becomes a tag."""
        pairs = [tuple(map(unquote_plus, pair.partition("="))) for pair in text.split("&")]
        series = numbered(name for name, _, _ in pairs)
        cleaned = [
            (self.name(name), equals, self.paired(value, place, name, series))
            for name, equals, value in pairs
        ]
        return "&".join(
            quote_plus(name) + equals + quote_plus(value) for name, equals, value in cleaned
        )

    def paired(self, value: str, place: str, name: str, series: Iterable[str]) -> str:
        """The value of a query or form: a piece where its name comes again and again."""
        if name in series:
            return self.piece(value, place, name, Stands.ELEMENT)
        return self.value(value, place, name)

    def frame(self, text: str, place: str, name: str = "") -> str:
        """A WebSocket message is one of many: what it says stands in a list."""
        if _SCALAR.match(text) and len(text) < SHORT_JSON:
            return self.scalar(text, place)
        return self.piece(text, place, "", Stands.SPELLED)

    def scalar(self, text: str, place: str) -> str:
        """A message that may be a number or a text of JSON, such as `101` or `"e"`."""
        try:
            value = json.loads(text, parse_constant=str)
        except ValueError:
            return self.piece(text, place, "", Stands.SPELLED)
        return json.dumps(self.data(value, place, stands=Stands.SPELLED))

    # --- the format's own words -------------------------------------------------------------------

    def date(self, text: str, place: str, name: str = "") -> str:
        """A date stays, to the ten-millionth of a second.

        What only a lenient reader takes for one becomes the year 1970.
        """
        if names.HTTP_DATE.fullmatch(text):
            return text
        if iso := names.ISO_DATE.fullmatch(text):
            return text if not iso[1] else text[: iso.end(1)] + iso[2]
        if names.LOOSE_DATE.match(text):
            self.tag(text, place)
            return "1970-01-01T00:00:00Z"
        return self.tag(text, place)

    def count(self, text: str, place: str, name: str = "") -> str:
        """A number of bytes or seconds in a text stays."""
        return text if names.COUNT.fullmatch(text) else self.tag(text, place)

    def delay(self, text: str, place: str, name: str = "") -> str:
        """A `Retry-After` is a number of seconds or a date (RFC 9110, 10.2.3)."""
        cleaned = self.count(text, place) if text.isdigit() else self.date(text, place)
        self.kept[name.lower()] += cleaned == text != ""
        return cleaned

    def written_number(self, text: str, place: str, name: str = "") -> str:
        """Some exporters write the format's numbers as texts."""
        return text if names.PLAIN_NUMBER.fullmatch(text) else self.tag(text, place)

    def address(self, text: str, place: str, name: str = "") -> str:
        """An address becomes another one, of those for documentation (RFC 3849)."""
        if not text:
            return ""
        self.removed["addresses of servers"] += 1
        digest = hmac.digest(self.key, _octets(text.strip("[]").lower()), "sha256")
        return str(IPv6Address(DOCUMENTATION | int.from_bytes(digest[:12])))

    # --- headers and addresses --------------------------------------------------------------------

    def header(self, text: str, place: str, name: str) -> str:
        """A header's value by its name, in any letter case."""
        rule = self.rules.get(known()["in headers"].get(name.lower()), self.value)
        return rule(text, place, name)

    def cookies(self, text: str, place: str, name: str) -> str:
        """The pairs of a `Cookie`, or of each `Set-Cookie` with its attributes."""
        return COOKIE_PAIR.sub(lambda pair: self._cookie(*pair[0].rstrip().partition("=")), text)

    def _cookie(self, name: str, equals: str, value: str) -> str:
        rule = self.rules.get(known()["in cookies"].get(name.lower()), self.value)
        return self.name(name) + equals + (rule(value, "cookie", name) if value else "")

    def scheme(self, text: str, place: str, name: str) -> str:
        """An `Authorization` keeps its scheme."""
        scheme, space, rest = text.partition(" ")
        schemes = known()["authorization schemes"]
        if scheme.lower() not in schemes:
            return self.tag(text, place)
        return scheme + space + self.value(rest.strip(), place)

    def url(self, text: str, place: str, name: str = "", keep_host: bool = True) -> str:
        """An address with its scheme, its well-known segments and names, and perhaps its host."""
        scheme, authority, path, query, fragment = URL.fullmatch(text).groups()
        if scheme and scheme.lower() == "data":
            return self.data_url(text, place)
        if scheme and scheme.lower() not in known()["schemes"]:
            return self.tag(scheme, place) + ":" + self.tag(text, place)
        cleaned = scheme + ":" if scheme else ""
        if authority is not None:
            cleaned += "//" + self.authority(authority, place, "", keep_host)
        cleaned += self.path(path, place)
        if query is not None:
            cleaned += "?" + self.pairs(query, "pair")
        return cleaned if fragment is None else cleaned + "#" + self.tag(fragment, place)

    def data_url(self, text: str, place: str) -> str:
        """A `data:` address keeps its media type; its content becomes a tag (RFC 2397)."""
        kind, _, inside = text[len("data:") :].partition(",")
        media, base64, _ = kind.partition(";base64")
        usual = all(word.lower() in known()["media types"] for word in media.split(";"))
        tag = self.tag(inside or text, place)
        packed = b64encode(tag.encode()).decode() if base64 else tag
        return f"data:{media if usual else ''}{base64},{packed}"

    def authority(self, text: str, place: str, name: str = "", keep_host: bool = True) -> str:
        """User, host and port.

        The user part is a secret; the host is one where it may not stay or looks like one.
        """
        parts = names.AUTHORITY.fullmatch(text)
        if not parts:
            return self.tag(text, place)
        user, host, port = parts.groups("")
        before = self.tag(user, place) + "@" if parts[1] is not None else ""
        return before + self.host(host, place, keep_host) + port

    def host(self, host: str, place: str, keep_host: bool = True) -> str:
        """A host name, with a tag for each jumbled label; one tag where it may not stay."""
        if not keep_host or self.hosts or not names.plain_host(host):
            return self.tag(host, place)
        if host.startswith("["):
            return self.fits(host, place)
        return ".".join(
            self.fits(label, place) if names.plain_label(label) else self.tag(label, place)
            for label in host.split(".")
        )

    def path(self, text: str, place: str, name: str = "") -> str:
        """A path with its well-known segments. Many short ones in a row may spell something."""
        segments = [unquote(segment) for segment in text.split("/")]
        pieces = [segment for segment in segments if 0 < len(segment) < 4]
        if len(pieces) < SPELLED:
            pieces = []
        usual = known()["path segments"]
        return "/".join(
            self.piece(segment, place, "", Stands.ELEMENT)
            if segment in pieces
            else self._unless(usual, segment, place)
            for segment in segments
        )

    # --- what support needs -----------------------------------------------------------------------

    def request_id(self, text: str, place: str, name: str) -> str:
        """Ids under which the operator, and nobody else, looks a request up.

        Each stays where it has the shape of one.
        """
        s3 = known()["in headers"].get(name.lower()) == "s3 request id"
        shape = names.S3_REQUEST_ID if s3 else names.REQUEST_ID
        return self._words(
            r"[^\s,;]+", lambda word, _: bool(shape.fullmatch(word)), text, place, name
        )

    def cache_state(self, text: str, place: str, name: str) -> str:
        """What caches say: `HIT`, `Miss from cloudfront`, `max-age=600`, `hit/12`, an age."""
        return self._words(r'[^\s,;"()]+', _says_cache, text, place, name)

    def software(self, text: str, place: str, name: str) -> str:
        """Products with short versions: `Apache/2.4.41 (Ubuntu)`, `cloudflare`."""
        return self._words(r"[^\s,;:()]+", _is_software, text, place, name, hosts=self.hosts)

    def agent(self, text: str, place: str, name: str) -> str:
        """A `User-Agent`: the family and version of browser, engine and system."""
        return self._words(r"[^\s,;:()]+", _is_agent, text, place, name)

    def _words(
        self,
        pattern: str,
        fine: Callable[[str, str], bool],
        text: str,
        place: str,
        name: str,
        hosts: bool = False,
    ) -> str:
        """A text in which a word stays that is fine after the one before it; others are tags."""
        before, any_fits = "", False

        def judged(match: re.Match) -> str:
            nonlocal before, any_fits
            word, last = match[0], before
            before = word
            if not fine(word, last) or hosts and "." in word.split("/")[0].strip(".0123456789v"):
                return self.tag(word, place)
            after = self.fits(word, place)
            any_fits |= after == word
            return after

        cleaned = re.sub(pattern, judged, text) if len(text) < 1000 else self.tag(text, place)
        if place in ("creator", "browser"):
            self.kept[place] = 1
        else:
            self.kept[name.lower()] += any_fits
        return cleaned


def _is_usual(text: str, name: str) -> bool:
    """Whether a text consists of words that everybody uses under this name."""
    usual = known()["values"].get(name.lower(), ())
    return bool(usual) and all(word in usual for word in re.split("[ ,;]+", text))


def _says_cache(word: str, before: str) -> bool:
    shapes = (names.DIRECTIVE, names.HITS, names.COUNT)
    return word.lower() in known()["cache words"] or any(shape.fullmatch(word) for shape in shapes)


@lru_cache(maxsize=4096)
def _is_software(word: str, before: str) -> bool:
    product, slash, version = word.partition("/")
    if names.VERSION.fullmatch(word) or names.EDGE_SERVER.fullmatch(word):
        return True
    plain = product.lower() in known()["products"] or names.PLAIN_WORD.fullmatch(product)
    return bool(plain) and (not slash or bool(names.VERSION.fullmatch(version)))


@lru_cache(maxsize=4096)
def _is_agent(word: str, before: str) -> bool:
    product, slash, version = word.partition("/")
    if not slash:
        system = before.lower() in known()["systems"]
        rv = before.lower() == "rv" and names.VERSION.fullmatch(word)
        numbered = names.OS_VERSION.fullmatch(word) or names.VERSION.fullmatch(word)
        return word.lower() in known()["agent words"] or bool(system and numbered or rv)
    shapes = [
        names.VERSION,
        *{"gecko": [names.BUILD_DATE], "mobile": [names.BUILD]}.get(product.lower(), []),
    ]
    return product.lower() in known()["products"] and any(
        shape.fullmatch(version) for shape in shapes
    )


def numbered(all_names: Iterable[object]) -> frozenset[str]:
    """Names whose values may be pieces of one text.

    They come again and again, such as `token[]=101&token[]=121`, or differ in nothing but numbers,
    such as `t0=101&t1=121`.
    """
    texts = [name for name in all_names if isinstance(name, str)]
    counted = Counter(_NUMBER.sub("0", name) for name in texts)
    all_numbers = is_counted(texts)
    return frozenset(
        name
        for name in texts
        if counted[_NUMBER.sub("0", name)] >= SERIES or name.endswith("]") or all_numbers
    )


def is_counted(all_names: Collection[str]) -> bool:
    """Whether names are 0, 1, 2 ... or 1, 2, 3 ..., in any order."""
    count = len(all_names)
    return any(set(all_names) == {*map(str, range(at, count + at))} for at in (0, 1))


def in_a_list(values: list) -> Stands:
    """Where the elements of a list stand: they may spell something where each holds one number."""
    one_each = len(values) >= SERIES and all(count_numbers(one) == 1 for one in values)
    return Stands.SPELLED if one_each else Stands.ELEMENT


def below(stands: Stands) -> Stands:
    """Where the members of an object stand that stands there itself."""
    return Stands.BELOW if stands is Stands.ELEMENT else stands


def count_numbers(value: object) -> int:
    """How many numbers stand in a JSON value, and in short texts of JSON in it: 0, 1, or 2 for
    more."""
    if is_number(value):
        return 1
    if isinstance(value, str):
        value = json_value(value) if len(value) < SHORT_JSON else None
    inner = value.values() if isinstance(value, dict) else value
    total = 0
    for one in inner if isinstance(value, dict | list) else ():
        total += count_numbers(one)
        if total > 1:
            return 2
    return total


def is_number(value: object) -> bool:
    """Whether a value is a number, which a truth value is not."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def _octets(text: str) -> bytes:
    """The UTF-8 of a text, also of one that was read narrowly or that has none."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


def _silent(done: int, size: int) -> None: ...


def clean(
    har: dict, salt: str, progress: Progress = _silent, removed: Counter | None = None
) -> dict:
    """A cleaned copy of a HAR in memory; `removed` counts what was replaced.

    Raises NotHar where it is no HAR.
    """
    secrets = frozenset().union(*map(secrets_of, checked(har)["entries"]))
    return clean_with(Cleaner(salt, removed, denied=secrets), har, progress)


def clean_with(cleaner: Cleaner, har: dict, progress: Progress = _silent) -> dict:
    """A cleaned copy of a HAR in memory, by a cleaner with settings of its own."""
    log, entries = checked(har), []
    around = cleaner.part("log", {name: value for name, value in log.items() if name != "entries"})
    for number, entry in enumerate(log["entries"], 1):
        entries.append(cleaner.part("entry", entry))
        progress(number, len(log["entries"]))
    return {"log": around | {"entries": entries}}


def said(removed: Counter) -> str:
    """What was replaced, as a sentence: `Replaced 12 cookies, 4 header values.`"""
    ranked = sorted(removed.items(), key=lambda item: (-item[1], item[0]))
    counted = ", ".join(f"{number} {place}" for place, number in ranked if number)
    return f"Replaced {counted}." if counted else "Replaced nothing: there was nothing to replace."
