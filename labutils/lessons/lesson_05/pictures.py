"""How long each thing still opens after each action: a bar in each cell of a table."""

from collections.abc import Mapping, Sequence
from textwrap import fill

from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from labutils.pictures.canvas import GREY, SHAPES, VERMILION, canvas

WIDE = 0.8  # of a cell, for the bar of what opens at every try
PART = 0.86  # of the place of one try that is filled, so that the tries can be counted


def moment(minute: float) -> str:
    """Minutes as people say them."""
    if minute >= 1440:
        return f"{minute / 1440:g} day"
    return f"{minute:g} min" if minute >= 1 else "half a minute"


def lifetimes(
    lasts: Mapping[tuple[str, str], float], tries: Sequence[float], title: str
) -> tuple[Figure, str]:
    """`lasts[row, action]` is the last of `tries` at which it opened, or 0. Each try has
    a place of the same width: filled up to there, then a ring where it was refused first."""
    rows = list(dict.fromkeys(row for row, _ in lasts))
    actions = list(dict.fromkeys(action for _, action in lasts))
    figure, axes = canvas(
        13, 1.9 + 0.46 * len(rows), (-2.75, len(actions) - 0.45), (len(rows) + 0.7, -2.2)
    )
    axes.text(-2.7, -1.85, title, size=14, weight="bold", va="center")
    for x, action in enumerate(actions):
        axes.text(x, -0.55, fill(action, 12), ha="center", va="bottom", size=12, linespacing=1.05)
    rings = []
    for y, row in enumerate(rows):
        axes.text(-2.7, y, row, va="center", size=12.5)
        axes.plot([-2.7, len(actions) - 0.5], [y + 0.5, y + 0.5], color="#dddddd", lw=0.6)
        for x, action in enumerate(actions):
            opened = sum(minute <= lasts[row, action] for minute in tries)
            step, left = WIDE / len(tries), x - WIDE / 2
            for part in range(opened):
                corner = (left + step * part, y - 0.22)
                axes.add_patch(Rectangle(corner, step * PART, 0.44, color=VERMILION, lw=0))
            if opened < len(tries):
                rings.append((left + step * (opened + 0.5), y))
    shape, face, edge = SHAPES["denied"]
    axes.scatter(
        [x for x, _ in rings],
        [y for _, y in rings],
        marker=shape,
        s=60,
        gid=shape,
        facecolors=face,
        edgecolors=edge,
        linewidths=2,
        zorder=3,
    )
    scale = ", ".join(moment(minute) for minute in tries)
    key = (
        f"one place for each attempt: {scale} after the action    "
        "filled: still opens    ring: refused"
    )
    axes.text(-2.7, len(rows) + 0.2, key, size=12.5, color=GREY, va="center")
    return figure, _sentence(lasts, tries, rows, actions)


def _sentence(
    lasts: Mapping[tuple[str, str], float],
    tries: Sequence[float],
    rows: Sequence[str],
    actions: Sequence[str],
) -> str:
    knocks = sum(
        min(sum(minute <= last for minute in tries) + 1, len(tries)) for last in lasts.values()
    )
    left = ", ".join(
        f"{action} {sum(lasts[row, action] >= tries[-1] for row in rows)}" for action in actions
    )
    words = []
    for row in rows:
        ending = [action for action in actions if not lasts[row, action]]
        if len(ending) == 1:
            words.append(f"{ending[0]!r} for the {row}")
    return (
        f"{knocks} attempts with {len(rows)} credentials, from {moment(tries[0])} to "
        f"{moment(tries[-1])} after each action. Still open after {moment(tries[-1])}, out of "
        f"{len(rows)}: {left}. "
        f"For each of these, only one action takes effect at once: {'; '.join(words) or 'none'}."
    )
