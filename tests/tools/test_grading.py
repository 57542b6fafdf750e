"""The lessons for nbgrader: each judged exercise gets a locked cell that asks its judge."""

import json

import nbformat
import pytest
from solutions import made
from tables import table

from labutils.classroom import progress, workspace
from labutils.classroom.course import lesson
from labutils.classroom.workspace import number_of
from tools.grading import export

COURSE = workspace.originals(export.HOUSE)
PRACTICE = "practice/03-authorization-code-flow.ipynb"
NAMES = [name for name in COURSE.sums if lesson(number_of(name))]


def exported(name: str) -> dict:
    return export.assignment(COURSE.text(name), number_of(name))


def asking_cells(notebook: dict) -> dict[str, dict]:
    """The cells that count, by the exercise that they ask about."""
    cells = [cell for cell in notebook["cells"] if "nbgrader" in cell["metadata"]]
    return {
        cell["metadata"]["nbgrader"]["grade_id"].removeprefix("graded-"): cell for cell in cells
    }


@table("name", NAMES)
def test_each_judged_exercise_is_asked_about_once_right_after_it(name):
    notebook = exported(name)
    nbformat.validate(nbformat.from_dict(notebook))
    asking = asking_cells(notebook)
    assert list(asking) == [one for one in asking if one in lesson(number_of(name)).items]
    cells = notebook["cells"]
    for identifier, cell in asking.items():
        before = "".join(cells[cells.index(cell) - 1]["source"])
        assert f'check("{identifier}"' in before or f'"{identifier}"' in before


def test_a_lesson_and_its_practice_ask_about_all_that_is_judged():
    asked: dict[str, list[str]] = {}
    for name in NAMES:
        asked.setdefault(number_of(name), []).extend(asking_cells(exported(name)))
    for number, names in asked.items():
        assert sorted(names) == sorted(item.id for item in lesson(number).checked), number


@table("name", NAMES)
def test_the_cells_are_locked_and_say_their_points(name):
    for identifier, cell in asking_cells(exported(name)).items():
        grading = cell["metadata"]["nbgrader"]
        assert (grading["grade"], grading["locked"], grading["solution"]) == (True, True, False)
        assert grading["points"] == (3 if identifier.endswith("target") else 1)
        assert f"{grading['points']} point" in "".join(cell["source"])


def run(source: str, **names: object) -> None:
    exec(compile(source, "graded cell", "exec"), dict(names))


def challenge_cell() -> str:
    return "".join(asking_cells(exported(PRACTICE))["03-1"]["source"])


def test_a_right_answer_passes_the_cell():
    run(challenge_cell(), challenge=made("03-1")["challenge"])


@pytest.mark.parametrize("answer", [..., None, "challenge", lambda verifier: verifier])
def test_another_does_not_and_the_reason_is_said(answer):
    with pytest.raises(AssertionError) as refused:
        run(challenge_cell(), challenge=answer)
    assert str(refused.value)


def test_a_receipt_gives_no_point(monkeypatch, tmp_path):
    monkeypatch.setenv("LABUTILS_PROGRESS", str(tmp_path / "progress.json"))
    progress.tried("03-1", passed=True)
    with pytest.raises(AssertionError):
        run(challenge_cell(), challenge=...)


def test_no_output_and_no_answer_is_in_an_assignment():
    for name in NAMES:
        for cell in exported(name)["cells"]:
            assert not cell.get("outputs")
    text = json.dumps(exported(PRACTICE))
    assert lesson("03").items["03-1"].solution.splitlines()[-1].strip() not in text


def test_only_the_lessons_that_are_named_are_written(tmp_path):
    name, source = "03-authorization-code-flow.ipynb", tmp_path / "source"
    assert export.write(tmp_path, ["03"]) == [source / "03" / name, source / "03-practice" / name]
    assert (
        (tmp_path / "nbgrader_config.py").read_text(encoding="utf-8").startswith("c = get_config()")
    )
