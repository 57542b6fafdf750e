"""Use DuckDB, where it is installed: a fresh database for each question, and SQL helpers."""

import string
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from labutils.text import shown

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MEMORY = "1200MB"  # what is more lies on the disk
INSTALL = '`python -m pip install "duckdb>=1.4"`'  # as pyproject.toml has it
MISSING = (
    f"DuckDB is not installed. Run {INSTALL}, or leave out --engine: SQLite finds the same hits."
)


class CannotAsk(ValueError):
    """An error for a DuckDB that is missing or gave up; the sentence says what to do."""


class MissingEngine(CannotAsk):
    """An error for a DuckDB that is not installed."""


@contextmanager
def connect(folder: Path) -> Iterator["DuckDBPyConnection"]:
    """Open an in-memory database that spills into a folder and never uses the network.

    Raises MissingEngine if DuckDB is not installed, and CannotAsk if it fails at what the body
    asks.
    """
    try:
        import duckdb
    except ImportError as error:
        raise MissingEngine(MISSING) from error
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": MEMORY,
        "temp_directory": str(folder / "spill"),
        "preserve_insertion_order": "false",
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "pandas_analyze_sample": 0,  # every column that is given is one of texts
    }
    try:
        with duckdb.connect(config=config) as database:
            yield database
    except duckdb.Error as error:
        said = next(iter(str(error).splitlines()), "")
        raise CannotAsk(f"DuckDB gave up: {shown(said, 200)}") from error


def literal(text: str) -> str:
    """Return a text as a string literal in DuckDB's SQL."""
    return "'" + text.replace("'", "''") + "'"


def folded(expression: str) -> str:
    """Return SQL that lower-cases the ASCII letters of a text, as Sigma compares.

    `lower` folds all of Unicode, so it is for texts that are ASCII; it takes a twentieth of the
    time of `translate`.
    """
    upper, lower = string.ascii_uppercase, string.ascii_lowercase
    return (
        f"CASE WHEN strlen({expression}) = length({expression}) THEN lower({expression}) "
        f"ELSE translate({expression}, {literal(upper)}, {literal(lower)}) END"
    )
