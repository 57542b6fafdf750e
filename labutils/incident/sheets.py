"""Data sheets: YAML that people edit, read so that every complaint names the line."""

import re
from dataclasses import MISSING, fields
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import yaml

from labutils.lab import data_file
from labutils.text import shown

PLAIN = {"": None, "~": None, "null": None, "true": True, "false": False}
INTEGER, DECIMAL = re.compile(r"-?(?:0|[1-9]\d*)"), re.compile(r"-?(?:0|[1-9]\d*)\.\d+")
CALLED = {
    str: "text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    tuple: "a list",
    dict: "a mapping",
    NoneType: "nothing",
}


class SheetError(ValueError):
    """What is wrong with a sheet, and on which line."""


class Row(dict):
    """A mapping of a sheet: a plain dict that knows its file, its line, and (in `lines`) the line of each key."""

    def __init__(self, *pairs, file: str = "", line: int = 0, lines: dict[str, int] | None = None):
        super().__init__(*pairs)
        self.file, self.line, self.lines = file, line, lines or {}

    def error(self, sentence: str, key: str | None = None) -> SheetError:
        """The error to raise for this row, at the line of `key` where the row has it."""
        return SheetError(f"{self.file}, line {self.lines.get(key, self.line)}: {sentence}")


def read(name: str, text: str | None = None) -> Row:
    """The sheet data/NAME, or `text` under that name. Dates and times stay text; so does all that is quoted."""
    if text is None:
        try:
            text = data_file(name).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise SheetError(
                f"{name}, line 1: cannot be read ({error.__class__.__name__})"
            ) from error
    try:
        node = yaml.compose(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except UnicodeError as error:
        raise SheetError(f"{name}, line 1: is not UTF-8 text") from error
    except yaml.YAMLError as error:
        raise SheetError(f"{name}, line {_line_of(error, text)}: {_reason(error)}") from error
    if not isinstance(node, yaml.MappingNode):
        raise SheetError(f"{name}, line 1: a sheet is a mapping of names to values")
    return _plain(node, name, set())


def build(cls: type, row: Row, **more: Any) -> Any:
    """The dataclass `cls` from a row, its values checked against the annotations; those in `more` are taken as they are."""
    known = {field.name: field for field in fields(cls) if field.init}
    if unknown := [key for key in row if key not in known]:
        raise row.error(
            f"unknown field {shown(unknown[0])}; {cls.__name__} has {', '.join(known)}", unknown[0]
        )
    if missing := [
        name
        for name, field in known.items()
        if name not in row
        and name not in more
        and field.default is MISSING
        and field.default_factory is MISSING
    ]:
        raise row.error(f"{cls.__name__} needs {', '.join(missing)}")
    hints = get_type_hints(cls)
    values = {}
    for key in row.keys() - more.keys():
        try:
            values[key] = _fitted(row[key], hints[key])
        except TypeError as error:
            raise row.error(
                f"{key} must be {_called(hints[key])}, not {shown(repr(row[key]), 60)}", key
            ) from error
    return cls(**values, **more)


def _plain(node: yaml.Node, file: str, seen: set[int]) -> Any:
    line = node.start_mark.line + 1
    if id(node) in seen:
        raise SheetError(
            f"{file}, line {line}: an alias (*name) is used for this value; write it out instead"
        )
    seen.add(id(node))
    if isinstance(node, yaml.ScalarNode):
        return node.value if node.style else _scalar(node.value)
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, file, seen) for item in node.value]
    row = Row(file=file, line=line)
    for key, value in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            raise SheetError(f"{file}, line {line}: a key must be a name")
        if key.value in row:
            raise SheetError(
                f"{file}, line {line}: {shown(key.value)} stands here for the second time; "
                f"the first is on line {row.lines[key.value]}"
            )
        row.lines[key.value], row[key.value] = line, _plain(value, file, seen)
    return row


def _scalar(text: str) -> Any:
    if text in PLAIN:
        return PLAIN[text]
    if INTEGER.fullmatch(text):
        return int(text)
    return float(text) if DECIMAL.fullmatch(text) else text


def _line_of(error: yaml.YAMLError, text: str) -> int:
    if mark := getattr(error, "problem_mark", None) or getattr(error, "context_mark", None):
        return mark.line + 1
    return text.encode()[: getattr(error, "position", None) or 0].count(b"\n") + 1


def _reason(error: yaml.YAMLError) -> str:
    parts = [
        getattr(error, "context", None),
        getattr(error, "problem", None) or getattr(error, "reason", None),
    ]
    return "is not YAML: " + shown(", ".join(part for part in parts if part))


def _fitted(value: Any, hint: Any) -> Any:
    """The value as the annotation wants it (a list becomes a tuple), or TypeError."""
    kind, args = get_origin(hint) or hint, get_args(hint)
    if kind in (Union, UnionType):
        for choice in args:
            try:
                return _fitted(value, choice)
            except TypeError:
                continue
        raise TypeError
    if kind is tuple and isinstance(value, list):
        return tuple(_fitted(item, args[0]) for item in value) if args else tuple(value)
    if kind is dict and args and isinstance(value, dict):
        return Row({key: _fitted(item, args[1]) for key, item in value.items()}, **vars(value))
    if kind is Any or (kind is Literal and value in args) or (kind is float and type(value) is int):
        return value
    if (
        kind is Literal
        or isinstance(value, bool)
        and kind is not bool
        or not isinstance(value, kind)
    ):
        raise TypeError
    return value


def _called(hint: Any) -> str:
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
