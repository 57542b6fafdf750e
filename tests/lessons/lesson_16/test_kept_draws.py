"""What is kept of a hundred draws, and what is said of them."""

import pytest

from labutils.lessons.lesson_16.kept_draws import about, kept


@pytest.mark.parametrize(
    ("numbers", "words"),
    [(range(1, 101), "about 50"), (range(1001, 1101), "about 1,050"), ([1000] * 100, "1,000")],
)
def test_a_number_of_dice_that_are_ours_is_round_and_has_no_interval(numbers, words):
    assert about(numbers) == words


def test_the_lesson_keeps_a_hundred_draws_of_each_row():
    assert {len(row) for part in kept(16).values() for row in part.values()} == {100}
