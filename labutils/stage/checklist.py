"""The checklist to take home, as Markdown, as CSV, and as a sheet of HTML that prints (lesson 15).

`python -m labutils checklist OUT` writes it; the ending of OUT says as what.
"""

import csv
import io
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from html import escape
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from labutils.incident.sheets import build, read

HEAD = (
    "line",
    "question",
    "yes or no",
    "how to prove a yes",
    "evidence",
    "owner",
    "due",
    "priority",
    "effort",
    "lesson",
    "NIST SP 800-53",
    "CIS v8.1",
)
# What a spreadsheet takes for the begin of a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")
ID = re.compile(r"[A-Z]{2}-\d+|CIS \d+\.\d+")  # of NIST, or of CIS
DAYS = MappingProxyType({1: 30, 2: 90, 3: 180})  # until a line of this priority is due


@dataclass(frozen=True)
class ChecklistLine:
    """One question, to which yes is the good answer.

    `proof`: what somebody does to prove a yes, and what must be seen. `owner`: who usually owns it.
    `effort`: of the mending. `lesson` shows why.
    """

    id: str
    ask: str
    lesson: str
    proof: str
    priority: int
    effort: Literal["hours", "days", "weeks"]
    owner: str
    nist: tuple[str, ...]
    cis: tuple[str, ...]


@dataclass(frozen=True)
class Answer:
    """What a team says to a line: yes or no, its evidence, who owns it, and until when."""

    answer: str = ""
    evidence: str = ""
    owner: str = ""
    due: str = ""


def checklist() -> list[ChecklistLine]:
    """data/checklist.yaml, the most urgent first. Raises SheetError, which names the line."""
    lines = [build(ChecklistLine, row) for row in read("checklist.yaml")["lines"]]
    return sorted(lines, key=lambda line: line.priority)


def rows(answers: Mapping[str, Answer] | None = None, begin: date | None = None) -> list[list[str]]:
    """The checklist as rows, with its head, with the answers where there are some.

    With `begin`, each line without a date is due so many days later as its priority says. Raises
    KeyError for an answer to a question that is not in it.
    """
    lines, answers = checklist(), dict(answers or {})
    if strangers := sorted(set(answers) - {line.id for line in lines}):
        raise KeyError(f"the checklist has no line {strangers[0]!r}")
    return [list(HEAD), *(_row(line, answers.get(line.id, Answer()), begin) for line in lines)]


def _row(line: ChecklistLine, given: Answer, begin: date | None) -> list[str]:
    due = given.due
    if not due and begin is not None:
        due = (begin + timedelta(days=DAYS[line.priority])).isoformat()
    return [
        line.id,
        line.ask,
        given.answer,
        line.proof,
        given.evidence,
        given.owner or line.owner,
        due,
        str(line.priority),
        line.effort,
        line.lesson,
        ", ".join(line.nist),
        ", ".join(f"CIS {number}" for number in line.cis),  # 16.10 alone is 16.1 to a spreadsheet
    ]


def as_markdown(table: list[list[str]]) -> str:
    """Rows as a Markdown table."""
    cells = [[cell.replace("|", "\\|").replace("\n", " ") for cell in row] for row in table]
    head, *rest = cells
    lines = [head, ["---"] * len(head), *rest]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


def as_csv(table: list[list[str]]) -> str:
    """Rows as CSV (RFC 4180). No cell is one that a spreadsheet takes for a formula."""
    out = io.StringIO()
    safe = [["'" + cell if cell.startswith(FORMULA) else cell for cell in row] for row in table]
    csv.writer(out, lineterminator="\r\n").writerows(safe)
    return out.getvalue()


TITLE = "Sessions, tokens and service accounts: a checklist"
STYLE = """
@page { size: A4 landscape; margin: 10mm; }
body { font: 9pt/1.3 sans-serif; color: #000; background: #fff; margin: 0 auto; max-width: 277mm; }
h1 { font-size: 14pt; margin: 0 0 2mm; }
p { margin: 0 0 3mm; }
table { border-collapse: collapse; width: calc(100% - 1mm); table-layout: fixed; }
thead { display: table-header-group; }
tr { break-inside: avoid; }
th, td { border: 0.3mm solid #666; padding: 1mm; text-align: left; vertical-align: top;
  overflow-wrap: anywhere; }
th { background: #eee; font-size: 8pt; }
"""
WIDTHS = (20, 45, 12, 60, 25, 19, 20, 14, 13, 13, 14, 17)  # millimetres


def as_html(table: list[list[str]]) -> str:
    """Rows as a page that prints on A4 across. It asks the network for nothing."""
    head, *rest = table
    columns = "".join(f'<col style="width:{width}mm">' for width in WIDTHS)
    heads = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in head)
    body = "\n".join(
        "<tr>" + "".join(f"<td>{_lines(cell)}</td>" for cell in row) + "</tr>" for row in rest
    )
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f"<title>{TITLE}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<h1>{TITLE}</h1>\n"
        "<p>Yes is the good answer to each question. Write yes only beside evidence. "
        "Owners and dates are proposals.</p>\n"
        f"<table>\n<colgroup>{columns}</colgroup>\n<thead><tr>{heads}</tr></thead>\n"
        f"<tbody>\n{body}\n</tbody>\n</table>\n</body>\n</html>\n"
    )


def _lines(cell: str) -> str:
    """A cell as HTML. Where it holds ids alone, a line each, so that none is broken."""
    ids = cell.split(", ")
    return "<br>".join(ids).replace(" ", "&nbsp;") if all(map(ID.fullmatch, ids)) else escape(cell)


FORMATS: Mapping[str, Callable[[list[list[str]]], str]] = MappingProxyType(
    {".md": as_markdown, ".csv": as_csv, ".html": as_html}
)


def write(path: Path, table: list[list[str]]) -> None:
    """Write rows to a file, as its ending says. Raises KeyError for another ending."""
    text = FORMATS[path.suffix.lower()](table)
    marked = path.suffix.lower() == ".csv" and not text.isascii()  # for spreadsheets
    path.write_text(text, encoding="utf-8-sig" if marked else "utf-8", newline="")


def export(folder: str, name: str, table: list[list[str]]) -> None:
    """Write rows to a file of that name in a folder, which is made where it is missing."""
    Path(folder).mkdir(exist_ok=True)
    write(Path(folder) / name, table)
    print(f"{folder}/{name}: {len(table) - 1} lines")
