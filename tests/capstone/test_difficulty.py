"""How hard an incident is: counted in what was drawn, and silent about whether anybody was in."""

from dataclasses import replace

import pytest

from labutils.capstone import exam
from labutils.capstone.difficulty import LEVELS, Difficulty, difficulty_of
from labutils.capstone.folder import number_of
from labutils.capstone.grading import Bench
from labutils.capstone.incident import Drawn, NoIncident, draw
from labutils.capstone.report import IncidentReport

SEEDS = ("1", "2", "3", "5", "7", "11")


@pytest.fixture(scope="module")
def levels() -> dict[str, Difficulty]:
    return {seed: difficulty_of(draw(seed)) for seed in SEEDS}


def test_a_level_counts_reasons(levels: dict[str, Difficulty]) -> None:
    for one in levels.values():
        assert one.level == LEVELS[min(2, len(one.reasons))]
    assert {one.level for one in levels.values()} == set(LEVELS)


def test_it_is_the_same_whether_anybody_was_in_or_not(levels: dict[str, Difficulty]) -> None:
    """Else a level would be half of a verdict."""
    for seed, level in levels.items():
        assert difficulty_of(replace(draw(seed), chain=())) == level


def one_place(drawn: Drawn, *, at_program: bool) -> Drawn:
    exit_of = next(one for one in drawn.exits.values() if one.zone.id != "services")
    here = replace(exit_of, at_program=at_program)
    return replace(drawn, exits=dict.fromkeys(drawn.exits, here))


def test_who_works_from_one_address_outside_is_easier_than_who_sits_at_the_programs() -> None:
    drawn = draw("2")
    outside = difficulty_of(one_place(drawn, at_program=False)).reasons
    at_home = difficulty_of(one_place(drawn, at_program=True)).reasons
    hosts = "a third of the steps or more from the company's own hosts"
    assert hosts in at_home and hosts not in outside


def test_the_grade_says_what_made_it_hard(bench: Bench) -> None:
    empty = IncidentReport(number_of(bench.seed))
    assert str(difficulty_of(bench.drawn)) in str(bench.grade(empty, ()))


@pytest.mark.parametrize("level", LEVELS)
def test_an_exam_may_ask_for_a_level(level: str, monkeypatch: pytest.MonkeyPatch) -> None:
    seeds = iter([*SEEDS, *SEEDS])
    monkeypatch.setattr(exam.secrets, "token_hex", lambda _: next(seeds))
    assert difficulty_of(draw(exam.fresh_seed(level))).level == level


def test_a_seed_without_an_incident_is_nobodys(monkeypatch: pytest.MonkeyPatch) -> None:
    def drawn(seed: str) -> Drawn:
        if seed == "none":
            raise NoIncident("Seed none gives no incident.")
        return draw(seed)

    seeds = iter(["none", "2"])
    monkeypatch.setattr(exam.secrets, "token_hex", lambda _: next(seeds))
    monkeypatch.setattr(exam, "draw", drawn)
    assert exam.fresh_seed() == "2"
