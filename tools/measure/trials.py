"""How much the tests notice of what judges answers: the trials of the lessons, and their kit.

    make mutants                              20 mutants of each lesson's trials, and of the kit
    make mutants ARGS="--only 05 derived"     of a lesson, of a module of the kit
    make mutants ARGS="--sample 0"            all of them
    make mutants ARGS="--seed 2"              another sample
    make mutants ARGS="--data"                the values of cases, in place of statements

Of a lesson's `trials.py` the statements are mutated: a step dropped, and what
tests/helpers/mutants.py does to conditions, checks and returns. The values that cases
are made of have an option of their own, and no goal: where `JWTX` stands for a type that is almost
`JWT`, `JWTY` is as good, and so is another seed. Of the kit, everything is mutated.

A mutant of a lesson meets what tests/lessons says of each
exercise, the sentences of its mistakes, and the tests of that lesson that import the trials. One of
the kit meets the tests of its module, and then what tests/lessons says of three lessons. It is
noticed when a test fails or when the time is up, and named when it is not. The table goes to
build/mutants.md. What no test can tell from the original is in equivalents.yaml, with the reason.

No file is changed: a fork of this process, in which everything is imported, puts the mutant in
place and runs the tests. So it needs a system that forks.
"""

import argparse
import ast
import contextlib
import dataclasses
import functools
import importlib
import importlib.abc
import importlib.util
import multiprocessing
import os
import pathlib
import random
import signal
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pytest
import yaml

HERE = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(HERE), str(HERE / "tests" / "helpers")]
from mutants import Mutant, Place, brief, changed_comparison, mutants, places  # noqa: E402

KIT = {  # and the tests of each module
    "trying": ["tests/classroom/test_trying.py", "tests/classroom/test_derived.py"],
    "derived": ["tests/classroom/test_derived.py"],
    "exercise_sheet": ["tests/classroom/test_exercise_sheet.py"],
}
OF_EXERCISES = [
    "tests/lessons/test_trials.py",
    "tests/lessons/test_answers.py",
    "tests/lessons/test_battery.py",
    "tests/lessons/test_wrong_answers.py",
    "tests/notebooks/test_exercises.py::"
    "test_each_mistake_gets_the_sentence_that_names_it_and_no_flag",
]
ASKED_OF_THE_KIT = ("01", "05", "12")  # functions, a client, what lets in and refuses
SAMPLE, SECONDS = 20, 240
DATA = ("constant changed", "member dropped")  # kinds of mutants that change what cases are made of
QUIET = ["-q", "-x", "--no-header", "--tb=no", "-p", "no:cacheprovider", "-W", "ignore"]
EQUIVALENTS = pathlib.Path(__file__).parent / "equivalents.yaml"


@dataclass(frozen=True)
class Subject:
    """A module whose mutants are tried, and the runs of tests that each of them meets."""

    name: str
    path: pathlib.Path
    runs: tuple[tuple[str, ...], ...]

    @property
    def module(self) -> str:
        """The name under which it is imported."""
        return ".".join(self.path.relative_to(HERE).with_suffix("").parts)

    @property
    def is_kit(self) -> bool:
        return self.name in KIT


@dataclass(frozen=True)
class Result:
    """A mutant, its line of code, and what became of it: noticed, not, or why nobody could."""

    subject: str
    mutant: Mutant
    code: str
    noticed: bool
    why_not: str = ""


class TimeIsUp(BaseException):
    """The tests took far too long: no answer and no trial may catch this."""


def subjects() -> list[Subject]:
    """The trials of all lessons, and the kit."""
    folder = HERE / "labutils"
    lessons = {path.parent.name[-2:]: path for path in folder.glob("lessons/lesson_*/trials.py")}
    return [
        *(Subject(number, path, of_lesson(number)) for number, path in sorted(lessons.items())),
        *(Subject(name, folder / "classroom" / f"{name}.py", of_kit(name)) for name in KIT),
    ]


def of_lesson(number: str) -> tuple[tuple[str, ...], ...]:
    """What is said of each exercise of a lesson; then the lesson's own tests of its trials."""
    folder = HERE / "tests" / "lessons" / f"lesson_{number}"
    own = [
        path.relative_to(HERE).as_posix()
        for path in sorted(folder.glob("test_*.py"))
        if "trials" in path.read_text(encoding="utf-8")
    ]
    runs = [(*OF_EXERCISES[:1], "-k", f"[{number}"), (*OF_EXERCISES[1:], "-k", f"[{number}")]
    return (*runs, tuple(own)) if own else tuple(runs)


def of_kit(name: str) -> tuple[tuple[str, ...], ...]:
    """The tests of a module of the kit; then what is said of the exercises of some lessons."""
    asked = " or ".join(f"[{number}" for number in ASKED_OF_THE_KIT)
    return tuple(KIT[name]), (*OF_EXERCISES[:3], "-k", asked)


# --- a mutant in its place ------------------------------------------------------------------------


def put_in_place(subject: Subject, source: str) -> None:
    """Let this process have the mutant instead of the module."""
    code = compile(source, str(subject.path), "exec")
    if subject.is_kit:
        sys.meta_path.insert(0, Instead(subject.module, code))
        return
    # Everybody has this module and the exercises that it judges: the same ones are changed.
    from labutils.classroom.course import lesson
    from labutils.classroom.exercise_sheet import read_exercises, read_sheet

    names = vars(importlib.import_module(subject.module))
    for name in [one for one in names if not one.startswith("__")]:
        del names[name]
    exec(code, names)
    sheet = read_sheet(subject.path.parent / "exercises.yaml")
    course = lesson(subject.name)
    assert course is not None
    for old, new in zip(course.exercises, read_exercises(sheet, names), strict=True):
        for field in dataclasses.fields(new):
            object.__setattr__(old, field.name, getattr(new, field.name))
    for name in [*sys.modules]:
        if f"tests.lessons.lesson_{subject.name}." in f"{name}.":
            del sys.modules[name]  # it imported the original


class Instead(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Import one module from other code than its file's."""

    def __init__(self, module: str, code):
        self.module, self.code = module, code

    def find_spec(self, name, _path=None, _target=None):
        if name != self.module:
            return None
        return importlib.util.spec_from_loader(name, self, origin=self.code.co_filename)

    def exec_module(self, module):
        exec(self.code, vars(module))


def fails(subject: Subject, source: str) -> bool:
    """Whether a test fails with this source, in the process that is asked: it is spent then."""
    signal.signal(signal.SIGALRM, time_is_up)
    signal.setitimer(signal.ITIMER_REAL, SECONDS, 5)
    with silent():
        try:
            put_in_place(subject, source)
            return any(tests_fail(run) for run in subject.runs)
        except (Exception, TimeIsUp, SystemExit):
            return True  # not even the sheet can be read


def tests_fail(run: Sequence[str]) -> bool:
    """Whether pytest says so; a run that selects nothing notices nothing."""
    return pytest.main([*QUIET, *run]) not in (
        pytest.ExitCode.OK,
        pytest.ExitCode.NO_TESTS_COLLECTED,
    )


def time_is_up(*_: object) -> None:
    raise TimeIsUp


@contextlib.contextmanager
def silent() -> Iterator[None]:
    """Nothing is printed, by nobody."""
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        kept = os.dup(1), os.dup(2)
        for stream in (1, 2):
            os.dup2(nowhere.fileno(), stream)
        try:
            yield
        finally:
            for stream, before in zip((1, 2), kept, strict=True):
                os.dup2(before, stream)


# --- all of them ----------------------------------------------------------------------------------


def imported(subject: Subject) -> None:
    """Import what the tests of a subject want, so that no mutant waits for it."""
    if subject.is_kit:  # but nothing that imports the kit
        for name in ("httpx", "jwt", "yaml", "matplotlib.pyplot", "joserfc", "hypothesis"):
            importlib.import_module(name)
    else:
        with silent():
            for run in subject.runs:
                pytest.main([*QUIET, "--collect-only", *run])


def tried(subject: Subject, chosen: Sequence[Mutant], jobs: int) -> list[Result]:
    """What becomes of each of these mutants; those that nobody noticed are named at once."""
    imported(subject)
    known, compared, results = equivalents(), only_compared(subject), []
    original = subject.path.read_text(encoding="utf-8")
    lines, judge = original.splitlines(), functools.partial(fails, subject)
    with multiprocessing.get_context("fork").Pool(jobs, maxtasksperchild=1) as pool:
        if pool.apply(judge, (original,)):
            sys.exit(f"{subject.name}: its tests fail as it is, so no mutant can be told by them.")
        sources = [mutant.source for mutant in chosen]
        for mutant, noticed in zip(chosen, pool.imap(judge, sources), strict=True):
            code = lines[mutant.line - 1].strip()
            why = known.get((subject.path.relative_to(HERE).as_posix(), code, mutant.change), "")
            why = why or (mutant.change in compared and "what is seen is only compared") or ""
            results.append(Result(subject.name, mutant, code, noticed, why))
            if not noticed and not why:
                print(f"  not noticed: {words(results[-1])}", flush=True)
    return results


def words(result: Result) -> str:
    """A mutant as a person reads it."""
    return f"{result.subject}, line {result.mutant.line}: {result.mutant.change}"


def only_compared(subject: Subject) -> set[str]:
    """The changes by which a step shows the opposite: of the solution as well, and what is seen of
    an answer is only compared with that."""
    tree = ast.parse(subject.path.read_text(encoding="utf-8"))
    shown = [
        place.node
        for place in places(tree)
        if (is_observed(place.parent) and place.index == 1) or is_value_of_a_dictionary(place)
    ]
    return {
        change[2]
        for node in shown
        if isinstance(node, ast.Compare) and not subject.is_kit
        for change in changed_comparison(node)
        if change[0] == "operator swapped"
    }


def is_observed(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func) == "Observed"


def is_value_of_a_dictionary(place: Place) -> bool:
    return isinstance(place.parent, ast.Dict) and place.field == "values"


def equivalents() -> dict[tuple[str, str, str], str]:
    """Why nobody could notice a mutant, by module, line of code and change."""
    rows = yaml.safe_load(EQUIVALENTS.read_text(encoding="utf-8"))
    return {(row["module"], row["code"], row["change"]): row["why"] for row in rows}


def candidates(subject: Subject, *, data: bool = False) -> list[Mutant]:
    """The mutants of a module, in the order of its lines: of trials either the statements or the
    data, of the kit all."""
    source = subject.path.read_text(encoding="utf-8")
    every = mutants(source)
    if subject.is_kit:
        return every
    of_kind = [mutant for mutant in every if is_data(mutant) is data]
    return of_kind if data else sorted([*of_kind, *without_a_step(source)], key=lambda it: it.line)


def is_data(mutant: Mutant) -> bool:
    """Whether a mutant changes a value that a case is made of: a constant, a member, a sum."""
    try:
        before = ast.parse(mutant.change.partition(" -> ")[0], mode="eval").body
    except SyntaxError:  # it is a statement, or was cut
        before = None
    is_sum = mutant.kind == "operator swapped" and isinstance(before, ast.BinOp)
    return mutant.kind in DATA or is_sum


def without_a_step(source: str) -> Iterator[Mutant]:
    """The trials, each time without one `yield` or `yield from`."""
    tree = ast.parse(source)
    for place in list(places(tree)):
        is_step = isinstance(place.node, ast.Expr) and isinstance(
            place.node.value, ast.Yield | ast.YieldFrom
        )
        if is_step:
            # It stays a generator, though an empty one.
            place.put(ast.Expr(ast.YieldFrom(ast.Tuple([], ast.Load()))))
            text = ast.unparse(ast.fix_missing_locations(tree))
            place.put(place.node)
            yield Mutant(place.node.lineno, "step dropped", f"dropped: {brief(place.node)}", text)


def drawn(everything: Sequence[Mutant], size: int, seed: str) -> Sequence[Mutant]:
    """A sample of these mutants, in their order; all of them for 0."""
    if not size or size >= len(everything):
        return everything
    chosen = random.Random(seed).sample(range(len(everything)), size)
    return [everything[place] for place in sorted(chosen)]


def table(results: Sequence[Result]) -> str:
    """The figures by module, and the mutants that nobody noticed, in Markdown."""
    rows = ["| module | mutants | noticed | cannot be noticed | share |", "|---|---|---|---|---|"]
    names = list(dict.fromkeys(result.subject for result in results))
    for name in (*names, "all"):
        some = [result for result in results if name in (result.subject, "all")]
        noticed = sum(result.noticed for result in some)
        cannot = sum(bool(result.why_not) and not result.noticed for result in some)
        share = noticed / max(1, len(some) - cannot)
        rows.append(f"| {name} | {len(some)} | {noticed} | {cannot} | {share:.0%} |")
    left = [one for one in results if not one.noticed]
    rows += ["", *(f"- {words(one)}{one.why_not and ' (' + one.why_not + ')'}" for one in left)]
    return "\n".join(rows) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="make mutants", description="How much the tests notice of trials and their kit."
    )
    parser.add_argument("--only", nargs="+", metavar="NAME", help="such as 05 or derived")
    parser.add_argument(
        "--sample", type=int, default=SAMPLE, metavar="N", help=f"of each module ({SAMPLE}); 0: all"
    )
    parser.add_argument("--data", action="store_true", help="the values that cases are made of")
    parser.add_argument("--seed", default="1", metavar="S", help="of the sample (1)")
    parser.add_argument(
        "--jobs", type=int, default=os.cpu_count(), metavar="J", help="mutants at once (all cores)"
    )
    options = parser.parse_args()
    if not hasattr(os, "fork"):
        sys.exit("make mutants needs a system that forks, such as Linux.")
    every = {subject.name: subject for subject in subjects()}
    if strangers := set(options.only or ()) - set(every):
        sys.exit(f"There is no {min(strangers)}: --only takes {', '.join(every)}.")
    os.chdir(HERE)
    results: list[Result] = []
    # The kit comes first: no process may have imported it before it is changed.
    for name in sorted(options.only or every, key=lambda name: (name not in KIT, name)):
        everything = candidates(every[name], data=options.data)
        chosen = drawn(everything, options.sample, f"{options.seed} {name}")
        of_one = tried(every[name], chosen, options.jobs)
        print(f"{name}: {sum(one.noticed for one in of_one)} of {len(of_one)} noticed", flush=True)
        results += of_one
    (HERE / "build").mkdir(exist_ok=True)
    (HERE / "build" / "mutants.md").write_text(table(results), encoding="utf-8")
    print(table(results).partition("\n\n")[0])
    return 0


if __name__ == "__main__":
    sys.exit(main())
