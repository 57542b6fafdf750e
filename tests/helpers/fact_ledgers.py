"""What holds for each ledger that has facts alone (data/ledgers)."""

from labutils.incident.ledger_schema import Fact, read_ledger
from labutils.sheets import read


def facts_of(name: str) -> list[Fact]:
    """The facts of a ledger, in its order."""
    return list(read_ledger(read(f"ledgers/{name}.yaml")).facts.values())


def grade_fits(fact: Fact) -> bool:
    """Whether a grade is what was read. The schema sees to `confirmed`: read at a primary."""
    retellings = [source for source in fact.read if source.kind == "secondary"]
    single = (fact.confidence == "single") <= (len(fact.read) == 1)
    return single and (fact.confidence == "reported") <= (len(retellings) > 1)


def in_order_since(facts: list[Fact], year: str) -> bool:
    """Whether those that have a time are in its order, from this year on."""
    times = [fact.time for fact in facts if fact.time]
    return times == sorted(times) and times[0] >= year
