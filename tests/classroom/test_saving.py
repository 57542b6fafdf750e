"""What is left out of a lesson when it is saved."""

import asyncio
import copy
import json

import nbformat
import pytest
from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager
from nbformat.v4 import new_code_cell, new_notebook, new_output

from labutils.classroom import saving

QUESTION = new_output("display_data", {"text/html": "<p>00-p1</p>", "text/plain": "00-p1"})
BUTTONS = new_output("display_data", {saving.BUTTONS: {"model_id": "1"}, "text/plain": ""})
PRINTED = new_output("stream", name="stdout", text="ready")


def notebook(**metadata):
    outputs = [copy.deepcopy(one) for one in (PRINTED, QUESTION, BUTTONS)]
    book = new_notebook(cells=[new_code_cell("predict('00-p1', '')", outputs=outputs)])
    book.metadata.update(metadata)
    return book


def saved(content):
    model = {"type": "notebook", "format": "json", "content": content}
    saving.without_buttons(model=model, path="work/00.ipynb", contents_manager=None)
    return model["content"]


def test_a_saved_lesson_has_its_question_and_no_buttons():
    [cell] = saved(notebook(labutils={"lesson": "00"}))["cells"]
    assert cell["outputs"] == [PRINTED, QUESTION]


PICTURE = {"image/svg+xml": "<svg/>", "text/plain": "a token"}


@pytest.mark.parametrize(
    ("data", "kept"),
    [
        (PICTURE, PICTURE),
        ({"text/plain": ["a ", "token"]}, {"text/plain": ["a ", "token"]}),
        ({"text/plain": ""}, None),
        ({"text/plain": []}, None),
        ({}, None),
    ],
)
def test_of_an_instrument_the_picture_and_the_words_are_saved(data, kept):
    widget = {saving.BUTTONS: {"model_id": "1"}}
    book = notebook(labutils={"lesson": "00"})
    book.cells[0].outputs = [new_output("display_data", {**widget, **data})]
    outputs = saved(book)["cells"][0]["outputs"]
    assert outputs == ([new_output("display_data", kept)] if kept else [])


def test_another_notebook_keeps_its_widgets():
    content = notebook()
    assert saved(copy.deepcopy(content)) == content


@pytest.mark.parametrize("content", [None, "a text", {}, {"metadata": {"labutils": {}}}])
def test_a_file_that_is_no_notebook_is_saved_as_it_is(content):
    assert saved(copy.deepcopy(content)) == content


def test_the_server_calls_it_where_a_notebook_is_saved(tmp_path):
    class App:
        contents_manager = AsyncLargeFileManager(root_dir=str(tmp_path))

    saving._load_jupyter_server_extension(App)
    content = json.loads(nbformat.writes(notebook(labutils={"lesson": "00"})))
    asyncio.run(App.contents_manager.save({"type": "notebook", "content": content}, "00.ipynb"))
    [cell] = nbformat.read(tmp_path / "00.ipynb", as_version=4).cells
    assert [one.output_type for one in cell.outputs] == ["stream", "display_data"]


def test_a_server_without_such_hooks_starts_all_the_same():
    class App:
        contents_manager = object()

    saving._load_jupyter_server_extension(App)
