"""What has happened since 2023 is known from somewhere, and the page says how surely."""

import pytest

from labutils.incident.ledger_schema import read_ledger
from labutils.sheets import read

FACTS = read_ledger(read("ledgers/since-2023.yaml")).facts.values()
NAMES = [fact.id for fact in FACTS]


@pytest.mark.parametrize("fact", FACTS, ids=NAMES)
def test_a_grade_is_what_was_read(fact):
    """The schema sees to `confirmed`: it was read at a primary."""
    retellings = [source for source in fact.read if source.kind == "secondary"]
    assert (fact.confidence == "single") <= (len(fact.read) == 1)
    assert (fact.confidence == "reported") <= (len(retellings) > 1)


def test_the_ledger_is_in_order_of_time_and_nothing_of_it_is_part_of_the_incident_of_2023():
    times = [fact.time for fact in FACTS if fact.time]
    assert times == sorted(times) and times[0] >= "2024"


def test_an_id_says_which_ledger_it_is_from():
    assert all(name.startswith("since-") for name in NAMES)
