"""Which shape a lesson has: beats, where its metadata names a mould; else sections."""

import lessons
import nbformat
from places import NUMBERS

# Words of Markdown that a lesson of each mould may have.
WORDS = {"heist": 600, "instrument": 400, "duel": 800, "case": 700}


def course_of(number: str) -> dict:
    """What the metadata of a lesson's notebook say of it."""
    return nbformat.read(lessons.notebook(number), as_version=4).metadata.get("labutils", {})


def mould_of(number: str) -> str:
    """The mould of a lesson; an empty text where it has sections."""
    return course_of(number).get("mould", "")


IN_BEATS = [number for number in NUMBERS if mould_of(number)]


def cells_of(number: str) -> list:
    """The cells of a lesson."""
    return nbformat.read(lessons.notebook(number), as_version=4).cells


def practice_of(number: str) -> list:
    """The cells of its practice; none where it has none."""
    path = lessons.practice(number)
    return nbformat.read(path, as_version=4).cells if path else []


def both_of(number: str) -> list:
    """The cells of a lesson, and then those of its practice."""
    return cells_of(number) + practice_of(number)
