"""Somebody's own incident is checked: every fault with its line, and then what the model makes of
it."""

import re
import shutil

import pytest
from how_many import draws
from hypothesis import given, settings
from hypothesis import strategies as st
from places import NIGHT_FERRY
from tables import table

from labutils.__main__ import main
from labutils.incident import case_check, cases
from labutils.incident.breach import play
from labutils.incident.policy import World
from labutils.incident.tables import as_text
from labutils.lab import data_file

DRIFT = data_file("cases/drift-2025")
# File, what is written wrong, how, and the sentence about it.
FAULTS = [
    ("estate", "reaches: [vendor-tools]}", "reaches: [nowhere]}", "reaches: there is no zone"),
    ("estate", "kind: person, name: dev", "kind: persn, name: dev", "kind must be one of person"),
    ("estate", "holder: chat-agent, cl", "holder: nobody, cl", "holder: there is no identity"),
    ("estate", "org: vendor, accepts: [p", "org: rival, accepts: [p", "org: the case's domains"),
    ("estate", "audit: salesforce_event_log", "audit: desk", "audit: there is no data/telemetry/"),
    ("case", "  hard_keys: true", "  hard_keys: 1", "hard_keys must be true or false, not 1"),
    ("case", "tokens_sealed: false", "tokens_seald: false", "historical: there is no control"),
    ("case", "raised_by: allowed, away", "raised_by: often, away", "raised_by must be one of"),
    ("case", "{rented-host: 64501, ", "{", "networks needs a number for rented-host"),
    ("case", "template: clone}", "template: cloned}", "template: there is no event of github"),
    ("case", "words: {user: guest", "words: {usr: guest", "the template guest-added of github"),
    ("campaign", "fit: loose", "fit: tight", "fit must be one of exact, close, loose"),
    ("campaign", "using: pipeline-key}", "using: pipe-key}", "using: there is no credential"),
    ("campaign", "'2025-08-09T06:2", "'2025-08-10T06:2", "the ledger has 2025-08-09, so assumed"),
    ("facts", "confidence: reported", "confidence: rumoured", "confidence must be one of"),
    ("facts", "precision: month", "precision: second", "time_precision is month for a month"),
]


def folder_with(faults, folder):
    """A copy of a case with these faults in it; each is the first of its text."""
    shutil.copytree(DRIFT, folder)
    for sheet, right, wrong, _ in faults:
        path = folder / f"{sheet}.yaml"
        text = path.read_text(encoding="utf-8")
        assert right in text
        path.write_text(text.replace(right, wrong, 1), encoding="utf-8")
    return folder


def line_of(fault, folder):
    """The line on which a fault stands."""
    sheet, _, wrong, _ = fault
    text = (folder / f"{sheet}.yaml").read_text(encoding="utf-8")
    return text[: text.index(wrong)].count("\n") + 1


def test_fifteen_faults_and_one_get_a_sentence_each_with_file_and_line(tmp_path, capsys):
    folder = folder_with(FAULTS, tmp_path / "own")
    assert main(["case", "check", str(folder)]) == 2
    said = capsys.readouterr()
    *sentences, last = said.err.splitlines()
    assert last == f"16 faults in {folder}." and not said.out
    for fault in FAULTS:
        [one] = [text for text in sentences if fault[3] in text]
        at_top = fault[3].startswith(("networks needs",))
        line = line_of(fault, folder)
        assert at_top or one.startswith(f"{folder.as_posix()}/{fault[0]}.yaml, line {line}: ")
    assert len(sentences) == len(FAULTS)


@table("fault", FAULTS, ids=lambda fault: fault[2])
def test_a_fault_alone_gets_one_sentence(fault, tmp_path):
    result = case_check.check(folder_with([fault], tmp_path / "own"))
    assert len(result.faults) == 1 and fault[3] in result.faults[0]
    assert result.case is None


@pytest.mark.parametrize("name", ["facts", "estate", "campaign", "case"])
def test_a_sheet_that_is_missing_is_named(name, tmp_path, capsys):
    folder = folder_with([], tmp_path / "own")
    (folder / f"{name}.yaml").unlink()
    assert main(["case", "check", str(folder)]) == 2
    assert f"{name}.yaml, line 1: cannot be read" in capsys.readouterr().err


def test_a_folder_that_is_not_there_gets_sentences_and_no_traceback(tmp_path, capsys):
    assert main(["case", "check", str(tmp_path / "nowhere")]) == 2
    assert "4 faults in" in capsys.readouterr().err


TEXTS = {name: (NIGHT_FERRY / f"{name}.yaml").read_text("utf-8") for name in cases.SHEETS}


@given(st.sampled_from(cases.SHEETS), st.data(), st.integers(1, 15))
@settings(max_examples=draws(120), derandomize=True, database=None, deadline=None)
def test_a_hole_anywhere_is_no_fault_or_one_that_is_named(tmp_path_factory, sheet, data, length):
    folder = tmp_path_factory.mktemp("hole")
    start = data.draw(st.integers(0, len(TEXTS[sheet]) - 1))
    for name, text in TEXTS.items():
        holed = text[:start] + text[start + length :] if name == sheet else text
        (folder / f"{name}.yaml").write_text(holed, encoding="utf-8")
    result = case_check.check(folder)
    assert (result.case is None) == bool(result.faults)
    for sentence in result.faults:
        assert re.fullmatch(r".*/\w+\.yaml, line \d+: \S.*", sentence, re.DOTALL)


def test_a_sound_case_shows_its_steps_losses_and_silent_logs(capsys):
    assert main(["case", "check", str(DRIFT)]) == 0
    said = capsys.readouterr()
    assert not said.err
    assert said.out.startswith("drift-2025: 69 facts, 16 steps, 6 services, 18 controls that apply")
    assert said.out.count("as told") == 16
    assert re.search(r"secrets  +supplier_hard_keys\n", said.out)
    assert "cf-secrets-in-text      leaves no line in any log" in said.out


def test_a_step_that_ends_otherwise_than_the_ledger_says_is_shown(tmp_path):
    right, wrong = "  supplier_tokens_sealed: false", "  supplier_tokens_sealed: true"
    folder = folder_with([("case", right, wrong, "")], tmp_path / "own")
    case = case_check.check(folder).case
    replay = play(World.historical(case), case=case)
    differing = case_check.differing(replay)
    assert differing[0] == "drift-aws-tokens" and "cf-secrets-in-text" in differing
    assert "the ledger says succeeded: pipeline-key lost" in as_text(case_check.tables(case))


def test_the_smallest_sets_are_all_of_one_size_and_stop_the_loss():
    case = cases.load("drift-2025")
    found = case_check.smallest_sets(case, "cf-0817-bulk-export")
    assert {len(one) for one in found} == {1}
    assert ("bulk_export_approved",) in found and ("hard_keys",) not in found
    assert ("exposed_rotated",) not in found and ("behaviour_checked",) not in found


def test_what_there_is_of_a_case_is_written_the_same_twice(tmp_path, capsys):
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder in folders:
        assert main(["case", "check", str(DRIFT), "--to", str(folder)]) == 0
    assert "timeline.svg, map.svg, tactics.svg, navigator-layer.json" in capsys.readouterr().out
    names = sorted(path.relative_to(folders[0]) for path in folders[0].rglob("*.*"))
    assert len(names) == 11
    for name in names:
        assert (folders[0] / name).read_bytes() == (folders[1] / name).read_bytes(), name
    assert "bulk export" in (folders[0] / "timeline.svg").read_text(encoding="utf-8")
    assert "token-store" in (folders[0] / "map.svg").read_text(encoding="utf-8")


def test_nothing_is_overwritten(tmp_path, capsys):
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    assert main(["case", "check", str(DRIFT), "--to", str(tmp_path)]) == 2
    assert "name an empty folder" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
