"""Show events of one day as bands.

What is known to the second has its place; what is known to the day is a band as wide as the day,
and whoever moves its mark chooses a place that no source gives.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from math import factorial
from typing import Unpack

from labutils.instruments.frame import Instrument, Words
from labutils.instruments.svg import Svg, colour, wrapped
from labutils.text import aligned, counted, shown

TITLE = "One day"
DAY, QUARTER, NOON = 86_400, 900, 43_200  # seconds
STEPS = DAY // QUARTER  # places of a mark
TEXT, SMALL = 14, 13  # sizes of type
TOP, ROW, BAND, PADDING = 26, 52, 22, 42
HOURS = (0, 6, 12, 18, 24)


@dataclass(frozen=True)
class DayEvent:
    """An event of the day, and the second of the day at which it was; None where nobody knows."""

    name: str
    second: int | None

    @property
    def is_free(self) -> bool:
        """Whether the event may be anywhere in the day."""
        return self.second is None


class Bands(Instrument):
    """Events of one day, on bands; see `bands`."""

    name = "bands"

    def __init__(self, events: Mapping[str, int | None], **words: Unpack[Words]):
        super().__init__(words.get("title", TITLE), words.get("hint", ""))
        if not events:
            raise ValueError("give at least one event, by its name: {'a login': 33_769}")
        for name, second in events.items():
            if second is not None and not 0 <= second < DAY:
                raise ValueError(f"{name!r}: a second of the day is from 0 to {DAY - 1}")
        self.events = [DayEvent(shown(name, 60), second) for name, second in events.items()]
        self.at = {one.name: NOON if one.second is None else one.second for one in self.events}
        self.orders = {self.order}  # those that somebody has seen

    # --- what somebody does ---------------------------------------------------------------------

    def move(self, name: str, hour: float) -> None:
        """Put an event at an hour of the day, from 0 to 24.

        Raises ValueError for an event that is not there, or has a known place.
        """
        free = [one.name for one in self.events if one.is_free]
        if name not in free:
            raise ValueError(f"{name!r} cannot be moved; these can: {', '.join(free)}")
        self.touched(f"move{self._number(name)}", str(round(hour * 3600 / QUARTER)))

    def touched(self, what: str, value: str = "", fields: dict[str, str] | None = None) -> None:
        """Take the new place of a mark whose number follows `move`; anything else as usual."""
        number = what.removeprefix("move")
        if what.startswith("move") and number.isdecimal() and int(number) < len(self.events):
            super().touched("move", f"{number} {value}", fields)
        else:
            super().touched(what, value, fields)

    def on_move(self, value: str, _: dict[str, str]) -> None:
        """Take the number of an event, and the quarter of an hour at which it is now."""
        number, _space, quarter = value.partition(" ")
        if not (number.isdecimal() and quarter.isdecimal()):
            return
        event = self.events[int(number[:4])]
        if event.is_free:
            self.at[event.name] = min(int(quarter[:4]) * QUARTER, DAY - 1)
            self.orders.add(self.order)

    def _number(self, name: str) -> int:
        return [one.name for one in self.events].index(name)

    # --- what it is -----------------------------------------------------------------------------

    @property
    def order(self) -> tuple[str, ...]:
        """The events in the order of their marks."""
        return tuple(sorted(self.at, key=lambda name: self.at[name]))

    @property
    def possible(self) -> int:
        """The number of orders that their times allow."""
        free = sum(one.is_free for one in self.events)
        return factorial(len(self.events)) // factorial(len(self.events) - free)

    def sentence(self) -> str:
        """Return the current order, and how many of the possible ones were seen."""
        placed = ", then ".join(self.order)
        placed = placed[:1].upper() + placed[1:]
        if self.possible == 1:
            return f"{placed}. No other order is possible."
        seen = f"{len(self.orders)} of {counted(self.possible, 'order')} seen"
        return f"{placed}. {seen}; the clock allows every one."

    def hour_of(self, event: DayEvent) -> str:
        """Return where an event is, as a time of day."""
        place = self.at[event.name]
        clock = f"{place // 3600:02}:{place % 3600 // 60:02}"
        return clock if event.is_free else f"{clock}:{place % 60:02}"

    # --- what it looks like -----------------------------------------------------------------------

    def words(self) -> str:
        """Return what is known of each event, and the order as it is placed."""
        rows = [
            [one.name, self.hour_of(one), "placed by hand" if one.is_free else "known"]
            for one in self.events
        ]
        return "\n".join([self.title, *aligned(rows), self.sentence()])

    def live(self) -> str:
        """Return the day in HTML, with a handle for each event that has no hour."""
        handles = "".join(
            f'<label class="handle"><span>{escape(one.name)}</span>'
            f'<input type="range" min="0" max="{STEPS}" step="1" data-do="move{number}" '
            f'value="{self.at[one.name] // QUARTER}" aria-valuetext="{self.hour_of(one)}">'
            f"<output>{self.hour_of(one)}</output></label>"
            for number, one in enumerate(self.events)
            if one.is_free
        )
        picture = Svg(max(200.0, self.width - PADDING))
        day = picture.done(self._day(picture, 8), self.sentence(), 'class="bars"')
        return (
            f'<section role="group" aria-label="{escape(self.title)}">{self.heading()}'
            f"{day}{handles}"
            f'<p class="sentence" role="status">{escape(self.sentence())}</p></section>'
        )

    def still(self) -> str:
        """Return the day as a picture, with its title and its sentence."""
        picture = Svg(self.width)
        y = picture.heading(self.title, self.hint)
        inner = Svg(self.width - 40)
        height = self._day(inner, 8)
        picture.add(f'<g transform="translate(20 {y:g})">{inner.inside()}</g>')
        y += height
        for line in wrapped(self.sentence(), self.width - 40, TEXT):
            y += 20
            picture.text(20, y, line, size=TEXT)
        return picture.done(y + 18, f"{self.title}. {self.sentence()}")

    def _day(self, picture: Svg, top: float) -> float:
        """Draw the hours and a row for each event; return where they end."""
        right, bottom = picture.width - 8, top + TOP + ROW * len(self.events)

        def x(second: float) -> float:
            return 8 + (right - 8) * second / DAY

        for hour in HOURS:
            picture.line((x(hour * 3600), top + TOP - 6), (x(hour * 3600), bottom), "line")
            anchor = {0: "start", 24: "end"}.get(hour, "middle")
            picture.text(x(hour * 3600), top + 12, f"{hour:02}:00", "quiet", size=SMALL,
                         anchor=anchor)  # fmt: skip
        for place, one in enumerate(self.events):
            y = top + TOP + ROW * place
            picture.text(8, y + 14, one.name, size=TEXT, bold=True)
            if one.is_free:
                picture.box((x(0), y + 22), (x(DAY) - x(0), BAND), fill="line", round_by=3)
            at, middle = x(self.at[one.name]), y + 22 + BAND / 2
            _mark(picture, at, middle, free=one.is_free)
            is_right = at > right - 90
            words = self.hour_of(one) + (" ?" if one.is_free else "")
            picture.text(at + (-14 if is_right else 14), middle + 5, words, size=TEXT,
                         anchor="end" if is_right else "start")  # fmt: skip
        return bottom + 8


def _mark(picture: Svg, x: float, y: float, *, free: bool) -> None:
    """Draw a filled dot where the place is known, and a dashed ring where somebody chose it."""
    how = (
        f"fill:{colour('paper')};stroke:{colour('ink')};stroke-width:2;stroke-dasharray:3 2"
        if free
        else f"fill:{colour('ink')}"
    )
    picture.add(f'<circle cx="{x:g}" cy="{y:g}" r="8" style="{how}"/>')


def bands(events: Mapping[str, int | None], **words: Unpack[Words]) -> Bands:
    """Show events of one day, and return what is shown: `shown.move("a login", 14.5)`.

    `events` maps a name to the second of the day, or to None where only the day is known.
    """
    seen = Bands(events, **words)
    seen.show()
    return seen
