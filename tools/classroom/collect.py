"""Collect a lesson from everybody's home: `make classroom ARGS="--collect 03"`.

What a learner wrote is put into the assignment that nbgrader grades, cell by cell, so nobody has to
download or upload anything. A home is its owner's: no link is followed, and of a file that is too
large or no notebook only the name is told.
"""

import json
import re
from pathlib import Path
from typing import Any

from labutils.classroom import workspace
from tools.classroom import accounts, homes
from tools.classroom.settings import Settings
from tools.grading import export

LARGEST = 5_000_000  # bytes of a notebook that is collected
ASSIGNMENT = re.compile(rf"(\d\d)(-{workspace.PRACTICE})?")


class NotCollected(Exception):
    """An error for a lesson that could not be taken from a home; the sentence says why."""


def handed_in(assignment: dict[str, Any], data: bytes) -> dict[str, Any]:
    """Return the assignment with what a learner wrote, by the ids of cells. Raises NotCollected.

    Cells that grade stay the course's.
    """
    try:
        cells = json.loads(data)["cells"]
        wrote = {str(cell["id"]): "".join(cell["source"]) for cell in cells if "id" in cell}
    except (ValueError, KeyError, TypeError, RecursionError):
        raise NotCollected("has a file there that is no notebook") from None
    done = [
        {**cell, "source": wrote[cell["id"]].splitlines(keepends=True)}
        if cell["id"] in wrote and "nbgrader" not in cell["metadata"]
        else cell
        for cell in assignment["cells"]
    ]
    return {**assignment, "cells": done}


def file_of(assignment: str) -> str | None:
    """Return the file of an assignment, `03` or `03-practice`; None where the course has none."""
    asked = ASSIGNMENT.fullmatch(assignment)
    for name in workspace.originals(export.HOUSE).sums:
        is_practice = "/" in name
        if asked and workspace.number_of(name) == asked[1] and is_practice == bool(asked[2]):
            return name
    return None


def collect(learners: dict[str, Path], assigned: str, folder: Path) -> tuple[int, list[str]]:
    """Write each learner's lesson below a folder, as nbgrader wants it; how many there are, and a
    sentence for each learner without one."""
    name = file_of(assigned)
    assert name is not None, assigned
    original = workspace.originals(export.HOUSE).text(name)
    assignment = export.assignment(original, workspace.number_of(name))
    written, complaints = 0, []
    for learner, home in sorted(learners.items()):
        try:
            data, _ = homes.read(home, name, LARGEST)
            notebook = handed_in(assignment, data)
        except (NotCollected, homes.NotThere) as error:
            complaints.append(f"{learner} {error}.")
            continue
        path = folder / "submitted" / learner / assigned / Path(name).name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        written += 1
    return written, complaints


def main(settings: Settings, assigned: str, into: Path | None) -> int:
    """Collect a lesson from all learners, and say where it is."""
    if file_of(assigned) is None:
        print(f"There is no lesson {assigned!r}. Say --collect 03, or --collect 03-practice")
        return 2
    learners = {
        entry.pw_name: Path(entry.pw_dir)
        for entry in accounts.all_of(settings)
        if entry.pw_name != settings.instructor
    }
    folder = into or export.BUILT
    written, complaints = collect(learners, assigned, folder)
    for sentence in complaints:
        print(sentence)
    print(f"{written} of {len(learners)} notebooks are in {folder / 'submitted'}.")
    print("Only what people saved is collected. docs/classroom/README.md says how to grade it.")
    return 0 if written else 1
