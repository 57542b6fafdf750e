"""Share what measurements over seeds need: reading kept lines of JSON, and writing a table."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any


def lines_of(files: Iterable[str]) -> list[dict[str, Any]]:
    """Return the lines of some files, each a JSON object."""
    return [
        json.loads(line)
        for name in files
        for line in Path(name).read_text(encoding="utf-8").splitlines()
    ]


def put_between(page: Path, begin: str, end: str, rows: Iterable[str]) -> None:
    """Write rows into a page, in place of what is between two marks."""
    before, _, rest = page.read_text(encoding="utf-8").partition(begin)
    _, _, after = rest.partition(end)
    page.write_text(before + "\n".join([begin, *rows, end]) + after, encoding="utf-8")
