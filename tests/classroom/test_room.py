"""The room: counts without names, out of files that nobody vouches for."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from how_many import draws
from hypothesis import given, settings
from hypothesis import strategies as st
from tables import table

from labutils import __main__ as commands
from labutils.classroom import room
from labutils.classroom.course import lesson
from labutils.classroom.registry import Estimate, GridRow, Lesson, columns_of

NOTED = {"02-1": {"passed": True, "tries": 2}, "02-p11": {"first": "a"}, "02-p12": {"first": "c"}}
STUCK = {"02-1": {"tries": 4}, "02-2": {"tries": 1}, "02-p11": {"first": "a"}}
DONE = {"02-1": {"passed": True, "tries": 9}, "02-p11": {"first": "b"}}


def put(folder: Path, name: str, items: object) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    content = (
        items if isinstance(items, bytes) else json.dumps({"version": 2, "items": items}).encode()
    )
    path.write_bytes(content)
    return path


def said(folder: Path, *, before: bool = False) -> str:
    return "\n".join(room.report(room.of_folder(folder), before=before))


def in_one_line(text: str) -> str:
    return " ".join(text.split())


@pytest.fixture
def homes(tmp_path):
    put(tmp_path, "ada/work/progress.json", NOTED)
    put(tmp_path, "tom/course/work/progress.json", STUCK)
    put(tmp_path, "collected/grace.progress.json", DONE)
    return tmp_path


def test_the_room_is_counted_prediction_by_prediction_and_exercise_by_exercise(homes):
    text = said(homes)
    assert text.startswith(
        "People who have recorded something: 3.\n"
        "Stuck means: tried 3 times or more, and not passed.\n"
        "\n"
        "Lesson 02\n"
    )
    assert "  02-1       passed by 2 of 3, stuck: 1" in text
    assert "  02-2       passed by 0 of 1\n" in text
    assert "  02-p11     a: 2, b: 1. Came true for 1 of 3." in text
    assert "held by 2: *The two comparisons agree.*" in (in_one_line(text))


def test_the_room_counts_who_made_a_mistake_and_says_its_sentence(tmp_path):
    put(tmp_path, "a/progress.json", {"05-6": {"tries": 5, "mistakes": {"edge": 4, "one": 1}}})
    put(tmp_path, "b/progress.json", {"05-6": {"tries": 1, "mistakes": {"edge": 1, "gone": 1}}})
    text = in_one_line(said(tmp_path))
    edge = lesson("05").items["05-6"].sentence("edge")
    assert f"made by 2: {edge}" in text, "people, and not tries"
    assert "gone" not in text, "a mistake that the course no longer knows"


def test_stuck_is_explained_only_where_somebody_is(tmp_path):
    put(tmp_path, "progress.json", DONE)
    assert "tuck" not in said(tmp_path)
    put(tmp_path, "b.progress.json", {"02-1": {"tries": 2}})
    assert "tuck" not in said(tmp_path)
    put(tmp_path, "c.progress.json", {"02-1": {"tries": 3}})
    assert "passed by 1 of 3, stuck: 1" in said(tmp_path)


# --- several letters, numbers, votes ------------------------------------------------------------

GRID = GridRow(
    "77-p1",
    "Which doors open?",
    columns_of(("front", "back", "side")),
    "oxx",
    {"back": "Belief: all doors are alike.", "side": "Belief: the side door is not a door."},
    "So.",
)
GUESSES = ("ooo", "oox", "xox", "oxx", "oxo")


def test_a_prediction_of_several_letters_is_counted_letter_by_letter(tmp_path, monkeypatch):
    monkeypatch.setattr(room, "lesson", lambda _number: Lesson("77", predictions=(GRID,)))
    for number, guess in enumerate(GUESSES):
        put(tmp_path, f"{number}/progress.json", {"77-p1": {"first": guess}})
    assert said(tmp_path).partition("Lesson 77\n")[2] == (
        "  77-p1      predicted by 5. Came true for 1 of 5.\n"
        "             o: it opens; x: it is refused\n"
        "             1. front: o 4, x 1 (right: o)\n"
        "             2. back: o 3, x 2 (right: x)\n"
        "             3. side: o 2, x 3 (right: x)\n"
        "             held by 3: Belief: all doors are alike.\n"
        "             held by 2: Belief: the side door is not a door."
    )


def test_before_the_experiment_neither_what_is_right_nor_a_belief_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(room, "lesson", lambda _number: Lesson("77", predictions=(GRID,)))
    for number, guess in enumerate(GUESSES):
        put(tmp_path, f"{number}/progress.json", {"77-p1": {"first": guess}})
    assert said(tmp_path, before=True).partition("Lesson 77\n")[2] == (
        "  77-p1      predicted by 5.\n"
        "             o: it opens; x: it is refused\n"
        "             1. front: o 4, x 1\n"
        "             2. back: o 3, x 2\n"
        "             3. side: o 2, x 3"
    )


def test_of_many_beliefs_the_three_that_are_held_most_are_told():
    [item] = [item for item in lesson("06").predictions if item.id == "06-p4"]
    wrong = "".join("x" if letter == "o" else "o" for letter in item.truth)
    beliefs = room.beliefs_of(item, room.choices_of(item, [{"06-p4": {"first": wrong}}] * 2))
    assert len(beliefs) > room.MOST_BELIEFS and {count for _, count in beliefs} == {2}
    everybody = room.Room([{"06-p4": {"first": wrong}}])
    assert "\n".join(room.report(everybody)).count("held by 1: ") == room.MOST_BELIEFS


def test_numbers_are_counted_in_their_order(tmp_path, monkeypatch):
    minutes = Estimate("77-p2", "How long?", "minutes", 10, "Too low.", "Too high.", "Ten.")
    monkeypatch.setattr(room, "lesson", lambda _number: Lesson("77", predictions=(minutes,)))
    for number, guess in enumerate(("11", "9", "100", "9")):
        put(tmp_path, f"{number}/progress.json", {"77-p2": {"first": guess}})
    text = said(tmp_path)
    assert "  77-p2      9: 2, 11: 1, 100: 1. Came true for 3 of 4.\n" in text
    assert text.endswith("held by 1: Too high.")


def test_the_votes_of_a_quiz_are_the_first_choices(tmp_path):
    right = next(k for k, choice in lesson("02").items["02-q1"].choices.items() if choice.right)
    wrong = next(k for k, choice in lesson("02").items["02-q1"].choices.items() if not choice.right)
    put(tmp_path, "a/progress.json", {"02-q1": {"first": right, "passed": True, "tries": 1}})
    put(tmp_path, "b/progress.json", {"02-q1": {"first": wrong, "passed": True, "tries": 2}})
    votes = ", ".join(f"{letter}: 1" for letter in sorted((right, wrong)))
    assert f"  02-q1      {votes}. Right first time for 1 of 2." in said(tmp_path)
    assert said(tmp_path, before=True).endswith(f"  02-q1      {votes}.")


def test_a_guess_after_the_result_does_not_count(tmp_path):
    put(tmp_path, "progress.json", {**NOTED, "02-p13": {"shown": True, "after": "a"}})
    text = said(tmp_path)
    assert "02-p11" in text and "02-p13" not in text


def test_who_only_looked_is_not_counted_as_somebody_who_noted_something(tmp_path):
    put(tmp_path, "a/progress.json", NOTED)
    put(tmp_path, "b/progress.json", {"02-p13": {"shown": True, "after": "a"}})
    assert said(tmp_path).startswith(
        "People who have recorded something: 1.\n1 file was left out: 1 has nothing recorded yet.\n"
    )


# --- which files count --------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["progress (1).json", "bob.json", "x.progress.json", "a b.json"])
def test_a_file_of_any_name_counts_where_it_holds_what_progress_json_holds(name, tmp_path):
    put(tmp_path, name, NOTED)
    assert said(tmp_path).startswith("People who have recorded something: 1.\n\nLesson 02\n")


@pytest.mark.parametrize("name", [".hidden.json", ".jupyter/lab.json", "progress.json.half", "x"])
def test_hidden_files_and_those_that_are_no_json_are_not_looked_at(name, tmp_path):
    put(tmp_path, name, NOTED)
    left = room.of_folder(tmp_path)
    assert (left.people, left.left_out_in_words()) == ([], "")


def test_how_many_files_were_left_out_is_said_with_the_reasons(tmp_path):
    put(tmp_path, "good.json", NOTED)
    put(tmp_path, "broken.json", b'{"version": 2, "items": {"02-1"')
    put(tmp_path, "other.json", b'{"version": 2}')
    put(tmp_path, "large.json", b" " * 70_000)
    put(tmp_path, "empty.json", {"02-p11": {"shown": True}})
    (tmp_path / "link.json").symlink_to(tmp_path / "good.json")
    assert in_one_line(said(tmp_path)).startswith(
        "People who have recorded something: 1. 5 files were left out: "
        "2 are damaged or hold no progress; "
        "1 has nothing recorded yet; 1 is a link; 1 is larger than 64 KiB. Lesson 02"
    )


def test_of_very_many_files_the_rest_is_said_to_be_unread(tmp_path, monkeypatch):
    monkeypatch.setattr(room, "MOST_FILES", 2)
    for name in "abc":
        put(tmp_path, f"{name}.json", NOTED)
    found = room.of_folder(tmp_path)
    assert len(found.people) == 2
    assert found.left_out_in_words() == room.TOO_MANY


def test_no_name_and_no_path_is_in_the_report(homes):
    text = said(homes)
    assert not [name for name in ("ada", "tom/", "grace", str(homes), "work") if name in text]


def test_the_old_list_counts_too(tmp_path):
    put(tmp_path, "progress.json", b'["02-1", "02-q1"]')
    assert "02-1       passed by 1 of 1" in said(tmp_path)


def test_a_link_is_not_followed(tmp_path):
    secret = put(tmp_path / "elsewhere", "progress.json", NOTED)
    home = tmp_path / "homes" / "tom"
    home.mkdir(parents=True)
    (home / "progress.json").symlink_to(secret)
    (tmp_path / "homes" / "eve").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    found = room.of_folder(tmp_path / "homes")
    assert (found.people, found.left_out) == ([], {room.LINK: 1})


def test_a_pipe_does_not_hang_and_a_folder_is_no_file(tmp_path):
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "progress.json")
    (tmp_path / "x.progress.json").mkdir()
    found = room.of_folder(tmp_path)
    expected = {room.NO_FILE: 1} if hasattr(os, "mkfifo") else {}
    assert (found.people, found.left_out) == ([], expected)


def test_a_file_of_more_than_64_kib_is_left_out(tmp_path):
    put(tmp_path, "progress.json", b" " * 70_000 + b'["02-1"]')
    found = room.of_folder(tmp_path)
    assert (found.people, found.left_out) == ([], {room.TOO_LARGE: 1})


STRANGE = [b"", b"{", b"\xff\xfe", b"[" * 60_000, b"7", b'{"items": 7}', b'{"items": {"02-1": 7}}']


@table("content", STRANGE, ids=lambda c: repr(c[:12]))
def test_what_is_no_progress_file_is_left_out(content, tmp_path):
    put(tmp_path, "progress.json", content)
    text = in_one_line(said(tmp_path))
    assert text.startswith("No progress file was found.")
    assert text.endswith("1 file was left out: 1 is damaged or holds no progress.")


@table(
    "items",
    [
        {"98-1": {"passed": True}},
        {"02-99": {"passed": True}},
        {"02-p11": {"first": "<script>"}},
        {"02-p11": {"first": "zzz"}},
        {"\x1b[31m": {"passed": True}},
        {"02-1": {"tries": 10**9}},
    ],
)
def test_what_the_course_does_not_know_does_not_show(items, tmp_path):
    put(tmp_path, "progress.json", items)
    text = said(tmp_path)
    assert not [
        part for part in ("98-1", "02-99", "script", "zzz", "\x1b", "1000000") if part in text
    ]


def test_deep_folders_are_not_searched(tmp_path):
    put(tmp_path, "a/b/c/d/progress.json", NOTED)
    put(tmp_path, "a/b/c/d/e/progress.json", DONE)
    assert len(room.of_folder(tmp_path).people) == 1


NAMES = st.sampled_from([*lesson("06").items, *lesson("02").items, "98-1", "06-p99", "\x1b[31m"])
LETTERS = st.text("ox", max_size=9) | st.sampled_from("abcde") | st.text(max_size=30)
ANYTHING = st.none() | st.booleans() | st.integers() | st.floats() | LETTERS | st.just([1])
MEMBERS = st.dictionaries(
    st.sampled_from(["passed", "tries", "first", "shown", "after", "else"]), ANYTHING
)
FILES = st.dictionaries(NAMES, MEMBERS | ANYTHING).map(
    lambda items: json.dumps({"version": 2, "items": items}).encode()
)


@settings(deadline=None, max_examples=draws(50))
@given(files=st.lists(FILES | st.binary(max_size=99), max_size=6), before=st.booleans())
def test_whatever_stands_in_the_files_the_report_is_short_plain_and_adds_up(files, before):
    with tempfile.TemporaryDirectory() as folder:
        for number, content in enumerate(files):
            put(Path(folder), f"{number}.json", content)
        found = room.of_folder(Path(folder))
        text = "\n".join(room.report(found, before=before))
    assert len(found.people) + found.left_out.total() == len(files)
    assert text.replace("\n", "").isprintable()
    assert max(map(len, text.splitlines())) <= room.WIDTH
    answers = ("Came true", "(right: ", "Right first time", "held by")
    assert not before or not [words for words in answers if words in text]
    for item in (*lesson("06").predictions, *lesson("02").predictions):
        choices = room.choices_of(item, found.people)
        assert room.right_of(item, choices) <= choices.total() <= len(found.people)
        if isinstance(item, GridRow):
            assert all(yes + no == choices.total() for _, yes, no in room.rows_of(item, choices))
        assert all(count <= choices.total() for _, count in room.beliefs_of(item, choices))


# --- the command --------------------------------------------------------------------------------


def test_the_command_prints_the_report(homes, capsys):
    assert commands.main(["room", str(homes)]) == 0
    assert capsys.readouterr().out == said(homes) + "\n"
    assert commands.main(["room", "--before", str(homes)]) == 0
    assert capsys.readouterr().out == said(homes, before=True) + "\n"


@pytest.mark.skipif(os.name != "posix", reason="a pipe of Unix")
def test_whoever_reads_only_the_beginning_leaves_no_traceback(homes):
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "labutils", "room", str(homes)]
    with os.fdopen(writing, "wb") as closed:
        done = subprocess.run(command, stdout=closed, stderr=subprocess.PIPE, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


def test_the_command_says_so_where_there_is_no_folder(tmp_path, capsys):
    assert commands.main(["room", str(tmp_path / "none")]) == 2
    assert "is not a folder" in capsys.readouterr().err
