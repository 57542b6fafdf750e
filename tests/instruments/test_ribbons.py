"""Ribbons, without a browser: what is turned, and what is there afterwards."""

import itertools
import subprocess
import sys
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labutils.instruments import ribbons_picture
from labutils.instruments.ribbons import Ribbons, ribbons
from labutils.instruments.ribbons_picture import Axis

DAY = 1440
LIFETIMES = (5, 10, 60)
MAKE = """
from labutils.instruments.ribbons import Ribbons
worth = {("cookie", 5): 0, ("cookie", 9): 60, ("token", 5): 1}
r = Ribbons(worth, horizon=90, parents={"token": "cookie"})
print(r.bundle(), r.live())
"""


def lifetimes(**options):
    """A cookie, a code and what came from it, for three lifetimes of an access token."""
    worth = {}
    for minutes in LIFETIMES:
        worth["cookie", minutes] = 14 * DAY
        worth["code", minutes] = 0
        worth["access token", minutes] = minutes
        worth["refresh token", minutes] = 200 * DAY
    parents = {"code": "cookie", "access token": "code", "refresh token": "code"}
    return Ribbons(worth, horizon=90 * DAY, dial="lifetime", parents=parents, **options)


def test_the_words_are_the_whole_table():
    assert lifetimes().words() == (
        "lifetime           5 minutes  10 minutes  1 hour\n"
        "cookie             14 days    14 days     14 days\n"
        "  code             refused    refused     refused\n"
        "    access token   5 minutes  10 minutes  1 hour\n"
        "    refresh token  90 days +  90 days +   90 days +"
    )


def test_many_settings_are_lines_and_one_is_a_column():
    many = Ribbons({("cookie", minutes): minutes for minutes in range(1, 8)}, horizon=90)
    assert many.words().splitlines()[:2] == ["Setting    cookie", "1 minute   1 minute"]
    assert Ribbons({("cookie", 0): 30}, horizon=90).words() == "cookie  30 minutes"


def test_the_handle_goes_through_the_settings():
    shown = lifetimes()
    assert (shown.at, shown.place) == (5, 0)
    shown.turn(60)
    assert shown.at == 60 and 'value="2"' in shown.live()
    assert 'aria-valuetext="1 hour"' in shown.live()
    shown.touched("turn", "1")
    assert shown.at == 10


def test_it_starts_where_it_is_told():
    assert lifetimes(start=10).at == 10


@pytest.mark.parametrize("text", ["", "x", "-1", "1.5", "²", "nan"])
def test_no_other_touch_turns_it(text):
    shown = lifetimes()
    shown.touched("turn", text)
    assert shown.at == 5


def test_a_place_beyond_the_last_is_the_last():
    shown = lifetimes()
    shown.touched("turn", "9" * 30)
    assert shown.at == 60


def test_an_unknown_setting_is_a_sentence():
    with pytest.raises(ValueError, match="no setting 7; there are 5, 10, 60"):
        lifetimes().turn(7)


@pytest.mark.parametrize("width", [240, 520, 760, 1184])
@pytest.mark.parametrize("setting", LIFETIMES)
def test_the_line_can_be_dragged_to_a_setting(width, setting):
    shown = lifetimes(start=60 if setting != 60 else 5)
    shown.touched("width", str(width))
    axis = ribbons_picture.axis_of(shown)
    shown.touched("drag", str(axis.x(setting) / ribbons_picture.width_of(shown)))
    assert shown.at == setting


@given(st.text(max_size=8) | st.floats().map(str))
def test_no_drag_goes_astray(share):
    shown = lifetimes()
    shown.touched("drag", share)
    assert shown.at in LIFETIMES


def test_settings_that_are_words_are_buttons_and_have_no_line():
    shown = Ribbons({("cookie", "reset the password"): 60, ("cookie", "revoke"): 0}, horizon=90)
    assert "data-drag" not in shown.live() and 'type="range"' not in shown.live()
    assert 'data-value="1" aria-pressed="false">revoke</button>' in shown.live()
    shown.touched("drag", "0.9")
    assert shown.at == "reset the password"
    shown.touched("turn", "1")
    assert 'data-value="1" aria-pressed="true">revoke</button>' in shown.live()
    shown.turn("revoke")
    assert shown.sentence() == "Nothing opens anything any more."


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(0, "refused"), (1, "1 minute"), (90, "1 hour 30 minutes"), (DAY, "1 day"), (None, "unknown")],
)
def test_a_duration_in_words(minutes, words):
    assert lifetimes().value_in_words(minutes) == words


def test_a_bar_that_reaches_the_horizon_says_so():
    assert lifetimes().table()["refresh token"][5] == "90 days +"
    assert Ribbons({("cookie", 0): 90}, horizon=90).words() == "cookie  1 hour 30 minutes +"


def test_a_bar_is_the_intruders_and_a_refusal_is_a_ring_of_the_defender():
    picture = lifetimes().live()
    assert picture.count("<rect ") == 1 + 3  # the ground, and three bars
    assert picture.count("<circle ") == 1 + 1  # the code's ring, and the knob
    assert "stroke:var(--lu-defender-fill)" in picture and ">refused</text>" in picture


def test_what_is_not_known_says_so():
    shown = Ribbons({("token", 0): 5}, horizon=90, parents={"token": "cookie"})
    assert shown.words().splitlines() == ["cookie   unknown", "  token  5 minutes"]
    assert ">unknown</text>" in shown.live()


def test_own_words_for_minutes_and_an_own_sentence():
    shown = lifetimes(unit_words=lambda minutes: f"{minutes:g} min", on_turn=lambda at: f"At {at}.")
    assert "5 min" in shown.words() and shown.sentence() == "At 5."
    shown.turn(10)
    assert "At 10." in shown.live()


def test_a_sentence_that_fails_is_told():
    assert lifetimes(on_turn=lambda at: {}[at]).sentence() == "KeyError: 5"


def test_a_sentence_that_never_comes_is_told():
    def never(at):
        while at:
            pass

    assert lifetimes(on_turn=never).sentence().startswith("It does not end.")


@pytest.mark.parametrize(
    ("worth", "options", "says"),
    [
        ({}, {}, "at least one thing"),
        ({("cookie", 0): -1}, {}, "'cookie' at 0 is -1"),
        ({("cookie", 0): float("nan")}, {}, "no number of minutes"),
        ({("cookie", 0): 1}, {"horizon": 0}, "horizon"),
        ({("cookie", 0): 1}, {"start": 3}, "no setting 3"),
        ({("a", 0): 1, ("b", 0): 1}, {"parents": {"a": "b", "b": "a"}}, "came from itself"),
    ],
)
def test_bad_input_is_a_sentence(worth, options, says):
    with pytest.raises(ValueError, match=says):
        Ribbons(worth, **{"horizon": 90, **options})


def test_names_are_escaped_and_both_pictures_are_xml():
    shown = Ribbons({("<script>&\x00\"'", "<b>"): 5, ("x", "<i>"): 9}, horizon=90, dial="<u>")
    assert "<script>" not in shown.live() and "<b>" not in shown.live()
    assert "<u>" not in shown.live()
    ElementTree.fromstring(shown.bundle()["image/svg+xml"])


@pytest.mark.parametrize("width", [240, 400, 760, 1184])
def test_ticks_do_not_touch_and_no_bar_is_wider_than_the_picture(width):
    shown = lifetimes()
    shown.touched("width", str(width))
    axis = ribbons_picture.axis_of(shown)
    places = [x for x, _ in axis.ticks()]
    assert all(b - a >= ribbons_picture.TICK_ROOM for a, b in itertools.pairwise(places))
    assert axis.right < ribbons_picture.width_of(shown) and len(places) >= 2


@given(st.lists(st.floats(min_value=1e-6, max_value=1e9), min_size=2, max_size=6))
def test_a_longer_duration_is_never_to_the_left(durations):
    axis = Axis(1e-6, 1e9, 0, 100)
    places = [axis.x(one) for one in sorted(durations)]
    assert places == sorted(places) and places[0] >= 0 and places[-1] <= 100


def test_what_is_drawn_is_the_same_bytes_in_each_process():
    def once(seed):
        return subprocess.check_output([sys.executable, "-c", MAKE], env={"PYTHONHASHSEED": seed})

    assert once("1") == once("2")


def test_it_is_shown_and_returned(capsys):
    assert isinstance(ribbons({("cookie", 0): 5}, horizon=90), Ribbons)
    assert capsys.readouterr().out == ""  # no notebook runs here


# --- several handles ------------------------------------------------------------------------------

DELAYS, LIVES = (0, 5, 30), (1, 10)


def two_handles(**options):
    """A token at two APIs, by when somebody notices and how long it lives."""
    worth = {}
    for delay in DELAYS:
        for life in LIVES:
            worth["offline", (delay, life)] = life
            worth["told", (delay, life)] = min(life, delay)
    return Ribbons(worth, horizon=60, dial=("you notice", "it lives"), start=(0, 10), **options)


def test_each_of_several_handles_is_turned_by_itself():
    shown = two_handles()
    assert (shown.at, shown.turned(0)) == ((0, 10), [(0, 10), (5, 10), (30, 10)])
    shown.touched("turn", "1", {"handle0": "1", "handle1": "1"})
    assert shown.at == (5, 10)
    shown.touched("turn", "0", {"handle0": "1", "handle1": "0"})
    assert shown.at == (5, 1)
    shown.turn(30, 10)
    assert shown.at == (30, 10) and 'name="handle0"' in shown.live()
    assert 'value="1" data-do="turn" aria-valuetext="10 minutes"' in shown.live()


def test_a_place_that_is_none_turns_no_handle():
    shown = two_handles()
    shown.touched("turn", "x", {"handle0": "-1", "handle1": "nan"})
    shown.touched("turn", "", {})
    assert shown.at == (0, 10)


@pytest.mark.parametrize("settings", [(5,), (5, 10, 1), (7, 10), (5, 7)])
def test_settings_that_do_not_fit_turn_nothing(settings):
    shown = two_handles()
    with pytest.raises(ValueError, match=r"a setting for each|no setting 7"):
        shown.turn(*settings)
    assert shown.at == (0, 10)


def test_the_first_handle_has_its_line_and_its_ticks_and_is_dragged():
    shown = two_handles()
    axis = ribbons_picture.axis_of(shown)
    shown.touched("drag", str(axis.x(30) / ribbons_picture.width_of(shown)))
    assert shown.at == (30, 10)
    assert "Dashed line: the first handle." in shown.live()
    assert "where it ends at its other settings" in shown.live()


def test_the_words_of_several_handles_are_a_table_for_each_and_what_is_beside_the_bars():
    shown = two_handles(beside=lambda name, at: f"{at[1]} a second" if name == "told" else "")
    shown.turn(5, 10)
    assert [line.rstrip() for line in shown.words().splitlines()] == [
        "you notice: 5 minutes",
        "it lives: 10 minutes",
        "",
        "offline  10 minutes",
        "told     5 minutes   10 a second",
        "",
        "you notice  no time     5 minutes   30 minutes",
        "offline     10 minutes  10 minutes  10 minutes",
        "told        refused     5 minutes   10 minutes",
        "",
        "it lives  1 minute  10 minutes",
        "offline   1 minute  10 minutes",
        "told      1 minute  5 minutes",
    ]


@pytest.mark.parametrize("width", [240, 400, 760, 1184])
def test_what_is_beside_a_bar_is_at_the_right_and_no_bar_reaches_it(width):
    shown = two_handles(beside=lambda *_: "3,367 a second")
    shown.touched("width", str(width))
    wide = ribbons_picture.width_of(shown)
    assert shown.live().count(">3,367 a second</text>") == 2
    room = 0 if wide < ribbons_picture.NARROW else 100
    assert ribbons_picture.axis_of(shown).right < wide - room
    ElementTree.fromstring(shown.bundle()["image/svg+xml"])


@pytest.mark.parametrize(
    ("worth", "dial", "says"),
    [
        ({("token", 5): 1}, ("one", "two"), "5 is no setting of 2 handles: one, two"),
        ({("token", (5,)): 1}, ("one", "two"), "no setting of 2 handles"),
        ({("token", (5, "revoke")): 1}, ("one", "two"), "'two' is one of several handles"),
    ],
)
def test_settings_of_several_handles_are_a_number_for_each(worth, dial, says):
    with pytest.raises(ValueError, match=says):
        Ribbons(worth, horizon=90, dial=dial)
