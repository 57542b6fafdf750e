"""Make the skeleton of a lesson: `python tools/lesson.py NN [name-of-the-file] [--in FOLDER]`.

Numbers from 20 up are free; those below belong to the course, and `--of-the-course` is for whoever
writes a lesson of it.

The files are in tools/skeleton. They are a whole lesson on a toy subject, which runs. What is left
to write is marked TO WRITE, and the rails say it as well. With `--in` the lesson is in a folder of
one's own, and LABUTILS_LESSONS names that folder.
"""

import argparse
import os
import pathlib
import re
import subprocess
import sys

import lessons
import nbformat

HERE = pathlib.Path(__file__).resolve().parent.parent
SKELETON = HERE / "tools" / "skeleton"
MINUTES = 24
FIRST_FREE = 20  # numbers below belong to the course
RETIRED = HERE / "data" / "retired-ids.txt"
CELL = re.compile(r"(?m)^%% (markdown|code) ([a-z0-9A-Z-]+)\n")
OF_THE_LESSON = (
    "__init__.py",
    "exercises.yaml",
    "trials.py",
    "questions.yaml",
    "target.py",
    "door.py",
)
OF_ITS_TESTS = ("answers.py", "target_routes.py")

LEFT = """\
Lesson {number} has its skeleton, and it runs. What is left to write:
  1. {notebook}: each cell with the words TO WRITE in it. Begin
     with the title and with the question to open with.
  2. {folder}: exercises.yaml, trials.py, questions.yaml, target.py with its scene. Two exercises,
     three predictions and two quiz questions or more.
  3. {tests}: answers.py has three correct answers in other styles for each
     exercise that is a function, target_routes.py each way to the flag, and attempts that fail.
  4. The minutes: in the notebook's metadata, in its line "Time:", and at the headings.
Run and store it: {environment}make notebooks ARGS={number}
See what the rails still want: {environment}make quick ARGS={number}
docs/authoring.md says how each of these is written."""


class CannotMake(Exception):
    """An error for a skeleton that was not made; the sentence says what to do.

    Then nothing was written.
    """


def places(number: str, folder: pathlib.Path | None) -> dict[str, pathlib.Path]:
    """Return where the parts of a new lesson belong: in the repository, or in one's own folder."""
    if folder is None:
        return {
            "notebook": HERE / "notebooks",
            "lesson": HERE / "labutils" / "lessons" / f"lesson_{number}",
            "tests": HERE / "tests" / "lessons" / f"lesson_{number}",
        }
    return {
        "notebook": folder,
        "lesson": folder / f"lesson_{number}",
        "tests": folder / "tests" / f"lesson_{number}",
    }


def files(number: str, where: dict[str, pathlib.Path]) -> dict[pathlib.Path, str]:
    """Return the files of a new lesson with their texts, except the notebook."""
    named = {name: where["lesson"] / name for name in OF_THE_LESSON}
    named |= {name: where["tests"] / name for name in OF_ITS_TESTS}
    return {path: filled(f"{name}.txt", number) for name, path in named.items()}


def filled(name: str, number: str) -> str:
    """Return a file of the skeleton, with the number of the lesson filled in."""
    return (SKELETON / name).read_text(encoding="utf-8").replace("NN", number)


def notebook(number: str) -> nbformat.NotebookNode:
    """Return the notebook of a new lesson, with its named cells and without outputs."""
    _, *parts = CELL.split(filled("notebook.txt", number))
    cells = []
    for kind, name, source in zip(parts[0::3], parts[1::3], parts[2::3], strict=True):
        new = nbformat.v4.new_code_cell if kind == "code" else nbformat.v4.new_markdown_cell
        cells.append(new(source.strip("\n"), id=name))
    metadata = {"labutils": {"lesson": number, "minutes": MINUTES}}
    return nbformat.v4.new_notebook(cells=cells, metadata=metadata)


def retired() -> set[str]:
    """Return the ids that no item may have again."""
    text = RETIRED.read_text(encoding="utf-8")
    return set(re.findall(r"(?m)^\d\d-\w+$", text))


def must_be_free(number: str, *, of_the_course: bool) -> None:
    """Raise CannotMake if this is not a lesson number, or one that is taken."""
    if not re.fullmatch(r"\d\d", number):
        raise CannotMake(
            f"{number!r} is not a number of a lesson. Give two digits: make lesson ARGS=21"
        )
    if int(number) < FIRST_FREE and not of_the_course:
        raise CannotMake(
            f"{number} belongs to the course: numbers below {FIRST_FREE} do. Take another: make "
            "lesson ARGS=21"
        )
    if any(name.startswith(f"{number}-") for name in retired()):
        raise CannotMake(
            f"Lesson {number} has had items whose ids are retired (data/retired-ids.txt). Take "
            "another number."
        )


def make(
    where: dict[str, pathlib.Path], number: str, name: str, *, of_the_course: bool = False
) -> list[pathlib.Path]:
    """Write the skeleton, and return the paths that were written. Raises CannotMake."""
    must_be_free(number, of_the_course=of_the_course)
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name):
        raise CannotMake(
            f"{name!r} is not a name for a notebook. Give the standard term in lower case, with "
            f'hyphens: make lesson ARGS="{number} token-binding"'
        )
    path = where["notebook"] / f"{number}-{name}.ipynb"
    texts = files(number, where)
    there = [*where["notebook"].glob(f"{number}-*.ipynb"), *filter(pathlib.Path.exists, texts)]
    there += [one for one in lessons.paths() if one.name[:2] == number and one not in there]
    if there:
        raise CannotMake(
            f"Lesson {number} is there already: {', '.join(map(str, there))}. Nothing is "
            "overwritten. Take another number, or move these files away."
        )
    texts[path] = nbformat.writes(notebook(number)) + "\n"
    for one, text in texts.items():
        one.parent.mkdir(parents=True, exist_ok=True)
        one.write_text(text, encoding="utf-8")
    return list(texts)


def read_arguments(words: list[str]) -> argparse.Namespace:
    """Return what was asked for. Exits with a sentence where that cannot be read."""
    parser = argparse.ArgumentParser(
        prog="make lesson", description="Make the skeleton of a lesson."
    )
    parser.add_argument("number", help="two digits, such as 21")
    parser.add_argument("name", nargs="?", default="a-new-lesson", help="of the notebook's file")
    parser.add_argument("--of-the-course", action="store_true", help="a number below 20")
    parser.add_argument("--in", dest="folder", type=pathlib.Path, help="a folder of your own")
    return parser.parse_args(words)


def main(words: list[str]) -> int:
    """Make the skeleton, run and store it, and print what is left to write."""
    asked = read_arguments(words)
    folder = asked.folder.expanduser().resolve() if asked.folder else None
    where = places(asked.number, folder)
    try:
        paths = make(where, asked.number, asked.name, of_the_course=asked.of_the_course)
    except CannotMake as error:
        print(error)
        return 2
    python = [str(path) for path in paths if path.suffix == ".py"]
    config = str(HERE / "pyproject.toml")
    ruff = [sys.executable, "-m", "ruff", "format", "-q", "--config", config, *python]
    subprocess.run(ruff, cwd=HERE, check=False)
    known = os.environ.get("LABUTILS_LESSONS", "")
    env = {
        **os.environ,
        "LABUTILS_LESSONS": os.pathsep.join(filter(None, [known, str(folder or "")])),
    }
    store = [sys.executable, str(HERE / "tools" / "execute.py"), asked.number]
    status = subprocess.call(store, cwd=HERE, env=env)
    notebook_path = where["notebook"] / f"{asked.number}-{asked.name}.ipynb"
    print(
        LEFT.format(
            number=asked.number,
            notebook=notebook_path,
            folder=where["lesson"],
            tests=where["tests"],
            environment=f"LABUTILS_LESSONS={folder} " if folder else "",
        )
    )
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
