"""Bars of minutes: how long an eviction takes, order by order (lesson 15)."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from labutils.classroom.plates.canvas import BLUE, GREY, VERMILION, canvas
from labutils.stage.eviction import Eviction

KEY = "outline: nothing came back     filled: something was put back meanwhile"


def eviction_orders(evictions: Sequence[Eviction]) -> tuple[Figure, str]:
    """Minutes until the last foothold is gone, a bar for each order of removals, shortest first."""
    ranked = sorted(evictions, key=lambda eviction: eviction.minutes)
    longest = ranked[-1].minutes
    figure, axes = canvas(
        11, 0.8 + 0.42 * len(ranked), (-0.85 * longest, 1.5 * longest), (len(ranked) + 0.2, -0.8)
    )
    for y, eviction in enumerate(ranked):
        _bar(axes, y, eviction, 0.02 * longest)
    axes.text(-0.84 * longest, len(ranked) - 0.1, KEY, size=8, color=GREY)
    clean = sum(not eviction.put_back for eviction in ranked)
    return figure, (
        f"{len(ranked)} orders of {len(ranked[0].order)} removals: {clean} end after "
        f"{ranked[0].minutes} minutes with nothing put back, the slowest takes {longest} minutes "
        f"and {ranked[-1].removals} removals."
    )


def _bar(axes: Axes, y: int, eviction: Eviction, gap: float) -> None:
    """One order: its name, its minutes as a bar, and what was put back meanwhile."""
    back = len(eviction.put_back)
    face, edge = (VERMILION, VERMILION) if back else ("white", BLUE)
    axes.text(-gap, y, ", ".join(eviction.order), ha="right", va="center", size=9)
    bar = Rectangle((0, y - 0.32), eviction.minutes, 0.64, facecolor=face, edgecolor=edge, lw=1.6)
    axes.add_patch(bar)
    words = f"{eviction.minutes} min, {eviction.removals} removals"
    words += f", put back: {back}" if back else ""
    axes.text(eviction.minutes + gap, y, words, va="center", size=8.5)
