"""The board on the screen: the drawing, and beside it what somebody carries and what the latest
move came to."""

from html import escape
from typing import TYPE_CHECKING

from labutils.incident.ledger_schema import Fact
from labutils.instruments import board_picture
from labutils.instruments.board_moves import MEANS, Mark
from labutils.instruments.frame import truth
from labutils.lab import iso
from labutils.stage.intruder import BROWSER, SERVER
from labutils.text import shown

if TYPE_CHECKING:
    from labutils.instruments.board import Board

BESIDE = 900  # pixels from which the pane is beside the drawing
PANE, PADDING = 340, 42  # pixels that it takes, and that the card's edges take
PADDING_NARROW = 26
LINES = 3  # of the logs that a move wrote to, the first
ARROWS = (  # a step's sign, what it says, and where it goes from `at` of `total`
    ("M3 2v10M12 2L5 7l7 5z", "To the start"),
    ("M11 2L4 7l7 5z", "One move back"),
    ("M3 2l7 5-7 5z", "One move on"),
    ("M11 2v10M2 2l7 5-7 5z", "To the end"),
)


def live(board: "Board") -> str:
    """Return the whole board as HTML."""
    wide = board.width >= BESIDE
    edges = PADDING_NARROW if board.width <= 600 else PADDING
    room = board.width - edges - (PANE + 24 if wide else 0)
    tools = _steps(board) if board.replay else _clock(board)
    return (
        f'<section role="group" aria-label="{escape(board.title)}" '
        f'class="{"wide" if wide else "tall"}">'
        f"{board.heading(tools)}{_now(board)}"
        f'<div class="both"><div class="doors">{board_picture.picture(board, max(200, room))}</div>'
        f'<div class="pane">{"".join(_pane(board))}</div></div></section>'
    )


def _now(board: "Board") -> str:
    """What a screen without room for the pane beside the doors keeps in sight."""
    if not board.marks:
        return ""
    mark = board.marks[-1]
    kind, words = ("harm", "opened") if mark.allowed else ("refused", "refused")
    words = escape(f"{mark.number}. {mark.door}: {words}")
    return f'<p class="now says {kind}" aria-hidden="true">{words}</p>'


# --- above the doors ----------------------------------------------------------------------------


def _clock(board: "Board") -> str:
    """The time, and how much of it is left."""
    share, words = board.clock
    if not words:
        return f'<p class="race" role="status"><b>{board.now}</b></p>'
    return (
        f'<div class="race"><p role="status"><b>{board.now}</b> '
        f'<span class="bar"><i style="width:{share:.0%}"></i></span> {escape(words)}</p>'
        '<button data-do="wait">wait ten minutes</button></div>'
    )


def _steps(board: "Board") -> str:
    at, total = board.at, len(board.all)
    targets = (0, at - 1, at + 1, total)
    buttons = "".join(
        f'<button data-do="step" data-value="{to}" aria-label="{says}"'
        f"{' disabled' if not 0 <= to <= total or to == at else ''}>"
        f'<svg width="14" height="14" viewBox="0 0 14 14" aria-hidden="true"><path d="{sign}"/>'
        "</svg></button>"
        for (sign, says), to in zip(ARROWS, targets, strict=True)
    )
    return (
        f'<div class="row steps" role="group" aria-label="Step through">{buttons}'
        f'<span role="status">{at} of {total}</span></div>'
    )


# --- beside them --------------------------------------------------------------------------------


def _pane(board: "Board") -> list[str]:
    latest = board.marks[-1] if board.marks else None
    parts = [] if board.replay else [_carried(board)]
    if board.trouble:
        parts.append(f'<p class="trouble" role="alert">{escape(shown(board.trouble, 240))}</p>')
    elif latest is None:
        first = "Go one move on." if board.replay else "Nobody has knocked yet. Every door is dark."
        parts.append(f'<p class="quiet">{first}</p>')
    else:
        parts.append(_move(board, latest))
    if board.asks and board.marks:
        parts.append(_question(board))
    parts.append(
        '<p class="legend"><span class="in">opened</span> <span class="no">refused</span> '
        '<span class="dark">not tried</span></p>'
    )
    return parts


def _carried(board: "Board") -> str:
    """What is carried, and from where it is sent."""
    say = f"<p>You carry <code>{escape(board.hand)}</code>. Choose a door.</p>"
    if "implant" not in board.holds:
        return say
    buttons = "".join(
        f'<button data-do="origin" data-value="{origin}" '
        f'aria-pressed="{truth(board.origin == origin)}">{words}</button>'
        for origin, words in ((BROWSER, "from your browser"), (SERVER, "from jira's server"))
    )
    return f'{say}<div class="row" role="group" aria-label="From where">{buttons}</div>'


def _move(board: "Board", mark: Mark) -> str:
    """A move: how it ended, what it set off, what it was, and what it wrote."""
    when = iso(mark.time)[5:16].replace("T", " ")
    star = " *" if mark.assumed else ""
    what = f"{mark.number}. {escape(mark.door)}{star}"
    parts = [f'<p class="above">{what} <small>{when}</small></p>']
    kind, words = ("harm", "It opened.") if mark.allowed else ("refused", "Refused.")
    if mark.unknown:
        words = "It opened in this model. Nothing shows that it happened."
    parts.append(f'<p class="says {kind}" role="status">{words}</p>')
    if not mark.allowed:
        why = f"{escape(mark.reason)} <small>({escape(mark.rule)})</small>"
        parts.append(f"<p>{why}</p>")
    if mark.gained:
        whose = "The intruder now holds" if board.replay else "You now hold"
        parts.append(f"<p>{whose} <b>{escape(', '.join(mark.gained))}</b>.</p>")
    parts += [f'<p class="ring" role="alert">{escape(text)}</p>' for text in mark.news]
    if not board.asks and mark.meaning.tactic:
        parts.append(
            f'<p class="tactic"><b>{escape(mark.meaning.tactic)}</b><br>'
            f"<small>{escape(mark.meaning.ids)}</small></p>"
        )
    parts.append(_logged(mark))
    if mark.fact:
        parts.append(_fact(mark.fact))
    if mark.assumed:
        parts.append("<p><small>* no source says with which credential.</small></p>")
    return "".join(parts)


def _logged(mark: Mark) -> str:
    """What the defender's logs say of a move."""
    rows = [
        f"<li>{escape(log)}:{number} {escape(text)}</li>"
        for log, number, text in mark.lines[:LINES]
    ]
    if len(mark.lines) > LINES:
        rows.append(f'<li class="none">and {len(mark.lines) - LINES} more like these</li>')
    if not rows:
        rows = ['<li class="none">Silent: no log has a line about this move.</li>']
    name = '<p class="part">The defender\'s logs</p>'
    return f'<div class="log">{name}<ul>{"".join(rows)}</ul></div>'


def _fact(fact: Fact) -> str:
    """What is reported of a move, and where one reads it."""
    links = ", ".join(
        f'<a href="{escape(one.url)}" target="_blank" rel="noopener">{escape(one.publisher)}</a>'
        for one in fact.read
    )
    said = f"<p>{escape(fact.statement)} {links}</p>"
    return f'<div class="fact"><p class="part">As reported</p>{said}</div>'


def _question(board: "Board") -> str:
    """The first move that has no tactic yet, and eight to choose from; above, what the last one
    was."""
    parts = []
    if board.told:
        mark, said = board.marks[len(board.told) - 1], board.told[-1]
        right = mark.meaning.tactic
        verdict = "As you said." if said == right else f"You said {said}."
        parts.append(
            f'<p class="tactic" role="status"><b>{mark.number}. {escape(right)}</b> '
            f"{verdict} {MEANS.get(right, '')}<br><small>{escape(mark.meaning.ids)}</small></p>"
        )
    if board.unnamed:
        mark = board.unnamed[0]
        buttons = "".join(
            f'<button data-do="tactic" data-value="{one}">{one}</button>' for one in MEANS
        )
        parts.append(
            f"<p><b>Move {mark.number}, {escape(mark.using)} at {escape(mark.door)}: what is it "
            f'for?</b></p><div class="row" role="group" aria-label="Tactic">{buttons}</div>'
        )
    else:
        fits = sum(
            said == mark.meaning.tactic for said, mark in zip(board.told, board.marks, strict=False)
        )
        parts.append(f"<p><b>{fits} of {len(board.marks)}</b> as ATT&amp;CK has it.</p>")
    return f'<div class="asked">{"".join(parts)}</div>'
