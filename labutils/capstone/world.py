"""Write the logs of a drawn incident, and keep what is true of each of their events."""

import json
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from labutils.capstone import gaps, tickets
from labutils.capstone.company import DAY, kind_of
from labutils.capstone.incident import Claim, Drawn, draw
from labutils.capstone.lines import who
from labutils.incident import background
from labutils.incident.background.sheet import load
from labutils.incident.background.world import days_of_month, sources_by_day

HIDDEN = 6  # worlds on which rules are tried
HIDDEN_EVENTS = 9_000  # of ordinary traffic, in each of them


@dataclass(frozen=True, eq=False)
class Truth:
    """The truth about the events of a world.

    `steps`: by event id, the step that it belongs to; `twins`: by event id of what is harmless and
    looks like a step, what it was.
    """

    drawn: Drawn
    folder: Path
    steps: dict[str, str]
    twins: dict[str, str]

    @cached_property
    def events_of(self) -> dict[str, tuple[str, ...]]:
        """The events of each step."""
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
        """The kinds of harmless things that a table distinguishes from an attack."""
        twins = load(self.drawn.case).twins.values()
        return frozenset(kind_of(twin.id) for twin in twins if twin.told_by is not None)

    @cached_property
    def moves(self) -> list[tickets.Move]:
        """All that tickets could explain, in the order of time."""
        drawn = self.drawn
        return tickets.moves(self.folder, load(drawn.case), drawn.company.known_as)

    @cached_property
    def untold(self) -> list[tickets.Move]:
        """The moves that no ticket is about."""
        told = [move for _, move in tickets.pairs(self.tickets, self.moves)]
        return [one for one in self.moves if one not in told]

    @cached_property
    def tickets(self) -> list[tickets.Ticket]:
        """The tickets of the world."""
        return tickets.read(self.folder)

    @cached_property
    def twin_actors(self) -> dict[str, str]:
        """The actor of each harmless event, by event id."""
        known_as = self.drawn.company.known_as
        return {
            name: known_as(who(name, event))
            for name, event in lines(self.folder)
            if name in self.twins
        }

    def events_for(self, claim: Claim) -> frozenset[str]:
        """Return the events that show what a claim says."""
        steps = self.drawn.claims.get(claim, ())
        return frozenset(event for step in steps for event in self.events_of.get(step, ()))

    @cached_property
    def claims(self) -> dict[Claim, frozenset[str]]:
        """Every claim that is true and has lines, with these lines."""
        found = {claim: self.events_for(claim) for claim in self.drawn.claims}
        return {claim: events for claim, events in found.items() if events}


@contextmanager
def written(drawn: Drawn, *, count: int, seed: str) -> Iterator[Truth]:
    """Write the world of an incident to a folder that is deleted afterwards.

    So nobody finds the truth in a cache. Raises OSError.
    """
    with TemporaryDirectory(prefix="capstone-") as name:
        folder = Path(name)
        staff, attack = drawn.company.seed, not drawn.nothing
        background.write(folder, drawn.logged, count=count, seed=seed, staff=staff, attack=attack)
        _as_companies_keep_it(folder, drawn, seed)
        steps = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
        twins = json.loads((folder / "twins.json").read_text(encoding="utf-8"))
        kinds = {event: kind_of(row["twin"]) for event, row in twins.items()}
        yield Truth(drawn, folder, steps, kinds)


def _as_companies_keep_it(folder: Path, drawn: Drawn, seed: str) -> None:
    """Cut the gap out of a world that is written, and leave its tickets as they are in practice."""
    if drawn.gap:
        gaps.cut(folder, drawn.gap)
    busy = sources_by_day(drawn.logged)
    sheet = load(drawn.case)
    free = [day for day in days_of_month(sheet) if day not in busy]
    workdays = [day for day in free if day // DAY % 7 not in (2, 3)]
    happened = tickets.moves(folder, sheet, drawn.company.known_as)
    tickets.rewrite(folder, happened, seed, workdays)


def of_seed(seed: str) -> Any:
    """Write the world that a learner gets; see `written`."""
    drawn = draw(seed)
    return written(drawn, count=drawn.company.events, seed=seed)


def hidden(seed: str, number: int) -> Any:
    """Write a world of the same company with another intruder; see `written`."""
    intruder = f"hidden-{number}"
    return written(draw(seed, intruder), count=HIDDEN_EVENTS, seed=f"{seed}/{intruder}")


def lines(folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each event of the logs in a folder, with its id."""
    for path in sorted(folder.glob("*.jsonl")):
        with path.open(encoding="utf-8") as opened:
            for number, line in enumerate(opened, 1):
                yield f"{path.stem}:{number}", json.loads(line)


def about(events: Collection[str], some: Collection[str]) -> bool:
    """Return whether the cited events are about these.

    At least one is among them, and as many as are not.
    """
    among = sum(event in some for event in set(events))
    return among > 0 and 2 * among >= len(set(events))
