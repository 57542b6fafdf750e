"""Many small cases as the rows of one test: each row is tried, and each that fails is told.

It asks as much as a test for each row would. It costs less: a test has a price of its own, and
thousands of rows pay it together.
"""

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import new_learner
import pytest

Test = Callable[..., None]
Rows = Mapping[str, Sequence[Any]]  # the values of each, by its name


def table(
    names: str | Sequence[str],
    rows: Iterable[Any],
    ids: Callable[[Any], object] | Iterable[str] | None = None,
) -> Callable[[Test], Test]:
    """A test over all rows, as `pytest.mark.parametrize(names, rows, ids=ids)` gives a test for
    each.

    Each row begins with a new learner, and with nothing printed or in `tmp_path`; other fixtures
    are the same for all rows. Raises ValueError where there is no row.
    """
    alone = isinstance(names, str) and "," not in names
    columns = [name.strip() for name in (names.split(",") if isinstance(names, str) else names)]
    values = [[row] if alone else list(row) for row in rows]
    if not values:
        raise ValueError(f"a table of {', '.join(columns)} without a row tests nothing")
    return lambda test: _instead_of(test, columns, [], lambda: _named(values, ids))


def table_by_lesson(name: str, items: Iterable[Any]) -> Callable[[Test], Test]:
    """A test for each lesson that has such items, with a row for each of them."""
    rows: dict[str, dict[str, list[Any]]] = {}
    for item in items:
        rows.setdefault(item.id[:2], {})[item.id] = [item]

    def over_the_items(test: Test) -> Test:
        tried = _instead_of(test, [name], ["number"], lambda number: rows[number])
        return pytest.mark.parametrize("number", rows)(tried)

    return over_the_items


def _named(rows: list[list[Any]], ids: Callable[[Any], object] | Iterable[str] | None) -> Rows:
    if ids is None:
        ids = [repr(row)[1:-1][:200] for row in rows]
    elif callable(ids):
        ids = [", ".join(str(ids(value)) for value in row) for row in rows]
    pairs = enumerate(zip(ids, rows, strict=True), 1)
    return {f"{number} ({name})": row for number, (name, row) in pairs}


def _instead_of(
    test: Test, columns: list[str], selected_by: list[str], rows_of: Callable[..., Rows]
) -> Test:
    """A test that tries the rows one by one."""

    def tried(**fixtures: Any) -> None:
        rows = rows_of(**{name: fixtures.pop(name) for name in selected_by})
        faults = {}
        for number, (name, row) in enumerate(rows.items()):
            own = fixtures | _fresh(number, fixtures)
            try:
                test(**dict(zip(columns, row, strict=True)), **own)
            except (Exception, pytest.fail.Exception, pytest.skip.Exception) as fault:
                faults[name] = fault
        if faults:
            told = [f"row {name}: {_words(fault)}" for name, fault in faults.items()]
            raise AssertionError(
                f"{len(faults)} of {len(rows)} rows failed; above is how the first did\n"
                + "\n".join(told)
            ) from next(iter(faults.values()))

    asked = inspect.signature(test)
    kept = [one for name, one in asked.parameters.items() if name not in columns]
    more = [inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY) for name in selected_by]
    tried.__signature__ = asked.replace(parameters=[*kept, *more])
    tried.__name__, tried.__doc__ = test.__name__, test.__doc__
    tried.__module__ = test.__module__
    return tried


def _fresh(number: int, fixtures: Mapping[str, Any]) -> dict[str, Any]:
    """What each row has for itself; what an earlier one printed is gone."""
    new_learner.begin()
    if "capsys" in fixtures:
        fixtures["capsys"].readouterr()
    if "tmp_path" not in fixtures:
        return {}
    folder = fixtures["tmp_path"] / f"row-{number}"
    folder.mkdir()
    return {"tmp_path": folder}


def _words(fault: BaseException) -> str:
    known = isinstance(fault, AssertionError | pytest.fail.Exception)
    return str(fault) if known else f"{type(fault).__name__}: {fault}"
