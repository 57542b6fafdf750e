"""A slider beside a sweep's picture: there for whoever works, and nowhere else."""

import pytest
from ipywidgets.widgets import widget

from labutils.classroom import panel, sliders
from labutils.classroom.saving import BUTTONS

SWEPT = {("cookie", 1): 0.5, ("token", 1): 9.5, ("cookie", 240): 239.5, ("token", 240): 9.5}


@pytest.fixture
def shown(monkeypatch):
    """The boxes that a front end is given."""
    bundles = []
    monkeypatch.setenv(panel.SWITCH, "1")
    monkeypatch.setattr("IPython.display.display", lambda bundle, **_: bundles.append(bundle))
    return bundles


def box(shown):
    [bundle] = shown
    return widget._instances[bundle[BUTTONS]["model_id"]]


def test_without_a_learner_nothing_is_shown_or_printed(shown, monkeypatch, capsys):
    monkeypatch.setenv(panel.SWITCH, "0")
    sliders.slider("minutes", SWEPT, "min")
    assert shown == [] and capsys.readouterr().out == ""


def test_a_slider_has_each_setting_once_and_says_what_came_out_there(shown):
    sliders.slider("reaction after, in minutes", SWEPT, "min")
    chosen, values = box(shown).children
    assert [label for label, _ in chosen.options] == ["1", "240"]
    assert chosen.description == "reaction after, in minutes"
    assert "0.5 min" in values.value and "239.5 min" not in values.value
    chosen.value = 240
    assert "239.5 min" in values.value and "9.5 min" in values.value


def test_the_values_are_a_table_that_a_screen_reader_can_read():
    html = sliders.at(SWEPT, 240, "min")
    assert html.count('<th scope="row"') == 2 and html.count("<td") == 2


def test_a_name_is_text_and_no_html():
    assert "&lt;b&gt;" in sliders.at({("<b>", 1): 0}, 1, "<i>")


def test_where_there_are_no_widgets_the_picture_is_enough(shown, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "ipywidgets", None)
    sliders.slider("minutes", SWEPT, "min")
    assert shown == []
