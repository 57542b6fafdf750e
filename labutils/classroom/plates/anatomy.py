"""The plate of lesson 01: a token taken apart, from bytes to claims."""

import json

from matplotlib.figure import Figure

from labutils.classroom.plates.canvas import BLACK, GREEN, GREY, PURPLE, canvas
from labutils.identity.tokens import unb64


def anatomy(token: str) -> tuple[Figure, str]:
    """From bytes to claims: each segment of a token, the bytes it spells, and what they say."""
    segments, names = token.split("."), ("header", "payload", "signature")
    texts = [
        [f'"{name}": {json.dumps(value)}' for name, value in json.loads(unb64(segment)).items()]
        for segment in segments[:2]
    ]
    texts.append(["the only part that needs a key:", "made by whoever wrote the token"])
    rows = max(len(lines) for lines in texts)
    figure, axes = canvas(11, 2.9 + 0.24 * rows, (0, 12), (-rows * 0.24, 2.9))
    sizes = [len(unb64(segment)) for segment in segments]
    for column, (name, segment, colour) in enumerate(
        zip(names, segments, (PURPLE, GREEN, BLACK), strict=True)
    ):
        left, data = column * 4 + 0.1, unb64(segment)
        axes.text(left, 2.6, f"{column + 1}  {name}", color=colour, weight="bold", size=12)
        axes.text(left, 2.2, segment[:24] + "...", family="monospace", size=9.5, color=colour)
        axes.text(left, 1.9, f"{len(segment)} characters of base64url", size=8.5, color=GREY)
        axes.annotate(
            "", (left + 0.3, 1.3), (left + 0.3, 1.8), arrowprops={"arrowstyle": "->", "color": GREY}
        )
        axes.text(left + 0.5, 1.48, "decode, no key needed", size=8.5, color=GREY)
        axes.text(
            left, 1.05, data[:9].hex(" ") + " ...", family="monospace", size=9.5, color=colour
        )
        axes.text(left, 0.75, f"{len(data)} bytes", size=8.5, color=GREY)
        for row, line in enumerate(texts[column]):
            axes.text(
                left,
                0.3 - row * 0.24,
                line[:44],
                family="monospace" if column < 2 else None,
                size=8.5,
            )
        if column:
            axes.axvline(column * 4 - 0.08, color=GREY, lw=0.6, ls=":")
    claims = json.loads(unb64(segments[1]))
    return figure, (
        f"A token of {len(token)} characters: a header of {sizes[0]} bytes, a payload of {sizes[1]} bytes with "
        f"{len(claims)} claims that anybody can read, and a signature of {sizes[2]} bytes."
    )
