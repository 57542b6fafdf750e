"""notebooks/SHA256SUMS: which notebooks are the course's own, and what each looks like when nobody
has touched it.

What it needs of labutils needs nothing but the standard library, so that the verbs can say what is
wrong where a package is missing or broken.
"""

import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
NOTEBOOKS = ROOT / "notebooks"


def sums(folder=NOTEBOOKS):
    """The SHA-256 of each lesson by file name, in order.

    Exits with a sentence where the list cannot be read.
    """
    if str(ROOT) not in sys.path:
        sys.path.append(str(ROOT))
    from labutils.classroom.workspace import (
        CannotCopy,
        sums_in,
    )  # not above: an old Python cannot read it

    try:
        return sums_in(folder)
    except CannotCopy as error:
        sys.exit(str(error))


def paths():
    """The course's own notebooks, in order, and no copy that somebody saved beside one."""
    return [NOTEBOOKS / name for name in sums() if (NOTEBOOKS / name).exists()]
