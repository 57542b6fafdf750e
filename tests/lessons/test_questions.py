"""What each judge asks, and which mistakes it names: no question is lost or changed by accident.

Both are in questions.json: the mistakes that have a sentence, how often a judge calls the model
solution, for which mistakes it has cases, a fingerprint of all that it asks, and how many small
changes of the solution make each mistake. Whoever changes a judge on purpose writes the list anew,
by `python tests/lessons/test_questions.py`, and reads in its diff what has changed.
"""

import dataclasses
import hashlib
import json
import re
import sys
from base64 import urlsafe_b64decode
from collections import Counter
from pathlib import Path

if __name__ == "__main__":
    HERE = Path(__file__).resolve().parents[2]
    sys.path[:0] = [str(HERE / "tests" / "helpers"), str(HERE / "tools"), str(HERE)]

import pytest
from answers import CHANGED, FUNCTIONS, LIST, QUESTIONS, answer_of, by_id, named, small_changes
from places import NUMBERS

from labutils.classroom.course import lesson
from labutils.classroom.exercises import COMMON
from labutils.classroom.judging import Case, Tried, Verdict

CHECKED = [item for number in NUMBERS for item in lesson(number).checked]
UNFORESEEN = {"None", "other", *COMMON}
SIGNED = re.compile(r"\b(ey[\w-]+)\.(ey[\w-]+)\.[\w-]+")


def as_it_is_asked(value):
    """An argument in words that are the same in every process."""
    if isinstance(value, list | tuple):
        return [as_it_is_asked(one) for one in value]
    if isinstance(value, set | frozenset):
        return sorted(map(repr, value))
    if isinstance(value, dict):
        return [[as_it_is_asked(one) for one in pair] for pair in value.items()]
    if is_a_fact(value):
        fields = [getattr(value, field.name) for field in dataclasses.fields(value)]
        return [type(value).__name__, *map(as_it_is_asked, fields)]
    if isinstance(value, str):
        return SIGNED.sub(without_what_is_new, value)
    is_plain = value is None or isinstance(value, int | float | bytes)
    return repr(value) if is_plain else type(value).__name__


def without_what_is_new(token):
    """A token without its signature and `jti`, which some judges make anew each time."""
    try:
        claims = json.loads(urlsafe_b64decode(token[2] + "=="))
    except ValueError:
        return token[0]
    claims = [pair for pair in claims.items() if pair[0] != "jti"]
    return f"{token[1]}.{claims}"


def is_a_fact(value):
    """Whether a value is a frozen dataclass: what can change, such as an app, is no question."""
    parameters = getattr(value, "__dataclass_params__", None)
    return parameters is not None and parameters.frozen and not isinstance(value, type)


def fingerprint(questions):
    return hashlib.sha256(repr(questions).encode()).hexdigest()[:12]


class Asked:
    """A model solution that notes what it is asked, and which cases the judge has."""

    def __init__(self, exercise):
        self.calls, self.cases = [], []
        self.function = answer_of(exercise, exercise.solution)

    def __call__(self, *arguments, **named):
        self.calls.append(as_it_is_asked([arguments, named]))
        return self.function(*arguments, **named)

    def note(self, case):
        self.cases.append(case)


def asked(exercise):
    """What a judge asks of the model solution."""
    answer, build = Asked(exercise), Case.__init__

    def noted(case, *arguments, **named):
        build(case, *arguments, **named)
        answer.note(case)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Case, "__init__", noted)
        verdict = exercise.judge(Tried(answer))
    assert isinstance(verdict, Verdict) and verdict.kind == "passed", verdict
    return answer


def questions(exercise):
    """How often the model solution is called, which mistakes the cases are for, and what is
    asked."""
    answer = asked(exercise)
    cases = [as_it_is_asked([one.want, one.mistake]) for one in answer.cases]
    return {
        "calls": len(answer.calls),
        "cases": dict(sorted(Counter(str(case.mistake) for case in answer.cases).items())),
        "fingerprint": fingerprint([answer.calls, cases]),
    }


@pytest.mark.parametrize("exercise", FUNCTIONS, ids=by_id)
def test_a_judge_asks_what_is_listed(exercise):
    listed = dict(QUESTIONS[exercise.id])
    del listed["named"]  # which test_answers.py compares
    assert {"mistakes": [*exercise.mistakes], **questions(exercise)} == listed, CHANGED


def test_each_judged_item_has_sentences_for_the_mistakes_that_are_listed():
    assert {item.id: list(item.mistakes) for item in CHECKED} == {
        item.id: QUESTIONS[item.id]["mistakes"] for item in CHECKED
    }, CHANGED


def test_there_is_a_sentence_for_the_mistake_of_each_case():
    """A case that nobody foresaw a mistake for has none, or `other`."""
    unsaid = {
        exercise.id: mistakes
        for exercise in FUNCTIONS
        if (mistakes := {*QUESTIONS[exercise.id]["cases"]} - {*exercise.mistakes, *UNFORESEEN})
    }
    assert unsaid == {}


def main():
    """Write the list anew."""
    rows = {item.id: {"mistakes": [*item.mistakes]} for item in CHECKED}
    for exercise in FUNCTIONS:
        rows[exercise.id] |= questions(exercise) | {"named": named(small_changes(exercise))}
    lines = [f"{json.dumps(name)}: {json.dumps(row)}" for name, row in rows.items()]
    text = "{\n" + ",\n".join(lines) + "\n}\n"
    LIST.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
