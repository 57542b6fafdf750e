"""Read the records of a CSV file, such as Salesforce event log files, each as a mapping of texts.

A record that is broken costs its own line: a quote too many would else swallow the lines after it.
"""

import csv
from collections import deque
from collections.abc import Iterator

from labutils.hunt.json_stream import LONGEST, NotAnEvent

MOST_LINES = 1_000  # of a record; a field of a real one has some
DELIMITERS = ",;\t"
Record = dict[str, str]


def delimiter(header_line: str) -> str:
    """Return what divides the columns: a comma, a semicolon (as spreadsheets write in much of
    Europe) or a tab, whichever is most frequent in the line that names them."""
    return max(DELIMITERS, key=header_line.count)


def header(line: str) -> list[str] | None:
    """Return the column names of a header line; None if it does not name two or more.

    A name that stands there again gets its number: the Entra portal's CSV has the column
    `Incoming token type` twice, of which the second becomes `Incoming token type (2)`.
    """
    try:
        named = next(csv.reader([line], delimiter=delimiter(line), strict=True), [])
        names = [name.strip().removesuffix(" [UTC]") for name in named]  # so Sentinel exports them
    except csv.Error:
        return None
    if len(names) < 2 or not all(map(_is_name, names)):
        return None
    numbered = [
        f"{name} ({before + 1})" if (before := names[:place].count(name)) else name
        for place, name in enumerate(names)
    ]
    return numbered if len(set(numbered)) == len(names) else None


def _is_name(name: str) -> bool:
    return bool(name) and name.isprintable() and name[0] not in "{["


def records(
    names: list[str], divided_by: str, lines: Iterator[str]
) -> Iterator[Record | NotAnEvent]:
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
        record = _record(names, divided_by, whole)
        if isinstance(record, NotAnEvent):
            waiting.extendleft(reversed(whole[1:]))
        yield record


def _record(names: list[str], divided_by: str, lines: list[str]) -> Record | NotAnEvent:
    if sum(line.count('"') for line in lines) % 2:
        return NotAnEvent("is not CSV: a quote is not closed")
    try:
        rows = list(csv.reader(lines, delimiter=divided_by, strict=True))
    except csv.Error as error:
        return NotAnEvent(f"is not CSV: {error}")
    if len(rows) != 1 or len(rows[0]) != len(names):
        return NotAnEvent(f"has {len(rows[0])} fields, but the first line names {len(names)}")
    return dict(zip(names, rows[0], strict=True))
