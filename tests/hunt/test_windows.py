"""Windows of time: which hold, which touch, and what is counted in them."""

from itertools import pairwise, product

import pytest
from hunt_helpers import correlation, rule
from hypothesis import given
from hypothesis import strategies as st
from sigma.collection import SigmaCollection
from tables import table

from labutils.hunt.windows import (
    Match,
    Part,
    PercentileTally,
    SumTally,
    ValueTally,
    Window,
    Windows,
    number,
    numbers,
    onsets,
)

RULES = [rule({"eventType": name}, name=name) for name in ("one", "two", "three")]


def question(kind, names, **more):
    """What a correlation of ten seconds asks of each window."""
    whole = correlation(kind, list(names), **{"timespan": "10s", **more})
    return Windows(SigmaCollection.from_dicts([*RULES, whole]).rules[-1])


def matches(*every):
    """Matches of (time, rule's place, event, value), as far as they are said."""
    return [Match(*(*some, None, None)[:4]) for some in every]


def ends(asked, some, horizon=1000):
    return [window.end for window in asked.of(some, [], horizon)[0]]


# --- onsets ---------------------------------------------------------------------------------------


def window(start, low, high, every):
    return Window(start, start + 10, 1, [Part(every, low, high)])


def test_windows_that_touch_are_one_onset_that_begins_where_the_first_one_held():
    every = matches(*((10 * n, 0, n) for n in range(6)))
    first, second = onsets(
        [window(0, 0, 2, every), window(10, 1, 3, every), window(21, 3, 5, every)]
    )
    assert (first.time, first.end) == (10, 20) and numbers(first.parts) == {0, 1, 2}
    assert (second.time, second.end) == (31, 31) and numbers(second.parts) == {3, 4}


def test_an_onset_that_grows_leaves_its_opening_as_it_was():
    every = matches((0, 0, 1), (5, 0, 2), (12, 0, 3))
    (onset,) = onsets([window(0, 0, 2, every), window(2, 1, 3, every)])
    assert numbers(onset.parts) == {1, 2, 3} and numbers(onset.opening.parts) == {1, 2}


def test_the_events_of_an_alert_are_those_of_the_windows_below_it():
    every = matches((0, 0, 1), (5, 0, 2), (12, 0, 3))
    below = [window(0, 0, 2, every), window(2, 1, 3, every)]
    above = matches((10, 0, below[0]), (12, 0, below[1]))
    assert numbers([Part(above, 0, 2)]) == {1, 2, 3}
    assert numbers([Part(above, 0, 1)]) == {1, 2}


# --- order ----------------------------------------------------------------------------------------


def test_two_events_of_the_same_moment_are_in_order():
    ordered = question("temporal_ordered", ["one", "two"])
    assert ends(ordered, matches((5, 0, 1), (5, 1, 2))) == [5]
    assert ends(ordered, matches((5, 1, 2), (6, 0, 1))) == []


def test_one_event_is_not_two_that_follow_each_other():
    ordered = question("temporal_ordered", ["one", "two"])
    assert ends(ordered, matches((5, 0, 1), (5, 1, 1))) == []
    assert ends(ordered, matches((5, 0, 1), (5, 1, 1), (6, 1, 2))) == [6]


def test_where_an_event_could_be_either_another_takes_its_place():
    """Event 1 is true of both rules, event 2 of the first alone: 2 comes first, then 1."""
    ordered = question("temporal_ordered", ["one", "two"])
    assert ends(ordered, matches((5, 0, 1), (5, 0, 2), (5, 1, 1))) == [5]


def test_three_rules_want_three_events_of_a_moment():
    ordered = question("temporal_ordered", ["one", "two", "three"])
    assert ends(ordered, matches((5, 0, 1), (5, 1, 1), (5, 1, 2), (5, 2, 2))) == []
    assert ends(ordered, matches((5, 0, 1), (5, 1, 2), (5, 2, 3))) == [5]


def test_every_event_of_an_ordered_sequence_is_evidence_and_the_first_one_gives_the_id():
    """Nothing follows the last of them, 3."""
    ordered = question("temporal_ordered", ["one", "two"], timespan="15m")
    some = matches((0, 0, 1), (60, 1, 2), (120, 1, 4), (200, 0, 5), (300, 1, 6), (400, 0, 3))
    (onset,) = onsets(ordered.of(some, [], 1000)[0])
    assert numbers(onset.parts) == {1, 2, 4, 5, 6}
    assert numbers(onset.opening.first) == {1, 2}


@given(st.sets(st.tuples(st.integers(0, 2), st.integers(0, 7)), max_size=10), st.integers(2, 3))
def test_evidence_is_whatever_is_in_a_sequence(drawn, length):
    """Against all sequences, one by one: no earlier than the one before, and no event twice. Two
    events share each moment."""
    ordered = question("temporal_ordered", ["one", "two", "three"][:length])
    every = sorted(drawn, key=lambda one: one[1])
    some = matches(*((n // 2, slot, n) for slot, n in every if slot < length))
    sequences = [
        one
        for one in product(*([m for m in some if m.slot == slot] for slot in range(length)))
        if all(a.time <= b.time for a, b in pairwise(one)) and len({m.event for m in one}) == length
    ]
    found = {n for window in ordered.of(some, [], 1000)[0] for n in numbers(window.parts)}
    assert found == {m.event for one in sequences for m in one}


# --- absence --------------------------------------------------------------------------------------


def test_a_window_that_is_not_over_is_counted_where_it_may_still_hold():
    lonely = question("temporal", ["one", "two"], condition="one and not two")
    some = matches((0, 0, 1), (95, 0, 2), (96, 0, 3), (96.5, 1, 4))
    windows, not_over = lonely.of(some[:2], [], 100)
    assert [one.end for one in windows] == [10] and not_over == 1
    assert lonely.of(some, [], 100)[1] == 0  # the second rule is true of an event in each


# --- what is counted ------------------------------------------------------------------------------


@given(st.lists(st.one_of(st.none(), st.integers(-5, 5), st.floats(-1e9, 1e9)), max_size=30))
def test_what_came_and_went_leaves_no_trace(values):
    for tally in (SumTally(mean=False), SumTally(mean=True), PercentileTally(90), ValueTally()):
        tally.come(0.5)
        before = tally.metric()
        for value in values:
            tally.come(value)
        for value in values:
            tally.go(value)
        assert tally.metric() == before


def test_a_percentile_lies_between_two_numbers():
    tally = PercentileTally(50)
    assert tally.metric() is None
    for value in (4, 1, 3, 2):
        tally.come(value)
    assert tally.metric() == 2.5


@table(
    ("value", "is_number"),
    [(5, 5), ("5", 5.0), (" -1.5e3 ", -1500.0), ("05", None), ("1e999", None), ("true", None)]
    + [(float("inf"), None), (None, None), ("٣", None), ("", None), ("0x10", None), ("\t1", None)],
)
def test_a_number_may_be_written_as_json_writes_it(value, is_number):
    assert number(value) == is_number


@pytest.mark.parametrize("percentile", [-1, 101, 1000])
def test_what_is_no_percentile_is_refused(percentile):
    condition = {"field": "n", "gte": 1, "percentile": percentile}
    with pytest.raises(ValueError, match="from 0 to 100"):
        question("value_percentile", ["one"], condition=condition)


def test_an_event_of_two_rules_counts_once():
    counted = question("event_count", ["one", "two"], condition={"gte": 2})
    assert ends(counted, matches((5, 0, 1), (5, 1, 1))) == []
    assert ends(counted, matches((5, 0, 1), (5, 1, 2))) == [5]
