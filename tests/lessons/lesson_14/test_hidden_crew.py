"""The target of lesson 14: a budget, a crew that nobody has seen, and a report of what it got."""

import runpy
from functools import cache
from pathlib import Path

import pytest
from how_many import OF_A_HUNDRED

from labutils.incident import breach
from labutils.lessons.lesson_14 import thieves, worlds
from labutils.lessons.lesson_14.hidden_crew import (
    CREW,
    DEPLOYMENTS,
    FLAG,
    MOST,
    HiddenCrew,
    crew,
    played,
    the_crew,
)

ROUTES = runpy.run_path(str(Path(__file__).with_name("target_routes.py")))
affordable, best_against = ROUTES["affordable"], ROUTES["best_against"]


@cache
def lost():
    """How many losses happen to the crew under each set of controls that the budget buys."""
    sets = affordable(HiddenCrew())
    return dict(zip(sets, worlds.lost(sets, crew()), strict=True))


def losses_of_the_best(crowd, places):
    """What the hidden crew gets past the sets that lose least against other thieves."""
    return [lost()[names] for names in best_against(crowd, HiddenCrew())[:places]]


def test_the_report_counts_what_the_search_counts():
    for names in ((), ("sessions_bound",), ("behaviour_checked", "exposed_rotated")):
        report = played(names, 0)
        assert report.losses == sum(report.by_loss.values()) == lost()[names]
        assert f"{lost()[names]} of {CREW * 7} losses happen" in str(report)
    assert lost()[()] == CREW * 7


def test_more_than_one_set_is_good_enough_and_most_are_not():
    good = [names for names, count in lost().items() if count <= MOST]
    assert 3 <= len(good) < len(lost()) / 20


@pytest.mark.parametrize("seed", [f"somebody {number}" for number in range(OF_A_HUNDRED // 10)])
def test_who_counts_under_the_other_assumption_wins_and_who_does_not_loses_each_time(seed):
    crowd = list(thieves.draw(100, seed).values())
    assert min(losses_of_the_best(crowd, DEPLOYMENTS)) > MOST + 15
    assert min(losses_of_the_best(map(worlds.leaked_elsewhere, crowd), 2)) <= MOST


def test_what_stops_the_session_shows_that_this_crew_did_not_need_it():
    report = played(("acts_reauthenticated",), 6)
    assert report.by_loss["session"] <= 2 and report.by_loss["tracker"] == CREW


def test_a_deployment_gives_a_report_and_the_flag_if_little_is_lost(capsys):
    scene = HiddenCrew()
    bad = scene.deploy("sessions_bound")
    good = scene.deploy("alert_token_elsewhere", "console_managed_devices")
    assert bad.flag is None and good.flag == FLAG
    assert f"no flag: at most {MOST} losses are allowed" in str(bad) and FLAG in repr(good)
    assert "at_home: If it was bound, is it used with the browser" in capsys.readouterr().out
    assert good.controls == ("console_managed_devices", "alert_token_elsewhere")
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


def test_the_crew_is_drawn_once_and_is_the_same_for_everybody():
    assert crew() is crew() and len(crew()) == CREW
    assert {case.name for case in crew()} == {breach.cases.load().name}
