"""The timeline plate: the ledger in swim lanes over a broken axis, a row for each event.

What is known to the minute is a mark. What is known to the day is a mark in a band as wide as the
day. Where no source gives the day itself, the band is dotted. A label stands in a column of its
own, so that none overlaps.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from labutils.incident import ledger
from labutils.lab import seconds
from labutils.pictures.canvas import GREY, KEY, TEXT, canvas, label, mark

DAY = 86400
PALE = "#dddddd"
LEGENDS = (
    KEY + "    dot: reconnaissance    diamond: defenders",
    "mark only: known to the minute   grey band: known to the day, or lasted several days"
    "    dotted: the day is assumed",
)
# From, to, left edge, width in inches.
HALVES = (("2023-09-28", "2023-10-20", 4.75, 2.95), ("2023-11-14", "2023-11-25", 8.3, 2.75))
LABELS, TIMES, RIGHT = 2.0, 11.15, 13.0
ROW = 0.265  # inches, from one event to the next
LANES = (
    "support system",
    "Okta tenants",
    "Jira, Confluence",
    "source code",
    "other systems",
    "defenders",
)
BAND = 0.62  # height, of a row


def lane(fact: ledger.Fact) -> str:
    """The swim lane of a fact: the defenders', or that of the system where something was done."""
    system = fact.system or ""
    if not fact.actor.startswith(("threat actor", "Okta employee")):
        return LANES[5]
    if "Okta" in system:
        in_a_tenant = "tenant" in system or system.startswith("BeyondTrust")
        return LANES[1] if in_a_tenant else LANES[0]
    if "Bitbucket" in system:
        return LANES[3]
    is_atlassian = any(name in system for name in ("Jira", "Confluence", "Atlassian"))
    return LANES[2] if is_atlassian else LANES[4]


def across(moment: str) -> float | None:
    """Where a moment lies on the broken axis, in inches; None outside its two halves."""
    for begin, end, left, width in HALVES:
        if begin <= moment[:10] < end:
            part = (seconds(moment) - seconds(begin)) / (seconds(end) - seconds(begin))
            return left + width * part
    return None


def band(fact: ledger.Fact) -> tuple[float, float] | None:
    """From where to where a fact may lie or lasts; None where its one moment is known."""
    begin = across(str(fact.time))
    last = fact.time_end or fact.time
    end = across(str(last))
    if begin is None or end is None or (fact.time_end is None and "T" in str(last)):
        return None
    return begin, end if "T" in str(last) else end + _day(str(last))


def place(fact: ledger.Fact) -> float:
    """Where the mark of a fact stands: at its time, or in the middle of a day without an hour."""
    time = str(fact.time)
    x = across(time)
    assert x is not None
    return x if "T" in time else x + _day(time) / 2


def _day(moment: str) -> float:
    """The width of a day in the half of the axis that a moment lies in, in inches."""
    return next(
        width * DAY / (seconds(end) - seconds(begin))
        for begin, end, _, width in HALVES
        if begin <= moment[:10] < end
    )


def written(fact: ledger.Fact) -> str:
    """The time of a fact as it stands beside its row."""
    text = _date(str(fact.time))
    if fact.time_end:
        text += f" to {_date(fact.time_end)}"
    elif "T" in str(fact.time):
        text += f" {str(fact.time)[11 : 16 if fact.time_precision == 'minute' else 19]}"
    return text + (", assumed" if fact.time_assumed else "")


def _date(moment: str) -> str:
    return f"{datetime.fromisoformat(moment[:10]):%d %b}".lstrip("0")


def timeline(facts: Iterable[ledger.Fact], title: str) -> tuple[Figure, str]:
    """A row for each fact, by lanes and in the order of time, over the two halves of the axis."""
    drawn = [fact for fact in facts if fact.time and across(fact.time) is not None]
    drawn.sort(key=lambda fact: (LANES.index(lane(fact)), place(fact)))
    height = len(drawn)
    figure, axes = canvas(13.2, ROW * (height + 4.4), (-0.1, RIGHT + 0.1), (height + 1.9, -2.5))
    axes.text(0, -1.95, title, size=14, weight="bold", va="center")
    _days(axes, height)
    named = ""
    for y, fact in enumerate(drawn):
        if lane(fact) != named:
            named = lane(fact)
            axes.plot([0, RIGHT], [y - 0.5, y - 0.5], color=GREY, lw=0.8)
            axes.text(0, y, named, size=TEXT, weight="bold", va="center")
        _event(axes, fact, y)
    for row, legend in enumerate(LEGENDS):
        axes.text(0, height + 0.3 + row, legend, size=TEXT, color=GREY, va="center")
    return figure, _sentence(drawn)


def _event(axes: Axes, fact: ledger.Fact, y: float) -> None:
    axes.text(LABELS, y, fact.title or label(fact.id), size=TEXT, va="center")
    axes.text(TIMES, y, written(fact), size=TEXT, va="center")
    if (ends := band(fact)) is not None:
        assumed = bool(fact.time_assumed)
        box = Rectangle(
            (ends[0], y - BAND / 2),
            ends[1] - ends[0],
            BAND,
            facecolor="white" if assumed else PALE,
            edgecolor=GREY if assumed else PALE,
            linestyle=":" if assumed else "-",
            linewidth=1.4,
            zorder=2,
        )
        axes.add_patch(box)
    mark(axes, place(fact), y, _kind(fact), 52)


def _kind(fact: ledger.Fact) -> str:
    """The kind of mark that a fact gets. Who looks around has not come in."""
    if lane(fact) == LANES[5]:
        return "defenders"
    return "other" if fact.tactic == "reconnaissance" else fact.outcome


def _days(axes: Axes, height: float) -> None:
    """The two halves of the axis and the break between them; a mark a week, and every third day."""
    for (begin, end, left, width), every in zip(HALVES, (7, 3), strict=True):
        first, days = datetime.fromisoformat(begin), (seconds(end) - seconds(begin)) // DAY
        for day in range(0, days, every):
            x = left + width * day / days
            axes.plot([x, x], [-0.6, height - 0.5], color="#cccccc", lw=0.7, zorder=0)
            axes.text(x, -0.95, _date(f"{first + timedelta(day)}"), size=TEXT, va="center")
    gap = (HALVES[0][2] + HALVES[0][3] + HALVES[1][2]) / 2
    axes.plot([gap, gap], [-0.6, height - 0.5], color=GREY, lw=1.4, ls=(0, (2, 3)))


def _sentence(drawn: Sequence[ledger.Fact]) -> str:
    """What the picture shows."""
    kinds = [_kind(fact) for fact in drawn]
    names = {
        "succeeded": "succeeded",
        "denied": "denied",
        "unknown": "unknown",
        "other": "reconnaissance",
    }
    counts = ", ".join(f"{kinds.count(kind)} {words}" for kind, words in names.items())
    minutes = sum("T" in str(fact.time) for fact in drawn)
    assumed = sum(bool(fact.time_assumed) for fact in drawn)
    first, last = (pick(str(fact.time)[:10] for fact in drawn) for pick in (min, max))
    return (
        f"{len(drawn)} events in {len(LANES)} lanes, from {first} to {last}: {minutes} are known "
        f"to the minute, {len(drawn) - minutes - assumed} to the day, and for {assumed} the day is "
        f"assumed. The intruder's events: {counts}. The defenders' events: "
        f"{kinds.count('defenders')}."
    )
