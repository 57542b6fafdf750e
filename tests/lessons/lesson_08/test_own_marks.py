"""Marks of one's own beside what came out: a star where they differ, and nothing for a blank."""

import pytest

from labutils.lessons.lesson_08.own_marks import print_marks

CAME = {"a cookie": "open", "a code": "at once"}


@pytest.mark.parametrize(
    ("own", "lines"),
    [
        ({}, ["  a cookie - open", "  a code - at once", "0 of 2 as you expected"]),
        ({"a code": ...}, ["  a cookie - open", "  a code - at once", "0 of 2 as you expected"]),
        (CAME, ["  a cookie open open", "  a code at once at once", "2 of 2 as you expected"]),
        (
            {"a cookie": "later", "a code": "at once", "a key": "open"},
            ["* a cookie later open", "  a code at once at once", "1 of 2 as you expected"],
        ),
        (
            {"a cookie": None},
            ["* a cookie None open", "  a code - at once", "0 of 2 as you expected"],
        ),
        (
            {"a cookie": ["open"], "a code": "x" * 99},
            [
                "* a cookie ['open'] open",
                "* a code xxxxxxxxxxxx... (99 characters) at once",
                "0 of 2 as you expected",
            ],
        ),
    ],
    ids=["empty", "blank", "right", "one wrong", "none", "odd"],
)
def test_each_mark_stands_beside_what_came_out(own, lines, capsys):
    print_marks(own, CAME, width=8)
    printed = capsys.readouterr().out.splitlines()
    assert [line[:2] + " ".join(line[2:].split()) for line in printed[:-1]] == lines[:-1]
    assert printed[-1] == lines[-1]
