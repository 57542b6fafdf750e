"""What a scorer knows of a world, read from its folder."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scored_worlds import DAY, START, event, world

from labutils.incident.ground_truth import NotAWorld, read_ground_truth
from labutils.lab import seconds

FIRST = seconds(START) // DAY


@given(st.lists(st.integers(0, 6 * DAY), max_size=60))
def test_the_days_are_those_on_which_something_was_logged(tmp_path_factory, moments):
    moments.sort()
    folder = world(tmp_path_factory.mktemp("world"), [event(after) for after in moments])
    assert read_ground_truth(folder).days == tuple(
        sorted({FIRST + after // DAY for after in moments})
    )


def test_days_of_several_logs_count_once(tmp_path):
    folder = world(tmp_path, [event(0), event(3 * DAY)])
    later = [{"eventTime": f"2023-11-1{day}T09:00:00Z"} for day in (4, 5)]
    lines = "".join(json.dumps(one) + "\n" for one in later)
    (folder / "cloudtrail.jsonl").write_text(lines, encoding="utf-8")
    truth = read_ground_truth(folder)
    assert truth.days == (FIRST, FIRST + 1, FIRST + 3) and truth.events == 4


def test_each_line_has_its_time_and_its_actor_in_whatever_order_they_are_asked(tmp_path):
    people = ["ada", "tom", "bö", "ada"]
    events = [event(1000 * place, who) for place, who in enumerate(people)]
    truth = read_ground_truth(world(tmp_path, events))
    for line in (3, 1, 4, 2, 2):
        assert truth.time(f"okta:{line}") == seconds(START) + 1000 * (line - 1)
        assert truth.actor(f"okta:{line}") == f"{people[line - 1]}@company.example"


def test_the_last_line_needs_no_end(tmp_path):
    folder = world(tmp_path, [event(0), event(DAY, "tom")])
    text = (folder / "okta.jsonl").read_text(encoding="utf-8")
    (folder / "okta.jsonl").write_text(text.rstrip("\n"), encoding="utf-8")
    truth = read_ground_truth(folder)
    assert (truth.events, truth.actor("okta:2")) == (2, "tom@company.example")


@pytest.mark.parametrize("name", ["okta:0", "okta:3", "okta:-1", "okta:x", "okta", "jira:1", ""])
def test_an_id_of_no_line_is_named(tmp_path, name):
    truth = read_ground_truth(world(tmp_path, [event(0), event(1)]))
    with pytest.raises(NotAWorld, match="is not an event of"):
        truth.time(name)
    with pytest.raises(NotAWorld, match="is not an event of"):
        truth.actor(name)


def test_a_line_that_is_no_event_is_named_when_it_is_asked_for(tmp_path):
    folder = world(tmp_path, [event(place) for place in range(40)])
    lines = (folder / "okta.jsonl").read_bytes().splitlines(keepends=True)
    lines[16] = b"\xff{}\n"
    (folder / "okta.jsonl").write_bytes(b"".join(lines))
    truth = read_ground_truth(folder)
    assert truth.time("okta:16") == seconds(START) + 15
    with pytest.raises(NotAWorld, match=r"okta\.jsonl, line 17: is not an event with a time"):
        truth.time("okta:17")
