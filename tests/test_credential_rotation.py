"""Lesson 15: a rotation as the list has it, as the doors have it, and a change of signing keys."""

import pytest

from labutils.lab import seconds
from labutils.stage import credential_rotation as rotation

NOTICE, LATER = seconds(rotation.NOTICE), seconds("2023-11-14T00:00:00Z")


def test_belief_leaves_four_and_their_old_secrets_open_their_doors():
    records = rotation.inventory()
    assert len(records) == len({one.id for one in records}) == 3000
    services = rotation.Services(records)
    assert rotation.still_accepted(services, records) == list(records)
    after = [services.rotate(one, NOTICE) if one.last_used else one for one in records]
    two_keys = {one.id for one in records if one.kind == "API key" and one.owner == "team-07"}
    assert {one.id for one in rotation.still_accepted(services, records)} == set(
        rotation.UNUSED
    ) | two_keys
    assert {one.id for one in rotation.still_valid(after, NOTICE, LATER)} == set(rotation.UNUSED)


def test_a_list_that_says_replaced_is_no_proof_and_a_try_at_the_door_is():
    """A row is what somebody wrote down. The old secret at its door is what is true."""
    records = rotation.inventory()
    services = rotation.Services(records)
    after = [services.rotate(one, NOTICE) for one in records]
    assert rotation.still_valid(after, NOTICE, LATER) == []
    half_done = rotation.still_accepted(services, records)
    assert half_done and all(one.kind == "API key" and one.owner == "team-07" for one in half_done)
    for one in half_done:
        services.remove_old(one)
    assert rotation.still_accepted(services, records) == []
    assert all(services.accepts(one, f"the new secret of {one.id}") for one in records)


def test_what_the_intruder_made_is_found_only_up_to_the_hour_at_which_he_was_out():
    """The notice is the wrong cut-off: whoever is inside makes credentials of his own after it."""
    out = seconds("2023-11-24T11:59:00Z")
    assert rotation.still_valid([rotation.MADE_INSIDE], NOTICE, out) == []
    assert rotation.still_valid([rotation.MADE_INSIDE], out, out) == [rotation.MADE_INSIDE]
    assert (
        rotation.still_valid([rotation.CredentialRecord("a", "key", "", 0, out, None)], out, out)
        == []
    )  # over


@pytest.mark.parametrize(("wait", "breaks"), [(0, True), (10, False)])
def test_a_key_that_is_dropped_at_once_breaks_what_it_signed(wait, breaks):
    assert bool(rotation.change_key(wait)) is breaks
