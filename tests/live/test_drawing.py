"""The company of an exercise: an ordinary day, harmless stories, and an intruder who gets on."""

import json
from pathlib import Path

import pytest

from labutils.incident.log_format import log_format
from labutils.live import drawing
from labutils.live.company import HOUR, LiveCompany, live_event
from labutils.live.containment import Containment
from labutils.live.drawing import FEWEST, HISTORY, NoExercise, draw
from labutils.live.intruder import LiveIntruder


@pytest.mark.parametrize("seed", ["1", "2", "7", "any text at all"])
def test_every_seed_gives_an_intruder_who_gets_on_and_loses_data(seed: str) -> None:
    company = draw(seed, 240)
    intruder = LiveIntruder(company, Containment(company))
    intruder.run(company.end)
    assert len(intruder.made) >= FEWEST and intruder.losses
    assert all(company.start <= one.at <= company.end for one in intruder.tried)


def test_the_same_seed_gives_the_same_company(company: LiveCompany) -> None:
    again = drawing._of_seed(company.seed, company.minutes)
    assert again.start == company.start and again.chain == company.chain
    assert [one.text for one in again.ordinary] == [one.text for one in company.ordinary]


def test_the_day_before_is_there_and_lines_come_in_the_order_of_their_arrival(
    company: LiveCompany,
) -> None:
    first = min(one.at for one in company.ordinary)
    assert company.start - HISTORY <= first < company.start - HISTORY + HOUR
    assert max(one.at for one in company.ordinary) < company.end
    arrivals = [one.arrives for one in company.ordinary]
    assert arrivals == sorted(arrivals)
    assert all(one.arrives >= one.at for one in company.ordinary)


def test_there_are_harmless_stories_within_the_exercise_and_tickets_about_them(
    company: LiveCompany,
) -> None:
    stories = {one.twin for one in company.ordinary if one.twin and one.at >= company.start}
    assert len(stories) >= 2
    assert company.tables["tickets"] and company.tables["roster"]


def test_nothing_of_the_truth_is_in_a_line(company: LiveCompany) -> None:
    intruder = LiveIntruder(company, Containment(company))
    intruder.run(company.end)
    assert intruder.lines
    for event in (*intruder.lines, *company.ordinary):
        assert "unattributed" not in event.text and "intruder" not in event.text
        assert set(json.loads(event.text)) <= {*event.fields}


def test_no_identifier_of_the_intruder_is_the_same_under_another_seed() -> None:
    def identifiers(seed: str) -> set[str]:
        company = draw(seed, 240)
        intruder = LiveIntruder(company, Containment(company))
        intruder.run(company.end)
        fields = (event.fields for event in intruder.lines)
        keys = ("uuid", "requestID", "eventID", "RayID", "cfRayId", "REQUEST_ID")
        return {str(one[key]) for one in fields for key in keys if key in one}

    assert identifiers("1") and not identifiers("1") & identifiers("2")


def test_a_line_is_costly_where_its_vendor_writes_it_at_the_highest_level_alone(
    company: LiveCompany,
) -> None:
    assert any(one.costly for one in company.ordinary)
    for event in company.ordinary[:400]:
        costly = log_format(event.source).costly
        assert not event.costly or costly
        again = live_event(event.source, event.at, event.text, company.known_as)
        assert again.costly == event.costly and again.who == event.who


@pytest.mark.parametrize("case", ["cloudflare-2023", "drift-2025"])
def test_a_case_can_be_played(case: str) -> None:
    company = draw("x", 240, case)
    intruder = LiveIntruder(company, Containment(company))
    intruder.run(company.end)
    assert company.title == case and len(intruder.made) >= 3
    assert {one.step for one in intruder.lines} <= set(company.steps) | {"a way back"}


def test_a_case_without_ordinary_traffic_says_so() -> None:
    with pytest.raises(NoExercise, match="no ordinary traffic"):
        draw("x", 240, str(Path(__file__).parents[1] / "cases" / "circleci-2022"))


@pytest.mark.parametrize("minutes", [30, 60, 480])
def test_an_exercise_of_another_length_has_as_many_steps(minutes: int) -> None:
    company = draw("1", minutes)
    intruder = LiveIntruder(company, Containment(company))
    intruder.run(company.end)
    assert len(intruder.made) >= FEWEST and intruder.losses
    assert max(intruder.made.values()) <= company.end
