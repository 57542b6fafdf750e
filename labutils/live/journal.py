"""Keep a live exercise on disk: the log, the links, and the state of the clock.

The log is written before an answer is given. A line that was cut by a crash is left out; everything
before it is there.
"""

import json
import os
import secrets
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from labutils.live.exercise import LogRow, Settings

LOG, LINKS, CLOCK, DEBRIEF = "exercise.jsonl", "links.json", "clock", "debrief.html"


class OtherExercise(OSError):
    """An error for a folder that cannot hold this exercise; the sentence says why."""


class Journal:
    """The folder of an exercise."""

    def __init__(self, folder: Path, settings: Settings):
        """Open a folder, or begin one. Raises OtherExercise where it holds another exercise, and
        OSError."""
        self.folder, self.settings = folder, settings
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / LOG
        before = list(self._read())
        begins = {"t": 0, "do": "begin", **asdict(settings)}
        if before and before[0] != begins:
            raise OtherExercise(0, "it holds another exercise; name another folder", str(folder))
        self.rows: list[LogRow] = before[1:]
        self._cut_torn_line()
        self.file = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        if not before:
            self.write(begins)
        self.links = self._links()

    def _read(self) -> Iterator[LogRow]:
        """The lines of the log, up to one that is not whole."""
        if not self.path.exists():
            return
        for line in self.path.read_bytes().split(b"\n")[:-1]:
            try:
                row: Any = json.loads(line)
            except ValueError:
                return
            if isinstance(row, dict):
                yield row

    def _cut_torn_line(self) -> None:
        """Take half a line off the end, so that the next one begins at its own beginning."""
        if self.path.exists():
            text = self.path.read_bytes()
            whole = text[: text.rfind(b"\n") + 1]
            if whole != text:
                self.path.write_bytes(whole)

    def write(self, row: LogRow) -> None:
        """Add a line, and return only when it is on the disk."""
        line = json.dumps(row, ensure_ascii=True, sort_keys=True).encode() + b"\n"
        while line:
            line = line[os.write(self.file, line) :]
        os.fsync(self.file)

    # --- links -----------------------------------------------------------------------------------

    def _links(self) -> dict[str, str]:
        """The secret part of each link, by whom it is for: drawn once, and never from the seed."""
        path = self.folder / LINKS
        names = ["instructor", "intruder", *map(str, range(1, self.settings.teams + 1))]
        if path.exists():
            found: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
            return found
        links = {name: secrets.token_urlsafe(24) for name in names}
        _replace(path, json.dumps(links, indent=1) + "\n")
        return links

    # --- the clock -------------------------------------------------------------------------------

    def clock(self) -> float:
        """Return the clock's last known state, in seconds since the beginning."""
        try:
            return float((self.folder / CLOCK).read_text(encoding="ascii"))
        except (OSError, ValueError):
            return 0.0

    def keep_clock(self, seconds: float) -> None:
        """Record the state of the clock."""
        _replace(self.folder / CLOCK, f"{seconds:.3f}\n")

    def keep_debrief(self, html: str) -> None:
        """Write the debrief."""
        _replace(self.folder / DEBRIEF, html)

    def close(self) -> None:
        """Close the log."""
        os.close(self.file)


def _replace(path: Path, text: str) -> None:
    """Write a file beside, for nobody else to read, and put it in its place."""
    beside = path.with_name(f"{path.name}.new")
    file = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(file, "w", encoding="utf-8") as opened:
        opened.write(text)
    os.replace(beside, path)
