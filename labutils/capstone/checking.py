"""Check a report and its rules without knowing the truth.

It finds names that occur nowhere, lines that do not exist, and rules that cannot be used.
"""

import csv
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from labutils.capstone import world
from labutils.capstone.grading import rule_files
from labutils.capstone.lines import ADDRESSES, line_of, made_by
from labutils.capstone.report import IncidentReport, read_report, text_of
from labutils.hunt.engine import hunt_with
from labutils.hunt.rules import load
from labutils.text import counted, shown

CONTROL = re.compile(r"(?m)^- `(\w+)`: ")


@dataclass
class ReportCheck:
    """The faults of a report, as sentences, and what the rules find in the learner's own month."""

    faults: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def check(folder: Path) -> ReportCheck:
    """Check the report and the rules in a folder.

    Raises Fault where the report cannot be read, and OSError.
    """
    report = read_report(folder / "report.yaml")
    found = ReportCheck(list(_faults(report, folder)))
    ruleset = load(rule_files(folder / "rules"))
    found.faults += [f"{shown(one.path)}: {one.reason}" for one in ruleset.refused]
    if ruleset.rules:
        hits = Counter(hit.title for hit in hunt_with(ruleset, [folder / "logs"]).hits)
        found.notes = [
            f"{shown(title, 80)}: {counted(number, 'hit')} in your month"
            for title, number in hits.items()
        ] or ["No rule has a hit in your month."]
    return found


def _faults(report: IncidentReport, folder: Path) -> Iterator[str]:
    yield from _of_claims(report, folder / "logs")
    inventory = set(_inventory(folder / "tables" / "credentials.csv"))
    acts = [act for act in report.eviction if act.act in ("replace", "revoke")]
    tickets = {row["id"] for row in _rows(folder / "tables" / "tickets.csv")}
    named = [one.explained_by for one in report.claims if one.explained_by.startswith("CHG-")]
    known = (
        ("explained_by", named, tickets, "is not in tables/tickets.csv"),
        ("credentials", report.credentials, inventory, "is not in tables/credentials.csv"),
        ("eviction", [act.what for act in acts], inventory, "is not in tables/credentials.csv"),
        (
            "footholds",
            report.footholds,
            _made_in(folder / "logs"),
            "is made in no log",
        ),
        ("controls", report.controls, _choices(folder / "estate.md"), "is none of estate.md"),
    )
    for part, names, among, fault in known:
        for name in names:
            if name not in among:
                yield f"{part}: {shown(name, 60)} {fault}"


def _of_claims(report: IncidentReport, logs: Path) -> Iterator[str]:
    """A sentence for each line that a claim names and that there is none of."""
    files = (path for path in sorted(logs.glob("*.jsonl")) if path.is_file())
    lines = {path.stem: _lines_in(path) for path in files}
    for claim in report.claims:
        for event in claim.events:
            log, _, number = event.rpartition(":")
            if not number.isdecimal() or not 0 < int(number) <= lines.get(log, 0):
                yield f"{claim.what} of {shown(claim.who, 60)}: {shown(event, 60)} is not a line"


def _choices(path: Path) -> set[str]:
    """The controls that the company could choose."""
    return set(CONTROL.findall(text_of(path)))


def _made_in(logs: Path) -> set[str]:
    """Everything that a line of the logs makes, as a report names it."""
    known = (one for one in world.lines(logs) if one[0].rpartition(":")[0] in ADDRESSES)
    return {made_by(line_of(name, event)) for name, event in known}


def _lines_in(path: Path) -> int:
    with path.open("rb") as file:
        return sum(1 for _ in file)


def _inventory(path: Path) -> list[str]:
    return [row["credential"] for row in _rows(path)]


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
