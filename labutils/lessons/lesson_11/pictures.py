"""The pictures that lesson 11 alone draws."""

from collections.abc import Mapping, Sequence
from itertools import groupby

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

# --- ahead ----------------------------------------------------------------------------------------


def ahead(
    last: Mapping[str, Sequence[int]], dates: Sequence[int], title: str
) -> tuple[Figure, str]:
    """`last[setting]` is the last second at which a proof opens, for each date in `dates`.

    Dates are seconds ahead of the making. 0 stands for a proof that never opens. The name of a
    setting stands beside its last proof that opens.
    """
    right = dates[-1] / 60
    figure, axes = canvas(12, 6.4, (-2.3, right + 3.6), (-3.0, 12.6))
    axes.text(-2.2, 12.0, title, size=14, weight="bold", va="center")
    axes.text(-2.2, 11.0, "works until this minute after it was made", size=TEXT, va="center")
    for tick in range(0, 11, 2):
        axes.plot([0, right], [tick, tick], color=GREY, lw=0.4, zorder=0)
        axes.text(-0.25, tick, f"{tick}", size=TEXT, ha="right", va="center")
    for date in dates:
        axes.text(date / 60, -0.8, f"{date // 60}", size=TEXT, ha="center", va="center")
    words = "dated this many minutes ahead   (filled: accepted, ring: refused)"
    axes.text(right / 2, -1.7, words, size=TEXT, ha="center", va="center")
    ends = []
    by_sum = sorted(last, key=lambda n: -sum(last[n]))
    for name, (colour, dashes) in zip(by_sum, CURVES, strict=False):
        points = [(date / 60, second / 60) for date, second in zip(dates, last[name], strict=True)]
        # No line leads from a proof that opens to one that does not: nothing lies between.
        for _, run in groupby(points, key=lambda point: point[1] > 0):
            axes.plot(*zip(*run, strict=True), color=colour, linestyle=dashes, lw=2, zorder=1)
        for x, y in points:
            face, edge = (VERMILION, VERMILION) if y else ("white", BLUE)
            axes.plot(x, y, "o", ms=9, mfc=face, mec=edge, mew=1.6, zorder=3)
        opening = [point for point in points if point[1]] or points
        ends.append(End(*opening[-1], name, colour))
    name_curves(axes, ends)
    return figure, _ahead_sentence(last, dates)


def _ahead_sentence(last: Mapping[str, Sequence[int]], dates: Sequence[int]) -> str:
    said = [
        f"{name}: {seconds[0]} s for a proof dated now, {max(seconds)} s for the longest"
        for name, seconds in last.items()
    ]
    return (
        f"{len(dates)} dates, from now to {dates[-1] // 60} minutes ahead, and the last second at "
        f"which the proof worked. {'; '.join(said)}."
    )
