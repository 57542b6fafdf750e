"""Cleaning a HAR file by default deny: what is not known to be harmless is replaced, and what is equal stays equal.

What may stay is data (data/har-names.json): names that everybody uses, and the members of the HAR format with what each may hold.
Every other text becomes a tag, `x-` and ten hexadecimal digits of HMAC-SHA256 under a salt. Without the salt nobody can try guesses
against a tag, as one can against a plain hash.
"""
import hmac
import json
import re
from base64 import b64encode
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote_plus, unquote, unquote_plus

from labutils.identity.keys import b64
from labutils.incident.har_reading import TOO_DEEP, NotHar, checked, content, json_value, narrow, parts, unpacked
from labutils.lab import data_file

Progress = Callable[[int, int], object]  # called with what is done and what there is to do

DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?(Z|[+-]\d\d:?\d\d)"
                  r"|[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT", re.ASCII)
COUNT = re.compile("[0-9]{1,12}")
URL = re.compile(r"(?s)(?:([A-Za-z][\w+.-]*):)?(?://([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?")  # RFC 3986, appendix B
AUTHORITY = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^:@]*)(:[0-9]{0,5})?")
JWT = re.compile(r"(?:ey|e30)[\w-]*(?:\.[\w-]*){2}(?:(?:\.[\w-]*){2})?")
FORM = re.compile(r"(?a)[^\s=&<>{}]{1,100}=[^\s&<>]*+(?:&[^\s=&<>]{1,100}=[^\s&<>]*+)*+")
LABEL = r"(?!(?=\w*\d)\w{16})[a-z0-9-]{0,24}"  # of a host name: short, and no jumble of letters and digits
HOST = re.compile(rf"\[[0-9A-Fa-f:.]+\]|{LABEL}(\.{LABEL})+|[a-z-]{{0,24}}")  # a name without a domain, such as localhost, has no digits
LONGEST = 4_000_000  # characters of a text that is taken apart; a longer one becomes one tag, so that memory stays small


@cache
def known() -> dict:
    """data/har-names.json, with its lists as sets of lower-case words."""
    data = json.loads(data_file("har-names.json").read_text(encoding="utf-8"))
    sets = {name: frozenset(map(str.lower, found)) for name, found in data.items() if isinstance(found, list)}
    return data | sets | {"words": sets["words"] | sets["media types"], "path segments": sets["path segments"] | sets["names"] | {""}}


class Cleaner:
    """Cleans the parts of one HAR under one salt, and counts in `removed` what it replaced, by place.

    Each rule is a method that takes a text, the place where it stands, and the name under which it stands there.
    """

    def __init__(self, salt: str, removed: Counter | None = None):
        self.key, self.removed = _octets(salt), Counter() if removed is None else removed
        self.rules: dict[str, Callable[[str, str, str], str]] = {
            "authority": self.authority, "body": self.body, "cookies": self.cookies, "header": self.header, "name": self.name,
            "path": self.path, "scheme": self.scheme, "url": self.url, "word": self.word, "media type": self.word,
            "date": lambda text, place, name: text if DATE.fullmatch(text) else self.tag(text, place),
            "count": lambda text, place, name: text if COUNT.fullmatch(text) else self.tag(text, place)}

    def part(self, kind: str, value: dict) -> dict:
        """An entry, or the log around the entries. Raises NotHar where it is nested more deeply than Python can follow."""
        try:
            return self.member(kind, value, kind)
        except RecursionError as error:
            raise NotHar(TOO_DEEP) from error

    def member(self, rule: str, value: object, place: str, name: str = "") -> object:
        """JSON of the same shape, each text by the rule that the HAR format has for it, or by its name where there is none.

        Numbers of four digits or more may be codes or telephone numbers, and become tags, except where the format has a number.
        """
        if isinstance(value, dict):
            return self.object(rule, value, place)
        if isinstance(value, list):
            return [self.member(rule, one, place, name) for one in value]
        if isinstance(value, str):
            return self.rules.get(rule, self.value)(value, place, name)
        if value is None or (abs(value) < 1e18 and (rule == "number" or sum(map(str.isdigit, repr(value))) < 4)):
            return value
        return self.tag(f"{value:x}" if isinstance(value, int) else repr(value), place)

    def object(self, kind: str, value: dict, place: str) -> dict:
        """An object with its members. What stands beside a `name` in the HAR format is the value of something of that name."""
        rules, cleaned, named = known()["format"].get(kind, {}), {}, value.get("name")
        for inner, more in value.items():
            rule, name = rules.get(inner, "any"), named if rules and isinstance(named, str) else inner
            cleaned[inner if inner in rules else self.name(inner)] = self.member(rule, more, kind if rules else place, name)
        if kind == "body" and value.get("encoding") == "base64" and isinstance(value.get("text"), str):
            inside = content(value)
            text = self.tag(value["text"], kind) if inside is None else self.body(inside)
            cleaned["text"] = b64encode(text.encode()).decode()
        return cleaned

    # --- what a text turns into ---------------------------------------------------------------------------------

    def tag(self, text: str, place: str) -> str:
        """The tag of a text: equal texts have equal tags, and only those. An empty text stays empty."""
        if not text:
            return ""
        self.removed[known()["places"].get(place, "other texts")] += 1
        return "x-" + hmac.digest(self.key, _octets(text), "sha256").hex()[:10]

    def name(self, text: str, place: str = "", name: str = "") -> str:
        """A name that everybody uses stays, in any letter case; another one is a secret until shown otherwise."""
        return text if text.lower() in known()["names"] else self.tag(text, "name")

    def word(self, text: str, place: str, name: str = "") -> str:
        """The format's own words stay, such as a media type beside a boundary that does not."""
        fine = known()["words"]
        return text if text.lower() in fine else re.sub("[^ ,;]+", lambda word: self._unless(fine, word[0], place), text)

    def _unless(self, fine: frozenset, text: str, place: str) -> str:
        return text if text.lower() in fine else self.tag(text, place)

    def value(self, text: str, place: str, name: str = "") -> str:
        """A text is taken apart where it is a token, JSON or an address, so that its shape stays; else it becomes a tag."""
        allowed = known()["values"].get(name.lower(), ())
        if allowed and all(word in allowed for word in re.split("[ ,;]+", text)):
            return text
        if len(text) > LONGEST:
            return self.tag(text, place)
        if JWT.fullmatch(text):
            return self.token(text, place)
        if (inner := json_value(text)) is not None:
            try:
                return json.dumps(self.member("any", inner, place))
            except RecursionError:  # an answer that is nested hundreds deep must not keep the whole file from being cleaned
                return self.tag(text, place)
        if re.match(r"(?i)(https?|wss?)://", text):
            return self.url(text, place, keep_host=False)
        return self.tag(text, place)

    def token(self, text: str, place: str) -> str:
        """A token of the same shape: known names, other values, and in the place of the signature a tag of the whole."""
        *packed, signature = text.split(".")
        inside = [json_value(unpacked(part) or "") for part in packed]
        if len(inside) != 2 or None in inside:
            return self.tag(text, place)
        cleaned = [json.dumps(self.member("any", part, place), separators=(",", ":")) for part in inside]
        return ".".join([*(b64(part.encode()) for part in cleaned), self.tag(signature and text + signature, place)])

    def body(self, text: str, place: str = "body", name: str = "") -> str:
        """A body: JSON and forms are taken apart, anything else becomes one tag."""
        form = len(text) <= LONGEST and FORM.fullmatch(text)
        return self.pairs(text, "body") if form else self.value(text, "body")

    def pairs(self, text: str, place: str) -> str:
        """A query or form with its well-known names; a query without names becomes a tag."""
        pairs = [map(unquote_plus, pair.partition("=")) for pair in text.split("&")]
        return "&".join(quote_plus(self.name(name)) + equals + quote_plus(self.value(value, place, name)) for name, equals, value in pairs)

    # --- headers and addresses ----------------------------------------------------------------------------------

    def header(self, text: str, place: str, name: str) -> str:
        """A header's value by its name, in any letter case."""
        return self.rules.get(known()["in headers"].get(name.lower()), self.value)(text, place, name)

    def cookies(self, text: str, place: str, name: str) -> str:
        """The pairs of a `Cookie`, or of each `Set-Cookie` in a line of its own with its attributes."""
        return re.sub(r"[^;\s][^;\n]*", lambda pair: self._cookie(*pair[0].rstrip().partition("=")), text)

    def _cookie(self, name: str, equals: str, value: str) -> str:
        rule = self.rules.get(known()["in cookies"].get(name.lower()), self.value)
        return self.name(name) + equals + (rule(value, "cookie", name) if value else "")

    def scheme(self, text: str, place: str, name: str) -> str:
        """An `Authorization` keeps its scheme."""
        scheme, space, rest = text.partition(" ")
        schemes = known()["authorization schemes"]
        return scheme + space + self.value(rest.strip(), place) if scheme.lower() in schemes else self.tag(text, place)

    def url(self, text: str, place: str, name: str = "", keep_host: bool = True) -> str:
        """An address with its scheme, its well-known segments and names, and the host where `keep_host` says so."""
        scheme, authority, path, query, fragment = URL.fullmatch(text).groups()
        if scheme and scheme.lower() not in ("http", "https", "ws", "wss"):
            return self.tag(text, place)
        return "".join([scheme + ":" if scheme else "", "" if authority is None else "//" + self.authority(authority, place, "", keep_host),
                        self.path(path, place), "" if query is None else "?" + self.pairs(query, "pair"),
                        "" if fragment is None else "#" + self.tag(fragment, place)])

    def authority(self, text: str, place: str, name: str = "", keep_host: bool = True) -> str:
        """Host and port, the host as a tag where it may not stay or looks like a secret; with a user name before it, one tag."""
        found = AUTHORITY.fullmatch(text)
        if not found:
            return self.tag(text, place)
        host, port = found.groups("")
        return (host if keep_host and HOST.fullmatch(host) else self.tag(host, place)) + port

    def path(self, text: str, place: str, name: str = "") -> str:
        """A path with its well-known segments."""
        return "/".join(self._unless(known()["path segments"], unquote(segment), place) for segment in text.split("/"))


def _octets(text: str) -> bytes:
    """The UTF-8 of a text: of one that was read from a file narrowly, and of one that is nobody's UTF-8."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


def _silent(done: int, size: int) -> None: ...


def clean(har: dict, salt: str, progress: Progress = _silent, removed: Counter | None = None) -> dict:
    """A cleaned copy of a HAR in memory; `removed` counts what was replaced. Raises NotHar where it is no HAR."""
    log, cleaner, entries = checked(har), Cleaner(salt, removed), []
    around = cleaner.part("log", {name: value for name, value in log.items() if name != "entries"})
    for number, entry in enumerate(log["entries"], 1):
        entries.append(cleaner.part("entry", entry))
        progress(number, len(log["entries"]))
    return {"log": around | {"entries": entries}}


def clean_file(source: Path, target: Path, salt: str, progress: Progress = _silent) -> Counter:
    """Clean a file, one entry at a time, and say what was replaced. The target appears when it is whole, with the entries first.

    Raises NotHar for what is no HAR, and OSError for what cannot be read or written; then nothing has been written.
    """
    cleaner, lead = Cleaner(salt), "\n"
    with source.open("rb") as file, TemporaryDirectory(dir=target.parent, prefix=".har-") as folder:
        text, whole = narrow(file), Path(folder, "cleaned.har")
        with whole.open("w", encoding="utf-8") as out:
            out.write('{"log": {"entries": [')
            for kind, part, at in parts(text):
                written = json.dumps(cleaner.part(kind, part))
                out.write(lead + written if kind == "entry" else "\n]" + (", " if part else "") + written[1:] + "}\n")
                lead = ",\n"
                progress(at, len(text))
        whole.replace(target)
    return cleaner.removed


def said(removed: Counter) -> str:
    """What was replaced, as a sentence: `Replaced 12 cookies, 4 header values.`"""
    found = ", ".join(f"{number} {place}" for place, number in sorted(removed.items(), key=lambda item: (-item[1], item[0])))
    return f"Replaced {found}." if found else "Replaced nothing: there was nothing to replace."
