"""Every picture of the course, each with its sentence. All are drawn from a token, a log or a result, never from typed numbers."""
import io
import logging
import re
from collections.abc import Sequence
from textwrap import fill

from IPython.display import Image, display
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from PIL import Image as Picture

from labutils.incident import ledger
from labutils.incident.breach import Step

logging.getLogger("matplotlib").setLevel(logging.ERROR)  # no word about font caches in a learner's output

BLUE, VERMILION, GREEN, PURPLE, BLACK, GREY = "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#000000", "#666666"
MARKS = {"opens": ("o", BLUE), "refused": ("x", VERMILION), "unknown": ("o", GREY)}  # shape says the same as colour
SHAPES = {"succeeded": ("o", BLUE, BLUE), "denied": ("x", VERMILION, VERMILION), "unknown": ("o", "none", GREY),
          "not_reached": ("|", GREY, GREY), "defenders": ("D", BLACK, BLACK), "other": (".", GREY, GREY)}
KEY = "filled circle: succeeded    cross: denied    open ring: unknown"
HATCH = {"exact": "", "close": "//", "loose": ".."}


def show(figure: Figure, sentence: str) -> None:
    """Show a figure, and under it the sentence that says the same: the text alternative, computed from the same data."""
    canvas, small = FigureCanvasAgg(figure), io.BytesIO()
    canvas.draw()
    drawn = Picture.frombuffer("RGBA", canvas.get_width_height(), canvas.buffer_rgba())
    drawn.convert("RGB").quantize(64, Picture.Quantize.FASTOCTREE).save(small, format="png")  # a third of the size
    display(Image(data=small.getvalue(), width=int(figure.get_figwidth() * 80), alt=sentence))
    print(fill(sentence, 110))


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
    for outcome, (marker, colour) in MARKS.items():
        places = [(x, y) for y, row in enumerate(rows) for x, column in enumerate(columns) if outcomes[row, column] == outcome]
        hollow = {"facecolors": "none", "edgecolors": colour} if outcome == "unknown" else {"color": colour}
        axes.scatter([x for x, _ in places], [y for _, y in places], marker=marker, s=95, linewidths=2.4, **hollow)
    axes.text(-2.8, len(rows) - 0.3, f"filled circle: {words[0]}s     cross: {words[1]}", size=8, color=GREY, va="center")
    opens = sum(outcome == "opens" for outcome in outcomes.values())
    columns_open = [f"{column.replace(chr(10), ' ')} {sum(outcomes[row, column] == 'opens' for row in rows)}" for column in columns]
    never = [row for row in rows if all(outcomes[row, column] == "refused" for column in columns)]
    return figure, (f"Of {len(outcomes)} {subject}, {opens} {words[0]} and {len(outcomes) - opens} are {words[1]}. "
                    f"{words[0].capitalize()} of {len(rows)} in each column: {', '.join(columns_open)}."
                    + (f" {words[1].capitalize()} in every column: {', '.join(never)}." if never else ""))


def mark(axes, x: float, y: float, kind: str, size: float) -> None:
    """A mark at a place, whose shape says the same as its colour."""
    marker, face, line = SHAPES.get(kind, SHAPES["other"])
    filled = {"color": line} if marker in "x|" else {"facecolors": face, "edgecolors": line}
    axes.scatter([x], [y], marker=marker, s=size, linewidths=size ** 0.5 / 4, zorder=3, **filled)


def label(identifier: str, party: bool = False) -> str:
    """A fact's id as words, without the dates, and without the party (unless it is asked for), that it begins or ends with."""
    words = identifier.split("-")
    words = words[1:] if words[0] in ("cf", "okta") and not party else words
    return " ".join(word for word in words if not re.fullmatch(r"(?:nov|oct)?\d+", word)).replace("cf ", "cloudflare ")


def chain(steps: Sequence[Step]) -> tuple[Figure, str]:
    """Tactic by step: where each step of a replay stands, how it ended (mark), and how well its technique fits (pattern)."""
    tactics = [tactic.name for tactic in ledger.tactics()]
    figure, axes = _canvas(12.2, 5.4, (-3.4, len(steps) + 0.9), (len(tactics) + 0.5, -5.2))
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
