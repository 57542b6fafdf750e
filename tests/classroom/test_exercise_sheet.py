"""Exercises that are read from a sheet."""

from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import cast

import pytest

from labutils.classroom.exercise_sheet import read_exercises, read_sheet, read_target
from labutils.classroom.judging import PASSED, Tried
from labutils.classroom.trying import Call, Remark, Trial, calls
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
    return read_exercises(read_sheet(file), TRIALS)


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
        ("  praise", "  refusal: ['builtins.int']\n  praise", "is no exception 'builtins.int'"),
        ("return math", "return (math", "the solution is not valid Python"),
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


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("98-1:\n", "98-1:\n  trial: 'try_nothing'\n", 4),
        ("  praise: 'Right.'", "  praise: 'Right.'\n  refusal: ['builtins.len']", 6),
        ("def root(number):\n        return math.isqrt(number)", "math.pi", 6),
        ("return math", "return (math", 6),
    ],
)
def test_a_fault_names_the_line_of_the_field_that_it_is_in(
    tmp_path: Path, old: str, new: str, line: int
) -> None:
    with pytest.raises(SheetError, match=rf"exercises\.yaml, line {line}: "):
        exercises(tmp_path, SHEET.replace(old, new))


def test_a_remark_of_the_sheet_is_said_beside_the_praise(tmp_path: Path) -> None:
    def try_root(answer: Tried) -> Trial:
        yield Remark("short")
        yield from calls(answer, [Call((9,))])

    file = tmp_path / "exercises.yaml"
    remarks = "  remarks: {short: 'Short.', long: 'Long.'}\n  praise"
    file.write_text(SHEET.replace("  praise", remarks), encoding="utf-8")
    (one,) = read_exercises(read_sheet(file), {"try_root": try_root})
    assert one.judge(Tried(lambda number: int(number**0.5))).note == "Short."


OF_A_TARGET = """\
98-target:
  goal: 'Be in before minute $limit.'
  rows: {'It counts': 'the $limit minutes'}
  praise: 'In, in less than $limit.'
  solution: |
    flag = scene()
  mistakes:
    other: {say: 'Not that.', code: 'answer = 1'}
  hints: ['Knock.', 'Knock again.', 'flag = scene()']
"""


def target(path: Path, text: str = OF_A_TARGET, **more: object):
    file = path / "exercises.yaml"
    file.write_text(text, encoding="utf-8")
    place = SimpleNamespace(
        scene=lambda: "flag-7",
        flag_mistake=lambda answer: None if answer == "flag-7" else "other",
        WORDS={"limit": 10},
        **more,
    )
    return read_target(read_sheet(file), "98", cast(ModuleType, place))


def test_a_target_says_the_numbers_of_its_scene(tmp_path: Path) -> None:
    one = target(tmp_path)
    assert one is not None and one.brief == "Be in before minute 10.\nIt counts: the 10 minutes"
    assert one.praise == "In, in less than 10." and one.scene() == "flag-7"
    assert one.judge("flag-7") is PASSED and one.judge("flag-8").mistake == "other"
    assert one.sentence("other") == "Not that."


def test_a_sheet_may_have_no_target(tmp_path: Path) -> None:
    assert target(tmp_path, SHEET) is None


def test_a_mistake_of_a_target_needs_code_or_a_change_like_any_other(tmp_path: Path) -> None:
    with pytest.raises(SheetError, match="other needs either code or a change of the solution"):
        target(tmp_path, OF_A_TARGET.replace(", code: 'answer = 1'", ""))


@pytest.mark.parametrize("text", ["minute $limits", "minute $ 10"])
def test_a_number_that_the_scene_does_not_have_is_named(tmp_path: Path, text: str) -> None:
    with pytest.raises(SheetError, match=r"line 2: a \$name must be one of \['limit'\]"):
        target(tmp_path, OF_A_TARGET.replace("minute $limit", text))
