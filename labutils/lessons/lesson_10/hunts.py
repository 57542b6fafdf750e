"""Scores of a hunt: precision against alerts a day (lesson 10).

Black diamonds are what defenders see; grey is what they do not.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from string import ascii_uppercase

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from labutils.incident.scoring import Score
from labutils.pictures.canvas import BLACK, GREY, TEXT, canvas

TITLE = TEXT + 1.5
WIDTH = 12  # inches
LEAST = 0.1  # alerts a day: what is rarer stands at the left edge
PALE = "#dddddd"
NEAR = 0.2  # powers of ten: a letter has no room between two bars that are so near
KEY = (
    "black: a team reads all of it    grey, hollow: in the worst week a team does not\n"
    "bar: where the share of true alerts may lie, with 95 %, by so few alerts"
)


def precision_by_alerts(scores: Mapping[str, Score], title: str) -> tuple[Figure, str]:
    """Each score as a point: alerts a day in its worst week, and how many of its alerts were true,
    with the interval. What lies to the right of the budget is not all read.

    A point has a letter, and the list at the right says whose it is, in the order of the scores.
    """
    sheet = _Sheet.of(scores)
    figure, axes = canvas(WIDTH, 6.4, (-0.75, sheet.right + 2.8), (-0.6, 1.34))
    axes.text(-0.7, 1.26, title, size=TITLE, weight="bold", va="center")
    _frame(axes, sheet)
    budget = next(iter(scores.values())).budget
    x = _across(budget)
    axes.plot([x, x], [0, 1.04], color=BLACK, lw=1.2, ls=(0, (4, 3)), zorder=0)
    axes.text(x, 1.09, f"budget: {budget} a day", size=TEXT, va="center", ha="center")
    for place, (letter, (name, one)) in enumerate(
        zip(ascii_uppercase, scores.items(), strict=False)
    ):
        _point(axes, one, sheet)
        _letter(axes, letter, one, scores.values(), sheet)
        words = f"{letter}  {name}: {one.precision.hits} of {one.precision.trials}"
        axes.text(
            sheet.right + 0.2,
            0.98 - 0.11 * place,
            words,
            size=TEXT,
            color=_colour(one),
            va="center",
        )
    axes.text(-0.7, -0.47, KEY, size=TEXT, color=GREY, va="center")
    return figure, _points_sentence(scores, budget)


@dataclass(frozen=True)
class _Sheet:
    """How far the axes go: `right` in powers of ten, `top` as a share."""

    right: float
    top: float

    @classmethod
    def of(cls, scores: Mapping[str, Score]) -> "_Sheet":
        """Wide and high enough for these scores."""
        most = max([one.worst_week[1] for one in scores.values()] + [50])
        highest = max((one.precision.high for one in scores.values() if one.alerts), default=1)
        return cls(_across(most) + 0.4, next(top for top in (0.25, 0.5, 1) if highest <= top))

    def height(self, share: float) -> float:
        """Where a share stands."""
        return share / self.top


def _across(alerts_a_day: float) -> float:
    """Where so many alerts a day stand: each power of ten is as wide as the last."""
    return math.log10(max(alerts_a_day, LEAST) / LEAST)


def _frame(axes: Axes, sheet: _Sheet) -> None:
    for part in (0, 0.5, 1):
        axes.plot([0, sheet.right], [part, part], color=PALE, lw=0.8, zorder=0)
        words = f"{100 * part * sheet.top:g} %"
        axes.text(-0.06, part, words, size=TEXT, ha="right", va="center")
    words, turned = "alerts that are true", {"rotation": 90, "va": "center", "ha": "center"}
    axes.text(-0.6, 0.5, words, size=TEXT, **turned)
    alerts = LEAST
    while _across(alerts) <= sheet.right:
        words = f"{alerts:g}" if alerts > LEAST else f"{alerts:g} or less"
        axes.text(_across(alerts), -0.1, words, size=TEXT, ha="center", va="center")
        alerts *= 10
    words = "alerts a day in the worst week"
    axes.text(sheet.right / 2, -0.24, words, size=TEXT, ha="center", va="center")


def _bar(one: Score, sheet: _Sheet) -> tuple[float, float]:
    """The ends of the interval; without an alert there is none."""
    share = one.precision
    ends = (share.low, share.high) if share.trials else (0, 0)
    return sheet.height(ends[0]), sheet.height(ends[1])


def _colour(one: Score) -> str:
    return BLACK if one.within_budget else GREY


def _point(axes: Axes, one: Score, sheet: _Sheet) -> None:
    """The mark of a score with its interval."""
    x, (low, high) = _across(one.worst_week[1]), _bar(one, sheet)
    axes.plot([x, x], [low, high], color=_colour(one), lw=2.4)
    face = BLACK if one.within_budget else "white"
    _diamond(axes, x, sheet.height(one.precision.value), face, _colour(one))


def _letter(axes: Axes, letter: str, one: Score, every: Iterable[Score], sheet: _Sheet) -> None:
    """The letter of a score, at the right of its interval; at the left where another stands."""
    x, y = _across(one.worst_week[1]), max(_bar(one, sheet)[1], 0.06)
    bars = [(_across(other.worst_week[1]), *_bar(other, sheet)) for other in every]
    taken = any(x < other < x + NEAR and low <= y <= high for other, low, high in bars)
    style = {"size": TEXT, "weight": "bold", "color": _colour(one), "va": "center"}
    if taken:
        axes.text(x - 0.06, y, letter, ha="right", **style)
    else:
        axes.text(x + 0.06, y, letter, ha="left", **style)


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
