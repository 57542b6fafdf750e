"""Draw the house from its imports, or print how large each room is.

`python tools/house.py` writes docs/architecture.png and its sentence; `python tools/house.py lines`
prints how large each room is, and which modules of stage and classroom have one lesson as their
only user. A room is a package of labutils. An arrow from one room to another has the number of
modules of the first that import from the second.
"""

import ast
import base64
import json
import pathlib
import re
import sys
from collections import Counter, defaultdict
from functools import cache
from textwrap import wrap

import lessons

HERE = pathlib.Path(__file__).resolve().parent.parent
LABUTILS = HERE / "labutils"
# From top to bottom; a room uses those below it. Two rooms on one floor do not use each other.
FLOORS = (
    ("lessons",),
    ("instruments",),
    ("classroom",),
    ("live",),
    ("stage", "capstone"),
    ("pictures",),
    ("incident",),
    ("har", "hunt"),
    ("identity",),
    ("sheets",),
    ("lab",),
    ("command_line", "text"),
)
ROOMS = [
    room
    for floor in FLOORS[:-1]
    for room in floor
    if (LABUTILS / room).exists() or (LABUTILS / f"{room}.py").exists()
]
FLOOR = {room: place for place, floor in enumerate(FLOORS) for room in floor}
PAGE = HERE / "docs" / "architecture.md"
PICTURE = HERE / "docs" / "architecture.png"
BEGIN, END = "<!-- house: written by tools/house.py -->", "<!-- end of house -->"


# --- who imports whom ----------------------------------------------------------------------------


def module_of(path: pathlib.Path) -> str:
    """Return the dotted name of a file of labutils."""
    parts = path.relative_to(HERE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def sources() -> dict[str, pathlib.Path]:
    """Return every module of labutils, by its dotted name."""
    return {module_of(path): path for path in sorted(LABUTILS.rglob("*.py"))}


@cache
def parsed(text: str) -> ast.Module:
    """Return the syntax tree of a text, which is parsed only once."""
    return ast.parse(text)


@cache
def imported(text: str, module: str, is_package: bool = False) -> frozenset[str]:
    """Return the modules of labutils that a text imports, at its top or in a function.

    Relative imports count too.
    """
    found: set[str] = set()
    for node in ast.walk(parsed(text)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = module.split(".")[: len(module.split(".")) - node.level + is_package]
                base = ".".join([*above, *filter(None, [node.module])])
            found |= {base, *(f"{base}.{alias.name}" for alias in node.names)}
    return frozenset(found & set(sources()))


@cache
def imports_of(module: str) -> frozenset[str]:
    """Return the modules of labutils that a module of labutils imports, except itself."""
    path = sources()[module]
    found = imported(path.read_text(encoding="utf-8"), module, path.name == "__init__.py")
    return frozenset(name for name in found if name != module)


def room_of(module: str) -> str:
    """Return the room of a module.

    It is empty for labutils itself, and for the commands of a room, which are what the command line
    consists of.
    """
    return "" if module.endswith(".commands") else module.partition(".")[2].partition(".")[0]


def lesson_of(module: str) -> str:
    """Return the number of the lesson to which a module belongs, or an empty text."""
    match = re.match(r"labutils\.lessons\.lesson_(\d\d)\b", module)
    return match[1] if match else ""


def arrows() -> dict[tuple[str, str], int]:
    """Return how many modules of one room import from another."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for module in sources():
        for other in imports_of(module):
            one, two = room_of(module), room_of(other)
            if one in ROOMS and two in ROOMS and one != two:
                found[one, two].add(module)
    order = {room: place for place, room in enumerate(ROOMS)}
    pairs = sorted(found, key=lambda pair: (order[pair[0]], order[pair[1]]))
    return {pair: len(found[pair]) for pair in pairs}


def wrong_arrows() -> list[tuple[str, str]]:
    """Return (module, what it imports) wherever the latter is on the same floor or above."""
    return [
        (module, other)
        for module in sources()
        for other in sorted(imports_of(module))
        if room_of(module) in FLOOR
        and room_of(other) in FLOOR
        and room_of(module) != room_of(other)
        and FLOOR[room_of(module)] >= FLOOR[room_of(other)]
    ]


def between_lessons() -> list[tuple[str, str]]:
    """Return (module, what it imports) where a lesson imports another one."""
    return [
        (module, other)
        for module in sources()
        for other in sorted(imports_of(module))
        if lesson_of(module) and lesson_of(other) and lesson_of(module) != lesson_of(other)
    ]


def code_of(notebook: pathlib.Path) -> str:
    """Return all code of a notebook, as one text."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")


@cache
def users() -> dict[str, frozenset[str]]:
    """Return who imports each module: modules of labutils, and notebooks by lesson number."""
    found: dict[str, set[str]] = defaultdict(set)
    for module in sources():
        for other in imports_of(module):
            found[other].add(module)
    for notebook in lessons.paths():
        for other in imported(code_of(notebook), ""):
            found[other].add(notebook.name[:2])
    return {module: frozenset(names) for module, names in found.items()}


def lessons_using(module: str, seen: frozenset[str] = frozenset()) -> frozenset[str]:
    """Return who uses a module in the end.

    They are lessons by number, through modules of the same room, and every other room by its name.
    """
    found: set[str] = set()
    for user in users().get(module, frozenset()) - seen:
        if user.isdecimal() or lesson_of(user):
            found.add(user if user.isdecimal() else lesson_of(user))
        elif room_of(user) == room_of(module):
            found |= lessons_using(user, seen | {module})
        else:
            found.add(room_of(user) or "labutils")
    return frozenset(found)


def of_one_lesson() -> dict[str, str]:
    """Return the modules of stage and classroom that only one lesson uses, with its number."""
    return {
        module: next(iter(using))
        for module in sources()
        if room_of(module) in ("stage", "classroom")
        and len(using := lessons_using(module)) == 1
        and next(iter(using)).isdecimal()
    }


def class_names() -> dict[str, list[str]]:
    """Return the modules that define a class, by its name, in all rooms but the lessons."""
    found: dict[str, list[str]] = defaultdict(list)
    for module, path in sources().items():
        if room_of(module) != "lessons":
            for node in parsed(path.read_text(encoding="utf-8")).body:
                if isinstance(node, ast.ClassDef):
                    found[node.name].append(module)
    return dict(found)


# --- how large -----------------------------------------------------------------------------------


def lines() -> dict[str, Counter[str]]:
    """Return the lines of each room: of code (Python), of questions (YAML), and its modules."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for path in sorted(LABUTILS.rglob("*")):
        if path.suffix in (".py", ".yaml"):
            inside = path.relative_to(LABUTILS).parts
            room = inside[0].removesuffix(".py")
            room = f"{room}/{inside[1]}" if room == "lessons" and len(inside) > 2 else room
            count = len(path.read_text(encoding="utf-8").splitlines())
            found[room][path.suffix] += count
            found[room]["modules"] += path.suffix == ".py"
    return dict(found)


def print_lines() -> None:
    """Print the lines of each room, and the modules that only one lesson uses.

    The latter are those of stage and classroom.
    """
    print(f"{'room':<20} {'modules':>7} {'Python':>8} {'YAML':>7}")
    total: Counter[str] = Counter()
    for room, count in lines().items():
        print(f"{room:<20} {count['modules']:>7} {count['.py']:>8,} {count['.yaml']:>7,}")
        total["engine" if not room.startswith("lessons") else "lessons"] += count[".py"]
        total["questions"] += count[".yaml"]
    print(
        f"The engine has {total['engine']:,} lines, the lessons {total['lessons']:,} and "
        f"{total['questions']:,} of questions."
    )
    alone = of_one_lesson()
    print(f"Modules of stage and classroom with one lesson as their only user: {len(alone)}")
    for module, number in alone.items():
        print(f"  {module}: lesson {number}")


# --- the drawing ---------------------------------------------------------------------------------


def modules() -> dict[str, list[str]]:
    """Return the modules of each room, without the package's own; a package in a room is one."""
    rooms: dict[str, list[str]] = {}
    for room in ROOMS:
        folder = LABUTILS / room
        inside = sorted(folder.iterdir()) if folder.is_dir() else [folder.with_suffix(".py")]
        names = [
            path.stem for path in inside if path.suffix == ".py" or (path / "__init__.py").exists()
        ]
        rooms[room] = [name for name in names if name != "__init__"]
    return rooms


def sentence() -> str:
    """Return what the picture shows, in words."""
    parts = [f"{count} of {one} import {other}" for (one, other), count in arrows().items()]
    return f"{len(ROOMS)} rooms, and every arrow points down: {'; '.join(parts)}."


def draw():
    """Return a picture of the rooms from top to bottom, with their modules and whom each uses."""
    from matplotlib.patches import Rectangle

    from labutils.pictures.canvas import BLACK, GREY, canvas

    height = 1.06 * len(ROOMS) + 0.9
    figure, axes = canvas(12, 0.94 * height, (0, 12), (height, 0))
    axes.text(0.2, 0.35, "Imports point one way: down", size=14, weight="bold", va="center")
    axes.text(8.85, 0.35, "modules that use", size=11, color=GREY, va="center")
    used = arrows()
    for place, (room, names) in enumerate(modules().items()):
        top = 0.75 + 1.06 * place
        axes.add_patch(Rectangle((0.2, top), 8.4, 0.92, facecolor="#f4f4f4", edgecolor="#999999"))
        axes.text(0.35, top + 0.2, room, size=12, weight="bold", va="center")
        for row, line in enumerate(wrap(", ".join(names), 92)[:3]):
            axes.text(0.35, top + 0.42 + 0.19 * row, line, size=9, va="center", color=BLACK)
        below = [f"{count} {other}" for (one, other), count in used.items() if one == room]
        for row, line in enumerate(wrap(", ".join(below), 38)[:4]):
            axes.text(8.85, top + 0.16 + 0.2 * row, line, size=10, va="center", color=GREY)
        if place:
            axes.annotate(
                "",
                (4.4, top),
                (4.4, top - 0.14),
                arrowprops={"arrowstyle": "-|>", "color": GREY, "lw": 1.2},
            )
    return figure


def main() -> int:
    """Write the picture, and its sentence into the page; with `lines`, print how large it is."""
    if sys.argv[1:] == ["lines"]:
        print_lines()
        return 0
    from labutils.pictures.canvas import stored

    PICTURE.write_bytes(base64.b64decode(stored(draw())["image/png"]))
    text = PAGE.read_text(encoding="utf-8")
    page = f"{BEGIN}\n![{sentence()}](architecture.png)\n{END}"
    PAGE.write_text(re.sub(rf"(?s){BEGIN}.*{END}", lambda _: page, text), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
