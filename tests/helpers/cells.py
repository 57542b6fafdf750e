"""Cells of a notebook, run without a kernel."""

import contextlib
import io

import nbformat
from rails import quoted


def run_cell(cell: nbformat.NotebookNode, names: dict) -> tuple[str, str]:
    """What a cell prints, and the error that ends it, in words."""
    said, error = io.StringIO(), ""
    with contextlib.redirect_stdout(said):
        try:
            exec(compile(cell.source, f"<{cell.id}>", "exec"), names)
        except Exception as raised:
            error = f"{type(raised).__name__}: {quoted(str(raised))}"
    return " ".join(said.getvalue().split()), error
