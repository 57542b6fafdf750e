"""Lesson 15: the evening over HTTP, with acts on its clock."""

from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tables import table

from labutils.classroom.course import lesson
from labutils.lessons.lesson_15.incident_response import (
    ACT,
    BRINGS_BACK,
    DOORS,
    HOURS,
    IN_NO_LOG,
    LEFT_BEHIND,
    MOST,
    NEEDS,
    TO_END,
    UNTIL,
    VISIT,
    Evening,
    carry_out,
    doors_of,
)

namespace: dict = {}
exec(lesson("15").items["15-8"].solution, namespace)  # noqa: S102
safe_now = namespace["safe_now"]


def opens(evening):
    return {pair for pair in evening.tries if evening.knock(*pair).is_success}


# --- the doors ----------------------------------------------------------------------------------


def test_at_the_alarm_each_of_six_secrets_opens_a_door_and_no_secret_opens_all():
    evening = Evening()
    opened = opens(evening)
    assert len(evening.tries) == 42 and len(opened) == 11
    assert {secret for secret, _ in opened} == set(evening.intruder.holds)
    assert all(doors_of(evening)[name] for name in TO_END)


def test_a_pass_outlives_the_token_that_it_was_made_with_until_passes_are_ended():
    evening = Evening()
    evening.cut("moveworks-token")
    assert evening.knock("smartsheet-account", "jira, old pass").is_success
    refused = evening.knock("smartsheet-account", "jira, new pass")
    assert refused.status_code == 403 and refused.json()["rule"] == "reachable"
    evening.cut("passes")
    assert evening.knock("smartsheet-account", "jira, old pass").json()["rule"] == "reachable"


def test_each_door_is_of_the_company():
    services = {service for service, _, _ in DOORS.values()} - {"server"}
    assert {f"{name}.example" for name in services} <= set(Evening().lab.hosts)


def test_what_the_table_says_can_be_brought_back_is_what_a_visit_brings_back():
    """For each thing and each maker that is left alone with what it needs, and without that."""
    for thing in TO_END:
        for maker in set(TO_END) - {thing}:
            needs = NEEDS.get(maker, frozenset())
            for kept in {needs - {thing}, frozenset()}:
                evening = Evening()
                rest = set(TO_END) - {maker} - kept
                evening.cut(*rest)
                comes = thing in BRINGS_BACK.get(maker, ()) and needs <= kept
                brought = [one for who, one in evening.visit() if who == maker]
                assert (thing in brought) == comes, (thing, maker, kept)


# --- acts on the clock --------------------------------------------------------------------------


def test_a_password_that_is_changed_holds_for_ten_minutes():
    outcome = carry_out(["smartsheet-account"])
    assert outcome.acts == ((ACT, "smartsheet-account"),)
    assert outcome.brought_back == ((30, "implant", "smartsheet-account"),)
    assert outcome.minutes is None and set(outcome.left) == set(TO_END)


def nothing_comes_back(order):
    """What follows from the table: the token before the passes, both before whatever the account
    could bring back, and the implant before what it can."""
    when = {name: place for place, name in enumerate(order)}
    return (
        when["moveworks-token"]
        < when["passes"]
        < when["implant"]
        < min(when["smartsheet-account"], when["lookalike-account"])
    )


ORDERS = [*permutations(TO_END)]


@settings(max_examples=60)
@given(st.sampled_from(ORDERS))
def test_an_order_ends_clean_exactly_where_the_table_says_so(order):
    outcome = carry_out(order)
    clean = outcome.minutes is not None and not outcome.left
    assert clean == nothing_comes_back(order)
    assert bool(outcome.brought_back) != clean


def test_one_order_in_sixty_works_and_the_shortest_takes_eighty_minutes():
    good = [order for order in ORDERS if nothing_comes_back(order)]
    assert len(good) * 60 == len(ORDERS)
    minutes = [carry_out(order).minutes for order in good]
    assert min(minutes) == 80 == 4 * ACT and max(minutes) > 80


def test_what_came_back_can_be_ended_again_and_is_paid_for_twice():
    acts = ["passes", "moveworks-token", "passes", "implant", *list(TO_END)[2:6]]
    outcome = carry_out(acts)
    assert outcome.left == [] and outcome.minutes is not None
    assert outcome.hours_in_vain == HOURS["passes"]
    assert outcome.hours == sum(HOURS.values()) + HOURS["passes"]


def test_eleven_acts_have_room_and_he_comes_by_after_the_last():
    outcome = carry_out(["aws-account"] * 30)
    assert len(outcome.acts) == MOST == 11
    assert UNTIL - MOST * ACT >= VISIT


def test_asked_before_each_act_the_model_solution_is_out_in_the_shortest_time():
    outcome = carry_out(safe_now)
    assert outcome.minutes == 80 and outcome.brought_back == () and outcome.left == []


def test_where_a_function_names_nothing_everything_goes_in_one_moment():
    outcome = carry_out(lambda *_: set())
    assert {minute for minute, _ in outcome.acts} == {ACT} and outcome.left == []


# --- what was left behind -----------------------------------------------------------------------


@table(
    ("name", "opens", "exists"),
    [
        ("second-user", False, True),
        ("api-token", False, False),
        ("rule", False, True),
        ("ssh-key", True, True),
        ("integration", True, True),
    ],
)
def test_what_is_left_behind_outlives_the_acts_or_does_not(name, opens, exists):
    last = carry_out(safe_now, name).looks[-1]
    assert (name in last.opens, name in last.exists) == (opens, exists)


def test_the_rule_and_the_key_bring_back_what_the_table_does_not_know():
    by = {
        name: {thing for _, maker, thing in carry_out(safe_now, name).brought_back if maker == name}
        for name in LEFT_BEHIND
    }
    assert by == {name: set() for name in LEFT_BEHIND} | {
        "rule": {"lookalike-account"},
        "ssh-key": {"implant"},
    }
    assert set(IN_NO_LOG) < set(LEFT_BEHIND)


@pytest.mark.parametrize("name", LEFT_BEHIND)
def test_what_is_left_behind_is_of_use_while_the_rest_is_there(name):
    evening = Evening(name)
    opened = {secret for secret, _ in opens(evening)}
    assert (name in opened) == (name != "rule")
