"""The target of lesson 14: a budget, a crew that nobody has seen, and a report of what it got."""

from functools import cache

import pytest

from labutils.incident import breach, search
from labutils.lessons.lesson_14 import thieves, worlds
from labutils.lessons.lesson_14.hidden_crew import (
    BUDGET,
    CREW,
    DEPLOYMENTS,
    FLAG,
    MOST,
    HiddenCrew,
    crew,
    played,
    the_crew,
)


@cache
def lost():
    """How many losses happen to the crew under each set of controls."""
    return search.losses(worlds.LOSSES.values(), worlds.TWELVE, crew())


@cache
def cost():
    return {names: sum(worlds.PRICES[name] for name in names) for names in lost()}


@cache
def affordable():
    return {names: count for names, count in lost().items() if cost()[names] <= BUDGET}


def test_the_report_counts_what_the_search_counts():
    for names in (
        (),
        ("sessions_bound",),
        ("support_least_privilege", "recordings_cleaned", "service_tokens_bound"),
    ):
        report = played(names, cost()[names])
        assert report.losses == sum(report.by_loss.values()) == lost()[names]
        assert f"of {CREW * 7} losses {lost()[names]} happen" in str(report)
    assert lost()[()] == CREW * 7


def test_more_than_one_set_is_good_enough_and_most_are_not():
    good = [names for names, lost in affordable().items() if lost <= MOST]
    assert 2 <= len(good) < len(affordable()) / 20


def test_what_is_best_against_the_lesson_s_hundred_is_not_good_enough_here():
    hundred = search.losses(worlds.LOSSES.values(), worlds.TWELVE, thieves.draw(100).values())
    best = min(affordable(), key=lambda names: (hundred[names], cost()[names]))
    assert lost()[best] > MOST


def test_a_deployment_gives_a_report_and_the_flag_if_little_is_lost(capsys):
    scene = HiddenCrew()
    bad = scene.deploy("sessions_bound")
    good = scene.deploy("service_tokens_bound", "recordings_cleaned", "support_least_privilege")
    assert bad.flag is None and good.flag == FLAG
    assert "no flag: at most 32 losses are allowed" in str(bad) and FLAG in repr(good)
    assert "steps refused by: at_home" in capsys.readouterr().out
    assert good.controls == (
        "support_least_privilege",
        "recordings_cleaned",
        "service_tokens_bound",
    )
    assert scene.left == DEPLOYMENTS - 2


@pytest.mark.parametrize(
    ("controls", "says"),
    [
        (("training",), "There is no control 'training' on the list: support_least_privilege"),
        (
            ("acts_reauthenticated", "sessions_bound"),
            "That costs 11 points, but the budget is 8. Nothing was deployed.",
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


def test_the_crew_is_drawn_once_and_is_the_same_for_everybody():
    assert crew() is crew() and len(crew()) == CREW
    assert {case.name for case in crew()} == {breach.cases.load().name}
