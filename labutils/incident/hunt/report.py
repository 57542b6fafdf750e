"""What a hunt says: a table for people, and JSON for programs (the contract of `labutils hunt`)."""

import json
from collections import Counter
from dataclasses import asdict
from typing import Any

from labutils.incident.hunt.engine import Hit, Hunt
from labutils.incident.hunt.reading import Skipped
from labutils.text import shown

LEVELS = ("critical", "high", "medium", "low", "informational", "")
NAMED = 20  # of each kind of thing that was refused or skipped, in the report for people


def as_json(result: Hunt) -> str:
    """`hits`, `rules` and `events`, each with what was refused or skipped; ASCII alone.

    `skipped_more` counts what was skipped beyond the list, `notes` are sentences.
    """
    whole: dict[str, Any] = {
        "hits": [_hit(hit) for hit in result.hits],
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


def _hit(hit: Hit) -> dict[str, Any]:
    return {
        "rule_id": hit.rule_id,
        "title": hit.title,
        "author": hit.author,
        "level": hit.level,
        "source": hit.source,
        "event_ids": list(hit.event_ids),
        "time": hit.time,
    }


def as_text(result: Hunt) -> str:
    """A block for each rule that was true, the most severe first, then what took no part.

    All that comes from a rule or a log is escaped where it does not print.
    """
    lines = _table(result.hits)
    lines += [shown(note, 400) for note in result.notes]
    rules, events = _count(result.loaded, "rule"), _count(result.events, "event")
    lines.append(f"{rules} loaded, {events} read, {_count(len(result.hits), 'hit')}.")
    lines += _refused(result)
    lines += _skipped(result)
    return "\n".join(lines)


def _count(number: int, what: str) -> str:
    return f"{number} {what}" + ("" if number == 1 else "s")


def _table(hits: list[Hit]) -> list[str]:
    """For each rule: level, events, first and last time, title and author, a line of why."""
    by_rule: dict[tuple[str, str], list[Hit]] = {}
    for hit in hits:
        by_rule.setdefault((hit.rule_id, hit.title), []).append(hit)
    if not by_rule:
        return []
    lines = [f"{'LEVEL':13}  {'EVENTS':>6}  {'FIRST':24}  {'LAST':24}  RULE, AUTHOR"]
    for group in sorted(by_rule.values(), key=_severity):
        first = group[0]
        times = sorted(hit.time for hit in group if hit.time)
        begin, end = (times[0], times[-1]) if times else ("no time", "no time")
        events = len({name for hit in group for name in hit.event_ids})
        title = f"{shown(first.title, 100)}, by {shown(first.author or 'an unnamed author', 100)}"
        lines.append(f"{first.level or 'no level':13}  {events:6}  {begin:24}  {end:24}  {title}")
        lines.append(f"{'':13}  {shown(first.event_ids[0], 80)} | {first.why}")
    return [*lines, ""]


def _severity(group: list[Hit]) -> tuple[int, str]:
    times = sorted(hit.time for hit in group if hit.time)
    return LEVELS.index(group[0].level), times[0] if times else "~"


def _refused(result: Hunt) -> list[str]:
    if not result.refused:
        return []
    lines = [f"{_count(len(result.refused), 'rule')} refused:"]
    for refused in result.refused[:NAMED]:
        lines.append(f"  {shown(refused.path, 100)}: {shown(refused.reason, 400)}")
    return lines + _more(len(result.refused) - NAMED)


def _skipped(result: Hunt) -> list[str]:
    """What was skipped, by file and reason, with how often and where first."""
    total = len(result.skipped) + result.not_named
    if not total:
        return []
    counts = Counter((skipped.file, skipped.reason) for skipped in result.skipped)
    first: dict[tuple[str, str], Skipped] = {}
    for skipped in result.skipped:
        first.setdefault((skipped.file, skipped.reason), skipped)
    lines = [f"{total} skipped:"]
    for (file, reason), count in counts.most_common(NAMED):
        line = first[file, reason].line
        where = f", line {line}" if line else ""
        more = f" ({count} times)" if count > 1 else ""
        lines.append(f"  {shown(file, 100)}{where}: {shown(reason, 200)}{more}")
    return lines + _more(len(counts) - NAMED)


def _more(count: int) -> list[str]:
    return [f"  ... and {count} more"] if count > 0 else []
