"""Many small cases as the rows of one test: each row is tried, and each that fails is told.

It asks as much as a test for each row would. It costs less: a test has a price of its own, and
thousands of rows pay it together.
"""

import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pytest


def table(names: str, rows: Iterable[Any] | Mapping[str, Any]) -> Callable:
    """A test over all rows, as `pytest.mark.parametrize(names, rows)` gives a test for each.

    A mapping has the names of the rows as its keys. Fixtures are the same for all rows. Raises
    ValueError where there is no row.
    """
    columns = [name.strip() for name in names.split(",")]
    named = dict(rows) if isinstance(rows, Mapping) else dict(enumerate(rows))
    if not named:
        raise ValueError(f"a table of {names} without a row tests nothing")

    def over_all_rows(test: Callable) -> Callable:
        def tried(**fixtures: Any) -> None:
            faults = []
            for name, row in named.items():
                values = [row] if len(columns) == 1 else list(row)
                try:
                    test(**dict(zip(columns, values, strict=True)), **fixtures)
                except (AssertionError, pytest.fail.Exception) as fault:
                    shown = str(name) if isinstance(rows, Mapping) else repr(values)[:200]
                    faults.append(f"{shown}: {fault}")
            if faults:
                pytest.fail(f"{len(faults)} of {len(named)} rows:\n" + "\n".join(faults[:20]))

        asked = inspect.signature(test)
        kept = [one for name, one in asked.parameters.items() if name not in columns]
        tried.__signature__ = asked.replace(parameters=kept)
        tried.__name__, tried.__doc__, tried.__module__ = (
            test.__name__,
            test.__doc__,
            test.__module__,
        )
        return tried

    return over_all_rows
