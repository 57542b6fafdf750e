"""A report is looked at before it is graded: names and lines that stand nowhere are named."""

from pathlib import Path

import pytest

from labutils.__main__ import main
from labutils.capstone.checking import check
from labutils.capstone.folder import fill, number_of
from labutils.capstone.grading import Bench

RULE = """title: Anybody signs in at the tracker
id: 8d1f5c0e-94b3-5f6e-8f0b-6a3c0f2f7d12
logsource: {product: atlassian, service: audit}
detection: {selection: {auditType.action: User logged in}, condition: selection}
level: low
"""


@pytest.fixture
def folder(bench: Bench, tmp_path: Path) -> Path:
    made = tmp_path / "incident"
    fill(made, bench.truth)
    return made


def test_an_empty_report_can_be_graded(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["capstone", "check", str(folder)]) == 0
    assert "can be graded" in capsys.readouterr().out


def test_each_name_that_stands_nowhere_is_named(
    bench: Bench, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    token = f"{bench.drawn.company.words['planning']}-token"
    (folder / "report.yaml").write_text(
        f"incident: {number_of(bench.seed)}\n"
        "claims: [{what: mail-read, who: a.b, events: ['jira:1', 'okta:99999', x, 'jira:0']"
        ", percent: 60}]\n"
        f"credentials: [{token}, ledgerkey]\n"
        f"eviction: [{{act: replace, what: {token}x, at: '2030-01-01T00:00:00Z'}}]\n"
        "controls: [service_token_bound, sessions_bound]\n",
        encoding="utf-8",
    )
    faults = check(folder).faults
    assert len(faults) == 6
    named = (
        "okta:99999",
        "x is not a line",
        "jira:0",
        "ledgerkey",
        f"{token}x",
        "service_token_bound",
    )
    for name in named:
        assert any(name in fault for fault in faults), name
    assert main(["capstone", "check", str(folder)]) == 2
    assert "6 faults in" in capsys.readouterr().err


def test_rules_are_tried_on_the_month_that_is_there(folder: Path) -> None:
    (folder / "rules" / "one.yml").write_text(RULE, encoding="utf-8")
    (folder / "rules" / "broken.yml").write_text("title: [", encoding="utf-8")
    found = check(folder)
    assert len(found.faults) == 1 and "broken.yml" in found.faults[0]
    assert "Anybody signs in at the tracker: " in found.notes[0] and "hits" in found.notes[0]


def test_it_says_nothing_of_what_is_true(bench: Bench, folder: Path) -> None:
    found = check(folder)
    said = " ".join([*found.faults, *found.notes])
    assert not any(address in said for address in bench.drawn.addresses)
