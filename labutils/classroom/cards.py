"""Show what happens in the lab: a request as it was sent, and lines of a log.

Each is lines of text, which are stored and compared; and a card where somebody works.
"""

from collections.abc import Mapping, Sequence
from html import escape
from textwrap import fill
from typing import TYPE_CHECKING

from labutils.classroom import panel
from labutils.classroom.progress import WIDTH
from labutils.pictures import look
from labutils.text import aligned

if TYPE_CHECKING:
    from labutils.lab import Exchange

ROOM = 26  # characters beside each other in a table that a phone shows
WHOLE = ' class="lu-whole"'  # what no screen cuts
LINE = 72  # characters of a header that are shown
Rows = Sequence[Mapping[str, object]]
Cell = tuple[str, object]  # a column, and a value in it


def show(text: str, html: str, kind: str = "", label: str = "") -> None:
    """Show a card, or its text where no card is wanted. What is in the HTML was escaped before."""
    if not panel.wanted():
        print(text)
        return
    card = look.card(f"<div data-told>{html}</div>", kind, escape(label))
    panel.put({"text/plain": text, "text/html": card})


def show_request(exchange: "Exchange", who: str = "") -> None:
    """Show a request as it was sent, and its answer; what proves the sender stands out.

    `who` is the person, where that is not the client's name; *You* send.
    """
    who = who or exchange.client.title()
    who = f"{who} {'send' if who == 'You' else 'sends'}, from {exchange.ip}"
    _, _, address = exchange.url.partition("://")
    host, _, path = address.partition("/")
    first = [f"{exchange.method} /{shortened(path)} HTTP/1.1", f"Host: {host}"]
    proof = [
        f"{name.title()}: {shortened(text)}"
        for name, text in exchange.request_headers
        if name in ("authorization", "cookie", "dpop")
    ]
    body = exchange.request_body and shortened(exchange.request_body)
    leads_to = exchange.header("location")
    answer = (
        f"Location: {shortened(leads_to)}" if leads_to else shortened(exchange.response_body, 400)
    )
    text = "\n".join(filter(None, [who, *first, *proof, body]))
    hot = "".join(f'\n<span class="lu-hot">{escape(line)}</span>' for line in proof)
    sent = escape("\n".join(first)) + hot + (f"\n\n{escape(body)}" if body else "")
    html = (
        f'<pre tabindex="-1">{sent}</pre><div class="lu-answer"><span class="lu-big">'
        f"{exchange.status}</span><code>{escape(answer)}</code></div>"
    )
    show(f"{text}\n\n{exchange.status} {answer}".rstrip(), html, "lu-request", who)


def shortened(text: str, most: int = LINE) -> str:
    """Return a long text with its middle left out: its beginning and its end tell two apart."""
    return text if len(text) <= most else f"{text[: most - 13]}…{text[-12:]}"


def show_log(
    rows: Rows, label: str, *, lit: Cell | None = None, why: str = "", moral: str = ""
) -> None:
    """Show lines of a log as a table. The cells of column `lit[0]` that hold `lit[1]` stand out;
    `why` says what to see there, and `moral` what to remember.
    """
    columns = list(dict.fromkeys(name for row in rows for name in row))
    lines = [[str(row.get(name, "")) for name in columns] for row in rows]
    text = [label, *aligned([columns, *lines])]
    said = _as_text(why, moral)
    heads = (f'<th scope="col">{escape(name)}</th>' if name else "<td></td>" for name in columns)
    head = "".join(heads)
    body = "".join(f"<tr>{_cells(columns, line, lit)}</tr>" for line in lines)
    html = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    html += _as_html(why, moral)
    show("\n".join([*text, *(["", said] if said else [])]), html, "lu-log", label)


def show_why(why: str, moral: str = "") -> None:
    """Show what an act showed, in a sentence or two, and the one to remember in large type."""
    show(_as_text(why, moral), _as_html(why, moral))


def _as_text(why: str, moral: str) -> str:
    return "\n".join(fill(one, WIDTH) for one in (why, moral) if one)


def _as_html(why: str, moral: str) -> str:
    line = f'<div class="lu-line">{panel.marked(why)}</div>' if why else ""
    return line + (panel.large(moral) if moral else "")


def _cells(columns: Sequence[str], line: Sequence[str], lit: Cell | None) -> str:
    """The cells of a line, those that are lit marked; a phone cuts no word that has room."""
    pairs = zip(columns, line, strict=True)
    hot = [lit is not None and (name, one) == (lit[0], str(lit[1])) for name, one in pairs]
    whole = [all(len(word) <= ROOM // len(columns) for word in one.split()) for one in line]
    return "".join(
        f"<td{' data-hot' if is_hot else ''}>"
        f"<code{WHOLE if is_whole else ''}>{escape(one)}</code></td>"
        for one, is_hot, is_whole in zip(line, hot, whole, strict=True)
    )
