"""The plate of lesson 01: a token taken apart, and what its signature covers."""

import json
from typing import Any

from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from labutils.identity.tokens import unb64
from labutils.pictures.canvas import BLACK, GREEN, GREY, PURPLE, canvas

NAMES, COLOURS = ("header", "payload", "signature"), (PURPLE, GREEN, BLACK)
LEFTS = (0.15, 3.55, 8.35)  # where the columns begin, on a sheet of 12
SMALL = 12.6  # points: the size of a notebook's body text in a picture of this width
STEP = 0.34  # from one line to the next
STEP_HEIGHT = 1.82  # where the step of signing stands
UNDER_A_SIGNATURE = (
    "made with the private key",
    "from the signed characters.",
    "It contains no text.",
)


def anatomy(token: str) -> tuple[Figure, str]:
    """Three segments, what they say, and a bracket over what is signed."""
    segments = token.split(".")
    parts = [json.loads(unb64(segment)) for segment in segments[:2]]
    texts = [_lines(part) for part in parts] + [list(UNDER_A_SIGNATURE)]
    bottom = 0.9 - STEP * max(len(lines) for lines in texts)
    figure, axes = canvas(11, 3.9 - bottom, (0, 12), (bottom, 3.9))
    axes.text(
        LEFTS[0],
        3.5,
        "The signature covers the header and the payload exactly as written",
        weight="bold",
        size=15,
    )
    for place, segment in enumerate(segments):
        left, colour = LEFTS[place], COLOURS[place]
        axes.text(left, 2.95, NAMES[place], color=colour, weight="bold", size=14)
        axes.text(left, 2.55, segment[:24] + "...", family="monospace", size=SMALL, color=colour)
        size = len(unb64(segment))
        axes.text(left, 1.25, f"{size} bytes", size=SMALL, color=GREY)
        family = "monospace" if place < 2 else None
        for row, text in enumerate(texts[place]):
            axes.text(left, 0.8 - STEP * row, text, family=family, size=SMALL)
    signed = len(token.rpartition(".")[0])
    _bracket(axes, LEFTS[0], LEFTS[2] - 0.35, 2.3, f"signed: these {signed} characters")
    _signing(axes, parts[0]["alg"])
    return figure, (
        f"A token of {len(token)} characters. The signature covers the first {signed}: a header "
        f"with {len(parts[0])} members and a payload with {len(parts[1])} claims, exactly as "
        f"written. {parts[0]['alg']} computes the signature from these characters and the "
        "private key."
    )


def _lines(part: dict[str, Any]) -> list[str]:
    return [f'"{name}": {json.dumps(value)}'[:42] for name, value in part.items()]


def _bracket(axes: Any, left: float, right: float, height: float, words: str) -> None:
    """A bracket below the signed segments."""
    axes.plot(
        [left, left, right, right],
        [height, height - 0.15, height - 0.15, height],
        color=BLACK,
        lw=1.4,
    )
    axes.text(left, STEP_HEIGHT - 0.08, words, size=SMALL, weight="bold")


def _signing(axes: Any, algorithm: str) -> None:
    """The step: signed characters and private key go in, and the signature comes out above."""
    left, middle = LEFTS[2], LEFTS[2] + 0.75
    box = Rectangle((left, STEP_HEIGHT - 0.2), 1.5, 0.4, fill=False, edgecolor=BLACK, lw=1.4)
    axes.add_patch(box)
    words = {"ha": "center", "va": "center", "size": SMALL}
    axes.text(middle, STEP_HEIGHT, algorithm, **words)
    axes.text(LEFTS[2] + 2.95, STEP_HEIGHT, "private key", **words)
    arrow = {"arrowstyle": "->", "color": BLACK, "lw": 1.4}
    for begin, end in (
        ((LEFTS[1] + 0.5, STEP_HEIGHT), (left - 0.05, STEP_HEIGHT)),
        ((left + 2.2, STEP_HEIGHT), (left + 1.55, STEP_HEIGHT)),
        ((middle, STEP_HEIGHT + 0.2), (middle, 2.46)),
    ):
        axes.annotate("", end, begin, arrowprops=arrow)
