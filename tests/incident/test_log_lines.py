"""The lines of a log, read when they are asked for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labutils.incident.log_lines import LogLines


@given(st.binary(max_size=60))
def test_they_are_those_that_python_reads_in_whatever_order(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("log") / "okta.jsonl"
    path.write_bytes(content)
    with path.open("rb") as file:
        every = file.readlines()
    lines = LogLines(path)
    assert len(lines) == len(every)
    assert [lines[number] for number in reversed(range(len(every)))] == every[::-1]
    assert list(lines) == list(lines) == every


@pytest.mark.parametrize("number", [-1, 2])
def test_a_number_that_no_line_has_is_named_with_the_log(tmp_path, number):
    path = tmp_path / "okta.jsonl"
    path.write_bytes(b"{}\n{}\n")
    with pytest.raises(IndexError, match=rf"okta\.jsonl has 2 lines, from 0 on: no {number}"):
        LogLines(path)[number]


def test_a_log_that_is_not_there_is_an_error_at_once(tmp_path):
    with pytest.raises(FileNotFoundError):
        LogLines(tmp_path / "okta.jsonl")
