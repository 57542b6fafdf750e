"""The course in the browser: `make lite`, into build/lite.

JupyterLite with Pyodide: a site of files alone, with the lessons as the learner's copies. There
are two kinds of it. The public one takes the compiled packages (cryptography, matplotlib, and what
they need) from Pyodide's own server while a lesson runs. `--offline` asks nobody: a stand-in for
cryptography from tests/tools/lite, and sentences instead of pictures. The public one cannot be
tried where only the package registries are reached; of it, the tests read the lock alone.
"""

import argparse
import json
import pathlib
import shutil
import subprocess
import sys

from labutils.classroom import files, workspace
from tools.environments import python_with
from tools.lite import lock, wheels, words

HERE = pathlib.Path(__file__).resolve().parent
HOUSE = HERE.parent.parent
SOURCE, SITE = HOUSE / "build" / "lite-source", HOUSE / "build" / "lite"
PYODIDE = HERE / "node_modules" / "pyodide"
# Of Pyodide's npm package: what a browser loads.
RUNTIME = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip")
COMPILED = ("cryptography", "matplotlib", "pillow", "pyyaml", "markupsafe")
# Where Pyodide's own builds of them lie, by Pyodide's version.
PUBLISHED = "https://cdn.jsdelivr.net/pyodide/v{version}/full/"
KERNEL = "@jupyterlite/pyodide-kernel-extension"
# What the kernel loads before the first cell; labutils and its needs come with their first import.
AT_THE_START = [
    "comm",
    "ipykernel",
    "ipython",
    "ipywidgets",
    "jedi",
    "micropip",
    "piplite",
    "pyodide-kernel",
]


class CannotBuild(Exception):
    """Why the site could not be built, as a sentence that says what to do."""


def pyodide() -> pathlib.Path:
    """Pyodide as npm has it, fetched by its hash where it is missing. Raises CannotBuild."""
    if not (PYODIDE / "pyodide.mjs").exists():
        npm = shutil.which("npm")
        command = ["ci", "--no-audit", "--no-fund", "--ignore-scripts", "--silent"]
        if npm is None or subprocess.call([npm, *command], cwd=HERE):
            raise CannotBuild(
                "Pyodide could not be installed. It needs npm, which comes with Node.js: run "
                "`npm ci` in tools/lite to see why."
            )
    return PYODIDE


def node() -> str:
    """Where Node.js is. Raises CannotBuild."""
    found = shutil.which("node")
    if found is None:
        raise CannotBuild("The course for the browser is built with Node.js 20 or later, and npm.")
    return found


def distribution(folder: pathlib.Path, *, offline: bool) -> None:
    """Pyodide, its lock and the wheels, in a folder that is made afresh. Raises CannotBuild."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in RUNTIME:
        shutil.copyfile(pyodide() / name, folder / name)
    try:
        wheels.own(folder)
        wheels.fetch(folder)
        wheels.worlds(folder)
    except subprocess.CalledProcessError as error:
        command = " ".join(map(str, error.cmd[1:4]))
        raise CannotBuild(
            f"The packages for the browser could not be fetched or packed: `python {command}` "
            f"ended with status {error.returncode}."
        ) from error
    if offline:
        wheels.stand_in(folder)
        wheels.pictures(folder)
    try:
        wheels.compile_modules(folder, node(), pyodide())
    except subprocess.CalledProcessError as error:
        raise CannotBuild(
            f"Pyodide could not compile the modules: Node.js ended with status {error.returncode}."
        ) from error
    write_lock(folder, offline=offline)


def write_lock(folder: pathlib.Path, *, offline: bool) -> None:
    """The lock of the wheels in that folder, and, for the public site, of Pyodide's compiled
    ones: they are taken instead of ours of the same name."""
    official = json.loads((pyodide() / "pyodide-lock.json").read_text(encoding="utf-8"))
    version = json.loads((pyodide() / "package.json").read_text(encoding="utf-8"))["version"]
    compiled = () if offline else COMPILED
    entries = [
        entry
        for wheel in sorted(folder.glob("*.whl"))
        if (entry := lock.entry(wheel, official["info"]["python"]))["name"] not in compiled
    ]
    content = lock.lock(official, entries, compiled, PUBLISHED.format(version=version))
    (folder / "pyodide-lock.json").write_text(json.dumps(content, indent=1), encoding="utf-8")


def contents(folder: pathlib.Path) -> None:
    """The learner's files: copies of the lessons without outputs, and the pages beside them."""
    for sentence in workspace.make_copies(folder, workspace.originals()):
        print(sentence)
    for name in (workspace.RECORD, files.LOCK):
        (folder / name).unlink(missing_ok=True)
    for path in folder.rglob("*.ipynb"):
        lesson = json.loads(path.read_text(encoding="utf-8"))
        for cell in lesson["cells"]:
            if cell["cell_type"] == "markdown":
                said = words.for_the_browser("".join(cell["source"]))
                cell["source"] = said.splitlines(keepends=True)
        path.write_text(json.dumps(lesson, indent=1, ensure_ascii=False), encoding="utf-8")
    for page in (folder / "docs").glob("*.md"):
        said = words.for_the_browser(page.read_text(encoding="utf-8"))
        page.write_text(said, encoding="utf-8")


def settings(*, offline: bool) -> dict[str, object]:
    packages = [*AT_THE_START, *(["labutils-pictures"] if offline else [])]
    kernel = {
        "disablePyPIFallback": True,
        "loadPyodideOptions": {"packages": packages},
        "pyodideUrl": "./static/pyodide/pyodide.mjs",
    }
    return {
        "jupyter-lite-schema-version": 0,
        "jupyter-config-data": {
            "appName": "Anatomy of a Cloud Hack",
            "exposeAppInBrowser": True,  # for check.py
            "litePluginSettings": {f"{KERNEL}:kernel": kernel},
        },
    }


def kernels_own_wheels(python: pathlib.Path) -> list[pathlib.Path]:
    """The wheels that lie inside JupyterLite's extension for Pyodide, and nowhere else."""
    below = f"share/jupyter/labextensions/{KERNEL}/static/pypi"
    folder = python.parent.parent / below
    return sorted(path for path in folder.glob("*.whl") if not path.name.startswith("widgets"))


def require_one_pyodide(python: pathlib.Path) -> None:
    """Pyodide of npm is the version that JupyterLite's kernel was made for. Raises CannotBuild."""
    code = "from jupyterlite_pyodide_kernel.constants import PYODIDE_VERSION as v; print(v)"
    wanted = subprocess.check_output([python, "-c", code], encoding="utf-8").strip()
    there = json.loads((pyodide() / "package.json").read_text(encoding="utf-8"))["version"]
    if there != wanted:
        raise CannotBuild(
            f"JupyterLite's kernel wants Pyodide {wanted}, and tools/lite/package.json has {there}."
        )


def build(*, offline: bool) -> int:
    """The whole site; the exit status of JupyterLite's own build."""
    for old in (SOURCE, SITE):  # with JupyterLite's notes on what was built before
        shutil.rmtree(old, ignore_errors=True)
    python = python_with("lite", HERE / "requirements.txt")
    require_one_pyodide(python)
    at = SOURCE / "static" / "pyodide"
    distribution(at, offline=offline)
    for wheel in kernels_own_wheels(python):
        shutil.copyfile(wheel, at / wheel.name)
    write_lock(at, offline=offline)
    contents(SOURCE / "files")
    shutil.copyfile(HOUSE / "data" / "jupyterlab-overrides.json", SOURCE / "overrides.json")
    looks = python.parent.parent / "share" / "jupyter" / "labextensions" / "labutils-look"
    shutil.rmtree(looks, ignore_errors=True)
    shutil.copytree(HOUSE / "data" / "labextension", looks)  # JupyterLite packs what lies there
    text = json.dumps(settings(offline=offline), indent=1)
    (SOURCE / "jupyter-lite.json").write_text(text, encoding="utf-8")
    command = [python, "-m", "jupyterlite_core.app", "build", "--lite-dir", SOURCE]
    command += ["--contents", SOURCE / "files", "--output-dir", SITE, "--no-sourcemaps"]
    return subprocess.call([str(part) for part in command], cwd=SOURCE)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="make lite", description=__doc__)
    parser.add_argument("--offline", action="store_true", help="a site that asks nobody")
    chosen = parser.parse_args(arguments)
    try:
        status = build(offline=chosen.offline)
    except CannotBuild as error:
        print(error)
        return 2
    if status == 0:
        size = sum(path.stat().st_size for path in SITE.rglob("*") if path.is_file())
        print(
            f"The course for the browser is in build/lite ({size / 1e6:.0f} MB). To look at it: "
            "python -m http.server --bind 127.0.0.1 --directory build/lite"
        )
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
