"""The lessons for nbgrader: `make grading`, or `python -m tools.grading.export [NN ...]` in .venv.

Each lesson becomes an assignment in build/grading/source/. After each exercise stands a locked cell
that asks the lesson's own judge about what the learner wrote and raises if it did not pass. The
receipt that `progress()` prints proves nothing, and nothing here reads it: anybody can type such a
list of names. What a submission proves is what runs again before your eyes.
"""

import ast
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from labutils.classroom import workspace
from labutils.classroom.course import lesson
from labutils.classroom.registry import Exercise
from tools.environments import HOUSE

BUILT = HOUSE / "build" / "grading"
POINTS = {"exercise": 1, "target": 3}
CONFIG = """c = get_config()
import os

os.environ["LABUTILS_TOOLBOX"] = "0"  # an answer counts by what is in the submission
c.CourseDirectory.course_id = "anatomy-of-a-cloud-hack"
# A lesson has cells that are wrong on purpose until an exercise is solved: the rest runs on.
c.ExecutePreprocessor.timeout = 120
"""
ASKED = """# {points} for {name}: the lesson's own judge decides, by what stands above.
from labutils.classroom.exercises import verdict as _verdict
from labutils.classroom.course import lesson as _lesson

_judged, _words = _verdict(_lesson("{number}").items["{name}"], {answer})
assert _judged.kind == "passed", _words
"""


def checks(source: str) -> Iterator[tuple[str, str]]:
    """What a cell hands to `check`: the name of the exercise, and the answer as it is written."""
    for node in ast.walk(ast.parse(source)):
        called = isinstance(node, ast.Call) and getattr(node.func, "id", "") == "check"
        if called and len(node.args) == 2 and isinstance(node.args[0], ast.Constant):
            yield str(node.args[0].value), ast.unparse(node.args[1])


def asking(exercise: Exercise, answer: str, kind: str) -> dict[str, Any]:
    """The locked cell that nbgrader runs and counts."""
    points = POINTS[kind]
    source = ASKED.format(
        points="1 point" if points == 1 else f"{points} points",
        name=exercise.id,
        number=exercise.id[:2],
        answer=answer,
    )
    grading = {
        "grade": True,
        "solution": False,
        "locked": True,
        "task": False,
        "grade_id": f"graded-{exercise.id}",
        "points": points,
        "schema_version": 3,
        "cell_type": "code",
    }
    return {
        "cell_type": "code",
        "id": f"graded-{exercise.id}",
        "metadata": {"nbgrader": grading},
        "execution_count": None,
        "outputs": [],
        "source": source.splitlines(keepends=True),
    }


def assignment(original: bytes, number: str) -> dict[str, Any]:
    """A lesson as nbgrader's source version: the working copy, with cells that ask."""
    notebook = json.loads(workspace.without_outputs(original, beside=()))
    course = lesson(number)
    graded = {exercise.id: exercise for exercise in course.checked} if course else {}
    cells = []
    for cell in notebook["cells"]:
        cells.append(cell)
        if cell["cell_type"] == "code":
            for name, answer in checks("".join(cell["source"])):
                if name in graded:
                    kind = "target" if name.endswith("target") else "exercise"
                    cells.append(asking(graded[name], answer, kind))
    notebook["cells"] = cells
    return notebook


def write(folder: Path, numbers: list[str]) -> list[Path]:
    """Write the assignments below a folder; their paths."""
    course = workspace.originals(HOUSE)
    written = []
    for name in course.sums:
        number, file = workspace.number_of(name), name.rpartition("/")[2]
        if numbers and number not in numbers:
            continue
        assigned = number if file == name else f"{number}-{workspace.PRACTICE}"
        path = folder / "source" / assigned / file
        path.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps(assignment(course.text(name), number), indent=1, ensure_ascii=False)
        path.write_text(text + "\n", encoding="utf-8")
        written.append(path)
    (folder / "nbgrader_config.py").write_text(CONFIG, encoding="utf-8")
    return written


def main(numbers: list[str]) -> int:
    """Write the assignments that the command line names, or all."""
    written = write(BUILT, numbers)
    print(f"{len(written)} assignments are in {BUILT / 'source'}.")
    print("docs/classroom/README.md says how to release and grade them. Grade by what runs again,")
    print("never by a receipt: whoever knows the names of the exercises can write one.")
    return 0 if written else 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
