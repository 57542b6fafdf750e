"""Recognise the source of an event, by the tests under `looks` in the YAML of a source.

A test is a mapping, and all that stands in it must hold. Fields are paths through objects
(`auditType.action`); a field that is there may be null.

    has: [eventType, published]     each of these fields is there
    lacks: [when]                   none of them is
    is: {process: [sshd, sshd-session]}    a field is this, or one of these
    begins: {category: jira.}       a field is a text that begins so, or in one of these ways
    contains: {Image: '\\'}         a field is a text that holds this, or one of these
    any: [TEST, TEST]               one of these tests holds
    none: [TEST, TEST]              none of them does
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from labutils.sheets import Row, value

Event = Mapping[str, Any]
Test = Callable[[Event], bool]
T = TypeVar("T", bound=Collection[Any])
_NOTHING = object()


@dataclass(frozen=True)
class Looks:
    """The test under `looks` in a source's YAML.

    An event with none of the keys `needs` at its top level fails it.
    """

    test: Test
    needs: frozenset[str]

    def __call__(self, event: Event) -> bool:
        return self.test(event)


def looks(row: Row) -> Looks:
    """Compile the test that a YAML mapping describes. Raises SheetError, which names the line."""
    return Looks(_whole(row), frozenset(_needs(row)))


def _whole(row: Row) -> Test:
    parts: list[Test] = []
    for key in row:
        if key not in _PARTS:
            raise row.error(f"looks: there is no test {key!r}; there are {', '.join(_PARTS)}", key)
        parts += _PARTS[key](row, key)
    return parts[0] if len(parts) == 1 else lambda event: all(part(event) for part in parts)


def _needs(row: Row) -> set[str]:
    """Keys of which an event that passes has one at least. Raises SheetError where a test would
    pass an event that has nothing."""
    for key in ("has", "is", "begins", "contains"):
        if key in row:
            return {next(iter(row[key])).partition(".")[0]}
    if "any" in row:
        return set[str]().union(*(_needs(test) for test in row["any"]))
    raise row.error("looks: a test must say what is there: has, is, begins, contains or any")


def _at(path: str) -> Callable[[Event], Any]:
    """What stands at a path through objects; `_NOTHING` where it ends before."""
    if "." not in path:
        return lambda event: event.get(path, _NOTHING)
    keys = path.split(".")

    def at(event: Any) -> Any:
        for key in keys:
            if not isinstance(event, dict):
                return _NOTHING
            event = event.get(key, _NOTHING)
        return event

    return at


# --- the tests ----------------------------------------------------------------------------------


def _has(row: Row, key: str) -> list[Test]:
    return [_is_there(field) for field in _names(row, key)]


def _lacks(row: Row, key: str) -> list[Test]:
    return [_not(_is_there(field)) for field in _names(row, key)]


def _is(row: Row, key: str) -> list[Test]:
    return [_is_among(field, frozenset(words)) for field, words in _words(row, key).items()]


def _begins(row: Row, key: str) -> list[Test]:
    return [_is_text(field, _beginning(words)) for field, words in _words(row, key).items()]


def _contains(row: Row, key: str) -> list[Test]:
    return [_is_text(field, _holding(words)) for field, words in _words(row, key).items()]


def _any(row: Row, key: str) -> list[Test]:
    tests = _tests(row, key)
    return [lambda event: any(test(event) for test in tests)]


def _none(row: Row, key: str) -> list[Test]:
    return [_not(test) for test in _tests(row, key)]


_PARTS: dict[str, Callable[[Row, str], list[Test]]] = {
    "has": _has,
    "lacks": _lacks,
    "is": _is,
    "begins": _begins,
    "contains": _contains,
    "any": _any,
    "none": _none,
}


def _is_there(field: str) -> Test:
    if "." not in field:
        return lambda event: field in event
    at = _at(field)
    return lambda event: at(event) is not _NOTHING


def _is_among(field: str, words: frozenset[str]) -> Test:
    at = _at(field)
    return lambda event: isinstance(word := at(event), str) and word in words


def _is_text(field: str, holds: Callable[[str], bool]) -> Test:
    if "." not in field:  # without a call, since every event of a source comes by
        return lambda event: isinstance(text := event.get(field), str) and holds(text)
    at = _at(field)
    return lambda event: isinstance(text := at(event), str) and holds(text)


def _beginning(words: tuple[str, ...]) -> Callable[[str], bool]:
    return lambda text: text.startswith(words)


def _holding(words: tuple[str, ...]) -> Callable[[str], bool]:
    return lambda text: any(word in text for word in words)


def _not(test: Test) -> Test:
    return lambda event: not test(event)


# --- what stands in the sheet -------------------------------------------------------------------


def _names(row: Row, key: str) -> tuple[str, ...]:
    """A list of fields, which is not empty. Raises SheetError."""
    names: tuple[str, ...] = value(row, key, tuple[str, ...])
    return _some(row, key, names)


def _words(row: Row, key: str) -> dict[str, tuple[str, ...]]:
    """For each field a word or several. Raises SheetError."""
    given = value(row, key, dict[str, str | tuple[str, ...]])
    fields = {field: listed(words) for field, words in given.items()}
    for words in fields.values():
        _some(row, key, words)
    return _some(row, key, fields)


def _tests(row: Row, key: str) -> list[Test]:
    """A list of tests, which is not empty. Raises SheetError."""
    return [_whole(test) for test in _some(row, key, value(row, key, tuple[Row, ...]))]


def _some(row: Row, key: str, things: T) -> T:
    """What stands under a key. Raises SheetError where nothing does."""
    if not things:
        raise row.error(f"looks: {key} must not be empty", key)
    return things


def listed(words: str | tuple[str, ...]) -> tuple[str, ...]:
    """Return one word or several words as a tuple."""
    return (words,) if isinstance(words, str) else words
