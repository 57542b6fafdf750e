"""What is done, lesson by lesson and item by item, and what is next."""

import json
import re

import pytest

from labutils.classroom import exercises, overview


@pytest.fixture(autouse=True)
def own_progress(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LABUTILS_PROGRESS", str(tmp_path / "progress.json"))
    return tmp_path


def lessons(*numbers):
    return {number: exercises.lesson(number) for number in numbers}


def dot(html, number):
    return re.search(rf'<(?:a|span)[^>]*class="lu-dot[^>]*>{number}</(?:a|span)>', html)[0]


def test_a_lesson_is_a_dot_that_says_what_is_done_and_where_one_was():
    checked = {item.id: {"passed": True} for item in exercises.lesson("04").checked}
    items = {"03-1": {"passed": True}, **checked}
    html = overview.dots(lessons("03", "04"), items, ["03", "04", "05"], "03-1")
    assert "lu-begun lu-here" in dot(html, "03") and "begun, you were here" in dot(html, "03")
    assert "lu-done" in dot(html, "04") and "lu-here" not in dot(html, "04")
    assert "not begun" in dot(html, "05")


def test_the_dots_are_in_their_parts():
    html = overview.dots({}, {}, exercises.numbers(), "")
    assert html.count("lu-part") == 5 and html.count("lu-dot") == len(exercises.numbers())
    assert html.index("The breach") < html.index(">06<") < html.index("Mitigations")


def test_a_lesson_beside_this_one_is_a_link_with_its_title(own_progress):
    cell = {"source": ["# 03 · Codes <b>and</b> flows\n", "\n"]}
    (own_progress / "03-codes & flows.ipynb").write_text(
        json.dumps({"cells": [cell]}), encoding="utf-8"
    )
    html = dot(overview.dots({}, {}, ["03"], ""), "03")
    assert 'href="03-codes%20%26%20flows.ipynb"' in html
    assert "03 · Codes &lt;b&gt;and&lt;/b&gt; flows: not begun" in html


@pytest.mark.parametrize("content", ["", "[]", '{"cells": []}', '{"cells": [{"source": 1}]}'])
def test_a_notebook_that_cannot_be_read_is_named_by_its_number(own_progress, content):
    (own_progress / "03-x.ipynb").write_text(content, encoding="utf-8")
    assert ">03</a>" in dot(overview.dots({}, {}, ["03"], ""), "03")


def done(number):
    lesson = exercises.lesson(number)
    return {one.id: {"passed": True} for one in (*lesson.checked, *lesson.quizzes)}


def test_next_is_what_is_open_in_the_last_lesson_that_was_begun():
    items = {"01-1": {"tries": 1}, "03-1": {"passed": True}}
    said = overview.next_step(lessons("01", "03"), items, ["01", "02", "03", "04"])
    assert re.fullmatch(r"Next: 03-\d+, in lesson 03\.", said) and "03-1," not in said


def test_next_is_where_something_was_answered_last_whatever_is_begun_later_on():
    """A lesson opened once, in 17, must not win over the one that somebody works in."""
    items = {"00-1": {"passed": True}, "17-1": {"tries": 1}}
    course = lessons("00", "17")
    said = overview.next_step(course, items, ["00", "01", "17"], "00-1")
    assert re.fullmatch(r"Next: 00-\d+, in lesson 00\.", said)
    assert overview.next_step(course, items, ["00", "01", "17"], "").endswith("in lesson 17.")
    assert overview.next_step(course, items, ["00", "01", "17"], "44-1").endswith("lesson 17.")


def test_the_link_leads_to_the_cell_that_asks(own_progress):
    cells = [
        {"cell_type": "markdown", "source": "# Volley & <serve>", "id": "title"},
        {"cell_type": "code", "source": ['check("03-1", a)\n', 'check("03-2", b)'], "id": "ask-1"},
    ]
    name = "03-a b.ipynb"
    (own_progress / name).write_text(json.dumps({"cells": cells}), encoding="utf-8")
    assert overview.go_on(lessons("03"), {"03-2": {"tries": 1}}, ["03"], "03-2") == (
        '<p>Go on: <a href="03-a%20b.ipynb#cell-id=ask-1">'
        "Volley &amp; &lt;serve&gt;, at 03-2</a></p>"
    )
    assert overview.go_on(lessons("04"), {"04-1": {"tries": 1}}, ["04"], "") == ""
    (own_progress / "04-x.ipynb").write_text("{}", encoding="utf-8")
    behind = overview.go_on(lessons("03"), done("03"), ["03", "04"], "03-2")
    assert behind == '<p>Go on: <a href="04-x.ipynb">04</a></p>'


LESSON = [
    ("markdown", "## The end of a redirect (11 min)"),
    ("code", 'check("03-8", code_from)'),
    ("code", 'check("03-12", may_redeem)'),
    ("markdown", "## Exercises\n\n### Write the client (34 min · long)"),
    ("code", 'check("03-1", challenge)'),
    ("markdown", "## Quiz (2 min)"),
    ("code", 'quiz("03-q1", "")'),
]


def write_lesson(folder):
    cells = [{"cell_type": kind, "source": [source]} for kind, source in LESSON]
    (folder / "03-x.ipynb").write_text(json.dumps({"cells": cells}), encoding="utf-8")


@pytest.mark.parametrize(
    ("items", "name"),
    [
        ({}, "03-8"),
        ({"03-8": {"passed": True}}, "03-12"),
        ({"03-12": {"tries": 4}}, "03-12"),
        ({"03-8": {"passed": True}, "03-12": {"passed": True}}, "03-q1"),
    ],
)
def test_next_follows_the_short_path_as_it_is_read_and_what_was_tried_comes_first(
    own_progress, items, name
):
    write_lesson(own_progress)
    assert overview.next_item(exercises.lesson("03"), items) == name


def test_next_is_the_long_path_once_the_short_one_is_done(own_progress):
    write_lesson(own_progress)
    short = {name: {"passed": True} for name in ("03-8", "03-12", "03-q1")}
    assert overview.next_item(exercises.lesson("03"), short) == "03-1"


def test_once_the_short_path_is_done_the_next_lesson_comes_before_the_long_path(own_progress):
    write_lesson(own_progress)
    short = {name: {"passed": True} for name in ("03-8", "03-12", "03-q1")}
    said = overview.next_step(lessons("03"), short, ["03", "04"])
    assert said == "The short path of lesson 03 is done. Next: lesson 04, or 03-1 on the long path."
    last = overview.next_step(lessons("03"), short, ["02", "03"])
    assert last == "Next: 03-1, in lesson 03."


def test_what_is_left_names_the_long_path_only_when_the_short_one_is_done(own_progress, capsys):
    write_lesson(own_progress)
    on_no_path = [one for one in exercises.lesson("03").items if one not in ("03-1", "03-12")]
    for name in ("03-1", "03-12"):
        left = {one: {"passed": True} for one in (*on_no_path, "03-1", "03-12") if one != name}
        (own_progress / "progress.json").write_text(json.dumps({"items": left}), encoding="utf-8")
        exercises.progress()
    said = capsys.readouterr().out
    assert "  The short path is done. On the long path: 03-1.\n" in said
    assert "  Still to do: 03-12.\n" in said


def test_next_is_the_lesson_behind_one_that_is_done():
    said = overview.next_step(lessons("03"), done("03"), ["03", "04"])
    assert said == "Lesson 03 is done. Next: lesson 04."


def test_after_the_last_lesson_nothing_is_next():
    said = overview.next_step(lessons("03"), done("03"), ["02", "03"])
    assert said.startswith('Lesson 03, the last one, is done. target("mixed", 1) gives')


def test_progress_says_what_is_next(capsys):
    exercises.check("03-1", lambda verifier: verifier)
    capsys.readouterr()
    exercises.progress()
    assert re.search(r"^Next: 03-\d+, in lesson 03\.$", capsys.readouterr().out, re.MULTILINE)
