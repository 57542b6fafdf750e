"""Decide what may stay in a HAR: names that everybody uses, and shapes that carry no secret.

The names are in data/har-names.json. A shape is kept tight. A request id has the length and the
alphabet of request ids, a version has few digits, a label of a host name is no jumble: a token that
somebody put there does not fit.
"""

import json
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from ipaddress import ip_address

from labutils.lab import data_file


@dataclass(frozen=True)
class Known:
    """The contents of data/har-names.json: lists as sets of lower-case words, tables as they are.

    `format` gives the members of each object of HAR 1.2 with the rule for each. `credentials` gives
    the kind of credential that a name stands for; empty where it stands for none.
    """

    names: frozenset[str]
    error_words: frozenset[str]
    path_segments: frozenset[str]
    media_types: frozenset[str]
    words: frozenset[str]
    authorization_schemes: frozenset[str]
    measures: frozenset[str]
    cache_words: frozenset[str]
    products: frozenset[str]
    agent_words: frozenset[str]
    systems: frozenset[str]
    schemes: frozenset[str]
    values: dict[str, list[str]]
    credentials: dict[str, str]
    format: dict[str, dict[str, str]]
    in_headers: dict[str, str]
    in_cookies: dict[str, str]
    in_values: dict[str, str]
    places: dict[str, str]


@cache
def known() -> Known:
    """Return data/har-names.json, read once."""
    data = json.loads(data_file("har-names.json").read_text(encoding="utf-8"))
    tables = {name.replace(" ", "_"): value for name, value in data.items()}
    for name, value in tables.items():
        if isinstance(value, list):
            tables[name] = frozenset(map(str.lower, value))
    tables["words"] |= tables["media_types"]
    tables["path_segments"] |= tables["names"] | {""}
    return Known(**tables)


# --- names that measure something ---------------------------------------------------------------

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


@lru_cache(maxsize=4096)
def measures(name: str) -> bool:
    """Return whether a name, such as `_ttfb_ms`, says that something is counted or timed."""
    words = _WORD.findall(name)
    plain = {word.lower() for word in words if not word.isdigit()} - {"number"}  # a line number
    digits = [word for word in words if word.isdigit()]
    return bool(plain) and plain <= known().measures and all(len(run) < 4 for run in digits)


# --- dates and counts ---------------------------------------------------------------------------

_YEAR, _TIME = r"(?:19|20)\d\d", r"[0-2]\d:[0-5]\d:[0-6]\d"
ISO_DATE = re.compile(
    rf"(?a){_YEAR}-[01]\d-[0-3]\d[Tt]{_TIME}(\.\d{{1,7}})?\d*([Zz]|[+-][0-2]\d:?[0-5]\d)"
)
HTTP_DATE = re.compile(rf"(?a)[A-Z][a-z]{{2}}, [0-3]\d[ -][A-Z][a-z]{{2}}[ -]{_YEAR} {_TIME} GMT")
# What a validator of HAR 1.2 takes for a date:
LOOSE_DATE = re.compile(r"(?a)\d{4}-?\d\d-?\d\dT?\d\d:?\d\d:?\d\d")
COUNT = re.compile(r"(?a)\d{1,9}")
_YEAR_2000, _YEAR_2100 = 946_684_800, 4_102_444_800  # seconds since 1970
_TEN_YEARS = 315_360_000  # seconds
COUNT_OF_SECONDS = re.compile(r"(?a)\d{10}")
PLAIN_NUMBER = re.compile(r"(?a)-?\d{1,9}(\.\d{1,9})?")
DIRECTIVE = re.compile(
    r"(?ai)(?:(?:s-?)?max-?age|stale-while-revalidate|stale-if-error|max-stale|min-fresh"
    r"|(?:pre|post)-check)=\d{1,9}"
)
HITS = re.compile(r"(?ai)(?:hit|miss|pass)/\d{1,7}")

# --- software ------------------------------------------------------------------------------------

_STAGE = r"(?:[-.]?(?:a|b|rc|alpha|beta|pre|dev|final|release|snapshot|static|fips)\d{0,2})"
VERSION = re.compile(
    r"(?ai)v?(?!(?:[._]?\d){13})(?:\d{1,3}|20\d\d)(?:[._]\d{1,5}){0,3}[a-z]?"
    + _STAGE
    + r"{0,2}(?:\.v20\d{6})?"
)
BUILD_DATE = re.compile(r"(?a)(?:19|20)\d\d[01]\d[0-3]\d")  # Gecko/20100101
BUILD = re.compile(r"(?a)\d{1,2}[A-Z]\d{1,4}[a-z]?")  # Mobile/15E148
OS_VERSION = re.compile(r"(?a)\d{1,3}(?:[._]\d{1,2}){0,2}")  # stands after the name of a system
_PIECE = "(?:[A-Z]{1,5}|[A-Z]?[a-z]{1,14})"
PLAIN_WORD = re.compile(rf"(?a)(?=.{{1,24}}\Z){_PIECE}(?:[-_.]?{_PIECE}){{0,3}}")
EDGE_SERVER = re.compile(r"(?a)[a-z]{3}/[0-9A-F]{4}")  # ECS (arn/466D)


def is_moment(value: float) -> bool:
    """Return whether a number is a time in seconds since 1970, of the years 2000 to 2099."""
    return _YEAR_2000 <= value < _YEAR_2100


def is_lifetime(value: float) -> bool:
    """Return whether a number can be a lifetime in seconds: at most ten years."""
    return 0 <= value <= _TEN_YEARS


# --- what an error said ---------------------------------------------------------------------------

ERROR_CODE = re.compile(r"(?a)AADSTS\d{5,7}|E\d{7}")  # of Entra ID, of Okta

# --- ids of requests -----------------------------------------------------------------------------

_HEX = "(?=[^-/]*[0-9])(?=[^-/]*[A-Fa-f])"  # a number of cards or telephones has no letters
REQUEST_ID = re.compile(
    r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"  # a UUID
    rf"|{_HEX}(?:[0-9a-f]{{16}}|[0-9a-f]{{32}})(?:-[A-Z]{{3}})?"  # nginx; Cloudflare, airport
    r"|[0-9A-F]{4,8}(?:[:_][0-9A-F]{4,8}){3,6}"  # GitHub, HAProxy
    r"|[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}"  # W3C Trace Context
    r"|(?i:root|self)=1-[0-9a-f]{8}-[0-9a-f]{24}|(?i:sampled|o)=[01]"  # AWS X-Ray
)
OKTA_REQUEST_ID = re.compile(r"(?=.*[0-9])(?=.*[A-Z])(?=.*[a-z])[0-9A-Za-z_-]{27}")
S3_REQUEST_ID = re.compile(r"(?=.*[0-9])(?=.*[A-Z])[0-9A-Z]{16}")

# --- hosts ---------------------------------------------------------------------------------------

AUTHORITY = re.compile(r"(?s)(?:(.*)@)?(\[[0-9A-Fa-f:.]+\]|[^:@]*)(:[0-9]{0,5})?")
_PLAIN_PART = re.compile(r"(?a)[a-z]{0,20}|\d{1,3}|20\d\d")
_NUMBERED_PART = re.compile(r"(?a)[a-z]{1,12}\d{1,3}")
_MIXED_PART = re.compile(r"(?a)(?=\d*[a-z])[a-z0-9]{1,6}")
_SINGLE = re.compile(r"[a-z-]{0,24}")  # a name without a domain, such as localhost, has no digits


def plain_host(host: str) -> bool:
    """Return whether a host is an address, or a name with few digits."""
    if host.startswith("["):
        return is_address(host)
    labels = host.split(".")
    return bool(_SINGLE.fullmatch(host)) or len(labels) > 1 and sum(map(str.isdigit, host)) <= 13


def plain_label(label: str) -> bool:
    """Return whether a label of a host name consists of words and short numbers, with no jumble."""
    parts = [part for part in label.split("-") if not _PLAIN_PART.fullmatch(part)]
    mixed = [part for part in parts if not _NUMBERED_PART.fullmatch(part)]
    few = len(parts) <= 2 and len(mixed) <= 1
    return len(label) <= 40 and few and all(map(_MIXED_PART.fullmatch, mixed))


def is_address(text: str) -> bool:
    """Return whether a text is an IPv4 or IPv6 address, with or without brackets."""
    try:
        ip_address(text.removeprefix("[").removesuffix("]"))
    except ValueError:
        return False
    return True
