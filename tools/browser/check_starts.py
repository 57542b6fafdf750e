"""Each way to start, as a stranger has it, up to the buttons of the first question: `make
test-starts`.

Everything is built from nothing: a clone of the last commit, environments of their own. A row of
the table that it prints is a way to start: the seconds to build, until the server answers, until
the buttons are there, and how many there are. The exit status is 1 where a way has none. It needs
Chromium as `chromium` on the PATH, and the package index. Words name the ways to try; all are tried
otherwise.
"""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / "tools"), str(ROOT / "tools" / "browser")]

import locks  # noqa: E402
from first_question import buttons_in, chromium  # noqa: E402
from server import started  # noqa: E402

TOKEN = "check-starts"
Command = list[str]


class Way:
    """A way to start: the steps that build it, and the command that opens JupyterLab."""

    def __init__(self, place: pathlib.Path) -> None:
        self.place = place
        self.clone = place / "clone"
        self.python = place / "env" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
        self.empty = place / "empty"
        self.empty.mkdir(parents=True)

    def run(self, *command: object, at: pathlib.Path | None = None) -> None:
        """Run a step. Raises subprocess.CalledProcessError."""
        words = [str(word) for word in command]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
        subprocess.run(words, cwd=at or self.place, env=environment(), check=True, **quiet)

    def cloned(self) -> None:
        self.run("git", "clone", "--quiet", ROOT, self.clone)

    def pip(self, *words: object) -> None:
        """Install into an environment of its own, with the pip that lies in it."""
        if not self.python.exists():
            self.run(sys._base_executable, "-m", "venv", self.place / "env")
        self.run(self.python, "-m", "pip", "install", "--quiet", *words, at=self.clone)


def environment() -> dict[str, str]:
    """The variables of a stranger: none of ours, and no pip that refuses."""
    ours = ("LABUTILS_", "PIP_", "VIRTUAL_ENV", "PYTHONPATH", "JUPYTER")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    index = {name: value for name, value in os.environ.items() if name.startswith("PIP_INDEX")}
    return {**kept, **index, "PYTHON": sys._base_executable}


def make_lab(way: Way) -> tuple[Command, pathlib.Path]:
    """`make lab` in a clone."""
    way.cloned()
    return ["make", "lab", "ARGS={options}"], way.clone


def requirements(way: Way) -> tuple[Command, pathlib.Path]:
    """The lock with plain pip, in a clone."""
    way.cloned()
    way.pip("--require-hashes", "-r", "requirements.txt")
    way.pip("--no-deps", "--no-build-isolation", "-e", ".")
    return [str(way.python), "-m", "labutils", "lab", "work", "{options}"], way.clone


def binder(way: Way) -> tuple[Command, pathlib.Path]:
    """What environment.yml names, with pip in the place of conda, and postBuild's steps."""
    way.cloned()
    conda = ["jupyterlab>=4.4,<5", "ipykernel"]
    way.pip(*conda, *(f"{name}=={version}" for name, version in locks.of_conda().items()))
    way.pip("--no-deps", "--no-build-isolation", "--editable", ".")
    return [str(way.python), "-m", "labutils", "lab", "work", "{options}"], way.clone


def built_wheel(way: Way) -> pathlib.Path:
    """The wheel of a clone."""
    way.cloned()
    target = way.place / "wheel"
    way.run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", target, at=way.clone)
    return next(target.glob("*.whl"))


def wheel(way: Way) -> tuple[Command, pathlib.Path]:
    """The wheel with its extra by pip, in an empty folder, without a clone."""
    way.pip(f"{built_wheel(way)}[lab]")
    return [str(way.python), "-m", "labutils", "lab", "{options}"], way.empty


def uvx(way: Way) -> tuple[Command, pathlib.Path]:
    """The wheel by uv, in one command."""
    source = f"{built_wheel(way)}[lab]"
    python = ["--python", sys._base_executable]
    return ["uvx", *python, "--from", source, "labutils", "lab", "{options}"], way.empty


WAYS: dict[str, Callable[[Way], tuple[Command, pathlib.Path]]] = {
    "make-lab": make_lab,
    "requirements": requirements,
    "environment-yml": binder,
    "wheel": wheel,
    "uvx": uvx,
}


def tried(name: str, browser) -> str:
    """A row of the table: what was measured of one way. Raises what goes wrong."""
    with tempfile.TemporaryDirectory(prefix="starts-") as folder:
        began = time.monotonic()
        command, at = WAYS[name](Way(pathlib.Path(folder)))
        built = time.monotonic() - began
        began = time.monotonic()
        with started(command, at, TOKEN, environment=environment()) as address:
            answered = time.monotonic() - began
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            page.goto(f"{address}/?token={TOKEN}")
            count, seconds = buttons_in(page)
            page.close()
    return f"| {name} | {built:.0f} | {answered:.1f} | {seconds:.1f} | {count} |"


def main(words: list[str]) -> int:
    """Try the ways; print a table. The exit status is 1 where one has no buttons."""
    if not shutil.which("chromium"):
        print("The starts are not tried: they need Chromium as `chromium` on the PATH.")
        return 0
    print("| way | to build, s | server answers after, s | buttons after, s | buttons |")
    print("|---|---|---|---|---|", flush=True)
    failed = False
    with chromium() as browser:
        for name in words or WAYS:
            if name == "uvx" and not shutil.which("uvx"):
                print("| uvx | not tried: uv is not on the PATH | | | |")
                continue
            try:
                row = tried(name, browser)
            except (subprocess.CalledProcessError, RuntimeError, AssertionError) as error:
                detail = getattr(error, "stderr", None) or str(error).encode()
                row = f"| {name} | failed: {detail.decode('utf-8', 'replace')[-400:]!r} | | | 0 |"
            print(row, flush=True)
            failed = failed or row.endswith("| 0 |")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
