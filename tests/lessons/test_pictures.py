"""Pictures: one meaning of colour; all that is drawn is written down; a change is noticed."""

import base64
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from functools import cache
from textwrap import fill

import pytest
from drawing import sheet
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text
from places import ROOT as HERE
from tables import table

from labutils.incident import breach, ledger
from labutils.incident.policy import World
from labutils.lessons.lesson_06.attacker_minutes import DEFENCES
from labutils.lessons.lesson_06.pictures import heat
from labutils.lessons.lesson_07.pictures import tradeoff
from labutils.lessons.lesson_08.pictures import timeline
from labutils.lessons.lesson_13.pictures import code_lives
from labutils.lessons.lesson_14.pictures import frontier_curve, sweeps
from labutils.lessons.lesson_15 import eviction
from labutils.lessons.lesson_15.pictures import hours_until_out, key_overlap
from labutils.pictures.canvas import (
    BLUE,
    MARKS,
    VERMILION,
    marks,
    stored,
)
from labutils.pictures.grid import grid
from labutils.pictures.of_a_case import tactic_by_step
from labutils.stage.thief import ITEMS

_spec = importlib.util.spec_from_file_location("course_conftest", HERE / "conftest.py")
_conftest = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_conftest)
locked_drawing = _conftest.locked_drawing


# --- one meaning of colour ----------------------------------------------------------------------


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


# --- all that is drawn is written down ----------------------------------------------------------


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
    assert len(pictures) >= 2
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


PLATES = {
    "the chain": lambda: tactic_by_step(breach.play(World.historical()).steps),
    "the timeline": lambda: timeline(ledger.facts(), "A title"),
    "the minutes": lambda: heat(
        {(item, name): 129600 for item in ITEMS for name in DEFENCES}, 129600, "Minutes"
    ),
    "the hours until he is out": lambda: hours_until_out(eviction.sweep_of_visits()),
    "the overlap of two keys": lambda: key_overlap({0: (2, 5), 6: (0, 10), 10: (0, 14)}),
    "the lives of a code": lambda: code_lives(
        {
            (when, life, after): when == "later" or after < life
            for when in ("before", "later")
            for life in (60, 300)
            for after in (50, 250)
        }
    ),
    "the thieves over a sweep": lambda: sweeps(
        {"lifetime only": [100, 11], "with bound sessions": [90, 10], "and a key": [80, 12]},
        [1, 48],
        "A title",
        ("hours", "thieves"),
        100,
    ),
}


@cache
def plate_of(name: str):
    """A picture and its sentence, drawn once for all tests that look at it."""
    return PLATES[name]()


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
    figure, _ = plate_of(plate)
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

CURVES = ("the hours until he is out", "the overlap of two keys")
CURVES += ("the lives of a code", "the thieves over a sweep")


@table("plate", CURVES)
def test_no_two_texts_of_a_picture_of_curves_overlap(plate):
    """Each label was once placed by the picture's own code, and some stood on others."""
    figure, _ = plate_of(plate)
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


def test_a_cleaner_that_leaves_secrets_is_vermilion_and_one_that_leaves_none_is_a_blue_ring():
    figure, sentence = tradeoff({"word list": (3, 7), "default deny": (0, 6)}, 9, 9)
    points = [line for line in marks(figure) if line.startswith("mark")]
    assert [line.split()[-1] for line in points] == [VERMILION.lower(), BLUE.lower()]
    assert sentence == (
        "Secrets that can be read (of 9) and questions with an answer (of 9): "
        "word list 3 and 7, default deny 0 and 6."
    )


# --- a change is noticed ------------------------------------------------------------------------

DRAW = """from labutils import show
from labutils.pictures.grid import grid
tried = {("token", "door"): "opens", ("token", "gate"): "refused"}
show(*grid(["token"], ["door", "gate"], tried, "Doors", "tries"))"""

TRIED = {("token", "door"): "opens", ("token", "gate"): "refused"}


def stored_grid() -> tuple[dict, str]:
    """What DRAW shows, as a notebook keeps it, and the sentence below."""
    figure, sentence = grid(["token"], ["door", "gate"], TRIED, "Doors", "tries")
    return stored(figure), fill(sentence, 110) + "\n"


def changes() -> dict[str, dict[str, str]]:
    """What stands in a stored output in place of what DRAW shows, by what that is."""
    marks_stored = stored_grid()[0][MARKS]
    return {
        "as stored": {},
        "other picture": {"image/png": stored(sheet())["image/png"]},
        "other marks": {MARKS: marks_stored.replace(VERMILION.lower(), BLUE.lower())},
    }


def notebook() -> dict:
    """A notebook with a cell for each of these changes. Each cell draws the same picture."""
    picture, sentence = stored_grid()
    words = {"output_type": "stream", "name": "stdout", "text": sentence}
    cells = [
        {
            "cell_type": "code",
            "execution_count": 1,
            "id": name.replace(" ", "-"),
            "metadata": {},
            "outputs": [
                {"output_type": "display_data", "data": picture | change, "metadata": {}},
                words,
            ],
            "source": DRAW,
        }
        for name, change in changes().items()
    ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}


@pytest.fixture(scope="module")
def validated(tmp_path_factory):
    """What strict nbval says of each cell, under the locked libraries and under others."""
    lock, said = (HERE / "requirements.txt").read_text(encoding="utf-8"), {}
    for locked in (True, False):
        folder = tmp_path_factory.mktemp("locked" if locked else "unlocked")
        shutil.copy(HERE / "conftest.py", folder)
        for needed in (
            "tools/lessons.py",
            "tests/helpers/how_many.py",
            "tests/helpers/new_learner.py",
            "notebooks/SHA256SUMS",
        ):
            (folder / needed).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(HERE / needed, folder / needed)
        text = lock if locked else lock.replace("matplotlib==", "matplotlib==0.")
        (folder / "requirements.txt").write_text(text, encoding="utf-8")
        (folder / "pictures.ipynb").write_text(json.dumps(notebook()), encoding="utf-8")
        run = [sys.executable, "-m", "pytest", "-rA", "-p", "no:cacheprovider"]
        done = subprocess.run(
            [*run, "--nbval", "--nbval-current-env", "."],
            cwd=folder,
            capture_output=True,
            encoding="utf-8",
            env={**os.environ, "PYTHONPATH": str(HERE)},
        )
        verdicts = re.findall(r"(?m)^(PASSED|FAILED) pictures\.ipynb::Cell (\d)", done.stdout)
        for verdict, cell in verdicts:
            said[list(changes())[int(cell)], locked] = verdict
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
    assert sentence == "Losses out of 100, at 1, 48: alone 50, 0; with another 25, 0."


def test_a_frontier_says_what_each_price_leaves():
    best = [(0, 10, ()), (2, 4, ("a",)), (5, 0, ("a", "b"))]
    figure, sentence = frontier_curve(best, "A title", 10)
    points = [line.split()[-2:] for line in marks(figure) if " o #" in line]
    assert points == [[VERMILION.lower()] * 2] * 2 + [["#ffffff", BLUE.lower()]]
    assert sentence == "Cost in points: losses left, out of 10. 0: 10, 2: 4, 5: 0."
