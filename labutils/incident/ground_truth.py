"""Read the folder of a world for scoring: its logs, and which events belong to the attack.

`python -m labutils telemetry FOLDER` writes one: a file of JSON lines a source, in the order of
time, `truth.json` (of the attack's events, which fact each belongs to) and perhaps `twins.json` (of
harmless events that look like a step, what they really were).
"""

import json
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Protocol

from labutils.hunt.fields import values_at
from labutils.hunt.lines import Lines
from labutils.hunt.sources import SOURCES, time_of
from labutils.incident.log_lines import LogLines
from labutils.text import shown

DAY = 86400  # seconds


class NotAWorld(ValueError):
    """An error for a folder that cannot be scored; the sentence says what is missing."""


@dataclass(frozen=True)
class TwinLabel:
    """A harmless event that looks like a step: what it was, and which fact's step it resembles."""

    name: str
    step: str


class TimedLog(Protocol):
    """A log of a world: how long it is, and who did something when."""

    def __len__(self) -> int: ...

    def line(self, number: int) -> tuple[float, str]:
        """Return the time and actor of a line, counted from 0."""


@dataclass(frozen=True, eq=False)
class GroundTruth:
    """The ground truth of a world, for a scorer.

    `facts` and `twins` are by event id, `logs` by source; `days` are those on which anything was
    logged, counted since 1970.
    """

    name: str
    facts: Mapping[str, str]
    twins: Mapping[str, TwinLabel]
    logs: Mapping[str, TimedLog]
    days: tuple[int, ...]

    @property
    def events(self) -> int:
        """The number of events in the world."""
        return sum(map(len, self.logs.values()))

    def time(self, event_id: str) -> float:
        """Return when an event happened, in seconds since 1970.

        Raises NotAWorld for an id that is none of this world's.
        """
        log, line = self._place(event_id)
        return log.line(line)[0]

    def actor(self, event_id: str) -> str:
        """Return who acted, according to the event. Raises NotAWorld as `time` does."""
        log, line = self._place(event_id)
        return log.line(line)[1]

    def _place(self, event_id: str) -> tuple[TimedLog, int]:
        source, _, number = event_id.rpartition(":")
        line = int(number) - 1 if number.isdecimal() else -1
        log = self.logs.get(source)
        if log is None or not 0 <= line < len(log):
            raise NotAWorld(
                f"{shown(event_id, 80)} is not an event of {shown(self.name, 80)}. "
                "Hunt in the folder that is scored."
            )
        return log, line

    @cached_property
    def _attack_by_source(self) -> Mapping[str, int]:
        return Counter(name.rpartition(":")[0] for name in self.facts)

    def attack_share(self, sources: set[str]) -> float:
        """Return the attack's share of all events from these sources."""
        events = sum(len(self.logs[source]) for source in sources)
        return sum(self._attack_by_source[source] for source in sources) / events if events else 0.0


def read_ground_truth(folder: Path) -> GroundTruth:
    """Read the ground truth of a world's folder, again only if its truth.json has changed.

    Raises NotAWorld.
    """
    try:
        written = (folder / "truth.json").stat().st_mtime_ns
    except OSError as error:
        raise NotAWorld(
            f"{shown(str(folder))} has no truth.json, so there is nothing to score against: "
            "python -m labutils telemetry FOLDER writes one."
        ) from error
    return _read(folder.resolve(), written)


@lru_cache(maxsize=8)
def _read(folder: Path, _written: int) -> GroundTruth:
    facts = _mapping(folder / "truth.json")
    twins = _mapping(folder / "twins.json") if (folder / "twins.json").exists() else {}
    logs = {
        source: _Log(path, source)
        for source in SOURCES
        if (path := folder / f"{source}.jsonl").exists()
    }
    truth = GroundTruth(
        folder.name,
        {name: str(fact) for name, fact in facts.items()},
        {name: _twin(folder, row) for name, row in twins.items()},
        logs,
        tuple(sorted(_days(logs.values()))),
    )
    for name in facts:
        truth.time(name)  # each is an event of this world
    return truth


def of_lines(lines: Lines, facts: Mapping[str, str]) -> GroundTruth:
    """Return the ground truth of indexed logs, in which the fact of most events is unknown."""
    logs = {source: _IndexedLog(lines, source) for source in lines.sources}
    return GroundTruth(lines.folder.name, facts, {}, logs, tuple(lines.days))


class _IndexedLog:
    """A log of an index (a TimedLog)."""

    def __init__(self, lines: Lines, source: str):
        self.lines, self.source = lines, source
        self._known: dict[int, tuple[float, str]] = {}

    def __len__(self) -> int:
        return self.lines.length(self.source)

    def line(self, number: int) -> tuple[float, str]:
        """Time and actor of a line, counted from 0."""
        if number not in self._known:
            row = self.lines.row(f"{self.source}:{number + 1}")
            actor = values_at(self.lines.event(row), SOURCES[self.source].actor)
            self._known[number] = self.lines.times[row], str(next(iter(actor), ""))
        return self._known[number]


def _mapping(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise NotAWorld(f"{shown(str(path))} cannot be read: {shown(str(error))}") from error
    if not isinstance(content, dict):
        raise NotAWorld(f"{shown(str(path))} must hold an object: ids of events, and their facts.")
    return content


def _twin(folder: Path, row: Any) -> TwinLabel:
    if not isinstance(row, dict):
        raise NotAWorld(f"{shown(str(folder / 'twins.json'))} must give each id a twin and a step.")
    return TwinLabel(str(row.get("twin", "")), str(row.get("step", "")))


def _days(logs: Iterable["_Log"]) -> set[int]:
    """The days on which any log says something. The lines of each are in the order of time, so
    days in a row that a longer log has named already are passed over at once."""
    days: set[int] = set()
    for log in sorted(logs, key=len, reverse=True):
        line = 0
        while line < len(log):
            day = log.day(line)
            days.add(day)
            while day + 1 in days:
                day += 1
            line = bisect_right(range(len(log)), day, lo=line + 1, key=log.day)
    return days


class _Log:
    """A log of a world: how long it is, and who did something when. A line is read as an event when
    somebody asks for it. Raises NotAWorld for one that is not an event with a time.
    """

    def __init__(self, path: Path, source: str):
        self.source = source
        self.lines = LogLines(path)
        self.known: dict[int, tuple[float, str]] = {}

    def __len__(self) -> int:
        return len(self.lines)

    def line(self, number: int) -> tuple[float, str]:
        """Time and actor of a line, counted from 0."""
        if number not in self.known:
            self.known[number] = self._read(number)
        return self.known[number]

    def day(self, number: int) -> int:
        """The day of a line, counted since 1970."""
        return int(self.line(number)[0] // DAY)

    def _read(self, number: int) -> tuple[float, str]:
        try:
            event = json.loads(self.lines[number])
            time = time_of(event, self.source) if isinstance(event, dict) else None
        except ValueError:
            time = None
        if time is None:
            raise NotAWorld(
                f"{shown(str(self.lines.path))}, line {number + 1}: is not an event with a time."
            )
        return time, str(next(iter(values_at(event, SOURCES[self.source].actor)), ""))
