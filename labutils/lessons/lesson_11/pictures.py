"""The pictures that lesson 11 alone draws."""

from collections.abc import Mapping, Sequence
from itertools import groupby

from matplotlib.figure import Figure

from labutils.pictures.canvas import (
    BLUE,
    CURVES,
    GREY,
    TEXT,
    VERMILION,
    End,
    canvas,
    name_curves,
)

# --- matrix ---------------------------------------------------------------------------------------

KEY = (
    "filled: the attack gets in if this check is off; in the last row, your check lets it in",
    "ring: refused here, and with any one check off; in the last row, your check refuses it",
)


def check_matrix(
    reading: str,
    objections: Mapping[str, Sequence[str]],
    let_in: Mapping[tuple[str, str], bool],
    yours: Mapping[str, bool],
    title: str,
) -> tuple[Figure, str]:
    """Rows are checks, columns are attacks, sorted by the first check that objects.

    `objections` names what objects to each attack. `let_in[attack, check]` says whether the attack
    passes when this one check is switched off: a filled circle. An open ring is an objection whose
    check can be switched off without letting the attack in. `reading` is the name of what comes
    before all checks and is never switched off. The last row is a whole check of somebody's:
    `yours[attack]` says whether it lets the attack in. Attacks with the same marks share a column.
    """
    checks = list(dict.fromkeys(check for _, check in let_in))
    rows = [reading, *checks]
    columns = _columns(rows, objections, let_in, yours)
    last = len(rows) + 0.6
    width = len(columns)
    figure, axes = canvas(13.5, 8.8, (-6.2, width + 0.2), (last + 2.9, -10.2))
    axes.text(-6.1, -9.7, title, size=14, weight="bold", va="center")
    for line, words in enumerate(KEY):
        axes.text(-6.1, last + 1.3 + 0.8 * line, words, va="center", size=TEXT)
    for y, row in [*enumerate(rows), (last, "your check")]:
        axes.plot([-0.5, width - 0.5], [y, y], color=GREY, lw=0.4, zorder=0)
        axes.text(-0.8, y, row.replace("_", " "), ha="right", va="center", size=TEXT)
    for x, attacks in enumerate(columns):
        first = attacks[0]
        more = f"  +{len(attacks) - 1}" if len(attacks) > 1 else ""
        axes.text(x, -0.6, first + more, rotation=90, ha="center", va="bottom", size=TEXT)
        marks: list[tuple[float, bool]] = [
            (rows.index(check), let_in.get((first, check), False)) for check in objections[first]
        ]
        marks += [(last, yours[first])] if first in yours else []
        for y, alive in marks:
            face, edge = (VERMILION, VERMILION) if alive else ("white", BLUE)
            axes.plot(x, y, "o", ms=9, mfc=face, mec=edge, mew=1.6)
    return figure, _sentence(checks, objections, let_in, yours)


def _columns(
    rows: Sequence[str],
    objections: Mapping[str, Sequence[str]],
    let_in: Mapping[tuple[str, str], bool],
    yours: Mapping[str, bool],
) -> list[list[str]]:
    """Attacks with the same marks, together, sorted by the first row that objects."""
    groups: dict[object, list[str]] = {}
    for attack in sorted(objections, key=lambda name: rows.index(objections[name][0])):
        alone = tuple(let_in.get((attack, check), False) for check in objections[attack])
        groups.setdefault((tuple(objections[attack]), alone, yours.get(attack)), []).append(attack)
    return list(groups.values())


def _sentence(
    checks: Sequence[str],
    objections: Mapping[str, Sequence[str]],
    let_in: Mapping[tuple[str, str], bool],
    yours: Mapping[str, bool],
) -> str:
    alone = {check: sum(let_in[attack, check] for attack in objections) for check in checks}
    counts = "; ".join(f"{check} {count}" for check, count in alone.items())
    stay_out = len(objections) - sum(alone.values())
    inside = [attack for attack, is_in in yours.items() if is_in]
    names = f" ({', '.join(inside)})" if inside else ""
    return (
        f"{len(objections)} hostile proofs, {len(checks)} checks, {len(let_in)} trials. With one "
        f"check switched off, {sum(alone.values())} attacks get in ({counts}). {stay_out} stay "
        f"out whichever check is off. Your check was tried on {len(yours)} of them and let "
        f"{len(inside)} in{names}."
    )


# --- ahead ----------------------------------------------------------------------------------------


def ahead(
    last: Mapping[str, Sequence[int]], dates: Sequence[int], title: str
) -> tuple[Figure, str]:
    """`last[setting]` is the last second at which a proof opens, for each date in `dates`.

    Dates are seconds ahead of the making. 0 stands for a proof that never opens. The name of a
    setting stands beside its last proof that opens.
    """
    right = dates[-1] / 60
    figure, axes = canvas(12, 6.4, (-2.3, right + 3.6), (-3.0, 12.6))
    axes.text(-2.2, 12.0, title, size=14, weight="bold", va="center")
    axes.text(-2.2, 11.0, "works until this minute after it was made", size=TEXT, va="center")
    for tick in range(0, 11, 2):
        axes.plot([0, right], [tick, tick], color=GREY, lw=0.4, zorder=0)
        axes.text(-0.25, tick, f"{tick}", size=TEXT, ha="right", va="center")
    for date in dates:
        axes.text(date / 60, -0.8, f"{date // 60}", size=TEXT, ha="center", va="center")
    words = "dated this many minutes ahead   (filled: accepted, ring: refused)"
    axes.text(right / 2, -1.7, words, size=TEXT, ha="center", va="center")
    ends = []
    by_sum = sorted(last, key=lambda n: -sum(last[n]))
    for name, (colour, dashes) in zip(by_sum, CURVES, strict=False):
        points = [(date / 60, second / 60) for date, second in zip(dates, last[name], strict=True)]
        # No line leads from a proof that opens to one that does not: nothing lies between.
        for _, run in groupby(points, key=lambda point: point[1] > 0):
            axes.plot(*zip(*run, strict=True), color=colour, linestyle=dashes, lw=2, zorder=1)
        for x, y in points:
            face, edge = (VERMILION, VERMILION) if y else ("white", BLUE)
            axes.plot(x, y, "o", ms=9, mfc=face, mec=edge, mew=1.6, zorder=3)
        opening = [point for point in points if point[1]] or points
        ends.append(End(*opening[-1], name, colour))
    name_curves(axes, ends)
    return figure, _ahead_sentence(last, dates)


def _ahead_sentence(last: Mapping[str, Sequence[int]], dates: Sequence[int]) -> str:
    said = [
        f"{name}: {seconds[0]} s for a proof dated now, {max(seconds)} s for the longest"
        for name, seconds in last.items()
    ]
    return (
        f"{len(dates)} dates, from now to {dates[-1] // 60} minutes ahead, and the last second at "
        f"which the proof worked. {'; '.join(said)}."
    )
