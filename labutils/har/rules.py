"""Clean a text by its kind: a date, a host, a version, a request id.

Each rule takes a text and the place where it stands, and some take its name as well. What has the
shape that the kind asks for stays, or stays in part; anything else becomes a tag.
"""

import re
from base64 import b64encode
from collections.abc import Callable
from functools import lru_cache
from urllib.parse import unquote

from labutils.har import names
from labutils.har.names import known
from labutils.har.reading import PLACEHOLDER
from labutils.har.spelling import SEGMENTS
from labutils.har.tagging import Tagger

LONGEST_LINE = 1000  # characters of a header in which products or states are looked for


class Rules:
    """The rules for texts with no JSON, form or address in them. `hosts`: host names go as well."""

    def __init__(self, tagger: Tagger, *, hosts: bool = False):
        self.tagger, self.hosts = tagger, hosts
        self.tag, self.fits = tagger.tag, tagger.fits

    # --- names and words -------------------------------------------------------------------------

    def name(self, text: str) -> str:
        """Return a name that everybody uses, in any letter case; else a tag."""
        lower = text.lower()
        fine = lower in known().names or lower in self.tagger.keep or names.measures(text)
        return text if fine else self.tag(text, "name")

    def custom_name(self, text: str) -> str:
        """Clean a name outside the format; one that begins with an underscore still does."""
        cleaned = self.name(text)
        return "_" + cleaned if text.startswith("_") and cleaned != text else cleaned

    def listed_names(self, text: str) -> str:
        """Clean the header names that another header lists, such as `Vary`."""
        return re.sub(r"[^\s,*]+", lambda word: self.name(word[0]), text)

    def word(self, text: str, place: str) -> str:
        """Clean a text in which the format's own words stay, such as a media type."""
        fine = known().words
        if text.lower() in fine:
            return text
        return re.sub("[^ ,;]+", lambda word: self.tagger.unless(fine, word[0], place), text)

    # --- dates and numbers -----------------------------------------------------------------------

    def date(self, text: str, place: str) -> str:
        """Return a date, to the ten-millionth of a second.

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

    def count(self, text: str, place: str) -> str:
        """Return a number of bytes or seconds; a tag for anything else."""
        return text if names.COUNT.fullmatch(text) else self.tag(text, place)

    def delay(self, text: str, place: str, name: str) -> str:
        """Clean a `Retry-After`, a number of seconds or a date (RFC 9110, 10.2.3)."""
        cleaned = self.count(text, place) if text.isdigit() else self.date(text, place)
        self.tagger.counts.kept[name.lower()] += cleaned == text != ""
        return cleaned

    def written_number(self, text: str, place: str) -> str:
        """Return a number that an exporter wrote as a text; a tag for anything else."""
        return text if names.PLAIN_NUMBER.fullmatch(text) else self.tag(text, place)

    # --- addresses -------------------------------------------------------------------------------

    def authority(self, text: str, place: str, *, keep_host: bool = True) -> str:
        """Clean user, host and port (RFC 3986, 3.2).

        The user part is a secret; the host is one where it may not stay or looks like one.
        """
        parts = names.AUTHORITY.fullmatch(text)
        if not parts:
            return self.tag(text, place)
        user, host, port = parts.groups("")
        before = self.tag(user, place) + "@" if parts[1] is not None else ""
        return before + self.host(host, place, keep_host=keep_host) + port

    def host(self, host: str, place: str, *, keep_host: bool = True) -> str:
        """Clean a host name: a tag for each jumbled label, or one for all if it may not stay."""
        if not keep_host or self.hosts or not names.plain_host(host):
            return self.tag(host, place)
        if host.startswith("["):
            return self.fits(host, place)
        return ".".join(
            self.fits(label, place) if names.plain_label(label) else self.tag(label, place)
            for label in host.split(".")
        )

    def path(self, text: str, place: str) -> str:
        """Clean a path, whose well-known segments stay.

        Many short ones in a row may spell something.
        """
        segments = [unquote(segment) for segment in text.split("/")]
        short = [segment for segment in segments if 0 < len(segment) < 4]
        if len(short) < SEGMENTS:
            short = []
        self.tagger.counts.removed["pieces of texts"] += len(short)
        usual = known().path_segments
        return "/".join(
            PLACEHOLDER if segment in short else self.tagger.unless(usual, segment, place)
            for segment in segments
        )

    def data_url(self, text: str, place: str) -> str:
        """Clean a `data:` address: its media type stays, its content becomes a tag (RFC 2397)."""
        kind, _, inside = text[len("data:") :].partition(",")
        media, base64, _ = kind.partition(";base64")
        usual = all(word.lower() in known().media_types for word in media.split(";"))
        tag = self.tag(inside or text, place)
        packed = b64encode(tag.encode()).decode() if base64 else tag
        return f"data:{media if usual else ''}{base64},{packed}"

    # --- what support needs ----------------------------------------------------------------------

    def request_id(self, text: str, place: str, name: str) -> str:
        """Clean ids under which only the operator can look a request up.

        Each stays where it has the shape of one.
        """
        rule = known().in_headers.get(name.lower(), "")
        shape = _REQUEST_IDS.get(rule, names.REQUEST_ID)
        cleaned, fits = self._words(r"[^\s,;]+", lambda word, _: _is(shape, word), text, place)
        return self._kept(cleaned, fits, name)

    def said(self, text: str, place: str) -> str:
        """Clean an error message: the words that errors use stay, others become tags."""
        fine = known().error_words.union(known().values["error"], known().authorization_schemes)

        def is_fine(word: str, _: str) -> bool:
            return (
                word.lower() in fine
                or word in ("error", "error_description", "realm")
                or _is(names.ERROR_CODE, word)
            )

        return self._words(r"[^\s,;:=.\"'()!?]+", is_fine, text, place)[0]

    def moment(self, text: str, place: str) -> str:
        """Return a time in seconds since 1970, or a date (RFC 7519, 2, NumericDate)."""
        if names.COUNT_OF_SECONDS.fullmatch(text) and names.is_moment(int(text)):
            return text
        return self.date(text, place)

    def cache_state(self, text: str, place: str, name: str) -> str:
        """Clean what caches say: `HIT`, `Miss from cloudfront`, `max-age=600`, `hit/12`, an age."""
        cleaned, fits = self._words(r'[^\s,;"()]+', lambda word, _: _says_cache(word), text, place)
        return self._kept(cleaned, fits, name)

    def software(self, text: str, place: str, name: str) -> str:
        """Clean products with short versions: `Apache/2.4.41 (Ubuntu)`, `cloudflare`."""

        def is_fine(word: str, _: str) -> bool:
            return _is_software(word) and not (self.hosts and _may_be_host(word))

        cleaned, fits = self._words(r"[^\s,;:()]+", is_fine, text, place)
        if place in ("creator", "browser"):
            self.tagger.counts.kept[place] = 1
            return cleaned
        return self._kept(cleaned, fits, name)

    def agent(self, text: str, place: str, name: str) -> str:
        """Clean a `User-Agent`: family and version of browser, engine and system stay."""
        cleaned, fits = self._words(r"[^\s,;:()]+", _is_agent, text, place)
        return self._kept(cleaned, fits, name)

    def _kept(self, cleaned: str, fits: bool, name: str) -> str:
        self.tagger.counts.kept[name.lower()] += fits
        return cleaned

    def _words(
        self, pattern: str, fine: Callable[[str, str], bool], text: str, place: str
    ) -> tuple[str, bool]:
        """A text in which a word stays that is fine after the one before it; others are tags.

        And whether any word stayed.
        """
        if len(text) >= LONGEST_LINE:
            return self.tag(text, place), False
        before, any_fits = "", False

        def judged(match: re.Match[str]) -> str:
            nonlocal before, any_fits
            word, last = match[0], before
            before = word
            after = self.fits(word, place) if fine(word, last) else self.tag(word, place)
            any_fits |= after == word
            return after

        return re.sub(pattern, judged, text), any_fits


_REQUEST_IDS = {"s3 request id": names.S3_REQUEST_ID, "okta request id": names.OKTA_REQUEST_ID}


def _is(shape: re.Pattern[str], word: str) -> bool:
    return shape.fullmatch(word) is not None


def _says_cache(word: str) -> bool:
    shapes = (names.DIRECTIVE, names.HITS, names.COUNT)
    return word.lower() in known().cache_words or any(_is(shape, word) for shape in shapes)


def _may_be_host(word: str) -> bool:
    """Whether a product is written like a host: with a dot that is not one of its version."""
    return "." in word.split("/")[0].strip(".0123456789v")


@lru_cache(maxsize=4096)
def _is_software(word: str) -> bool:
    product, slash, version = word.partition("/")
    if _is(names.VERSION, word) or _is(names.EDGE_SERVER, word):
        return True
    plain = product.lower() in known().products or _is(names.PLAIN_WORD, product)
    return plain and (not slash or _is(names.VERSION, version))


@lru_cache(maxsize=4096)
def _is_agent(word: str, before: str) -> bool:
    product, slash, version = word.partition("/")
    if not slash:
        return word.lower() in known().agent_words or _is_system_version(word, before.lower())
    if product.lower() not in known().products:
        return False
    more = {"gecko": names.BUILD_DATE, "mobile": names.BUILD}.get(product.lower())
    return _is(names.VERSION, version) or (more is not None and _is(more, version))


def _is_system_version(word: str, before: str) -> bool:
    """Whether a word is the version of the system, or of the engine, that the word before names."""
    if before == "rv":
        return _is(names.VERSION, word)
    return before in known().systems and (_is(names.OS_VERSION, word) or _is(names.VERSION, word))
