"""What stands in a ledger without a case is known from somewhere, and it says how surely."""

import pytest

from labutils.incident.ledger_schema import read_ledger
from labutils.lab import data_file
from labutils.sheets import read

PREFIXES = {"since-2023": "since-", "agents": "agents-"}
LEDGERS = {
    path.stem: list(read_ledger(read(f"ledgers/{path.name}")).facts.values())
    for path in sorted(data_file("ledgers").glob("*.yaml"))
}
FACTS = [fact for facts in LEDGERS.values() for fact in facts]


@pytest.mark.parametrize("fact", FACTS, ids=[fact.id for fact in FACTS])
def test_a_grade_is_what_was_read(fact):
    """The schema sees to `confirmed`: it was read at a primary."""
    retellings = [source for source in fact.read if source.kind == "secondary"]
    assert (fact.confidence == "single") <= (len(fact.read) == 1)
    assert (fact.confidence == "reported") <= (len(retellings) > 1)


@pytest.mark.parametrize("name", LEDGERS)
def test_a_ledger_is_in_order_of_time_and_nothing_of_it_is_part_of_the_incident_of_2023(name):
    times = [fact.time for fact in LEDGERS[name] if fact.time]
    assert times == sorted(times) and times[0] >= "2024"


@pytest.mark.parametrize("name", LEDGERS)
def test_an_id_says_which_ledger_it_is_from(name):
    prefix = PREFIXES.get(name, f"{name}-")
    assert all(fact.id.startswith(prefix) for fact in LEDGERS[name])
