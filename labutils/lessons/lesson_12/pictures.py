"""Four ways to end access tokens: what each leaves a thief, and what it costs (lesson 12)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log10

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from labutils.pictures.canvas import (
    BLACK,
    BLUE,
    CURVES,
    TEXT,
    VERMILION,
    End,
    name_curves,
)
from labutils.pictures.canvas import canvas as sheet

TITLES = (
    "For late reactions, one-minute tokens are best",
    "Only the cost of asking keeps growing",
)
Points = Mapping[tuple[str, float], float]  # by the name of a way, and a delay or a call rate
WIDTH = 10.0  # of a panel, in units of the sheet
GAP = 7.2  # from the end of the left panel to the begin of the right one


@dataclass(frozen=True)
class Panel:
    """A panel of the sheet: where it begins, and how its numbers become places."""

    left: float
    across: Sequence[float]
    highest: float
    by_factors: bool

    def x(self, value: float) -> float:
        """The place of a delay or a call rate."""
        first, last = self.across[0], self.across[-1]
        if self.by_factors:
            return self.left + WIDTH * log10(value / first) / log10(last / first)
        return self.left + WIDTH * (value - first) / (last - first)

    def y(self, value: float) -> float:
        """The place of minutes or requests, from 0 to 10."""
        return 10 * (log10(value) if self.by_factors else value) / self.highest


def strategies(
    minutes: Points, requests: Points, tried: Points, counted: Points
) -> tuple[Figure, str]:
    """Curves for `minutes` over the delay and for `requests` over the call rate.

    The marks are what was tried and counted. Ways with the same curve share a label.
    """
    delays, calls = xs(minutes), xs(requests)
    figure, axes = sheet(12, 5.6, (-2.2, 2 * WIDTH + GAP + 5.6), (-3.1, 13.2))
    left = Panel(0, delays, 10 * 1.05, by_factors=False)
    right = Panel(WIDTH + GAP, calls, log10(1000), by_factors=True)
    axes.text(0, 12.4, TITLES[0], size=14, weight="bold", va="center")
    axes.text(right.left, 12.4, TITLES[1], size=14, weight="bold", va="center")
    axes.text(0, 11.2, "minutes for which a stolen token works", size=TEXT, va="center")
    axes.text(right.left, 11.2, "requests to the provider an hour", size=TEXT, va="center")
    _frame(axes, left, (0, 1, 5, 10), "minutes until somebody reacts")
    _frame(axes, right, (2, 6, 60, 600), "API calls an hour")
    for panel, curves, points in ((left, minutes, tried), (right, requests, counted)):
        _curves(axes, panel, curves)
        for (_, where), value in points.items():
            _mark(axes, (panel.x(where), panel.y(value)), value, thief=panel is left)
    return figure, _sentence(minutes, requests, tried, counted)


def xs(points: Points) -> list[float]:
    """The delays or call rates of a panel, in their order."""
    return sorted({where for _, where in points})


def _frame(axes: Axes, panel: Panel, ticks: Sequence[float], words: str) -> None:
    for tick in ticks:
        axes.plot([panel.left, panel.left + WIDTH], [panel.y(tick)] * 2, color="#dddddd", lw=0.8)
        axes.text(panel.left - 0.3, panel.y(tick), f"{tick:g}", size=TEXT, ha="right", va="center")
    shown = [0, 5, 10, 20, 30] if not panel.by_factors else [2, 6, 30, 120, 600]
    for tick in shown:
        axes.text(panel.x(tick), -0.9, f"{tick:g}", size=TEXT, ha="center", va="center")
    axes.text(panel.left + WIDTH / 2, -2.3, words, size=TEXT, ha="center", va="center")


def shared(points: Points) -> dict[tuple[float, ...], list[str]]:
    """The ways by their curve, those with the same curve together."""
    across, together = xs(points), dict[tuple[float, ...], list[str]]()
    for name in dict.fromkeys(name for name, _ in points):
        curve = tuple(points[name, where] for where in across)
        together.setdefault(curve, []).append(name)
    return together


def _curves(axes: Axes, panel: Panel, points: Points) -> None:
    """The curves with their names at the end."""
    together = shared(points)
    colours = dict(zip(dict.fromkeys(name for name, _ in points), CURVES, strict=False))
    ends = []
    for curve in sorted(together, key=lambda one: (-one[-1], -sum(one))):
        names = together[curve]
        colour, dashes = colours[names[0]]
        places = [panel.x(where) for where in panel.across], [panel.y(value) for value in curve]
        axes.plot(*places, color=colour, linestyle=dashes, lw=2.2)
        ends.append(End(places[0][-1], places[1][-1], "\n".join(names), colour))
    name_curves(axes, ends)


def _mark(axes: Axes, place: tuple[float, float], value: float, *, thief: bool) -> None:
    """Vermilion and filled where the thief got in, a blue ring where he did not; a cost is grey."""
    face, edge = (VERMILION, VERMILION) if value else ("white", BLUE)
    if not thief:
        face, edge = "white", BLACK
    shape, size = ("o", 8) if thief else ("s", 6)
    x, y = place
    axes.plot([x], [y], shape, color=edge, mfc=face, mec=edge, ms=size, zorder=3)


def _sentence(minutes: Points, requests: Points, tried: Points, counted: Points) -> str:
    said = [f"{' and '.join(names)} {_ends(curve)}" for curve, names in shared(minutes).items()]
    paid = [f"{' and '.join(names)} {_ends(curve)}" for curve, names in shared(requests).items()]
    delays, calls = xs(minutes), xs(requests)
    agree = sum(minutes[place] == value for place, value in tried.items())
    agree += sum(requests[place] == value for place, value in counted.items())
    return (
        f"Minutes left, for a reaction after {delays[0]:g} to {delays[-1]:g} minutes: "
        f"{'; '.join(said)}. Requests an hour, for {calls[0]:g} to {calls[-1]:g} calls: "
        f"{'; '.join(paid)}. {agree} of {len(tried) + len(counted)} marks lie on the curves."
    )


def _ends(curve: tuple[float, ...]) -> str:
    first, last = curve[0], curve[-1]
    return f"{first:g}" if len(set(curve)) == 1 else f"from {first:g} to {last:g}"


# --- a map of winners ---------------------------------------------------------------------------

Winners = Mapping[tuple[float, float], tuple[str | None, float]]  # by calls and delay


def winners(won: Winners, title: str) -> tuple[Figure, str]:
    """Which way leaves the thief least within a budget, by call rate (row) and delay (column)."""
    rows = sorted({calls for calls, _ in won})
    columns = sorted({delay for _, delay in won})
    figure, axes = sheet(12, 1.9 + 0.72 * len(rows), (-0.98, len(columns)), (len(rows) + 0.7, -1.1))
    axes.text(-0.95, -0.8, title, size=14, weight="bold", va="center")
    for y, calls in enumerate(rows):
        axes.text(-0.1, y + 0.5, f"{calls:g} calls", size=TEXT, ha="right", va="center")
        for x, delay in enumerate(columns):
            name, minutes = won[calls, delay]
            _cell(axes, (x, y), minutes)
            words = f"{name or 'none'}\n{minutes:g} min left"
            axes.text(x + 0.5, y + 0.5, words, size=TEXT, ha="center", va="center")
    for x, delay in enumerate(columns):
        axes.text(x + 0.5, -0.25, f"after {delay:g} min", size=TEXT, ha="center", va="center")
    words = "rows: API calls an hour; columns: when somebody reacts"
    axes.text(len(columns) / 2, len(rows) + 0.4, words, size=TEXT, ha="center", va="center")
    counts = {
        name: sum(one == name for one, _ in won.values())
        for name in dict.fromkeys(name for name, _ in won.values())
    }
    said = "; ".join(f"{name or 'none'} {count}" for name, count in counts.items())
    return figure, f"{title}. {len(won)} cells, and how many each way wins: {said}."


def _cell(axes: Axes, place: tuple[int, int], minutes: float) -> None:
    """A box from white (no minute) to vermilion (ten). No minute at all has a blue edge."""
    shade = 0.8 * min(minutes, 10) / 10
    colour = tuple(1 - shade * (1 - part) for part in (0.84, 0.37, 0.0))
    edge, width = ("#777777", 0.6) if minutes else (BLUE, 2)
    x, y = place
    box = Rectangle((x + 0.03, y + 0.05), 0.94, 0.9, facecolor=colour, edgecolor=edge, lw=width)
    axes.add_patch(box)
