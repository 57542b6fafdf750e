"""Counterfactuals: what one control changes, what it only moves, and what the clock does."""

import time
from dataclasses import replace

import pytest

from labutils.classroom.plates.routes import routes
from labutils.incident import breach, inventory, search
from labutils.incident.policy import World
from labutils.lab import seconds
from labutils.stage import worlds

H = World.historical()
TABLE = worlds.each_control_alone()


def world_with(**decisions: bool | int) -> World:
    """The world of 2023 with these decisions changed."""
    return replace(H, **decisions)


def outcomes(world, **options):
    return {step.fact: step.outcome for step in breach.foresee(world, **options)}


def test_in_the_world_of_2023_nothing_changes():
    assert outcomes(breach.with_controls([])) == outcomes(World.historical())


@pytest.mark.parametrize(
    ("control", "stopped"),
    [
        ("recordings_cleaned", 5),
        ("sessions_bound", 5),
        ("acts_reauthenticated", 5),
        ("session_hours", 5),
        ("exposed_rotated", 4),
        ("service_tokens_bound", 4),
        ("service_tokens_expire", 4),
        ("scripts_approved", 1),
        ("integration_least_privilege", 1),
        ("repository_least_privilege", 2),
        ("alert_new_account", 3),
        ("alert_bulk_reads", 0),
    ],
)
def test_each_control_stops_so_many_of_the_five_losses(control, stopped):
    assert sum(TABLE[control, loss] == "refused" for loss in worlds.LOSSES) == stopped


@pytest.mark.parametrize(
    "control",
    ["egress_allowlist", "console_managed_devices", "console_list_enforced", "supplier_hard_keys"],
)
def test_a_favourite_alone_stops_none_of_the_losses_since_another_route_is_open(control):
    assert {TABLE[control, loss] for loss in worlds.LOSSES} == {"opens"}


def test_hard_keys_were_there_and_taking_them_away_opens_the_identity_provider():
    assert outcomes(World.historical())["nov14-okta-denied"] == "denied"
    assert outcomes(world_with(hard_keys=False))["nov14-okta-denied"] == "succeeded"


def test_with_first_routes_alone_every_favourite_looks_good():
    straight = worlds.first_routes_only()
    for control in ("scripts_approved", "console_managed_devices"):
        world = breach.with_controls([control])
        assert outcomes(world, thief=straight)["nov22-repos-archived"] in ("denied", "not_reached")
        assert outcomes(world)["nov22-repos-archived"] == "succeeded"


def test_the_same_credentials_open_everything_in_a_castle_and_their_own_scopes_in_2023():
    castle, historical = (
        worlds.reachable_services(world_with(access_per_application=False, hard_keys=False)),
        worlds.reachable_services(World.historical()),
    )
    assert set(castle.values()) == {"opens"}
    assert {name for name, outcome in historical.items() if outcome == "opens"} == {
        "gateway",
        "cloud",
        "tracker",
        "wiki",
        "code",
    }


@pytest.mark.parametrize(
    ("decisions", "opens"),
    [
        ({"access_per_application": False, "hard_keys": False}, 13),
        ({"access_per_application": False}, 11),
        ({"hard_keys": False}, 7),
        ({}, 5),
    ],
)
def test_one_change_at_a_time_says_what_each_control_does(decisions, opens):
    reached = worlds.reachable_services(world_with(**decisions))
    assert sum(outcome == "opens" for outcome in reached.values()) == opens


@pytest.mark.parametrize("hours", [1, 8, 26, 27, 48])
@pytest.mark.parametrize("age", [0.5, 2, 7.5, 26, 30])
def test_a_session_that_is_over_after_so_many_hours_stops_a_thief_who_comes_later_and_no_other(
    hours, age
):
    assert worlds.session_stopped(hours, age) == (
        age >= hours or age >= 30
    )  # the session itself was over after 30 hours


def test_in_2023_the_session_was_26_hours_old_when_it_was_used():
    world = World.historical()
    session = worlds.LOSSES["session"]
    assert outcomes(replace(world, session_hours=26))[session] == "denied"
    assert outcomes(replace(world, session_hours=27))[session] == "succeeded"


def test_a_contextual_question_needs_a_history_and_a_criteria_based_one_does_not():
    moment = seconds("2023-11-15T16:28:38Z")
    stolen = worlds.request_for("gateway:tracker", "moveworks-token", moment)
    at_home = replace(stolen, address=stolen.credential.holder.home)
    other = worlds.request_for("login:console", "admin-session", moment)
    assert worlds.unusual(stolen, []) is None and worlds.unusual(stolen, [stolen]) is None
    assert worlds.unusual(stolen, [other]) is None
    assert (
        worlds.unusual(stolen, [at_home])
        == f"moveworks-token was never used from {stolen.address} before"
    )
    assert worlds.unusual(at_home, [at_home, stolen]) is None


def test_an_alarm_that_is_answered_stops_what_comes_after_it_and_nothing_before():
    when = seconds("2023-11-22T15:18:22Z")
    contained = outcomes(replace(World.historical(), response_minutes=0), alarm=when)
    assert contained["nov22-sliver"] == "succeeded" and contained["nov22-repos-viewed"] == "denied"


def test_a_trace_ends_at_the_first_refusal(capsys):
    moment = seconds("2023-11-14T09:40:00Z")
    worlds.trace(
        worlds.request_for("login:sign-in", "smartsheet-account", moment), World.historical()
    )
    lines = capsys.readouterr().out.splitlines()
    assert (
        len(lines) == 3
        and "refused" in lines[-1]
        and all("no objection" in line for line in lines[:-1])
    )


def test_the_plates_say_in_a_sentence_what_they_draw():
    _, sentence = routes(breach.foresee(World.historical()), ["nov22-sliver"])
    assert sentence == "2 routes of 1 steps: 1 open all the way. Steps with no open route: none."


def test_tables_sets_and_values_take_less_than_two_seconds():
    start = time.perf_counter()
    worlds.each_control_alone()
    names = [
        name for name, control in inventory.controls().items() if control.value != getattr(H, name)
    ][:12]
    for goal in worlds.LOSSES.values():
        search.minimal_sets(goal, names)
    assert time.perf_counter() - start < 4  # half of that where nothing else runs
