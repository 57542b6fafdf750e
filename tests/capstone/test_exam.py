"""An exam: a folder for each, seeds that only the instructor has, and one command for the rest."""

import csv
import json
import secrets
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from labutils.__main__ import main
from labutils.capstone import exam
from labutils.capstone.folder import number_of
from labutils.capstone.report import Fault

pytestmark = pytest.mark.usefixtures("small")
NAMES = "# the course of spring\nada\n\nGrace Hopper\n"


def said(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    status = main(["capstone", *map(str, words)])
    return status, *capsys.readouterr()


@pytest.fixture(scope="module")
def made(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    """The folder of an exam of two."""
    request.getfixturevalue("small")
    base = tmp_path_factory.mktemp("exam")
    (base / "names.txt").write_text(NAMES, encoding="utf-8")
    drawn = iter((2, 4, 5, 6))  # somebody was in at each of them
    patch = pytest.MonkeyPatch()  # secret, and the same in every run of the tests
    patch.setattr(secrets, "token_hex", lambda size: f"{next(drawn):0{2 * size}x}")
    assert main(["capstone", "exam", str(base / "spring"), "--names", str(base / "names.txt")]) == 0
    yield base / "spring"
    patch.undo()


def seeds_of(made: Path) -> dict[str, str]:
    return dict(yaml.safe_load(exam.sealed_beside(made).read_text(encoding="utf-8")))


def test_each_has_a_folder_of_their_own_incident(made: Path) -> None:
    seeds = seeds_of(made)
    assert sorted(seeds) == ["Grace Hopper", "ada"] and len(set(seeds.values())) == 2
    for name, seed in seeds.items():
        assert number_of(seed) in (made / name / "brief.md").read_text(encoding="utf-8")


def test_seeds_are_long_and_nobody_else_can_read_them(made: Path) -> None:
    path = exam.sealed_beside(made)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert all(len(seed) == 2 * exam.SEED_BYTES for seed in seeds_of(made).values())
    inside = [one for one in made.rglob("*") if one.is_file()]
    for seed in seeds_of(made).values():
        assert not any(seed.encode() in one.read_bytes() for one in inside), "handed out"


def test_whoever_comes_late_gets_a_folder_and_nobody_loses_one(
    made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = seeds_of(made)
    mine = made / "ada" / "report.yaml"
    mine.write_text(f"incident: {number_of(before['ada'])}\nauthor: Ada\n", encoding="utf-8")
    (tmp_path / "late.txt").write_text(NAMES + "Late\n", encoding="utf-8")
    status, out, _ = said(capsys, "exam", made, "--names", tmp_path / "late.txt")
    assert status == 0 and "events for Late" in out and "events for ada" not in out
    after = seeds_of(made)
    assert {name: after[name] for name in before} == before and "Late" in after
    assert "author: Ada" in mine.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("ada\n../x\n", "line 2: ../x cannot be the name of a folder"),
        ("ada\nADA\n", "line 2: ADA stands here twice"),
        (".hidden\n", "line 1: .hidden cannot be"),
        ("=cmd\n", "line 1: =cmd cannot be"),
        ("# nobody\n", "it has 0 names"),
        ("x" * 61 + "\n", "cannot be the name of a folder"),
    ],
)
def test_names_that_are_none_are_told_with_their_line(
    tmp_path: Path, text: str, reason: str
) -> None:
    (tmp_path / "names.txt").write_text(text, encoding="utf-8")
    with pytest.raises(Fault) as found:
        exam.names_in(tmp_path / "names.txt")
    assert reason in str(found.value)


def test_a_question_needs_the_list_and_no_seed(
    made: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sealed = exam.sealed_beside(made)
    status, out, _ = said(capsys, "ask", made / "ada", "vendor", "--seeds", sealed)
    assert status == 0 and "That took 60 minutes" in out
    (made / "ada" / "asked.yaml").unlink()
    (made / "stranger").mkdir()
    status, _, error = said(capsys, "ask", made / "stranger", "vendor", "--seeds", sealed)
    assert status == 2 and "nobody called stranger" in error


def test_one_command_writes_the_table_the_texts_and_the_case_files(
    made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (made / "Grace Hopper" / "report.yaml").write_text("claims: [", encoding="utf-8")
    table, texts, cases = tmp_path / "class.csv", tmp_path / "texts", tmp_path / "cases"
    words = ["grade", made, "--seeds", exam.sealed_beside(made)]
    words += ["--csv", table, "--feedback", texts, "--html", cases]
    status, out, _ = said(capsys, *words)
    assert status == 0 and "What it missed" in out and "Reports that have no grade" in out
    rows = list(csv.DictReader(table.open(encoding="utf-8")))
    by_name = {row["name"]: row for row in rows}
    assert by_name["ada"]["total"] == "0.00" and by_name["ada"]["fault"] == ""
    assert "is not YAML" in by_name["Grace Hopper"]["fault"]
    assert (texts / "ada.txt").read_text(encoding="utf-8").startswith("Incident INC-")
    assert "not claimed: " in (texts / "ada.txt").read_text(encoding="utf-8")
    assert "without a grade" in (texts / "Grace Hopper.txt").read_text(encoding="utf-8")
    assert (cases / "ada.html").is_file() and not (cases / "Grace Hopper.html").exists()
    assert said(capsys, *words)[0] == 0, "its own files may be written anew"
    table.write_text("mine", encoding="utf-8")
    status, _, error = said(capsys, *words)
    assert status == 2 and "is kept" in error and table.read_text(encoding="utf-8") == "mine"


def test_a_class_is_counted_by_what_it_missed(
    made: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (made / "Grace Hopper" / "report.yaml").unlink()
    status, out, _ = said(capsys, "grade", made, "--seeds", exam.sealed_beside(made), "--json")
    found = json.loads(out)
    assert status == 0 and found["ada"]["missed"] and "fault" in found["Grace Hopper"]


def test_nothing_in_the_table_is_a_formula() -> None:
    text = exam.as_csv(exam.ClassGrades(faults={"=1+1": "@SUM(A1)"}))
    assert "\n'=1+1," in text and ",'@SUM(A1)" in text


def test_a_table_for_one_is_refused(
    made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seed = seeds_of(made)["ada"]
    status, _, error = said(
        capsys, "grade", made / "ada", "--seed", seed, "--csv", tmp_path / "x.csv"
    )
    assert status == 2 and "name its list with --seeds" in error


def test_a_readers_marks_stand_beside_the_grade(
    made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    marks = tmp_path / "marks.yaml"
    marks.write_text(
        "ada: {answer: 2, loss: 1, unknown: 2, done: 0, decision: 1}\n", encoding="utf-8"
    )
    table, texts = tmp_path / "class.csv", tmp_path / "texts"
    words = ["grade", made, "--seeds", exam.sealed_beside(made), "--marks", marks]
    status, _, _ = said(capsys, *words, "--csv", table, "--feedback", texts)
    (row,) = [r for r in csv.DictReader(table.open(encoding="utf-8")) if r["name"] == "ada"]
    assert status == 0 and row["marks"] == "6" and row["total"] == "0.00"
    assert "as a reader marks it: 6 of 10 (answer 2, loss 1," in (texts / "ada.txt").read_text(
        encoding="utf-8"
    )


@pytest.mark.parametrize(
    "row",
    ["{answer: 3, loss: 1, unknown: 2, done: 0, decision: 1}", "{answer: 2}", "7", "[]"],
)
def test_marks_that_are_none_name_their_line(tmp_path: Path, row: str) -> None:
    path = tmp_path / "marks.yaml"
    path.write_text(f"# mine\nada: {row}\n", encoding="utf-8")
    with pytest.raises(Fault) as found:
        exam.marks_in(path)
    assert "marks.yaml, line 2: ada needs a mark from 0 to 2" in str(found.value)
