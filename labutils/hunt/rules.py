"""Read Sigma rules and correlations with pySigma, and convert them to SQL for SQLite.

Rules are read from where their owner keeps them. What cannot be used is refused with a sentence.
"""

import copy
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import re2
import yaml
from sigma.backends.sqlite import sqliteBackend
from sigma.backends.sqlite.correlation import numeric
from sigma.collection import SigmaCollection
from sigma.conditions import (
    ConditionFieldEqualsValueExpression,
    ConditionOR,
    ConditionValueExpression,
)
from sigma.conversion.state import ConversionState
from sigma.correlations import SigmaCorrelationRule, SigmaExtendedCorrelationCondition
from sigma.exceptions import SigmaError
from sigma.filters import SigmaFilter
from sigma.policy import SigmaPolicy
from sigma.policy.regex_engine import RegexEngine
from sigma.processing.pipeline import ProcessingItem, ProcessingPipeline
from sigma.processing.transformations import FieldFunctionTransformation
from sigma.processing.transformations.base import PreprocessingTransformation
from sigma.processing.transformations.placeholder import ValueListPlaceholderTransformation
from sigma.rule import SigmaRule
from sigma.types import (
    CompareOperators,
    Placeholder,
    SigmaCasedString,
    SigmaCIDRExpression,
    SigmaCompareExpression,
    SigmaExists,
    SigmaExpansion,
    SigmaFieldReference,
    SigmaNull,
    SigmaString,
    SigmaType,
    SpecialChars,
)

from labutils.hunt.compiled_parts import compiled_pattern
from labutils.hunt.reading import log_files
from labutils.hunt.sources import sources_for
from labutils.hunt.store import FRAME, TEXT, column
from labutils.text import shown

LONGEST_BEFOREHAND = 1_000  # characters of a text that is looked for in the JSON of a list
LARGEST = 4 * 1024 * 1024  # bytes of a file of rules
SUFFIXES = (".yml", ".yaml")
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+(?=>)")  # where an object lies in the memory
# What pySigma raises on a text that is YAML and no rule; its own errors are the first.
NOT_A_RULE = (
    SigmaError,
    AttributeError,
    IndexError,
    KeyError,
    NotImplementedError,
    OverflowError,
    RecursionError,
    TypeError,
    ValueError,
)
_Yaml = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

AnyRule = SigmaRule | SigmaCorrelationRule
Placeholders = Mapping[str, list[str]]
Condition = ConditionFieldEqualsValueExpression


@dataclass(frozen=True)
class RefusedRule:
    """A file or a rule that cannot be used, and why.

    `document` is the rule's number in the file, from 1, and None for the whole file.
    """

    path: str
    reason: str
    document: int | None = None


@dataclass
class Ruleset:
    """The rules that can be used, each after those it refers to, and what was refused.

    `paths` says where each rule was read, by the rule's `id()`, and `documents` which document of
    that file it is.
    """

    rules: list[AnyRule] = field(default_factory=list)
    refused: list[RefusedRule] = field(default_factory=list)
    paths: dict[int, str] = field(default_factory=dict)
    documents: dict[int, int] = field(default_factory=dict)

    def refuse(self, rule: AnyRule, reason: str) -> None:
        """Remove a rule, and record why."""
        self.rules = [other for other in self.rules if other is not rule]
        path, document = self.paths[id(rule)], self.documents[id(rule)]
        self.refused.append(RefusedRule(path, f"{_called(rule)}: {reason}", document))


def load(paths: list[Path], placeholders: Placeholders | None = None) -> Ruleset:
    """Read the rules of these files, and of the YAML files in these folders.

    `placeholders` are the lists that a site fills in, for rules that say `|expand`.
    """
    ruleset, filters = Ruleset(), list[SigmaFilter]()
    files, skipped = log_files(paths)
    named = {path.name for path in paths}
    ruleset.refused += [
        RefusedRule(skip.file, skip.reason) for skip in skipped if _is_yaml(skip.file, named)
    ]
    for file in files:
        if _is_yaml(file.label, named):
            filters += _add(ruleset, file.path)
    _refuse_doubles(ruleset)
    _refuse_other_products(ruleset)
    _refuse_what_matches_all(ruleset)
    _fill_placeholders(ruleset, placeholders or {})
    _resolve(ruleset, filters)
    return ruleset


def _add(ruleset: Ruleset, path: Path) -> list[SigmaFilter]:
    """Add the rules of one file, or say why they are refused; the filters of that file."""
    name, filters = path.as_posix(), list[SigmaFilter]()
    try:
        content = _content(path)
    except OSError as error:
        ruleset.refused.append(RefusedRule(name, f"cannot be read: {error.strerror or error}"))
        return []
    except ValueError as error:
        ruleset.refused.append(RefusedRule(name, f"is not a Sigma rule: {error}"))
        return []
    any_document = False
    for number, rules in enumerate(_collections(content), 1):
        any_document = any_document or rules is not None
        if isinstance(rules, str):
            ruleset.refused.append(RefusedRule(name, rules, number))
        elif rules is not None:
            ruleset.rules += rules.rules
            ruleset.paths.update({id(rule): name for rule in rules.rules})
            ruleset.documents.update({id(rule): number for rule in rules.rules})
            filters += rules.filters
    if not any_document:
        ruleset.refused.append(RefusedRule(name, "holds no rule"))
    return filters


def sentence(error: Exception) -> str:
    """Return what an error says, in one line that is safe to print."""
    if isinstance(error, KeyError):
        return f"{shown(str(error), 100)} is missing or unknown"
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    said = _ADDRESS.sub("", " ".join(str(error).split()))
    return shown(said, 300) or type(error).__name__


def _is_yaml(label: str, named: set[str]) -> bool:
    """Whether a file holds rules, by its suffix or because it was named itself."""
    return label.lower().endswith(SUFFIXES) or label in named


def _content(path: Path) -> bytes:
    """A file of rules. Raises OSError, or ValueError where it is too large."""
    with path.open("rb") as stream:
        content = stream.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise ValueError(f"a file of rules has at most {LARGEST // 1024**2} MiB")
    return content


def _collections(content: bytes) -> Iterator[SigmaCollection | str | None]:
    """What each document of a file holds: rules, or a sentence why it holds none; None where there
    is nothing in it.

    Sigma's collections have documents that are no rules: `action: global` is part of each rule
    after it, until `action: reset`, and `action: repeat` changes the rule before it.
    """
    shared: list[Any] = []
    before: list[Any] = []
    for document in _documents(content):
        action = document.get("action") if isinstance(document, dict) else None
        if action in ("global", "reset"):
            shared, before = [document] if action == "global" else [], []
            yield SigmaCollection([])
        elif not isinstance(document, dict):
            yield document
        else:
            before = [*before, document] if action == "repeat" else [document]
            yield _collection([*shared, *before])


def _documents(content: bytes) -> Iterator[dict[str, Any] | str | None]:
    """The YAML documents of a file, or a sentence for what is none. Where one of them is not YAML,
    each is read by itself: a line that begins with `---` always begins another."""
    try:
        documents = list(yaml.load_all(content, Loader=_Yaml))
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # a date that is none, too
        parts = re.split(rb"(?m)^---(?=\s)", content)
        if len(parts) == 1:
            yield f"is not YAML: {shown(' '.join(str(error).split()), 300)}"
            return
        for part in parts if parts[0].strip() else parts[1:]:
            yield from _documents(part)
        return
    for document in documents:
        if document is None or isinstance(document, dict):
            yield document
        else:
            yield "is not a Sigma rule: each document in it must be a mapping"


def _collection(documents: list[dict[str, Any]]) -> SigmaCollection | str:
    """The rule that the last of these documents makes with those before it, or why it is none."""
    try:
        collection = SigmaCollection.from_dicts(
            documents if len(documents) == 1 else copy.deepcopy(documents),
            collect_filters=True,
            resolve_references=False,
            policy=POLICY,
        )
        collection.rules = collection.rules[-1:]
        for rule in collection.rules:
            if rule.errors:
                raise rule.errors[0]
            if isinstance(rule, SigmaRule):
                for condition in rule.detection.parsed_condition:
                    _ = condition.parsed  # a condition is parsed when it is first asked for
    except NOT_A_RULE as error:
        return f"is not a Sigma rule: {sentence(error)}"
    return collection


class _QuietEngine(RegexEngine):
    """RE2 for pySigma, which asks it whether a pattern is one: without a word on stderr."""

    def compile(self, pattern: str, flags: int = 0) -> Any:
        letters = {re.IGNORECASE: "i", re.MULTILINE: "m", re.DOTALL: "s"}
        said = "".join(letter for flag, letter in letters.items() if int(flags) & int(flag))
        return compiled_pattern(f"(?{said}){pattern}" if said else pattern)

    @property
    def error(self) -> type[Exception]:
        error: type[Exception] = re2.error
        return error


POLICY = SigmaPolicy(regex_engine=_QuietEngine())


def _called(rule: AnyRule) -> str:
    return f"the rule {shown(rule.title or rule.name or str(rule.id), 80)!r}"


# --- rules among others -------------------------------------------------------------------------


def _names(rule: AnyRule) -> list[str]:
    """What another rule may call this one."""
    return [str(name) for name in (rule.id, rule.name) if name]


def _references(rule: AnyRule) -> list[str]:
    """The rules that a correlation refers to, by id or name."""
    if isinstance(rule, SigmaRule):
        return []
    references = [reference.reference for reference in rule.rules or []]
    if isinstance(rule.condition, SigmaExtendedCorrelationCondition):
        references += rule.condition.get_referenced_rules()
    return references + [ref.reference for alias in rule.aliases for ref in alias.mapping]


def _refuse_doubles(ruleset: Ruleset) -> None:
    """Of two rules with one id or name, the second goes: which is meant could not be said."""
    known: set[str] = set()
    for rule in list(ruleset.rules):
        if twice := known.intersection(_names(rule)):
            ruleset.refuse(rule, f"the id or name {shown(min(twice), 80)} belongs to another rule")
        else:
            known.update(_names(rule))


def _refuse_other_products(ruleset: Ruleset) -> None:
    for rule in list(ruleset.rules):
        if isinstance(rule, SigmaRule) and not sources_of(rule):
            words = [
                f"{key} {shown(str(value), 60)}"
                for key in ("product", "service", "category")
                if (value := getattr(rule.logsource, key))
            ]
            ruleset.refuse(
                rule,
                f"its log source ({', '.join(words)}) is not one that can be read here",
            )


def _refuse_what_matches_all(ruleset: Ruleset) -> None:
    """Refuse a text of which `|base64offset` leaves nothing: one letter is in no group of three by
    itself, and the rule would look for the empty text."""
    for rule in list(ruleset.rules):
        if any(map(_is_empty, _values(rule))):
            ruleset.refuse(
                rule, "of a text of one letter |base64offset leaves nothing to look for: give two"
            )


def _is_empty(value: SigmaType) -> bool:
    """Whether one of the texts of an expansion has no letter."""
    return isinstance(value, SigmaExpansion) and any(
        isinstance(one, SigmaString) and not any(isinstance(part, str) for part in one.s)
        for one in value.values
    )


def _resolve(ruleset: Ruleset, filters: list[SigmaFilter]) -> None:
    """Join correlations with the rules that they refer to, and refuse those that lack one."""
    lacking = True
    while lacking:
        known = {name for rule in ruleset.rules for name in _names(rule)}
        lacking = False
        for rule in list(ruleset.rules):
            if missing := [name for name in _references(rule) if name not in known]:
                ruleset.refuse(rule, f"it refers to {shown(missing[0], 80)}, which was not loaded")
                lacking = True
    for rule in list(ruleset.rules):
        if _refers_to_itself(rule, ruleset.rules):
            ruleset.refuse(rule, "it refers to itself, directly or through others")
            _resolve(ruleset, filters)
            return
    for filtered in filters:
        for i, rule in enumerate(ruleset.rules):
            if isinstance(rule, SigmaRule):
                ruleset.rules[i] = filtered.apply_on_rule(rule)
                ruleset.paths[id(ruleset.rules[i])] = ruleset.paths[id(rule)]
                ruleset.documents[id(ruleset.rules[i])] = ruleset.documents[id(rule)]
    ruleset.rules = SigmaCollection(list(ruleset.rules)).rules


def _refers_to_itself(rule: AnyRule, rules: list[AnyRule]) -> bool:
    by_name = {name: other for other in rules for name in _names(other)}
    seen: set[int] = set()
    waiting = [by_name[name] for name in _references(rule)]
    while waiting:
        other = waiting.pop()
        if other is rule:
            return True
        if id(other) not in seen:
            seen.add(id(other))
            waiting += [by_name[name] for name in _references(other)]
    return False


# --- lists that a site fills in ------------------------------------------------------------------


def read_placeholders(path: Path) -> Placeholders:
    """Read the lists of a YAML file, by name. Raises OSError, or ValueError with a sentence."""
    try:
        lists = yaml.load(path.read_bytes(), Loader=_Yaml)
    except (yaml.YAMLError, UnicodeError, RecursionError) as error:
        raise ValueError(f"is not YAML: {sentence(error)}") from error
    if not isinstance(lists, dict) or not all(map(_is_list_of_texts, lists.values())):
        raise ValueError("must give each name a list of strings")
    return lists


def _is_list_of_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _fill_placeholders(ruleset: Ruleset, placeholders: Placeholders) -> None:
    """Put the site's values in place of `%name%`; refuse a rule whose list is missing."""
    fill = ProcessingPipeline(
        [ProcessingItem(ValueListPlaceholderTransformation())], vars=dict(placeholders)
    )
    for rule in list(ruleset.rules):
        names = _placeholders_of(rule)
        if missing := [name for name in names if not placeholders.get(name)]:
            ruleset.refuse(
                rule,
                f"it asks for the list %{shown(missing[0], 60)}% of your site, and no such list "
                "is given (--placeholders)",
            )
        elif names:
            fill.apply(rule)


def _placeholders_of(rule: AnyRule) -> list[str]:
    """The lists that a rule asks for, each once."""
    texts = [value for value in _values(rule) if isinstance(value, SigmaString)]
    return sorted({part.name for text in texts for part in text.s if isinstance(part, Placeholder)})


def _values(rule: AnyRule) -> Iterator[SigmaType]:
    """What the conditions of a rule for single events compare with."""
    if isinstance(rule, SigmaRule):
        for condition in rule.detection.parsed_condition:
            for expression in _expressions(condition.parsed):
                yield expression.value


# --- what a rule needs --------------------------------------------------------------------------


def sources_of(rule: SigmaRule) -> list[str]:
    """Return the sources that a rule's `logsource` selects."""
    source = rule.logsource
    return sources_for((source.product, source.service, source.category))


def base_rules(rule: AnyRule) -> list[SigmaRule]:
    """Return the single-event rules that a rule is built on: itself, or those of a correlation."""
    if isinstance(rule, SigmaRule):
        return [rule]
    return [base for reference in rule.referenced_rules for base in base_rules(reference.rule)]


def sources_wanted(ruleset: Ruleset) -> set[str]:
    """Return the sources that these rules need."""
    bases = [base for rule in ruleset.rules for base in base_rules(rule)]
    return {source for base in bases for source in sources_of(base)}


def fields_of(rule: AnyRule) -> set[str]:
    """Return the fields that a rule names in its own conditions.

    `_text` is among them if a condition has a value without a field.
    """
    if isinstance(rule, SigmaRule):
        expressions = (
            expression
            for condition in rule.detection.parsed_condition
            for expression in _expressions(condition.parsed)
        )
        return {name for expression in expressions for name in _field_names(expression)}
    fields = set(rule.group_by or [])
    value = getattr(rule.condition, "fieldref", None)
    fields.update([value] if isinstance(value, str) else value or [])
    for alias in rule.aliases:
        fields.discard(alias.alias)
        fields.update(alias.mapping.values())
    return fields


def _expressions(condition: Any) -> Iterator[Condition | ConditionValueExpression]:
    """The comparisons of a parsed condition."""
    if isinstance(condition, Condition | ConditionValueExpression):
        yield condition
    for part in getattr(condition, "args", []):
        yield from _expressions(part)


def _field_names(expression: Condition | ConditionValueExpression) -> list[str]:
    if isinstance(expression, ConditionValueExpression):
        return [TEXT]
    other = [expression.value.field] if isinstance(expression.value, SigmaFieldReference) else []
    return [expression.field, *other]


# --- a rule as a question to SQLite -------------------------------------------------------------


class Backend(sqliteBackend):
    """pySigma's backend for SQLite, with four differences.

    A comparison with a list is true where it is true of any member. A number is equal to its own
    text, as vendors write either. An order (`|gt`) holds between numbers only, where SQLite puts
    each text above each number. An address is held against a network, not against patterns.
    """

    # The members of a list have no collation of their own.
    bool_expression: ClassVar[str] = "({field}={value} COLLATE NOCASE OR {field}={numeric_value})"

    def __init__(self, lists: set[str], tables: dict[int, str]):
        pipeline = ProcessingPipeline(
            [
                ProcessingItem(FieldFunctionTransformation({}, _column)),
                ProcessingItem(_Table(tables)),
            ]
        )
        super().__init__(
            pipeline,
            timestamp_field="_time",
            timestamp_format="unix",
            event_id_field="n",
            collate_nocase=True,
            fulltext_field=TEXT,
        )
        self.lists = lists

    def finalize_query_default(
        self,
        rule: AnyRule,  # noqa: ARG002 - as pySigma calls it
        query: str,
        index: int,  # noqa: ARG002
        state: ConversionState,  # noqa: ARG002
    ) -> Any:
        """Return the condition alone; the caller adds the table and the columns."""
        return query

    def convert_condition_field_eq_val(self, cond: Condition, state: ConversionState) -> Any:
        """Convert a comparison of a field, or of its members if the field has lists."""
        if isinstance(cond.value, SigmaCompareExpression) and cond.value.op is CompareOperators.NEQ:
            equal = self.convert_condition_field_eq_val(
                Condition(cond.field, cond.value.number), state
            )
            return f"NOT COALESCE(({equal}), 0)"
        whole = isinstance(cond.value, SigmaNull | SigmaExists | SigmaExpansion)
        if cond.field not in self.lists or whole or isinstance(cond.value, SigmaFieldReference):
            return super().convert_condition_field_eq_val(cond, state)
        member = Condition("value", cond.value)
        asked = super().convert_condition_field_eq_val(member, state)
        exists = f"EXISTS (SELECT 1 FROM json_each({self._members(cond.field)}) WHERE {asked})"
        beforehand = _in_the_json(cond.value)
        if beforehand is None:
            return exists
        # Most lists are passed over by a look at their text, without one at each member.
        holds = super().convert_condition_field_eq_val(Condition(cond.field, beforehand), state)
        return f"({holds} AND {exists})"

    def _members(self, name: str) -> str:
        """The JSON of the members of a column, of a value that is not a list too."""
        quoted = self.escape_and_quote_field(name)
        return (
            f"CASE WHEN substr({quoted}, 1, 1) = '{FRAME}' THEN substr({quoted}, 2) "
            f"ELSE json_array({quoted}) END"
        )

    def member(self, name: str, values: list[SigmaType]) -> str:
        """Return SQL for the first member of a column that matches one of these values."""
        members = ConditionOR([Condition("value", value) for value in values])
        asked = self.convert_condition(members, ConversionState())
        return f"(SELECT value FROM json_each({self._members(name)}) WHERE {asked} LIMIT 1)"

    def convert_condition_field_eq_field(self, cond: Condition, state: ConversionState) -> Any:
        """Convert a comparison of two fields: any member of one with any of the other."""
        assert isinstance(cond.value, SigmaFieldReference)
        other = cond.value.field
        if not {cond.field, other} & self.lists:
            return super().convert_condition_field_eq_field(cond, state)
        reference = SigmaFieldReference("b.value", cond.value.starts_with, cond.value.ends_with)
        asked = super().convert_condition_field_eq_field(Condition("a.value", reference), state)
        asked = asked.replace("`a.value`", "a.value").replace("`b.value`", "b.value")
        return (
            f"EXISTS (SELECT 1 FROM json_each({self._members(cond.field)}) a, "
            f"json_each({self._members(other)}) b WHERE {asked})"
        )

    def convert_condition_field_eq_val_num(
        self,
        cond: Condition,
        state: ConversionState,  # noqa: ARG002 - as pySigma calls it
    ) -> Any:
        """Convert a comparison with a number, which also matches its text."""
        name = self.escape_and_quote_field(cond.field)
        return f"({name} = {cond.value} OR {name} = '{cond.value}')"

    def convert_condition_field_eq_val_str(self, cond: Condition, state: ConversionState) -> Any:
        """Convert a comparison with a text, which also matches the number that it writes."""
        asked = super().convert_condition_field_eq_val_str(cond, state)
        number = _number(cond.value) if isinstance(cond.value, SigmaString) else None
        if number is None:
            return asked
        return f"({asked} OR {self.escape_and_quote_field(cond.field)} = {number})"

    def convert_condition_field_eq_val_cidr(
        self,
        cond: Condition,
        state: ConversionState,  # noqa: ARG002 - as pySigma calls it
    ) -> Any:
        """Convert a test for an address in a network, by the address and not by its text."""
        assert isinstance(cond.value, SigmaCIDRExpression)
        name, network = self.escape_and_quote_field(cond.field), cond.value.network
        asked = f"in_network({name}, '{network}')"
        if network.version == 6 or network.prefixlen < 8:
            return asked
        octets = str(network.network_address).split(".")[: network.prefixlen // 8]
        return f"({name} LIKE '{'.'.join(octets)}%' AND {asked})"

    def convert_condition_field_compare_op_val(
        self,
        cond: Condition,
        state: ConversionState,  # noqa: ARG002 - as pySigma calls it
    ) -> Any:
        """Convert an order between numbers, such as `|gt`; a text that writes a number is one."""
        assert isinstance(cond.value, SigmaCompareExpression)
        name = numeric(self.escape_and_quote_field(cond.field))
        operator = self.compare_operators[cond.value.op]
        return f"({name}) {operator} {cond.value.number}"


def _number(value: SigmaString) -> int | None:
    """The whole number that a text without wildcards writes, in the one way to write it."""
    text = str(value)
    if isinstance(value, SigmaCasedString) or value.contains_special() or not text.isascii():
        return None
    digits = text.removeprefix("-")
    if not digits.isdigit() or len(digits) > 18 or str(int(text)) != text:
        return None
    return int(text)


def _in_the_json(value: SigmaType) -> SigmaString | None:
    """What the JSON of a list holds where a member matches a text: its parts between wildcards.

    None where that cannot be said: JSON may write the text in another way.
    """
    if not isinstance(value, SigmaString) or _number(value) is not None:
        return None
    parts = [part for part in value.s if isinstance(part, str)]
    escaped = any(json.dumps(part, ensure_ascii=False) != f'"{part}"' for part in parts)
    if not parts or escaped or sum(map(len, parts)) > LONGEST_BEFOREHAND:
        return None
    whole = SigmaString()
    whole.s = [SpecialChars.WILDCARD_MULTI]
    for part in parts:
        whole.s += [part, SpecialChars.WILDCARD_MULTI]
    return whole


def _column(name: str | None) -> str:
    return column(name or "")


@dataclass
class _Table(PreprocessingTransformation):
    """Says in which table a rule looks, by the rule's place in memory."""

    tables: dict[int, str]

    def apply(self, rule: AnyRule) -> None:
        super().apply(rule)
        if self._pipeline is not None and id(rule) in self.tables:
            self._pipeline.state["table"] = self.tables[id(rule)]
