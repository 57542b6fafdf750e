"""What has happened since 2023 is known from somewhere, and the page says how surely."""

import pytest
from fact_ledgers import facts_of, grade_fits, in_order_since

LEDGERS = {"since-2023": "since-", "ci": "ci-", "agents": "agents-"}  # and how an id of each begins
FACTS = [fact for name in LEDGERS for fact in facts_of(name)]


@pytest.mark.parametrize("fact", FACTS, ids=[fact.id for fact in FACTS])
def test_a_grade_is_what_was_read(fact):
    assert grade_fits(fact)


@pytest.mark.parametrize("name", LEDGERS)
def test_a_ledger_is_in_order_of_time_and_nothing_of_it_is_part_of_the_incident_of_2023(name):
    assert in_order_since(facts_of(name), "2024")


@pytest.mark.parametrize(("name", "begin"), LEDGERS.items())
def test_an_id_says_which_ledger_it_is_from(name, begin):
    assert all(fact.id.startswith(begin) for fact in facts_of(name))
