"""The answers that stand in each lesson's answers.py, and how an exercise judges one."""

import ast
import runpy
from functools import cache

import how_many
import lessons
from mutants import Mutant, mutants
from places import NUMBERS

from labutils.classroom import exercises
from labutils.classroom.course import lesson
from labutils.classroom.judging import Verdict
from labutils.classroom.registry import Exercise

BOOKS = {number: runpy.run_path(str(lessons.tests_of(number) / "answers.py")) for number in NUMBERS}


def tools(number: str) -> dict:
    """What the lesson's cells have imported before an exercise."""
    namespace: dict = {}
    exercises = lesson(number).exercises
    exec(exercises[0].imports if exercises else "", namespace)
    return namespace


def answer_of(exercise: Exercise, source: str) -> object:
    """What a cell with that source leaves as the answer."""
    namespace = tools(exercise.id[:2])
    exec(compile(source, "cell", "exec"), namespace)
    if "answer" in namespace:
        return namespace["answer"]
    body = ast.parse(source).body
    if exercise.kind == "value":
        return namespace[ast.unparse(body[-1].targets[0])]
    return namespace[[node.name for node in body if isinstance(node, ast.FunctionDef)][-1]]


def judged(exercise: Exercise, source: str) -> Verdict:
    return exercises.verdict(exercise, answer_of(exercise, source))[0]


def small_changes(exercise: Exercise) -> list[tuple[Mutant, Verdict]]:
    """Mutants of the model solution with the verdict on each; one in three, or all in test-all."""
    return _small_changes(exercise.id)


@cache
def _small_changes(identifier: str) -> list[tuple[Mutant, Verdict]]:
    exercise, changes = next(one for one in FUNCTIONS if one.id == identifier), []
    for mutant in how_many.some(mutants(exercise.solution)):
        try:
            changes.append((mutant, judged(exercise, mutant.source)))
        except Exception:
            continue  # the cell itself fails: the learner sees it
    return changes


def functions() -> list[Exercise]:
    course = [found for number in BOOKS if (found := lesson(number))]
    return [e for each in course for e in each.exercises if e.kind == "function"]


FUNCTIONS = functions()


def of(exercise: Exercise, name: str) -> dict:
    """What the book of the lesson has under this name for an exercise."""
    return BOOKS[exercise.id[:2]].get(name, {}).get(exercise.id, {})


def by_id(item: object) -> str:
    return item.id if isinstance(item, Exercise) else str(item)
