"""How a lesson ends: what was assumed, what was kept, and both ways on."""

import pytest

from labutils.classroom import endings, exercises, panel, progress, toolbox, ways
from labutils.classroom.course import lesson, numbers


@pytest.fixture(autouse=True)
def nothing_noted(tmp_path, monkeypatch):
    monkeypatch.setenv("LABUTILS_PROGRESS", str(tmp_path / "progress.json"))


def ended(number, capsys):
    endings.ending(number)
    return capsys.readouterr().out


def guess(name, choice):
    progress.guessed(name, choice)


def test_whoever_is_new_reads_the_sentence_that_opens_the_next_lesson(capsys):
    said = ended("06", capsys)
    assert said == (
        "Tom never broke in to get that file. Ada sent it to support herself, with a kind note.\n"
        "Next: 07.\n"
    )


def test_what_was_guessed_wrong_is_what_was_assumed(capsys):
    guess("06-p15", "b")
    guess("06-p2", "c")
    said = ended("06", capsys)
    assert said.startswith(
        "1 of 2 predictions came true.\nYou assumed: A logout ends the tokens.\n"
    )


def test_what_passed_is_named(capsys, tmp_path, monkeypatch):
    monkeypatch.setenv(toolbox.SWITCH, str(tmp_path / "toolbox.py"))
    toolbox.keep("06-9", "half", 3)
    assert "In your toolbox: half.\n" in ended("06", capsys)


def test_an_unknown_lesson_is_a_sentence(capsys):
    for number in ("66", 6, "six", None):
        assert ended(number, capsys).startswith("There is no lesson ")


def test_where_the_two_ways_part_both_are_offered(capsys):
    said = ended("00", capsys)
    assert "From the token up: 01." in said and "From the breach down: 07." in said


def test_whoever_came_by_the_story_goes_on_in_it_and_may_visit(capsys):
    guess("07-p1" if "07-p1" in lesson("07").items else lesson("07").predictions[0].id, "a")
    said = ended("06", capsys)
    assert "Next in the story: 09." in said and "How did that work? 05, and back." in said
    assert "Back to the story: 09." in ended("05", capsys)


def test_the_last_lesson_leads_out_of_the_course_on_both_ways(capsys):
    for way, last in ((ways.TOKENS, numbers()[-1]), (ways.STORY, ways.ways().story[-1])):
        progress.choose_way(way)
        *_, hook, door = ended(last, capsys).splitlines()
        assert lesson(last).ending.next.endswith(hook)
        assert door == "Next: a month of your own, from any seed."


def test_who_chose_a_way_stays_on_it(capsys):
    progress.choose_way(ways.STORY)
    assert "Next in the story: 09." in ended("06", capsys)
    progress.choose_way(ways.TOKENS)
    assert "Next: 07." in ended("06", capsys)
    guess("06-p15", "b")  # what is noted later leaves the way alone
    assert progress.chosen_way() == ways.TOKENS


def test_the_story_and_its_visits_name_lessons_that_exist():
    order = ways.ways()
    assert set(order.story) | set(order.visits.values()) <= set(numbers())
    assert set(order.visits) <= set(order.story)
    assert not set(order.visits.values()) & set(order.story)
    assert order.next_in_story(order.story[-1]) == ""


@pytest.mark.parametrize(
    ("chosen", "begun", "way"),
    [
        ("", [], ways.TOKENS),
        ("", ["00", "01", "02"], ways.TOKENS),
        ("", ["00", "07"], ways.STORY),
        ("", ["00", "01", "02", "03", "04", "05", "06"], ways.TOKENS),
        ("story", ["01", "02", "03"], ways.STORY),
        ("nonsense", ["00"], ways.TOKENS),
    ],
)
def test_the_way_that_somebody_takes(chosen, begun, way):
    assert ways.taken(chosen, begun) == way


def test_whoever_comes_back_reads_where_they_were_and_whoever_is_new_reads_nothing(
    capsys, monkeypatch
):
    monkeypatch.setattr(panel, "wanted", lambda: True)
    shown = []
    monkeypatch.setattr(panel, "put", lambda bundle: shown.append(bundle["text/plain"]))
    endings.welcome_back("06")
    assert not shown and not capsys.readouterr().out
    guess("06-p15", "b")
    endings.welcome_back("06")
    assert shown == ["You were here: 1 prediction. *Run All* is safe: it brings that back."]


def test_links_lead_from_practice_to_the_lessons(tmp_path, monkeypatch):
    from labutils.classroom import overview

    (tmp_path / "practice").mkdir()
    (tmp_path / "07-x.ipynb").write_text('{"cells": []}', encoding="utf-8")
    monkeypatch.chdir(tmp_path / "practice")
    assert overview.address(overview.notebook_of("07")) == "../07-x.ipynb"


def test_the_way_is_chosen_by_a_word(capsys):
    exercises.progress("story")
    assert capsys.readouterr().out == (
        "From the breach down: from now on, the last cell of each lesson goes this way.\n"
    )
    assert progress.chosen_way() == ways.STORY
