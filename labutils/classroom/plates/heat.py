"""A heat map of minutes: how long each stolen thing serves, defence by defence (lesson 06)."""

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from labutils.classroom.plates.canvas import BLUE, canvas

DAY = 1440  # minutes
Cells = Mapping[tuple[str, str], int]  # by row and column


def heat(
    rows: Sequence[str], columns: Sequence[str], minutes: Cells, lines: Cells, horizon: int
) -> tuple[Figure, str]:
    """Attacker-minutes of each theft (row) against each defence (column).

    Under each number stands the line of the log that decided. `horizon` is the last minute that was
    tried: a theft that serves so long may serve longer.
    """
    figure, axes = canvas(
        11, 1.6 + 0.62 * len(rows), (-1.35, len(columns) - 0.35), (len(rows) - 0.2, -1.15)
    )
    steps = sorted(set(minutes.values()))
    for y, row in enumerate(rows):
        axes.text(-1.3, y, row, va="center", size=10)
        for x, column in enumerate(columns):
            value = minutes[row, column]
            shade = steps.index(value) / max(1, len(steps) - 1)
            _cell(axes, (x, y), shade, opens=value > 0)
            words = lasting(value, horizon)
            axes.text(x, y - 0.1, words, ha="center", va="center", size=10.5, weight="bold")
            line = f"line {lines[row, column]}"
            axes.text(x, y + 0.25, line, ha="center", va="center", size=8)
    for x, column in enumerate(columns):
        axes.text(x, -0.6, column, ha="center", va="bottom", size=9.5)
    return figure, _sentence(rows, columns, minutes, horizon)


def _cell(axes: Axes, place: tuple[int, int], shade: float, opens: bool) -> None:
    """A box from white (shade 0) to vermilion (shade 1). What never opens has a blue edge."""
    x, y = place
    colour = tuple(1 - shade * (1 - part) for part in (0.84, 0.37, 0.0))
    edge, width = ("#777777", 0.6) if opens else (BLUE, 2)
    box = Rectangle((x - 0.48, y - 0.45), 0.96, 0.9, facecolor=colour, edgecolor=edge, lw=width)
    axes.add_patch(box)


def _sentence(rows: Sequence[str], columns: Sequence[str], minutes: Cells, horizon: int) -> str:
    open_to_the_end = {
        column: sum(minutes[row, column] >= horizon for row in rows) for column in columns
    }
    counts = [f"{name.replace(chr(10), ' ')} {count}" for name, count in open_to_the_end.items()]
    always = [row for row in rows if all(minutes[row, column] >= horizon for column in columns)]
    never = [row for row in rows if not any(minutes[row, column] for column in columns)]
    return (
        f"{len(minutes)} trials. Of {len(rows)} stolen things so many still open after "
        f"{horizon // DAY} days, reaction by reaction: {'; '.join(counts)}. "
        f"Open to the end whatever is done: {', '.join(always) or 'none'}. "
        f"Never open: {', '.join(never) or 'none'}."
    )


def lasting(minutes: int, horizon: int) -> str:
    """Minutes as people say them; at the horizon, with a plus for `or more`."""
    if minutes >= horizon:
        return f"{minutes // DAY} days +"
    if minutes >= DAY:
        return f"{minutes // DAY} d"
    return f"{minutes // 60} h" if minutes >= 60 else f"{minutes} min"
