"""Counterfactuals: what one control changes, what it only moves, and what the clock does."""

from dataclasses import replace

import pytest
from tables import table

from labutils.incident import breach, cases, search
from labutils.incident.policy import World
from labutils.lab import seconds
from labutils.lessons.lesson_14 import thieves, worlds
from labutils.lessons.lesson_14.pictures import routes
from labutils.pictures.canvas import marks
from labutils.stage.breached_company import SERVER, BreachedCompany

H = World.historical()


def world_with(**decisions: bool | int) -> World:
    """The world of 2023 with these decisions changed."""
    return replace(H, **decisions)


def outcomes(world, **options):
    return {step.fact: step.outcome for step in breach.foresee(world, **options)}


def stopped_by(control: str) -> set[str]:
    return set(worlds.LOSSES) - set(
        worlds.happened(breach.foresee(breach.with_controls([control])))
    )


def test_in_the_world_of_2023_nothing_changes():
    assert outcomes(breach.with_controls([])) == outcomes(World.historical())
    assert worlds.happened(breach.foresee(H)) == list(worlds.LOSSES)


@table(
    ("control", "stopped"),
    [
        ("recordings_cleaned", 6),
        ("sessions_bound", 6),
        ("acts_reauthenticated", 6),
        ("session_hours", 6),
        ("exposed_rotated", 5),
        ("behaviour_checked", 5),
        ("service_tokens_bound", 4),
        ("service_tokens_expire", 4),
        ("scripts_approved", 1),
        ("integration_least_privilege", 1),
        ("repository_least_privilege", 2),
        ("support_least_privilege", 1),
        ("alert_new_account", 3),
    ],
)
def test_each_control_stops_so_many_of_the_seven_losses(control, stopped):
    assert len(stopped_by(control)) == stopped


@table(
    "control",
    [
        "egress_allowlist",
        "console_managed_devices",
        "console_list_enforced",
        "supplier_hard_keys",
        "device_state_checked",
        "sessions_reevaluated",
        "alert_bulk_reads",
    ],
)
def test_a_favourite_alone_stops_none_of_the_losses_since_another_route_is_open(control):
    assert stopped_by(control) == set()


def test_hard_keys_were_there_and_taking_them_away_opens_the_identity_provider():
    assert outcomes(World.historical())["nov14-okta-denied"] == "denied"
    assert outcomes(world_with(hard_keys=False))["nov14-okta-denied"] == "succeeded"


def test_the_six_come_first_of_the_controls_that_2023_did_not_have():
    then = World.historical()
    missing = {
        name for name, one in cases.load().controls.items() if getattr(then, name) != one.value
    }
    assert worlds.CONTROLS[:6] == worlds.SIX and set(worlds.CONTROLS) == missing
    assert len(worlds.CONTROLS) == len(missing)


@pytest.mark.parametrize(
    ("decisions", "opens"),
    [
        ({"access_per_application": False, "hard_keys": False}, 13),
        ({"access_per_application": False}, 11),
        ({"hard_keys": False}, 7),
        ({}, 5),
    ],
)
def test_one_change_at_a_time_says_what_each_control_does(decisions, opens, capsys):
    reached = worlds.reachable_services(world_with(**decisions))
    assert sum(outcome == "opens" for outcome in reached.values()) == opens
    (opened,) = worlds.open_in({"this": world_with(**decisions)}).values()
    assert len(opened) == opens and f"{opens} open: " in capsys.readouterr().out


@table("hours", [1, 8, 26, 27, 48])
@table("age", [0.5, 2, 7.5, 26, 30])
def test_a_session_that_is_over_after_so_many_hours_stops_a_thief_who_comes_later_and_no_other(
    hours, age
):
    (world,) = worlds.with_lives(H, [hours])
    # The session itself was over after 30 hours.
    assert worlds.session_opens(world, "far", age) == (age < hours and age < 30)


def test_in_2023_the_session_was_26_hours_old_when_it_was_used():
    session = worlds.LOSSES["session"]
    assert outcomes(replace(H, session_hours=26))[session] == "denied"
    assert outcomes(replace(H, session_hours=27))[session] == "succeeded"
    assert outcomes(H, case=thieves.of_2023()) == outcomes(H)


@table(
    ("precision", "triage", "minutes"),
    [(1, 10, 35), (0.5, 10, 45), (0.1, 10, 125), (0.01, 10, 1025), (0.1, 2, 45), (0.3, 10, 59)],
)
def test_a_true_alarm_waits_for_the_false_ones_before_it(precision, triage, minutes):
    assert worlds.minutes_to_respond(precision, triage) == minutes
    (world,) = worlds.with_queues("alert_token_elsewhere", [precision], triage)
    assert world == replace(H, alert_token_elsewhere=True, response_minutes=minutes)


def test_an_alarm_that_is_answered_stops_what_comes_after_it_and_nothing_before():
    when = seconds("2023-11-22T15:18:22Z")
    contained = outcomes(replace(World.historical(), response_minutes=0), alarm=when)
    assert contained["nov22-sliver"] == "succeeded" and contained["nov22-repos-viewed"] == "denied"


def test_a_foothold_that_is_not_found_goes_on_after_the_accounts_are_off():
    loss = worlds.LOSSES["out"]
    base = breach.with_controls(["alert_bulk_reads"])
    assert outcomes(base)[loss] == "unknown"
    assert outcomes(replace(base, eviction_hours=2))[loss] == "denied"


def test_a_trace_ends_at_the_first_refusal(capsys):
    worlds.trace(
        worlds.request_for("login:sign-in", "smartsheet-account", "2023-11-14T09:40:00Z"), H
    )
    lines = capsys.readouterr().out.splitlines()
    assert (
        len(lines) == 3
        and "refused" in lines[-1]
        and all("no objection" in line for line in lines[:-1])
    )


def test_a_trace_says_which_rules_were_not_asked(capsys):
    asked = worlds.request_for("gateway:tracker", "moveworks-token", "2023-11-15T16:28:38Z")
    worlds.trace(asked, H)
    off = [line for line in capsys.readouterr().out.splitlines() if "not checked" in line]
    assert [line.split()[0] for line in off] == ["not_replaced", "healthy_device", "usual_network"]
    worlds.trace(asked, world_with(behaviour_checked=True))
    out = capsys.readouterr().out
    assert "usual_network" in out and "never came from" in out


def test_each_place_is_a_column_of_the_table_of_sessions(capsys):
    worlds.print_sessions({"bound": world_with(sessions_bound=True)}, ["far", "near", "laptop"])
    head, row = capsys.readouterr().out.splitlines()
    assert head.split() == ["far", "near", "laptop"]
    assert row.split() == ["bound", "stopped", "stopped", "opens"]


def test_the_plate_of_routes_says_in_a_sentence_what_it_draws():
    _, sentence = routes(breach.foresee(World.historical()), {"implant": "nov22-sliver"}, "Title")
    assert sentence == "Routes to implant: 2. Open all the way: 1. With no open route: none."


def test_the_key_of_the_plate_of_routes_has_the_marks_that_are_there_and_no_others():
    def key(world: World, name: str) -> str:
        figure, _ = routes(breach.foresee(world), {name: worlds.LOSSES[name]}, "Title")
        return "".join(line for line in marks(figure) if "filled: allowed" in line)

    assert "ring" not in key(World.historical(), "implant")
    refused = key(breach.with_controls(["console_managed_devices"]), "session")
    assert "ring: refused" in refused and "stroke" not in refused


def test_a_frontier_is_printed_under_its_name_and_the_empty_set_has_a_word(capsys):
    crowd, name = list(thieves.draw(3, "frontier").values()), "hard_keys"
    none, one = worlds.lost([(), (name,)], crowd)
    rows = [(0, 5, ()), (1, 2, (name,))]
    worlds.print_frontiers({name: 1}, {"all": rows, "without it": []}, crowd)
    head = "points  lost  if leaked elsewhere  controls\n"
    assert capsys.readouterr().out.split("\n\n") == [
        f"prices: {name} 1",
        f"all\n{head}     0     5  {none:>19}  (none)\n     1     2  {one:>19}  {name}",
        f"without it\n{head}",
    ]


def test_what_is_lost_with_a_set_is_what_a_search_over_all_sets_says():
    crowd = list(thieves.draw(5, "lost").values())
    names = ("recordings_cleaned", "service_tokens_bound")
    searched = search.losses(worlds.LOSSES.values(), names, crowd)
    assert worlds.lost(list(searched), crowd) == list(searched.values())


def test_the_prices_are_for_the_controls_that_are_searched():
    assert tuple(worlds.PRICES) == worlds.TWELVE and min(worlds.PRICES.values()) > 0


def test_a_scope_opens_where_one_way_leads_to_it_and_not_where_none_does():
    """From outside, from the server that the implant is on, or with a pass through the gateway."""
    company = BreachedCompany(H)
    for credential in worlds.STOLEN:
        for scope in cases.load().estate.credentials[credential].scopes:
            service = scope.split(":")[0]
            ways = [{}, {"address": SERVER}]
            ways += [{"through": worlds.SERVICE_TOKEN}] if service in worlds.BEHIND_GATEWAY else []
            opened = [company.attempt(credential, scope, **way).is_success for way in ways]
            assert worlds.scope_opens(company, credential, scope) == (True in opened), scope
