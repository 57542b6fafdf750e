"""How the lessons are validated: strict nbval, kernels on their own sockets, and a learner's files
left alone."""

import hashlib
import importlib.metadata
import os
import pathlib
import re
import sys
import tempfile

import pytest

HERE = pathlib.Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE / "tools"), str(HERE / "tests" / "helpers")]
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
        max_examples=int(os.environ.get("LABUTILS_EXAMPLES", "50")),
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
LET_GO = (
    "tests/data/test_rules_in_other_months.py",
    "tests/notebooks/test_conclusions.py",
    "tests/notebooks/test_exercises.py",
    "tests/lessons/test_answers.py",
)
# Files that take long as a whole begin first, so that no core waits for one at the end.
LONG = (
    "tests/incident/test_background.py",
    "tests/data/test_rules_over_traffic.py",
    "tests/lessons/lesson_07/test_unseen_recording.py",
    "tests/lessons/lesson_14/test_thieves.py",
    "tests/identity/test_serving.py",
    "tests/test_doctor.py",
)


def file_of(nodeid: str) -> str:
    """The file that a test is in."""
    return nodeid.partition("::")[0]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items) -> None:
    """Long files first; last the tests that may go to any core."""
    places = {file: place for place, file in enumerate(LONG)}
    places |= dict.fromkeys(LET_GO, len(LONG) + 1)
    items.sort(key=lambda item: places.get(file_of(item.nodeid), len(LONG)))


@pytest.hookimpl(optionalhook=True)  # where there is no pytest-xdist
def pytest_xdist_make_scheduler(config, log):
    """Shares tests over the cores, file by file, but for those that may go to any. The files of a
    lesson stay together: they look at the same hunts and draws."""
    from xdist.scheduler import LoadScopeScheduling

    class ByFile(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = file_of(nodeid)
            if file in LET_GO:
                return nodeid
            return file.rpartition("/")[0] if file.startswith("tests/lessons/lesson_") else file

    return ByFile(config, log)


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
                f"ARGS={name[:2]}. To work through a lesson, use its copy in work/: make lab."
            )


@pytest.fixture(autouse=True)
def nobody_has_tried_yet():
    new_learner.begin()
