"""Find the lessons of the course, and what each asks."""

import importlib
import pkgutil
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import TypeVar

from labutils.classroom.registry import Estimate, GridRow, Lesson, Prediction, Quiz
from labutils.classroom.workspace import lesson_folders

Item = TypeVar("Item", Prediction | Estimate | GridRow, Quiz)


def numbers() -> list[str]:
    """Return the numbers of all lessons that are found, two digits each, in order."""
    named = {module.name for module in pkgutil.iter_modules(map(str, lesson_folders()))}
    return sorted(name[-2:] for name in named if re.fullmatch(r"lesson_\d\d", name))


@cache
def lesson(number: str) -> Lesson | None:
    """Return the lesson of that two-digit number, or None if there is none.

    Its folder holds `exercises.yaml`, `trials.py`, `questions.yaml`, `predictions.py` (those of its
    PREDICTIONS that come from code) and `target.py`. Raises SheetError, which names file and line,
    for a fault in a sheet, and what a module of the lesson raises.
    """
    # Here, and not above: they want PyYAML, which a first `import labutils` can do without.
    from labutils.classroom.exercise_sheet import read_exercises, read_sheet, read_target
    from labutils.classroom.questions import Questions, read_questions
    from labutils.classroom.translation import language, read_translation

    package = _module(f"labutils.lessons.lesson_{number}")
    if package is None:
        return None
    trials = _module(f"{package.__name__}.trials")
    from_code = _module(f"{package.__name__}.predictions")
    place = _module(f"{package.__name__}.target")
    folder = Path(package.__path__[0])
    sheet = read_sheet(folder / "exercises.yaml")
    exercises = read_exercises(sheet, vars(trials) if trials else {})
    target = read_target(sheet, number, place) if place else None
    questions = folder / "questions.yaml"
    asked = read_questions(questions, number) if questions.exists() else Questions({}, {})
    words = read_translation(folder, language())
    quizzes = [*asked.quizzes.values(), *getattr(from_code, "QUIZZES", ())]
    predictions = [*asked.predictions.values(), *getattr(from_code, "PREDICTIONS", ())]
    return Lesson(
        number,
        tuple(map(words.exercise, exercises)),
        _in_order(map(words.question, quizzes)),
        _in_order(map(words.question, predictions)),
        words.exercise(target) if target else None,
        words.ending(asked.ending),
        asked.objectives,
    )


def _module(name: str) -> ModuleType | None:
    """The module of that name, or None where there is no such file."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name:
            raise
        return None


def _in_order(items: Iterable[Item]) -> tuple[Item, ...]:
    """Items by the number at the end of their id: 14-p2 stands before 14-p10."""
    return tuple(sorted(items, key=lambda item: int(item.id[4:])))
