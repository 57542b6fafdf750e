"""Draw the glass on the screen: the token and its verdicts on one side, what it says on another."""

import json
from collections.abc import Iterable
from html import escape
from typing import TYPE_CHECKING

from labutils.identity.decoder import meanings
from labutils.instruments.calling import source
from labutils.instruments.frame import truth
from labutils.instruments.token_text import (
    DECODED,
    HEADER,
    PAYLOAD,
    SIGNATURE,
    NotJson,
    Run,
    TokenPart,
    decoded_text,
    runs_in_json,
    runs_in_token,
    segments,
)
from labutils.text import counted, shown

if TYPE_CHECKING:
    from labutils.instruments.glass import Glass, Note, TokenVerdict

SIDE_BY_SIDE = 780  # pixels from which both halves fit beside each other
ABOUT = {HEADER: "how it is signed", PAYLOAD: "the claims"}


def drawn(glass: "Glass") -> str:
    """Return the whole screen in HTML."""
    wide = "wide" if glass.width >= SIDE_BY_SIDE else "tall"
    return (
        f'<section class="{wide}" role="group" aria-label="{escape(glass.title)}">'
        f"{glass.heading(_choices(glass))}"
        f'<div class="halves"><div>{_token(glass)}{_verdicts(glass)}{_code(glass)}</div>'
        f"<div>{_card(glass, HEADER)}{_card(glass, PAYLOAD)}{_signature(glass)}</div></div>"
        "</section>"
    )


def _choices(glass: "Glass") -> str:
    """The other tokens as buttons; the original alone only once it is gone."""
    if len(glass.more) == 1 and glass.token == glass.original:
        return ""
    buttons = "".join(
        f'<button data-do="load" data-value="{escape(name)}" data-key="load {escape(name)}" '
        f'aria-pressed="{truth(token == glass.token)}">{escape(shown(name, 40))}</button>'
        for name, token in glass.more.items()
    )
    return f'<div class="row" role="group" aria-label="Tokens" data-rove>{buttons}</div>'


# --- the token ------------------------------------------------------------------------------------


def _token(glass: "Glass") -> str:
    area = _area("token", "The token", glass.token, runs_in_token(glass.token), "data-parts")
    if glass.replace:
        area = area.replace("<textarea ", "<textarea data-replace ", 1)
    note = _in_code(glass.note or _at_the_caret(glass)) or _legend(glass.token)
    return (
        f'<div class="paper">{area.replace(" data-typed", " data-caret=caret data-typed", 1)}</div>'
        f'<p class="readout" role="status">{note}</p>'
    )


def _area(what: str, says: str, text: str, runs: list[Run], more: str = "") -> str:
    """A text to type in, over its coloured copy."""
    return (
        '<div class="text"><pre aria-hidden="true"></pre>'
        f'<textarea {more} data-typed="{what}" aria-label="{says}" rows="1" spellcheck="false" '
        f'autocapitalize="off" autocomplete="off" data-of="{escape(text)}" '
        f'data-runs="{escape(json.dumps(runs))}">\n{escape(text)}</textarea></div>'
    )


def _legend(token: str) -> str:
    """How long the token is, and the names of its parts in their colours."""
    parts = zip((HEADER, PAYLOAD, SIGNATURE), token.split("."), strict=False)
    names = [f'<span class="{part.css}">{part.name}</span>' for part, _ in parts]
    count = token.count(".") + 1
    fault = "" if count == 3 else f" A signed token has three parts; this has {count}."
    return f"{counted(len(token), 'character')}: {' . '.join(names)}.{fault}"


def _at_the_caret(glass: "Glass") -> str:
    """What four characters spell, of which the caret is at one; code is between backquotes."""
    at = glass.caret
    for part, segment in zip(DECODED, segments(glass.token), strict=False):
        if 0 <= at < len(segment):
            four = segment[at // 4 * 4 : at // 4 * 4 + 4]
            return _four_characters(four) + _meaning_at(glass, part)
        at -= len(segment) + 1
    if 0 <= at < len(segments(glass.token)[2]):
        return "These characters are the signature: bytes, and no text."
    return ""


def _four_characters(four: str) -> str:
    try:
        spelt = shown(decoded_text(four))
    except NotJson:
        return ""
    size = f"{counted(len(four), 'character')} for {counted(len(four) * 3 // 4, 'byte')}"
    return f"`{four}` is `{spelt}`: {size}, read without a key."


def _meaning_at(glass: "Glass", part: TokenPart) -> str:
    """What the claim at the caret is for, where it has a registered name."""
    runs = runs_in_token(glass.token)
    name = next((name for begin, end, name in runs if begin <= glass.caret < end), "")
    claim = name.removeprefix(f"{part.css}.")
    return f" `{claim}`: {meanings()[claim]}." if claim in meanings() else ""


def _in_code(text: str) -> str:
    """A sentence in HTML, with code where it has backquotes."""
    pieces = escape(text).split("`")
    return "".join(f"<code>{piece}</code>" if at % 2 else piece for at, piece in enumerate(pieces))


# --- what it says -----------------------------------------------------------------------------


def _card(glass: "Glass", part: TokenPart) -> str:
    text, fault = glass.text_of(part)
    area = _area(part.css, f"The {part.name}, in JSON", text, runs_in_json(part, text))
    wrong = f'<p class="fault" role="status">{escape(fault)}</p>' if fault else ""
    times = _notes("times", glass.times() if part is PAYLOAD else [])
    return (
        f'<div class="card {part.css}"><p class="name"><b>{part.name}</b>'
        f"<small>{ABOUT[part]}</small></p>{area}{wrong}{times}"
        f"{_notes('changes', glass.changes(part))}</div>"
    )


def _notes(kind: str, notes: "Iterable[Note]") -> str:
    """Sentences about claims, each of which lights up with its claim."""
    lines = "".join(
        f'<li data-secret="{escape(one.claim)}"><b>{escape(shown(one.name, 40))}</b> '
        f"{escape(one.says)}</li>"
        for one in notes
    )
    return f'<ul class="{kind}">{lines}</ul>' if lines else ""


def _signature(glass: "Glass") -> str:
    size = counted(len(segments(glass.token)[2]) * 3 // 4, "byte")
    lamp = ""
    if glass.key is not None:
        lamp = '<i class="mark fits"></i>' if glass.fits else '<i class="mark refused"></i>'
    return (
        f'<div class="card sign" data-secret="{SIGNATURE.css}"><p class="name">'
        f"<b>{SIGNATURE.name}</b><small>{size}</small></p>"
        f'<p class="lamp" role="status">{lamp}{escape(glass.signature_in_words())}</p></div>'
    )


# --- verdicts ---------------------------------------------------------------------------------


def _verdicts(glass: "Glass") -> str:
    rows = "".join(_verdict(glass, name, one) for name, one in glass.verdicts.items())
    if not rows:
        return ""
    return f'<div aria-live="polite" data-rove="focus"><ul class="verdicts">{rows}</ul></div>'


def _verdict(glass: "Glass", name: str, verdict: "TokenVerdict") -> str:
    button = ""
    if source(glass.verifiers[name])[0]:
        button = (
            f'<button data-do="ask" data-value="{escape(name)}" '
            f'aria-pressed="{truth(name == glass.asked)}" '
            f'aria-label="Code of {escape(name)}">code</button>'
        )
    says = f'<span class="says">{escape(verdict.says)}</span>' if verdict.says else ""
    return (
        f'<li class="{verdict.kind}" data-key="verdict {escape(name)}"><i class="mark"></i>'
        f"<p><b>{escape(shown(name, 60))}</b> <b class=word>{verdict.word}</b>{says}</p>"
        f"{button}</li>"
    )


def _code(glass: "Glass") -> str:
    """The code of the verifier that was asked for, with the line that refused."""
    if glass.asked not in glass.verifiers:
        return ""
    lines, first = source(glass.verifiers[glass.asked])
    refused = glass.verdicts[glass.asked].line
    shown_lines = "".join(
        f'<li class="here" data-show><code>{escape(line)}</code></li>'
        if first + at == refused
        else f"<li><code>{escape(line) or ' '}</code></li>"
        for at, line in enumerate(lines)
    )
    return (
        f'<div class="code" tabindex="0" role="group" aria-label="Code of {escape(glass.asked)}">'
        f"<p><b>The code of {escape(shown(glass.asked, 60))}</b></p><ol>{shown_lines}</ol></div>"
    )
