"""Scores of a hunt: precision against alerts a day, and the steps seen by tactic (lesson 10).

Black diamonds are what defenders see; grey is what they do not.
"""

import math
from collections.abc import Mapping

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from labutils.classroom.plates.canvas import BLACK, GREY, TEXT, canvas
from labutils.incident.hunt.intervals import Share
from labutils.incident.hunt.scoring import Score

TITLE = TEXT + 1.5
LEAST = 0.1  # alerts a day: what is rarer stands at the left edge
PALE = "#dddddd"


def precision_by_alerts(scores: Mapping[str, Score], title: str) -> tuple[Figure, str]:
    """Each score as a point: alerts a day in its worst week, and how many of its alerts were true,
    with the interval. What lies to the right of the budget is not all read."""
    most = max([one.worst_week[1] for one in scores.values()] + [50])
    right = math.log10(most / LEAST) + 0.2
    figure, axes = canvas(12, 5.6, (-0.75, right + 1.2), (-0.34, 1.3))
    axes.text(-0.7, 1.22, title, size=TITLE, weight="bold", va="center")
    _frame(axes, right)
    budget = next(iter(scores.values())).budget
    x = _across(budget)
    axes.plot([x, x], [0, 1.04], color=BLACK, lw=1.2, ls=(0, (4, 3)))
    axes.text(x + 0.04, 1.08, f"budget: {budget} a day", size=TEXT, va="center")
    beside = _free_heights(scores)
    for name, one in scores.items():
        _point(axes, one, name, beside[name])
    return figure, _points_sentence(scores, budget)


def _across(alerts_a_day: float) -> float:
    """Where so many alerts a day stand: each power of ten is as wide as the last."""
    return math.log10(max(alerts_a_day, LEAST) / LEAST)


def _frame(axes: Axes, right: float) -> None:
    for share in (0, 0.5, 1):
        axes.plot([0, right], [share, share], color=PALE, lw=0.8, zorder=0)
        axes.text(-0.06, share, f"{100 * share:.0f} %", size=TEXT, ha="right", va="center")
    words, turned = "alerts that are true", {"rotation": 90, "va": "center", "ha": "center"}
    axes.text(-0.6, 0.5, words, size=TEXT, **turned)
    alerts = LEAST
    while _across(alerts) <= right:
        words = f"{alerts:g}" if alerts > LEAST else f"{alerts:g} or less"
        axes.text(_across(alerts), -0.1, words, size=TEXT, ha="center", va="center")
        alerts *= 10
    words = "alerts a day in the worst week"
    axes.text(right / 2, -0.24, words, size=TEXT, ha="center", va="center")


def _free_heights(scores: Mapping[str, Score]) -> dict[str, float]:
    """How high the words of each point stand: beside it, or above those that stand there."""
    heights: dict[str, float] = {}
    taken: list[tuple[float, float]] = []
    for name, one in sorted(scores.items(), key=lambda pair: pair[1].precision.value):
        x, height = _across(one.worst_week[1]), one.precision.value
        while any(abs(x - other) < 2 and abs(height - y) < 0.11 for other, y in taken):
            height += 0.01
        taken.append((x, height))
        heights[name] = height
    return heights


def _point(axes: Axes, one: Score, name: str, height: float) -> None:
    x, share = _across(one.worst_week[1]), one.precision
    colour = BLACK if one.within_budget else GREY
    axes.plot([x, x], [share.low, share.high], color=colour, lw=2)
    _diamond(axes, x, share.value, BLACK if one.within_budget else "white", colour)
    words = f"{name}: {share.hits} of {share.trials}"
    paper = {"facecolor": "white", "edgecolor": "none", "pad": 0.6, "alpha": 0.85}
    style = {"size": TEXT, "va": "center", "color": colour, "bbox": paper}
    axes.text(x + 0.09, height, words, **style)


def _diamond(axes: Axes, x: float, y: float, face: str, edge: str) -> None:
    axes.plot(x, y, "D", ms=9, mfc=face, mec=edge, mew=1.8, zorder=4)


def _points_sentence(scores: Mapping[str, Score], budget: int) -> str:
    rungs = [
        f"{name} {one.precision.hits} true of {one.precision.trials} alerts, "
        f"{one.worst_week[1]:.2f} a day"
        for name, one in scores.items()
    ]
    inside = [name for name, one in scores.items() if one.within_budget]
    return (
        f"{len(scores)} sets of rules, by the worst week: {'; '.join(rungs)}. "
        f"Within the budget of {budget} a day: {', '.join(inside) or 'none'}."
    )


def coverage_by_tactic(result: Score, title: str) -> tuple[Figure, str]:
    """The share of each tactic's logged steps that an alert within the budget led to, with the
    interval that so few steps leave open."""
    shares = result.by_tactic | {"all tactics": result.recall}
    bottom = len(shares) + 0.6
    figure, axes = canvas(11, 1.9 + 0.46 * len(shares), (-0.42, 1.32), (bottom, -1.9))
    axes.text(-0.41, -1.4, title, size=TITLE, weight="bold", va="center")
    for share in (0, 0.5, 1):
        axes.plot([share, share], [-0.6, len(shares) - 0.4], color=PALE, lw=0.8, zorder=0)
        axes.text(share, len(shares) - 0.05, f"{100 * share:.0f} %", size=TEXT, ha="center")
    for y, (tactic, share) in enumerate(shares.items()):
        _tactic(axes, y, tactic, share)
    return figure, _coverage_sentence(result)


def _tactic(axes: Axes, y: int, tactic: str, share: Share) -> None:
    weight = "bold" if tactic == "all tactics" else "normal"
    axes.text(-0.41, y, tactic, size=TEXT, va="center", weight=weight)
    colour = BLACK if share.hits else GREY
    axes.plot([share.low, share.high], [y, y], color=colour, lw=2)
    _diamond(axes, share.value, y, BLACK if share.hits else "white", colour)
    axes.text(1.06, y, f"{share.hits} of {share.trials} seen", size=TEXT, va="center", color=colour)


def _coverage_sentence(result: Score) -> str:
    shares = result.by_tactic
    blind = [tactic for tactic, share in shares.items() if not share.hits]
    low, high = result.recall.low, result.recall.high
    counts = ", ".join(f"{name} {share.hits} of {share.trials}" for name, share in shares.items())
    return (
        f"Steps seen, by tactic: {counts}. In all {result.recall.hits} of {result.recall.trials}, "
        f"so {100 * low:.0f} to {100 * high:.0f} % of such steps. No step seen: "
        f"{', '.join(blind) or 'none'}."
    )
