"""Keep what a learner wrote and passed in a module of their own: `toolbox.py`, beside the lessons.

`check` puts each piece there when it passes, with the imports and the helpers that it needs. Later
lessons, practice and the capstone use it: by `mine("06-3")`, or by `from toolbox import
trade_cookie`. A restart of the kernel costs nothing. The file is the learner's: what they write
into it stays.
"""

import ast
import builtins
import dis
import importlib
import inspect
import linecache
import os
import re
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

from labutils.classroom import files
from labutils.classroom.workspace import home
from labutils.text import shown

NAME = "toolbox.py"
SWITCH = "LABUTILS_TOOLBOX"  # a file in place of work/toolbox.py; 0 for none, as in grading
HEAD = '"""What I wrote in Anatomy of a Cloud Hack, each piece as it passed."""\n'
MARK = re.compile(r"(?m)^# --- (\d\d-\w+) ---\n")
LARGEST = 256 * 1024  # bytes of a toolbox that is read
LONGEST = 20_000  # characters of a value that is kept


class NotKept(Exception):
    """An error for a piece that is not kept; the sentence says what to do."""


def path() -> Path | None:
    """Return where the toolbox is; None where nothing is kept."""
    if chosen := os.environ.get(SWITCH):
        return None if chosen == "0" else Path(chosen)
    folder = home()
    return folder / NAME if folder else None


# --- what is in it ------------------------------------------------------------------------------


def pieces() -> dict[str, str]:
    """Return the source of each piece by its exercise; nothing where none can be read."""
    return dict(_read()[1])


def names(number: str) -> list[str]:
    """Return the names of what is kept of a lesson, in the order in which it passed."""
    kept = [source for identifier, source in pieces().items() if identifier[:2] == number]
    return [name for source in kept if (name := _name_in(source))]


def _name_in(source: str) -> str:
    """The name that a piece is there for: the last that it binds."""
    try:
        last = ast.parse(source).body[-1]
    except (SyntaxError, IndexError):
        return ""
    if isinstance(last, ast.Assign) and isinstance(last.targets[0], ast.Name):
        return last.targets[0].id
    return getattr(last, "name", "")


def load(identifier: str, name: str) -> Any:
    """Return what is kept of an exercise under that name; None if that is nothing, or fails."""
    source = pieces().get(identifier)
    if source is None:
        return None
    space: dict[str, Any] = {"__name__": f"toolbox {identifier}"}
    file = f"<toolbox {identifier}>"
    try:
        exec(_compiled(source, file), space)
    except Exception:
        return None  # somebody changed it since it passed; `mine` takes the course's
    return space.get(name)


def _compiled(source: str, file: str) -> CodeType:
    """A piece as code whose lines `inspect` and a traceback find."""
    linecache.cache[file] = len(source), None, source.splitlines(keepends=True), file
    return compile(source, file, "exec")


def _read() -> tuple[str, list[tuple[str, str]]]:
    """What is in the file before the first piece, and each piece: (exercise, source)."""
    file = path()
    if file is None:
        return HEAD, []
    try:
        text = files.read(file, LARGEST).decode()
    except (OSError, UnicodeDecodeError):
        return HEAD, []
    before, *rest = MARK.split(text)
    pairs = zip(rest[::2], rest[1::2], strict=True)
    return before, [(name, source.strip("\n")) for name, source in pairs]


# --- keeping ------------------------------------------------------------------------------------


def keep(identifier: str, name: str, value: object) -> None:
    """Put a piece that passed at the end of the toolbox, in place of an older version.

    Raises NotKept, and then the file is as it was; nothing happens where nothing is kept.
    """
    file = path()
    if file is None:
        return
    source = with_what_it_needs(name, value)
    try:
        with files.locked(file.parent):
            _put(file, identifier, source)
    except files.Busy:
        raise NotKept(
            f"{NAME} is being written by another program, so {name} is not in it. Run this cell "
            "again."
        ) from None
    except OSError as error:
        raise NotKept(
            f"{NAME} cannot be written ({shown(error.strerror or str(error), 80)}), so {name} is "
            "not in it."
        ) from error


def _put(file: Path, identifier: str, source: str) -> None:
    """Write the file with one piece more. One that is no Python is moved aside first."""
    before, kept = _read()
    if os.path.lexists(file):
        try:
            text = files.read(file, LARGEST + 1).decode()
            is_whole = len(text) <= LARGEST and _is_python(text)
        except UnicodeDecodeError:
            is_whole = False
    else:
        is_whole = True
    if not is_whole:
        kept = [(name, old) for name, old in kept if _is_python(old)]
        before = HEAD
    _must_not_clash(identifier, source, kept)
    pieces = [*((name, old) for name, old in kept if name != identifier), (identifier, source)]
    parts = [f"# --- {name} ---\n{old}\n" for name, old in pieces]
    data = "\n\n".join([before.rstrip("\n") + "\n", *parts]).encode()
    if is_whole:
        files.write(file, data)
    else:
        aside = files.exchange(file, data, files.DAMAGED)
        print(f"({NAME} could not be read as Python. It is kept as {aside.name}.)")


def _is_python(text: str) -> bool:
    try:
        ast.parse(text)
    except (SyntaxError, ValueError):
        return False
    return True


def _must_not_clash(identifier: str, source: str, kept: list[tuple[str, str]]) -> None:
    """Raise NotKept where another piece has something else under the name of a helper: in one
    module, the later would take the place of the earlier."""
    own = _bound(source)
    own.pop(_name_in(source), None)  # that of the piece itself is the exercise's to choose
    for other, old in kept:
        if other == identifier:
            continue
        both = [name for name, code in _bound(old).items() if own.get(name, code) != code]
        if both:
            raise NotKept(
                f"Your toolbox already has another {both[0]}, from {other}. Give this one a "
                "different name, and run this cell again to keep it."
            )


def _bound(source: str) -> dict[str, str]:
    """What a piece binds: each name, and the code that does so."""
    found = {}
    for statement in ast.parse(source).body:
        if isinstance(statement, ast.FunctionDef | ast.ClassDef):
            found[statement.name] = ast.unparse(statement)
        elif isinstance(statement, ast.Assign):
            for target in statement.targets:
                found[ast.unparse(target)] = ast.unparse(statement)
    return found


# --- what a piece needs -------------------------------------------------------------------------


@dataclass
class _Needs:
    """What a piece is made of: imports, and definitions in the order in which they are needed."""

    imports: list[str] = field(default_factory=list)
    definitions: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)


def with_what_it_needs(name: str, value: object) -> str:
    """Return the source of a function or a literal value, with its imports and helpers above.

    Raises NotKept for what cannot stand alone: a function that uses an object of the notebook.
    """
    needs = _Needs()
    _add(needs, name, value)
    imports = "\n".join(sorted(set(needs.imports)))
    return "\n\n\n".join(filter(None, [imports, *needs.definitions]))


def _add(needs: _Needs, name: str, value: object) -> None:
    """Add a name with all that it needs."""
    if name in needs.seen:
        return
    needs.seen.add(name)
    value = getattr(value, "function", value)  # what `mine` gave for the learner's own
    if line := _import_of(name, value):
        needs.imports.append(line)
    elif isinstance(value, FunctionType | type):
        _add_definition(needs, name, value)
    else:
        needs.definitions.append(f"{name} = {_literal(name, value)}")


def _add_definition(needs: _Needs, name: str, value: Any) -> None:
    """Add a function or a class of the notebook, after what it needs."""
    source = _source(name, value)
    space = value.__globals__ if isinstance(value, FunctionType) else _space_of(value)
    for other in _globals_of(source, value):
        if other in space and other != name:
            _add(needs, other, space[other])
    needs.definitions.append(source)


def _space_of(kind: type) -> dict[str, Any]:
    """The names of the module that a class was made in."""
    module = sys.modules.get(kind.__module__)
    return vars(module) if module else {}


def _import_of(name: str, value: object) -> str:
    """The line that imports a value under a name; an empty text where none does."""
    if isinstance(value, ModuleType):
        return f"import {value.__name__}" + (f" as {name}" if name != value.__name__ else "")
    home, own = getattr(value, "__module__", None), getattr(value, "__qualname__", None)
    if home in (None, "__main__", "builtins") or not isinstance(own, str) or not own.isidentifier():
        return ""
    try:
        is_there = getattr(importlib.import_module(str(home)), own, None) is value
    except ImportError:
        return ""
    return f"from {home} import {own}" + (f" as {name}" if name != own else "") if is_there else ""


def _source(name: str, value: Any) -> str:
    """The source of a function or class as it was written. Raises NotKept."""
    try:
        source = _of_a_class(value) if isinstance(value, type) else inspect.getsource(value)
        source = textwrap.dedent(source).strip()
        statement = ast.parse(source).body[0]
    except (OSError, TypeError, SyntaxError, IndexError):
        statement = None
    if not isinstance(statement, ast.FunctionDef | ast.ClassDef):
        raise NotKept(f"Write {name} with `def` to have it kept in your toolbox.")
    if getattr(value, "__closure__", None):
        raise NotKept(f"{name} uses names of the function around it, so it is not in your toolbox.")
    return source


def _of_a_class(value: type) -> str:
    """The source of a class of a notebook, which `inspect` looks for in a file: it is in the cell
    of its methods, or in the last cell that has a class of this name."""
    methods = [one for one in vars(value).values() if isinstance(one, FunctionType)]
    cells = ["".join(linecache.getlines(one.__code__.co_filename)) for one in methods[:1]]
    cells += [cell for cell in reversed(_space_of(value).get("In", [])) if isinstance(cell, str)]
    for cell in filter(_is_python, cells):
        for statement in ast.parse(cell).body:
            if isinstance(statement, ast.ClassDef) and statement.name == value.__name__:
                return ast.get_source_segment(cell, statement) or ""
    raise OSError


def _globals_of(source: str, value: Any) -> Iterator[str]:
    """The names of the notebook that a definition uses: in its body, in its defaults and above."""
    codes = (
        [value.__code__]
        if isinstance(value, FunctionType)
        else [one.__code__ for one in vars(value).values() if isinstance(one, FunctionType)]
    )
    used = set().union(*map(_globals_in, codes)) if codes else set()
    statement = ast.parse(source).body[0]
    for node in ast.walk(_without_body(statement)):
        if isinstance(node, ast.Name):
            used.add(node.id)
    yield from sorted(used - set(dir(builtins)))


def _globals_in(code: CodeType) -> set[str]:
    """The global names that this code uses, and the code inside it."""
    wanted = ("LOAD_GLOBAL", "LOAD_NAME")
    used = {step.argval for step in dis.get_instructions(code) if step.opname in wanted}
    inner = (part for part in code.co_consts if isinstance(part, CodeType))
    return used.union(*map(_globals_in, inner))


def _without_body(statement: ast.stmt) -> ast.Module:
    """The decorators, defaults and annotations of a definition, which run when it is made."""
    parts: list[ast.AST] = [*getattr(statement, "decorator_list", ())]
    parts += getattr(statement, "bases", ())
    if isinstance(statement, ast.FunctionDef):
        parts += [statement.args, *([statement.returns] if statement.returns else [])]
    module = ast.Module(body=[], type_ignores=[])
    module.body = parts  # type: ignore[assignment]  # only walked through
    return module


def _literal(name: str, value: object) -> str:
    """A value as it is written in Python. Raises NotKept for one that is no literal."""
    if isinstance(value, Iterator):
        raise NotKept(f"{name} is an iterator, which can be used once. Make a list of it.")
    written = repr(value) if _is_literal(value) else ""
    if not written or len(written) > LONGEST:
        raise NotKept(
            f"It uses `{name}` from this notebook, which isn't text, a number, a list or a "
            "function, so it works only here and isn't in your toolbox. "
            "Pass it to the function as an argument."
        )
    return f'"""{value}"""' if _can_stand_in_lines(value) else written


def _can_stand_in_lines(value: object) -> bool:
    """Whether a text is the same between triple quotes: only line feeds are kept in a source."""
    return (
        isinstance(value, str)
        and "\n" in value
        and '"""' not in value
        and "\\" not in value
        and not value.endswith('"')
        and value.replace("\n", "").isprintable()
    )


def _is_literal(value: object) -> bool:
    """Whether a value is made of texts, numbers, and lists and dictionaries of them."""
    if isinstance(value, dict):
        return all(_is_literal(one) for pair in value.items() for one in pair)
    if isinstance(value, list | tuple | set | frozenset):
        return type(value) is not frozenset and all(map(_is_literal, value)) and value != set()
    return value is None or type(value) in (str, bytes, int, float, bool)
