"""What is done, as a table: a lesson a row, a sign an item; and what is next."""

import json
import os
import re
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

from labutils.classroom.registry import AnyPrediction, Exercise, Lesson, Quiz
from labutils.classroom.workspace import COPY, base

Items = Mapping[str, Mapping[str, Any]]

DONE, TRIED, OPEN = "✔", "◐", "○"
WRONG = "✕"  # of a prediction: something else came out
CLASSES = {DONE: "lu-right", TRIED: "lu-open", WRONG: "lu-open", OPEN: "lu-quiet"}
HEAD = ("Lesson", "Exercises", "Target", "Predictions", "Quiz")
HEADING = re.compile(r"^#{2,3} .*$", re.MULTILINE)
ASKED = re.compile(r'^(?:check|quiz)\("(\d\d-\w+)"', re.MULTILINE)
LEGEND = f"{DONE} done, or came true   {TRIED} tried   {WRONG} came out differently   {OPEN} open"


AFTER_THE_LAST = (
    'target("mixed", 1) gives you a target without saying which lesson it comes from; each number '
    "gives you a different one."
)


def sign_of(item: Exercise | Quiz, items: Items) -> str:
    """What somebody did about an exercise, a target or a question of a quiz."""
    noted = items.get(item.id, {})
    if noted.get("passed"):
        return DONE
    return TRIED if noted.get("tries") else OPEN


def sign_of_prediction(item: AnyPrediction, items: Items) -> str:
    """What came of a prediction that was made before the result."""
    choice = item.read(items.get(item.id, {}).get("first"))
    if choice is None:
        return OPEN
    return WRONG if item.belief(choice) else DONE


def next_item(lesson: Lesson, items: Items) -> str | None:
    """What was tried and is not done; else the first that is open: an exercise of the short path or
    the target, then a question of the quiz, then the long path."""
    both: tuple[Exercise | Quiz, ...] = (*lesson.checked, *lesson.quizzes)
    asked = {item.id: item for item in both}
    short, long = paths(lesson.number)
    order = [name for name in (*short, *long) if name in asked] or list(asked)
    signs = {name: sign_of(asked[name], items) for name in order}
    waiting = [name for name in order if signs[name] == TRIED]
    return next(iter(waiting + [name for name in order if signs[name] == OPEN]), None)


def paths(number: str) -> tuple[list[str], list[str]]:
    """The exercises, the target and the quiz of a lesson as its notebook beside this one has them:
    those of the short path, and those of the long one; nothing where there is no notebook."""
    short, long, on_the_long_path = list[str](), list[str](), False
    for cell in _cells(notebook_of(number)):
        source = _source(cell)
        if cell.get("cell_type") == "markdown":
            headings = HEADING.findall(source)
            on_the_long_path = headings[-1].endswith("long)") if headings else on_the_long_path
        else:
            (long if on_the_long_path else short).extend(ASKED.findall(source))
    return short, long


def current(lessons: Mapping[str, Lesson], last: str) -> str:
    """Return the number of the lesson in which something was answered last; where no record says
    so, the last lesson that was begun."""
    return last[:2] if last[:2] in lessons else max(lessons)


def go_on(lessons: Mapping[str, Lesson], items: Items, numbers: list[str], last: str) -> str:
    """Return a link to what is next, in HTML; an empty text where its notebook is not here."""
    number = current(lessons, last)
    item = next_item(lessons[number], items)
    if item is None:
        number = next((one for one in numbers if one > number), number)
    path = notebook_of(number)
    if path is None:
        return ""
    cell = _cell_that_asks(path, item) if item else ""
    fragment = f"#cell-id={quote(cell)}" if cell else ""
    words = escape(f"{_title(path) or number}{f', at {item}' if item else ''}")
    return f'<p>Go on: <a href="{escape(address(path) + fragment)}">{words}</a></p>'


def _cell_that_asks(path: Path, item: str) -> str:
    """Return the id of the cell that asks this item; an empty text where no cell does."""
    for cell in _cells(path):
        if cell.get("cell_type") == "code" and item in ASKED.findall(_source(cell)):
            return str(cell.get("id", ""))
    return ""


def next_step(
    lessons: Mapping[str, Lesson], items: Items, numbers: list[str], answered: str = ""
) -> str:
    """Return a sentence on what is next: in the lesson of the item that was answered last, or in
    the one behind it."""
    last = current(lessons, answered)
    open_ = next_item(lessons[last], items)
    behind = [number for number in numbers if number > last]
    if open_ and behind and open_ in paths(last)[1]:
        return (
            f"The short path of lesson {last} is done. Next: lesson {behind[0]}, or {open_} on the "
            "long path."
        )
    if open_:
        return f"Next: {open_}, in lesson {last}."
    if behind:
        return f"Lesson {last} is done. Next: lesson {behind[0]}."
    return f"Lesson {last}, the last one, is done. {AFTER_THE_LAST}"


def table(lessons: Mapping[str, Lesson], items: Items, numbers: list[str]) -> str:
    """The lessons × items in HTML. Each cell also says its number, for who does not see signs."""
    head = "".join(f'<th scope="col">{name}</th>' for name in HEAD)
    rows = "".join(_row(number, lessons.get(number), items) for number in numbers)
    return (
        "<table><caption>"
        f"{escape(LEGEND)}</caption><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    )


def _row(number: str, lesson: Lesson | None, items: Items) -> str:
    if lesson is None:
        return f'<tr><th scope="row">{_name(number)}</th><td colspan="4">not begun</td></tr>'
    of_predictions = [sign_of_prediction(one, items) for one in lesson.predictions]
    target = sign_of(lesson.target, items) if lesson.target else ""
    reached = {DONE: "reached", TRIED: "tried", OPEN: "open"}
    cells = [
        _signs([sign_of(one, items) for one in lesson.exercises]),
        f"{_coloured(target)} {reached[target]}" if target else "–",
        _signs(of_predictions),
        _signs([sign_of(one, items) for one in lesson.quizzes]),
    ]
    inside = "".join(f"<td>{cell}</td>" for cell in cells)
    return f'<tr><th scope="row">{_name(number)}</th>{inside}</tr>'


def _name(number: str) -> str:
    """The lesson's number and title, as a link where its notebook lies beside this one."""
    path = notebook_of(number)
    if path is None:
        return number
    return f'<a href="{escape(address(path))}">{escape(_title(path) or number)}</a>'


def address(path: Path) -> str:
    """The address of a notebook in a link of this one: practice is a folder below the lessons."""
    return quote(Path(os.path.relpath(path)).as_posix())


def notebook_of(number: str) -> Path | None:
    """The notebook of a lesson among the learner's copies, and no copy that was put aside."""
    beside = sorted(base().glob(f"{number}-*.ipynb"))
    return next((path for path in beside if not COPY.search(path.name)), None)


def title_of(number: str) -> str:
    """The title of a lesson; nothing where its notebook is not here."""
    path = notebook_of(number)
    return _title(path) if path else ""


def _title(path: Path) -> str:
    """The first heading of a notebook; nothing where it cannot be read."""
    cells = _cells(path)
    found = re.match(r"# (.+)", _source(cells[0])) if cells else None
    return found[1] if found else ""


def _cells(path: Path | None) -> list[dict[str, Any]]:
    """The cells of a notebook; nothing where it cannot be read."""
    if path is None:
        return []
    try:
        cells = json.loads(path.read_bytes())["cells"]
    except (OSError, ValueError, LookupError, TypeError):
        return []
    return [cell for cell in cells if isinstance(cell, dict)] if isinstance(cells, list) else []


def _source(cell: dict[str, Any]) -> str:
    """The source of a cell, in one piece or in lines."""
    source = cell.get("source")
    lines = source if isinstance(source, list) else [source]
    return "".join(line for line in lines if isinstance(line, str))


def _signs(signs: list[str]) -> str:
    if not signs:
        return "–"
    done = sum(sign == DONE for sign in signs)
    return f"{''.join(map(_coloured, signs))} {done} of {len(signs)}"


def _coloured(sign: str) -> str:
    return f'<span aria-hidden="true" class="{CLASSES[sign]}">{sign}</span>'
