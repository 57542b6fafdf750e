"""Sigma rules as searches and rule-builder recipes of LogRhythm Axon:

`python tools/siem/axon.py [RULES] [OUT]` writes a page for each file of rules.

What a search may say stands in the vendor's public pages: a field, an operator and a term, joined
by AND and OR. NOT, BETWEEN and matches stand in rules and dashboards that the vendor publishes
(data/axon_fields.yaml has the addresses). Where a rule asks for more, the search asks for less, and
so selects more events: it never misses one that the rule selects. Each such place is named on the
page. Nothing here was run inside Axon.
"""

import copy
import ipaddress
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import yaml
from sigma.collection import SigmaCollection
from sigma.conditions import (
    ConditionAND,
    ConditionFieldEqualsValueExpression,
    ConditionItem,
    ConditionNOT,
    ConditionOR,
    ConditionValueExpression,
)
from sigma.conversion.base import TextQueryBackend
from sigma.conversion.state import ConversionState
from sigma.correlations import (
    SigmaCorrelationCondition,
    SigmaCorrelationConditionOperator,
    SigmaCorrelationRule,
    SigmaCorrelationType,
)
from sigma.exceptions import SigmaFeatureNotSupportedByBackendError
from sigma.processing.pipeline import ProcessingItem, ProcessingPipeline
from sigma.processing.transformations import FieldFunctionTransformation
from sigma.rule import SigmaRule
from sigma.types import (
    CompareOperators,
    Placeholder,
    SigmaBool,
    SigmaCasedString,
    SigmaCIDRExpression,
    SigmaCompareExpression,
    SigmaExists,
    SigmaExpansion,
    SigmaNull,
    SigmaNumber,
    SigmaRegularExpression,
    SigmaRegularExpressionFlag,
    SigmaString,
    SpecialChars,
)

from labutils.hunt.rules import AnyRule, load, read_placeholders, sources_of
from labutils.hunt.rules import base_rules as leaf_rules

HERE = Path(__file__).resolve().parent
RULES = HERE.parent.parent / "data" / "rules"
PLACEHOLDERS = HERE.parent.parent / "data" / "cases" / "cloudflare-2023" / "placeholders.yaml"
OUT = RULES / "converted" / "axon"
TABLES = yaml.safe_load((RULES.parent / "axon_fields.yaml").read_text(encoding="utf-8"))
SCHEMA: dict[str, dict[str, Any]] = TABLES["schema"]
SOURCES: dict[str, dict[str, Any]] = TABLES["sources"]

TYPE_NAME = "general_information.log_source.type_name"
RAW = "general_information.raw_message"
OBSERVATIONS = "Analytics Signal Source"  # the log source type of what Axon's own rules find
TIME = "general_information.standard_message_time"
WORDS = {"blank", "anything", "nothing"}  # as a term, each has a meaning of its own
OPERATOR_WORDS = {"and", "or", "not", "in", "to", "contains", "between", "matches"}
SHORTEST = 4  # characters: what is shorter stands in nearly every line
UNSAYABLE = r'[\x00-\x1f\x7f"]'  # no page says how to write these in a term

Condition = ConditionFieldEqualsValueExpression
CannotConvert = SigmaFeatureNotSupportedByBackendError
UNMAPPED = "only in the log: "  # before the name of a field that has no place in the schema
EVERYTHING = ""  # a part that leaves out no event, because no search can say it


@dataclass(frozen=True)
class Search:
    """A search, and what it does not say.

    `wider` are the places where it selects events that the rule does not. `unpaged` are the words
    that stand in the vendor's published rules, and not in what could be read of its pages.
    """

    text: str
    wider: tuple[str, ...] = ()
    unpaged: tuple[str, ...] = ()

    @property
    def exact(self) -> bool:
        return not self.wider


# --- what a term may be -------------------------------------------------------------------------


def term(text: str) -> str:
    """A text between quotation marks, which fix the order of its words (build-a-query)."""
    return f'"{text}"'


def pieces(value: SigmaString) -> list[str]:
    """The texts between wildcards, and between characters that no page says how to write."""
    runs = "".join(part if isinstance(part, str) else "\0" for part in value.s)
    return [piece.strip() for piece in re.split(rf"{UNSAYABLE}+", runs) if piece.strip()]


def plain(value: SigmaString) -> str | None:
    """The text of a value that is nothing but text."""
    texts = [part for part in value.s if isinstance(part, str)]
    return "".join(texts) if len(texts) == len(value.s) else None


def is_whole(value: SigmaString) -> bool:
    """Whether a text can be a term as it is: no wildcard, nothing that cannot be written, no space
    at an end, and no word with a meaning of its own."""
    text = plain(value)
    if text is None or re.search(rf"{UNSAYABLE}|[*?]|^\s|\s$|^$", text):
        return False
    return text.lower() not in WORDS


def inner(value: SigmaString) -> SigmaString | None:
    """What stands between two wildcards, of `*text*`; None where the value is of another form."""
    wild = SpecialChars.WILDCARD_MULTI
    if len(value.s) == 3 and value.s[0] == value.s[2] == wild and isinstance(value.s[1], str):
        middle = copy.copy(value)
        middle.s = [value.s[1]]
        return middle
    return None


def pattern(value: SigmaString) -> str | None:
    """A text with wildcards as a regular expression of the whole field; None where it has a
    character that cannot be written.

    Both ends are named, so that it does not matter whether `matches` looks at the whole field.
    """
    wild = {SpecialChars.WILDCARD_MULTI: ".*", SpecialChars.WILDCARD_SINGLE: "."}
    whole = ""
    for part in value.s:
        if isinstance(part, Placeholder):
            return None
        whole += escaped(part) if isinstance(part, str) else wild[part]
    return None if re.search(UNSAYABLE, whole) else f"^{whole}$"


def escaped(text: str) -> str:
    """A text as a regular expression; more is escaped than any one kind of them needs."""
    return re.sub(r"([\\.^$|?*+()\[\]{}#@&<>~])", r"\\\1", text)


def whole_expression(text: str) -> str | None:
    """A regular expression that looks anywhere, as one of the whole field; None where it has more
    than the vendor's published rules show.

    >>> whole_expression("^svc-[0-9]+")
    '^(svc-[0-9]+).*$'
    """
    begins, ends = text.startswith("^"), re.search(r"(?<!\\)\$$", text) is not None
    core = text.removeprefix("^")[: -1 if ends else None]
    odd = re.search(rf"{UNSAYABLE}|\(\?|\\\\|(?<![\\\[])[\^$]", core)
    alternatives = "|" in outside(re.sub(r"\\.|\[[^]]*\]", "", core))
    if odd or (alternatives and (begins or ends)):
        return None
    return f"^{'' if begins else '.*'}({core}){'' if ends else '.*'}$"


def is_simple(text: str) -> bool:
    """Whether a text can stand in a list, where no page shows quotation marks."""
    if not re.fullmatch(r"[\w.@:/-]+", text, re.ASCII):
        return False
    return text.lower() not in WORDS | OPERATOR_WORDS


def outside(text: str) -> str:
    """What stands in no parentheses."""
    while (shorter := re.sub(r"\([^()]*\)", "", text)) != text:
        text = shorter
    return text


def unmapped(name: str | None) -> str:
    """A vendor's field without a place; its name may be that of a field of the schema."""
    return f"{UNMAPPED}{name}"


# --- the backend --------------------------------------------------------------------------------


class Backend(TextQueryBackend):
    """A condition as a search, with each NOT moved inwards to the comparisons.

    A comparison that a search can only say too widely is left out below a NOT, where it would leave
    out events that the rule selects.
    """

    name: ClassVar[str] = "LogRhythm Axon"
    formats: ClassVar[dict[str, str]] = {"default": "a search"}
    requires_pipeline: ClassVar[bool] = True
    convert_or_as_in: ClassVar[bool] = True
    or_token: ClassVar[str] = "OR"
    and_token: ClassVar[str] = "AND"
    group_expression: ClassVar[str] = "({expr})"
    token_separator: str = " "

    def __init__(self, source: str):
        mapping = dict(SOURCES[source]["fields"])
        places = FieldFunctionTransformation(mapping, unmapped)
        super().__init__(ProcessingPipeline([ProcessingItem(places)]))
        self.back = {schema: vendor for vendor, schema in mapping.items()}
        self.negated = False
        self.wider: list[str] = []
        self.unpaged: list[str] = []

    def too_wide(self, name: str | None, what: str) -> None:
        """Note where the search selects more than the rule."""
        sentence = f"{self.back.get(name or '', name) or 'a value without a field'}: {what}"
        if sentence not in self.wider:
            self.wider.append(sentence)

    def left_out(self, name: str | None, what: str) -> str:
        """A part that no search can say; with it, the search would be narrower."""
        where = "an exception that no search can state" if self.negated else "not in the search"
        self.too_wide(name, f"{what}; {where}")
        return EVERYTHING

    # --- AND, OR, NOT ---

    def join(self, parts: Iterable[str], joiner: str) -> str:
        """Parts joined; one that is joined in the other way stands in parentheses, so that no order
        of operators is relied upon."""
        every = list(dict.fromkeys(parts))
        if joiner == self.or_token and EVERYTHING in every:
            return EVERYTHING
        every = [part for part in every if part != EVERYTHING]
        if len(every) < 2:
            return every[0] if every else EVERYTHING
        grouped = [part if joiner_of(part) in (None, joiner) else f"({part})" for part in every]
        return f" {joiner} ".join(grouped)

    def convert_condition_and(self, cond: ConditionItem, state: ConversionState) -> str:
        parts = [self.convert_condition(arg, state) for arg in cond.args]
        return self.join(parts, self.or_token if self.negated else self.and_token)

    def convert_condition_or(self, cond: ConditionItem, state: ConversionState) -> str:
        parts = [self.convert_condition(arg, state) for arg in cond.args]
        return self.join(parts, self.and_token if self.negated else self.or_token)

    def convert_condition_not(self, cond: ConditionNOT, state: ConversionState) -> str:
        self.negated = not self.negated
        try:
            return self.convert_condition(cond.args[0], state)
        finally:
            self.negated = not self.negated

    def convert_condition_as_in_expression(
        self, cond: ConditionOR | ConditionAND, state: ConversionState
    ) -> str:
        """Several plain values of one field as a list."""
        values = [arg.value for arg in cond.args]
        name = cond.args[0].field
        listed = all(isinstance(v, SigmaString) and is_simple(str(v)) for v in values)
        cased = any(isinstance(value, SigmaCasedString) for value in values)
        if not listed or cased or name not in SCHEMA:
            return self.convert_condition_or(cond, state)
        return self.asked(name, "IN", f"[{','.join(dict.fromkeys(map(str, values)))}]")

    # --- comparisons ---

    def equals(self, name: str, written: str) -> str:
        return f"{name} {'!=' if self.negated else '='} {written}"

    def asked(self, name: str, operator: str, written: str) -> str:
        """A field, an operator that is a word, and a term; below a NOT, the opposite."""
        word = f"NOT {operator}" if self.negated else operator
        if word not in ("IN", "CONTAINS") and word not in self.unpaged:
            self.unpaged.append(word)
        return f"{name} {word} {written}"

    def presence(self, name: str, there: bool) -> str:
        """Whether a field has any value (build-a-query)."""
        return f"{name} CONTAINS anything" if there != self.negated else f"{name} = blank"

    def convert_condition_field_eq_val(self, cond: Condition, state: ConversionState) -> str:
        """A comparison of one field with one value."""
        value = cond.value
        if isinstance(value, SigmaExpansion):
            return self.convert_condition_field_eq_expansion(cond, state)
        if cond.field not in SCHEMA:
            return self.in_the_line(cond.field.removeprefix(UNMAPPED), value)
        if isinstance(value, SigmaNull):
            return self.presence(cond.field, False)
        if isinstance(value, SigmaExists):
            return self.presence(cond.field, value.exists)
        return self.compared(cond.field, value)

    def compared(self, name: str, value: Any) -> str:
        """A field of the schema with a value, by the kind of the value."""
        match value:
            case SigmaString():
                return self.text(name, value)
            case SigmaBool():
                return self.boolean(name, value.boolean)
            case SigmaNumber():
                return self.equals(name, str(value))
            case SigmaRegularExpression():
                return self.expression(name, value)
            case SigmaCIDRExpression():
                return self.network(name, value)
            case SigmaCompareExpression():
                return self.order(name, value)
        return self.left_out(name, f"a comparison by {kind_of(value)}")

    def text(self, name: str, value: SigmaString) -> str:
        """A text: whole, inside the field, by a pattern, or in pieces."""
        middle = inner(value)
        if list(value.s) == [SpecialChars.WILDCARD_MULTI]:
            return self.presence(name, True)
        if isinstance(value, SigmaCasedString):
            if self.negated:
                return self.left_out(name, "the case of letters")
            self.too_wide(name, "the case of letters, which a search ignores")
        if is_whole(value):
            return self.equals(name, term(str(plain(value))))
        if middle is not None and is_whole(middle):
            return self.asked(name, "CONTAINS", term(str(plain(middle))))
        if value.s and (expression := pattern(value)):
            return self.asked(name, "matches", term(expression))
        return self.in_pieces(name, value)

    def in_pieces(self, name: str, value: SigmaString) -> str:
        """A text with a character that cannot be written; the empty text, which is not a term."""
        if not value.s and not self.negated:
            self.too_wide(name, "an empty text; the search takes a missing one too")
            return self.presence(name, False)
        if not value.s:
            return self.left_out(name, "an empty text")
        found = pieces(value)
        if self.negated or not found or any(piece.lower() in WORDS for piece in found):
            return self.left_out(name, "a text that no page says how to write")
        self.too_wide(name, "a character that no page says how to write; the search asks around it")
        return self.join((self.asked(name, "CONTAINS", term(p)) for p in found), self.and_token)

    def expression(self, name: str, value: SigmaRegularExpression) -> str:
        """A regular expression of the rule's own; what it means in Axon's kind may differ."""
        text = whole_expression(str(value.regexp))
        if text is None or value.flags - {SigmaRegularExpressionFlag.IGNORECASE}:
            return self.left_out(name, "a regular expression of a kind that the vendor never shows")
        if not value.flags:
            if self.negated:
                return self.left_out(name, "a regular expression that minds the case of letters")
            self.too_wide(name, "a regular expression that minds the case of letters")
        return self.asked(name, "matches", term(text))

    def boolean(self, name: str, value: bool) -> str:
        """True or false; some vendors write 1 or 0."""
        parts = [self.equals(name, str(value).lower()), self.equals(name, str(int(value)))]
        return self.join(parts, self.and_token if self.negated else self.or_token)

    def order(self, name: str, value: SigmaCompareExpression) -> str:
        """An order between numbers (build-a-search-query names byte counts)."""
        if value.op is CompareOperators.NEQ:
            self.negated = not self.negated
            try:
                return self.equals(name, str(value.number))
            finally:
                self.negated = not self.negated
        if SCHEMA[name]["kind"] != "number":
            return self.left_out(name, "an order, of a field that holds text")
        if not self.negated:
            return f"{name} {OPERATORS[value.op]} {value.number}"
        return f"{name} {OPERATORS[OPPOSITE[value.op]]} {value.number} OR {name} = blank"

    def network(self, name: str, value: SigmaCIDRExpression) -> str:
        """The addresses of a network, from the first to the last."""
        network = value.network
        if isinstance(network, ipaddress.IPv6Network):
            return self.left_out(name, f"the network {value}, of version 6")
        if network.num_addresses == 1:
            return self.equals(name, str(network[0]))
        return self.asked(name, "BETWEEN", f"{network[0]} AND {network[-1]}")

    def in_the_line(self, name: str | None, value: Any) -> str:
        """A value somewhere in the line of the log, where its field has no place in the schema."""
        found = pieces(value) if isinstance(value, SigmaString) else []
        found = [p for p in found if len(p) >= SHORTEST and p.isascii() and "\\" not in p]
        if self.negated or not found or any(p.lower() in WORDS for p in found):
            return self.left_out(name, "no field of the schema, and nothing to look for in a line")
        self.too_wide(name, "no field of the schema; the search takes the text anywhere in a line")
        return self.join((self.asked(RAW, "CONTAINS", term(p)) for p in found), self.and_token)

    def convert_condition_val(
        self,
        cond: ConditionValueExpression,
        state: ConversionState,  # noqa: ARG002 - as pySigma calls it
    ) -> str:
        return self.in_the_line(None, cond.value)


OPERATORS = {
    CompareOperators.LT: "<",
    CompareOperators.LTE: "<=",
    CompareOperators.GT: ">",
    CompareOperators.GTE: ">=",
}
OPPOSITE = {
    CompareOperators.LT: CompareOperators.GTE,
    CompareOperators.LTE: CompareOperators.GT,
    CompareOperators.GT: CompareOperators.LTE,
    CompareOperators.GTE: CompareOperators.LT,
}


def joiner_of(text: str) -> str | None:
    """The AND or the OR of a search that stands in no quotation marks and no parentheses."""
    bare = re.sub(r'"[^"]*"|BETWEEN \S+ AND', "", text)
    first = re.search(r" (AND|OR) ", outside(bare))
    return first[1] if first else None


def kind_of(value: Any) -> str:
    """What a Sigma value is, in words."""
    name = type(value).__name__.removeprefix("Sigma")
    return re.sub(r"(?<!^)(?=[A-Z])", " ", name).lower()


# --- one rule -----------------------------------------------------------------------------------


def search_in(rule: SigmaRule, source: str) -> Search:
    """A rule as a search in one source. Raises CannotConvert where nothing of it can be said."""
    backend = Backend(source)
    own = copy.deepcopy(rule)
    backend.convert_rule(own)  # which returns nothing for a rule that only a correlation uses
    asked = backend.join(own.get_conversion_result(), backend.or_token)
    if asked == EVERYTHING:
        reasons = "; ".join(backend.wider)
        raise CannotConvert(f"no search can say what the rule asks of {source} ({reasons})")
    whose = f"{TYPE_NAME} = {term(SOURCES[source]['log_source_type'])}"
    text = backend.join([whose, asked], backend.and_token)
    return Search(text, tuple(backend.wider), tuple(backend.unpaged))


def search(rule: SigmaRule) -> Search:
    """A rule as one search, in all sources that it is for."""
    every = [search_in(rule, source) for source in sources_of(rule)]
    text = " OR ".join(f"({one.text})" for one in every) if len(every) > 1 else every[0].text
    wider = tuple(dict.fromkeys(sentence for one in every for sentence in one.wider))
    unpaged = tuple(dict.fromkeys(word for one in every for word in one.unpaged))
    return Search(text, wider, unpaged)


def between(text: str, begin: str, end: str) -> str:
    """A search in a stretch of time: two times of ISO 8601, or such as now-7d and now."""
    whole = f"({text})" if joiner_of(text) == "OR" else text
    return f"{whole} AND {TIME} = {begin} to {end}"


# --- recipes for the Rule Builder ---------------------------------------------------------------


@dataclass
class Recipe:
    """What to enter in the Rule Builder (page rule-builder): blocks of the pattern, in order, and
    by which fields they are grouped."""

    blocks: list[str]
    group_by: list[str]
    remarks: list[str] = field(default_factory=list)


def schema_field(name: str, rules: list[SigmaRule]) -> str:
    """Where a vendor's field stands in the schema, the same in all sources of these rules."""
    sources = [source for rule in rules for source in sources_of(rule)]
    places = {SOURCES[source]["fields"].get(name) for source in sources}
    return one_place(name, places)


def one_place(name: str, places: set[str | None]) -> str:
    if None in places:
        raise CannotConvert(f"{name} has no place in the schema, so nothing can be grouped by it")
    if len(places) > 1:
        raise CannotConvert(f"{name} stands in different fields of the schema, by source")
    return next(iter(places)) or ""


def base_rules(rule: SigmaCorrelationRule) -> list[SigmaRule]:
    """The rules of a correlation. Raises CannotConvert for a correlation of correlations."""
    bases = [reference.rule for reference in rule.referenced_rules]
    if not all(isinstance(base, SigmaRule) for base in bases):
        raise CannotConvert("it stands on another correlation: build that one first, by hand")
    return [base for base in bases if isinstance(base, SigmaRule)]


def grouping(rule: SigmaCorrelationRule, bases: list[SigmaRule]) -> list[str]:
    """The fields of the schema by which a correlation is grouped."""
    aliases = {alias.alias: alias.mapping for alias in rule.aliases}
    named = {str(name): base for base in bases for name in (base.name, base.id)}
    fields = []
    for name in rule.group_by or []:
        if name in aliases:
            places = {
                schema_field(vendor, [named[ref.reference]])
                for ref, vendor in aliases[name].items()
            }
            fields.append(one_place(name, {*places}))
        else:
            fields.append(schema_field(name, bases))
    return fields


def recipe(rule: AnyRule) -> Recipe:
    """A rule as a recipe. Raises CannotConvert where the Rule Builder has no such block."""
    if isinstance(rule, SigmaRule):
        fields = [SOURCES[source]["fields"] for source in sources_of(rule)]
        shared = set.intersection(*(set(mapping.values()) for mapping in fields))
        wanted = ("origin.account.name", "origin.host.ip_address.value", "observer.host.name")
        return Recipe(["Log observed: search A"], [name for name in wanted if name in shared])
    bases = base_rules(rule)
    if rule.type in (SigmaCorrelationType.TEMPORAL, SigmaCorrelationType.TEMPORAL_ORDERED):
        refuse_parts(rule, len(bases))
    group_by = grouping(rule, bases)
    letters = [chr(ord("A") + place) for place in range(len(bases))]
    window = f"within {rule.timespan.spec}"
    match rule.type:
        case SigmaCorrelationType.EVENT_COUNT:
            which = " or ".join(f"search {letter}" for letter in letters)
            return Recipe([f"Threshold: {which}, {least(rule)} or more logs {window}"], group_by)
        case SigmaCorrelationType.VALUE_COUNT:
            return Recipe([unique_values(rule, bases, letters, window)], group_by)
        case SigmaCorrelationType.TEMPORAL_ORDERED | SigmaCorrelationType.TEMPORAL:
            return sequence(rule, letters, window, group_by)
    raise CannotConvert(f"no block of the Rule Builder does {rule.type.name.lower()}")


def least(rule: SigmaCorrelationRule) -> int:
    """The least number of logs or values that a correlation asks for."""
    condition = rule.condition
    if isinstance(condition, SigmaCorrelationCondition):
        if condition.op is SigmaCorrelationConditionOperator.GTE:
            return condition.count
        if condition.op is SigmaCorrelationConditionOperator.GT:
            return condition.count + 1
    raise CannotConvert("a threshold block counts upwards: the rule asks for at most, or exactly")


def unique_values(
    rule: SigmaCorrelationRule, bases: list[SigmaRule], letters: list[str], window: str
) -> str:
    counted = getattr(rule.condition, "fieldref", None)
    if not isinstance(counted, str):
        raise CannotConvert("unique values are counted of one field, and the rule names several")
    which = " or ".join(f"search {letter}" for letter in letters)
    place = schema_field(counted, bases)
    return f"Unique values: {which}, {least(rule)} or more values of {place} {window}"


def refuse_parts(rule: SigmaCorrelationRule, count: int) -> None:
    """Raises CannotConvert for a sequence that is not of all its rules."""
    if not isinstance(rule.condition, SigmaCorrelationCondition):
        raise CannotConvert("it asks for a log that does not come, or for one of several")
    if least(rule) not in (1, count):
        raise CannotConvert("it asks for some of its rules, and a sequence has all of them")


def sequence(
    rule: SigmaCorrelationRule, letters: list[str], window: str, group_by: list[str]
) -> Recipe:
    """Log observed, followed by another; Sigma's unordered kind needs a rule for each order."""
    blocks = [f"Log observed: search {letters[0]}"]
    blocks += [f"followed by search {letter}" for letter in letters[1:]]
    remarks = []
    if rule.type is SigmaCorrelationType.TEMPORAL:
        remarks.append("the rule has no order: build it once for each order of the blocks")
    return Recipe([*blocks, window], group_by, remarks)


# --- a page for each file of rules --------------------------------------------------------------

HEADER = """\
Made by tools/siem/axon.py from {name}.
Run by the course's own evaluator of the language, and never inside Axon: docs/axon.md says what the
vendor's documentation leaves open. Where a rule asks for a list of your site, the list of the
course's company stands here: put yours in its place before you run the search.
"""
LEVELS = {"informational": "low"}


def page(name: str, rules: list[AnyRule]) -> str:
    """The rules of one file as text; those that only a correlation uses stand with it."""
    return "\n".join([HEADER.format(name=name), *map(section, rules)])


def section(rule: AnyRule) -> str:
    """One rule: its searches, where they differ from it, and the recipe."""
    lines = [rule.title, "=" * len(rule.title), f"id {rule.id}, author {rule.author or 'unknown'}"]
    for part in (_first, _observations) if stands_on_others(rule) else (_search, _recipe):
        try:
            lines += part(rule)
        except CannotConvert as error:
            lines += ["", f"No {part.__name__.strip('_')}: {error}."]
    return "\n".join(lines) + "\n"


def stands_on_others(rule: AnyRule) -> bool:
    """Whether a rule is a correlation of correlations."""
    return isinstance(rule, SigmaCorrelationRule) and any(
        isinstance(reference.rule, SigmaCorrelationRule) for reference in rule.referenced_rules
    )


def _first(rule: SigmaCorrelationRule) -> Iterator[str]:
    """The rules on which a correlation of correlations stands."""
    for place, reference in enumerate(rule.referenced_rules, 1):
        yield from ("", f"Build first, rule {place}: {reference.rule.title}")
        yield from _search(reference.rule)
        yield from _recipe(reference.rule)


def _observations(rule: SigmaCorrelationRule) -> Iterator[str]:
    """What to look for, by hand, among what those rules found; an Observation has the name of its
    rule in object.policy.name, as in dashboards that the vendor publishes."""
    titles = [term(str(reference.rule.title)) for reference in rule.referenced_rules]
    names = " OR ".join(f"object.policy.name = {title}" for title in titles)
    shared = [schema_field(name, leaf_rules(rule)) for name in rule.group_by or []]
    yield from ("", "Then search the Observations of these rules, by hand")
    yield f"  {TYPE_NAME} = {term(OBSERVATIONS)} AND ({names})"
    yield f"and look for those of all the rules within {rule.timespan.spec}" + (
        f", with the same {', '.join(shared)}." if shared else "."
    )


def _search(rule: AnyRule) -> Iterator[str]:
    bases = [rule] if isinstance(rule, SigmaRule) else base_rules(rule)
    for place, base in enumerate(bases):
        one = search(base)
        title = "" if base is rule else f": {base.title}"
        yield from ("", f"Search {chr(ord('A') + place)}{title}", f"  {one.text}")
        if one.wider:
            yield "Selects more than the rule, in:"
            yield from (f"  - {sentence}" for sentence in one.wider)
        if one.unpaged:
            words = ", ".join(one.unpaged)
            yield f"Written as in rules that the vendor publishes, not on its pages: {words}."


def _recipe(rule: AnyRule) -> Iterator[str]:
    steps = recipe(rule)
    level = rule.level.name.lower() if rule.level else "medium"
    yield from ("", "Rule Builder")
    yield f"  Rule name: {rule.title}"
    if rule.description:
        yield f"  Description: {' '.join(rule.description.split())}"
    yield f"  Group by: {', '.join(steps.group_by) or 'any field: one is required'}"
    yield "  Common event: Threat Detection / Suspicious Activity"
    yield f"  Threat level: {LEVELS.get(level, level)}"
    techniques = [tag.name.upper() for tag in rule.tags if re.match(r"attack\.t\d", str(tag))]
    if techniques:
        yield f"  Additional metadata: threat.mitre_technique, {', '.join(techniques)}"
    yield "  Pattern:"
    yield from (f"    {block}" for block in steps.blocks)
    yield from (f"  Note: {remark}." for remark in steps.remarks)


def policies() -> str:
    """What to enter in the Policy Builder, for each source (page policy-builder)."""
    lines = [
        "Log source types for the Policy Builder. Made by tools/siem/axon.py.",
        "Identification: the log has these fields. Normalisation: from the log, to the schema.",
    ]
    for source, table in SOURCES.items():
        lines += ["", f"{table['log_source_type']} ({source}.jsonl)"]
        lines += [f"  identified by: {', '.join(table['identify'])}"]
        width = max(map(len, table["fields"]))
        lines += [f"  {vendor:{width}}  {place}" for vendor, place in table["fields"].items()]
    return "\n".join(lines) + "\n"


def pages(folder: Path) -> dict[str, str]:
    """The text of each page, by file name, of the rules in a folder."""
    paths = sorted(folder.glob("*.yml"))
    ruleset = load(paths, read_placeholders(PLACEHOLDERS))
    if ruleset.refused:
        raise ValueError("; ".join(f"{one.path}: {one.reason}" for one in ruleset.refused))
    shown = list(SigmaCollection(list(ruleset.rules)).get_output_rules())
    every = {"log-source-types.txt": policies()}
    for path in paths:
        inside = [rule for rule in shown if ruleset.paths[id(rule)] == path.as_posix()]
        every[f"{path.stem}.txt"] = page(path.name, inside)
    return every


def main(folder: str = str(RULES), out: str = str(OUT)) -> None:
    Path(out).mkdir(parents=True, exist_ok=True)
    for name, text in pages(Path(folder)).items():
        (Path(out) / name).write_text(text, encoding="utf-8")
        print(Path(out) / name)


if __name__ == "__main__":
    main(*sys.argv[1:3])
