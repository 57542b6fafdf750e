"""Two processes at once, and processes that are killed: nothing of a learner is lost.

`LABUTILS_MANY=1` does each as often as a release asks for: 200 double resets, 50 double checks,
200 kills of each kind.
"""

import json
import os
import random
import shutil
import threading
from pathlib import Path

import pytest
from small_course import NAMES, begin, notebook, publish
from writers import Writer

from labutils.classroom import files, progress, workspace

MANY = bool(os.environ.get("LABUTILS_MANY"))
forks = pytest.mark.skipif(not hasattr(os, "fork"), reason="no forks here")


@pytest.fixture
def root(tmp_path) -> Path:
    """A small course, with the learner's copies."""
    begin(tmp_path)
    list(workspace.make_copies(tmp_path / "work", workspace.originals(tmp_path)))
    return tmp_path


@pytest.fixture(scope="module")
def processes():
    """Two processes that write where they are told."""
    with Writer() as one, Writer() as two:
        yield one, two


@pytest.fixture
def writer(processes, root) -> Writer:
    """The one, which writes to the small course."""
    return processes[0].at(root)


@pytest.fixture
def another(processes, root) -> Writer:
    """The other one."""
    return processes[1].at(root)


def work_on(root: Path, number: int) -> None:
    """Write something into the copy of lesson 03, as JupyterLab does."""
    path = root / "work" / NAMES[0]
    files.write(path, path.read_bytes().replace(b"print(", b"mine_%05d(" % number))


def lost(root: Path, numbers: range) -> list[int]:
    """Which of these works are in no notebook any more."""
    texts = [path.read_bytes() for path in (root / "work").glob("03-*.ipynb")]
    everything = b"".join(texts)
    return [number for number in numbers if b"mine_%05d(" % number not in everything]


def names(root: Path) -> set[str]:
    """What lies in the learner's folder, beside notebooks."""
    return {path.name for path in (root / "work").iterdir() if path.suffix != ".ipynb"}


TIDY = {files.LOCK, workspace.RECORD}


# --- two at once --------------------------------------------------------------------------------


def test_two_resets_at_once_keep_the_work(root, writer, another):
    rounds = range(200 if MANY else 20)
    for number in rounds:
        work_on(root, number)
        for process in (writer, another):
            process.tell("reset")
        assert {writer.answer(), another.answer()} == {"done"}
    assert lost(root, rounds) == []
    assert len(list((root / "work").glob("*.yours-*"))) == len(rounds)
    assert names(root) == TIDY


@pytest.mark.parametrize("has_locks", [True, False])
def test_two_resets_at_once_in_one_process_keep_the_work(has_locks, root, monkeypatch):
    """Where a network drive knows no locks, one of the two may be refused: nothing is lost."""
    rounds, refused = range(200 if MANY else 20), []
    barrier, course = threading.Barrier(2), workspace.originals(root)
    monkeypatch.setattr(files, "LOCKS", has_locks)

    def restore() -> None:
        barrier.wait()
        try:
            list(workspace.reset(root / "work", course, ["03"]))
        except workspace.CannotCopy as sentence:
            refused.append(sentence)

    for number in rounds:
        work_on(root, number)
        pair = [threading.Thread(target=restore) for _ in range(2)]
        for thread in pair:
            thread.start()
        for thread in pair:
            thread.join()
    assert lost(root, rounds) == []
    if has_locks:
        assert not refused and len(list((root / "work").glob("*.yours-*"))) == len(rounds)


def test_a_reset_beside_an_update_keeps_the_work(root, writer, another):
    rounds = range(50 if MANY else 5)
    for number in rounds:
        publish(root, notebook(f"print({number})"))
        work_on(root, number)
        writer.tell("reset")
        another.tell("work")
        assert {writer.answer(), another.answer()} == {"done"}
    assert lost(root, rounds) == []


def test_two_first_starts_at_once_take_over_and_copy_once(root, writer, another):
    copies = {name: (root / "work" / name).read_bytes() for name in NAMES}
    shutil.rmtree(root / "work")
    (root / "notebooks" / "progress.json").write_bytes(WHOLE)
    for process in (writer, another):
        process.tell("work")
    assert {writer.answer(), another.answer()} == {"done"}
    assert {name: (root / "work" / name).read_bytes() for name in NAMES} == copies
    assert (root / "work" / "progress.json").read_bytes() == WHOLE
    assert list(workspace.make_copies(root / "work", workspace.originals(root))) == []
    assert names(root) == TIDY | {"progress.json"}


def test_two_lessons_checked_at_once_note_every_try(root, writer, another):
    rounds = 50 if MANY else 10
    for _ in range(rounds):
        writer.tell("check", "00-1")
        another.tell("check", "08-1")
        assert {writer.answer(), another.answer()} == {"done"}
    noted = progress.parse((root / "work" / "progress.json").read_bytes())
    assert {name: item["tries"] for name, item in noted.items()} == dict.fromkeys(
        ("00-1", "08-1"), rounds
    )
    assert names(root) == TIDY | {"progress.json"}


# --- killed -------------------------------------------------------------------------------------

ITEMS = {f"{lesson:02}-{n}": {"passed": True} for lesson in range(16) for n in range(1, 7)}
WHOLE = json.dumps({"version": 2, "items": ITEMS}).encode()


def begin_again(root: Path, number: int, progress_file: bytes) -> None:
    """Work in the copy of 03, an output in that of 04, an update of the course, and progress."""
    publish(root, notebook(f"print({number})"))
    list(workspace.reset(root / "work", workspace.originals(root), ["03", "04"]))
    for old in [*root.glob("work/*.yours-*"), *root.glob("work/*.damaged-*")]:
        old.unlink()
    work_on(root, number)
    used = root / "work" / NAMES[1]
    copy = json.loads(used.read_bytes())
    output = {"output_type": "stream", "name": "stdout", "text": [f"output_{number:05}"]}
    copy["cells"][1]["outputs"] = [output]
    files.write(used, json.dumps(copy).encode())
    publish(root, notebook(f"print({number}, 'new')"))
    files.write(root / "work" / "progress.json", progress_file)


def demand_all(root: Path, number: int, progress_file: bytes) -> None:
    """Everything that was there before is there: the work, the output, the progress."""
    work = root / "work"
    assert lost(root, range(number, number + 1)) == []
    outputs = b"".join(path.read_bytes() for path in work.glob("04-*.ipynb"))
    assert b"output_%05d" % number in outputs
    if progress_file == WHOLE:
        noted = progress.load()
        assert all(noted[name]["passed"] for name in ITEMS)
    else:  # damaged: where it was, or aside
        assert progress_file in {path.read_bytes() for path in work.glob("progress.json*")}


def demand_tidy(root: Path) -> None:
    """The next commands end well, and nothing is left that is not whole."""
    list(workspace.make_copies(root / "work", workspace.originals(root)))
    progress.tried("00-2", passed=False)
    for path in (root / "work").iterdir():
        if path.name != files.LOCK:
            assert path.stat().st_size and not path.name.endswith(".tmp"), path.name
    for name in NAMES:
        assert workspace.cells((root / "work" / name).read_bytes())
    assert "tries" in progress.load()["00-2"]


DAMAGED = {
    "the last byte is missing": WHOLE[:-1],
    "a comma at the end": WHOLE[:-2] + b",}}",
    "a conflict marker": b"<<<<<<< HEAD\n" + WHOLE,
    "70 kB of blanks": b" " * 70_000 + WHOLE,
}
COMMANDS = {command: (command, WHOLE) for command in ("reset", "work", "check 00-1")}
COMMANDS |= {f"check, {damage}": ("check 00-1", DAMAGED[damage]) for damage in DAMAGED}
each_command = pytest.mark.parametrize(("command", "before"), COMMANDS.values(), ids=COMMANDS)
STEPWISE = COMMANDS if MANY else dict(list(COMMANDS.items())[:4])


@pytest.fixture(autouse=True)
def progress_of_the_root(root, monkeypatch):
    monkeypatch.setenv("LABUTILS_PROGRESS", str(root / "work" / "progress.json"))


@forks
@pytest.mark.parametrize(("command", "before"), STEPWISE.values(), ids=STEPWISE)
def test_killed_at_each_step_a_command_has_lost_nothing(command, before, root, writer):
    for number in range(1, 200):
        begin_again(root, number, before)
        answer = writer.do("step", number, command)
        demand_all(root, number, before)
        demand_tidy(root)
        if answer == "done":
            break
        assert answer == "killed"
    assert answer == "done" and number > 3


@forks
@each_command
def test_killed_at_random_a_command_has_lost_nothing(command, before, root, writer):
    """The longest wait follows the machine: two of three are killed, however busy it is."""
    dice, answers, longest = random.Random(f"{command} {len(before)}"), [], 10.0
    for number in range(1, 201 if MANY else 5):
        begin_again(root, number, before)
        answers.append(writer.do("late", dice.uniform(0, longest), command))
        demand_all(root, number, before)
        demand_tidy(root)
        longest *= 1.05 if answers[-1] == "killed" else 0.9
    assert set(answers) <= {"killed", "done"}
    if MANY:
        assert answers.count("killed") > 100
        print(f"{command}: killed {answers.count('killed')} of {len(answers)} times")


@forks
def test_of_two_resets_at_once_one_is_killed_and_the_work_is_there(root, writer, another):
    rounds, dice = range(200 if MANY else 10), random.Random("two resets")
    for number in rounds:
        if not (root / "work" / NAMES[0]).exists():  # killed when the old copy was moved aside
            another.tell("work")
            assert another.answer() == "done"
        work_on(root, number)
        writer.tell("late", dice.uniform(0, 15), "reset")
        another.tell("reset")
        assert another.answer() == "done" and writer.answer() in ("killed", "done")
        assert lost(root, range(number + 1)) == []
    demand_tidy(root)


@forks
def test_of_two_lessons_checked_at_once_one_is_killed_and_each_try_is_noted(root, writer, another):
    rounds, dice, answers = 50 if MANY else 10, random.Random("two lessons"), []
    for _ in range(rounds):
        writer.tell("late", dice.uniform(0, 15), "check", "00-1")
        another.tell("check", "08-1")
        assert another.answer() == "done"
        answers.append(writer.answer())
    noted = progress.load()
    assert noted["08-1"]["tries"] == rounds
    tries = noted.get("00-1", {}).get("tries", 0)
    assert answers.count("done") <= tries <= rounds and set(answers) <= {"killed", "done"}
    demand_tidy(root)
