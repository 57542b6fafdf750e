"""Build separate environments for tools whose packages the course does not need.

Each lies in `.venv/NAME`, is built from a requirements.txt with hashes, and is built afresh when
that file has changed. Python 3.6 can read this, since tools/course.py imports it before it says
which Python to use.
"""

import contextlib
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HOUSE = pathlib.Path(__file__).resolve().parent.parent
QUIETLY = [
    *("install", "--quiet", "--disable-pip-version-check", "--no-input", "--no-compile"),
    *("--root-user-action", "ignore"),
]
# A lock is whole, so nothing is resolved again.
BY_HASH = ["--no-deps", "--only-binary", ":all:", "--require-hashes"]

NO_PIP = (
    "This Python has no pip that can fill .venv, so nothing was built. Install pip (on Debian and "
    "Ubuntu: `sudo apt install python3-pip`; elsewhere the package of such a name), and say the "
    "same command again."
)


def installs(python):
    """Return whether this Python has a pip that installs elsewhere: pip 22.3 or newer."""
    return answers(python, "-m", "pip", "--python", python, "--version")


def answers(*command):
    """Return whether this command succeeds; nothing of what it prints is shown."""
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.call([str(part) for part in command], **silent) == 0


def pip(*pythons):
    """Return the first pip of these Pythons that installs into other environments.

    If none is named, they are the one that .venv was made from and .venv itself, which was given
    one where the first has none.
    """
    for python in pythons or (sys._base_executable, sys.executable):
        if installs(python):
            return [str(python), "-m", "pip"]
    sys.exit(NO_PIP)


@contextlib.contextmanager
def locked(lock):
    """Yield the options that install a lock without what pyproject.toml leaves out for speed.

    The lock itself is whole, so that plain pip can install it.
    """
    dropped = left_out()
    blocks = re.split(r"\n(?=\S)", lock.read_text(encoding="utf-8"))
    kept = [block for block in blocks if block.partition("==")[0] not in dropped]
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "requirements.txt")
        path.write_text("\n".join(kept), encoding="utf-8")
        yield [*BY_HASH, "-r", str(path)]


def left_out():
    """Return the names of the packages that pyproject.toml leaves out for speed."""
    pyproject = (HOUSE / "pyproject.toml").read_text(encoding="utf-8")
    listed = re.search(r"(?m)^left-out-for-speed = \[(.*)\]", pyproject)
    return re.findall(r'"([^"]+)"', listed.group(1) if listed else "")


def run(*command, **options):
    """Run a command in the repository, and return its exit status."""
    return subprocess.call([str(part) for part in command], cwd=str(HOUSE), **options)


def install(python, find_pip, *installs, first=()):
    """Install into the environment of this Python, and return whether it succeeded.

    `find_pip` gives the steps that a pip needs first, and the pip; `installs` are the options of
    one installation each, and `first` is the step that makes the environment, where that is to be
    done.
    """
    uv = uv_of(python)
    elsewhere = ("PIP_REQUIRE_VIRTUALENV", "PIP_USER", "PIP_TARGET")
    env = {name: value for name, value in os.environ.items() if name not in elsewhere}
    env["PYTHONUTF8"] = (
        "1"  # else `venv` cannot write the name of a folder that the locale cannot spell
    )
    env["PYTHONPATH"] = os.pathsep.join(filter(None, [str(uv), env.get("PYTHONPATH")]))
    if shutil.which("uv") is None:
        env.setdefault("UV_CACHE_DIR", str(uv / "cache"))  # which goes with it
    makes = [first] if first else []
    for steps in ways(python, find_pip, *installs):
        if not any(run(*step, env=env) for step in [*makes, *steps]):
            shutil.rmtree(str(uv), ignore_errors=True)
            return True
    return False


def ways(python, find_pip, *installs):
    """Yield the ways to install, the quickest first, each a list of steps.

    uv takes a tenth of pip's time, so pip brings it where it is not on the PATH, and it is deleted
    afterwards. It does not read pip's settings: where these name another index, pip does the work,
    and wherever uv fails pip has a second try.
    """
    into = ["pip", "install", "--quiet", "--python", python]
    on_the_path = shutil.which("uv") is not None
    if on_the_path:
        yield [["uv", *into, *options] for options in installs]
    given, pip = find_pip()
    if not on_the_path and not names_an_index(pip):
        brought = [*pip, *QUIETLY, "--target", uv_of(python), *BY_HASH, "-r", "requirements-uv.txt"]
        yield [*given, brought, *[[pip[0], "-m", "uv", *into, *options] for options in installs]]
    yield [*given, *[[*pip, "--python", python, *QUIETLY, *options] for options in installs]]


def uv_of(python):
    """Return where uv is while it installs into the environment of this Python."""
    return pathlib.Path(python).parent.parent / "uv"


def names_an_index(pip):
    """Return whether pip's settings name an index, a way to it, or that there is none."""
    command = [str(part) for part in pip]
    said = subprocess.run([*command, "config", "list"], stdout=subprocess.PIPE).stdout
    return bool(re.search(rb"(?m)^[^=]*(index|proxy|trusted-host|client-cert)[^=]*=", said))


def folder_of(name):
    """Return the folder of the environment with that name, whether it exists or not."""
    return HOUSE / ".venv" / name


def is_built(name):
    """Return whether there is an environment with that name, of whatever age."""
    return (folder_of(name) / "requirements.sha256").exists()


def python_with(name, requirements, base=None):
    """Return the Python that has these requirements, and build its environment first if necessary.

    `base` is the Python that it is made from, where that is not this one; it needs no pip of its
    own. Raises subprocess.CalledProcessError where it cannot be built.
    """
    folder = folder_of(name)
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    stamp = folder / "requirements.sha256"
    made_from = b"" if base is None else os.fsencode(base)
    wanted = hashlib.sha256(requirements.read_bytes() + made_from).hexdigest()
    if not stamp.exists() or stamp.read_text(encoding="ascii") != wanted:
        bare = [base or sys._base_executable, "-m", "venv", "--clear", "--without-pip", folder]
        with locked(requirements) as options:
            built = install(python, lambda: ([], pip()), options, first=bare)
        if not built:
            raise subprocess.CalledProcessError(1, ["pip", "install", "-r", str(requirements)])
        stamp.write_text(wanted, encoding="ascii")
    return python
