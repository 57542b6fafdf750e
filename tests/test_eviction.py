"""Evictions, the proof of completeness, key changes, and the checklist."""

import csv
import io

import pytest

from labutils.incident.inventory import controls
from labutils.lab import seconds
from labutils.stage import eviction

NOTICE, LATER = seconds(eviction.NOTICE), seconds("2023-11-14T00:00:00Z")


def test_nothing_comes_back_where_the_root_goes_first_and_something_does_in_every_other_order():
    for one in eviction.evictions():
        assert bool(one.put_back) == (one.order[0] != "service account")
        assert (
            one.removals == 3 + len(one.put_back) and one.minutes == one.removals * eviction.REMOVAL
        )


def test_belief_leaves_four_and_their_old_secrets_open_their_doors():
    held = eviction.inventory()
    assert len(held) == len({one.id for one in held}) == 3000
    doors = eviction.Doors(held)
    assert eviction.still_open(doors, held) == list(held)
    after = [doors.rotate(one, NOTICE) if one.last_used else one for one in held]
    two_keys = {one.id for one in held if one.kind == "API key" and one.owner == "team-07"}
    assert {one.id for one in eviction.still_open(doors, held)} == set(eviction.UNUSED) | two_keys
    assert {one.id for one in eviction.still_valid(after, NOTICE, LATER)} == set(eviction.UNUSED)


def test_a_list_that_says_replaced_is_no_proof_and_a_try_at_the_door_is():
    """A row is what somebody wrote down. The old secret at its door is what is true."""
    held = eviction.inventory()
    doors = eviction.Doors(held)
    after = [doors.rotate(one, NOTICE) for one in held]
    assert eviction.still_valid(after, NOTICE, LATER) == []
    half_done = eviction.still_open(doors, held)
    assert half_done and all(one.kind == "API key" and one.owner == "team-07" for one in half_done)
    for one in half_done:
        doors.remove_old(one)
    assert eviction.still_open(doors, held) == []
    assert all(doors.opens(one, f"the new secret of {one.id}") for one in held)


def test_what_the_intruder_made_is_found_only_up_to_the_hour_at_which_he_was_out():
    """The notice is the wrong cut-off: whoever is inside makes credentials of his own after it."""
    out = seconds("2023-11-24T11:59:00Z")
    assert eviction.still_valid([eviction.MADE_INSIDE], NOTICE, out) == []
    assert eviction.still_valid([eviction.MADE_INSIDE], out, out) == [eviction.MADE_INSIDE]
    assert (
        eviction.still_valid([eviction.Held("a", "key", "", 0, out, None)], out, out) == []
    )  # over


@pytest.mark.parametrize(("wait", "breaks"), [(0, True), (10, False)])
def test_a_key_that_is_dropped_at_once_breaks_what_it_signed(wait, breaks):
    assert bool(eviction.change_key(wait)) is breaks


def test_every_line_of_the_checklist_points_to_a_lesson_and_to_public_controls():
    lines = eviction.checklist()
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
    found = next(one for one in eviction.checklist() if one.id == line)
    assert (found.nist, found.cis) == (nist, cis)


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


def test_the_checklist_is_exported_with_the_answers_and_no_answer_breaks_the_table():
    answers = {"rotation": "yes | Ada\nsays so", "egress": "=HYPERLINK(1)"}
    markdown = eviction.as_markdown(answers).splitlines()
    assert len(markdown) == len(eviction.checklist()) + 2 and any(
        "yes \\| Ada says so" in line for line in markdown
    )
    rows = {row[0]: row for row in csv.reader(io.StringIO(eviction.as_csv(answers)))}
    assert rows["rotation"][2] == answers["rotation"] and rows["egress"][2] == "'=HYPERLINK(1)"
    with pytest.raises(KeyError, match="no line 'coffee'"):
        eviction.as_csv({"coffee": "yes"})
