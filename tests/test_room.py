"""The room: counts without names, out of files that nobody vouches for."""

import json
import os
from pathlib import Path

import pytest

from labutils import __main__ as commands
from labutils.classroom import room

NOTED = {"02-1": {"passed": True, "tries": 2}, "02-p1": {"first": "a"}, "02-p2": {"first": "c"}}
STUCK = {"02-1": {"tries": 4}, "02-2": {"tries": 1}, "02-p1": {"first": "a"}}
DONE = {"02-1": {"passed": True, "tries": 9}, "02-p1": {"first": "b"}}


def put(folder: Path, name: str, items: object) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    content = (
        items if isinstance(items, bytes) else json.dumps({"version": 2, "items": items}).encode()
    )
    path.write_bytes(content)
    return path


def said(folder: Path) -> str:
    return "\n".join(room.report(room.people(folder)))


@pytest.fixture
def homes(tmp_path):
    put(tmp_path, "ada/work/progress.json", NOTED)
    put(tmp_path, "tom/course/work/progress.json", STUCK)
    put(tmp_path, "collected/grace.progress.json", DONE)
    return tmp_path


def test_the_room_is_counted_prediction_by_prediction_and_exercise_by_exercise(homes):
    text = said(homes)
    assert text.startswith("3 with something noted.\n\nLesson 02\n")
    assert "  02-1       passed by 2 of 3, stuck: 1" in text
    assert "  02-2       passed by 0 of 1\n" in text
    assert "  02-p1      a: 2, b: 1. Came true for 1 of 3." in text
    assert "held most, by 2: The belief is that a verifier always looks for a signature." in (
        " ".join(text.split())
    )
    assert room.stuck_at(room.people(homes)) == {"02-1": 1}


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
    assert room.people(tmp_path / "homes") == []


def test_a_pipe_does_not_hang_and_a_folder_is_no_file(tmp_path):
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "progress.json")
    (tmp_path / "x.progress.json").mkdir()
    assert room.people(tmp_path) == []


def test_a_file_of_more_than_64_kib_is_left_out(tmp_path):
    put(tmp_path, "progress.json", b" " * 70_000 + b'["02-1"]')
    assert room.people(tmp_path) == []


STRANGE = [b"", b"{", b"\xff\xfe", b"[" * 60_000, b"7", b'{"items": 7}', b'{"items": {"02-1": 7}}']


@pytest.mark.parametrize("content", STRANGE, ids=lambda c: repr(c[:12]))
def test_what_is_no_progress_file_is_left_out(content, tmp_path):
    put(tmp_path, "progress.json", content)
    assert said(tmp_path).startswith("No progress file was found.")


@pytest.mark.parametrize(
    "items",
    [
        {"98-1": {"passed": True}},
        {"02-99": {"passed": True}},
        {"02-p1": {"first": "<script>"}},
        {"02-p1": {"first": "zzz"}},
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
    assert len(room.people(tmp_path)) == 1


def test_the_command_prints_the_report(homes, capsys):
    assert commands.main(["room", str(homes)]) == 0
    assert capsys.readouterr().out == said(homes) + "\n"


def test_the_command_says_so_where_there_is_no_folder(tmp_path, capsys):
    assert commands.main(["room", str(tmp_path / "none")]) == 2
    assert "is no folder" in capsys.readouterr().err
