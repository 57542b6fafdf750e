"""Choices as buttons: a click notes what typing notes, and typing stays."""

import sys

import ipywidgets
import pytest
from front_end import VIEW, bundles_shown, widget_of

from labutils.classroom import exercises, panel
from labutils.classroom.progress import load
from labutils.classroom.registry import Estimate


@pytest.fixture
def shown(monkeypatch, tmp_path):
    """What a front end is given, in order; what was replaced is gone."""
    monkeypatch.setenv("LABUTILS_PROGRESS", str(tmp_path / "progress.json"))
    return bundles_shown(monkeypatch)


def widgets(bundle):
    """All widgets of a view, those inside it too."""
    waiting = [widget_of(bundle)]
    every = []
    while waiting:
        every.append(waiting.pop(0))
        waiting += getattr(every[-1], "children", ())
    return every


def buttons(bundle):
    """The buttons of a view by their letter; one that says more by all of its words."""
    found = [one for one in widgets(bundle) if isinstance(one, ipywidgets.Button)]
    return {one.description.partition("   ")[0]: one for one in found}


def test_the_options_are_the_buttons_and_say_their_words(shown):
    exercises.predict("03-p1", "")
    question, view, place = shown
    item = exercises.lesson("03").items["03-p1"]
    assert [one.description for one in buttons(view).values()] == [
        f"{letter}   {guess.text}" for letter, guess in item.guesses.items()
    ]
    assert "Put one letter between the quotes" in question["text/plain"]
    assert view["text/plain"] == ""  # a front end without widgets shows nothing odd
    assert place == {"text/plain": "", "text/html": ""}


def test_a_click_notes_the_guess_and_answers_below_the_options_which_stay(shown):
    """So the keyboard's focus stays on the button that was pressed (WCAG 2.4.3)."""
    exercises.predict("03-p1", "")
    options = buttons(shown[1])
    options["b"].click()
    assert load()["03-p1"] == {"first": "b"}
    assert VIEW in shown[1] and shown[2]["text/plain"].startswith("03-p1: recorded: b)")
    assert options["b"].description.endswith("✓ your choice") and not options["b"].disabled
    assert "lu-chosen" in options["b"]._dom_classes
    assert all("lu-done" in options[letter]._dom_classes for letter in "ac")


def test_a_second_click_says_that_the_first_guess_stays(shown):
    exercises.predict("03-p1", "")
    options = buttons(shown[1])
    options["b"].click()
    options["c"].click()
    assert load()["03-p1"] == {"first": "b"}
    assert "your first guess stays: b)" in shown[2]["text/plain"]


def test_a_wrong_choice_in_a_quiz_can_be_followed_by_another(shown):
    exercises.quiz("03-q1", "")
    options = buttons(shown[1])
    options["a"].click()
    assert shown[2]["text/plain"].startswith("You chose a: not quite.")
    options["d"].click()
    assert load()["03-q1"]["passed"]
    assert shown[2]["text/plain"].startswith("You chose d: right.")
    chosen = [name for name, one in options.items() if "your choice" in one.description]
    assert chosen == ["d"]


def test_a_row_is_noted_once_each_line_has_a_choice(shown):
    exercises.predict("03-p5", "")
    (done,) = buttons(shown[1]).values()
    rows = [one for one in widgets(shown[1]) if isinstance(one, ipywidgets.ToggleButtons)]
    for row, letter in zip(rows, "oxxox", strict=True):
        assert done.disabled
        row.value = letter
    assert not done.disabled
    done.click()
    assert load()["03-p5"] == {"first": "oxxox"}


def test_a_number_is_noted_once_it_is_one(shown, monkeypatch):
    number = Estimate("03-p1", "How many?", "minutes", 8, "Too low.", "Too high.", "So it is.")
    monkeypatch.setattr(exercises, "_item", lambda *_: number)
    exercises.predict(number.id, "")
    (done,) = buttons(shown[1]).values()
    (field,) = [one for one in widgets(shown[1]) if isinstance(one, ipywidgets.Text)]
    for text, disabled in (("many", True), ("12", False), ("", True), ("7.5", False)):
        field.value = text
        assert done.disabled == disabled
    done.click()
    assert load()[number.id] == {"first": "7.5"}


def test_what_is_answered_by_typing_has_no_buttons(shown):
    exercises.predict("03-p1", "b")
    exercises.quiz("03-q1", "a")
    assert [VIEW in bundle for bundle in shown] == [False, False]


def test_without_ipywidgets_the_question_stands_alone(shown, monkeypatch):
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    exercises.predict("03-p1", "")
    assert len(shown) == 1


def test_without_panels_there_are_none(shown, monkeypatch, capsys):
    monkeypatch.setenv(panel.SWITCH, "0")
    exercises.predict("03-p1", "")
    assert shown == [] and "a) " in capsys.readouterr().out
