"""Variants of the thief: drawn from a seed, each one plays over HTTP as it was foreseen."""

from dataclasses import replace
from functools import cache
from random import Random

import pytest
from processor_time import within
from random_worlds import random_world
from tables import table

from labutils.incident.breach import foresee, play, with_controls
from labutils.incident.policy import World
from labutils.incident.search import (
    losses,
    robust_sets,
    robust_sets_by_goal,
    stopped_counts,
)
from labutils.lab import seconds
from labutils.lessons.lesson_14 import thieves
from labutils.lessons.lesson_14.thieves import (
    ADDRESSES,
    DEFAULT,
    KEY,
    SESSION,
    Ranges,
    drawn,
    variant,
)

H = World.historical()


@cache
def hundred():
    """The thieves of the lesson, drawn once."""
    return drawn(100)


def step(thief: thieves.Thief, fact: str, world: World = H):
    return next(step for step in foresee(world, case=thief.case) if step.fact == fact)


def test_the_same_seed_draws_the_same_thieves_and_another_one_others():
    first, again, other = drawn(10), drawn(10), drawn(10, "another seed")
    assert list(map(str, first)) == list(map(str, again)) == list(map(str, hundred()[:10]))
    assert [one.case.campaign for one in first] == [one.case.campaign for one in again]
    assert not set(map(str, first)) & set(map(str, other))
    assert list(thieves.draw(10)) == [thief.name for thief in first]


@table("place", range(0, 100, 4))
def test_a_thief_goes_over_http_as_it_was_foreseen(place):
    thief = hundred()[place]
    for world in (H, random_world(place)):
        assert play(world, case=thief.case).steps == foresee(world, case=thief.case), str(thief)


def test_each_thief_gets_something_where_the_world_is_as_it_was():
    for thief in hundred():
        gained = [one.fact for one in foresee(H, case=thief.case) if not one.stopped]
        assert set(gained) & {SESSION, "nov14-aws-accessed", "nov15-atlassian-access"}


def test_all_that_can_be_drawn_is_drawn():
    assert {thief.age for thief in hundred()} == set(DEFAULT.ages)
    assert {thief.pace for thief in hundred()} == set(DEFAULT.paces)
    assert {thief.place for thief in hundred()} == set(DEFAULT.places) == set(ADDRESSES)
    orders = {tuple(plan.fact for plan in thief.case.campaign.steps) for thief in hundred()}
    assert len(orders) > 50
    assert {len(thief.knows) for thief in hundred()} >= {1, 2, 3, 4}


@pytest.mark.parametrize("age", [0.5, 2, 7.5, 26])
def test_the_session_is_used_when_it_is_so_old(age):
    thief = variant("one", Ranges(ages=(age,)))
    begins = seconds(step(thief, SESSION).time)
    issued = thief.case.estate.credentials["admin-session"].issued
    assert begins - issued == age * 3600
    read = [ask.at for route in step(thief, SESSION).plan.routes for ask in route if ask.at]
    assert read and all(issued <= seconds(at) < begins for at in read)


def test_a_pace_of_a_tenth_is_ten_times_as_fast_from_the_session_on():
    def lasts(pace: float) -> int:
        thief = variant("one", Ranges(ages=(26,), paces=(pace,), swaps=0))
        first = seconds(step(thief, SESSION).time)
        return seconds(step(thief, "nov14-aws-accessed").time) - first

    assert (
        lasts(1)
        == 10 * lasts(0.1)
        == seconds("2023-11-14T10:30:00Z") - seconds("2023-10-18T08:00:00Z")
    )


def test_who_comes_from_the_usual_network_is_usual_and_who_comes_from_the_laptop_is_at_home():
    def stopped(place: str, **decisions: bool) -> bool:
        thief = variant("one", Ranges(ages=(26,), places=(place,), touch=0))
        return step(thief, SESSION, replace(H, **decisions)).stopped

    behaviour = {"behaviour_checked": True, "sessions_reevaluated": True}
    assert [stopped(place, **behaviour) for place in ("far", "near", "laptop")] == [
        True,
        False,
        False,
    ]
    bound = [stopped(place, sessions_bound=True) for place in ("far", "near", "laptop")]
    assert bound == [True, True, False]


def test_whoever_gets_the_key_touched_on_the_owners_laptop_passes_a_second_look():
    for touch in (0, 1):
        thief = variant("one", Ranges(places=("laptop",), touch=touch))
        assert (KEY in thief.knows) == bool(touch)
        world = replace(H, acts_reauthenticated=True, sessions_bound=True)
        assert step(thief, SESSION, world).stopped == (not touch)


# --- sets of controls against all of them --------------------------------------------------------


@cache
def by_name():
    return {thief.name: thief.case for thief in hundred()}


ASKED = (
    "recordings_cleaned",
    "sessions_bound",
    "session_hours",
    "acts_reauthenticated",
    "device_state_checked",
    "behaviour_checked",
    "sessions_reevaluated",
    "exposed_rotated",
    "service_tokens_bound",
    "integration_least_privilege",
    "repository_least_privilege",
    "alert_token_elsewhere",
)


GOALS = (SESSION, "nov14-aws-accessed", "nov22-repos-archived")


def test_a_search_over_4096_sets_and_a_hundred_thieves_agrees_with_the_replay_over_http():
    """Each thief is played once, against a set of its own that is drawn, for all goals."""
    answers = {}

    def search():
        answers.update(robust_sets_by_goal(GOALS, ASKED, by_name(), at_least=90))

    assert within(5, search)
    dice = Random(SESSION)
    for name, thief in by_name().items():
        chosen = tuple(one for one in ASKED if dice.random() < 0.25)
        alone = robust_sets_by_goal(GOALS, ASKED, {name: thief})
        played = {step.fact: step for step in play(with_controls(chosen), case=thief).steps}
        for goal in GOALS:
            counts = alone[goal].counts
            assert (counts[chosen] == 1) == played[goal].stopped, (name, goal, chosen)
            assert (name in answers[goal].unstopped) == (not any(counts.values()))


def test_one_walk_for_several_goals_counts_what_a_walk_for_each_counts():
    crowd = thieves.draw(6, "shared")
    goals = ("nov14-aws-accessed", "nov22-repos-archived")
    controls = ("sessions_bound", "exposed_rotated", "alert_token_elsewhere")
    stopped = stopped_counts(goals, controls, crowd.values())
    for goal in goals:
        assert stopped[goal] == robust_sets(goal, controls, crowd).counts
    lost = losses(goals, controls, crowd.values())
    for names, count in lost.items():
        assert count == 12 - sum(counts[names] for counts in stopped.values())
