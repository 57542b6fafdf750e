"""notebooks/SHA256SUMS: which notebooks are the course's own, and what each looks like when nobody has touched it.

It needs nothing but the standard library, so that the verbs can say what is wrong where labutils cannot be imported.
"""

import pathlib
import re
import sys

NOTEBOOKS = pathlib.Path(__file__).resolve().parent.parent / "notebooks"


def sums(folder=NOTEBOOKS):
    """The SHA-256 of each lesson by file name, in order. Exits with a sentence where the list cannot be read."""
    try:
        text = (folder / "SHA256SUMS").read_text(encoding="utf-8", errors="replace")
    except OSError:
        text = ""
    listed = re.findall(r"(?m)^([0-9a-f]{64})  (\S+)$", text)
    if not listed:
        sys.exit(
            "notebooks/SHA256SUMS is missing or damaged, so nobody knows which lessons are the course's. Restore "
            "it with `git checkout notebooks/SHA256SUMS`, or download the course again."
        )
    return {name: digest for digest, name in listed}
