"""What the code of a lesson does: which verbs it calls about which items, which names it needs."""

import ast
import builtins
import dis
import importlib
from collections.abc import Iterable, Iterator
from types import CodeType

from moulds import both_of


def calls(cell, verb: str) -> list[ast.Call]:
    """The calls of a verb in a cell."""
    tree = ast.walk(ast.parse(cell.source))
    named = [
        node for node in tree if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    ]
    return [node for node in named if node.func.id == verb]


def asked(number: str, verb: str) -> dict[str, tuple[int, ast.Call]]:
    """Item -> (place of the cell, call) for each call of a verb that names its item."""
    found = {}
    for place, cell in enumerate(both_of(number)):
        for call in calls(cell, verb) if cell.cell_type == "code" else []:
            if call.args and isinstance(call.args[0], ast.Constant):
                found[call.args[0].value] = (place, call)
    return found


def unbound(sources: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """(cell, name) for each name that a cell needs and that neither it nor one before it binds.

    `sources` are the names and texts of cells. Each part of a cell is looked at in the order in
    which it runs; what a function in it needs may be bound by the end of the cell.
    """
    bound = set(dir(builtins))
    for cell, source in sources:
        code = compile(source, cell, "exec")
        bound |= given_by_a_star(source)
        for step in dis.get_instructions(code):
            if step.opname == "STORE_NAME":
                bound.add(step.argval)
            elif step.opname == "LOAD_NAME" and step.argval not in bound:
                yield cell, step.argval
        yield from ((cell, name) for name in sorted(_globals_inside(code) - bound))


def given_by_a_star(source: str) -> set[str]:
    """The names that `from module import *` binds."""
    stars = [
        node.module
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ImportFrom) and node.names[0].name == "*"
    ]
    return {name for module in stars for name in importlib.import_module(module).__all__}


def _globals_inside(code: CodeType) -> set[str]:
    """The global names that functions and comprehensions in this code use."""
    inner = [part for part in code.co_consts if isinstance(part, CodeType)]
    steps = [step for part in inner for step in dis.get_instructions(part)]
    names = {step.argval for step in steps if step.opname == "LOAD_GLOBAL"}
    return names.union(*map(_globals_inside, inner))
