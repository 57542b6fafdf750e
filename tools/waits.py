"""Measure which cells of the lessons make a room wait: `python tools/waits.py`.

It runs all lessons from clean kernels, one after the other, and writes tools/waits.json: for each
lesson the cells that need a second of a processor or more, in whole seconds. The instructor's
agenda is written from it (tools/guide.py). Processor time is what a machine with other work to do
still measures; cells that import are left out, since each lesson has one and the guide says so.
"""

import json
import os
import pathlib
import sys
import tempfile

import nbformat
from execute import HERE, executed
from lessons import paths

WAITS = HERE / "tools" / "waits.json"
LONG = 1.0  # seconds from which on a cell is named
# What a kernel runs when it starts: after each cell it notes the processor time of the cell, with
# that of the processes which the cell started.
STOPWATCH = """
import os

class _Stopwatch:
    def used(self):
        return sum(os.times()[:4])

    def begin(self, *_):
        self.begun = self.used()

    def end(self, *_):
        with open(os.environ["WAITS"], "a", encoding="ascii") as file:
            file.write(f"{self.used() - self.begun}\\n")

_stopwatch = _Stopwatch()
get_ipython().events.register("pre_run_cell", _stopwatch.begin)
get_ipython().events.register("post_run_cell", _stopwatch.end)
"""


def measured(path: pathlib.Path) -> dict[str, float]:
    """Return the seconds of each code cell of a lesson, by the cell's name."""
    with tempfile.TemporaryDirectory() as folder:
        startup = pathlib.Path(folder, "profile_default", "startup")
        startup.mkdir(parents=True)
        (startup / "stopwatch.py").write_text(STOPWATCH, encoding="utf-8")
        noted = pathlib.Path(folder, "seconds")
        os.environ |= {"IPYTHONDIR": folder, "WAITS": str(noted)}
        notebook = executed(nbformat.read(path, as_version=4), path.parent)
        seconds = [float(line) for line in noted.read_text(encoding="ascii").splitlines()]
    cells = [cell.id for cell in notebook.cells if cell.cell_type == "code"]
    # The stopwatch's own start is noted as well, before the first cell.
    return dict(zip(cells, seconds[-len(cells) :], strict=True))


def long_ones(cells: dict[str, float]) -> dict[str, int]:
    """Return the cells that make a room wait, in whole seconds."""
    return {name: round(s) for name, s in cells.items() if s >= LONG and name != "imports"}


def main() -> int:
    """Measure all lessons, and store the result."""
    waits = {path.name[:2]: long_ones(measured(path)) for path in paths()}
    kept = {number: cells for number, cells in waits.items() if cells}
    WAITS.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(kept, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
