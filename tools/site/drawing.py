"""Draw on a slide: shapes and words in SVG, in the course's colours, with no word too small."""

import dataclasses
import html
import math
from collections.abc import Mapping

from labutils.pictures.look import DARK, LIGHT

WIDTH, HEIGHT = 1168, 430  # px of a picture on a slide of 1280 by 720; one is one
SMALLEST = 24  # px of type: what the last row of a room still reads
OF_A_LETTER = 0.605  # width by height, in a monospaced type


@dataclasses.dataclass
class Drawing:
    """A picture as it is drawn, and the sentence that says the same."""

    words: str
    height: int = HEIGHT
    dark: bool = False
    parts: list[str] = dataclasses.field(default_factory=list)

    @property
    def colours(self) -> Mapping[str, str]:
        """The course's colours by name, on the ground of this picture."""
        return DARK if self.dark else LIGHT

    def colour(self, name: str) -> str:
        """Return a colour by its name in the course's look."""
        return self.colours[name]

    def text(
        self,
        x: float,
        y: float,
        words: str,
        colour: str = "ink",
        *,
        size: int = 26,
        anchor: str = "start",
        bold: bool = False,
        mono: bool = False,
    ) -> None:
        """Write words at a place, by the middle of their height. Raises ValueError where their type
        is too small for a wall."""
        if size < SMALLEST:
            raise ValueError(f"{words!r} is set in {size} px; on a wall {SMALLEST} is the least.")
        family = ' class="mono"' if mono else ""
        weight = ' font-weight="700"' if bold else ""
        self.parts.append(
            f'<text x="{x:.1f}" y="{y + 0.35 * size:.1f}" font-size="{size}" text-anchor="{anchor}"'
            f' fill="{self.colour(colour)}"{weight}{family}>{html.escape(words)}</text>'
        )

    def box(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        fill: str = "paper",
        edge: str = "line",
        *,
        thick: float = 2,
        round_: float = 8,
    ) -> None:
        """Draw a box by its left upper corner."""
        stroke = f' stroke="{self.colour(edge)}" stroke-width="{thick}"' if edge else ""
        self.parts.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"'
            f' rx="{round_}" fill="{self.colour(fill)}"{stroke}/>'
        )

    def line(
        self,
        x: float,
        y: float,
        x2: float,
        y2: float,
        colour: str = "quiet",
        *,
        thick: float = 3,
        dashed: bool = False,
        arrow: bool = False,
    ) -> None:
        """Draw a line, dashed or with a head at its end where that is asked for."""
        more = ' stroke-dasharray="8 8"' if dashed else ""
        if arrow:
            x2, y2 = self._head(x, y, x2, y2, colour, 4.5 * thick)
        self.parts.append(
            f'<line x1="{x:.1f}" y1="{y:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
            f' stroke="{self.colour(colour)}" stroke-width="{thick}"{more}/>'
        )

    def _head(
        self, x: float, y: float, x2: float, y2: float, colour: str, size: float
    ) -> tuple[float, float]:
        """Draw the head of an arrow, and return where its line ends."""
        far = math.hypot(x2 - x, y2 - y)
        dx, dy = (x2 - x) / far, (y2 - y) / far
        foot = (x2 - size * dx, y2 - size * dy)
        half = size / 2
        points = (
            f"{x2:.1f},{y2:.1f} {foot[0] - half * dy:.1f},{foot[1] + half * dx:.1f}"
            f" {foot[0] + half * dy:.1f},{foot[1] - half * dx:.1f}"
        )
        self.parts.append(f'<polygon points="{points}" fill="{self.colour(colour)}"/>')
        return foot

    def mark(self, x: float, y: float, outcome: str, radius: float = 11) -> None:
        """Draw what came of an act, as in all pictures of the course: filled where the intruder got
        in, a ring where they were refused, a question mark where nobody knows, and a diamond for
        an act of the defenders."""
        place = f'cx="{x:.1f}" cy="{y:.1f}"'
        if outcome == "succeeded":
            colour = self.colour("intruder-fill")
            self.parts.append(f'<circle {place} r="{radius}" fill="{colour}"/>')
        elif outcome == "denied":
            inside, edge = self.colour("paper"), self.colour("defender-fill")
            self.parts.append(
                f'<circle {place} r="{radius - 2}" fill="{inside}" stroke="{edge}"'
                ' stroke-width="4"/>'
            )
        elif outcome == "unknown":
            self.text(x, y, "?", "quiet", size=max(SMALLEST, round(2.6 * radius)), anchor="middle")
        else:
            r, colour = radius + 2, self.colour("defender-fill")
            points = f"{x},{y - r} {x + r},{y} {x},{y + r} {x - r},{y}"
            self.parts.append(f'<polygon points="{points}" fill="{colour}"/>')

    def labelled(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        lines: list[str],
        kind: str = "plain",
        *,
        size: int = 26,
    ) -> None:
        """Draw a box with centred lines in it, the first of them bold: `in` where the intruder gets
        in, `refused` where not, `plain` for what is neither."""
        fill, edge, ink = {
            "plain": ("card", "line", "ink"),
            "in": ("intruder-soft", "intruder-fill", "ink"),
            "refused": ("paper", "defender-fill", "ink"),
        }[kind]
        self.box(x, y, width, height, fill, edge, thick=2 if kind == "plain" else 4)
        top = y + height / 2 - 0.65 * size * (len(lines) - 1)
        for place, words in enumerate(lines):
            self.text(
                x + width / 2,
                top + 1.3 * size * place,
                words,
                ink,
                size=size,
                anchor="middle",
                bold=not place,
            )

    def svg(self) -> str:
        """Return the picture as an element, with its sentence as its name."""
        return (
            f'<svg role="img" aria-label="{html.escape(self.words)}" width="{WIDTH}"'
            f' height="{self.height}" viewBox="0 0 {WIDTH} {self.height}">'
            + "".join(self.parts)
            + "</svg>"
        )
