"""Lesson 15: three footholds, removed in every order while the intruder comes by."""

from labutils.stage import eviction


def test_nothing_comes_back_where_the_root_goes_first_and_something_does_in_every_other_order():
    for one in eviction.evictions():
        assert bool(one.put_back) == (one.order[0] != "service account")
        assert (
            one.removals == 3 + len(one.put_back) and one.minutes == one.removals * eviction.REMOVAL
        )
