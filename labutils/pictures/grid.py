"""Draw the grid of tries: what opens and what is refused, row by column."""

from collections.abc import Sequence
from textwrap import fill

from matplotlib.figure import Figure

from labutils.pictures.canvas import GREY, TEXT, canvas, mark

WIDEST = 11  # characters of a line above a column
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
    """Return a table of tries and its sentence.

    `outcomes[row, column]` is opens, refused or unknown. `subject` is what the sentence counts, in
    these `words`.
    """
    heads = {name: name if "\n" in name else fill(name, WIDEST) for name in columns}
    lines = max(head.count("\n") for head in heads.values())
    figure, axes = canvas(
        max(7.0, 3 + 1.05 * len(columns)),
        1.6 + 0.5 * len(rows) + 0.22 * lines,
        (-2.9, len(columns) - 0.4),
        (len(rows) + 0.2, -1.8 - 0.5 * lines),
    )
    axes.text(-2.8, -1.4 - 0.5 * lines, title, size=TEXT + 1.5, weight="bold", va="center")
    for x, name in enumerate(columns):
        axes.text(x, -0.6, heads[name], ha="center", va="bottom", size=TEXT)
    for y, row in enumerate(rows):
        axes.text(-2.8, y, row, va="center", size=TEXT)
        axes.axhline(y + 0.5, color="#dddddd", lw=0.6)
        for x, column in enumerate(columns):
            mark(axes, x, y, TRIES[outcomes[row, column]], 95)
    axes.text(
        -2.8,
        len(rows) - 0.15,
        f"filled: {words[0]}    ring: {words[1]}",
        size=TEXT,
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
