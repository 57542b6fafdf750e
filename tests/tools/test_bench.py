"""What `make bench` holds the lessons to, and what README promises."""

import os
import re
import subprocess
import sys

import bench
import lessons
import pytest
from places import ROOT

RUN_ALL_CELLS = """
import sys
from pathlib import Path

import ipykernel.kernelapp
import nbformat
from IPython.core.interactiveshell import InteractiveShell

shell = InteractiveShell.instance()
for cell in nbformat.read(sys.argv[1], as_version=4).cells:
    if cell.cell_type == "code":
        shell.run_cell(cell.source).raise_error()
status = Path("/proc/self/status").read_text(encoding="utf-8")
Path(sys.argv[2]).write_text(status, encoding="utf-8")
"""


def test_no_lesson_may_take_more_memory_than_the_readme_says():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (megabytes,) = re.findall(r"\b(\d+) MB of memory", readme)
    assert int(megabytes) * 10**6 >= bench.MEMORY * 2**20


@pytest.mark.skipif(sys.platform != "linux", reason="the peak is read from /proc (proc(5))")
def test_the_lesson_that_reads_a_month_of_logs_does_not_keep_it_in_memory(tmp_path):
    """Its peak is VmHWM: getrusage counts the process that started this one as well."""
    status = tmp_path / "status"
    subprocess.run(
        [sys.executable, "-c", RUN_ALL_CELLS, str(lessons.notebook("10")), str(status)],
        check=True,
        env=os.environ | {"IPYTHONDIR": str(tmp_path), "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
    )
    (kibibytes,) = re.findall(r"VmHWM:\s*(\d+) kB", status.read_text(encoding="utf-8"))
    assert int(kibibytes) / 1024 <= 250
