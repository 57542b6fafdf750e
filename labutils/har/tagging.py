"""Replace texts in a cleaned HAR by tags, and count what was replaced.

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
    """The counts of what was replaced, by place, and of what stayed, by name.

    It stayed for support, or because somebody chose to keep it.
    """

    removed: Counter[str] = field(default_factory=Counter)
    kept: Counter[str] = field(default_factory=Counter)
    chosen: Counter[str] = field(default_factory=Counter)


class Credentials:
    """The credentials of a file, found again even with other signs around or between their letters.

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
        """Return whether one of them is this text, or a part of it."""
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
    """A replacer of texts under one salt, with counts of what it replaced and what it kept.

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
        """Return the tag of a text: equal texts have equal tags, and only those.

        An empty text stays empty.
        """
        if not text:
            return ""
        self.counts.removed[known().places.get(place, "other texts")] += 1
        return "x-" + hmac.digest(self.key, _octets(text), "sha256").hex()[:10]

    def fits(self, text: str, place: str) -> str:
        """Return a text whose shape may stay, or its tag if the file shows it as a credential."""
        if self.denied.stand_in(text):
            return self.tag(text, place)
        self.fitting.add(text)
        return text

    def unless(self, usual: frozenset[str], text: str, place: str) -> str:
        """Return a text if everybody uses it, in any letter case; else its tag."""
        return text if text.lower() in usual else self.tag(text, place)

    def address(self, text: str) -> str:
        """Return another address in place of this one, from those for documentation (RFC 3849)."""
        if not text:
            return ""
        self.counts.removed["addresses of servers"] += 1
        digest = hmac.digest(self.key, _octets(text.strip("[]").lower()), "sha256")
        return str(IPv6Address(DOCUMENTATION | int.from_bytes(digest[:12])))

    def is_kept(self, name: str) -> bool:
        """Return whether the values of this name stay because somebody chose so."""
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
