"""The pictures that lesson 06 alone draws."""

from collections.abc import Mapping, Sequence
from math import log10
from textwrap import fill

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from labutils.pictures.canvas import BLUE, CURVES, TEXT, VERMILION, End, canvas, name_curves

# --- delays ---------------------------------------------------------------------------------------

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
    axes.text(-1.1, top + 0.27, "attacker-minutes", size=TEXT, va="center")
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


def curves(
    minutes: Mapping[tuple[str, int], float], across: Sequence[int]
) -> dict[Curve, list[str]]:
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
        f"{len(across)} delays, from {spoken(across[0])} to {spoken(across[-1])}. How long each "
        f"credential worked: {'; '.join(said)}. The last attempt was at {spoken(horizon)}."
    )


# --- heat -----------------------------------------------------------------------------------------

HEAT_DAY = 1440  # minutes
Cells = Mapping[tuple[str, str], float]  # by row and column


def heat(minutes: Cells, horizon: int, title: str) -> tuple[Figure, str]:
    """Attacker-minutes of each theft (row) against each reaction (column).

    `horizon` is the last minute that was tried: a theft that serves so long may serve longer.
    """
    rows = list(dict.fromkeys(row for row, _ in minutes))
    columns = list(dict.fromkeys(column for _, column in minutes))
    figure, axes = canvas(
        12, 2.1 + 0.62 * len(rows), (-1.5, len(columns) - 0.4), (len(rows) - 0.3, -2.1)
    )
    axes.text(-1.45, -1.8, title, size=14, weight="bold", va="center")
    steps = sorted(set(minutes.values()))
    for y, row in enumerate(rows):
        axes.text(-1.45, y, row, va="center", size=TEXT)
        for x, column in enumerate(columns):
            value = minutes[row, column]
            shade = steps.index(value) / max(1, len(steps) - 1)
            _cell(axes, (x, y), shade, opens=value > 0)
            words = lasting(value, horizon)
            axes.text(x, y, words, ha="center", va="center", size=TEXT, weight="bold")
    for x, column in enumerate(columns):
        words = fill(column, 14)
        axes.text(x, -0.6, words, ha="center", va="bottom", size=TEXT, linespacing=1.05)
    return figure, _heat_sentence(rows, columns, minutes, horizon)


def _cell(axes: Axes, place: tuple[int, int], shade: float, opens: bool) -> None:
    """A box from white (shade 0) to vermilion (shade 1). What never opens has a blue edge."""
    x, y = place
    colour = tuple(1 - shade * (1 - part) for part in (0.84, 0.37, 0.0))
    edge, width = ("#777777", 0.6) if opens else (BLUE, 2)
    box = Rectangle((x - 0.48, y - 0.43), 0.96, 0.86, facecolor=colour, edgecolor=edge, lw=width)
    axes.add_patch(box)


def _heat_sentence(
    rows: Sequence[str], columns: Sequence[str], minutes: Cells, horizon: int
) -> str:
    open_to_the_end = {
        column: sum(minutes[row, column] >= horizon for row in rows) for column in columns
    }
    counts = [f"{name} {count}" for name, count in open_to_the_end.items()]
    always = [row for row in rows if all(minutes[row, column] >= horizon for column in columns)]
    never = [row for row in rows if not any(minutes[row, column] for column in columns)]
    return (
        f"{len(minutes)} trials. Still working after {horizon // HEAT_DAY} days, "
        f"out of {len(rows)}, by reaction: {'; '.join(counts)}. "
        f"Still works whatever the reaction: {', '.join(always) or 'none'}. "
        f"Never works: {', '.join(never) or 'none'}."
    )


def lasting(minutes: float, horizon: int) -> str:
    """Minutes as people say them; at the horizon, with a plus for `or more`."""
    if minutes >= horizon:
        return f"{minutes // HEAT_DAY:g} days +"
    if minutes >= HEAT_DAY:
        return f"{minutes // HEAT_DAY:g} d"
    return f"{minutes // 60:g} h" if minutes >= 60 else f"{minutes:g} min"
