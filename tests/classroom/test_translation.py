"""A lesson in another language: what is translated, and English where nothing is, or no longer."""

import dataclasses

import pytest

from labutils.classroom import course, workspace
from labutils.classroom.registry import Column, Estimate, GridRow
from labutils.classroom.translation import (
    NOTHING,
    Translation,
    digest_of,
    english_of,
    english_of_exercise,
    language,
    read_translation,
)
from labutils.sheets import SheetError


@pytest.fixture
def german(monkeypatch):
    monkeypatch.setenv("LABUTILS_LANG", "de")
    course.lesson.cache_clear()
    yield course.lesson("00")
    course.lesson.cache_clear()


def test_a_question_is_asked_in_the_language_and_judged_as_before(german):
    prediction = german.items["00-p1"]
    assert "eine Kopie dieses Tokens" in prediction.question
    assert (
        prediction.guesses["c"].text == "200, angenommen: mit Adas Daten"
        and prediction.truth == "c"
    )
    assert prediction.observed(200) == "c" and "Unterschrift" in prediction.because
    assert prediction.moral.startswith("Wer es hat, kommt hinein.")
    assert "nie in das Token hineingesehen" in german.ending.next


def test_what_is_not_translated_stays_english(german):
    assert german.items["00-p2"].question.startswith("Ada mistypes a name")


@pytest.mark.parametrize(
    ("asked", "found"),
    [("de", "de"), ("DE", "de"), ("en", ""), ("", ""), ("../x", ""), ("de/../fr", ""), ("d", "")],
)
def test_a_language_is_two_or_three_letters(asked, found, monkeypatch):
    monkeypatch.setenv("LABUTILS_LANG", asked)
    assert language() == found


def test_prose_comes_cell_by_cell_and_english_where_there_is_none(monkeypatch):
    monkeypatch.setenv("LABUTILS_LANG", "de")
    originals = workspace.originals()
    name = next(name for name in originals.names if name.startswith("00-"))
    copy = workspace.without_outputs(originals.text(name), prose=workspace.prose_of("00"))
    texts = [source for _, source in workspace.cells(copy)]
    assert texts[0].startswith("# 00 · Los geht es")
    assert any(text.startswith("## Now you are on call") for text in texts)
    monkeypatch.setenv("LABUTILS_LANG", "fr")
    english = workspace.without_outputs(originals.text(name), prose=workspace.prose_of("00"))
    assert workspace.cells(english) == workspace.cells(
        workspace.without_outputs(originals.text(name))
    )


SHEET = """\
cells:
  title: {of: '%s', text: 'Titel'}
questions:
  00-q1: {of: '%s', ask: 'Was zuerst?', choices: {a: {text: 'Eine Erlaubnis'}}}
"""


def sheet(tmp_path, of_cell, of_question):
    (tmp_path / "de.yaml").write_text(SHEET % (of_cell, of_question), encoding="utf-8")
    return read_translation(tmp_path, "de")


def test_a_translation_of_another_text_is_stale_and_english_is_shown(tmp_path):
    quiz = course.lesson("00").items["00-q1"]
    fresh = sheet(tmp_path, digest_of("Title"), digest_of(english_of(quiz)))
    assert fresh.prose("title", "Title") == "Titel"
    assert fresh.question(quiz).question == "Was zuerst?"
    assert fresh.question(quiz).choices["a"].text == "Eine Erlaubnis"
    assert fresh.question(quiz).choices["b"] == quiz.choices["b"]
    assert list(fresh.stale({"title": "Title"}, {"00-q1": quiz})) == []
    old = sheet(tmp_path, "00000000", "00000000")
    assert old.prose("title", "Title") == "Title" and old.question(quiz) is quiz
    assert len(list(old.stale({"title": "Title"}, {"00-q1": quiz}))) == 2
    assert "there is no such cell" in next(old.stale({}, {"00-q1": quiz}))


def test_what_check_says_of_an_exercise_is_translated_by_the_names_of_its_mistakes(tmp_path):
    english = course.lesson("05").items["05-6"]
    of = digest_of(english_of_exercise(english))
    (tmp_path / "de.yaml").write_text(
        f"exercises:\n  05-6:\n    of: '{of}'\n    praise: 'Gut.'\n"
        "    mistakes: {edge: 'Um diese Minute geht es noch.'}\n    hints: ['nur einer']\n",
        encoding="utf-8",
    )
    fresh = read_translation(tmp_path, "de")
    german = fresh.exercise(english)
    assert german.praise == "Gut." and german.sentence("edge").startswith("Um diese Minute")
    assert german.sentence("each") == english.sentence("each")
    assert german.hints == english.hints, "all hints are translated, or none"
    assert (
        german.judge is english.judge and german.mistakes["edge"][1] == english.mistakes["edge"][1]
    )
    assert list(fresh.stale({}, {"05-6": english})) == []
    other = dataclasses.replace(english, praise="Something else.")
    assert fresh.exercise(other) is other
    assert "is stale" in next(fresh.stale({}, {"05-6": other}))


def test_a_target_is_translated_with_its_goal_and_all_of_its_rows(tmp_path):
    english = course.lesson("06").items["06-target"]
    rows = "".join(f"      '{number}': 'so'\n" for number in range(len(english.rows)))
    of = digest_of(english_of_exercise(english))
    sheet = f"exercises:\n  06-target:\n    of: '{of}'\n    goal: 'Lies.'\n    rows:\n"
    (tmp_path / "de.yaml").write_text(sheet + rows, encoding="utf-8")
    german = read_translation(tmp_path, "de").exercise(english)
    assert german.brief.startswith("Lies.\n0: so") and german.praise == english.praise
    (tmp_path / "de.yaml").write_text(sheet + "      '0': 'so'\n", encoding="utf-8")
    assert read_translation(tmp_path, "de").exercise(english).rows == english.rows
    other = dataclasses.replace(english, goal="Something else.")
    assert read_translation(tmp_path, "de").exercise(other) is other


def test_each_kind_of_question_has_parts_that_are_translated():
    row = GridRow(
        "77-p1", "Which?", (Column("a", "A"), Column("b", "B")), "ox", {"b": "No."}, "So."
    )
    estimate = Estimate("77-p2", "How many?", "hours", 7, "Low.", "High.", "So.")
    for item, part in ((row, {"columns": {"b": "BB"}}), (estimate, {"unit": "Stunden"})):
        question = dataclasses.replace(_question(), of=digest_of(english_of(item)), **part)
        asked = Translation({}, {item.id: question}).question(item)
        assert "BB" in str(asked) or "Stunden" in str(asked)
        assert asked.truth == item.truth and asked.id == item.id


def _question():
    from labutils.classroom.translation import _Question

    return _Question("")


@pytest.mark.parametrize(
    "text",
    ["cells: {title: {of: 12345678, text: 'x'}}", "pages: {}", "cells: {title: {text: 'x'}}", "no"],
)
def test_a_fault_is_said_with_file_and_line(text, tmp_path):
    (tmp_path / "de.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(SheetError, match=r"de\.yaml, line 1: "):
        read_translation(tmp_path, "de")


def test_without_a_sheet_nothing_is_translated(tmp_path):
    assert read_translation(tmp_path, "de") is NOTHING
