"""Measure what a lesson takes of a machine, and where a room waits: `python tools/waits.py`.

It runs all lessons from clean kernels, one after the other. It writes tools/waits.json: for each
lesson the cells that need a second of a processor or more, in whole seconds; the instructor's
agenda is written from it (tools/guide.py). And it writes the table in docs/classroom/README.md: the
peak memory of the kernel, the seconds of Run All and the cells over a second. A limit that is
exceeded is printed, and makes the exit status 1.

Processor time is what a machine with other work to do still measures; cells that import are left
out of waits.json, since each lesson has one and the guide says so.
"""

import json
import os
import pathlib
import sys
import tempfile
from dataclasses import dataclass

import nbformat
from bench import MEMORY
from execute import HERE, executed
from lessons import paths
from measured import put_between

WAITS = HERE / "tools" / "waits.json"
PAGE = HERE / "docs" / "classroom" / "README.md"
BEGIN, END = "<!-- waits: written by `python tools/waits.py` -->", "<!-- end of waits -->"
LONG = 1.0  # seconds from which on a cell is named
# What a person feels: from ten seconds on the attention is elsewhere, and Run All is what somebody
# does who comes late or begins again.
LONGEST_CELL, RUN_ALL, MOST_LONG_CELLS = 10.0, 30.0, 40
# What a kernel runs when it starts: after each cell it notes the processor time of the cell, with
# that of the processes which the cell started, the time since the kernel began, and the peak of its
# memory in KiB (VmHWM in proc(5); getrusage counts the process that started this one as well).
STOPWATCH = """
import os
import re

class _Stopwatch:
    def used(self):
        return sum(os.times()[:4])

    def peak(self):
        with open("/proc/self/status", encoding="ascii", errors="replace") as file:
            return re.search(r"VmHWM:\\s*(\\d+) kB", file.read())[1]

    def begin(self, *_):
        self.begun = self.used()

    def end(self, *_):
        used = self.used()
        with open(os.environ["WAITS"], "a", encoding="ascii") as file:
            file.write(f"{used - self.begun} {used} {self.peak()}\\n")

_stopwatch = _Stopwatch()
get_ipython().events.register("pre_run_cell", _stopwatch.begin)
get_ipython().events.register("post_run_cell", _stopwatch.end)
"""


@dataclass(frozen=True)
class Run:
    """A lesson that was run: seconds of a processor for each code cell by name and for all, the
    start of the kernel included, and the peak memory of the kernel in MiB."""

    number: str
    cells: dict[str, float]
    seconds: float
    memory: float

    @property
    def long(self) -> dict[str, float]:
        """The cells that need a second or more."""
        return {name: seconds for name, seconds in self.cells.items() if seconds >= LONG}

    @property
    def waits(self) -> dict[str, int]:
        """The cells that make a room wait, without imports, in whole seconds."""
        return {name: round(seconds) for name, seconds in self.long.items() if name != "imports"}

    @property
    def row(self) -> str:
        """The lesson's row in the table."""
        long = ", ".join(f"`{name}` {seconds:.1f}" for name, seconds in self.long.items())
        return f"| {self.number} | {self.memory:.0f} | {self.seconds:.0f} | {long or 'none'} |"


def measured(path: pathlib.Path) -> Run:
    """Return what the cells of a lesson take."""
    with tempfile.TemporaryDirectory() as folder:
        startup = pathlib.Path(folder, "profile_default", "startup")
        startup.mkdir(parents=True)
        (startup / "stopwatch.py").write_text(STOPWATCH, encoding="utf-8")
        noted = pathlib.Path(folder, "seconds")
        cache = str(pathlib.Path(folder, "cache"))  # empty, as a learner's is the first time
        os.environ |= {"IPYTHONDIR": folder, "WAITS": str(noted), "LABUTILS_CACHE": cache}
        notebook = executed(nbformat.read(path, as_version=4), path.parent)
        lines = noted.read_text(encoding="ascii").splitlines()
    each = [tuple(map(float, line.split())) for line in lines]
    names = [cell.id for cell in notebook.cells if cell.cell_type == "code"]
    # The stopwatch's own start is noted as well, before the first cell.
    seconds = [row[0] for row in each[-len(names) :]]
    _, whole, kibibytes = each[-1]
    cells = dict(zip(names, seconds, strict=True))
    return Run(path.name[:2], cells, whole, kibibytes / 1024)


def missed(runs: list[Run]) -> list[str]:
    """Return a sentence for each limit that is exceeded."""
    found = []
    for run in runs:
        longest = max(run.cells, key=run.cells.__getitem__)
        limits = (
            ("the kernel takes", run.memory, MEMORY, "MiB"),
            ("Run All takes", run.seconds, RUN_ALL, "s"),
            (f"the cell {longest} takes", run.cells[longest], LONGEST_CELL, "s"),
        )
        found += [
            f"lesson {run.number}: {what} {value:.0f} {unit}, and may take {limit:g}"
            for what, value, limit, unit in limits
            if value > limit
        ]
    if (long := sum(len(run.long) for run in runs)) > MOST_LONG_CELLS:
        found.append(f"{long} cells take a second or more, and {MOST_LONG_CELLS} may")
    return found


def main() -> int:
    """Measure all lessons, store the result, and print what exceeds a limit."""
    runs = [measured(path) for path in paths()]
    waits = {run.number: run.waits for run in runs if run.waits}
    WAITS.write_text(json.dumps(waits, indent=1) + "\n", encoding="utf-8")
    head = (
        "| lesson | kernel, MiB | Run All, s | cells of a second or more, s |",
        "|---|---|---|---|",
    )
    put_between(PAGE, BEGIN, END, [*head, *(run.row for run in runs)])
    print("\n".join([*head, *(run.row for run in runs), *missed(runs)]))
    return 1 if missed(runs) else 0


if __name__ == "__main__":
    sys.exit(main())
