"""95 % intervals for a share and for a rate: against published values, and against what they
promise."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labutils.incident import intervals
from labutils.incident.intervals import (
    TAIL,
    binomial_tail,
    clopper_pearson,
    daily_rate,
    poisson,
    poisson_below,
    precision,
    recall,
    wilson,
)


def rounded(interval, digits=3):
    return tuple(round(end, digits) for end in interval)


@st.composite
def counts(draw, most=60):
    trials = draw(st.integers(1, most))
    return draw(st.integers(0, trials)), trials


def binomial(hits, trials, share):
    return math.comb(trials, hits) * share**hits * (1 - share) ** (trials - hits)


def coverage(interval, trials, share):
    """How often an interval holds the true share."""
    results = [(hits, *interval(hits, trials)) for hits in range(trials + 1)]
    return sum(binomial(hits, trials, share) for hits, low, high in results if low <= share <= high)


# --- a share ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hits", "trials", "interval"),
    [(10, 12, (0.552, 0.953)), (10, 20, (0.299, 0.701)), (0, 10, (0.0, 0.278))],
)
def test_wilson_gives_the_published_values(hits, trials, interval):
    assert rounded(wilson(hits, trials)) == interval


@pytest.mark.parametrize(
    ("hits", "trials", "interval"),
    [(1, 1, (0.025, 1.0)), (0, 10, (0.0, 0.308)), (5, 10, (0.187, 0.813)), (1, 20, (0.001, 0.249))],
)
def test_clopper_pearson_gives_the_published_values(hits, trials, interval):
    assert rounded(clopper_pearson(hits, trials)) == interval


@given(counts())
def test_wilsons_ends_are_where_the_normal_test_just_does_not_reject(count):
    hits, trials = count
    for end in wilson(hits, trials):
        if 0 < end < 1:
            error = math.sqrt(end * (1 - end) / trials)
            assert abs(hits / trials - end) == pytest.approx(intervals.Z * error)


@given(counts())
def test_the_exact_interval_leaves_out_a_tail_of_two_and_a_half_percent_at_each_end(count):
    hits, trials = count
    low, high = clopper_pearson(hits, trials)
    if hits:
        assert binomial_tail(hits, trials, low) == pytest.approx(TAIL)
    if hits < trials:
        assert 1 - binomial_tail(hits + 1, trials, high) == pytest.approx(TAIL)


@given(counts(30), st.floats(0.01, 0.99))
def test_the_tail_is_the_sum_of_the_binomial(count, share):
    least, trials = count
    terms = sum(binomial(hits, trials, share) for hits in range(least, trials + 1))
    assert binomial_tail(least, trials, share) == pytest.approx(terms)


@given(counts())
def test_each_interval_holds_the_share_that_was_seen_and_mirrors(count):
    hits, trials = count
    for interval in (wilson, clopper_pearson):
        low, high = interval(hits, trials)
        assert 0 <= low <= hits / trials <= high <= 1
        assert low < high
        assert (1 - high, 1 - low) == pytest.approx(interval(trials - hits, trials), abs=1e-9)


def test_at_twelve_steps_wilson_covers_97_percent_and_the_exact_interval_more():
    assert coverage(wilson, 12, 0.9) == pytest.approx(0.974, abs=0.001)
    assert coverage(clopper_pearson, 12, 0.9) == pytest.approx(0.996, abs=0.001)


def test_one_of_one_is_not_a_hundred_percent():
    assert str(precision(1, 1)) == "1 of 1 (0.03 to 1.00)"


def test_of_no_trial_nothing_is_known():
    assert wilson(0, 0) == (0.0, 1.0)
    assert recall(0, 0).value == 0 and str(recall(0, 0)) == "0 of 0"


def test_precision_of_few_alerts_is_exact_and_of_many_wilsons():
    assert (precision(50, 100).low, precision(50, 100).high) == clopper_pearson(50, 100)
    assert (precision(50, 101).low, precision(50, 101).high) == wilson(50, 101)


# --- a rate -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "interval"), [(0, (0.0, 3.689)), (1, (0.025, 5.572)), (10, (4.795, 18.39))]
)
def test_the_interval_of_a_count_gives_the_published_values(count, interval):
    assert rounded(poisson(count)) == interval


@given(st.integers(1, 100))
def test_the_interval_of_a_count_leaves_out_a_tail_at_each_end(count):
    low, high = poisson(count)
    assert 1 - poisson_below(count, low) == pytest.approx(TAIL)
    assert poisson_below(count + 1, high) == pytest.approx(TAIL)


def test_no_alert_in_thirty_days_is_up_to_one_in_eight_days():
    rate = daily_rate([0] * 30)
    assert (rate.low, round(rate.high, 2)) == (0.0, 0.12)
    assert str(rate) == "none in 30 days (up to 0.12 a day)"


def test_bursts_leave_a_wider_interval_than_the_same_number_spread_evenly():
    even, bursts = daily_rate([1] * 60), daily_rate([10, 0, 0, 0, 0, 0, 0, 0, 0, 0] * 6)
    assert even.value == bursts.value == 1.0
    assert bursts.low < even.low and even.high < bursts.high


@given(st.lists(st.integers(0, 20), min_size=1, max_size=40))
def test_the_interval_of_a_rate_holds_it_and_is_the_same_each_time(by_day):
    rate = daily_rate(by_day)
    assert rate.low <= rate.value <= rate.high
    assert rate == daily_rate(by_day)


def test_no_day_says_nothing_about_a_rate():
    assert daily_rate([]).high == math.inf
