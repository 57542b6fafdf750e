"""The verbs of this repository: lab, test, notebooks, lock, bench, measure, test-clients, test-browser, reset, clean.

`python tools/course.py VERB [ARGS]` builds `.venv` from requirements.txt when it is missing or stale, then runs the
verb inside it. It needs nothing but Python's standard library and pip, and it is written so that an old Python can
still read it and say which one to use.
"""
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent.parent
VENV = HERE / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP = VENV / "labutils.stamp"
OLDEST, NEWEST = (3, 11), (3, 14)
QUIETLY = ["install", "--quiet", "--disable-pip-version-check", "--no-input", "--compile"]
LABUTILS = ["--no-deps", "--no-build-isolation", "--editable", "."]


def say(sentence):
    print(sentence, flush=True)


def run(*command, **options):
    """Run a command in the repository; its exit status."""
    return subprocess.call([str(part) for part in command], cwd=str(HERE), **options)


def require_python():
    """Exit with a sentence where this Python is not one that the course supports."""
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        sys.exit("The course needs Python 3.%d to 3.%d, and this is %d.%d. Name another one: make lab PYTHON=python3.13"
                 % (OLDEST[1], NEWEST[1], sys.version_info[0], sys.version_info[1]))


def fingerprint():
    """What the environment was built from: the lock, the package's own metadata, and the Python."""
    parts = [(HERE / name).read_bytes() for name in ("requirements.txt", "pyproject.toml")]
    return hashlib.sha256(b"".join(parts) + sys.version.encode()).hexdigest()


def ensure_environment():
    """Build `.venv` from the locked requirements, unless it is there and fresh. Exits with a sentence on failure."""
    if STAMP.exists() and STAMP.read_text() == fingerprint():
        refresh_package()
        return
    require_python()
    # An activated .venv must not delete the Python that runs this; the one it was made from builds the new one.
    builder = getattr(sys, "_base_executable", sys.executable) if pathlib.Path(sys.prefix) == VENV else sys.executable
    say("Building .venv with Python %d.%d from requirements.txt; this takes a minute, once ..." % sys.version_info[:2])
    shutil.rmtree(str(VENV), ignore_errors=True)
    # pip of this Python installs into .venv, so that a Debian without ensurepip does too.
    pip = [builder, "-m", "pip", "--python", PYTHON, *QUIETLY]
    env = {name: value for name, value in os.environ.items() if name not in ("PIP_REQUIRE_VIRTUALENV", "PIP_USER", "PIP_TARGET")}
    steps = [
        [builder, "-m", "venv", "--without-pip", VENV],
        [*pip, "--only-binary", ":all:", "--require-hashes", "-r", "requirements.txt"],
        [*pip, *LABUTILS],
    ]
    for step in steps:
        if run(*step, env=env):
            sys.exit("The environment could not be built: the step above failed. Mend its cause and say the same command "
                     "again; nothing half-built is kept in use.")
    STAMP.write_text(fingerprint())


def refresh_package():
    """Install labutils again when the lessons are others: it brings the pristine copies from which `reset` restores them."""
    sums = pathlib.Path("notebooks") / "SHA256SUMS"
    installed = VENV / "share" / "labutils" / sums
    if not installed.exists() or installed.read_bytes() != (HERE / sums).read_bytes():
        run(sys.executable, "-m", "pip", "--python", PYTHON, *QUIETLY, *LABUTILS)


def lab(*arguments):
    """Open JupyterLab on the first lesson."""
    first = "/lab/tree/notebooks/00-start-here.ipynb"
    root = ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    say("Opening JupyterLab on notebooks/00-start-here.ipynb; stop it with Ctrl-C.")
    command = [PYTHON, "-m", "jupyterlab", "--ServerApp.root_dir=" + str(HERE), "--LabApp.default_url=" + first, *root]
    try:
        return run(*command, *arguments)
    except KeyboardInterrupt:
        return 0


def test(*arguments):
    """Style, spelling, then unit tests, guard rails and every stored output of every lesson."""
    lessons = sorted(str(path.relative_to(HERE)) for path in (HERE / "notebooks").glob("[0-9][0-9]-*.ipynb")
                     if path.name in course_notebooks())
    clients = HERE / "tools" / "clients"
    judged = (clients / "node_modules").exists() and shutil.which("node") is not None
    if not judged:
        say("The JavaScript clients are not run here: they want Node.js and two packages. make test-clients installs and runs them.")
    return ((judged and run(PYTHON, str(clients / "run.py")))
            or run(PYTHON, "-m", "ruff", "check", "--no-cache", ".")
            or run(PYTHON, "-m", "codespell_lib")
            or run(PYTHON, "-m", "pytest", "--nbval", "--nbval-current-env", "--nbval-cell-timeout=60",
                   "tests", *lessons, *arguments))


def course_notebooks():
    """The names in notebooks/SHA256SUMS: the course's own notebooks, and not a learner's copies beside them."""
    return [line.split()[1] for line in (HERE / "notebooks" / "SHA256SUMS").read_text().splitlines()]


def notebooks(*arguments):
    """Execute lessons from a clean kernel and store them in canonical form."""
    return run(PYTHON, "tools/execute.py", *arguments)


def lock(*arguments):
    """Write requirements.txt from pyproject.toml, with hashes and without addresses. Needs `uv` on the PATH."""
    return run("uv", "pip", "compile", "-q", "--universal", "--python-version", "3.11", "--generate-hashes",
               "--no-emit-index-url", "--no-emit-find-links", "--no-annotate", "--fork-strategy", "fewest", "--extra",
               "dev", "--custom-compile-command", "make lock", "pyproject.toml", "-o", "requirements.txt", *arguments)


def bench(*arguments):
    """Ratios, each measured in this run."""
    return run(PYTHON, "tools/bench.py", *arguments)


def measure(*arguments):
    """How much the tests of identity and incident notice: coverage, and mutants killed, by module."""
    if run(PYTHON, "-c", "import coverage", stderr=subprocess.DEVNULL):
        run(sys.executable, "-m", "pip", "--python", PYTHON, *QUIETLY, "--require-hashes",
            "-r", "tools/measure/requirements.txt")
    return run(PYTHON, "tools/measure/run.py", *arguments)


def test_clients(*arguments):
    """Two certified JavaScript clients against `labutils serve`."""
    return run(PYTHON, "tools/clients/run.py", *arguments)


def test_browser(*arguments):
    """A real Chromium loads a cleaned recording and signs in with a virtual security key, where there is a Chromium."""
    if run(PYTHON, "-c", "import playwright", stderr=subprocess.DEVNULL):
        run(sys.executable, "-m", "pip", "--python", PYTHON, *QUIETLY, "--require-hashes", "-r", "tools/browser/requirements.txt")
    return run(PYTHON, "tools/browser/run.py", *arguments)


def reset(*arguments):
    """Restore a lesson, and keep the learner's copy beside it."""
    return run(PYTHON, "tools/reset.py", *arguments)


def clean():
    """Remove what these verbs made, and nothing a learner wrote."""
    for path in [VENV, *HERE.rglob("__pycache__"), *HERE.rglob(".ipynb_checkpoints"), HERE / ".hypothesis",
                 HERE / "tools" / "clients" / "node_modules"]:
        shutil.rmtree(str(path), ignore_errors=True)
    return 0


VERBS = {"lab": lab, "test": test, "notebooks": notebooks, "lock": lock, "bench": bench, "measure": measure,
         "test-clients": test_clients, "test-browser": test_browser, "reset": reset, "clean": clean}

if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in VERBS:
        sys.exit("Say one of: python tools/course.py " + " | ".join(VERBS))
    verb, rest = sys.argv[1], sys.argv[2:]
    if verb != "clean" and verb != "lock":
        ensure_environment()
    sys.exit(VERBS[verb](*rest))
