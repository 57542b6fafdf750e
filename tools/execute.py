"""Execute lessons from a clean kernel and store them in canonical form:

`python tools/execute.py [NN ...]`.

`python tools/execute.py pages` runs none, and renews the pages that are written from them, and the
sums and the sample of the world that lesson 10 hunts in (tools/background.py).

A second run gives no difference. Then notebooks/SHA256SUMS says what each lesson looks like when
nobody has touched it.
"""

import hashlib
import json
import os
import pathlib
import sys
import tempfile

import background
import guide
import lessons
import nbformat
from nbclient import NotebookClient

from labutils.classroom.workspace import COPY, PRACTICE

HERE = pathlib.Path(__file__).resolve().parent.parent
NOTEBOOKS = HERE / "notebooks"


def executed(notebook: nbformat.NotebookNode, folder: pathlib.Path) -> nbformat.NotebookNode:
    """Return the notebook after running it from a clean kernel in its folder.

    Raises CellExecutionError where a cell fails.
    """
    with tempfile.TemporaryDirectory() as empty:
        env = {**os.environ, "LABUTILS_PROGRESS": str(pathlib.Path(empty, "progress.json"))}
        client = NotebookClient(
            notebook,
            timeout=120,
            kernel_name="python3",
            record_timing=False,
            extra_arguments=["--log-level=ERROR"],  # no word on how the kernel is reached
            resources={"metadata": {"path": str(folder)}},
        )
        client.execute(env=env)
    return notebook


# What JupyterLab writes when it saves a notebook, so that opening a lesson changes as little as can
# be. It adds the version of
# its own Python, which is another one on each machine and therefore left out.
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
LANGUAGE = {
    "codemirror_mode": {"name": "ipython", "version": 3},
    "file_extension": ".py",
    "mimetype": "text/x-python",
    "name": "python",
    "nbconvert_exporter": "python",
    "pygments_lexer": "ipython3",
}


def canonical(notebook: nbformat.NotebookNode) -> str:
    """Return the one way to write a notebook down.

    Streams are merged, there is no volatile metadata, the JSON is sorted, and a newline is at the
    end.
    """
    notebook = nbformat.from_dict(json.loads(json.dumps(notebook)))
    course = notebook.metadata.get("labutils", {})
    notebook.metadata = {"kernelspec": KERNEL, "labutils": course, "language_info": LANGUAGE}
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    for cell in notebook.cells:
        cell.metadata = of_the_course(cell.metadata)
        if cell.cell_type == "code":
            cell.outputs = merged(cell.outputs)
    return json.dumps(as_lines(notebook), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


OF_A_CELL = ("asked", "minutes", "note", "told", "wall")


def of_the_course(metadata: dict) -> dict:
    """Return the part of a cell's metadata that is the course's.

    That is what it is on a wall, what the wall shows, the speaker's notes, and the minutes of what
    begins there (docs/authoring.md).
    """
    slideshow, own = metadata.get("slideshow", {}), metadata.get("labutils", {})
    kept = {}
    if "slide_type" in slideshow:
        kept["slideshow"] = {"slide_type": slideshow["slide_type"]}
    if said := {name: own[name] for name in OF_A_CELL if name in own}:
        kept["labutils"] = said
    return kept


def merged(outputs: list) -> list:
    """Return outputs with neighbouring pieces of the same stream joined.

    They have no metadata but the width of a picture.
    """
    kept: list = []
    for output in outputs:
        if (
            kept
            and output.output_type == "stream"
            and kept[-1].output_type == "stream"
            and kept[-1].name == output.name
        ):
            kept[-1].text += output.text
        else:
            kept.append(output)
    return kept


def as_lines(notebook: nbformat.NotebookNode) -> dict:
    """Return sources and texts as lists of lines, as the format on disk has them."""
    return json.loads(nbformat.writes(notebook))


def notebooks_in(folder: pathlib.Path) -> list[pathlib.Path]:
    """Return the notebooks of a folder, in order, without copies that somebody saved beside one."""
    named = sorted(folder.glob("[0-9][0-9]-*.ipynb"))
    return [path for path in named if not COPY.search(path.name)]


def main(numbers: list[str]) -> int:
    """Run and store the lessons of these numbers, or all of them.

    Then note their sums, and renew the pages.
    """
    paths = [*notebooks_in(NOTEBOOKS), *notebooks_in(NOTEBOOKS / PRACTICE)]
    for path in (*paths, *lessons.guests()):
        if not numbers or path.name[:2] in numbers:
            run = executed(nbformat.read(path, as_version=4), path.parent)
            path.write_text(canonical(run), encoding="utf-8")
            print(f"stored {path.relative_to(NOTEBOOKS) if path in paths else path.name}")
    sums = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(NOTEBOOKS)}\n"
        for path in paths
    ]
    (NOTEBOOKS / "SHA256SUMS").write_text("".join(sums), encoding="utf-8")
    guide.write(notebooks_in(NOTEBOOKS))
    return background.main()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
