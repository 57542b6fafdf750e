"""Lesson 15: the checklist points to lessons and controls, and no answer breaks its tables."""

import csv
import io

import pytest

from labutils.incident.inventory import controls
from labutils.stage.checklist import as_csv, as_markdown, checklist


def test_every_line_of_the_checklist_points_to_a_lesson_and_to_public_controls():
    lines = checklist()
    known = {number for control in controls().values() for number in control.nist} | {
        "SC-23",
        "AU-12",
        "AU-6",
    }
    assert len({line.id for line in lines}) == len(lines) >= 12
    for line in lines:
        assert line.ask.endswith("?") and line.proof.endswith(".") and line.lesson.isdigit()
        assert set(line.nist) <= known and all(number.count(".") == 1 for number in line.cis)


@pytest.mark.parametrize(
    ("line", "nist", "cis"),
    [  # looked up in SP 800-53 release 5.2.0 and in CIS Controls v8.1
        ("recordings", ("IA-5",), ("3.1", "3.13")),
        ("sessions", ("SC-23",), ()),
        ("console-and-api", ("AC-3",), ("16.10",)),
        ("inventory", ("IA-5", "AC-2"), ("5.1", "5.5")),
        ("token-binding", ("SC-23", "IA-9"), ("6.3",)),
        ("new-accounts", ("AC-2", "SI-4"), ("8.11", "13.1")),
        ("egress", ("AU-12", "SC-7"), ("13.3", "13.6")),
    ],
)
def test_a_line_stands_for_the_controls_that_are_about_it(line, nist, cis):
    stands_for = next((one.nist, one.cis) for one in checklist() if one.id == line)
    assert stands_for == (nist, cis)


def test_the_checklist_is_exported_with_the_answers_and_no_answer_breaks_the_table():
    answers = {"rotation": "yes | Ada\nsays so", "egress": "=HYPERLINK(1)"}
    markdown = as_markdown(answers).splitlines()
    assert len(markdown) == len(checklist()) + 2 and any(
        "yes \\| Ada says so" in line for line in markdown
    )
    rows = {row[0]: row for row in csv.reader(io.StringIO(as_csv(answers)))}
    assert rows["rotation"][2] == answers["rotation"] and rows["egress"][2] == "'=HYPERLINK(1)"
    with pytest.raises(KeyError, match="no line 'coffee'"):
        as_csv({"coffee": "yes"})


@pytest.mark.parametrize(
    ("control", "nist"),
    [
        ("recordings_cleaned", ("IA-5",)),
        ("console_managed_devices", ("AC-20", "CM-8")),
        ("service_tokens_bound", ("SC-23", "IA-9")),
    ],
)
def test_a_decision_stands_for_the_controls_that_are_about_it(control, nist):
    assert controls()[control].nist == nist
