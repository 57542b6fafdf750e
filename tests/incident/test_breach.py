"""The breach is a function of a world: 2023 gives the ledger's outcomes, another world others, and
a replay agrees with a forecast."""

import dataclasses
import re
from functools import cache
from itertools import combinations

import pytest
import yaml
from random_worlds import CONTROLS, H, random_world
from tables import table

from labutils.incident import breach, cases, ledger
from labutils.incident.breach import foresee, play, with_controls
from labutils.incident.policy import RULES, World
from labutils.lab import data_file, seconds

CAMPAIGN = cases.load().campaign
FACTS = {fact.id: fact for fact in ledger.steps()}
SESSION, TRACKER, SCRIPT = "cf-oct18-admin-session", "nov15-atlassian-access", "nov22-sliver"
NOVEMBER = [name for name in FACTS if name.startswith("nov")]


def world_with(**decisions: bool | int) -> World:
    """The world of 2023 with these decisions changed."""
    return dataclasses.replace(H, **decisions)


@cache
def steps_of(world: World) -> dict[str, breach.Step]:
    """The steps of a world by fact, as foreseen."""
    return {step.fact: step for step in foresee(world)}


def outcome(fact: str, **decisions) -> tuple[str, str]:
    """Outcome and rule of a step in the world of 2023 with these decisions changed."""
    step = steps_of(dataclasses.replace(H, **decisions))[fact]
    return step.outcome, step.rule


def stopped(fact: str, **decisions) -> bool:
    return outcome(fact, **decisions)[0] in ("denied", "not_reached")


def tried(fact: str, **decisions) -> list[str]:
    """The requests of a step in the order in which they were made, each with the rule that
    answered."""
    attempts = steps_of(dataclasses.replace(H, **decisions))[fact].attempts
    return [
        f"{one.ask.scope} {one.decision.rule if one.decision else 'not_held'}" for one in attempts
    ]


@pytest.fixture(scope="module")
def replay():
    return play(H)


# --- 2023 ---------------------------------------------------------------------------------------


def test_the_ledger_has_22_steps_and_the_replay_has_each_once(replay):
    assert len(FACTS) == 22
    assert [step.fact for step in replay.steps] == list(
        dict.fromkeys(step.fact for step in replay.steps)
    )
    assert {step.fact for step in replay.steps} == set(FACTS)


@table("fact", FACTS.values(), ids=list(FACTS))
def test_in_2023_a_step_goes_as_the_ledger_says(replay, fact):
    (step,) = [step for step in replay.steps if step.fact == fact.id]
    assert (step.outcome, step.tactic, step.techniques) == (
        fact.outcome,
        fact.tactic,
        fact.techniques,
    )
    assert step.time.startswith(fact.time or "") and seconds(step.time)
    assert step.time_assumed == (fact.time is None or fact.time_assumed != "")
    assert step.time_precision == fact.time_precision
    assert step.rule and step.reason and step.attempts
    assert (step.rule == "allowed") == (fact.outcome != "denied")


@table("fact", FACTS.values(), ids=list(FACTS))
def test_each_time_that_the_model_adds_is_in_the_sheet_and_nowhere_else(replay, fact):
    (step,) = [step for step in replay.steps if step.fact == fact.id]
    exact = fact.time is not None and "T" in fact.time
    assert (step.plan.assumed_time is None) == exact
    assert step.time == (fact.time if exact else step.plan.assumed_time)


def test_time_goes_forward_from_step_to_step_and_from_request_to_request(replay):
    for times in (
        [step.time for step in replay.steps],
        [one.time for step in replay.steps for one in step.attempts],
        [one.time for one in replay.wire],
    ):
        assert times == sorted(times)
    assert len({one.time for one in replay.wire}) == len(replay.wire)


def test_all_eight_tactics_are_there_and_they_are_the_ledgers(replay):
    assert {step.tactic for step in replay.steps} == {tactic.key for tactic in ledger.tactics()}
    assert len({step.tactic for step in replay.steps}) == 8


def test_2023_has_denied_succeeded_and_unknown_steps_and_none_that_was_not_reached(replay):
    assert {step.outcome for step in replay.steps} == {"denied", "succeeded", "unknown"}


def test_the_replay_is_about_25_requests_and_each_of_them_is_an_attempt_or_an_owners(replay):
    sent = [one for step in replay.steps for one in step.attempts if one.decision]
    scenes = CAMPAIGN.scenes
    assert len(replay.wire) == len(sent) + len(scenes) < 50
    assert {one.status for one in replay.wire} == {200, 403}


def names(value) -> list[str]:
    """All keys of a sheet, at any depth."""
    if isinstance(value, dict):
        return [*value, *(name for one in value.values() for name in names(one))]
    return [name for one in value for name in names(one)] if isinstance(value, list) else []


def test_the_campaign_has_no_word_for_an_outcome():
    sheet = yaml.safe_load(
        data_file("cases/cloudflare-2023/campaign.yaml").read_text(encoding="utf-8")
    )
    techniques = {technique for plan in sheet["steps"] for technique in plan.get("fits", {})}
    assert set(names(sheet)) - techniques == {
        "start_with",
        "repeat",
        "every",
        "scenes",
        "time",
        "requests",
        "steps",
        "fact",
        "assumed_time",
        "goal",
        "fit",
        "fits",
        "credential_assumed",
        "assumption",
        "routes",
        "scope",
        "using",
        "origin",
        "at",
    }
    asks = [
        value
        for step in sheet["steps"]
        for route in step["routes"]
        for ask in route
        for value in ask.values()
        if isinstance(value, str)
    ]
    assert not [
        value for value in asks if re.search("succe|denied|block|refus|allow|unknown|stop", value)
    ]


def test_outcomes_come_from_the_decision_and_from_nothing_else(monkeypatch):
    monkeypatch.setattr("labutils.incident.policy.RULES", ())
    assert {step.outcome for step in foresee(H)} == {"succeeded", "unknown"}
    monkeypatch.setattr("labutils.incident.policy.RULES", (lambda *_: "closed",))
    assert {step.outcome for step in foresee(H)} == {"denied", "not_reached"}


# --- replay and forecast ------------------------------------------------------------------------


def test_two_hundred_worlds_go_over_http_as_they_were_foreseen():
    worlds = [random_world(number) for number in range(200)]
    for number, world in enumerate(worlds):
        assert play(world).steps == foresee(world), f"world {number}: {world}"
    rules = [step.rule for world in worlds for step in foresee(world)]
    assert len(set(worlds)) == 200 and len(set(rules)) == len(RULES) + 2  # allowed, not_held


def test_what_the_network_refuses_is_recorded_where_a_log_has_a_line_of_it_and_nowhere_else():
    def reachable(request, _world):
        if request.service.id in ("tracker", "code"):
            return "there is no way there"
        return None

    played, foreseen = play(H, own_rules=[reachable]), foresee(H, own_rules=[reachable])
    assert played.steps == foreseen
    refused = [one for step in foreseen for one in step.attempts if one.decision]
    refused = [one for one in refused if one.decision.rule == "reachable"]
    assert refused and not any(one.recorded for one in refused)


def test_a_rule_of_ones_own_goes_over_http_as_it_was_foreseen():
    def no_tokens(request, _world):
        kind = request.credential.kind if request.credential else None
        return "no service tokens here" if kind == "service-token" else None

    played, foreseen = play(H, own_rules=[no_tokens]), foresee(H, own_rules=[no_tokens])
    assert played.steps == foreseen
    assert {step.rule for step in foreseen} >= {"no_tokens"}
    assert [step.fact for step in foreseen if step.stopped] != [
        step.fact for step in foresee(H) if step.stopped
    ]


def test_a_world_plays_the_same_twice_and_the_games_do_not_touch_each_other(replay):
    play(world_with(hard_keys=False, access_per_application=False))
    again = play(H)
    assert (again.steps, again.wire, again.audit, again.truth) == (
        replay.steps,
        replay.wire,
        replay.audit,
        replay.truth,
    )


# --- what stops a copied session, and what does not ---------------------------------------------


@table("fact", [SESSION, "okta-sessions-hijacked"])
@table(
    "keys",
    [
        {"hard_keys": True},
        {"hard_keys": False},
        {"supplier_hard_keys": True},
        {"hard_keys": True, "supplier_hard_keys": True},
    ],
)
def test_phishing_resistant_login_does_not_stop_a_session_that_is_already_stolen(fact, keys):
    assert outcome(fact, **keys) == ("succeeded", "allowed")


@pytest.mark.parametrize(
    ("decision", "rule"),
    [
        ({"sessions_bound": True}, "at_home"),
        ({"session_hours": 1}, "in_time"),
        ({"acts_reauthenticated": True}, "fresh"),
        ({"recordings_cleaned": True}, "safeguarded"),
    ],
)
def test_binding_short_life_a_second_look_and_clean_recordings_each_stop_it(decision, rule):
    assert outcome(SESSION, **decision) == ("denied", rule)
    assert outcome("nov14-probing", **decision) == ("not_reached", "not_held")


def test_a_session_of_26_hours_is_enough_and_one_of_25_is_not():
    """It was issued at 06:00 on the day before, and used at 08:00."""
    assert not stopped(SESSION, session_hours=27) and stopped(SESSION, session_hours=26)


def test_managed_devices_at_the_console_alone_do_not_stop_it_while_the_api_is_open():
    assert outcome(SESSION, console_managed_devices=True) == ("succeeded", "allowed")
    assert tried(SESSION, console_managed_devices=True) == [
        "support:read-file allowed",
        "login:console fresh",
        "support:read-file allowed",
        "login:console fresh",
        "login:api allowed",
    ]
    assert stopped("okta-sessions-hijacked", console_managed_devices=True)


@pytest.mark.parametrize(
    ("decision", "rule"),
    [
        ("exposed_rotated", "not_replaced"),
        ("service_tokens_bound", "at_home"),
        ("service_tokens_expire", "in_time"),
    ],
)
def test_rotation_binding_or_an_end_of_the_service_token_keep_november_out_of_the_tracker(
    decision, rule
):
    assert outcome(TRACKER, **{decision: True}) == ("denied", rule)
    assert outcome(SESSION, **{decision: True}) == ("succeeded", "allowed")


def test_a_logged_exit_turns_unknown_into_succeeded_and_stops_nothing():
    changed = {
        fact
        for fact in FACTS
        if steps_of(world_with(egress_logged=True))[fact] != steps_of(H)[fact]
    }
    assert changed == {"repos-exfiltration-unconfirmed"}
    assert outcome("repos-exfiltration-unconfirmed") == ("unknown", "allowed")
    assert outcome("repos-exfiltration-unconfirmed", egress_logged=True) == ("succeeded", "allowed")


# --- alarms -------------------------------------------------------------------------------------


def test_an_alarm_stops_what_comes_after_the_response_and_not_what_raised_it():
    assert outcome("nov16-account-created", alert_new_account=True) == ("succeeded", "allowed")
    assert outcome(SCRIPT, alert_new_account=True) == ("denied", "not_contained")
    assert tried("nov16-account-created", alert_new_account=True, response_minutes=0)[:3] == [
        "gateway:tracker allowed",
        "tracker:create-user allowed",
        "tracker:add-to-group not_contained",
    ]


def test_35_minutes_stop_the_script_and_14_days_do_not():
    assert stopped(SCRIPT, alert_new_account=True, response_minutes=35)
    assert not stopped(SCRIPT, alert_new_account=True, response_minutes=20160)


@table("alert", [name for name in CONTROLS if name.startswith("alert_")])
def test_no_alarm_helps_the_supplier_or_reaches_back_in_time(alert):
    before = [fact for fact in FACTS if steps_of(H)[fact].time < "2023-11-14"]
    assert len(before) == 6
    assert all(
        outcome(fact, **{alert: True, "response_minutes": 0}) == outcome(fact) for fact in before
    )


def test_an_alarm_for_a_refused_service_account_is_the_first_to_ring():
    worlds = [
        {"alert_refused_service_account": True},
        {"alert_new_account": True},
        {"alert_bulk_reads": True},
    ]
    reached = [sum(not stopped(fact, **world) for fact in FACTS) for world in worlds]
    assert reached == sorted(reached) and len(set(reached)) == 3


# --- other ways ---------------------------------------------------------------------------------


@table(
    ("fact", "decisions", "way"),
    [
        (
            "okta-support-window",
            {"personal_profiles_blocked": True},
            ["support:sign-in not_held", "support:sign-in allowed"],
        ),
        (
            "okta-har-session-tokens",
            {"support_accounts_bound": True},
            ["support:read-file at_home", "support:read-file allowed"],
        ),
        (
            SESSION,
            {"recordings_cleaned": True, "hard_keys": False},
            [
                "support:read-file safeguarded",
                "support:read-file safeguarded",
                "login:api not_held",
                "login:sign-in allowed",
                "login:console allowed",
            ],
        ),
        (
            SESSION,
            {"sessions_bound": True},
            [
                "support:read-file allowed",
                "login:console at_home",
                "support:read-file allowed",
                "login:console at_home",
                "login:api at_home",
                "login:sign-in person_present",
                "login:api not_held",
            ],
        ),
        ("nov14-okta-denied", {}, ["login:sign-in person_present", "login:console in_time"]),
        (
            TRACKER,
            {"service_tokens_bound": True, "hard_keys": False},
            [
                "gateway:tracker at_home",
                "login:sign-in allowed",
                "gateway:tracker allowed",
                "tracker:sign-in allowed",
            ],
        ),
        (
            SCRIPT,
            {"service_tokens_expire": True, "hard_keys": False},
            ["gateway:tracker in_time", "gateway:tracker allowed", "tracker:script allowed"],
        ),
        (
            "nov22-repos-viewed",
            {"service_tokens_bound": True, "hard_keys": False},
            ["gateway:code at_home", "code:view allowed"],
        ),
        (
            "nov22-repos-viewed",
            {"repository_least_privilege": True},
            [
                "gateway:code allowed",
                "code:view permitted",
                "code:view permitted",
                "gateway:code allowed",
                "code:view allowed",
            ],
        ),
        (
            "nov22-repos-archived",
            {"scripts_approved": True},
            ["code:archive not_held", "gateway:code allowed", "code:archive allowed"],
        ),
        (
            "repos-exfiltration-unconfirmed",
            {"egress_allowlist": True},
            ["outside:send safeguarded", "gateway:code allowed", "code:archive allowed"],
        ),
    ],
)
def test_where_a_way_is_closed_the_next_one_is_tried(fact, decisions, way):
    assert tried(fact, **decisions) == way


def test_no_route_of_the_campaign_is_there_for_nothing():
    """Each is the way in, or fails as the last resort, in some world that differs in at most two
    decisions."""
    worlds = [
        with_controls(names) for count in (0, 1, 2) for names in combinations([*CONTROLS], count)
    ]
    worlds += [dataclasses.replace(world, hard_keys=False) for world in worlds]
    used = {
        (fact, route)
        for world in worlds
        for fact, step in steps_of(world).items()
        for route in step.plan.routes
        if {one.ask for one in step.attempts if one.decision} >= set(route)
    }
    assert used == {(plan.fact, route) for plan in CAMPAIGN.steps for route in plan.routes}


def test_behind_the_wall_of_a_castle_everything_is_open():
    for fact in ("other-systems-denied", "nov22-sao-paulo-denied"):
        assert outcome(fact, access_per_application=False) == ("succeeded", "allowed")
    opened = {
        one.url
        for one in play(world_with(access_per_application=False)).wire
        if one.status == 200 and one.ip == cases.load().addresses["atlassian"].ip
    }
    assert {"https://metrics.example/open", "https://console.example/connect"} <= opened


def test_a_castle_with_an_enforced_list_keeps_its_consoles():
    castle = {"access_per_application": False, "console_list_enforced": True}
    assert outcome("nov22-sao-paulo-denied", **castle) == ("denied", "reachable")
    assert outcome("other-systems-denied", **castle) == ("succeeded", "allowed")


def test_where_nothing_of_october_worked_november_has_nothing_to_start_from():
    decisions = {
        "sessions_bound": True,
        "recordings_cleaned": True,
        "supplier_hard_keys": True,
        "personal_profiles_blocked": True,
    }
    assert {outcome(fact, **decisions) for fact in NOVEMBER} == {("not_reached", "not_held")}
    assert all(
        one.decision is None
        for fact in NOVEMBER
        for one in steps_of(dataclasses.replace(H, **decisions))[fact].attempts
    )
    reasons = {steps_of(dataclasses.replace(H, **decisions))[fact].reason for fact in NOVEMBER}
    assert all(reason.startswith("the intruder never came to hold ") for reason in reasons)
