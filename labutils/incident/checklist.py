"""Write the checklist to take home: Markdown, CSV, or HTML to print (lesson 15).

`python -m labutils checklist OUT` writes it; the ending of OUT says as what.
"""

import csv
import hashlib
import io
import json
import textwrap
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from html import escape
from itertools import count
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from labutils.sheets import build, read, value
from labutils.text import shown

HEAD = (
    "no.",
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
    "checklist",
)
# What a spreadsheet takes for the begin of a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")
ANSWERS = ("", "yes", "no", "n.a.")  # the last: not applicable
EFFORTS = ("hours", "days", "weeks")
EACH = 14  # days from one line of an owner to the next: a team finishes one a fortnight
LEGEND = (
    "Yes is the good answer to each question. Write yes only with evidence, and n.a. (not "
    "applicable) only with a reason. Priority 1 comes first; effort is the effort of fixing it. "
    "Owners and dates are proposals. Controls are those of NIST SP 800-53 and CIS v8.1."
)


@dataclass(frozen=True)
class ChecklistLine:
    """A question of the checklist, to which yes is the good answer.

    `proof`: what somebody does to prove a yes, and what must be seen. `owner`: who usually owns it.
    `effort`: of the mending. `lesson` shows why. `controls`: those of data/controls.yaml that it
    stands for.
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
    controls: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Id and question, and the proof below them."""
        proof = textwrap.wrap(self.proof, 96, initial_indent="    ", subsequent_indent="    ")
        return "\n".join([f"{self.id}: {self.ask}", *proof])


@dataclass(frozen=True)
class Answer:
    """A team's answer to a line: yes, no or n.a., with evidence, owner and due date.

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
    """Read data/checklist.yaml, the most urgent lines first.

    Raises SheetError, which names the line.
    """
    lines = [build(ChecklistLine, row) for row in read("checklist.yaml")["lines"]]
    return sorted(lines, key=lambda line: (line.priority, EFFORTS.index(line.effort)))


@cache
def version() -> str:
    """Return the edition of the checklist."""
    return f"Anatomy of a Cloud Hack {value(read('checklist.yaml'), 'version', str)}"


def soon() -> list[ChecklistLine]:
    """Return the lines of the first priority that take hours or days to fix."""
    return [line for line in checklist() if line.priority == 1 and line.effort != "weeks"]


def rows(
    answers: Mapping[str, Answer | str] | None = None, begin: date | None = None
) -> list[list[str]]:
    """Return the checklist as rows with a header, and with the answers if there are any.

    A text in place of an Answer is its word alone, such as "no".

    With `begin`, each open line without a date gets one: of each owner one a fortnight, the most
    urgent first. Raises KeyError for an answer to a question that is not in it.
    """
    lines, answers = checklist(), dict(answers or {})
    if strangers := sorted(set(answers) - {line.id for line in lines}):
        known = ", ".join(line.id for line in lines)
        raise KeyError(f"the checklist has no line {strangers[0]!r}; it has {known}")
    words = {name: one if isinstance(one, Answer) else Answer(one) for name, one in answers.items()}
    given = {line.id: words.get(line.id, Answer()) for line in lines}
    due = _due(lines, given, begin)
    return [
        list(HEAD),
        *(_row(number, line, given[line.id], due) for number, line in enumerate(lines, 1)),
    ]


def _due(
    lines: list[ChecklistLine], given: Mapping[str, Answer], begin: date | None
) -> dict[str, str]:
    """Until when each line is due: as was said; else, from `begin` on, in the turn of its owner."""
    due = {name: answer.due for name, answer in given.items()}
    if begin is None:
        return due
    before: Counter[str] = Counter()
    for line in lines:
        answer = given[line.id]
        if not answer.due and answer.answer in ("", "no"):
            owner = answer.owner or line.owner
            before[owner] += 1
            due[line.id] = (begin + timedelta(days=EACH * before[owner])).isoformat()
    return due


def _row(number: int, line: ChecklistLine, given: Answer, due: Mapping[str, str]) -> list[str]:
    return [
        str(number),
        line.id,
        line.ask,
        given.answer,
        line.proof,
        given.evidence,
        given.owner or line.owner,
        due[line.id],
        str(line.priority),
        line.effort,
        line.lesson,
        ", ".join(line.nist),
        ", ".join(f"CIS {number}" for number in line.cis),  # 16.10 alone is 16.1 to a spreadsheet
        version(),
    ]


# --- as Markdown and as CSV, and back -------------------------------------------------------------


def as_markdown(table: list[list[str]]) -> str:
    """Return rows as a Markdown table."""
    cells = [[cell.replace("|", "\\|").replace("\n", " ") for cell in row] for row in table]
    head, *rest = cells
    lines = [head, ["---"] * len(head), *rest]
    body = "".join("| " + " | ".join(line) + " |\n" for line in lines)
    return f"# {TITLE}\n\n{LEGEND}\n\n{body}"


def as_csv(table: list[list[str]]) -> str:
    """Return rows as CSV (RFC 4180), with no cell that a spreadsheet would run as a formula."""
    out = io.StringIO()
    safe = [["'" + cell if cell.startswith(FORMULA) else cell for cell in row] for row in table]
    csv.writer(out, lineterminator="\r\n").writerows(safe)
    return out.getvalue()


def answers_in(path: Path) -> dict[str, Answer]:
    """Read a team's answers from a CSV of the checklist.

    Commas or semicolons separate its columns, which may be in any order. The team's own lines are
    ignored. Raises OSError; and ValueError, which names the line, for what is not an answer.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeError:
        text = path.read_text(encoding="cp1252", errors="replace")  # as some spreadsheets save it
    first = text.partition("\n")[0]
    separator = ";" if first.count(";") > first.count(",") else ","
    table = csv.DictReader(io.StringIO(text), delimiter=separator)
    if not {"line", "yes, no or n.a."} <= set(table.fieldnames or ()):
        raise ValueError("is not a checklist: it has no columns 'line' and 'yes, no or n.a.'")
    known = {line.id: line for line in checklist()}
    answers: dict[str, Answer] = {}
    try:
        for row in table:
            line = known.get((row["line"] or "").strip())
            if line is not None:
                answers[line.id] = _answer(row, line)
    except (ValueError, csv.Error) as error:
        raise ValueError(f"line {table.line_num}: {error}") from error
    return answers


def _answer(row: Mapping[str, str | None], line: ChecklistLine) -> Answer:
    """The answer of a row; an owner who is the proposed one is none. Raises ValueError."""
    word, evidence, owner, due = (
        _without_quote((row.get(name) or "").strip())
        for name in ("yes, no or n.a.", "evidence", "owner", "due")
    )
    return Answer(word.lower(), evidence, "" if owner == line.owner else owner, due)


def _without_quote(cell: str) -> str:
    """A cell without the quote that `as_csv` put before what looks like a formula."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULA) else cell


# --- as a page that prints ------------------------------------------------------------------------

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
        "no.": 8,
        "question": 46,
        "yes, no or n.a.": 13,
        "how to prove a yes": 66,
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
    """Return rows as a page that prints on A4 landscape and makes no network requests."""
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
        f"<p>{LEGEND} {version()}.</p>\n"
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
    """Write rows to a file, in the format of its suffix. Raises KeyError for another suffix."""
    text = FORMATS[path.suffix.lower()](table)
    marked = path.suffix.lower() == ".csv" and not text.isascii()  # for spreadsheets
    path.write_text(text, encoding="utf-8-sig" if marked else "utf-8", newline="")


NOTES = ".checklist.json"  # beside the exports: the SHA-256 of each as it was written


def export(folder: str, answers: Mapping[str, Answer | str], name: str = "team-checklist") -> None:
    """Write the answers to a folder as Markdown, CSV and HTML, and print what was written.

    Where somebody filled in the CSV, its answers go into all three, so that they never disagree.
    Any other file that was changed since it was written is kept under another name.
    """
    place = Path(folder)
    place.mkdir(exist_ok=True)
    notes = _notes(place)
    changed = [
        path
        for path in (place / (name + ending) for ending in FORMATS)
        if path.exists() and notes.get(path.name) != _digest(path)
    ]
    sheet = place / f"{name}.csv"
    if sheet in changed:
        try:
            answers = {**answers, **_filled_in(sheet)}
        except ValueError as error:
            print(f"{folder}/{sheet.name} {error}. Nothing was written; fix that first.")
            return
        print(f"{folder}/{sheet.name}: your answers were read from it.")
    table = rows(answers)
    for path in changed:
        kept = _free(path)
        path.rename(kept)
        print(f"{folder}/{path.name}: it was changed, so it is kept as {kept.name}.")
    for ending in FORMATS:
        path = place / (name + ending)
        write(path, table)
        notes[path.name] = _digest(path)
        print(f"{folder}/{path.name}: {len(table) - 1} lines")
    (place / NOTES).write_text(json.dumps(notes), encoding="utf-8")


def _filled_in(sheet: Path) -> dict[str, Answer]:
    """The answers of a CSV to which something was said. Raises ValueError."""
    return {name: answer for name, answer in answers_in(sheet).items() if answer != Answer()}


def _free(path: Path) -> Path:
    """A name beside a file that no other has: team-checklist.yours.csv, .yours-2.csv, ..."""
    names = (f"{path.stem}.yours{f'-{n}' if n > 1 else ''}{path.suffix}" for n in count(1))
    return next(one for one in map(path.with_name, names) if not one.exists())


def _notes(folder: Path) -> dict[str, str]:
    """File -> SHA-256 when it was written. Empty where the note is missing or is none."""
    try:
        notes = json.loads((folder / NOTES).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return notes if isinstance(notes, dict) else {}


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
