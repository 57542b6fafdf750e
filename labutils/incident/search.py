"""Search all sets of some controls for those that stop a loss, for one thief or for many.

Every set is walked, with the same decisions as the replay and no HTTP. A set is minimal where no
control of it can be left out. A search says what is enough; it ranks nothing.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_
from typing import Any, NamedTuple

from labutils.incident import breach, cases, policy
from labutils.incident.campaign import Ask, Campaign, Route
from labutils.incident.cases import CaseName, Incident
from labutils.incident.policy import Request, World
from labutils.incident.services import credentials_given
from labutils.lab import seconds

Controls = tuple[str, ...]  # a set of controls, in the order in which they were asked about
Thief = Campaign | Incident  # a variant: another campaign, or a case with other addresses as well


@dataclass(frozen=True)
class StoppingSets:
    """The sets of controls that stop a goal (a fact id).

    It has how many sets were tried, how many stop the goal, and the minimal ones, smallest first.
    """

    goal: str
    walked: int
    stopping: int
    minimal: tuple[Controls, ...]


@dataclass(frozen=True)
class RobustSets:
    """The sets of controls that stop a goal for at least `at_least` of many thieves.

    `stopping` counts them, and `minimal` are those from which nothing can be left out. `stops` has
    each set that is minimal against some thief, and the names of all thieves that it stops;
    `counts` has each set, and how many thieves it stops; `unstopped` are the thieves that no set
    stops.
    """

    goal: str
    at_least: int
    walked: int
    stopping: int
    minimal: tuple[Controls, ...]
    stops: dict[Controls, tuple[str, ...]]
    counts: dict[Controls, int]
    unstopped: tuple[str, ...]


def minimal_sets(
    goal: str,
    controls: Sequence[str],
    *,
    world: World | None = None,
    case: CaseName = cases.COURSE,
    thief: Thief | None = None,
) -> StoppingSets:
    """Return the sets of these controls, added to a world, that stop the step `goal` of a campaign.

    The world is the case's historical one if none is given.

    The goal is stopped where its step is denied or not reached. Raises KeyError where there is no
    such step or control.
    """
    sets = _Sets(controls, world or World.historical(case))
    stopping = sets.stopping([goal], case, thief)[goal]
    return StoppingSets(goal, sets.size, stopping.bit_count(), sets.minimal(stopping))


def robust_sets(
    goal: str,
    controls: Sequence[str],
    thieves: Mapping[str, Thief],
    *,
    at_least: int | None = None,
    world: World | None = None,
    case: CaseName = cases.COURSE,
) -> RobustSets:
    """Return the sets of these controls that stop the step `goal` for enough of these thieves.

    Enough is `at_least`, or all of them. A thief is a variant of the case, by name. Raises KeyError
    as minimal_sets does, and ValueError where there are fewer thieves than that.
    """
    answers = robust_sets_by_goal(
        [goal], controls, thieves, at_least=at_least, world=world, case=case
    )
    return answers[goal]


def robust_sets_by_goal(
    goals: Iterable[str],
    controls: Sequence[str],
    thieves: Mapping[str, Thief],
    *,
    at_least: int | None = None,
    world: World | None = None,
    case: CaseName = cases.COURSE,
) -> dict[str, RobustSets]:
    """Return what `robust_sets` does for several goals, by goal.

    Each thief is walked once for all of them.

    Raises ValueError for a number of thieves that cannot be.
    """
    wanted = len(thieves) if at_least is None else at_least
    if not 1 <= wanted <= len(thieves):
        raise ValueError(
            f"robust_sets needs at least one thief, a campaign under a name, and as many as it is "
            f"to stop: {wanted} of {len(thieves)}"
        )
    sets = _Sets(controls, world or World.historical(case))
    goals = tuple(goals)
    walked = {name: sets.stopping(goals, case, thief) for name, thief in thieves.items()}
    return {
        goal: _robust(goal, wanted, sets, {name: one[goal] for name, one in walked.items()})
        for goal in goals
    }


def _robust(goal: str, wanted: int, sets: "_Sets", stopping: Mapping[str, int]) -> RobustSets:
    """What the sets that stop the goal, thief by thief, come to."""
    counts = sets.counted(stopping.values())
    robust = sum(1 << number for number, count in enumerate(counts) if count >= wanted)
    candidates = {one for numbers in stopping.values() for one in sets.minimal(numbers)}
    return RobustSets(
        goal,
        wanted,
        sets.size,
        robust.bit_count(),
        sets.minimal(robust),
        {
            chosen: tuple(
                name for name, numbers in stopping.items() if numbers >> sets.number(chosen) & 1
            )
            for chosen in sets.ordered(candidates)
        },
        {sets.chosen(number): count for number, count in enumerate(counts)},
        tuple(name for name, numbers in stopping.items() if not numbers),
    )


def losses(
    goals: Iterable[str],
    controls: Sequence[str],
    thieves: Iterable[Incident],
    *,
    world: World | None = None,
    case: CaseName = cases.COURSE,
) -> dict[Controls, int]:
    """Return for each set of these controls, added to a world, how many goals the thieves reach.

    The world is the case's historical one if none is given. The goals are facts of steps, counted
    for all thieves together. Raises KeyError where a thief has no such step.
    """
    crowd = tuple(thieves)
    stopped = stopped_counts(goals, controls, crowd, world=world, case=case)
    most = len(crowd) * len(stopped)
    by_set = zip(*(counts.items() for counts in stopped.values()), strict=True)
    return {rows[0][0]: most - sum(count for _, count in rows) for rows in by_set}


def stopped_counts(
    goals: Iterable[str],
    controls: Sequence[str],
    thieves: Iterable[Incident],
    *,
    world: World | None = None,
    case: CaseName = cases.COURSE,
) -> dict[str, dict[Controls, int]]:
    """Return by goal, for each set of these controls, how many of the thieves do not reach it.

    Each thief is walked once for all goals. Raises KeyError where a thief has no such step.
    """
    sets, goals = _Sets(controls, world or World.historical(case)), tuple(goals)
    stopping = [sets.stopping(goals, case, thief) for thief in thieves]
    return {
        goal: {
            sets.chosen(number): count
            for number, count in enumerate(sets.counted(one[goal] for one in stopping))
        }
        for goal in goals
    }


def stopped_in(
    goals: Iterable[str], worlds: Sequence[World], thieves: Iterable[Incident]
) -> dict[str, list[int]]:
    """Return by goal, for each of these worlds, how many of the thieves do not reach it.

    Each thief is walked once for all worlds. Raises KeyError where a thief has no such step.
    """
    return Worlds(worlds).stopped(goals, thieves)


class Worlds:
    """A list of worlds, each numbered by its place. A world has a number, its place among them.

    Many of them are one integer, in which the bit at each of their numbers is 1.
    """

    def __init__(self, worlds: Sequence[World]):
        self.watched = [_Watched(world) for world in worlds]
        self.all = (1 << len(worlds)) - 1
        self.remembered = breach.Remembered[list[_Answer]]()
        self.having_value: dict[tuple[str, Any], int] = {}

    def stopped(self, goals: Iterable[str], thieves: Iterable[Incident]) -> dict[str, list[int]]:
        """Return the counts that `stopped_in` describes.

        What one crowd asked is not decided again for the next.
        """
        goals = tuple(goals)
        counts = {goal: [0] * len(self.watched) for goal in goals}
        for case in thieves:
            found = self.stopping(goals, case, case)
            for goal in goals:
                for place in range(len(self.watched)):
                    counts[goal][place] += found[goal] >> place & 1
        return counts

    def world(self, number: int) -> "_Watched":
        """Return the world with this number, watched."""
        return self.watched[number]

    def answers(self, asked: Request) -> "list[_Answer]":
        """Return the answers to a request, each with its worlds, until all worlds are covered."""
        found, left = [], self.all
        while left:
            number = (left & -left).bit_length() - 1  # the first world without an answer
            found.append(self.answer(asked, number))
            left &= ~found[-1].sets
        return found

    def answer(self, asked: Request, number: int) -> "_Answer":
        """Return the answer of this world, and all the worlds that must give the same one."""
        world = self.world(number)
        world.asked.clear()
        decision = policy.decide(asked, world)
        raises_alarm = policy.alarmed(asked, decision, world)
        given = frozenset(credentials_given(asked) if decision.allow else ())
        return _Answer(self.alike(number, world.asked), decision.allow, given, raises_alarm)

    def alike(self, number: int, asked: set[str]) -> int:
        """Return the worlds with the same values for these controls as the world of this number."""
        mine = self.watched[number].watched
        return reduce(and_, (self.with_value(name, mine[name]) for name in asked), self.all)

    def with_value(self, name: str, value: Any) -> int:
        """Return the worlds in which a control has this value."""
        known = self.having_value.get((name, value))
        if known is None:
            places = (place for place, one in enumerate(self.watched) if one.watched[name] == value)
            known = self.having_value[name, value] = sum(1 << place for place in places)
        return known

    def stopping(
        self, goals: Collection[str], case: CaseName, thief: Thief | None
    ) -> dict[str, int]:
        """Return the worlds in which each step is stopped, up to the last of the goals."""
        chased = thief if isinstance(thief, Incident) else cases.load(case)
        campaign = thief if isinstance(thief, Campaign) else chased.campaign
        return _Walk(self, chased).stopping(campaign.until(max(goals, key=campaign.place)))


class _Sets(Worlds):
    """All sets of some controls. A set has a number: the sum of the bits of its controls.

    Many sets are one integer, in which the bit at each of their numbers is 1. `having` has, for
    each control, all sets with that control in them.
    """

    def __init__(self, controls: Sequence[str], base: World):
        # Each must be a control, also one that no decision asks about.
        breach.with_controls(controls)
        super().__init__([])
        self.base = base
        self.made: dict[int, _Watched] = {}
        self.names = tuple(dict.fromkeys(controls))
        self.bit = {name: 1 << place for place, name in enumerate(self.names)}
        self.size = 1 << len(self.names)
        self.all = (1 << self.size) - 1
        self.having = {name: self.all // ((1 << bit) + 1) << bit for name, bit in self.bit.items()}

    def number(self, chosen: Iterable[str]) -> int:
        """The number of a set; names that are not among the controls count for nothing."""
        return sum(bit for name, bit in self.bit.items() if name in chosen)

    def chosen(self, number: int) -> Controls:
        """The set of a number."""
        return tuple(name for name, bit in self.bit.items() if number & bit)

    def world(self, number: int) -> "_Watched":
        """The world with the set of this number in it, watched."""
        if number not in self.made:
            world = breach.with_controls(self.chosen(number), self.base)
            self.made[number] = _Watched(world)
        return self.made[number]

    def alike(self, number: int, asked: set[str]) -> int:
        """The sets that have the same of these controls as the set of this number."""
        alike = self.all
        for name, bit in self.bit.items():
            if name in asked:
                alike &= self.having[name] if number & bit else ~self.having[name]
        return alike

    def minimal(self, stopping: int) -> tuple[Controls, ...]:
        """The sets among these of which nothing can be left out."""
        with_a_spare_part = reduce(
            or_, (stopping << self.bit[name] & self.having[name] for name in self.names), 0
        )
        minimal = stopping & ~with_a_spare_part
        numbers = [number for number in range(self.size) if minimal >> number & 1]
        return self.ordered(map(self.chosen, numbers))

    def counted(self, many: Iterable[int]) -> list[int]:
        """For each set, by its number: how many of these hold it."""
        rows = [f"{numbers:0{self.size}b}" for numbers in many]
        return [column.count("1") for column in zip(*rows, strict=True)][::-1]

    def ordered(self, sets: Iterable[Controls]) -> tuple[Controls, ...]:
        """Smallest first."""
        return tuple(sorted(sets, key=lambda chosen: (len(chosen), chosen)))


class _State(NamedTuple):
    """What is different for a thief at one moment: the time, the credentials, and the alarm, if one
    was raised. Times are in seconds since 1970."""

    now: int
    holds: frozenset[str]
    alarm: int | None


class _Answer(NamedTuple):
    """What a request gets in some of the sets."""

    sets: int
    allowed: bool
    given: frozenset[str]
    raises_alarm: bool


Waiting = dict[_State, int]  # by state, the sets in which the thief is there


class _Walk:
    """A campaign in the worlds of all sets at once: the thief of breach.CampaignRun, who is in one
    state in some sets and in another in the rest.

    A request is decided once for all sets that have the same of the controls that were asked about.
    """

    def __init__(self, sets: Worlds, case: Incident):
        self.sets, self.case = sets, case

    def stopping(self, campaign: Campaign) -> dict[str, int]:
        """For each step, by its fact, the sets in which it is stopped."""
        waiting: Waiting = {_State(0, frozenset(campaign.start_with), None): self.sets.all}
        stopping = {}
        for plan in campaign.steps:
            fact = self.case.ledger.facts[plan.fact]
            begin = seconds(plan.assumed_time or fact.time or "")
            done: Waiting = {}
            for route in plan.routes:
                waiting = self.refused(route, begin, waiting, done)
            stopping[plan.fact] = reduce(or_, waiting.values(), 0)
            for state, numbers in waiting.items():
                done[state] = done.get(state, 0) | numbers
            waiting = done
        return stopping

    def refused(self, route: Route, begin: int, waiting: Waiting, done: Waiting) -> Waiting:
        """Where the route is not open all the way; where it is goes to `done`."""
        refused: Waiting = {}
        for ask in route:
            onward: Waiting = {}
            for state, numbers in waiting.items():
                for after, allowed, some in self.after(ask, begin, state, numbers):
                    there = onward if allowed else refused
                    there[after] = there.get(after, 0) | some
            waiting = onward
        for state, numbers in waiting.items():
            done[state] = done.get(state, 0) | numbers
        return refused

    def after(
        self, ask: Ask, begin: int, state: _State, numbers: int
    ) -> Iterator[tuple[_State, bool, int]]:
        """The states after a request in these sets, whether it was allowed, and in which of
        them."""
        foothold = self.case.estate.zones[ask.origin].foothold
        if ask.using not in state.holds or not (foothold is None or foothold in state.holds):
            yield state, False, numbers
            return
        time = max(state.now + 1, seconds(ask.at) if ask.at else begin)
        sets = self.sets
        for answer in sets.remembered.answer(self.case, ask, time, state.alarm, sets.answers):
            if some := numbers & answer.sets:
                alarm = time if answer.raises_alarm and state.alarm is None else state.alarm
                holds = state.holds | answer.given if answer.given else state.holds
                after = _State(time + ask.lasts, holds, alarm)
                yield after, answer.allowed, some
                numbers ^= some
                if not numbers:
                    return


class _Watched(World):
    """A world that notes which of its controls were asked about: it has none itself, and looks each
    up in the world that it watches."""

    def __init__(self, world: World):
        object.__setattr__(self, "watched", vars(world))
        object.__setattr__(self, "asked", set())

    def __getattr__(self, name: str) -> Any:
        self.asked.add(name)
        return self.watched[name]
