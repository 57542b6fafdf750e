"""Which notebooks there are, and what each of the course's own looks like when nobody has touched
it (notebooks/SHA256SUMS).

What it needs of labutils needs nothing but the standard library, so that the verbs can say what is
wrong where a package is missing or broken. It is not imported above: an old Python cannot read it.
"""

import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
NOTEBOOKS = ROOT / "notebooks"
if str(ROOT) not in sys.path:
    sys.path.append(str(ROOT))


def sums(folder=NOTEBOOKS):
    """The SHA-256 of each lesson of the course by file name, in order.

    Exits with a sentence where the list cannot be read.
    """
    from labutils.classroom.workspace import CannotCopy, sums_in

    try:
        return sums_in(folder)
    except CannotCopy as error:
        sys.exit(str(error))


def paths():
    """The course's own lessons, in order, and no copy that somebody saved beside one."""
    return [path for path in stored() if path.parent == NOTEBOOKS]


def practices():
    """The notebooks of practice, in order: each belongs to the lesson of its number."""
    return [path for path in stored() if path.parent != NOTEBOOKS]


def stored():
    """All notebooks of the course: its lessons, and their practice."""
    return [NOTEBOOKS / name for name in sums() if (NOTEBOOKS / name).exists()]


def practice(number):
    """The practice of the lesson of that number; None where it has none."""
    return next((path for path in practices() if path.name[:2] == number), None)


def guests():
    """The notebooks of somebody else's lessons, which LABUTILS_LESSONS names."""
    from labutils.classroom.workspace import guests_beside

    return list(guests_beside(sums()).values())


def notebook(number):
    """The notebook of the lesson of that number. Raises LookupError where there is none."""
    for path in paths() + guests():
        if path.name[:2] == number:
            return path
    raise LookupError("There is no lesson %s." % number)


def folder_of(number):
    """The folder of the lesson of that number: its exercises, questions, scenes."""
    path = notebook(number)
    if path.parent == NOTEBOOKS:
        return ROOT / "labutils" / "lessons" / ("lesson_" + number)
    return path.parent / ("lesson_" + number)


def tests_of(number):
    """The folder with the answers, routes and tests of the lesson of that number."""
    path = notebook(number)
    if path.parent == NOTEBOOKS:
        return ROOT / "tests" / "lessons" / ("lesson_" + number)
    return path.parent / "tests" / ("lesson_" + number)
