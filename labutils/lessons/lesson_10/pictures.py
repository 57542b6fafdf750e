"""The pictures that lesson 10 alone draws."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from string import ascii_uppercase
from textwrap import fill

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from labutils.incident.alerts import Alert, Report
from labutils.incident.scoring import LoggedStep, Score
from labutils.lab import iso
from labutils.pictures.canvas import BLACK, GREY, TEXT, canvas, mark, title_of
from labutils.text import counted

# --- intrusion ------------------------------------------------------------------------------------

TITLE = TEXT + 1.5
LEFT = 9.4  # columns, for the names of the rules
WIDEST = 36  # characters of a rule's name in a line
MARK = 90
KEY = (
    "filled: succeeded    ring: denied    diamond: an alert that was read\n"
    "line after an alert: up to the last step that it shows    dotted: when the first was read"
)


def intrusion(result: Score, title: str) -> tuple[Figure, str]:
    """The logged steps in the order of time, a column each, and a row for each rule with a true
    alert. Between two columns the time runs evenly; from column to column it does not."""
    steps = result.logged_steps
    rows = _rules(result)
    names = [fill(rule, WIDEST) for rule in rows]
    heights = [max(1.0, 0.72 * (name.count("\n") + 1) + 0.3) for name in names]
    total = sum(heights)
    figure, axes = canvas(14, 4.5 + 0.3 * total, (-LEFT, len(steps) + 2.6), (total + 5.4, -10))
    axes.text(-LEFT + 0.1, 0, "the intrusion", size=TEXT, va="center")
    axes.text(-LEFT + 0.1, -9.2, title, size=TITLE, weight="bold", va="center")
    _steps(axes, steps, total)
    top = 0.9
    for reports, name, height in zip(rows.values(), names, heights, strict=True):
        middle = top + height / 2
        axes.text(-LEFT + 0.1, middle, name, size=TEXT, va="center", linespacing=1.0)
        axes.plot([-LEFT, len(steps)], [top, top], color="#dddddd", lw=0.6, zorder=0)
        for alert, report in reports:
            _report(axes, alert, report, steps, middle)
        top += height
    _first(axes, result, top)
    unread = any(not alert.was_read for reports in rows.values() for alert, _ in reports)
    key = KEY + "\ngrey bar: an alert that nobody read" * unread
    axes.text(-LEFT + 0.1, top + 3.4, key, size=TEXT, color=GREY, va="center")
    return figure, _sentence(result, rows)


Rows = dict[str, list[tuple[Alert, Report]]]


def _rules(result: Score) -> Rows:
    """What each rule led to, with the alert that it is part of; the rule that was first on top."""
    every = [(alert, report) for alert in result.alerts for report in alert.reports if report.steps]
    rules: Rows = {}
    for alert, report in sorted(every, key=lambda pair: pair[1].opened):
        rules.setdefault(report.title, []).append((alert, report))
    return rules


def _across(moment: float, steps: Sequence[LoggedStep]) -> float:
    """Where a moment stands: each step at its own column, what is between two steps between."""
    if moment <= steps[0].first:
        return 0.0
    for place, (before, after) in enumerate(zip(steps, steps[1:], strict=False)):
        if moment < after.first:
            return place + (moment - before.first) / (after.first - before.first)
    return len(steps) - 1 + min(0.8, (moment - steps[-1].first) / 86400)


def _steps(axes: Axes, steps: Sequence[LoggedStep], bottom: float) -> None:
    """The steps with their names, and the days below them."""
    for place, step in enumerate(steps):
        axes.plot([place, place], [0.9, bottom + 0.9], color="#eeeeee", lw=0.6, zorder=0)
        mark(axes, place, 0, step.outcome, MARK)
        words = title_of(step.fact)
        axes.text(place - 0.2, -0.7, words, rotation=55, size=TEXT, ha="left", va="bottom")
    days = groupby(enumerate(steps), key=lambda pair: iso(pair[1].first)[:10])
    for number, (_, members) in enumerate(days):
        places, there = zip(*members, strict=True)
        low = bottom + 1.35
        axes.plot([places[0] - 0.3, places[-1] + 0.3], [low, low], color=GREY, lw=1.6)
        words = _days(there[0].first, max(step.last for step in there))
        middle = (places[0] + places[-1]) / 2
        axes.text(
            middle, low + 0.55 + number % 2 * 0.75, words, size=TEXT, ha="center", va="center"
        )


def _days(first: float, last: float) -> str:
    """A day as people write it, or the days from one to another."""
    one, other = (date.fromisoformat(iso(moment)[:10]) for moment in (first, last))
    if one == other:
        return f"{one:%d %b}".lstrip("0")
    if one.month == other.month:
        return f"{one.day}\u2013{other:%d %b}"
    return f"{one:%d %b}\u2013{other:%d %b}".lstrip("0")


def _report(
    axes: Axes, alert: Alert, report: Report, steps: Sequence[LoggedStep], y: float
) -> None:
    """A mark where a rule spoke, and a line up to the last step that it showed that day."""
    begin, end = _across(report.opened, steps), _across(max(report.steps.values()), steps)
    axes.plot([begin, end], [y, y], color=BLACK if alert.was_read else GREY, lw=1.6)
    mark(axes, begin, y, "defenders" if alert.was_read else "not_reached", MARK)


def _first(axes: Axes, result: Score, bottom: float) -> None:
    """A line where the first true alert was read."""
    first = result.first_true_alert
    if first is None:
        return
    x = _across(first.evening, result.logged_steps)
    axes.plot([x, x], [0.6, bottom], color=BLACK, lw=1, ls=(0, (2, 3)))


def _sentence(result: Score, rows: Rows) -> str:
    first, left = result.first_true_alert, result.still_to_come
    steps, rules = counted(result.recall.trials, "logged step"), counted(len(rows), "rule")
    start = f"{steps}, {result.recall.hits} seen; {rules} with a true alert. "
    if first is None or left is None:
        return start + "No true alert was read."
    hours, steps = counted(round(left.hours), "hour"), counted(len(left.steps), "step")
    return start + (
        f"The first true alert was read at {iso(first.evening)}: {first.title}. "
        f"Still to come: {hours} and {steps}."
    )


# --- hunts ----------------------------------------------------------------------------------------

HUNTS_TITLE = TEXT + 1.5
WIDTH = 12  # inches
LEAST = 0.1  # alerts a day: what is rarer stands at the left edge
PALE = "#dddddd"
SAME, BESIDE = 0.02, 0.05  # powers of ten: points that are so near stand so far apart
HUNTS_KEY = (
    "black: a team reads all the alerts    grey, hollow: in the worst week it does not\n"
    "bar: the 95% interval for the share of true alerts, with so few alerts"
)


def precision_by_alerts(scores: Mapping[str, Score], title: str) -> tuple[Figure, str]:
    """Each score as a point: alerts a day in its worst week, and how many of its alerts were true,
    with the interval. What lies to the right of the budget is not all read.

    A point has a letter, and the list at the right says whose it is, in the order of the scores.
    """
    sheet = _Sheet.of(scores)
    listed = 0.75 * (sheet.right + 0.75)  # the width of the list at the right
    figure, axes = canvas(WIDTH, 6.4, (-0.75, sheet.right + listed), (-0.6, 1.34))
    axes.text(-0.7, 1.26, title, size=HUNTS_TITLE, weight="bold", va="center")
    _frame(axes, sheet)
    budget = next(iter(scores.values())).budget
    x = _hunts_across(budget)
    axes.plot([x, x], [0, 1.04], color=BLACK, lw=1.2, ls=(0, (4, 3)), zorder=0)
    axes.text(x, 1.09, f"budget: {budget} a day", size=TEXT, va="center", ha="center")
    places = _side_by_side([_hunts_across(one.worst_week[1]) for one in scores.values()])
    for place, (letter, (name, one)) in enumerate(
        zip(ascii_uppercase, scores.items(), strict=False)
    ):
        _point(axes, places[place], one, sheet)
        _letter(axes, letter, places[place], one, sheet)
        words = f"{letter}  {name}: {one.precision.hits} of {one.precision.trials}"
        axes.text(
            sheet.right + 0.2,
            0.98 - 0.11 * place,
            words,
            size=TEXT,
            color=_colour(one),
            va="center",
        )
    axes.text(-0.7, -0.47, HUNTS_KEY, size=TEXT, color=GREY, va="center")
    return figure, _points_sentence(scores, budget)


@dataclass(frozen=True)
class _Sheet:
    """How far the axes go: `right` in powers of ten, `top` as a share."""

    right: float
    top: float

    @classmethod
    def of(cls, scores: Mapping[str, Score]) -> "_Sheet":
        """Wide and high enough for these scores."""
        most = max([one.worst_week[1] for one in scores.values()] + [5])
        highest = max((one.precision.high for one in scores.values() if one.alerts), default=1)
        return cls(_hunts_across(most) + 0.4, next(top for top in (0.25, 0.5, 1) if highest <= top))

    def height(self, share: float) -> float:
        """Where a share stands."""
        return share / self.top


def _hunts_across(alerts_a_day: float) -> float:
    """Where so many alerts a day stand: each power of ten is as wide as the last."""
    return math.log10(max(alerts_a_day, LEAST) / LEAST)


def _frame(axes: Axes, sheet: _Sheet) -> None:
    for part in (0, 0.5, 1):
        axes.plot([0, sheet.right], [part, part], color=PALE, lw=0.8, zorder=0)
        words = f"{100 * part * sheet.top:g}%"
        axes.text(-0.06, part, words, size=TEXT, ha="right", va="center")
    words = "alerts that are true"
    axes.text(-0.6, 0.5, words, size=TEXT, rotation=90, va="center", ha="center")
    alerts = LEAST
    while _hunts_across(alerts) <= sheet.right:
        words = f"{alerts:g}" if alerts > LEAST else f"{alerts:g} or less"
        axes.text(_hunts_across(alerts), -0.1, words, size=TEXT, ha="center", va="center")
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


def _side_by_side(places: list[float]) -> list[float]:
    """Where points stand; one that falls upon another stands just beside it."""
    taken: list[float] = []
    for place in places:
        while any(abs(place - other) < SAME for other in taken):
            place += BESIDE
        taken.append(place)
    return taken


def _point(axes: Axes, x: float, one: Score, sheet: _Sheet) -> None:
    """The mark of a score with its interval."""
    low, high = _bar(one, sheet)
    axes.plot([x, x], [low, high], color=_colour(one), lw=2.4)
    face = BLACK if one.within_budget else "white"
    _diamond(axes, x, sheet.height(one.precision.value), face, _colour(one))


def _letter(axes: Axes, letter: str, x: float, one: Score, sheet: _Sheet) -> None:
    """The letter of a score, above its interval."""
    y = max(_bar(one, sheet)[1], 0.03) + 0.05
    axes.text(x, y, letter, ha="center", size=TEXT, weight="bold", color=_colour(one), va="center")


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
