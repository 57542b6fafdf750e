"""A second opinion on the searches of LogRhythm Axon: the language that its public pages show.

Pages build-a-query and build-a-search-query (docs.logrhythm.com/axon/docs): a field, an operator
and a term, joined by AND and OR; letter case is ignored; quotation marks fix the order of words;
`= blank` and `CONTAINS anything`; `IN [a,b]`; a stretch of time with `to`. Parentheses, NOT,
BETWEEN and matches are as in the rules and dashboards that the vendor publishes
(LogRhythm-Services/Axon-Content).

They can be read in two ways in three places, so there are eight readings. No code of the converter
is used.
"""

import ipaddress
import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import product

from hunt_oracle import text_of, values

TOKEN = re.compile(r'\s*("[^"]*"|[()\[\],]|!=|>=|<=|=|>|<|[^\s()\[\],"=<>!]+)')
COMPARISONS = ("=", "!=", ">", ">=", "<", "<=")
WORDS = ("IN", "CONTAINS", "BETWEEN", "MATCHES")
UNITS = {"m": "minutes", "h": "hours", "d": "days"}
RAW, TYPE = "general_information.raw_message", "general_information.log_source.type_name"
TIME = "general_information.standard_message_time"


class NotASearch(ValueError):
    """A text that is not of the language, and why."""


@dataclass(frozen=True)
class Reading:
    """`=`: the whole value ("exactly matches"), or a phrase in it ("contains the exact phrase").
    CONTAINS: any part of the value, or whole words of it. matches: a regular expression that looks
    anywhere in the value, or at the whole of it."""

    equals_whole: bool = True
    contains_part: bool = True
    matches_anywhere: bool = True


READINGS = [Reading(*pair) for pair in product((True, False), repeat=3)]


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
        if operator == "NOT":
            return ("NOT", self.by_word(name, self.next().upper()))
        if operator in COMPARISONS:
            return (name, operator, self.term())
        return self.by_word(name, operator)

    def by_word(self, name, operator):
        if operator not in WORDS:
            raise NotASearch(f"{operator!r} is no operator")
        if operator == "IN":
            return (name, operator, self.listed())
        if operator == "BETWEEN":
            return (name, operator, self.ends())
        return (name, operator, self.term())

    def ends(self):
        first, word, last = self.next(), self.next(), self.next()
        if word.upper() != "AND":
            raise NotASearch("BETWEEN has two ends with AND between them")
        return [first, last]

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
    by_word = {"CONTAINS": contains, "MATCHES": matches, "BETWEEN": between}
    if operator in by_word:
        return any(by_word[operator](value, term, reading) for value in found)
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


def matches(value, term, reading):
    look = re.search if reading.matches_anywhere else re.fullmatch
    return look(term[0].strip('"'), value, re.IGNORECASE | re.DOTALL) is not None


def between(value, ends, reading):  # noqa: ARG001 - as its neighbours
    """Addresses of version 4, both ends with them."""
    first, last = map(ipaddress.IPv4Address, ends)
    try:
        return first <= ipaddress.IPv4Address(value) <= last
    except ValueError:
        return False


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


# --- a recipe for the Rule Builder, followed by hand --------------------------------------------

BLOCKS = {
    "observed": re.compile(r"Log observed: search (\w)"),
    "followed": re.compile(r"followed by search (\w)"),
    "within": re.compile(r"within (\d+)([mhd])"),
    "threshold": re.compile(r"Threshold: search (\w), (\d+) or more logs within (\d+)([mhd])"),
    "unique": re.compile(
        r"Unique values: search (\w), (\d+) or more values of (\S+) within (\d+)([mhd])"
    ),
}


def observes(blocks, group_by, searches, logs):
    """Whether a recipe gives an Observation over logs: pairs of a time and a record.

    `searches` are the trees by letter. What the documentation leaves open is taken as Sigma has it:
    windows slide and hold both of their ends, and a group is one value of each field.
    """
    groups = {}
    for moment, record in sorted(logs, key=lambda log: log[0]):
        key = tuple(tuple(record.get(name, [])) for name in group_by)
        groups.setdefault(key, []).append((moment, record))
    return any(pattern_holds(blocks, searches, own) for own in groups.values())


def pattern_holds(blocks, searches, logs):
    kind, match = block_of(blocks[0])
    own = [(moment, record) for moment, record in logs if selects(searches[match[1]], record)]
    if kind == "threshold":
        return any(len(window) >= int(match[2]) for window in windows(own, match[3], match[4]))
    if kind == "unique":
        return any(
            len({tuple(record.get(match[3], [])) for _, record in window} - {()}) >= int(match[2])
            for window in windows(own, match[4], match[5])
        )
    rest = [block_of(block) for block in blocks[1:]]
    if not rest:
        return bool(own)
    assert [name for name, _ in rest] == ["followed"] * (len(rest) - 1) + ["within"]
    length = span(*rest[-1][1].groups())
    letters = [match[1] for _, match in rest[:-1]]
    return any(goes_on(moment, moment + length, letters, searches, logs) for moment, _ in own)


def block_of(text):
    for kind, form in BLOCKS.items():
        if match := form.fullmatch(text):
            return kind, match
    raise NotASearch(f"{text!r} is no block")


def goes_on(begin, end, letters, searches, logs):
    """Whether the searches come in this order between two times."""
    if not letters:
        return True
    later = [
        moment
        for moment, record in logs
        if begin <= moment <= end and selects(searches[letters[0]], record)
    ]
    return bool(later) and goes_on(later[0], end, letters[1:], searches, logs)


def windows(logs, count, unit):
    """For each log, those from it on that a window holds."""
    for place, (begin, _) in enumerate(logs):
        yield [log for log in logs[place:] if log[0] <= begin + span(count, unit)]


def span(count, unit):
    return timedelta(**{UNITS[unit]: int(count)}).total_seconds()
