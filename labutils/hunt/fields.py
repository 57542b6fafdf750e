"""The values that stand at a field of an event, whatever lists are on the way."""

from collections.abc import Iterable
from typing import Any

Json = dict[str, Any]


def values_at(event: Json, field: str) -> list[Any]:
    """What stands at a field, such as `client.ipAddress`: each value, any member of each list.

    A key that is written with dots, as some exports have it, comes before the path. A null is no
    value.
    """
    if field in event:
        return members(event[field])
    return values_below(event, field.split("."))


def values_below(value: Any, path: Iterable[str]) -> list[Any]:
    """What stands at the end of a path, by way of any member of each list.

    Most paths lead through objects alone, and these are walked first.
    """
    keys = iter(path)
    while isinstance(value, dict):
        key = next(keys, None)
        if key is None:
            break
        value = value.get(key)
    level = members(value)
    for key in keys:
        level = members([item.get(key) for item in level if isinstance(item, dict)])
    return level


def members(value: Any) -> list[Any]:
    """The members of a list, of lists in it too; another value alone; nothing for null."""
    if not isinstance(value, list):
        return [] if value is None else [value]
    every: list[Any] = []
    for item in value:
        if isinstance(item, list):
            every += members(item)
        elif item is not None:
            every.append(item)
    return every


def leaves(event: Any) -> list[Any]:
    """Every plain value of an event, in the order of the text."""
    if not isinstance(event, (dict, list)):
        return [] if event is None else [event]
    every: list[Any] = []
    for item in event.values() if isinstance(event, dict) else event:
        if isinstance(item, (dict, list)):
            every += leaves(item)
        elif item is not None:
            every.append(item)
    return every
