"""Find the windows of time in which a correlation holds for one group, and the alerts they raise.

Matches are what the correlated rules are true of: events, or windows of other correlations. A
window ends with a match and reaches back from there by the time span of the correlation. Where a
condition says that something must be absent, it begins with a match and reaches forward. What is
counted in it is as the specification of Sigma's correlation rules has it.
"""

import math
import re
from bisect import bisect_left, bisect_right, insort
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from heapq import merge
from itertools import combinations
from operator import attrgetter
from typing import NamedTuple, Protocol

from sigma.backends.sqlite.correlation import terms
from sigma.correlations import (
    SigmaCorrelationCondition,
    SigmaCorrelationRule,
    SigmaCorrelationType,
    SigmaExtendedCorrelationCondition,
)
from sigma.correlations import SigmaCorrelationConditionOperator as Operator

from labutils.hunt.store import Value

Metric = int | float | Fraction
Kind = SigmaCorrelationType

MEASURED = (Kind.VALUE_SUM, Kind.VALUE_AVG, Kind.VALUE_MEDIAN, Kind.VALUE_PERCENTILE)
TEMPORAL = (Kind.TEMPORAL, Kind.TEMPORAL_ORDERED)
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_HOLDS: dict[Operator, Callable[[Metric, Metric], bool]] = {
    Operator.LT: lambda metric, limit: metric < limit,
    Operator.LTE: lambda metric, limit: metric <= limit,
    Operator.GT: lambda metric, limit: metric > limit,
    Operator.GTE: lambda metric, limit: metric >= limit,
    Operator.EQ: lambda metric, limit: metric == limit,
    Operator.NEQ: lambda metric, limit: metric != limit,
}


class Match(NamedTuple):
    """A match of one of the correlated rules, and its time (seconds since 1970).

    `slot` is the place of that rule among them. `event` is the number of an event, or a window of a
    correlation; `value` is what is counted.
    """

    time: float
    slot: int
    event: "int | Window"
    value: Value


@dataclass(eq=False, slots=True)
class Part:
    """The matches of a list from `low` up to the one before `high` that `counts` accepts."""

    matches: list[Match]
    low: int
    high: int
    counts: Callable[[Match], bool] | None = None

    def is_of(self, other: "Part") -> bool:
        """Whether both are parts of the same list, of which the same counts."""
        return self.matches is other.matches and self.counts is other.counts


@dataclass(eq=False, slots=True)
class Window:
    """A window, from `start` to `end` (seconds since 1970), in which a correlation holds.

    `first` is the earliest sequence, where an order is asked; else nothing.
    """

    start: float
    end: float
    metric: Metric
    parts: list[Part]
    first: list[Part] = field(default_factory=list)


@dataclass(eq=False, slots=True)
class Onset:
    """A stretch of touching windows in which a correlation held for a group.

    The first of them is `opening`.
    """

    opening: Window
    end: float
    parts: list[Part]

    @property
    def time(self) -> float:
        """When the correlation first held, in seconds since 1970."""
        return self.opening.end

    def take(self, window: Window) -> None:
        """Extend the stretch by a window that touches it."""
        self.end = max(self.end, window.end)
        for part in window.parts:
            last = next((one for one in reversed(self.parts) if one.is_of(part)), part)
            if last is not part and last.low <= part.low <= last.high:
                last.high = max(last.high, part.high)
            else:
                self.parts.append(_copy(part))


def _copy(part: Part) -> Part:
    return Part(part.matches, part.low, part.high, part.counts)


def onsets(windows: Iterable[Window]) -> Iterator[Onset]:
    """Merge the windows of one group, in the order of time, into onsets."""
    current: Onset | None = None
    for window in windows:
        if current is not None and window.start <= current.end:
            current.take(window)
            continue
        if current is not None:
            yield current
        current = Onset(window, window.end, [_copy(part) for part in window.parts])
    if current is not None:
        yield current


def numbers(parts: Iterable[Part]) -> set[int]:
    """Return the numbers of the events in these parts, and in the windows below them.

    Each match is looked at once, however many windows share it.
    """
    events: set[int] = set()
    waiting = list(parts)
    while waiting:
        below: dict[Window, None] = {}
        done: dict[tuple[int, int], int] = {}
        for part in sorted(waiting, key=attrgetter("low")):
            key = (id(part.matches), id(part.counts))
            for place in range(max(part.low, done.get(key, 0)), part.high):
                match = part.matches[place]
                if part.counts is not None and not part.counts(match):
                    continue
                if isinstance(match.event, Window):
                    below[match.event] = None
                else:
                    events.add(match.event)
            done[key] = max(part.high, done.get(key, 0))
        waiting = [part for window in below for part in window.parts]
    return events


# --- which windows hold -------------------------------------------------------------------------


@dataclass(frozen=True)
class Clause:
    """The rules that must have a match in a window, and the rules that must have none."""

    wanted: tuple[int, ...]
    unwanted: tuple[int, ...]


class Windows:
    """The conditions that a correlation sets for each window."""

    def __init__(self, rule: SigmaCorrelationRule):
        """Raises ValueError where it asks for what is not a percentile."""
        self.rule = rule
        self.span = rule.timespan.seconds
        self.slots = range(len(rule.referenced_rules))
        self.clauses = clauses_of(rule)
        self.limit: Metric | None = None  # none where the clauses say it all
        self.compare = _HOLDS[Operator.EQ]
        if isinstance(rule.condition, SigmaCorrelationCondition):
            self.limit, self.compare = rule.condition.count, _HOLDS[rule.condition.op]
        if rule.type is Kind.VALUE_PERCENTILE and not 0 <= self._percentile() <= 100:
            raise ValueError("a percentile is a number from 0 to 100")

    def _percentile(self) -> float:
        percentile = getattr(self.rule.condition, "percentile", None)
        return -1 if percentile is None else percentile

    def holds(self, metric: Metric | None) -> bool:
        """Return whether the counted value is enough."""
        if self.limit is None:
            return True
        return metric is not None and self.compare(metric, self.limit)

    @property
    def looks_at_all(self) -> bool:
        """Whether any event can begin a window.

        True for a condition that only says what must be absent, since no match can begin one.
        """
        return any(clause.unwanted and not clause.wanted for clause in self.clauses)

    def of(
        self, matches: list[Match], context: list[Match], horizon: float
    ) -> tuple[Iterable[Window], int]:
        """Return a group's windows that hold, in the order of time, and how many were still open.

        Open means not over when the logs ended, at `horizon`. `matches` and `context`, which are
        all events of the group, are in the order of time.
        """
        if self.rule.type not in TEMPORAL:
            return self._counted(matches), 0
        temporal = _Temporal(self, matches, context, horizon)
        return temporal.windows(), temporal.not_over

    def _tally(self) -> "Tally":
        match self.rule.type:
            case Kind.EVENT_COUNT:
                return EventTally()
            case Kind.VALUE_COUNT:
                return ValueTally()
            case Kind.VALUE_SUM:
                return SumTally(mean=False)
            case Kind.VALUE_AVG:
                return SumTally(mean=True)
            case Kind.VALUE_MEDIAN:
                return PercentileTally(50)
        return PercentileTally(self._percentile())

    def _counted(self, matches: list[Match]) -> Iterator[Window]:
        """Windows by what is counted in them: one passage, in which matches come in and go out."""
        if len(self.slots) > 1:  # an event of which two of the rules are true counts once
            matches = list({(match.event, match.value): match for match in matches}.values())
        counts = _has_value if self.rule.type in MEASURED else None
        tally, span, last = self._tally(), self.span, len(matches) - 1
        low = 0
        for place, (time, _, _, value) in enumerate(matches):
            tally.come(value)
            if place < last and matches[place + 1].time == time:
                continue
            start = time - span
            while matches[low].time < start:
                tally.go(matches[low].value)
                low += 1
            metric = tally.metric()
            if metric is not None and self.holds(metric):
                yield Window(start, time, metric, [Part(matches, low, place + 1, counts)])


def _has_value(match: Match) -> bool:
    return match.value is not None


def number(value: Value) -> Value:
    """Return the number that a value is or its text writes in JSON (RFC 8259, 6), else None."""
    if isinstance(value, str):
        text = value.strip(" ")
        value = float(text) if _NUMBER.fullmatch(text) else None
    return value if value is not None and math.isfinite(value) else None


# --- what is counted ----------------------------------------------------------------------------


class Tally(Protocol):
    """A running count over a window that moves on."""

    def come(self, value: Value) -> None: ...

    def go(self, value: Value) -> None: ...

    def metric(self) -> Metric | None: ...


class EventTally:
    """A count of events."""

    def __init__(self) -> None:
        self.count = 0

    def come(self, _value: Value) -> None:
        self.count += 1

    def go(self, _value: Value) -> None:
        self.count -= 1

    def metric(self) -> int:
        return self.count


class ValueTally:
    """A count of different values."""

    def __init__(self) -> None:
        self.counts: Counter[Value] = Counter()

    def come(self, value: Value) -> None:
        if value is not None:
            self.counts[value] += 1

    def go(self, value: Value) -> None:
        if value is not None:
            self.counts[value] -= 1
            if not self.counts[value]:
                del self.counts[value]

    def metric(self) -> int:
        return len(self.counts)


class SumTally:
    """A sum or a mean of numbers, exact however many came and went."""

    def __init__(self, *, mean: bool) -> None:
        self.mean, self.sum, self.count = mean, Fraction(), 0

    def come(self, value: Value) -> None:
        if isinstance(value, int | float):
            self.sum, self.count = self.sum + Fraction(value), self.count + 1

    def go(self, value: Value) -> None:
        if isinstance(value, int | float):
            self.sum, self.count = self.sum - Fraction(value), self.count - 1

    def metric(self) -> Fraction | None:
        if not self.count:
            return None
        return self.sum / self.count if self.mean else self.sum


class PercentileTally:
    """A percentile of numbers, interpolated between its two nearest neighbours."""

    def __init__(self, percentile: float) -> None:
        self.share = percentile / 100
        self.values: list[int | float] = []

    def come(self, value: Value) -> None:
        if isinstance(value, int | float):
            insort(self.values, value)

    def go(self, value: Value) -> None:
        if isinstance(value, int | float):
            del self.values[bisect_left(self.values, value)]

    def metric(self) -> float | None:
        if not self.values:
            return None
        place = (len(self.values) - 1) * self.share
        low, part = self.values[math.floor(place)], place - math.floor(place)
        return low + (self.values[math.ceil(place)] - low) * part


# --- what is together, or in order ----------------------------------------------------------------


def clauses_of(rule: SigmaCorrelationRule) -> list[Clause]:
    """Return the clauses of a temporal correlation; one of them must hold."""
    condition = rule.condition
    references = [reference.reference for reference in rule.referenced_rules]
    if isinstance(condition, SigmaExtendedCorrelationCondition):
        return [
            Clause(*(tuple(sorted({references.index(name) for name in names})) for names in term))
            for term in terms(condition.parsed)
        ]
    if rule.type is Kind.TEMPORAL_ORDERED and condition.op in (Operator.GT, Operator.GTE):
        more = condition.op is Operator.GT
        least = math.floor(condition.count) + 1 if more else math.ceil(condition.count)
        return [Clause(slots, ()) for slots in _choices(len(references), max(0, least))]
    return [Clause((), ())]


def _choices(slots: int, least: int) -> Iterator[tuple[int, ...]]:
    """Each choice of so many of the rules, in their order: two of three ask for a pair in order,
    whatever the third does."""
    return combinations(range(slots), least)


class _Temporal:
    """The matches of a group, rule by rule, for the types that ask which rules are together."""

    def __init__(
        self, question: Windows, matches: list[Match], context: list[Match], horizon: float
    ):
        self.question, self.matches, self.context = question, matches, context
        self.horizon, self.not_over = horizon, 0
        self.times = [match.time for match in matches]
        self.context_times = [match.time for match in context]
        self.of_slot: list[list[Match]] = [[] for _ in question.slots]
        for match in matches:
            self.of_slot[match.slot].append(match)
        self.times_of = [[match.time for match in every] for every in self.of_slot]

    def windows(self) -> Iterable[Window]:
        """Those of all alternatives; where two have the same window, it is one."""
        every = [list(self._of_clause(clause)) for clause in self.question.clauses]
        return every[0] if len(every) == 1 else _united(merge(*every, key=attrgetter("start")))

    def _of_clause(self, clause: Clause) -> Iterator[Window]:
        span = self.question.span
        counts = _of_slots(clause.wanted) if self._is_extended and clause.wanted else None
        for anchor in self._anchors(clause):
            start, end = (anchor, anchor + span) if clause.unwanted else (anchor - span, anchor)
            there = [slot for slot in self.question.slots if self._is_there(slot, start, end)]
            if not set(clause.wanted).issubset(there) or set(clause.unwanted).intersection(there):
                continue
            if clause.unwanted and end > self.horizon:
                self.not_over += 1
                continue
            if not self.question.holds(len(there)):
                continue
            slots = clause.wanted or tuple(there)
            if self.question.rule.type is Kind.TEMPORAL_ORDERED and slots:
                earliest = self._in_order(slots, start, end)
                if earliest is not None:
                    parts = self._taking_part(slots, earliest, start, end)
                    first = [self._between(slot, time, time) for slot, time in earliest]
                    yield Window(start, end, len(there), parts, first)
            else:
                yield Window(start, end, len(there), self._evidence(clause, start, end, counts))

    @property
    def _is_extended(self) -> bool:
        return isinstance(self.question.rule.condition, SigmaExtendedCorrelationCondition)

    def _anchors(self, clause: Clause) -> list[float]:
        """The moments with which windows end, or begin where something must be absent."""
        if not clause.unwanted:
            return sorted(set(self.times))
        if not clause.wanted:
            return sorted(set(self.context_times))
        return sorted({time for slot in clause.wanted for time in self.times_of[slot]})

    def _is_there(self, slot: int, start: float, end: float) -> bool:
        times = self.times_of[slot]
        first = bisect_left(times, start)
        return first < len(times) and times[first] <= end

    def _evidence(
        self, clause: Clause, start: float, end: float, counts: Callable[[Match], bool] | None
    ) -> list[Part]:
        """The matches of a window that count."""
        if clause.unwanted and not clause.wanted:
            low, high = (
                bisect_left(self.context_times, start),
                bisect_right(self.context_times, start),
            )
            return [Part(self.context, low, high)]
        low, high = bisect_left(self.times, start), bisect_right(self.times, end)
        return [Part(self.matches, low, high, counts)]

    def _taking_part(
        self, slots: tuple[int, ...], earliest: list[tuple[int, float]], start: float, end: float
    ) -> list[Part]:
        """The matches of a window that are in any sequence: those of each rule from the moment that
        it can reach at the earliest to the one from which the rest can still follow."""
        latest = self._in_order_from_the_end(slots, start, end)
        return [
            self._between(slot, since, until)
            for (slot, since), (_, until) in zip(earliest, latest, strict=True)
        ]

    def _between(self, slot: int, since: float, until: float) -> Part:
        times = self.times_of[slot]
        return Part(self.of_slot[slot], bisect_left(times, since), bisect_right(times, until))

    def _at(self, slot: int, time: float) -> list[Match]:
        part = self._between(slot, time, time)
        return part.matches[part.low : part.high]

    def _in_order(
        self, slots: tuple[int, ...], start: float, end: float
    ) -> list[tuple[int, float]] | None:
        """For each of these rules the earliest time at which it can follow those before it; None
        where one cannot.

        Many logs write whole seconds, so two events of the same moment are in either order. One
        event is not two of them.
        """
        sequence: list[tuple[int, float]] = []
        for slot in slots:
            times, earliest = self.times_of[slot], sequence[-1][1] if sequence else start
            place = bisect_left(times, earliest)
            while place < len(times) and times[place] <= end:
                same = [other for other, time in sequence if time == times[place]]
                if _are_different([self._at(one, times[place]) for one in [*same, slot]]):
                    break
                place = bisect_right(times, times[place])
            if place == len(times) or times[place] > end:
                return None
            sequence.append((slot, times[place]))
        return sequence

    def _in_order_from_the_end(
        self, slots: tuple[int, ...], start: float, end: float
    ) -> list[tuple[int, float]]:
        """For each of these rules the latest time from which those after it can follow, where they
        can at all."""
        sequence: list[tuple[int, float]] = []
        for slot in reversed(slots):
            times, latest = self.times_of[slot], sequence[-1][1] if sequence else end
            place = bisect_right(times, latest) - 1
            while times[place] > start:
                same = [other for other, time in sequence if time == times[place]]
                if _are_different([self._at(one, times[place]) for one in [*same, slot]]):
                    break
                place = bisect_left(times, times[place]) - 1
            sequence.append((slot, times[place]))
        return sequence[::-1]


def _of_slots(slots: tuple[int, ...]) -> Callable[[Match], bool]:
    return lambda match: match.slot in slots


def _are_different(choices: list[list[Match]]) -> bool:
    """Whether one event can be taken from each list, and none twice (a matching, after Kuhn)."""
    taken: dict[int | Window, int] = {}

    def finds_one(choice: int, tried: set[int | Window]) -> bool:
        for match in choices[choice]:
            if match.event not in tried:
                tried.add(match.event)
                if match.event not in taken or finds_one(taken[match.event], tried):
                    taken[match.event] = choice
                    return True
        return False

    return all(finds_one(choice, set()) for choice in range(len(choices)))


def _united(windows: Iterable[Window]) -> Iterator[Window]:
    """Windows in the order of time, those of the same time as one."""
    last: Window | None = None
    for window in windows:
        if last is not None and (last.start, last.end) == (window.start, window.end):
            last.parts += window.parts
            continue
        if last is not None:
            yield last
        last = window
    if last is not None:
        yield last
