"""The pictures that lesson 14 alone draws."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from labutils.incident.breach import Attempt, Step
from labutils.incident.campaign import Ask
from labutils.pictures.canvas import (
    BLUE,
    CURVES,
    GREY,
    TEXT,
    VERMILION,
    End,
    canvas,
    mark,
    name_curves,
)

# --- routes ---------------------------------------------------------------------------------------

WIDTH = 3.1  # of a request
REASONS = {"fresh": "no managed device"}  # a rule whose name says too little in a picture
# What each kind of mark means, and what stands before it where it is not the first one.
KEY = {
    "succeeded": ("", "filled: allowed"),
    "denied": ("    ", "ring: refused, and by which rule"),
    "not_reached": ("    ", "stroke: the thief lacks what the request needs"),
    "other": (
        "\n",
        "dotted: not tried (an earlier request in the row failed, or an earlier row was open)",
    ),
}


@dataclass(frozen=True)
class Route:
    """One route of a step: its requests, and what those met that were tried."""

    step: Step
    first: bool  # of its step
    asks: Sequence[Ask]
    attempts: Sequence[Attempt]  # fewer than asks: nothing is tried after a refusal

    @property
    def is_open(self) -> bool:
        """Whether each of its requests was tried and allowed."""
        return len(self.attempts) == len(self.asks) and all(map(_allowed, self.attempts))

    @property
    def requests(self) -> list[tuple[Ask, Attempt | None]]:
        """Each request, and the attempt at it where there was one."""
        return list(zip_longest(self.asks, self.attempts))


def routes(steps: Sequence[Step], chosen: Mapping[str, str], title: str) -> tuple[Figure, str]:
    """Every route of some steps, a row for each; `chosen` maps a name for a step to its fact.

    The requests of a route stand side by side: all are needed. The routes of a step stand one below
    another: one is enough.
    """
    names = {fact: name for name, fact in chosen.items()}
    shown = [step for step in steps if step.fact in names]
    rows = [route for step in shown for route in _routes_of(step)]
    longest = max(len(route.asks) for route in rows)
    figure, axes = canvas(
        12, 1.8 + 0.86 * len(rows), (-2.1, WIDTH * longest), (len(rows) + 0.6, -1.5)
    )
    axes.text(-2.05, -1.1, title, size=TEXT + 1.5, weight="bold", va="center")
    axes.text(-2.05, len(rows) + 0.05, _key(rows), size=TEXT, color=GREY, va="center")
    for y, route in enumerate(rows):
        if route.first:
            axes.axhline(y - 0.5, color="#cccccc", lw=0.7)
            name = names[route.step.fact]
            axes.text(-2.05, y, name, size=TEXT, weight="bold", va="center")
        for x, (ask, attempt) in enumerate(route.requests):
            _request(axes, WIDTH * x, y, ask, attempt)
    stopped = [names[step.fact] for step in shown if step.stopped]
    return figure, (
        f"Routes to {' and '.join(names[step.fact] for step in shown)}: {len(rows)}. Open all the "
        f"way: {sum(route.is_open for route in rows)}. "
        f"With no open route: {', '.join(stopped) or 'none'}."
    )


def _key(rows: Iterable[Route]) -> str:
    """What the marks mean, of each kind that is there."""
    met = {_met(*request)[0] for route in rows for request in route.requests}
    entries = [KEY[kind] for kind in KEY if kind in met]
    return "".join(space * bool(place) + words for place, (space, words) in enumerate(entries))


def _routes_of(step: Step) -> Iterator[Route]:
    """The routes of a step, each with those of its attempts that belong to it, in order."""
    left, done = list(step.attempts), False
    for number, asks in enumerate(step.plan.routes):
        tried: list[Attempt] = []
        while not done and len(tried) < len(asks) and all(map(_allowed, tried)):
            tried.append(left.pop(0))
        route = Route(step, number == 0, asks, tried)
        done = done or route.is_open
        yield route


def _allowed(attempt: Attempt) -> bool:
    return attempt.decision is not None and attempt.decision.allow


def _request(axes: Axes, x: float, y: int, ask: Ask, attempt: Attempt | None) -> None:
    """A request as a box: blue where it was refused, dotted where nobody tried it."""
    kind, reason = _met(ask, attempt)
    edge, width = (BLUE, 2.0) if kind == "denied" else ("#aaaaaa", 0.8)
    dashes = "-" if attempt else ":"
    box = Rectangle(
        (x, y - 0.44), 2.95, 0.88, edgecolor=edge, lw=width, facecolor="white", ls=dashes
    )
    axes.add_patch(box)
    mark(axes, x + 0.16, y, kind, 45)
    words = f"{ask.scope}\nwith {ask.using}" + (f"\n{reason}" if reason else "")
    axes.text(x + 0.34, y, words, size=TEXT, va="center", color="black" if attempt else GREY)


def _met(ask: Ask, attempt: Attempt | None) -> tuple[str, str]:
    """The kind of mark for a request, and why it was not allowed."""
    if attempt is None:
        return "other", ""
    if attempt.decision is None:
        return "not_reached", "no implant" if ask.origin == "atlassian" else "not held"
    if not attempt.decision.allow:
        return "denied", REASONS.get(attempt.decision.rule, attempt.decision.rule)
    return "succeeded", ""


# --- sweeps ---------------------------------------------------------------------------------------


def sweeps(
    counts: Mapping[str, Sequence[int]],
    settings: Sequence[object],
    title: str,
    axes_are: tuple[str, str],
    most: int,
) -> tuple[Figure, str]:
    """`counts[curve]` has a number for each setting; `most` is the number that there can be.

    The settings stand at equal distances. `axes_are` says what is across, and what is up. A point
    is vermilion and filled where something is lost, and a blue ring where nothing is.
    """
    right = len(settings) - 1
    figure, axes = canvas(11.5, 5.6, (-0.16 * right - 0.2, 1.62 * right), (-0.24, 1.26))
    across, up = axes_are
    left = -0.13 * right - 0.15
    axes.text(left, 1.19, title, size=TEXT + 1.5, weight="bold", va="center")
    axes.text(left, 1.09, up, size=TEXT, va="center")
    for part in (0, 0.25, 0.5, 0.75, 1):
        axes.plot([0, right], [part, part], color="#dddddd", lw=0.8, zorder=0)
        axes.text(-0.03 * right, part, f"{part * most:g}", size=TEXT, ha="right", va="center")
    for x, setting in enumerate(settings):
        axes.text(x, -0.075, str(setting), size=TEXT, ha="center", va="center")
    axes.text(right / 2, -0.17, across, size=TEXT, ha="center", va="center")
    ends = []
    for (name, curve), style in zip(counts.items(), CURVES, strict=False):
        _curve(axes, [count / most for count in curve], style)
        ends.append(End(right, curve[-1] / most, name, style[0]))
    name_curves(axes, ends)
    return figure, _sentence(counts, settings, most)


def _curve(axes: Axes, heights: Sequence[float], style: tuple[str, str]) -> None:
    colour, dashes = style
    axes.plot(range(len(heights)), heights, color=colour, linestyle=dashes, lw=2)
    for x, height in enumerate(heights):
        face, edge = (VERMILION, VERMILION) if height else ("white", BLUE)
        axes.plot([x], [height], "o", mfc=face, mec=edge, mew=2, ms=8, zorder=3)


def _sentence(counts: Mapping[str, Sequence[int]], settings: Sequence[object], most: int) -> str:
    curves = [f"{name} {', '.join(map(str, curve))}" for name, curve in counts.items()]
    return f"Losses out of {most}, at {', '.join(map(str, settings))}: {'; '.join(curves)}."


def frontier_curve(
    best: Sequence[tuple[float, int, Sequence[str]]], title: str, most: int
) -> tuple[Figure, str]:
    """The best that each price buys, as steps: what it costs, and how many losses of `most` are
    left."""
    dearest = max(cost for cost, _, _ in best)
    figure, axes = canvas(11.5, 5.8, (-0.12 * dearest, 1.06 * dearest), (-0.2, 1.32))
    axes.text(-0.1 * dearest, 1.26, title, size=TEXT + 1.5, weight="bold", va="center")
    axes.text(-0.1 * dearest, 1.16, f"losses that happen, of {most}", size=TEXT, va="center")
    for part in (0, 0.25, 0.5, 0.75, 1):
        axes.plot([0, dearest], [part, part], color="#dddddd", lw=0.8, zorder=0)
        words = f"{part * most:g}"
        axes.text(-0.02 * dearest, part, words, size=TEXT, ha="right", va="center")
    points = [(cost, lost / most) for cost, lost, _ in best]
    for (cost, height), (later, lower) in zip(points, points[1:], strict=False):
        axes.plot([cost, later, later], [height, height, lower], color=GREY, lw=1.5)
    for (cost, height), (spent, lost, _) in zip(points, best, strict=True):
        face, edge = (VERMILION, VERMILION) if lost else ("white", BLUE)
        axes.plot([cost], [height], "o", mfc=face, mec=edge, mew=2, ms=8, zorder=3)
        axes.text(cost, -0.065, f"{spent:g}", size=TEXT, ha="center", va="center")
        ground = {"facecolor": "white", "edgecolor": "none", "pad": 1}
        beside = (cost + 0.014 * dearest, height + 0.05)
        axes.text(*beside, str(lost), size=TEXT, va="center", bbox=ground, zorder=2)
    axes.text(dearest / 2, -0.15, "cost in points", size=TEXT, ha="center", va="center")
    steps = [f"{spent:g}: {lost}" for spent, lost, _ in best]
    return figure, f"Cost in points: losses left, out of {most}. {', '.join(steps)}."
