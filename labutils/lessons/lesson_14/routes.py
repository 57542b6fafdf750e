"""The routes of steps as an AND/OR graph, with the requests at which they are cut (lesson 14)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from labutils.incident.breach import Attempt, Step
from labutils.incident.campaign import Ask
from labutils.pictures.canvas import BLUE, GREY, TEXT, canvas, mark

WIDTH = 3.1  # of a request
REASONS = {"fresh": "no managed device"}  # a rule whose name says too little in a picture
# What each kind of mark means, and what stands before it where it is not the first one.
KEY = {
    "succeeded": ("", "filled: allowed"),
    "denied": ("    ", "ring: refused, and by which rule"),
    "not_reached": ("    ", "stroke: he lacks what it takes"),
    "other": (
        "\n",
        "dotted: not tried, since an earlier request of the row failed, or an earlier row was open",
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
    style = (
        {"edgecolor": BLUE, "lw": 2} if kind == "denied" else {"edgecolor": "#aaaaaa", "lw": 0.8}
    )
    style |= {"facecolor": "white", "ls": "-" if attempt else ":"}
    axes.add_patch(Rectangle((x, y - 0.44), 2.95, 0.88, **style))
    mark(axes, x + 0.16, y, kind, 45)
    words = f"{ask.ask}\nwith {ask.using}" + (f"\n{reason}" if reason else "")
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
