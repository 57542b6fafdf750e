"""Every picture of the course, each with its sentence. All are drawn from a token, a log or a result, never from typed numbers."""
import io
import logging
import re
from base64 import b64encode
from collections.abc import Iterator, Sequence
from textwrap import fill

from IPython.display import display
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PathCollection
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.text import Annotation, Text
from PIL import Image as Picture

from labutils.incident import ledger
from labutils.incident.breach import Step

logging.getLogger("matplotlib").setLevel(logging.ERROR)  # no word about font caches in a learner's output

# One meaning of colour in the whole course. Vermilion, filled: the attacker gets in, or the loss happens. Blue ring: refused,
# or stopped. Grey: not reached, or unknown. Green, purple and black mean nothing of the kind: they tell parts apart.
VERMILION, BLUE, GREY = "#D55E00", "#0072B2", "#666666"
GREEN, PURPLE, BLACK = "#00795A", "#7A3E8E", "#000000"
# By outcome: the shape, which says the same as the colour, then the colour of its face and of its edge.
SHAPES = {"succeeded": ("o", VERMILION, VERMILION), "denied": ("o", "white", BLUE), "unknown": ("$?$", GREY, GREY),
          "not_reached": ("|", GREY, GREY), "defenders": ("D", BLACK, BLACK), "other": (".", GREY, GREY)}
TRIES = {"opens": "succeeded", "refused": "denied", "unknown": "unknown"}  # the outcome of a try, as that of a step
KEY = "filled: succeeded    ring: denied    ?: unknown"
MARKS = "text/vnd.labutils.marks"  # the media type under which a picture's marks stand beside it in a notebook
HATCH = {"exact": "", "close": "//", "loose": ".."}


def show(figure: Figure, sentence: str) -> None:
    """Show a figure, and under it the sentence that says the same: the text alternative, computed from the same data."""
    display(stored(figure), raw=True, metadata={"image/png": {"alt": sentence, "width": int(figure.get_figwidth() * 80)}})
    print(fill(sentence, 110))


def stored(figure: Figure) -> dict[str, str]:
    """A figure as a notebook keeps it: the picture, and its marks beside it. Plain data, which old and new IPython write alike.

    nbval compares the marks wherever the course runs, and the picture, byte for byte, under the locked matplotlib and Pillow.
    """
    canvas, small = FigureCanvasAgg(figure), io.BytesIO()
    canvas.draw()
    drawn = Picture.frombuffer("RGBA", canvas.get_width_height(), canvas.buffer_rgba())
    drawn.convert("RGB").quantize(64, Picture.Quantize.FASTOCTREE).save(small, format="png")  # a third of the size
    return {"image/png": b64encode(small.getvalue()).decode() + "\n", MARKS: "\n".join(marks(figure)),
            "text/plain": "<IPython.core.display.Image object>"}


def marks(figure: Figure) -> list[str]:
    """All that is drawn, a line each: kind, place, size, colour and text, as the code asked for them. No version of a library
    and no font changes these lines; one mark more, another colour or another place does."""
    (axes,) = figure.axes
    sheet = f"sheet {_place(figure.get_size_inches())} {_place(axes.get_xlim())} {_place(axes.get_ylim())}"
    return [sheet, *(line for artist in axes.get_children() if artist is not axes.patch for line in _lines_of(artist))]


def _lines_of(artist: Artist) -> Iterator[str]:
    if isinstance(artist, Text) and artist.get_text():
        where = artist.get_position() if not isinstance(artist, Annotation) else artist.xy
        style = f"{artist.get_fontsize():g} {artist.get_weight()} {artist.get_ha()} {to_hex(artist.get_color())}"
        yield f"text {_place(where)} {style} {artist.get_text()!r}"
    elif isinstance(artist, Annotation) and artist.arrow_patch is not None:
        way = f"{_place(artist.get_position())} -> {_place(artist.xy)}"
        yield f"arrow {way} {to_hex(artist.arrow_patch.get_edgecolor())} {artist.arrowprops['arrowstyle']}"
    elif isinstance(artist, PathCollection):
        face, edge = (to_hex(colours[0]) if len(colours) else "none" for colours in (artist.get_facecolor(), artist.get_edgecolor()))
        for where in artist.get_offsets():
            yield f"mark {artist.get_gid()} {_place(where)} {artist.get_sizes()[0]:g} {face} {edge}"
    elif isinstance(artist, Rectangle):
        size = _place((artist.get_width(), artist.get_height()))
        yield (f"box {_place(artist.get_xy())} {size} {to_hex(artist.get_facecolor())} {to_hex(artist.get_edgecolor())} "
               f"{artist.get_linestyle()} {artist.get_hatch() or ''}").rstrip()
    elif isinstance(artist, Line2D):
        points = " ".join(_place(point) for point in artist.get_xydata())
        dots = f" {artist.get_marker()} {to_hex(artist.get_markerfacecolor())} {to_hex(artist.get_markeredgecolor())}"
        yield f"line {points} {to_hex(artist.get_color())}{dots if artist.get_marker() != 'None' else ''}"


def _place(where: Sequence[float]) -> str:
    return ",".join(f"{round(float(value), 3) + 0:g}" for value in where)


def _canvas(width: float, height: float, xlim: tuple[float, float], ylim: tuple[float, float]):
    """A figure of that many inches with one bare drawing area."""
    figure = Figure(figsize=(width, height), dpi=144 if width < 12 else 120)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(*xlim)
    axes.set_ylim(*ylim)
    axes.axis("off")
    return figure, axes


def grid(rows: Sequence[str], columns: Sequence[str], outcomes: dict[tuple[str, str], str], title: str,
         subject: str, words: tuple[str, str] = ("open", "refused")) -> tuple[Figure, str]:
    """A table of tries: `outcomes[row, column]` is opens, refused or unknown. `subject` is what the sentence counts, in these `words`."""
    figure, axes = _canvas(max(7.0, 3 + 1.05 * len(columns)), 1.5 + 0.42 * len(rows) + 0.28 * ("\n" in "".join(columns)),
                           (-2.9, len(columns) - 0.4), (len(rows) - 0.1, -1.9))
    axes.text(-2.8, -1.6, title, size=11.5, weight="bold", va="center")
    for x, name in enumerate(columns):
        axes.text(x, -0.6, name, ha="center", va="bottom", size=8.5)
    for y, row in enumerate(rows):
        axes.text(-2.8, y, row, va="center", size=9.5)
        axes.axhline(y + 0.5, color="#dddddd", lw=0.6)
        for x, column in enumerate(columns):
            mark(axes, x, y, TRIES[outcomes[row, column]], 95)
    axes.text(-2.8, len(rows) - 0.3, f"filled: {words[0]}    ring: {words[1]}", size=8, color=GREY, va="center")
    opens = sum(outcome == "opens" for outcome in outcomes.values())
    columns_open = [f"{column.replace(chr(10), ' ')} {sum(outcomes[row, column] == 'opens' for row in rows)}" for column in columns]
    never = [row for row in rows if all(outcomes[row, column] == "refused" for column in columns)]
    return figure, (f"Of {len(outcomes)} {subject}, {opens} {words[0]} and {len(outcomes) - opens} are {words[1]}. "
                    f"{words[0].capitalize()} of {len(rows)} in each column: {', '.join(columns_open)}."
                    + (f" {words[1].capitalize()} in every column: {', '.join(never)}." if never else ""))


def mark(axes, x: float, y: float, kind: str, size: float) -> None:
    """A mark at a place, whose shape says the same as its colour."""
    marker, face, line = SHAPES.get(kind, SHAPES["other"])
    filled = {"color": line} if marker == "|" else {"facecolors": face, "edgecolors": line}
    axes.scatter([x], [y], marker=marker, s=size, linewidths=0.8 if kind == "unknown" else size ** 0.5 / 4, zorder=3, gid=marker, **filled)


def label(identifier: str, party: bool = False) -> str:
    """A fact's id as words, without the dates, and without the party (unless it is asked for), that it begins or ends with."""
    words = identifier.split("-")
    words = words[1:] if words[0] in ("cf", "okta") and not party else words
    return " ".join(word for word in words if not re.fullmatch(r"(?:nov|oct)?\d+", word)).replace("cf ", "cloudflare ")


def chain(steps: Sequence[Step]) -> tuple[Figure, str]:
    """Tactic by step: where each step of a replay stands, how it ended (mark), and how well its technique fits (pattern)."""
    tactics = [tactic.name for tactic in ledger.tactics()]
    figure, axes = _canvas(12.2, 5.7, (-3.4, len(steps) + 1.6), (len(tactics) + 0.5, -5.9))
    rows = [tactics.index(ledger.tactic(step.tactic).name) for step in steps]
    for y, name in enumerate(tactics):
        axes.text(-3.35, y, name, va="center", size=10)
        axes.axhline(y + 0.5, color="#dddddd", lw=0.6)
    axes.plot(range(len(steps)), rows, color=GREY, lw=0.7, zorder=1)
    for x, (step, y) in enumerate(zip(steps, rows, strict=True)):
        axes.add_patch(Rectangle((x - 0.42, y - 0.42), 0.84, 0.84, facecolor="#f4f4f4", edgecolor="#999999",
                                 hatch=HATCH[step.plan.fit], lw=0.5))
        mark(axes, x, y, step.outcome, 80)
        axes.text(x - 0.1, -0.7, label(step.fact) + (" (day?)" if step.time_assumed else ""), rotation=55, ha="left", va="bottom", size=8.5)
    axes.text(-3.35, len(tactics) + 0.1, KEY + "    bar: not reached        how well the technique fits: plain exact, "
              "lines close, dots loose", size=8.5, color=GREY, va="center")
    counts = [f"{sum(step.outcome == kind for step in steps)} {kind.replace('_', ' ')}" for kind in SHAPES
              if any(step.outcome == kind for step in steps)]
    seen = sum(any(ledger.tactic(step.tactic).name == tactic.name for step in steps) for tactic in ledger.tactics())
    return figure, f"{len(steps)} steps in {seen} tactics: {', '.join(counts)}."
