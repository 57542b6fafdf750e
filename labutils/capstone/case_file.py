"""Write a case file to show around: one HTML file with a timeline, a map, claims and the grade.

Each claim has its lines. There is no script and no link, and all that comes from a report or a log
is escaped.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from labutils.capstone import asking
from labutils.capstone.asking import GivenAnswer
from labutils.capstone.board import prose
from labutils.capstone.grading import ReportGrade
from labutils.capstone.lines import LoggedLine, line_of
from labutils.capstone.report import HARMLESS, Claimed, IncidentReport, read_report
from labutils.incident.telemetry import headline
from labutils.lab import iso
from labutils.text import counted, shown

LATEST = 4_000_000_000  # seconds since 1970: what is later is no time of a log
MOST_LINES = 6  # of a claim that are shown
MOST_ON_MAP = 14  # addresses, accounts or logs
LEFT, WIDTH, LANE, TOP = 360, 1000, 28, 40  # of the timeline, in pixels
COLUMNS = (5, 365, 725)  # of the map, where addresses, accounts and logs begin
BOX = 270  # the width of one
VERMILION, GREY = "#D55E00", "#999"  # as in labutils/pictures/canvas.py

BEGINS = "<!doctype html>\n<!-- a case file of labutils capstone -->\n"
STYLE = """
:root { color-scheme: light; }
body { font: 16px/1.5 system-ui, sans-serif; color: #222; background: #fff; margin: 2em auto;
  max-width: 1060px; padding: 0 1em; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .3em .6em; border-bottom: 1px solid #ccc;
  overflow-wrap: anywhere; }
td:first-child { overflow-wrap: normal; }
td.number { text-align: right; white-space: nowrap; }
.scroll { overflow-x: auto; }
svg { min-width: 640px; width: 100%; height: auto; font: 15px system-ui, sans-serif; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font-size: 14px; margin: .3em 0; }
.total { font-size: 2em; font-weight: 600; }
@media print { body { margin: 0; max-width: none; } details > pre { display: block; }
  h2 { break-after: avoid; } tr, svg { break-inside: avoid; } .scroll { overflow: visible; }
  svg { min-width: 0; } }
"""


@dataclass(frozen=True)
class _Shown:
    """A claim with those of its lines that are in the logs."""

    claimed: Claimed
    lines: tuple[LoggedLine, ...]

    @property
    def colour(self) -> str:
        """Of its marks: what the intruder did, or what was harmless."""
        return GREY if self.claimed.what == HARMLESS else VERMILION


def write(path: Path, folder: Path, result: ReportGrade) -> None:
    """Write the case file of a graded report. Raises FileExistsError if there is a file
    that is not a case file, OSError, and Fault."""
    if path.exists() and not (path.is_file() and path.read_bytes().startswith(BEGINS.encode())):
        raise FileExistsError(0, "it exists and is not a case file, so it is kept", str(path))
    path.write_text(as_html(folder, result), encoding="utf-8")


def as_html(folder: Path, result: ReportGrade) -> str:
    """Return the case file of a graded report as HTML.

    Raises Fault where the report cannot be read.
    """
    report = read_report(folder / "report.yaml")
    cited = {event for one in report.claims for event in one.events}
    lines = dict(_cited(folder / "logs", cited))
    some = [
        _Shown(one, tuple(lines[event] for event in one.events if event in lines))
        for one in report.claims
    ]
    some.sort(key=lambda one: min((line.time for line in one.lines), default=0.0))
    parts = [
        BEGINS + '<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width">',
        f"<title>Incident {_text(result.incident)}</title>",
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "style-src 'unsafe-inline'\">",
        f"<style>{STYLE}</style></head><body><main>",
        f"<h1>Incident {_text(result.incident)}</h1>",
        f'<p><span class="total">{result.total:.0f}</span> of 100 points. '
        "A made-up incident, hunted in its logs without being told what had happened.</p>",
        *_words(report, asking.asked(folder)),
        *_timeline(some),
        *_map(some),
        *_claims(some),
        *_conclusions(report),
        *_grade(result),
        *_reference(result),
        "</main></body></html>",
    ]
    return "\n".join(parts) + "\n"


def _words(report: IncidentReport, questions: Sequence[GivenAnswer]) -> list[str]:
    """What the author says in their own words, and what it took."""
    by = f"By {_text(report.author)}. " if report.author else ""
    took = f"{counted(report.hours, 'hour')} of work. " if report.hours else ""
    asked = ", ".join(_text(one.question, 60) for one in questions)
    minutes = sum(one.minutes for one in questions)
    answers = f"Asked, for {counted(minutes, 'minute')}: {asked}." if asked else ""
    lines = [f"<p>{by}{took}{answers}</p>"] if by or took or answers else []
    lines += _paragraphs(report.summary)
    if report.board.strip():
        lines += ["<h2>To the board</h2>", *_paragraphs(prose(report.board))]
    return lines


def _paragraphs(text: str) -> list[str]:
    lines = [one for one in text.splitlines() if one.strip()]
    return [f"<p>{_text(one, 4000)}</p>" for one in lines[:40]]


def _text(value: str, longest: int = 300) -> str:
    """A text for HTML, escaped twice: what does not print, then what means something there."""
    return escape(shown(value, longest))


def _cited(logs: Path, cited: set[str]) -> Iterator[tuple[str, LoggedLine]]:
    """The lines that a report cites, by their ids; what cannot be read is left out."""
    if logs.is_symlink() or not logs.is_dir():
        return
    for path in sorted(logs.glob("*.jsonl")):
        if path.is_symlink() or not path.is_file():
            continue
        with path.open(encoding="utf-8", errors="replace") as opened:
            for number, text in enumerate(opened, 1):
                name = f"{path.stem}:{number}"
                if name in cited and (line := _line(name, text)):
                    yield name, line


def _line(name: str, text: str) -> LoggedLine | None:
    try:
        event: dict[str, Any] = json.loads(text)
        line = line_of(name, event)
        return line if 0 <= line.time < LATEST else None
    except (ArithmeticError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None


# --- timeline ------------------------------------------------------------------------------------


def _timeline(claims: Sequence[_Shown]) -> list[str]:
    """Each claim as a bar from its first line to its last."""
    dated = [one for one in claims if one.lines]
    if not dated:
        return []
    times = [line.time for one in dated for line in one.lines]
    first, last = min(times), max(times)
    height = TOP + LANE * len(dated) + 10

    def across(time: float) -> float:
        return LEFT + (WIDTH - LEFT - 20) * (time - first) / max(last - first, 1)

    marks = [
        f'<text x="{LEFT}" y="24">{iso(int(first))[:16]}</text>',
        f'<text x="{WIDTH - 20}" y="24" text-anchor="end">{iso(int(last))[:16]}</text>',
    ]
    for place, one in enumerate(dated):
        middle = TOP + LANE * place + LANE // 2
        begin, end = (across(pick(line.time for line in one.lines)) for pick in (min, max))
        name = _text(f"{one.claimed.what}, {one.claimed.who}", 44)
        marks += [
            f'<text x="{LEFT - 10}" y="{middle + 5}" text-anchor="end">{name}</text>',
            f'<line x1="{LEFT}" x2="{WIDTH - 20}" y1="{middle}" y2="{middle}" stroke="#ddd"/>',
            f'<rect x="{begin - 4:.1f}" y="{middle - 7}" width="{end - begin + 8:.1f}" '
            f'height="14" rx="5" fill="{one.colour}"/>',
        ]
    label = "Timeline: each claim from its first line to its last"
    return ["<h2>Timeline</h2>", *_svg(label, height, marks)]


def _svg(label: str, height: int, marks: Iterable[str]) -> list[str]:
    return [
        '<div class="scroll" tabindex="0" role="group" aria-label="picture">',
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(label)}">',
        *marks,
        "</svg></div>",
    ]


# --- map -----------------------------------------------------------------------------------------


def _map(claims: Sequence[_Shown]) -> list[str]:
    """From which address which account went where, by the lines of the claims that are about the
    intruder."""
    lines = [line for one in claims if one.claimed.what != HARMLESS for line in one.lines]
    columns = [
        list(dict.fromkeys(names))[:MOST_ON_MAP]
        for names in (
            [line.address for line in lines if line.address],
            [line.who for line in lines if line.who],
            [line.source for line in lines],
        )
    ]
    if not all(columns):
        return []
    row = 44
    height = 30 + row * max(map(len, columns))

    def middle(column: int, name: str) -> int:
        return 32 + row * columns[column].index(name)

    edges: dict[tuple[int, str, str], None] = {}
    for line in lines:
        if line.address in columns[0] and line.who in columns[1]:
            edges[0, line.address, line.who] = None
        if line.who in columns[1] and line.source in columns[2]:
            edges[1, line.who, line.source] = None
    marks = [
        f'<line x1="{COLUMNS[c] + BOX}" y1="{middle(c, a)}" x2="{COLUMNS[c + 1]}" '
        f'y2="{middle(c + 1, b)}" stroke="{VERMILION}" stroke-width="2"/>'
        for c, a, b in edges
    ]
    for column, names in enumerate(columns):
        for name in names:
            y = middle(column, name)
            marks += [
                f'<rect x="{COLUMNS[column]}" y="{y - 16}" width="{BOX}" height="32" rx="6" '
                f'fill="#fff" stroke="#444"/>',
                f'<text x="{COLUMNS[column] + 10}" y="{y + 5}">{_text(name, 32)}</text>',
            ]
    label = "Map: from which address which account appears in which log"
    return ["<h2>Map</h2>", *_svg(label, height, marks)]


# --- claims, conclusions, grade ------------------------------------------------------------------


def _claims(claims: Sequence[_Shown]) -> list[str]:
    """What is claimed; and what was suspected and rejected, with what explains it."""
    held, rejected = [], []
    for one in claims:
        said = one.claimed
        sure = f'<td class="number">{said.percent} %</td><td>{_opened(one)}</td></tr>'
        if said.what == HARMLESS:
            what = said.looked_like or "the intruder"
            names = (what, said.who, said.explained_by or "nothing named")
            rejected.append("<tr>" + "".join(f"<td>{_text(one)}</td>" for one in names) + sure)
        else:
            held.append(f"<tr><td>{_text(said.what)}</td><td>{_text(said.who)}</td>" + sure)
    why = ("it looked like", "of whom", "explained by", "how sure", "lines")
    return [
        *_table("Claims", ("what", "of whom", "how sure", "lines"), held),
        *_table("Considered and rejected", why, rejected),
    ]


def _opened(one: _Shown) -> str:
    """The lines of a claim, to be opened, as HTML."""
    cited = counted(len(one.claimed.events), "line")
    texts = [
        f"{line.id}  {iso(int(line.time))}  {headline(line.source, line.event)}"
        for line in one.lines[:MOST_LINES]
    ]
    more = len(one.claimed.events) - len(texts)
    text = "\n".join(_text(each, 240) for each in texts) + (f"\nand {more} more" if more else "")
    return f"<details><summary>{cited}</summary><pre>{text}</pre></details>" if texts else cited


def _table(title: str, head: Sequence[str], rows: Sequence[str]) -> list[str]:
    if not rows:
        return []
    cells = "".join(f'<th scope="col">{name}</th>' for name in head)
    head_row = f"<thead><tr>{cells}</tr></thead>"
    return [f"<h2>{title}</h2><table>{head_row}<tbody>", *rows, "</tbody></table>"]


def _conclusions(report: IncidentReport) -> list[str]:
    acts = [f"{iso(act.at)} {act.act} {act.what}" for act in report.eviction]
    lists = (
        ("Verdict", [report.verdict]),
        ("Credentials in the intruder's hands", report.credentials),
        ("Made as a way back", report.footholds),
        ("Gone", report.losses),
        ("What nobody can know", report.not_knowable),
        ("Eviction", acts),
        ("Controls for next time", report.controls),
    )
    rows = []
    for title, names in lists:
        named = _text(", ".join(names), 2000) or "nothing named"
        rows.append(f'<tr><th scope="row">{title}</th><td>{named}</td></tr>')
    return ["<h2>Conclusions</h2><table><tbody>", *rows, "</tbody></table>"]


def _grade(result: ReportGrade) -> list[str]:
    rows = []
    for name, part in result.parts.items():
        lost = "".join(f"<li>{_text(reason)}</li>" for reason in part.lost)
        where = f"<ul>{lost}</ul>" if lost else "nothing"
        rows.append(_row(name.replace("_", " "), f"{part.points:.1f} of {part.of}", where))
    if result.forbidden:
        rows.append(_row("claims that nobody can make", f"-{result.forbidden:.0f}", ""))
    return _table("Grade", ("part", "points", "where the others went"), rows)


def _row(name: str, number: str, *more: str) -> str:
    """A row of a table; `more` is HTML."""
    cells = "".join(f"<td>{cell}</td>" for cell in more)
    return f'<tr><td>{_text(name)}</td><td class="number">{number}</td>{cells}</tr>'


def _reference(result: ReportGrade) -> list[str]:
    if not result.reference:
        return []
    totals = {"this report": result.total} | result.reference
    ordered = sorted(totals.items(), key=lambda pair: -pair[1])
    rows = [_row(name, f"{total:.1f}") for name, total in ordered]
    return _table("Beside it: hunters that are programs", ("who", "points"), rows)
