"""What is said of a hundred numbers: what nine in ten of them are between."""

import pytest

from labutils.lessons.lesson_16.kept_draws import about, kept, middle, spread


def test_the_middle_is_from_the_fifth_to_the_ninety_fifth():
    assert middle(range(1, 101)) == (5, 95)
    assert middle([7] * 100) == (7, 7)
    assert middle(reversed(range(1, 101))) == (5, 95)


@pytest.mark.parametrize(
    ("numbers", "words"), [(range(1, 101), "5 to 95"), ([1000] * 100, "1,000"), ([0] * 100, "0")]
)
def test_a_spread_in_words(numbers, words):
    assert spread(numbers) == words


@pytest.mark.parametrize(
    ("numbers", "words"),
    [(range(1, 101), "about 50"), (range(1001, 1101), "about 1,050"), ([1000] * 100, "1,000")],
)
def test_a_number_of_dice_that_are_ours_is_round_and_has_no_interval(numbers, words):
    assert about(numbers) == words


def test_the_lesson_keeps_a_hundred_draws_of_each_row():
    assert {len(row) for part in kept(16).values() for row in part.values()} == {100}
