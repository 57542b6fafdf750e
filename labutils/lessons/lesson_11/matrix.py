"""A matrix of checks and attacks: which check stops which hostile proofs (lesson 11)."""

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure

from labutils.pictures.canvas import BLUE, GREY, TEXT, VERMILION, canvas

KEY = (
    "filled: the attack is in if this check is off; in the last row, your check lets it in",
    "ring: it objects, and no single switch lets the attack in; in the last row, yours refuses it",
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
    for y, words in enumerate(KEY):
        axes.text(-6.1, last + 1.3 + 0.8 * y, words, va="center", size=TEXT)
    for y, row in [*enumerate(rows), (last, "your check")]:
        axes.plot([-0.5, width - 0.5], [y, y], color=GREY, lw=0.4, zorder=0)
        axes.text(-0.8, y, row.replace("_", " "), ha="right", va="center", size=TEXT)
    for x, attacks in enumerate(columns):
        first = attacks[0]
        more = f"  +{len(attacks) - 1}" if len(attacks) > 1 else ""
        axes.text(x, -0.6, first + more, rotation=90, ha="center", va="bottom", size=TEXT)
        marks = [
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
        f"check switched off, {sum(alone.values())} attacks come alive ({counts}). {stay_out} stay "
        f"out whichever one is missing. Your check met {len(yours)} of them, and let "
        f"{len(inside)} in{names}."
    )
