"""Put a gap into a log: for some hours nothing was kept, and the company knows why."""

import json
from dataclasses import dataclass
from pathlib import Path

from labutils.hunt.sources import time_of
from labutils.incident.background.dice import Dice
from labutils.incident.breach import Replay
from labutils.lab import iso

DAY, HOUR = 86400, 3600  # seconds
HOURS = (3, 5, 9, 14, 22, 40, 66)  # that a gap may last
DRAWS = 40
REASONS = (
    "the disk of the collector was full",
    "the certificate of the collector had run out",
    "an upgrade of the collector took longer than planned",
    "the key with which the collector fetches it had been replaced",
)
INDEXES = ("truth", "twins", "labels")


@dataclass(frozen=True)
class Gap:
    """A gap in a log, from one moment to another, in seconds since 1970."""

    source: str
    start: int
    end: int
    reason: str

    def __str__(self) -> str:
        return (
            f"Of `{self.source}` nothing was kept from {iso(self.start)} to {iso(self.end)}: "
            f"{self.reason}."
        )


def gap_of(seed: str, first: int, replay: Replay) -> Gap | None:
    """Draw a gap in the month that begins at `first` (seconds since 1970).

    It may take some lines of a step, and never all of them.
    """
    dice, sources = Dice(f"{seed}/gap"), sorted(replay.lines)
    for _ in range(DRAWS):
        start = first + dice.between(1, 26) * DAY + dice.below(24) * HOUR
        length, reason = dice.pick(HOURS) * HOUR, dice.pick(REASONS)
        gap = Gap(dice.pick(sources), start, start + length, reason)
        if not _takes_a_step(gap, replay):
            return gap
    return None


def _takes_a_step(gap: Gap, replay: Replay) -> bool:
    """Whether a step would have left no line at all."""
    kept, lost = set[str | None](), set[str | None]()
    for source, lines in replay.lines.items():
        for number, line in enumerate(lines, 1):
            step = replay.truth.get(f"{source}:{number}")
            inside = source == gap.source and gap.start - 60 <= line.at // 1000 < gap.end + 60
            (lost if inside else kept).add(step)
    return bool(lost - kept)


def cut(folder: Path, gap: Gap) -> None:
    """Remove the lines of a gap from a world, and renumber the others. Raises OSError."""
    path = folder / f"{gap.source}.jsonl"
    names: dict[str, str] = {}
    kept: list[bytes] = []
    for number, text in enumerate(path.read_bytes().splitlines(keepends=True), 1):
        time = time_of(json.loads(text), gap.source)
        if time is None or not gap.start <= time < gap.end:
            kept.append(text)
            names[f"{gap.source}:{number}"] = f"{gap.source}:{len(kept)}"
    path.write_bytes(b"".join(kept))
    for index in INDEXES:
        file = folder / f"{index}.json"
        rows = json.loads(file.read_text(encoding="utf-8"))
        new = {
            names.get(name, name): row
            for name, row in rows.items()
            if name in names or not name.startswith(f"{gap.source}:")
        }
        file.write_text(json.dumps(new, indent=1) + "\n", encoding="utf-8")
