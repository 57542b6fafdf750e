"""Read what programs of each kind write: data/vocabulary/, one file per log.

Each act that asks for a kind draws one line at a time.
"""

from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from labutils.sheets import Row, build, must_be_among, read, value


@dataclass(frozen=True, eq=False)
class Variant:
    """One thing that a program may do.

    `lines` are source.template; `share` is its weight among the others; `refused` says that it is
    denied; `words` fill the templates, and from a list one is drawn; `over` holds fields that
    replace the template's own, or are `absent`.
    """

    lines: tuple[str, ...]
    share: int = 1
    refused: bool = False
    words: dict[str, Any] = field(default_factory=dict)
    over: dict[str, Any] = field(default_factory=dict)


def choices(row: Row, key: str) -> tuple[Variant, ...]:
    """Return the variants that the text under a key names: file.kind, such as cloudtrail.inventory.

    Raises SheetError with the line.
    """
    file, _, kind = value(row, key, str).partition(".")
    kinds = _kinds(file)
    must_be_among(row, key, [kind], kinds, f"kind of program in data/vocabulary/{file}.yaml")
    return kinds[kind]


@cache
def _kinds(file: str) -> dict[str, tuple[Variant, ...]]:
    rows = value(read(f"vocabulary/{file}.yaml"), "programs", dict[str, Row])
    return {kind: _choices(row) for kind, row in rows.items()}


def _choices(row: Row) -> tuple[Variant, ...]:
    """What a kind of program does; its `over` and `words` hold for each choice."""
    over, words = row.get("over", {}), row.get("words", {})
    some = [build(Variant, one) for one in value(row, "choices", tuple[Row, ...])]
    return tuple(replace(one, over=over | one.over, words=words | one.words) for one in some)
