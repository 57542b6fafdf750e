"""A sealed world: it counts right answers, and gives none away."""

import json

import pytest
from scored_worlds import STEPS, event, world

from labutils.incident.ground_truth import NotAWorld
from labutils.incident.self_check import check, seal


@pytest.fixture
def sealed(tmp_path):
    truth = {3: STEPS[0], 4: STEPS[0], 7: STEPS[1]}
    return seal(world(tmp_path, [event(place) for place in range(9)], truth), "a salt")


def test_right_ids_are_counted_with_their_steps(sealed):
    checked = check(["okta:3", "okta:4", "okta:5"], sealed)
    assert (checked.right, checked.ids, checked.steps, checked.all_steps) == (2, 3, 1, 2)
    assert str(checked) == (
        "2 of 3 events belong to the attack; they are of 1 of its 2 logged steps"
    )


def test_an_id_counts_once(sealed):
    assert check(["okta:7", "okta:7"], sealed).right == 1


def test_the_seal_names_no_event_and_no_fact(sealed):
    text = sealed.read_text(encoding="utf-8")
    assert "okta" not in text and not any(fact in text for fact in STEPS)


def test_the_order_of_the_seal_says_nothing_about_the_order_of_the_events(sealed):
    hashes = list(json.loads(sealed.read_text(encoding="utf-8"))["events"])
    assert len(hashes) == 3 and hashes == sorted(hashes)


def test_another_salt_gives_another_seal(tmp_path):
    folder = world(tmp_path, [event()], {1: STEPS[0]})
    assert seal(folder, "one").read_bytes() != seal(folder, "two").read_bytes()


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"salt": "s", "events": 1}'])
def test_what_is_no_seal_is_refused(tmp_path, content):
    (tmp_path / "sealed.json").write_text(content, encoding="utf-8")
    with pytest.raises(NotAWorld, match="is not the seal of a world"):
        check(["okta:1"], tmp_path / "sealed.json")
