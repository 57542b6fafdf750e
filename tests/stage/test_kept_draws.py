"""What is said of a hundred numbers: what nine in ten of them are between."""

import pytest

from labutils.stage.kept_draws import around, kept, middle, spread


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
    [
        (range(1, 101), "50 ± 45"),
        (range(1001, 1101), "1,050 ± 45"),
        ([1000] * 100, "1,000"),
        ([0] * 100, "0"),
        ([0] * 50 + [1] * 50, "at most 1"),
        ([4] * 50 + [7] * 50, "5 ± 2"),
    ],
)
def test_a_spread_around_its_middle_holds_nine_draws_in_ten(numbers, words):
    assert around(numbers) == words


@pytest.mark.parametrize("lesson", [14, 16])
def test_a_lesson_keeps_a_hundred_draws_of_each_row(lesson):
    assert {len(row) for part in kept(lesson).values() for row in part.values()} == {100}
