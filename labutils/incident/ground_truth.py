"""The folder of a world as a scorer sees it: its logs, and what belongs to the attack.

`python -m labutils telemetry FOLDER` writes one: a file of JSON lines a source, `truth.json` (of
the attack's events, which fact each belongs to) and perhaps `twins.json` (of harmless events that
look like a step, what they really were).
"""

import json
from array import array
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from labutils.hunt.fields import values_at
from labutils.hunt.sources import SOURCES, time_of
from labutils.text import shown

DAY = 86400  # seconds


class NotAWorld(ValueError):
    """What is missing in a folder that should be scored, as a sentence."""


@dataclass(frozen=True)
class TwinLabel:
    """A harmless event that looks like a step: what it was, and which fact's step it resembles."""

    name: str
    step: str


@dataclass(frozen=True, eq=False)
class GroundTruth:
    """What a scorer knows of a world.

    `facts` and `twins` are by event id; `times` (seconds since 1970) and `actors` by source, in the
    order of the lines; `days` are those on which anything was logged, counted since 1970.
    """

    name: str
    facts: Mapping[str, str]
    twins: Mapping[str, TwinLabel]
    times: Mapping[str, "array[float]"]
    actors: Mapping[str, list[str]]
    days: tuple[int, ...]

    @property
    def events(self) -> int:
        """How many events there are."""
        return sum(map(len, self.times.values()))

    def time(self, event_id: str) -> float:
        """When an event happened. Raises NotAWorld for an id that is none of this world's."""
        source, line = self._place(event_id)
        return self.times[source][line]

    def actor(self, event_id: str) -> str:
        """Who acted, as the event says it."""
        source, line = self._place(event_id)
        return self.actors[source][line]

    def _place(self, event_id: str) -> tuple[str, int]:
        source, _, number = event_id.rpartition(":")
        line = int(number) - 1 if number.isdecimal() else -1
        if not 0 <= line < len(self.times.get(source, ())):
            raise NotAWorld(
                f"{shown(event_id, 80)} is not an event of {shown(self.name, 80)}. "
                "Hunt in the folder that is scored."
            )
        return source, line

    def attack_share(self, sources: set[str]) -> float:
        """The share of the attack's events among all events of these sources."""
        events = sum(len(self.times[source]) for source in sources)
        attack = Counter(name.rpartition(":")[0] for name in self.facts)
        return sum(attack[source] for source in sources) / events if events else 0.0


def read_ground_truth(folder: Path) -> GroundTruth:
    """The ground truth of a world's folder, read once as long as its truth.json stays as it is.

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
    times: dict[str, array[float]] = {}
    actors: dict[str, list[str]] = {}
    for source in SOURCES:
        path = folder / f"{source}.jsonl"
        if path.exists():
            times[source], actors[source] = _lines(path, source)
    days = {int(time // DAY) for column in times.values() for time in column}
    truth = GroundTruth(
        folder.name,
        {name: str(fact) for name, fact in facts.items()},
        {name: _twin(folder, row) for name, row in twins.items()},
        times,
        actors,
        tuple(sorted(days)),
    )
    for name in facts:
        truth.time(name)  # each is an event of this world
    return truth


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


def _lines(path: Path, source: str) -> tuple["array[float]", list[str]]:
    """Time and actor of each line. Raises NotAWorld for a line that is not an event with a time."""
    times, actors = array("d"), list[str]()
    known: dict[str, str] = {}  # each name once, however often it acts
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            try:
                event = json.loads(line)
                time = time_of(event, source) if isinstance(event, dict) else None
            except ValueError:
                time = None
            if time is None:
                raise NotAWorld(f"{shown(str(path))}, line {number}: is not an event with a time.")
            times.append(time)
            who = str(next(iter(values_at(event, SOURCES[source].actor)), ""))
            actors.append(known.setdefault(who, who))
    return times, actors
