"""The drawing of the ribbons: bars on a logarithmic axis of time, and what came from what."""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from labutils.instruments.svg import Svg, colour, wrapped
from labutils.text import shown

if TYPE_CHECKING:
    from labutils.instruments.ribbons import Ribbons

# The ticks that an axis may have: minutes, and what they are called.
TICKS = (
    (1 / 60, "1 s"),
    (1 / 6, "10 s"),
    (1, "1 min"),
    (10, "10 min"),
    (60, "1 h"),
    (480, "8 h"),
    (1_440, "a day"),
    (10_080, "a week"),
    (43_200, "30 days"),
    (129_600, "90 days"),
    (525_600, "a year"),
    (5_256_000, "10 years"),
)
TEXT, SMALL = 14, 13  # sizes of type
BAR, ROW, NARROW_ROW = 22, 40, 62  # heights
BOLD_WIDTH = 0.62  # the share of the type size that a bold character takes
INDENT = 22  # of what came from something
TICK_ROOM = 62  # pixels between the names of two ticks
PADDING = 42  # of a live card: what is left of the place is the picture's
NARROW = 520  # pixels below which a name is above its bar
LEAST = 3  # pixels of the shortest bar


@dataclass(frozen=True)
class Ribbon:
    """A thing that a thief holds, and its place in the tree of what came from what."""

    name: str
    depth: int = 0  # how many things it came from, one from the other

    @property
    def text(self) -> str:
        """The name as it is shown."""
        return shown(self.name, 40)

    @property
    def label(self) -> str:
        """The name as a line of text, indented."""
        return "  " * self.depth + self.text


@dataclass(frozen=True)
class Axis:
    """A logarithmic axis of minutes, from the pixel `left` to the pixel `right`."""

    shortest: float
    longest: float
    left: float
    right: float

    def x(self, minutes: float) -> float:
        """Return the place of a duration on the picture; its ends for what is outside."""
        share = math.log(max(minutes, self.shortest) / self.shortest) / self._decades
        return self.left + min(1.0, share) * (self.right - self.left)

    @cached_property
    def _decades(self) -> float:
        return math.log(self.longest / self.shortest)

    def ticks(self) -> list[tuple[float, str]]:
        """Return the ticks that have room, from left to right: pixel and name."""
        ticks: list[tuple[float, str]] = []
        for minutes, name in TICKS:
            x = self.x(minutes)
            inside = self.shortest <= minutes <= self.longest
            if inside and (not ticks or x - ticks[-1][0] >= TICK_ROOM):
                ticks.append((x, name))
        return ticks


def width_of(ribbons: "Ribbons") -> float:
    """Return the width of the live picture: that of the place without its margins."""
    return max(200.0, ribbons.width - PADDING)


def axis_of(ribbons: "Ribbons", width: float | None = None) -> Axis:
    """Return the axis: it begins below the shortest duration that is known, and ends with the
    horizon."""
    wide = width_of(ribbons) if width is None else width
    known = [minutes for minutes in ribbons.worth.values() if minutes > 0]
    first = ribbons.handles[0]
    if first.has_numbers:
        known += [float(one) for one in first.settings if float(one) > 0]
    least = min([*known, ribbons.horizon / 10])
    shortest = max((minutes for minutes, _ in TICKS if minutes < least), default=least / 2)
    values = [ribbons.value_in_words(one) for one in ribbons.worth.values()]
    room = 14 + max(len(words) for words in values) * TEXT * BOLD_WIDTH
    left = 8.0 if wide < NARROW else 16 + max(_label_width(row) for row in ribbons.rows)
    if wide >= NARROW:
        room += _beside_width(ribbons)
    return Axis(shortest, ribbons.horizon, left, max(left + 60, wide - room))


def _label_width(row: Ribbon) -> float:
    return row.depth * INDENT + len(row.text) * TEXT * BOLD_WIDTH


def _beside_width(ribbons: "Ribbons") -> float:
    """The room of what is said beside the bars, at the right."""
    longest = max(len(ribbons.beside(row.name)) for row in ribbons.rows)
    return longest * SMALL * BOLD_WIDTH + 14 if longest else 0


def bars(ribbons: "Ribbons") -> str:
    """Return the picture for the screen, in the width of its place."""
    picture = Svg(width_of(ribbons))
    height = _bars(picture, ribbons, axis_of(ribbons), 8)
    more = 'class="bars"'
    if _has_mark(ribbons):
        more = 'class="bars turned" data-drag="drag"'
    return picture.done(height, said(ribbons), more)


def stored(ribbons: "Ribbons") -> str:
    """Return the picture that is stored, with its title, its setting and its sentence."""
    picture = Svg(ribbons.width)
    y = picture.heading(ribbons.title, "")
    for words in ribbons.settings_in_words():
        picture.text(20, y + 14, words, bold=True, size=TEXT)
        y += 26
    inner = Svg(ribbons.width - 40)
    height = _bars(inner, ribbons, axis_of(ribbons, inner.width), 8)
    picture.add(f'<g transform="translate(20 {y:g})">{inner.inside()}</g>')
    y += height + 8
    for line in wrapped(ribbons.sentence(), ribbons.width - 40, TEXT):
        y += 20
        picture.text(20, y, line, size=TEXT)
    if legend := legend_of(ribbons):
        y += 22
        picture.text(20, y, legend, "quiet", size=SMALL)
    return picture.done(y + 18, f"{ribbons.title}. {said(ribbons)}")


def legend_of(ribbons: "Ribbons") -> str:
    """Return what the dashed line and the ticks mean, where there are some."""
    which, its = ("the first handle", "its") if ribbons.handles[1:] else ("the handle", "the")
    line = f"Dashed line: {which}." if _has_mark(ribbons) else ""
    has_ticks = any(_others(ribbons, row) for row in ribbons.rows)
    ticks = f"Ticks below a bar: where it ends at {its} other settings." if has_ticks else ""
    return f"{line} {ticks}".strip()


def said(ribbons: "Ribbons") -> str:
    """Return the bars in words."""
    values = ", ".join(
        f"{row.text}: {ribbons.value_in_words(ribbons.minutes(row.name, ribbons.at))} "
        f"{ribbons.beside(row.name)}".rstrip()
        for row in ribbons.rows
    )
    settings = [
        f"{one.name} {ribbons.setting_in_words(one.at)}"
        for one in ribbons.handles
        if one.settings[1:]
    ]
    return ". ".join([*settings, values]) + "."


def _bars(picture: Svg, ribbons: "Ribbons", axis: Axis, top: float) -> float:
    """The rows above their axis; where they end."""
    is_narrow = picture.width < NARROW
    step = NARROW_ROW if is_narrow else ROW
    bottom = top + step * len(ribbons.rows) + 4
    middles = [
        top + step * place + (step - BAR / 2 - 6 if is_narrow else step / 2)
        for place in range(len(ribbons.rows))
    ]
    rows = list(zip(ribbons.rows, middles, strict=True))
    _scale(picture, axis, top, bottom)
    if not is_narrow:
        _tree(picture, rows)
    for row, middle in rows:
        _bar(picture, ribbons, row, axis, middle)
    if _has_mark(ribbons):
        _mark(picture, ribbons, axis, top, bottom)
    picture.add(f'<g style="paint-order:stroke;stroke:{colour("paper")};stroke-width:5">')
    for row, middle in rows:
        _name(picture, row, middle, is_narrow)
        _value(picture, ribbons, row, axis, middle)
        _beside(picture, ribbons.beside(row.name), middle, is_narrow)
    picture.add("</g>")
    return bottom + 30


def _scale(picture: Svg, axis: Axis, top: float, bottom: float) -> None:
    """The axis, its ticks and their names."""
    picture.line((axis.left, bottom), (axis.right, bottom), "quiet")
    for x, name in axis.ticks():
        picture.line((x, top), (x, bottom + 5), "line")
        anchor = "start" if x < 20 else "middle"
        picture.text(x, bottom + 21, name, "quiet", size=SMALL, anchor=anchor)


def _tree(picture: Svg, rows: list[tuple[Ribbon, float]]) -> None:
    """A line to each thing from what it came from."""
    above: dict[int, float] = {}  # where the latest row of each depth is
    for row, middle in rows:
        above[row.depth] = middle
        if row.depth:
            x = 8 + (row.depth - 1) * INDENT
            picture.line((x, above[row.depth - 1] + 10), (x, middle + 1), "quiet", 1.5)
            picture.line((x, middle), (x + INDENT - 12, middle), "quiet", 1.5)


def _name(picture: Svg, row: Ribbon, middle: float, is_narrow: bool) -> None:
    """The name of a row, beside its bar or above it."""
    y = middle - BAR / 2 - 8 if is_narrow else middle + 5
    text = f"└ {row.text}" if is_narrow and row.depth else row.text
    x = max(0, row.depth - 1) * 12 if is_narrow else row.depth * INDENT
    picture.text(x, y, text, size=TEXT, bold=row.depth == 0)


def _bar(picture: Svg, ribbons: "Ribbons", row: Ribbon, axis: Axis, middle: float) -> None:
    """How long one thing opens something, as a bar; ticks for the other settings."""
    minutes = ribbons.minutes(row.name, ribbons.at)
    if minutes:
        end = _end_of(minutes, axis)
        size = (end - axis.left, BAR)
        picture.box((axis.left, middle - BAR / 2), size, fill="intruder-fill", round_by=3)
        if minutes >= ribbons.horizon:
            _goes_on(picture, end, middle)
    elif minutes == 0:
        picture.sign(axis.left + 8, middle, "refused")
    for other in _others(ribbons, row):
        x, y = axis.x(other), middle + BAR / 2
        picture.line((x, y + 1), (x, y + 7), "quiet", 2)


def _others(ribbons: "Ribbons", row: Ribbon) -> list[float]:
    """What a thing is worth at each setting of the first handle, if that is not always the
    same."""
    known = {ribbons.minutes(row.name, setting) for setting in ribbons.turned(0)}
    return sorted(minutes for minutes in known if minutes) if len(known) > 1 else []


def _end_of(minutes: float, axis: Axis) -> float:
    return max(axis.x(minutes), axis.left + LEAST)


def _value(picture: Svg, ribbons: "Ribbons", row: Ribbon, axis: Axis, middle: float) -> None:
    """How long one thing opens something, in words at the end of its bar."""
    minutes = ribbons.minutes(row.name, ribbons.at)
    x = _end_of(minutes, axis) + 10 if minutes else axis.left + (22 if minutes == 0 else 2)
    words = ribbons.value_in_words(minutes)
    picture.text(x, middle + 5, words, _ink(minutes), size=TEXT, bold=bool(minutes))


def _beside(picture: Svg, words: str, middle: float, is_narrow: bool) -> None:
    """What is said beside a bar, at the right; above the bar where there is little room."""
    y = middle - BAR / 2 - 8 if is_narrow else middle + 5
    if words:
        picture.text(picture.width - 4, y, words, "quiet", size=SMALL, anchor="end")


def _ink(minutes: float | None) -> str:
    return "quiet" if minutes is None else "ink" if minutes else "defender"


def _goes_on(picture: Svg, end: float, middle: float) -> None:
    """A cut through the end of a bar: it goes on beyond the horizon."""
    x, top, bottom = end - 12, middle - BAR / 2 - 2, middle + BAR / 2 + 2
    picture.add(
        f'<path d="M{x:g} {bottom:g}l6 {top - bottom:g}" style="stroke:{colour("paper")}" '
        'stroke-width="4" fill="none"/>'
    )


def _has_mark(ribbons: "Ribbons") -> bool:
    """Whether the handle has a place on the axis."""
    first = ribbons.handles[0]
    return first.has_numbers and len(first.settings) > 1


def _mark(picture: Svg, ribbons: "Ribbons", axis: Axis, top: float, bottom: float) -> None:
    """The setting of the handle, as a line through all bars with a knob below."""
    x = axis.x(float(ribbons.handles[0].at))
    picture.line((x, top - 4), (x, bottom), "ink", 2, dash="5 4")
    picture.add(f'<circle cx="{x:g}" cy="{bottom:g}" r="7" style="fill:{colour("ink")}"/>')
