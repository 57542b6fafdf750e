"""A second opinion on correlations that is quick enough for a month of traffic: no SQL.

It knows the kinds that data/rules uses; hunt_oracle_correlations knows all, and takes its time.
A match is what a rule found: when, and the fields that later rules may ask for. A correlation is
held against its matches group by group, at the moment of each: the window reaches back from there,
or forward where the condition says that something must be absent.
"""

import json
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict, deque
from dataclasses import dataclass
from typing import Any

from hunt_oracle import is_true, values
from sigma.correlations import SigmaCorrelationRule, SigmaExtendedCorrelationCondition

from labutils.hunt.rules import sources_of
from labutils.hunt.sources import time_of


@dataclass
class Match:
    """What a rule found, and where its fields are."""

    time: float
    fields: Any  # an event, or the group of a correlation

    def get(self, name):
        """The field as one value that can be compared; None where there is none."""
        if name in self.fields:
            return folded(self.fields[name])
        found = values(self.fields, name)
        return folded(found[0] if len(found) == 1 else found) if found else None


def folded(value):
    """Sigma ignores letter case."""
    return value.lower() if isinstance(value, str) else json.dumps(value).lower()


def matches(rule, logs):
    """The matches of a rule for single events, or of a correlation, in the order of time."""
    if isinstance(rule, SigmaCorrelationRule):
        return [Match(end, group) for _, end, group in windows(rule, logs)]
    found = [
        Match(time_of(logs[source][line - 1], source), logs[source][line - 1])
        for source, line in true_of(rule, logs)
    ]
    return sorted(found, key=lambda match: match.time)


KNOWN = {}  # what a rule for single events is true of, by the rule and the logs


def true_of(rule, logs):
    """The source and the line of each event of which a rule for single events is true."""
    asked = (rule.id, id(logs))
    if asked not in KNOWN:
        KNOWN[asked] = [
            (source, line)
            for source in sources_of(rule)
            for line, event in enumerate(logs.get(source, []), 1)
            if is_true(rule, event)
        ]
    return KNOWN[asked]


def alerts(rule, logs):
    """When each alert of a correlation began: windows of one group that touch are one."""
    begun, until = [], {}
    for start, end, group in sorted(windows(rule, logs), key=lambda window: window[:2]):
        name = json.dumps(group, sort_keys=True)
        if name not in until or start > until[name]:
            begun.append(end)
        until[name] = max(end, until.get(name, end))
    return sorted(begun)


def windows(rule, logs):
    """Each window in which a correlation holds: its start, its end, the group."""
    names = [reference.reference for reference in rule.referenced_rules]
    slots = [matches(reference.rule, logs) for reference in rule.referenced_rules]
    groups = defaultdict(lambda: [[] for _ in slots])
    for slot, found in enumerate(slots):
        for match in found:
            key = [match.get(name) for name in fields_for(rule, names[slot])]
            if None not in key:
                groups[tuple(key)][slot].append(match)
    span, end_of_logs = rule.timespan.seconds, horizon(rule, logs)
    for key, found in groups.items():
        group = dict(zip(rule.group_by or [], key, strict=True))
        for start, end in HOLDS[kind_of(rule)](rule, found, span, end_of_logs):
            yield start, end, group


def fields_for(rule, name):
    """The fields to group by, under the names that one of the rules gives them."""
    aliases = {
        alias.alias: {str(ref.reference): field for ref, field in alias.mapping.items()}
        for alias in rule.aliases
    }
    return [aliases.get(field, {}).get(name, field) for field in rule.group_by or []]


def horizon(rule, logs):
    """The last moment of the logs that a correlation looks at."""
    bases = [base for reference in rule.referenced_rules for base in base_rules(reference.rule)]
    return max((last(source, logs) for base in bases for source in sources_of(base)), default=0.0)


LAST = {}  # when a log ended, by its name and the logs


def last(source, logs):
    """The last moment of one of the logs; 0 where there is no such log."""
    asked = (source, id(logs))
    if asked not in LAST:
        times = (time_of(event, source) for event in logs.get(source, []))
        LAST[asked] = max(times, default=0.0)
    return LAST[asked]


def base_rules(rule):
    if not isinstance(rule, SigmaCorrelationRule):
        return [rule]
    return [base for reference in rule.referenced_rules for base in base_rules(reference.rule)]


def kind_of(rule):
    if isinstance(rule.condition, SigmaExtendedCorrelationCondition):
        return "absence"
    return rule.type.name.lower()


# --- when each kind holds -----------------------------------------------------------------------


def counted(rule, found, span, _last):
    """As many events, or as many values of a field, as the condition asks for."""
    field, inside, seen = getattr(rule.condition, "fieldref", None), deque(), Counter()
    for match in found[0]:
        inside.append(match)
        seen[match.get(field) if field else id(match)] += 1
        while inside[0].time < match.time - span:
            gone = inside.popleft()
            name = gone.get(field) if field else id(gone)
            seen[name] -= 1
            if not seen[name]:
                del seen[name]
        if len([name for name in seen if name is not None]) >= rule.condition.count:
            yield match.time - span, match.time


def together(_rule, found, span, _last):
    """One event of each rule, in whichever order."""
    times = [[match.time for match in slot] for slot in found]
    for end in sorted({time for slot in times for time in slot}):
        if all(bisect_left(slot, end - span) < bisect_right(slot, end) for slot in times):
            yield end - span, end


def in_order(_rule, found, span, _last):
    """One event of each rule, none earlier than the one before; the rules are of different logs, so
    that no event is two of them."""
    times = [[match.time for match in slot] for slot in found]
    for end in sorted({time for slot in times for time in slot}):
        moment = end - span
        for slot in times:
            first = bisect_left(slot, moment)
            if first == len(slot) or slot[first] > end:
                break
            moment = slot[first]
        else:
            yield end - span, end


def absent(_rule, found, span, last):
    """An event of the first rule, and none of the second until the window is over."""
    wanted, unwanted = ([match.time for match in slot] for slot in found)
    for start in sorted(set(wanted)):
        none = bisect_left(unwanted, start) == bisect_right(unwanted, start + span)
        if none and start + span <= last:
            yield start, start + span


HOLDS = {
    "event_count": counted,
    "value_count": counted,
    "temporal": together,
    "temporal_ordered": in_order,
    "absence": absent,
}
