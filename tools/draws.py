"""What lessons conclude over many draws, computed and kept: `make conclusions`.

For each lesson with a module `draws`, all its draws, shared over the cores; its counts go to
data/conclusions/lesson-NN.json. It takes half an hour on two cores, and gives the same bytes on any
machine.
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
    """A draw of a lesson."""
    return importlib.import_module(module).draw(number)


def computed(module: str, count: int) -> dict[str, dict[str, list[int]]]:
    """The counts of all draws: by part and row, a number a draw."""
    parts: dict[str, dict[str, list[int]]] = {}
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for number, found in enumerate(pool.map(partial(one, module), range(count)), 1):
            for part, rows in found.items():
                for row, value in rows.items():
                    parts.setdefault(part, {}).setdefault(row, []).append(value)
            print(f"{module}: {number} of {count} draws", flush=True)
    return parts


def as_text(parts: dict[str, dict[str, list[int]]]) -> str:
    """The counts as JSON, a row a line."""
    blocks = []
    for part, rows in parts.items():
        lines = [f"  {json.dumps(row)}: {json.dumps(values)}" for row, values in rows.items()]
        blocks.append(f" {json.dumps(part)}: {{\n" + ",\n".join(lines) + "\n }")
    return "{\n" + ",\n".join(blocks) + "\n}\n"


def main() -> int:
    for path in sorted((course.HERE / "labutils" / "lessons").glob("lesson_??/draws.py")):
        module = f"labutils.lessons.{path.parent.name}.draws"
        parts = computed(module, importlib.import_module(module).DRAWS)
        FOLDER.mkdir(exist_ok=True)
        target: pathlib.Path = FOLDER / f"lesson-{path.parent.name[-2:]}.json"
        target.write_text(as_text(parts), encoding="utf-8")
        print(f"{target.relative_to(course.HERE)} is written.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
