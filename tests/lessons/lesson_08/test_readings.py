"""Grades of statements, and what a date can mean: the versions that the notebook gives."""

import pytest

from labutils.incident import ledger
from labutils.lab import seconds
from labutils.lessons.lesson_08.readings import bounds, contradictions, grade, graded_by


def test_of_the_four_questions_two_stay_open():
    grades = {question[0]: grade(members) for question, members in contradictions().items()}
    assert grades == {"A": "disputed", "B": "confirmed", "C": "confirmed", "D": "disputed"}


def test_a_source_that_was_only_cited_does_not_count():
    cited = {"kind": "original", "read": False, "says": "two"}
    retold = {"kind": "retelling", "read": True, "says": "one"}
    assert grade([cited]) == grade([]) == "unread"
    assert grade([cited, retold]) == "single"
    assert grade([cited, retold, retold]) == "reported"
    assert grade([cited | {"read": True}, retold]) == "confirmed"


def test_the_ledger_is_graded_line_by_line():
    lines = graded_by(grade).splitlines()
    soft = [fact for fact in ledger.facts() if fact.confidence in ("reported", "single")]
    assert len(lines) == 1 + len(soft)


@pytest.mark.parametrize(
    ("time", "precision", "first", "last"),
    [
        ("2023-11-14T09:22:49Z", "second", "2023-11-14T09:22:49Z", "2023-11-14T09:22:49Z"),
        ("2023-11-14T09:22:49Z", "minute", "2023-11-14T09:22:00Z", "2023-11-14T09:22:59Z"),
        ("2023-11-14", "day", "2023-11-14T00:00:00Z", "2023-11-14T23:59:59Z"),
    ],
)
def test_a_time_is_a_band_as_wide_as_its_precision(time, precision, first, last):
    assert bounds(time, precision) == (seconds(first), seconds(last))


def test_a_precision_that_nobody_knows_is_refused():
    with pytest.raises(KeyError):
        bounds("2023-11-14", "week")
