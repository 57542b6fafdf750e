"""Share what all pictures need: a bare canvas, the meaning of colour, marks, and their storage.

A picture is drawn from a token, a log or a result, never from typed numbers.
"""

import io
import logging
import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from textwrap import fill
from typing import Any

from IPython.display import display
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PathCollection
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.markers import MarkerStyle
from matplotlib.patches import Rectangle
from matplotlib.path import Path
from matplotlib.text import Annotation, Text
from matplotlib.transforms import IdentityTransform
from PIL import Image as Picture

from labutils.incident import ledger
from labutils.incident.ledger_schema import Ledger
from labutils.pictures.blank import Blank, drawn_before

logging.getLogger("matplotlib").setLevel(
    logging.ERROR
)  # no word about font caches in a learner's output

# One meaning of colour in the whole course. Vermilion, filled: the attacker gets in, or the loss
# happens. Blue ring: refused, or stopped. Grey: not reached, or unknown. Green, purple and black
# mean nothing of the kind: they tell parts apart.
VERMILION, BLUE, GREY = "#D55E00", "#0072B2", "#666666"
GREEN, PURPLE, BLACK = "#00795A", "#7A3E8E", "#000000"
# By outcome: the shape, which says the same as the colour, then the colour of face and edge.
SHAPES = {
    "succeeded": ("o", VERMILION, VERMILION),
    "denied": ("o", "white", BLUE),
    "unknown": ("$?$", GREY, GREY),
    "not_reached": ("|", GREY, GREY),
    "defenders": ("D", BLACK, BLACK),
    "other": (".", GREY, GREY),
}
TEXT = 12.6  # points: as large as the text of a notebook, at the width of a cell
CURVES = ((BLACK, "-"), (PURPLE, "--"), (GREEN, ":"), (GREY, "-."))  # colour and dashes, in turn
LINE = 1.25 * TEXT  # points: a line of text with the space below it
BESIDE = 12  # points from the end of a curve to its name
KEY = "filled: succeeded    ring: denied    ?: unknown"
# The media type under which a picture's marks stand beside it in a notebook.
MARKS = "text/vnd.labutils.marks"
NO_PICTURE = "(No picture here: this Python has no matplotlib. The sentence below says the same.)"


def show(figure: Figure, sentence: str) -> None:
    """Show a figure, and under it the sentence that says the same.

    The sentence is the text alternative, computed from the same data.
    """
    display_data: Any = display  # IPython has no types for it
    if isinstance(figure, Blank) and (before := drawn_before(sentence)):
        picture, width = before
        described = {"image/png": {"alt": sentence, "width": width}}
        bundle = {"image/png": picture, "text/plain": "<IPython.core.display.Image object>"}
        display_data(bundle, raw=True, metadata=described)
    elif isinstance(figure, Blank):
        display_data({"text/plain": NO_PICTURE}, raw=True)
    else:
        width = int(figure.get_figwidth() * 80)
        described = {"image/png": {"alt": sentence, "width": width}}
        display_data(stored(figure), raw=True, metadata=described)
    print(fill(sentence, 110))


def stored(figure: Figure) -> dict[str, str]:
    """Return a figure as a notebook keeps it: the picture, and its marks beside it.

    It is plain data, which old and new IPython write alike. nbval compares the marks wherever the
    course runs, and the picture, byte for byte, under the locked matplotlib and Pillow.
    """
    small = io.BytesIO()
    canvas: Any = FigureCanvasAgg(figure)  # matplotlib has no types for it
    canvas.draw()
    drawn = Picture.frombuffer("RGBA", canvas.get_width_height(), canvas.buffer_rgba())
    drawn.convert("RGB").quantize(64, Picture.Quantize.FASTOCTREE).save(
        small, format="png"
    )  # a third of the size
    return {
        "image/png": b64encode(small.getvalue()).decode() + "\n",
        MARKS: "\n".join(marks(figure)),
        "text/plain": "<IPython.core.display.Image object>",
    }


def marks(figure: Figure) -> list[str]:
    """Return all marks, one line each: kind, place, size, colour and text, as the code asked.

    No version of a library and no font changes these lines. One mark more, another colour or
    another place does.
    """
    (axes,) = figure.axes
    size, across, down = figure.get_size_inches(), axes.get_xlim(), axes.get_ylim()
    drawn = [artist for artist in axes.get_children() if artist is not axes.patch]
    sheet = f"sheet {_place(size)} {_place(across)} {_place(down)}"
    return [sheet, *(line for artist in drawn for line in _lines_of(artist))]


def _lines_of(artist: Artist) -> Iterator[str]:
    """The lines of one artist; none for an empty text, and for what no picture of ours has."""
    if isinstance(artist, Text) and artist.get_text():
        yield _text(artist)
    elif isinstance(artist, Annotation) and artist.arrow_patch is not None:
        yield _arrow(artist)
    elif isinstance(artist, PathCollection):
        yield from _scattered(artist)
    elif isinstance(artist, Rectangle):
        yield _box(artist)
    elif isinstance(artist, Line2D):
        yield _line(artist)


def _text(text: Text) -> str:
    where = text.xy if isinstance(text, Annotation) else text.get_position()
    size, weight = f"{text.get_fontsize():g}", text.get_fontweight()
    side, colour = text.get_horizontalalignment(), to_hex(text.get_color())
    return f"text {_place(where)} {size} {weight} {side} {colour} {text.get_text()!r}"


def _arrow(arrow: Annotation) -> str:
    patch, style = arrow.arrow_patch, arrow.arrowprops
    assert patch is not None and style is not None
    way = f"{_place(arrow.get_position())} -> {_place(arrow.xy)}"
    return f"arrow {way} {to_hex(patch.get_edgecolor())} {style['arrowstyle']}"


def _scattered(dots: PathCollection) -> Iterator[str]:
    # Arrays all, whatever else matplotlib's types allow.
    places: Any = dots.get_offsets()
    both: tuple[Any, Any] = (dots.get_facecolor(), dots.get_edgecolor())
    face, edge = (to_hex(colours[0]) if len(colours) else "none" for colours in both)
    for where in places:
        yield f"mark {_shape(dots)} {_place(where)} {dots.get_sizes()[0]:g} {face} {edge}"


def _box(box: Rectangle) -> str:
    size = _place((box.get_width(), box.get_height()))
    face, edge = to_hex(box.get_facecolor()), to_hex(box.get_edgecolor())
    style = f"{box.get_linestyle()} {box.get_hatch() or ''}"
    return f"box {_place(box.get_xy())} {size} {face} {edge} {style}".rstrip()


def _line(line: Line2D) -> str:
    places: Any = line.get_xydata()  # an array
    points = " ".join(_place(point) for point in places)
    drawn = f"line {points} {to_hex(line.get_color())}"
    if line.get_marker() == "None":
        return drawn
    face, edge = to_hex(line.get_markerfacecolor()), to_hex(line.get_markeredgecolor())
    return f"{drawn} {line.get_marker()} {face} {edge}"


def _shape(dots: PathCollection) -> str:
    """The name of the shape that is drawn.

    matplotlib keeps the outline alone. The code leaves the name in `gid`, and it is checked here.
    """
    name, (drawn,) = dots.get_gid() or "", dots.get_paths()
    found: Any = drawn.vertices  # an array, as the next one
    named: Any = _outline(name).vertices
    same = found.tolist() == named.tolist()
    return name if same else f"not {name}"


def _place(where: Iterable[float]) -> str:
    return ",".join(f"{round(float(value), 3) + 0:g}" for value in where)


def canvas(
    width: float, height: float, xlim: tuple[float, float], ylim: tuple[float, float]
) -> tuple[Figure, Axes]:
    """Return a figure of this size in inches, with one bare drawing area."""
    figure = Figure(figsize=(width, height), dpi=144 if width < 12 else 120)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(*xlim)
    axes.set_ylim(*ylim)
    axes.axis("off")
    return figure, axes


def mark(axes: Axes, x: float, y: float, kind: str, size: float) -> None:
    """Draw a mark at a place, whose shape says the same as its colour."""
    marker, face, line = SHAPES.get(kind, SHAPES["other"])
    drawn = PathCollection(
        (_outline(marker),),
        (size,),
        offsets=[(x, y)],
        offset_transform=axes.transData,
        linewidths=0.8 if kind == "unknown" else size**0.5 / 4,
        facecolors=line if marker == "|" else face,
        edgecolors=line,
        zorder=3,
        gid=marker,
    )
    drawn.set_transform(IdentityTransform())
    axes.add_collection(drawn, autolim=False)  # as axes.scatter, which looks for limits each time


@cache
def _outline(marker: str) -> Path:
    """The outline of a shape, in points around its middle."""
    style = MarkerStyle(marker)
    return style.get_path().transformed(style.get_transform())


@dataclass(frozen=True)
class End:
    """The end of a curve: its place, its name (of one line or several), and its colour."""

    x: float
    y: float
    name: str
    colour: str

    @property
    def lines(self) -> int:
        """The number of lines of text in the name."""
        return self.name.count("\n") + 1


def name_curves(axes: Axes, ends: Iterable[End]) -> None:
    """Write each name beside the end of its curve, as `canvas` made the axes.

    Names that would overlap, where several curves end at one x, move apart by as little as it
    takes, the higher end above the lower one. Of two ends at one place the first stands above.
    """
    if isinstance(axes, Blank):
        return
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    figure = axes.figure
    assert isinstance(figure, Figure)
    width, height = figure.get_size_inches() * 72  # points
    columns: dict[float, list[End]] = {}
    for end in ends:
        columns.setdefault(end.x, []).append(end)
    for x, column in columns.items():
        upwards = sorted(column, key=lambda end: -end.y)[::-1]
        line = LINE / height * (top - bottom)
        middles = _apart([(end.y, line * end.lines) for end in upwards])
        for end, middle in zip(upwards, middles, strict=True):
            place = (x + BESIDE / width * (right - left), middle)
            axes.text(*place, end.name, size=TEXT, va="center", color=end.colour)


def _apart(boxes: Sequence[tuple[float, float]]) -> list[float]:
    """Middles for boxes, given by the middle they should have (the lowest first) and their height.

    Boxes that overlap form a pile, whose boxes are off by as much upwards as downwards.
    """
    piles: list[tuple[float, list[tuple[float, float]]]] = []  # bottom, boxes
    for box in boxes:
        pile = _pile([box])
        while piles and _top(piles[-1]) > pile[0]:
            pile = _pile(piles.pop()[1] + pile[1])
        piles.append(pile)
    return [middle for bottom, pile in piles for middle in _middles(bottom, pile)]


def _pile(boxes: list[tuple[float, float]]) -> tuple[float, list[tuple[float, float]]]:
    """The bottom that suits all boxes of a pile best, and the boxes."""
    from_zero = _middles(0, boxes)
    wanted = [middle - place for (middle, _), place in zip(boxes, from_zero, strict=True)]
    return sum(wanted) / len(boxes), boxes


def _middles(bottom: float, boxes: Sequence[tuple[float, float]]) -> list[float]:
    heights = [height for _, height in boxes]
    tops = accumulate(heights, initial=bottom)
    return [top + height / 2 for top, height in zip(tops, heights, strict=False)]


def _top(pile: tuple[float, list[tuple[float, float]]]) -> float:
    return pile[0] + sum(height for _, height in pile[1])


def title_of(fact: str, told: Ledger | None = None) -> str:
    """Return a few words for a step: those of a ledger (the course's), or else its id as words."""
    known = (told or ledger.ledger()).facts.get(fact)
    return (known and known.title) or label(fact)


def label(identifier: str) -> str:
    """Return a fact's id as words, without the party and the dates that it begins or ends with."""
    words = identifier.split("-")
    words = words[1:] if words[0] in ("cf", "okta") else words
    return " ".join(word for word in words if not re.fullmatch(r"(?:nov|oct)?\d+", word))
