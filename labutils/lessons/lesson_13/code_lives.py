"""How long a phish by device code works, over the life of the code (lesson 13)."""

from collections.abc import Mapping
from math import log10

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from labutils.pictures.canvas import CURVES, GREY, TEXT, End, canvas, mark, name_curves

Outcomes = Mapping[tuple[str, int, int], bool]


def code_lives(outcomes: Outcomes) -> tuple[Figure, str]:
    """`outcomes[when, life, after]`: whether the thief gets in.

    `when` is when he asks for the code, `life` its seconds, `after` the seconds until the message
    is read. Drawn is the last reading that was tried at which he still gets in.
    """
    ways = list(dict.fromkeys(when for when, _, _ in outcomes))
    lives = sorted({life for _, life, _ in outcomes})
    delays = sorted({after for _, _, after in outcomes})
    last = {(when, life): _last(outcomes, when, life, delays) for when in ways for life in lives}
    left, right, top = log10(lives[0]), log10(lives[-1]), log10(delays[-1])
    low = log10(delays[0]) - 0.15
    figure, axes = canvas(12, 5.6, (left - 0.55, right + 0.75), (low - 0.75, top + 0.75))
    title = "A short life stops the code that waits, not the one that is fetched on arrival"
    axes.text(left - 0.53, top + 0.6, title, size=14, weight="bold", va="center")
    axes.text(
        left - 0.53, top + 0.3, "the message is read, at the latest, after", size=TEXT, va="center"
    )
    _axes(axes, lives, delays, low)
    ends = []
    for way, style in zip(ways, CURVES, strict=False):
        at_least = last[way, lives[-1]] == delays[-1]  # later ones were not tried
        name = f"asked {way}" + (f",\n{delays[-1]} s or more" if at_least else "")
        x, y = _curve(axes, [(life, last[way, life]) for life in lives], style)
        ends.append(End(x, y, name, style[0]))
    name_curves(axes, ends)
    return figure, _sentence(last, ways, lives, delays)


def _last(outcomes: Outcomes, when: str, life: int, delays: list[int]) -> int:
    """The last delay at which the thief gets in; 0 where he never does."""
    return max((after for after in delays if outcomes[when, life, after]), default=0)


def _axes(axes: Axes, lives: list[int], delays: list[int], low: float) -> None:
    for after in delays:
        axes.plot([log10(lives[0]), log10(lives[-1])], [log10(after)] * 2, color="#dddddd", lw=0.8)
        axes.text(
            log10(lives[0]) - 0.05, log10(after), f"{after} s", size=TEXT, ha="right", va="center"
        )
    for life in lives:
        axes.text(log10(life), low - 0.12, f"{life} s", size=TEXT, ha="center", va="center")
    middle = (log10(lives[0]) + log10(lives[-1])) / 2
    words = "life of a device code"
    axes.text(middle, low - 0.5, words, size=TEXT, ha="center", va="center", color=GREY)


def _curve(
    axes: Axes, points: list[tuple[int, int]], style: tuple[str, str]
) -> tuple[float, float]:
    """A curve, and where it ends; its points are vermilion and filled, since the thief got in."""
    places = [(log10(life), log10(after)) for life, after in points if after]
    colour, dashes = style
    axes.plot(*zip(*places, strict=True), color=colour, linestyle=dashes, lw=2)
    for x, y in places:
        mark(axes, x, y, "succeeded", 60)
    return places[-1]


def _sentence(
    last: Mapping[tuple[str, int], int], ways: list[str], lives: list[int], delays: list[int]
) -> str:
    said = []
    for way in ways:
        seconds = [last[way, life] for life in lives]
        ends = f"from {seconds[0]} to {seconds[-1]} s" if len({*seconds}) > 1 else f"{seconds[0]} s"
        said.append(f"{ends} where he asks {way}")
    return (
        f"{len(lives)} lives of a device code, from {lives[0]} to {lives[-1]} s, and {len(delays)} "
        f"delays, up to {delays[-1]} s. The last reading that lets the thief in: {'; '.join(said)}."
    )
