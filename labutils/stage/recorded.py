"""Read what real libraries and providers did when they were tested: the tables of data/real.

`make real` writes them, each with versions, day and command.
"""

import json
from functools import cache
from typing import Any

from labutils.lab import data_file

OURS = "this course"


@cache
def recorded(table: str) -> dict[str, Any]:
    """Return a table, such as `verifiers`. Raises FileNotFoundError for an unknown name."""
    whole: dict[str, Any] = json.loads(data_file(f"real/{table}.json").read_text(encoding="utf-8"))
    return whole


def providers() -> dict[str, dict[str, Any]]:
    """Return what each provider did when it was asked, by name and version, the course's own
    first."""
    return {
        f"{name} {one['version']}" if name != OURS else name: one
        for table in ("providers", "lemonldap")
        for name, one in recorded(table)["providers"].items()
    }
