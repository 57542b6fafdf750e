"""Execute lessons from a clean kernel and store them in canonical form: `python tools/execute.py [NN ...]`.

A second run gives no difference. Then notebooks/SHA256SUMS says what each lesson looks like when nobody has touched it.
"""

import base64
import hashlib
import json
import os
import pathlib
import re
import sys
import tempfile

import nbformat
from nbclient import NotebookClient

HERE = pathlib.Path(__file__).resolve().parent.parent
NOTEBOOKS = HERE / "notebooks"


def executed(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """The notebook, run from a clean kernel in notebooks/. Raises CellExecutionError where a cell fails."""
    with tempfile.TemporaryDirectory() as folder:
        env = {**os.environ, "LABUTILS_PROGRESS": str(pathlib.Path(folder, "progress.json"))}
        client = NotebookClient(
            notebook,
            timeout=120,
            kernel_name="python3",
            record_timing=False,
            resources={"metadata": {"path": str(NOTEBOOKS)}},
        )
        client.execute(env=env)
    return notebook


# What JupyterLab writes when it saves a notebook, so that opening a lesson changes as little as can be. It adds the version of
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
    """The one way to write a notebook down: streams merged, no volatile metadata, sorted JSON, a newline at the end."""
    notebook = nbformat.from_dict(json.loads(json.dumps(notebook)))
    course = notebook.metadata.get("labutils", {})
    notebook.metadata = {"kernelspec": KERNEL, "labutils": course, "language_info": LANGUAGE}
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    for cell in notebook.cells:
        cell.metadata = {}
        if cell.cell_type == "code":
            cell.outputs = merged(cell.outputs)
    return json.dumps(as_lines(notebook), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def merged(outputs: list) -> list:
    """Outputs with neighbouring pieces of the same stream joined, and no metadata but the width of a picture."""
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


PARTS = {
    "01": "Part 1 · Tokens",
    "06": "Part 2 · The breach",
    "11": "Part 3 · Mitigations",
}  # by their first lessons


def lesson_table(paths: list[pathlib.Path]) -> str:
    """The table of lessons with their minutes, from the notebooks' own titles and metadata."""
    rows = ["| lesson | minutes |", "|---|---|"]
    for path in paths:
        notebook = nbformat.read(path, as_version=4)
        title = notebook.cells[0].source.splitlines()[0].removeprefix("# ")
        if path.name[:2] in PARTS:
            rows.append(f"| **{PARTS[path.name[:2]]}** | |")
        rows.append(f"| [{title}](notebooks/{path.name}) | {notebook.metadata.labutils.minutes} |")
    return "\n".join(rows)


def agenda(paths: list[pathlib.Path]) -> str:
    """The instructor's agenda: when each section of each lesson begins, in minutes from its start, from the headings' own minutes."""
    parts = []
    for path in paths:
        notebook = nbformat.read(path, as_version=4)
        text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
        timed = [
            (title, int(minutes))
            for title, minutes in re.findall(r"(?m)^#{2,3} (.+) \((\d+) min\)$", text)
        ]
        begins, rows = 0, []
        for title, minutes in timed:
            rows.append(f"| {begins} | {title} | {minutes} |")
            begins += minutes
        title, minutes = (
            notebook.cells[0].source.splitlines()[0].removeprefix("# "),
            notebook.metadata.labutils.minutes,
        )
        left = f"{minutes - begins} minute{' is' if minutes - begins == 1 else 's are'}"
        spare = (
            ["", f"{left} for the opening question and for those of the room."]
            if minutes > begins
            else []
        )
        parts.append(
            "\n".join(
                [
                    f"### {title} ({minutes} min)",
                    "",
                    "| minute | section | takes |",
                    "|---|---|---|",
                    *rows,
                    *spare,
                ]
            )
        )
    return "\n\n".join(parts)


def between(readme: str, mark: str, text: str) -> str:
    """README with the text between the two comments of that mark."""
    before, rest = readme.split(f"<!-- {mark}: written by `make notebooks` -->")
    return f"{before}<!-- {mark}: written by `make notebooks` -->\n{text}\n{rest[rest.index(f'<!-- end of {mark} -->') :]}"


def cover() -> tuple[bytes, str]:
    """The picture in README, which is the grid that lesson 05 drew, and the sentence under it."""
    notebook = nbformat.read(next(NOTEBOOKS.glob("05-*.ipynb")), as_version=4)
    drawn = next(cell for cell in notebook.cells if cell.id == "figure-dies").outputs
    picture = next(o.data["image/png"] for o in drawn if "image/png" in o.get("data", {}))
    return base64.b64decode(picture), " ".join(
        "".join(o.text for o in drawn if o.output_type == "stream").split()
    )


def main(numbers: list[str]) -> int:
    """Run and store the lessons of these numbers, or all of them; note their sums, and renew README's table and picture."""
    paths = sorted(
        path
        for path in NOTEBOOKS.glob("[0-9][0-9]-*.ipynb")
        if "-Copy" not in path.name and ".yours-" not in path.name
    )
    for path in paths:
        if not numbers or path.name[:2] in numbers:
            path.write_text(
                canonical(executed(nbformat.read(path, as_version=4))), encoding="utf-8"
            )
            print(f"stored {path.name}")
    sums = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in paths]
    (NOTEBOOKS / "SHA256SUMS").write_text("".join(sums), encoding="utf-8")
    picture, sentence = cover()
    (HERE / "docs" / "what-dies-when.png").write_bytes(picture)
    alt = f"A grid: eight credentials that a thief copied against eight things that people do about it. {sentence}"
    readme = HERE / "README.md"
    text = between(
        readme.read_text(encoding="utf-8"), "picture", f"![{alt}](docs/what-dies-when.png)"
    )
    readme.write_text(between(text, "lessons", lesson_table(paths)), encoding="utf-8")
    guide = HERE / "docs" / "instructor.md"
    guide.write_text(
        between(guide.read_text(encoding="utf-8"), "agenda", agenda(paths)), encoding="utf-8"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
