"""Evaluate correlations over a log that may grow: new matches, and the alerts they raise.

A correlation keeps its matches by group. What is new in the log touches some groups, and only
these are looked at anew. A hunt through files is one such step; `--follow` takes many.
"""

import string
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from operator import attrgetter
from typing import Protocol

from sigma.correlations import SigmaCorrelationRule, SigmaRuleReference
from sigma.rule import SigmaRule

from labutils.hunt.rules import base_rules
from labutils.hunt.store import Row, Value, unframed
from labutils.hunt.windows import MEASURED, Match, Onset, Window, Windows, number, numbers, onsets
from labutils.text import counted, shown

Group = tuple[Value, ...]
Names = list[str | None]  # fields; None for what a rule has none for

FOLD = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
_time = attrgetter("time")


class Log(Protocol):
    """The events that are new since the last step."""

    def matches(self, rule: SigmaRule, names: Names) -> Iterator[Row]:
        """Yield the new events that the rule matches, with the values of these fields."""

    def everything(self, rule: SigmaRule, names: Names) -> Iterator[Row]:
        """Yield every new event from the sources of a rule."""

    def until(self, rules: list[SigmaRule]) -> float:
        """Return the time of the last event, new or old, in the sources of these rules."""


class Correlation:
    """A correlation with its matches by group, and the correlations that it refers to."""

    def __init__(self, rule: SigmaCorrelationRule, bases: list[SigmaRule] | None = None):
        """`bases` are the rules for single events that the whole stands on.

        Raises ValueError for a correlation that cannot be asked.
        """
        self.rule = rule
        self.bases = base_rules(rule) if bases is None else bases
        self.question = Windows(rule)
        self.counted = _counted(rule)
        self.below = {
            slot: Correlation(reference.rule, self.bases)
            for slot, reference in enumerate(rule.referenced_rules)
            if isinstance(reference.rule, SigmaCorrelationRule)
        }
        self.others = {slot: self._other_fields(slot) for slot in self.below}
        self.groups: dict[Group, list[Match]] = defaultdict(list)
        self.context: dict[Group, list[Match]] = defaultdict(list)
        self.of_alerts: dict[tuple[int, Group], list[tuple[Group, Match]]] = {}
        self.folded = _Folded()
        self.not_over: dict[Group, int] = {}  # windows that wait for the log to go on
        self.left_out: Counter[str] = Counter()

    def update(self, log: Log) -> Iterator[tuple[Group, Iterator[Onset]]]:
        """Add the new matches, and yield each group they touch with all its onsets."""
        for group in self._take_in(log):
            yield group, onsets(self._windows(group, log))

    # --- what is new ---

    def _take_in(self, log: Log) -> dict[Group, None]:
        """The groups that new events touch, or the passing of time."""
        touched = {group: None for group, number in self.not_over.items() if number}
        for slot, reference in enumerate(self.rule.referenced_rules):
            if slot in self.below:
                touched |= dict.fromkeys(self._take_alerts(slot, reference, log))
            else:
                touched |= dict.fromkeys(self._take_events(slot, reference, log))
        if self.question.looks_at_all:
            touched |= dict.fromkeys(self._take_context(log))
        for group in touched:
            self.groups[group].sort(key=_time)
            self.context[group].sort(key=_time)
        return touched

    def _take_events(self, slot: int, reference: SigmaRuleReference, log: Log) -> Iterator[Group]:
        names = [*self._group_names(reference), self._name(self.counted, reference)]
        assert isinstance(reference.rule, SigmaRule)
        folded, groups, is_measured = self.folded, self.groups, self.rule.type in MEASURED
        for n, time, *values in log.matches(reference.rule, names):
            *keys, value = [folded[one] for one in values]
            group = tuple(keys)
            if time is None:
                self.left_out["time"] += 1
            elif None in group:
                self.left_out["group"] += 1
            else:
                groups[group].append(Match(time, slot, n, number(value) if is_measured else value))
                yield group

    def _take_alerts(self, slot: int, reference: SigmaRuleReference, log: Log) -> Iterator[Group]:
        """The windows of a correlation below, in place of those that its groups had."""
        below = self.below[slot]
        own = below.rule.group_by or []
        names = [*self._group_names(reference), self._name(self.counted, reference)]
        others = self.others[slot]
        others.update(log)
        for group_below in below._take_in(log):
            for group, match in self.of_alerts.pop((slot, group_below), []):
                self.groups[group].remove(match)
                yield group
            known = dict(zip(own, group_below, strict=True))
            every = self.of_alerts[slot, group_below] = []
            for window in below._windows(group_below, log):
                for group, value in self._seen(window, names, known, others):
                    match = Match(window.end, slot, window, value)
                    self.groups[group].append(match)
                    every.append((group, match))
                    yield group

    def _seen(
        self, window: Window, names: Names, known: dict[str, Value], others: "_Others"
    ) -> Iterable[tuple[Group, Value]]:
        """The groups and values by which an alert is seen: by what its own group says, else by what
        each of its events does."""
        seen: dict[tuple[Group, Value], None] = {}
        for values in others.of(window):
            fields = known | values
            *keys, value = (self.folded[fields.get(name)] if name else None for name in names)
            if None in keys:
                self.left_out["group"] += 1
            else:
                seen[tuple(keys), self._measured(value)] = None
        return seen

    def _take_context(self, log: Log) -> Iterator[Group]:
        """All events of the sources, by the group in which each is."""
        for reference in self.rule.referenced_rules:
            for base in base_rules(reference.rule):
                for n, time, *values in log.everything(base, self._group_names(reference)):
                    group = tuple(self.folded[one] for one in values)
                    if time is not None and None not in group:
                        self.context[group].append(Match(time, 0, n, None))
                        yield group

    # --- fields ---

    def _other_fields(self, slot: int) -> "_Others":
        reference, below = self.rule.referenced_rules[slot], self.below[slot]
        names = [*self._group_names(reference), self._name(self.counted, reference)]
        own = below.rule.group_by or []
        return _Others(below, [name for name in names if name and name not in own])

    def _group_names(self, reference: SigmaRuleReference) -> Names:
        return [self._name(name, reference) for name in self.rule.group_by or []]

    def _name(self, name: str | None, reference: SigmaRuleReference) -> str | None:
        return name_in(self.rule, name, reference)

    def _measured(self, value: Value) -> Value:
        return number(value) if self.rule.type in MEASURED else value

    # --- windows ---

    def _windows(self, group: Group, log: Log) -> Iterable[Window]:
        windows, self.not_over[group] = self.question.of(
            self.groups[group], self.context[group], log.until(self.bases)
        )
        return windows

    def notes(self) -> list[str]:
        """Return a sentence for each kind of match left out, here or in a correlation below."""
        name = f"The correlation {shown(self.rule.title or '', 80)!r} left out"
        times, groups = self.left_out["time"], self.left_out["group"]
        fields = shown(", ".join(self.rule.group_by or []), 120)
        windows = sum(self.not_over.values())
        notes = [note for below in self.below.values() for note in below.notes()]
        if times:
            notes.append(f"{name} {counted(times, 'event')} without a time that can be read.")
        if groups:
            notes.append(f"{name} {counted(groups, 'match', 'matches')} without {fields}.")
        if windows:
            notes.append(
                f"{name} {counted(windows, 'window')} of {self.rule.timespan.spec} that had not "
                "ended when the logs did."
            )
        return notes


class _Folded(dict[Value, Value]):
    """Values as they are compared: a text without case, in ASCII. Equal ones are one object."""

    def __missing__(self, value: Value) -> Value:
        folded = value.translate(FOLD) if isinstance(value, str) else value
        self[value] = self.setdefault(folded, folded)
        return self[value]


class _Others:
    """Fields by which a correlation sees the alerts of one below it that are not in its group: they
    are read off each of its events."""

    def __init__(self, below: Correlation, names: list[str]):
        self.below, self.names = below, names
        self.values: dict[int, dict[str, Value]] = {}

    def update(self, log: Log) -> None:
        """Take in what is new."""
        for base in base_rules(self.below.rule) if self.names else ():
            for n, _, *values in log.everything(base, [*self.names]):
                self.values[n] = dict(zip(self.names, values, strict=True))

    def of(self, window: Window) -> Iterable[dict[str, Value]]:
        """The values of each event of an alert; one empty set where no other fields are asked."""
        if not self.names:
            return [{}]
        return [self.values[n] for n in numbers(window.parts)]


def name_in(
    rule: SigmaCorrelationRule, name: str | None, reference: SigmaRuleReference
) -> str | None:
    """Return what one of the correlated rules calls a field.

    None if the name is an alias that only other rules define.
    """
    for alias in rule.aliases:
        if alias.alias == name:
            called = (reference.reference, reference.rule.name, str(reference.rule.id))
            fields = [field for other, field in alias.mapping.items() if other.reference in called]
            return fields[0] if fields else None
    return name


def _counted(rule: SigmaCorrelationRule) -> str | None:
    """The field that a correlation counts. Raises ValueError where it counts several together."""
    field = getattr(rule.condition, "fieldref", None)
    if isinstance(field, list):
        raise ValueError("it counts several fields together, which is not supported")
    return field


def group_texts(rule: SigmaCorrelationRule, group: Group) -> list[tuple[str, str]]:
    """Return the group-by fields, each with the value that the events share."""
    return [
        (name, ", ".join(map(str, unframed(value))))
        for name, value in zip(rule.group_by or [], group, strict=True)
    ]
