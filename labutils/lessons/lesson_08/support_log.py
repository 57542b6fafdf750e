"""A support desk and its log: a search for one type of event, and then for another (lesson 08).

The intruder's lines are those of the replay. The others are drawn: engineers who open files inside
cases, two who take files from the Files tab, and a service account that works by itself.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from labutils.incident import breach
from labutils.incident.log_format import Event
from labutils.incident.policy import World
from labutils.lab import dice, iso, seconds

Line = dict[str, Any]
BEGIN, DAYS = "2023-09-28", 20
DESK = "192.0.2.11"  # where the service account works
INTRUDER = "203.0.113.66"
ENGINEERS = {
    "t.ortega": "192.0.2.41",
    "i.pereira": "192.0.2.42",
    "n.walsh": "192.0.2.43",
    "b.medina": "192.0.2.44",
    "g.meyer": "192.0.2.46",
}
TRIP, ON_THE_TRIP = "198.51.100.23", range(6, 11)  # days on which g.meyer works elsewhere
KEPT = ("time", "user", "address", "result", "type", "file", "report")
FILES = ("login-problem.har", "browser-recording.har", "screenshot.png", "error.txt")


def support_log() -> list[Line]:
    """The log from 28 September to 17 October, in the order of time."""
    lines = [*_of_engineers(), *_of_the_desk(), *_of_the_intruder(), FROM_ELSEWHERE]
    return sorted(lines, key=lambda line: str(line["time"]))


class Desk:
    """A desk with a log, at which somebody tries what a thief could have done.

    `written` says which lines each way of getting at files leaves; there may be none.
    """

    def __init__(self, lines: Iterable[Line], written: Mapping[str, Sequence[Line]]):
        self.ways = tuple(written)
        self.done: list[str] = []
        self._lines, self._written = list(lines), written

    def do(self, way: str) -> None:
        """Do it, and let the log write what it writes. Raise ValueError for an unknown way."""
        if way not in self._written:
            raise ValueError(f"there is no way {way!r}; there are: {', '.join(self.ways)}")
        self.done.append(way)
        self._lines += self._written[way]

    def lines(self) -> list[Line]:
        """Return the log as it is now: a copy."""
        return [dict(line) for line in self._lines]


def support_desk() -> Desk:
    """Return the desk of this lesson, with its log of twenty days. You are at it."""
    return Desk(support_log(), own_acts())


def own_acts(user: str = "you") -> dict[str, list[Line]]:
    """Return what the log writes when somebody gets at files or users, by each of three ways."""
    done = {
        "open a file inside a case": ("case_file_view", FILES[3]),
        "download it from the Files tab": ("files_tab_download", FILES[3]),
        "export a report on all users": ("report_export", ""),
    }
    return {
        way: [_line(f"2023-10-17T16:0{minute}:00Z", user, "192.0.2.45", kind, file)]
        for minute, (way, (kind, file)) in enumerate(done.items())
    }


def as_text(line: Line) -> str:
    """Return a line as a person reads it."""
    about = f"{line['time']}  {line['user']:<12}{line['address']:<15}{line['type']:<19}"
    return about + str(line.get("file") or line.get("report") or "")


def _line(time: str, user: str, address: str, kind: str, file: str = "") -> Line:
    line = {"time": time, "user": user, "address": address, "result": "success", "type": kind}
    return line | ({"file": file} if file else {})


# No source says that the intruder came from another address; in this lab they did, once.
FROM_ELSEWHERE = _line(
    "2023-10-06T21:41:10Z", "svc-support", "203.0.113.129", "files_tab_download", FILES[1]
)


def _of_engineers() -> list[Line]:
    drawn, begin = dice("lesson-08", "support engineers"), seconds(BEGIN)
    lines = []
    for day in range(DAYS):
        for user, address in ENGINEERS.items():
            number = int(next(drawn)[:6], 16)
            if user == "g.meyer" and day in ON_THE_TRIP:
                address = TRIP
            time = begin + day * 86400 + 8 * 3600 + number % 30000
            kind = "files_tab_download" if number % 17 == 0 else "case_file_view"
            lines.append(_line(iso(time - 300), user, address, "login"))
            lines.append(_line(iso(time), user, address, kind, FILES[number % 4]))
    failed = _line("2023-10-05T09:12:40Z", "b.medina", ENGINEERS["b.medina"], "login")
    return [*lines, failed | {"result": "failure"}]


def _of_the_desk() -> list[Line]:
    drawn, begin = dice("lesson-08", "service account"), seconds(BEGIN)
    times = (begin + day * 86400 + int(next(drawn)[:6], 16) % 80000 for day in range(DAYS))
    return [_line(iso(time), "svc-support", DESK, "request") for time in times]


def _of_the_intruder() -> list[Line]:
    """What the replay wrote: the lab's own account of it, with the fields that this log has."""
    return [{name: event[name] for name in KEPT if name in event} for event in _replayed()]


@cache
def _replayed() -> list[Event]:
    """The lines of the replay, played once."""
    return breach.play(World.historical()).audit["support"]
