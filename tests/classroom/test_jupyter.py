"""`labutils lab`: copies, then JupyterLab on the lesson that was worked in last."""

import json
import sys

import pytest

from labutils import __main__ as commands
from labutils import doctor
from labutils.classroom import jupyter, workspace
from labutils.text import version


@pytest.fixture
def opened(tmp_path, monkeypatch):
    """What JupyterLab would be started with, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    ran = []
    monkeypatch.setattr(jupyter, "run", lambda command: ran.append(command) or 0)
    return ran


def told(capsys):
    return capsys.readouterr().out.splitlines()[-1]


def test_the_first_time_it_is_the_first_lesson_and_nobody_on_the_internet_is_asked(
    opened, tmp_path, capsys
):
    assert commands.main(["lab"]) == 0
    (command,) = opened
    assert command[:3] == [sys.executable, "-m", "jupyterlab"]
    assert f"--ServerApp.root_dir={tmp_path / 'work'}" in command
    assert "--LabApp.default_url=/lab/tree/00-start-here.ipynb" in command
    assert "--LabApp.extension_manager=readonly" in command
    assert told(capsys) == "Opening JupyterLab on work/00-start-here.ipynb; stop it with Ctrl-C."
    assert (tmp_path / "work" / "docs" / "story.md").exists()


def test_later_it_is_the_lesson_of_the_last_answer(opened, tmp_path, capsys):
    work = tmp_path / "my work"
    commands.main(["lab", "my work"])
    record = {"version": 2, "items": {"17-1": {"tries": 1}, "06-1": {"passed": True}}}
    for last, lesson in (
        ("06-1", "06-token-replay"),
        ("55-1", "00-start-here"),  # no such lesson
        (7, "00-start-here"),
    ):
        content = json.dumps({**record, "last": last})
        (work / "progress.json").write_text(content, encoding="utf-8")
        (work / "06-token-replay-Copy1.ipynb").touch()
        assert commands.main(["lab", "my work"]) == 0
        assert f"--LabApp.default_url=/lab/tree/{lesson}.ipynb" in opened[-1]
        assert f"my work/{lesson}.ipynb" in told(capsys)


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b"\xff", b'{"last": []}', b"[" * 9_999])
def test_a_record_that_cannot_be_read_opens_the_first_lesson(opened, tmp_path, damage):
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "progress.json").write_bytes(damage)
    assert commands.main(["lab"]) == 0
    assert "--LabApp.default_url=/lab/tree/00-start-here.ipynb" in opened[0]


def test_in_a_clone_jupyterlab_begins_where_the_pages_are(opened, tmp_path):
    """Lessons link to ../docs, which must be inside of what JupyterLab shows."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "glossary.md").touch()
    commands.main(["lab", "work"])
    assert f"--ServerApp.root_dir={tmp_path}" in opened[0]
    assert "--LabApp.default_url=/lab/tree/work/00-start-here.ipynb" in opened[0]


def test_what_follows_is_jupyterlabs(opened):
    commands.main(["lab", "work", "--no-browser", "--port", "8899", "--ServerApp.token=x"])
    assert opened[0][-3:] == ["--no-browser", "--port=8899", "--ServerApp.token=x"]


def test_where_there_is_no_jupyterlab_the_command_that_brings_it_is_said(
    opened, monkeypatch, capsys
):
    there = doctor._there
    monkeypatch.setattr(doctor, "_there", lambda name: name != "jupyterlab" and there(name))
    monkeypatch.setattr(doctor, "packages", lambda: [doctor.Package("jupyterlab-x", ">=4", "lab")])
    assert commands.main(["lab"]) == 2 and not opened
    assert capsys.readouterr().err == (
        "JupyterLab is not installed in this Python. Install it with `python -m pip install "
        '"jupyterlab-x>=4"`, or open the copies in a notebook server of your own.\n'
    )


def test_where_no_copies_can_be_made_nothing_is_opened(opened, monkeypatch):
    def refused():
        raise workspace.CannotCopy("no")

    monkeypatch.setattr(workspace, "originals", refused)
    assert commands.main(["lab"]) == 2 and not opened


def test_the_version_is_that_of_the_package(capsys):
    with pytest.raises(SystemExit, match="0"):
        commands.main(["--version"])
    assert capsys.readouterr().out == f"labutils {version()}\n"
    assert version()[0].isdigit()


def test_an_option_that_no_command_has_is_refused(capsys):
    with pytest.raises(SystemExit, match="2"):
        commands.main(["doctor", "--bogus"])
    assert "unrecognized arguments: --bogus" in capsys.readouterr().err
