"""`make quick ARGS=12-12`: what it says of an exercise that is not whole, before any test runs."""

import pytest
import touched

from labutils.classroom.exercise_sheet import read_exercises, read_sheet

SHEET = """\
99-1:
  praise: 'Right.'
  solution: |
    def wait(now):
        return now
  mistakes: {}
  hints: ['Return it.']
"""


@pytest.fixture
def runs(monkeypatch):
    """What would be run, and it passes."""
    commands = []
    monkeypatch.setattr(touched.course, "run", lambda *command: commands.append(command) or 0)
    return commands


def test_an_exercise_without_a_trial_gets_one_sentence_and_no_test_runs(
    tmp_path, monkeypatch, runs
):
    (tmp_path / "exercises.yaml").write_text(SHEET, encoding="utf-8")

    def lesson(_number):
        return read_exercises(read_sheet(tmp_path / "exercises.yaml"), {})

    monkeypatch.setattr(touched, "lesson", lesson)
    with pytest.raises(SystemExit, match=r"line 2: 99-1 needs a trial, try_wait of trials\.py"):
        touched.main(["99-1"])
    assert runs == []


def test_of_an_exercise_the_tests_with_its_name_run_and_no_others(runs):
    assert touched.main(["12-12", "12-1"]) == 0
    (command,) = runs
    assert command[-2:] == ("-k", "[12-12] or [12-1]")
    assert {*touched.OF_AN_EXERCISE} <= {*command}
