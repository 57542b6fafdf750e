"""How much the tests notice of all of `labutils`, by module: the engine, the stage, the lessons.

Coverage of lines and branches is measured by coverage.py, and how many mutants the tests kill.

    make measure                                a sample of 120 mutants, for each of three seeds
    make measure ARGS="--sample 400 --seed 2"   another, larger one
    make measure ARGS="--sample 0"              coverage alone
    make measure ARGS="--only identity/dpop"    all mutants of a module
    make measure ARGS="--kept FOLDER"           what the tests run is kept there, for another sample

The repository is copied to a temporary folder, and all changes are made there. Each mutant
(tests/helpers/mutants.py) is tried by up to twelve of the test files that run its line: those of
its module first, then those that run lines of the module which few others run, and not for long; a
mutant of a lesson, by the notebook of that lesson as well, and one of a module that lessons import,
by the notebooks of two of them. It is killed when a test fails or when the time limit passes; a
mutant that survives is named. So the share is a lower bound: another file might notice. A mutant
that changes nothing that a test could see counts as a survivor; those that are known are in
equivalents.yaml.
"""

import argparse
import ast
import json
import math
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from queue import SimpleQueue

import coverage
import yaml

HERE = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(HERE / "tests" / "helpers"))
from mutants import Mutant, mutants  # noqa: E402

ROOMS = ("identity", "har", "hunt", "incident", "pictures", "stage", "classroom", "lessons")
SEEDS = ("1", "2", "3")
EXTRAS = ("axon", "hub", "lite", "site", "colab")  # which no module of labutils is about
AT_ONCE, MOST = 3, 12  # test files that a mutant meets in one run of pytest, and in all
NOT_COPIED = shutil.ignore_patterns(
    ".git", ".venv", "__pycache__", ".hypothesis", "node_modules", ".ipynb_checkpoints"
)
TEST = ("-m", "pytest", "-q", "-x", "--no-header", "--tb=no")
FAILED = (
    1,
    2,
    3,
)  # pytest's exit codes for: a test failed, collecting failed, pytest itself failed


@dataclass(frozen=True)
class Coverage:
    """What the test files run: figures by module, and the test files that run each of its lines."""

    lines: dict[str, float]
    branches: dict[str, float]
    runs: dict[str, dict[int, list[str]]]
    seconds: dict[str, float]  # that a test file takes

    def files(self, module: str, line: int) -> list[str]:
        """The test files that run a line, or else the last line before it that any of them runs."""
        known = [number for number in self.runs[module] if number <= line]
        return self.runs[module][max(known)]


@dataclass(frozen=True)
class Result:
    """A mutant of a module, and whether a test noticed it."""

    module: str
    mutant: Mutant
    killed: bool


def copied(source: pathlib.Path, target: pathlib.Path) -> pathlib.Path:
    """A copy of the repository, so that who goes on working in it disturbs no measurement."""
    return pathlib.Path(shutil.copytree(source, target, ignore=NOT_COPIED))


def python(folder: pathlib.Path, *arguments: str, limit: float | None = None) -> int:
    """Run Python with the labutils of this copy, without keeping bytecode; the exit code."""
    env = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    command = [sys.executable, *arguments]
    process = subprocess.Popen(command, cwd=folder, env=env, start_new_session=True, **silent)
    try:
        return process.wait(limit)
    except subprocess.TimeoutExpired:
        stop(process)
        raise


def stop(process: subprocess.Popen) -> None:
    """End a process, and those that it started where the system has groups of processes."""
    if hasattr(os, "killpg"):
        os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.wait()


def modules(folder: pathlib.Path) -> list[str]:
    """The modules of all rooms; an __init__ that only says what the room is does not count."""
    paths = [path for room in ROOMS for path in (folder / "labutils" / room).rglob("*.py")]
    return sorted(
        path.relative_to(folder).as_posix()
        for path in paths
        if len(path.read_text(encoding="utf-8").splitlines()) > 1
    )


# --- coverage -----------------------------------------------------------------------------------


KEPT = (".coverage", "coverage.json", "seconds.json")  # lines, figures, and how long files take


def covered(folder: pathlib.Path, jobs: int, kept: pathlib.Path | None) -> Coverage:
    """What the test files run; where `kept` is a folder, it is read there, or else kept there."""
    if kept is None or not all((kept / name).exists() for name in KEPT):
        run_under_coverage(folder, jobs)
        if kept is not None:
            kept.mkdir(parents=True, exist_ok=True)
            for name in KEPT:
                shutil.copy(folder / name, kept)
    return read_coverage(folder, kept or folder)


def run_under_coverage(folder: pathlib.Path, jobs: int) -> None:
    """Run each test file under coverage.py, so many at once. One that fails as it is, or under
    coverage.py alone, is named, and notices nothing."""
    rooms = "".join(f"\n    {folder / 'labutils' / room}" for room in ROOMS)
    settings = folder / "coverage.ini"  # for the processes that a test starts as well
    settings.write_text(
        f"[run]\nbranch = true\nparallel = true\npatch = subprocess\n"
        f"data_file = {folder / '.coverage'}\nsource ={rooms}\n",
        encoding="utf-8",
    )
    command = ("-m", "coverage", "run", f"--rcfile={settings}")

    def timed(name: str) -> float | None:
        start = time.monotonic()
        if python(folder, *command, f"--context={name}", *TEST, name):
            print(f"{name} fails as it is: no mutant is tried with it.", flush=True)
            return None
        return time.monotonic() - start

    files = [
        path.relative_to(folder).as_posix()
        for path in sorted((folder / "tests").rglob("test_*.py"))
        if path.parent.name not in EXTRAS
    ]
    with ThreadPoolExecutor(jobs) as pool:
        timed_files = zip(files, pool.map(timed, files), strict=True)
        seconds = {name: taken for name, taken in timed_files if taken is not None}
    print(f"{len(seconds)} test files were run under coverage.", flush=True)
    (folder / "seconds.json").write_text(json.dumps(seconds, indent=1), encoding="utf-8")
    measured = coverage.Coverage(data_file=str(folder / ".coverage"), branch=True)
    measured.combine([str(folder)])
    measured.json_report(outfile=str(folder / "coverage.json"))


def read_coverage(folder: pathlib.Path, measured: pathlib.Path) -> Coverage:
    """The figures by module, and the files that run each line, as they were measured in this copy
    or in an earlier one."""
    seconds = json.loads((measured / "seconds.json").read_text(encoding="utf-8"))
    figures = json.loads((measured / "coverage.json").read_text(encoding="utf-8"))["files"]
    summaries = {in_course(path): one["summary"] for path, one in figures.items()}
    data = coverage.CoverageData(str(measured / ".coverage"))
    data.read()
    paths = {in_course(path): path for path in data.measured_files()}
    lines, branches, contexts = {}, {}, {}
    for module in modules(folder):
        summary = summaries[module]
        lines[module] = share(summary["covered_lines"], summary["num_statements"])
        branches[module] = share(summary["covered_branches"], summary["num_branches"])
        contexts[module] = {
            line: [name for name in names if name in seconds]
            for line, names in data.contexts_by_lineno(paths[module]).items()
        }
    return Coverage(lines, branches, files_by_line(contexts, seconds), seconds)


def in_course(path: str) -> str:
    """The path of a module below the repository, wherever the copy was that it was measured in."""
    return "labutils/" + path.rpartition("labutils/")[2]


def files_by_line(
    contexts: dict[str, dict[int, list[str]]], seconds: dict[str, float]
) -> dict[str, dict[int, list[str]]]:
    """By module, the test files that run each line: first those of the module itself, then those
    that run lines of it which few others run, and not for long. Most files pass through a module
    without asking about it; the file that tests it is the one that runs its refusals."""

    def sorted_by_line(module: str, by_line: dict[int, list[str]]) -> dict[int, list[str]]:
        worth = Counter[str]()
        for names in by_line.values():
            for name in names:
                worth[name] += 1 / len(names) / math.sqrt(seconds[name])
        return {
            line: sorted(names, key=lambda name: (not is_of(module, name), -worth[name], name))
            for line, names in by_line.items()
        }

    return {module: sorted_by_line(module, by_line) for module, by_line in contexts.items()}


def is_of(module: str, test: str) -> bool:
    """Whether a test file is the one of a module, or of the package or lesson that it is in: tests
    mirror the tree."""
    parts = pathlib.PurePath(module).with_suffix("").parts[1:]
    folder, name = "/".join(("tests", *parts[:-1])), parts[-1]
    of_package = "/".join(("tests", *parts[:-2], f"test_{parts[-2]}.py"))
    of_lesson = parts[0] == "lessons" and test.startswith(f"{folder}/")
    return test == of_package or test.startswith(f"{folder}/test_{name}") or of_lesson


def share(part: int, whole: int) -> float:
    return 100 * part / whole if whole else 100.0


# --- mutation -----------------------------------------------------------------------------------


def candidates(folder: pathlib.Path, names: list[str]) -> dict[str, list[Mutant]]:
    """The mutants of each module; those that equivalents.yaml names are among them."""
    text = (pathlib.Path(__file__).parent / "equivalents.yaml").read_text(encoding="utf-8")
    equivalents = {(row["module"], row["code"], row["change"]) for row in yaml.safe_load(text)}
    pools, met = {}, set()
    for name in names:
        source = (folder / name).read_text(encoding="utf-8")
        lines, pools[name] = source.splitlines(), []
        for mutant in mutants(source):
            key = (name, lines[mutant.line - 1].strip(), mutant.change)
            if key in equivalents:
                met.add(key)
            pools[name].append(mutant)
    for name, code, change in sorted(equivalents - met):
        if name in names:
            print(f"equivalents.yaml: there is no such mutant any more: {name}: {code}: {change}")
    return pools


def drawn(pools: dict[str, list[Mutant]], size: int, seed: str) -> list[tuple[str, Mutant]]:
    """A sample of all mutants, each as likely as any other."""
    everything = [(name, mutant) for name, pool in pools.items() for mutant in pool]
    return random.Random(seed).sample(everything, min(size, len(everything)))


def tried(folder: pathlib.Path, module: str, mutant: Mutant, measured: Coverage) -> Result:
    """Put a mutant in place of its module, and run the tests that run its line."""
    original = (folder / module).read_text(encoding="utf-8")
    files = measured.files(module, line_that_runs(original, mutant))[:MOST]
    runs = [files[at : at + AT_ONCE] for at in range(0, len(files), AT_ONCE)]
    (folder / module).write_text(mutant.source, encoding="utf-8")
    try:
        killed = any(fails(folder, some, measured) for some in runs)
        killed = killed or notebook_fails(folder, module)
    finally:
        (folder / module).write_text(original, encoding="utf-8")
    return Result(module, mutant, killed)


def fails(folder: pathlib.Path, files: list[str], measured: Coverage) -> bool:
    """Whether one of these test files fails, or takes far longer than it did."""
    limit = 30 + 5 * sum(measured.seconds[name] for name in files)
    try:
        return bool(files) and python(folder, *TEST, *files, limit=limit) in FAILED
    except subprocess.TimeoutExpired:
        return True


def line_that_runs(source: str, mutant: Mutant) -> int:
    """The line of a mutant; for a function that returns at once, the first line of its body, since
    its `def` runs wherever its module is imported."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef) and node.lineno == mutant.line:
            is_whole = mutant.change == f"{node.name}: returns None at once"
            has_docstring = ast.get_docstring(node) is not None and len(node.body) > 1
            return node.body[has_docstring].lineno if is_whole else mutant.line
    return mutant.line


def notebook_fails(folder: pathlib.Path, module: str) -> bool:
    """Whether the stored outputs of a notebook that uses a module come out otherwise."""
    paths = [
        str(path)
        for number in lessons_with(folder, module)
        for path in sorted((folder / "notebooks").glob(f"{number}-*.ipynb"))
    ]
    nbval = ("--nbval", "--nbval-current-env", "--nbval-cell-timeout=60")
    try:
        return bool(paths) and python(folder, *TEST, *nbval, *paths, limit=240) in FAILED
    except subprocess.TimeoutExpired:
        return True


def lessons_with(folder: pathlib.Path, module: str) -> list[str]:
    """The number of the lesson that a module belongs to, or of the first two that import it, in
    the notebook or beside it."""
    if own := re.match(r"labutils/lessons/lesson_(\d\d)/", module):
        return [own[1]]
    room, name = pathlib.PurePath(module).with_suffix("").parts[-2:]
    imports = re.compile(rf"\b{room}\.{name} import\b|\b{room} import .*\b{name}\b")
    notebooks = sorted((folder / "notebooks").glob("[0-9][0-9]-*.ipynb"))
    packages = sorted((folder / "labutils" / "lessons").glob("lesson_*/*.py"))
    numbers = [
        path.name[:2] if path in notebooks else path.parent.name.removeprefix("lesson_")
        for path in (*notebooks, *packages)
        if imports.search(path.read_text(encoding="utf-8"))
    ]
    return list(dict.fromkeys(numbers))[:2]


def tried_all(
    sample: list[tuple[str, Mutant]], measured: Coverage, folders: list[pathlib.Path]
) -> list[Result]:
    """Try each mutant of the sample; survivors are named as they are met."""
    copies = SimpleQueue()
    for folder in folders:
        copies.put(folder)

    def attempt(item: tuple[str, Mutant]) -> Result:
        folder = copies.get()
        try:
            return tried(folder, *item, measured)
        finally:
            copies.put(folder)

    results = []
    with ThreadPoolExecutor(len(folders)) as pool:
        for number, result in enumerate(pool.map(attempt, sample), 1):
            results.append(result)
            if not result.killed:
                where = f"{result.module}:{result.mutant.line}"
                change = f"{result.mutant.kind}: {result.mutant.change}"
                print(f"[{number} of {len(sample)}] survived: {where}: {change}", flush=True)
    return results


def report(names: list[str], measured: Coverage, results: list[Result]) -> None:
    """Figures by module."""
    print(f"\n{'module':38}{'lines':>8}{'branches':>10}{'mutants killed':>17}")
    for name in names:
        killed = [result.killed for result in results if result.module == name]
        print(
            f"{name:38}{measured.lines[name]:7.1f}%{measured.branches[name]:9.1f}%"
            f"{sum(killed):>10} of {len(killed):<4}"
        )
    if results:
        killed = sum(result.killed for result in results)
        print(f"\n{killed} of {len(results)} mutants killed ({share(killed, len(results)):.1f}%).")


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="make measure", description="Coverage and mutation of labutils."
    )
    parser.add_argument("--sample", type=int, metavar="N", help="how many mutants are drawn (120)")
    parser.add_argument(
        "--seed", nargs="+", default=SEEDS, metavar="S", help="a sample for each (1 2 3)"
    )
    parser.add_argument("--only", nargs="+", metavar="MODULE", help="modules such as identity/dpop")
    parser.add_argument(
        "--jobs", type=int, default=2, metavar="J", help="how many mutants are tried at once (2)"
    )
    parser.add_argument(
        "--kept", type=pathlib.Path, metavar="FOLDER", help="keep there what the tests run"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="labutils-measure-") as scratch:
        folders = [copied(HERE, pathlib.Path(scratch, "copy-0"))]
        names = [f"labutils/{name}.py" for name in options.only or ()] or modules(folders[0])
        if strangers := set(names) - set(modules(folders[0])):
            sys.exit(f"There is no {min(strangers)}: --only takes names such as identity/dpop.")
        for number in range(1, options.jobs):
            folders.append(copied(folders[0], pathlib.Path(scratch, f"copy-{number}")))
        measured = covered(folders[0], options.jobs, options.kept)
        pools = candidates(folders[0], names)
        everything = sum(map(len, pools.values()))
        size = options.sample
        if size is None:
            size = everything if options.only else 120
        results = []
        for seed in options.seed if size else ():
            of_seed = tried_all(drawn(pools, size, seed), measured, folders)
            killed = sum(result.killed for result in of_seed)
            print(f"seed {seed}: {killed} of {len(of_seed)} mutants killed.", flush=True)
            results += of_seed
    report(names, measured, results)
    return 0


if __name__ == "__main__":
    sys.exit(main())
