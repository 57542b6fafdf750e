"""An experiment in two: what is asked, and what came out."""

import copy

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from tools.site.apart import apart, question

SOURCE = (
    "evening = Evening()\n"
    'with experiment("15-p22", "") as seen:\n'
    "    for door in doors:\n"
    "        print(door)\n"
    "    seen.result = 8"
)
CAME_OUT = "one door\n\n15-p22. Result: c) 8.\n"


ASKED = question("15-p22")


def experiment(text=ASKED + CAME_OUT, more=()):
    outputs = [new_output("stream", name="stdout", text=text), *more]
    said = {"note": "Ask first.", "told": "Then say.", "asked": "A table", "wall": "output"}
    return new_code_cell(SOURCE, id="contain", outputs=outputs, metadata={"labutils": said})


def test_the_first_asks_and_the_second_says_what_came_out():
    asks, shows = apart([experiment()])
    assert asks.source == SOURCE and asks.outputs[0].text.strip() == question("15-p22").strip()
    assert shows.source == "for door in doors:\n    print(door)\nseen.result = 8"
    assert shows.outputs[0].text == CAME_OUT and asks.id != shows.id


def test_each_half_has_its_own_note_and_the_wall_is_the_seconds():
    asks, shows = apart([experiment()])
    assert asks.metadata.labutils == {"note": "Ask first.", "wall": "A table"}
    assert shows.metadata.labutils == {"note": "Then say.", "wall": "output"}


def test_a_picture_is_what_came_out():
    picture = new_output("display_data", {"image/png": ""})
    asks, shows = apart([experiment(text=question("15-p22"), more=[picture])])
    assert len(asks.outputs) == 1 and shows.outputs == [picture]


def test_lines_that_end_elsewhere_are_the_same_question():
    joined = " ".join(question("15-p22").split()) + "\n" + CAME_OUT
    assert list(apart([experiment(joined)]))[1].outputs[0].text == CAME_OUT


def test_other_cells_stay_as_they_are():
    cells = [new_markdown_cell(SOURCE), new_code_cell('predict("15-p22", "")')]
    assert list(apart(copy.deepcopy(cells))) == cells


def test_a_stored_output_that_asks_something_else_is_no_silent_slide():
    with pytest.raises(AssertionError, match="a stored output does not say: 15-p22"):
        list(apart([experiment(text="nothing\n")]))
