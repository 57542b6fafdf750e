"""Working copies: made without outputs, renewed where nobody changed them, never lost."""

import errno
import hashlib
import importlib.metadata
import json
import os
import re
from pathlib import Path

import pytest

from labutils import __main__ as commands
from labutils.classroom import workspace
from labutils.classroom.workspace import CannotCopy, Originals, fingerprint, make_copies, reset
from labutils.text import DISTRIBUTION

NAMES = ("03-a-lesson.ipynb", "04-another.ipynb")


def notebook(*sources: str, output: str = "stored", **metadata: object) -> bytes:
    code = {"cell_type": "code", "id": "one", "metadata": {}, "execution_count": 1}
    outputs = [{"output_type": "stream", "name": "stdout", "text": [output]}]
    cells = [{**code, "source": [source], "outputs": outputs} for source in sources]
    text = {"cell_type": "markdown", "id": "text", "metadata": {}}
    text |= {"source": ["See [the glossary](../docs/glossary.md)."]}
    content = {"cells": [text, *cells], "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(content).encode()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository with two lessons, a docs folder, and the unchanged copies in .venv."""
    for folder in ("notebooks", "docs", ".venv/pristine"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "docs" / "glossary.md").write_text("# Glossary", encoding="utf-8")
    publish(tmp_path, notebook("print(1)"))
    return tmp_path


def publish(root: Path, *versions: bytes) -> None:
    """Store the lessons: an update of the course."""
    lines = []
    for place, name in enumerate(NAMES):
        data = versions[min(place, len(versions) - 1)]
        (root / "notebooks" / name).write_bytes(data)
        (root / ".venv" / "pristine" / name).write_bytes(data)
        lines.append(f"{hashlib.sha256(data).hexdigest()}  {name}\n")
    (root / "notebooks" / "SHA256SUMS").write_text("".join(lines), encoding="utf-8")


def start(root: Path) -> list[str]:
    """What `make lab` does first."""
    return list(make_copies(root / "work", workspace.originals(root)))


def restore(root: Path, *numbers: str) -> list[str]:
    return list(reset(root / "work", workspace.originals(root), numbers))


def edit(path: Path, old: str, new: str) -> None:
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")


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


def test_outputs_and_metadata_that_autosave_writes_are_no_change(root):
    start(root)
    (root / "work" / NAMES[0]).write_bytes(notebook("print(1)", output="mine", kernelspec="x"))
    publish(root, notebook("print(2)"))
    assert start(root) == []
    assert "print(2)" in (root / "work" / NAMES[0]).read_text(encoding="utf-8")


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


@pytest.mark.parametrize(
    "broken", [b"", b"{", b"[]", b'{"cells": 7}', b'{"cells": [7]}', b"[" * 9999]
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
    assert len(sentences) == 2 and "taken over" in sentences[0] and "progress" in sentences[1]
    assert "mine()" in (root / "work" / NAMES[0]).read_text(encoding="utf-8")
    assert (root / "work" / "progress.json").read_text(encoding="utf-8") == '["03-1"]'
    assert (root / "work" / "03-a-lesson.yours-1.ipynb").read_bytes() == b"an older try"
    assert everything(root / "notebooks") == before
    assert start(root) == []


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


def test_reset_of_an_unchanged_copy_clears_its_outputs_and_keeps_no_second_one(root):
    start(root)
    (root / "work" / NAMES[0]).write_bytes(notebook("print(1)", output="mine"))
    restore(root, "03")
    assert not list((root / "work").glob("*.yours-*"))
    assert "mine" not in (root / "work" / NAMES[0]).read_text(encoding="utf-8")


@pytest.mark.parametrize("numbers", [[], ["98"], ["03", "98"], [""], ["../03"]])
def test_where_a_number_names_no_lesson_nothing_is_restored(root, numbers):
    start(root)
    edit(root / "work" / NAMES[0], "print(1)", "mine()")
    before = everything(root / "work")
    with pytest.raises(CannotCopy, match=r"make reset LESSON=03\. There are 03, 04\."):
        restore(root, *numbers)
    assert everything(root / "work") == before


def test_two_lessons_are_reset_at_once(root):
    start(root)
    for name in NAMES:
        edit(root / "work" / name, "print(1)", "mine()")
    restore(root, "03", "04")
    assert len(list((root / "work").glob("*.yours-*"))) == 2


# --- what goes wrong ----------------------------------------------------------------------------


def test_a_folder_in_the_place_of_a_lesson_is_left_there(root):
    start(root)
    (root / "work" / NAMES[0]).unlink()
    (root / "work" / NAMES[0]).mkdir()
    (sentence,) = start(root)
    assert "is a folder" in sentence
    with pytest.raises(CannotCopy, match="is a folder"):
        restore(root, "03")


@pytest.mark.parametrize("fault", [errno.ENOSPC, errno.EROFS, errno.EACCES])
def test_where_the_disk_takes_nothing_what_the_learner_had_is_still_there(root, monkeypatch, fault):
    start(root)
    edit(root / "work" / NAMES[0], "print(1)", "mine()")
    before = everything(root / "work")

    def full(_path: Path, _data: bytes) -> int:
        raise OSError(fault, os.strerror(fault))

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(CannotCopy, match="unchanged"):
        restore(root, "03")
    with pytest.raises(CannotCopy, match="Nothing that you wrote is lost"):
        start(root)
    monkeypatch.undo()
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
    lessons = {path.name for path in (home / "work").glob("*.ipynb")}
    assert lessons == set(workspace.originals().sums)


def test_the_command_restores_a_lesson_and_keeps_what_was_there(home, capsys):
    commands.main(["work", "course"])
    lesson = home / "course" / "00-start-here.ipynb"
    lesson.write_text("mine", encoding="utf-8")
    capsys.readouterr()
    assert commands.main(["work", "course", "--reset", "0"]) == 0
    kept, restored = capsys.readouterr().out.splitlines()
    assert kept.startswith("Your version is kept as 00-start-here.yours-")
    assert restored == "00-start-here.ipynb is restored."


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("numbers", [[], ["98"]])
def test_the_command_names_the_lessons_there_are(capsys, numbers):
    assert commands.main(["work", "--reset", *numbers]) == 2
    assert "Say which lesson: make reset LESSON=03. There are 00, " in capsys.readouterr().err


def test_a_folder_that_cannot_be_made_is_named_in_a_sentence(home, capsys):
    (home / "work").write_text("a file", encoding="utf-8")
    assert commands.main(["work"]) == 2
    assert "work cannot be written to" in capsys.readouterr().err
