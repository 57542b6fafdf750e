"""What real libraries and providers did when they were asked: the tables of data/real, which
`make real` writes, each with versions, day and command."""

import json
from functools import cache
from typing import Any

from labutils.lab import data_file


@cache
def recorded(table: str) -> dict[str, Any]:
    """Return a table, such as `verifiers`. Raises FileNotFoundError for a name that is none."""
    whole: dict[str, Any] = json.loads(data_file(f"real/{table}.json").read_text(encoding="utf-8"))
    return whole
