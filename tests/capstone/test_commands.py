"""`python -m labutils capstone`, as somebody types it."""

import json
import re
from pathlib import Path

import pytest

from labutils.__main__ import main
from labutils.capstone.commands import LONGEST_SEED
from labutils.capstone.folder import number_of

SEED = "7"
pytestmark = pytest.mark.usefixtures("small")


@pytest.fixture(scope="module")
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as `new` writes it."""
    request.getfixturevalue("small")
    folder = tmp_path_factory.mktemp("capstone") / "first"
    assert main(["capstone", "new", str(folder), "--seed", SEED]) == 0
    return folder


def said(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    status = main(["capstone", *words])
    return status, *capsys.readouterr()


def test_new_says_where_to_begin(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = said(capsys, "new", str(tmp_path / "one"), "--seed", SEED)
    assert status == 0
    assert "events in all. Begin with" in out and "brief.md" in out
    status, _, error = said(capsys, "new", str(tmp_path / "one"), "--seed", SEED)
    assert status == 2 and "not empty; name a new folder" in error


def test_new_takes_what_was_written_in_the_lessons_along(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    toolbox, folder = tmp_path / "toolbox.py", tmp_path / "one"
    words = ("new", str(folder), "--seed", SEED, "--toolbox", str(toolbox))
    status, _, error = said(capsys, *words)
    assert status == 2 and "is not a file; leave --toolbox out to bring none" in error
    toolbox.write_text("def broken(:", encoding="utf-8")
    status, _, error = said(capsys, *words)
    assert status == 2 and "cannot be read as Python" in error
    assert not folder.exists(), "nothing is half done"
    toolbox.write_text("def elsewhere(lines):\n    return lines\n", encoding="utf-8")
    status, out, _ = said(capsys, *words)
    assert status == 0 and f"Your toolbox is {folder / 'toolbox.py'}." in out


def test_ask_prints_the_answer_and_the_sum(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = said(capsys, "ask", str(made), "vendor", "--seed", SEED)
    assert status == 0 and "That took 60 minutes. In all: 60 minutes." in out
    status, _, error = said(capsys, "ask", str(made), "who?", "--seed", SEED)
    assert status == 2 and "is not a question" in error
    (made / "asked.yaml").unlink()


def test_grade_as_json_has_the_parts_that_the_page_names(
    made: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, _ = said(capsys, "grade", str(made), "--seed", SEED, "--json")
    found = json.loads(out)
    assert status == 0
    assert set(found["parts"]) == {
        "claims",
        "scope",
        "not_knowable",
        "eviction",
        "rules",
        "controls",
        "board",
    }
    assert all(set(part) == {"points", "of", "lost"} for part in found["parts"].values())
    assert sum(part["of"] for part in found["parts"].values()) == 100
    assert found["total"] == 0 and found["forbidden"] == 0


def test_reference_adds_the_hunters(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = said(capsys, "grade", str(made), "--seed", SEED, "--json", "--reference")
    assert set(json.loads(out)["reference"]) == {
        "everything-alerter",
        "constant report",
        "indicator-collector",
        "course's rules alone",
        "greedy grouper",
        "hasty",
        "thorough",
        "omniscient",
    }


def test_another_seed_and_a_faulty_report_are_a_sentence(
    made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, _, error = said(capsys, "grade", str(made), "--seed", "8")
    assert status == 2 and number_of(SEED) in error and number_of("8") in error
    (tmp_path / "report.yaml").write_text(
        f"incident: {number_of(SEED)}\nclaims: [1]\n", encoding="utf-8"
    )
    status, _, error = said(capsys, "grade", str(tmp_path), "--seed", SEED)
    assert status == 2 and error.startswith("report.yaml, line 2: ")
    assert "Traceback" not in error


@pytest.mark.parametrize(
    ("at", "reason"),
    [
        ("2020-01-01T00:00:00Z", "is earlier than the brief"),
        ("9999-12-31T00:00:00Z", "more than thirty days after the brief"),
    ],
)
def test_an_act_at_an_impossible_time_names_its_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], at: str, reason: str
) -> None:
    (tmp_path / "report.yaml").write_text(
        f"incident: {number_of(SEED)}\neviction:\n- {{act: block, what: x, at: '{at}'}}\n",
        encoding="utf-8",
    )
    status, _, error = said(capsys, "grade", str(tmp_path), "--seed", SEED)
    assert status == 2 and "report.yaml, line 3: block x" in error and reason in error


@pytest.mark.parametrize("text", ["date: 2024-99-99", "x: " + "9" * 5000, "title: ["])
def test_a_rule_that_is_none_never_costs_the_grade(
    made: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    path = made / "rules" / "x.yml"
    path.write_text(text, encoding="utf-8")
    status, out, _ = said(capsys, "grade", str(made), "--seed", SEED)
    path.unlink()
    assert status == 0 and "x.yml" in out


@pytest.mark.parametrize("seed", ["", "x" * 201, "a\nb"])
def test_what_is_no_seed_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], seed: str
) -> None:
    status, _, error = said(capsys, "new", str(tmp_path / "x"), "--seed", seed)
    assert status == 2 and "--seed is a string" in error


def test_many_reports_give_a_table_and_a_fault_is_a_row(
    made: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    exam = made.parent
    broken = exam / "broken"
    broken.mkdir()
    (broken / "report.yaml").write_text("claims: [", encoding="utf-8")
    (exam / "link").symlink_to(made)
    seeds = exam / "seeds.yaml"
    seeds.write_text(
        f"first: '{SEED}'\nbroken: '{SEED}'\nlink: '{SEED}'\n../x: 1\nmissing: 2\n",
        encoding="utf-8",
    )
    status, out, _ = said(capsys, "grade", str(exam), "--seeds", str(seeds))
    rows = [line.split() for line in out.splitlines()]
    assert status == 0
    assert ["first", *["0.0"] * 8] in rows
    assert re.search(r"report.yaml, line \d: is not YAML", out)
    assert out.count("is not a folder below") == 3
    status, out, _ = said(capsys, "grade", str(exam), "--seeds", str(seeds), "--json")
    assert json.loads(out)["first"]["total"] == 0


def test_seeds_that_cannot_be_read_are_a_sentence(
    made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "seeds.yaml").write_text("[", encoding="utf-8")
    words = ["grade", str(made.parent), "--seeds", str(tmp_path / "seeds.yaml")]
    status, _, error = said(capsys, *words)
    assert status == 2 and "seeds.yaml, line" in error


def test_a_case_file_is_written_and_no_other_file_replaced(
    made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "case.html"
    words = ["grade", str(made), "--seed", SEED, "--html", str(target)]
    assert said(capsys, *words)[0] == 0
    assert target.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert said(capsys, *words)[0] == 0  # a case file may be written anew
    target.write_text("mine", encoding="utf-8")
    status, _, error = said(capsys, *words)
    assert status == 2 and "is kept" in error and target.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("seed", ["", "a\nb", "x" * (LONGEST_SEED + 1)])
def test_a_seed_is_a_text_of_bounded_length(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], seed: str
) -> None:
    status, _, error = said(capsys, "new", str(tmp_path / "x"), "--seed", seed)
    assert status == 2 and "--seed is a string of 1 to" in error
    assert not (tmp_path / "x").exists()
