"""What two servers that others wrote said of the course's proofs, and what the course says."""

import pytest

from labutils.lessons.lesson_11 import differing
from labutils.lessons.lesson_11.hostile_proofs import disputed_proofs, honest_proofs
from labutils.lessons.lesson_11.one_check_off import refusal
from labutils.stage.recorded import OURS, recorded

ROWS = recorded("proofs")["rows"]


@pytest.mark.parametrize("case", differing.asked_of_others(), ids=lambda case: case.name)
def test_the_course_still_says_what_is_recorded_of_it(case):
    assert (refusal(case) or None) == ROWS[case.name][OURS]


def test_each_proof_of_the_lesson_was_asked_about():
    assert [case.name for case in differing.asked_of_others()] == list(ROWS)


@pytest.mark.parametrize("case", honest_proofs(), ids=lambda case: case.name)
def test_what_the_course_calls_honest_gets_in_everywhere(case):
    if case in differing.asked_of_others():
        assert set(ROWS[case.name].values()) == {None}


def test_a_proof_that_somebody_else_refuses_is_called_disputed():
    assert [(case.name, differing.letting_in(case.name)) for case in disputed_proofs()] == [
        ("exp in the past", []),
        ("a nonce nobody asked for", ["oauth4webapi 3.8.8"]),
    ]
    assert not any(refusal(case) for case in disputed_proofs())


def test_a_check_that_lets_everything_in_differs_from_both_where_they_refuse():
    rows = differing.rows(lambda *_: True)
    assert [row["proof"] for row in rows] == [
        name for name in ROWS if len(differing.letting_in(name)) < 2
    ]
    assert {row["yours"] for row in rows} == {"lets in"}
    assert all("refuses" in row.values() for row in rows)
