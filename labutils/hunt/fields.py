"""Read the values at a field of an event, through any lists on the way."""

from collections.abc import Iterable
from typing import Any

Json = dict[str, Any]


def values_at(event: Json, field: str) -> list[Any]:
    """Return the values at a field such as `client.ipAddress`, through the members of lists.

    A key that is written with dots, as some exports have it, comes before the path. A null is no
    value.
    """
    if field in event:
        return members(event[field])
    return values_below(event, field.split("."))


def values_below(value: Any, path: Iterable[str]) -> list[Any]:
    """Return the values at the end of a path, through the members of any lists.

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
    """Return the members of a list, and of lists in it; any other value alone; none for null."""
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
    """Return every plain value in an event, in the order of the text."""
    if not isinstance(event, (dict, list)):
        return [] if event is None else [event]
    every: list[Any] = []
    for item in event.values() if isinstance(event, dict) else event:
        if isinstance(item, (dict, list)):
            every += leaves(item)
        elif item is not None:
            every.append(item)
    return every
