"""Read exercises and the target of a lesson from its `exercises.yaml`.

There are solution, praise, mistakes and hints, as an author or a translator edits them. What each
exercise is tried with is in the lesson's `trials.py`; where the target takes place, and what proves
it, in its `target.py`. All text is quoted or a block (`|`), as in questions.yaml. docs/authoring.md
shows an exercise.
"""

import ast
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Template
from types import ModuleType
from typing import Any, Literal

from labutils.classroom.derived import derived
from labutils.classroom.judging import value as value_judge
from labutils.classroom.registry import Exercise, Target
from labutils.sheets import Row, build, quoted, read, value

TARGET = "-target"  # what the id of a lesson's target ends with
PREFIX = "try_"  # trials are called after what the solution binds: try_knock, try_runbook


@dataclass(frozen=True)
class _Exercise:
    """`without` says which of the usual steps its trial does not have, each with the reason;
    `remarks` what is said to whoever passes in a way that the trial remarks on; `refusal` the
    exceptions by which an answer may refuse something, such as `builtins.ValueError`."""

    praise: str
    solution: str
    mistakes: Row
    hints: tuple[str, ...]
    trial: str = ""
    without: Row | None = None
    remarks: dict[str, str] | None = None
    refusal: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Target:
    """`goal` says what to reach; `rows`, where there are any, what is held, what counts and the
    like, at a glance; `tools` what is at hand for somebody who does not sit in the lesson."""

    goal: str
    praise: str
    solution: str
    mistakes: Row
    hints: tuple[str, ...]
    rows: dict[str, str] | None = None
    tools: str = ""


@dataclass(frozen=True)
class _Mistake:
    """What is said of a mistake, and how it is made: `change` has pairs of old and new text of the
    solution, and `code` leaves an `answer`."""

    say: str
    change: tuple[str, ...] = ()
    code: str = ""


def read_sheet(path: Path) -> Row:
    """Return a lesson's `exercises.yaml`, empty where there is none. Raises SheetError, which names
    the file and the line."""
    return read(path, scalar=quoted) if path.exists() else Row()


def read_exercises(sheet: Row, trials: Mapping[str, Any]) -> tuple[Exercise, ...]:
    """Return the exercises of a sheet, each judged by its trial.

    Raises SheetError, which names the file and the line.
    """
    imports = value(sheet, "imports", str) if "imports" in sheet else ""
    names = [name for name in sheet if name != "imports" and not name.endswith(TARGET)]
    return tuple(_exercise(name, value(sheet, name, Row), imports, trials) for name in names)


def _exercise(identifier: str, row: Row, imports: str, trials: Mapping[str, Any]) -> Exercise:
    one = build(_Exercise, row)
    solution = one.solution.strip("\n")
    name, kind = _bound(row, solution)
    trial = trials.get(called := one.trial or PREFIX + name)
    if not callable(trial):
        raise row.error(f"{identifier} needs a trial, {called} of trials.py", "trial")
    mistakes = {
        mistake: _mistake(one.mistakes, mistake, imports, solution, name)
        for mistake in one.mistakes
    }
    sources = {mistake: source for mistake, (_, source) in mistakes.items()}
    judge: Callable[[Any], Any] = derived(
        trial, f"{imports}\n{solution}", sources, kind, one.remarks or {}
    )
    return Exercise(
        identifier, kind, judge, one.praise, mistakes, one.hints, solution,
        refusal=tuple(_exception(row, name) for name in one.refusal),
        without=dict(one.without or {}), imports=imports, trial=trial,
    )  # fmt: skip


def read_target(sheet: Row, number: str, place: ModuleType) -> Target | None:
    """Return the target of a lesson's sheet, or None where it has none.

    `place` is its `target.py`: `scene` builds the place, `flag_mistake` names what is wrong with
    what was handed in, or gives None, and `WORDS` are numbers that the text says as `$name`.
    Raises SheetError, which names the file and the line.
    """
    identifier = number + TARGET
    if identifier not in sheet:
        return None
    row = value(sheet, identifier, Row)
    one, words = build(_Target, row), getattr(place, "WORDS", {})
    solution = one.solution.strip("\n")

    def filled(text: str) -> str:
        try:
            return Template(text).substitute(words)
        except (KeyError, ValueError):
            raise row.error(f"a $name must be one of {sorted(words)}, and $$ is a $") from None

    mistakes = {}
    for name in one.mistakes:
        say, code = _mistake(one.mistakes, name, "", solution, "flag")
        mistakes[name] = filled(say), code
    return Target(
        identifier, "value", value_judge(place.flag_mistake), filled(one.praise), mistakes,
        tuple(map(filled, one.hints)), solution, goal=filled(one.goal),
        rows={name: filled(says) for name, says in (one.rows or {}).items()},
        tools=one.tools, scene=place.scene,
    )  # fmt: skip


def _exception(row: Row, name: str) -> type[Exception]:
    """The exception of that dotted name."""
    try:
        kind = pkgutil.resolve_name(name)
    except (ValueError, ImportError, AttributeError):
        kind = None
    if not (isinstance(kind, type) and issubclass(kind, Exception)):
        raise row.error(f"refusal: there is no exception {name!r}", "refusal")
    return kind


def _bound(row: Row, solution: str) -> tuple[str, Literal["function", "value"]]:
    """What the last statement of a solution binds, and whether it is a function."""
    try:
        last = ast.parse(solution).body[-1]
    except (SyntaxError, IndexError) as error:
        raise row.error(f"the solution is not valid Python: {error}", "solution") from None
    if isinstance(last, ast.FunctionDef):
        return last.name, "function"
    if isinstance(last, ast.Assign) and isinstance(last.targets[0], ast.Name):
        return last.targets[0].id, "value"
    raise row.error("the solution must end with a function or a value that has a name", "solution")


def _mistake(rows: Row, name: str, imports: str, solution: str, bound: str) -> tuple[str, str]:
    """What is said of a mistake, and the code that makes it."""
    one = build(_Mistake, value(rows, name, Row))
    if bool(one.code) == bool(one.change):
        raise rows.error(f"{name} needs either code or a change of the solution", name)
    if one.code:
        return one.say, f"{imports}\n{one.code}"
    if len(one.change) % 2:
        raise rows.error("change has pairs: an old text and a new one", name)
    text = solution
    for old, new in zip(one.change[::2], one.change[1::2], strict=True):
        if old not in text:
            raise rows.error(f"the solution does not hold {old!r}", name)
        text = text.replace(old, new)
    return one.say, f"{imports}\n{text}\nanswer = {bound}"
