"""What `make test-views` says of a lesson that it has looked at; the looking needs a Chromium."""

import pytest
from tables import table

from labutils.classroom.course import lesson
from tools.browser import views
from tools.browser.views import View

ITEMS = lesson("06").items
SOURCE = 'with experiment("06-p15") as seen:\n    seen.result = 200'
QUESTION = ITEMS["06-p15"].question
GUESSES = [guess.text for guess in ITEMS["06-p15"].guesses.values()]
HOW = 'Put one letter between the quotes of experiment("06-p15", ""): a, b, c.'
BUTTONS = "\n".join(["YOUR GUESS", QUESTION, *(f"x   {text}" for text in GUESSES)])
ALIVE, DEAD = View("alive", presses=True), View("dead")


def seen(text=BUTTONS, **more):
    nothing_wrong = {"failed": [], "wide": [], "violations": [], "heard": None}
    return {"cells": [[SOURCE, text]], **nothing_wrong, **more}


def problems(view, **more):
    return list(views.problems(view, ITEMS, seen(**more)))


# --- a question that can be answered --------------------------------------------------------------


def test_a_question_with_live_buttons_is_whole():
    assert problems(ALIVE) == []


def test_where_no_button_works_a_question_says_how_an_answer_is_typed():
    assert problems(DEAD) == [f"06-p15 does not say: {HOW}"[: len("06-p15 does not say: ") + 70]]
    assert problems(DEAD, text=f"{BUTTONS}\n{HOW}") == []


def test_what_is_answered_needs_no_way_to_answer():
    assert problems(DEAD, text=f"{BUTTONS}\nYOU\na\nRESULT\na") == []


@table("left_out", [QUESTION, *GUESSES])
def test_each_part_of_a_question_is_missed(left_out):
    (sentence,) = problems(ALIVE, text=BUTTONS.replace(left_out, ""))
    assert sentence == f"06-p15 does not say: {left_out[:70]}"


def test_lines_emphasis_and_capitals_make_no_difference():
    assert views.plain("*Which*  status\ndoes `GET` get?") == views.plain(
        "WHICH status does GET get?"
    )


def test_a_cell_may_ask_more_than_one_question_or_none():
    assert views.asked_in('experiment("06-p1"); experiment("06-p2", "a")') == ["06-p1", "06-p2"]
    assert views.asked_in('predict("06-p1")') == []


@table(
    ("number", "name", "parts"),
    [("06", "06-p15", 4), ("18", "18-p1", None)],
)
def test_what_must_be_readable_begins_with_the_question(number, name, parts):
    item = lesson(number).items[name]
    wanted = views.parts_of(item)
    assert wanted[0] == item.question
    assert parts is None or len(wanted) == parts


# --- what nobody should see -----------------------------------------------------------------------


@table("words", views.NEVER)
def test_what_nobody_should_read_is_said(words):
    assert problems(ALIVE, text=f"{BUTTONS}\n{words}") == [f"it says {words!r}"]


@table(
    ("more", "sentence"),
    [
        ({"failed": ["sweep"]}, "cell sweep fails"),
        ({"wide": ["card"]}, "wider than its place: 'card'"),
        ({"violations": ["image-alt: <img>"]}, "axe: image-alt: <img>"),
    ],
)
def test_each_finding_is_a_sentence(more, sentence):
    assert problems(ALIVE, **more) == [sentence]


@table("heard", [None, ""])
def test_where_a_screen_reader_should_be_told_silence_is_wrong(heard):
    view = View("alive", presses=True, hears=True)
    assert problems(view, heard=heard) == ["no screen reader hears an answer"]
    assert problems(view, heard="You saw it coming") == []


# --- the accessibility tree -----------------------------------------------------------------------


def tree(**region):
    live = {"name": "live", "value": {"type": "token", "value": "polite"}}
    status = {"nodeId": "2", "backendDOMNodeId": 7, "childIds": ["3"], "properties": [live]}
    text = {"nodeId": "3", "name": {"value": "You saw it coming"}}
    return [{"nodeId": "1", "childIds": ["2"], "backendDOMNodeId": 1}, status | region, text]


def test_the_live_region_says_what_is_in_it():
    assert views.told(tree(), 7) == "You saw it coming"
    assert views.told(tree(childIds=[]), 7) == ""


@table("region", [{"properties": []}, {"ignored": True}, {"backendDOMNodeId": 8}])
def test_a_region_that_is_not_live_or_not_in_the_tree_says_nothing(region):
    assert views.told(tree(**region), 7) is None


# --- the row --------------------------------------------------------------------------------------


@table(
    ("hears", "heard", "cell"),
    [(True, "You saw it coming", "yes"), (True, "", "no"), (False, None, "")],
)
def test_a_row_has_a_cell_for_each_column(hears, heard, cell):
    counts = {"cards": 22, "questions": 6, "instruments": 3, "pictures": 0}
    row = views.row("06", View("JupyterLab", hears=hears), counts | {"heard": heard}, 2)
    assert row == f"| 06 | JupyterLab | 22 | 6 | 3 | 0 | {cell} | 2 |"
    assert row.count("|") == views.HEAD.count("|")


def test_a_lesson_that_is_not_there_is_a_sentence():
    with pytest.raises(SystemExit, match="There is no lesson 99"):
        views.known_lesson("99")
