"""A matrix of checks and attacks: which check stops which hostile proof (lesson 11)."""

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure

from labutils.classroom.plates.canvas import BLUE, GREY, VERMILION, canvas

KEY = (
    (8.5, "filled circle: switch this check off, and the attack is in"),
    (9.5, "open ring: objects, and no single switch lets this attack in"),
)


def check_matrix(
    reading: str,
    objections: Mapping[str, Sequence[str]],
    let_in: Mapping[tuple[str, str], bool],
) -> tuple[Figure, str]:
    """Rows are checks, columns are attacks, sorted by the first check that objects.

    `objections` names what objects to each attack. `let_in[attack, check]` says whether the attack
    passes when this one check is switched off: a filled circle. An open ring is an objection whose
    check can be switched off without letting the attack in. `reading` is the name of what comes
    before all checks and is never switched off.
    """
    rows = [reading, *dict.fromkeys(check for _, check in let_in)]
    columns = sorted(objections, key=lambda attack: rows.index(objections[attack][0]))
    figure, axes = canvas(13.5, 5.4, (-9.2, len(columns) + 0.2), (len(rows) - 0.3, -7.7))
    for y, words in KEY:
        axes.text(0, y, words, va="center", size=9)
    for y, row in enumerate(rows):
        axes.plot([-0.5, len(columns) - 0.5], [y, y], color=GREY, lw=0.4, zorder=0)
        axes.text(-0.8, y, row.replace("_", " "), ha="right", va="center", size=10)
    for x, attack in enumerate(columns):
        axes.text(x, -0.6, attack, rotation=90, ha="center", va="bottom", size=8)
        for check in objections[attack]:
            alone = let_in.get((attack, check), False)
            face, edge = (VERMILION, VERMILION) if alone else ("white", BLUE)
            axes.plot(x, rows.index(check), "o", ms=6.5, mfc=face, mec=edge, mew=1.3)
    return figure, _sentence(rows, objections, let_in)


def _sentence(
    rows: Sequence[str],
    objections: Mapping[str, Sequence[str]],
    let_in: Mapping[tuple[str, str], bool],
) -> str:
    reading, *checks = rows
    alone = {check: sum(let_in[attack, check] for attack in objections) for check in checks}
    counts = "; ".join(f"{check} {count}" for check, count in alone.items())
    survivors = [
        attack for attack in objections if not any(let_in[attack, check] for check in checks)
    ]
    unreadable = sum(list(objections[attack]) == [reading] for attack in survivors)
    return (
        f"{len(objections)} hostile proofs, {len(checks)} checks, {len(let_in)} trials. "
        f"Filled circles: with this one check switched off, {sum(alone.values())} attacks come "
        f"alive ({counts}). {len(survivors)} stay out whichever check is missing (open rings): "
        f"{unreadable} cannot even be read (top row), and {len(survivors) - unreadable} meet a "
        f"second check."
    )
