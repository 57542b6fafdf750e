"""`make mutants`: it notices a trial that is broken, and notices nothing where nothing changed."""

import json
import os
import subprocess
import sys

import pytest
from mutants import Mutant
from places import ROOT

from tools.measure import trials

FORKS = pytest.mark.skipif(not hasattr(os, "fork"), reason="make mutants needs a system that forks")
TRIED = """
import json, sys
sys.path.insert(0, "tools/measure")
import trials
from mutants import Mutant
subject = next(one for one in trials.subjects() if one.name == sys.argv[1])
text = subject.path.read_text(encoding="utf-8")
sources = [text.replace(old, new) for old, new in json.loads(sys.argv[2])]
chosen = [Mutant(1, "by hand", "a change", source) for source in sources]
print(json.dumps([one.noticed for one in trials.tried(subject, chosen, 2)]))
"""


def noticed(name: str, *changes: tuple[str, str]) -> list[bool]:
    """Whether each change of a module is noticed."""
    done = subprocess.run(
        [sys.executable, "-c", TRIED, name, json.dumps(changes)],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return list(json.loads(done.stdout.splitlines()[-1]))


@FORKS
def test_a_trial_that_looks_at_nothing_is_noticed_and_another_comment_is_not():
    looks = '"the whole text", value'
    changes = [
        ("# --- a hunt", "# --- the hunt"),
        (looks, '"the whole text", True'),
        ("def try_strangers", "def try_others"),
    ]
    assert noticed("00", *changes) == [False, True, True]


@FORKS
def test_in_the_kit_a_comparison_that_takes_everything_is_noticed():
    alike = "return one.keys() == other.keys() and all("
    assert noticed("trying", (alike, "return True or all(")) == [True]


def test_the_share_counts_what_could_have_been_noticed():
    def result(noticed: bool, why_not: str = "") -> trials.Result:
        return trials.Result("05", Mutant(7, "kind", "1 -> 2", ""), "x = 1", noticed, why_not)

    text = trials.table([result(True), result(True), result(False), result(False, "a seed")])
    assert "| 05 | 4 | 2 | 1 | 67% |" in text
    assert "- 05, line 7: 1 -> 2\n- 05, line 7: 1 -> 2 (a seed)\n" in text
    assert "| 05 | 2 | 0 | 0 | 0% |" in trials.table([result(False)] * 2)


def test_a_sample_is_the_same_for_the_same_seed_and_another_for_another():
    subject = next(one for one in trials.subjects() if one.name == "00")
    every = trials.candidates(subject)
    drawn = [[*trials.drawn(every, 9, seed)] for seed in ("1", "1", "2")]
    assert drawn[0] == drawn[1] != drawn[2] and len(drawn[0]) == 9
    assert trials.drawn(every, 0, "1") == every
    kinds = {one.kind for one in every}
    assert "step dropped" in kinds and not kinds & {*trials.DATA}
    data = trials.candidates(subject, data=True)
    assert {*trials.DATA} <= {one.kind for one in data} and not {*data} & {*every}
    assert trials.is_data(Mutant(1, "operator swapped", "20 + at -> 20 - at", ""))
    assert not trials.is_data(Mutant(1, "operator swapped", "at == 20 -> at != 20", ""))


def test_a_step_that_is_dropped_leaves_a_generator():
    source = "def try_it(answer):\n    yield answer(1)\n"
    (mutant,) = trials.without_a_step(source)
    assert mutant.change == "dropped: yield answer(1)"
    assert mutant.source == "def try_it(answer):\n    yield from ()"


def test_every_lesson_with_trials_and_the_kit_are_subjects():
    names = [one.name for one in trials.subjects()]
    assert {"00", "17", *trials.KIT} <= {*names} and len(names) == len({*names})


def test_a_stranger_is_named(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["trials.py", "--only", "judging"])
    with pytest.raises(SystemExit, match="There is no judging: --only takes 00, 01, .*derived"):
        trials.main()
