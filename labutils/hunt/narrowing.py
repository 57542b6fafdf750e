"""Turn rules into loose SQL that drops events but never one that a rule could match.

DuckDB looks through many events and keeps those of which a rule may be true; SQLite then says of
which it is. So what is asked here need not be exact, but it must hold wherever the rule does:
where a comparison cannot be said in it, it is TRUE.

Of a correlation that asks for many, an event matters where its group has enough matches in a
window of time around it. Of one that asks what is absent, where a window has none of that.
"""

import re
from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network
from typing import Any

from sigma.conditions import (
    ConditionAND,
    ConditionFieldEqualsValueExpression,
    ConditionNOT,
    ConditionOR,
    ConditionValueExpression,
)
from sigma.correlations import (
    SigmaCorrelationCondition,
    SigmaCorrelationRule,
    SigmaCorrelationType,
)
from sigma.correlations import SigmaCorrelationConditionOperator as Operator
from sigma.rule import SigmaRule
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
    SigmaTimestampPart,
    SigmaType,
)

from labutils.hunt.correlations import FOLD
from labutils.hunt.duckdb_sql import folded, literal
from labutils.hunt.kept_events import Fields
from labutils.hunt.rules import NOT_A_RULE
from labutils.hunt.store import FRAME
from labutils.hunt.windows import TEMPORAL, Clause, clauses_of

TRUE, FALSE = "TRUE", "FALSE"
Network = IPv4Network | IPv6Network
_OCTET = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
IPV4 = rf"{_OCTET}\.{_OCTET}\.{_OCTET}\.{_OCTET}"  # as Python's ipaddress has it
LONGEST = 1_000_000  # characters of a condition; of a longer one DuckDB is asked nothing
OF_A_VALUE = (  # what is true of no field that is missing
    SigmaCIDRExpression,
    SigmaCompareExpression,
    SigmaFieldReference,
    SigmaRegularExpression,
    SigmaTimestampPart,
)
_WRITTEN_ALIKE = re.compile(r"[ !#-+.0-9;-Z^-z|~-]+")  # in any JSON: no mark of its own, no slash
BY_NUMBER = r"\u00"
INFINITE = "-infinity"  # as which JSON may hold 1e400
_NUMERIC = re.compile(r"[0-9eE.+-]*")  # a number may be written in several ways


def every_of(parts: Iterable[str]) -> str:
    """Return SQL that is true if all of these parts are."""
    known = [part for part in dict.fromkeys(parts) if part != TRUE]
    return " AND ".join(f"({part})" for part in known) or TRUE


def any_of(parts: Iterable[str]) -> str:
    """Return SQL that is true if at least one of these parts is."""
    known = [part for part in dict.fromkeys(parts) if part != FALSE]
    return TRUE if TRUE in known else " OR ".join(f"({part})" for part in known) or FALSE


# --- rules for single events --------------------------------------------------------------------


def may_match(rule: SigmaRule, fields: Fields) -> str:
    """Return SQL that is true for every event that the rule matches, and maybe for others."""
    try:
        condition = any_of(
            _necessary(condition.parsed, fields) for condition in rule.detection.parsed_condition
        )
    except NOT_A_RULE:
        return TRUE  # SQLite refuses it, and says why
    return condition if len(condition) <= LONGEST else TRUE


def _necessary(node: Any, fields: Fields) -> str:
    match node:
        case ConditionAND():
            return every_of(_necessary(part, fields) for part in node.args)
        case ConditionOR():
            texts, others = _texts_by_column(node.args, fields)
            listed = [_is_one_of(column, values) for column, values in texts.items()]
            return any_of([*listed, *(_necessary(part, fields) for part in others)])
        case ConditionFieldEqualsValueExpression():
            return _of_field(node.value, node.field, fields)
        case ConditionValueExpression(value=SigmaString() as words):
            return _in_the_text(words)
        case ConditionNOT():
            return _not(_sufficient(node.args[0], fields))
    return TRUE


def _sufficient(node: Any, fields: Fields) -> str:
    """SQL where it holds, a part of a condition is true; it may be true elsewhere as well."""
    match node:
        case ConditionAND():
            return every_of(_sufficient(part, fields) for part in node.args)
        case ConditionOR():
            return any_of(_sufficient(part, fields) for part in node.args)
        case ConditionNOT():
            return _not(_necessary(node.args[0], fields))
        case ConditionFieldEqualsValueExpression():
            column = fields.column(node.field)
            return FALSE if column is None else _surely(node.value, column)
    return FALSE


def _not(condition: str) -> str:
    """SQL that holds where a condition does not, or cannot be told."""
    if condition in (TRUE, FALSE):
        return FALSE if condition == TRUE else TRUE
    return f"NOT COALESCE({condition}, FALSE)"


def _surely(value: SigmaType, column: str) -> str:
    """What holds of a column nowhere but where it is as it is asked for."""
    match value:
        case SigmaExpansion():
            return any_of(_surely(one, column) for one in value.values)
        case SigmaNull() | SigmaExists():
            return _is_there(value, column)
        case SigmaCIDRExpression():
            return _in_network(value.network, column)
        case SigmaCasedString():
            return FALSE
        case SigmaString() if not value.contains_special():
            return f"{column} = {literal(''.join(_parts(value)))}"
    return FALSE


def _is_there(value: SigmaNull | SigmaExists, column: str) -> str:
    wanted = isinstance(value, SigmaExists) and value.exists
    return f"{column} IS {'NOT ' if wanted else ''}NULL"


def _in_network(network: Network, column: str) -> str:
    """Whether a text is an address of a network of IPv4 (RFC 4632), by its number."""
    if network.version != 4:
        return FALSE
    octets = [f"split_part({column}, '.', {n + 1})::BIGINT * {256 ** (3 - n)}" for n in range(4)]
    first, last = int(network.network_address), int(network.broadcast_address)
    return (
        f"CASE WHEN regexp_full_match({column}, {literal(IPV4)}) "
        f"THEN {' + '.join(octets)} BETWEEN {first} AND {last} END"
    )


def _texts_by_column(
    parts: list[Any], fields: Fields
) -> tuple[dict[str, list[SigmaString]], list[Any]]:
    """Of alternatives, the texts without wildcards that are asked of each column; and the rest."""
    texts: dict[str, list[SigmaString]] = {}
    others = []
    for part in parts:
        is_text = isinstance(part, ConditionFieldEqualsValueExpression) and isinstance(
            part.value, SigmaString
        )
        column = fields.column(part.field) if is_text and part.field else None
        if column is None or part.value.contains_special():
            others.append(part)
        else:
            texts.setdefault(column, []).append(part.value)
    return texts, others


def _of_field(value: SigmaType, name: str, fields: Fields) -> str:
    """What holds wherever a field is as it is asked for."""
    column = fields.column(name)
    if isinstance(value, SigmaExpansion):
        return any_of(_of_field(one, name, fields) for one in value.values)
    if column is None:
        return _in_the_text(value) if isinstance(value, SigmaString) else TRUE
    match value:
        case SigmaNull() | SigmaExists():
            return _is_there(value, column)
        case SigmaCIDRExpression() if value.network.version == 4:
            return any_of([_in_network(value.network, column), is_framed(column)])
        case SigmaString():
            return _is_one_of(column, [value])
        case SigmaBool():
            return any_of([f"{column} IN ('true', 'false', '1', '0')", is_framed(column)])
        case SigmaCompareExpression(op=CompareOperators.NEQ):
            return TRUE
    if isinstance(value, OF_A_VALUE):
        return f"{column} IS NOT NULL"
    if isinstance(value, SigmaNumber):
        said = literal(str(value.number).translate(FOLD))
        return any_of([f"{column} = {said}", is_framed(column)])
    return TRUE


def _is_one_of(column: str, values: list[SigmaString]) -> str:
    """What holds of a column that is one of these texts, or of a list with one of them."""
    whole = [literal("".join(_parts(one))) for one in values if not one.contains_special()]
    patterns = [_holds(column, _parts(one)) for one in values if one.contains_special()]
    return any_of(
        [
            *([f"{column} IN ({', '.join(whole)})"] if whole else []),
            *(every_of([f"{column} IS NOT NULL", asked]) for asked in patterns),
            is_framed(column, values),
        ]
    )


def is_framed(column: str, values: list[SigmaString] | None = None) -> str:
    """Return SQL that is true for a framed value: a list, or a number with a decimal point.

    If there is a single text in `values`, the frame must also contain it.
    """
    framed = f"starts_with({column}, {literal(FRAME)})"
    if values is None or len(values) > 1:
        return framed
    return every_of([framed, _in_json(column, values[0])])


def _in_the_text(words: SigmaString) -> str:
    """What holds of an event in whose values these words stand. Its JSON is as somebody wrote it:
    a character may be there by its number alone."""
    stands = _in_json(folded("text"), words)
    return TRUE if stands == TRUE else any_of([stands, f"contains(text, {literal(BY_NUMBER)})"])


def _in_json(expression: str, words: SigmaString) -> str:
    """What holds of a JSON text in whose values a text stands: its pieces do, but for those that
    JSON may write in another way."""
    pieces = [piece for part in _parts(words) for piece in _WRITTEN_ALIKE.findall(part)]
    of_numbers = [one for one in pieces if _NUMERIC.fullmatch(one) or one in INFINITE]
    return _holds(expression, [one for one in pieces if one not in of_numbers])


def _holds(expression: str, parts: list[str]) -> str:
    return every_of(f"contains({expression}, {literal(part)})" for part in parts if part)


def _parts(value: SigmaString) -> list[str]:
    """What stands between the wildcards of a text, its ASCII letters small."""
    return [part.translate(FOLD) for part in value.s if isinstance(part, str)]


# --- correlations -------------------------------------------------------------------------------


def kept_matches(rule: SigmaCorrelationRule, matches: str) -> str | None:
    """Return SQL for the numbers of the matches that decide where a correlation holds.

    Matches without a time or a group are among them. `matches` has n, time, slot, value, and g0,
    g1, ... for groups; `chosen` has the n of events that are looked at in any case. None where any
    match may decide: where few are asked for, or an amount.
    """
    counted, clause = _counted(rule), absence(rule)
    if counted is not None:
        return _where_there_are_enough(*counted, rule, matches)
    return _where_nothing_is_unwanted(clause, rule, matches) if clause is not None else None


def absence(rule: SigmaCorrelationRule) -> Clause | None:
    """Return the clause of a correlation that wants something without something else; else None."""
    clauses = clauses_of(rule) if rule.type in TEMPORAL else []
    is_one = len(clauses) == 1 and clauses[0].wanted and clauses[0].unwanted
    return clauses[0] if is_one else None


def _counted(rule: SigmaCorrelationRule) -> tuple[str, float] | None:
    """What a correlation counts, in SQL, and how much it asks for at the least."""
    condition = rule.condition
    if not isinstance(condition, SigmaCorrelationCondition):
        return None
    if condition.op not in (Operator.GTE, Operator.GT):
        return None
    if rule.type in TEMPORAL:
        return "COUNT(DISTINCT slot)", condition.count
    if rule.type is SigmaCorrelationType.EVENT_COUNT:
        return "COUNT(*)", condition.count
    if rule.type is SigmaCorrelationType.VALUE_COUNT and isinstance(condition.fieldref, str):
        return "COUNT(DISTINCT value)", condition.count
    return None


def _where_there_are_enough(
    counted: str, least: float, rule: SigmaCorrelationRule, matches: str
) -> str:
    """The matches of each window in which there are enough. First only those are kept that lie in
    two neighbouring stretches of time with enough together: that takes less memory."""
    span, order = f"{_span(rule)!r}", _order(rule)
    keys = ", ".join([*_groups(rule), "stretch"])
    return (
        f"WITH placed AS (SELECT *, floor(time / {_stretch(rule)!r}) AS stretch FROM {matches}), "
        f"counts AS (SELECT {keys}, {_counts(counted, least)} FROM placed "
        f"GROUP BY {keys}), "
        f"full_ones AS (SELECT {keys} FROM counts WINDOW w AS ({_order(rule, 'stretch')}) "
        f"QUALIFY {any_of(_together(side, step, least) for side, step in NEIGHBOURS)}), "
        f"near AS (SELECT placed.* FROM placed SEMI JOIN full_ones USING ({keys})), "
        f"ends AS (SELECT *, {counted} OVER ({order} RANGE BETWEEN {span} PRECEDING AND "
        f"CURRENT ROW) >= {least!r} AS holds FROM near) "
        f"SELECT one.n FROM ends one ASOF JOIN (SELECT * FROM ends WHERE holds) two "
        f"ON {_same(rule)}one.time <= two.time WHERE two.time <= one.time + {span} "
        f"UNION ALL SELECT n FROM {matches} WHERE {_is_missing(rule)}"
    )


NEIGHBOURS = (("lead", "stretch + 1"), ("lag", "stretch - 1"))


def _counts(counted: str, least: float) -> str:
    """What a stretch of time holds: the first and the last of what is counted, for two values at
    the least differ in them; and how much it is, where more than two are asked for."""
    field = {"COUNT(DISTINCT slot)": "slot", "COUNT(DISTINCT value)": "value"}.get(counted, "n")
    extremes = f"MIN({field}) AS first, MAX({field}) AS last"
    return extremes if least == 2 else f"{extremes}, {counted} AS counted"


def _together(side: str, step: str, least: float) -> str:
    """Whether a stretch of time and a neighbour may hold enough together."""
    is_next = f"{side}(stretch) OVER w = {step}"
    first, last = f"{side}(first) OVER w", f"{side}(last) OVER w"
    # Of a stretch without any value, both are NULL: then the neighbour's own have to differ.
    others = any_of([f"{first} <> {last}", f"{first} <> last", f"{last} <> last"])
    differ = f"first <> last OR ({is_next} AND ({others}))"
    if least == 2:
        return differ
    counted = f"counted + CASE WHEN {is_next} THEN {side}(counted) OVER w ELSE 0 END >= {least!r}"
    return counted if least < 2 else every_of([counted, differ])


def _where_nothing_is_unwanted(clause: Clause, rule: SigmaCorrelationRule, matches: str) -> str:
    """The wanted matches of each window without an unwanted one; and for each of them, and of those
    that are chosen, an unwanted one that follows in time: without it, that match would seem alone.
    That is the first of the next half of a time span, which serves many, or else the next one."""
    is_unwanted = f"slot IN ({', '.join(map(str, clause.unwanted))})"
    same = _same(rule)
    end = f"one.time + {rule.timespan.seconds - 1.0!r}"
    return (
        f"WITH unwanted AS (SELECT * FROM {matches} WHERE {is_unwanted}), "
        f"wanted AS (SELECT * FROM {matches} WHERE NOT {is_unwanted} AND time IS NOT NULL), "
        f"begins AS (SELECT one.*, two.n AS next, COALESCE(two.time >= {end}, TRUE) AS holds "
        f"FROM wanted one ASOF LEFT JOIN unwanted two ON {same}one.time <= two.time), "
        f"near AS (SELECT one.* FROM begins one "
        f"ASOF LEFT JOIN (SELECT * FROM begins WHERE holds) two ON {same}one.time >= two.time "
        f"WHERE two.time >= one.time - {_span(rule)!r} OR one.n IN (SELECT n FROM chosen)), "
        f"kept AS (SELECT one.n, "
        f"CASE WHEN two.time BETWEEN one.time AND {end} THEN two.n ELSE next END AS refuted "
        f"FROM near one ASOF LEFT JOIN unwanted two ON {same}{_next_half(rule)} <= two.time) "
        f"SELECT n FROM kept UNION ALL SELECT refuted FROM kept WHERE refuted IS NOT NULL "
        f"UNION ALL SELECT n FROM {matches} WHERE {_is_missing(rule)}"
    )


def _span(rule: SigmaCorrelationRule) -> float:
    """Seconds: the time span, and one more for what is lost where numbers are rounded."""
    return rule.timespan.seconds + 1.0


def _next_half(rule: SigmaCorrelationRule) -> str:
    """When the next half of a time span begins, counted from 1970."""
    half = f"{rule.timespan.seconds / 2!r}"
    return f"(floor(one.time / {half}) + 1) * {half}"


def _stretch(rule: SigmaCorrelationRule) -> float:
    """Seconds: a window lies in two neighbouring stretches, however numbers are rounded."""
    return rule.timespan.seconds + 2.0


def _order(rule: SigmaCorrelationRule, by: str = "time") -> str:
    groups = ", ".join(_groups(rule))
    return f"{f'PARTITION BY {groups} ' if groups else ''}ORDER BY {by}"


def _is_missing(rule: SigmaCorrelationRule) -> str:
    """What holds of a match of which a correlation says that it left it out."""
    return " OR ".join(f"{name} IS NULL" for name in ["time", *_groups(rule)])


def _same(rule: SigmaCorrelationRule) -> str:
    """What holds of two matches of one group, as the first part of a condition."""
    return "".join(f"one.{name} = two.{name} AND " for name in _groups(rule))


def _groups(rule: SigmaCorrelationRule) -> list[str]:
    return [f"g{place}" for place in range(len(rule.group_by or []))]
