"""On seeds that took no part in choosing what makes an incident hard, the first eight of each level
from 51 on, a hunter earns less where it is called hard."""

from statistics import mean

from labutils.capstone.difficulty import difficulty_of
from labutils.capstone.grading import Bench
from labutils.capstone.incident import draw
from labutils.capstone.reference import work_of

EASY = ("56", "57", "60", "62", "71", "72", "74", "81")
HARD = ("63", "64", "65", "67", "70", "73", "75", "77")


def points(seed: str) -> float:
    """What the report of the thorough hunter is worth, its rules apart."""
    with Bench(seed) as bench:
        work = work_of(bench, ["thorough"])["thorough"]
        return bench.grade(work.report, (), work.minutes).total


def test_the_thorough_hunter_earns_less_where_it_is_hard() -> None:
    assert {difficulty_of(draw(seed)).level for seed in EASY} == {"easy"}
    assert {difficulty_of(draw(seed)).level for seed in HARD} == {"hard"}
    assert mean(map(points, EASY)) > mean(map(points, HARD)) + 10
