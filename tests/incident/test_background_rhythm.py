"""When machines act: on the grid of cron, in a loop, in bursts; and again after a failure."""

import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labutils.incident.background.dice import Dice
from labutils.incident.background.rhythm import DAY, HOUR, Habit, moments

COUNTS = st.integers(0, 3000)
HABITS = st.builds(
    Habit,
    st.sampled_from(["cron", "interval", "office", "bursts"]),
    st.sampled_from([1, 5, 60, 1440]),
    st.integers(-12, 12),
    st.integers(1, 20),
    st.sampled_from([0, 30, 500]),
)


def one_day(habit: Habit, count: int, day: str = "day") -> list:
    return moments(habit, count, count, Dice("machine"), Dice(day))


def gaps(times: list[int]) -> list[int]:
    return [later - earlier for earlier, later in zip(times, times[1:], strict=False)]


@given(HABITS, COUNTS, COUNTS)
def test_a_day_has_as_many_moments_as_were_asked_for_in_their_order(habit, count, usual):
    times = [one.time for one in moments(habit, count, usual, Dice("a"), Dice("b"))]
    assert len(times) == count
    assert times == sorted(times)
    assert all(0 <= time < DAY for time in times)


def test_cron_starts_on_the_minute_and_a_second_or_two_later_its_program_runs():
    first = {}
    for one in one_day(Habit("cron", 5), 600):
        first.setdefault(one.run, one.time)
    assert len(first) == 288
    assert {time % 300 for time in first.values()} == {1, 2}


@pytest.mark.parametrize(("count", "runs"), [(1, 1), (3, 3), (23, 12), (24, 24), (100, 96)])
def test_cron_runs_so_often_that_no_run_has_nothing_to_do(count, runs):
    assert len({one.run for one in one_day(Habit("cron", 5), count)}) == runs


def test_a_job_of_the_night_does_all_at_once():
    times = [one.time for one in one_day(Habit("cron", 1440), 28)]
    assert times[-1] - times[0] < 120


def test_cron_runs_at_the_same_minutes_on_each_day():
    days = [one_day(Habit("cron", 60), 24, day) for day in "ab"]
    assert len({one.time // 60 % 60 for day in days for one in day}) == 1


def test_a_loop_waits_always_as_long_and_drifts():
    times = [one.time for one in one_day(Habit("interval"), 567)]
    some = gaps(times)
    assert statistics.pstdev(some) / statistics.mean(some) < 0.05
    assert len({time % 60 for time in times}) == 60


def test_a_loop_that_acts_once_a_day_does_so_at_about_the_same_time_and_not_at_noon():
    times = [one_day(Habit("interval"), 1, day)[0].time for day in "abcdef"]
    assert len(set(times)) == len(times)
    assert max(times) - min(times) < DAY // 20
    assert 12 * HOUR not in times


@pytest.mark.parametrize("rhythm", ["office", "bursts"])
def test_what_events_set_off_comes_in_bursts(rhythm):
    some = gaps([one.time for one in one_day(Habit(rhythm, burst=6), 400)])
    assert statistics.pstdev(some) / statistics.mean(some) > 1.5


def test_an_office_sets_off_most_in_its_own_hours():
    times = [one.time for one in one_day(Habit("office", hour=-8), 1000)]
    at_work = sum(time // HOUR >= 16 or time // HOUR < 2 for time in times)  # 8 to 18 o'clock
    assert at_work > 750


def test_a_failure_is_tried_again_and_each_wait_is_longer():
    some = one_day(Habit("interval", retries=30), 400)
    failed = [place for place, one in enumerate(some) if one.failed]
    assert 3 <= len(failed) <= 30
    for place in failed:
        again = some[place + 1]
        assert again.run == some[place].run
        assert 1 <= again.time - some[place].time <= 60
        if again.failed:
            waits = gaps([one.time for one in some[place : place + 3]])
            assert waits[1] > waits[0]


def test_what_never_fails_is_never_tried_again():
    assert not any(one.failed for one in one_day(Habit("interval"), 400))
