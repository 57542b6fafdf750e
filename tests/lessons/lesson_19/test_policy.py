"""The target: what a policy may be, and whom it draws."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labutils.lessons.lesson_19.policy import (
    FLAG,
    SCOPES,
    SOONEST,
    TICKET,
    TOOLS,
    VAULT,
    AgentWeek,
    as_asked,
    as_minutes,
    as_tools,
    leaks,
    undone,
)

ALL = {tool: set(SCOPES) for tool in TOOLS}
NEEDED = {"diary": {"read", "write"}, "mail": {"read", "send"}, "wiki": {"read", "write"}}


def test_what_people_need_loses_nothing_and_stops_nothing():
    assert not leaks(NEEDED, 20, {"mail send"}) and not undone(NEEDED, 20)


@given(st.dictionaries(st.sampled_from(TOOLS), st.sets(st.sampled_from(SCOPES)), min_size=1))
def test_no_policy_without_leaks_and_undone_work_has_a_right_that_nobody_needs(tools):
    if not leaks(tools, 20, {f"{one} send" for one in TOOLS}) and not undone(tools, 20):
        assert {tool: scopes for tool, scopes in tools.items() if scopes} == NEEDED


def test_a_token_that_lives_longer_than_the_thief_waits_is_used():
    assert not leaks(NEEDED, SOONEST, {"mail send"})
    assert set(leaks(NEEDED, SOONEST + 1, {"mail send"})) == {VAULT}


@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize("scope", SCOPES)
def test_each_right_that_nobody_needs_is_used(tool, scope):
    if scope not in NEEDED.get(tool, set()):
        more = NEEDED | {tool: NEEDED.get(tool, set()) | {scope}}
        assert leaks(more, 20, {"mail send", f"{tool} {scope}"})


@pytest.mark.parametrize(
    "asked", [pytest.param(set(), id="nothing"), pytest.param({"wiki read"}, id="another thing")]
)
def test_what_goes_out_unasked_is_gone(asked):
    assert set(leaks(NEEDED, 20, asked)) == {TICKET}


@pytest.mark.parametrize(
    "given", [None, {}, [], {"drive": {"read"}}, {"wiki": "read"}, {"wiki": 7}]
)
def test_what_are_no_tools_is_said(given):
    with pytest.raises(ValueError, match="tool"):
        as_tools(given)


@pytest.mark.parametrize("given", [0, -1, 1441, True, 2.5, "30", None])
def test_what_are_no_minutes_is_said(given):
    with pytest.raises(ValueError, match="minutes"):
        as_minutes(given)


@pytest.mark.parametrize("given", ["mail send", 7, {"mail shred"}])
def test_what_is_no_list_of_actions_is_said(given):
    with pytest.raises(ValueError, match=r"ask|action"):
        as_asked(given)


def test_the_third_policy_that_misses_is_the_last(capsys):
    scene = AgentWeek()
    for _ in range(3):
        assert scene.try_policy(ALL, 60) == "no flag"
    assert scene.try_policy(NEEDED, 20, {"mail send"}) == "no flag"
    assert "leaves its agent off" in capsys.readouterr().out


def test_what_is_no_policy_costs_no_try(capsys):
    scene = AgentWeek()
    for _ in range(9):
        scene.try_policy("all", 60)
    assert scene.try_policy(NEEDED, 20, {"mail send"}) == FLAG
    assert "That is not a policy" in capsys.readouterr().out
