"""Run the verbs of this repository: lab, test, notebooks, reset, mend, clean, and others (VERBS).

`python tools/course.py VERB [ARGS]` builds `.venv` from requirements.txt when it is missing or
stale, then runs the verb inside it. It needs nothing but Python's standard library and pip (or uv,
where that is on the PATH). Python 3.6 can still read it and say which one to use.

Which Python builds `.venv`: the one that PYTHON names (`make lab PYTHON=python3.13`); else the one
that `.venv` was built with; else the one that runs this, or, where the course does not support that
one, the newest on the PATH that it does.
"""

import hashlib
import inspect
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import environments
import lessons
from environments import run

from labutils import supported

HERE = pathlib.Path(__file__).resolve().parent.parent
VENV = HERE / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP = VENV / "labutils.stamp"
TESTS_STAMP = VENV / "tests.stamp"
PRISTINE = VENV / "pristine"
# What a first start needs is compiled when the environment is built, and nothing else: compiled
# files of all packages are 80 MB.
FIRST = "import jupyterlab.labapp, ipykernel.kernelapp, labutils.classroom.exercises"
FOR_TESTS = ["-r", "requirements-test.txt"]  # what tests need besides, at the same versions
SIEM_TESTS = "tests/tools/test_siem.py"
LABUTILS = ["--no-deps", "--no-build-isolation", "--editable", "."]


def say(sentence):
    print(sentence, flush=True)


# --- the environment ----------------------------------------------------------------------------


def another_python():
    """Return the Python that should run this instead of the one that does, or None."""
    if os.environ.get("PYTHON"):
        return None  # somebody named one, and make ran it
    kept = python_of_venv()
    if kept is not None and release_of(kept) is not None:
        return None if same(kept, builder()) else kept
    if not supported.complaint():
        return None
    (_, low), (_, high) = supported.bounds()
    for minor in range(high, low - 1, -1):
        for folder in os.get_exec_path():  # the first may be a version manager's, with no answer
            found = shutil.which("python3.%d" % minor, path=folder)
            if found and release_of(found) == (3, minor):
                return found
    return None


def python_of_venv():
    """Return the Python that `.venv` was made from, where it is still there; else None."""
    try:
        noted = (VENV / "pyvenv.cfg").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    named = re.search(r"(?m)^executable = (.+)$", noted)
    return named.group(1) if named and os.path.exists(named.group(1)) else None


def same(one, other):
    """Return whether two paths are one Python."""
    return os.path.realpath(one) == os.path.realpath(other)


def release_of(python):
    """Return the version of a Python that the course supports, such as (3, 13); else None."""
    ask = [str(python), "-c", "import sys; print(*sys.version_info[:2])"]
    try:
        said = subprocess.run(ask, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
        release = tuple(map(int, said.split()))
    except (OSError, ValueError):
        return None
    low, high = supported.bounds()
    return release if low <= release <= high else None


def hand_over(python):
    """Let another Python run the same command. Does not return."""
    command = [python, os.path.abspath(__file__)] + sys.argv[1:]
    environ = dict(os.environ, PYTHON=python)
    if os.name != "nt":
        os.execve(python, command, environ)
    try:
        sys.exit(subprocess.call(command, env=environ))
    except KeyboardInterrupt:
        sys.exit(130)


def require_python():
    """Exit with a sentence where this Python is not one that the course supports."""
    if supported.complaint():
        sys.exit(supported.complaint())


def require_a_folder_of_ones_own():
    """Exit with a sentence where this folder cannot be written to: `.venv` and `work` lie in it."""
    if not writable(HERE):
        sys.exit(
            "The course keeps its environment and your copies in its own folder, and you cannot "
            "write to %s. Copy the folder to a place of yours, and say the same command there."
            % HERE
        )


def fingerprint():
    """Return a hash of what the environment is built from.

    That is the lock, the package's own files and the Python.

    How the code is linted and tested, which pyproject.toml says from `[tool.ruff]` on, is no part.
    """
    names = ["requirements.txt", "data/jupyterlab-overrides.json", "data/jupyter-server.json"]
    names += ["data/labextension/package.json", "data/labextension/static/look.js"]
    parts = [(HERE / name).read_bytes() for name in names]
    parts.append((HERE / "pyproject.toml").read_bytes().partition(b"\n[tool.ruff]")[0])
    return hashlib.sha256(b"".join(parts) + sys.version.encode()).hexdigest()


def stamp():
    """Return what `.venv` was built from, and in which folder.

    Both are empty where it was not built to the end.
    """
    whole = STAMP.exists() and PYTHON.exists()
    built, _, folder = (STAMP.read_bytes() if whole else b"").partition(b"\n")
    return built.decode("ascii", "replace"), os.fsdecode(folder)


def write_stamp():
    STAMP.write_bytes(fingerprint().encode("ascii") + b"\n" + os.fsencode(str(HERE)))


def tests_fingerprint():
    """Return a hash of what the packages for tests are built from."""
    return hashlib.sha256((HERE / "requirements-test.txt").read_bytes()).hexdigest()


def has_what_tests_need():
    """Return whether `.venv` holds what requirements-test.txt says."""
    return TESTS_STAMP.exists() and TESTS_STAMP.read_text(encoding="ascii") == tests_fingerprint()


def ensure_environment(tests=False):
    """Make `.venv` what the locked requirements say, in this folder; with what tests need, where
    that is asked for.

    Exits with a sentence on failure.
    """
    built, folder = stamp()
    if built != fingerprint():
        build(tests)
    elif folder != str(HERE):
        where_the_disk_allows(repoint, folder)
    if tests and not has_what_tests_need():
        add_what_tests_need()
    where_the_disk_allows(keep_what_reset_needs)


def add_what_tests_need():
    """Install requirements-test.txt into `.venv`. Exits with a sentence on failure."""
    say("Adding what tests need, from requirements-test.txt ...")
    with environments.locked(HERE / "requirements.txt") as options:
        if not environments.install(PYTHON, pip_for_venv, [*options, *FOR_TESTS]):
            sys.exit("What tests need could not be installed: the step above says why.")
    TESTS_STAMP.write_text(tests_fingerprint(), encoding="ascii")


def where_the_disk_allows(step, *arguments):
    """Do an optional step, which must not stop a verb.

    The disk may be full or read-only, the list of lessons gone.
    """
    try:
        step(*arguments)
    except (OSError, SystemExit):
        pass


def build(tests=False):
    """Build `.venv` from the locked requirements, with uv where there is uv; `tests` adds what
    tests need."""
    require_python()
    require_a_folder_of_ones_own()
    say(
        "Building .venv with Python %d.%d from requirements.txt; it takes up to a minute, once ..."
        % sys.version_info[:2]
    )
    bare = [builder(), "-m", "venv", "--clear", "--without-pip", VENV]
    with environments.locked(HERE / "requirements.txt") as options:
        wanted = [*options, *FOR_TESTS] if tests else options
        built = environments.install(PYTHON, pip_for_venv, wanted, LABUTILS, first=bare)
    if not built:
        sys.exit(
            "The environment could not be built: the step above failed. Usual causes are a network "
            "without a way to the package index, and a full disk. Fix the cause and run the same "
            "command again; nothing half-built is kept in use."
        )
    find_labutils_from_inside()
    compile_what_comes_first()
    write_stamp()
    if tests:
        TESTS_STAMP.write_text(tests_fingerprint(), encoding="ascii")


def compile_what_comes_first():
    """Compile what a first start imports. Where an import fails, the doctor says why."""
    run(PYTHON, "-c", FIRST, stderr=subprocess.DEVNULL)


def builder():
    """Return the Python that builds `.venv`, and whose pip installs into it.

    It is the one that runs this. An activated `.venv` must not delete the Python that runs this,
    and has no pip; then it is the one that `.venv` was made from.
    """
    activated = pathlib.Path(sys.prefix) == VENV
    return getattr(sys, "_base_executable", sys.executable) if activated else sys.executable


def find_labutils_from_inside():
    """Say where labutils is by a path that begins at `.venv`: so it holds wherever the folder is
    moved or copied, and in every locale, since it is plain ASCII. Python reads a line of such a
    file as relative to it."""
    site = site_packages()
    (site / "_anatomy_of_a_cloud_hack.pth").write_text(
        os.path.relpath(str(HERE), str(site)) + "\n", encoding="ascii"
    )


def pip_for_venv():
    """Return the steps before pip can fill `.venv`, and the pip.

    The builder's pip installs into `.venv`, so that a Debian without ensurepip does too. Where it
    has none, or an old one, `.venv` gets the one that lies in Python's own library. Exits with a
    sentence where there is none either.
    """
    if environments.installs(builder()):
        return [], [builder(), "-m", "pip"]
    if not environments.answers(builder(), "-c", "import ensurepip"):
        sys.exit(environments.NO_PIP)
    return [[PYTHON, "-m", "ensurepip"]], [PYTHON, "-m", "pip"]


def site_packages():
    """Return where `.venv` has its packages."""
    patterns = ("lib/python3*/site-packages", "Lib/site-packages")
    return next(path for pattern in patterns for path in VENV.glob(pattern))


def repoint(folder):
    """Point the scripts of `.venv`, which was built in another folder, here.

    Imports need nothing.
    """
    old, new = (os.fsencode(os.path.join(path, ".venv")) for path in (folder, str(HERE)))
    for path in [VENV / "pyvenv.cfg", *PYTHON.parent.iterdir()]:
        if path.is_file() and not path.is_symlink() and path.suffix != ".exe":
            first, newline, rest = path.read_bytes().partition(b"\n")
            if first.startswith(b"#!" + old):
                first = SHEBANG % first[2:]
            path.write_bytes((first + newline + rest).replace(old, new))
    for path in site_packages().glob("anatomy_of_a_cloud_hack-*.dist-info/direct_url.json"):
        path.write_text(
            json.dumps({"dir_info": {"editable": True}, "url": HERE.as_uri()}), encoding="utf-8"
        )
    write_stamp()
    say("This folder was moved or copied; .venv now points here.")


# A line that begins with #! breaks at the first space of a path. These lines do not, and Python
# reads them as a text.
SHEBANG = b"""#!/bin/sh
'''exec' "%s" "$0" "$@"
' '''"""


def keep_what_reset_needs():
    """Keep each lesson that is as the course stored it in `.venv`, so that `reset` can do without
    git."""
    wanted = lessons.sums()
    kept = PRISTINE / "SHA256SUMS"
    if not kept.exists() or lessons.sums(PRISTINE) != wanted:
        PRISTINE.mkdir(exist_ok=True)
        for name, digest in wanted.items():
            path = HERE / "notebooks" / name
            if path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == digest:
                (PRISTINE / name).parent.mkdir(exist_ok=True)
                shutil.copyfile(str(path), str(PRISTINE / name))
        shutil.copyfile(str(lessons.NOTEBOOKS / "SHA256SUMS"), str(kept))


# --- the verbs ----------------------------------------------------------------------------------


def lab(*arguments):
    """Make the learner's working copies, and open JupyterLab on the one that was worked in last.
    Further arguments are JupyterLab's, such as --no-browser and --port 8899."""
    if not (HERE / "work").exists():
        require_a_folder_of_ones_own()
    command = [PYTHON, "-m", "labutils", "lab", "work", *arguments]
    try:
        return run(*command, env=dict(os.environ, **folders_for_a_home()))
    except KeyboardInterrupt:
        return 0


# Where Jupyter, IPython and matplotlib write, below the home folder.
WRITTEN = {
    "IPYTHONDIR": ".ipython",
    "JUPYTER_CONFIG_DIR": ".jupyter",
    "JUPYTER_DATA_DIR": ".local/share/jupyter",
    "JUPYTER_RUNTIME_DIR": ".local/share/jupyter/runtime",
    "MPLCONFIGDIR": ".config/matplotlib",
}


def folders_for_a_home():
    """Return the variables that send Jupyter elsewhere if it cannot write below the home folder.

    They lead into `.venv`, or else into a temporary folder. An account without a home is given one.
    """
    home = pathlib.Path(os.path.expanduser("~"))
    unknown = not home.is_absolute()
    blocked = ["HOME"] if unknown else []
    blocked += [
        name
        for name, folder in WRITTEN.items()
        if name not in os.environ and (unknown or not writable(home / folder))
    ]
    if not blocked:
        return {}
    instead = (
        VENV / "home"
        if writable(VENV / "home")
        else pathlib.Path(tempfile.mkdtemp(prefix="labutils-"))
    )
    say("Your home folder cannot be written to, so JupyterLab keeps its settings with the course.")
    for name in blocked:
        (instead / name.lower()).mkdir(parents=True, exist_ok=True)
    return {name: str(instead / name.lower()) for name in blocked}


def writable(folder):
    """Return whether a file can be made in this folder.

    Where it is not there yet, the nearest folder above it counts.
    """
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    try:
        with tempfile.TemporaryFile(dir=str(folder)):
            return True
    except OSError:
        return False


def mend():
    """Build the environment afresh, whatever is in it: what the doctor asks for where a package is
    broken."""
    build()
    where_the_disk_allows(keep_what_reset_needs)
    say("The environment is built afresh.")
    return 0


def style():
    """Check what can be checked without running anything: lint, format, types, spelling."""
    return (
        run(PYTHON, "-m", "ruff", "check", "--no-cache", ".")
        or run(PYTHON, "-m", "ruff", "format", "--no-cache", "--check", "--quiet", ".")
        or run(PYTHON, "-m", "mypy", "--no-error-summary")
        or run(PYTHON, "-m", "codespell_lib")
    )


PYTEST = [PYTHON, "-m", "pytest"]
NBVAL = ["--nbval", "--nbval-current-env", "--nbval-cell-timeout=60"]
# What guards a product beside the lessons; and what computes kept numbers again, or builds more
# worlds to hunt in. Both run with `make test-extras` and `make test-all`.
EXTRAS = [
    *("tests/tools/" + name for name in ("axon", "hub", "lite", "site", "colab", "levels")),
    "tests/live",
    "tests/hunt/test_duckdb_engine.py",
    "tests/data/months",
    "tests/data/test_rules_over_traffic.py",
    "tests/har/test_cleaning_valid.py",
    "tests/hunt/test_narrowing.py",
    "tests/incident/test_background.py",
    "tests/incident/test_held_out.py",
    "tests/incident/test_scoring_attacked.py",
    "tests/capstone/test_grading_attacked.py",
    "tests/capstone/test_commands.py",
    "tests/lessons/lesson_07/test_unseen_recording.py",
    "tests/lessons/lesson_10/test_own_hypothesis.py",
    "tests/lessons/lesson_12/test_token_strategies.py",
    "tests/lessons/lesson_14/test_hidden_crew.py",
    "tests/lessons/lesson_14/test_thieves.py",
    "tests/lessons/test_loosened.py",
    "tests/notebooks/test_conclusions.py",
    "tests/tools/test_course_setup.py",
    "tests/tools/test_mutants_of_trials.py",
]
NO_TESTS = 5  # pytest's exit status where nothing was selected


def keep_bytecode():
    """Let the tests keep compiled files in .venv where the environment says to write none: they
    start hundreds of processes, and each would compile matplotlib and its like again."""
    if os.environ.pop("PYTHONDONTWRITEBYTECODE", ""):
        os.environ["PYTHONPYCACHEPREFIX"] = str(VENV / "bytecode")


def on_all_cores():
    """Return the options that share tests over the cores.

    A file stays with one worker, but for those that conftest.py lets go; a core more is asked for,
    since some tests wait.
    """
    cores = os.cpu_count() or 1
    return ["-n", str(cores + 1), "--no-loadscope-reorder"] if cores > 1 else []


def compile_tests(left_out):
    """Start a process that compiles the tests, where nobody tried them in this clone and there is a
    core for it while mypy works on another. Else each of pytest's workers compiles all of them."""
    if (VENV / "mypy").exists() or not on_all_cores():
        return None
    command = [str(part) for part in (*PYTEST, "--collect-only", "tests", *left_out)]
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.Popen(command, cwd=str(HERE), **silent)


def stored():
    """Return the paths of the course's own notebooks."""
    return [path.relative_to(HERE).as_posix() for path in lessons.stored()]


def test(*arguments):
    """Run style, types, spelling, unit tests, guard rails and stored outputs of every lesson.

    Where they are installed, two certified JavaScript clients run as well. The subjects of EXTRAS
    have a verb of their own.
    """
    keep_bytecode()
    clients = HERE / "tools" / "clients"
    judged = (clients / "node_modules").exists() and shutil.which("node") is not None
    if not judged:
        say(
            "The JavaScript clients are not run here: they want Node.js and two packages. make "
            "test-clients installs and runs them."
        )
    left_out = ["--ignore=" + path for path in EXTRAS]
    compiling = compile_tests(left_out)
    status = (judged and run(PYTHON, str(clients / "run.py"))) or style()
    if compiling:
        compiling.wait()
    status = status or run(
        *PYTEST, *on_all_cores(), *NBVAL, "tests", *stored(), *left_out, *arguments
    )
    say("Left to `make test-extras`: %s." % ", ".join(counts_of_extras()))
    return status


def counts_of_extras():
    """Yield what is left out of `make test`, each subject with the number of its test functions."""
    for path in EXTRAS:
        files = (HERE / path).rglob("test_*.py") if not path.endswith(".py") else [HERE / path]
        texts = [one.read_text(encoding="utf-8") for one in files]
        count = sum(len(re.findall(r"(?m)^def test_", text)) for text in texts)
        subject = path.rpartition("/")[2].replace("test_", "").replace(".py", "").replace("_", " ")
        yield "%s (%d test functions)" % (subject, count)


def test_extras(*arguments):
    """Run the tests that `make test` leaves out.

    They guard Axon, the hub, the browser's Python, the site, Colab, the live room, DuckDB and the
    set-up; compute kept numbers again, hunt in other worlds, or attack at length.
    """
    keep_bytecode()
    return run(*PYTEST, *on_all_cores(), *EXTRAS, *arguments)


def test_all(*arguments):
    """Run every check that there is.

    That is `make test` with more of hypothesis, `make test-extras`, and those that want a browser,
    Node.js, or root. What this machine lacks is said and skipped.
    """
    os.environ.setdefault("LABUTILS_EXAMPLES", "100")
    status = test(*arguments) or test_extras(*arguments)
    for name, programs in OTHER_CHECKS.items():
        if status:
            break
        lacking = [program for program in programs if shutil.which(program) is None]
        if name == "test-classroom" and not (hasattr(os, "geteuid") and os.geteuid() == 0):
            lacking.append("root")
        if lacking:
            say("make %s is not run here: it wants %s." % (name, ", ".join(lacking)))
        else:
            say("--- make %s" % name)
            status = VERBS[name]()
    return status


# The checks beside pytest's, in the order of `make test-all`, and the programs that each wants.
OTHER_CHECKS = {
    "test-wheel": (),
    "test-clients": ("node", "npm"),
    "lite": ("node", "npm"),
    "test-lite": ("node", "npm"),
    "check-lite": ("node", "npm", "chromium"),
    "test-browser": ("chromium",),
    "test-starts": ("chromium",),
    "test-lessons": ("chromium",),
    "test-views": ("chromium",),
    "test-site": ("npm", "chromium"),
    "test-classroom": ("nginx",),
}


def quick(*numbers):
    """Check style and types, and run the tests that a change touches.

    With numbers, those of these lessons.
    """
    keep_bytecode()
    return style() or run(PYTHON, "tools/touched.py", *numbers)


def test_wheel(*arguments):
    """Check every lesson from the wheel, in an empty folder.

    Further arguments are versions to install instead.
    """
    return run(PYTHON, "tools/from_wheel.py", *arguments)


def notebooks(*arguments):
    """Execute lessons from a clean kernel and store them in canonical form."""
    return run(PYTHON, "tools/execute.py", *arguments)


def lesson(*arguments):
    """Make the skeleton of a lesson: its notebook, its exercises, its answers."""
    return run(PYTHON, "tools/lesson.py", *arguments)


def lock(*arguments):
    """Write every lock, and the versions in environment.yml, from pyproject.toml and the
    requirements.in of each tool; --upgrade takes newer versions. Needs `uv` on the PATH."""
    return run(PYTHON, "tools/locks.py", *arguments)


def bench(*arguments):
    """Measure ratios of the course's code to what it is built on."""
    return run(PYTHON, "tools/bench.py", *arguments)


def bench_hunt(*arguments):
    """Benchmark the hunt against what it is built on, with the same data in the same run."""
    return run(PYTHON, "tools/bench_hunt.py", *arguments)


def siem(*arguments):
    """Convert the course's Sigma rules for other SIEMs (docs/rules-in-your-siem.md), and run what
    can be run."""
    done_already = ["--deselect", SIEM_TESTS + "::test_the_converters_and_spark_say_the_same_today"]
    return (
        run(PYTHON, "-m", "tools.siem.convert")
        or run(PYTHON, "tools/siem/axon.py")
        or run(PYTHON, "-m", "pytest", "-rs", SIEM_TESTS, *done_already, *arguments)
    )


def site(*arguments):
    """Build the site from the stored outputs, into build/site."""
    return run(PYTHON, "-m", "tools.site.build", *arguments)


def slides(*arguments):
    """Make slides from the stored outputs, into build/slides."""
    return run(PYTHON, "-m", "tools.site.slides", *arguments)


def colab(*arguments):
    """Make copies of the lessons for Colab, into build/colab."""
    return run(PYTHON, "-m", "tools.colab", *arguments)


def classroom(*arguments):
    """Run a class on this machine: JupyterHub, with a Unix account for each learner."""
    try:
        return run(PYTHON, "-m", "tools.classroom.start", *arguments)
    except KeyboardInterrupt:
        return 0


def test_classroom(*arguments):
    """Try a class: ten learners at work, thefts, accidents, a graded submission.

    All but the last needs Linux and root.
    """
    with_package("playwright", "tools/browser/requirements.txt")
    checks = ["tools/classroom/check.py", "tools/grading/check_graded.py"]
    return run(PYTHON, "-m", "pytest", "-rs", *checks, *arguments)


def grading(*arguments):
    """Make assignments for nbgrader from the lessons, into build/grading."""
    return run(PYTHON, "-m", "tools.grading.export", *arguments)


def lite(*arguments):
    """Build the course for the browser, into build/lite; with --offline one that asks nobody."""
    return run(PYTHON, "-m", "tools.lite.build", *arguments)


def test_lite(*arguments):
    """Run every lesson in the browser's Python, under Node."""
    return run(PYTHON, "-m", "tools.lite.run", *arguments)


def check_lite(*arguments):
    """Let a real Chromium work through lessons of build/lite; arguments are their numbers."""
    with_package("playwright", "tools/browser/requirements.txt")
    return run(PYTHON, "-m", "tools.lite.check", *arguments)


def test_site(*arguments):
    """Let a real Chromium look at the site and the slides: axe, keyboard, width, no request."""
    with_package("playwright", "tools/browser/requirements.txt")
    return site() or slides() or run(PYTHON, "-m", "tools.site.check", *arguments)


def conclusions(*arguments):
    """Compute what lessons conclude over a hundred draws, into data/conclusions."""
    return run(PYTHON, "tools/draws.py", *arguments)


def measure(*arguments):
    """Measure how much the tests notice of labutils, by module: coverage, mutants killed."""
    with_package("coverage", "tools/measure/requirements.txt")
    return run(PYTHON, "tools/measure/run.py", *arguments)


def mutants(*arguments):
    """Measure how much the tests notice of what judges answers: of trials and their kit, mutants
    noticed, into build/mutants.md."""
    return run(PYTHON, "tools/measure/trials.py", *arguments)


def test_clients(*arguments):
    """Run two certified JavaScript clients against `labutils serve`."""
    return run(PYTHON, "tools/clients/run.py", *arguments)


def real(*arguments):
    """Ask real libraries and providers what the course's tokens and actions do there, and renew
    data/real; a table's name asks for that one alone."""
    return run(PYTHON, "-m", "tools.real.run", *arguments)


def test_browser(*arguments):
    """Let a real Chromium load a cleaned recording and sign in with a virtual security key.

    This needs a Chromium.
    """
    with_package("playwright", "tools/browser/requirements.txt")
    return run(PYTHON, "tools/browser/run.py", *arguments)


def picture(*arguments):
    """Take the picture of a lesson for README and the site, in a real Chromium."""
    with_package("playwright", "tools/browser/requirements.txt")
    return run(PYTHON, "tools/browser/picture.py", *arguments)


def test_lessons(*numbers):
    """Work through lessons that have beats in a real JupyterLab, by mouse and by keyboard alone.

    They are tried on three screens; a few minutes each.
    """
    with_package("playwright", "tools/browser/requirements.txt")
    return run(PYTHON, "tools/browser/check_lessons.py", *numbers)


def test_views(*arguments):
    """Open lessons in each view that a reader may have, and look at what is there.

    A view is a front end, a state of its kernel, and what is installed; a few minutes a lesson.
    """
    with_package("playwright", "tools/browser/requirements.txt")
    return run(PYTHON, "tools/browser/views.py", *arguments)


def test_starts(*arguments):
    """Try each way to start, built from nothing, up to the first question's buttons in a Chromium.

    Words name the ways.
    """
    with_package("playwright", "tools/browser/requirements.txt")
    return run(PYTHON, "tools/browser/check_starts.py", *arguments)


def with_package(name, requirements):
    """Install these requirements into `.venv` where the package of that name is missing."""
    if run(PYTHON, "-c", "import " + name, stderr=subprocess.DEVNULL):
        locked = [*environments.BY_HASH, "-r", requirements]
        if not environments.install(PYTHON, pip_for_venv, locked):
            sys.exit("The package %s could not be installed: the step above says why." % name)


def reset(*arguments):
    """Restore working copies, and keep what the learner had beside each."""
    return run(PYTHON, "-m", "labutils", "work", "work", "--reset", *arguments)


def clean():
    """Remove what these verbs made, and nothing a learner wrote: `work` stays as it is."""
    made = [VENV, HERE / "build", HERE / ".hypothesis", *HERE.glob("tools/*/node_modules")]
    for name in ("__pycache__", ".ipynb_checkpoints"):
        made += [path for path in HERE.rglob(name) if HERE / "work" not in path.parents]
    for path in made:
        shutil.rmtree(str(path), ignore_errors=True)
    return 0


VERBS = {
    "lab": lab,
    "test": test,
    "quick": quick,
    "test-extras": test_extras,
    "test-all": test_all,
    "test-wheel": test_wheel,
    "notebooks": notebooks,
    "lesson": lesson,
    "lock": lock,
    "bench": bench,
    "bench-hunt": bench_hunt,
    "siem": siem,
    "site": site,
    "slides": slides,
    "colab": colab,
    "classroom": classroom,
    "test-classroom": test_classroom,
    "grading": grading,
    "lite": lite,
    "test-lite": test_lite,
    "check-lite": check_lite,
    "test-site": test_site,
    "conclusions": conclusions,
    "measure": measure,
    "mutants": mutants,
    "test-clients": test_clients,
    "real": real,
    "test-browser": test_browser,
    "test-starts": test_starts,
    "test-lessons": test_lessons,
    "test-views": test_views,
    "picture": picture,
    "reset": reset,
    "mend": mend,
    "clean": clean,
}

# What a learner says needs none of the packages for tests.
OF_LEARNERS = ("lab", "reset")


def helped(verb, rest):
    """Print what a verb does where somebody asks, or gives it arguments that it cannot have;
    the exit status, or None where it can run."""
    takes_none = not VERBS[verb].__code__.co_flags & inspect.CO_VARARGS
    if rest[:1] in (["--help"], ["-h"]):
        print("%s: %s" % (verb, inspect.getdoc(VERBS[verb])))
        return 0
    if takes_none and rest:
        print("%s takes no arguments. It does this: %s" % (verb, inspect.getdoc(VERBS[verb])))
        return 2
    return None


def main(arguments):
    """Build what the verb needs, and run it; the exit status."""
    if not arguments or arguments[0] not in VERBS:
        return "Say one of: python tools/course.py " + " | ".join(VERBS)
    verb, rest = arguments[0], arguments[1:]
    status = helped(verb, rest)
    if status is not None:
        return status
    other = another_python()
    if other:
        hand_over(other)
    if os.environ.get("LABUTILS_LESSONS"):  # whole paths: a notebook runs in another folder
        folders = os.environ["LABUTILS_LESSONS"].split(os.pathsep)
        os.environ["LABUTILS_LESSONS"] = os.pathsep.join(
            map(os.path.abspath, filter(None, folders))
        )
    if verb not in ("clean", "mend"):
        ensure_environment(tests=verb not in OF_LEARNERS)
    return VERBS[verb](*rest)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
