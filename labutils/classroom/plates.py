"""The plates of Part 2: attacker-minutes, the timeline, and the chain. All are drawn from a trial, the ledger or a replay."""
import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from labutils.classroom.figures import BLACK, BLUE, GREY, VERMILION, _canvas
from labutils.incident import ledger
from labutils.incident.breach import Step
from labutils.lab import seconds

SHAPES = {"succeeded": ("o", BLUE, BLUE), "denied": ("x", VERMILION, VERMILION), "unknown": ("o", "none", GREY),
          "not_reached": ("|", GREY, GREY), "defenders": ("D", BLACK, BLACK), "other": (".", GREY, GREY)}
KEY = "filled circle: succeeded    cross: denied    open ring: unknown"
DAY = 86400
HALVES = (("2023-09-28", "2023-10-28", 0.0, 5.4), ("2023-11-14", "2023-11-25", 6.0, 9.4))  # from, to, left edge, width in inches
LANES = ("Okta's support system", "Okta tenants", "gateway, Jira, Confluence", "source code", "other systems", "defenders")


# --- attacker-minutes ---------------------------------------------------------------------------------------------


def heat(rows: Sequence[str], columns: Sequence[str], minutes: dict[tuple[str, str], int], lines: dict[tuple[str, str], int],
         horizon: int) -> tuple[Figure, str]:
    """Attacker-minutes of each theft (row) against each defence (column); under each figure the log line that decided."""
    figure, axes = _canvas(11, 1.6 + 0.62 * len(rows), (-1.35, len(columns) - 0.35), (len(rows) - 0.2, -1.15))
    steps = sorted(set(minutes.values()))
    for y, row in enumerate(rows):
        axes.text(-1.3, y, row, va="center", size=10)
        for x, column in enumerate(columns):
            value = minutes[row, column]
            shade = steps.index(value) / max(1, len(steps) - 1)
            colour = tuple(1 - shade * (1 - part) for part in (0.84, 0.37, 0.0))
            axes.add_patch(Rectangle((x - 0.48, y - 0.45), 0.96, 0.9, facecolor=colour, edgecolor="#777777", lw=0.6))
            axes.text(x, y - 0.1, lasting(value, horizon), ha="center", va="center", size=10.5, weight="bold")
            axes.text(x, y + 0.25, f"line {lines[row, column]}", ha="center", va="center", size=8)
    for x, column in enumerate(columns):
        axes.text(x, -0.6, column, ha="center", va="bottom", size=9.5)
    days, long = horizon // 1440, {column: sum(minutes[row, column] >= horizon for row in rows) for column in columns}
    left = [f"{column.replace(chr(10), ' ')} {count}" for column, count in long.items()]
    always = [row for row in rows if all(minutes[row, column] >= horizon for column in columns)]
    never = [row for row in rows if not any(minutes[row, column] for column in columns)]
    return figure, (f"{len(minutes)} trials. Of {len(rows)} stolen things so many still open after {days} days, reaction by reaction: "
                    f"{'; '.join(left)}. Open to the end whatever is done: {', '.join(always) or 'none'}. "
                    f"Never open: {', '.join(never) or 'none'}.")


def lasting(minutes: int, horizon: int) -> str:
    """Minutes as people say them; at the horizon, with a plus for `or more`."""
    if minutes >= horizon:
        return f"{minutes // 1440} days +"
    if minutes >= 1440:
        return f"{minutes // 1440} d"
    return f"{minutes // 60} h" if minutes >= 60 else f"{minutes} min"


# --- the timeline -------------------------------------------------------------------------------------------------


def lane(fact: ledger.Fact) -> str:
    """The swim lane of a fact: the defenders', or that of the system in which something was done."""
    system = fact.system or ""
    if not fact.actor.startswith(("threat actor", "Okta employee")):
        return "defenders"
    if "Okta" in system and "tenant" not in system and "customer" not in system.split()[:1] and not system.startswith("BeyondTrust"):
        return LANES[0]
    if "Okta" in system:
        return LANES[1]
    if "Bitbucket" in system:
        return LANES[3]
    return LANES[2] if any(name in system for name in ("Jira", "Confluence", "Atlassian")) else LANES[4]


def label(identifier: str) -> str:
    """A fact's id as words, without the party or the dates that it begins or ends with."""
    words = identifier.split("-")
    words = words[1:] if words[0] in ("cf", "okta") else words
    return " ".join(word for word in words if not re.fullmatch(r"(?:nov|oct)?\d+", word))


def across(moment: str) -> float | None:
    """Where a moment lies on the broken axis, in inches; None between its two halves or outside them."""
    for begin, end, left, width in HALVES:
        if begin <= moment[:10] < end:
            return left + width * (seconds(moment) - seconds(begin)) / (seconds(end) - seconds(begin))
    return None


def timeline(facts: Sequence[ledger.Fact]) -> tuple[Figure, str]:
    """Swim lanes by system over a broken axis: a month of autumn, a gap, nine days of November with the two that follow."""
    placed = {name: [] for name in LANES}
    for fact in sorted((f for f in facts if f.time and across(f.time) is not None), key=lambda f: f.time):
        placed[lane(fact)].append(fact)
    rows = {name: _rows(held) for name, held in placed.items()}
    heights = {name: max((row for row, _ in found), default=0) + 1.3 for name, found in rows.items()}
    total, edge = sum(heights.values()), HALVES[1][2] + HALVES[1][3]
    figure, axes = _canvas(12.2, 1.1 + 0.2 * total, (-2.85, edge + 0.2), (total + 1.6, -2.4))
    top = 0.0
    for name in LANES:
        axes.text(-2.8, top + heights[name] / 2 - 0.5, name, va="center", size=9, weight="bold")
        axes.axhline(top - 0.65, color="#cccccc", lw=0.6)
        for row, fact in rows[name]:
            _event(axes, fact, top + row, edge)
        top += heights[name]
    _days(axes, total)
    axes.text(-2.8, total + 1.2, KEY + "    diamond: defenders    dot: no outcome.  "
              "At the start of a day: its hour is not known.", size=8.5, color=GREY, va="center")
    drawn = [fact for held in placed.values() for fact in held]
    counts = [f"{sum(f.outcome == kind for f in drawn if lane(f) != 'defenders')} {kind}" for kind in ("succeeded", "denied", "unknown")]
    exact = sum("T" in fact.time for fact in drawn)
    return figure, (f"{len(drawn)} dated facts in {len(LANES)} lanes, {exact} of them with a time of day: of the intruder's, "
                    f"{', '.join(counts)}; {len(placed['defenders'])} of the defenders'. The first is of {drawn[0].time[:10]}, "
                    f"the last of {max(fact.time for fact in drawn)[:10]}.")


def _width(text: str) -> float:
    return 0.079 * len(text) + 0.25  # in the axis's own inches, at size 8.3


def _rows(facts: Sequence[ledger.Fact]) -> list[tuple[int, ledger.Fact]]:
    """The first free row for each fact's mark and label, from top to bottom."""
    ends: list[float] = []
    found = []
    for fact in facts:
        begin = across(fact.time)
        text = _width(label(fact.id))
        begin = begin - text if begin + text > HALVES[1][2] + HALVES[1][3] else begin
        row = next((i for i, end in enumerate(ends) if end <= begin), len(ends))
        ends[row:row + 1] = [begin + text + 0.12]
        found.append((row, fact))
    return found


def _mark(axes, x: float, y: float, kind: str, size: float) -> None:
    """A mark whose shape says the same as its colour."""
    marker, face, line = SHAPES.get(kind, SHAPES["other"])
    filled = {"color": line} if marker in "x|" else {"facecolors": face, "edgecolors": line}
    axes.scatter([x], [y], marker=marker, s=size, linewidths=size ** 0.5 / 4, zorder=3, **filled)


def _event(axes, fact: ledger.Fact, y: float, edge: float) -> None:
    x, text = across(fact.time), label(fact.id)
    kind = "defenders" if lane(fact) == "defenders" else fact.outcome
    if fact.time_end and across(fact.time_end):
        axes.plot([x, across(fact.time_end)], [y, y], color=SHAPES.get(kind, SHAPES["other"])[2], lw=2.2, alpha=0.45, solid_capstyle="butt")
    _mark(axes, x, y, kind, 30)
    late = x + _width(text) > edge
    axes.text(x + (-0.1 if late else 0.1), y, text, ha="right" if late else "left", va="center", size=8.3,
              bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.4, "alpha": 0.8})


def _days(axes, bottom: float) -> None:
    """The two halves of the axis, with a mark a week in autumn and a mark a day in November, and the break between them."""
    for (begin, end, left, width), every in zip(HALVES, (7, 1), strict=True):
        first, days = datetime.fromisoformat(begin), (seconds(end) - seconds(begin)) // DAY
        for day in range(0, days, every):
            x = left + width * day / days
            axes.plot([x, x], [-0.9, bottom - 0.6], color="#dddddd", lw=0.6, zorder=0)
            axes.text(x, -1.3, f"{first + timedelta(day):%d %b}".lstrip("0"), size=8.5)
    gap = HALVES[1][2] - 0.2
    axes.text(gap, -1.3, "//", size=12, ha="center", weight="bold")
    axes.plot([gap, gap], [-0.9, bottom - 0.6], color=GREY, lw=1.2, ls=(0, (2, 3)))


# --- the chain ----------------------------------------------------------------------------------------------------


HATCH = {"exact": "", "close": "//", "loose": ".."}


def chain(steps: Sequence[Step]) -> tuple[Figure, str]:
    """Tactic by step: where each step of a replay stands, how it ended (mark), and how well its technique fits (pattern)."""
    tactics = [tactic.name for tactic in ledger.tactics()]
    figure, axes = _canvas(12.2, 5.4, (-3.4, len(steps) + 0.9), (len(tactics) + 0.5, -5.2))
    rows = [tactics.index(ledger.tactic(step.tactic).name) for step in steps]
    for y, name in enumerate(tactics):
        axes.text(-3.35, y, name, va="center", size=10)
        axes.axhline(y + 0.5, color="#dddddd", lw=0.6)
    axes.plot(range(len(steps)), rows, color=GREY, lw=0.7, zorder=1)
    for x, (step, y) in enumerate(zip(steps, rows, strict=True)):
        axes.add_patch(Rectangle((x - 0.42, y - 0.42), 0.84, 0.84, facecolor="#f4f4f4", edgecolor="#999999",
                                 hatch=HATCH[step.plan.fit], lw=0.5))
        _mark(axes, x, y, step.outcome, 80)
        axes.text(x - 0.1, -0.7, label(step.fact), rotation=55, ha="left", va="bottom", size=8.5)
    axes.text(-3.35, len(tactics) + 0.1, KEY + "    bar: not reached        how well the technique fits: plain exact, "
              "lines close, dots loose", size=8.5, color=GREY, va="center")
    counts = [f"{sum(step.outcome == kind for step in steps)} {kind.replace('_', ' ')}" for kind in SHAPES
              if any(step.outcome == kind for step in steps)]
    seen = sum(any(ledger.tactic(step.tactic).name == tactic.name for step in steps) for tactic in ledger.tactics())
    return figure, f"{len(steps)} steps in {seen} tactics: {', '.join(counts)}."
