"""A company in which somebody reacts, and the race against it (lesson 09).

Three kinds of lines in the logs raise an alarm. The alarm starts the clock of the model, which
takes it from 2023: 35 minutes later every credential that was taken is off, and what the
intruder made some hours after that (policy.not_contained; facts nov23-alert, nov23-smartsheet-off,
nov24-sliver-removed). The alarms on archives and on refusals are this lab's own.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import redirect_stdout
from dataclasses import fields
from io import StringIO

from labutils.incident.policy import World
from labutils.lab import SceneError, dice, iso
from labutils.stage.breached_company import EXPOSED
from labutils.stage.intruder import BROWSER, Carry, Intruder, Move, Result, print_each, ways_back

FLAG = "flag-" + next(dice("lesson-09", "seven archives"))
MINUTE = 60  # seconds
PER_MOVE = 10  # minutes that a move takes
HOUR, WEEK = 60, 10_080  # minutes
MANY = 3  # archives, or refusals, with one credential within an hour
REPLACED = 180  # minutes after the beginning: the four are replaced
WANTED = 7  # archives
BACK = 210  # minutes after the beginning: from then on source code must still be read

ALARMS = {
    "administrators": "a service account is added to an administrators group",
    "archives": f"{MANY} archives are made with one credential within {HOUR} minutes",
    "refusals": f"{MANY} requests with one credential are refused and logged within {HOUR} minutes",
}


class WatchedIntruder(Intruder):
    """As Intruder, in a company with a team on duty. Each move takes ten minutes."""

    def __init__(self, carry: Carry | None = None, start: str = "2023-11-14T09:00:00Z"):
        self.world = World.historical()
        super().__init__(carry, world=self.world, start=start)
        self.began = self.lab.clock.now
        self.rung = False
        self.due: dict[int, str] = {}  # by the time (seconds): what the team will have done
        self.times: dict[tuple[str, str], list[int]] = {}  # of archives and refusals
        self.held: list[str] | None = None  # what is to be printed after a move

    def __repr__(self) -> str:
        return f"an intruder at {self.time}, watched: use(...), follow([...]), wait(minutes)"

    @property
    def time(self) -> str:
        """The time of day in the lab."""
        return iso(self.lab.clock.now)[11:16]

    def use(self, credential: str, service: str, action: str, origin: str = BROWSER) -> Result:
        """As Intruder.use. Prints the alarm that the move raises, and what the team does by then.

        Raises NoSuchMove.
        """
        asked = self.lab.clock.now
        result = super().use(credential, service, action, origin)
        for alarm in self.raised(result, asked):
            self.ring(alarm, credential, asked)
        self.pass_time(asked + PER_MOVE * MINUTE)
        return result

    def follow(self, moves: Iterable[Sequence[str]]) -> None:
        """As Intruder.follow. What a move sets off is printed below it."""
        self.follow_with(self.use, moves)

    def follow_with(self, use: Callable[..., Result], moves: Iterable[Sequence[str]]) -> None:
        """Make these moves by `use`, and print below each what it sets off."""
        self.held = []
        try:
            print_each(use, moves, self.tell)
        finally:
            self.tell()
            self.held = None

    def tell(self) -> None:
        """Print what was held back."""
        for line in self.held or ():
            print(line)
        self.held = []

    def wait(self, minutes: float) -> None:
        """Let minutes pass. Prints what the team does in that time. Raises SceneError for what is
        no number of minutes from 0 to a week."""
        is_number = isinstance(minutes, int | float) and not isinstance(minutes, bool)
        if not is_number or not 0 <= minutes <= WEEK:
            raise SceneError(f"wait(minutes) takes a number from 0 to {WEEK}, not {minutes!r}.")
        self.pass_time(self.lab.clock.now + int(minutes * MINUTE))

    def pass_time(self, until: int) -> None:
        """Go on to a time (seconds), and print what the team has done by then."""
        for time in sorted(time for time in self.due if time <= until):
            self.say(self.due.pop(time), time)
        self.lab.clock.tick(until - self.lab.clock.now)
        self.changed()

    def raised(self, result: Result, asked: int) -> list[str]:
        """The alarms that this move raises."""
        credential, service, action = result.move[:3]
        if result.allowed and (service, action) == ("jira", "add-to-admins"):
            return ["administrators"]
        if result.allowed and (service, action) == ("bitbucket", "archive"):
            return ["archives"] if self.is_third("archives", credential, asked) else []
        if not result.allowed and result.lines:
            return ["refusals"] if self.is_third("refusals", credential, asked) else []
        return []

    def is_third(self, alarm: str, credential: str, now: int) -> bool:
        """Whether this is the third of its kind within an hour."""
        times = self.times.setdefault((alarm, credential), [])
        times.append(now)
        return len([time for time in times if now - time <= HOUR * MINUTE]) >= MANY

    def ring(self, alarm: str, credential: str, now: int) -> None:
        """Raise an alarm. The first one starts the clock."""
        if self.rung:
            return
        self.rung = True
        rang = self.company.alarm = self.company.alarm or now
        self.say(f"ALARM, {credential}: {ALARMS[alarm]}", rang)
        off = rang + self.world.response_minutes * MINUTE
        self.due[off] = "the team has switched off every stolen credential"
        found = rang + self.world.eviction_hours * HOUR * MINUTE
        self.due[found] = "the team has found and removed what the intruder created"

    def say(self, what: str, time: int) -> None:
        """Print what happens at a time, or hold it back until the move is printed."""
        self.news.append((len(self.results), f"{iso(time)[11:16]} {what}"))
        line = f"    >>> {iso(time)[11:16]} {what}"
        if self.held is None:
            print(line)
        else:
            self.held.append(line)


class _Racing(WatchedIntruder):
    """An intruder whose four credentials are replaced at noon."""

    def __init__(self) -> None:
        super().__init__()
        self.noon = self.began + REPLACED * MINUTE
        self.back = self.began + BACK * MINUTE

    def pass_time(self, until: int) -> None:
        """As WatchedIntruder.pass_time. At noon the four are replaced."""
        if self.lab.clock.now < self.noon <= until:
            super().pass_time(self.noon)
            self.switch_off(*EXPOSED)
            self.say("the four credentials are replaced", self.noon)
        super().pass_time(until)


def under_alarm(moves: Sequence[Move]) -> dict[str, bool]:
    """Make these moves in a watched company, then raise the alarm of the administrators group, wait
    until the team has reacted, and come back with a new browser: which ways back still work."""
    intruder = WatchedIntruder()
    with redirect_stdout(StringIO()):
        intruder.follow(moves)
        raise_alarm(intruder)
    return ways_back(intruder)


def come_back(before: Sequence[Move], after: Sequence[Move]) -> None:
    """Make the first moves in a watched company, and print what came of those after the alarm."""
    intruder = WatchedIntruder()
    with redirect_stdout(StringIO()):
        intruder.follow(before)
        raise_alarm(intruder)
    print(intruder.time)
    intruder.follow(after)


def raise_alarm(intruder: WatchedIntruder) -> None:
    """Raise the alarm of the administrators group, wait until the team has reacted, and take a new
    browser. Where the account does not get into jira, somebody else raises it."""
    now = intruder.lab.clock.now
    intruder.follow([("smartsheet-account", "jira", "add-to-admins")])
    if not intruder.rung:
        intruder.ring("administrators", "smartsheet-account", now)
    intruder.wait(30)
    intruder.passes.clear()


class Told(Result):
    """A result that was printed already."""

    def __str__(self) -> str:
        return "opened" if self.allowed else "refused"

    __repr__ = __str__


class Race:
    """The scene: seven archives, before an alarm or the replacement of the four ends it, and source
    code afterwards."""

    def __init__(self, flag: str | None = None) -> None:
        self._flag, self._intruder = flag or FLAG, _Racing()

    def __repr__(self) -> str:
        return f"a race at {self.time}, archives: {self.archives}; use(...), follow([...]), wait()"

    @property
    def time(self) -> str:
        """The time of day in the lab."""
        return self._intruder.time

    @property
    def archives(self) -> int:
        """How many archives are in the intruder's browser."""
        packed = ("bitbucket-account", "bitbucket", "archive")
        return sum(one.allowed and one.move == packed for one in self._intruder.results)

    @property
    def clock(self) -> tuple[float, str]:
        """The share of the morning that is over, and how the race stands."""
        one, now = self._intruder, self._intruder.lab.clock.now
        left = max(0, one.noon - now) // MINUTE
        until = f"{left // HOUR} h {left % HOUR:02} min until your four are replaced"
        share = min(1.0, (now - one.began) / (one.noon - one.began))
        words = until if left else "your four are replaced"
        return share, f"{words} · {self.archives} of {WANTED} archives"

    def wait(self, minutes: float) -> None:
        """As WatchedIntruder.wait. Raises SceneError."""
        self._intruder.wait(minutes)

    def use(self, credential: str, service: str, action: str, origin: str = BROWSER) -> Result:
        """As WatchedIntruder.use. Prints the time and what came of the move, and then what it sets
        off.

        Raises NoSuchMove.
        """
        at, self._intruder.held = self.time, []
        try:
            result = self._made(credential, service, action, origin)
            print(at, result)
            if (service, action) == ("bitbucket", "archive"):
                print(f"    archives in your browser: {self.archives}")
        finally:
            self._intruder.tell()
            self._intruder.held = None
        return Told(**{one.name: getattr(result, one.name) for one in fields(result)})

    def _made(self, credential: str, service: str, action: str, origin: str = BROWSER) -> Result:
        """A move. A late view of source code holds the flag, if all archives are there."""
        is_late = self._intruder.lab.clock.now >= self._intruder.back
        result = self._intruder.use(credential, service, action, origin)
        is_read = result.allowed and (service, action) == ("bitbucket", "view")
        if is_read and is_late and self.archives >= WANTED:
            result.answer["flag"] = self._flag
        return result

    def follow(self, moves: Iterable[Sequence[str]]) -> None:
        """Make these moves one by one, and print what came of each."""
        self._intruder.follow_with(self._made, moves)
