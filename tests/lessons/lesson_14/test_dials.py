"""Five guesses as dials: what is kept is what is counted, and what went in comes back."""

import pytest
from how_many import OF_A_HUNDRED
from tables import table

from labutils.lab import data_file
from labutils.lessons.lesson_14 import dials, start, worlds
from labutils.lessons.lesson_14.dials import ASSUMPTIONS, COUNTED_AT, COURSE, ELSEWHERE, TENANT


@pytest.mark.skipif(OF_A_HUNDRED < 100, reason="make test-all counts a setting again")
def test_a_setting_counted_again_gives_what_is_kept():
    assert dials.count_all("touch", 100) == dials.kept()["touch"]["100"]


def test_every_setting_of_every_dial_is_kept_for_every_control():
    text = data_file("conclusions/lesson-14.json").read_text(encoding="utf-8")
    assert len(text) < 100_000
    for name, settings in COUNTED_AT.items():
        assert list(dials.kept()[name]) == [str(one) for one in settings]
        for of_assumptions in dials.kept()[name].values():
            for assumption in ASSUMPTIONS:
                counts = of_assumptions[assumption]
                assert tuple(counts) == worlds.CONTROLS
                assert all(0 <= count <= dials.COUNTED for count in counts.values())


def test_the_course_s_own_guesses_are_the_ranges_that_thieves_are_drawn_from():
    ours, default = dials.ranges(COURSE), dials.thieves.DEFAULT
    for name in ("places", "paces"):
        mine, theirs = getattr(ours, name), getattr(default, name)
        for one in set(theirs):
            assert mine.count(one) / len(mine) == pytest.approx(theirs.count(one) / len(theirs))
    assert (ours.fall_back, ours.bought, ours.touch) == (
        default.fall_back,
        default.bought,
        default.touch,
    )


@table(
    ("weights", "says"),
    [
        ({"luck": 3}, "'luck' is none of the five"),
        ({"fast": 120}, "fast is 120; it is a number from 0 to 100"),
        ({"fast": "many"}, "fast is 'many'"),
    ],
)
def test_a_guess_that_is_none_gets_a_sentence(weights, says):
    with pytest.raises(ValueError, match=says):
        dials.ranges(weights)


@table(
    ("control", "name", "at", "comes_back"),
    [
        # What the sums of the lesson say, under other weights than the course's: each within the
        # error of a thousand thieves.
        ("service_tokens_bound", "supplier", 0, 100),
        ("service_tokens_bound", "supplier", 30, 70),
        ("service_tokens_bound", "supplier", 80, 20),
        ("scripts_approved", "fall_back", 0, 100),
        ("scripts_approved", "fall_back", 40, 60),
        ("scripts_approved", "fall_back", 90, 10),
        ("exposed_rotated", "fast", 0, 75),
        ("exposed_rotated", "fast", 60, 30),
        ("repository_least_privilege", "bought", 50, 100),
    ],
)
def test_a_number_is_the_guess_that_was_put_in(control, name, at, comes_back):
    for assumption in ASSUMPTIONS:
        assert dials.dial(name, assumption)(control, at) == pytest.approx(comes_back, abs=4)


def test_what_guards_the_session_is_worth_nothing_where_the_four_leaked_elsewhere():
    assert start.under_both() == ["sessions_bound", "acts_reauthenticated"]
    assert dials.dial("fast", TENANT)("sessions_bound", 20) > 80
    assert dials.dial("fast", ELSEWHERE)("sessions_bound", 20) == 0


WEIGHTS = (
    {"supplier": 30, "fast": 5, "fall_back": 40, "bought": 30, "touch": 10},
    {"supplier": 2, "fast": 60, "fall_back": 95, "bought": 5, "touch": 90},
    {"supplier": 50, "fast": 40, "fall_back": 20, "bought": 60, "touch": 50},
)


@pytest.mark.parametrize("place", range(3))
def test_what_the_lesson_leaves_its_learner_with_holds_by_other_weights_and_seeds(place):
    """Only the sentences without a flip are left: they hold however one guesses."""
    crowd = dials.crowd(60, f"other seed {place}", WEIGHTS[place])
    for assumption in ASSUMPTIONS:
        counts = dials.counted(dials.under(assumption, crowd))
        least = counts["repository_least_privilege"]
        assert least == len(crowd)
        assert least >= max(counts["service_tokens_bound"], counts["sessions_bound"])
    elsewhere = dials.counted(dials.under(ELSEWHERE, crowd))
    assert elsewhere["sessions_bound"] == elsewhere["acts_reauthenticated"] == 0


def test_guesses_still_to_be_made_are_said_and_a_stranger_is_named(capsys):
    start.your_thieves({"supplier": 40, "fast": ...}, "training")
    printed = capsys.readouterr().out
    assert "the course's own guess is used: fast, fall_back, bought, touch." in printed
    assert "100 - 40 at the supplier's host" in printed
    assert "'training' is none of the six" in printed


def test_what_was_seen_is_from_the_ledgers(capsys):
    start.what_was_seen()
    printed = capsys.readouterr().out
    assert "sms-phish-2022-hard-keys" in printed and "okta-refused" in printed
    for fact, _, _ in start.seen_cases():
        assert fact.statement in printed and fact.confidence in ("confirmed", "quoted")
