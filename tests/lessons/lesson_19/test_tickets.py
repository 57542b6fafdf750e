"""A day of tickets: what each setting lets out, stops, and asks."""

from itertools import combinations

import pytest

from labutils.lessons.lesson_19.tickets import ATTENTIVE, SETTINGS, Outcome, day, work

DAY = {
    "her whole token": Outcome(3, 30, 0),
    "a token that only reads": Outcome(0, 22, 0),
    "a token for this ticket": Outcome(1, 30, 0),
    "nothing goes out after foreign text": Outcome(0, 25, 0),
    "she approves what goes out": Outcome(0, 30, 11),
    "she approves everything": Outcome(2, 30, 43),
}


@pytest.mark.parametrize("setting", SETTINGS)
def test_a_day_under_one_setting(setting):
    assert work([setting]) == DAY[setting]


def test_of_all_pairs_one_is_good_enough():
    good = [
        set(pair)
        for pair in combinations(SETTINGS, 2)
        if (came := work(pair)).leaks == 0 and came.done == 30 and came.asked <= ATTENTIVE
    ]
    assert good == [{"a token for this ticket", "she approves what goes out"}]


def test_a_day_has_thirty_tickets_and_three_orders_one_of_them_in_two():
    orders = [ticket.orders for ticket in day() if ticket.orders]
    assert len(day()) == 30 and len(orders) == 4
    assert sum(("send", "tom") in one for one in orders) == 3
