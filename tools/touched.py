"""Run the tests that a change touches.

`python tools/touched.py`; of some lessons: with their numbers; of one exercise: with its id, such
as 12-10. What changed is what git sees: the working copy, or else the last commit. For a module its
own tests run, and those that import it, where these are few; for a lesson its tests, the rails
about it, and its stored outputs. `make test` runs everything.
"""

import pathlib
import re
import subprocess
import sys

import course
import house
import lessons

from labutils.classroom.course import lesson
from labutils.sheets import SheetError

HERE = course.HERE
FEW = 8  # test files that import a changed module, and still run
OF_AN_EXERCISE = [
    "tests/lessons/test_answers.py",
    "tests/lessons/test_loosened.py",
    "tests/lessons/test_trials.py",
    "tests/lessons/test_battery.py",
]
ABOUT_A_LESSON = [
    "tests/notebooks",
    *OF_AN_EXERCISE,
    "tests/lessons/test_wrong_answers.py",
]


def changed() -> list[str]:
    """Return the files that differ from the last commit; if none does, those of that commit."""

    def git(*arguments: str) -> list[str]:
        done = subprocess.run(
            ["git", *arguments], cwd=HERE, capture_output=True, encoding="utf-8", check=False
        )
        return done.stdout.splitlines()

    now = {*git("diff", "--name-only", "HEAD"), *git("ls-files", "--others", "--exclude-standard")}
    return sorted(now or git("diff", "--name-only", "HEAD~1"))


def tests() -> list[pathlib.Path]:
    """Return every test file except those that have a verb of their own."""
    extras = [HERE / path for path in course.EXTRAS]
    found = sorted((HERE / "tests").rglob("test_*.py"))
    return [path for path in found if not any(extra in (path, *path.parents) for extra in extras)]


def mirrors(path: str) -> list[str]:
    """Return the test files named for a module: identity/tokens.py has test_tokens.py."""
    inside = pathlib.Path(path).relative_to("labutils")
    folder, name = HERE / "tests" / inside.parent, inside.stem
    return [
        str(one.relative_to(HERE))
        for one in (sorted(folder.glob("test_*.py")) if folder.is_dir() else [])
        if re.fullmatch(rf"test_{name}(_\w+)?", one.stem)
    ]


def importers(module: str) -> list[str]:
    """Return the test files that import a module."""
    return [
        str(path.relative_to(HERE))
        for path in tests()
        if module in house.imported(path.read_text(encoding="utf-8"), "")
    ]


def lesson_numbers(paths: list[str]) -> set[str]:
    """Return the lessons that these files belong to."""
    named = re.compile(r"(?:lessons/lesson_|notebooks/)(\d\d)")
    return {match[1] for path in paths if (match := named.search(path))}


def chosen(paths: list[str]) -> tuple[set[str], list[str]]:
    """Return the test files for these changes, and in sentences what is left to `make test`."""
    files: set[str] = set()
    left = []
    for path in paths:
        if path.startswith("tests/") and pathlib.Path(path).name.startswith("test_"):
            files.add(path)
        elif path.startswith("labutils/") and path.endswith(".py"):
            files |= set(mirrors(path))
            module = house.module_of(HERE / path)
            using = importers(module)
            if len(using) <= FEW:
                files |= set(using)
            else:
                left.append(f"{len(using)} test files import {module}.")
        elif path.startswith(("tools/", "docs/", "README")) or path.endswith((".toml", ".yml")):
            files |= {"tests/tools/test_course.py", "tests/tools/test_house.py"}
    return {one for one in files if (HERE / one).exists()}, left


def of_lessons(numbers: set[str]) -> int:
    """Run the tests of these lessons: their own, the rails about each, their stored outputs."""
    python = [*course.PYTEST, *course.on_all_cores()]
    named = " or ".join(f"[{number} or -{number}" for number in sorted(numbers))
    folders = [folder for folder in map(lessons.tests_of, sorted(numbers)) if folder.exists()]
    notebooks = [lessons.notebook(number) for number in sorted(numbers)]
    own = [path for path in notebooks if path.parent == lessons.NOTEBOOKS]
    guests = [path for path in notebooks if path not in own]
    statuses = [course.run(*python, *ABOUT_A_LESSON, "-k", named)]
    if own:
        statuses.append(course.run(*python, *course.NBVAL, *folders, *own))
    if guests:  # elsewhere, so without the settings of the course's own folder
        alone = [*course.PYTEST, "-c", "pyproject.toml", "--rootdir", HERE]
        statuses.append(course.run(*alone, *course.NBVAL, *guests))
    return next((status for status in statuses if status not in (0, course.NO_TESTS)), 0)


def whole(number: str) -> None:
    """Read a lesson, and exit with the sentence where a piece of its exercises is missing."""
    try:
        lesson(number)
    except SheetError as error:
        sys.exit(str(error))


def of_exercises(identifiers: list[str]) -> int:
    """Run the tests of these exercises, whatever else their lesson has."""
    named = " or ".join(f"[{identifier}]" for identifier in identifiers)
    for number in sorted({identifier[:2] for identifier in identifiers}):
        whole(number)
    status = course.run(*course.PYTEST, *OF_AN_EXERCISE, "-k", named)
    if status == course.NO_TESTS:
        print(f"No exercise is called {' or '.join(identifiers)}: exercises.yaml has the names.")
    return int(status)


def main(named: list[str]) -> int:
    """Run the tests that were named or touched; return pytest's exit status."""
    try:
        if exercises := [one for one in named if "-" in one]:
            return of_exercises(exercises)
        if named:
            return of_lessons(set(named))
        paths = changed()
        files, left = chosen(paths)
        about = lesson_numbers([path for path in paths if (HERE / path).exists()])
        outside = sorted(one for one in files if not lesson_numbers([one]))
        for sentence in (*left, *([] if outside or about else ["No test is about this change."])):
            print(f"{sentence} make test runs all.")
        status = course.run(*course.PYTEST, *course.on_all_cores(), *outside) if outside else 0
        return status or (of_lessons(about) if about else 0)
    except LookupError as error:
        sys.exit(str(error.args[0]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
