"""Write the result of a hunt as one HTML file that can be mailed, with a timeline and no script.

Nothing in it leads anywhere, and all that comes from a rule or a log is escaped.
"""

import html
import math
from datetime import datetime
from pathlib import Path

from labutils.hunt.engine import Hit, Hunt
from labutils.hunt.report import RuleRow, rows, skipped_groups, totals
from labutils.hunt.sources import iso_time
from labutils.text import counted, shown

BEGINS = "<!doctype html>\n<!-- a report of labutils hunt -->\n"
MOST_LANES = 40  # rules in the timeline
MOST_HITS = 100  # of a rule, one by one
MOST_IDS = 20  # events of a hit
MOST_LINES = 200  # of what was refused, and of what was skipped

LEFT, WIDTH, LANE, TOP = 360, 1080, 30, 44  # of the timeline, in pixels
SEVERE = ("critical", "high")
DAY = 86_400
STEPS = (1, 5, 15, 30, 60, 300, 900, 3600, 3 * 3600, 6 * 3600, 12 * 3600, DAY, 2 * DAY, 7 * DAY)

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; color: #222; background: #fff; margin: 2em auto;
  max-width: 1100px; padding: 0 1em; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .3em .6em; border-bottom: 1px solid #ccc;
  overflow-wrap: anywhere; }
td:first-child, th { white-space: nowrap; }
svg { width: 100%; height: auto; font: 14px system-ui, sans-serif; }
code { overflow-wrap: anywhere; }
"""


def cannot_write(path: Path) -> str | None:
    """Return why a report cannot be written here, as the rest of a sentence; None if it can.

    Another report is replaced, any other file is kept.
    """
    try:
        if not path.exists():
            return None if path.parent.is_dir() else "cannot be written: there is no such folder."
        if path.is_file() and path.read_bytes().startswith(BEGINS.encode()):
            return None
    except (OSError, ValueError) as error:
        return f"cannot be written: {getattr(error, 'strerror', None) or error}."
    return "exists and is not a report of a hunt: it is kept. Choose another name."


def as_html(result: Hunt) -> str:
    """Return the report as HTML: a timeline, a table of rules and hits, and what took no part."""
    every = rows(result.hits)
    parts = [
        BEGINS + '<html lang="en"><head><meta charset="utf-8"><title>A hunt</title>',
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "style-src 'unsafe-inline'\">",
        f"<style>{STYLE}</style></head><body>",
        f"<h1>A hunt</h1><p>{_text(totals(result))}</p>",
        *_timeline(every),
        *_rules(every),
        *_list("What to know", result.notes),
        *_list("Rules that were refused", [f"{r.path}: {r.reason}" for r in result.refused]),
        *_list("What was skipped", _skipped(result)),
        "</body></html>",
    ]
    return "\n".join(parts) + "\n"


def _text(value: str, longest: int = 400) -> str:
    """A text for HTML, escaped twice: what does not print, then what means something there."""
    return html.escape(shown(value, longest))


# --- the table ----------------------------------------------------------------------------------


def _rules(every: list[RuleRow]) -> list[str]:
    if not every:
        return ["<p>No rule was true of any event.</p>"]
    heads = ("Level", "Rule, author", "Hits", "Events", "First", "Last")
    return [
        "<h2>Rules</h2><table><thead><tr>",
        *(f"<th>{head}</th>" for head in heads),
        "</tr></thead><tbody>",
        *(line for row in every for line in _rule(row)),
        "</tbody></table>",
    ]


def _rule(row: RuleRow) -> list[str]:
    """A row for the rule, and one that opens for its hits."""
    name = f"{_text(row.title)}<br>by {_text(row.author)}<br><code>{_text(row.rule_id)}</code>"
    numbers = (len(row.hits), row.events, row.first, row.last)
    cells = [row.level, *map(str, numbers)]
    level, *rest = (f"<td>{_text(cell)}</td>" for cell in cells)
    first = row.hits[0]
    return [
        f"<tr>{level}<td>{name}</td>{''.join(rest)}</tr>",
        f"<tr><td></td><td colspan=5><details><summary>{_text(first.event_ids[0])}: "
        f"{_text(first.why)}</summary><ol>",
        *map(_hit, row.hits[:MOST_HITS]),
        f"</ol>{_more(len(row.hits) - MOST_HITS)}</details></td></tr>",
    ]


def _hit(hit: Hit) -> str:
    ids = ", ".join(hit.event_ids[:MOST_IDS])
    more = f" and {len(hit.event_ids) - MOST_IDS} more" if len(hit.event_ids) > MOST_IDS else ""
    when = hit.time or "no time"
    return f"<li>{_text(when)} <code>{_text(ids, 2_000)}</code>{more}: {_text(hit.why)}</li>"


def _list(title: str, lines: list[str]) -> list[str]:
    if not lines:
        return []
    items = [f"<li>{_text(line, 600)}</li>" for line in lines[:MOST_LINES]]
    return [f"<h2>{title}</h2><ul>", *items, f"</ul>{_more(len(lines) - MOST_LINES)}"]


def _more(number: int) -> str:
    return f"<p>... and {number} more</p>" if number > 0 else ""


def _skipped(result: Hunt) -> list[str]:
    lines = []
    for skipped, times in skipped_groups(result):
        where = f", line {skipped.line}" if skipped.line else ""
        lines.append(f"{skipped.file}{where}: {skipped.reason} ({counted(times, 'time')})")
    return lines + ([f"{result.not_named} more, not named"] if result.not_named else [])


# --- the timeline -------------------------------------------------------------------------------


def _timeline(every: list[RuleRow]) -> list[str]:
    """A lane a rule and a mark a hit, over the time from the first hit to the last."""
    lanes = [row for row in every if any(hit.time for hit in row.hits)][:MOST_LANES]
    if not lanes:
        return []
    moments = [_seconds(hit) for row in lanes for hit in row.hits if hit.time]
    scale = _Scale(min(moments), max(moments))
    height = TOP + LANE * len(lanes) + 10
    sentence = _sentence(every, lanes)
    return [
        f'<h2>When</h2><svg viewBox="0 0 {WIDTH} {height}" role="img" '
        f'aria-label="{_text(sentence, 1_000)}">',
        *_ticks(scale, height),
        *(mark for n, row in enumerate(lanes) for mark in _lane(row, TOP + LANE * n, scale)),
        f"</svg><p>{_text(sentence, 1_000)}</p>",
    ]


def _seconds(hit: Hit) -> float:
    return datetime.fromisoformat(hit.time or "").timestamp()


class _Scale:
    """From a time to its place in the picture."""

    def __init__(self, begin: float, end: float):
        self.begin, self.length = begin, max(end - begin, 1.0)

    def x(self, moment: float) -> int:
        return round(LEFT + 12 + (moment - self.begin) / self.length * (WIDTH - LEFT - 60))


def _ticks(scale: _Scale, height: int) -> list[str]:
    """At most seven lines at round times, with the date, and the hour where it is needed."""
    step = next((step for step in STEPS if scale.length / step <= 6), 0)
    step = step or math.ceil(scale.length / 6 / DAY) * DAY
    first = math.ceil(scale.begin / step) * step
    lines = []
    for moment in range(first, math.floor(scale.begin + scale.length) + 1, step):
        x, iso = scale.x(moment), iso_time(moment) or ""
        label = (
            iso[:10] if step >= DAY else f"{iso[5:10]} {iso[11:19] if step < 60 else iso[11:16]}"
        )
        lines.append(f'<line x1="{x}" y1="{TOP - 10}" x2="{x}" y2="{height}" stroke="#ddd"/>')
        lines.append(f'<text x="{x}" y="{TOP - 18}" text-anchor="middle">{label}</text>')
    return lines


def _lane(row: RuleRow, y: int, scale: _Scale) -> list[str]:
    """The name of a rule and its hits; those in one place are one mark."""
    marks: dict[int, list[Hit]] = {}
    for hit in row.hits:
        if hit.time:
            marks.setdefault(scale.x(_seconds(hit)), []).append(hit)
    middle = y + LANE // 2
    fill = "#222" if row.level in SEVERE else "#fff"
    name = _text(_short(row.title))
    lines = [
        f'<line x1="{LEFT}" y1="{middle}" x2="{WIDTH}" y2="{middle}" stroke="#ddd"/>',
        f'<text x="{LEFT - 8}" y="{middle + 5}" text-anchor="end">{name}</text>',
    ]
    for x, hits in marks.items():
        says = f"{row.title}: {counted(len(hits), 'hit')}, {hits[0].time}"
        lines.append(
            f'<circle cx="{x}" cy="{middle}" r="6" fill="{fill}" stroke="#222" stroke-width="2">'
            f"<title>{_text(says)}</title></circle>"
        )
    return lines


def _short(title: str, longest: int = 38) -> str:
    printed = shown(title, 1_000)
    return printed if len(printed) <= longest else printed[: longest - 1] + "…"


def _sentence(every: list[RuleRow], lanes: list[RuleRow]) -> str:
    """What the picture shows, in words."""
    first = min(row.first for row in lanes)
    last = max(row.last for row in lanes if row.last != "no time")
    most = max(lanes, key=lambda row: len(row.hits))
    hits = counted(sum(len(row.hits) for row in lanes), "hit")
    sentence = (
        f"{hits} of {counted(len(lanes), 'rule')}, from {first} to {last} (UTC). The rule with the "
        f"most is {shown(most.title, 100)}, with {len(most.hits)}. A filled mark is a rule of "
        "level high or critical."
    )
    left = len(every) - len(lanes)
    more = counted(left, "more rule is", "more rules are")
    return sentence + (f" {more} in the table only." if left else "")
