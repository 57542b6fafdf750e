"""Evictions, the proof of completeness, key changes, and the checklist."""
import csv
import io

import pytest

from labutils.classroom.lessons import codered
from labutils.incident.inventory import controls
from labutils.lab import seconds

LATER = seconds("2023-11-14T00:00:00Z")


def test_nothing_comes_back_where_the_root_goes_first_and_something_does_in_every_other_order():
    for one in codered.evictions():
        assert bool(one.put_back) == (one.order[0] != "service account")
        assert one.removals == 3 + len(one.put_back) and one.minutes == one.removals * codered.REMOVAL


def test_the_proof_finds_what_belief_left_and_is_empty_only_when_all_is_replaced():
    held = codered.inventory()
    assert len(held) == len({one.id for one in held}) == 3000
    believed = [one for one in held if one.last_used is None]
    assert {one.id for one in codered.still_valid(believed, LATER)} == set(codered.UNUSED)
    assert codered.still_valid([codered.Held("a", "key", "", LATER, LATER + 9, None)], LATER) == []  # issued after the notice
    assert codered.still_valid([codered.Held("a", "key", "", 0, LATER, None)], LATER) == []  # over


@pytest.mark.parametrize(("wait", "breaks"), [(0, True), (10, False)])
def test_a_key_that_is_dropped_at_once_breaks_what_it_signed(wait, breaks):
    assert bool(codered.change_key(wait)) is breaks


def test_every_line_of_the_checklist_points_to_a_lesson_and_to_public_controls():
    lines = codered.checklist()
    known = {number for control in controls().values() for number in control.nist} | {"SC-23", "CM-8", "AC-19", "AU-12", "AU-6"}
    assert len({line.id for line in lines}) == len(lines) >= 12
    for line in lines:
        assert line.ask.endswith("?") and line.proof.endswith(".") and line.lesson.isdigit()
        assert set(line.nist) <= known and all(number.count(".") == 1 for number in line.cis)


def test_the_checklist_is_exported_with_the_answers_and_no_answer_breaks_the_table():
    answers = {"rotation": "yes | Ada\nsays so", "egress": "=HYPERLINK(1)"}
    markdown = codered.as_markdown(answers).splitlines()
    assert len(markdown) == len(codered.checklist()) + 2 and any("yes \\| Ada says so" in line for line in markdown)
    rows = {row[0]: row for row in csv.reader(io.StringIO(codered.as_csv(answers)))}
    assert rows["rotation"][2] == answers["rotation"] and rows["egress"][2] == "'=HYPERLINK(1)"
    with pytest.raises(KeyError, match="no line 'coffee'"):
        codered.as_csv({"coffee": "yes"})
