"""What is known of all real events of the course: the ledgers of data/cases, as one."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from labutils.incident import cases
from labutils.lab import data_file


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
    for folder in sorted(data_file("cases").iterdir()):
        known = cases.load(folder.name).ledger
        for kind, entries in kinds.items():
            new = getattr(known, kind)
            if kind == "sources":
                new = {f"{folder.name}/{name}": one for name, one in new.items()}
            assert not entries.keys() & new.keys(), (kind, entries.keys() & new.keys())
            entries |= new
    return All(**kinds)
