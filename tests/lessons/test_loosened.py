"""Judges under attack: each check of each model solution, loosened as people loosen it.

A looser answer is refused, or stands in its lesson's answers.py under LOOSER with the reason why
nobody could object. `python tests/lessons/test_loosened.py` prints the numbers by kind and by item.
"""

import ast
import sys
from collections import Counter
from functools import cache
from pathlib import Path

if __name__ == "__main__":
    HERE = Path(__file__).resolve().parents[2]
    sys.path[:0] = [str(HERE / "tests" / "helpers"), str(HERE / "tools"), str(HERE)]

import pytest
from answers import BOOKS, FUNCTIONS, answer_of, by_id, tools
from loosening import NOTE, Seen, loosened, watched
from mutants import Mutant

from labutils.classroom import exercises
from labutils.classroom.judging import PASSED
from labutils.classroom.registry import Exercise

SHARE = 0.03  # of the looser answers may pass, each with its reason
FEW = 34  # where a kind has fewer, one may


@cache
def looser(identifier: str) -> list[Mutant]:
    """The looser versions of a model solution, by what its comparisons meet while it is judged."""
    exercise = next(one for one in FUNCTIONS if one.id == identifier)
    seen, namespace = Seen(), tools(identifier[:2])
    namespace[NOTE] = seen.note
    exec(compile(watched(exercise.solution), "cell", "exec"), namespace)
    names = [one.name for one in ast.parse(exercise.solution).body if hasattr(one, "name")]
    assert exercises.verdict(exercise, namespace[names[-1]])[0] is PASSED
    return loosened(exercise.solution, seen)


@cache
def passing(identifier: str) -> list[Mutant]:
    """Those of them that the judge lets pass."""
    exercise = next(one for one in FUNCTIONS if one.id == identifier)
    return [mutant for mutant in looser(identifier) if passes(exercise, mutant.source)]


def passes(exercise: Exercise, source: str) -> bool:
    try:
        answer = answer_of(exercise, source)
    except Exception:
        return False  # the cell itself fails: the learner sees it
    return exercises.verdict(exercise, answer)[0] is PASSED


def reasons(identifier: str) -> dict[str, str]:
    return BOOKS[identifier[:2]].get("LOOSER", {}).get(identifier, {})


@pytest.mark.parametrize("exercise", FUNCTIONS, ids=by_id)
def test_a_looser_answer_is_refused_or_listed_with_its_reason(exercise):
    alive = {mutant.change for mutant in passing(exercise.id)}
    listed = set(reasons(exercise.id))
    assert alive <= listed, f"{exercise.id}: these looser answers pass: {sorted(alive - listed)}"
    assert listed <= alive, f"{exercise.id}: a reason for what is refused: {listed - alive}"
    assert len(listed) <= 1


def test_three_in_a_hundred_pass_at_most_and_one_of_a_kind_that_is_rare():
    every = Counter(mutant.kind for one in FUNCTIONS for mutant in looser(one.id))
    alive = Counter(mutant.kind for one in FUNCTIONS for mutant in passing(one.id))
    assert every.total() > 200 and alive.total() <= SHARE * every.total()
    for kind, count in every.items():
        assert alive[kind] <= max(1, SHARE * count), kind


def main() -> None:
    """Print how many looser answers there are and how many pass, by kind and by item."""
    rows = [(one.id, looser(one.id), passing(one.id)) for one in FUNCTIONS]
    for name, every, alive in rows:
        if every:
            print(f"{name:<8} {len(alive):>3} of {len(every):>3} pass")
            for mutant in alive:
                print(f"    line {mutant.line}, {mutant.kind}: {mutant.change}")
    kinds = Counter(mutant.kind for _, every, _ in rows for mutant in every)
    passed = Counter(mutant.kind for _, _, alive in rows for mutant in alive)
    for kind, count in kinds.items():
        print(f"{kind:<18} {passed[kind]:>3} of {count:>3} pass")
    print(f"{'all':<18} {passed.total():>3} of {kinds.total():>3} pass")


if __name__ == "__main__":
    main()
