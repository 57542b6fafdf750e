"""Draw the house from its imports:

`python tools/house.py` writes docs/architecture.png and its sentence.

A room is a package of labutils. An arrow from one room to another has the number of modules of the
first that import from the second.
"""

import ast
import base64
import pathlib
import re
import sys
from collections import defaultdict

HERE = pathlib.Path(__file__).resolve().parent.parent
ROOMS = ("classroom", "stage", "incident", "identity", "lab")
PAGE = HERE / "docs" / "architecture.md"
PICTURE = HERE / "docs" / "architecture.png"
BEGIN, END = "<!-- house: written by tools/house.py -->", "<!-- end of house -->"


def modules() -> dict[str, list[str]]:
    """The modules of each room, without the package's own folder; a package in a room is one."""
    rooms: dict[str, list[str]] = {}
    for room in ROOMS:
        folder = HERE / "labutils" / room
        inside = sorted(folder.iterdir()) if folder.is_dir() else [folder.with_suffix(".py")]
        names = [
            path.stem for path in inside if path.suffix == ".py" or (path / "__init__.py").exists()
        ]
        rooms[room] = [name for name in names if name != "__init__"]
    return rooms


def room_of(path: pathlib.Path) -> str:
    """The room in which a file stands."""
    return path.relative_to(HERE / "labutils").parts[0].removesuffix(".py")


def imports() -> dict[tuple[str, str], int]:
    """How many modules of one room import from another."""
    arrows: dict[tuple[str, str], set[pathlib.Path]] = defaultdict(set)
    for path in sorted((HERE / "labutils").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            module = node.module if isinstance(node, ast.ImportFrom) else None
            if module and module.startswith("labutils."):
                target = module.split(".")[1]
                if room_of(path) in ROOMS and target in ROOMS and target != room_of(path):
                    arrows[room_of(path), target].add(path)
    return {pair: len(paths) for pair, paths in sorted(arrows.items())}


def sentence() -> str:
    """What the picture shows, in words."""
    order = {room: place for place, room in enumerate(ROOMS)}
    arrows = sorted(imports().items(), key=lambda pair: (order[pair[0][0]], order[pair[0][1]]))
    parts = [f"{count} of {one} import {other}" for (one, other), count in arrows]
    return f"{len(ROOMS)} rooms, and every arrow points down: {'; '.join(parts)}."


def draw():
    """The rooms from top to bottom, with their modules, and the arrows between them."""
    from matplotlib.patches import Rectangle

    from labutils.pictures.canvas import BLACK, GREY, canvas

    figure, axes = canvas(12, 7.4, (0, 12), (7.4, 0))
    axes.text(0.2, 0.35, "Imports point one way", size=13, weight="bold", va="center")
    middle = {}
    for place, (room, names) in enumerate(modules().items()):
        top = 0.75 + 1.3 * place
        middle[room] = top + 0.5
        axes.add_patch(Rectangle((0.2, top), 8.6, 1.0, facecolor="#f4f4f4", edgecolor="#999999"))
        axes.text(0.35, top + 0.22, room, size=11.5, weight="bold", va="center")
        words, lines = ", ".join(names), [""]
        for word in words.split(" "):
            if len(lines[-1]) + len(word) > 96:
                lines.append("")
            lines[-1] += f"{word} "
        for row, line in enumerate(lines[:3]):
            axes.text(
                0.35, top + 0.45 + 0.2 * row, line.strip(), size=8.5, va="center", color=BLACK
            )
    order = {room: place for place, room in enumerate(ROOMS)}
    arrows = sorted(imports().items(), key=lambda pair: [order[room] for room in pair[0]])
    for place, ((one, other), count) in enumerate(arrows):
        x = 9.1 + 0.26 * place
        axes.annotate(
            "",
            (x, middle[other]),
            (x, middle[one]),
            arrowprops={"arrowstyle": "-|>", "color": GREY, "lw": 1.2},
        )
        axes.text(x, middle[one] - 0.12, f"{count}", size=8.5, ha="center", va="center")
    return figure


def main() -> int:
    """Write the picture, and its sentence into the page."""
    from labutils.pictures.canvas import stored

    PICTURE.write_bytes(base64.b64decode(stored(draw())["image/png"]))
    text = PAGE.read_text(encoding="utf-8")
    page = f"{BEGIN}\n![{sentence()}](architecture.png)\n{END}"
    PAGE.write_text(re.sub(rf"(?s){BEGIN}.*{END}", lambda _: page, text), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
