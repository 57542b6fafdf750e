"""Say which Pythons the course supports, and give any other one a sentence.

Python 3.6 and later can read this file: it speaks where the rest of the course cannot be read.
"""

import os
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent


def pythons() -> str:
    """Return the versions of Python that the course supports, such as `>=3.11,<3.15`.

    They come from pyproject.toml, or from the metadata of an installed package; the text is empty
    where there is neither.
    """
    pyproject = ROOT / "pyproject.toml"
    text = pyproject.read_text(encoding="utf-8") if pyproject.exists() else ""
    found = re.search('requires-python = "(.+)"', text)
    return found.group(1) if found else _of_the_package()


def _of_the_package() -> str:
    try:
        from importlib import metadata

        from labutils.text import DISTRIBUTION

        return metadata.metadata(DISTRIBUTION)["Requires-Python"] or ""
    except Exception:  # not installed, or a Python without importlib.metadata
        return ""


def bounds() -> "tuple[tuple[int, int], tuple[int, int]] | None":  # text, for old Pythons
    """Return the oldest and the newest Python, as ((3, 11), (3, 14)); None where they are unknown.

    A wheel names them the other way round.
    """
    minors = sorted(int(minor) for minor in re.findall(r"3\.(\d+)", pythons()))
    return ((3, minors[0]), (3, minors[1] - 1)) if len(minors) == 2 else None


def complaint() -> str:
    """Return the sentence for a Python that the course does not support, or an empty text."""
    known, this = bounds(), tuple(sys.version_info[:2])
    if known is None or known[0] <= this <= known[1]:
        return ""
    named = r"py -3.13 tools\course.py lab" if os.name == "nt" else "make lab PYTHON=python3.13"
    return (
        "The course needs Python 3.%d to 3.%d, and this is %d.%d. Install one of these and name "
        "it, for instance `%s`." % (known[0][1], known[1][1], this[0], this[1], named)
    )
