"""Write the pages that are made from the lessons: README's table, the agenda, the answer key.

The agenda is the instructor's. Also writes what names the public address of the course.
"""

import dataclasses
import datetime
import itertools
import json
import pathlib
import re
import runpy
import sys
from collections.abc import Iterator
from functools import cache
from importlib.metadata import version
from typing import Any

import lessons
import nbformat
import yaml

from labutils.classroom.course import lesson
from labutils.classroom.registry import AnyPrediction, Estimate, Lesson, Prediction, Quiz
from labutils.classroom.workspace import public_address
from labutils.incident.ledger_schema import Fact, read_ledger
from labutils.sheets import read as sheet_of
from labutils.text import DISTRIBUTION

HERE = pathlib.Path(__file__).resolve().parent.parent
NOTEBOOKS = HERE / "notebooks"
LESSONS = HERE / "tests" / "lessons"
sys.path.append(str(HERE / "tests" / "helpers"))  # the routes of a target are played by tests
PARTS = {
    "01": "Part 1 · Tokens",
    "06": "Part 2 · The breach",
    "11": "Part 3 · Mitigations",
}  # by their first lessons
SWITCHES = HERE / "data" / "vendor-switches.yaml"
TEACHING = HERE / "data" / "teaching.yaml"
WAITS = HERE / "tools" / "waits.json"  # tools/waits.py measures it
HEADING = re.compile(r"(?m)^#{2,3} (.+?)(?: \(\d+ min.*\))?$")


def title_of(notebook: nbformat.NotebookNode) -> str:
    """Return the title of a lesson, with its number."""
    return notebook.cells[0].source.splitlines()[0].removeprefix("# ")


def minutes_of(notebook: nbformat.NotebookNode) -> str:
    """Return the minutes of a lesson.

    Where there is more of it, those with the long path or with the practice are there too.
    """
    course = notebook.metadata.labutils
    longer = both_paths(course)[1]
    return f"{course.minutes}, or {longer}" if longer > course.minutes else str(course.minutes)


def lesson_table(paths: list[pathlib.Path]) -> str:
    """Return the table of lessons with their minutes, from the notebooks' titles and metadata."""
    rows = ["| lesson | minutes |", "|---|---|"]
    for path in paths:
        notebook = nbformat.read(path, as_version=4)
        if path.name[:2] in PARTS:
            rows.append(f"| **{PARTS[path.name[:2]]}** | |")
        link = f"[{title_of(notebook)}](notebooks/{path.name})"
        rows.append(f"| {link} | {minutes_of(notebook)} |")
    courses = [nbformat.read(path, as_version=4).metadata.labutils for path in paths]
    short, long = (sum(each) for each in zip(*map(both_paths, courses), strict=True))
    rows.append(f"| **All {len(paths)}** | **{short:,}, or {long:,}** |")
    return "\n".join(rows)


def both_paths(course: nbformat.NotebookNode) -> tuple[int, int]:
    """Return the minutes of a lesson without its long path or practice, and with it.

    They are what its notebook says of itself.
    """
    if practice := lessons.practice(course.lesson):
        more = nbformat.read(practice, as_version=4).metadata.labutils.minutes
        return course.minutes, course.minutes + more
    return course.minutes, course.minutes


OPENING = "The opening"  # before the first heading


@dataclasses.dataclass(frozen=True)
class Beat:
    """A beat of a lesson: the cell where it begins, its heading, its minutes."""

    cell: str
    title: str
    minutes: int


def beats(notebook: nbformat.NotebookNode) -> list[Beat]:
    """Return the beats of a lesson, in order. One without a heading goes on under the last."""
    found, title = [], OPENING
    for cell in notebook.cells:
        minutes = cell.metadata.get("labutils", {}).get("minutes")
        title = (HEADING.findall(cell.source) or [title])[0]
        if minutes:
            found.append(Beat(cell.id, title, minutes))
    return found


# --- ways to cut the course ---------------------------------------------------------------------

SIGN_IN = 10  # minutes until everybody has a lesson open
BREAK, AFTER = 10, 75  # minutes of a break, and of teaching before it


def minutes_by_lesson(paths: list[pathlib.Path]) -> dict[str, int]:
    """Return the minutes of the short path of each lesson."""
    notebooks = {path.name[:2]: nbformat.read(path, as_version=4) for path in paths}
    return {number: each.metadata.labutils.minutes for number, each in notebooks.items()}


def in_the_room(minutes: int) -> int:
    """Return how many minutes this much teaching takes, with signing in and with breaks."""
    return SIGN_IN + minutes + BREAK * ((minutes - 1) // AFTER)


def cuts(paths: list[pathlib.Path]) -> str:
    """Return what to teach in a given time: the lessons, and their minutes on the short path."""
    minutes = minutes_by_lesson(paths)
    rows = ["| you have | teach | takes | in the room | why |", "|---|---|---|---|---|"]
    for cut in teaching()["cuts"]:
        each = ", ".join(f"{number} ({minutes[number]})" for number in cut["lessons"])
        total = sum(minutes[number] for number in cut["lessons"])
        taught = f"{each} | {total} min | {in_the_room(total)} min"
        rows.append(f"| {cut['time']} | {taught} | {cut['why']} |")
    return "\n".join(rows)


# --- for the person who decides -----------------------------------------------------------------


def hours(minutes: int) -> str:
    """Return minutes as hours, to the nearest half: `4½ h`."""
    halves = round(minutes / 30)
    return f"{halves // 2 or ''}{'½' * (halves % 2)} h"


def roles(paths: list[pathlib.Path]) -> str:
    """Return who takes which lessons, in how many hours, and what they take away."""
    minutes = minutes_by_lesson(paths)
    rows = ["| who | lessons | hours | with what they leave |", "|---|---|---|---|"]
    for role in teaching()["roles"]:
        total = sum(minutes[number] for number in role["lessons"])
        taken = ", ".join(role["lessons"])
        rows.append(f"| {role['who']} | {taken} | {hours(total)} | {role['leave_with']} |")
    return "\n".join(rows)


def programmes(paths: list[pathlib.Path]) -> str:
    """Return programmes block by block, with the hours that each takes in a room."""
    minutes = minutes_by_lesson(paths)
    rows = [
        "| programme | lessons, block by block | hours in the room | for |",
        "|---|---|---|---|",
    ]
    for one in teaching()["programmes"]:
        taught = [sum(minutes[number] for number in block) for block in one["blocks"]]
        each = " · ".join(
            f"{', '.join(block)} ({hours(in_the_room(total))})"
            for block, total in zip(one["blocks"], taught, strict=True)
        )
        total = hours(sum(map(in_the_room, taught)))
        rows.append(f"| {one['title']} | {each} | {total} | {one['for']} |")
    return "\n".join(rows)


# --- plans --------------------------------------------------------------------------------------


PLAN_COLUMNS = {
    "do": "do",
    "without_python": "without Python",
    "leave_out": "leave out",
    "watch": "look out for",
}


@cache
def teaching() -> dict[str, Any]:
    """Return what data/teaching.yaml says: plans, a row for each lesson, what changed."""
    sheet: dict[str, Any] = yaml.safe_load(TEACHING.read_text(encoding="utf-8"))
    return sheet


def plans(paths: list[pathlib.Path]) -> str:
    """Return each plan with a clock: when a block begins, what to do, and any alternative."""
    notebooks = {path.name[:2]: nbformat.read(path, as_version=4) for path in paths}
    return "\n\n".join(_plan(plan, notebooks) for plan in teaching()["plans"].values())


def _plan(plan: dict[str, Any], notebooks: dict[str, nbformat.NotebookNode]) -> str:
    keys = [key for key in PLAN_COLUMNS if any(key in block for block in plan["blocks"])]
    head = ["minute", "what", "takes", *(PLAN_COLUMNS[key] for key in keys)]
    rows, begins = [f"| {' | '.join(head)} |", "|---" * len(head) + "|"], 0
    for block in plan["blocks"]:
        notebook = notebooks.get(block.get("lesson", ""))
        title = title_of(notebook) if notebook else ""
        cells = [str(begins), title, str(block["minutes"])]
        said = {**block, "do": _with_sections(block, notebook)}
        rows.append(f"| {' | '.join([*cells, *(said.get(key, '') for key in keys)])} |")
        begins += block["minutes"]
    return "\n".join([f"## {plan['title']}", "", plan["says"], "", plan["rehearsed"], "", *rows])


def _with_sections(block: dict[str, Any], notebook: nbformat.NotebookNode | None) -> str:
    """What to do in a block, after the sections that are taught in it. Of a lesson in beats, a plan
    names the cells where they begin."""
    titles = {beat.cell: beat.title for beat in beats(notebook)} if notebook else {}
    sections = dict.fromkeys(titles.get(one, one) for one in block.get("sections", []))
    names = (re.sub("^Target: .*", "the target", one) for one in sections)
    taught = "; ".join(names)
    return f"*{taught}.* {block['do']}" if taught else str(block["do"])


def changes(_: list[pathlib.Path]) -> str:
    """Return what is new for those who taught the course before."""
    return "\n".join(f"- {one}" for one in teaching()["changes"])


# --- the agenda ---------------------------------------------------------------------------------


def agenda(paths: list[pathlib.Path]) -> str:
    """Return when each section of each lesson begins, in minutes from its start."""
    return "\n\n".join(_agenda_of(nbformat.read(path, as_version=4)) for path in paths)


def _agenda_of(notebook: nbformat.NotebookNode) -> str:
    """A table of the sections of a lesson, what it is for, and what to know in a room."""
    begins, rows = 0, []
    for title, grouped in itertools.groupby(beats(notebook), lambda beat: beat.title):
        minutes = sum(beat.minutes for beat in grouped)
        rows.append(f"| {begins} | {title} | {minutes} |")
        begins += minutes
    course = lesson(notebook.metadata.labutils.lesson)
    if course and course.objectives:
        rows += ["", f"*Afterwards they can* {'; '.join(course.objectives)}."]
    row = teaching()["lessons"].get(notebook.metadata.labutils.lesson)
    if row:
        rows += ["", f"*Do:* {row['do']}", "", f"*Leave out:* {row['leave_out']}"]
        rows += ["", f"*Look out for:* {row['watch']}"]
    if lessons.practice(notebook.metadata.labutils.lesson):
        short, whole = both_paths(notebook.metadata.labutils)
        rows += [
            "",
            f"If you have more time: its practice, {whole - short} minutes, piece by piece.",
        ]
    if waits := list(_waits(notebook)):
        rows += ["", f"Slow cells: {', '.join(waits)}."]
    head = ["| minute | section | takes |", "|---|---|---|"]
    return "\n".join([f"### {title_of(notebook)} ({minutes_of(notebook)} min)", "", *head, *rows])


def _waits(notebook: nbformat.NotebookNode) -> Iterator[str]:
    """The sections with a cell that makes a room wait, and its seconds."""
    cells = json.loads(WAITS.read_text(encoding="utf-8"))
    seconds = cells.get(notebook.metadata.labutils.lesson, {})
    section = OPENING
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            section = (HEADING.findall(cell.source) or [section])[-1]
        elif cell.id in seconds:
            yield f"{section} ({seconds[cell.id]} s)"


# --- the answer key -----------------------------------------------------------------------------


def answer_key(paths: list[pathlib.Path]) -> str:
    """Return each prediction's result, with the beliefs; each solution, route and quiz answer."""
    parts = []
    for path in paths:
        course = lesson(path.name[:2])
        if course is not None:
            parts.append(f"## {title_of(nbformat.read(path, as_version=4))}")
            parts += [*_predictions(course), *_solutions(course), *_quizzes(course)]
    return "\n\n".join(parts)


def _predictions(course: Lesson) -> Iterator[str]:
    if course.predictions:
        yield "### Predictions"
    for item in course.predictions:
        yield f"**{item.id}.** {item.question}\n\n{_truth(item)}\n\n{item.because}"


def _truth(item: AnyPrediction) -> str:
    """What comes out, and the belief behind each other choice."""
    if isinstance(item, Prediction):
        lines = []
        for letter, guess in item.guesses.items():
            words = f"{letter}) {guess.text}"
            lines.append(f"- {words}. {guess.belief}" if guess.belief else f"- **{words}.**")
        return "\n".join(lines)
    if isinstance(item, Estimate):
        beliefs = (f"- Too low: {item.too_low}", f"- Too high: {item.too_high}")
        return "\n".join([f"- **{item.truth} {item.unit}.**", *beliefs])
    pairs = zip(item.columns, item.truth, strict=True)
    words = dict(zip("ox", item.words, strict=True))
    lines = [f"- {column.text}: **{words[mark]}**" for column, mark in pairs]
    names = {column.key: column.text for column in item.columns}
    return "\n".join([*lines, *(f"- {names[key]}: {says}" for key, says in item.beliefs.items())])


def _solutions(course: Lesson) -> Iterator[str]:
    if course.exercises:
        yield "### Exercises"
    for exercise in course.exercises:
        yield f"**{exercise.id}.**\n\n```python\n{exercise.solution}\n```"
    if course.target:
        routes = runpy.run_path(str(LESSONS / f"lesson_{course.number}" / "target_routes.py"))[
            "ROUTES"
        ]
        yield f"### Target\n\n{course.target.brief}\n\nWays to the flag: {'; '.join(routes)}."
        yield f"```python\n{course.target.solution}\n```"


def _quizzes(course: Lesson) -> Iterator[str]:
    if course.quizzes:
        yield "### Quiz"
    for item in course.quizzes:
        yield f"**{item.id}.** {item.question} {_right(item)}"


def _right(item: Quiz) -> str:
    letter, choice = next(pair for pair in item.choices.items() if pair[1].right)
    return f"**{letter}) {choice.text}**"


# --- the public address -------------------------------------------------------------------------


def badges(address: str | None) -> str:
    """Return links to where the course is tested and started.

    There are none where there is no address, which CONTRIBUTING.md says how to set. The addresses
    of both badges are known for repositories on GitHub alone.
    """
    if address is None:
        return ""
    links = [f"The course is developed at <{address}>."]
    host, _, name = address.removeprefix("https://").partition("/")
    if host == "github.com":
        tests = f"{address}/actions/workflows/test.yml"
        start = f"https://mybinder.org/v2/gh/{name}/v{version(DISTRIBUTION)}"
        first = "?urlpath=lab/tree/work/00-start-here.ipynb"
        links.append(f"[![State of the tests]({tests}/badge.svg)]({tests})")
        links.append(f"[![Start on Binder](https://mybinder.org/badge_logo.svg)]({start}{first})")
    return "\n".join(links)


def cited(citation: str, address: str | None) -> str:
    """Return CITATION.cff with the address as `repository-code`, or without that key."""
    kept = re.sub(r"(?m)^repository-code: .*\n", "", citation)
    return kept if address is None else f"{kept}repository-code: {address}\n"


# --- writing them -------------------------------------------------------------------------------


def between(page: str, mark: str, text: str) -> str:
    """Return a page with this text between the two comments of that mark."""
    opening = f"<!-- {mark}: written by `make notebooks` -->"
    before, rest = page.split(opening)
    return f"{before}{opening}\n{text}\n{rest[rest.index(f'<!-- end of {mark} -->') :]}"


def pages(paths: list[pathlib.Path]) -> dict[str, str]:
    """Return each page that holds something written from the lessons, by its path."""
    readme = (HERE / "README.md").read_text(encoding="utf-8")
    readme = between(readme, "address", badges(public_address()))
    citation = (HERE / "CITATION.cff").read_text(encoding="utf-8")
    guide = (HERE / "docs" / "instructor.md").read_text(encoding="utf-8")
    for mark, written in (("cuts", cuts), ("agenda", agenda)):
        guide = between(guide, mark, written(paths))
    timed = (HERE / "docs" / "teaching-plans.md").read_text(encoding="utf-8")
    for mark, written in (("plans", plans), ("changes", changes)):
        timed = between(timed, mark, written(paths))
    leads = (HERE / "docs" / "for-training-leads.md").read_text(encoding="utf-8")
    for mark, written in (("roles", roles), ("programmes", programmes)):
        leads = between(leads, mark, written(paths))
    key = (HERE / "docs" / "answer-key.md").read_text(encoding="utf-8")
    at_work = (HERE / "docs" / "at-work.md").read_text(encoding="utf-8")
    later = (HERE / "docs" / "since-2023.md").read_text(encoding="utf-8")
    return {
        "CITATION.cff": cited(citation, public_address()),
        "README.md": between(readme, "lessons", lesson_table(paths)),
        "docs/instructor.md": guide,
        "docs/teaching-plans.md": timed,
        "docs/for-training-leads.md": leads,
        "docs/answer-key.md": between(key, "answers", answer_key(paths)),
        "docs/at-work.md": between(at_work, "switches", switches(paths)),
        "docs/since-2023.md": between(later, "since", since(paths)),
    }


def switches(paths: list[pathlib.Path]) -> str:
    """Return the settings that lessons name in their boxes, by lesson, with pages and dates."""
    sheet = yaml.safe_load(SWITCHES.read_text(encoding="utf-8"))
    titles = {path.name[:2]: title_of(nbformat.read(path, as_version=4)) for path in paths}
    lines = [f"Read on {sheet['read']:%-d %B %Y}."]
    for number, rows in sheet["lessons"].items():
        if not rows:
            continue
        lines += ["", f"## {titles[number]}", ""]
        lines += ["| product | setting | where | the page's date |", "|---|---|---|---|"]
        lines += [
            f"| {row['vendor']} | [{row['switch']}]({row['page']}) | {row['where']} | "
            f"{_dated(row['dated'], sheet['read'])} |"
            for row in rows
        ]
    return "\n".join(lines)


OLD = 366  # days from which on a page about a product may have been overtaken


GRADES = {"confirmed": "", "reported": " · reported", "single": " · one report"}
CITED = re.compile(r"<!-- fact: (.*?) -->")


def since(paths: list[pathlib.Path]) -> str:
    """Return what has happened since 2023 in order of time, with grades, sources and lessons."""
    practice = [found for path in paths if (found := lessons.practice(path.name[:2]))]
    cited = _cited_in([*paths, *practice])
    facts = read_ledger(sheet_of("ledgers/since-2023.yaml")).facts.values()
    blocks, year = [], ""
    for fact in sorted(facts, key=lambda one: one.time or "9"):
        if year != (year := fact.time[:4] if fact.time else "Undated"):
            blocks.append(f"## {year}")
        blocks.append(_told(fact, cited.get(fact.id, [])))
    return "\n" + "\n\n".join(blocks) + "\n"


def _cited_in(paths: list[pathlib.Path]) -> dict[str, list[pathlib.Path]]:
    """The lessons that cite a fact, by its id."""
    cited: dict[str, list[pathlib.Path]] = {}
    for path in paths:
        for cell in nbformat.read(path, as_version=4).cells:
            for ids in CITED.findall(cell.source):
                for name in ids.split(", "):
                    cited.setdefault(name, []).append(path)
    return cited


def _told(fact: Fact, cited: list[pathlib.Path]) -> str:
    """A fact as a paragraph: when, how sure, what, from where, and the lessons that take it up."""
    links = [f"[{source.publisher}]({source.url})" for source in fact.read]
    links += [f"[lesson {path.name[:2]}](../{path.relative_to(HERE)})" for path in cited]
    when = f"**{_day(fact.time)}{GRADES[fact.confidence]}** · " if fact.time else ""
    return f"{when}{fact.statement} {', '.join(links)} <!-- fact: {fact.id} -->"


def _day(time: str) -> str:
    """A month or a day as one writes it: `July 2026`, `15 July 2026`."""
    if len(time) == len("2026-07"):
        return f"{datetime.date.fromisoformat(time + '-01'):%B %Y}"
    return f"{datetime.date.fromisoformat(time):%-d %B %Y}"


def _dated(dated: Any, read: datetime.date) -> str:
    """The date of a page, and a mark on one that was more than a year old when it was read."""
    if isinstance(dated, datetime.date) and (read - dated).days > OLD:
        return f"{dated}: over a year old, not tried"
    return str(dated)


def write(paths: list[pathlib.Path]) -> None:
    """Write all these pages."""
    for name, text in pages(paths).items():
        (HERE / name).write_text(text, encoding="utf-8")
