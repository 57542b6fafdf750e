"""Restoring lessons: what the learner had is never lost, and whatever goes wrong is said in a sentence."""

import errno
import os
import pathlib

import pytest
import reset


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """A learner's copy of the course without git, with the pristine lessons that the verbs keep in .venv."""
    for folder in (tmp_path / "notebooks", tmp_path / ".venv" / "pristine"):
        folder.mkdir(parents=True)
        for number in ("03", "04"):
            (folder / f"{number}-a-lesson.ipynb").write_text(f"lesson {number}", encoding="utf-8")
    lessons = sorted((tmp_path / "notebooks").glob("*.ipynb"))
    sums = [f"{reset.digest(path.read_bytes())}  {path.name}\n" for path in lessons]
    (tmp_path / "notebooks" / "SHA256SUMS").write_text("".join(sums), encoding="utf-8")
    monkeypatch.setattr(reset, "HERE", tmp_path)
    monkeypatch.setattr(reset, "NOTEBOOKS", tmp_path / "notebooks")
    return tmp_path / "notebooks"


@pytest.fixture
def lesson(desk):
    return desk / "03-a-lesson.ipynb"


def names(folder: pathlib.Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_lesson_is_restored_and_the_learners_copies_are_kept(lesson, capsys):
    for number, mine in ((1, b"my work"), (2, b"more of it")):
        lesson.write_bytes(mine)
        assert reset.main(["03"]) == 0
        assert lesson.read_bytes() == b"lesson 03"
        assert lesson.with_suffix(f".yours-{number}.ipynb").read_bytes() == mine
    assert "Your version is kept as" in capsys.readouterr().out


def test_a_lesson_that_is_gone_comes_back(lesson):
    lesson.unlink()
    assert reset.main(["3"]) == 0
    assert lesson.read_bytes() == b"lesson 03"


def test_two_lessons_are_restored_at_once(desk):
    for number in ("03", "04"):
        (desk / f"{number}-a-lesson.ipynb").write_bytes(b"my work")
    assert reset.main(["03", "04"]) == 0
    assert [(desk / f"{number}-a-lesson.ipynb").read_bytes() for number in ("03", "04")] == [
        b"lesson 03",
        b"lesson 04",
    ]
    assert len(list(desk.glob("*.yours-1.ipynb"))) == 2


@pytest.mark.parametrize("numbers", [[], ["99"], ["03", "99"], [""], ["../03"]])
def test_where_a_number_names_no_lesson_nothing_is_restored(desk, lesson, numbers, capsys):
    lesson.write_bytes(b"my work")
    before = names(desk)
    assert reset.main(numbers) == 2
    assert (names(desk), lesson.read_bytes()) == (before, b"my work")
    assert "make reset LESSON=03. There are 03, 04." in capsys.readouterr().out


def test_a_lesson_that_is_as_it_was_is_left_alone(desk):
    before = names(desk)
    assert reset.main(["03"]) == 0
    assert names(desk) == before


@pytest.mark.parametrize("kept", [None, b"another version"])
def test_without_a_pristine_copy_nothing_is_touched(lesson, kept, capsys):
    lesson.write_bytes(b"my work")
    copy = lesson.parents[1] / ".venv" / "pristine" / lesson.name
    copy.unlink()
    if kept:
        copy.write_bytes(kept)
    assert reset.main(["03"]) == 1
    assert lesson.read_bytes() == b"my work"
    assert "Yours is untouched" in capsys.readouterr().out


def test_a_folder_in_the_place_of_a_lesson_is_left_there(lesson, capsys):
    lesson.unlink()
    lesson.mkdir()
    assert reset.main(["03"]) == 1
    assert lesson.is_dir()
    assert capsys.readouterr().out == (
        "notebooks/03-a-lesson.ipynb is a folder. Move it away, then say the same command again; it was left as it is.\n"
    )


@pytest.mark.parametrize("content", [None, b"", b"\xff no list of sums"])
def test_without_the_list_of_sums_one_sentence_says_how_to_get_it(desk, content):
    (desk / "SHA256SUMS").unlink()
    if content is not None:
        (desk / "SHA256SUMS").write_bytes(content)
    with pytest.raises(
        SystemExit,
        match=r"^notebooks/SHA256SUMS .+`git checkout notebooks/SHA256SUMS`, or download",
    ):
        reset.main(["03"])


@pytest.mark.parametrize("trouble", [errno.ENOSPC, errno.EROFS, errno.EACCES])
@pytest.mark.parametrize("step", ["write_bytes", "replace"])
def test_a_disk_that_takes_nothing_leaves_the_learners_work_as_it_is(
    desk, lesson, trouble, step, monkeypatch, capsys
):
    def refuse(*_):
        raise OSError(trouble, os.strerror(trouble))

    lesson.write_bytes(b"my work")
    before = names(desk)
    with monkeypatch.context() as patched:
        patched.setattr(
            *((pathlib.Path, step) if step == "write_bytes" else (reset.os, step)), refuse
        )
        assert reset.main(["03"]) == 1
    assert (names(desk), lesson.read_bytes()) == (before, b"my work")
    said = capsys.readouterr().out
    assert said.count("\n") == 1
    assert (
        f"could not be restored ({os.strerror(trouble)}). What you had in it is unchanged." in said
    )


def test_where_there_is_a_repository_and_no_git_the_kept_copy_serves(lesson, monkeypatch):
    (lesson.parents[1] / ".git").mkdir()
    monkeypatch.setenv("PATH", "")
    lesson.write_bytes(b"my work")
    assert reset.main(["03"]) == 0
    assert lesson.read_bytes() == b"lesson 03"
