"""Which mistake each wrong answer is told of: slips of the solutions, and the batteries' answers;
and how many steps a trial has.

`python tests/helpers/told.py` writes told.yaml, in tests/lessons. Look at its diff: a line that
changed is a learner who is told something else from now on, and a smaller number a case that is
tried no more.
"""

import pathlib
import sys
from functools import cache

if __name__ == "__main__":
    ROOT = pathlib.Path(__file__).resolve().parents[2]
    sys.path[:0] = [str(ROOT / "tests" / "helpers"), str(ROOT / "tools"), str(ROOT)]

import yaml
from answers import FUNCTIONS, small_changes
from batteries import battery_verdicts, named
from mutants import mutants
from places import LESSONS, NUMBERS

from labutils.classroom.course import lesson
from labutils.classroom.derived import Played, answer_of
from labutils.classroom.judging import Tried, Verdict
from labutils.classroom.registry import Exercise

RECORD = LESSONS / "told.yaml"
EVERY = 3  # one slip in three is recorded: as many as `make test` tries
HEAD = (
    "# What wrong answers are told of, and how many steps a trial has: `tests/helpers/told.py`.\n"
)


@cache
def record() -> dict[str, dict]:
    """What was told before, by kind of answer and exercise."""
    return yaml.safe_load(RECORD.read_text(encoding="utf-8"))


def word(verdict: Verdict) -> str:
    """What an answer is told of: the mistake, or else what it comes to."""
    return verdict.mistake or f"({verdict.kind})"


def of_slips(exercise: Exercise) -> list[str]:
    """What small changes of a solution are told of; whose cell itself fails is told nothing."""
    verdicts = {mutant.source: verdict for mutant, verdict in small_changes(exercise)}
    sources = [mutant.source for mutant in mutants(exercise.solution)[::EVERY]]
    return [word(verdicts[one]) if one in verdicts else "(no cell)" for one in sources]


def of_battery(identifier: str) -> list[str]:
    """What the wrong answers of a battery are told of."""
    return [word(one) for one in battery_verdicts(identifier).values()]


def changed(kind: str, identifier: str, words: list[str]) -> str:
    """A sentence where an exercise that stands in the record tells something else; else nothing."""
    before = record()[kind].get(identifier, words)
    return "" if before == words else (
        f"{identifier}: these answers were told of {before}, and now of {words}. Where that is "
        "better, write it down: python tests/helpers/told.py"
    )  # fmt: skip


def steps(exercise: Exercise) -> int:
    """How many steps the trial of a model solution has."""
    answer = answer_of(f"{exercise.imports}\n{exercise.solution}")
    return len(Played(exercise.trial, Tried(answer) if callable(answer) else answer).whole())


def main() -> None:
    """Write the record afresh."""
    every = [one for number in NUMBERS for one in lesson(number).exercises]
    kinds = {
        "slips": {one.id: of_slips(one) for one in every if one in FUNCTIONS},
        "steps": {one.id: steps(one) for one in every},
        "battery": {name: of_battery(name) for name in named("wrong")},
    }
    text = yaml.safe_dump(kinds, sort_keys=False, width=100, default_flow_style=None)
    RECORD.write_text(HEAD + text, encoding="utf-8")


if __name__ == "__main__":
    main()
