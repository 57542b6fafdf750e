"""The course's notebooks, each as (path, notebook).

A test that takes a `name` is held by all of them. With the mark `lessons_alone` it is held by the
lessons and not by their practice; with `sections` or `beats`, by the lessons of that shape.
"""

import lessons
import nbformat
import pytest
from moulds import IN_BEATS

from labutils.lab import Lab

LESSONS = [path.name for path in (*lessons.paths(), *lessons.guests())]
PRACTICE = [f"practice/{path.name}" for path in lessons.practices()]


def pytest_generate_tests(metafunc):
    if "name" in metafunc.fixturenames:
        marks = {mark.name for mark in metafunc.definition.iter_markers()}
        names = [*LESSONS, *PRACTICE]
        if marks & {"lessons_alone", "beats"}:
            names = LESSONS
        if "beats" in marks:
            names = [name for name in names if name[:2] in IN_BEATS]
        metafunc.parametrize("name", names)


@pytest.fixture
def path(name):
    return lessons.NOTEBOOKS / name if name in PRACTICE else lessons.notebook(name[:2])


@pytest.fixture
def notebook(path):
    return nbformat.read(path, as_version=4)


@pytest.fixture
def code(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]


@pytest.fixture
def outputs(code):
    return [output for cell in code for output in cell.outputs]


@pytest.fixture
def texts(outputs):
    """Everything in the outputs that a reader sees as text."""
    shown = [
        str(value)
        for o in outputs
        for kind, value in o.get("data", {}).items()
        if "image" not in kind
    ]
    return shown + [o.text for o in outputs if "text" in o]


@pytest.fixture
def prose(notebook):
    return [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]


@pytest.fixture
def labs(monkeypatch) -> list[Lab]:
    """Each lab that is built during the test."""
    built, build = [], Lab.__init__

    def noted(self, *arguments, **named):
        build(self, *arguments, **named)
        built.append(self)

    monkeypatch.setattr(Lab, "__init__", noted)
    return built
