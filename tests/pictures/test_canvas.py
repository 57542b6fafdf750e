"""Pictures: one meaning of colour; all that is drawn is written down; a change is noticed."""

import base64
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from textwrap import fill

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from places import ROOT as HERE

from labutils.incident import breach, ledger
from labutils.incident.policy import World
from labutils.lessons.lesson_04.pictures import grid
from labutils.lessons.lesson_06.attacker_minutes import DEFENCES, DELAYS, LINES
from labutils.lessons.lesson_06.pictures import delays, heat
from labutils.lessons.lesson_07.pictures import tradeoff
from labutils.lessons.lesson_08.pictures import timeline
from labutils.lessons.lesson_09.pictures import estate_map, tactic_by_step
from labutils.lessons.lesson_11.hostile_proofs import hostile_proofs
from labutils.lessons.lesson_11.one_check_off import READING, let_in, objections
from labutils.lessons.lesson_11.pictures import ahead, check_matrix
from labutils.lessons.lesson_11.proof_life import SETTINGS
from labutils.lessons.lesson_12.pictures import strategies, winners
from labutils.lessons.lesson_12.token_strategies import CALLS, FOUR
from labutils.lessons.lesson_13.pictures import code_lives
from labutils.lessons.lesson_14.pictures import frontier_curve, sweeps
from labutils.lessons.lesson_15 import eviction
from labutils.lessons.lesson_15.pictures import hours_until_out, key_overlap
from labutils.pictures import canvas
from labutils.pictures.canvas import (
    BLACK,
    BLUE,
    GREY,
    LINE,
    MARKS,
    VERMILION,
    End,
    mark,
    marks,
    name_curves,
    stored,
)
from labutils.stage.intruder import Visit, product_of, visits_of
from labutils.stage.thief import ITEMS

_spec = importlib.util.spec_from_file_location("course_conftest", HERE / "conftest.py")
_conftest = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_conftest)
locked_drawing = _conftest.locked_drawing


def sheet(draw=lambda _axes: None, size=(4, 3)) -> Figure:
    figure = Figure(figsize=size)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.axis("off")
    draw(axes)
    axes.set_xlim(0, 4)
    axes.set_ylim(0, 3)
    return figure


def drawn(draw) -> list[str]:
    """The marks of what `draw` puts on an empty sheet."""
    empty = marks(sheet())
    return [line for line in marks(sheet(draw)) if line not in empty]


# --- one meaning of colour ----------------------------------------------------------------------


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


def test_a_grid_has_one_mark_for_each_try():
    outcomes = {
        ("a", "x"): "opens",
        ("a", "y"): "refused",
        ("b", "x"): "unknown",
        ("b", "y"): "opens",
    }
    figure, sentence = grid(["a", "b"], ["x", "y"], outcomes, "Title", "tries")
    shapes = [line.split()[1:3] for line in marks(figure) if line.startswith("mark")]
    assert shapes == [["o", "0,0"], ["o", "1,0"], ["$?$", "0,1"], ["o", "1,1"]]
    assert sentence.startswith("Of 4 tries, 2 open")


def test_no_module_draws_in_a_colour_that_has_no_name():
    """Colours with a meaning come from canvas.py: one written as a number would escape the rule."""
    for path in [
        *(HERE / "labutils" / "classroom").rglob("*.py"),
        *(HERE / "labutils" / "stage").rglob("*.py"),
    ]:
        if path.name != "canvas.py":
            numbers = set(re.findall(r"#[0-9A-Fa-f]{6}\b", path.read_text(encoding="utf-8")))
            greys = {number for number in numbers if number[1:3] == number[3:5] == number[5:7]}
            assert numbers == greys, path.name


# --- all that is drawn is written down ----------------------------------------------------------


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


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_change_of_a_text_changes_the_marks(change):
    assert (
        drawn(change) != drawn(lambda axes: axes.text(0.5, 0.5, "words"))
        and len(drawn(change)) == 1
    )


@pytest.mark.parametrize("change", MARK_CHANGES.values(), ids=MARK_CHANGES)
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


def stored_pictures() -> list[tuple[str, dict]]:
    found = []
    for path in sorted((HERE / "notebooks").glob("[0-9][0-9]-*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            found += [
                (f"{path.name[:2]} {cell['id']}", output["data"])
                for output in cell.get("outputs", ())
                if "image/png" in output.get("data", {})
            ]
    return found


def test_every_picture_is_stored_with_its_marks():
    pictures = stored_pictures()
    assert len(pictures) >= 20
    for name, data in pictures:
        lines = "".join(data[MARKS]).splitlines()
        assert lines[0].startswith("sheet") and len(lines) > 8, name
        assert base64.b64decode("".join(data["image/png"])).startswith(b"\x89PNG"), name


def test_no_stored_picture_has_a_filled_blue_mark_or_a_vermilion_ring():
    for name, data in stored_pictures():
        for line in "".join(data[MARKS]).splitlines():
            if line.startswith("mark"):
                face, edge = line.split()[-2:]
                assert not line.startswith("mark not"), (name, line)
                assert face != BLUE.lower() and (edge != VERMILION.lower() or face == edge), (
                    name,
                    line,
                )


def two_ways() -> dict[str, list[Visit]]:
    """2023, and one request at each kind of door."""
    steps = breach.play(World.historical()).steps
    yours = [
        Visit("internet", "any-account", "login", "open", "denied"),
        Visit("edge", "any-account", "tracker", "open", "succeeded"),
        Visit("atlassian", "archives", "outside", "send", "succeeded", is_recorded=False),
    ]
    return {"2023": visits_of(steps, "2023-11-14"), "yours": yours}


def of_four_ways():
    """Curves over delays and call rates, with marks on them, as lesson 12 draws them."""
    minutes = {(way, delay): min(10, delay) for way in FOUR for delay in (0, 10, 30)}
    requests = {(way, calls): calls for way in FOUR for calls in CALLS}
    return minutes, requests, minutes, requests


PLATES = {
    "the chain": lambda: tactic_by_step(breach.play(World.historical()).steps),
    "the map": lambda: estate_map(two_ways(), product_of, "Two ways"),
    "the timeline": lambda: timeline(ledger.facts(), "A title"),
    "the strategies": lambda: strategies(*of_four_ways()),
    "the winners": lambda: winners(
        {(calls, delay): ("10 min, is told", delay) for calls in CALLS for delay in (0, 5, 30)},
        "With so many requests an hour, one way wins above and another one below",
    ),
    "the minutes": lambda: heat(
        {(item, name): 129600 for item in ITEMS for name in DEFENCES}, 129600, "Minutes"
    ),
    "the delays": lambda: delays(
        {(name, delay): 9.5 + at for at, name in enumerate(LINES) for delay in DELAYS},
        129600,
        "What each theft is worth",
    ),
    "the hours until he is out": lambda: hours_until_out(eviction.sweep_of_visits()),
    "the overlap of two keys": lambda: key_overlap({0: (2, 5), 6: (0, 10), 10: (0, 14)}),
    "the proofs made before": lambda: ahead(
        {name: [300 + at, 500, 0] for at, name in enumerate(SETTINGS)}, [0, 300, 660], "A title"
    ),
    "the lives of a code": lambda: code_lives(
        {
            (when, life, after): when == "later" or after < life
            for when in ("before", "later")
            for life in (60, 300)
            for after in (50, 250)
        }
    ),
    "the thieves over a sweep": lambda: sweeps(
        {"life alone": [100, 11], "and bound sessions": [90, 10], "and a key": [80, 12]},
        [1, 48],
        "A title",
        ("hours", "thieves"),
        100,
    ),
    "the kill matrix": lambda: check_matrix(
        READING,
        {proof.name: objections(proof) for proof in hostile_proofs()},
        let_in(),
        {"private key inside": True},
        "A title",
    ),
}


@pytest.mark.parametrize("plate", ["the chain", "the map"])
def test_type_is_eleven_points_at_least_where_a_picture_of_lesson_09_fills_a_slide(plate):
    """A slide of 1280 by 720 pixels is 13.33 by 7.5 inches."""
    figure, _ = PLATES[plate]()
    width, height = figure.get_size_inches()
    sizes = [text.get_fontsize() for text in figure.findobj(Text) if text.get_text()]
    assert min(sizes) * min(13.33 / width, 7.5 / height) >= 11


def test_the_text_of_a_door_stays_inside_its_box():
    figure, _ = PLATES["the map"]()
    drawing = FigureCanvasAgg(figure)
    drawing.draw()
    boxes = [box.get_window_extent() for box in figure.axes[0].patches]
    for text in figure.findobj(Text):
        if text.get_text().startswith(("2023", "yours")):
            extent = text.get_window_extent(drawing.get_renderer())
            assert any(box.x0 <= extent.x0 and extent.x1 <= box.x1 for box in boxes), text


def test_the_chain_has_titles_and_names_what_is_not_reached_only_where_something_is():
    historical, stopped = (
        "".join(marks(tactic_by_step(breach.play(world).steps)[0]))
        for world in (World.historical(), breach.with_controls(["exposed_rotated"]))
    )
    assert "console server refuses" in historical and "sao paulo" not in historical
    assert "bar: not reached" in stopped and "bar: not reached" not in historical


@pytest.mark.parametrize("plate", PLATES)
def test_no_text_is_clipped_by_the_edge_of_its_sheet(plate):
    """The longest label of the chain once was."""
    figure, _ = PLATES[plate]()
    drawing = FigureCanvasAgg(figure)
    drawing.draw()
    outside = []
    for text in figure.findobj(Text):
        box = text.get_window_extent(drawing.get_renderer())
        inside = box.x0 >= 0 and box.y0 >= 0 and box.x1 <= figure.bbox.x1 + 0.5
        if text.get_visible() and text.get_text() and not (inside and box.y1 <= figure.bbox.y1):
            outside.append((text.get_text(), box))
    assert outside == []


# --- names at the ends of curves ----------------------------------------------------------------

CURVES = ("the strategies", "the delays", "the hours until he is out", "the overlap of two keys")
CURVES += ("the proofs made before", "the lives of a code", "the thieves over a sweep")


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


@pytest.mark.parametrize("plate", CURVES)
def test_no_two_texts_of_a_picture_of_curves_overlap(plate):
    """Each label was once placed by the picture's own code, and some stood on others."""
    figure, _ = PLATES[plate]()
    drawing = FigureCanvasAgg(figure)
    drawing.draw()
    boxes = [
        (text.get_text(), text.get_window_extent(drawing.get_renderer()).padded(-1))
        for text in figure.axes[0].texts
    ]
    assert [
        (one, other)
        for number, (one, box) in enumerate(boxes)
        for other, there in boxes[:number]
        if box.overlaps(there)
    ] == []


def test_a_proof_that_is_dated_too_far_ahead_leaves_its_name_where_the_last_one_opened():
    figure, _ = ahead({"window": [300, 600, 0]}, [0, 300, 660], "A title")
    (name,) = [text for text in figure.axes[0].texts if text.get_text() == "window"]
    x, y = name.get_position()
    assert y == 10 and 5 < x < 6


def test_the_map_says_how_each_way_ended_at_each_door():
    figure, sentence = estate_map(two_ways(), product_of, "Two ways")
    assert sentence == (
        "2023: 14 doors, 5 opened, 8 refused, 1 unknown; "
        "yours: 3 doors, 1 opened, 1 opened without a log, 1 refused."
    )
    drawn = marks(figure)
    assert any("'yours  any'" in line for line in drawn)
    ends = [line.split()[-2:] for line in drawn if line.startswith("mark o ")]
    assert ends.count([VERMILION.lower()] * 2) == 7  # five doors of 2023, two of yours
    assert any("'yours  archives, no log'" in line for line in drawn)
    assert any("'2023  smartsheet*, admin*'" in line for line in drawn)
    assert any("'2023  smartsheet, lookalike*'" in line for line in drawn)
    assert ends.count(["#ffffff", BLUE.lower()]) == 5  # four of 2023: five systems are one box


def test_a_cleaner_that_leaves_secrets_is_vermilion_and_one_that_leaves_none_is_a_blue_ring():
    figure, sentence = tradeoff({"word list": (3, 7), "default deny": (0, 6)}, 9, 9)
    points = [line for line in marks(figure) if line.startswith("mark")]
    assert [line.split()[-1] for line in points] == [VERMILION.lower(), BLUE.lower()]
    assert sentence == (
        "Secrets that can be read, of 9, and questions with an answer, of 9: "
        "word list 3 and 7, default deny 0 and 6."
    )


def test_a_picture_is_shown_as_plain_data_which_old_ipython_writes_alike(monkeypatch):
    """`Image(alt=...)` is a TypeError under IPython 7.34, which Colab has."""
    shown = []
    monkeypatch.setattr(canvas, "display", lambda *data, **options: shown.append((data, options)))
    canvas.show(sheet(), "A sentence.")
    [([data], options)] = shown
    assert {type(value) for value in data.values()} == {str} and options["raw"] is True
    assert options["metadata"]["image/png"]["alt"] == "A sentence."


# --- a change is noticed ------------------------------------------------------------------------

DRAW = """from labutils import show
from labutils.lessons.lesson_04.pictures import grid
tried = {("token", "door"): "opens", ("token", "gate"): "refused"}
show(*grid(["token"], ["door", "gate"], tried, "Doors", "tries"))"""


def notebook(**changes: str) -> dict:
    """A notebook whose one cell draws a picture, with its stored output, and changes of that."""
    tried = {("token", "door"): "opens", ("token", "gate"): "refused"}
    figure, sentence = grid(["token"], ["door", "gate"], tried, "Doors", "tries")
    picture = {"output_type": "display_data", "data": stored(figure) | changes, "metadata": {}}
    words = {"output_type": "stream", "name": "stdout", "text": fill(sentence, 110) + "\n"}
    cell = {
        "cell_type": "code",
        "execution_count": 1,
        "id": "draw",
        "metadata": {},
        "outputs": [picture, words],
        "source": DRAW,
    }
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return {"cells": [cell], "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}


@pytest.fixture(scope="module")
def validated(tmp_path_factory):
    """What strict nbval says of three stored notebooks, under the locked libraries and others."""
    blank = stored(sheet())["image/png"]
    figure, _ = grid(
        ["token"],
        ["door", "gate"],
        {("token", "door"): "opens", ("token", "gate"): "refused"},
        "Doors",
        "tries",
    )
    other = "\n".join(marks(figure)).replace(VERMILION.lower(), BLUE.lower())
    notebooks = {
        "as stored": notebook(),
        "other picture": notebook(**{"image/png": blank}),
        "other marks": notebook(**{MARKS: other}),
    }
    lock, said = (HERE / "requirements.txt").read_text(encoding="utf-8"), {}
    for locked in (True, False):
        folder = tmp_path_factory.mktemp("locked" if locked else "unlocked")
        shutil.copy(HERE / "conftest.py", folder)
        for needed in ("notebooks", "tools"):
            (folder / needed).mkdir()
        shutil.copy(HERE / "tools" / "lessons.py", folder / "tools")
        shutil.copy(HERE / "notebooks" / "SHA256SUMS", folder / "notebooks")
        text = lock if locked else lock.replace("matplotlib==", "matplotlib==0.")
        (folder / "requirements.txt").write_text(text, encoding="utf-8")
        for name, made in notebooks.items():
            (folder / f"{name}.ipynb").write_text(json.dumps(made), encoding="utf-8")
        run = [
            sys.executable,
            "-m",
            "pytest",
            "-rA",
            "-p",
            "no:cacheprovider",
            "--nbval",
            "--nbval-current-env",
            ".",
        ]
        done = subprocess.run(
            run,
            cwd=folder,
            capture_output=True,
            encoding="utf-8",
            env={**os.environ, "PYTHONPATH": str(HERE)},
        )
        for name in notebooks:
            said[name, locked] = re.search(rf"(?m)^(PASSED|FAILED) {name}\.ipynb", done.stdout)[1]
        said["sentence", locked] = "Pictures were compared mark by mark" in done.stdout
    return said


@pytest.mark.skipif(not locked_drawing(), reason="matplotlib or Pillow is not the locked one")
def test_under_the_locked_libraries_a_picture_is_compared_byte_for_byte(validated):
    assert validated["as stored", True] == "PASSED"
    assert validated["other picture", True] == "FAILED"
    assert validated["other marks", True] == "FAILED"
    assert not validated["sentence", True]


def test_under_other_libraries_the_marks_are_compared_and_a_sentence_says_so(validated):
    assert validated["as stored", False] == "PASSED"
    assert validated["other picture", False] == "PASSED"
    assert validated["other marks", False] == "FAILED"
    assert validated["sentence", False]


# --- curves over a sweep (lesson 14) ------------------------------------------------------------


def test_a_sweep_has_a_point_for_each_setting_filled_where_something_is_lost():
    counts = {"alone": [50, 0], "with another": [25, 0]}
    figure, sentence = sweeps(counts, [1, 48], "A title", ("hours", "thieves"), 100)
    points = [line.split()[-2:] for line in marks(figure) if " o #" in line]
    assert points == [[VERMILION.lower()] * 2, ["#ffffff", BLUE.lower()]] * 2
    assert sentence == "Lost, of 100, at 1, 48: alone 50, 0; with another 25, 0."


def test_the_step_between_two_settings_stands_half_way():
    counts = {"alone": [0, 100]}
    figure, _ = sweeps(counts, [7, 8], "A title", ("hours", "thieves"), 100, stepped=True)
    curve = next(line for line in figure.axes[0].lines if line.get_drawstyle() != "default")
    assert curve.get_drawstyle() == "steps-mid"


def test_a_frontier_says_what_each_price_leaves():
    best = [(0, 10, ()), (2, 4, ("a",)), (5, 0, ("a", "b"))]
    figure, sentence = frontier_curve(best, "A title", 10)
    points = [line.split()[-2:] for line in marks(figure) if " o #" in line]
    assert points == [[VERMILION.lower()] * 2] * 2 + [["#ffffff", BLUE.lower()]]
    assert sentence == "Cost in points, and losses that are left of 10. 0: 10, 2: 4, 5: 0."
