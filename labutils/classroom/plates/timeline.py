"""The timeline plate: the ledger in swim lanes over a broken axis."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from matplotlib.figure import Figure

from labutils.classroom.plates.canvas import GREY, KEY, SHAPES, canvas, label, mark
from labutils.incident import ledger
from labutils.lab import seconds

DAY = 86400
LEGEND = (
    KEY + "    diamond: defenders    dot: no outcome.  "
    "On a bar of a day's length: its hour is not known."
)
HALVES = (
    ("2023-09-28", "2023-10-28", 0.0, 5.4),
    ("2023-11-14", "2023-11-25", 6.0, 9.4),
)  # from, to, left edge, width in inches
LANES = (
    "Okta's support system",
    "Okta tenants",
    "gateway, Jira, Confluence",
    "source code",
    "other systems",
    "defenders",
)


def lane(fact: ledger.Fact) -> str:
    """The swim lane of a fact: the defenders', or that of the system where something was done."""
    system = fact.system or ""
    if not fact.actor.startswith(("threat actor", "Okta employee")):
        return "defenders"
    if (
        "Okta" in system
        and "tenant" not in system
        and "customer" not in system.split()[:1]
        and not system.startswith("BeyondTrust")
    ):
        return LANES[0]
    if "Okta" in system:
        return LANES[1]
    if "Bitbucket" in system:
        return LANES[3]
    return (
        LANES[2]
        if any(name in system for name in ("Jira", "Confluence", "Atlassian"))
        else LANES[4]
    )


def across(moment: str) -> float | None:
    """Where a moment lies on the broken axis, in inches; None outside its two halves."""
    for begin, end, left, width in HALVES:
        if begin <= moment[:10] < end:
            return left + width * (seconds(moment) - seconds(begin)) / (
                seconds(end) - seconds(begin)
            )
    return None


def place(fact: ledger.Fact) -> float:
    """Where the mark of a fact stands: at its time, or at noon where no hour is known."""
    return across(fact.time) + (0 if "T" in fact.time else _day(fact.time) / 2)


def _day(moment: str) -> float:
    """The width of a day in the half of the axis that a moment lies in, in inches."""
    return next(
        width * DAY / (seconds(end) - seconds(begin))
        for begin, end, _, width in HALVES
        if begin <= moment[:10] < end
    )


def _offset(fact: ledger.Fact) -> float:
    """How far from its mark a label begins: behind the bar, where there is one."""
    return 0.1 if "T" in fact.time else max(0.1, _day(fact.time) / 2 + 0.05)


def _label_is_left(fact: ledger.Fact, text: str) -> bool:
    """Whether a label stands to the left of its mark.

    There it crosses neither the break of the axis nor the edge.
    """
    x, (_, _, first, width), (_, _, second, rest) = place(fact), *HALVES
    return x + _offset(fact) + _width(text) - 0.1 > (
        first + width + 0.25 if x < second else second + rest
    )


def timeline(facts: Sequence[ledger.Fact]) -> tuple[Figure, str]:
    """Swim lanes by system over a broken axis.

    A month of autumn, a gap, nine days of November with the two that follow.
    """
    placed: dict[str, list[ledger.Fact]] = {name: [] for name in LANES}
    for fact in sorted((f for f in facts if f.time and across(f.time) is not None), key=place):
        placed[lane(fact)].append(fact)
    rows = {name: _rows(members) for name, members in placed.items()}
    heights = {name: _height(members) for name, members in rows.items()}
    total, edge = sum(heights.values()), HALVES[1][2] + HALVES[1][3]
    figure, axes = canvas(12.2, 1.1 + 0.2 * total, (-2.85, edge + 0.2), (total + 1.6, -2.4))
    top = 0.0
    for name in LANES:
        axes.text(-2.8, top + heights[name] / 2 - 0.5, name, va="center", size=9, weight="bold")
        axes.axhline(top - 0.65, color="#cccccc", lw=0.6)
        for row, fact in rows[name]:
            _event(axes, fact, top + row)
        top += heights[name]
    _days(axes, total)
    axes.text(-2.8, total + 1.2, LEGEND, size=8.5, color=GREY, va="center")
    dated = sum(fact.time is not None for fact in facts)
    return figure, _sentence([fact for members in placed.values() for fact in members], dated)


def _height(members: Sequence[tuple[int, ledger.Fact]]) -> float:
    """The height of a lane with these facts in its rows."""
    return max((row for row, _ in members), default=0) + 1.3


def _sentence(facts: Sequence[ledger.Fact], dated: int) -> str:
    """What the picture shows of the facts that have a date."""
    drawn = sorted(facts, key=lambda fact: fact.time)
    intruders = [fact.outcome for fact in drawn if lane(fact) != "defenders"]
    kinds = ("succeeded", "denied", "unknown")
    counts = ", ".join(f"{intruders.count(kind)} {kind}" for kind in kinds)
    exact = sum("T" in fact.time for fact in drawn)
    first, last = drawn[0].time[:10], drawn[-1].time[:10]
    return (
        f"{len(drawn)} of {dated} dated facts in {len(LANES)} lanes, {exact} of them with a time "
        f"of day: of the intruder's, {counts}; {len(drawn) - len(intruders)} of the defenders', "
        f"and {intruders.count('not_applicable')} with no outcome. The first is of {first}, the "
        f"last of {last}."
    )


def _width(text: str) -> float:
    return 0.079 * len(text) + 0.25  # in the axis's own inches, at size 8.3


def _rows(facts: Sequence[ledger.Fact]) -> list[tuple[int, ledger.Fact]]:
    """The first free row for each fact's mark and label, from top to bottom."""
    ends: list[float] = []
    found = []
    for fact in facts:
        words = label(fact.id, party=lane(fact) == LANES[-1])
        begin, text = place(fact), _width(words) + _offset(fact)
        begin = begin - text if _label_is_left(fact, words) else begin
        row = next((i for i, end in enumerate(ends) if end <= begin), len(ends))
        ends[row : row + 1] = [begin + text + 0.12]
        found.append((row, fact))
    return found


def _event(axes, fact: ledger.Fact, y: float) -> None:
    x, text = place(fact), label(fact.id, party=lane(fact) == LANES[-1])
    kind = "defenders" if lane(fact) == "defenders" else fact.outcome
    colour = SHAPES.get(kind, SHAPES["other"])[2]
    if "T" not in fact.time:
        axes.plot(
            [across(fact.time), across(fact.time) + _day(fact.time)],
            [y, y],
            color=colour,
            lw=2.2,
            alpha=0.45,
            solid_capstyle="butt",
        )
    if fact.time_end and across(fact.time_end):
        end = across(fact.time_end) + (
            0 if "T" in fact.time_end else _day(fact.time_end)
        )  # a last day is drawn whole
        axes.plot([x, end], [y, y], color=colour, lw=2.2, alpha=0.45, solid_capstyle="butt")
    mark(axes, x, y, kind, 30)
    left = _label_is_left(fact, text)
    axes.text(
        x + _offset(fact) * (-1 if left else 1),
        y,
        text,
        ha="right" if left else "left",
        va="center",
        size=8.3,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.4, "alpha": 0.8},
    )


def _days(axes, bottom: float) -> None:
    """The two halves of the axis, and the break between them.

    There is a mark a week in autumn and a mark a day in November.
    """
    for (begin, end, left, width), every in zip(HALVES, (7, 1), strict=True):
        first, days = datetime.fromisoformat(begin), (seconds(end) - seconds(begin)) // DAY
        for day in range(0, days, every):
            x = left + width * day / days
            axes.plot([x, x], [-0.9, bottom - 0.6], color="#dddddd", lw=0.6, zorder=0)
            axes.text(x, -1.3, f"{first + timedelta(day):%d %b}".lstrip("0"), size=8.5)
    gap = HALVES[1][2] - 0.2
    axes.text(gap, -1.3, "//", size=12, ha="center", weight="bold")
    axes.plot([gap, gap], [-0.9, bottom - 0.6], color=GREY, lw=1.2, ls=(0, (2, 3)))
