"""17 · Capstone: an unseen incident. Its names are loaded when they are first asked for."""

from typing import Any

_NAMES = ("DAY", "HOUR", "by_address", "moment", "opened")


def __getattr__(name: str) -> Any:
    """Return a name of what the lesson shows. Raises AttributeError for any other."""
    if name not in _NAMES:
        raise AttributeError(f"lesson 17 has no name {name!r}")
    from . import unseen

    return getattr(unseen, name)
