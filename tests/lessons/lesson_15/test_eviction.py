"""Lesson 15: footholds that make one another anew, as a sweep."""

from hypothesis import given
from hypothesis import strategies as st

from labutils.lessons.lesson_15 import eviction
from labutils.lessons.lesson_15.eviction import CIRCLE, HORIZON, NAMES, TREE, Setting, after_a_visit

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
