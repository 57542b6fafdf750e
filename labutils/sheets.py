"""Read data sheets, YAML that people edit, so that every complaint names the file and the line."""

import re
from collections.abc import Callable, Container, Iterable
from dataclasses import MISSING, Field, fields
from functools import cache
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import yaml

from labutils.lab import data_file, seconds
from labutils.text import shown

T = TypeVar("T")
PLAIN = {"": None, "~": None, "null": None, "true": True, "false": False}
INTEGER = re.compile(r"-?(?:0|[1-9][0-9]*)")
LONGEST_NUMBER = 300  # characters; whatever is longer is text
DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]*)\.[0-9]+")
CALLED: dict[object, str] = {
    str: "text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    tuple: "a list",
    dict: "a mapping",
    NoneType: "nothing",
}


class SheetError(ValueError):
    """An error in a sheet, with its line."""


class Row(dict[str, Any]):
    """A mapping of a sheet: a dict that knows its file and its lines.

    `line` is its own line, and `lines` has the line of each key.
    """

    def __init__(
        self, *pairs: Any, file: str = "", line: int = 0, lines: dict[str, int] | None = None
    ):
        super().__init__(*pairs)
        self.file, self.line, self.lines = file, line, lines or {}

    def error(self, sentence: str, key: str | None = None) -> SheetError:
        """Return the error to raise for this row, at the line of `key` if the row has it."""
        line = self.line if key is None else self.lines.get(key, self.line)
        return SheetError(f"{self.file}, line {line}: {sentence}")


CALLED[Row] = "a mapping"


# --- from a file to rows ------------------------------------------------------------------------


Scalar = Callable[[yaml.ScalarNode, str], Any]


def plain(node: yaml.ScalarNode, _file: str) -> Any:
    """Return a value as most sheets write it: dates, times and quoted values stay text."""
    return node.value if node.style else _scalar(node.value)


def quoted(node: yaml.ScalarNode, file: str) -> Any:
    """Return a value of a sheet in which all text is quoted: text, or a number.

    Raises SheetError, which names the line, for anything else: YAML would make a date of
    `2023-11-14`, and other readers a truth of `yes`.
    """
    number = None if node.style else _scalar(node.value)
    if node.style or type(number) in (int, float):
        return node.value if node.style else number
    raise SheetError(
        f"{file}, line {node.start_mark.line + 1}: {shown(node.value, 40)} is neither a quoted "
        f"string nor a number. Write {shown(repr(node.value), 40)}"
    )


def read(name: str | Path, text: str | None = None, *, scalar: Scalar = plain) -> Row:
    """Read a sheet: `name` is a file of data/ (as text), or a path.

    `text`, if it is given, replaces the file's content; `scalar` reads a single value. Raises
    SheetError, which names the line.
    """
    file = name if isinstance(name, str) else name.as_posix()
    content = _content(name, file) if text is None else text
    try:
        node = yaml.compose(content, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except UnicodeError as error:
        raise SheetError(f"{file}, line 1: is not UTF-8 text") from error
    except yaml.YAMLError as error:
        raise SheetError(f"{file}, line {_line_of(error, content)}: {_reason(error)}") from error
    sheet = _plain(node, file, set(), scalar) if isinstance(node, yaml.MappingNode) else None
    if not isinstance(sheet, Row):
        raise SheetError(f"{file}, line 1: a sheet is a mapping of names to values")
    return sheet


def _content(name: str | Path, file: str) -> str:
    path = data_file(name) if isinstance(name, str) else name
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SheetError(f"{file}, line 1: cannot be read ({error.__class__.__name__})") from error


def _plain(node: yaml.Node, file: str, seen: set[int], scalar: Scalar) -> Any:
    """A node of YAML as a Row, a list or a plain value."""
    line = node.start_mark.line + 1
    if isinstance(node, yaml.ScalarNode):  # an alias of a single value is as short as the value
        return scalar(node, file)
    if id(node) in seen:
        raise SheetError(
            f"{file}, line {line}: an alias (*name) is used for this value; write it out instead"
        )
    seen.add(id(node))
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, file, seen, scalar) for item in node.value]
    row = Row(file=file, line=line)
    for key, value in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            raise SheetError(f"{file}, line {line}: a key must be a name")
        if key.value in row:
            raise SheetError(
                f"{file}, line {line}: {shown(key.value)} appears here for the second time; the "
                f"first is on line {row.lines[key.value]}"
            )
        row.lines[key.value], row[key.value] = line, _plain(value, file, seen, scalar)
    return row


def _scalar(text: str) -> Any:
    if text in PLAIN:
        return PLAIN[text]
    if len(text) > LONGEST_NUMBER:
        return text
    if INTEGER.fullmatch(text):
        return int(text)
    return float(text) if DECIMAL.fullmatch(text) else text


def _line_of(error: yaml.YAMLError, text: str) -> int:
    if mark := getattr(error, "problem_mark", None) or getattr(error, "context_mark", None):
        return int(mark.line) + 1
    return text.encode()[: getattr(error, "position", None) or 0].count(b"\n") + 1


def _reason(error: yaml.YAMLError) -> str:
    parts = [
        getattr(error, "context", None),
        getattr(error, "problem", None) or getattr(error, "reason", None),
    ]
    return "is not YAML: " + shown(", ".join(part for part in parts if part))


# --- from a row to a dataclass ------------------------------------------------------------------


def build(cls: type[T], row: Row, **more: Any) -> T:
    """Build the dataclass `cls` from a row, with values checked against the annotations.

    Those in `more` are taken as they are. Raises SheetError, which names the line, for a field that
    is unknown, missing or of another type.
    """
    must_have_fields(cls, row, more)
    hints = _hints(cls)  # type: ignore[arg-type]  # a class has a hash, whatever its objects have
    values = {key: value(row, key, hints[key]) for key in row if key not in more}
    return cls(**values, **more)


_hints = cache(get_type_hints)


def must_have_fields(cls: type[Any], row: Row, more: Container[str] = ()) -> None:
    """Raise SheetError if a row's fields are not those of the dataclass.

    It has one that the dataclass does not know, or lacks one that it needs and that is not among
    `more`. A class for rows as they are is called ThingRow.
    """
    known = {field.name: field for field in fields(cls) if field.init}
    called = cls.__name__.strip("_").removesuffix("Row")
    if unknown := [key for key in row if key not in known]:
        raise row.error(
            f"unknown field {shown(unknown[0])}; {called} has {', '.join(known)}", unknown[0]
        )
    missing = [
        name
        for name, field in known.items()
        if name not in row and name not in more and _needed(field)
    ]
    if missing:
        raise row.error(f"{called} needs {', '.join(missing)}")


def value(row: Row, key: str, hint: Any) -> Any:
    """Return the value under `key` in the type of the annotation `hint`: a list becomes a tuple.

    Raises SheetError with the line.
    """
    if key not in row:
        raise row.error(f"{key} is missing: it must be {_called(hint)}")
    try:
        return _fitted(row[key], hint)
    except TypeError as error:
        raise row.error(
            f"{key} must be {_called(hint)}, not {shown(repr(row[key]), 60)}", key
        ) from error


def _needed(field: "Field[Any]") -> bool:
    return field.default is MISSING and field.default_factory is MISSING


def _fitted(value: Any, hint: Any) -> Any:
    """The value as the annotation wants it, or TypeError."""
    kind, args = get_origin(hint) or hint, get_args(hint)
    if kind is Any:
        return value
    if kind in (Union, UnionType):
        return _first_fit(value, args)
    if kind is Literal:
        return _expected(value, value in args)
    if kind is tuple and isinstance(value, list):
        return tuple(_fitted(item, args[0]) for item in value) if args else tuple(value)
    if kind is dict and args and isinstance(value, Row):
        return Row({key: _fitted(item, args[1]) for key, item in value.items()}, **vars(value))
    if kind is float:
        return _expected(value, type(value) in (int, float))
    if isinstance(value, bool):  # which Python takes for a number
        return _expected(value, kind is bool)
    return _expected(value, isinstance(value, kind))


def _first_fit(value: Any, choices: tuple[Any, ...]) -> Any:
    for choice in choices:
        try:
            return _fitted(value, choice)
        except TypeError:
            continue
    raise TypeError


def _expected(value: Any, fits: bool) -> Any:
    if not fits:
        raise TypeError
    return value


def _called(hint: Any) -> str:
    """An annotation in words."""
    kind, args = get_origin(hint) or hint, get_args(hint)
    if kind in (Union, UnionType):
        return " or ".join(_called(choice) for choice in args)
    if kind is Literal:
        return "one of " + ", ".join(map(str, args))
    if kind is tuple and args:
        return "a list, each item of it " + _called(args[0])
    if kind is dict and args:
        return "a mapping, each value of it " + _called(args[1])
    return CALLED.get(kind, getattr(kind, "__name__", str(kind)))


# --- what several sheets check ------------------------------------------------------------------


def table(sheet: Row, name: str) -> dict[str, Row]:
    """Return the rows of one list of a sheet, by id.

    Raises SheetError where it is not a list, or an id is missing or is there twice.
    """
    by_id: dict[str, Row] = {}
    items = sheet.get(name)
    if not isinstance(items, list) or not all(isinstance(item, Row) for item in items):
        raise sheet.error(f"{name} must be a list of mappings", name)
    for row in items:
        if not isinstance(row.get("id"), str) or row["id"] in by_id:
            raise row.error(f"each row of {name} has an id of its own", "id")
        by_id[row["id"]] = row
    return by_id


def must_be_among(
    row: Row, key: str, names: Iterable[object], among: Container[object], what: str
) -> None:
    """Raise SheetError with the line of `key` if one of the names is not among the known ones."""
    for name in names:
        if not isinstance(name, str) or name not in among:
            raise row.error(f"{key}: there is no {what} {name!r}", key)


def keys_must_be_among(row: Row, name: str, among: Container[object], what: str) -> None:
    """Raise SheetError with the line of the first key in `row` that is not a known one.

    `name` is the mapping's own name.
    """
    for key in row:
        if key not in among:
            raise row.error(f"{name}: there is no {what} {key!r}", key)


def moment(row: Row, key: str) -> int | None:
    """Return a time of a row in seconds since 1970, or None if there is none.

    Raises SheetError with the line.
    """
    if row.get(key) is None:
        return None
    try:
        return seconds(row[key])
    except (TypeError, ValueError) as error:
        raise row.error(
            f"{key}: {row[key]!r} is not a time such as '2023-11-14T09:22:49Z'", key
        ) from error
