"""Report how a room is doing: many learners' progress files, counted, without names.

The files belong to strangers. Each is read without following a link, up to 64 KiB, and of what is
in it only the names that the course knows count. What is left out is counted, with the reason.
"""

import os
import stat
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import fill

from labutils.classroom.course import lesson
from labutils.classroom.exercises import came_true
from labutils.classroom.progress import LARGEST, Item, answered, parse
from labutils.classroom.registry import AnyPrediction, Estimate, Exercise, GridRow, Lesson, Quiz
from labutils.text import counted

DEEPEST = 4  # folders below the one that is named: a hub has HOME/course/work
MOST_FILES = 2_000
STUCK = 3  # tries without a pass
STUCK_MEANS = f"Stuck means: tried {STUCK} times or more, and not passed."
MOST_BELIEFS = 3  # of one prediction that are told
WIDTH = 100
INDENT = " " * 13

# Why a file is left out, in the words of the report: of one file, and of more.
LINK = ("is a link", "are links")
NO_FILE = ("is not a regular file", "are not regular files")
UNREADABLE = ("cannot be read", "cannot be read")
TOO_LARGE = ("is larger than 64 KiB", "are larger than 64 KiB")
NO_PROGRESS = ("is damaged or holds no progress", "are damaged or hold no progress")
NOTHING_DONE = ("has nothing recorded yet", "have nothing recorded yet")
TOO_MANY = f"There are more than {MOST_FILES:,} files; the others were not read."

Reason = tuple[str, str]


class LeftOut(Exception):
    """An error for a file that does not count. `reason` says why."""

    def __init__(self, reason: Reason):
        super().__init__(reason[0])
        self.reason = reason


@dataclass
class Room:
    """A room of learners: what each has noted, and how many files were left out, by reason."""

    people: list[dict[str, Item]] = field(default_factory=list)
    left_out: Counter[Reason] = field(default_factory=Counter)
    too_many: bool = False

    def add(self, path: Path, inside: int | None = None) -> None:
        """Read one more file, and count it as a person or as left out."""
        try:
            self.people.append(read(path, inside))
        except LeftOut as left_out:
            self.left_out[left_out.reason] += 1

    def left_out_in_words(self) -> str:
        """Return how many files were left out, and why; empty if all were read."""
        counts = sorted(self.left_out.items(), key=lambda pair: (-pair[1], pair[0]))
        reasons = "; ".join(f"{n} {reason[n > 1]}" for reason, n in counts)
        files = counted(self.left_out.total(), "file was", "files were")
        sentences = [f"{files} left out: {reasons}."] if counts else []
        return " ".join([*sentences, TOO_MANY] if self.too_many else sentences)


def progress_files(folder: Path) -> Iterator[Path]:
    """Yield possible progress files below a folder, in order: all JSON files not hidden.

    A browser saves a second `progress.json` as `progress (1).json`, and people call theirs
    `bob.json`.
    """
    base = len(folder.parts)
    for where, folders, names in os.walk(folder, followlinks=False):
        seen = sorted(name for name in folders if not name.startswith("."))
        folders[:] = seen if len(Path(where).parts) - base < DEEPEST else []
        for name in sorted(names):
            if name.endswith(".json") and not name.startswith("."):
                yield Path(where, name)


def read(path: Path, inside: int | None = None) -> dict[str, Item]:
    """Return what one progress file says of what somebody did.

    Raises LeftOut where it does not count.

    `inside` is an open folder that the path begins at.
    """
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        if stat.S_ISLNK(os.stat(path, dir_fd=inside, follow_symlinks=False).st_mode):
            raise LeftOut(LINK)
        number = os.open(path, flags, dir_fd=inside)
    except OSError:
        raise LeftOut(UNREADABLE) from None
    with os.fdopen(number, "rb") as file:
        if not stat.S_ISREG(os.fstat(number).st_mode):
            raise LeftOut(NO_FILE)
        data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise LeftOut(TOO_LARGE)
    items = parse(data)
    if not items:
        raise LeftOut(NO_PROGRESS)
    if not answered(items):
        raise LeftOut(NOTHING_DONE)
    return answered(items)


def of_homes(homes: Iterable[str | Path]) -> Room:
    """Return what each learner of a hub has noted.

    It is in `work/progress.json` of each home and no other file, so that nobody counts twice.
    `work` may be no link either. Whoever has no such file yet is not counted at all.
    """
    room = Room()
    for home in homes:
        _add_home(room, Path(home))
    return room


def _add_home(room: Room, home: Path) -> None:
    """Opened step by step, so that a learner who puts a link there meanwhile gains nothing."""
    try:
        work = os.open(home / "work", os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return
    try:
        os.stat("progress.json", dir_fd=work, follow_symlinks=False)
        room.add(Path("progress.json"), inside=work)
    except FileNotFoundError:
        return
    finally:
        os.close(work)


def of_folder(folder: Path) -> Room:
    """Return what is noted in the files below a folder, each taken for one person's."""
    room = Room()
    for number, path in enumerate(progress_files(folder)):
        if number == MOST_FILES:
            room.too_many = True
            break
        room.add(path)
    return room


# --- counting -----------------------------------------------------------------------------------


def standing(tried: list[Item]) -> tuple[int, int]:
    """Return how many passed, and how many are stuck, of those who tried an exercise."""
    passed = sum(bool(item.get("passed")) for item in tried)
    stuck = sum(not item.get("passed") and item.get("tries", 0) >= STUCK for item in tried)
    return passed, stuck


def mistakes_of(exercise: Exercise, tried: list[Item]) -> list[tuple[str, int]]:
    """Return the sentence for each known mistake, and how many people made it, the most first."""
    made_by = Counter(name for item in tried for name in item.get("mistakes", {}))
    said = [(exercise.sentence(name), count) for name, count in made_by.items()]
    return sorted(((one, n) for one, n in said if one), key=lambda pair: (-pair[1], pair[0]))


def choices_of(item: AnyPrediction | Quiz, everybody: list[dict[str, Item]]) -> Counter[str]:
    """Return how the room predicted or voted: the first choices that are valid ones."""
    noted = (items[item.id].get("first") for items in everybody if item.id in items)
    return Counter(choice for one in noted if (choice := item.read(one)) is not None)


def rows_of(item: GridRow, choices: Counter[str]) -> list[tuple[str, int, int]]:
    """Return for each place of the letters what it asks, how many said o, and how many x."""
    rows = []
    for place, column in enumerate(item.columns):
        opens = sum(count for choice, count in choices.items() if choice[place] == "o")
        rows.append((f"{place + 1}. {column.text}", opens, choices.total() - opens))
    return rows


def beliefs_of(item: AnyPrediction, choices: Counter[str]) -> list[tuple[str, int]]:
    """Return each belief, and how many hold it, the most frequent first."""
    held: Counter[str] = Counter()
    for choice, count in choices.items():
        for belief in item.beliefs_behind(choice):
            held[belief] += count
    return sorted(held.items(), key=lambda pair: (-pair[1], pair[0]))


def right_of(item: AnyPrediction | Quiz, choices: Counter[str]) -> int:
    """Return how many were right."""
    if isinstance(item, Quiz):
        return sum(count for choice, count in choices.items() if item.choices[choice].right)
    return sum(count for choice, count in choices.items() if came_true(item, choice))


# --- the report ---------------------------------------------------------------------------------


def report(room: Room, *, before: bool = False) -> Iterator[str]:
    """Yield the lines of the report: lesson by lesson, counts alone.

    `before` leaves out what is right and what is believed, so that it can be shown to the room
    before the experiment.
    """
    everybody = room.people
    if everybody:
        yield f"People who have recorded something: {len(everybody)}."
    else:
        yield "No progress file was found. Name a folder that contains files called progress.json."
    if words := room.left_out_in_words():
        yield _filled(words)
    courses = lessons_of(everybody)
    if any(standing(tried)[1] for course in courses for _, tried in tries(course, everybody)):
        yield STUCK_MEANS
    for course in courses:
        yield ""
        yield f"Lesson {course.number}"
        yield from _exercises(course, everybody)
        for item in course.predictions:
            yield from _prediction(item, choices_of(item, everybody), before)
        for question in course.quizzes:
            yield from _quiz(question, choices_of(question, everybody), before)


def lessons_of(everybody: list[dict[str, Item]]) -> list[Lesson]:
    """Return the lessons in which somebody noted something."""
    names = {name for items in everybody for name in items}
    courses = [lesson(number) for number in sorted({name[:2] for name in names})]
    return [course for course in courses if course is not None and set(course.items) & names]


def tries(course: Lesson, everybody: list[dict[str, Item]]) -> Iterator[tuple[str, list[Item]]]:
    """Yield the exercises and targets that somebody tried, with what each of them has noted."""
    for exercise in course.checked:
        tried = [items[exercise.id] for items in everybody if exercise.id in items]
        if tried:
            yield exercise.id, tried


def _exercises(course: Lesson, everybody: list[dict[str, Item]]) -> Iterator[str]:
    """How many passed each exercise, how many are stuck at it, and the mistakes that most made."""
    for name, tried in tries(course, everybody):
        passed, stuck = standing(tried)
        more = f", stuck: {stuck}" if stuck else ""
        yield f"  {name:<10} passed by {passed} of {len(tried)}{more}"
        for sentence, count in mistakes_of(course.items[name], tried)[:MOST_BELIEFS]:
            yield _indented(f"made by {count}: {sentence}")


def _prediction(item: AnyPrediction, choices: Counter[str], before: bool) -> Iterator[str]:
    """How the room chose, and the beliefs that are held most."""
    if not choices:
        return
    total = choices.total()
    came = "." if before else f". Came true for {right_of(item, choices)} of {total}."
    if isinstance(item, GridRow):
        yield f"  {item.id:<10} predicted by {total}{came}"
        yield from _rows(item, choices, before)
    else:
        yield _counted(item, choices, came)
    if not before:
        for belief, count in beliefs_of(item, choices)[:MOST_BELIEFS]:
            yield _indented(f"held by {count}: {belief}")


def _rows(item: GridRow, choices: Counter[str], before: bool) -> Iterator[str]:
    """What the letters mean, and a line for each of their places."""
    yield _indented(f"o: {item.words[0]}; x: {item.words[1]}")
    for (name, opens, refused), truth in zip(rows_of(item, choices), item.truth, strict=True):
        right = "" if before else f" (right: {truth})"
        yield _indented(f"{name}: o {opens}, x {refused}{right}")


def _quiz(item: Quiz, choices: Counter[str], before: bool) -> Iterator[str]:
    """How the room voted: the first choice of each."""
    if choices:
        right = f". Right first time for {right_of(item, choices)} of {choices.total()}."
        yield _counted(item, choices, "." if before else right)


def _counted(item: AnyPrediction | Quiz, choices: Counter[str], end: str) -> str:
    """Each choice and how often it was chosen: letters in their order, numbers in theirs."""
    order = float if isinstance(item, Estimate) else str
    chosen = ", ".join(f"{choice}: {choices[choice]}" for choice in sorted(choices, key=order))
    return _filled(f"  {item.id:<10} {chosen}{end}", subsequent_indent=INDENT)


def _indented(words: str) -> str:
    return _filled(words, initial_indent=INDENT, subsequent_indent=INDENT)


def _filled(words: str, initial_indent: str = "", subsequent_indent: str = "") -> str:
    """No line of it wider than a cell, and no word cut in two."""
    return fill(
        words,
        WIDTH,
        break_on_hyphens=False,
        initial_indent=initial_indent,
        subsequent_indent=subsequent_indent,
    )
