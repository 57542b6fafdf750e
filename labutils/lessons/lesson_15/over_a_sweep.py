"""Curves over a sweep: one line for each way of doing it, and at each point how it ended."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from labutils.pictures.canvas import CURVES, TEXT, End, canvas, mark, name_curves

BELOW, ABOVE = 0.3, 0.26  # of the height of the axes: room for ticks and for the title
LEFT, RIGHT = 0.12, 0.3  # of the width of the axes: room for numbers, and for the names


@dataclass(frozen=True)
class Sweep:
    """What a picture of a sweep says around its curves.

    `ends` maps what a point can be, a kind of mark, to its words for the key. `top` is where
    the curves are cut, and its words; points beyond it are drawn there, above a break of the scale.
    """

    title: str
    across: str
    up: str
    ends: Mapping[str, str]
    top: tuple[float, str]


Point = tuple[float, float | None, str]  # across; up, None for beyond the top; the kind of mark


def over_a_sweep(curves: Mapping[str, Sequence[Point]], sweep: Sweep) -> Figure:
    """One curve for each name, or for several that are alike; a mark says how a point ended."""
    ticks = sorted({point[0] for points in curves.values() for point in points})
    width, (highest, at_the_top) = ticks[-1], sweep.top
    limits = (-LEFT * width, (1 + RIGHT) * width), (-BELOW * highest, (1 + ABOVE) * highest)
    figure, axes = canvas(12, 5.8, *limits)
    axes.text(-LEFT * 0.9 * width, 1.2 * highest, sweep.title, size=14, weight="bold", va="center")
    axes.text(-LEFT * 0.9 * width, 1.1 * highest, sweep.up, size=TEXT, va="center")
    for level in range(5):
        _level(axes, highest * level / 4, width, at_the_top if level == 4 else "")
    for tick in ticks:
        axes.text(tick, -0.06 * highest, f"{tick:g}", size=TEXT, ha="center", va="center")
    axes.text(width / 2, -0.15 * highest, sweep.across, size=TEXT, ha="center", va="center")
    _key(axes, sweep.ends, width, -0.25 * highest)
    alike: dict[tuple[Point, ...], list[str]] = {}
    for name, points in curves.items():
        alike.setdefault(tuple(points), []).append(name)
    ends = []
    for (points, names), style in zip(alike.items(), CURVES, strict=False):
        _curve(axes, points, highest, style)
        ends.append(End(width, _up(points[-1], highest), "\n".join(names), style[0]))
    name_curves(axes, ends)
    if any(point[1] is None for points in curves.values() for point in points):
        _break(axes, highest * 7 / 8, width, 0.012 * highest)
    return figure


def _up(point: Point, highest: float) -> float:
    return highest if point[1] is None else point[1]


def _level(axes: Axes, y: float, width: float, words: str) -> None:
    """A level line with its number, or with words at the top."""
    axes.plot([0, width], [y, y], color="#dddddd", lw=0.8)
    axes.text(-0.02 * width, y, words or f"{y:g}", size=TEXT, ha="right", va="center")


def _break(axes: Axes, y: float, width: float, half: float) -> None:
    """A gap across the curves with a wave on each side: the scale does not go on above it."""
    xs = [width * step / 120 for step in range(-4, 125)]
    wave = [half * (1 if step % 4 < 2 else -1) for step in range(len(xs))]
    low, high = [y - half + up for up in wave], [y + half + up for up in wave]
    axes.fill_between(xs, low, high, color="white", lw=0, zorder=4)
    for edge in (low, high):
        axes.plot(xs, edge, color="#666666", lw=1, zorder=5)


def _curve(axes: Axes, points: Sequence[Point], highest: float, style: tuple[str, str]) -> None:
    colour, dashes = style
    heights = [_up(point, highest) for point in points]
    axes.plot([point[0] for point in points], heights, color=colour, linestyle=dashes, lw=2)
    for (x, _, kind), y in zip(points, heights, strict=True):
        mark(axes, x, y, kind, 90)


def _key(axes: Axes, ends: Mapping[str, str], width: float, y: float) -> None:
    """What the marks mean, below the picture."""
    for number, (kind, words) in enumerate(ends.items()):
        left = 0.5 * width * number
        mark(axes, left, y, kind, 90)
        axes.text(left + 0.02 * width, y, words, size=TEXT, va="center")
