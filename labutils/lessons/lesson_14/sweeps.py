"""Curves over a sweep: for how many thieves a loss happens, setting by setting (lesson 14)."""

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from labutils.pictures.canvas import (
    BLUE,
    CURVES,
    GREY,
    TEXT,
    VERMILION,
    End,
    canvas,
    name_curves,
)


def sweeps(
    counts: Mapping[str, Sequence[int]],
    settings: Sequence[object],
    title: str,
    axes_are: tuple[str, str],
    most: int,
    *,
    stepped: bool = False,
) -> tuple[Figure, str]:
    """`counts[curve]` has a number for each setting; `most` is the number that there can be.

    The settings stand at equal distances. `axes_are` says what is across, and what is up. A point
    is vermilion and filled where something is lost, and a blue ring where nothing is. `stepped`:
    somewhere between two settings the number changes at once; the step stands half way.
    """
    right = len(settings) - 1
    figure, axes = canvas(11.5, 5.6, (-0.16 * right - 0.2, 1.62 * right), (-0.24, 1.26))
    across, up = axes_are
    left = -0.13 * right - 0.15
    axes.text(left, 1.19, title, size=TEXT + 1.5, weight="bold", va="center")
    axes.text(left, 1.09, up, size=TEXT, va="center")
    for part in (0, 0.25, 0.5, 0.75, 1):
        axes.plot([0, right], [part, part], color="#dddddd", lw=0.8, zorder=0)
        axes.text(-0.03 * right, part, f"{part * most:g}", size=TEXT, ha="right", va="center")
    for x, setting in enumerate(settings):
        axes.text(x, -0.075, str(setting), size=TEXT, ha="center", va="center")
    axes.text(right / 2, -0.17, across, size=TEXT, ha="center", va="center")
    ends = []
    for (name, curve), style in zip(counts.items(), CURVES, strict=False):
        _curve(axes, [count / most for count in curve], style, stepped=stepped)
        ends.append(End(right, curve[-1] / most, name, style[0]))
    name_curves(axes, ends)
    return figure, _sentence(counts, settings, most)


def _curve(axes: Axes, heights: Sequence[float], style: tuple[str, str], *, stepped: bool) -> None:
    colour, dashes = style
    way = "steps-mid" if stepped else "default"
    axes.plot(range(len(heights)), heights, color=colour, linestyle=dashes, lw=2, drawstyle=way)
    for x, height in enumerate(heights):
        face, edge = (VERMILION, VERMILION) if height else ("white", BLUE)
        axes.plot([x], [height], "o", mfc=face, mec=edge, mew=2, ms=8, zorder=3)


def _sentence(counts: Mapping[str, Sequence[int]], settings: Sequence[object], most: int) -> str:
    curves = [f"{name} {', '.join(map(str, curve))}" for name, curve in counts.items()]
    return f"Lost, of {most}, at {', '.join(map(str, settings))}: {'; '.join(curves)}."


def frontier_curve(
    best: Sequence[tuple[float, int, Sequence[str]]], title: str, most: int
) -> tuple[Figure, str]:
    """The best that each price buys, as steps: what it costs, and how many losses of `most` are
    left."""
    dearest = max(cost for cost, _, _ in best)
    figure, axes = canvas(11.5, 5.8, (-0.12 * dearest, 1.06 * dearest), (-0.2, 1.32))
    axes.text(-0.1 * dearest, 1.26, title, size=TEXT + 1.5, weight="bold", va="center")
    axes.text(-0.1 * dearest, 1.16, f"losses that happen, of {most}", size=TEXT, va="center")
    for part in (0, 0.25, 0.5, 0.75, 1):
        axes.plot([0, dearest], [part, part], color="#dddddd", lw=0.8, zorder=0)
        words = f"{part * most:g}"
        axes.text(-0.02 * dearest, part, words, size=TEXT, ha="right", va="center")
    points = [(cost, lost / most) for cost, lost, _ in best]
    for (cost, height), (later, lower) in zip(points, points[1:], strict=False):
        axes.plot([cost, later, later], [height, height, lower], color=GREY, lw=1.5)
    for (cost, height), (spent, lost, _) in zip(points, best, strict=True):
        face, edge = (VERMILION, VERMILION) if lost else ("white", BLUE)
        axes.plot([cost], [height], "o", mfc=face, mec=edge, mew=2, ms=8, zorder=3)
        axes.text(cost, -0.065, f"{spent:g}", size=TEXT, ha="center", va="center")
        ground = {"facecolor": "white", "edgecolor": "none", "pad": 1}
        beside = (cost + 0.014 * dearest, height + 0.05)
        axes.text(*beside, str(lost), size=TEXT, va="center", bbox=ground, zorder=2)
    axes.text(dearest / 2, -0.15, "cost in points", size=TEXT, ha="center", va="center")
    steps = [f"{spent:g}: {lost}" for spent, lost, _ in best]
    return figure, f"Cost in points, and losses that are left of {most}. {', '.join(steps)}."
