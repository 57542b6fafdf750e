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
    return any(holds(event) for holds in conditions(rule))


ASKED = {}  # by the identity of a rule, the rule and its conditions: pySigma parses anew each time


def conditions(rule):
    """The conditions of a rule, each as a question to an event."""
    if id(rule) not in ASKED:
        asked = [question(condition.parsed) for condition in rule.detection.parsed_condition]
        ASKED[id(rule)] = rule, asked
    return ASKED[id(rule)][1]


def question(condition):
    """A condition as a function that says whether it is true of an event."""
    match condition:
        case ConditionAND():
            parts = list(map(question, condition.args))
            return lambda event: all(part(event) for part in parts)
        case ConditionOR():
            parts = list(map(question, condition.args))
            return lambda event: any(part(event) for part in parts)
        case ConditionNOT():
            part = question(condition.args[0])
            return lambda event: not part(event)
        case ConditionValueExpression():
            says = said(condition.value)
            return lambda event: says("\n".join(texts(event)))
        case ConditionFieldEqualsValueExpression():
            field, compares = condition.field, compared(condition.value)
            return lambda event: compares(values(event, field), event)
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


def compared(value):
    """A value as a function that holds it against the members at a field, and the whole event."""
    match value:
        case SigmaNull():
            return lambda members, _: not members
        case SigmaExists():
            return lambda members, _: bool(members) == value.exists
        case SigmaExpansion():
            every = list(map(compared, value.values))
            return lambda members, event: any(one(members, event) for one in every)
        case SigmaFieldReference():
            return lambda members, event: (
                not folded(members).isdisjoint(folded(values(event, value.field)))
            )
    equals = equal_to(value)
    return lambda members, _: any(map(equals, members))


def folded(members):
    return {text_of(member).translate(FOLD) for member in members}


def equal_to(value):
    """A value as a function that says whether a member is equal to it."""
    match value:
        case SigmaBool():
            return lambda member: is_boolean(member, value.boolean)
        case SigmaNumber():
            return lambda member: text_of(member) == str(value)
        case SigmaRegularExpression():
            flags = 0
            for flag in value.flags:
                flags |= value.sigma_to_python_flags[flag]
            expression = re.compile(str(value.regexp), flags)
            return lambda member: expression.search(text_of(member)) is not None
        case SigmaCIDRExpression():
            return lambda member: in_network(text_of(member), value.network)
        case SigmaCompareExpression():
            return lambda member: in_order(text_of(member), value)
    whole, fold = re.compile(pattern(value), re.DOTALL), folding(value)
    return lambda member: whole.fullmatch(fold(text_of(member))) is not None


def is_boolean(member, boolean):
    is_number = isinstance(member, int | float)
    return text_of(member).lower() == str(boolean).lower() or (is_number and member == boolean)


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


def said(value):
    """A value as a function that says whether a text without fields holds it anywhere."""
    if isinstance(value, SigmaExpansion):
        every = list(map(said, value.values))
        return lambda text: any(one(text) for one in every)
    if isinstance(value, SigmaNumber):
        return lambda text: str(value) in text
    if isinstance(value, SigmaRegularExpression):
        return equal_to(value)
    part, fold = re.compile(pattern(value), re.DOTALL), folding(value)
    return lambda text: part.search(fold(text)) is not None


def folding(value):
    """How a text is written where the case of letters does not count, or does."""
    return str if isinstance(value, SigmaCasedString) else lambda text: text.translate(FOLD)


def pattern(value):
    """A Sigma string as a regular expression."""
    assert isinstance(value, SigmaString)
    wild, fold = (
        {SpecialChars.WILDCARD_MULTI: ".*", SpecialChars.WILDCARD_SINGLE: "."},
        folding(value),
    )
    parts = [wild[part] if part in wild else re.escape(fold(part)) for part in value.s]
    return "".join(parts)
