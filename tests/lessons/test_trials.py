"""Sheets and trials: what holds for each exercise, whatever it is about."""

import ast
import re
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import combinations
from typing import Any

import httpx
import jwt
import pytest
import told
from answers import by_id
from joserfc.errors import JoseError
from places import NUMBERS, ROOT

from labutils.classroom import exercises
from labutils.classroom.course import lesson
from labutils.classroom.derived import Played, answer_of
from labutils.classroom.exercises import COMMON
from labutils.classroom.judging import Tried
from labutils.classroom.registry import Exercise
from labutils.classroom.trying import USUAL, Observed, alike

TRIED = [one for number in NUMBERS for one in lesson(number).exercises if one.trial]
ANYBODYS = {*COMMON, "other"}  # mistakes that no exercise needs a sentence of its own for


@cache
def trace(identifier: str, mistake: str = "") -> tuple[Observed, ...]:
    """What is seen of the model solution, or of the answer that makes a mistake."""
    exercise = next(one for one in TRIED if one.id == identifier)
    source = (
        exercise.mistakes[mistake][1] if mistake else f"{exercise.imports}\n{exercise.solution}"
    )
    answer = answer_of(source)
    assert exercise.trial
    return Played(exercise.trial, Tried(answer) if callable(answer) else answer).whole()


@pytest.mark.parametrize("exercise", TRIED, ids=by_id)
def test_the_code_of_a_mistake_ends_with_its_answer(exercise: Exercise) -> None:
    for mistake, (_, source) in exercise.mistakes.items():
        last = ast.parse(source).body[-1]
        ends = getattr(last, "name", "") or ast.unparse(getattr(last, "targets", [last])[0])
        assert ends == "answer", (
            f"{exercise.id}: the code of {mistake!r} ends with {ends}. Let its last statement bind "
            "`answer`, with which the trial is played."
        )


def looks_alike(one: tuple[Observed, ...], other: tuple[Observed, ...]) -> bool:
    same = (alike(a.seen, b.seen) for a, b in zip(one, other, strict=False))
    return len(one) == len(other) and all(same)


@pytest.mark.parametrize("exercise", TRIED, ids=by_id)
def test_a_trial_shows_the_same_of_the_same_answer(exercise: Exercise) -> None:
    once = trace(exercise.id)
    trace.cache_clear()
    again = trace(exercise.id)
    assert once and [one.case for one in once] == [one.case for one in again]
    assert looks_alike(once, again)


@pytest.mark.parametrize("exercise", TRIED, ids=by_id)
def test_all_mistakes_look_different_from_each_other_and_from_the_solution(
    exercise: Exercise,
) -> None:
    for mistake in exercise.mistakes:
        assert not looks_alike(trace(exercise.id, mistake), trace(exercise.id)), (
            f"{exercise.id}: the trial shows the same of {mistake!r} as of the solution. Try a "
            "case in which it is wrong, or drop the mistake."
        )
    for one, other in combinations(exercise.mistakes, 2):
        assert not looks_alike(trace(exercise.id, one), trace(exercise.id, other)), (
            f"{exercise.id}: the trial shows the same of {one!r} and {other!r}. Try a case that "
            "tells them apart, or keep one of them."
        )


def abouts(step: Observed) -> Iterator[str]:
    """The mistakes that a step names."""
    yield from step.about.values() if isinstance(step.about, Mapping) else [step.about]


@pytest.mark.parametrize("exercise", TRIED, ids=by_id)
def test_there_is_a_sentence_for_each_mistake_that_a_trial_names(exercise: Exercise) -> None:
    named = {one for step in trace(exercise.id) for one in abouts(step) if one}
    without = named - ANYBODYS - {*exercise.mistakes}
    assert not without, (
        f"{exercise.id}: steps of {exercise.trial.__name__} are about {sorted(without)}. Write "
        "each among the mistakes of exercises.yaml, or do not name it."
    )


@pytest.mark.parametrize("exercise", TRIED, ids=by_id)
def test_a_trial_has_lost_no_step(exercise: Exercise) -> None:
    now = len(trace(exercise.id))
    before = told.record()["steps"].get(exercise.id, now)
    assert now >= before, (
        f"{exercise.id}: its trial had {before} steps, and has {now}. Where that is "
        "meant, write it down: python tests/helpers/told.py"
    )


class Watched(Tried):
    """A model solution that notes of what kinds its arguments are."""

    kinds: frozenset[str] = frozenset()

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        for one in (*arguments, *named.values()):
            self.kinds |= {"client"} if isinstance(one, httpx.Client) else set()
            self.kinds |= {"collection"} if isinstance(one, list | tuple | set | dict) else set()
        return super().__call__(*arguments, **named)


def wanted(exercise: Exercise) -> set[str]:
    """What a trial is to do: by what an answer is given."""
    if exercise.kind == "value":
        return set()  # what is handed in is looked at, and not called
    answer = Watched(answer_of(f"{exercise.imports}\n{exercise.solution}"))
    assert exercise.trial
    list(exercise.trial(answer))
    of_a_client = {"elsewhere", "refused"} if "client" in answer.kinds else set()
    of_a_collection = {"large"} if "collection" in answer.kinds else set()
    return {"again", "edge"} | of_a_client | of_a_collection


@pytest.mark.parametrize("exercise", TRIED, ids=by_id)
def test_a_trial_does_what_every_trial_does_or_says_why_not(exercise: Exercise) -> None:
    done = {step.usual for step in trace(exercise.id)} - {""}
    assert done <= {*USUAL}
    left = wanted(exercise) - done - {*exercise.without}
    assert not left, (
        f"{exercise.id}: its trial lacks {'; '.join(USUAL[one] for one in sorted(left))}. Mark "
        f"such a step `usual`, or say under `without` why not ({', '.join(sorted(left))})."
    )
    assert not done & {*exercise.without}, "a reason for what is done"
    assert all(len(reason) > 10 for reason in exercise.without.values())


# The verifiers of the course, and how each may refuse: a later cell takes that for an answer.
BY_VALUE, BY_ANY = (ValueError,), (jwt.PyJWTError, ValueError)
BY_READING = (LookupError, TypeError, AttributeError, PermissionError, RuntimeError)
REFUSALS = {
    **dict.fromkeys(("03-8", "13-2"), BY_VALUE),
    **dict.fromkeys(("02-1", "02-3", "04-4", "12-2"), BY_ANY),
    **dict.fromkeys(("11-4", "11-9"), (*BY_ANY, *BY_READING)),
    "02-8": (*BY_ANY, JoseError),
}


def test_a_refusal_of_a_learners_own_verifier_is_an_answer_and_no_failure() -> None:
    assert {one.id: {*one.refusal} for one in TRIED if one.refusal} == {
        name: {*errors} for name, errors in REFUSALS.items()
    }
    for name, errors in REFUSALS.items():
        exercise = next(one for one in TRIED if one.id == name)
        for error in errors:

            def refuses(*_: object, error: type[Exception] = error) -> None:
                raise error("not you")

            with pytest.raises(error, match="not you"):
                exercises.Yours(exercise, refuses, lambda *_: "the course's")()


def test_no_text_of_an_exercise_is_in_python() -> None:
    folder = ROOT / "labutils" / "lessons"
    made = re.compile(r"\b(Exercise|Target)\(")
    assert not [path.name for path in folder.rglob("*.py") if made.search(path.read_text("utf-8"))]
