"""Format the result of a hunt: a table for people, JSON for programs, CSV for spreadsheets.

The JSON is what `labutils hunt` promises.
"""

import csv
import io
import json
from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any

from labutils.hunt.engine import Hit, Hunt
from labutils.hunt.reading import Skipped
from labutils.text import counted, shown

LEVELS = ("critical", "high", "medium", "low", "informational", "no level")
MOST_OF_A_CELL = 32_000  # characters; a spreadsheet takes 32,767
NAMED = 20  # of each kind of thing that was refused or skipped, in the report for people


def as_json(result: Hunt) -> str:
    """Return the result of a hunt as ASCII JSON: `hits`, `rules`, `events`, and what was left out.

    `rules` lists what was refused and `events` what was skipped. `skipped_more` counts what was
    skipped beyond the list, `notes` are sentences.
    """
    whole: dict[str, Any] = {
        "hits": [hit_as_json(hit) for hit in result.hits],
        "rules": {
            "loaded": result.loaded,
            "refused": [asdict(refused) for refused in result.refused],
        },
        "events": {
            "read": result.events,
            "skipped": [asdict(skipped) for skipped in result.skipped],
            "skipped_more": result.not_named,
        },
        "notes": result.notes,
    }
    return json.dumps(whole, indent=1)


def hit_as_json(hit: Hit) -> dict[str, Any]:
    """Return a hit as programs read it.

    `why` is a list of `field`, `value` and `item`, the part of the rule that asks for it.
    """
    return {
        "id": hit.id,
        "rule_id": hit.rule_id,
        "title": hit.title,
        "author": hit.author,
        "level": hit.level,
        "source": hit.source,
        "event_ids": list(hit.event_ids),
        "time": hit.time,
        "why": [asdict(matched) for matched in hit.matched],
    }


COLUMNS = (
    *("time", "level", "title", "source", "events", "event_ids", "why"),
    *("author", "rule_id", "id"),
)


def as_csv(result: Hunt) -> str:
    """Return the hits as CSV (RFC 4180), a line each, for spreadsheets and timelines.

    A text that a spreadsheet would compute has an apostrophe before it: it comes from a log.
    """
    table = io.StringIO(newline="")
    writer = csv.writer(table)
    writer.writerow(COLUMNS)
    for hit in result.hits:
        row = hit_as_json(hit) | {"why": hit.why, "events": len(hit.event_ids)}
        row["event_ids"] = " ".join(hit.event_ids)
        writer.writerow(_harmless(row[name]) for name in COLUMNS)
    return table.getvalue().rstrip("\r\n")


def _harmless(value: Any) -> str:
    text = shown("" if value is None else str(value), MOST_OF_A_CELL)
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text


def as_text(result: Hunt) -> str:
    """Return a block for each rule with hits, the most severe first, then what took no part.

    All that comes from a rule or a log is escaped where it does not print.
    """
    lines = _table(result.hits)
    lines += [shown(note, 400) for note in result.notes]
    lines.append(totals(result))
    lines += _refused(result)
    lines += _skipped(result)
    return "\n".join(lines)


def as_line(hit: Hit) -> str:
    """Return a hit in one line, as `--follow` prints it."""
    event = shown(hit.event_ids[0], 80)
    more = f" and {len(hit.event_ids) - 1} more" if len(hit.event_ids) > 1 else ""
    title = f"{shown(hit.title, 100)}, by {shown(hit.author or 'an unnamed author', 100)}"
    when = f"{hit.time or 'no time'}  {hit.level or 'no level'}"
    return f"{when}  {title} | {event}{more} | {hit.why}"


def totals(result: Hunt) -> str:
    """Return how many rules, events and hits there were, in a sentence."""
    rules, events = counted(result.loaded, "rule"), counted(result.events, "event")
    return f"{rules} loaded, {events} read, {counted(len(result.hits), 'hit')}."


# --- for people ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class RuleRow:
    """A rule with hits: its hits in the order of time, and their summary."""

    rule_id: str
    title: str
    author: str
    level: str
    hits: tuple[Hit, ...]

    @property
    def events(self) -> int:
        return len({name for hit in self.hits for name in hit.event_ids})

    @property
    def first(self) -> str:
        return next((hit.time for hit in self.hits if hit.time), "no time")

    @property
    def last(self) -> str:
        return next((hit.time for hit in reversed(self.hits) if hit.time), "no time")


def rows(hits: list[Hit]) -> list[RuleRow]:
    """Return the rules with hits, the most severe first, then by the time of the first hit."""
    by_rule: dict[tuple[str, str], list[Hit]] = {}
    for hit in hits:
        by_rule.setdefault((hit.rule_id, hit.title), []).append(hit)
    every = []
    for group in by_rule.values():
        one = group[0]
        author = one.author or "an unnamed author"
        every.append(RuleRow(one.rule_id, one.title, author, one.level or "no level", tuple(group)))
    return sorted(every, key=lambda row: (LEVELS.index(row.level), row.first))


def _table(hits: list[Hit]) -> list[str]:
    """For each rule: level, events, first and last time, title and author, a line of why."""
    if not hits:
        return []
    lines = [f"{'LEVEL':13}  {'EVENTS':>6}  {'FIRST':24}  {'LAST':24}  RULE, AUTHOR"]
    for row in rows(hits):
        title = f"{shown(row.title, 100)}, by {shown(row.author, 100)}"
        lines.append(f"{row.level:13}  {row.events:6}  {row.first:24}  {row.last:24}  {title}")
        lines.append(f"{'':13}  {shown(row.hits[0].event_ids[0], 80)} | {row.hits[0].why}")
    return [*lines, ""]


def _refused(result: Hunt) -> list[str]:
    if not result.refused:
        return []
    lines = [f"{counted(len(result.refused), 'rule')} refused:"]
    for refused in result.refused[:NAMED]:
        where = f", document {refused.document}" if refused.document else ""
        lines.append(f"  {shown(refused.path, 100)}{where}: {shown(refused.reason, 400)}")
    return lines + _more(len(result.refused) - NAMED)


def _skipped(result: Hunt) -> list[str]:
    if not (result.skipped or result.not_named):
        return []
    lines = [f"{len(result.skipped) + result.not_named} skipped:"]
    groups = skipped_groups(result)
    for skipped, count in groups[:NAMED]:
        where = f", line {skipped.line}" if skipped.line else ""
        more = f" ({count} times)" if count > 1 else ""
        lines.append(f"  {shown(skipped.file, 100)}{where}: {shown(skipped.reason, 200)}{more}")
    return lines + _more(len(groups) - NAMED)


def skipped_groups(result: Hunt) -> list[tuple[Skipped, int]]:
    """Return what was skipped, by file and reason: the first of each and a count, largest first."""
    counts = Counter((skipped.file, skipped.reason) for skipped in result.skipped)
    first: dict[tuple[str, str], Skipped] = {}
    for skipped in result.skipped:
        first.setdefault((skipped.file, skipped.reason), skipped)
    return [(first[key], count) for key, count in counts.most_common()]


def _more(count: int) -> list[str]:
    return [f"  ... and {count} more"] if count > 0 else []
