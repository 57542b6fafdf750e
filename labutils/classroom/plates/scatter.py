"""Ways of revoking as points: what each costs, and what each leaves a thief (lesson 12)."""

from collections.abc import Mapping

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from labutils.classroom.plates.canvas import BLUE, GREY, VERMILION, canvas
from labutils.stage.revocation import Cost

SHAPES = "osD^"  # one for each way


def costs(measured: Mapping[str, Cost]) -> tuple[Figure, str]:
    """Each way as a point: requests to the provider in an hour of work, and a thief's minutes."""
    most = max(cost.requests for cost in measured.values())
    longest = max(cost.minutes for cost in measured.values())
    figure, axes = canvas(9, 3.9, (-0.28 * most, 1.62 * most), (-0.3 * longest, 1.25 * longest))
    axes.plot([0, 0, 1.3 * most], [1.2 * longest, 0, 0], color=GREY, lw=1)
    words = "requests to the provider in an hour of work"
    axes.text(0.65 * most, -0.2 * longest, words, ha="center", size=9)
    words, turned = "minutes left to the thief", {"rotation": 90, "va": "center", "ha": "center"}
    axes.text(-0.16 * most, 0.6 * longest, words, size=9, **turned)
    for (way, cost), shape in zip(measured.items(), SHAPES, strict=True):
        _point(axes, cost, shape)
        words = f"{way} ({cost.requests}, {cost.minutes})"
        beside = (cost.requests + 0.03 * most, cost.minutes + 0.05 * longest)
        axes.text(*beside, words, size=9, va="bottom")
    return figure, _sentence(measured)


def _point(axes: Axes, cost: Cost, shape: str) -> None:
    """Vermilion and filled where a thief has some minutes, a blue ring where there is none."""
    face, edge = (VERMILION, VERMILION) if cost.minutes else ("white", BLUE)
    axes.scatter(
        [cost.requests],
        [cost.minutes],
        marker=shape,
        s=90,
        facecolors=face,
        edgecolors=edge,
        linewidths=2,
        zorder=3,
        gid=shape,
    )


def _sentence(measured: Mapping[str, Cost]) -> str:
    fewest = min(cost.requests for cost in measured.values())
    best = [way for way, cost in measured.items() if cost.minutes == 0 and cost.requests == fewest]
    points = [
        f"{way} {cost.requests} requests, {cost.minutes} min" for way, cost in measured.items()
    ]
    return (
        f"{len(measured)} ways: {'; '.join(points)}. The fewest of both, for a theft that is "
        f"noticed at once: {', '.join(best) or 'none'}."
    )
