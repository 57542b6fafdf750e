"""What all pictures share: one meaning of colour, marks that say all that is drawn, and names at
the ends of curves."""

import re
import sys
from types import SimpleNamespace

import numpy
import pytest
from drawing import drawn, sheet
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from places import LABUTILS
from tables import table

from labutils.pictures import canvas
from labutils.pictures.blank import PACKED, Blank
from labutils.pictures.canvas import (
    BLACK,
    BLUE,
    GREY,
    LINE,
    VERMILION,
    End,
    mark,
    marks,
    name_curves,
)

CHANGES = {
    "another colour of a text": lambda axes: axes.text(0.5, 0.5, "words", color="red"),
    "another place of a text": lambda axes: axes.text(0.5, 0.6, "words"),
    "another size of a text": lambda axes: axes.text(0.5, 0.5, "words", size=7),
    "other words": lambda axes: axes.text(0.5, 0.5, "word"),
    "bold words": lambda axes: axes.text(0.5, 0.5, "words", weight="bold"),
}


MARK_CHANGES = {
    "another shape": lambda axes: axes.scatter([1], [2], marker="s", gid="s"),
    "another shape, old name": lambda axes: axes.scatter([1], [2], marker="s", gid="o"),
    "another place of a mark": lambda axes: axes.scatter([1], [3], gid="o"),
    "another size of a mark": lambda axes: axes.scatter([1], [2], s=7, gid="o"),
    "another face": lambda axes: axes.scatter([1], [2], facecolors="white", gid="o"),
    "another edge": lambda axes: axes.scatter([1], [2], edgecolors="black", gid="o"),
    "one mark more": lambda axes: axes.scatter([1, 1], [2, 2], gid="o"),
}


def test_the_attacker_who_gets_in_is_vermilion_and_filled():
    assert drawn(lambda axes: mark(axes, 1, 2, "succeeded", 60)) == [
        f"mark o 1,2 60 {VERMILION.lower()} {VERMILION.lower()}"
    ]


def test_what_was_refused_is_a_blue_ring():
    assert drawn(lambda axes: mark(axes, 1, 2, "denied", 60)) == [
        f"mark o 1,2 60 #ffffff {BLUE.lower()}"
    ]


@pytest.mark.parametrize("kind, shape", [("unknown", "$?$"), ("not_reached", "|")])
def test_what_was_not_reached_or_is_not_known_is_grey_and_of_another_shape(kind, shape):
    assert drawn(lambda axes: mark(axes, 1, 2, kind, 60)) == [f"mark {shape} 1,2 60 {GREY} {GREY}"]


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_change_of_a_text_changes_the_marks(change):
    assert (
        drawn(change) != drawn(lambda axes: axes.text(0.5, 0.5, "words"))
        and len(drawn(change)) == 1
    )


@table("change", MARK_CHANGES.values(), ids=MARK_CHANGES)
def test_a_change_of_a_mark_changes_the_marks(change):
    assert drawn(change) != drawn(lambda axes: axes.scatter([1], [2], gid="o")) and drawn(change)


def test_lines_arrows_boxes_and_the_sheet_itself_are_written_down():
    from matplotlib.patches import Rectangle

    assert drawn(lambda axes: axes.plot([0, 1], [0, 2], color="black")) == ["line 0,0 1,2 #000000"]
    assert drawn(lambda axes: axes.plot([0], [1], "o", mfc="white", mec="red"))[0].endswith(
        "o #ffffff #ff0000"
    )
    assert drawn(
        lambda axes: axes.annotate(
            "", (1, 0), (0, 0), arrowprops={"arrowstyle": "->", "color": "red"}
        )
    ) == ["arrow 0,0 -> 1,0 #ff0000 ->"]
    box = {"facecolor": "white", "edgecolor": "black"}
    assert drawn(lambda axes: axes.add_patch(Rectangle((0, 0), 1, 2, **box))) == [
        "box 0,0 1,2 #ffffff #000000 solid"
    ]
    assert drawn(lambda axes: axes.add_patch(Rectangle((0, 0), 1, 2, hatch="//", **box)))[
        0
    ].endswith("solid //")
    assert marks(sheet(size=(4, 3)))[0] != marks(sheet(size=(5, 3)))[0]


def named(ends: list[End]) -> dict[str, float]:
    """How high each name stands on a sheet on which a line of text is one unit high."""
    figure, axes = canvas.canvas(5, LINE * 20 / 72, (0, 10), (0, 20))
    name_curves(axes, ends)
    return {text.get_text(): text.get_position()[1] for text in axes.texts}


def test_a_curve_is_named_at_its_end():
    assert named([End(3, 7, "a", BLACK), End(5, 7, "b", GREY)]) == {"a": 7, "b": 7}


def test_of_two_names_at_one_place_the_first_stands_above_and_both_are_as_near():
    assert named([End(3, 7, "a", BLACK), End(3, 7, "b", GREY)]) == {"a": 7.5, "b": 6.5}


def test_a_name_of_two_lines_takes_the_height_of_two():
    apart = named([End(3, 7, "a\nb", BLACK), End(3, 7, "c", GREY)])
    assert apart["a\nb"] - apart["c"] == pytest.approx(1.5)


@given(st.lists(st.floats(0, 20), min_size=1, max_size=8))
def test_names_at_one_x_keep_a_line_apart_and_the_order_of_their_ends(ends):
    places = named([End(1, y, str(number), BLACK) for number, y in enumerate(ends)])
    heights = [places[str(number)] for number in range(len(ends))]
    upwards = sorted(heights)
    assert all(high - low > 0.999 for low, high in zip(upwards, upwards[1:], strict=False))
    assert [y for _, y in sorted(zip(heights, ends, strict=True))] == sorted(ends)
    assert sum(heights) == pytest.approx(sum(ends))  # as much upwards as downwards


def test_a_picture_is_shown_as_plain_data_which_old_ipython_writes_alike(monkeypatch):
    """`Image(alt=...)` is a TypeError under IPython 7.34, which Colab has."""
    shown = []
    monkeypatch.setattr(canvas, "display", lambda *data, **options: shown.append((data, options)))
    canvas.show(sheet(), "A sentence.")
    [([data], options)] = shown
    assert {type(value) for value in data.values()} == {str} and options["raw"] is True
    assert options["metadata"]["image/png"]["alt"] == "A sentence."


def test_no_module_draws_in_a_colour_that_has_no_name():
    """Colours with a meaning come from canvas.py: one written as a number would escape the rule.

    An exported Navigator layer has the same two, and stands below the pictures; a case file
    (capstone) and a debrief (live) have them, and want no library of pictures. The colours of cards
    are in look.py, and nowhere else.
    """
    for path in LABUTILS.rglob("*.py"):
        if path.name not in ("canvas.py", "case_file.py", "debrief.py", "exports.py", "look.py"):
            numbers = set(re.findall(r"#[0-9A-Fa-f]{6}\b", path.read_text(encoding="utf-8")))
            greys = {number for number in numbers if number[1:3] == number[3:5] == number[5:7]}
            assert numbers == greys, path.name


def test_a_mark_has_its_size_in_points_whatever_the_axes_are():
    """A mark of 60 square points is as wide on a sheet of four units as on one of four hundred."""
    widths = []
    for across in (4, 400):
        figure, axes = canvas.canvas(4, 3, (0, across), (0, 3))
        mark(axes, across / 2, 1.5, "denied", 60)
        sheet_of_pixels = FigureCanvasAgg(figure)
        sheet_of_pixels.draw()
        pixels = numpy.asarray(sheet_of_pixels.buffer_rgba())[..., :3]
        rows, columns = numpy.nonzero((pixels != 255).any(axis=2))
        widths.append((int(numpy.ptp(columns)), int(numpy.ptp(rows))))
    assert widths[0] == widths[1] and 10 < widths[0][0] < 40


# --- what is shown ------------------------------------------------------------------------------


@pytest.fixture
def displayed(monkeypatch):
    """What a notebook is given to display."""
    given = []
    monkeypatch.setattr(canvas, "display", lambda *one, **named: given.append((*one, named)))
    return given


SENTENCE = "Of 1 tries, 1 opens."


def test_a_figure_is_shown_with_its_marks_and_the_sentence_below(displayed, capsys):
    canvas.show(sheet(), SENTENCE)
    ((bundle, named),) = displayed
    assert set(bundle) == {"image/png", "text/plain", canvas.MARKS}
    assert named == {"raw": True, "metadata": {"image/png": {"alt": SENTENCE, "width": 320}}}
    assert capsys.readouterr().out == SENTENCE + "\n"


def test_without_matplotlib_a_sentence_stands_in_the_place_of_a_picture(displayed, capsys):
    canvas.show(Blank(), SENTENCE)
    assert displayed == [({"text/plain": canvas.NO_PICTURE}, {"raw": True})]
    assert capsys.readouterr().out == SENTENCE + "\n"


def test_without_matplotlib_the_picture_that_says_the_same_is_shown(displayed, monkeypatch):
    packed = SimpleNamespace(PICTURES={SENTENCE: ("iVBORw0KGgo=", 640)})
    monkeypatch.setitem(sys.modules, PACKED, packed)
    canvas.show(Blank(), SENTENCE)
    ((bundle, named),) = displayed
    text = "<IPython.core.display.Image object>"
    assert bundle == {"image/png": "iVBORw0KGgo=", "text/plain": text}
    assert named == {"raw": True, "metadata": {"image/png": {"alt": SENTENCE, "width": 640}}}
    canvas.show(Blank(), "Another sentence.")
    assert displayed[1] == ({"text/plain": canvas.NO_PICTURE}, {"raw": True})


def test_a_blank_takes_every_call_has_every_name_and_is_empty():
    blank = Blank(1, two=2)
    assert isinstance(blank.axes(1).text(0, 0, "words"), Blank) and list(blank.lines) == []
    assert not hasattr(blank, "__array__")
