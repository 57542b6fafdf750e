"""Draw SVG in the colours of the course: live in the theme of its page, alone in the light one."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from html import escape

from labutils.pictures import look

SANS = "system-ui,-apple-system,'Segoe UI',Roboto,sans-serif"
# The share of the type size that a character takes: of the monospaced type, and on average of the
# other one. No machine has the same fonts, so nothing is placed by it to the pixel.
MONO_WIDTH, SANS_WIDTH = 0.602, 0.55
_VARIABLE = re.compile(r"var\(--lu-([\w-]+)\)")


def colour(name: str) -> str:
    """Return a colour of the course for a style: `var(--lu-ink)`."""
    return f"var(--lu-{name})"


SIGNS = {  # how the sign of a verdict is painted
    "harm": f"fill:{colour('intruder-fill')}",
    "refused": f"fill:none;stroke-width:2.5;stroke:{colour('defender-fill')}",
    "fits": f"fill:{colour('ink')}",
    "unwritten": f"fill:none;stroke-width:2;stroke-dasharray:3 2;stroke:{colour('quiet')}",
    "fine": f"fill:none;stroke-width:2.2;stroke:{colour('quiet')}",
}


def alone(picture: str) -> str:
    """Return an SVG whose colours need no style sheet, to be shown on its own."""
    return _VARIABLE.sub(lambda match: look.LIGHT[match[1]], picture)


@dataclass
class Svg:
    """A picture of that width, filled from the top."""

    width: float
    parts: list[str] = field(default_factory=list)

    def add(self, part: str) -> None:
        """Add an element that is already written."""
        self.parts.append(part)

    def text(
        self,
        x: float,
        y: float,
        words: str,
        ink: str = "ink",
        *,
        size: float = 14,
        anchor: str = "start",
        bold: bool = False,
        mono: bool = False,
    ) -> None:
        """Write a line of text; `x` and `y` are where it begins, or ends, on its base line."""
        more = ' font-weight="600"' if bold else ""
        more += f' text-anchor="{anchor}"' if anchor != "start" else ""
        more += f' font-family="{look.MONOSPACE}"' if mono else ""
        self.add(
            f'<text x="{x:g}" y="{y:g}" font-size="{size:g}" style="fill:{colour(ink)}"{more} '
            f'xml:space="preserve">{escape(_printable(words))}</text>'
        )

    def phrases(self, x: float, y: float, phrases: Iterable[tuple[str, str]], size: float) -> None:
        """Write bold phrases after each other, each a text and its colour."""
        spans = "".join(
            f'<tspan dx="{10 if at else 0}" style="fill:{colour(ink)}">'
            f"{escape(_printable(words))}</tspan>"
            for at, (words, ink) in enumerate(phrases)
        )
        self.add(f'<text x="{x:g}" y="{y:g}" font-size="{size:g}" font-weight="600">{spans}</text>')

    def characters(
        self, x: float, y: float, words: str, ink: str = "ink", *, size: float = 14
    ) -> None:
        """Write monospaced text that takes the same width in every font."""
        long, said = len(words) * size * MONO_WIDTH, escape(_printable(words))
        self.add(
            f'<text x="{x:g}" y="{y:g}" font-size="{size:g}" style="fill:{colour(ink)}" '
            f'font-family="{look.MONOSPACE}" font-weight="500" textLength="{long:g}" '
            f'lengthAdjust="spacingAndGlyphs" xml:space="preserve">{said}</text>'
        )

    def line(
        self,
        start: tuple[float, float],
        end: tuple[float, float],
        ink: str = "line",
        wide: float = 1,
        dash: str = "",
    ) -> None:
        """Draw a straight line from one point to another."""
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        self.add(
            f'<line x1="{start[0]:g}" y1="{start[1]:g}" x2="{end[0]:g}" y2="{end[1]:g}" '
            f'style="stroke:{colour(ink)}" stroke-width="{wide:g}"{dashed}/>'
        )

    def box(
        self,
        corner: tuple[float, float],
        size: tuple[float, float],
        *,
        fill: str = "",
        edge: str = "",
        wide: float = 1,
        round_by: float = 0,
    ) -> None:
        """Draw a rectangle from its upper left corner: filled, with an edge, or both."""
        inside = colour(fill) if fill else "none"
        around = f";stroke:{colour(edge)};stroke-width:{wide:g}" if edge else ""
        self.add(
            f'<rect x="{corner[0]:g}" y="{corner[1]:g}" width="{size[0]:g}" height="{size[1]:g}" '
            f'rx="{round_by:g}" style="fill:{inside}{around}"/>'
        )

    def sign(self, x: float, y: float, kind: str) -> None:
        """Draw the sign of a verdict.

        It is a filled red dot (`harm`: somebody gets in), a blue ring (`refused`), a filled dot of
        ink (`fits`: a lamp that is lit), a dashed ring (`unwritten`), or a quiet tick (`fine`).
        """
        if kind == "fine":
            shape = f'<path d="M{x - 5:g} {y:g}l4 4.5 7-9"'
        else:
            shape = f'<circle cx="{x:g}" cy="{y:g}" r="{6 if kind in ("harm", "fits") else 5}"'
        self.add(f'{shape} style="{SIGNS[kind]}"/>')

    def heading(self, title: str, hint: str) -> float:
        """Write the title and the hint, and return the height below them."""
        y = 12.0
        hint = hint.replace("*", "").replace("`", "")  # alive, they are emphasis and code
        for line in wrapped(title, self.width - 40, 17) if title else []:
            y += 22
            self.text(20, y, line, size=17, bold=True)
        for line in wrapped(hint, self.width - 40, 14) if hint else []:
            y += 20
            self.text(20, y, line, "quiet")
        return y + 12

    def inside(self) -> str:
        """Return what was drawn, without the picture around it."""
        return "".join(self.parts)

    def done(self, height: float, says: str, attributes: str = "", *, role: str = "img") -> str:
        """Return the whole picture; `says` is what a screen reader reads instead of it, or first
        where its role is a group of things to touch."""
        ground = f'<rect width="100%" height="100%" style="fill:{colour("paper")}"/>'
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{self.width:g}" height="{height:g}" '
            f'viewBox="0 0 {self.width:g} {height:g}" role="{role}" '
            f'aria-label="{escape(_printable(says))}" font-family="{SANS}" {attributes}>'
            f"{ground}{self.inside()}</svg>"
        )


def wrapped(text: str, width: float, size: float, *, mono: bool = False) -> list[str]:
    """Return a text in lines of a width in pixels; a longer word is cut."""
    room = max(1, int(width / (size * (MONO_WIDTH if mono else SANS_WIDTH))))
    lines: list[str] = []
    for word in text.split():
        pieces = [word[at : at + room] for at in range(0, len(word), room)]
        for piece in pieces:
            if lines and len(lines[-1]) + 1 + len(piece) <= room:
                lines[-1] += f" {piece}"
            else:
                lines.append(piece)
    return lines or [""]


def fitted(text: str, room: float, size: float, *, mono: bool = False) -> str:
    """Return a text cut to the pixels that there are."""
    most = max(4, int(room / (size * (MONO_WIDTH if mono else SANS_WIDTH))))
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _printable(text: str) -> str:
    """A text without the characters that no XML may have (XML 1.0, 2.2)."""
    return "".join(
        one if one in "\t\n\r" or 0x20 <= ord(one) < 0xD800 or 0xE000 <= ord(one) < 0xFFFE
        or ord(one) > 0xFFFF else "\ufffd"
        for one in text
    )  # fmt: skip
