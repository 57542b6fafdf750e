"""The pictures that lesson 06 alone draws."""

from collections.abc import Mapping, Sequence
from textwrap import fill

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from labutils.pictures.canvas import BLUE, TEXT, canvas

DAY = 1440  # minutes
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
        f"{len(minutes)} trials. Still working after {horizon // DAY} days, "
        f"out of {len(rows)}, by reaction: {'; '.join(counts)}. "
        f"Still works whatever the reaction: {', '.join(always) or 'none'}. "
        f"Never works: {', '.join(never) or 'none'}."
    )


def lasting(minutes: float, horizon: int) -> str:
    """Minutes as people say them; at the horizon, with a plus for `or more`."""
    if minutes >= horizon:
        return f"{minutes // DAY:g} days +"
    if minutes >= DAY:
        return f"{minutes // DAY:g} d"
    return f"{minutes // 60:g} h" if minutes >= 60 else f"{minutes:g} min"
