"""Run searches in LogRhythm Axon's query language, as its public pages describe it, over logs.

Pages build-a-query and build-a-search-query (docs.logrhythm.com/axon/docs): a field, an operator
and a term, joined by AND and OR; letter case is ignored; quotation marks fix the order of words;
`= blank` and `CONTAINS anything`; `IN [a,b]`; a stretch of time with `to`. Parentheses, NOT,
BETWEEN and matches are as in the rules and dashboards that the vendor publishes
(LogRhythm-Services/Axon-Content).

The pages leave three places open (`Reading`). Which field of a log stands where in the schema is
data/axon_fields.yaml. Nothing here was compared with Axon itself.
"""

import functools
import ipaddress
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import re2
import yaml

from labutils.hunt.fields import Json, values_at
from labutils.hunt.sources import iso_time, time_of
from labutils.lab import data_file
from labutils.text import shown

Term = tuple[str, ...]
Record = Mapping[str, list[str]]  # of each field of the schema, its values

TOKEN = re.compile(r'\s*("[^"]*"|[()\[\],]|!=|>=|<=|=|>|<|[^\s()\[\],"=<>!]+)')
ORDERS = (">", ">=", "<", "<=")
COMPARISONS = ("=", "!=", *ORDERS)
WORDS = ("IN", "CONTAINS", "BETWEEN", "MATCHES")
UNITS = {"m": "minutes", "h": "hours", "d": "days"}
RAW, TYPE = "general_information.raw_message", "general_information.log_source.type_name"
TIME = "general_information.standard_message_time"
LONGEST, DEEPEST = 20_000, 50  # characters of a search; parentheses and NOTs within each other


class NotASearch(ValueError):
    """A text that is not in the query language; the message says why."""


@dataclass(frozen=True)
class Reading:
    """`=`: the whole value ("exactly matches"), or a phrase in it ("contains the exact phrase").

    CONTAINS: any part of the value, or whole words of it. matches: a regular expression that looks
    anywhere in the value, or at the whole of it.
    """

    equals_whole: bool = True
    contains_part: bool = True
    matches_anywhere: bool = True


READINGS = [Reading(*three) for three in product((True, False), repeat=3)]


@dataclass(frozen=True)
class Comparison:
    """A comparison: a field, an operator in capitals, and the words of its term."""

    field: str
    operator: str
    term: Term


@dataclass(frozen=True)
class Negation:
    """A part of a search that must not be true."""

    part: "Tree"


@dataclass(frozen=True)
class Junction:
    """The parts of a search that AND or OR joins."""

    word: str
    parts: tuple["Tree", ...]


Tree = Comparison | Negation | Junction


# --- a search over logs -------------------------------------------------------------------------


def run(
    search: str, events: Mapping[str, Iterable[Json]], now: datetime | None = None
) -> list[str]:
    """Return the ids of the events that a search selects, `SOURCE:NUMBER` as in `hunt`.

    `events` are those of each source, such as `jira`, in the order of their log; `now` is what the
    word means in a stretch of time. Raises NotASearch with a sentence; ValueError where a source
    has no place in the schema.
    """
    tree = parse(search)
    fields = {one.field for one in comparisons(tree)}
    if unknown := sorted(fields - schema().keys()):
        raise NotASearch(
            f"The schema has no field called {shown(unknown[0], 60)}. The fields of a log are "
            "those that data/axon_fields.yaml names."
        )
    if now is None and any(_needs_now(one) for one in comparisons(tree)):
        raise NotASearch("The search says `now`, but these logs are from the past. Give two times.")
    return [
        f"{source}:{number}"
        for source, lines in events.items()
        for number, event in enumerate(lines, 1)
        if selects(tree, {field: place(event, source, field) for field in fields}, now=now)
    ]


def comparisons(tree: Tree) -> Iterator[Comparison]:
    """Yield each comparison in a search."""
    match tree:
        case Comparison():
            yield tree
        case Negation(part):
            yield from comparisons(part)
        case Junction(_, parts):
            for part in parts:
                yield from comparisons(part)


def _needs_now(one: Comparison) -> bool:
    open_end = len(one.term) == 1
    return one.field == TIME and (open_end or any(word.startswith("now") for word in one.term))


@functools.cache
def tables() -> dict[str, Any]:
    """Read the fields of the schema, and where each source keeps them."""
    text = data_file("axon_fields.yaml").read_text(encoding="utf-8")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    loaded: dict[str, Any] = yaml.load(text, Loader=loader)
    return loaded


def schema() -> dict[str, Any]:
    """Return the fields of the schema, by name."""
    fields: dict[str, Any] = tables()["schema"]
    return fields


@functools.cache
def _vendor_fields(source: str) -> dict[str, str]:
    """The field of a log by the field of the schema. Raises ValueError for an unknown source."""
    if source not in tables()["sources"]:
        raise ValueError(f"{shown(source, 40)} is not a source that Axon's schema has a place for.")
    return {name: vendor for vendor, name in tables()["sources"][source]["fields"].items()}


def place(event: Json, source: str, field: str) -> list[str]:
    """Return the values of a schema field, mapped as the Policy Builder maps this source.

    Raises ValueError for an unknown source.
    """
    vendor = _vendor_fields(source)
    if field == RAW:
        return [json.dumps(event)]
    if field == TYPE:
        return [tables()["sources"][source]["log_source_type"]]
    if field == TIME:
        moment = iso_time(time_of(event, source))
        return [moment] if moment else []
    return [_text(value) for value in values_at(event, vendor[field])] if field in vendor else []


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    return str(value)


# --- reading a search ---------------------------------------------------------------------------


def parse(text: str) -> Tree:
    """Parse a search. Raises NotASearch.

    AND and OR may not be mixed without parentheses: no page says which is stronger.
    """
    if len(text) > LONGEST:
        raise NotASearch(f"The search is longer than {LONGEST:,} characters.")
    parser = SearchParser(_tokens(text))
    tree = parser.joined()
    if parser.rest:
        raise NotASearch(f"{shown(parser.rest[0], 40)} stands after the end of the search.")
    return tree


def _tokens(text: str) -> list[str]:
    every, at = [], 0
    text = text.rstrip()
    while at < len(text):
        match = TOKEN.match(text, at)
        if match is None:
            rest = shown(text[at:].lstrip(), 20)
            raise NotASearch(f"Nothing in the language begins with {rest}; a quote may be open.")
        every.append(match[1])
        at = match.end()
    return every


class SearchParser:
    """A parser that reads a search from left to right; `rest` holds the words still to read."""

    def __init__(self, words: list[str]) -> None:
        self.rest = list(words)
        self.depth = 0

    def next(self) -> str:
        """Take and return the next word. Raises NotASearch where there is none."""
        if not self.rest:
            raise NotASearch("The search ends in the middle: a word or a parenthesis is missing.")
        return self.rest.pop(0)

    def peek(self) -> str:
        """Return the next word in capitals without taking it; an empty text at the end."""
        return self.rest[0].upper() if self.rest else ""

    def joined(self) -> Tree:
        """Read parts joined by AND, or by OR. Raises NotASearch."""
        parts, joiner = [self.one()], ""
        while self.peek() in ("AND", "OR"):
            word = self.next().upper()
            if joiner not in ("", word):
                raise NotASearch(
                    "AND and OR are mixed without parentheses. Put a pair around what belongs "
                    "together."
                )
            joiner = word
            parts.append(self.one())
        return Junction(joiner, tuple(parts)) if joiner else parts[0]

    def one(self) -> Tree:
        """Read a comparison, a NOT, or a search in parentheses. Raises NotASearch."""
        if self.peek() not in ("(", "NOT"):
            return self.comparison()
        self.depth += 1
        if self.depth > DEEPEST:
            raise NotASearch(f"More than {DEEPEST} parentheses and NOTs are within each other.")
        tree: Tree
        if self.next() == "(":
            tree = self.joined()
            if self.next() != ")":
                raise NotASearch("A parenthesis is not closed.")
        else:
            tree = Negation(self.one())
        self.depth -= 1
        return tree

    def comparison(self) -> Tree:
        """Read a field, an operator and a term. Raises NotASearch."""
        field, operator = self.next(), self.next().upper()
        if operator == "NOT":
            return Negation(self.by_word(field, self.next().upper()))
        if operator in COMPARISONS:
            return understood(Comparison(field, operator, self.term()))
        return self.by_word(field, operator)

    def by_word(self, field: str, operator: str) -> Comparison:
        """Read the term of a comparison whose operator is a word. Raises NotASearch."""
        if operator not in WORDS:
            raise NotASearch(
                f"{shown(operator, 40)} is not an operator. The operators are "
                f"{', '.join((*COMPARISONS, *WORDS))}."
            )
        terms = {"IN": self.listed, "BETWEEN": self.ends}
        return understood(Comparison(field, operator, terms.get(operator, self.term)()))

    def ends(self) -> Term:
        """Read two terms with AND between them, for BETWEEN. Raises NotASearch."""
        first, word, last = self.next(), self.next(), self.next()
        if word.upper() != "AND":
            raise NotASearch("BETWEEN has two ends with AND between them.")
        return (first, last)

    def listed(self) -> Term:
        """Read terms in square brackets, for IN. Raises NotASearch."""
        if self.next() != "[":
            raise NotASearch("IN needs square brackets: IN [a,b].")
        terms: list[str] = []
        while not terms or terms[-1] != "]":
            terms.append(self.next())
        if any(word in (",", "]") for word in terms[::2]) or set(terms[1:-1:2]) - {","}:
            raise NotASearch("A list has terms separated by commas: [a,b].")
        return tuple(terms[:-1:2])

    def term(self) -> Term:
        """Read the words up to the next AND, OR or closing parenthesis. Raises NotASearch."""
        words = [self.next()]
        if words[0] in ("(", ")", "[", "]", ",", *COMPARISONS):
            raise NotASearch(f"{words[0]} is not a term: put it in quotation marks.")
        while self.rest and self.peek() not in ("AND", "OR", ")"):
            words.append(self.next())
        return tuple(words)


def understood(one: Comparison) -> Comparison:
    """Return the comparison if its term is of the kind its operator needs. Raises NotASearch."""
    what = shown(" ".join(one.term), 40)
    try:
        if one.field == TIME:
            _in_time(datetime.now(UTC), one.term, datetime.now(UTC))
        elif one.operator in ORDERS:
            float(one.term[0])
        elif one.operator == "BETWEEN":
            [ipaddress.IPv4Address(end) for end in one.term]
        elif one.operator == "MATCHES":
            _pattern(one.term[0], Reading())
    except NotASearch:
        raise
    except (ValueError, OverflowError, TypeError) as error:
        wanted = (
            "a time such as 2023-11-23T00:00:00Z" if one.field == TIME else _WANTED[one.operator]
        )
        raise NotASearch(f"{one.operator} wants {wanted}, and here is {what}.") from error
    return one


_WANTED = {
    **dict.fromkeys(ORDERS, "a number"),
    "BETWEEN": "two IPv4 addresses",
    "MATCHES": "a regular expression that RE2 reads",
}


# --- holding it against a log -------------------------------------------------------------------


def selects(
    tree: Tree, record: Record, reading: Reading = READINGS[0], now: datetime | None = None
) -> bool:
    """Return whether a search selects a log record."""
    match tree:
        case Junction("AND", parts):
            return all(selects(part, record, reading, now) for part in parts)
        case Junction(_, parts):
            return any(selects(part, record, reading, now) for part in parts)
        case Negation(part):
            return not selects(part, record, reading, now)
        case Comparison():
            return _holds(tree, record, reading, now)


def _holds(one: Comparison, record: Record, reading: Reading, now: datetime | None) -> bool:
    values = [value for value in record.get(one.field, []) if value != ""]
    if one.field == TIME:
        return any(_in_time(datetime.fromisoformat(value), one.term, now) for value in values)
    if one.operator in ("=", "!="):
        return (one.operator == "=") == _is(values, one.term, reading)
    match one.operator:
        case "IN":
            return any(_equals(value, (word,), reading) for value in values for word in one.term)
        case "CONTAINS":
            return any(_contains(value, one.term, reading) for value in values)
        case "MATCHES":
            pattern = _pattern(one.term[0], reading)
            return any(pattern.search(value) is not None for value in values)
        case "BETWEEN":
            return any(_between(value, one.term) for value in values)
    return any(_in_order(value, one.operator, float(one.term[0])) for value in values)


def _is(values: list[str], term: Term, reading: Reading) -> bool:
    if [word.lower() for word in term] == ["blank"]:
        return not values
    return any(_equals(value, term, reading) for value in values)


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.casefold())


def _has_phrase(value: str, text: str) -> bool:
    sought, there = _words(text), _words(value)
    ends = range(len(there) - len(sought) + 1)
    return bool(sought) and any(there[i : i + len(sought)] == sought for i in ends)


def _has_words(value: str, term: Term) -> bool:
    """A term without quotation marks: its words in any order."""
    return set(_words(" ".join(term))) <= set(_words(value))


def _equals(value: str, term: Term, reading: Reading) -> bool:
    if len(term) > 1:
        return _has_words(value, term)
    text = term[0].strip('"')
    whole = value.casefold() == text.casefold()
    return whole if reading.equals_whole else whole or _has_phrase(value, text)


def _contains(value: str, term: Term, reading: Reading) -> bool:
    if [word.lower() for word in term] == ["anything"]:
        return True
    if len(term) > 1:
        return _has_words(value, term)
    text = term[0].strip('"')
    if reading.contains_part:
        return text.casefold() in value.casefold()
    return _has_phrase(value, text)


@functools.lru_cache(maxsize=1_000)
def _pattern(term: str, reading: Reading) -> Any:
    """A regular expression by RE2, whose time grows with the text alone. Raises ValueError."""
    text = term.strip('"')
    quiet = re2.Options()
    quiet.log_errors = False
    try:
        re2.compile(text, quiet)  # by itself, so that no parenthesis of ours closes one of its own
        whole = text if reading.matches_anywhere else rf"\A(?:{text})\z"
        return re2.compile(f"(?is){whole}", quiet)
    except re2.error as error:
        raise ValueError(str(error)) from error


def _between(value: str, ends: Term) -> bool:
    """Addresses of version 4, both ends with them."""
    first, last = map(ipaddress.IPv4Address, ends)
    try:
        return first <= ipaddress.IPv4Address(value) <= last
    except ValueError:
        return False


def _in_order(value: str, operator: str, limit: float) -> bool:
    try:
        number = float(value)
    except ValueError:
        return False
    return {
        ">": number > limit,
        ">=": number >= limit,
        "<": number < limit,
        "<=": number <= limit,
    }[operator]


def _in_time(moment: datetime, term: Term, now: datetime | None) -> bool:
    """`begin to end`, or `begin` alone, which runs until now. Raises NotASearch, ValueError."""
    if len(term) not in (1, 3) or term[1:2] not in ((), ("to",)):
        raise NotASearch("A stretch of time is one time, or two with `to` between them.")
    last = term[-1] if term[1:] else "now"
    return _instant(term[0], now) <= moment <= _instant(last, now)


def _instant(word: str, now: datetime | None) -> datetime:
    """A time of a search: ISO 8601 with its zone, `now`, or so long before. Raises ValueError."""
    if match := re.fullmatch(r"now(?:-(\d{1,9})([mhd]))?", word):
        if now is None:
            raise ValueError("now is not known")
        return now - timedelta(**{UNITS[match[2]]: int(match[1])}) if match[1] else now
    moment = datetime.fromisoformat(word)
    if moment.tzinfo is None:
        raise ValueError("a time without its zone")
    return moment
