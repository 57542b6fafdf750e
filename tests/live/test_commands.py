"""`python -m labutils live`: what it prints, and what it says to bad input."""

import argparse
import re
import shlex
from pathlib import Path

import pytest
from tables import table

from labutils.__main__ import main
from labutils.live.commands import LONGEST_SEED, arguments


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    status = main(["live", *arguments])
    out, error = capsys.readouterr()
    return status, out, error


def test_a_rehearsal_prints_a_line_a_team_and_writes_the_evening_down(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "evening"
    options = ["--seed", "3", "--teams", "4", "--rehearse", "--folder"]
    status, out, _ = said(capsys, *options, str(folder))
    assert status == 0 and out.count("team ") == 4 and "contains, then clears" in out
    assert {path.name for path in folder.iterdir()} == {
        "exercise.jsonl",
        "links.json",
        "clock",
        "debrief.html",
    }
    said(capsys, *options, str(tmp_path / "again"))
    for name in ("exercise.jsonl", "debrief.html"):
        assert (folder / name).read_bytes() == (tmp_path / "again" / name).read_bytes()
    status, _, error = said(capsys, *options, str(folder))
    assert status == 2 and "already begun" in error


@table(
    ("options", "reason"),
    [
        (["--seed", ""], "--seed is a string"),
        (["--seed", "a\nb"], "--seed is a string"),
        (["--seed", "a" * (LONGEST_SEED + 1)], "--seed is a string"),
        (["--seed", "3", "--speed", "0"], "--speed is more than 0"),
        (["--seed", "3", "--speed", "nan"], "--speed is more than 0"),
        (["--seed", "3", "--port", "99999"], "--port is 0 to 65535"),
        (["--seed", "3", "--teams", "0"], "1 to 12 teams"),
        (["--seed", "3", "--minutes", "1"], "30 to 1,440 minutes"),
        (["--seed", "3", "--case", "atlantis"], "atlantis"),
        (["--seed", "3", "--teams", "1", "--seeded-teams", "bystander", "bystander"], "more"),
    ],
)
def test_bad_input_gets_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: list[str], reason: str
) -> None:
    status, out, error = said(capsys, *options, "--folder", str(tmp_path / "x"))
    assert status == 2 and reason in error and not out
    assert error.count("\n") == 1 and "Traceback" not in error
    assert not (tmp_path / "x").exists()


def test_a_folder_that_is_a_file_gets_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "x").write_text("mine", encoding="utf-8")
    status, _, error = said(capsys, "--seed", "3", "--rehearse", "--folder", str(tmp_path / "x"))
    assert status == 2 and "Traceback" not in error
    assert (tmp_path / "x").read_text(encoding="utf-8") == "mine"


def test_the_commands_of_the_page_can_be_run_one_after_another() -> None:
    """In docs/live.md: none meets the exercise of another in its folder."""
    page = Path(__file__).parents[2].joinpath("docs", "live.md").read_text(encoding="utf-8")
    commands = re.findall(r"^python -m labutils live (.*)$", page, re.MULTILINE)
    parser = argparse.ArgumentParser()
    arguments(parser)
    folders = [parser.parse_args(shlex.split(command)).folder for command in commands]
    assert len(folders) == 4 and len(set(folders)) == 4
