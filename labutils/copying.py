"""Copies in which nothing is shared that can change: of a lab, and of a scene that holds one.

`copy.deepcopy` does most of it. It shares functions, though, and with them all that they close
over, which may be a browser or a clock.
"""

import copy
import gc
from collections.abc import Iterator
from contextlib import contextmanager
from types import CellType, FunctionType, ModuleType
from typing import Any, TypeVar

T = TypeVar("T")
Memo = dict[int, Any]  # what was copied already, by the id of the original


def copied(scene: T) -> T:
    """Return a copy of a scene with its lab, browsers, hosts and functions.

    What is done in the one changes nothing in the other. Shared are classes, modules, and the
    defaults and global variables of functions. Raises TypeError for what cannot be copied, such
    as a generator or a lock.
    """
    memo: Memo = {}
    with functions_too(scene, memo):
        return copy.deepcopy(scene, memo)


def twin(original: T, memo: Memo) -> T:
    """Return a copy of an object, attribute by attribute: what a `__deepcopy__` may return.

    Before it is called, `memo` may say what becomes of parts that cannot be copied as usual.
    """
    other = object.__new__(type(original))
    memo[id(original)] = other
    vars(other).update(copy.deepcopy(vars(original), memo))
    return other


@contextmanager
def functions_too(root: object, memo: Memo) -> Iterator[None]:
    """Give what is copied meanwhile its own functions: those that can be reached from `root`."""
    functions = [function for function in _closures(root) if id(function) not in memo]
    cells: dict[int, CellType] = {}
    memo |= {id(function): _over_new_cells(function, cells) for function in functions}
    yield
    originals = {id(cell): cell for one in functions for cell in one.__closure__ or ()}
    for name, cell in originals.items():
        try:
            inside = cell.cell_contents
        except ValueError:  # nothing is in it yet
            continue
        shared = isinstance(inside, ModuleType)
        cells[name].cell_contents = inside if shared else copy.deepcopy(inside, memo)


def _closures(root: object) -> Iterator[FunctionType]:
    """The functions that close over something, wherever an object keeps them."""
    seen: set[int] = set()
    todo: list[object] = [root]
    while todo:
        one = todo.pop()
        if id(one) in seen or isinstance(one, type | ModuleType):
            continue
        seen.add(id(one))
        if not isinstance(one, FunctionType):
            todo += gc.get_referents(one)
        elif one.__closure__:
            todo += one.__closure__
            yield one


def _over_new_cells(function: FunctionType, cells: dict[int, CellType]) -> FunctionType:
    """The same function over cells in which nothing is yet. `cells` are these, by the id of the
    original: two functions may share one."""
    closure = tuple(cells.setdefault(id(cell), CellType()) for cell in function.__closure__ or ())
    name, defaults = function.__name__, function.__defaults__
    other = FunctionType(function.__code__, function.__globals__, name, defaults, closure)
    other.__kwdefaults__ = function.__kwdefaults__
    vars(other).update(vars(function))
    return other
