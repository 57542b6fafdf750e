"""What the people of a team share: a board of suspicions, searches, and one feed of what happened.

A door that held is in the feed in the same words for whoever was refused, and as late as a line of
that log: it does not tell a colleague from the intruder.
"""

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from labutils.live.company import MINUTE, LiveEvent

MOST_SUSPICIONS, MOST_SEARCHES, MOST_LINES, MOST_HOSTS = 40, 8, 50, 12
LONGEST_WORD, LONGEST_NAME = 120, 20  # characters of an account, host or search; of a person's name
CERTAINTIES = ("cleared", "maybe", "likely", "sure")
TOLD_AGAIN = 15 * MINUTE  # seconds, after which the same refusal is told once more
_ADDRESS = re.compile(r'"(\d{1,3}(?:\.\d{1,3}){3})"')


class Happened(NamedTuple):
    """Something that a team sees at its place among the lines.

    `at` is in seconds since 1970. `kind`: act, ask, answer, report, said, message, held, alert,
    rule, board; `by`: who of the team did it; `line`: the id of a line that it is about.
    """

    at: int
    kind: str
    text: str
    by: str = ""
    line: str = ""


@dataclass
class Suspicion:
    """Whose account or credential a team suspects, from which hosts, by which lines.

    `at`: since when, in seconds since 1970; `certainty` is one of CERTAINTIES.
    """

    number: int
    who: str
    at: int
    hosts: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    certainty: str = "maybe"
    note: str = ""
    by: str = ""

    def add(self, lines: list[str], host: str, note: str) -> None:
        """Add lines, a host and a note; what is there already stays."""
        self.lines = list(dict.fromkeys([*self.lines, *lines]))[:MOST_LINES]
        self.hosts = list(dict.fromkeys([*self.hosts, *([host] if host else [])]))[:MOST_HOSTS]
        self.note = note or self.note


def host_of(event: LiveEvent) -> str:
    """Return the first address that a line names, or an empty text."""
    match = _ADDRESS.search(event.text)
    return match.group(1) if match else ""


class HeldDoor(NamedTuple):
    """How often an act refused a request of anybody, and the last time."""

    times: int
    last: int
    host: str


@dataclass
class Refusals:
    """The requests of anybody that a team's acts refused.

    `counts`: by what the act is about; `told`: when the feed last said so, in seconds since 1970.
    """

    counts: dict[str, HeldDoor] = field(default_factory=dict)
    told: dict[tuple[str, str, str], int] = field(default_factory=dict)

    def note(self, at: int, kind: str, what: str, who: str, host: str) -> Happened | None:
        """Count a refusal; return a row for the feed, unless the same was told lately."""
        times = self.counts[what].times if what in self.counts else 0
        self.counts[what] = HeldDoor(times + 1, at, host)
        if at - self.told.get((what, who, host), at - TOLD_AGAIN) < TOLD_AGAIN:
            return None
        self.told[what, who, host] = at
        return Happened(at, "held", f"{who} from {host or 'somewhere'}: refused by {kind} {what}")
