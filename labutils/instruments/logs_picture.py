"""The logs as a picture: days by hours, with hits and alerts, and the hours of a day."""

from dataclasses import dataclass
from datetime import date
from html import escape
from math import ceil, sqrt
from typing import TYPE_CHECKING

from labutils.hunt.lines import DAY
from labutils.instruments.frame import truth
from labutils.instruments.logs_rule import WEEK, amount
from labutils.instruments.svg import Svg, colour
from labutils.lab import iso

if TYPE_CHECKING:
    from labutils.instruments.logs import LogView

WIDE, NARROW = 860, 560  # pixels: two columns from here on; up to here, a phone
SIZE = 12.5  # of type
LEFT = 30  # pixels for the names of the hours
COLUMN = 27  # the narrowest day
BOX, HIGHEST = 8, 10  # an alert; so many are drawn on a day
HEAD = 34  # above the boxes: the month, and the day
SHADES = (0.0, 0.18, 0.34, 0.54, 0.8)  # of the colour, by how many lines there are
MANY_DAYS = 70  # of more, the hours of a day are pixels


class Strip:
    """Each day a column of its 24 hours, with the alerts of the day as boxes above it.

    The worst week is shaded. Where there is a budget, those of its alerts are dashed for which the
    budget has no room.
    """

    def __init__(self, view: "LogView", width: float):
        self.view, self.width = view, width
        index, rule = view.index, view.typed_rule
        self.days = index.days
        self.dates = [iso(day * DAY)[:10] for day in self.days]
        most = max(1, int((width - LEFT) / COLUMN))
        many = len(self.days) > most
        self.per_band = (max(7, most // 7 * 7) if many else len(self.days)) or 1
        self.column = min(64.0, (width - LEFT) / self.per_band)
        self.hour = 4 if len(self.days) <= MANY_DAYS else 1  # pixels of height
        self.alerts: dict[int, list[int]] = {}  # by day: which alerts
        for number, alert in enumerate(rule.alerts):
            self.alerts.setdefault(alert.day, []).append(number)
        deepest = min(HIGHEST, max(map(len, self.alerts.values()), default=0))
        self.top = HEAD + deepest * (BOX + 2) + 4  # of the hours, in a band
        self.has_week = view.has_rule and bool(rule.alerts)
        self.band = self.top + 24 * self.hour + (24 if self.has_week else 12)
        self.height = -(-len(self.days) // self.per_band) * self.band
        self.lines = index.by_hour(view.found)
        self.hits = index.by_hour(view.found & rule.rows)
        self.first, self.in_week = rule.worst
        self.svg = Svg(width)

    def corner(self, at: int) -> tuple[float, float]:
        """Where the column of a day begins."""
        band, place = divmod(at, self.per_band)
        return LEFT + place * self.column, band * self.band

    def is_worst(self, day: int) -> bool:
        """Whether a day is in the worst week."""
        return self.has_week and self.first <= day < self.first + WEEK

    def over(self) -> set[int]:
        """The alerts of the worst week for which the budget has no room."""
        if self.view.budget is None:
            return set()
        inside = [n for day, ns in self.alerts.items() if self.is_worst(day) for n in ns]
        return set(sorted(inside)[self.view.budget :])

    # --- as a picture ---------------------------------------------------------------------------

    def live(self) -> str:
        """Return it as HTML, in which each day is a button."""
        inside = self.drawn(is_live=True)
        return (
            f'<div class="strip"><svg width="{self.width:g}" height="{self.height:g}" '
            f'role="group" aria-label="Days" data-rove="focus">{inside}</svg></div>'
        )

    def drawn(self, *, is_live: bool = False) -> str:
        """Return what is inside of its SVG."""
        for at, day in enumerate(self.days):
            if at % self.per_band == 0:
                self._names_of_hours(at)
            if self.is_worst(day):
                self._shade(at)
        self._hours()
        over = self.over()
        for at, day in enumerate(self.days):
            if is_live:
                self._button(at)
            self._name(at)
            for place, number in enumerate(self.alerts.get(day, [])[:HIGHEST]):
                self._alert(at, place, number, over)
        self._name_of_week()
        return self.svg.inside()

    def _names_of_hours(self, at: int) -> None:
        if self.hour > 1:
            _, y = self.corner(at)
            for hour in (0, 6, 12, 18):
                height = y + self.top + hour * self.hour + 9
                self.svg.text(0, height, f"{hour:02}", "quiet", size=SIZE)

    def _shade(self, at: int) -> None:
        x, y = self.corner(at)
        size = (self.column, self.band - HEAD + 4)
        self.svg.box((x, y + HEAD - 16), size, fill="card")

    def _hours(self) -> None:
        """One path for each shade, and one for all rings."""
        most = max([1, *(count for hours in self.lines for count in hours)])
        shades: dict[int, list[str]] = {}
        rings = []
        wide = self.column - 2
        for at in range(len(self.days)):
            x, y = self.corner(at)
            for hour, count in enumerate(self.lines[at]):
                top = y + self.top + hour * self.hour
                if count:
                    shade = ceil(4 * sqrt(count / most))
                    path = f"M{x + 1:.1f} {top:.1f}h{wide:.1f}v{self.hour}h-{wide:.1f}z"
                    shades.setdefault(shade, []).append(path)
                if self.hits[at][hour]:
                    middle = top + self.hour / 2
                    rings.append(
                        f"M{x + self.column / 2 - 3:.1f} {middle:.1f}a3 3 0 1 0 6 0a3 3 0 1 0-6 0"
                    )
        for shade, paths in sorted(shades.items()):
            self.svg.add(
                f'<path d="{"".join(paths)}" style="fill:{colour("quiet")}" '
                f'fill-opacity="{SHADES[shade]}" pointer-events="none"/>'
            )
        if rings:
            self.svg.add(
                f'<path d="{"".join(rings)}" style="fill:{colour("paper")};'
                f'stroke:{colour("defender-fill")}" stroke-width="1.8" pointer-events="none"/>'
            )

    def _button(self, at: int) -> None:
        day, written = self.days[at], self.dates[at]
        is_on = self.view.query.has("day", written)
        is_first = is_on or (at == 0 and "day" not in self.view.query.fields())
        x, y = self.corner(at)
        edge = colour("ink") if is_on else "transparent"
        self.svg.add(
            f'<g class="day" data-do="day" data-value="{written}" role="button" data-key="{day}" '
            f'aria-pressed="{truth(is_on)}" tabindex="{0 if is_first else -1}" '
            f'aria-label="{self._said(at)}"><rect class="touch" x="{x + 0.5:g}" '
            f'y="{y + HEAD - 16:g}" width="{self.column - 1:g}" '
            f'height="{self.top + 24 * self.hour - HEAD + 18:g}" rx="3" '
            f'style="fill:transparent;stroke:{edge}" stroke-width="1.5"/></g>'
        )

    def _said(self, at: int) -> str:
        lines = amount(sum(self.lines[at]), "line")
        if not self.view.has_rule:
            return f"{day_in_words(self.dates[at])}, {lines}"
        hits = amount(sum(self.hits[at]), "hit")
        alerts = amount(len(self.alerts.get(self.days[at], [])), "alert")
        return f"{day_in_words(self.dates[at])}, {lines}, {hits}, {alerts}"

    def _name(self, at: int) -> None:
        written = self.dates[at]
        x, y = self.corner(at)
        is_new = at % self.per_band == 0 or written[:7] != self.dates[at - 1][:7]
        if is_new:
            month = f"{date.fromisoformat(written):%b}"
            self.svg.text(x + 2, y + 12, month, "quiet", size=SIZE)
        if at % self.per_band and self.days[at - 1] != self.days[at] - 1:  # days without lines
            bottom = y + self.top + 24 * self.hour
            self.svg.line((x, y + HEAD - 16), (x, bottom), "quiet", 1, "2 2")
        is_weekend = date.fromisoformat(written).weekday() >= 5
        ink = "quiet" if is_weekend else "ink"
        is_on = self.view.query.has("day", written)
        number = str(int(written[8:]))
        self._middle(x + self.column / 2, y + HEAD - 4, number, ink, is_on=is_on)

    def _middle(self, x: float, y: float, words: str, ink: str, *, is_on: bool) -> None:
        self.svg.add('<g pointer-events="none">')
        self.svg.text(x, y, words, ink, size=SIZE, anchor="middle", bold=is_on)
        self.svg.add("</g>")

    def _alert(self, at: int, place: int, number: int, over: set[int]) -> None:
        """A box; one that nobody has time for is dashed. A red dot is in one that is true, once
        somebody asked for that."""
        x, y = self.corner(at)
        left = x + (self.column - BOX) / 2
        top = y + self.top - 5 - (place + 1) * (BOX + 2)
        blue = f"fill:{colour('defender-fill')}"
        style = f"fill:none;stroke:{colour('quiet')}" if number in over else blue
        dash = ' stroke-dasharray="2 1.5" stroke-width="1.4"' if number in over else ""
        self.svg.add(
            f'<rect x="{left:g}" y="{top:g}" width="{BOX}" height="{BOX}" rx="2" '
            f'style="{style}"{dash} pointer-events="none"/>'
        )
        if self.view.tells and self.view.alerts[number].true:
            self.svg.add(
                f'<circle cx="{left + BOX / 2:g}" cy="{top + BOX / 2:g}" r="2.8" style="fill:'
                f'{colour("intruder-fill")};stroke:{colour("paper")}" pointer-events="none"/>'
            )

    def _name_of_week(self) -> None:
        if not self.has_week:
            return
        at = next((at for at, day in enumerate(self.days) if self.is_worst(day)), 0)
        x, y = self.corner(at)
        of = "" if self.view.budget is None else f" of {self.view.budget}"
        words, end = f"worst week: {self.in_week}{of}", self.width
        is_late = x + 120 > end
        ink = "not-yet" if self.over() else "quiet"
        anchor = "end" if is_late else "start"
        place = end if is_late else x + 2
        self.svg.text(place, y + self.band - 9, words, ink, size=SIZE, anchor=anchor)


@dataclass(frozen=True)
class _Hour:
    """An hour of the day, over all days that are shown."""

    name: str
    lines: int
    hits: int


def hours(view: "LogView") -> str:
    """Return the 24 hours as buttons, each as tall as it has lines; what they have when none of
    them is chosen."""
    rest = view.query.minus("hour")
    rows = view.found if rest == view.query else view.search.rows(rest, view.typed_rule.rows)
    lines = [sum(day) for day in zip(*view.index.by_hour(rows), strict=True)] or [0] * 24
    both = view.index.by_hour(rows & view.typed_rule.rows)
    hits = [sum(day) for day in zip(*both, strict=True)] or [0] * 24
    every = [_Hour(f"{hour:02}", lines[hour], hits[hour]) for hour in range(24)]
    most = max([1, *lines])
    is_chosen = "hour" in view.query.fields()
    return (
        '<div class="hours" role="group" aria-label="Hours, UTC" data-rove="focus">'
        + "".join(
            _hour(view, one, most, is_first=not is_chosen and one is every[0]) for one in every
        )
        + "</div>"
    )


def _hour(view: "LogView", one: _Hour, most: int, *, is_first: bool) -> str:
    is_on = view.query.has("hour", one.name)
    said = f"{one.name} UTC, {amount(one.lines, 'line')}"
    said += f", {amount(one.hits, 'hit')}" if view.has_rule else ""
    ring = "<u>○</u>" if one.hits else ""
    return (
        f'<button class="hour" data-do="hour" data-value="{one.name}" data-key="h{one.name}" '
        f'tabindex="{0 if is_first or is_on else -1}" aria-pressed="{truth(is_on)}" '
        f'style="--h:{100 * sqrt(one.lines / most):.0f}%" aria-label="{escape(said)}">'
        f"<i></i>{ring}<span>{one.name}</span></button>"
    )


def day_in_words(written: str) -> str:
    """Return a date as people say it: `Thu 16 Nov 2023`."""
    day = date.fromisoformat(written)
    return f"{day:%a} {day.day} {day:%b %Y}"
