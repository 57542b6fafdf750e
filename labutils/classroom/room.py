"""How a room is doing: progress files of many learners, counted, without names.

The files belong to strangers. Each is read without following a link, up to 64 KiB, and of what is
in it only the names that the course knows count.
"""

import os
import stat
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from textwrap import fill

from labutils.classroom.exercises import came_true
from labutils.classroom.progress import LARGEST, Item, parse
from labutils.classroom.registry import AnyPrediction, Exercise, Lesson, lesson

DEEPEST = 4  # folders below the one that is named: a hub has HOME/course/work
MOST_FILES = 2_000
STUCK = 3  # tries without a pass
WIDTH = 100


def progress_files(folder: Path) -> Iterator[Path]:
    """The progress files below a folder, in order: `progress.json`, or `….progress.json`."""
    base = len(folder.parts)
    count = 0
    for where, folders, names in os.walk(folder, followlinks=False):
        folders[:] = sorted(folders) if len(Path(where).parts) - base < DEEPEST else []
        for name in sorted(names):
            if name == "progress.json" or name.endswith(".progress.json"):
                count += 1
                if count > MOST_FILES:
                    return
                yield Path(where, name)


def read(path: Path, inside: int | None = None) -> dict[str, Item] | None:
    """One progress file, or None where it is a link, no regular file, or cannot be read.

    `inside` is an open folder that the path begins at.
    """
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        if inside is None and path.is_symlink():
            return None
        number = os.open(path, flags, dir_fd=inside)
    except OSError:
        return None
    with os.fdopen(number, "rb") as file:
        if not stat.S_ISREG(os.fstat(number).st_mode):
            return None
        return parse(file.read(LARGEST + 1))


def of_homes(homes: Iterable[str | Path]) -> list[dict[str, Item]]:
    """What each learner of a hub has noted: of each home `work/progress.json` and no other file, so
    that nobody counts twice. `work` may be no link either."""
    noted = (_of_home(Path(home)) for home in homes)
    return [items for items in noted if items]


def _of_home(home: Path) -> dict[str, Item] | None:
    """Opened step by step, so that a learner who puts a link there meanwhile gains nothing."""
    try:
        work = os.open(home / "work", os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        return read(Path("progress.json"), inside=work)
    finally:
        os.close(work)


def people(folder: Path) -> list[dict[str, Item]]:
    """What each learner has noted; whoever noted nothing is left out."""
    found = (read(path) for path in progress_files(folder))
    return [items for items in found if items]


# --- the report ---------------------------------------------------------------------------------


def report(everybody: list[dict[str, Item]]) -> Iterator[str]:
    """The lines of the report: lesson by lesson, counts alone."""
    if not everybody:
        yield "No progress file was found. Name a folder with files called progress.json in it."
        return
    yield f"{len(everybody)} with something noted."
    numbers = sorted({name[:2] for items in everybody for name in items})
    for number in numbers:
        course = lesson(number)
        if course is not None and any(set(course.items) & set(items) for items in everybody):
            yield ""
            yield f"Lesson {number}"
            yield from _exercises(course, everybody)
            yield from _predictions(course, everybody)


def _exercises(course: Lesson, everybody: list[dict[str, Item]]) -> Iterator[str]:
    """How many passed each exercise, and how many are stuck at it."""
    for exercise in course.checked:
        tried = [items[exercise.id] for items in everybody if exercise.id in items]
        if tried:
            yield f"  {exercise.id:<10} {_standing(tried)}"


def standing(tried: list[Item]) -> tuple[int, int]:
    """How many passed, and how many are stuck, of those who tried an exercise."""
    passed = sum(bool(item.get("passed")) for item in tried)
    stuck = sum(not item.get("passed") and item.get("tries", 0) >= STUCK for item in tried)
    return passed, stuck


def _standing(tried: list[Item]) -> str:
    passed, stuck = standing(tried)
    return f"passed by {passed} of {len(tried)}" + (f", stuck: {stuck}" if stuck else "")


def _predictions(course: Lesson, everybody: list[dict[str, Item]]) -> Iterator[str]:
    """How the room chose, and the belief that is held most."""
    for item in course.predictions:
        choices = choices_of(item, everybody)
        if not choices:
            continue
        right = sum(n for choice, n in choices.items() if came_true(item, choice))
        chosen = ", ".join(f"{choice}: {n}" for choice, n in sorted(choices.items()))
        yield f"  {item.id:<10} {chosen}. Came true for {right} of {sum(choices.values())}."
        beliefs: Counter[str] = Counter()
        for choice, count in choices.items():
            if belief := item.belief(choice):
                beliefs[belief] += count
        if beliefs:
            belief, count = min(beliefs.items(), key=lambda pair: (-pair[1], pair[0]))
            words = f"held most, by {count}: {belief}"
            yield fill(words, WIDTH, initial_indent=" " * 13, subsequent_indent=" " * 13)


def choices_of(item: AnyPrediction, everybody: list[dict[str, Item]]) -> Counter[str]:
    """How the room predicted: the first choices that are choices of this prediction."""
    noted = (items[item.id].get("first") for items in everybody if item.id in items)
    return Counter(choice for one in noted if (choice := item.read(one)) is not None)


def stuck_at(everybody: list[dict[str, Item]]) -> dict[str, int]:
    """Where people are stuck, and how many: exercises and targets tried in vain three times."""
    counts: Counter[str] = Counter()
    for items in everybody:
        for name, item in items.items():
            course = lesson(name[:2])
            known = course is not None and isinstance(course.items.get(name), Exercise)
            if known and not item.get("passed") and item.get("tries", 0) >= STUCK:
                counts[name] += 1
    return dict(counts)
