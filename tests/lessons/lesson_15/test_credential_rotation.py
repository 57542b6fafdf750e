"""Lesson 15: a rotation as the list has it, as the doors have it, and a change of signing keys."""

import pytest
from tables import table

from labutils.lab import seconds
from labutils.lessons.lesson_15 import credential_rotation as rotation

NOTICE, OUT = seconds(rotation.NOTICE), seconds(rotation.OUT)


def opens(doors, records):
    return {door for secret, door in rotation.old_secrets(records) if answer(doors, door) == 200}


def answer(doors, name):
    return doors.knock(rotation.old_secret(name), name).status_code


def test_before_the_rotation_each_old_secret_opens_its_door_but_for_those_that_do_not_answer():
    records = rotation.inventory()
    doors = rotation.Doors(records)
    silent = {one.id for one in records if answer(doors, one.id) == 503}
    assert len(records) == len({one.id for one in records}) == 3000
    assert opens(doors, records) == {one.id for one in records} - silent and silent


def test_a_list_that_says_replaced_is_no_proof_and_a_try_at_the_door_is():
    """A row is what somebody wrote down. The old secret at its door is what is true."""
    records = rotation.inventory()
    doors = rotation.Doors(records)
    rows = [doors.rotate(one, NOTICE) for one in records]
    assert rotation.still_valid(rows, NOTICE, OUT) == []
    two = {one.id for one in records if (one.kind, one.owner) == ("API key", "team-07")}
    assert opens(doors, records) == two and len(two) == 19
    for name in two:
        doors.remove_old(name)
    assert not opens(doors, records)
    assert all(doors.knock(f"the new secret of {name}", name).is_success for name in two)


def test_a_service_that_was_restored_from_a_backup_takes_the_old_secrets_again():
    records = rotation.inventory()
    doors = rotation.Doors(records)
    for one in records:
        doors.rotate(one, NOTICE)
        doors.remove_old(one.id)
    doors.end_maintenance()
    restored = {one.id for one in records if (one.kind, one.owner) == ("certificate", "team-31")}
    assert opens(doors, records) == restored
    assert len(restored) == 19


def test_what_the_intruder_made_is_found_by_its_maker_and_not_up_to_the_notice():
    """The notice is the wrong cut-off: whoever is inside makes credentials of his own after it."""
    made = {row.id: row for row in rotation.made_since()}
    assert rotation.still_valid(made.values(), NOTICE, OUT) == []
    assert {row.made_by for row in made.values()} - set(made) == {
        "smartsheet-account",
        "onboarding",
    }
    assert len(made) == 6


# --- one secret -----------------------------------------------------------------------------------


def test_a_rigid_client_does_not_go_over_and_stands_still_when_its_secret_goes():
    service, (invoices, register) = rotation.shop()
    service.add("new")
    assert invoices.use("new") and not register.use("new")
    assert invoices.works() and register.works()
    service.remove("old")
    assert invoices.works() and not register.works()
    with pytest.raises(ValueError, match="not in list"):
        service.remove("old")


# --- a signing key --------------------------------------------------------------------------------


def test_a_key_that_is_dropped_at_once_breaks_when_the_api_fetches_the_keys_again():
    assert rotation.change_key(0).refused == (6, 7)
    assert rotation.change_key(10).refused == ()


def test_with_the_life_of_a_token_nothing_is_refused_and_a_forged_token_opens_longer():
    for at in rotation.CHANGES[:3]:
        long, short = (rotation.change_key(wait, at) for wait in (10, 0))
        assert long.refused == ()
        assert long.forged[: len(short.forged)] == short.forged
        assert len(long.forged) > len(short.forged) > 0


@table("at", rotation.CHANGES)
def test_a_change_is_watched_until_nothing_is_refused_and_no_forged_token_opens(at):
    for wait in (0, 10):
        last = at + max(rotation.REFRESH, wait + rotation.COPY)
        change = rotation.change_key(wait, at)
        assert last not in change.forged and last not in change.refused


def test_minutes_past_nine_are_written_as_a_clock_has_them():
    assert [rotation.at_nine(minute) for minute in (0, 7, 61)] == ["09:00", "09:07", "10:01"]
