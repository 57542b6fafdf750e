"""Lesson 11: how long a proof serves a thief, over windows, nonces and dates."""

import pytest

from labutils.identity import dpop
from labutils.lessons.lesson_11 import proof_life
from labutils.lessons.lesson_11.pictures import ahead
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


def test_the_picture_says_for_each_setting_the_first_and_the_longest():
    figure, sentence = ahead({"window 5 s": [5, 65, 0]}, [0, 60, 660], "Title")
    assert "window 5 s: 5 s for a proof dated now, 65 s for the longest." in sentence
    faces = [
        line.get_markerfacecolor() for line in figure.axes[0].lines if line.get_marker() == "o"
    ]
    assert len(faces) == 3 and faces[0] == faces[1] != faces[2] == "white"
