"""Compute and keep what lessons count over many thieves: `make conclusions`.

For each lesson with a module `draws`, all its draws, and for each with a module `dials`, each
setting of each dial, shared over the cores; its counts go to data/conclusions/lesson-NN.json. It
takes a quarter of an hour on two cores, and gives the same bytes on any machine. `make conclusions
ARGS=14` renews one lesson's.
"""

import importlib
import json
import os
import pathlib
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial

import course

FOLDER = course.HERE / "data" / "conclusions"


def one(module: str, number: int) -> dict[str, dict[str, int]]:
    """Return the counts of one draw of a lesson."""
    return importlib.import_module(module).draw(number)


def computed(module: str, count: int) -> dict[str, dict[str, list[int]]]:
    """Return the counts of all draws: by part and row, a number for each draw."""
    parts: dict[str, dict[str, list[int]]] = {}
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for number, found in enumerate(pool.map(partial(one, module), range(count)), 1):
            for part, rows in found.items():
                for row, value in rows.items():
                    parts.setdefault(part, {}).setdefault(row, []).append(value)
            print(f"{module}: {number} of {count} draws", flush=True)
    return parts


def of_dial(module: str, place: tuple[str, int]) -> dict[str, dict[str, int]]:
    """Return the counts at one setting of a dial."""
    return importlib.import_module(module).count_all(*place)


def turned(module: str) -> dict[str, dict[str, dict[str, dict[str, int]]]]:
    """Return the counts of all dials, by dial, setting and assumption.

    A count is how many each control stops.
    """
    places = [
        (dial, setting)
        for dial, settings in importlib.import_module(module).COUNTED_AT.items()
        for setting in settings
    ]
    dials: dict[str, dict[str, dict[str, dict[str, int]]]] = {}
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        counts = pool.map(partial(of_dial, module), places)
        for (dial, setting), found in zip(places, counts, strict=True):
            dials.setdefault(dial, {})[str(setting)] = found
            print(f"{module}: {dial} at {setting}", flush=True)
    return dials


def as_text(parts: dict[str, dict[str, list[int]]]) -> str:
    """Return the counts as JSON, one row per line."""
    blocks = []
    for part, rows in parts.items():
        lines = [f"  {json.dumps(row)}: {json.dumps(values)}" for row, values in rows.items()]
        blocks.append(f" {json.dumps(part)}: {{\n" + ",\n".join(lines) + "\n }")
    return "{\n" + ",\n".join(blocks) + "\n}\n"


def written(lesson: str, text: str) -> None:
    """Write what was counted for a lesson, such as 14."""
    FOLDER.mkdir(exist_ok=True)
    target: pathlib.Path = FOLDER / f"lesson-{lesson}.json"
    target.write_text(text, encoding="utf-8")
    print(f"{target.relative_to(course.HERE)} is written.")


def main(chosen: list[str]) -> int:
    lessons = course.HERE / "labutils" / "lessons"
    for path in sorted([*lessons.glob("lesson_??/draws.py"), *lessons.glob("lesson_??/dials.py")]):
        number, module = path.parent.name[-2:], f"labutils.lessons.{path.parent.name}.{path.stem}"
        if chosen and number not in chosen:
            continue
        if path.stem == "dials":
            written(number, json.dumps(turned(module), indent=1) + "\n")
        else:
            written(number, as_text(computed(module, importlib.import_module(module).DRAWS)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
