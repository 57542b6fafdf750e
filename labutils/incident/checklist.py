"""The checklist to take home, as Markdown, as CSV, and as a sheet of HTML that prints (lesson 15).

`python -m labutils checklist OUT` writes it; the ending of OUT says as what.
"""

import csv
import hashlib
import io
import json
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from html import escape
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from labutils.sheets import build, read
from labutils.text import shown

HEAD = (
    "line",
    "question",
    "yes, no or n.a.",
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
ANSWERS = ("", "yes", "no", "n.a.")  # the last: not applicable
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

    def __str__(self) -> str:
        """Id and question, and the proof below them."""
        proof = textwrap.wrap(self.proof, 96, initial_indent="    ", subsequent_indent="    ")
        return "\n".join([f"{self.id}: {self.ask}", *proof])


@dataclass(frozen=True)
class Answer:
    """What a team says to a line: yes, no or n.a., its evidence, who owns it, and until when.

    Raises ValueError for another answer, and for a yes or n.a. with nothing to show for it.
    """

    answer: str = ""
    evidence: str = ""
    owner: str = ""
    due: str = ""

    def __post_init__(self) -> None:
        if self.answer not in ANSWERS:
            known = ", ".join(map(repr, ANSWERS[1:]))
            raise ValueError(f"answer must be one of {known}, not {shown(repr(self.answer), 40)}")
        if self.answer in ("yes", "n.a.") and not self.evidence.strip():
            what = "what was seen" if self.answer == "yes" else "why not"
            raise ValueError(f"{self.answer!r} needs evidence: say {what}")


def checklist() -> list[ChecklistLine]:
    """data/checklist.yaml, the most urgent first. Raises SheetError, which names the line."""
    lines = [build(ChecklistLine, row) for row in read("checklist.yaml")["lines"]]
    return sorted(lines, key=lambda line: line.priority)


def soon() -> list[ChecklistLine]:
    """The lines of the first priority whose mending takes hours or days."""
    return [line for line in checklist() if line.priority == 1 and line.effort != "weeks"]


def rows(
    answers: Mapping[str, Answer | str] | None = None, begin: date | None = None
) -> list[list[str]]:
    """The checklist as rows, with its head, with the answers where there are some.

    A text in place of an Answer is its word alone, such as "no".

    With `begin`, each line without a date is due so many days later as its priority says. Raises
    KeyError for an answer to a question that is not in it.
    """
    lines, answers = checklist(), dict(answers or {})
    if strangers := sorted(set(answers) - {line.id for line in lines}):
        known = ", ".join(line.id for line in lines)
        raise KeyError(f"the checklist has no line {strangers[0]!r}; it has {known}")
    given = {name: one if isinstance(one, Answer) else Answer(one) for name, one in answers.items()}
    return [list(HEAD), *(_row(line, given.get(line.id, Answer()), begin) for line in lines)]


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
.blanks { display: flex; gap: 8mm; margin: 4mm 0; }
.blanks span { flex: 1; border-bottom: 0.3mm solid #666; }
table { border-collapse: collapse; width: calc(100% - 1mm); table-layout: fixed; }
thead { display: table-header-group; }
tr { break-inside: avoid; }
th, td { border: 0.3mm solid #666; padding: 1mm; text-align: left; vertical-align: top;
  overflow-wrap: anywhere; }
th { background: #eee; font-size: 8pt; }
"""
PRINTED = MappingProxyType(  # the columns of the page, and their widths in millimetres
    {
        "question": 48,
        "yes, no or n.a.": 13,
        "how to prove a yes": 72,
        "evidence": 50,
        "owner": 18,
        "due": 19,
        "priority": 14,
        "effort": 13,
        "lesson": 12,
        "controls": 17,
    }
)
BLANKS = ("Company", "Date", "Filled in by")  # lines to write on


def as_html(table: list[list[str]]) -> str:
    """Rows as a page that prints on A4 landscape. It asks the network for nothing."""
    columns = "".join(f'<col style="width:{width}mm">' for width in PRINTED.values())
    heads = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in PRINTED)
    body = "\n".join(
        "<tr>" + "".join(f"<td>{cell}</td>" for cell in _printed(row)) + "</tr>"
        for row in table[1:]
    )
    blanks = "".join(f"<span>{name}:</span>" for name in BLANKS)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f"<title>{TITLE}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<h1>{TITLE}</h1>\n"
        f'<p class="blanks">{blanks}</p>\n'
        "<p>Yes is the good answer to each question. Write yes only beside evidence, and n.a. (not "
        "applicable) only beside a reason. Owners and dates are proposals. Controls are those of "
        "NIST SP 800-53 and CIS v8.1.</p>\n"
        f"<table>\n<colgroup>{columns}</colgroup>\n<thead><tr>{heads}</tr></thead>\n"
        f"<tbody>\n{body}\n</tbody>\n</table>\n</body>\n</html>\n"
    )


def _printed(row: list[str]) -> list[str]:
    """The cells of a row as HTML, a line for each control."""
    cells = dict(zip(HEAD, row, strict=True))
    ids = f"{cells['NIST SP 800-53']}, {cells['CIS v8.1']}".strip(", ").split(", ")
    cells["controls"] = "\n".join(ids)
    return [
        escape(cells[name]).replace("\n", "<br>") if name == "controls" else escape(cells[name])
        for name in PRINTED
    ]


FORMATS: Mapping[str, Callable[[list[list[str]]], str]] = MappingProxyType(
    {".md": as_markdown, ".csv": as_csv, ".html": as_html}
)


def write(path: Path, table: list[list[str]]) -> None:
    """Write rows to a file, as its ending says. Raises KeyError for another ending."""
    text = FORMATS[path.suffix.lower()](table)
    marked = path.suffix.lower() == ".csv" and not text.isascii()  # for spreadsheets
    path.write_text(text, encoding="utf-8-sig" if marked else "utf-8", newline="")


NOTES = ".checklist.json"  # beside the exports: the SHA-256 of each as it was written


def export(folder: str, answers: Mapping[str, Answer | str], name: str = "team-checklist") -> None:
    """Write the answers to a folder as Markdown, CSV and HTML, and say so.

    A file that was changed since it was written is kept.
    """
    place, table = Path(folder), rows(answers)
    place.mkdir(exist_ok=True)
    notes = _notes(place)
    for ending in FORMATS:
        path = place / (name + ending)
        if path.exists() and notes.get(path.name) != _digest(path):
            print(f"{folder}/{path.name}: kept. It was changed; rename it to get a new one.")
            continue
        write(path, table)
        notes[path.name] = _digest(path)
        print(f"{folder}/{path.name}: {len(table) - 1} lines")
    (place / NOTES).write_text(json.dumps(notes), encoding="utf-8")


def _notes(folder: Path) -> dict[str, str]:
    """File -> SHA-256 when it was written. Empty where the note is missing or is none."""
    try:
        notes = json.loads((folder / NOTES).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return notes if isinstance(notes, dict) else {}


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
