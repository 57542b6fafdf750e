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

from labutils.classroom.workspace import COPY

HERE = pathlib.Path(__file__).resolve().parent.parent
NOTEBOOKS = HERE / "notebooks"


def executed(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """The notebook, run from a clean kernel in notebooks/.

    Raises CellExecutionError where a cell fails.
    """
    with tempfile.TemporaryDirectory() as folder:
        env = {**os.environ, "LABUTILS_PROGRESS": str(pathlib.Path(folder, "progress.json"))}
        client = NotebookClient(
            notebook,
            timeout=120,
            kernel_name="python3",
            record_timing=False,
            extra_arguments=["--log-level=ERROR"],  # no word on how the kernel is reached
            resources={"metadata": {"path": str(NOTEBOOKS)}},
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
    """The one way to write a notebook down: streams merged, no volatile metadata, sorted JSON, a
    newline at the end."""
    notebook = nbformat.from_dict(json.loads(json.dumps(notebook)))
    course = notebook.metadata.get("labutils", {})
    notebook.metadata = {"kernelspec": KERNEL, "labutils": course, "language_info": LANGUAGE}
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    for cell in notebook.cells:
        cell.metadata = of_the_course(cell.metadata)
        if cell.cell_type == "code":
            cell.outputs = merged(cell.outputs)
    return json.dumps(as_lines(notebook), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def of_the_course(metadata: dict) -> dict:
    """What of a cell's metadata is the course's: what it is on a wall, what the wall shows, and the
    speaker's notes (docs/authoring.md)."""
    slideshow, own = metadata.get("slideshow", {}), metadata.get("labutils", {})
    kept = {}
    if "slide_type" in slideshow:
        kept["slideshow"] = {"slide_type": slideshow["slide_type"]}
    if said := {name: own[name] for name in ("asked", "note", "told", "wall") if name in own}:
        kept["labutils"] = said
    return kept


def merged(outputs: list) -> list:
    """Outputs with neighbouring pieces of the same stream joined, and no metadata but the width of
    a picture."""
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
    """Sources and texts as lists of lines, as the format on disk has them."""
    return json.loads(nbformat.writes(notebook))


def main(numbers: list[str]) -> int:
    """Run and store the lessons of these numbers, or all of them; note their sums, and renew the
    pages."""
    paths = sorted(
        path for path in NOTEBOOKS.glob("[0-9][0-9]-*.ipynb") if not COPY.search(path.name)
    )
    for path in (*paths, *lessons.guests()):
        if not numbers or path.name[:2] in numbers:
            path.write_text(
                canonical(executed(nbformat.read(path, as_version=4))), encoding="utf-8"
            )
            print(f"stored {path.name}")
    sums = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in paths]
    (NOTEBOOKS / "SHA256SUMS").write_text("".join(sums), encoding="utf-8")
    guide.write(paths)
    return background.main()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
