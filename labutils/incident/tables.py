"""Format small tables as plain text and as HTML. What comes from a rule or a log is escaped."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from labutils.text import aligned, shown

LONGEST = 160  # characters of a cell


@dataclass(frozen=True)
class Table:
    """A table of texts; an empty `head` means none."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def __str__(self) -> str:
        return as_text([self])

    def _repr_html_(self) -> str:
        return as_html([self])


def as_text(tables: Sequence[Table]) -> str:
    """Return tables one below another as text; those without a row are left out."""
    return "\n\n".join(_lines(table) for table in tables if table.rows)


def _lines(table: Table) -> str:
    cells = [[shown(cell, LONGEST) for cell in row] for row in (table.head, *table.rows) if row]
    lines = [f"  {line}" for line in aligned(cells)]
    return "\n".join([shown(table.title, LONGEST), *lines])


def as_html(tables: Sequence[Table]) -> str:
    """Return the tables as HTML, with left-aligned cells."""
    return "".join(_html(table) for table in tables if table.rows)


def _html(table: Table) -> str:
    head = _row("th", table.head) if table.head else ""
    body = "".join(_row("td", row) for row in table.rows)
    caption = f"<caption style='text-align:left'>{_cell(table.title)}</caption>"
    return f"<table>{caption}<thead>{head}</thead><tbody>{body}</tbody></table>"


def _row(tag: str, cells: Sequence[str]) -> str:
    inner = "".join(f"<{tag} style='text-align:left'>{_cell(cell)}</{tag}>" for cell in cells)
    return f"<tr>{inner}</tr>"


def _cell(text: str) -> str:
    return escape(shown(text, LONGEST))
