"""Print the digests of a lesson's English, for its translations: `python tools/translations.py NN`.

Prints the digest of each cell of prose, each question and each exercise of a lesson, for `of:` in
its sheet (docs/authoring.md), and what of the sheets that there are is stale.
"""

import sys

import lessons
import nbformat

from labutils.classroom.course import lesson
from labutils.classroom.translation import (
    digest_of,
    english_of,
    english_of_ending,
    english_of_exercise,
    read_translation,
)


def prose(number: str) -> dict[str, str]:
    """Return the texts of a lesson's notebook by the ids of their cells."""
    cells = nbformat.read(lessons.notebook(number), as_version=4).cells
    return {cell.id: cell.source for cell in cells if cell.cell_type == "markdown"}


def questions(number: str) -> dict:
    """Return the predictions and quizzes of a lesson by id."""
    course = lesson(number)
    return {item.id: item for item in (*course.predictions, *course.quizzes)}


def exercises(number: str) -> dict:
    """Return the exercises of a lesson, and its target, by id."""
    course = lesson(number)
    return {item.id: item for item in (*course.exercises, course.target) if item}


def stale(number: str) -> list[str]:
    """Return what is stale in the sheets of a lesson, in sentences."""
    folder = lessons.folder_of(number)
    sheets = [path for path in sorted(folder.glob("*.yaml")) if len(path.stem) <= 3]
    return [
        f"{path.parent.name}/{path.name}, {sentence}."
        for path in sheets
        for sentence in read_translation(folder, path.stem).stale(
            prose(number), questions(number) | exercises(number), lesson(number).ending
        )
    ]


def main(numbers: list[str]) -> int:
    """Print the digests of these lessons, and what is stale in their sheets."""
    for number in numbers:
        for name, text in prose(number).items():
            print(f"{digest_of(text)}  {name}")
        print(f"{digest_of(english_of_ending(lesson(number).ending))}  ending")
        for name, item in questions(number).items():
            print(f"{digest_of(english_of(item))}  {name}")
        for name, item in exercises(number).items():
            print(f"{digest_of(english_of_exercise(item))}  {name}")
        for sentence in stale(number):
            print(sentence)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
