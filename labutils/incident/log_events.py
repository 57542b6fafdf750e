"""Give access to the events of a log, each parsed as JSON when somebody looks at it."""

import json
from collections.abc import Collection, ItemsView, Iterator, Mapping, ValuesView
from functools import cached_property
from sys import intern
from typing import Any

from labutils.incident.log_lines import LogLines

Event = dict[str, Any]
Wanted = dict[str, "Wanted"]  # the keys of an object that stay, and those below each; all if none


class LogEvents(Mapping[str, Event]):
    """The events of a log by their ids, `source:line`, in the order of time.

    With a word, only the events whose line contains it. A log is larger than what is worth keeping
    in memory. So an event is read from its file each time that it is asked for, and each time it is
    a new dictionary.
    """

    def __init__(self, source: str, lines: LogLines, word: str = ""):
        self._source, self._lines, self._word = source, lines, word.encode()

    @cached_property
    def _numbers(self) -> Collection[int]:
        """Which lines these are, counted from 0."""
        if not self._word:
            return range(len(self._lines))
        return dict.fromkeys(n for n, line in enumerate(self._lines) if self._word in line)

    def __repr__(self) -> str:
        return f"<{len(self):,} events of {self._source}>"

    def __len__(self) -> int:
        return len(self._numbers)

    def __iter__(self) -> Iterator[str]:
        return (f"{self._source}:{number + 1}" for number in self._numbers)

    def __getitem__(self, name: str) -> Event:
        place = str(name).rpartition(":")[2]
        number = int(place) - 1 if place.isdecimal() else -1
        if name != f"{self._source}:{number + 1}" or number not in self._numbers:
            raise KeyError(name)
        event: Event = json.loads(self._lines[number])
        return event

    def items(self) -> ItemsView[str, Event]:
        """Return each id with its event: the file is read once for all of them."""
        return _Items(self)

    def values(self) -> ValuesView[Event]:
        """Return each event: the file is read once for all of them."""
        return _Values(self)

    def in_one_pass(self) -> Iterator[tuple[str, Event]]:
        """Yield each id with its event, one after the other."""
        for number, line in enumerate(self._lines, 1):
            if self._word in line:
                yield f"{self._source}:{number}", json.loads(line)


class _Items(ItemsView[str, Event]):
    """As ItemsView, but that it does not ask for one event after the other."""

    _mapping: LogEvents

    def __iter__(self) -> Iterator[tuple[str, Event]]:
        return self._mapping.in_one_pass()


class _Values(ValuesView[Event]):
    """As ValuesView, but that it does not ask for one event after the other."""

    _mapping: LogEvents

    def __iter__(self) -> Iterator[Event]:
        return (event for _, event in self._mapping.in_one_pass())


def with_fields(events: Mapping[str, Event], fields: Collection[str]) -> dict[str, Event]:
    """Return the same events with only these fields, such as `client.ipAddress`.

    They are small enough to be kept in memory. A list is kept whole; what an event does not have,
    it does not have here either.
    """
    wanted: Wanted = {}
    for field in fields:
        if any(field.startswith(f"{other}.") for other in fields):
            continue  # it stays anyway, with all that the other one has
        below = wanted
        for key in field.split("."):
            below = below.setdefault(key, {})
    return {name: _part(event, wanted) for name, event in events.items()}


def _part(event: Event, wanted: Wanted) -> Event:
    """What stays of an event, or of an object in it. A text that many have is in memory once."""
    part: Event = {}
    for key, below in wanted.items():
        if key not in event:
            continue
        value = event[key]
        if below and isinstance(value, dict):
            value = _part(value, below)
        elif isinstance(value, str):
            value = intern(value)
        part[key] = value
    return part
