"""Environments of their own for tools whose packages the course does not need.

Each lies in `.venv/NAME`, is built from a requirements.txt with hashes, and is built afresh when
that file has changed.
"""

import hashlib
import os
import pathlib
import subprocess
import venv

HOUSE = pathlib.Path(__file__).resolve().parent.parent


def folder_of(name: str) -> pathlib.Path:
    """Where the environment of that name lies, or would."""
    return HOUSE / ".venv" / name


def is_built(name: str) -> bool:
    """Whether there is an environment of that name, of whatever age."""
    return (folder_of(name) / "requirements.sha256").exists()


def python_with(name: str, requirements: pathlib.Path) -> pathlib.Path:
    """The Python that has these requirements; its environment is built first where it must be.

    Raises subprocess.CalledProcessError where pip fails.
    """
    folder = folder_of(name)
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    stamp = folder / "requirements.sha256"
    wanted = hashlib.sha256(requirements.read_bytes()).hexdigest()
    if not stamp.exists() or stamp.read_text(encoding="ascii") != wanted:
        venv.create(folder, clear=True, with_pip=True)
        install = ["-m", "pip", "install", "--quiet", "--require-hashes", "-r", requirements]
        subprocess.run([python, *install], check=True)
        stamp.write_text(wanted, encoding="ascii")
    return python
