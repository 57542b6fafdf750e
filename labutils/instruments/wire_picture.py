"""Draw messages as a sequence diagram: each party a column, each message a row.

The same rows are put on the screen one by one, where each is a button, and below each other in the
picture that is stored.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from labutils.instruments.svg import SANS_WIDTH, Svg, colour, wrapped
from labutils.instruments.wire_messages import Handover, Party, WireMessage
from labutils.instruments.wire_secrets import Secret
from labutils.pictures.look import TINT

ROW, BETWEEN = 80, 42  # pixels: the height of a message, and of what is said between two
LABEL, REQUEST, RESPONSE = 19, 38, 63  # of its text and its two lines, from the top of its row
PILL, DOT = 20, 13  # the height of a secret with its name, and of one that has no room for it
SMALL = 12.5  # pixels: the smallest type
BOLD = 1.18  # how much wider bold type is
NARROW = 480  # pixels below which columns have no room for words
DASHES = "6 4"  # of the back channel

Span = tuple[float, float]  # two places on a line, or a place and a width


@dataclass(frozen=True)
class Sheet:
    """The layout of the columns, on a picture of that width."""

    width: int
    parties: tuple[Party, ...]

    @property
    def is_narrow(self) -> bool:
        """Whether there is no room for words between columns."""
        return self.width < NARROW

    @property
    def margin(self) -> float:
        """The width of the left margin, which holds the numbers."""
        return 62 if self.is_narrow else 78

    @property
    def gap(self) -> float:
        """The distance from one column to the next. The outer ones are nearer to the edges."""
        room, count = self.width - self.margin, len(self.parties)
        return (room - 2 * self.edge) / max(1, count - 1)

    @property
    def edge(self) -> float:
        """The distance from the outer columns to the edges."""
        half = (self.width - self.margin) / max(1, len(self.parties)) / 2
        return min(half, 26 if self.is_narrow else 58)

    def x(self, name: str) -> float:
        """Return the middle of a party's column."""
        names = [party.name for party in self.parties]
        return self.margin + self.edge + names.index(name) * self.gap

    def within(self, middle: float, width: float) -> float:
        """Return a middle, moved so that something this wide is inside the picture."""
        half = width / 2
        return max(self.margin + half, min(self.width - 4 - half, middle))


def width_of(text: str, size: float, *, bold: bool = False) -> float:
    """Return the approximate width of a text, in pixels."""
    return len(text) * size * SANS_WIDTH * (BOLD if bold else 1)


# --- the heads of the columns -------------------------------------------------------------------


def heads(svg: Svg, sheet: Sheet) -> float:
    """Write the names of the parties; return the height below them."""
    size = SMALL if sheet.is_narrow else 14

    def fit(names: Sequence[str]) -> bool:
        return all(width_of(name, size, bold=True) <= sheet.gap - 6 for name in names)

    whole = [party.name if "." in party.name else party.short for party in sheet.parties]
    names = whole if fit(whole) else [party.short for party in sheet.parties]
    is_crowded = not fit(names)
    lowest = 18
    for at, (party, name) in enumerate(zip(sheet.parties, names, strict=True)):
        ink, x = "intruder" if party.is_intruder else "ink", sheet.x(party.name)
        y = 18 + (17 if is_crowded and at % 2 else 0)  # by turns higher and lower
        middle = sheet.within(x, width_of(name, size, bold=True))
        svg.text(middle, y, name, ink, size=size, anchor="middle", bold=True)
        roles = [] if sheet.is_narrow else _roles(party, sheet)
        for line, shade in roles:
            y += 17
            svg.text(x, y, line, shade, size=SMALL, anchor="middle")
        lowest = max(lowest, y)
    return lowest + 8


def _roles(party: Party, sheet: Sheet) -> list[tuple[str, str]]:
    """What a party is, in lines, each with its colour."""
    lines = [(line, "quiet") for line in wrapped(party.role, sheet.gap - 4, SMALL)]
    return lines + ([("intruder", "intruder")] if party.is_intruder else [])


def feet(svg: Svg, sheet: Sheet, y: float) -> None:
    """Write the names of the parties again, below a long diagram."""
    for party in sheet.parties:
        ink = "intruder" if party.is_intruder else "ink"
        svg.text(sheet.x(party.name), y, party.short, ink, size=SMALL, anchor="middle", bold=True)


def columns(svg: Svg, sheet: Sheet, height: float) -> None:
    """Draw the line of each party through a row of that height."""
    path = "".join(f"M{sheet.x(party.name):g} 0V{height:g}" for party in sheet.parties)
    svg.add(f'<path d="{path}" style="stroke:{colour("line")};stroke-width:1.5"/>')


CHANNELS = {
    "front channel": "front: through a browser",
    "back channel": "back: from server to server, dashed",
    "direct": "direct: from a program of one's own",
}


def legend(messages: Sequence[WireMessage], sheet: Sheet) -> str:
    """Return what the words and signs in these messages mean."""
    seen = {message.channel for message in messages}
    said = [words for name, words in CHANNELS.items() if name in seen]
    drawn = [pill for message in messages for pill in MessageRow(message, sheet).secrets]
    if any(not pill.has_name for pill in drawn):
        said.append("a dot: a secret whose name has no room")
    return " · ".join(said)


# --- secrets ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Pill:
    """A secret on a line: its middle, its width, and whether its name has room."""

    secret: Secret
    x: float
    y: float
    width: float
    has_name: bool

    def draw(self, svg: Svg) -> None:
        """Draw the secret in its colour: with its name, or as a dot."""
        high, ink = PILL if self.has_name else DOT, colour(self.secret.ink)
        place = (
            f'x="{self.x - self.width / 2:g}" y="{self.y - high / 2:g}" '
            f'width="{self.width:g}" height="{high}" rx="{high / 2:g}"'
        )
        share = f' fill-opacity="{TINT}"' if self.has_name else ""  # until it is lit
        svg.add(
            f'<g class="secret" data-secret="{self.secret.number}">'
            f"<title>{escape(title(self.secret))}</title>"
            f'<rect {place} style="fill:{colour("paper")}"/>'
            f'<rect {place} style="fill:{ink};stroke:{ink};stroke-width:1.5"{share}/>'
        )
        if self.has_name:
            y, name, ink = self.y + 4.4, self.secret.name, self.secret.ink
            svg.text(self.x, y, name, ink, size=SMALL, anchor="middle", bold=True)
        svg.add("</g>")


def pills(some: Sequence[Secret], sheet: Sheet, y: float, ends: Span) -> list[Pill]:
    """Return the secrets of a line: in its middle, with names where these have room."""
    room = abs(ends[1] - ends[0]) - 14
    step = (room - DOT) / max(1, len(some) - 1)
    space = max(7 - DOT, min(4, step - DOT))  # dots lie over each other where there are many
    left = room - len(some) * DOT - (len(some) - 1) * space
    widths = []
    for one in some:  # those that come first have names first
        wide = width_of(one.name, SMALL, bold=True) + 16
        widths.append(wide if wide - DOT <= left else float(DOT))
        left -= widths[-1] - DOT
    whole = sum(widths) + space * (len(some) - 1)
    x = sheet.within(sum(ends) / 2, whole) - whole / 2
    result = []
    for one, wide in zip(some, widths, strict=True):
        result.append(Pill(one, x + wide / 2, y, wide, wide > DOT))
        x += wide + space
    return result


def title(secret: Secret) -> str:
    """Return the name of a secret and how its value begins, without what no XML may have."""
    value = secret.value if len(secret.value) <= 44 else secret.value[:41] + "..."
    text = f"{secret.name}: {value}"
    return "".join(one if one.isprintable() else "\ufffd" for one in text)


# --- a message ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class MessageRow:
    """A row of the diagram: a message's number and channel, its request, and its response."""

    message: WireMessage
    sheet: Sheet

    @property
    def ends(self) -> Span:
        """Where the arrow begins and ends; for a message to oneself, beside the column."""
        sheet, exchange = self.sheet, self.message.exchange
        start, end = sheet.x(exchange.client), sheet.x(exchange.host)
        return start, end if end != start else min(start + 70, sheet.width - 30)

    @property
    def way(self) -> int:
        """1 where the request goes to the right, else -1."""
        start, end = self.ends
        return 1 if end > start else -1

    @property
    def ink(self) -> str:
        """The colour of the request."""
        return "intruder" if self.message.by_intruder else "ink"

    @property
    def status(self) -> str:
        """The status code, with a word if it is a refusal."""
        is_no = self.message.is_refused and not self.sheet.is_narrow
        return f"{self.message.exchange.status}" + (" refused" if is_no else "")

    @property
    def status_box(self) -> Span:
        """The middle of the status, at the party that answers, and its width."""
        wide = width_of(self.status, SMALL, bold=True) + 16
        return self.sheet.within(self.ends[1], wide), wide

    @property
    def request_line(self) -> Span:
        """Where the line of the request has room for secrets."""
        return self.ends[0], self.ends[1] - 12 * self.way

    @property
    def response_line(self) -> Span:
        """Where the line of the response has room for secrets."""
        middle, wide = self.status_box
        return middle - self.way * wide / 2, self.ends[0] + 8 * self.way

    @property
    def secrets(self) -> list[Pill]:
        """The secrets on both lines."""
        return [
            *pills(self.message.sends, self.sheet, REQUEST, self.request_line),
            *pills(self.message.gives, self.sheet, RESPONSE, self.response_line),
        ]

    def draw(self) -> Svg:
        """Return the row as a picture of its own."""
        svg = Svg(self.sheet.width)
        columns(svg, self.sheet, ROW)
        self._margin(svg)
        self._label(svg)
        dash = DASHES if self.message.channel == "back channel" else ""
        _arrow(svg, self.ends, REQUEST, self.ink, dash)
        start = f'cx="{self.ends[0]:g}" cy="{REQUEST}" r="3.5"'
        svg.add(f'<circle {start} style="fill:{colour(self.ink)}"/>')
        answer = "defender" if self.message.is_refused else self.ink
        _arrow(svg, (self.response_line[0], self.ends[0]), RESPONSE, answer, dash, is_open=True)
        self._status(svg, answer)
        for pill in self.secrets:
            pill.draw(svg)
        return svg

    def _margin(self, svg: Svg) -> None:
        """Number and channel, and a word and a bar where an intruder sent it."""
        svg.text(10, 24, str(self.message.number), size=14, bold=True)
        svg.text(10, 42, self.message.channel.removesuffix(" channel"), "quiet", size=SMALL)
        if self.message.by_intruder:
            svg.box((0, 6), (4, ROW - 12), fill="intruder-fill", round_by=2)
            svg.text(10, 60, "intruder", "intruder", size=SMALL)

    def _label(self, svg: Svg) -> None:
        """Method and path."""
        exchange, sheet = self.message.exchange, self.sheet
        room = int((sheet.width - sheet.margin - 8) / width_of("m", 14, bold=True))
        text = f"{exchange.method} {exchange.path}"
        text = text if len(text) <= room else text[: room - 1] + "…"
        x = sheet.within(sum(self.ends) / 2, width_of(text, 14, bold=True))
        _on_paper(svg, x, LABEL, text, self.ink, 14)

    def _status(self, svg: Svg, ink: str) -> None:
        """The status: filled where an intruder got something, a blue ring where it is refused."""
        x, wide = self.status_box
        is_full = self.message.by_intruder and not self.message.is_refused
        fill, edge = "intruder" if is_full else "paper", "quiet" if ink == "ink" else ink
        corner, size = (x - wide / 2, RESPONSE - PILL / 2), (wide, PILL)
        svg.box(corner, size, fill=fill, edge=edge, wide=1.6, round_by=PILL / 2)
        ink = "paper" if is_full else ink
        svg.text(x, RESPONSE + 4.4, self.status, ink, size=SMALL, anchor="middle", bold=True)


def _on_paper(svg: Svg, x: float, y: float, text: str, ink: str, size: float) -> None:
    """A text on a ground of paper, since lines of columns pass behind it."""
    wide = width_of(text, size, bold=True) + 8
    place = f'x="{x - wide / 2:g}" y="{y - size:g}" width="{wide:g}" height="{size + 5:g}"'
    svg.add(f'<rect class="ground" {place} style="fill:{colour("paper")}"/>')
    svg.text(x, y, text, ink, size=size, anchor="middle", bold=True)


def _arrow(
    svg: Svg, ends: Span, y: float, ink: str, dash: str = "", *, is_open: bool = False
) -> None:
    """A line with a head: a filled one for what is asked, an open one for what is answered."""
    start, end = ends
    way = 1 if end > start else -1
    tip, back = end - 3 * way, -(7 if is_open else 9) * way
    svg.line((start, y), (tip - (0 if is_open else 6) * way, y), ink, 1.3 if is_open else 1.8, dash)
    style = f"fill:none;stroke:{colour(ink)};stroke-width:1.6"
    style = style if is_open else f"fill:{colour(ink)}"
    svg.add(f'<path d="M{tip + back:g} {y - 4.5:g}L{tip:g} {y:g}l{back:g} 4.5" style="{style}"/>')


# --- what is between two messages ---------------------------------------------------------------


def aside(handover: Handover, sheet: Sheet, intruders: Collection[str]) -> Svg:
    """Return a row for what reached a party outside the network: a dotted line, and no message."""
    svg = Svg(sheet.width)
    columns(svg, sheet, BETWEEN)
    start, end = sheet.x(handover.giver), sheet.x(handover.taker)
    ink = "intruder" if {handover.giver, handover.taker} & set(intruders) else "quiet"
    _arrow(svg, (start, end), 32, ink, "1.5 4", is_open=True)
    text = f"{handover.what}, not on the wire"
    if sheet.is_narrow:
        text = text.partition(":")[0] + ", not on the wire"
    x = sheet.within((start + end) / 2, width_of(text, SMALL, bold=True))
    _on_paper(svg, x, 19, text, ink, SMALL)
    return svg


def divider(text: str, sheet: Sheet) -> Svg:
    """Return a row that marks where the messages that were sent again begin."""
    svg = Svg(sheet.width)
    columns(svg, sheet, BETWEEN)
    svg.line((8, 22), (sheet.width - 4, 22), "quiet", 1, "2 3")
    _on_paper(svg, sheet.width / 2, 26.5, text, "quiet", SMALL)
    return svg


def threads(tops: Mapping[int, float], messages: Sequence[WireMessage], sheet: Sheet) -> str:
    """Return a curve through all places of each repeated secret, in the order of time.

    `tops` are the upper edges of the rows, by the number of a message.
    """
    points: dict[Secret, list[Span]] = {}
    for message in messages:
        for pill in MessageRow(message, sheet).secrets:
            points.setdefault(pill.secret, []).append((pill.x, pill.y + tops[message.number]))
    return "".join(
        f'<path class="thread" data-secret="{secret.number}" d="{_curve(some)}" '
        f'style="stroke:{colour(secret.ink)}"/>'
        for secret, some in points.items()
        if len(some) > 1
    )


def _curve(points: Sequence[Span]) -> str:
    (x, y), *others = points
    path = f"M{x:g} {y:g}"
    for to_x, to_y in others:
        bend = (to_y - y) / 2
        path += f"C{x:g} {y + bend:g} {to_x:g} {to_y - bend:g} {to_x:g} {to_y:g}"
        x, y = to_x, to_y
    return path
