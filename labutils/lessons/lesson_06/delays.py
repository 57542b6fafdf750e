"""Attacker-minutes over the delay of the defender: a curve for each stolen thing (lesson 06)."""

from collections.abc import Mapping, Sequence
from math import log10

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from labutils.pictures.canvas import CURVES, TEXT, VERMILION, End, canvas, name_curves

DAY = 1440  # minutes
Curve = tuple[float, ...]


def spoken(minutes: float) -> str:
    """Minutes as people say them."""
    for unit, size in (("day", DAY), ("hour", 60)):
        if minutes >= size:
            count = round(minutes / size)
            return f"{count} {unit}{'s' if count > 1 else ''}"
    return f"{minutes:g} min"


def delays(
    minutes: Mapping[tuple[str, int], float], horizon: int, title: str
) -> tuple[Figure, str]:
    """`minutes[name, delay]`; both axes grow by factors. Things with one curve share a label.

    `horizon` is the last minute that was tried: there a thing may serve longer.
    """
    across = sorted({delay for _, delay in minutes})
    shared = curves(minutes, across)
    low, right, top = log10(0.5) - 0.25, log10(across[-1]), log10(horizon)
    figure, axes = canvas(12, 6.4, (-1.15, right + 1.75), (low - 0.85, top + 0.85))
    axes.text(-1.1, top + 0.6, title, size=14, weight="bold", va="center")
    axes.text(-1.1, top + 0.27, "minutes for the attacker", size=TEXT, va="center")
    for tick in (1, 10, 60, DAY, 30 * DAY, horizon):
        axes.plot([-0.15, right], [log10(tick)] * 2, color="#dddddd", lw=0.8)
        axes.text(-0.25, log10(tick), spoken(tick), size=TEXT, ha="right", va="center")
    for delay in across:
        axes.text(log10(delay), low - 0.12, spoken(delay), size=TEXT, ha="center", va="center")
    words = "from the theft to the reaction"
    axes.text(right / 2, low - 0.5, words, size=TEXT, ha="center", va="center")
    ends = []
    for curve, style in zip(sorted(shared, key=lambda one: -sum(one)), CURVES, strict=False):
        _draw(axes, across, curve, style)
        ends.append(End(right, log10(curve[-1]), "\n".join(shared[curve]), style[0]))
    name_curves(axes, ends)
    return figure, _sentence(shared, across, horizon)


def curves(minutes: Mapping[tuple[str, int], float], across: Sequence[int]) -> dict[Curve, list]:
    """The names by their curve, the ones with the same curve together."""
    shared: dict[Curve, list[str]] = {}
    for name in dict.fromkeys(name for name, _ in minutes):
        shared.setdefault(tuple(minutes[name, delay] for delay in across), []).append(name)
    return shared


def _draw(axes: Axes, across: Sequence[int], curve: Curve, style: tuple[str, str]) -> None:
    """A curve, and its points: vermilion and filled, since the attacker got in."""
    points = [log10(delay) for delay in across], [log10(value) for value in curve]
    colour, dashes = style
    axes.plot(*points, color=colour, linestyle=dashes, lw=2)
    axes.plot(*points, "o", color=VERMILION, ms=8, zorder=3)


def _sentence(shared: Mapping[Curve, list[str]], across: Sequence[int], horizon: int) -> str:
    said = []
    for curve, names in shared.items():
        first, last = spoken(curve[0]), spoken(curve[-1])
        ends = f"{first} at every delay" if first == last else f"from {first} to {last}"
        said.append(f"{' and '.join(names)} {ends}")
    return (
        f"{len(across)} delays, from {spoken(across[0])} to {spoken(across[-1])}, and the minutes "
        f"that the attacker had: {'; '.join(said)}. {spoken(horizon)} were tried at most."
    )
