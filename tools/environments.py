"""Environments of their own for tools whose packages the course does not need.

Each lies in `.venv/NAME`, is built from a requirements.txt with hashes, and is built afresh when
that file has changed.
"""

from __future__ import annotations  # tools/course.py imports this, and an old Python reads it

import hashlib
import os
import pathlib
import subprocess
import sys

HOUSE = pathlib.Path(__file__).resolve().parent.parent


NO_PIP = (
    "This Python has no pip that can fill .venv, so nothing was built. Install pip (on Debian and "
    "Ubuntu: `sudo apt install python3-pip`; elsewhere the package of such a name), and say the "
    "same command again."
)


def installs(python) -> bool:
    """Whether this Python has a pip that installs into other environments: pip 22.3 or newer."""
    return answers(python, "-m", "pip", "--python", python, "--version")


def answers(*command) -> bool:
    """Whether this command succeeds; nothing of what it prints is shown."""
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.call([str(part) for part in command], **silent) == 0


def pip(*pythons) -> list[str]:
    """The first pip that installs into other environments, of these Pythons; if none is named, of
    the one that .venv was made from and of .venv itself, which was given one where the first has
    none."""
    for python in pythons or (sys._base_executable, sys.executable):
        if installs(python):
            return [str(python), "-m", "pip"]
    sys.exit(NO_PIP)


def folder_of(name: str) -> pathlib.Path:
    """Where the environment of that name lies, or would."""
    return HOUSE / ".venv" / name


def is_built(name: str) -> bool:
    """Whether there is an environment of that name, of whatever age."""
    return (folder_of(name) / "requirements.sha256").exists()


def python_with(
    name: str, requirements: pathlib.Path, base: pathlib.Path | None = None
) -> pathlib.Path:
    """The Python that has these requirements; its environment is built first where it must be.

    `base` is the Python that it is made from, where that is not this one; it needs no pip of its
    own. Raises subprocess.CalledProcessError where pip fails.
    """
    folder = folder_of(name)
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    stamp = folder / "requirements.sha256"
    made_from = b"" if base is None else os.fsencode(base)
    wanted = hashlib.sha256(requirements.read_bytes() + made_from).hexdigest()
    if not stamp.exists() or stamp.read_text(encoding="ascii") != wanted:
        bare = [base or sys._base_executable, "-m", "venv", "--clear", "--without-pip", folder]
        subprocess.run(bare, check=True)
        install = ["install", "--quiet", "--require-hashes", "-r", requirements]
        subprocess.run([*pip(), "--python", python, *install], check=True)
        stamp.write_text(wanted, encoding="ascii")
    return python
