"""Cleaners as points: how many secrets each leaves, and how many questions have an answer (07)."""

from collections.abc import Mapping

from matplotlib.figure import Figure

from labutils.pictures.canvas import BLUE, GREY, TEXT, VERMILION, canvas

MARKS = "osD^v"  # one for each cleaner


def tradeoff(
    results: Mapping[str, tuple[int, int]], secrets: int, questions: int
) -> tuple[Figure, str]:
    """`results[cleaner]` is how many secrets can be read, and how many questions are answered."""
    figure, axes = canvas(
        10.5, 5.2, (-0.12 * secrets, 1.62 * secrets), (-0.22 * questions, 1.35 * questions)
    )
    title = "A good cleaner is in the upper left corner"
    axes.text(-0.1 * secrets, 1.24 * questions, title, size=TEXT + 1.5, weight="bold")
    axes.plot([0, 0, 1.25 * secrets], [1.12 * questions, 0, 0], color=GREY, lw=1)
    for number in range(0, secrets + 2, 5):
        axes.plot([number, number], [0, -0.02 * questions], color=GREY, lw=1)
        axes.text(number, -0.06 * questions, str(number), ha="center", va="center", size=TEXT)
    for number in range(0, questions + 1, 3):
        axes.plot([0, -0.008 * secrets], [number, number], color=GREY, lw=1)
        axes.text(-0.025 * secrets, number, str(number), ha="center", va="center", size=TEXT)
    words = f"secrets that can be read in the cleaned file (of {secrets})"
    axes.text(0.62 * secrets, -0.17 * questions, words, ha="center", va="center", size=TEXT)
    words = f"questions with an answer (of {questions})"
    axes.text(-0.085 * secrets, 0.56 * questions, words, size=TEXT, rotation=90, va="center")
    for (name, (left, answered)), shape in zip(results.items(), MARKS, strict=False):
        face, edge = (VERMILION, VERMILION) if left else ("white", BLUE)
        axes.scatter(
            [left],
            [answered],
            marker=shape,
            s=90,
            gid=shape,
            facecolors=face,
            edgecolors=edge,
            linewidths=2,
            zorder=3,
        )
        label = f"{name} ({left}, {answered})"
        # Below, where the words of a neighbour on the left stand above.
        crowded = any(
            0 < left - other < 0.4 * secrets
            for other, level in results.values()
            if level == answered
        )
        above, va = (-0.04, "top") if crowded else (0.03, "bottom")
        axes.text(left + 0.02 * secrets, answered + above * questions, label, size=TEXT, va=va)
    points = [f"{name} {left} and {answered}" for name, (left, answered) in results.items()]
    return figure, (
        f"Secrets that can be read (of {secrets}) and questions with an answer (of {questions}): "
        f"{', '.join(points)}."
    )
