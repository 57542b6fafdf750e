"""Find out what may spell a text piece by piece, from where a value is and what its name is.

A token can stand in a HAR as a list of character codes, as an object with numbered names, or as a
form whose names come again and again. Each piece alone says nothing, and the pieces together are
the token. `Stands` says how much a value may say on its own where it stands.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable
from enum import Enum

from labutils.har.reading import json_value

SERIES = 4  # values of one name, or elements of a list, from which on they may spell something
SEGMENTS = 8  # short segments of a path, from which on they may spell something
PIECE = 4  # characters of a text in a list, up to which it may be a part of another one
SHORT_JSON = 100  # characters of a text of JSON, up to which it may hold one number and no more

_NUMBER = re.compile(r"(?a)\d+")
_ESCAPED = re.compile(r"(?i)(?:0[xob]|U\+|\\[ux]|&#x?|%)[0-9a-f]{1,8};?")  # one character's code


class Stands(Enum):
    """A value's position in a JSON text: the nearer to a list, the less it may say on its own."""

    NAMED = "under a name, with no list around it"
    BELOW = "under a name, somewhere in a list"
    ELEMENT = "as an element of a list, or of an object with numbered names"
    SPELLED = "somewhere in a list whose elements hold one number each, or in a WebSocket message"

    @property
    def may_spell(self) -> bool:
        """Whether a number or truth value in this position may be a part of a text."""
        return self in (Stands.ELEMENT, Stands.SPELLED)

    def below(self) -> "Stands":
        """Return the position of an object's members, if the object itself is in this one."""
        return Stands.BELOW if self is Stands.ELEMENT else self


def in_a_list(values: list[object]) -> Stands:
    """Return the position of a list's elements, which may spell something if each is one number."""
    one_each = len(values) >= SERIES and all(count_numbers(one) == 1 for one in values)
    return Stands.SPELLED if one_each else Stands.ELEMENT


def is_piece(text: str, stands: Stands) -> bool:
    """Return whether a text is so short, or so like a code, that it may be a piece of a text."""
    most = 1 if stands is Stands.NAMED else PIECE
    return len(text) <= most or bool(_ESCAPED.fullmatch(text))


def numbered(all_names: Iterable[object]) -> frozenset[str]:
    """Return the names whose values may be pieces of one text.

    They come again and again, such as `token[]=101&token[]=121`, or differ in nothing but numbers,
    such as `t0=101&t1=121`, or are 0, 1, 2 ...
    """
    texts = [name for name in all_names if isinstance(name, str)]
    counted = Counter(_NUMBER.sub("0", name) for name in texts)
    if is_counted(texts):
        return frozenset(texts)
    return frozenset(
        name for name in texts if counted[_NUMBER.sub("0", name)] >= SERIES or name.endswith("]")
    )


def is_counted(all_names: Collection[str]) -> bool:
    """Return whether names are 0, 1, 2 ... or 1, 2, 3 ..., in any order."""
    count = len(all_names)
    return any(set(all_names) == {*map(str, range(at, count + at))} for at in (0, 1))


def count_numbers(value: object) -> int:
    """Count the numbers in a JSON value and in short texts of JSON in it.

    0, 1, or 2 where there are more.
    """
    if is_number(value):
        return 1
    if isinstance(value, str):
        value = json_value(value) if len(value) < SHORT_JSON else None
    if isinstance(value, dict):
        value = list(value.values())
    total = 0
    for one in value if isinstance(value, list) else ():
        total += count_numbers(one)
        if total > 1:
            return 2
    return total


def is_number(value: object) -> bool:
    """Return whether a value is a number; a truth value is not one."""
    return isinstance(value, int | float) and not isinstance(value, bool)
