"""Sets of rows behave as sets do."""

from hypothesis import given
from hypothesis import strategies as st

from labutils.hunt.row_set import RowSet

SIZE = 300
rows = st.sets(st.integers(0, SIZE - 1))


@given(rows, rows)
def test_they_are_sets(one, other):
    first, second = RowSet.of(one, SIZE), RowSet.of(other, SIZE)
    assert list((first & second).rows()) == sorted(one & other)
    assert list((first | second).rows()) == sorted(one | other)
    assert list((~first).rows()) == sorted(set(range(SIZE)) - one)
    assert len(first) == len(one)
    assert all((row in first) == (row in one) for row in range(SIZE))


@given(rows, st.integers(0, SIZE), st.integers(0, SIZE))
def test_a_stretch_of_rows_is_counted(one, begin, end):
    begin, end = sorted((begin, end))
    inside = {row for row in one if begin <= row < end}
    assert RowSet.of(one, SIZE).count_between(begin, end) == len(inside)
    between = RowSet.of(one, SIZE) & RowSet.between(begin, end, SIZE)
    assert list(between.rows()) == sorted(inside)


def test_of_no_rows_there_is_an_empty_set():
    empty = RowSet.of([], 0)
    assert list(empty.rows()) == [] and len(~empty) == 0
