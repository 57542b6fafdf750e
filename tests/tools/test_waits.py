"""What is noticed when a lesson takes more of a machine than it may."""

import re

import lessons
import pytest
import waits
from places import ROOT

QUIET = {"imports": 1.2, "cold-open": 0.4}
PAGE = (ROOT / "docs" / "classroom" / "README.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (\d\d) \| (\d+) \| (\d+) \| (.+) \|$", PAGE, re.MULTILINE)


def run(cells=QUIET, seconds=5.0, memory=90.0):
    return waits.Run("00", cells, seconds, memory)


def test_a_cell_of_a_second_is_named_and_imports_are_only_in_the_table():
    one = run({**QUIET, "sweep": 1.0})
    assert one.waits == {"sweep": 1}
    assert one.row == "| 00 | 90 | 5 | `imports` 1.2, `sweep` 1.0 |"
    assert run({"cold-open": 0.9}).row.endswith("| none |")


@pytest.mark.parametrize(
    ("one", "told"),
    [
        (run(memory=400.0), "lesson 00: the kernel takes 400 MiB, and may take 300"),
        (run(seconds=31.0), "lesson 00: Run All takes 31 s, and may take 30"),
        (run({"sweep": 12.0}), "lesson 00: the cell sweep takes 12 s, and may take 10"),
    ],
)
def test_what_exceeds_a_limit_is_said(one, told):
    assert waits.missed([run()]) == [] and waits.missed([run(), one]) == [told]


def test_each_lesson_has_a_row_within_the_limits():
    assert [number for number, *_ in ROWS] == [path.name[:2] for path in lessons.paths()]
    for _, memory, seconds, _ in ROWS:
        assert int(memory) <= waits.MEMORY and int(seconds) <= waits.RUN_ALL
