"""An incident to work on in the lesson: small, generated, and unseen."""

import csv
import io
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, cast, get_args

from labutils.capstone import folder, world
from labutils.capstone.eviction import Eviction, evict
from labutils.capstone.incident import Drawn, draw, plain
from labutils.capstone.lines import LoggedLine, line_of, made_by
from labutils.capstone.report import EvictionAct, Kind
from labutils.lab import SceneError, iso, seconds
from labutils.text import counted

SEED, EVENTS = "lesson-119", 9_000
DAY, HOUR = 86400, 3600  # seconds


class Line(NamedTuple):
    """A line of a log. `time` is in seconds since 1970; `made`: an account, key, factor or grant
    that it made, as a report names it."""

    id: str
    time: float
    who: str
    address: str
    log: str
    action: str
    made: str


Ticket = dict[str, str]


@dataclass(frozen=True, eq=False)
class CalledIn:
    """What somebody has who is called in. `events`: by log, its events as the vendor writes them;
    `lines`: the same, as a hunter compares them, by the same ids; `programs`: by name, the account
    and the token of each program; `roster`: by account, what a person does, and the hours of work
    (UTC); `asked`: who has answered so far."""

    drawn: Drawn
    lines: tuple[Line, ...]
    tickets: tuple[Ticket, ...]
    programs: dict[str, tuple[str, ...]]
    roster: dict[str, str]
    own: frozenset[str]
    events: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def __repr__(self) -> str:
        return f"an incident: brief, {counted(len(self.lines), 'line')}, events, tickets, programs"

    @property
    def brief(self) -> str:
        """What the help desk wrote."""
        return folder.symptom(self.drawn)

    @property
    def now(self) -> int:
        """When the help desk wrote, in seconds since 1970."""
        return folder.now(self.drawn.company)

    def is_his(self, line: Line) -> bool:
        """Whether a line is the intruder's: nobody at the company knows."""
        return line.id in self.own

    @property
    def names(self) -> set[str]:
        """All accounts and tokens of programs."""
        return {name for names in self.programs.values() for name in names}

    @property
    def addresses(self) -> frozenset[str]:
        """Where his lines come from."""
        return frozenset(line.address for line in self.lines if line.id in self.own)

    def put_out(self, acts: Iterable[tuple[str, str, float]]) -> Eviction:
        """Play acts against the intruder: what to do, to what, and when (seconds since 1970).
        Raises SceneError for what is no act, and for one that is more than a week away."""
        acts = list(acts)
        if not all(map(is_act, acts)):
            raise SceneError(NO_ACT)
        if any(at > self.now + 7 * DAY for _, _, at in acts):
            raise SceneError("An act comes within a week. Times are in seconds: start + HOUR.")
        return evict(
            self.drawn,
            [EvictionAct(cast(Kind, act), what, int(at)) for act, what, at in acts],
            self.now,
        )


class Opened(NamedTuple):
    """What stands in the folder of a capstone, for the functions of this lesson. `programs`: by
    owner, the accounts and credentials of each program."""

    lines: tuple[Line, ...]
    tickets: tuple[Ticket, ...]
    programs: dict[str, tuple[str, ...]]


def opened(path: str | Path) -> Opened:
    """The logs of a folder of `capstone new` as lines, in chronological order; its tickets; the
    names of its programs by the table of credentials. Raises OSError, and ValueError where a line
    is no JSON."""
    root = Path(path)
    every = [line_of(name, event) for name, event in world.lines(root / "logs")]
    programs: dict[str, dict[str, None]] = {}
    for row in _table(root, "credentials"):
        if row["kind"] not in ("session", "security key"):
            programs.setdefault(row["account"], {}).update({row["account"]: None})
            programs[row["account"]].update({row["credential"]: None})
    numbers = {one.who: _customer_account(one) for one in every if LOGIN in one.event}
    lines = sorted((_line(one, numbers.get) for one in every), key=_by_time)
    named = {name: tuple(names) for name, names in programs.items()}
    return Opened(tuple(lines), tuple(_table(root, "tickets")), named)


LOGIN = "USER_NAME"  # a login of the customer system: its other lines have a number alone


def _customer_account(line: LoggedLine) -> str:
    return plain(str(line.event[LOGIN]))


def _table(root: Path, name: str) -> list[dict[str, str]]:
    with (root / "tables" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _by_time(line: Line) -> tuple[float, str]:
    return line.time, line.id


@cache
def called_in(seed: str = SEED) -> CalledIn:
    """The incident of a seed, in a month of so many events that a cell can look at them."""
    drawn = draw(seed)
    words = drawn.company.words
    with world.written(drawn, count=EVENTS, seed=seed) as truth:
        every = [line_of(name, event) for name, event in world.lines(truth.folder)]
        tickets = (truth.folder / "changes.csv").read_text(encoding="utf-8")
        people = (truth.folder / "roster.csv").read_text(encoding="utf-8")
        own = frozenset(truth.steps)
    known_as = drawn.company.known_as
    lines = sorted((_line(one, lambda who, _: known_as(who)) for one in every), key=_by_time)
    programs = {
        "planning connector": (f"svc-{words['planning']}", f"{words['planning']}-token"),
        "builds": (f"svc-{words['builds']}",),
        "reports": (f"{words['reports']}-robot",),
        "customer assistant": (drawn.company.integration,),
    }
    rows = tuple(csv.DictReader(io.StringIO(tickets)))
    roster = {
        one["account"]: f"{one['role']}, {one['from_hour']:0>2} to {one['to_hour']:0>2}"
        for one in csv.DictReader(io.StringIO(people))
    }
    events: dict[str, list[dict[str, Any]]] = {}
    for one in every:  # an id is the log and the number of the line, and so it is in `logs`
        events.setdefault(one.source, []).append(one.event)
    return CalledIn(drawn, tuple(lines), rows, programs, roster, own, events)


def _line(one: LoggedLine, known_as: Callable[[str, str], str]) -> Line:
    """An event as a line; `known_as` is given an account, twice, and says what it is called."""
    who = known_as(one.who, one.who)
    return Line(one.id, one.time, who, one.address, one.source, one.action, made_by(one))


def accounts(incident: CalledIn) -> list[tuple[str, tuple[str, ...]]]:
    """Each account and token of a program, with all names of that program."""
    return [(name, names) for names in incident.programs.values() for name in names]


def clock(time: float) -> str:
    """Month, day, hour and minute of a time in seconds since 1970."""
    return iso(int(time))[5:16].replace("T", " ")


def by_address(lines: Iterable[Line]) -> dict[str, list[Line]]:
    """Lines, address by address, those with the most logs first. A line without an address is left
    out."""
    groups: dict[str, list[Line]] = {}
    for line in filter(lambda one: one.address, lines):
        groups.setdefault(line.address, []).append(line)
    return dict(sorted(groups.items(), key=lambda pair: (-len(logs_of(pair[1])), pair[0])))


def logs_of(lines: Iterable[Line]) -> set[str]:
    """The logs that these lines are in."""
    return {line.log for line in lines}


def moment(text: str) -> int:
    """ISO 8601, as tickets have it, in seconds since 1970."""
    return seconds(text)


# --- an eviction ---------------------------------------------------------------------------------

Acts = Sequence[tuple[str, str, float]]
NO_ACT = (
    "An act is a tuple such as ('replace', 'svc-calendar', start): what, to what, and when. The "
    "acts are replace, end-sessions, remove and disable."
)


def is_act(one: Any) -> bool:
    """Whether it is a tuple of an act, a name and a time."""
    if not isinstance(one, tuple) or len(one) != 3:
        return False
    act, what, at = one
    is_time = type(at) in (int, float) and math.isfinite(at)
    return act in get_args(Kind) and isinstance(what, str) and is_time
