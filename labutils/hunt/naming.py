"""Add the field names that rules use to an event that names its fields differently.

One log reaches people in several shapes: as its interface answers, as it is streamed, as a SIEM
has put it into columns. Public rules are written for any of them. A source's `naming` says which
other names a field has; they are added when the event is read, and nothing is taken away.
"""

from dataclasses import dataclass, field
from typing import Any

from labutils.hunt.fields import Json, members, values_at
from labutils.hunt.json_stream import NotAnEvent, parsed
from labutils.sheets import Row, build, value


@dataclass(frozen=True)
class Pairs:
    """Lists of names with values.

    `lists` are the fields that hold them; in each member, `name` is the key of the name, and
    `values` are the keys that may hold the value.
    """

    lists: tuple[str, ...]
    name: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Naming:
    """The fields that are added to an event, in this order.

    `unpack`: fields whose text is JSON become what it says. `lift`: the fields of these objects
    stand at the top as well. `pairs`: of lists of names with values, a field `KEY.NAME` each.
    `names`: a field has all values of these other fields. `words`: a field with one of these values
    has another as well, which rules look for. `constants`: a field that is missing.
    """

    unpack: tuple[str, ...] = ()
    lift: tuple[str, ...] = ()
    pairs: dict[str, Pairs] = field(default_factory=dict)
    names: dict[str, tuple[str, ...]] = field(default_factory=dict)
    words: dict[str, dict[str, str]] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)

    def named(self, event: Json) -> Json:
        """Return an event with the field names that rules use."""
        event = dict(event)
        for key in self.unpack:
            if key in event:
                event[key] = _unpacked(event[key])
        for key in self.lift:
            inner = event.get(key)
            if isinstance(inner, dict):
                event = inner | event
        for key, pairs in self.pairs.items():
            event |= _paired(event, key, pairs)
        event |= {
            name: found
            for name, paths in self.names.items()
            if (found := _all(event, name, paths)) is not None
        }
        event |= {
            name: _one_or_many([*there, *others])
            for name, words in self.words.items()
            if (there := values_at(event, name)) and (others := _others(there, words))
        }
        return self.constants | event


def naming(row: Row) -> Naming:
    """Read the `naming` of a source from its YAML. Raises SheetError, which names the line."""
    rows = value(row, "pairs", dict[str, Row]) if "pairs" in row else {}
    return build(Naming, row, pairs={key: build(Pairs, pairs) for key, pairs in rows.items()})


def _unpacked(text: Any) -> Any:
    """What a JSON text of an object or a list says; anything else as it is."""
    if not isinstance(text, str) or not text.startswith(("{", "[")):
        return text
    try:
        return parsed(text.rstrip())
    except NotAnEvent:
        return text


def _paired(event: Json, key: str, pairs: Pairs) -> dict[str, Any]:
    found: dict[str, list[Any]] = {}
    for path in pairs.lists:
        for pair in values_at(event, path):
            name = pair.get(pairs.name) if isinstance(pair, dict) else None
            if isinstance(name, str):
                values = (pair.get(one) for one in pairs.values)
                found.setdefault(f"{key}.{name}", []).extend(members(list(values)))
    return {name: _one_or_many(values) for name, values in found.items()}


def _all(event: Json, name: str, paths: tuple[str, ...]) -> Any:
    """The values of a field and of some others, each once; None where there is none."""
    every: list[Any] = []
    for path in (name, *paths):
        every += [one for one in values_at(event, path) if one not in every]
    return _one_or_many(every) if every else None


def _others(values: list[Any], words: dict[str, str]) -> list[str]:
    """The words that stand for some of these values and are not among them."""
    others = {words[one] for one in values if isinstance(one, str) and one in words}
    return sorted(others.difference(one for one in values if isinstance(one, str)))


def _one_or_many(values: list[Any]) -> Any:
    return values[0] if len(values) == 1 else values
