"""nbgrader, tried: a submission with some right answers is graded, in `make test-classroom`."""

import json
import os
import sqlite3
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

from labutils.classroom.course import lesson
from tools.environments import HOUSE, python_with
from tools.grading import export

ASSIGNMENT = "03-practice"
ASKED = ("03-1", "03-2", "03-3", "03-4", "03-9", "03-10")
SOLVED = ("03-1", "03-2", "03-10")


@pytest.fixture(scope="module")
def graded():
    """The points of a submission of that practice, by cell, and how long it took to grade."""
    python = python_with("grading", HOUSE / "tools" / "grading" / "requirements.txt")
    with tempfile.TemporaryDirectory(prefix="grading-") as folder:
        place = Path(folder)
        written = export.write(place, ["03"])
        [source] = [path for path in written if path.parent.name == ASSIGNMENT]
        nbgrader(python, place, "generate_assignment", ASSIGNMENT)
        submitted = place / "submitted" / "ada" / ASSIGNMENT / source.name
        submitted.parent.mkdir(parents=True)
        released = json.loads((place / "release" / ASSIGNMENT / source.name).read_text("utf-8"))
        submitted.write_text(json.dumps(answered(released)), encoding="utf-8")
        began = time.monotonic()
        nbgrader(python, place, "autograde", ASSIGNMENT)
        seconds = time.monotonic() - began
        print(f"graded in {seconds:.1f} s")
        with sqlite3.connect(place / "gradebook.db") as book:
            yield dict(book.execute(POINTS_OF_CELLS).fetchall())


POINTS_OF_CELLS = """
SELECT base_cell.name, grade.auto_score FROM grade
JOIN grade_cells ON grade.cell_id = grade_cells.id
JOIN base_cell ON base_cell.id = grade_cells.id
"""


def nbgrader(python: Path, place: Path, *words: str) -> None:
    """Run nbgrader in a course folder, away from the settings of whoever runs this."""
    env = {**os.environ, "PYTHONPATH": str(HOUSE), "HOME": str(place), "JUPYTER_NO_CONFIG": "1"}
    env["PATH"] = f"{python.parent}:{os.environ['PATH']}"  # nbgrader calls alembic by its name
    env["LABUTILS_PROGRESS"] = str(place / "progress.json")
    env["LABUTILS_TOOLBOX"] = "0"
    script = python.parent / "nbgrader"
    done = subprocess.run(
        [python, script, *words],
        cwd=place,
        env=env,
        encoding="utf-8",
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]


def answered(notebook: dict) -> dict:
    """What a learner hands in who solved a few exercises, and took away a cell that asks."""
    course = lesson("03")
    for name in SOLVED:
        [cell] = [one for one in notebook["cells"] if one.get("id") == f"exercise-{name}"]
        answer = next(answer for _, answer in export.checks("".join(cell["source"])))
        cell["source"] = f'{course.items[name].solution}\n\ncheck("{name}", {answer})'
    return notebook


def test_a_submission_gets_the_points_of_what_its_author_solved(graded):
    assert graded == {f"graded-{name}": float(name in SOLVED) for name in ASKED}
