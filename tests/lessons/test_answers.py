"""Judges: right answers in any style pass; small changes of them do not."""

import importlib
import importlib.util
import re
from inspect import isfunction

import pytest
import told
from answers import (
    FUNCTIONS,
    answer_of,
    by_id,
    of,
    small_changes,
)
from mutants import mutants

from labutils.classroom import exercises
from labutils.classroom.judging import PASSED

LET_IN = [exercise for exercise in FUNCTIONS if of(exercise, "WRONG")]
MISTAKEN = [exercise for exercise in FUNCTIONS if of(exercise, "MISTAKES")]


@pytest.mark.parametrize("exercise", FUNCTIONS, ids=by_id)
def test_the_model_solution_passes_and_three_right_ones_in_other_styles_do(exercise):
    others = of(exercise, "OTHER_RIGHT")
    assert len(others) >= 3, (
        f"{exercise.id} needs three right answers in other styles: OTHER_RIGHT of "
        f"tests/lessons/lesson_{exercise.id[:2]}/answers.py."
    )
    for source in (exercise.solution, *others):
        judged, words = exercises.verdict(exercise, answer_of(exercise, source))
        assert judged is PASSED, f"{words}\n{source}"


def given(exercise):
    """What a lesson uses until the learner has written it: its function of the solution's name."""
    name = re.findall(r"(?m)^def (\w+)\(", exercise.solution)[-1]
    package = f"labutils.lessons.lesson_{exercise.id[:2]}"
    is_in_beats = importlib.util.find_spec(f"{package}.start") is not None
    lesson = importlib.import_module(f"{package}.start" if is_in_beats else package)
    found = getattr(lesson, name, None)
    return found if isfunction(found) else None  # a module may have the name, too


@pytest.mark.parametrize("exercise", [*filter(given, FUNCTIONS)], ids=by_id)
def test_what_a_lesson_gives_first_is_right_by_the_judge_of_the_exercise(exercise):
    assert exercises.verdict(exercise, given(exercise))[0] is PASSED


@pytest.mark.parametrize("exercise", LET_IN, ids=by_id)
def test_an_answer_that_lets_an_attacker_in_is_shown_whom_and_why(exercise):
    for name, (mistake, source) in of(exercise, "WRONG").items():
        judged, words = exercises.verdict(exercise, answer_of(exercise, source))
        assert judged.kind in ("let_in", "differs") and judged.case, name
        assert words.startswith(judged.counterexample()), name
        assert words.endswith(exercise.sentence(mistake)), name


@pytest.mark.parametrize("exercise", FUNCTIONS, ids=by_id)
def test_each_small_change_of_the_solution_is_noticed(exercise):
    """Each fails, or is listed with a reason."""
    reasons = of(exercise, "EQUIVALENT")
    every, changes = mutants(exercise.solution), small_changes(exercise)
    alive = [
        f"line {mutant.line}: {mutant.change}"
        for mutant, verdict in changes
        if verdict is PASSED and mutant.change not in reasons
    ]
    assert not alive, f"{exercise.id}: these changes pass: {alive}"
    listed = [mutant.change for mutant in every if mutant.change in reasons]
    assert set(reasons) == set(listed), f"{exercise.id}: a reason for a change that is none"
    assert len(listed) <= max(1, 0.05 * len(every))


@pytest.mark.parametrize("exercise", FUNCTIONS, ids=by_id)
def test_a_small_change_of_the_solution_is_told_of_the_mistake_of_before(exercise):
    told_otherwise = told.changed("slips", exercise.id, told.of_slips(exercise))
    assert not told_otherwise, told_otherwise


MISSPELT = "def answer(*arguments):\n    return jwkset"


def nothing(*arguments: object) -> None:
    len(arguments)


@pytest.mark.parametrize("exercise", FUNCTIONS, ids=by_id)
def test_what_any_function_can_get_wrong_is_said_in_the_same_words(exercise):
    """A name that is not there, a `return` that was forgotten, the wrong number of arguments, and a
    result in place of the function."""
    name, words = exercises.verdict(exercise, answer_of(exercise, MISSPELT))
    assert name.kind == "raised"
    assert words.startswith("It raised NameError: name 'jwkset' is not defined (line 2 ")
    assert "\n" not in words  # and no lecture on the subject
    returned, words = exercises.verdict(exercise, nothing)
    assert returned is not PASSED
    assert re.fullmatch(r"It returned None( for .+)?\. Did you forget `return`\?", words)
    arguments, words = exercises.verdict(exercise, answer_of(exercise, "answer = lambda: True"))
    assert arguments is not PASSED
    assert "<lambda>() takes 0 positional arguments but " in words and "\n" not in words
    assert exercises.verdict(exercise, 42)[1] == exercises.NOT_A_FUNCTION


@pytest.mark.parametrize("exercise", MISTAKEN, ids=by_id)
def test_a_wrong_answer_as_learners_write_it_gets_the_sentence_of_its_mistake(exercise):
    for mistake, sources in of(exercise, "MISTAKES").items():
        for source in sources:
            verdict, words = exercises.verdict(exercise, answer_of(exercise, source))
            assert verdict is not PASSED and verdict.mistake == mistake, f"{words}\n{source}"
            assert exercise.mistakes[mistake][0] in words
