"""Proofs by trying, and what was made inside, as lesson 15 gives them."""

from collections.abc import Callable, Iterable
from typing import Protocol

import httpx

from .eviction import after_a_visit

Pair = tuple[str, str]  # a secret and a door
REFUSED = (401, 403)


class Made(Protocol):
    """A row of an inventory, as far as its origin goes; `issued` in seconds since 1970."""

    @property
    def id(self) -> str:
        """The name of the credential."""
        ...

    @property
    def issued(self) -> int:
        """When it was issued."""
        ...

    @property
    def made_by(self) -> str:
        """The id of what made it."""
        ...


def proof(
    tries: Iterable[Pair], knock: Callable[[str, str], httpx.Response]
) -> dict[str, list[Pair]]:
    """Each secret tried at its door: which opened, which were refused, and all else."""
    answers: dict[str, list[Pair]] = {"open": [], "refused": [], "unknown": []}
    for secret, door in tries:
        answer = knock(secret, door)
        if answer.is_success:
            answers["open"].append((secret, door))
        elif answer.status_code in REFUSED:
            answers["refused"].append((secret, door))
        else:
            answers["unknown"].append((secret, door))
    return answers


def made_inside(rows: Iterable[Made], stolen: Iterable[str], since: int) -> set[str]:
    """The ids of what a stolen credential made since a time (seconds), and what that made."""
    by_maker: dict[str, set[str]] = {}
    for row in rows:
        if row.issued >= since:
            by_maker.setdefault(row.made_by, set()).add(row.id)
    return after_a_visit(by_maker, stolen) - set(stolen)
