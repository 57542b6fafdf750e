"""Draw the glass as it is stored: a picture, and its words."""

from typing import TYPE_CHECKING

from labutils.instruments.calling import source
from labutils.instruments.svg import MONO_WIDTH, Svg, wrapped
from labutils.instruments.token_text import DECODED, SIGNATURE, TokenPart, in_json, segments
from labutils.text import counted, shown

if TYPE_CHECKING:
    from labutils.instruments.glass import Glass, TokenVerdict

MARGIN, GAP = 20, 18
TOKEN, TEXT, SMALL = 14, 14, 13  # sizes of type
MOST_LINES = 14  # of a token
MOST_CLAIMS = 24
SIGNS = {"harm": "●", "fine": "✓", "refused": "○", "unwritten": "…"}
INKS = {"harm": "intruder", "fine": "quiet", "refused": "defender", "unwritten": "quiet"}


def in_words(glass: "Glass") -> str:
    """Return the glass in lines: claims, what changed, the signature, the verdicts."""
    lines = []
    for part in DECODED:
        rows = _rows(glass, part) or [("", glass.text_of(part)[1], "")]
        wide = max(len(name) for name, _, _ in rows)
        for at, (name, value, note) in enumerate(rows):
            label = "" if at else part.name
            lines.append(f"{label:<9}  {name:<{wide}}  {value}{f'  {note}' if note else ''}")
    lines.append(f"signature  {_size(glass)}. {glass.signature_in_words()}")
    for name, verdict in glass.verdicts.items():
        lines += [f"{SIGNS[verdict.kind]} {_said(name, verdict)}", *_line_that_refused(glass, name)]
    return "\n".join(line.rstrip() for line in lines)


def _rows(glass: "Glass", part: TokenPart) -> list[tuple[str, str, str]]:
    """Name, value and what is to be said of each claim."""
    claims, notes = glass.claims(part) or {}, dict[str, list[str]]()
    for note in glass.times() if part is DECODED[1] else []:
        notes.setdefault(note.name, []).append(note.says)
    for note in glass.changes(part):
        notes.setdefault(note.name, []).append(note.says)
    gone = [note.name for note in glass.changes(part) if note.name not in claims and note.claim]
    rows = [
        (shown(name, 30), _value(value), "; ".join(notes.get(name, [])))
        for name, value in list(claims.items())[:MOST_CLAIMS]
    ]
    if len(claims) > MOST_CLAIMS:
        rows.append(("", f"and {len(claims) - MOST_CLAIMS} more", ""))
    return rows + [(shown(name, 30), "", "; ".join(notes[name])) for name in gone]


def _value(value: object) -> str:
    return shown(value if isinstance(value, str) else in_json(value), 120)


def _size(glass: "Glass") -> str:
    return counted(len(segments(glass.token)[2]) * 3 // 4, "byte")


def _said(name: str, verdict: "TokenVerdict") -> str:
    return f"{shown(name, 60)}: {verdict.word}{f'. {verdict.says}' if verdict.says else ''}"


def _line_that_refused(glass: "Glass", name: str) -> list[str]:
    """The line of a verifier whose code is shown, in which it refused."""
    verdict = glass.verdicts[name]
    lines, first = source(glass.verifiers[name])
    at = verdict.line - first
    if name != glass.asked or not 0 <= at < len(lines):
        return []
    return [f"  line {at + 1}: {lines[at].strip()}"]


# --- the picture --------------------------------------------------------------------------------


def drawn(glass: "Glass") -> str:
    """Return the picture that is stored, in SVG."""
    picture = Svg(glass.width)
    y = picture.heading(glass.title, "")
    y = _token(picture, glass, y)
    for part in DECODED:
        y = _table(picture, glass, part, y + GAP)
    y = _signature(picture, glass, y + GAP)
    for name, verdict in glass.verdicts.items():
        y = _verdict(picture, glass, name, verdict, y)
    return picture.done(y + 20, in_words(glass))


def _token(picture: Svg, glass: "Glass", top: float) -> float:
    """The token in its three colours, wrapped; where it ends."""
    step = TOKEN * MONO_WIDTH
    room = int((picture.width - 2 * MARGIN - 28) / step)
    pieces = _pieces(glass.token, room)
    rows = max((row for row, _, _, _ in pieces), default=0) + 1
    left_out = max(0, rows - MOST_LINES)
    rows = min(rows, MOST_LINES)
    height = (rows + bool(left_out)) * 24 + 22
    picture.box((MARGIN, top), (picture.width - 2 * MARGIN, height), fill="card", round_by=8)
    for row, column, text, ink in pieces:
        if row < MOST_LINES:
            x, y = MARGIN + 14 + column * step, top + 28 + row * 24
            picture.characters(x, y, text, ink, size=TOKEN)
    if left_out:
        more = f"and {counted(left_out, 'more line')}"
        picture.text(MARGIN + 14, top + 28 + rows * 24, more, "quiet", size=SMALL)
    return top + height


def _pieces(token: str, room: int) -> list[tuple[int, int, str, str]]:
    """The token in pieces of one colour that do not cross the end of a line: row, column, text,
    colour."""
    pieces, at = [], 0
    inks = ["head", "body", "sign"]
    for number, segment in enumerate(token.split(".")):
        runs = [(".", "ink")] if number else []
        runs.append((segment, inks[number] if number < 3 else "intruder"))
        for text, ink in runs:
            while text:
                row, column = divmod(at, room)
                piece, text = text[: room - column], text[room - column :]
                pieces.append((row, column, piece, ink))
                at += len(piece)
    return pieces


def _label(picture: Svg, part: TokenPart, top: float, beside: str = "") -> float:
    """The name of a part below a rule of its colour; where the next line begins."""
    right = picture.width - MARGIN
    picture.line((MARGIN, top), (right, top), part.css, 3)
    picture.text(MARGIN, top + 22, part.name, part.css, size=TEXT, bold=True)
    if beside:
        picture.text(right, top + 22, beside, "quiet", size=SMALL, anchor="end")
    return top + 24


def _table(picture: Svg, glass: "Glass", part: TokenPart, top: float) -> float:
    """The claims of a part, with their times in words; where it ends."""
    y = _label(picture, part, top)
    rows = _rows(glass, part)
    if not rows:
        picture.text(MARGIN, y + 20, glass.text_of(part)[1], "quiet", size=TEXT)
        return y + 24
    step = TOKEN * MONO_WIDTH
    value_at = MARGIN + (max(len(name) for name, _, _ in rows) + 2) * step
    room = picture.width - MARGIN - value_at
    for name, value, note in rows:
        y += 22
        picture.text(MARGIN, y, name, "quiet", size=TOKEN, mono=True)
        lines = wrapped(value, room, TOKEN, mono=True) if value else [""]
        for at, line in enumerate(lines):
            y += 20 if at else 0
            picture.text(value_at, y, line, size=TOKEN, mono=True)
        y = _note(picture, note, (value_at, y), len(lines[-1]) * step, room)
    return y + 6


def _note(picture: Svg, note: str, at: tuple[float, float], used: float, room: float) -> float:
    """What is to be said of a claim: beside its value where there is room, else below; where it
    ends."""
    x, y = at
    if not note:
        return y
    beside = wrapped(note, room - used - 20, SMALL) if room - used > 200 else ["", ""]
    if len(beside) == 1:
        picture.text(x + used + 20 if used else x, y, note, "quiet", size=SMALL)
        return y
    for line in wrapped(note, room, SMALL):
        y += 19
        picture.text(x, y, line, "quiet", size=SMALL)
    return y


def _signature(picture: Svg, glass: "Glass", top: float) -> float:
    y = _label(picture, SIGNATURE, top, _size(glass)) + 22
    x = MARGIN
    if glass.key is not None:
        picture.sign(MARGIN + 7, y - 5, "fits" if glass.fits else "refused")
        x += 24
    picture.text(x, y, glass.signature_in_words(), size=TEXT)
    return y + 14


def _verdict(picture: Svg, glass: "Glass", name: str, verdict: "TokenVerdict", top: float) -> float:
    """A verifier with its sign, its word and its sentence; where it ends."""
    y = top + 14
    picture.line((MARGIN, y), (picture.width - MARGIN, y))
    y += 26
    picture.sign(MARGIN + 7, y - 5, verdict.kind)
    phrases = [(shown(name, 40), "ink"), (verdict.word, INKS[verdict.kind])]
    picture.phrases(MARGIN + 24, y, phrases, TEXT)
    room = picture.width - 2 * MARGIN - 24
    for line in wrapped(verdict.says, room, TEXT) if verdict.says else []:
        y += 21
        picture.text(MARGIN + 24, y, line, size=TEXT)
    for line in _line_that_refused(glass, name):
        y += 22
        picture.text(MARGIN + 24, y, shown(line.strip(), 84), "defender", size=SMALL, mono=True)
    return y
