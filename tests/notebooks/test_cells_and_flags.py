"""Whoever runs a cell twice loses nothing, and nobody is handed the flag of a target."""

import contextlib
import io
import runpy
from collections.abc import Iterator
from functools import cache

import lessons
import nbformat
import pytest
from cells import run_cell
from places import NUMBERS
from rails import demand, demand_none, quoted

from labutils.classroom import exercises
from labutils.classroom.course import lesson
from labutils.lab import Lab

WITH_TARGET = [number for number in NUMBERS if lesson(number).target]
RUN_TWICE = [number for number in NUMBERS if number <= "05"]
OTHERWISE = "In the course's own run it is"  # reveal, where something else came out


def code_cells(number: str) -> list[nbformat.NotebookNode]:
    path = lessons.notebook(number)
    cells = nbformat.read(path, as_version=4).cells
    return [cell for cell in cells if cell.cell_type == "code" and cell.source.strip()]


@cache
def parts_of_the_flag(number: str) -> tuple[str, ...]:
    """What proves that the target was reached: a flag, or the members of a set."""
    routes = runpy.run_path(str(lessons.tests_of(number) / "target_routes.py"))["ROUTES"]
    with contextlib.redirect_stdout(io.StringIO()):
        answer = next(iter(routes.values()))(lesson(number).target.scene())
    return (answer,) if isinstance(answer, str) else tuple(sorted(answer))


def gives_away(number: str, text: str) -> bool:
    """Whether a text holds all that proves the target."""
    return all(part in text for part in parts_of_the_flag(number))


@pytest.fixture
def labs(monkeypatch) -> list[Lab]:
    """Each lab that is built during the test."""
    built, build = [], Lab.__init__

    def noted(self, *arguments, **named):
        build(self, *arguments, **named)
        built.append(self)

    monkeypatch.setattr(Lab, "__init__", noted)
    return built


def answers_that_give_away(number: str, labs: list[Lab]) -> Iterator[str]:
    """Requests that were answered with the flag."""
    for exchange in [exchange for lab in labs for exchange in lab.wire]:
        if gives_away(number, f"{exchange.response_headers} {exchange.response_body}"):
            yield f"{exchange.method} {exchange.url}"


# --- flags --------------------------------------------------------------------------------------


def test_a_text_with_the_flag_in_it_is_noticed():
    assert gives_away("04", f"{{'hello': 'u-1815', 'flag': {parts_of_the_flag('04')[0]!r}}}")
    assert not gives_away("04", "{'hello': 'u-1815'}")


@pytest.mark.parametrize("number", WITH_TARGET)
def test_no_stored_output_holds_the_flag(number):
    demand_none(
        f"Lesson {number}, cell {cell.id}: the flag of the target stands in its output. Build the "
        "cell's lab without it."
        for cell in code_cells(number)
        if gives_away(number, str(cell.outputs))
    )


@pytest.mark.parametrize("number", WITH_TARGET)
def test_no_exercise_says_the_flag_or_has_it_in_its_lab(number, labs):
    parts_of_the_flag(number)
    for exercise in lesson(number).checked:
        for mistake, (_, code) in exercise.mistakes.items():
            names: dict = {}
            exec(code, names)
            labs.clear()
            words = exercises.verdict(exercise, names["answer"])[1]
            demand(
                not gives_away(number, words),
                f"{exercise.id}, mistake {mistake!r}: what is said of it holds the flag of the "
                "target.",
            )
            demand_none(
                f"{exercise.id}, mistake {mistake!r}: the flag of the target is the answer to "
                f"{asked}, in the exercise's own lab. Keep it out of there."
                for asked in answers_that_give_away(number, labs)
            )


# --- cells that are run twice -------------------------------------------------------------------


@pytest.mark.parametrize("number", RUN_TWICE)
def test_each_cell_can_be_run_twice(number, labs, tmp_path, monkeypatch):
    """Who is told that no prediction was noted notes one, and runs the cell again."""
    if number in WITH_TARGET:
        parts_of_the_flag(number)  # its route builds a lab of its own
        labs.clear()
    monkeypatch.setenv("LABUTILS_PROGRESS", str(tmp_path / "progress.json"))
    names: dict = {"__name__": "__main__"}
    faults = []
    for cell in code_cells(number):
        before = len(labs)
        for time in ("once", "twice"):
            said, error = run_cell(cell, names)
            if error:
                faults.append(f"Lesson {number}, cell {cell.id}, run {time}: {error}.")
            if OTHERWISE in said:
                faults.append(f"Lesson {number}, cell {cell.id}, run {time}: {quoted(said, 200)}.")
        if "target(" in cell.source:
            del labs[before:]  # the scene of the target may hold the flag
    if number in WITH_TARGET:
        faults += [
            f"Lesson {number}: {asked} is answered with the flag of the target."
            for asked in answers_that_give_away(number, labs)
        ]
    demand_none(faults)
