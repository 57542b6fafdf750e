"""A second opinion on the searches of LogRhythm Axon: the language that its public pages show.

Pages build-a-query and build-a-search-query (docs.logrhythm.com/axon/docs): a field, an operator
and a term, joined by AND and OR; letter case is ignored; quotation marks fix the order of words;
`= blank` and `CONTAINS anything`; `IN [a,b]`; a stretch of time with `to`. Parentheses and NOT are
taken from other converters.

The pages can be read in two ways in two places, so there are four readings. No code of the
converter is used.
"""

import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import product

from hunt_oracle import text_of, values

TOKEN = re.compile(r'\s*("[^"]*"|[()\[\],]|!=|>=|<=|=|>|<|[^\s()\[\],"=<>!]+)')
COMPARISONS = ("=", "!=", ">", ">=", "<", "<=", "IN", "CONTAINS")
UNITS = {"m": "minutes", "h": "hours", "d": "days"}
RAW, TYPE = "general_information.raw_message", "general_information.log_source.type_name"
TIME = "general_information.standard_message_time"


class NotASearch(ValueError):
    """A text that is not of the language, and why."""


@dataclass(frozen=True)
class Reading:
    """`=`: the whole value ("exactly matches"), or a phrase in it ("contains the exact phrase").
    CONTAINS: any part of the value, or whole words of it."""

    equals_whole: bool = True
    contains_part: bool = True


READINGS = [Reading(*pair) for pair in product((True, False), repeat=2)]


# --- reading a search ---------------------------------------------------------------------------


def tokens(text):
    every, place = [], 0
    text = text.rstrip()
    while place < len(text):
        match = TOKEN.match(text, place)
        if match is None:
            raise NotASearch(f"nothing of the language begins with {text[place : place + 10]!r}")
        every.append(match[1])
        place = match.end()
    return every


def parse(text):
    """The tree of a search: ("AND", parts), ("OR", parts), ("NOT", part), (field, operator, term).

    AND and OR may not be mixed without parentheses: no page says which is stronger.
    """
    parser = Parser(tokens(text))
    tree = parser.joined()
    if parser.rest:
        raise NotASearch(f"{parser.rest[0]!r} stands after the end of the search")
    return tree


class Parser:
    def __init__(self, every):
        self.rest = list(every)

    def next(self):
        if not self.rest:
            raise NotASearch("the search ends in the middle")
        return self.rest.pop(0)

    def peek(self):
        return self.rest[0].upper() if self.rest else ""

    def joined(self):
        parts, joiner = [self.one()], None
        while self.peek() in ("AND", "OR"):
            word = self.next().upper()
            if joiner not in (None, word):
                raise NotASearch("AND and OR are mixed without parentheses")
            joiner = word
            parts.append(self.one())
        return (joiner, parts) if joiner else parts[0]

    def one(self):
        if self.peek() == "(":
            self.next()
            tree = self.joined()
            if self.next() != ")":
                raise NotASearch("a parenthesis is not closed")
            return tree
        if self.peek() == "NOT":
            self.next()
            return ("NOT", self.one())
        return self.comparison()

    def comparison(self):
        name, operator = self.next(), self.next().upper()
        if operator not in COMPARISONS:
            raise NotASearch(f"{operator!r} is no operator")
        if operator == "IN":
            return (name, "IN", self.listed())
        return (name, operator, self.term())

    def listed(self):
        if self.next() != "[":
            raise NotASearch("IN requires square brackets")
        terms = []
        while not terms or terms[-1] != "]":
            terms.append(self.next())
        if any(word in (",", "]") for word in terms[::2]) or set(terms[1:-1:2]) - {","}:
            raise NotASearch("a list has terms with a comma between two")
        return terms[:-1:2]

    def term(self):
        words = [self.next()]
        if words[0] in ("(", ")", "[", "]", ","):
            raise NotASearch(f"{words[0]!r} is no term")
        while self.rest and self.peek() not in ("AND", "OR", ")"):
            words.append(self.next())
        return words


# --- holding it against a log -------------------------------------------------------------------


def mapped(event, source, line=None):
    """A log in the schema, as the Policy Builder's rules of a source would map it."""
    fields = {name: values(event, vendor) for vendor, name in source["fields"].items()}
    record = {name: [text_of(value) for value in found] for name, found in fields.items()}
    return record | {RAW: [line or json.dumps(event)], TYPE: [source["log_source_type"]]}


def selects(tree, record, reading=READINGS[0], now=None):
    """Whether a search selects a log."""
    match tree:
        case ("AND", parts):
            return all(selects(part, record, reading, now) for part in parts)
        case ("OR", parts):
            return any(selects(part, record, reading, now) for part in parts)
        case ("NOT", part):
            return not selects(part, record, reading, now)
    name, operator, term = tree
    found = [value for value in record.get(name, []) if value != ""]
    if name == TIME:
        return in_time(datetime.fromisoformat(found[0]), term, now)
    if operator == "IN":
        return any(equals(value, [word], reading) for value in found for word in term)
    if operator in ("=", "!="):
        blank = [word.lower() for word in term] == ["blank"]
        same = not found if blank else any(equals(value, term, reading) for value in found)
        return same == (operator == "=")
    if operator == "CONTAINS":
        return any(contains(value, term, reading) for value in found)
    return any(in_order(value, operator, float(term[0])) for value in found)


def words(text):
    return re.findall(r"[^\W_]+", text.casefold())


def has_phrase(value, text):
    sought, there = words(text), words(value)
    ends = range(len(there) - len(sought) + 1)
    return bool(sought) and any(there[i : i + len(sought)] == sought for i in ends)


def has_words(value, term):
    """A term without quotation marks: its words in any order."""
    return set(words(" ".join(term))) <= set(words(value))


def equals(value, term, reading):
    if len(term) > 1:
        return has_words(value, term)
    text = term[0].strip('"')
    whole = value.casefold() == text.casefold()
    return whole if reading.equals_whole else whole or has_phrase(value, text)


def contains(value, term, reading):
    if [word.lower() for word in term] == ["anything"]:
        return True
    if len(term) > 1:
        return has_words(value, term)
    text = term[0].strip('"')
    if reading.contains_part:
        return text.casefold() in value.casefold()
    return has_phrase(value, text)


def in_order(value, operator, limit):
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


def in_time(moment, term, now):
    """`begin to end`, or `begin` alone, which runs until now."""
    if len(term) not in (1, 3) or term[1:2] not in ([], ["to"]):
        raise NotASearch("a stretch of time is one time, or two with `to` between them")
    return instant(term[0], now) <= moment <= instant(term[-1] if term[1:] else "now", now)


def instant(word, now):
    if match := re.fullmatch(r"now(?:-(\d+)([mhd]))?", word):
        return now - timedelta(**{UNITS[match[2]]: int(match[1])}) if match[1] else now
    return datetime.fromisoformat(word)
