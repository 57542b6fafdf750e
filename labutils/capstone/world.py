"""The logs of a drawn incident, and what is true of each of their events."""

import json
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from labutils.capstone.incident import Claim, Drawn, draw, plain
from labutils.hunt.fields import values_at
from labutils.hunt.sources import SOURCES
from labutils.incident import background
from labutils.incident.background.sheet import load

HIDDEN = 6  # worlds on which rules are tried
HIDDEN_EVENTS = 9_000  # of ordinary traffic, in each of them


@dataclass(frozen=True, eq=False)
class Truth:
    """What is true of the events of a world. `steps`: by event id, the step that it belongs to;
    `twins`: by event id of what is harmless and looks like a step, what it was."""

    drawn: Drawn
    folder: Path
    steps: dict[str, str]
    twins: dict[str, str]

    @cached_property
    def events_of(self) -> dict[str, tuple[str, ...]]:
        """By step, its events."""
        found: dict[str, list[str]] = {}
        for event, step in self.steps.items():
            found.setdefault(step, []).append(event)
        return {step: tuple(events) for step, events in found.items()}

    @cached_property
    def own_lines(self) -> dict[str, dict[str, Any]]:
        """The intruder's lines, by event id."""
        return {name: event for name, event in lines(self.folder) if name in self.steps}

    @cached_property
    def told(self) -> frozenset[str]:
        """The kinds of harmless things that a table tells from an attack."""
        twins = load(self.drawn.case).twins.values()
        return frozenset(twin.id for twin in twins if twin.told_by is not None)

    @cached_property
    def twin_actors(self) -> dict[str, str]:
        """Who did what is harmless, by event id."""
        known_as = self.drawn.company.known_as
        return {
            name: known_as(who(name, event))
            for name, event in lines(self.folder)
            if name in self.twins
        }

    def events_for(self, claim: Claim) -> frozenset[str]:
        """The events that show what a claim says."""
        steps = self.drawn.claims.get(claim, ())
        return frozenset(event for step in steps for event in self.events_of.get(step, ()))

    @cached_property
    def claims(self) -> dict[Claim, frozenset[str]]:
        """Everything that is true and has lines, with these."""
        found = {claim: self.events_for(claim) for claim in self.drawn.claims}
        return {claim: events for claim, events in found.items() if events}


@contextmanager
def written(drawn: Drawn, *, count: int, seed: str) -> Iterator[Truth]:
    """The world of an incident in a folder that is gone afterwards: nobody finds the truth in a
    cache. Raises OSError."""
    with TemporaryDirectory(prefix="capstone-") as name:
        folder = Path(name)
        background.write(folder, drawn.replay, count=count, seed=seed, staff=drawn.company.seed)
        steps = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
        twins = json.loads((folder / "twins.json").read_text(encoding="utf-8"))
        yield Truth(drawn, folder, steps, {event: row["twin"] for event, row in twins.items()})


def of_seed(seed: str) -> Any:
    """The world that a learner gets; see `written`."""
    drawn = draw(seed)
    return written(drawn, count=drawn.company.events, seed=seed)


def hidden(seed: str, number: int) -> Any:
    """A world of the same company with another intruder; see `written`."""
    intruder = f"hidden-{number}"
    return written(draw(seed, intruder), count=HIDDEN_EVENTS, seed=f"{seed}/{intruder}")


def lines(folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each event of the logs in a folder, with its id."""
    for path in sorted(folder.glob("*.jsonl")):
        with path.open(encoding="utf-8") as opened:
            for number, line in enumerate(opened, 1):
                yield f"{path.stem}:{number}", json.loads(line)


def actor(event_id: str, event: dict[str, Any]) -> str:
    """Who acted, as the event says it."""
    source = event_id.rpartition(":")[0]
    return str(next(iter(values_at(event, SOURCES[source].actor)), ""))


def about(events: Collection[str], some: Collection[str]) -> bool:
    """Whether events that are cited are about these: one at least is among them, and as many as are
    not."""
    among = sum(event in some for event in set(events))
    return among > 0 and 2 * among >= len(set(events))


def who(event_id: str, event: dict[str, Any]) -> str:
    """Who acted, as it is compared: of a name with a path before it, the last part."""
    return plain(actor(event_id, event)).rpartition("/")[2]
