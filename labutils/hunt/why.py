"""Explain why a rule matched an event: which selections and fields, with which value.

SQLite is asked, in the words of the rule's own conversion, so that no second reading of Sigma can
differ from the first.
"""

import json
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sigma.backends.sqlite.correlation import literal, quote
from sigma.conditions import (
    ConditionIdentifier,
    ConditionNOT,
    ConditionSelector,
    SigmaCondition,
)
from sigma.conversion.state import ConversionState
from sigma.rule import SigmaDetection, SigmaDetectionItem, SigmaRule
from sigma.types import SigmaExists, SigmaFieldReference, SigmaNull

from labutils.hunt.rules import Backend
from labutils.hunt.store import Value, field_of, unframed
from labutils.text import shown

MOST_REASONS = 50  # fields of a rule that are asked for
MOST_WORDS = 100  # of a list of words without a field that are looked for one by one
LONGEST_VALUE = 80  # characters
LONGEST = 300  # characters of a line of why
NOTHING = "nothing"  # what stands in a field that is not there
NO_SELECTION = "what the rule excludes is absent"
OF_THE_WHOLE_FIELD = (SigmaNull, SigmaExists, SigmaFieldReference)


@dataclass(frozen=True, slots=True)
class Matched:
    """A field that matched, its value, and the item of the rule that asks for it.

    The item is a selection, or the `group-by` and the `condition` of a correlation. Without a
    field, the value is a word in the text.
    """

    field: str
    value: str
    item: str


@dataclass(frozen=True)
class Reason:
    """A part of a rule that may explain a match.

    `asked` is SQL for what matched, NULL if nothing did.
    """

    selection: str
    field: str
    asked: str


def reasons(rule: SigmaRule, backend: Backend) -> list[Reason]:
    """Return what may explain a match of the rule, from the selections that must be true.

    `rule` has gone through the pipeline of `backend`: its fields are columns.
    """
    wanted: dict[str, None] = {}
    for condition in rule.detection.parsed_condition:
        wanted.update(dict.fromkeys(_wanted(condition.parse(postprocess=False), condition)))
    return [
        reason
        for name in wanted
        for reason in _of_selection(name, rule.detection.detections[name], rule, backend)
    ]


def _wanted(node: Any, condition: SigmaCondition, negated: bool = False) -> Iterator[str]:
    """The names of the selections that a condition wants to be true."""
    if isinstance(node, ConditionSelector):
        for identifier in node.resolve_referenced_detections(condition.detections):
            yield from _wanted(identifier, condition, negated)
    elif isinstance(node, ConditionIdentifier):
        if not negated:
            yield node.identifier
    else:
        for part in node.args:
            yield from _wanted(part, condition, negated != isinstance(node, ConditionNOT))


def _of_selection(
    name: str, selection: SigmaDetection, rule: SigmaRule, backend: Backend
) -> Iterator[Reason]:
    """The fields of a selection; each counts only where the selection as a whole is true."""

    def asked(part: SigmaDetection | SigmaDetectionItem) -> str:
        condition = part.postprocess(rule.detection)
        return f"({backend.convert_condition(condition, ConversionState())})"

    whole = asked(selection)
    for mapping, item in _items(selection):
        true = " AND ".join(dict.fromkeys([whole, asked(mapping), asked(item)]))
        matched = f"CASE WHEN {true} THEN {_matched(item, asked, backend)} END"
        yield Reason(name, field_of(item.field) if item.field else "", matched)


def _items(selection: SigmaDetection) -> Iterator[tuple[SigmaDetection, SigmaDetectionItem]]:
    """The items of a selection, each with the mapping in which it stands."""
    for item in selection.detection_items:
        if isinstance(item, SigmaDetection):
            yield from _items(item)
        else:
            yield selection, item


def _matched(
    item: SigmaDetectionItem, asked: Callable[[SigmaDetectionItem], str], backend: Backend
) -> str:
    """SQL for what an item matched: the member of a field, or the word of the rule."""
    if item.field is None:
        words = [
            f"WHEN {asked(SigmaDetectionItem(None, [], [word]))} THEN {literal(str(word))}"
            for word in item.value[:MOST_WORDS]
        ]
        return f"CASE {' '.join(words)} ELSE 'one of {len(item.value)} words' END"
    column = quote(item.field)
    compared = [value for value in item.value if not isinstance(value, OF_THE_WHOLE_FIELD)]
    member = f"{backend.member(item.field, compared)}, " if compared and not item.negated else ""
    return f"COALESCE({member}{column}, {literal(NOTHING)})"


def explained(
    rule: SigmaRule, table: str, numbers: list[int], backend: Backend, database: sqlite3.Connection
) -> dict[int, tuple[Matched, ...]]:
    """Return what matched in each of these events, which the rule matches."""
    parts = reasons(rule, backend)[:MOST_REASONS]
    if not parts:
        return {}
    rows = database.execute(
        f"SELECT n, {', '.join(part.asked for part in parts)} FROM {table} "
        "WHERE n IN (SELECT value FROM json_each(?))",
        (json.dumps(numbers),),
    )
    known: dict[tuple[Matched, ...], tuple[Matched, ...]] = {}
    said = ((n, _matches(parts, values)) for n, *values in rows)
    return {n: known.setdefault(matched, matched) for n, matched in said}


def _matches(parts: list[Reason], values: list[Value]) -> tuple[Matched, ...]:
    """The values of one event, each once."""
    every = (
        Matched(
            part.field, shown(", ".join(map(str, unframed(value))), LONGEST_VALUE), part.selection
        )
        for part, value in zip(parts, values, strict=True)
        if value is not None
    )
    return tuple(dict.fromkeys(every))


def line(matched: tuple[Matched, ...]) -> str:
    """Format what matched, by selection: `selection: eventType=user.session.start; other: ...`"""
    by_selection: dict[str, list[str]] = {}
    for one in matched:
        says = f"{one.field}={one.value}" if one.field else f"the text holds {one.value}"
        by_selection.setdefault(one.item, []).append(says)
    said = [f"{name}: {', '.join(says)}" for name, says in by_selection.items()]
    return shown("; ".join(said), LONGEST) or NO_SELECTION
