"""Open JupyterLab on the learner's copies: `labutils lab`.

This module needs nothing but the standard library, so that a missing package is a sentence.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from labutils.classroom import progress
from labutils.classroom.workspace import COPY, PROGRESS, has_docs


def lesson_to_open(folder: Path) -> Path:
    """Return the copy of the lesson that was answered last, or of the first lesson.

    A record that cannot be read is no reason to open nothing.
    """
    try:
        last = progress.last((folder / PROGRESS).read_bytes())
    except OSError:
        last = ""
    notebooks = sorted(folder.glob("[0-9][0-9]-*.ipynb"))
    copies = [path for path in notebooks if not COPY.search(path.name)]
    begun = [path for path in copies if path.name[:2] == last[:2]]
    return (begun or copies or [folder / "00-start-here.ipynb"])[0]


def command(folder: Path, options: Sequence[str]) -> list[str]:
    """Return the command that opens JupyterLab there.

    The lessons link to pages in docs, which are in the folder above in a clone, and in this one
    elsewhere; so that folder is where JupyterLab begins. It asks nobody on the internet.
    """
    root = folder.parent if has_docs(folder) else folder
    lesson = lesson_to_open(folder).relative_to(root).as_posix()
    as_root = hasattr(os, "geteuid") and os.geteuid() == 0
    return [
        *(sys.executable, "-m", "jupyterlab"),
        f"--ServerApp.root_dir={root}",
        f"--LabApp.default_url=/lab/tree/{quote(lesson)}",
        "--LabApp.extension_manager=readonly",  # the other one asks a registry, at a click
        *(["--allow-root"] if as_root else []),
        *options,
    ]


def run(arguments: Sequence[str]) -> int:
    """Replace this process by JupyterLab, or start it and wait; return the exit status.

    It waits on operating systems that cannot replace a process.
    """
    if os.name != "nt":
        os.execv(arguments[0], list(arguments))
    try:
        return subprocess.call(arguments)
    except KeyboardInterrupt:
        return 0
