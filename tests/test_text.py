"""What text is shown, and how a number of things is written."""

import pytest
from tables import table

from labutils.text import aligned, counted, shown


@table(
    ("number", "words"),
    [
        (0, "0 minutes"),
        (1, "1 minute"),
        (1.0, "1 minute"),
        (2, "2 minutes"),
        (0.5, "0.5 minutes"),
        (10.5, "10.5 minutes"),
        (1_234_567, "1234567 minutes"),
    ],
)
def test_one_thing_is_singular_and_each_other_number_plural(number, words):
    assert counted(number, "minute") == words


@pytest.mark.parametrize(("number", "words"), [(1, "1 try"), (3, "3 tries")])
def test_a_plural_of_its_own_is_taken(number, words):
    assert counted(number, "try", "tries") == words


def test_what_does_not_print_is_escaped_and_the_rest_is_cut():
    assert shown("a\x1b\u202eb") == "a\\u001b\\u202eb"
    assert shown("abcdef", 3) == "abc... (6 characters)"


def test_columns_stand_under_each_other_and_no_line_ends_in_spaces():
    assert aligned([["who", "status"], ["Ada", ""], ["somebody", "200"]]) == [
        "who       status",
        "Ada",
        "somebody  200",
    ]


def test_a_row_that_is_too_short_is_refused_and_not_filled():
    with pytest.raises(ValueError, match="shorter"):
        aligned([["who", "status"], ["Ada"]])
