"""Exercises that are read from a sheet."""

from pathlib import Path

import pytest

from labutils.classroom.exercise_sheet import read_exercises
from labutils.classroom.judging import PASSED, Tried
from labutils.classroom.trying import Call, Trial, calls
from labutils.sheets import SheetError

SHEET = """\
imports: |
  import math
98-1:
  without: {large: 'it takes one number'}
  praise: 'Right.'
  solution: |
    def root(number):
        return math.isqrt(number)
  mistakes:
    float:
      say: 'A whole number, please.'
      change: ['isqrt', 'sqrt']
    text:
      say: 'No text.'
      code: "answer = str"
  hints:
  - 'math has it.'
"""


def try_root(answer: Tried) -> Trial:
    """Two numbers."""
    yield from calls(answer, [Call((9,)), Call((10,))])


TRIALS = {"try_root": try_root, "try_nothing": 3}


def exercises(path: Path, text: str = SHEET):
    file = path / "exercises.yaml"
    file.write_text(text, encoding="utf-8")
    return read_exercises(file, TRIALS)


def test_a_sheet_and_a_trial_make_an_exercise(tmp_path: Path) -> None:
    (one,) = exercises(tmp_path)
    assert (one.id, one.kind, one.praise, one.hints) == (
        "98-1", "function", "Right.", ("math has it.",),
    )  # fmt: skip
    assert one.solution.startswith("def root") and one.without == {"large": "it takes one number"}
    assert "math.sqrt(number)" in one.mistakes["float"][1]
    assert one.judge(Tried(lambda number: int(number**0.5))) is PASSED
    assert one.judge(Tried(lambda number: number**0.5)).mistake == "float"
    assert one.judge(Tried(str)).mistake == "text"


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("def root", "def nothing", "line 4: 98-1 needs a trial, try_nothing of trials.py"),
        ("'isqrt', 'sqrt'", "'isqr7', 'sqrt'", "the solution does not hold 'isqr7'"),
        ("['isqrt', 'sqrt']", "['isqrt']", "change has pairs: an old text and a new one"),
        ('code: "answer = str"', "change: []", "text needs either code or a change"),
        ("praise: 'Right.'", "prase: 'Right.'", "unknown field prase"),
        ("  praise: 'Right.'\n", "", "needs praise"),
        ("  praise", "  refusal: ['builtins.len']\n  praise", "is no exception 'builtins.len'"),
        ("  praise", "  refusal: ['jwt.Nobody']\n  praise", "is no exception 'jwt.Nobody'"),
        ("return math", "return (math", "the solution is no Python"),
        ("say: 'No text.'", "say: no", "is neither a quoted string nor a number"),
        (
            "def root(number):\n        return math.isqrt(number)",
            "math.pi, math.e",
            "the solution must end with a function or a value that has a name",
        ),
    ],
)
def test_a_fault_names_the_file_and_the_line(
    tmp_path: Path, old: str, new: str, sentence: str
) -> None:
    assert old in SHEET
    with pytest.raises(SheetError, match=r"exercises\.yaml, line \d+: ") as error:
        exercises(tmp_path, SHEET.replace(old, new))
    assert sentence in str(error.value)
