"""The progress file: nothing that is noted gets lost, whatever becomes of the file."""

import errno
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from tables import table

from labutils.classroom import exercises as verbs
from labutils.classroom import files
from labutils.classroom import progress as progress_file
from labutils.classroom.course import lesson

posix = pytest.mark.skipif(os.name == "nt", reason="Windows has no such files, users or limits")

NUMBERS = [f"{number:02}" for number in range(16)]
# What somebody has noted who is half-way: 96 items.
ITEMS = {name: {"passed": True, "tries": 2} for n in NUMBERS for name in (f"{n}-1", f"{n}-2")}
ITEMS |= {name: {"first": "b"} for n in NUMBERS for name in (f"{n}-p1", f"{n}-p2", f"{n}-p3")}
ITEMS |= {f"{n}-q1": {"first": "a", "passed": True, "tries": 1} for n in NUMBERS}
WHOLE = (json.dumps({"version": 2, "items": ITEMS}, indent=1) + "\n").encode()


@pytest.fixture
def file(tmp_path, monkeypatch) -> Path:
    """The learner's own progress file, with 96 items."""
    path = tmp_path / "progress.json"
    monkeypatch.setenv("LABUTILS_PROGRESS", str(path))
    path.write_bytes(WHOLE)
    return path


@pytest.fixture
def said(capsys):
    """What a call prints, as one line: no printed one is wider than a cell."""

    def said(verb, *arguments) -> str:
        capsys.readouterr()
        verb(*arguments)
        lines = capsys.readouterr().out.splitlines()
        unbroken = [line for line in lines if line.startswith("progress(") or os.sep in line]
        assert all(len(line) <= 100 for line in lines if line not in unbroken)
        return " ".join(lines)

    return said


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} - {files.LOCK}


def aside(file: Path) -> list[bytes]:
    """What was moved out of the way."""
    return [path.read_bytes() for path in sorted(file.parent.glob("*.damaged-*"))]


CALLS = [
    (verbs.check, "00-1", 3),
    (verbs.predict, "00-p1", "a"),
    (verbs.reveal, "00-p1"),
    (verbs.quiz, "00-q1", "a"),
    (verbs.progress,),
    (verbs.progress, "01-1"),
]
ANSWERS = ["00-1: not yet.", "00-p1: ", "00-p1. Result: ", "You chose a: ", "", ""]
VERBS = ["check", "predict", "reveal", "quiz", "progress", "progress with a receipt"]
each_call = pytest.mark.parametrize(
    ("call", "answer"), list(zip(CALLS, ANSWERS, strict=True)), ids=VERBS
)


# --- damaged ------------------------------------------------------------------------------------

CONFLICT = WHOLE.replace(
    b'  "05-p1"', b'<<<<<<< HEAD\n  "05-p9": {},\n=======\n>>>>>>> other\n  "05-p1"'
)
DAMAGED = {
    "a comma at the end": WHOLE.replace(b"\n }\n}", b",\n }\n}"),
    "a conflict marker": CONFLICT,
    "the last byte is missing": WHOLE.rstrip()[:-1],
    "70 kB of blanks": b" " * 70_000 + WHOLE,
    "zeros after a crash": bytes(len(WHOLE)),
    "cut in two": WHOLE[: len(WHOLE) // 2],
    "two files in one": WHOLE + WHOLE,
    "a name that stands twice": WHOLE.replace(b'"05-p1"', b'"05-p2"'),
    "half UTF-16": WHOLE[:500] + WHOLE[500:].decode().encode("utf-16"),
    "very deep": b"[" * 60_000,
    "a very long number": b'{"items": {"00-1": {"tries": ' + b"9" * 9999 + b"}}}",
    "no progress": b'{"cells": []}',
    "a number": b"7",
    "blanks": b"\n",
}


@each_call
@pytest.mark.parametrize("damage", DAMAGED)
def test_a_damaged_file_is_kept_under_its_date_and_a_sentence_says_so(
    damage, call, answer, file, said
):
    file.write_bytes(DAMAGED[damage])
    text = said(*call)
    (kept,) = file.parent.glob("progress.json.damaged-2*")
    assert kept.read_bytes() == DAMAGED[damage]
    assert (
        f"(progress.json is damaged. It is kept as {kept.name}, and a new file is started.)" in text
    )
    assert answer in text and text.count("damaged") == 2
    assert json.loads(file.read_bytes())["version"] == 2
    assert "damaged" not in said(*call)  # from now on all is well
    assert names(file.parent) == {"progress.json", kept.name}


STRANGE = {
    "of a later version": {"version": 3, "items": {"00-1": {"passed": True}}},
    "of another course": {"items": {"00-1": {"passed": True}, "xx-1": {"passed": True}}},
    "with more in it": {"version": 2, "items": {"00-1": {"passed": True}}, "notes": "mine"},
    "an item with more in it": {"items": {"00-1": {"passed": True, "note": "mine"}}},
    "an item by hand": {"items": {"00-1": {"passed": True}, "00-2": {"tries": "4"}}},
    "an old list with more in it": ["00-1", 7],
}


@pytest.mark.parametrize("what", STRANGE)
def test_what_this_version_does_not_know_is_kept_whole_and_the_rest_counts(what, file, said):
    data = json.dumps(STRANGE[what]).encode()
    file.write_bytes(data)
    text = said(verbs.check, "00-2", 3)
    assert "and whatever could be read still counts.)" in text
    assert aside(file) == [data]
    assert progress_file.load() == {"00-1": {"passed": True}, "00-2": {"tries": 1}}


FINE = {
    "in UTF-16, as an editor may save it": WHOLE.decode().encode("utf-16"),
    "with a byte order mark": WHOLE.decode().encode("utf-8-sig"),
    "with the line ends of Windows": WHOLE.replace(b"\n", b"\r\n"),
    "in one line": json.dumps(json.loads(WHOLE)).encode(),
    "without a version": WHOLE.replace(b'"version": 2,', b""),
    "with what an earlier version left": WHOLE.replace(
        b'"first": "b"', b'"first": "b", "shown": true, "after": "a"'
    ),
}


OTHER = {"mistakes": {"other": 1}}  # 3 is no answer to 00-1


def test_which_mistake_was_made_is_noted_and_nothing_of_the_answer(file):
    for answer in ("ada", "ada", "https://login.example"):
        verbs.check("00-1", answer)
    verbs.check("00-1", "u-1815")
    noted = progress_file.load()["00-1"]
    assert noted == {"passed": True, "tries": 6, "mistakes": {"name": 2, "line": 1}}
    assert b"login.example" not in file.read_bytes()


@pytest.mark.parametrize(
    "mistakes", [{"order": -1}, {"order": True}, {"order": "2"}, {"<b>": 1}, {"": 1}, ["order"], 7]
)
def test_a_mistake_of_another_shape_does_not_count(mistakes):
    items = {"00-1": {"tries": 1, "mistakes": mistakes}}
    data = json.dumps({"version": 2, "items": items}).encode()
    assert progress_file.parse(data) == {"00-1": {"tries": 1}}


@pytest.mark.parametrize("how", FINE)
def test_a_file_that_is_written_in_another_way_is_not_damaged(how, file, said):
    file.write_bytes(FINE[how])
    assert "damaged" not in said(verbs.check, "00-1", 3)
    assert progress_file.load() == ITEMS | {"00-1": {"passed": True, "tries": 3, **OTHER}}
    assert names(file.parent) == {"progress.json"}


@pytest.mark.parametrize("old", ['["00-1", "00-q1"]', "[]", '["00-1", "00-1"]'])
def test_the_old_list_becomes_a_file_of_today(old, file, said):
    file.write_text(old, encoding="utf-8")
    assert "damaged" not in said(verbs.check, "00-2", 3)
    done = {name: {"passed": True} for name in json.loads(old)}
    assert progress_file.load() == done | {"00-2": {"tries": 1}}


def test_an_empty_file_is_no_file(file, said):
    file.write_bytes(b"")
    assert "damaged" not in said(verbs.check, "00-1", 3)
    assert names(file.parent) == {"progress.json"}


def test_each_damage_of_a_day_is_kept_under_a_name_of_its_own(file, said):
    for number in range(3):
        file.write_bytes(b"%d" % number)
        said(verbs.check, "00-1", 3)
    assert sorted(aside(file)) == [b"0", b"1", b"2"]


@table("content", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_file_counts_as_an_empty_one(content):
    assert progress_file.parse(content) == {}


def test_what_is_written_is_never_damaged(file, said):
    """Whatever a verb notes, the next one reads all of it."""
    file.unlink()
    for number in NUMBERS[:5]:
        for item in lesson(number).predictions:
            choices = getattr(item, "guesses", None)
            said(verbs.predict, item.id, next(iter(choices)) if choices else item.truth)
            said(verbs.reveal, item.id)
        for item in lesson(number).quizzes:
            said(verbs.quiz, item.id, next(iter(item.choices)))
    items, is_all = progress_file.understood(file.read_bytes())
    assert is_all and len(items) > 30


# --- what cannot be read ------------------------------------------------------------------------


@each_call
@pytest.mark.parametrize(
    ("fault", "advice"),
    [
        (errno.EMFILE, "Restart the kernel, and run this cell again."),
        (errno.EACCES, "give yourself permission to read and write it, and run this cell again."),
        (errno.EIO, "Fix that, and run this cell again."),
    ],
)
def test_after_a_read_that_failed_nothing_is_written(
    fault, advice, call, answer, file, said, monkeypatch
):
    def refused(*_arguments: object) -> bytes:
        raise OSError(fault, os.strerror(fault))

    monkeypatch.setattr(files, "read", refused)
    text = said(*call)
    sentence = f"(progress.json cannot be read ({os.strerror(fault)}), so it is left as it is, and "
    assert text.count(f"{sentence}this is not recorded. ") == 1 and answer in text
    assert text.count(f" {advice})") == 1
    assert "noted:" not in text and "You made no prediction" not in text
    assert "Nothing is recorded yet" not in text
    assert (file.read_bytes(), names(file.parent)) == (WHOLE, {"progress.json"})


@posix
@pytest.mark.parametrize("left", range(5))
def test_when_descriptors_run_out_nothing_is_lost(left, file, said):
    """At whichever step: the lock, the read, the file beside."""
    import resource

    said(verbs.check, "00-1", 3)  # what is imported at first is there
    before = json.loads(file.read_bytes())["items"]
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    used = [os.open(os.devnull, os.O_RDONLY)]
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (used[0] + 30, limits[1]))
        while True:
            try:
                used.append(os.open(os.devnull, os.O_RDONLY))
            except OSError:
                break
        for _ in range(left):
            os.close(used.pop())
        text = said(verbs.check, "00-1", 3)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
        for number in used:
            os.close(number)
    after = json.loads(file.read_bytes())["items"]
    assert "00-1: not yet." in text
    if "(Too many open files), so " in text:
        assert "Restart the kernel" in text and after == before
    else:
        assert after == before | {"00-1": {"passed": True, "tries": 4, "mistakes": {"other": 2}}}


ANOTHER_USER = """
import os, sys
from labutils.classroom import exercises, progress
exercises.check("00-1", 3)
os.environ["LABUTILS_PROGRESS"] = sys.argv[1]
os.setegid(65534)
os.seteuid(65534)
exercises.check("00-1", 3)
exercises.reveal("00-p1")
"""


@pytest.mark.skipif(getattr(os, "geteuid", lambda: 1)() != 0, reason="only root becomes another")
@pytest.mark.parametrize(("of_file", "of_folder"), [(0o600, 0o777), (0o644, 0o755), (0o600, 0o755)])
def test_a_file_of_another_user_stays_as_it_is(of_file, of_folder, tmp_path):
    with tempfile.TemporaryDirectory() as name:  # the folders of pytest are root's alone
        folder, file = Path(name), Path(name, "progress.json")
        file.write_bytes(WHOLE)
        file.chmod(of_file)
        folder.chmod(of_folder)
        environment = os.environ | {"LABUTILS_PROGRESS": str(tmp_path / "first.json")}
        command = [sys.executable, "-c", ANOTHER_USER, str(file)]
        done = subprocess.run(
            command, env=environment, capture_output=True, encoding="utf-8", check=True
        )
        assert "(Permission denied), so" in done.stdout
        assert "00-1: not yet." in done.stdout and "00-p1. Result" in done.stdout
        assert file.read_bytes() == WHOLE and names(folder) == {"progress.json"}


@pytest.mark.parametrize("what", ["folder", "pipe"])
def test_what_is_no_file_in_its_place_is_left_there(what, file, said):
    file.unlink()
    if what == "folder":
        file.mkdir()
    elif hasattr(os, "mkfifo"):
        os.mkfifo(file)
    else:
        pytest.skip("no pipes here")
    text = said(verbs.check, "00-1", 3)
    assert text.startswith("(progress.json cannot be read (") and "00-1: not yet." in text
    assert not file.is_file() and names(file.parent) == {"progress.json"}


# --- what cannot be written ---------------------------------------------------------------------


@pytest.mark.parametrize("step", ["_opened", "_beside"])
@pytest.mark.parametrize("fault", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EMFILE])
def test_where_it_cannot_be_written_a_sentence_says_so_and_the_verb_goes_on(
    fault, step, file, said, monkeypatch
):
    def refused(*_arguments: object) -> None:
        raise OSError(fault, os.strerror(fault))

    monkeypatch.setattr(files, step, refused)
    sentence = f"(progress.json cannot be written here ({os.strerror(fault)}), so this is not "
    for call, answer in zip(CALLS, ANSWERS, strict=True):
        text = said(*call)
        assert answer in text and ": noted:" not in text
        assert text.count(sentence) == 1 or call[0] not in (verbs.check, verbs.quiz)
    assert "You predicted b)" in said(verbs.reveal, "00-p1")  # it can be read all the same
    assert "exercises 2 of 3" in said(verbs.progress)
    assert (file.read_bytes(), names(file.parent)) == (WHOLE, {"progress.json"})


@pytest.mark.parametrize("damage", ["a comma at the end", "70 kB of blanks"])
def test_a_damaged_file_on_a_full_disk_stays_where_it_is(damage, file, said, monkeypatch):
    def full(*_arguments: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    file.write_bytes(DAMAGED[damage])
    monkeypatch.setattr(files, "_beside", full)
    assert "Free some space, and run this cell again." in said(verbs.check, "00-1", 3)
    assert (file.read_bytes(), names(file.parent)) == (DAMAGED[damage], {"progress.json"})


def test_a_folder_that_is_not_there_is_told_in_a_sentence(file, said, monkeypatch):
    monkeypatch.setenv("LABUTILS_PROGRESS", str(file.parent / "no" / "folder" / "progress.json"))
    text = said(verbs.check, "00-1", 3)
    assert "progress.json cannot be written here" in text and "00-1: not yet." in text
    assert "cannot" not in said(verbs.reveal, "00-p1")  # nobody asked for that note
    assert said(verbs.progress).startswith("Nothing is recorded yet.")


@posix
def test_a_working_folder_that_was_deleted_is_told_in_a_sentence(said, tmp_path, monkeypatch):
    monkeypatch.setenv("LABUTILS_PROGRESS", "progress.json")
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    text = said(verbs.check, "00-1", 3)
    assert "cannot be written here" in text and "00-1: not yet." in text


def test_while_another_program_holds_the_lock_a_sentence_says_so(file, said, monkeypatch):
    monkeypatch.setattr(files, "PATIENCE", 0)
    with files.locked(file.parent):
        text = said(verbs.check, "00-1", 3)
    assert "is being written by another program" in text and "00-1: not yet." in text
    assert file.read_bytes() == WHOLE


def test_a_file_never_grows_beyond_what_is_read(file, said):
    many = {f"{n:02}-{kind}{m}": {"first": "x" * 24} for n in range(99) for kind in "pq"
            for m in range(9)}  # fmt: skip
    assert "larger than 64 KiB" in said(
        lambda: progress_file._noted(lambda it: it.update(many), "")
    )
    assert file.read_bytes() == WHOLE


# --- links --------------------------------------------------------------------------------------


@pytest.fixture
def link(file, tmp_path) -> Path:
    """The progress file is a link to one in another folder."""
    (tmp_path / "drive").mkdir()
    file.rename(tmp_path / "drive" / "mine.json")
    try:
        file.symlink_to(Path("drive", "mine.json"))
    except OSError:
        pytest.skip("no links here")
    return file


def test_a_link_stays_a_link_and_what_it_leads_to_is_written(link, said):
    said(verbs.check, "00-1", 3)
    assert os.readlink(link) == str(Path("drive", "mine.json"))
    assert progress_file.load()["00-1"]["tries"] == 3
    assert names(link.parent / "drive") == {"mine.json"}


def test_what_a_link_leads_to_is_kept_beside_it_where_it_is_damaged(link, said):
    link.write_bytes(b"damaged")
    text = said(verbs.check, "00-1", 3)
    (kept,) = (link.parent / "drive").glob("mine.json.damaged-*")
    assert str(kept) in text and kept.read_bytes() == b"damaged"
    assert link.is_symlink() and progress_file.load() == {"00-1": {"tries": 1, **OTHER}}


def test_a_link_to_nothing_is_written_through_and_one_to_itself_is_left(link, said):
    link.resolve().unlink()
    said(verbs.check, "00-1", 3)
    assert link.is_symlink() and progress_file.load() == {"00-1": {"tries": 1, **OTHER}}
    link.unlink()
    link.symlink_to(link.name)
    text = said(verbs.check, "00-1", 3)
    assert text.startswith("(progress.json cannot be ") and "00-1: not yet." in text
    assert link.is_symlink()


# --- what belongs to lessons that are not there today -------------------------------------------


@pytest.mark.usefixtures("file")
def test_a_receipt_leaves_the_notes_of_other_peoples_lessons(said):
    guest = {"89-1": {"passed": True, "tries": 1}}  # LABUTILS_LESSONS is not set now
    progress_file.note(lambda items: items.update(guest))
    said(verbs.progress, "00-p1=a 00-9 nonsense")
    assert progress_file.load() == ITEMS | guest


def test_a_first_guess_from_another_machine_takes_the_place_of_what_was_shown(file, said):
    file.unlink()
    said(verbs.reveal, "00-p1")
    said(verbs.predict, "00-p1", "b")
    said(verbs.progress, "00-p1=a")
    assert json.loads(file.read_bytes())["items"] == {"00-p1": {"first": "a"}}
