"""What may spell a text piece by piece: where it stands, how short it is, what its name is."""

import json

import pytest
from tables import table

from labutils.har.spelling import (
    SHORT_JSON,
    Stands,
    count_numbers,
    in_a_list,
    is_counted,
    is_number,
    is_piece,
    numbered,
)

NOT_SPELLING = (Stands.NAMED, Stands.BELOW)


def test_a_number_may_spell_where_it_is_an_element_and_not_under_a_name():
    may = {stands: stands.may_spell for stands in Stands}
    assert may == {stands: stands not in NOT_SPELLING for stands in Stands}


def test_below_an_element_the_members_of_an_object_have_a_name_again():
    below = {stands: stands.below() for stands in Stands}
    assert below == {**{stands: stands for stands in Stands}, Stands.ELEMENT: Stands.BELOW}


@table(
    ("values", "stands"),
    [
        ([101, 121, 74, 104], Stands.SPELLED),
        ([101, 121, 74], Stands.ELEMENT),  # three are too few
        ([{"c": 101}, {"c": 121}, {"c": 74}, {"c": 104}], Stands.SPELLED),
        ([[1], [2], [3], [4]], Stands.SPELLED),
        ([101, 121, 74, "x"], Stands.ELEMENT),
        ([{"a": 1, "b": 2}, 1, 2, 3], Stands.ELEMENT),  # one of them holds two
        ([], Stands.ELEMENT),
    ],
)
def test_a_list_spells_where_each_of_four_or_more_elements_holds_one_number(values, stands):
    assert in_a_list(values) is stands


@table(
    ("text", "under_a_name", "elsewhere"),
    [
        ("", True, True),
        ("e", True, True),
        ("ey", False, True),
        ("eyJh", False, True),
        ("eyJhb", False, False),
        ("\\u0065", True, True),
        ("0x65", True, True),
        ("&#x65;", True, True),
        ("%65", True, True),
        ("U+0065", True, True),
        ("0b1100101", True, True),
        ("0o145", True, True),
        ("\\x65", True, True),
        ("%6f", True, True),
        ("%9", True, True),
        ("%123456789", False, False),  # nine digits are no code of a character
        ("x%65", False, True),
    ],
)
def test_a_short_text_or_a_code_of_a_character_may_be_a_piece(text, under_a_name, elsewhere):
    assert is_piece(text, Stands.NAMED) is under_a_name
    assert {is_piece(text, stands) for stands in Stands if stands is not Stands.NAMED} == {
        elsewhere
    }


@table(
    ("all_names", "which"),
    [
        (["t0", "t1", "t2", "t3"], {"t0", "t1", "t2", "t3"}),
        (["t0", "t1", "t2"], set()),  # three are too few
        (["token[]"], {"token[]"}),
        (["token"] * 4 + ["page"], {"token"}),
        (["token"] * 3, set()),
        (["0", "1"], {"0", "1"}),
        (["2", "1"], {"1", "2"}),
        (["0", "2"], set()),
        (["0"], {"0"}),
        (["t1", "t22", "t333", "t4444", "page"], {"t1", "t22", "t333", "t4444"}),
        ([7, None, "page"], set()),
    ],
)
def test_names_that_count_or_come_again_may_hold_pieces_of_one_text(all_names, which):
    assert numbered(all_names) == which


@pytest.mark.parametrize(
    ("all_names", "counted"),
    [
        (["0", "1", "2"], True),
        (["3", "1", "2"], True),
        (["2", "3", "4"], False),
        (["0", "1", "1"], False),
        (["0", "x"], False),
    ],
)
def test_names_are_counted_from_0_or_from_1(all_names, counted):
    assert is_counted(all_names) is counted


LONG = json.dumps([1, "x" * (SHORT_JSON - 7)])
SHORTER = json.dumps([1, "x" * (SHORT_JSON - 8)])


@table(
    ("value", "number"),
    [
        (7, 1),
        (7.5, 1),
        (True, 0),
        ("7", 0),
        (None, 0),
        ([], 0),
        ([7], 1),
        ([7, 8], 2),
        ([7, 8, 9], 2),
        ([[7], [8]], 2),
        ([[7, 8], "x"], 2),
        (["x", [7]], 1),
        ({"a": 7, "b": "x"}, 1),
        ({"a": 7, "b": 8}, 2),
        ("[7]", 1),
        ('{"a": 7}', 1),
        (["[7]", "[8]"], 2),
        (SHORTER, 1),
        (LONG, 0),
    ],
)
def test_numbers_are_counted_up_to_two_also_in_short_texts_of_json(value, number):
    assert count_numbers(value) == number


def test_one_text_of_json_has_the_length_of_the_limit_and_the_other_is_below():
    assert (len(LONG), len(SHORTER)) == (100, 99) == (SHORT_JSON, SHORT_JSON - 1)


@pytest.mark.parametrize(
    ("value", "is_one"), [(0, True), (1.5, True), (False, False), ("1", False)]
)
def test_a_truth_value_is_no_number(value, is_one):
    assert is_number(value) is is_one
