"""A second opinion on Sigma correlations: each window looked at by itself, in Python.

No SQL, and no code of the engine. What is asked here is the question of the specification
(sigma-correlation-rules-specification): which windows of time hold what the rule counts.
"""

import itertools
import math
from collections import defaultdict
from dataclasses import dataclass

from hunt_oracle import FOLD, is_true, number_of, text_of, values
from sigma.correlations import (
    CorrelationConditionAND,
    CorrelationConditionNOT,
    SigmaCorrelationRule,
    SigmaExtendedCorrelationCondition,
    SigmaRuleReference,
)


@dataclass(frozen=True)
class Logged:
    """An event with its number and its time."""

    number: int
    time: float
    fields: dict

    def __hash__(self):
        return self.number


@dataclass(frozen=True)
class Match:
    """An event, or an alert of another correlation, of which a rule is true; `slot` is the place
    of that rule among those that are correlated."""

    name: object
    slot: int
    time: float
    group: tuple
    value: object
    events: frozenset


@dataclass(frozen=True)
class Alert:
    """A window in which a correlation holds for a group."""

    start: float
    end: float
    group: tuple
    metric: object
    events: frozenset


def alarms(rule, events):
    """When and for whom a correlation began to hold, and with which events: windows of one group
    that touch are one alarm. A set of (time, group, numbers)."""
    by_group = defaultdict(list)
    for alert in sorted(alerts(rule, events), key=lambda alert: (alert.start, alert.end)):
        runs = by_group[alert.group]
        if runs and alert.start <= max(one.end for one in runs[-1]):
            runs[-1].append(alert)
        else:
            runs.append([alert])
    return {
        (min(a.end for a in run), group, union(a.events for a in run))
        for group, runs in by_group.items()
        for run in runs
    }


def alerts(rule, events):
    """Every window in which a correlation holds."""
    matches = [
        match
        for slot, reference in enumerate(rule.referenced_rules)
        for match in matches_of(rule, reference, slot, events)
        if None not in match.group
    ]
    if isinstance(rule.condition, SigmaExtendedCorrelationCondition):
        clauses = clauses_of(rule.condition.parsed)
    elif rule.type.name == "TEMPORAL_ORDERED":
        names = [reference.reference for reference in rule.referenced_rules]
        clauses = [
            (set(some), set()) for some in itertools.combinations(names, rule.condition.count)
        ]
    else:
        clauses = [(set(), set())]
    merged = defaultdict(list)
    for wanted, unwanted in clauses:
        for alert in of_clause(rule, slots(rule, wanted), slots(rule, unwanted), matches, events):
            merged[alert.start, alert.end, alert.group].append(alert)
    return [
        Alert(*window, max(one.metric for one in several), union(one.events for one in several))
        for window, several in merged.items()
    ]


def union(sets):
    return frozenset().union(*sets)


def names_of(rule, reference):
    """What a correlation calls the fields of one of its rules: its name to the field's; None for
    an alias that is not a name of this rule's, for the name of an alias is not a field."""
    known = (reference.reference, reference.rule.name, str(reference.rule.id))
    names = dict.fromkeys([alias.alias for alias in rule.aliases])
    for alias in rule.aliases:
        for target, field in alias.mapping.items():
            if target.reference in known:
                names[alias.alias] = field
    return names


def matches_of(rule, reference, slot, events):
    """What the rule at a place is true of, seen by the fields and aliases of the correlation."""
    names = names_of(rule, reference)
    counted = getattr(rule.condition, "fieldref", None)

    def match(name, time, event, known, numbers):
        def at(field):
            field = names.get(field, field)
            return known[field] if field in known else stands(event.fields, field)

        group = tuple(at(field) for field in rule.group_by or [])
        value = at(counted) if counted else None
        return Match(name, slot, time, group, value, frozenset(numbers))

    if not isinstance(reference.rule, SigmaCorrelationRule):
        return [
            match(event.number, event.time, event, {}, [event.number])
            for event in events
            if is_true(reference.rule, event.fields)
        ]
    below = alerts(reference.rule, events)
    by_number = {event.number: event for event in events}
    return [
        match(
            ("alert", reference.reference, alert),
            alert.end,
            by_number[number],
            dict(zip(reference.rule.group_by or [], alert.group, strict=True)),
            alert.events,
        )
        for alert in below
        for number in alert.events
    ]


def stands(event, field):
    """What stands at a field, as it is compared: without case, a list as a whole."""
    if field is None:
        return None
    members = [text_of(value).translate(FOLD) for value in values(event, field)]
    if not members:
        return None
    return members[0] if len(members) == 1 else tuple(members)


def clauses_of(node, negated=False):
    """A condition as alternatives, each with what must be there and what must not."""
    if isinstance(node, SigmaRuleReference):
        return [(set(), {node.reference})] if negated else [({node.reference}, set())]
    if isinstance(node, CorrelationConditionNOT):
        return clauses_of(node.args[0], not negated)
    parts = [clauses_of(part, negated) for part in node.args]
    if isinstance(node, CorrelationConditionAND) == negated:
        return [clause for part in parts for clause in part]
    joined = [
        (set().union(*(wanted for wanted, _ in some)), set().union(*(not_ for _, not_ in some)))
        for some in itertools.product(*parts)
    ]
    return [(wanted, unwanted) for wanted, unwanted in joined if not wanted & unwanted]


def slots(rule, references):
    names = [reference.reference for reference in rule.referenced_rules]
    return sorted(names.index(name) for name in references)


def of_clause(rule, wanted, unwanted, matches, events):
    """The windows of one alternative: they end with a match, and where something must be absent
    they begin with one, and must be over before the logs end."""
    span = rule.timespan.seconds
    if not unwanted:
        anchors = {(m.time - span, m.time, m.group): frozenset() for m in matches}
    elif wanted:
        anchors = {
            (m.time, m.time + span, m.group): frozenset() for m in matches if m.slot in wanted
        }
    else:
        anchors = any_event(rule, events, span)
    horizon = max((event.time for event in events), default=0)
    for (start, end, group), seen in anchors.items():
        inside = [m for m in matches if m.group == group and start <= m.time <= end]
        there = {m.slot for m in inside}
        if set(unwanted) & there or not set(wanted) <= there or (unwanted and end > horizon):
            continue
        evidence = evidence_of(rule, wanted, inside)
        metric = measured(rule, inside)
        if evidence is not None and holds(rule, metric):
            numbers = seen.union(*(m.events for m in evidence))
            yield Alert(start, end, group, 0 if metric is None else metric, numbers)


def any_event(rule, events, span):
    """Windows that begin with any event at all, where no match can begin them."""
    anchors = defaultdict(frozenset)
    for reference in rule.referenced_rules:
        names = names_of(rule, reference)
        fields = [names.get(field, field) for field in rule.group_by or []]
        for event in events:
            group = tuple(stands(event.fields, field) for field in fields)
            if None not in group:
                anchors[event.time, event.time + span, group] |= {event.number}
    return anchors


def evidence_of(rule, wanted, inside):
    """The matches of a window that count; None where an order is asked for and there is none."""
    extended = isinstance(rule.condition, SigmaExtendedCorrelationCondition)
    kind = rule.type.name
    if kind == "TEMPORAL_ORDERED" and wanted:
        chosen = in_some_order([[m for m in inside if m.slot == slot] for slot in wanted])
        return [m for m in inside if m in chosen] or None
    if extended and wanted:
        return [m for m in inside if m.slot in wanted]
    if kind in NUMERIC:
        return [m for m in inside if number(m.value) is not None]
    return inside


def in_some_order(choices):
    """What is in any sequence of one of each, none before the one before it and no event twice; two
    of one moment are in either order."""
    return {
        m
        for some in itertools.product(*choices)
        if all(one.time <= other.time for one, other in itertools.pairwise(some))
        and len({m.name for m in some}) == len(some)
        for m in some
    }


NUMERIC = ("VALUE_SUM", "VALUE_AVG", "VALUE_MEDIAN", "VALUE_PERCENTILE")


def measured(rule, inside):
    """What a correlation counts in a window; None where there is nothing to count."""
    kind = rule.type.name
    if kind.startswith("TEMPORAL"):
        return len({m.slot for m in inside})
    if kind == "EVENT_COUNT":
        return len({m.name for m in inside})
    if kind == "VALUE_COUNT":
        return len({m.value for m in inside} - {None})
    seen = {(m.name, m.time, m.value) for m in inside}
    numbers = sorted(n for _, _, value in seen if (n := number(value)) is not None)
    if not numbers:
        return None
    if kind == "VALUE_SUM":
        return math.fsum(numbers)
    if kind == "VALUE_AVG":
        return math.fsum(numbers) / len(numbers)
    place = (len(numbers) - 1) * (50 if kind == "VALUE_MEDIAN" else rule.condition.percentile) / 100
    low = numbers[math.floor(place)]
    return low + (numbers[math.ceil(place)] - low) * (place - math.floor(place))


def number(value):
    return number_of(value) if isinstance(value, str) else None  # a list is not a number


def holds(rule, metric):
    """Whether what was counted is enough."""
    if isinstance(rule.condition, SigmaExtendedCorrelationCondition):
        return True
    if metric is None:
        return False
    count = rule.condition.count
    return {
        "LT": metric < count,
        "LTE": metric <= count,
        "GT": metric > count,
        "GTE": metric >= count,
        "EQ": metric == count,
        "NEQ": metric != count,
    }[rule.condition.op.name]
