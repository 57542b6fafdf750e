"""Bands, without a browser: what is moved, and which orders were seen."""

import subprocess
import sys
from itertools import permutations
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tables import table

from labutils.instruments.bands import DAY, STEPS, Bands, bands

PROBE = 9 * 3600 + 22 * 60 + 49
MAKE = """
from labutils.instruments.bands import Bands
b = Bands({"probe": 33769, "cloud": None, "sign-in": None}, title="a day", hint="*move*")
b.move("cloud", 3)
print(b.bundle(), b.live())
"""


def a_day():
    """A probe that is known to the second, and two events without an hour."""
    return Bands({"probe": PROBE, "cloud": None, "sign-in": None})


def test_the_words_say_what_is_known_and_what_somebody_placed():
    assert a_day().words() == (
        "One day\n"
        "probe    09:22:49  known\n"
        "cloud    12:00     placed by hand\n"
        "sign-in  12:00     placed by hand\n"
        "Probe, then cloud, then sign-in. 1 of 6 orders seen; the clock allows every one."
    )


def test_a_mark_that_is_moved_changes_the_order():
    day = a_day()
    day.move("cloud", 3)
    assert day.order == ("cloud", "probe", "sign-in")
    assert "2 of 6 orders seen" in day.sentence() and 'aria-valuetext="03:00"' in day.live()


def test_every_order_can_be_seen_and_no_other():
    day = a_day()
    for cloud, sign_in in ((1, 2), (2, 1), (1, 12), (12, 1), (12, 13), (13, 12)):
        day.move("cloud", cloud)
        day.move("sign-in", sign_in)
    assert day.orders == set(permutations(day.at)) and len(day.orders) == day.possible == 6


def test_where_all_is_known_there_is_one_order_and_nothing_to_move():
    day = Bands({"one": 1, "other": 2})
    assert "No other order is possible." in day.sentence()
    assert "<input" not in day.live()


@table("name", ["probe", "nobody", ""])
def test_what_has_a_place_or_is_not_there_cannot_be_moved(name):
    with pytest.raises(ValueError, match="these can: cloud, sign-in"):
        a_day().move(name, 3)


@table("events", [{}, {"late": DAY}, {"early": -1}])
def test_events_must_lie_in_one_day(events):
    with pytest.raises(ValueError, match="at least one|from 0 to 86399"):
        bands(events)


WHAT = st.sampled_from(["move", "move0", "move1", "move9", "movex"])


@given(what=WHAT, value=st.text(max_size=9))
def test_whatever_is_sent_a_mark_stays_in_its_day_and_what_is_known_stays(what, value):
    day = a_day()
    day.touched(what, value)
    assert day.at["probe"] == PROBE and all(0 <= at < DAY for at in day.at.values())


@given(quarter=st.integers(0, STEPS))
def test_the_pictures_are_whole_wherever_a_mark_is(quarter):
    day = a_day()
    day.touched("move1", str(quarter))
    ElementTree.fromstring(day.still())
    live = day.live()
    ElementTree.fromstring(live[live.index("<svg") : live.index("</svg>") + len("</svg>")])


def test_the_same_bytes_in_every_run():
    runs = {
        subprocess.run(
            [sys.executable, "-c", MAKE],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("0", "1")
    }
    assert len(runs) == 1
