"""A second opinion on Sigma: pySigma's parsed conditions, evaluated on one event in Python.

No SQL, and no code of the engine: exact keys, any member of a list, a missing field is false.
"""

import ipaddress
import json
import re
import string

from sigma.conditions import (
    ConditionAND,
    ConditionFieldEqualsValueExpression,
    ConditionNOT,
    ConditionOR,
    ConditionValueExpression,
)
from sigma.types import (
    CompareOperators,
    SigmaBool,
    SigmaCasedString,
    SigmaCIDRExpression,
    SigmaCompareExpression,
    SigmaExists,
    SigmaExpansion,
    SigmaFieldReference,
    SigmaNull,
    SigmaNumber,
    SigmaRegularExpression,
    SigmaString,
    SpecialChars,
)

FOLD = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


def is_true(rule, event):
    """Whether any condition of a rule is true of an event."""
    return any(holds(condition, event) for condition in conditions(rule))


PARSED = {}  # by the identity of a rule, the rule and its conditions: pySigma parses anew each time


def conditions(rule):
    """The parsed conditions of a rule."""
    if id(rule) not in PARSED:
        parsed = [condition.parsed for condition in rule.detection.parsed_condition]
        PARSED[id(rule)] = rule, parsed
    return PARSED[id(rule)][1]


def holds(condition, event):
    match condition:
        case ConditionAND():
            return all(holds(part, event) for part in condition.args)
        case ConditionOR():
            return any(holds(part, event) for part in condition.args)
        case ConditionNOT():
            return not holds(condition.args[0], event)
        case ConditionValueExpression():
            return says("\n".join(texts(event)), condition.value)
        case ConditionFieldEqualsValueExpression():
            return compares(values(event, condition.field), condition.value, event)
    raise AssertionError(condition)


def values(event, field):
    """The members at a field, without nulls."""
    if field in event:
        return flat(event[field])
    head, _, rest = field.partition(".")
    below = flat(event.get(head)) if rest else []
    return [v for item in below if isinstance(item, dict) for v in values(item, rest)]


def flat(value):
    if isinstance(value, list):
        return [member for item in value for member in flat(item)]
    return [] if value is None else [value]


def texts(value):
    """Every plain value as text."""
    if isinstance(value, dict):
        return [text for item in value.values() for text in texts(item)]
    if isinstance(value, list):
        return [text for item in value for text in texts(item)]
    return [] if value is None else [text_of(value)]


def text_of(value):
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    return str(value)


def compares(members, value, event):
    match value:
        case SigmaNull():
            return not members
        case SigmaExists():
            return bool(members) == value.exists
        case SigmaExpansion():
            return any(compares(members, one, event) for one in value.values)
        case SigmaFieldReference():
            others = {text_of(v).translate(FOLD) for v in values(event, value.field)}
            return any(text_of(v).translate(FOLD) in others for v in members)
    return any(equals(member, value) for member in members)


def equals(member, value):
    text = text_of(member)
    match value:
        case SigmaBool():
            is_number = isinstance(member, int | float)
            return text.lower() == str(value.boolean).lower() or (
                is_number and member == value.boolean
            )
        case SigmaNumber():
            return text == str(value)
        case SigmaRegularExpression():
            flags = 0
            for flag in value.flags:
                flags |= value.sigma_to_python_flags[flag]
            return re.search(str(value.regexp), text, flags) is not None
        case SigmaCIDRExpression():
            return in_network(text, value.network)
        case SigmaCompareExpression():
            return in_order(text, value)
    return re.fullmatch(pattern(value), fold(text, value), re.DOTALL) is not None


def in_network(text, network):
    try:
        return ipaddress.ip_address(text) in network
    except ValueError:
        return False


def number_of(text):
    """The number that a text is in JSON (RFC 8259, 6), which 05 is not; None where it is none."""
    return float(text) if re.fullmatch(NUMBER, text, re.ASCII) else None


NUMBER = r"-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?"


def in_order(text, value):
    number, limit = number_of(text), float(str(value.number))
    if number is None:
        return False
    order = CompareOperators
    return {
        order.LT: number < limit,
        order.LTE: number <= limit,
        order.GT: number > limit,
        order.GTE: number >= limit,
    }[value.op]


def says(text, value):
    """Whether a text without fields holds a value anywhere."""
    if isinstance(value, SigmaExpansion):
        return any(says(text, one) for one in value.values)
    if isinstance(value, SigmaNumber):
        return str(value) in text
    if isinstance(value, SigmaRegularExpression):
        return equals(text, value)
    return re.search(pattern(value), fold(text, value), re.DOTALL) is not None


def fold(text, value):
    return text if isinstance(value, SigmaCasedString) else text.translate(FOLD)


def pattern(value):
    """A Sigma string as a regular expression."""
    assert isinstance(value, SigmaString)
    wild = {SpecialChars.WILDCARD_MULTI: ".*", SpecialChars.WILDCARD_SINGLE: "."}
    parts = [wild[part] if part in wild else re.escape(fold(part, value)) for part in value.s]
    return "".join(parts)
