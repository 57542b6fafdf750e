"""The checklist to take home, as Markdown and as CSV (lesson 15)."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass

from labutils.incident.sheets import build, read

HEAD = (
    "line",
    "question",
    "answer",
    "how to prove it",
    "shown by",
    "NIST SP 800-53",
    "CIS v8",
)
# What a spreadsheet takes for the begin of a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class ChecklistLine:
    """A question to take home.

    Why (the lesson that shows it), how to prove it, and the controls that it stands for.
    """

    id: str
    ask: str
    lesson: str
    proof: str
    nist: tuple[str, ...]
    cis: tuple[str, ...]


def checklist() -> list[ChecklistLine]:
    """data/checklist.yaml. Raises SheetError, which names the line."""
    return [build(ChecklistLine, row) for row in read("checklist.yaml")["lines"]]


def rows_with_answers(answers: Mapping[str, str]) -> list[list[str]]:
    """The checklist with the learner's answers, as rows.

    Raises KeyError for an answer to a question that is not in it.
    """
    lines = checklist()
    if strangers := sorted(set(answers) - {line.id for line in lines}):
        raise KeyError(f"the checklist has no line {strangers[0]!r}")
    return [list(HEAD), *(_row(line, answers.get(line.id, "")) for line in lines)]


def _row(line: ChecklistLine, answer: str) -> list[str]:
    shown_by, nist, cis = f"lesson {line.lesson}", ", ".join(line.nist), ", ".join(line.cis)
    return [line.id, line.ask, answer, line.proof, shown_by, nist, cis]


def as_markdown(answers: Mapping[str, str]) -> str:
    """The checklist as a Markdown table."""
    head, *rows = [
        [cell.replace("|", "\\|").replace("\n", " ") for cell in row]
        for row in rows_with_answers(answers)
    ]
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


def as_csv(answers: Mapping[str, str]) -> str:
    """The checklist as CSV (RFC 4180). No cell is one that a spreadsheet takes for a formula."""
    out = io.StringIO()
    rows = [
        ["'" + cell if cell.startswith(FORMULA) else cell for cell in row]
        for row in rows_with_answers(answers)
    ]
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return out.getvalue()
