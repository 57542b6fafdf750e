"""The grid of tries: what opens and what is refused, row by column."""

from collections.abc import Sequence

from matplotlib.figure import Figure

from labutils.classroom.plates.canvas import GREY, canvas, mark

TRIES = {
    "opens": "succeeded",
    "refused": "denied",
    "unknown": "unknown",
}  # the outcome of a try, as that of a step


def grid(
    rows: Sequence[str],
    columns: Sequence[str],
    outcomes: dict[tuple[str, str], str],
    title: str,
    subject: str,
    words: tuple[str, str] = ("open", "refused"),
) -> tuple[Figure, str]:
    """A table of tries: `outcomes[row, column]` is opens, refused or unknown.

    `subject` is what the sentence counts, in these `words`.
    """
    figure, axes = canvas(
        max(7.0, 3 + 1.05 * len(columns)),
        1.5 + 0.42 * len(rows) + 0.28 * ("\n" in "".join(columns)),
        (-2.9, len(columns) - 0.4),
        (len(rows) - 0.1, -1.9),
    )
    axes.text(-2.8, -1.6, title, size=11.5, weight="bold", va="center")
    for x, name in enumerate(columns):
        axes.text(x, -0.6, name, ha="center", va="bottom", size=8.5)
    for y, row in enumerate(rows):
        axes.text(-2.8, y, row, va="center", size=9.5)
        axes.axhline(y + 0.5, color="#dddddd", lw=0.6)
        for x, column in enumerate(columns):
            mark(axes, x, y, TRIES[outcomes[row, column]], 95)
    axes.text(
        -2.8,
        len(rows) - 0.3,
        f"filled: {words[0]}    ring: {words[1]}",
        size=8,
        color=GREY,
        va="center",
    )
    opens = sum(outcome == "opens" for outcome in outcomes.values())
    columns_open = [
        f"{column.replace(chr(10), ' ')} {sum(outcomes[row, column] == 'opens' for row in rows)}"
        for column in columns
    ]
    never = [row for row in rows if all(outcomes[row, column] == "refused" for column in columns)]
    return figure, (
        f"Of {len(outcomes)} {subject}, {opens} {words[0]} and "
        f"{len(outcomes) - opens} are {words[1]}. "
        f"{words[0].capitalize()} of {len(rows)} in each column: {', '.join(columns_open)}."
        + (f" {words[1].capitalize()} in every column: {', '.join(never)}." if never else "")
    )
