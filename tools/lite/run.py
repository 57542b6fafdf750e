"""All lessons in the browser's Python, under Node: `make test-lite`.

Each cell runs, and what it prints is compared with what is stored. The packages are those of the
site without a network, and nothing is asked of anybody. Lessons can be named: `make test-lite
ARGS="02 13"`.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tools.lessons import paths as lessons
from tools.lite import build

HERE = pathlib.Path(__file__).resolve().parent
# What takes longest begins first; the others follow in order.
LONG = ("14", "10", "13", "12", "06", "11", "15")
AT_ONCE = min(os.cpu_count() or 1, 4)
SHOWN = 400  # characters of what differs

Result = dict[str, Any]


def chosen(numbers: list[str]) -> list[pathlib.Path]:
    """The lessons of these numbers, or all; those that take long first."""
    wanted = [path for path in lessons() if not numbers or path.name[:2] in numbers]
    return sorted(
        wanted, key=lambda path: LONG.index(path.name[:2]) if path.name[:2] in LONG else 9
    )


def run(node: str, distribution: pathlib.Path, paths: list[pathlib.Path]) -> list[Result]:
    """What came of each lesson, in some processes at once."""
    command = [node, str(HERE / "run.mjs"), str(distribution)]
    waiting = deque(paths)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        at_work = [pool.submit(work, command, waiting) for _ in paths[:AT_ONCE]]
        return [result for one in at_work for result in one.result()]


def work(command: list[str], waiting: deque[pathlib.Path]) -> list[Result]:
    """One process, which takes the next lesson whenever it is done with one. A lesson at which it
    ends has no result."""
    results: list[Result] = []
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, **pipes, encoding="utf-8") as process:
        assert process.stdin and process.stdout
        while waiting:
            print(waiting.popleft(), file=process.stdin, flush=True)
            if not (line := process.stdout.readline()):
                break
            results.append(json.loads(line))
    return results


def said(result: Result) -> str:
    """A line on a lesson, and one on each cell that differs."""
    lines = [f"{result['lesson']}: {result['seconds']:.1f} s"]
    for cell in result["differences"]:
        lines.append(f"  {cell['cell']} differs")
        lines += [f"    {name}: {cell[name][-SHOWN:]}" for name in ("stored", "now")]
    return "\n".join(lines)


def main(numbers: list[str]) -> int:
    node = shutil.which("node")
    if node is None:
        print("The browser's Python is not run here: it needs Node.js 20 or later, with npm.")
        return 0
    began, paths = time.monotonic(), chosen(numbers)
    with tempfile.TemporaryDirectory() as folder:
        distribution = pathlib.Path(folder) / "pyodide"
        try:
            build.distribution(distribution, offline=True)
        except build.CannotBuild as error:
            print(error)
            return 2
        built = time.monotonic()
        results = run(node, distribution, paths)
    print(*map(said, sorted(results, key=lambda result: result["lesson"])), sep="\n")
    good = sum(not result["differences"] for result in results)
    print(f"Packed in {built - began:.0f} s, run in {time.monotonic() - built:.0f} s.")
    print(f"{good} passed, {len(paths) - good} failed")
    return 0 if good == len(paths) > 0 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
