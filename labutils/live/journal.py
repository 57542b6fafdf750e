"""Keep a live exercise on disk: the log, the links, and the state of the clock.

The log is written before an answer is given. A line that cannot be read, or that this version does
not know, is set aside in a file of its own; everything before and after it is there.
"""

import json
import os
import secrets
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from labutils.live.exercise import LogRow, Settings
from labutils.text import shown

LOG, LINKS, CLOCK, DEBRIEF = "exercise.jsonl", "links.json", "clock", "debrief.html"
ASIDE = "exercise.set-aside.jsonl"
LONGEST_CLOCK = 86_400 * 366  # seconds


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
            reason = "it holds another exercise; name another folder with --folder"
            raise OtherExercise(0, reason, str(folder))
        self.rows: list[LogRow] = before[1:]
        self._cut_torn_line()
        self.file = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        if not before:
            self.write(begins)
        self.links = self._links()

    def _read(self) -> Iterator[LogRow]:
        """The lines of the log that can be read; every other is set aside, with a word."""
        if not self.path.exists():
            return
        for number, line in enumerate(self.path.read_bytes().split(b"\n")[:-1], 1):
            row: Any = None
            try:
                row = json.loads(line)
            except (ValueError, RecursionError):
                pass
            if isinstance(row, dict) and isinstance(row.get("t"), int) and "do" in row:
                yield row
            elif line.strip():
                self._keep_aside(line, f"line {number} of {LOG} cannot be read")

    def set_aside(self, row: LogRow, reason: str) -> None:
        """Set a line aside that this version cannot do, and say so."""
        line = json.dumps(row, ensure_ascii=True, sort_keys=True).encode()
        self._keep_aside(line, f"a line of {LOG} cannot be played again ({reason})")

    def _keep_aside(self, line: bytes, what: str) -> None:
        """Keep a line in a file of its own, once, and say where it is."""
        path = self.folder / ASIDE
        kept = path.read_bytes().split(b"\n") if path.exists() else []
        if line not in kept:
            file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            with os.fdopen(file, "ab") as opened:
                opened.write(line + b"\n")
        print(f"{shown(what, 300)}; it is set aside in {shown(str(path))}.", file=sys.stderr)

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
            try:
                found: Any = json.loads(path.read_text(encoding="utf-8"))
            except ValueError:
                found = None
            known = found if isinstance(found, dict) else {}
            if all(isinstance(known.get(name), str) and known[name] for name in names):
                return known
            beside = path.with_name(f"{LINKS}.damaged")
            os.replace(path, beside)
            whole = {n: v for n, v in known.items() if n in names and isinstance(v, str) and v}
            links = {name: whole.get(name) or secrets.token_urlsafe(24) for name in names}
            _replace(path, json.dumps(links, indent=1) + "\n")
            print(
                f"{shown(str(path))} was damaged and is kept as {beside.name}. Hand out the links "
                "that are printed below: those that were missing are new.",
                file=sys.stderr,
            )
            return links
        links = {name: secrets.token_urlsafe(24) for name in names}
        _replace(path, json.dumps(links, indent=1) + "\n")
        return links

    # --- the clock -------------------------------------------------------------------------------

    def clock(self) -> float:
        """Return the clock's last known state, in seconds since the beginning."""
        try:
            text = (self.folder / CLOCK).read_text(encoding="ascii")
        except FileNotFoundError:
            return 0.0
        except (OSError, ValueError):
            text = ""
        try:
            clock = float(text)
        except ValueError:
            clock = -1.0
        if 0 <= clock <= LONGEST_CLOCK:  # no NaN is
            return clock
        print(
            f"{shown(str(self.folder / CLOCK))} holds no time, so the clock goes on from the last "
            f"line of {LOG}.",
            file=sys.stderr,
        )
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
