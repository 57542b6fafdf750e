"""What a cloud compares before it trusts a build: a condition as plain data, or as a function.

In the data, a claim stands for the values that it may have. A value with `*` or `?` is a pattern,
in which `*` stands for any characters, `/` and `:` among them.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

Claims = dict[str, Any]
Trusts = Callable[[Claims], bool]


def like(pattern: str, text: str) -> bool:
    """Return whether a text has the form of a pattern: `*` is any text, `?` one character."""
    parts = [{"*": ".*", "?": "."}.get(one, re.escape(one)) for one in pattern]
    return re.fullmatch("".join(parts), text, re.DOTALL) is not None


def meets(claims: Mapping[str, Any], condition: Mapping[str, Any]) -> bool:
    """Return whether the claims meet a condition: each claim that it names is there, is a string,
    and is like one of the values."""
    for name, allowed in condition.items():
        patterns = [allowed] if isinstance(allowed, str) else list(allowed)
        value = claims.get(name)
        if not isinstance(value, str) or not any(like(one, value) for one in patterns):
            return False
    return True


def trusting(condition: Mapping[str, Any]) -> Trusts:
    """Return a condition as a function of claims."""
    return lambda claims: meets(claims, condition)
