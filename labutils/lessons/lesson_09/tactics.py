"""Tactic by step: the replay of a campaign in the rows of ATT&CK."""

from collections.abc import Sequence

from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from labutils.incident import ledger
from labutils.incident.breach import Step
from labutils.pictures.canvas import GREY, KEY, SHAPES, TEXT, canvas, mark, title_of

LEFT = 4.2  # columns, for the names of the tactics
HATCH = {"exact": "", "close": "//", "loose": ".."}


def tactic_by_step(steps: Sequence[Step]) -> tuple[Figure, str]:
    """Where each step of a replay stands among the tactics, and how it ended (mark).

    The pattern says how well its first technique fits.
    """
    tactics = [tactic.name for tactic in ledger.tactics()]
    figure, axes = canvas(13.5, 8.2, (-LEFT, len(steps) + 2.4), (len(tactics) + 0.9, -7.4))
    rows = [tactics.index(ledger.tactic(step.tactic).name) for step in steps]
    title = "Each step among the tactics of ATT&CK: the attack went up and down"
    axes.text(0.1 - LEFT, -7.0, title, size=TEXT + 1.5, weight="bold", va="center")
    for y, name in enumerate(tactics):
        axes.text(0.1 - LEFT, y, name, va="center", size=TEXT)
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
                hatch=HATCH[step.plan.fit_of(step.techniques[0])],
                lw=0.5,
            )
        )
        mark(axes, x, y, step.outcome, 80)
        axes.text(
            x - 0.1,
            -0.7,
            title_of(step.fact) + (" (day?)" if step.time_assumed else ""),
            rotation=55,
            ha="left",
            va="bottom",
            size=TEXT,
        )
    bar = "    bar: not reached" if any(step.outcome == "not_reached" for step in steps) else ""
    axes.text(
        0.1 - LEFT,
        len(tactics) + 0.3,
        KEY + bar + "\nhow well the technique fits: plain exact, "
        "lines close, dots loose    (day?): no source gives the day, its place is ours",
        size=TEXT,
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
