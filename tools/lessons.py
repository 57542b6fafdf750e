"""List the notebooks of the course, and their checksums before anybody touches them.

The checksums are in notebooks/SHA256SUMS. What it needs of labutils needs nothing but the standard
library, so that the verbs can say what is wrong where a package is missing or broken. It is not
imported above: an old Python cannot read it.
"""

import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
NOTEBOOKS = ROOT / "notebooks"
if str(ROOT) not in sys.path:
    sys.path.append(str(ROOT))


def sums(folder=NOTEBOOKS):
    """Return the SHA-256 of each lesson of the course by file name, in order.

    Exits with a sentence where the list cannot be read.
    """
    from labutils.classroom.workspace import CannotCopy, sums_in

    try:
        return sums_in(folder)
    except CannotCopy as error:
        sys.exit(str(error))


def paths():
    """Return the course's own lessons, in order, without copies that somebody saved beside one."""
    return [path for path in stored() if path.parent == NOTEBOOKS]


def practices():
    """Return the notebooks of practice, in order: each belongs to the lesson of its number."""
    return [path for path in stored() if path.parent != NOTEBOOKS]


def stored():
    """Return all notebooks of the course: its lessons, and their practice."""
    return [NOTEBOOKS / name for name in sums() if (NOTEBOOKS / name).exists()]


def practice(number):
    """Return the practice of the lesson with that number; None if it has none."""
    return next((path for path in practices() if path.name[:2] == number), None)


def guests():
    """Return the notebooks of somebody else's lessons, which LABUTILS_LESSONS names."""
    from labutils.classroom.workspace import guests_beside

    return list(guests_beside(sums()).values())


def notebook(number):
    """Return the notebook of a lesson, by number. Raises LookupError where there is none."""
    for path in paths() + guests():
        if path.name[:2] == number:
            return path
    raise LookupError("There is no lesson %s." % number)


def folder_of(number):
    """Return the folder of the lesson with that number: its exercises, questions, scenes."""
    path = notebook(number)
    if path.parent == NOTEBOOKS:
        return ROOT / "labutils" / "lessons" / ("lesson_" + number)
    return path.parent / ("lesson_" + number)


def tests_of(number):
    """Return the folder with the answers, routes and tests of the lesson with that number."""
    path = notebook(number)
    if path.parent == NOTEBOOKS:
        return ROOT / "tests" / "lessons" / ("lesson_" + number)
    return path.parent / "tests" / ("lesson_" + number)
