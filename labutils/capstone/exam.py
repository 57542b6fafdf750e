"""Hold an exam: a folder for each learner, a secret list of seeds, and the grades."""

import csv
import io
import os
import re
import secrets
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean, median

from labutils.capstone import case_file
from labutils.capstone.board import MARKS, MOST_MARKS
from labutils.capstone.difficulty import difficulty_of
from labutils.capstone.folder import new
from labutils.capstone.grading import WEIGHTS, ReportGrade
from labutils.capstone.incident import NoIncident, draw
from labutils.capstone.report import Fault, sheet_of, text_of
from labutils.incident.tables import Table
from labutils.sheets import Row
from labutils.text import counted, shown

NAME = re.compile(r"\w[\w .-]{0,58}[\w-]|\w")
MOST_NAMES = 500
SEED_BYTES = 16  # drawn by the operating system: nobody guesses them, and none gives another away
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would run
COLUMNS = ("name", "incident", "total", *WEIGHTS, "forbidden", "minutes_asked", "marks", "fault")
Marks = dict[str, dict[str, int]]  # a reader's, of the half page: by name, by what they are for


@dataclass(frozen=True)
class ClassGrades:
    """The grades of a class, by folder name.

    `faults`: why a folder has no grade; `marks`: what a reader gave for the half page.
    """

    grades: dict[str, ReportGrade] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)
    marks: Marks = field(default_factory=dict)


# --- before --------------------------------------------------------------------------------------


def names_in(path: Path) -> list[str]:
    """Return the names in a file, one per line; a line that begins with # is a note.

    Raises Fault, which names the line.
    """
    found: dict[str, str] = {}
    for number, line in enumerate(text_of(path).splitlines(), 1):
        name = line.strip()
        if not name or name.startswith("#"):
            continue
        if not NAME.fullmatch(name):
            raise Fault(
                f"{path.name}, line {number}: {shown(name, 40)} cannot be the name of a folder; "
                "use letters, digits, spaces, dots and hyphens, 60 at most"
            )
        if name.casefold() in found:
            raise Fault(f"{path.name}, line {number}: {shown(name, 60)} stands here twice")
        found[name.casefold()] = name
    if not 0 < len(found) <= MOST_NAMES:
        raise Fault(
            f"{path.name}, line 1: it has {len(found)} names; 1 to {MOST_NAMES} can be read"
        )
    return list(found.values())


def sealed_beside(folder: Path) -> Path:
    """Return the path for an exam's seeds.

    It is beside the exam's folder, so that nobody hands them out with it.
    """
    return folder.parent / f"{folder.name}-seeds.yaml"


def seeds_in(path: Path) -> dict[str, str]:
    """Return the seeds of a list, by name. Raises Fault."""
    return {name: str(seed) for name, seed in sheet_of(path).items()}


def fresh_seed(level: str = "") -> str:
    """Draw a seed that nobody has seen, of an incident of this level or of any."""
    while True:
        seed = secrets.token_hex(SEED_BYTES)
        with suppress(NoIncident):
            if level in ("", difficulty_of(draw(seed)).level):
                return seed


def seal(folder: Path, names: Iterable[str], level: str = "") -> dict[str, str]:
    """Draw a seed for each name, and write the list so that only its owner can read it.

    A name that is on the list already keeps its seed. Raises Fault and OSError.
    """
    path = sealed_beside(folder)
    seeds = seeds_in(path) if path.exists() else {}
    seeds |= {name: fresh_seed(level) for name in names if name not in seeds}
    text = "# Whoever has these seeds can print the answers. Keep the file to yourself.\n"
    text += "".join(f"'{name}': '{seed}'\n" for name, seed in seeds.items())
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    fresh.replace(path)
    return seeds


def make(folder: Path, names: Iterable[str], level: str = "") -> Iterable[tuple[str, int]]:
    """Make the folders that are missing; yield each name, with the number of events in its logs.

    Raises Fault and OSError.
    """
    wanted = list(names)
    seeds = seal(folder, wanted, level)
    for name in wanted:
        target = folder / name
        if not target.is_dir() or not any(target.iterdir()):
            yield name, sum(new(target, seeds[name]).values())


def marks_in(path: Path) -> Marks:
    """Read the marks in a YAML file: by name, 0 to 2 for each of the five things of board.md.

    Raises Fault, which names the line.
    """
    sheet = sheet_of(path)
    found: Marks = {}
    for name, row in sheet.items():
        fits = isinstance(row, Row) and set(row) == {*MARKS}
        if not fits or not all(type(mark) is int and 0 <= mark <= 2 for mark in row.values()):
            line = sheet.lines[name]
            raise Fault(
                f"{path.name}, line {line}: {shown(name, 60)} needs a mark from 0 to 2 for each of "
                f"{', '.join(MARKS)}"
            )
        found[name] = dict(row)
    return found


# --- afterwards ----------------------------------------------------------------------------------


def tables(result: ClassGrades) -> list[Table]:
    """Return the grades, the statistics of the class, and what it missed, as tables."""
    rows = tuple(
        (name, f"{one.total:.1f}", *(f"{part.points:.1f}" for part in one.parts.values()))
        for name, one in result.grades.items()
    )
    return [
        Table("Reports", ("folder", "total", *WEIGHTS), rows),
        Table("Reports that have no grade", (), tuple(result.faults.items())),
        Table("The class", ("part", "of", "mean", "median", "from, to"), tuple(_parts(result))),
        Table("What it missed", ("claim", "missed by", "of those who could"), _missed(result)),
    ]


def _parts(result: ClassGrades) -> Iterable[tuple[str, ...]]:
    if len(result.grades) < 2:
        return
    totals = [one.total for one in result.grades.values()]
    yield _row("total", 100, totals)
    for name, of in WEIGHTS.items():
        yield _row(name, of, [one.parts[name].points for one in result.grades.values()])


def _row(name: str, of: int, points: list[float]) -> tuple[str, ...]:
    spread = f"{min(points):.1f}, {max(points):.1f}"
    return name, str(of), f"{mean(points):.1f}", f"{median(points):.1f}", spread


def _missed(result: ClassGrades) -> tuple[tuple[str, ...], ...]:
    """Which claims most people missed whose incident had one."""
    missed = Counter(what for one in result.grades.values() for what in set(one.missed))
    could = Counter(what for one in result.grades.values() for what in set(one.claimable))
    return tuple((what, str(count), str(could[what])) for what, count in missed.most_common(8))


def as_csv(result: ClassGrades) -> str:
    """Return the grades for a spreadsheet: one line each, and nothing that is a formula."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for name, one in result.grades.items():
        points = [f"{part.points:.2f}" for part in one.parts.values()]
        numbers = (f"{one.total:.2f}", *points, f"{one.forbidden:.2f}", str(one.minutes))
        marks = str(sum(result.marks[name].values())) if name in result.marks else ""
        writer.writerow([_cell(name), one.incident, *numbers, marks, ""])
    for name, fault in result.faults.items():
        writer.writerow([_cell(name), *[""] * (len(COLUMNS) - 2), _cell(fault)])
    return text.getvalue()


def _cell(text: str) -> str:
    text = shown(text, 400)
    return f"'{text}" if text.startswith(FORMULA) else text


def write_csv(path: Path, result: ClassGrades) -> None:
    """Write the grades as CSV; a file that is not one of ours is kept.

    Raises FileExistsError and OSError.
    """
    _write(path, as_csv(result), begins=",".join(COLUMNS[:3]))


def write_feedback(folder: Path, result: ClassGrades) -> None:
    """Write a text for each learner: the grade, with its reasons.

    Raises FileExistsError and OSError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, one in result.grades.items():
        marks = _marks(result.marks[name]) if name in result.marks else ""
        _write(folder / f"{name}.txt", f"{one}\n{marks}", begins="Incident ")
    for name, fault in result.faults.items():
        if NAME.fullmatch(name):
            _write(
                folder / f"{name}.txt", f"Incident without a grade: {fault}\n", begins="Incident "
            )


def _marks(marks: dict[str, int]) -> str:
    each = ", ".join(f"{name} {mark}" for name, mark in marks.items())
    return (
        f"\nThe half page, as a reader marks it: {sum(marks.values())} of {MOST_MARKS} ({each})\n"
    )


def write_case_files(folder: Path, reports: Path, result: ClassGrades) -> None:
    """Write a case file for each learner. Raises FileExistsError and OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, one in result.grades.items():
        case_file.write(folder / f"{name}.html", reports / name, one)


def _write(path: Path, text: str, *, begins: str) -> None:
    ours = (
        path.is_file() and not path.is_symlink() and path.read_bytes().startswith(begins.encode())
    )
    if path.exists() and not ours:
        raise FileExistsError(
            0, "it exists and was not written by this command: it is kept", str(path)
        )
    path.write_text(text, encoding="utf-8")


def seed_for(folder: Path, seeds: Mapping[str, str]) -> str:
    """Return the seed of a learner's folder. Raises Fault."""
    if folder.name not in seeds:
        raise Fault(f"the list of seeds has nobody called {shown(folder.name, 60)}")
    return seeds[folder.name]


def told(made: Iterable[tuple[str, int]]) -> Iterable[str]:
    """Yield a sentence for each folder that was made."""
    for name, events in made:
        yield f"{events:8}  events for {shown(name, 60)}"


def finished(folder: Path, names: list[str]) -> str:
    """Return what to do next, as text."""
    return (
        f"{counted(len(names), 'folder')} in {shown(str(folder))}. Hand those out, and keep "
        f"{shown(str(sealed_beside(folder)))}: whoever has it can print the answers."
    )
