"""Who refuses a phish when others do not look: browser, key or server (lesson 13)."""

from collections.abc import Mapping

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from labutils.classroom.plates.canvas import VERMILION, canvas, mark

WIDTH = 2.75  # of a column
Outcomes = Mapping[tuple[str, str], str]


def refusing_layers(outcomes: Outcomes) -> tuple[Figure, str]:
    """Who refused the phish, by who did not look.

    `outcomes[off, page]` is `in`, or who refused and why: `browser: not your site`. `off` names the
    layers that did not look, separated by commas.
    """
    rows = list(dict.fromkeys(off for off, _ in outcomes))
    columns = list(dict.fromkeys(page for _, page in outcomes))
    figure, axes = canvas(10.5, 1.1 + 0.42 * len(rows), (-2.6, 5.4), (len(rows) - 0.4, -1.5))
    axes.text(-2.5, -0.9, "does not look", weight="bold", size=10, va="center")
    for x, column in enumerate(columns):
        axes.text(WIDTH * x, -0.9, f"relay, {column}", weight="bold", size=10, va="center")
        for y, row in enumerate(rows):
            _outcome(axes, WIDTH * x, y, outcomes[row, column])
    for y, row in enumerate(rows):
        axes.text(-2.5, y, row, va="center", size=9.5)
        axes.axhline(y + 0.5, color="#dddddd", lw=0.6)
    return figure, _sentence(outcomes)


def _outcome(axes: Axes, x: float, y: int, outcome: str) -> None:
    """A mark and the words beside it."""
    who, _, why = outcome.partition(": ")
    if who == "in":
        mark(axes, x - 0.15, y, "succeeded", 70)
        words, colour, weight = "the phisher is in", VERMILION, "bold"
    else:
        mark(axes, x - 0.15, y, "denied", 70)
        words, colour, weight = f"{who}: {why[:38].rstrip('.')}", "black", "normal"
    axes.text(x, y, words, va="center", size=9, color=colour, weight=weight)


def _sentence(outcomes: Outcomes) -> str:
    who = [outcome.partition(":")[0] for outcome in outcomes.values()]
    through = [set(off.split(", ")) for (off, _), outcome in outcomes.items() if outcome == "in"]
    return (
        f"Of {len(outcomes)} tries, {who.count('browser')} are refused by the browser, "
        f"{who.count('key')} by the key, {who.count('server')} by the server, and "
        f"{who.count('in')} get through. Who did not look in each of these: "
        f"{' and '.join(sorted(set.intersection(*through)))}."
    )
