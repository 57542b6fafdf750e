"""Cleaning a HAR file by default deny: what is not known to be harmless is replaced, and what is equal stays equal.

What may stay is data (data/har-names.json): names that everybody uses, and the members of the HAR format with what each may hold.
Every other text becomes a tag, `x-` and ten hexadecimal digits of HMAC-SHA256 under a salt. Without the salt nobody can try guesses
against a tag, as one can against a plain hash.
"""
import hmac
import json
import math
import os
import re
import tempfile
from base64 import b64encode
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path
from urllib.parse import quote_plus, unquote, unquote_plus

from labutils.identity.keys import b64
from labutils.incident.har_reading import NotHar, checked, content, events, json_value, unpacked
from labutils.lab import data_file

Progress = Callable[[int, int], object]  # called with what is done and what there is to do

DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?(Z|[+-]\d\d:?\d\d)"
                  r"|[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT")
URL = re.compile(r"(?s)(?:([A-Za-z][\w+.-]*):)?(?://([^/?#]*))?([^?#]*)(?:(\?)([^#]*))?(?:(#)(.*))?")  # RFC 3986, appendix B
AUTHORITY = re.compile(r"(?s)(?:(.*)@)?(\[[0-9A-Fa-f:.]+\]|[^:]*)(?::(.*))?")
JWT = re.compile(r"(?:ey|e30)[\w-]*(?:\.[\w-]*){2}(?:(?:\.[\w-]*){2})?")
FORM = re.compile(r"[^\s=&<>{}]{1,100}=[^\s&<>]*+(?:&[^\s=&<>]{1,100}=[^\s&<>]*+)*+")
LABEL = re.compile(r"(?!(?=\w*\d)\w{16})[a-z0-9-]{0,24}")  # of a host name: short, and no jumble of letters and digits
LONGEST = 4_000_000  # characters of a text that is taken apart; a longer one becomes one tag, so that memory stays small
SCHEMES = ("http", "https", "ws", "wss")
IN_HEADERS = {"location": "url", "referer": "url", "origin": "url", "content-location": "url", ":path": "url", "host": "authority",
              ":authority": "authority", "cookie": "cookie pairs", "set-cookie": "set-cookie", "authorization": "scheme",
              "proxy-authorization": "scheme", "www-authenticate": "scheme", "date": "date", "expires": "date", "last-modified": "date",
              "if-modified-since": "date", "content-length": "count", "age": "count", "retry-after": "count"}
PLACES = {"header": "header values", "cookie": "cookies", "pair": "query and form values", "body": "values in bodies", "name": "names",
          "message": "WebSocket messages", "url": "parts of addresses", "page": "page titles and names", "tool": "names of programs"}


@cache
def known() -> dict:
    """data/har-names.json, with its lists as sets of lower-case words."""
    data = json.loads(data_file("har-names.json").read_text())
    sets = {name: frozenset(map(str.lower, found)) for name, found in data.items() if isinstance(found, list)}
    return data | sets | {"words": sets["words"] | sets["media types"], "path segments": sets["path segments"] | sets["names"] | {""}}


class Cleaner:
    """Cleans the parts of one HAR under one salt, and counts in `removed` what it replaced, by place."""

    def __init__(self, salt: str, removed: Counter | None = None):
        self.key, self.removed = salt.encode("utf-8", "surrogatepass"), Counter() if removed is None else removed
        self.rules: dict[str, Callable] = {
            "json": self.json, "text": self.json, "named": self.json, "number": self.number, "numbers": self.numbers, "date": self.date,
            "word": self.word, "media type": self.word, "name": self.name_of, "url": self.url_of, "path": self.path_of,
            "header": self.header, "body": self.body_of, "authority": self.authority, "cookie pairs": self.cookie_pairs,
            "set-cookie": self.set_cookie, "scheme": self.scheme, "count": self.count}

    # --- what a text turns into ---------------------------------------------------------------------------------

    def tag(self, text: str, place: str) -> str:
        """The tag of a text: equal texts have equal tags, and only those. An empty text stays empty."""
        if not text:
            return ""
        self.removed[PLACES.get(place, "other texts")] += 1
        return "x-" + hmac.digest(self.key, text.encode("utf-8", "surrogatepass"), "sha256").hex()[:10]

    def name(self, text: str) -> str:
        """A name that everybody uses stays, in any letter case; another one is a secret until shown otherwise."""
        return text if text.lower() in known()["names"] else self.tag(text, "name")

    def value(self, text: str, place: str, name: str = "") -> str:
        """A text is taken apart where it is a token, JSON or an address, so that its shape stays; else it becomes a tag."""
        allowed = known()["values"].get(name.lower(), ())
        if allowed and all(word in allowed for word in re.split("[ ,;]+", text)):
            return text
        if len(text) > LONGEST:
            return self.tag(text, place)
        if JWT.fullmatch(text) and isinstance(header := json_value(unpacked(text.partition(".")[0]) or ""), dict):
            return self.token(text, header, place)
        if (inner := json_value(text)) is not None:
            try:
                return json.dumps(self.json(inner, place))
            except RecursionError:  # an answer that is nested hundreds deep must not keep the whole file from being cleaned
                return self.tag(text, place)
        if re.match(r"(?i)(https?|wss?)://", text):
            return self.url(text, place, keep_host=False)
        return self.tag(text, place)

    def token(self, text: str, header: dict, place: str) -> str:
        """A token of the same shape: known names, other values, and in the place of the signature a tag of the whole."""
        _, payload, *rest = text.split(".")
        claims = json_value(unpacked(payload) or "") if len(rest) == 1 else None
        middle = self.tag(payload, place) if claims is None else _packed(self.json(claims, place))
        return ".".join([_packed(self.json(header, place)), middle, *(self.tag(part and text + part, place) for part in rest)])

    def json(self, value: object, place: str, name: str = "") -> object:
        """JSON of the same shape. Numbers of four digits or more may be codes or telephone numbers, and become tags."""
        if isinstance(value, dict):
            return {self.name(str(inner)): self.json(more, place, str(inner)) for inner, more in value.items()}
        if isinstance(value, list):
            return [self.json(more, place, name) for more in value]
        if value is None or isinstance(value, bool) or (isinstance(value, int) and abs(value) < 1000):
            return value
        if isinstance(value, float) and math.isfinite(value) and sum(map(str.isdigit, repr(value))) < 4:
            return value
        return self.value(value if isinstance(value, str) else _digits(value), place, name)

    def body(self, text: str) -> str:
        """A body: JSON and forms are taken apart, anything else becomes one tag."""
        if len(text) <= LONGEST and FORM.fullmatch(text):
            return self.pairs(text, "body")
        return self.value(text, "body")

    # --- addresses ----------------------------------------------------------------------------------------------

    def url(self, text: str, place: str = "url", keep_host: bool = True) -> str:
        """An address with its scheme, its well-known segments and names, and the host where `keep_host` says so."""
        scheme, authority, path, asks, query, hangs, fragment = URL.fullmatch(text).groups()
        if scheme and scheme.lower() not in SCHEMES:
            return self.tag(text, place)
        front = (scheme + ":" if scheme else "") + ("" if authority is None else "//" + self.authority(authority, place, "", keep_host))
        return "".join([front, self.path(path, place), asks or "", self.pairs(query or "", "pair"), hangs or "",
                        self.pairs(fragment or "", "pair")])

    def authority(self, text: str, place: str = "url", name: str = "", keep_host: bool = True) -> str:
        """Host and port; a user name before the host is none of support's business, and neither is a label that is a secret."""
        user, host, port = AUTHORITY.fullmatch(text).groups()
        if not keep_host:
            host = self.tag(host, place)
        elif not host.startswith("["):
            lone = "." not in host and re.search(r"\d", host)  # a name without a domain, such as localhost, has no digits
            host = ".".join(label if LABEL.fullmatch(label) and not lone else self.tag(label, place) for label in host.split("."))
        port = port if port is None or re.fullmatch(r"\d{0,5}", port) else self.tag(port, place)
        return ("" if user is None else self.tag(user, place) + "@") + host + ("" if port is None else ":" + port)

    def path(self, text: str, place: str) -> str:
        """A path with its well-known segments."""
        fine = known()["path segments"]
        return "/".join(segment if unquote(segment).lower() in fine else self.tag(unquote(segment), place) for segment in text.split("/"))

    def pairs(self, text: str, place: str) -> str:
        """A query or form with its well-known names; a query without names becomes a tag."""
        return "&".join(self._pair(pair, place) for pair in text.split("&"))

    def _pair(self, pair: str, place: str) -> str:
        name, equals, value = pair.partition("=")
        name, value = unquote_plus(name), unquote_plus(value)
        return quote_plus(self.name(name)) + equals + quote_plus(self.value(value, place, name) if value else "", errors="replace")

    # --- the members of the HAR format, by the rules of data/har-names.json -------------------------------------------

    def member(self, rule: str | list, value: object, place: str, name: str = "") -> object:
        """A member of the format by its rule; what is not of the kind that the format has there is treated as any JSON."""
        if isinstance(rule, list):
            return [self.member(rule[0], one, place) for one in value] if isinstance(value, list) else self.json(value, place)
        if isinstance(value, dict) and rule in known()["format"]:
            return self.object(rule, value)
        if isinstance(value, str) or rule in ("number", "numbers"):
            return self.rules.get(rule, self.json)(value, place, name)
        return self.json(value, place, name)

    def object(self, kind: str, value: dict) -> dict:
        """An object of the format, with the members that the format has; others count as any JSON."""
        rules, name, cleaned = known()["format"][kind], value.get("name"), {}
        name = name if isinstance(name, str) else ""
        for inner, more in value.items():
            if kind == "body" and inner == "text" and value.get("encoding") == "base64" and isinstance(more, str):
                cleaned[inner] = self.packed_body(value)
            else:
                inner = str(inner)
                cleaned[inner if inner in rules else self.name(inner)] = self.member(rules.get(inner, "json"), more, kind, name or inner)
        return cleaned

    def packed_body(self, body: dict) -> str:
        """A body in base64 stays in base64, with what is inside cleaned."""
        inside = content(body)
        return b64encode((self.tag(body["text"], "body") if inside is None else self.body(inside)).encode("utf-8", "replace")).decode()

    def number(self, value: object, place: str, name: str) -> object:
        """The format's own numbers stay."""
        plain = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e18
        return value if plain else self.json(value, place)

    def numbers(self, value: object, place: str, name: str) -> object:
        """An object of numbers, such as timings."""
        if not isinstance(value, dict):
            return self.json(value, place)
        return {inner if inner in TIMINGS else self.name(str(inner)): self.number(more, place, inner) for inner, more in value.items()}

    def date(self, text: str, place: str, name: str) -> str:
        return text if DATE.fullmatch(text) else self.tag(text, place)

    def word(self, text: str, place: str, name: str) -> str:
        """The format's own words stay, such as a media type beside a boundary that does not."""
        fine = known()["words"]
        return text if text.lower() in fine else re.sub("[^ ,;]+", lambda word: self._word(word[0], place, fine), text)

    def _word(self, word: str, place: str, fine: frozenset) -> str:
        return word if word.lower() in fine else self.tag(word, place)

    def name_of(self, text: str, place: str, name: str) -> str:
        return self.name(text)

    def url_of(self, text: str, place: str, name: str) -> str:
        return self.url(text)

    def path_of(self, text: str, place: str, name: str) -> str:
        return self.path(text, place)

    def body_of(self, text: str, place: str, name: str) -> str:
        return self.body(text)

    def header(self, text: str, place: str, name: str) -> str:
        """A header's value by its name, in any letter case. An `Authorization` keeps its scheme, a `Cookie` its shape."""
        rule = IN_HEADERS.get(name.lower())
        return self.rules[rule](text, place, name) if rule else self.value(text, place, name)

    def scheme(self, text: str, place: str, name: str) -> str:
        scheme, space, rest = text.partition(" ")
        return scheme + space + self.value(rest.strip(), place) if scheme.lower() in AUTH_SCHEMES else self.value(text, place)

    def count(self, text: str, place: str, name: str) -> str:
        return text if re.fullmatch("[0-9]{1,12}" if name.lower() == "content-length" else "[0-9]{1,3}", text) else self.tag(text, place)

    def cookie_pairs(self, text: str, place: str, name: str) -> str:
        return "; ".join(self._cookie(pair) for pair in text.split(";"))

    def set_cookie(self, text: str, place: str, name: str) -> str:
        """One cookie a line, as browsers join them; its attributes stay where they say nothing about anybody."""
        lines = [line.split(";") for line in text.split("\n")]
        return "\n".join("; ".join([self._cookie(pair), *map(self._attribute, attributes)]) for pair, *attributes in lines)

    def _cookie(self, pair: str) -> str:
        name, equals, value = pair.strip().partition("=")
        return self.name(name) + equals + self.value(value, "cookie", name)

    def _attribute(self, text: str) -> str:
        name, equals, value = text.strip().partition("=")
        rule = {"path": self.path_of, "expires": self.date}.get(name.lower(), self.value)
        return self.name(name) + equals + (rule(value, "cookie", name) if value else "")


TIMINGS = ("blocked", "dns", "connect", "send", "wait", "receive", "ssl", "onContentLoad", "onLoad")
AUTH_SCHEMES = ("bearer", "basic", "dpop", "digest", "negotiate")


def _packed(value: object) -> str:
    return b64(json.dumps(value, separators=(",", ":")).encode())


def _digits(value: object) -> str:
    return f"{value:x}" if isinstance(value, int) else repr(value)  # Python writes no whole number of more than 4,300 digits


def clean(har: dict, salt: str, progress: Progress | None = None, removed: Counter | None = None) -> dict:
    """A cleaned copy of a HAR in memory; `removed` counts what was replaced. Raises NotHar where it is no HAR."""
    log, cleaner = checked(har), Cleaner(salt, removed)
    try:
        cleaned = cleaner.object("log", {name: value for name, value in log.items() if name != "entries"}) | {"entries": []}
        for number, entry in enumerate(log["entries"], 1):
            cleaned["entries"].append(cleaner.object("entry", entry))
            if progress:
                progress(number, len(log["entries"]))
    except RecursionError as error:
        raise NotHar("The HAR is nested too deeply to be one.") from error
    return {"log": cleaned}


def clean_file(source: Path, target: Path, salt: str, progress: Progress | None = None) -> Counter:
    """Clean a file of any size, one entry at a time, and say what was replaced. The target appears when it is whole.

    Raises NotHar for what is no HAR, and OSError for what cannot be read or written; then nothing has been written.
    """
    cleaner, size = Cleaner(salt), source.stat().st_size
    with source.open("rb") as file, tempfile.NamedTemporaryFile("w", dir=target.parent, prefix=".har-", delete=False) as out:
        try:
            lead = '{"log":{\n'
            for name, value in events(file):
                if name in ("[", "]"):
                    out.write(lead + '"entries":[\n' if name == "[" else "\n]")
                else:
                    part = cleaner.object("entry", value) if name == "entry" else cleaner.object("log", {name: value})
                    text = json.dumps(part)
                    out.write(("" if lead == "" else lead) + (text if name == "entry" else text[1:-1]))
                lead = "" if name == "[" else ",\n"
                if progress:
                    progress(file.tell(), size)
            out.write("\n}}\n")
            out.close()
            os.replace(out.name, target)
        except RecursionError as error:
            raise NotHar("The file is nested too deeply to be a HAR file.") from error
        finally:
            Path(out.name).unlink(missing_ok=True)
    return cleaner.removed


def said(removed: Counter) -> str:
    """What was replaced, as a sentence: `Replaced 12 cookies, 4 header values.`"""
    found = ", ".join(f"{number} {place}" for place, number in sorted(removed.items(), key=lambda item: (-item[1], item[0])))
    return f"Replaced {found}." if found else "Replaced nothing: there was nothing to replace."
