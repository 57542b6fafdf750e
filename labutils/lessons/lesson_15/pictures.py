"""The pictures that lesson 15 alone draws."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from labutils.pictures.canvas import CURVES, TEXT, End, canvas, mark, name_curves
from labutils.text import counted

# --- over a sweep ---------------------------------------------------------------------------------

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
    for tick in _apart(ticks, width / 30):
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


def _apart(ticks: Sequence[float], least: float) -> list[float]:
    """The ticks that have room for their numbers: each so far from the one before."""
    apart = [ticks[0]]
    for tick in ticks[1:]:
        if tick - apart[-1] >= least:
            apart.append(tick)
    return apart


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


# --- response -------------------------------------------------------------------------------------

EVICTION = Sweep(
    "One by one never ends if visits are as frequent as removals",
    "minutes between two visits by the intruder; one removal takes 20",
    "hours until the intruder is out",
    {"denied": "the intruder is out", "succeeded": "still in after a day"},
    (12, "a day"),
)
KEYS = Sweep(
    "An overlap avoids an outage, but a stolen key works for longer",
    "minutes from the new key until the provider drops the old one",
    "minutes, in the worst of the changes from 09:01 to 09:08",
    {"succeeded": "a forged token works", "defenders": "Ada's app is refused"},
    (16, "16"),
)


def hours_until_out(minutes: Mapping[tuple[str, int], int | None]) -> tuple[Figure, str]:
    """`minutes[way, visit]`: until the intruder is out; None where that is not within a day."""
    curves: dict[str, list[Point]] = {}
    for (way, visit), value in minutes.items():
        point = (visit, None, "succeeded") if value is None else (visit, value / 60, "denied")
        curves.setdefault(way, []).append(point)
    visits = sorted({visit for _, visit in minutes})
    said = []
    for way in curves:
        ends = {visit: minutes[way, visit] for visit in visits}
        if endless := [visit for visit, end in ends.items() if end is None]:
            first, *later = (visit for visit in visits if visit > endless[-1])
            most = max(ends[visit] or 0 for visit in later)
            words = f"not within a day up to {endless[-1]}, "
            words += f"{ends[first]} at {first}, then {most} or less"
        else:
            words = f"{max(end for end in ends.values() if end is not None)} or less"
        said.append(f"{' '.join(way.split())}: {words}")
    marks = f"{', '.join(map(str, visits[:-1]))} or {visits[-1]}"
    sentence = (
        f"Minutes until the intruder is out, with a visit every {marks} minutes: {'; '.join(said)}."
    )
    return over_a_sweep(curves, EVICTION), sentence


def key_overlap(minutes: Mapping[int, tuple[int, int]]) -> tuple[Figure, str]:
    """`minutes[wait]`: in how many minutes Ada's app was refused, and a forged token opened."""
    curves: dict[str, list[Point]] = {
        "a token that a\nthief forges\nwith the old key": [
            (wait, forged, "succeeded") for wait, (_, forged) in minutes.items()
        ],
        "Ada's app": [(wait, refused, "defenders") for wait, (refused, _) in minutes.items()],
    }
    unbroken = [wait for wait, (refused, _) in minutes.items() if not refused]
    waits = list(minutes)
    longest = counted(max(refused for refused, _ in minutes.values()), "minute")
    at_once = counted(minutes[waits[0]][1], "minute")
    sentence = (
        f"In the worst of the changes, with waits of {waits[0]} to {waits[-1]} minutes, Ada's app "
        f"is refused for up to {longest}, and never if the wait is {unbroken[0]} minutes or more; "
        f"a forged token works for {at_once} if the old key goes at once, "
        f"and for {minutes[waits[-1]][1]} if it stays for {waits[-1]}."
    )
    return over_a_sweep(curves, KEYS), sentence
