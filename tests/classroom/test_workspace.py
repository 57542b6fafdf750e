"""Working copies: made without outputs, renewed where nobody changed them, never lost."""

import errno
import importlib.metadata
import json
import os
import re
from pathlib import Path

import pytest
from small_course import NAMES, begin, notebook, publish

from labutils import __main__ as commands
from labutils.classroom import files, workspace
from labutils.classroom.workspace import CannotCopy, Originals, fingerprint, make_copies, reset
from labutils.text import DISTRIBUTION


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository with two lessons, a docs folder, and the unchanged copies in .venv."""
    begin(tmp_path)
    return tmp_path


def start(root: Path) -> list[str]:
    """What `make lab` does first."""
    return list(make_copies(root / "work", workspace.originals(root)))


def restore(root: Path, *numbers: str) -> list[str]:
    return list(reset(root / "work", workspace.originals(root), numbers))


def edit(path: Path, old: str, new: str) -> None:
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")


def kept(root: Path) -> list[str]:
    """The names of what is kept beside the copies."""
    return sorted(path.name for path in (root / "work").glob("*.yours-*"))


def everything(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


# --- making -------------------------------------------------------------------------------------


def test_the_copies_have_the_cells_of_the_originals_and_no_outputs(root):
    before = everything(root / "notebooks")
    assert start(root) == []
    assert everything(root / "notebooks") == before
    for name in NAMES:
        original, copy = root / "notebooks" / name, root / "work" / name
        assert fingerprint(copy.read_bytes()) == fingerprint(original.read_bytes())
        code = [c for c in json.loads(copy.read_bytes())["cells"] if c["cell_type"] == "code"]
        assert [(cell["outputs"], cell["execution_count"]) for cell in code] == [([], None)]


def test_a_second_start_changes_nothing(root):
    start(root)
    before = everything(root / "work")
    assert (start(root), everything(root / "work")) == ([], before)


def test_a_copy_that_is_gone_is_made_again(root):
    start(root)
    (root / "work" / NAMES[0]).unlink()
    start(root)
    assert (root / "work" / NAMES[0]).exists()


def test_links_lead_into_docs_where_there_are_docs_and_are_plain_words_elsewhere(root, tmp_path):
    start(root)
    assert "](../docs/glossary.md)" in (root / "work" / NAMES[0]).read_text(encoding="utf-8")
    assert not (root / "work" / "docs").exists()
    elsewhere = tmp_path / "home" / "course"
    (root / "docs" / "glossary.md").unlink()
    list(make_copies(elsewhere, workspace.originals(root)))
    text = (elsewhere / NAMES[0]).read_text(encoding="utf-8")
    assert "docs/" not in text and "See the glossary." in text


def test_the_pages_are_laid_beside_copies_that_have_no_docs_folder(root, tmp_path):
    elsewhere = tmp_path / "home" / "course"
    list(make_copies(elsewhere, workspace.originals(root)))
    assert "](docs/glossary.md)" in (elsewhere / NAMES[0]).read_text(encoding="utf-8")
    assert (elsewhere / "docs" / "glossary.md").read_text(encoding="utf-8") == "# Glossary"
    edit(elsewhere / NAMES[0], "print(1)", "mine()")
    list(reset(elsewhere, workspace.originals(root), ["03"]))
    assert "](docs/glossary.md)" in (elsewhere / NAMES[0]).read_text(encoding="utf-8")


def test_an_update_replaces_a_page_that_nobody_changed_and_no_other(root, tmp_path):
    elsewhere, page = tmp_path / "home" / "course", root / "docs" / "glossary.md"
    laid = elsewhere / "docs" / "glossary.md"
    for version, theirs in (("first", None), ("second", None), ("third", "my notes")):
        page.write_text(version, encoding="utf-8")
        if theirs:
            laid.write_text(theirs, encoding="utf-8")
        list(make_copies(elsewhere, workspace.originals(root)))
        assert laid.read_text(encoding="utf-8") == (theirs or version)


def test_each_link_of_the_courses_lessons_and_pages_leads_to_a_file_beside_the_copies(tmp_path):
    course = workspace.originals()
    list(make_copies(tmp_path / "course", course))
    pages = [tmp_path / "course" / name for name in (*course.sums, *workspace.PAGES)]
    for page in pages:
        text = page.read_text(encoding="utf-8")
        for link in re.findall(r"\]\(([\w./-]+\.(?:md|ipynb))[^)]*\)", text):
            assert (page.parent / link).is_file(), f"{page.name} links to {link}"
    assert "](docs/story.md)" in pages[8].read_text(encoding="utf-8")


def test_links_lead_to_the_public_address_where_there_is_one(root, tmp_path, monkeypatch):
    monkeypatch.setattr(workspace, "public_address", lambda: "https://course.example")
    (root / "docs" / "glossary.md").unlink()
    list(make_copies(tmp_path / "home" / "course", workspace.originals(root)))
    text = (tmp_path / "home" / "course" / NAMES[0]).read_text(encoding="utf-8")
    address = (
        f"https://course.example/blob/v{importlib.metadata.version(DISTRIBUTION)}/docs/glossary.md"
    )
    assert f"[the glossary]({address})" in text


# --- an update of the course --------------------------------------------------------------------


def test_an_update_replaces_a_copy_that_nobody_changed(root):
    start(root)
    publish(root, notebook("print(2)"))
    assert start(root) == []
    assert "print(2)" in (root / "work" / NAMES[0]).read_text(encoding="utf-8")


def test_the_metadata_that_autosave_writes_are_no_change(root):
    start(root)
    copy = json.loads((root / "work" / NAMES[0]).read_bytes())
    copy["metadata"] = {"kernelspec": {"name": "x"}, "language_info": {"name": "python"}}
    copy["cells"][1]["execution_count"] = 7
    (root / "work" / NAMES[0]).write_text(json.dumps(copy), encoding="utf-8")
    publish(root, notebook("print(2)"))
    assert start(root) == []
    assert "print(2)" in (root / "work" / NAMES[0]).read_text(encoding="utf-8")
    assert kept(root) == []


OUTPUT = {"output_type": "stream", "name": "stdout", "text": ["what I saw"]}
USES = {
    "an output": (1, {"outputs": [OUTPUT]}),
    "a picture that was pasted": (0, {"attachments": {"image.png": {"image/png": "aGVsbG8="}}}),
    "a tag of a cell": (0, {"metadata": {"tags": ["ask my tutor"]}}),
    "a note for the speaker": (1, {"metadata": {"labutils": {"note": "mine"}}}),
}


def use(path: Path, what: str) -> bytes:
    """Leave the sources of a copy as they are, and add something: what is in the file then."""
    copy = json.loads(path.read_bytes())
    place, added = USES[what]
    copy["cells"][place].update(added)
    path.write_text(json.dumps(copy), encoding="utf-8")
    return path.read_bytes()


@pytest.mark.parametrize("what", USES)
def test_an_update_keeps_a_copy_that_somebody_used_beside_the_new_one(what, root):
    start(root)
    mine = use(root / "work" / NAMES[0], what)
    assert start(root) == []  # no update yet, nothing to do
    assert (root / "work" / NAMES[0]).read_bytes() == mine
    publish(root, notebook("print(2)"))
    (sentence,) = start(root)
    (name,) = kept(root)
    assert sentence.startswith("03-a-lesson.ipynb was updated.") and sentence.endswith(f"{name}.")
    assert (root / "work" / name).read_bytes() == mine
    assert "print(2)" in (root / "work" / NAMES[0]).read_text(encoding="utf-8")
    assert start(root) == [] and kept(root) == [name]


@pytest.mark.parametrize("what", USES)
def test_an_update_keeps_what_was_added_before_the_course_remembered_additions(what, root):
    start(root)
    record = root / "work" / workspace.RECORD
    noted = json.loads(record.read_bytes())
    old = {name: line.partition(" ")[0] for name, line in noted.items()}
    record.write_text(json.dumps(old), encoding="utf-8")
    mine = use(root / "work" / NAMES[0], what)
    publish(root, notebook("print(2)"))
    start(root)
    assert [(root / "work" / name).read_bytes() for name in kept(root)] == [mine]


def test_settings_of_cells_that_the_course_itself_changed_are_nobodys(root):
    start(root)
    new = json.loads(notebook("print(2)"))
    new["cells"][0]["metadata"] = {"slideshow": {"slide_type": "slide"}}
    publish(root, json.dumps(new).encode())
    assert (start(root), kept(root)) == ([], [])
    publish(root, notebook("print(3)", "print(4)"))
    assert (start(root), kept(root)) == ([], [])


def test_an_update_of_settings_alone_leaves_a_copy_that_is_still_nobodys(root):
    start(root)
    new = json.loads(notebook("print(1)"))
    new["cells"][0]["metadata"] = {"slideshow": {"slide_type": "slide"}}
    publish(root, json.dumps(new).encode())
    assert start(root) == []
    publish(root, notebook("print(2)", "print(3)"))
    assert (start(root), kept(root)) == ([], [])


def test_what_is_saved_while_an_update_runs_is_kept(root, monkeypatch):
    """JupyterLab knows no lock: it may save at any moment."""
    start(root)
    path, reserve = root / "work" / NAMES[0], files._reserved

    def saved_meanwhile(where: Path, kept_as: str) -> Path:
        if where == path:
            edit(path, "print(1)", "saved_meanwhile()")
        return reserve(where, kept_as)

    monkeypatch.setattr(files, "_reserved", saved_meanwhile)
    publish(root, notebook("print(2)"))
    start(root)
    (name,) = kept(root)
    assert "saved_meanwhile()" in (root / "work" / name).read_text(encoding="utf-8")


def test_a_copy_with_changes_survives_an_update_and_one_sentence_says_how_to_get_the_new_one(root):
    start(root)
    edit(root / "work" / NAMES[0], "print(1)", "mine()")
    mine = (root / "work" / NAMES[0]).read_bytes()
    assert start(root) == []  # no update yet, nothing to say
    publish(root, notebook("print(2)"))
    (sentence,) = start(root)
    assert "has your changes" in sentence and "make reset LESSON=03" in sentence
    assert (root / "work" / NAMES[0]).read_bytes() == mine
    assert "print(2)" in (root / "work" / NAMES[1]).read_text(encoding="utf-8")


@pytest.mark.parametrize("damage", [None, b"", b"not json", b"[1]", b'{"03-a-lesson.ipynb": 7}'])
def test_without_a_record_nothing_is_overwritten(root, damage):
    start(root)
    edit(root / "work" / NAMES[0], "print(1)", "mine()")
    record = root / "work" / workspace.RECORD
    record.unlink() if damage is None else record.write_bytes(damage)
    publish(root, notebook("print(2)"))
    start(root)
    assert "mine()" in (root / "work" / NAMES[0]).read_text(encoding="utf-8")


def test_a_damaged_record_is_kept_with_a_sentence(root):
    start(root)
    record = root / "work" / workspace.RECORD
    whole = record.read_bytes()
    record.write_bytes(whole[:-3])
    (sentence,) = start(root)
    (aside,) = (root / "work").glob(".course.json.damaged-*")
    assert aside.name in sentence and aside.read_bytes() == whole[:-3]
    assert record.read_bytes() == whole  # the copies say the same


def test_where_the_record_cannot_be_read_nothing_is_written(root, monkeypatch):
    start(root)
    publish(root, notebook("print(2)"))
    before, read = everything(root / "work"), files.read

    def refused(path: Path, most: int = -1) -> bytes:
        if path.name == workspace.RECORD:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return read(path, most)

    monkeypatch.setattr(files, "read", refused)
    with pytest.raises(CannotCopy, match="cannot be read or written"):
        start(root)
    with pytest.raises(CannotCopy, match="still there"):
        restore(root, "03")
    assert everything(root / "work") == before


@pytest.mark.parametrize(
    "broken", [b"", b"{", b"[]", b'{"cells": 7}', b'{"cells": [7]}', b"[" * 9999, bytes(99)]
)
def test_a_copy_that_is_no_notebook_any_more_is_kept(root, broken):
    start(root)
    (root / "work" / NAMES[0]).write_bytes(broken)
    publish(root, notebook("print(2)"))
    start(root)
    assert (root / "work" / NAMES[0]).read_bytes() == broken


# --- what was done in notebooks/ before ---------------------------------------------------------


def test_work_done_in_notebooks_is_taken_over_once(root):
    original = root / "notebooks" / NAMES[0]
    edit(original, "print(1)", "mine()")
    (root / "notebooks" / "progress.json").write_text('["03-1"]', encoding="utf-8")
    (root / "notebooks" / "03-a-lesson.yours-1.ipynb").write_bytes(b"an older try")
    before = everything(root / "notebooks")
    sentences = start(root)
    assert len(sentences) == 2 and "copied" in sentences[0] and "progress" in sentences[1]
    assert "mine()" in (root / "work" / NAMES[0]).read_text(encoding="utf-8")
    assert (root / "work" / "progress.json").read_text(encoding="utf-8") == '["03-1"]'
    assert (root / "work" / "03-a-lesson.yours-1.ipynb").read_bytes() == b"an older try"
    assert everything(root / "notebooks") == before
    assert start(root) == []


def test_what_is_in_work_already_is_not_taken_over(root):
    (root / "work").mkdir()
    edit(root / "notebooks" / NAMES[0], "print(1)", "older()")
    for name in ("progress.json", "03-a-lesson.yours-1.ipynb"):
        (root / "notebooks" / name).write_bytes(b"older")
    for name in (NAMES[0], "progress.json", "03-a-lesson.yours-1.ipynb"):
        (root / "work" / name).write_bytes(b"newer")
    start(root)
    for name in (NAMES[0], "progress.json", "03-a-lesson.yours-1.ipynb"):
        assert (root / "work" / name).read_bytes() == b"newer"


def test_a_notebook_that_was_only_opened_is_not_taken_over(root):
    (root / "notebooks" / NAMES[0]).write_bytes(notebook("print(1)", output="again", extra=1))
    assert start(root) == []
    assert "again" not in (root / "work" / NAMES[0]).read_text(encoding="utf-8")


def test_taken_over_work_is_reset_to_the_unchanged_original(root):
    edit(root / "notebooks" / NAMES[0], "print(1)", "mine()")
    start(root)
    restore(root, "03")
    assert "print(1)" in (root / "work" / NAMES[0]).read_text(encoding="utf-8")


# --- reset --------------------------------------------------------------------------------------


def test_reset_restores_the_copy_and_keeps_each_earlier_one_under_its_date(root):
    start(root)
    for number in (1, 2, 3):
        edit(root / "work" / NAMES[0], "print(1)", f"mine({number})")
        assert len(restore(root, "3")) == 2
    kept = sorted(path.name for path in (root / "work").glob("03-*.yours-*.ipynb"))
    assert len(kept) == 3
    assert all(name.startswith("03-a-lesson.yours-20") for name in kept)
    texts = [(root / "work" / name).read_text(encoding="utf-8") for name in kept]
    assert sorted(f"mine({n})" for n in (1, 2, 3) if any(f"mine({n})" in t for t in texts)) == [
        "mine(1)",
        "mine(2)",
        "mine(3)",
    ]
    assert "print(1)" in (root / "work" / NAMES[0]).read_text(encoding="utf-8")


@pytest.mark.parametrize("what", USES)
def test_reset_keeps_a_copy_that_somebody_used_though_its_sources_are_the_courses(what, root):
    start(root)
    fresh = (root / "work" / NAMES[0]).read_bytes()
    mine = use(root / "work" / NAMES[0], what)
    assert len(restore(root, "03")) == 2
    assert [(root / "work" / name).read_bytes() for name in kept(root)] == [mine]
    assert (root / "work" / NAMES[0]).read_bytes() == fresh


@pytest.mark.parametrize("since", ["nothing", "an update", "the record is gone", "it was emptied"])
def test_reset_of_a_copy_that_nobody_used_keeps_no_second_one(since, root):
    start(root)
    if since == "an update":
        publish(root, notebook("print(2)"))
    elif since == "the record is gone":
        (root / "work" / workspace.RECORD).unlink()
    elif since == "it was emptied":
        (root / "work" / NAMES[0]).write_bytes(b"")
    assert restore(root, "03") == ["03-a-lesson.ipynb is restored."]
    assert kept(root) == []


def test_reset_keeps_a_copy_that_cannot_be_read(root, monkeypatch):
    start(root)
    read = files.read

    def refused(path: Path, most: int = -1) -> bytes:
        if ".yours-" in path.name:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return read(path, most)

    monkeypatch.setattr(files, "read", refused)
    assert restore(root, "03")[0].startswith("Your version is kept as 03-a-lesson.yours-")
    assert len(kept(root)) == 1


def test_reset_before_anything_else_takes_over_what_was_done_in_notebooks(root):
    edit(root / "notebooks" / NAMES[0], "print(1)", "mine()")
    edit(root / "notebooks" / NAMES[1], "print(1)", "mine()")
    sentences = restore(root, "03")
    assert [line.split()[-1] for line in sentences[:2]] == [f"work/{name}." for name in NAMES]
    (name,) = kept(root)
    for mine in (name, NAMES[1]):
        assert "mine()" in (root / "work" / mine).read_text(encoding="utf-8")


@pytest.mark.parametrize("numbers", [[], ["98"], ["03", "98"], [""], ["../03"]])
def test_where_a_number_names_no_lesson_nothing_is_restored(root, numbers):
    start(root)
    edit(root / "work" / NAMES[0], "print(1)", "mine()")
    before = everything(root / "work")
    with pytest.raises(CannotCopy, match=r"make reset LESSON=03\. The lessons are 03, 04\."):
        restore(root, *numbers)
    assert everything(root / "work") == before


def test_two_lessons_are_reset_at_once(root):
    start(root)
    for name in NAMES:
        edit(root / "work" / name, "print(1)", "mine()")
    restore(root, "03", "04")
    assert len(list((root / "work").glob("*.yours-*"))) == 2


# --- what goes wrong ----------------------------------------------------------------------------


def in_its_place(path: Path, what: str) -> None:
    """Put something that is not a file in place of one."""
    path.unlink()
    if what == "folder":
        path.mkdir()
    elif what == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to("on-a-drive-that-is-not-there.ipynb")


NO_FILES = ["folder", "link"] + ["pipe"] * hasattr(os, "mkfifo")


@pytest.mark.parametrize("what", NO_FILES)
def test_what_is_no_file_in_the_place_of_a_lesson_is_left_there(what, root):
    start(root)
    in_its_place(root / "work" / NAMES[0], what)
    (sentence,) = start(root)
    assert "03-a-lesson.ipynb is not a file. Move it elsewhere" in sentence
    with pytest.raises(CannotCopy, match="is not a file"):
        restore(root, "03")
    assert not (root / "work" / NAMES[0]).is_file()


def test_a_copy_that_is_a_link_stays_where_it_leads(root, tmp_path):
    start(root)
    elsewhere = tmp_path / "drive.ipynb"
    path = root / "work" / NAMES[0]
    path.rename(elsewhere)
    path.symlink_to(elsewhere)
    edit(path, "print(1)", "mine()")
    restore(root, "03")
    (name,) = kept(root)
    assert "mine()" in elsewhere.read_text(encoding="utf-8")
    assert (root / "work" / name).read_bytes() == elsewhere.read_bytes()
    assert "print(1)" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("fault", [errno.ENOSPC, errno.EROFS, errno.EACCES])
@pytest.mark.parametrize("step", ["_beside", "_reserved"])
def test_where_the_disk_takes_nothing_what_the_learner_had_is_still_there(
    root, monkeypatch, step, fault
):
    start(root)
    edit(root / "work" / NAMES[0], "print(1)", "mine()")
    before = everything(root / "work")

    def full(*_arguments: object) -> None:
        raise OSError(fault, os.strerror(fault))

    monkeypatch.setattr(files, step, full)
    with pytest.raises(CannotCopy, match="What you had in it is still there"):
        restore(root, "03")
    if step == "_beside":
        with pytest.raises(CannotCopy, match="Nothing that you wrote is lost"):
            start(root)
    monkeypatch.undo()
    assert everything(root / "work") == before


def test_while_another_command_writes_a_sentence_says_so(root, monkeypatch):
    start(root)
    edit(root / "work" / NAMES[0], "print(1)", "mine()")
    before = everything(root / "work")
    monkeypatch.setattr(files, "PATIENCE", 0)
    with files.locked(root / "work"):
        with pytest.raises(CannotCopy, match="Another command is writing"):
            restore(root, "03")
        with pytest.raises(CannotCopy, match="Another command is writing"):
            start(root)
    assert everything(root / "work") == before


def test_without_the_list_of_lessons_a_sentence_says_how_to_get_it(root):
    (root / "notebooks" / "SHA256SUMS").unlink()
    with pytest.raises(CannotCopy, match="git checkout notebooks/SHA256SUMS"):
        start(root)


def test_the_course_itself_can_be_copied():
    course = workspace.originals()
    assert isinstance(course, Originals) and len(course.sums) >= 15


# --- the command --------------------------------------------------------------------------------


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A folder without a course, in which somebody types the command."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def test_the_command_makes_a_copy_of_each_lesson_and_says_where(home, capsys):
    assert commands.main(["work"]) == 0
    copies, pages = capsys.readouterr().out.splitlines()
    assert copies == "Your copies of the lessons are in work."
    assert pages.startswith("The story of the events and the glossary are in work")
    assert (home / "work" / "docs" / "story.md").is_file()
    copied = (home / "work").rglob("*.ipynb")
    names = {path.relative_to(home / "work").as_posix() for path in copied}
    assert names == set(workspace.originals().sums)


def test_the_command_restores_a_lesson_and_keeps_what_was_there(home, capsys):
    commands.main(["work", "course"])
    lesson = home / "course" / "00-start-here.ipynb"
    lesson.write_text("mine", encoding="utf-8")
    capsys.readouterr()
    assert commands.main(["work", "course", "--reset", "0"]) == 0
    kept, *restored = capsys.readouterr().out.splitlines()
    assert kept.startswith("Your version is kept as 00-start-here.yours-")
    assert restored == [
        "00-start-here.ipynb is restored.",
        "practice/00-start-here.ipynb is restored.",
    ]


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("numbers", [[], ["98"]])
def test_the_command_names_the_lessons_there_are(capsys, numbers):
    assert commands.main(["work", "--reset", *numbers]) == 2
    assert "Name a lesson: make reset LESSON=03. The lessons are 00, " in capsys.readouterr().err


def test_a_folder_that_cannot_be_made_is_named_in_a_sentence(home, capsys):
    (home / "work").write_text("a file", encoding="utf-8")
    assert commands.main(["work"]) == 2
    assert "work cannot be read or written" in capsys.readouterr().err


# --- practice -----------------------------------------------------------------------------------

PIECES = "practice/03-a-lesson.ipynb"


@pytest.fixture
def practice(root):
    """The same, where lesson 03 has practice."""
    text = notebook("print('piece')").replace(b"../docs", b"../../docs")
    (root / "notebooks" / "practice").mkdir()
    (root / "notebooks" / PIECES).write_bytes(text)
    with (root / "notebooks" / "SHA256SUMS").open("a", encoding="utf-8") as sums:
        sums.write(f"{workspace.digest(text)}  {PIECES}\n")
    return root


def test_practice_is_copied_into_a_folder_of_its_own(practice):
    assert start(practice) == []
    copy = practice / "work" / PIECES
    text = copy.read_text("utf-8")
    assert "piece" in text and "../../docs/glossary.md" in text
    assert start(practice) == []
    assert PIECES in json.loads((practice / "work" / ".course.json").read_bytes())


def test_its_links_lead_to_the_pages_beside_the_lessons(practice, tmp_path):
    elsewhere = tmp_path / "home" / "course"
    list(make_copies(elsewhere, workspace.originals(practice)))
    text = (elsewhere / PIECES).read_text("utf-8")
    assert "](../docs/glossary.md)" in text and "../../docs" not in text


def test_a_reset_restores_a_lesson_with_its_practice_and_keeps_both(practice):
    start(practice)
    for name in (NAMES[0], PIECES):
        edit(practice / "work" / name, "print", "mine")
    said = restore(practice, "03")
    assert [line for line in said if line.endswith("is restored.")] == [
        f"{NAMES[0]} is restored.",
        f"{PIECES} is restored.",
    ]
    assert len(list((practice / "work").rglob("*.yours-*"))) == 2
    assert "mine" not in (practice / "work" / PIECES).read_text("utf-8")


def test_a_changed_piece_is_left_alone_by_an_update(practice):
    start(practice)
    edit(practice / "work" / PIECES, "print", "mine")
    text = (practice / "notebooks" / PIECES).read_bytes().replace(b"piece", b"newer")
    (practice / "notebooks" / PIECES).write_bytes(text)
    sums = practice / "notebooks" / "SHA256SUMS"
    lines = [line for line in sums.read_text("utf-8").splitlines() if not line.endswith(PIECES)]
    sums.write_text("\n".join([*lines, f"{workspace.digest(text)}  {PIECES}", ""]), "utf-8")
    [said] = start(practice)
    assert said.startswith(f"{PIECES} has your changes") and said.endswith("LESSON=03.")
