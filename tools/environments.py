"""Environments of their own for tools whose packages the course does not need.

Each lies in `.venv/NAME`, is built from a requirements.txt with hashes, and is built afresh when
that file has changed.
"""

import hashlib
import os
import pathlib
import subprocess
import sys
import venv

HOUSE = pathlib.Path(__file__).resolve().parent.parent


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
        if base is None:
            venv.create(folder, clear=True, with_pip=True)
            pip = [python, "-m", "pip"]
        else:
            subprocess.run([base, "-m", "venv", "--clear", "--without-pip", folder], check=True)
            pip = [sys._base_executable, "-m", "pip", "--python", python]
        install = ["install", "--quiet", "--require-hashes", "-r", requirements]
        subprocess.run([*pip, *install], check=True)
        stamp.write_text(wanted, encoding="ascii")
    return python
