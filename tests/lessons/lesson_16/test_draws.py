"""The hundred draws of lesson 16: what is kept is what is computed, and how it is read."""

import pytest

from labutils.incident.breach import foresee
from labutils.lessons.lesson_16 import both_incidents, draws, thieves
from labutils.lessons.lesson_16.draws import CONTROLS, GOALS
from labutils.lessons.lesson_16.kept_draws import kept
from labutils.lessons.lesson_16.thieves import ASSUMPTIONS, KEY_ALONG, KEY_APART


@pytest.mark.parametrize("number", [0, 57])
def test_a_draw_computed_again_gives_the_counts_that_are_kept(number):
    for part, counts in draws.draw(number).items():
        assert counts == {row: values[number] for row, values in kept(16)[part].items()}, part


def test_each_row_has_a_count_for_each_of_a_hundred_draws():
    assert set(kept(16)) == set(ASSUMPTIONS)
    for rows in kept(16).values():
        assert len(rows) == len(GOALS) * len(draws.worlds())
        for row, values in rows.items():
            assert (
                len(values) == draws.DRAWS and 0 <= min(values) <= max(values) <= draws.THIEVES
            ), row


def test_each_world_is_counted_as_it_is_foreseen():
    crowd = thieves.draw(6, "counted")
    for assumption in ASSUMPTIONS:
        some = thieves.under(assumption, crowd)
        counts = draws.counted(some)
        for name, world in draws.worlds().items():
            for loss, fact in GOALS.items():
                stopped = sum(
                    step.stopped
                    for one in some
                    for step in foresee(world, case=one)
                    if step.fact == fact
                )
                assert counts[f"{loss} | {name}"] == stopped, (name, loss)


def test_every_thief_exports_in_the_historical_world():
    assert set(draws.stopped("2025")) == {0}


def test_a_thief_of_whom_nothing_was_varied_is_that_of_the_case():
    ranges = thieves.Ranges(("same cloud",), (1,), (276,), looks=1, deletes=1, password=1)
    one, case = thieves.variant("as it was", ranges), thieves.case_of_2025()
    then, now = (foresee(draws.worlds()["2025"], case=some) for some in (case, one))
    assert [(step.fact, step.time, step.outcome) for step in now] == [
        (step.fact, step.time, step.outcome) for step in then
    ]
    assert one.addresses == case.addresses


def test_who_does_not_look_round_lists_and_counts_nothing():
    blind = thieves.variant("blind", thieves.Ranges(looks=0))
    asked = {ask.scope for plan in blind.campaign.steps for route in plan.routes for ask in route}
    assert not asked & set(thieves.LISTS) and "crm:export" in asked


def test_a_key_that_lies_with_the_tokens_binds_nothing():
    [along] = thieves.under(KEY_ALONG, [thieves.case_of_2025()])
    held = along.estate.credentials["crm-grant"].binds
    assert thieves.KEY_BOUND not in held and "service_tokens_bound" in held
    assert thieves.under(KEY_APART, [thieves.case_of_2025()]) == [thieves.case_of_2025()]


def test_the_table_names_controls_that_were_counted():
    then = {one for one, _ in both_incidents.SIDE_BY_SIDE.values()}
    now = {one for _, one in both_incidents.SIDE_BY_SIDE.values()}
    assert now | set(both_incidents.OF_2025.values()) <= {*CONTROLS, "2025"}
    assert all(len(draws.stopped_in_2023(one)) == 2 for one in then)


def test_one_defence_stops_nine_in_ten_of_both_incidents_under_every_assumption():
    assert both_incidents.stops_both() == ["no more rights than its job needs"]
