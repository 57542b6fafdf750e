"""An incident to work on in the lesson: small, generated, and unseen."""

import csv
import io
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from textwrap import fill
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
    """What somebody has who is called in. `programs`: by name, the account and the token of each
    program; `roster`: by account, what a person does, and the hours of work (UTC); `asked`: who has
    answered so far."""

    drawn: Drawn
    lines: tuple[Line, ...]
    tickets: tuple[Ticket, ...]
    programs: dict[str, tuple[str, ...]]
    roster: dict[str, str]
    own: frozenset[str]
    asked: list[str] = field(default_factory=list)

    def __repr__(self) -> str:
        return f"an incident: brief, {counted(len(self.lines), 'line')}, tickets, programs"

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
    return CalledIn(drawn, tuple(lines), rows, programs, roster, own)


def _line(one: LoggedLine, known_as: Callable[[str, str], str]) -> Line:
    """An event as a line; `known_as` is given an account, twice, and says what it is called."""
    who = known_as(one.who, one.who)
    return Line(one.id, one.time, who, one.address, one.source, one.action, made_by(one))


def accounts(incident: CalledIn) -> list[tuple[str, tuple[str, ...]]]:
    """Each account and token of a program, with all names of that program."""
    return [(name, names) for names in incident.programs.values() for name in names]


# --- printed -------------------------------------------------------------------------------------


def print_lines(lines: Sequence[Line], most: int = 8) -> None:
    """The first of some lines, a line each."""
    if not lines:
        print("no line")
    rows = [(one.who, one.address, one.log, one.action) for one in lines[:most]]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)][:-1]
    for line, row in zip(lines, rows, strict=False):
        when = iso(int(line.time))[5:19].replace("T", " ")
        columns = (f"{text:{width}}" for text, width in zip(row, widths, strict=False))
        print(f"{when}  {' '.join(columns)} {line.action}")
    if len(lines) > most:
        print(f"and {len(lines) - most} more")


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
    """The logs that these lines stand in."""
    return {line.log for line in lines}


def print_day_before(
    incident: CalledIn,
    groups: Mapping[str, Sequence[Line]],
    tenants: Callable[[Sequence[Line], str, float], set[str]],
) -> None:
    """A line for each address: when a program came there first, and who had been there in the day
    before, by `tenants(lines, address, first)`."""
    width = max(map(len, groups))
    for address, lines in groups.items():
        first = min(line.time for line in lines)
        people = tenants(incident.lines, address, first) - incident.names
        near = ", ".join(sorted(people)) or "nobody"
        print(f"{address:{width}}  a program from {clock(first)}; the day before: {near}")


def print_tenants(incident: CalledIn, address: str) -> None:
    """A line for each person who was at an address in this month: what the person does, when it was
    there first and last, and what it did there."""
    there = [line for line in incident.lines if line.address == address]
    print(f"\nin the whole month, at {address}:")
    for name in sorted({line.who for line in there} - incident.names):
        own = [line for line in there if line.who == name]
        first, last = clock(own[0].time), clock(own[-1].time)
        acts = dict.fromkeys(line.action.rpartition(".")[2] for line in own)
        what = ("..., " if len(acts) > 1 else "") + list(acts)[-1]
        role = incident.roster.get(name, "")
        print(f"{name:12} {role:27} {first} to {last[6:]}  {counted(len(own), 'line'):9} {what}")


def print_acts(lines: Iterable[Line]) -> None:
    """A line for each kind of act: how often, on which days, as whom, and in which log."""
    days: dict[tuple[str, str, str], list[str]] = {}
    for line in lines:
        days.setdefault((line.who, line.log, line.action), []).append(iso(int(line.time))[5:10])
    for (who, log, action), each in days.items():
        when = ", ".join(dict.fromkeys(each))
        print(f"{len(each):4}  {who:14} {log:29} {action:20} {when}")


def print_addresses(groups: dict[str, list[Line]]) -> None:
    """A line for each address: lines, logs, accounts, days."""
    width = max(15, *map(len, groups), 0)
    print(f"{'address':{width}} {'lines':>5} {'logs':>5} {'accounts':>9} {'days':>5}")
    for address, lines in groups.items():
        who, days = {line.who for line in lines}, {line.time // DAY for line in lines}
        print(
            f"{address:{width}} {len(lines):5} {len(logs_of(lines)):5} {len(who):9} {len(days):5}"
        )


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


def print_eviction(incident: CalledIn, acts: Acts) -> str:
    """Play acts, and say what came of it. The answer is what he has in the end, beside what he had:
    nothing, less, all, more."""
    result = incident.put_out(acts)
    said = [*result.story, "out" if result.out else f"he is back, with {', '.join(result.left)}"]
    if result.hours:
        said.append(f"others lost {result.hours:g} hours of work: {', '.join(result.outages)}")
    for line in said:
        print(fill(line, 100, subsequent_indent="    ", break_on_hyphens=False))
    if result.out:
        return "nothing"
    return "less" if len(result.left) < result.doors else "more" if result.made else "all"


def leaving_out(incident: CalledIn, acts: Acts) -> int:
    """Play acts without one of them, each in its turn: a line for each, and how many times he is
    out."""
    times_out = 0
    for left_out in acts:
        result = incident.put_out(one for one in acts if one is not left_out)
        times_out += result.out
        came = "out" if result.out else f"back, with {counted(len(result.left), 'way')} in"
        print(f"without {' '.join(left_out[:2]):32} {came}")
    return times_out
