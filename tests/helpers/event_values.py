"""The events of a world, and what each holds."""

import json
from pathlib import Path


def read(folder: Path, source: str) -> list[dict]:
    """The events of a source."""
    return [json.loads(line) for line in (folder / f"{source}.jsonl").open(encoding="utf-8")]


def index(folder: Path, name: str) -> dict:
    """What `truth` or `twins` say of events."""
    return json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))


def keys(value):
    """The keys of an event at every depth, in their order."""
    if isinstance(value, dict):
        return [(key, keys(item)) for key, item in value.items()]
    return [keys(item) for item in value] if isinstance(value, list) else None


def leaves(value, path=()):
    """Every value of an event that is not a mapping or list, by its path."""
    table = {}
    _add(table, value, path)
    return table


def _add(table, value, path):
    if isinstance(value, dict):
        for key, item in value.items():
            _add(table, item, (*path, key))
    elif isinstance(value, list):
        for place, item in enumerate(value):
            _add(table, item, (*path, place))
    else:
        table[path] = value
