"""Write texts and tables as HTML, for the pages and for the debrief."""

from collections.abc import Iterable, Sequence
from html import escape

from labutils.text import shown


def text(value: object, longest: int = 300) -> str:
    """Return a text for HTML, escaped twice: for what does not print, then for HTML."""
    return escape(shown(str(value), longest))


def table(head: Sequence[str], rows: Iterable[str], label: str) -> str:
    """Return a table in HTML; `rows` are HTML."""
    cells = "".join(f'<th scope="col">{text(name)}</th>' for name in head)
    return (
        f'<div class="scroll" tabindex="0" role="group" aria-label="{text(label)}"><table>'
        f"<thead><tr>{cells}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


def row(*cells: str) -> str:
    """Return a row of a table in HTML."""
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"
