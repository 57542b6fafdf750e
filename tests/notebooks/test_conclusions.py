"""What Part 3 concludes about a control is what the sweep gave, and no more."""

import conclusions
import lessons
import pytest
from moulds import IN_BEATS
from nbformat import read
from places import LESSONS
from rails import demand, demand_none
from tables import table

# What 12, 13 and 15 compute is in their own tests; 14 leaves its learner with what flips nowhere.
PART_3 = ["11"]
SWEPT = {"99-life": ["up to 26 hours"]}


def prose_of(number):
    """The prose of a lesson and, where that concludes for it, of its practice."""
    paths = [lessons.notebook(number), lessons.practice(number)]
    cells = [cell for path in paths if path for cell in read(path, as_version=4).cells]
    return "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


@pytest.mark.parametrize("number", PART_3)
def test_each_conclusion_says_the_range_in_which_it_was_computed(number):
    demand_none(
        f"{number}: {problem}"
        for problem in conclusions.problems(prose_of(number), conclusions.computed(number))
    )


@pytest.mark.parametrize("number", PART_3)
def test_a_conclusion_over_draws_names_the_draws_and_the_assumption(number):
    drawn = conclusions.over_draws(number)
    assert drawn <= set(conclusions.written(number))
    demand_none(f"{number}: {one}" for one in conclusions.undrawn(prose_of(number), drawn))


@pytest.mark.parametrize("number", PART_3)
def test_a_lesson_of_part_3_concludes_three_things_or_more_and_one_in_its_recap(number):
    written = conclusions.written(number)
    demand(len(written) >= 3, f"{number} computes {len(written)} conclusions; three are wanted.")
    demand(
        number in IN_BEATS or conclusions.in_the_recap(prose_of(number)),
        f"{number}: no item of the recap carries <!-- holds: NAME -->.",
    )


def test_the_name_of_a_conclusion_begins_with_the_number_of_its_lesson():
    demand_none(
        f"{path.parent.name}: call {name!r} {number}-…"
        for path in sorted(LESSONS.glob("lesson_??/conclusions.py"))
        for number in [path.parent.name[-2:]]
        for name in conclusions.written(number)
        if not name.startswith(f"{number}-")
    )


def test_a_conclusion_without_its_draws_or_its_assumption_is_noticed():
    holds = "<!-- holds: 99-life -->"
    said = "Over 100 draws of 1,000, under both assumptions, 3 to 5 do."
    assert not list(conclusions.undrawn(f"{said} {holds}", {"99-life"}))
    (one,) = conclusions.undrawn(f"Under both assumptions 3 to 5 do. {holds}", {"99-life"})
    assert "over how many draws (99-life)" in one
    (other,) = conclusions.undrawn(f"Over 100 draws of 1,000 3 to 5 do. {holds}", {"99-life"})
    assert "under which assumption (99-life)" in other
    assert not list(conclusions.undrawn(f"3 to 5 do. {holds}", set()))


# --- and this can fail ---------------------------------------------------------------------------


def test_a_paragraph_with_the_computed_range_holds():
    text = "An hour stops him.\n\nA life *up to 26 hours* stops him. <!-- holds: 99-life -->"
    assert not list(conclusions.problems(text, SWEPT))


@table(
    ("text", "problem"),
    [
        ("A life up to 48 hours stops him. <!-- holds: 99-life -->", "must say 'up to 26 hours'"),
        ("Up to 26 hours it stops him. <!-- holds: 99-life -->", "must say 'up to 26 hours'"),
        (
            "A life up to 26 hours stops any thief. <!-- holds: 99-life -->",
            "says 'any': no sweep of it holds that",
        ),
        ("It stops him. <!-- holds: 99-lives -->", "which no function computes"),
        ("It stops him up to 26 hours.", "no paragraph carries <!-- holds: 99-life -->"),
        ("- up to 26 hours\n- It stops him. <!-- holds: 99-life -->", "must say 'up to 26 hours'"),
    ],
)
def test_a_claim_beyond_the_computed_range_is_named(text, problem):
    assert any(problem in sentence for sentence in conclusions.problems(text, SWEPT))


def test_the_words_of_the_computed_range_may_claim_all():
    text = "It stops him at every delay. <!-- holds: 99-life -->"
    assert not list(conclusions.problems(text, {"99-life": ["at every delay"]}))
    assert list(conclusions.problems(text + " Always. <!-- holds: 99-life -->", SWEPT))


def test_a_conclusion_outside_the_recap_is_not_in_it():
    inside = "## Recap\n\n- Short. <!-- holds: 99-life -->\n\n### In practice\n\nMore."
    outside = "## Recap\n\n- Short.\n\n### In practice\n\nMore. <!-- holds: 99-life -->"
    assert conclusions.in_the_recap(inside)
    assert not conclusions.in_the_recap(outside)
