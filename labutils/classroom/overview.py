"""Show what is done, as a dot for each lesson, and what is next."""

import json
import os
import re
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

from labutils.classroom.registry import Exercise, Lesson, Quiz
from labutils.classroom.workspace import COPY, base

Items = Mapping[str, Mapping[str, Any]]

DONE, TRIED, OPEN = "✔", "◐", "○"
HEADING = re.compile(r"^#{2,3} .*$", re.MULTILINE)
ASKED = re.compile(r'^(?:check|quiz)\("(\d\d-\w+)"', re.MULTILINE)


AFTER_THE_LAST = (
    'target("mixed", 1) gives you a target without saying which lesson it comes from; each number '
    "gives you a different one."
)


def sign_of(item: Exercise | Quiz, items: Items) -> str:
    """Return the sign for an exercise, a target or a question of a quiz: done, tried or open."""
    noted = items.get(item.id, {})
    if noted.get("passed"):
        return DONE
    return TRIED if noted.get("tries") else OPEN


def next_item(lesson: Lesson, items: Items) -> str | None:
    """Return what was tried and is not done; else the first item that is open.

    That is an exercise of the short path or the target, then a question of the quiz, then the long
    path.
    """
    both: tuple[Exercise | Quiz, ...] = (*lesson.checked, *lesson.quizzes)
    asked = {item.id: item for item in both}
    short, long = paths(lesson.number)
    order = [name for name in (*short, *long) if name in asked] or list(asked)
    signs = {name: sign_of(asked[name], items) for name in order}
    waiting = [name for name in order if signs[name] == TRIED]
    return next(iter(waiting + [name for name in order if signs[name] == OPEN]), None)


def paths(number: str) -> tuple[list[str], list[str]]:
    """Return the exercises, target and quiz of a lesson's short path, and those of the long one.

    They are in the order of its notebook beside this one; nothing where there is no notebook.
    """
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
    """Return the number of the lesson in which something was answered last.

    Where no record says so, it is the last lesson that was begun.
    """
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
    """Return a sentence on what is next.

    It is in the lesson of the item that was answered last, or in the one behind it.
    """
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


# By the number of its first lesson; lesson 00 stands before them.
PARTS = {
    "00": "",
    "01": "Tokens",
    "06": "The breach",
    "11": "Mitigations",
    "16": "Another breach, and yours",
}


def dots(lessons: Mapping[str, Lesson], items: Items, numbers: list[str], last: str) -> str:
    """Return a dot for each lesson in HTML, part by part.

    It is filled where all that the lesson asks is done, half where it was begun, with a ring where
    somebody was last.
    """
    here = current(lessons, last) if lessons else ""
    groups: list[tuple[str, list[str]]] = []
    for number in numbers:
        if number in PARTS or not groups:
            groups.append((PARTS.get(number, ""), []))
        groups[-1][1].append(_dot(number, lessons.get(number), items, number == here))
    return "".join(
        f'<div class="lu-part"><span>{escape(name)}</span><div>{"".join(each)}</div></div>'
        for name, each in groups
    )


def _dot(number: str, lesson: Lesson | None, items: Items, is_here: bool) -> str:
    """One lesson as a dot; for who does not see it, its title and its state in words."""
    state = "not begun" if lesson is None else "done" if is_done(lesson, items) else "begun"
    says = f"{title_of(number) or number}: {state}{', you were here' if is_here else ''}"
    kind = f"lu-dot lu-{state.replace(' ', '-')}{' lu-here' if is_here else ''}"
    inside = f'class="{kind}" title="{escape(says)}" aria-label="{escape(says)}"'
    path = notebook_of(number)
    if path is None:
        return f'<span role="img" {inside}>{number}</span>'
    return f'<a href="{escape(address(path))}" {inside}>{number}</a>'


def is_done(lesson: Lesson, items: Items) -> bool:
    """Return whether everything on a lesson's short path has passed."""
    short = paths(lesson.number)[0] or [item.id for item in lesson.checked]
    checked = {item.id for item in lesson.checked}
    return all(items.get(name, {}).get("passed") for name in short if name in checked)


def address(path: Path) -> str:
    """Return the address of a notebook for a link in this one.

    Practice is a folder below the lessons.
    """
    return quote(Path(os.path.relpath(path)).as_posix())


def notebook_of(number: str) -> Path | None:
    """Return a lesson's notebook among the learner's copies, not one that was put aside."""
    beside = sorted(base().glob(f"{number}-*.ipynb"))
    return next((path for path in beside if not COPY.search(path.name)), None)


def title_of(number: str) -> str:
    """Return the title of a lesson; an empty text if its notebook is not here."""
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
