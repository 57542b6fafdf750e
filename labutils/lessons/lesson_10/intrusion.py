"""The intrusion as a time line, and below it what each rule saw of it (lesson 10)."""

from collections.abc import Sequence
from datetime import date
from itertools import groupby
from textwrap import fill

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from labutils.incident.alerts import Alert
from labutils.incident.scoring import LoggedStep, Score
from labutils.lab import iso
from labutils.pictures.canvas import BLACK, GREY, TEXT, canvas, mark, title_of
from labutils.text import counted

TITLE = TEXT + 1.5
LEFT = 9.4  # columns, for the names of the rules
WIDEST = 36  # characters of a rule's name in a line
MARK = 90
KEY = (
    "filled: succeeded    ring: denied    diamond: an alert that was read    "
    "grey bar: an alert past the budget\n"
    "line behind an alert: up to the last step that it shows    dotted: the first true alert"
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
    for alerts, name, height in zip(rows.values(), names, heights, strict=True):
        middle = top + height / 2
        axes.text(-LEFT + 0.1, middle, name, size=TEXT, va="center", linespacing=1.0)
        axes.plot([-LEFT, len(steps)], [top, top], color="#dddddd", lw=0.6, zorder=0)
        for alert in alerts:
            _alert(axes, alert, steps, middle)
        top += height
    _first(axes, result, top)
    axes.text(-LEFT + 0.1, top + 3.4, KEY, size=TEXT, color=GREY, va="center")
    return figure, _sentence(result, rows)


def _rules(result: Score) -> dict[str, list[Alert]]:
    """The true alerts of each rule, the rule that was first on top."""
    rules: dict[str, list[Alert]] = {}
    for alert in sorted(filter(lambda one: one.true, result.alerts), key=lambda one: one.shown_at):
        rules.setdefault(alert.title, []).append(alert)
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


def _alert(axes: Axes, alert: Alert, steps: Sequence[LoggedStep], y: float) -> None:
    begin, end = _across(alert.shown_at, steps), _across(max(alert.steps.values()), steps)
    axes.plot([begin, end], [y, y], color=BLACK if alert.seen else GREY, lw=1.6)
    mark(axes, begin, y, "defenders" if alert.seen else "not_reached", MARK)


def _first(axes: Axes, result: Score, bottom: float) -> None:
    """A line where the first true alert came."""
    first = result.first_true_alert
    if first is None:
        return
    x = _across(first.shown_at, result.logged_steps)
    axes.plot([x, x], [0.6, bottom], color=BLACK, lw=1, ls=(0, (2, 3)))


def _sentence(result: Score, rows: dict[str, list[Alert]]) -> str:
    first, left = result.first_true_alert, result.still_to_come
    steps, rules = counted(result.recall.trials, "logged step"), counted(len(rows), "rule")
    start = f"{steps}, {result.recall.hits} seen; {rules} with a true alert. "
    if first is None or left is None:
        return start + "No true alert was read."
    hours, steps = counted(round(left.hours), "hour"), counted(len(left.steps), "step")
    return start + (
        f"The first true alert that was read came at {iso(first.shown_at)}, from {first.title}. "
        f"Still to come: {hours} and {steps}."
    )
