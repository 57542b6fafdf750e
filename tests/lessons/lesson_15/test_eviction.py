"""Lesson 15: the response over HTTP, and footholds that make one another anew as a sweep."""

import random
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tables import table

from labutils.classroom.course import lesson
from labutils.lab import SceneError
from labutils.lessons.lesson_15 import eviction
from labutils.lessons.lesson_15.eviction import CIRCLE, HORIZON, NAMES, TREE, Setting, after_a_visit
from labutils.lessons.lesson_15.incident_response import (
    CUTS,
    DOORS,
    HANDS,
    MAKES,
    TO_CUT,
    Evening,
    carry_out,
)

SETTINGS = st.builds(
    Setting, removal=st.integers(1, 90), visit=st.integers(1, 300), first=st.integers(1, 300)
)
GRAPHS = st.sampled_from(eviction.graphs())


# --- the sweep ----------------------------------------------------------------------------------


@given(GRAPHS, SETTINGS)
def test_one_cut_for_all_takes_as_long_as_its_removals_and_no_second_go(makes, setting):
    assert eviction.one_cut(makes, setting) == 3 * setting.removal


@given(GRAPHS, SETTINGS)
def test_one_by_one_is_no_faster_and_without_a_circle_as_fast(makes, setting):
    minutes = eviction.one_by_one(makes, setting)
    assert minutes is None or minutes >= 3 * setting.removal
    if not eviction.has_circle(makes):
        assert minutes == 3 * setting.removal


@given(GRAPHS, st.integers(1, 90), st.data())
def test_a_circle_has_no_end_while_visits_are_as_frequent_as_removals(makes, removal, data):
    visit = data.draw(st.integers(1, removal))
    setting = Setting(removal, visit, data.draw(st.integers(1, visit)))
    assert (eviction.one_by_one(makes, setting) is None) == eviction.has_circle(makes)


@given(GRAPHS, st.sets(st.sampled_from(NAMES)))
def test_a_visit_adds_what_can_be_made_and_a_second_one_adds_nothing(makes, left):
    after = after_a_visit(makes, left)
    assert left <= after == after_a_visit(makes, after)
    assert all(any(one in makes[maker] for maker in after) for one in after - left)


def test_what_no_cut_holds_has_no_end():
    assert eviction.minutes_until_out(TREE, [{"account"}, {"user"}]) is None
    assert HORIZON == 24 * 60


@given(SETTINGS, st.integers(0, 600), st.integers(0, 600))
def test_the_next_visit_is_found_as_one_would_by_going_through_the_minutes(setting, one, other):
    begin, end = sorted((one, other))
    minutes = range(begin + 1, end + 1)
    at = [m for m in minutes if m >= setting.first and not (m - setting.first) % setting.visit]
    moment = setting.next_visit(begin)
    assert ([moment] if moment <= end else []) == at[:1]


def test_there_are_64_ways_and_25_without_a_circle():
    graphs = eviction.graphs()
    assert len(graphs) == len({str(makes) for makes in graphs}) == 64
    assert sum(not eviction.has_circle(makes) for makes in graphs) == 25
    assert eviction.has_circle(CIRCLE) and not eviction.has_circle(TREE)


# --- over HTTP ----------------------------------------------------------------------------------


def opens(evening):
    return {pair for pair in evening.tries if evening.knock(*pair).is_success}


def test_at_the_alarm_each_of_six_secrets_opens_a_door_and_no_secret_opens_all():
    evening = Evening()
    opened = opens(evening)
    assert len(evening.tries) == 42 and len(opened) == 11
    assert {secret for secret, _ in opened} == set(evening.intruder.holds)


def test_after_the_first_two_removals_of_2023_four_secrets_still_open():
    evening = Evening()
    evening.cut("smartsheet-account", "lookalike-account")
    assert opens(evening) == {
        ("moveworks-token", "gateway"),
        ("bitbucket-account", "bitbucket, old pass"),
        ("aws-account", "aws"),
        ("implant", "server"),
    }


def test_a_pass_outlives_the_token_that_it_was_made_with_until_passes_are_ended():
    evening = Evening()
    evening.cut("moveworks-token")
    assert evening.knock("smartsheet-account", "jira, old pass").is_success
    refused = evening.knock("smartsheet-account", "jira, new pass")
    assert refused.status_code == 403 and refused.json()["rule"] == "reachable"
    evening.cut("passes")
    assert evening.knock("smartsheet-account", "jira, old pass").json()["rule"] == "reachable"


def test_confluence_answers_503_for_an_hour():
    evening = Evening()
    for moment, status in (("16:59:00", 200), ("17:00:00", 503), ("17:59:00", 503)):
        evening.wait_until(f"2023-11-23T{moment}Z")
        assert evening.knock("smartsheet-account", "confluence, old pass").status_code == status
    evening.wait_until("2023-11-23T18:00:00Z")
    assert evening.knock("smartsheet-account", "confluence, old pass").is_success


def test_what_the_account_can_make_is_what_jira_lets_it_do():
    for thing in MAKES["smartsheet-account"]:
        evening = Evening()
        evening.cut("implant", thing)
        assert ("smartsheet-account", thing) in evening.visit()
        evening.cut("smartsheet-account", "implant", thing)
        assert evening.visit() == []


@table("order", list(permutations(MAKES)), ids=", ".join)
def test_one_by_one_something_comes_back_over_http_as_in_the_model(order):
    """The account and the implant make each other anew, whichever goes first."""
    outcome = carry_out([{name} for name in order])
    assert outcome.put_back and outcome.opens


@pytest.mark.parametrize(
    "cuts",
    [
        [set(TO_CUT)],
        [{"smartsheet-account", "implant"}, set(TO_CUT) - {"smartsheet-account", "implant"}],
        [{"moveworks-token", "passes", "implant"}, set(TO_CUT)],
    ],
    ids=["all at once", "both that make", "one that makes, and both ways to the other"],
)
def test_nothing_comes_back_where_what_makes_the_rest_goes_in_one_cut(cuts):
    outcome = carry_out(cuts)
    assert outcome.put_back == () and not outcome.opens


def test_passes_that_end_before_the_token_are_issued_anew():
    outcome = carry_out([{"passes"}, {"moveworks-token"}])
    assert (30, "moveworks-token", "passes") in outcome.put_back
    assert ("bitbucket-account", "bitbucket, old pass") in outcome.opens


planned = lesson("15").items["15-3"].judge


def nothing_comes_back(cuts):
    """What follows from who can recreate what: a thing must not go before what can recreate it,
    unless each way to that is shut by then. There is a visit between any two cuts."""
    when = {name: number for number, cut in enumerate(cuts) for name in cut}
    way_in_shut = max(when["moveworks-token"], when["passes"])
    account_useless = min(when["smartsheet-account"], way_in_shut)
    return (
        when["moveworks-token"] <= when["passes"]
        and when["implant"] <= min(when["smartsheet-account"], when["lookalike-account"])
        and account_useless <= min(when["implant"], when["lookalike-account"])
    )


def test_the_judge_lets_a_plan_pass_exactly_when_nothing_can_recreate_what_is_gone():
    drawn, verdicts = random.Random(15), set()
    for _ in range(300):
        places = drawn.sample([*range(CUTS)] * HANDS, len(TO_CUT))
        cuts = [
            {name for name, at in zip(TO_CUT, places, strict=False) if at == cut}
            for cut in range(CUTS)
        ]
        cuts = [cut for cut in cuts if cut]
        passed = planned(cuts).kind == "passed"
        assert passed == nothing_comes_back(cuts), cuts
        verdicts.add(passed)
    assert verdicts == {True, False}


def test_removing_one_after_the_other_takes_longer_than_the_hour():
    """The way in first, and then each foothold by itself: nothing comes back, but it is late."""
    one_by_one = [{name} for name in ("moveworks-token", "passes", "implant", *TO_CUT[2:6])]
    assert carry_out(one_by_one).put_back == ()
    assert planned(one_by_one).mistake == "late"


def test_the_token_without_its_passes_is_no_way_that_is_shut():
    outcome = carry_out([{"moveworks-token", "implant"}, set(TO_CUT)])
    assert (30, "smartsheet-account", "implant") in outcome.put_back


def test_each_door_is_of_the_company():
    services = {service for service, _, _ in DOORS.values()} - {"server"}
    evening = Evening()
    assert {f"{name}.example" for name in services} <= set(evening.lab.hosts)


# --- a run to play ------------------------------------------------------------------------------


@given(SETTINGS, st.integers(0, 2000))
def test_the_next_visit_is_the_first_after_a_minute(setting, minute):
    moment = setting.next_visit(minute)
    assert moment > minute and (moment - setting.first) % setting.visit == 0
    assert moment == setting.first or moment - setting.visit <= minute


@given(SETTINGS, st.permutations(NAMES))
def test_the_events_of_a_run_follow_one_another_and_end_as_the_minutes_say(setting, order):
    cuts = [{name} for name in order]
    events = list(eviction.carried_out(CIRCLE, cuts, setting))
    minutes = [event.minute for event in events]
    assert minutes == sorted(minutes) and minutes[-1:] <= [HORIZON]
    before = set(CIRCLE)
    for event in events:
        before = (before | event.made) - event.removed
        assert event.left == before and not event.made & event.removed
    out = eviction.minutes_until_out(CIRCLE, cuts, setting)
    assert out == (events[-1].minute if events and not before else None)


@pytest.mark.parametrize(
    ("order", "visit", "last"),
    [
        (["account", "implant", "user"], 15, "not out within a day"),
        (["account", "user", "implant"], 21, "out after 160 minutes"),
        (["account", "implant", "user"], 60, "out after 60 minutes"),
        (["account"], 60, "not out within a day"),
    ],
)
def test_a_run_is_printed_to_its_end(capsys, order, visit, last):
    eviction.print_run(CIRCLE, order, Setting(20, visit))
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "minute  15: the intruder comes by; back: nothing"
    assert lines[1] == "minute  20: account removed" and lines[-1] == last
    assert len(lines) <= eviction.SHOWN + 2


@pytest.mark.parametrize("order", [[], ["nobody"], ["account", "Implant"], "account"])
def test_an_order_of_something_else_is_refused_in_a_sentence(order):
    with pytest.raises(SceneError, match="some of these: account, user, implant"):
        eviction.print_run(CIRCLE, order, Setting())
