"""Read the records of a CSV file, such as Salesforce event log files, each as a mapping of texts.

A record that is broken costs its own line: a quote too many would else swallow the lines after it.
"""

import csv
from collections import deque
from collections.abc import Iterator

from labutils.hunt.json_stream import LONGEST, NotAnEvent

MOST_LINES = 1_000  # of a record; a field of a real one has some
Record = dict[str, str]


def header(line: str) -> list[str] | None:
    """Return the column names of a header line; None if it does not name two or more, each once."""
    try:
        named = next(csv.reader([line], strict=True), [])
        names = [name.strip().removesuffix(" [UTC]") for name in named]  # so Sentinel exports them
    except csv.Error:
        return None
    all_named = all(name and name.isprintable() and name[0] not in "{[" for name in names)
    return names if len(names) > 1 and all_named and len(set(names)) == len(names) else None


def records(names: list[str], lines: Iterator[str]) -> Iterator[Record | NotAnEvent]:
    """Yield the records after the header in order, and a NotAnEvent for each broken one."""
    csv.field_size_limit(LONGEST)  # of the whole process; more than its own
    waiting: deque[str] = deque()

    def line() -> str | None:
        return waiting.popleft() if waiting else next(lines, None)

    while (first := line()) is not None:
        if not first.strip():
            continue
        whole, quotes = [first], first.count('"')
        while quotes % 2 and len(whole) < MOST_LINES and (more := line()) is not None:
            whole.append(more)
            quotes += more.count('"')
        record = _record(names, whole)
        if isinstance(record, NotAnEvent):
            waiting.extendleft(reversed(whole[1:]))
        yield record


def _record(names: list[str], lines: list[str]) -> Record | NotAnEvent:
    if sum(line.count('"') for line in lines) % 2:
        return NotAnEvent("is not CSV: a quote is not closed")
    try:
        rows = list(csv.reader(lines, strict=True))
    except csv.Error as error:
        return NotAnEvent(f"is not CSV: {error}")
    if len(rows) != 1 or len(rows[0]) != len(names):
        return NotAnEvent(f"has {len(rows[0])} fields, but the first line names {len(names)}")
    return dict(zip(names, rows[0], strict=True))
