"""How the lessons are validated: strict nbval, kernels on their own sockets, and a learner's files left alone."""
import hashlib
import os
import pathlib
import sys
import tempfile

import pytest

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE / "tools"))  # tests use the tools as well
import lessons  # noqa: E402

# What a learner has passed stands in a file beside the notebooks; stored outputs are those of somebody who begins.
os.environ["LABUTILS_PROGRESS"] = str(pathlib.Path(tempfile.mkdtemp(prefix="labutils-"), "progress.json"))

try:
    import nbval.kernel
    from jupyter_client.manager import KernelManager
except ImportError:
    nbval = None


def _kernel_on_own_socket(**options) -> "KernelManager":
    """A kernel that is reached by a file and not by a port: two kernels that start at once cannot race for a port."""
    folder = tempfile.mkdtemp(prefix="nbval-")
    return KernelManager(transport="ipc", ip=str(pathlib.Path(folder, "k")), **options)


if nbval is not None and os.name == "posix":
    nbval.kernel.KernelManager = _kernel_on_own_socket


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter):
    """Name each lesson that is not as the course stored it: then its failures are no riddle."""
    for name, digest in lessons.sums().items():
        path = HERE / "notebooks" / name
        if path.exists() and hashlib.sha256(path.read_bytes()).hexdigest() != digest:
            terminalreporter.write_line(
                f"notebooks/{name} is not as the course stored it. To restore it and keep yours: make reset LESSON={name[:2]}. "
                f"To store your version as the course's: make notebooks ARGS={name[:2]}.")
