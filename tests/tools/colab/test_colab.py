"""Copies of the lessons for Colab: they install first, and are the lessons otherwise."""

import json
import re

import pytest

from tools import colab
from tools.course import HERE as ROOT

ADDRESS = "https://github.com/somebody/anatomy"
LESSONS = sorted((ROOT / "notebooks").glob("[0-9][0-9]-*.ipynb"))


def text_of(cell):
    return "".join(cell["source"])


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.name[:2])
def test_a_copy_for_colab_installs_first_and_is_the_lesson_otherwise(path):
    copy = json.loads(colab.copy_for(path.read_bytes(), ADDRESS))
    lesson = json.loads(path.read_text(encoding="utf-8"))
    title, before, install, *rest = copy["cells"]
    assert "receipt" in text_of(before)
    assert text_of(install).startswith("%pip install")
    assert [cell["id"] for cell in (title, *rest)] == [cell["id"] for cell in lesson["cells"]]
    for old, new in zip(lesson["cells"], (title, *rest), strict=True):
        if old["cell_type"] == "code":
            assert text_of(old) == text_of(new)
            assert new["outputs"] == []


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.name[:2])
def test_no_link_of_a_copy_for_colab_is_relative(path):
    copy = json.loads(colab.copy_for(path.read_bytes(), ADDRESS))
    prose = "\n".join(text_of(cell) for cell in copy["cells"] if cell["cell_type"] == "markdown")
    assert not re.findall(r"\]\((?!https?:|#)[^)]*\)", prose)


def test_colab_installs_the_release_and_only_what_it_lacks():
    course, others = colab.install(ADDRESS).splitlines()
    assert f"git+{ADDRESS}@v" in course
    assert "--no-deps" in course
    for name in ("pyjwt", "fido2", "pysigma"):
        assert name in others
    for name in ("matplotlib", "cryptography", "ipython"):
        assert name not in others


def test_without_an_address_no_copies_are_made_and_it_is_said(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(colab, "public_address", lambda: None)
    monkeypatch.setattr(colab, "COLAB", tmp_path / "colab")
    assert colab.main() == 0
    assert "Repository is not set" in capsys.readouterr().out
    assert not (tmp_path / "colab").exists()


def test_the_lessons_themselves_hold_no_magic():
    for path in LESSONS:
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == "code":
                assert not re.search(r"^\s*[%!]", text_of(cell), re.MULTILINE), path.name
