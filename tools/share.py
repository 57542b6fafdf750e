"""Measure how much of a lesson's code the learner writes: `python tools/share.py [NN ...]`.

Share = S / (S + C). S: lines of the model solutions of all that is checked, the target too. C:
lines in the code cells of the notebook. Blank lines and comments count for neither. From 30 % on a
lesson counts as one in which the learner acts.
"""

import json
import pathlib
import sys

import lessons

ENOUGH = 0.30


def lines(code: str) -> int:
    """Count the lines that are neither blank nor a comment."""
    stripped = (line.strip() for line in code.splitlines())
    return sum(bool(line) and not line.startswith("#") for line in stripped)


def shown(notebook: pathlib.Path) -> int:
    """Return C: the number of lines in a notebook's code cells."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return sum(lines("".join(cell["source"])) for cell in cells if cell["cell_type"] == "code")


def written(number: str) -> int:
    """Return S: the number of lines that the learner of a lesson writes.

    They are those of the model solutions. What its practice asks does not count.
    """
    from labutils.classroom.course import lesson

    course, text = lesson(number), lessons.notebook(number).read_text(encoding="utf-8")
    asked = [item for item in course.checked if f'check(\\"{item.id}\\"' in text] if course else []
    return sum(lines(item.solution) for item in asked)


def share(number: str) -> float:
    """Return the learner's share of a lesson's code, from 0 to 1."""
    notebook = lessons.notebook(number)
    return written(number) / (written(number) + shown(notebook))


def main(numbers: list[str]) -> int:
    """Print the share of these lessons, or of all."""
    course = [path.name[:2] for path in (*lessons.paths(), *lessons.guests())]
    print("lesson  written  shown  share")
    for number in numbers or course:
        notebook = lessons.notebook(number)
        mark = "" if share(number) >= ENOUGH else "  below 30 %"
        print(f"{number}      {written(number):7}  {shown(notebook):5}  {share(number):5.0%}{mark}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
