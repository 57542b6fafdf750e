"""Whoever runs a cell twice loses nothing, and nobody is handed the flag of a target."""

import lessons
import nbformat
import pytest
from cells import run_cell
from flags import answers_that_give_away, gives_away, parts_of_the_flag
from places import NUMBERS
from rails import demand_none, quoted

from labutils.classroom.course import lesson

WITH_TARGET = [number for number in NUMBERS if lesson(number).target]
RUN_TWICE = [number for number in NUMBERS if number <= "05"]
OTHERWISE = "In the course's own run, the result was"  # reveal, where something else came out


def code_cells(number: str) -> list[nbformat.NotebookNode]:
    path = lessons.notebook(number)
    cells = nbformat.read(path, as_version=4).cells
    return [cell for cell in cells if cell.cell_type == "code" and cell.source.strip()]


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
