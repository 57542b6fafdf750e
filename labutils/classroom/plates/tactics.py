"""Tactic by step: the replay of a campaign in the rows of ATT&CK."""

from collections.abc import Sequence

from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from labutils.classroom.plates.canvas import GREY, KEY, SHAPES, canvas, label, mark
from labutils.incident import ledger
from labutils.incident.breach import Step

HATCH = {"exact": "", "close": "//", "loose": ".."}


def tactic_by_step(steps: Sequence[Step]) -> tuple[Figure, str]:
    """Where each step of a replay stands among the tactics, and how it ended (mark).

    The pattern says how well its technique fits.
    """
    tactics = [tactic.name for tactic in ledger.tactics()]
    figure, axes = canvas(12.2, 5.7, (-3.4, len(steps) + 1.6), (len(tactics) + 0.5, -5.9))
    rows = [tactics.index(ledger.tactic(step.tactic).name) for step in steps]
    for y, name in enumerate(tactics):
        axes.text(-3.35, y, name, va="center", size=10)
        axes.axhline(y + 0.5, color="#dddddd", lw=0.6)
    axes.plot(range(len(steps)), rows, color=GREY, lw=0.7, zorder=1)
    for x, (step, y) in enumerate(zip(steps, rows, strict=True)):
        axes.add_patch(
            Rectangle(
                (x - 0.42, y - 0.42),
                0.84,
                0.84,
                facecolor="#f4f4f4",
                edgecolor="#999999",
                hatch=HATCH[step.plan.fit],
                lw=0.5,
            )
        )
        mark(axes, x, y, step.outcome, 80)
        axes.text(
            x - 0.1,
            -0.7,
            label(step.fact) + (" (day?)" if step.time_assumed else ""),
            rotation=55,
            ha="left",
            va="bottom",
            size=8.5,
        )
    axes.text(
        -3.35,
        len(tactics) + 0.1,
        KEY + "    bar: not reached        how well the technique fits: plain exact, "
        "lines close, dots loose",
        size=8.5,
        color=GREY,
        va="center",
    )
    counts = [
        f"{sum(step.outcome == kind for step in steps)} {kind.replace('_', ' ')}"
        for kind in SHAPES
        if any(step.outcome == kind for step in steps)
    ]
    seen = sum(
        any(ledger.tactic(step.tactic).name == tactic.name for step in steps)
        for tactic in ledger.tactics()
    )
    return figure, f"{len(steps)} steps in {seen} tactics: {', '.join(counts)}."
