"""Write a company's tickets as companies keep them: incomplete and partly wrong.

Some moves have none, some tell of what never happened, and the system in them is often wrong.
"""

import csv
import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from labutils.capstone.company import HOUR, kind_of
from labutils.capstone.lines import LoggedLine, line_of
from labutils.incident.background.dice import Dice
from labutils.incident.background.sheet import Background
from labutils.lab import iso, seconds

FILE = "changes.csv"  # as a world has it; tables/tickets.csv in a folder
COLUMNS = ("id", "system", "from", "to", "by", "what", "host")
FORGOTTEN = 125  # of 1,000 moves have no ticket
NAMED = 550  # of 1,000 tickets name the new host
MISFILED = 250  # of 1,000 name another system
NEVER = (4, 7)  # tickets of a program that tell of what never happened
BEFORE = 2 * HOUR  # so long may a ticket be open before, and after, what it tells of

Ticket = dict[str, str]


@dataclass(frozen=True)
class Move:
    """A harmless act that a ticket could explain.

    `events`: its lines; `by`: who did it, as tickets call them.
    """

    kind: str
    what: str
    events: tuple[LoggedLine, ...]
    by: frozenset[str]

    @property
    def start(self) -> float:
        """When the move began, in seconds since 1970."""
        return min(line.time for line in self.events)

    @property
    def end(self) -> float:
        """When the move was over, in seconds since 1970."""
        return max(line.time for line in self.events)

    @cached_property
    def hosts(self) -> tuple[str, ...]:
        """The addresses that the move was made from, the most frequent first."""
        counts = Counter(line.address for line in self.events if line.address)
        return tuple(address for address, _ in counts.most_common())

    def is_told_by(self, row: Ticket) -> bool:
        """Return whether a ticket is about the move."""
        begin, end = seconds(row["from"]) - BEFORE, seconds(row["to"]) + BEFORE
        same = row["what"] == self.what and row["by"].lower() in self.by
        return same and begin <= self.start and self.end <= end


def moves(folder: Path, sheet: Background, known_as: Callable[[str], str]) -> list[Move]:
    """Return all that tickets could explain in a world, in the order of time.

    `known_as` returns what the inventory calls an account. Raises OSError.
    """
    twins = json.loads((folder / "twins.json").read_text(encoding="utf-8"))
    told = {one.id: one for one in sheet.twins.values() if one.told_by == "changes"}
    by_twin: dict[str, list[LoggedLine]] = {}
    for name, event in _events(folder, {one for one, row in twins.items() if row["twin"] in told}):
        by_twin.setdefault(twins[name]["twin"], []).append(line_of(name, event))
    found = [
        Move(
            kind_of(twin),
            told[twin].what,
            tuple(lines),
            frozenset(known_as(line.who) for line in lines),
        )
        for twin, lines in by_twin.items()
    ]
    return sorted(found, key=lambda one: one.start)


def _events(folder: Path, names: set[str]) -> Iterator[tuple[str, dict[str, object]]]:
    sources = {name.rpartition(":")[0] for name in names}
    for source in sorted(sources):
        with (folder / f"{source}.jsonl").open(encoding="utf-8") as opened:
            for number, text in enumerate(opened, 1):
                if (name := f"{source}:{number}") in names:
                    yield name, json.loads(text)


def read(folder: Path) -> list[Ticket]:
    """Return the tickets of a world. Raises OSError."""
    with (folder / FILE).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def pairs(rows: Sequence[Ticket], happened: Sequence[Move]) -> list[tuple[Ticket, Move | None]]:
    """Pair each ticket with the move that it is about, in the order of time.

    Two moves of a kind on one morning have a ticket each, or one of them has none.
    """
    left, found = list(happened), []
    for row in sorted(rows, key=lambda one: one["from"]):
        move = next((one for one in left if one.is_told_by(row)), None)
        if move:
            left.remove(move)
        found.append((row, move))
    return found


def rewrite(folder: Path, happened: Sequence[Move], seed: str, days: Sequence[int]) -> None:
    """Make the tickets of a world unreliable.

    Some are forgotten, some tell of what never happened, hosts are named, and some are filed under
    another system. `days`: on which no program did anything that needs one, as seconds since 1970.
    Raises OSError.
    """
    dice = Dice(f"{seed}/tickets")
    rows, systems = read(folder), sorted({row["system"] for row in read(folder)})
    programs = sorted({(row["by"], row["what"]) for row in rows if _of(row, happened)})
    kept = [row for row in rows if not _of(row, happened) or not dice.of(FORGOTTEN)]
    for _ in range(dice.between(*NEVER) if programs and days else 0):
        by, what = dice.pick(programs)
        start = dice.pick(days) + dice.between(7, 20) * HOUR
        end = start + dice.between(2, 5) * HOUR
        kept.append(
            {
                "system": dice.pick(systems),
                "from": iso(start),
                "to": iso(end),
                "by": by,
                "what": what,
            }
        )
    for row, move in pairs(kept, happened):
        hosts = move.hosts if move else ()
        elsewhere = dice.pick(happened).hosts[:1] if happened else ()
        row["host"] = (hosts or elsewhere or ("",))[0] if dice.of(NAMED) else ""
        if dice.of(MISFILED):
            row["system"] = dice.pick(systems)
    kept.sort(key=lambda row: (row["from"], row["to"], row["by"], row["what"]))
    with (folder / FILE).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for place, row in enumerate(kept):
            writer.writerow((f"CHG-{4000 + 3 * place}", *(row[name] for name in COLUMNS[1:])))


def _of(row: Ticket, happened: Sequence[Move]) -> bool:
    """Whether a ticket is about something that happened."""
    return any(one.is_told_by(row) for one in happened)
