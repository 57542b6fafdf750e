"""The drawing of the board: what somebody holds, the doors of a company in three columns or four,
the way that the latest move took, and the moves one below the other."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING

from labutils.incident.cases import Incident
from labutils.incident.inventory import Service
from labutils.instruments.board_moves import EDGE, INSIDE, Mark, doors_of, named
from labutils.instruments.frame import truth
from labutils.instruments.svg import Svg, colour, fitted, wrapped

if TYPE_CHECKING:
    from labutils.instruments.board import Board

Place = tuple[float, float]
ZONES = {  # of the first case; another case has a column for each of its zones
    "Open to the internet": ("front",),
    "Behind the gateway": ("atlassian",),
    "Further in, and out": ("consoles", "applications", "outside"),
}
TEXT, SMALL = 13, 12.5  # sizes of type
HEAD, ROW, FOOT, GAP = 32, 26, 28, 12  # heights in a card, and between two
PILL, RECORD = 34, 27  # heights of what is held, and of a row of the record
NARROW = 560  # pixels below which there are two columns
CROWDED = 150  # pixels of a column below which what is held is above the doors
SHOWN_LIVE, SHOWN = 8, 14  # the latest moves that are listed
BOLD = 1.08  # how much wider bold type is
SHORT = {  # names of logs that no card has room for
    "cloudflare_access_nonidentity": "access_nonidentity",
    "linux_process_creation": "linux_process",
}
SENT = 0.5  # the share of a row that a move takes


@dataclass(frozen=True)
class Card:
    """A service with its doors, or several services that have one door each."""

    title: str
    asks: str  # what it wants to see
    doors: tuple[str, ...]
    is_many: bool = False


@dataclass
class Drawing:
    """A board that is being drawn: how far each column goes, and where its doors and credentials
    are, by name; `NAME>` is the right side of a door."""

    board: "Board"
    width: float
    live: bool
    marks: Sequence[Mark]
    cards: Svg = field(init=False)
    ends: dict[str, Place] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.cards = Svg(self.width)

    @property
    def latest(self) -> Mark | None:
        """The latest move; None before the first."""
        return self.marks[-1] if self.marks else None

    @property
    def narrow(self) -> bool:
        """Whether there is room for two columns alone."""
        return self.width < NARROW


# --- which doors there are ----------------------------------------------------------------------


def columns(board: "Board") -> list[tuple[str, list[Card]]]:
    """Return the columns of a board, each a title and its cards."""
    case = board.case
    own = {name: one for name, one in case.estate.services.items() if one.org == "company"}
    others = {name: one for name, one in case.estate.services.items() if name not in own}
    zones = list(dict.fromkeys(one.zone.id for one in own.values()))
    known = [zone for ids in ZONES.values() for zone in ids]
    titles = ZONES if set(zones) <= set(known) else {zone: (zone,) for zone in zones}
    found = [
        (title, _cards(case, [one for one in own.values() if one.zone.id in ids]))
        for title, ids in titles.items()
    ]
    if board.replay and others:
        found.insert(0, ("At other companies", _cards(case, list(others.values()))))
    return found


def _cards(case: Incident, services: Sequence[Service]) -> list[Card]:
    """A card for each service; services of one zone with one door each share one, if many."""
    doors, cards = doors_of(case), []
    alike: dict[str, list[Service]] = {}
    for one in services:
        if len(doors.get(one.id, ())) == 1:
            alike.setdefault(one.zone.id, []).append(one)
    many = {zone: found for zone, found in alike.items() if len(found) > 3}
    for one in services:
        group = many.get(one.zone.id, [])
        if one not in group and one.id in doors:
            cards.append(Card(named(case, one.id), _asks(case, one), doors[one.id]))
        elif group and one is group[0]:
            theirs = tuple(door for each in group for door in doors[each.id])
            cards.append(Card(one.zone.id, _asks(case, one), theirs, is_many=True))
    return cards


def _asks(case: Incident, service: Service) -> str:
    """What a service wants to see, in a word or two."""
    kinds = [kind.replace("-", " ") for kind in service.accepts]
    if "key" in kinds and "password" in kinds:
        kinds.remove("password")  # which is not enough there
    gates = [one.passes_to for one in case.estate.services.values() if one.passes_to]
    behind = any(gate and service.zone.id in gate.reaches for gate in gates)
    return ", ".join(["pass", *kinds] if behind else kinds)


# --- the whole ----------------------------------------------------------------------------------


def draw(board: "Board", width: float, top: float, *, live: bool) -> tuple[str, float]:
    """Return the drawing of a board from there down, and the height where it ends."""
    drawing = Drawing(board, width, live, board.marks)
    groups = columns(board)
    is_above = not drawing.narrow and width / (len(groups) + 1) < CROWDED
    across = 2 if drawing.narrow else len(groups) + (not is_above)
    gap = 10 if drawing.narrow or across > 4 else 18
    wide = (width - gap * (across - 1) - 2) / across
    tops = [top] * across
    if is_above:
        tops = [_hand_above(drawing, top) + GAP] * across
    else:
        tops[0] = _hand(drawing, top, wide) + GAP
    for at, (title, cards) in enumerate(groups):
        column = at + (not is_above)
        if drawing.narrow:
            column = min(range(across), key=tops.__getitem__)
        x, y = 1 + column * (wide + gap), tops[column]
        drawing.cards.text(x + 2, y + 14, title, "quiet", size=SMALL, bold=True)
        y += 26
        for card in cards:
            y = _card(drawing, card, (x, y), wide) + GAP
        tops[column] = y
    wires = Svg(width)
    if drawing.latest and not drawing.narrow:
        for start, end in _way(drawing.ends, drawing.latest):
            wires.add(_wire(start, end, drawing.latest))
    rows = Svg(width)
    height = _record(rows, drawing, max(tops) + 4)
    return wires.inside() + drawing.cards.inside() + rows.inside(), height


def picture(board: "Board", width: float) -> str:
    """Return the doors as a picture for the screen, each of them to be touched."""
    svg = Svg(width)
    inside, height = draw(board, width, 0, live=True)
    svg.add(inside)
    return svg.done(height, said(board), 'data-rove="focus"', role="group")


def stored(board: "Board") -> str:
    """Return the picture that is stored: title, standing, doors, moves."""
    svg = Svg(board.width)
    y = svg.heading(board.title, board.hint)
    if standing := " · ".join(filter(None, (board.now, board.clock[1]))):
        svg.text(20, y + 10, standing, "ink", size=14, bold=True)
        y += 24
    inside, height = draw(board, board.width - 40, 8, live=False)
    svg.add(f'<g transform="translate(20 {y:g})">{inside}</g>')
    return svg.done(y + height + 12, f"{board.title}. {said(board)}")


def said(board: "Board") -> str:
    """Return the picture in words."""
    return (
        f"{len(board.marks)} moves; opened: {', '.join(board.opened) or 'nothing'}; "
        f"refused: {', '.join(board.refused) or 'nothing'}; "
        f"{len(board.silent)} of the moves are in no log."
    )


# --- what is held -------------------------------------------------------------------------------


def _hand(drawing: Drawing, top: float, wide: float) -> float:
    """The credentials, one below the other; where they end."""
    _title(drawing, top)
    y = top + 26
    for name in drawing.board.holds:
        _pill(drawing, name, (1, y), wide)
        drawing.ends[name] = (1 + wide, y + 14)
        y += PILL
    return y


def _hand_above(drawing: Drawing, top: float) -> float:
    """The credentials side by side, above the doors; where they end."""
    _title(drawing, top)
    x, y = 1.0, top + 26
    for name in drawing.board.holds:
        wide = len(name) * TEXT * 0.6 + 26
        if x + wide > drawing.width:
            x, y = 1.0, y + PILL
        _pill(drawing, name, (x, y), wide)
        x += wide + 8
    return y + PILL


def _title(drawing: Drawing, top: float) -> None:
    title = "The intruder holds" if drawing.board.replay else "You hold"
    drawing.cards.text(3, top + 14, title, "intruder", size=SMALL, bold=True)


def _pill(drawing: Drawing, name: str, at: Place, wide: float) -> None:
    (x, y), board, latest = at, drawing.board, drawing.latest
    picked = name == (latest.using if board.replay and latest else board.hand)
    is_new = bool(latest and name in latest.gained)
    part = Svg(wide)
    edge = "intruder" if picked or is_new else "line"
    fill = "intruder" if picked else "paper"
    part.box((x, y), (wide, 28), fill=fill, edge=edge, wide=2 if is_new else 1.2, round_by=14)
    size = TEXT if wide > 160 else SMALL
    label = fitted(name, wide - 18, size)
    part.text(x + 12, y + 18.5, label, "paper" if picked else "ink", size=size, bold=picked)
    drawing.cards.add(
        _button(
            "take",
            name,
            part.inside(),
            f"Carry {name}",
            live=drawing.live and not board.replay,
            first=picked,
            pressed=picked,
        )
    )


# --- the doors ----------------------------------------------------------------------------------


def _card(drawing: Drawing, card: Card, corner: Place, wide: float) -> float:
    """A service: what it wants, its doors, what its logs got; where it ends."""
    (x, y), svg = corner, drawing.cards
    touched = [mark for mark in drawing.marks if mark.door in card.doors]
    is_open = any(mark.allowed for mark in touched)
    edge = "intruder" if is_open else "defender" if touched else "line"
    height = HEAD + ROW * len(card.doors) + FOOT
    stroke = 1.6 if touched else 1
    svg.box(corner, (wide, height), fill="paper", edge=edge, wide=stroke, round_by=10)
    svg.text(x + 12, y + 21, card.title, "ink" if touched else "quiet", size=14, bold=True)
    room = wide - 30 - len(card.title) * 8.4
    for asks in (card.asks, card.asks.split(",")[0]):
        if len(asks) * SMALL * 0.55 <= room:
            svg.text(x + wide - 10, y + 21, asks, "quiet", size=SMALL, anchor="end")
            break
    drawing.ends[f"server of {card.title}"] = (x + wide, y + 16)
    for number, door in enumerate(card.doors):
        label = door.split("/")[0 if card.is_many else 1]
        _door(drawing, door, label, (x, y + HEAD + ROW * number), wide)
    foot = y + height - FOOT
    svg.line((x + 12, foot + 3), (x + wide - 12, foot + 3))
    ink, text = _foot(touched)
    svg.text(
        x + 12,
        foot + 19,
        fitted(text, wide - 20, SMALL * BOLD),
        ink,
        size=SMALL,
        bold=ink != "quiet",
    )
    return y + height


def _foot(touched: Sequence[Mark]) -> tuple[str, str]:
    """What the logs of a service got, and the ink of it."""
    counts: dict[str, int] = {}
    for mark in touched:
        for log, _, _ in mark.lines:
            counts[log] = counts.get(log, 0) + 1
    if counts:
        return "defender", " · ".join(f"{short(log)} {count}" for log, count in counts.items())
    return ("ink", "silent: no line") if touched else ("quiet", "log: –")


def short(log: str) -> str:
    """Return a log's name as it fits a card."""
    return SHORT.get(log, log)


def _door(drawing: Drawing, door: str, label: str, corner: Place, wide: float) -> None:
    (x, y), latest = corner, drawing.latest
    mine = [mark for mark in drawing.marks if mark.door == door]
    is_open = any(mark.allowed for mark in mine)
    is_now = latest is not None and latest.door == door
    ink = "intruder" if is_open else "defender" if mine else "quiet"
    part, middle = Svg(wide), y + ROW / 2
    fill = f"{ink}-soft" if is_now and mine else "paper"
    part.box((x + 5, y), (wide - 10, ROW - 1), fill=fill, round_by=6)
    _signs(part, mine, (x + 18, middle))
    numbers = ",".join(str(mark.number) for mark in mine[-2 if wide > 160 else -1 :])
    room = wide - 46 - 7.4 * len(numbers)
    part.text(
        x + 32, middle + 4.5, fitted(label, room, TEXT * BOLD), ink if mine else "quiet",
        size=TEXT, bold=bool(mine),
    )  # fmt: skip
    if numbers:
        part.text(x + wide - 12, middle + 4.5, numbers, ink, size=SMALL, anchor="end", bold=is_now)
    drawing.ends[door], drawing.ends[f"{door}>"] = (x, middle), (x + wide, middle)
    state = "opened" if is_open else "refused" if mine else "not tried"
    wrote = f", wrote {mine[-1].logs or 'nothing'}" if mine else ""
    says = f"{door}: {state}{wrote}"
    drawing.cards.add(_button("door", door, part.inside(), says, live=drawing.live))


def _signs(part: Svg, mine: Sequence[Mark], at: Place) -> None:
    """Opened, refused, both, or not tried."""
    opened = [mark for mark in mine if mark.allowed]
    if not mine:
        part.add(f'<circle cx="{at[0]:g}" cy="{at[1]:g}" r="3.5" style="fill:{colour("line")}"/>')
    if opened and all(mark.unknown for mark in opened):
        part.add(
            f'<circle cx="{at[0]:g}" cy="{at[1]:g}" r="5" stroke-width="2" stroke-dasharray="3 2" '
            f'style="fill:none;stroke:{colour("intruder-fill")}"/>'
        )
    elif opened:
        part.add(
            f'<circle cx="{at[0]:g}" cy="{at[1]:g}" r="5" style="fill:{colour("intruder-fill")}"/>'
        )
    if len(opened) < len(mine):
        part.add(
            f'<circle cx="{at[0]:g}" cy="{at[1]:g}" r="{8 if opened else 5.5:g}" '
            f'stroke-width="2.2" style="fill:none;stroke:{colour("defender-fill")}"/>'
        )


def _button(
    do: str,
    value: str,
    inside: str,
    says: str,
    *,
    live: bool,
    first: bool = True,
    pressed: bool | None = None,
) -> str:
    """A part of the drawing that can be touched, where it is alive."""
    if not live:
        return inside
    press = "" if pressed is None else f' aria-pressed="{truth(pressed)}"'
    return (
        f'<g role="button" tabindex="{0 if first else -1}" data-do="{do}" '
        f'data-value="{escape(value)}" data-key="{do} {escape(value)}" '
        f'aria-label="{escape(says)}"{press}>{inside}</g>'
    )


# --- the way of a move --------------------------------------------------------------------------


def _way(ends: Mapping[str, Place], mark: Mark) -> Iterator[tuple[Place, Place]]:
    """The pieces of the way that a move took: past the gateway, or from the server."""
    if mark.door not in ends:
        return
    if mark.origin == INSIDE and "server of jira" in ends:
        start = ends["server of jira"]
        is_beside = ends[f"{mark.door}>"][0] == start[0]
        yield start, ends[f"{mark.door}>" if is_beside else mark.door]
        return
    gate = f"gateway/{mark.service}"
    is_through = mark.origin == EDGE and gate in ends
    if mark.using in ends:
        yield ends[mark.using], ends[gate if is_through else mark.door]
    if is_through:
        yield ends[f"{gate}>"], ends[mark.door]


def _wire(start: Place, end: Place, mark: Mark) -> str:
    (x, y), (to_x, to_y) = start, end
    bend = 14.0 if to_x <= x + 1 else max(12.0, (to_x - x) / 2)
    back = bend if to_x <= x + 1 else -bend
    dash = "" if mark.allowed else ' stroke-dasharray="5 4"'
    ink = colour("intruder-fill" if mark.allowed else "defender-fill")
    return (
        f'<path d="M{x:g} {y:g}C{x + bend:g} {y:g} {to_x + back:g} {to_y:g} {to_x:g} {to_y:g}" '
        f'fill="none" style="stroke:{ink}" stroke-width="2.6"{dash}/>'
        f'<circle cx="{x:g}" cy="{y:g}" r="3.6" style="fill:{ink}"/>'
    )


# --- the moves, one below the other ---------------------------------------------------------------


def _record(svg: Svg, drawing: Drawing, top: float) -> float:
    """The latest moves, each with its tactic and its logs; where they end."""
    board, width = drawing.board, drawing.width
    most = SHOWN_LIVE if drawing.live else SHOWN
    if not drawing.marks:
        return top
    title = "What was done" if board.replay else "What you did"
    if len(drawing.marks) > most:
        title += f", the last {most} of {len(drawing.marks)}"
    svg.text(3, top + 18, title, size=TEXT, bold=True)
    if not drawing.narrow:
        svg.text(width * SENT, top + 18, "ATT&CK calls it", "quiet", size=TEXT, bold=True)
        svg.text(
            width - 2, top + 18, "the logs got", "defender", size=TEXT, anchor="end", bold=True
        )
    y = top + 26
    for mark in drawing.marks[-most:]:
        y = _row(svg, drawing, mark, y)
    return y + 4


def _row(svg: Svg, drawing: Drawing, mark: Mark, y: float) -> float:
    board, width, narrow = drawing.board, drawing.width, drawing.narrow
    svg.line((2, y), (width - 2, y))
    ink = "intruder" if mark.allowed else "defender"
    svg.text(22, y + 18, str(mark.number), "quiet", size=SMALL, anchor="end")
    _signs(svg, [mark], (38, y + 14))
    what = f"{mark.using} → {mark.door}" + (" *" if mark.assumed else "")
    room = width - 54 if narrow else width * SENT - 60
    is_last = mark is drawing.latest
    svg.text(52, y + 18, fitted(what, room, TEXT * BOLD), ink, size=TEXT, bold=is_last)
    logs = list(dict.fromkeys(short(log) for log, _, _ in mark.lines))
    count = f" × {len(mark.lines)}" if len(mark.lines) > len(logs) else ""
    wrote = ", ".join(logs) + count if logs else "silent"
    below = y + 36 if narrow else y + 18
    left = 52 if narrow else width * SENT
    last = fitted(wrote, width * 0.34, SMALL * BOLD)
    room = width - left - len(last) * SMALL * 0.55 * BOLD - 14
    svg.text(left, below, fitted(board.called(mark), room, TEXT), "ink", size=TEXT)
    shade = "defender" if logs else "ink"
    svg.text(width - 2, below, last, shade, size=SMALL, anchor="end", bold=True)
    y += RECORD + 18 if narrow else RECORD
    for text in mark.news:
        for line in wrapped(text, (width - 56) / BOLD, TEXT):
            svg.text(52, y + 15, line, "defender", size=TEXT, bold=True)
            y += 20
    return y
