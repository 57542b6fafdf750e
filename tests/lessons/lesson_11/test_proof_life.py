"""Lesson 11: how long a proof serves a thief, over windows, nonces and dates."""

import pytest

from labutils.identity import dpop
from labutils.lessons.lesson_11 import proof_life
from labutils.lessons.lesson_11.proof_life import (
    SETTINGS,
    WINDOWS,
    course_check,
    last_second,
    second_use,
)

TOKEN_LIFE = 600  # seconds of an access token, which is given out some seconds before


@pytest.mark.parametrize("window", WINDOWS)
def test_without_a_nonce_a_proof_opens_until_its_date_and_the_window_or_until_the_token_ends(
    window,
):
    for date in (0, 60, 300):
        last = last_second(SETTINGS[f"window {window} s"], date)
        assert last == date + window or TOKEN_LIFE - 10 < last < TOKEN_LIFE <= date + window
    assert last_second(SETTINGS["window 60 s"], 660) == 0


@pytest.mark.parametrize("life", proof_life.NONCES)
def test_with_a_nonce_no_proof_outlives_it_and_its_date_still_counts(life):
    api = SETTINGS[f"nonce {life} s"]
    assert last_second(api, 0) == min(60, life - 1)
    assert last_second(api, 60) == min(120, life - 1)
    assert last_second(api, 660) == 0


def test_script_in_the_page_and_a_key_of_his_own_open_in_each_setting():
    everywhere = {"now": list(SETTINGS), "later": list(SETTINGS)}
    assert proof_life.settings_open_to_a_page() == everywhere


def test_a_setting_that_refuses_is_not_counted():
    assert proof_life.settings_that(lambda apps, _: apps.tom.get("https://api.example/me")) == []


@pytest.mark.parametrize("window", WINDOWS)
def test_a_name_that_is_kept_for_the_window_lets_a_proof_dated_ahead_in_twice(window):
    """RFC 9449, 11.1: it must be kept until the proof would be refused for its date."""
    twice = proof_life.used_twice("for the window", window)
    assert min(twice) == 1 and max(twice) == window
    assert proof_life.used_twice("until the proof expires", window) == []


@pytest.mark.parametrize(
    ("wait", "opens"), [(1, False), (60, False), (61, True), (120, True), (121, False)]
)
def test_the_second_use_opens_from_the_forgotten_name_to_the_end_of_the_proof(wait, opens):
    assert second_use(course_check(60), "for the window", 60, wait) is opens


def test_a_check_that_refuses_the_first_use_has_no_second():
    def refuses(_proof, _request):
        raise dpop.InvalidProof("no")

    assert not second_use(refuses, "for the window", 60, 61)


def test_what_a_second_use_gives_is_said_for_each_second():
    assert proof_life.second_uses("for the window", (30, 61, 121)) == {
        "30 s": "refused",
        "61 s": "let in",
        "121 s": "refused",
    }


def test_the_bars_are_the_sweeps_and_his_own_key_opens_whatever_the_setting():
    worth = proof_life.worth(("window 5 s", "nonce 20 s"))
    assert {name: round(minutes * 60) for name, minutes in worth.items()} == {
        ("proof, dated when it was made", "window 5 s"): 5,
        ("proof, dated ahead", "window 5 s"): 545,
        (proof_life.HIS_OWN, "window 5 s"): 10_800,
        ("proof, dated when it was made", "nonce 20 s"): 19,
        ("proof, dated ahead", "nonce 20 s"): 19,
        (proof_life.HIS_OWN, "nonce 20 s"): 10_800,
    }
