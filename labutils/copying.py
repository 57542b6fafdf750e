"""Copy a lab, or a scene that holds one, so that the copies share nothing that can change.

`copy.deepcopy` is not enough. It shares each function with all that it closes over, perhaps a
browser or a clock; and it cannot copy a cookie jar, which has a lock. So a scene is written down
and read again, by pickle's rules: in memory, and with what cannot change left where it is.
"""

import io
import pickle
from collections.abc import Callable
from dataclasses import dataclass
from functools import _lru_cache_wrapper
from http.cookiejar import CookieJar
from types import (
    BuiltinFunctionType,
    CellType,
    CodeType,
    FunctionType,
    MappingProxyType,
    ModuleType,
)
from typing import Any, TypeVar

T = TypeVar("T")
Reduced = tuple[Any, ...]  # how an object is made again (pickle, object.__reduce__)

# What is there once: code, and what nobody can change.
SHARED = (type, ModuleType, CodeType, MappingProxyType, _lru_cache_wrapper)
UNCHANGING = "cryptography."  # keys and certificates


def copied(scene: T) -> T:
    """Return a copy of a scene with its lab, browsers, hosts and functions.

    What is done in the one changes nothing in the other. Shared are classes, modules, keys, and the
    defaults and global variables of functions. Raises TypeError for what cannot be copied, such as
    a generator or a lock.
    """
    memory = io.BytesIO()
    writer = _SceneWriter(memory, protocol=5)
    try:
        writer.dump(scene)
    except (pickle.PicklingError, AttributeError) as error:
        raise TypeError(str(error)) from error
    memory.seek(0)
    copy: T = _SceneReader(memory, writer.shared).load()
    return copy


def is_shared(part: object) -> bool:
    """Return whether copies of a scene share this part of it.

    They do if it cannot change, or if `__deepcopy__` says so.
    """
    if isinstance(part, (*SHARED, _Original)) or type(part).__module__.startswith(UNCHANGING):
        return True
    if isinstance(part, FunctionType):
        return not part.__closure__
    if isinstance(part, BuiltinFunctionType):
        return isinstance(part.__self__, ModuleType | type(None))
    said: Callable[..., object] | None = getattr(type(part), "__deepcopy__", None)
    return said is not None and said(part, {}) is part


class _SceneWriter(pickle.Pickler):
    """Writes a scene; `shared` is what it leaves out, by id."""

    def __init__(self, file: io.BytesIO, protocol: int):
        super().__init__(file, protocol)
        self.shared: dict[int, object] = {}

    def persistent_id(self, part: object) -> int | None:
        """The id of what is not copied; None: it is."""
        if not is_shared(part):
            return None
        self.shared[id(part)] = part
        return id(part)

    def reducer_override(self, part: object) -> Any:
        """How the three kinds of things are made again that pickle does not know."""
        if isinstance(part, FunctionType):
            return _over_cells, (_Original(part), part.__closure__), vars(part) or None
        if isinstance(part, CellType):
            return _cell(part)
        if isinstance(part, CookieJar):
            state = {name: value for name, value in vars(part).items() if name != "_cookies_lock"}
            return type(part), (), state
        return NotImplemented  # pickle knows the others


class _SceneReader(pickle.Unpickler):
    """Reads what a writer wrote, in the same process."""

    def __init__(self, file: io.BytesIO, shared: dict[int, object]):
        super().__init__(file)
        self.shared = shared

    def persistent_load(self, name: int) -> object:
        """What was left out."""
        return self.shared[name]


@dataclass(frozen=True, eq=False)
class _Original:
    """A function whose copy is made; itself it is not copied."""

    function: FunctionType


def _over_cells(original: _Original, cells: tuple[CellType, ...]) -> FunctionType:
    """The same function over other cells."""
    one = original.function
    other = FunctionType(one.__code__, one.__globals__, one.__name__, one.__defaults__, cells)
    other.__kwdefaults__, other.__qualname__ = one.__kwdefaults__, one.__qualname__
    return other


def _cell(cell: CellType) -> Reduced:
    """A variable that functions close over, with what is in it, if anything is yet."""
    try:
        return CellType, (), cell.cell_contents, None, None, _fill
    except ValueError:
        return CellType, ()


def _fill(cell: CellType, contents: object) -> None:
    cell.cell_contents = contents
