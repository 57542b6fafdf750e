"""The target of lesson 14: a budget, a crew that replans, and a report of what it got."""

import runpy
from functools import cache
from pathlib import Path

import pytest
from how_many import OF_A_HUNDRED

from labutils.incident import breach
from labutils.lessons.lesson_14 import thieves, worlds
from labutils.lessons.lesson_14.hidden_crew import (
    ALL_LOSSES,
    CREW,
    DEPLOYMENTS,
    FLAG,
    MOST,
    HiddenCrew,
    losses_of,
    played,
    the_crew,
)

ROUTES = runpy.run_path(str(Path(__file__).with_name("target_routes.py")))
affordable, best_against = ROUTES["affordable"], ROUTES["best_against"]


@cache
def lost():
    """How many losses happen under each set that the budget buys, once the crew has read it."""
    sets = affordable(HiddenCrew())
    worst = [0] * len(sets)
    for thief in CREW:
        columns = zip(*losses_of(sets, thief.replies()), strict=True)
        worst = [sum_ + max(each) for sum_, each in zip(worst, columns, strict=True)]
    return dict(zip(sets, worst, strict=True))


def test_the_report_says_what_the_search_says():
    for names in ((), ("sessions_bound",), ("behaviour_checked", "exposed_rotated")):
        report = played(names, 0)
        assert report.losses == lost()[names] and report.first <= report.losses
        assert f"of {ALL_LOSSES} losses; after: {lost()[names]}" in str(report)
        assert len(report.members) == len(CREW)
    assert lost()[()] == ALL_LOSSES


def test_more_than_one_set_is_good_enough_and_most_are_not():
    good = [names for names, count in lost().items() if count <= MOST]
    assert 3 <= len(good) < len(lost()) / 20
    assert all("service_tokens_bound" in names for names in good)


@pytest.mark.parametrize("seed", [f"somebody {number}" for number in range(OF_A_HUNDRED // 20 + 1)])
def test_who_counts_thieves_that_do_not_replan_loses_under_either_assumption(seed):
    crowd = list(thieves.draw(100, seed).values())
    for cases in (crowd, [worlds.leaked_elsewhere(case) for case in crowd]):
        best = best_against(cases, HiddenCrew())[:DEPLOYMENTS]
        assert min(lost()[names] for names in best) > MOST


def test_a_plan_that_reads_the_policy_is_never_worse_for_the_thief():
    for names in affordable(HiddenCrew())[::25]:
        report = played(names, 0)
        assert report.first <= report.losses


def test_each_of_the_crew_knows_every_route_and_what_he_can_buy():
    for thief in CREW:
        for reply in thief.replies():
            bought = set(reply.campaign.start_with) & set(thieves.FOR_SALE)
            assert len(bought) >= thief.buys and len(bought) <= thief.buys + 1
        assert str(thief).endswith(f"can buy {thief.buys}, at any pace")


def test_a_deployment_gives_a_report_and_the_flag_if_little_is_lost(capsys):
    scene = HiddenCrew()
    bad = scene.deploy("sessions_bound")
    good = scene.deploy("service_tokens_bound", "repository_least_privilege")
    assert bad.flag is None and good.flag == FLAG
    assert f"no flag: at most {MOST} losses are allowed" in str(bad) and FLAG in repr(good)
    assert "laptop, can buy 2, at any pace: from laptop, buys" in capsys.readouterr().out
    assert good.controls == ("service_tokens_bound", "repository_least_privilege")
    assert scene.left == DEPLOYMENTS - 2


@pytest.mark.parametrize(
    ("controls", "says"),
    [
        (("training",), "There is no control 'training' on the list: recordings_cleaned"),
        (
            ("acts_reauthenticated", "sessions_bound"),
            "That costs 11 points, but the budget is 7. Nothing was deployed.",
        ),
    ],
)
def test_what_cannot_be_deployed_gets_a_sentence_and_costs_no_deployment(controls, says, capsys):
    scene = HiddenCrew()
    assert scene.deploy(*controls) is None and scene.left == DEPLOYMENTS
    assert says in capsys.readouterr().out


def test_after_the_last_deployment_a_sentence_says_how_to_begin_anew(capsys):
    scene = HiddenCrew()
    assert all(scene.deploy() for _ in range(DEPLOYMENTS))
    assert scene.deploy() is None
    assert "You have no deployments left. Restart the kernel" in capsys.readouterr().out
    assert the_crew() is the_crew()  # a second target('14') brings no deployments back


@pytest.mark.parametrize("kind", [list, tuple, set])
def test_one_list_of_names_is_taken_too(kind):
    report = HiddenCrew().deploy(kind(["session_hours", "sessions_reevaluated"]))
    assert report.controls == ("session_hours", "sessions_reevaluated")


def test_the_crew_is_the_same_for_everybody():
    assert HiddenCrew().crew is CREW
    names = {reply.name for thief in CREW for reply in thief.replies()}
    assert names == {breach.cases.load().name}
