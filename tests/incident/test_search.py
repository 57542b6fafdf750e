"""A search walks every set of some controls, and says which stop a loss: for one thief, or for
many."""

from dataclasses import replace
from itertools import combinations

import pytest
from processor_time import within
from tables import table

from labutils.incident import cases, policy
from labutils.incident.breach import foresee, with_controls
from labutils.incident.campaign import Campaign
from labutils.incident.policy import World
from labutils.incident.search import losses, minimal_sets, robust_sets, stopped_in

H = World.historical()
CAMPAIGN = cases.load().campaign
SESSION, SCRIPT, ARCHIVES = "cf-oct18-admin-session", "nov22-sliver", "nov22-repos-archived"


def world_with(**decisions: bool | int) -> World:
    """The world of 2023 with these decisions changed."""
    return replace(H, **decisions)


TWELVE = [
    "recordings_cleaned",
    "sessions_bound",
    "session_hours",
    "acts_reauthenticated",
    "exposed_rotated",
    "service_tokens_expire",
    "service_tokens_bound",
    "integration_least_privilege",
    "scripts_approved",
    "alert_new_account",
    "egress_logged",
    "hard_keys",
]
SIX = [
    "console_managed_devices",
    "support_accounts_bound",
    "supplier_hard_keys",
    "scripts_approved",
    "personal_profiles_blocked",
    "egress_logged",
]


def by_hand(
    goal: str, names: list[str], world: World, thief: Campaign = CAMPAIGN
) -> dict[frozenset, bool]:
    """Each set of these controls, and whether it stops the goal: asked of the whole story, one
    world after another."""
    sets = [
        frozenset(some) for count in range(len(names) + 1) for some in combinations(names, count)
    ]
    return {
        some: next(
            step.outcome
            for step in foresee(with_controls(some, world), thief=thief)
            if step.fact == goal
        )
        in ("denied", "not_reached")
        for some in sets
    }


def test_all_4096_sets_of_twelve_controls_are_walked_in_half_a_second():
    answer = minimal_sets("nov23-admin-group", TWELVE)
    assert within(0.5, lambda: minimal_sets("nov23-admin-group", TWELVE))
    assert (answer.goal, answer.walked) == ("nov23-admin-group", 4096)
    assert set(answer.minimal) == {(name,) for name in TWELVE} - {
        ("egress_logged",),
        ("hard_keys",),
        ("scripts_approved",),
    }


def test_sets_that_differ_in_nothing_that_was_asked_about_share_a_decision(monkeypatch):
    decisions, decide = [], policy.decide
    monkeypatch.setattr(policy, "decide", lambda *how: decisions.append(1) or decide(*how))
    assert minimal_sets("nov23-admin-group", TWELVE).walked == 4096
    assert len(decisions) < 1000


@table(
    ("goal", "names", "world"),
    [
        (
            SESSION,
            [
                "recordings_cleaned",
                "hard_keys",
                "acts_reauthenticated",
                "sessions_bound",
                "console_managed_devices",
                "session_hours",
            ],
            world_with(hard_keys=False),
        ),
        ("okta-har-session-tokens", SIX, H),
        ("okta-sessions-hijacked", SIX, H),
        (
            SCRIPT,
            [
                "service_tokens_bound",
                "hard_keys",
                "scripts_approved",
                "alert_new_account",
                "response_minutes",
                "exposed_rotated",
            ],
            world_with(hard_keys=False, response_minutes=20160),
        ),
        (
            "repos-exfiltration-unconfirmed",
            [
                "egress_allowlist",
                "repository_least_privilege",
                "scripts_approved",
                "service_tokens_expire",
                "hard_keys",
                "egress_logged",
            ],
            world_with(hard_keys=False),
        ),
        (
            "nov22-sao-paulo-denied",
            [
                "access_per_application",
                "console_list_enforced",
                "scripts_approved",
                "hard_keys",
                "service_tokens_bound",
                "alert_bulk_reads",
            ],
            world_with(hard_keys=False, access_per_application=False),
        ),
    ],
)
def test_the_search_finds_what_asking_every_world_finds(goal, names, world):
    table, answer = by_hand(goal, names, world), minimal_sets(goal, names, world=world)
    minimal = {
        some
        for some, stops in table.items()
        if stops and not any(table[some - {one}] for one in some)
    }
    assert (answer.walked, answer.stopping) == (64, sum(table.values()))
    assert [set(some) for some in answer.minimal] == sorted(
        [set(some) for some in answer.minimal], key=len
    )
    assert {frozenset(some) for some in answer.minimal} == minimal and len(answer.minimal) == len(
        minimal
    )


def test_the_order_of_the_controls_and_a_name_said_twice_change_nothing():
    names = TWELVE[:7]
    one, other = minimal_sets(SCRIPT, names), minimal_sets(SCRIPT, [*reversed(names), names[0]])
    assert one.stopping == other.stopping and one.walked == other.walked == 128
    assert {frozenset(some) for some in one.minimal} == {frozenset(some) for some in other.minimal}


def test_where_a_goal_was_never_reached_no_control_is_needed():
    answer = minimal_sets("nov22-sao-paulo-denied", ["console_list_enforced", "hard_keys"])
    assert (answer.stopping, answer.minimal) == (4, ((),))


@pytest.mark.parametrize(
    ("goal", "names"), [("nov22", []), ("okta-log-gap", ["hard_keys"]), ("", [])]
)
def test_an_unknown_goal_is_a_key_error_with_a_sentence(goal, names):
    with pytest.raises(KeyError, match=f"{goal} is not a step of the campaign"):
        minimal_sets(goal, names)


@pytest.mark.parametrize("name", ["hardkeys", "", "replay", "world"])
def test_an_unknown_control_is_a_key_error_with_a_sentence(name):
    for ask in (with_controls, lambda names: minimal_sets(SCRIPT, names)):
        with pytest.raises(KeyError, match=f"'{name}' is not a control in data/controls.yaml"):
            ask(["hard_keys", name])


# --- many thieves -------------------------------------------------------------------------------

THIEVES = {
    "as in 2023": CAMPAIGN,
    "first routes alone": replace(
        CAMPAIGN, steps=tuple(replace(plan, routes=plan.routes[:1]) for plan in CAMPAIGN.steps)
    ),
    "no phished passwords": replace(CAMPAIGN, start_with=("private-profile",)),
    "has the service account already": replace(
        CAMPAIGN, start_with=(*CAMPAIGN.start_with, "moveworks-token", "bitbucket-account")
    ),
}
SEVEN = [
    "recordings_cleaned",
    "sessions_bound",
    "exposed_rotated",
    "service_tokens_bound",
    "repository_least_privilege",
    "scripts_approved",
    "personal_profiles_blocked",
]


def test_a_robust_set_stops_every_thief_and_can_spare_none_of_its_controls():
    tables = {name: by_hand(ARCHIVES, SEVEN, H, thief) for name, thief in THIEVES.items()}
    robust = {some for some in tables["as in 2023"] if all(one[some] for one in tables.values())}
    minimal = {some for some in robust if not any(some - {one} in robust for one in some)}
    answer = robust_sets(ARCHIVES, SEVEN, THIEVES)
    assert (answer.walked, answer.stopping) == (128, len(robust))
    assert {frozenset(some) for some in answer.minimal} == minimal
    assert 0 < len(minimal) < len(robust)


def test_what_is_enough_against_one_thief_is_listed_with_the_thieves_that_it_stops():
    tables = {name: by_hand(ARCHIVES, SEVEN, H, thief) for name, thief in THIEVES.items()}
    answer = robust_sets(ARCHIVES, SEVEN, THIEVES)
    for chosen, stopped in answer.stops.items():
        assert stopped == tuple(name for name in THIEVES if tables[name][frozenset(chosen)])
    against_one = {
        chosen
        for thief in THIEVES.values()
        for chosen in minimal_sets(ARCHIVES, SEVEN, thief=thief).minimal
    }
    assert set(answer.stops) == against_one
    assert answer.stops[("sessions_bound",)] != tuple(THIEVES)


def test_for_one_thief_alone_the_robust_sets_are_the_minimal_ones():
    answer = robust_sets(ARCHIVES, SEVEN, {"as in 2023": CAMPAIGN})
    assert answer.minimal == minimal_sets(ARCHIVES, SEVEN).minimal == tuple(answer.stops)


def test_without_a_thief_there_is_nothing_to_be_robust_against():
    with pytest.raises(ValueError, match="at least one thief"):
        robust_sets(ARCHIVES, SEVEN, {})


@pytest.mark.parametrize("at_least", [0, -1, 5])
def test_nobody_stops_more_thieves_than_there_are_or_none(at_least):
    with pytest.raises(ValueError, match=f"{at_least} of 4"):
        robust_sets(ARCHIVES, SEVEN, THIEVES, at_least=at_least)


def test_how_many_thieves_each_set_stops_is_what_asking_every_world_counts():
    tables = [by_hand(ARCHIVES, SEVEN, H, thief) for thief in THIEVES.values()]
    answer = robust_sets(ARCHIVES, SEVEN, THIEVES, at_least=3)
    assert len(answer.counts) == 128
    for chosen, count in answer.counts.items():
        assert count == sum(table[frozenset(chosen)] for table in tables)
    enough = {frozenset(chosen) for chosen, count in answer.counts.items() if count >= 3}
    assert {frozenset(chosen) for chosen in answer.minimal} == {
        chosen for chosen in enough if not any(chosen - {one} in enough for one in chosen)
    }
    assert answer.stopping == len(enough) and answer.at_least == 3


def test_a_thief_whom_no_set_stops_is_named():
    answer = robust_sets("okta-user-report", SEVEN[:6], THIEVES, at_least=1)
    assert (answer.unstopped, answer.minimal, answer.stopping) == (tuple(THIEVES), (), 0)


def test_what_is_lost_over_several_goals_is_what_asking_every_world_counts():
    crowd = [replace(cases.load(), campaign=thief) for thief in THIEVES.values()]
    lost = losses([SESSION, ARCHIVES], SEVEN[:5], crowd)
    tables = [
        by_hand(goal, SEVEN[:5], H, thief)
        for goal in (SESSION, ARCHIVES)
        for thief in THIEVES.values()
    ]
    assert len(lost) == 32
    for chosen, count in lost.items():
        assert count == sum(not table[frozenset(chosen)] for table in tables)


def test_a_loss_that_is_no_step_is_a_key_error():
    with pytest.raises(KeyError, match="nov22"):
        losses(["nov22"], SEVEN[:2], [cases.load()])


# --- some worlds, and not all sets --------------------------------------------------------------

WORLDS = [
    H,
    world_with(exposed_rotated=True),
    *(world_with(alert_token_elsewhere=True, response_minutes=wait) for wait in (0, 35, 2025)),
    *(world_with(alert_bulk_reads=True, eviction_hours=hours) for hours in (0, 2, 20)),
    *(world_with(session_hours=hours) for hours in (1, 26, 27)),
]


def moved(name: str, days: int) -> cases.Incident:
    """The case in which a credential is noticed to be exposed so many days later."""
    case = cases.load()
    one = case.estate.credentials[name]
    later = replace(one, noticed=one.noticed + days * policy.DAY)
    estate = replace(case.estate, credentials=case.estate.credentials | {name: later})
    return replace(case, estate=estate)


def test_some_worlds_are_walked_at_once_as_each_of_them_is_foreseen():
    """Thieves who ask the same, in another estate, are told apart."""
    thieves = [cases.load(), moved("aws-account", 30), moved("moveworks-token", 60)]
    goals = [plan.fact for plan in CAMPAIGN.steps]
    counts = stopped_in(goals, WORLDS, thieves)
    foreseen = {goal: [0] * len(WORLDS) for goal in goals}
    for place, world in enumerate(WORLDS):
        for case in thieves:
            for step in foresee(world, case=case):
                foreseen[step.fact][place] += step.stopped
    assert counts == foreseen
    assert len(set(counts["nov14-aws-accessed"])) > 2


def test_without_worlds_or_thieves_nothing_is_stopped():
    assert stopped_in([SCRIPT], [], [cases.load()]) == {SCRIPT: []}
    assert stopped_in([SCRIPT], [H, H], []) == {SCRIPT: [0, 0]}


def test_a_goal_that_is_no_step_is_a_key_error_whatever_the_world():
    with pytest.raises(KeyError, match="is not a step of the campaign"):
        stopped_in(["nowhere"], [H], [cases.load()])
