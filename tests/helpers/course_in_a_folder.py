"""A course in a folder of its own, to be broken or moved: its .venv is made of symbolic links."""

import ast
import os
import pathlib
import shutil
import subprocess
import sys
import sysconfig

import pytest
from places import ROOT

SITE = pathlib.Path(sysconfig.get_path("purelib"))
posix = pytest.mark.skipif(
    os.name == "nt", reason="the environments of these tests are made of symbolic links"
)


class Course:
    """A course in a folder of its own, whose .venv holds a link to each package of the one that
    runs the tests."""

    def __init__(self, folder: pathlib.Path):
        self.folder, self.venv = folder, folder / ".venv"
        for name in ("labutils", "data"):
            shutil.copytree(
                ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__")
            )
        for name in ("pyproject.toml", "requirements.txt"):
            shutil.copyfile(ROOT / name, folder / name)
        self.site = self.venv / SITE.relative_to(sys.prefix)
        self.site.mkdir(parents=True)
        for path in SITE.iterdir():
            if "labutils" not in path.name:
                (self.site / path.name).symlink_to(path)
        (self.site / "_anatomy_of_a_cloud_hack.pth").write_text("../../../..\n", encoding="ascii")
        (self.venv / "bin").mkdir()
        (self.venv / "bin" / "python").symlink_to(sys._base_executable)
        home = pathlib.Path(sys._base_executable).parent
        (self.venv / "pyvenv.cfg").write_text(
            f"home = {home}\ninclude-system-site-packages = false\n", encoding="utf-8"
        )
        (self.venv / "share").symlink_to(pathlib.Path(sys.prefix, "share"))

    def without(self, *patterns: str) -> None:
        """Take packages, or their metadata, away."""
        for pattern in patterns:
            links = list(self.site.glob(pattern))
            assert links, pattern
            for link in links:
                link.unlink()

    def put(self, name: str, text: str) -> None:
        """A file of a package."""
        path = self.site / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def version(self, name: str, version: str) -> None:
        """Let the metadata of a package say this version."""
        self.without(f"{name}-*.dist-info")
        self.put(
            f"{name}-{version}.dist-info/METADATA",
            f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        )

    def python(self, *arguments: str) -> subprocess.Popen:
        command = [str(self.venv / "bin" / "python"), *arguments]
        env = {
            name: value
            for name, value in os.environ.items()
            if name not in ("PYTHONPATH", "PYTHONHOME")
        }
        return subprocess.Popen(
            command,
            cwd=self.folder,
            env=env,
            encoding="locale",
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )


def kernel_lines(course: Course) -> list:
    """The doctor's lines about the kernel."""
    process = course.python("-c", "from labutils import doctor; print(list(doctor._kernel()))")
    return ast.literal_eval(process.communicate(timeout=60)[0])


def old_pythons():
    """Each Python from 3.6 to 3.10 that this machine has and that answers."""
    managed = sorted(pathlib.Path.home().glob(".pyenv/versions/3.*/bin/python"))
    named = [shutil.which(f"python3.{minor}") for minor in range(6, 11)]
    ask = ["-c", "import sys; sys.exit(not (3, 6) <= sys.version_info[:2] <= (3, 10))"]
    seen = set()
    for python in map(str, filter(None, [*managed, *named])):
        real = os.path.realpath(python)
        silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        if real not in seen and subprocess.call([python, *ask], **silent) == 0:
            seen.add(real)
            yield python
