"""The case file: what it shows, and that nothing in a report or a log means anything in it."""

import json
import re
from pathlib import Path

import pytest

from labutils.capstone.case_file import as_html
from labutils.capstone.folder import fill, number_of
from labutils.capstone.grading import Bench
from labutils.capstone.reference import OMNISCIENT, work_of

HOSTILE = "<script>alert(1)</script>\u202e&\"'"


@pytest.fixture(scope="module")
def folder(bench: Bench, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a report of some true claims."""
    made = tmp_path_factory.mktemp("case")
    fill(made, bench.truth)
    claims = work_of(bench, [OMNISCIENT])[OMNISCIENT].report.claims[:4]
    rows = [
        f"- {{what: {one.what}, who: {one.who}, events: {list(one.events[:8])}, percent: 90}}"
        for one in claims
    ]
    text = f"incident: {number_of(bench.seed)}\nclaims:\n" + "\n".join(rows) + "\n"
    (made / "report.yaml").write_text(text, encoding="utf-8")
    return made


def test_it_shows_timeline_map_claims_with_their_lines_and_grade(
    bench: Bench, folder: Path
) -> None:
    html = as_html(folder, bench.grade(_report(folder), ()))
    for title in ("Timeline", "Map", "Claims", "Conclusions", "Grade"):
        assert f"<h2>{title}</h2>" in html
    assert html.count("<svg") == 2
    assert "support:" in html and "svc-support" in html
    assert any(address in html for address in bench.drawn.addresses)


def _report(folder: Path):  # type: ignore[no-untyped-def]
    from labutils.capstone.report import read_report

    return read_report(folder / "report.yaml")


def test_nothing_from_a_report_or_a_log_becomes_markup(bench: Bench, tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "jira.jsonl").write_text(
        '{"auditType": {"action": "<img src=x>"}, "author": {"name": "<b>x</b>"}, '
        '"source": "<i>", "timestamp": {"epochSecond": 1, "nano": 0}}\nnot json\n[]\n',
        encoding="utf-8",
    )
    (tmp_path / "logs" / "strange.jsonl").write_text("{}\n", encoding="utf-8")
    (tmp_path / "report.yaml").write_text(
        f"incident: {number_of(bench.seed)}\n"
        f"claims:\n- {{what: harmless, who: {json.dumps(HOSTILE)}, percent: 50, "
        "events: ['jira:1', 'jira:2', 'jira:3', 'jira:99', 'strange:1']}\n"
        f"credentials: [{json.dumps(HOSTILE)}]\n",
        encoding="utf-8",
    )
    html = as_html(tmp_path, bench.grade(_report(tmp_path), ()))
    assert "<script" not in html and "<img" not in html and "<b>" not in html
    assert "\u202e" not in html
    assert not re.search(r"<[^>]*(?:href|src)=", html)


def test_what_was_considered_and_rejected_has_a_table_of_its_own(
    bench: Bench, tmp_path: Path
) -> None:
    (tmp_path / "report.yaml").write_text(
        f"incident: {number_of(bench.seed)}\n"
        "claims:\n- {what: harmless, who: j.weber, percent: 90, events: ['jira:1'], "
        "explained_by: CHG-4000, looked_like: pages-taken}\n",
        encoding="utf-8",
    )
    html = as_html(tmp_path, bench.grade(_report(tmp_path), ()))
    table = html.partition("<h2>Considered and rejected</h2>")[2].partition("</table>")[0]
    assert "<td>pages-taken</td><td>j.weber</td><td>CHG-4000</td>" in table
    assert "<h2>Claims</h2>" not in html


def test_it_needs_no_logs(bench: Bench, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "report.yaml").write_bytes((folder / "report.yaml").read_bytes())
    html = as_html(tmp_path, bench.grade(_report(tmp_path), ()))
    assert "<svg" not in html and "<h2>Claims</h2>" in html


def test_a_linked_folder_of_logs_is_not_read(bench: Bench, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "report.yaml").write_bytes((folder / "report.yaml").read_bytes())
    (tmp_path / "logs").symlink_to(folder / "logs")
    assert "<svg" not in as_html(tmp_path, bench.grade(_report(tmp_path), ()))


def test_a_time_that_is_none_costs_its_line_alone(
    bench: Bench, folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "report.yaml").write_bytes((folder / "report.yaml").read_bytes())
    (tmp_path / "logs").mkdir()
    lines = (folder / "logs" / "support.jsonl").read_text(encoding="utf-8").splitlines()
    broken = '{"time": "9999-12-31T23:59:59Z", "user": "x", "address": "y", "type": "request"}'
    (tmp_path / "logs" / "support.jsonl").write_text(
        "\n".join([broken] * len(lines)), encoding="utf-8"
    )
    assert "<h2>Claims</h2>" in as_html(tmp_path, bench.grade(_report(tmp_path), ()))
