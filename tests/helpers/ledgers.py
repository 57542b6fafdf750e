"""What is known of all real events: the ledgers of data/cases and data/ledgers, as one."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from labutils.incident import cases
from labutils.incident.ledger_schema import read_ledger
from labutils.lab import data_file
from labutils.sheets import read


@dataclass(frozen=True)
class All:
    """The entries of all ledgers, each kind under its ids."""

    facts: dict[str, Any]
    derived: dict[str, Any]
    errors: dict[str, Any]
    sources: dict[str, Any]


@cache
def ledger():
    """The ledgers as one. An id stands in one of them alone."""
    kinds = {"facts": {}, "derived": {}, "errors": {}, "sources": {}}
    for name, known in [*_of_cases(), *_without_a_case()]:
        for kind, entries in kinds.items():
            new = getattr(known, kind)
            if kind == "sources":
                new = {f"{name}/{source}": one for source, one in new.items()}
            assert not entries.keys() & new.keys(), (kind, entries.keys() & new.keys())
            entries |= new
    return All(**kinds)


def _of_cases():
    """The ledgers of cases that can be played, by name."""
    for folder in sorted(data_file("cases").iterdir()):
        yield folder.name, cases.load(folder.name).ledger


def _without_a_case():
    """The ledgers that have facts alone, by name."""
    for path in sorted(data_file("ledgers").glob("*.yaml")):
        yield path.stem, read_ledger(read(f"ledgers/{path.name}"))
