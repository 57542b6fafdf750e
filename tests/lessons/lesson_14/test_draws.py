"""The hundred draws of lesson 14: what is kept is what is computed, and how it is read."""

import pytest
from how_many import OF_A_HUNDRED
from places import ROOT

from labutils.incident import cases
from labutils.incident.breach import foresee
from labutils.lab import data_file
from labutils.lessons.lesson_14 import draws, thieves, worlds
from labutils.lessons.lesson_14.draws import ASSUMPTIONS, ELSEWHERE, TENANT
from labutils.stage.breached_company import EXPOSED


def kept(number, part):
    """The counts of a draw that the file holds."""
    return {row: values[number] for row, values in draws.kept()[part].items()}


# `make test-all` computes a whole draw again, `make test` the part under one assumption.
COMPUTED = tuple(ASSUMPTIONS) if OF_A_HUNDRED == 100 else (TENANT,)


@pytest.mark.parametrize("assumption", COMPUTED)
def test_a_draw_computed_again_gives_the_counts_that_are_kept(assumption):
    crowd = list(thieves.draw(draws.THIEVES, "draw 57").values())
    assert draws.counted(draws.under(assumption, crowd)) == kept(57, assumption)


@pytest.mark.parametrize("number", [0, 99])
def test_the_first_hundred_of_another_draw_give_the_counts_that_are_kept(number):
    assert draws.draw(number, draws.FIRST)["first hundred"] == kept(number, "first hundred")


def test_each_row_has_a_count_for_each_of_a_hundred_draws():
    assert set(draws.kept()) == {*ASSUMPTIONS, "first hundred"}
    for part, rows in draws.kept().items():
        most = draws.FIRST if part == "first hundred" else draws.THIEVES
        for row, values in rows.items():
            assert len(values) == draws.DRAWS and 0 <= min(values) <= max(values) <= most, row


def test_the_first_hundred_of_a_draw_are_drawn_alike():
    few, many = thieves.drawn(100, "draw 3"), thieves.drawn(120, "draw 3")
    assert list(map(str, few)) == list(map(str, many[:100]))


def test_a_thief_to_whom_the_four_leaked_elsewhere_has_them_from_the_start():
    (thief,) = draws.under(ELSEWHERE, [cases.load()])
    assert set(EXPOSED) <= set(thief.campaign.start_with)
    assert draws.under(TENANT, [cases.load()])[0].campaign == cases.load().campaign


def test_each_world_is_counted_as_it_is_foreseen():
    crowd = list(thieves.draw(5, "counted").values())
    for assumption in ASSUMPTIONS:
        cases_of = draws.under(assumption, crowd)
        counts = draws.counted(cases_of)
        for name in ("2023", "exposed_rotated", "alarm after 125 minutes", "all controls"):
            reached = [
                worlds.happened(foresee(draws.worlds()[name], case=case)) for case in cases_of
            ]
            for loss in worlds.LOSSES:
                stopped = sum(loss not in losses for losses in reached)
                assert counts[f"{loss} | {name}"] == stopped, (assumption, name, loss)


@pytest.mark.parametrize(
    ("numbers", "ends"),
    [(range(1, 101), (5, 95)), (range(100, 0, -1), (5, 95)), ([7] * 100, (7, 7))],
)
def test_nine_in_ten_of_a_hundred_lie_between_the_fifth_and_the_ninety_fifth(numbers, ends):
    assert draws.middle(numbers) == ends


def test_the_file_is_written_by_make_conclusions():
    text = data_file("conclusions/lesson-14.json").read_text(encoding="utf-8")
    assert len(text) < 400_000
    assert "conclusions" in (ROOT / "tools" / "course.py").read_text(encoding="utf-8")
