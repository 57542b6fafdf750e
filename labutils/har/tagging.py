"""Tags: what stands in a cleaned HAR in place of a text, and the count of what was replaced.

What is equal stays equal: equal texts have equal tags. A tag is `x-` and ten hexadecimal digits of
HMAC-SHA256 under a salt. Without the salt nobody can try guesses against a tag, as one can against
a plain hash.
"""

import hmac
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from ipaddress import IPv6Address

from labutils.har.names import known

DOCUMENTATION = int(IPv6Address("2001:db8::"))  # RFC 3849; 96 bits of each address are free


@dataclass
class Counts:
    """What was replaced, by place; what stayed for support and what somebody kept, by name."""

    removed: Counter[str] = field(default_factory=Counter)
    kept: Counter[str] = field(default_factory=Counter)
    chosen: Counter[str] = field(default_factory=Counter)


class Credentials:
    """Credentials of a file, found again where other signs stand around them or between.

    A session may be part of a `traceparent`, or an id with hyphens: so letters and digits alone are
    compared. One that has fewer than eight of these is only found where it is the whole text.
    """

    SHORTEST = 8

    def __init__(self, credentials: Iterable[str] = ()):
        self.whole = frozenset(credentials)
        cores = map(_letters_and_digits, self.whole)
        self.cores = frozenset(core for core in cores if len(core) >= self.SHORTEST)
        self.lengths = sorted(set(map(len, self.cores)))

    def stand_in(self, text: str) -> bool:
        """Whether one of them is this text, or stands in it."""
        if text in self.whole:
            return True
        core = _letters_and_digits(text)
        return any(
            core[at : at + length] in self.cores
            for length in self.lengths
            for at in range(len(core) - length + 1)
        )


def _letters_and_digits(text: str) -> str:
    return "".join(filter(str.isalnum, text.lower()))


class Tagger:
    """Replaces texts under one salt, and counts what it replaced and what it let stand.

    `keep`: names whose values stay whatever they are. `denied`: credentials of this file; a text
    that holds one does not stay even where its shape fits. `fitting`: the texts that stayed by
    their shape.
    """

    def __init__(
        self,
        salt: str,
        counts: Counts | None = None,
        *,
        keep: Iterable[str] = (),
        denied: frozenset[str] = frozenset(),
    ):
        self.key = _octets(salt)
        self.counts = counts or Counts()
        self.fitting: set[str] = set()
        self.keep, self.denied = frozenset(map(str.lower, keep)), Credentials(denied)

    def tag(self, text: str, place: str) -> str:
        """The tag of a text: equal texts have equal tags, and only those.

        An empty text stays empty.
        """
        if not text:
            return ""
        self.counts.removed[known().places.get(place, "other texts")] += 1
        return "x-" + hmac.digest(self.key, _octets(text), "sha256").hex()[:10]

    def fits(self, text: str, place: str) -> str:
        """A text whose shape may stay, unless the file shows elsewhere that it is a credential."""
        if self.denied.stand_in(text):
            return self.tag(text, place)
        self.fitting.add(text)
        return text

    def unless(self, usual: frozenset[str], text: str, place: str) -> str:
        """A text that stays where everybody uses it, in any letter case; else its tag."""
        return text if text.lower() in usual else self.tag(text, place)

    def address(self, text: str) -> str:
        """An address becomes another one, of those for documentation (RFC 3849)."""
        if not text:
            return ""
        self.counts.removed["addresses of servers"] += 1
        digest = hmac.digest(self.key, _octets(text.strip("[]").lower()), "sha256")
        return str(IPv6Address(DOCUMENTATION | int.from_bytes(digest[:12])))

    def is_kept(self, name: str) -> bool:
        """Whether the values of this name stay because somebody said so."""
        if not self.keep or name.lower() not in self.keep:
            return False
        self.counts.chosen[name.lower()] += 1
        return True


def _octets(text: str) -> bytes:
    """The UTF-8 of a text, also of one that was read narrowly or that has none."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")
