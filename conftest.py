"""How the lessons are validated: strict nbval, kernels on their own sockets, and a learner's files
left alone."""

import gc
import hashlib
import importlib.metadata
import os
import pathlib
import re
import sys
import tempfile

import pytest

gc.disable()  # while modules and tests are read: nothing of that goes in circles and is left

HERE = pathlib.Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE / "tools"), str(HERE / "tests" / "helpers")]
import how_many  # noqa: E402
import lessons  # noqa: E402
import new_learner  # noqa: E402

# What a learner has passed stands in a file beside the notebooks; stored outputs are those of
# somebody who begins.
os.environ["LABUTILS_PROGRESS"] = str(
    pathlib.Path(tempfile.mkdtemp(prefix="labutils-"), "progress.json")
)

# Worlds to hunt in are made once for all tests, and not among those that this machine keeps.
os.environ.setdefault("LABUTILS_CACHE", tempfile.mkdtemp(prefix="labutils-worlds-"))

try:
    import hypothesis
except ImportError:
    pass  # where only the lessons are compared
else:  # a machine that is slow, or busy, is no fault of the code
    hypothesis.settings.register_profile(
        "course",
        hypothesis.settings.default,
        deadline=None,
        max_examples=how_many.draws(100),
    )
    hypothesis.settings.load_profile("course")

try:
    import nbval.kernel
    from jupyter_client.manager import KernelManager
except ImportError:
    nbval = None


def _kernel_on_own_socket(**options) -> "KernelManager":
    """A kernel that is reached by a file and not by a port: two kernels that start at once cannot
    race for a port."""
    folder = tempfile.mkdtemp(prefix="nbval-")
    return KernelManager(transport="ipc", ip=str(pathlib.Path(folder, "k")), **options)


if nbval is not None and os.name == "posix":
    nbval.kernel.KernelManager = _kernel_on_own_socket


def locked_drawing() -> bool:
    """Whether pictures come out here byte for byte as they are stored: the locked matplotlib and
    Pillow, on Linux."""
    lock = (HERE / "requirements.txt").read_text(encoding="utf-8")
    try:
        return sys.platform == "linux" and all(
            re.search(rf"(?m)^{name}=={re.escape(importlib.metadata.version(name))}(?![\w.])", lock)
            for name in ("matplotlib", "pillow")
        )
    except importlib.metadata.PackageNotFoundError:
        return False


# Tests in these files may run on any core, each by itself. All others stay with their file, so that
# what they share (a world, a kernel) is built once.
LET_GO = ("tests/data/months/test_rules_in_other_months.py",)
# Tests in these files go with the files of their lesson, which looks at the same hunts and draws.
BY_LESSON = (
    "tests/lessons/test_answers.py",
    "tests/lessons/test_loosened.py",
    "tests/notebooks/test_cells_and_flags.py",
    "tests/notebooks/test_conclusions.py",
    "tests/notebooks/test_exercises.py",
    "tests/notebooks/test_the_learner_acts.py",
)
# The files of these folders stay together: they look at the same companies.
BY_FOLDER = ("tests/capstone", "tests/live")
# What takes long as a whole begins first, so that no core waits for it at the end. The first of
# them makes the world of lesson 10, and those that look at it come when it is there.
LONG = (
    "tests/incident/test_background.py",
    "tests/live",
    "lesson 14",
    "lesson 07",
    "tests/data/months/test_rules_in_other_months.py",
    "lesson 10",
    "tests/capstone",
    "tests/data/test_rules_over_traffic.py",
    "lesson 12",
    "lesson 13",
    "tests/incident/test_scoring_attacked.py",
    "lesson 11",
    "tests/test_doctor.py",
    "tests/har/test_cleaning_valid.py",
    "tests/incident/test_held_out.py",
    "tests/tools/test_course_setup.py",
    "tests/identity/test_serving.py",
    "notebooks/10-threat-hunting-with-sigma.ipynb",
)


def pytest_collection_finish() -> None:
    """What collecting left stays to the end, and is not to be looked through for garbage each
    time that tests have made a few objects: that is a tenth of their time. What goes in circles
    waits until there are a million; all else is gone at once."""
    gc.freeze()
    gc.set_threshold(1_000_000, 20, 50)
    gc.enable()


def pytest_sessionfinish() -> None:
    """A process that ends needs no garbage collected; pytest would look for it ten times."""
    gc.freeze()


def file_of(nodeid: str) -> str:
    """The file that a test is in."""
    return nodeid.partition("::")[0]


def group_of(nodeid: str) -> str:
    """What a test stays with: its lesson, its folder, or its file."""
    file = file_of(nodeid)
    folder = file.rpartition("/")[0]
    if folder in BY_FOLDER:
        return folder
    if file.startswith("tests/lessons/lesson_"):
        return f"lesson {file[21:23]}"
    number = re.search(r"\[(\d\d)\b", nodeid)
    return f"lesson {number[1]}" if number and file in BY_LESSON else file


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items) -> None:
    """What is long first."""
    places = {group: place for place, group in enumerate(LONG)}
    items.sort(key=lambda item: places.get(group_of(item.nodeid), len(LONG)))


@pytest.hookimpl(optionalhook=True)  # where there is no pytest-xdist
def pytest_xdist_make_scheduler(config, log):
    """Shares tests over the cores, group by group, but for those that may go to any."""
    from xdist.scheduler import LoadScopeScheduling

    class ByGroup(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return nodeid if file_of(nodeid) in LET_GO else group_of(nodeid)

    return ByGroup(config, log)


def pytest_collectstart(collector) -> None:
    """nbval leaves pictures out; here they are compared like every output.

    Their marks are compared everywhere (pictures.canvas.marks).
    """
    if hasattr(collector, "skip_compare") and locked_drawing():
        collector.skip_compare = tuple(
            kind for kind in collector.skip_compare if kind != "image/png"
        )


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter):
    """Name each lesson that is not as the course stored it: then its failures are no riddle."""
    if terminalreporter.config.pluginmanager.hasplugin("nbval") and not locked_drawing():
        terminalreporter.write_line(
            "Pictures were compared mark by mark and not byte for byte: matplotlib or Pillow is "
            "not the locked one."
        )
    for name, digest in lessons.sums().items():
        path = HERE / "notebooks" / name
        if path.exists() and hashlib.sha256(path.read_bytes()).hexdigest() != digest:
            terminalreporter.write_line(
                f"notebooks/{name} is not as the course stored it. To restore it: git checkout "
                f"notebooks/{name}. To store your version as the course's: make notebooks "
                f"ARGS={path.name[:2]}. To work through a lesson, use its copy in work/: make lab."
            )


@pytest.fixture(autouse=True)
def nobody_has_tried_yet():
    new_learner.begin()
