"""A table of cases asks as much as a test for each case (tests/helpers/tables.py)."""

import inspect

import new_learner
import pytest
from tables import table


@table("number, square", [(1, 1), (2, 5), (3, 9), (4, 15)])
def squares(number, square):
    assert number**2 == square


def test_each_row_is_tried_and_each_that_fails_is_named():
    with pytest.raises(AssertionError) as raised:
        squares()
    told = str(raised.value)
    assert told.startswith("2 of 4 rows failed")
    assert "row 2 (2, 5): " in told and "row 4 (4, 15): " in told
    assert "row 1 " not in told and "row 3 " not in told


def stops():
    pytest.fail("stopped")


def skips():
    pytest.skip("skipped")


def test_an_error_a_refusal_and_a_skip_are_faults_of_their_rows():
    acts = {"divides": lambda: 1 // 0, "stops": stops, "skips": skips, "passes": lambda: None}
    tried = table("act", acts.values(), ids=acts)(lambda act: act())
    with pytest.raises(AssertionError, match=r"3 of 4 rows") as raised:
        tried()
    assert "row 1 (divides): ZeroDivisionError: " in str(raised.value)
    assert "row 2 (stops): stopped" in str(raised.value)
    assert "row 3 (skips): Skipped: skipped" in str(raised.value)


def test_a_table_in_a_table_tries_each_pair():
    pairs = []
    over_both = table("a", [1, 2])(table("b", [3, 4])(lambda a, b: pairs.append((a, b))))
    over_both()
    assert pairs == [(1, 3), (1, 4), (2, 3), (2, 4)]


def test_a_row_begins_with_a_new_learner_an_empty_folder_and_nothing_printed(
    tmp_path, capsys, monkeypatch
):
    begun, seen = [], []
    monkeypatch.setattr(new_learner, "begin", lambda: begun.append(True))

    def meets(row, tmp_path, capsys):
        seen.append(([*tmp_path.iterdir()], capsys.readouterr().out))
        (tmp_path / "left").write_text(f"{row}", encoding="utf-8")
        print(row)

    table("row", "abc")(meets)(tmp_path=tmp_path, capsys=capsys)
    assert seen == [([], "")] * 3 and len(begun) == 3


def test_fixtures_are_asked_for_and_columns_are_not():
    def asks(tmp_path, one, two):
        assert tmp_path and one < two

    tried = table(("one", "two"), [(1, 2)])(asks)
    assert list(inspect.signature(tried).parameters) == ["tmp_path"]


def test_a_table_without_a_row_is_refused():
    with pytest.raises(ValueError, match="a table of name without a row tests nothing"):
        table("name", [])
