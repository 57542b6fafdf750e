"""The rails of the house: where a line of code belongs, and who may use it."""

import ast
import copy
import re
from collections import defaultdict

import house
import pytest
from places import LABUTILS, ROOT, TESTS
from rails import demand, demand_none
from tables import table

MODULES = house.sources()


def where(module: str) -> str:
    return MODULES[module].relative_to(ROOT).as_posix()


# --- arrows ---------------------------------------------------------------------------------------


def test_arrows_point_down():
    demand_none(
        f"{where(module)} imports from {other}, which stands above it or beside it. Move what it "
        "needs down, or the module up."
        for module, other in house.wrong_arrows()
    )


def test_no_lesson_imports_another():
    demand_none(
        f"{where(module)} imports from {other}. What two lessons use belongs to stage."
        for module, other in house.between_lessons()
    )


def test_nothing_in_stage_or_classroom_has_one_lesson_as_its_only_user():
    demand_none(
        f"{where(module)} is used by lesson {number} alone. Move it to "
        f"labutils/lessons/lesson_{number}."
        for module, number in house.of_one_lesson().items()
    )


def test_inside_a_lesson_imports_are_relative():
    demand_none(
        f"{where(module)}, line {node.lineno}: write `from .{node.module.split('.')[-1]} import`."
        for module, path in MODULES.items()
        if house.lesson_of(module)
        for node in ast.walk(house.parsed(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and house.lesson_of(node.module or "")
    )


def test_the_rooms_are_those_of_the_page():
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    named = re.findall(r"(?m)^\| `(\w+)` \|", page)
    assert named == house.ROOMS


@table(
    ("text", "module", "is_package", "found"),
    [
        ("from labutils.har import names", "labutils.hunt.why", False, "har har.names"),
        ("def f():\n    import labutils.lab", "", False, "lab"),
        ("from . import thieves", "labutils.lessons.lesson_14.worlds", False, "14 14.thieves"),
        ("from .thieves import drawn", "labutils.lessons.lesson_14", True, "14.thieves"),
        ("from .thieves import drawn", "labutils.lessons.lesson_14.worlds", False, "14.thieves"),
        ("import json, httpx", "labutils.lab", False, ""),
    ],
)
def test_imports_are_found_wherever_they_stand_and_however_they_are_written(
    text, module, is_package, found
):
    names = {name.removeprefix("labutils.") for name in house.imported(text, module, is_package)}
    assert names == {f"lessons.lesson_{name}" if name[0] == "1" else name for name in found.split()}


def test_a_module_of_one_lesson_is_noticed(monkeypatch):
    """Reached directly, or through another module of the stage."""
    used = {
        "labutils.stage.one": {"14", "labutils.lessons.lesson_14.worlds"},
        "labutils.stage.two": {"labutils.stage.one"},
        "labutils.stage.three": {"14", "labutils.lessons.lesson_15.exercises"},
        "labutils.classroom.four": {"labutils.__main__"},
    }
    monkeypatch.setattr(house, "users", lambda: used)
    monkeypatch.setattr(house, "sources", lambda: dict.fromkeys(used))
    assert house.of_one_lesson() == {"labutils.stage.one": "14", "labutils.stage.two": "14"}


# --- names ----------------------------------------------------------------------------------------


def test_in_the_engine_a_class_name_stands_once():
    demand_none(
        f"{name} is a class in {' and in '.join(modules)}. Call one of them something else."
        for name, modules in house.class_names().items()
        if len(modules) > 1
    )


# --- tests mirror the tree ------------------------------------------------------------------------

MIRRORED = (
    "identity",
    "har",
    "hunt",
    "incident",
    "pictures",
    "stage",
    "classroom",
    "instruments",
    "lessons",
)


def subjects_of(folder: str) -> set[str]:
    """What a test in that folder of tests/ may be called for: modules and packages beside it, and
    the package itself."""
    mirrored = LABUTILS / folder
    inside = {path.stem for path in mirrored.iterdir() if path.suffix in (".py", "")}
    return (inside | {mirrored.name}) - {"__init__", "__pycache__"}


def test_each_test_module_is_called_for_what_it_tests():
    """tests/identity/test_tokens.py tests identity/tokens.py; an aspect may follow the name."""
    faults = []
    for path in sorted(TESTS.rglob("test_*.py")):
        folder = path.parent.relative_to(TESTS).as_posix()
        if folder.split("/")[0] in MIRRORED and folder != "lessons":
            name = path.stem.removeprefix("test_")
            if not any(re.fullmatch(rf"{one}(_\w+)?", name) for one in subjects_of(folder)):
                faults.append(f"{path.relative_to(ROOT)}: there is no labutils/{folder}/{name}.py.")
    demand_none(faults)


def imported_by(path, seen=()):
    """The modules of labutils that a test imports, by itself or through the helpers it uses."""
    text = path.read_text(encoding="utf-8")
    found = house.imported(text, "")
    for node in ast.walk(house.parsed(text)):
        if isinstance(node, ast.ImportFrom):
            helper = TESTS / "helpers" / f"{node.module}.py"
            if helper.exists() and helper not in seen:
                found |= imported_by(helper, (*seen, helper))
    return found


def test_the_tests_of_a_room_import_nothing_that_stands_above_it():
    faults = []
    for path in sorted(TESTS.rglob("test_*.py")):
        room = path.relative_to(TESTS).parts[0]
        if room in MIRRORED:
            above = {
                other
                for other in imported_by(path)
                if house.FLOOR.get(house.room_of(other), 99) < house.FLOOR[room]
            }
            faults += [
                f"{path.relative_to(ROOT)} imports {other}, which stands above {room}."
                for other in sorted(above)
                if room != "classroom"  # the lessons are what its verbs are tried on
            ]
    demand_none(faults)


def test_each_module_of_the_engine_has_a_test_that_runs_it():
    """Directly, or through a module of the same room that it serves."""
    reached = {name for path in TESTS.rglob("test_*.py") for name in imported_by(path)}
    reached |= {module for module in MODULES if house.lesson_of(module)}  # tests/lessons runs all
    while more := {name for one in reached for name in house.imports_of(one)} - reached:
        reached |= more
    demand_none(
        f"{where(module)} is imported by no test, by none of the modules that a test imports."
        for module in MODULES
        if module not in reached and module not in ("labutils", "labutils.lessons")
    )


# --- docstrings -----------------------------------------------------------------------------------


def without_docstring(tree):
    """What has none in a module: the module itself, public functions and classes."""
    if not ast.get_docstring(tree):
        yield "the module"
    for node in tree.body:
        public = isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name[0] != "_"
        if public and not ast.get_docstring(node):
            yield node.name


def test_every_public_function_says_what_it_does():
    demand_none(
        f"{where(module)}: {name} has no docstring. Say in one line what it does."
        for module, path in MODULES.items()
        if path.name not in ("exercises.py", "target.py")
        for name in without_docstring(house.parsed(path.read_text(encoding="utf-8")))
    )


def raised_in(node: ast.FunctionDef) -> set[str]:
    """The exceptions that a function raises itself, by name, outside of what it tries."""
    tried = {
        one
        for block in ast.walk(node)
        if isinstance(block, ast.Try) and block.handlers
        for statement in block.body
        for one in ast.walk(statement)
    }
    calls = [
        one.exc.func
        for one in ast.walk(node)
        if isinstance(one, ast.Raise) and one not in tried and isinstance(one.exc, ast.Call)
    ]
    names = {call.id if isinstance(call, ast.Name) else call.attr for call in calls}
    return {name for name in names if name[0].isupper()}


def silent_about(tree: ast.Module):
    """(function, exception) for each public function or method that raises something, where neither
    its docstring nor that of its class or module says that it raises (this, or a base of it)."""
    bodies = [("", tree.body, ast.get_docstring(tree) or "")]
    bodies += [
        (f"{node.name}.", node.body, ast.get_docstring(node) or "")
        for node in tree.body
        if isinstance(node, ast.ClassDef) and node.name[0] != "_"
    ]
    for prefix, body, above in bodies:
        for node in body:
            if isinstance(node, ast.FunctionDef) and node.name[0] != "_":
                said = (ast.get_docstring(node) or "") + above
                for name in sorted(raised_in(node)):
                    if not re.search(r"\b[Rr]aise", said):
                        yield f"{prefix}{node.name}", name


def test_a_docstring_says_what_is_raised():
    demand_none(
        f"{where(module)}: {function} raises {name}, and its docstring does not say so."
        for module, path in MODULES.items()
        if house.room_of(module) != "lessons"
        for function, name in silent_about(house.parsed(path.read_text(encoding="utf-8")))
    )


@pytest.mark.parametrize(
    ("code", "faults"),
    [
        ('def f():\n    """F."""\n    raise KeyError("x")', [("f", "KeyError")]),
        ('def f():\n    """F. Raises KeyError."""\n    raise KeyError("x")', []),
        ('def _f():\n    """F."""\n    raise KeyError("x")', []),
        (
            'def f():\n    """F."""\n    try:\n        raise KeyError("x")\n'
            "    except KeyError:\n        pass",
            [],
        ),
        ('class A:\n    """A."""\n\n    def f(self):\n        raise a.B("x")', [("A.f", "B")]),
    ],
)
def test_the_rail_of_what_is_raised_can_fail(code, faults):
    assert list(silent_about(ast.parse(code))) == faults


# --- nothing twice --------------------------------------------------------------------------------

OWN = [*MODULES.values(), *sorted((ROOT / "tools").rglob("*.py"))]


def head_of(node):
    """A statement without what stands in its block."""
    head = copy.copy(node)
    for block in ("body", "orelse"):
        if isinstance(getattr(node, block, None), list):
            setattr(head, block, [])
    return head


def statements(path):
    """(line, text) of each simple statement or head of a block; imports and docstrings left out."""
    found = []
    for node in ast.walk(house.parsed(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.stmt) and not isinstance(node, ast.Import | ast.ImportFrom):
            text = ast.unparse(head_of(node)).partition("\n")[0]
            if not isinstance(node, ast.Expr) or not isinstance(node.value, ast.Constant):
                found.append((node.lineno, text))
    return sorted(found)


def test_no_six_statements_stand_twice():
    places = defaultdict(list)
    for path in OWN:
        if "node_modules" in path.parts:
            continue
        lines = statements(path)
        for start in range(len(lines) - 5):
            window = tuple(line for _, line in lines[start : start + 6])
            places[window].append(f"{path.relative_to(ROOT)}:{lines[start][0]}")
    demand_none(
        f"The same six statements begin at {' and at '.join(found)}. Make a function of them."
        for found in places.values()
        if len(found) > 1
    )


# --- a test over nothing --------------------------------------------------------------------------


def test_a_parametrised_test_over_an_empty_list_fails(pytestconfig):
    assert pytestconfig.getini("empty_parameter_set_mark") == "fail_at_collect"


# --- the page -------------------------------------------------------------------------------------


def test_the_drawing_of_the_house_is_of_todays_imports():
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    demand(
        house.sentence() in page,
        "The imports changed, and docs/architecture.md shows the old ones: python tools/house.py",
    )


def walks() -> dict[str, list[tuple[str, list[str]]]]:
    """The walks of docs/architecture.md: by title, the modules in order with the names told."""
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    found = {}
    for title, text in re.findall(r"(?m)^### (.+)\n\n((?:\d\. .+\n)+)", page):
        steps = []
        for module, said in re.findall(
            r"`(?:labutils/)?([\w/-]+\.(?:py|yaml|ipynb))`"
            r"([^`]*(?:`(?![\w/-]+\.(?:py|yaml|ipynb))[^`]*`[^`]*)*)",
            text,
        ):
            steps.append((module, re.findall(r"`([A-Za-z_][\w.]*)`", said)))
        found[title] = steps
    return found


def test_there_are_six_walks_and_none_goes_back_more_than_twice():
    for title, steps in walks().items():
        modules = [module for module, _ in steps]
        returns = sum(module in modules[:place] for place, module in enumerate(modules))
        assert len(steps) >= 4 and returns <= 2, f"{title}: {modules}"
    assert len(walks()) == 6


@table("title", walks())
def test_each_name_of_a_walk_is_defined_where_the_walk_says(title):
    for module, names in walks()[title]:
        path = next(
            one
            for one in (LABUTILS / module, ROOT / module, ROOT / "tests" / module)
            if one.exists()
        )
        text = path.read_text(encoding="utf-8")
        for name in names:
            known = re.search(rf"\b{name.split('.')[-1]}\b", text)
            assert known, f"{title}: {module} has no {name}"
