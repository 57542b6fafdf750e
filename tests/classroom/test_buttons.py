"""Choices as buttons: a click notes what typing notes, and typing stays."""

import sys

import ipywidgets
import pytest

from labutils.classroom import exercises, panel
from labutils.classroom.progress import load
from labutils.classroom.registry import Estimate

VIEW = "application/vnd.jupyter.widget-view+json"


@pytest.fixture
def shown(monkeypatch, tmp_path):
    """What a front end is given, in order; what was replaced is gone."""
    bundles = []

    class Handle:
        def __init__(self, place):
            self.place = place

        def update(self, bundle, **_):
            bundles[self.place] = bundle

    def display(bundle, **_):
        bundles.append(bundle)
        return Handle(len(bundles) - 1)

    monkeypatch.setenv("LABUTILS_PROGRESS", str(tmp_path / "progress.json"))
    monkeypatch.setenv(panel.SWITCH, "1")
    monkeypatch.setattr("IPython.display.display", display)
    return bundles


def widgets(bundle):
    """All widgets of a view, those inside it too."""
    waiting = [ipywidgets.widgets.widget._instances[bundle[VIEW]["model_id"]]]
    every = []
    while waiting:
        every.append(waiting.pop(0))
        waiting += getattr(every[-1], "children", ())
    return every


def buttons(bundle):
    return {one.description: one for one in widgets(bundle) if isinstance(one, ipywidgets.Button)}


def test_a_question_has_a_button_for_each_choice_that_says_its_text(shown):
    exercises.predict("03-p1", "")
    question, view = shown
    item = exercises.lesson("03").items["03-p1"]
    assert {name: one.tooltip for name, one in buttons(view).items()} == {
        letter: guess.text for letter, guess in item.guesses.items()
    }
    assert "Put one letter between the quotes" in question["text/plain"]
    assert view["text/plain"] == ""  # a front end without widgets shows nothing odd


def test_a_click_notes_the_guess_and_takes_the_place_of_the_buttons(shown):
    exercises.predict("03-p1", "")
    buttons(shown[1])["b"].click()
    assert load()["03-p1"] == {"first": "b"}
    assert shown[1]["text/plain"].startswith("03-p1: recorded: b)") and VIEW not in shown[1]


def test_a_click_answers_a_quiz_without_asking_it_again(shown):
    exercises.quiz("03-q1", "")
    buttons(shown[1])["d"].click()
    assert load()["03-q1"]["passed"]
    assert shown[1]["text/plain"].startswith("You chose d: right.")


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
