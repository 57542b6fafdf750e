"""Make the skeleton of a lesson: `python tools/lesson.py NN [name-of-the-file]`.

The files stand in tools/skeleton. They are a whole lesson on a toy subject, which runs. What is
left to write is marked TO WRITE, and the rails say it as well.
"""

import json
import pathlib
import re
import subprocess
import sys

import nbformat

HERE = pathlib.Path(__file__).resolve().parent.parent
SKELETON = HERE / "tools" / "skeleton"
REMADE = "tests/notebooks/remade.py"
LISTED = re.compile(r"(?m)^REMADE: tuple\[str, \.\.\.\] = \(([^()]*)\)")
MINUTES = 24
CELL = re.compile(r"(?m)^%% (markdown|code) ([a-z0-9A-Z-]+)\n")

LEFT = """\
Lesson {number} has its skeleton, and it runs. What is left to write:
  1. {notebook}: each cell with the words TO WRITE in it. Begin
     with the title and with the question to open with.
  2. labutils/classroom/lessons/lesson_{number}.py: your exercises, predictions, quiz and target
     in the place of the toy ones. Two exercises, three predictions and two quiz questions or more.
  3. tests/answers/lesson_{number}.py: three right answers in other styles for each exercise that
     is a function.
  4. tests/answers/target_{number}.py: each way to the flag, and tries that fail.
  5. The minutes: in the notebook's metadata, in its line "Time:", and at the headings.
Run and store it: make notebooks ARGS={number}
See what the rails still want:
  .venv/bin/python -m pytest tests/notebooks tests/test_answers.py -k {number}
docs/authoring.md says how each of these is written."""


class CannotMake(Exception):
    """Why no skeleton was made, as a sentence that says what to do. Then nothing was written."""


def files(number: str) -> dict[str, str]:
    """The files of a new lesson, by their paths in the repository, but for the notebook."""
    return {
        f"labutils/classroom/lessons/lesson_{number}.py": filled("lesson.py.txt", number),
        f"tests/answers/lesson_{number}.py": filled("answers.py.txt", number),
        f"tests/answers/target_{number}.py": filled("target.py.txt", number),
    }


def filled(name: str, number: str) -> str:
    """A file of the skeleton, with the number of the lesson."""
    return (SKELETON / name).read_text(encoding="utf-8").replace("NN", number)


def notebook(number: str) -> nbformat.NotebookNode:
    """The notebook of a new lesson, with its named cells and without outputs."""
    _, *parts = CELL.split(filled("notebook.txt", number))
    cells = []
    for kind, name, source in zip(parts[0::3], parts[1::3], parts[2::3], strict=True):
        new = nbformat.v4.new_code_cell if kind == "code" else nbformat.v4.new_markdown_cell
        cells.append(new(source.strip("\n"), id=name))
    metadata = {"labutils": {"lesson": number, "minutes": MINUTES}}
    return nbformat.v4.new_notebook(cells=cells, metadata=metadata)


def with_number(remade: str, number: str) -> str:
    """tests/notebooks/remade.py with this lesson in its list. Raises CannotMake."""
    listed = LISTED.search(remade)
    if not listed:
        raise CannotMake(f"{REMADE} has no line `REMADE: tuple[str, ...] = (...)`. Restore it.")
    numbers = sorted({*re.findall(r'"(\d\d)"', listed[1]), number})
    return remade.replace(listed[1], json.dumps(numbers)[1:-1])


def make(root: pathlib.Path, number: str, name: str) -> list[pathlib.Path]:
    """Write the skeleton below a folder; the paths that were written. Raises CannotMake."""
    if not re.fullmatch(r"\d\d", number):
        raise CannotMake(
            f"{number!r} is no number of a lesson. Say two digits: make lesson ARGS=17"
        )
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name):
        raise CannotMake(
            f"{name!r} is no name for a notebook. Say a verb and an object in small letters, with "
            f'hyphens: make lesson ARGS="{number} bind-a-token"'
        )
    path = root / "notebooks" / f"{number}-{name}.ipynb"
    texts = {root / name: text for name, text in files(number).items()}
    there = [*(root / "notebooks").glob(f"{number}-*.ipynb"), *filter(pathlib.Path.exists, texts)]
    if there:
        listed = ", ".join(one.relative_to(root).as_posix() for one in there)
        raise CannotMake(
            f"Lesson {number} is there already: {listed}. Nothing is overwritten. Take another "
            "number, or move these files away."
        )
    texts[path] = nbformat.writes(notebook(number)) + "\n"
    remade = root / REMADE
    texts[remade] = with_number(remade.read_text(encoding="utf-8"), number)
    for one, text in texts.items():
        one.write_text(text, encoding="utf-8")
    return list(texts)


def main(words: list[str]) -> int:
    """Make the skeleton, run and store it, and say what is left to write."""
    if len(words) not in (1, 2):
        print("Say the number of the new lesson: make lesson ARGS=17")
        return 2
    number, name = words[0], words[1] if len(words) > 1 else "a-new-lesson"
    try:
        paths = make(HERE, number, name)
    except CannotMake as error:
        print(error)
        return 2
    python = [str(path) for path in paths if path.suffix == ".py"]
    subprocess.run([sys.executable, "-m", "ruff", "format", "-q", *python], cwd=HERE, check=False)
    import execute  # not above: it reads the registry, which now has the new lesson

    status = execute.main([number])
    print(LEFT.format(number=number, notebook=f"notebooks/{number}-{name}.ipynb"))
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
