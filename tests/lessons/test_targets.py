"""Targets under attack: which of them a loop, a look or a guess wins."""

import pytest
from target_attacks import ATTACKS, flags_in, ways_that_work

# Each way that wins a target today. A target that is mended leaves the list; none comes to it.
FALL = {
    "05": ["called", "looped"],
    "06": ["looped"],
}


@pytest.mark.parametrize("number", [f"{one:02}" for one in range(1, 16)])
def test_a_target_is_won_in_no_other_way_than_those_that_are_listed(number):
    assert ways_that_work(number) == FALL.get(number, [])


def test_an_attack_is_noticed_where_there_is_something_to_win():
    """By the flag alone, and not by a text that only looks like one."""
    assert set(FALL) and all(way in ATTACKS for ways in FALL.values() for way in ways)
    assert not flags_in("04", "flag-0000") and not flags_in("04", "")
