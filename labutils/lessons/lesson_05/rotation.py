"""Refresh token rotation as functions over a store, and a race for one token (lesson 05)."""

from collections.abc import Callable
from typing import Any

from labutils.lab import dice

Store = dict[str, Any]
Draw = Callable[[], str]


def new_store() -> Store:
    """What the provider remembers: the family of each token, used tokens, dead families."""
    return {"family": {}, "used": set(), "dead": set()}


def refresh_and_delete(store: Store, token: str, draw: Draw) -> str | None:
    """Exchange a refresh token for a new one. The used one is deleted."""
    family = store["family"].pop(token, None)
    if family is None:
        return None
    new = draw()
    store["family"][new] = family
    return new


def race(refresh: Callable[[Store, str, Draw], Any], order: str) -> list[bool]:
    """Tom has copied Ada's refresh token. Each refreshes, in this order, with the newest token that
    he or she holds. Prints what each gets, and when the family ends; True for each turn that gave
    a new token."""
    drawn = dice("lesson-05", "race")
    first, store = next(drawn), new_store()
    store["family"][first] = "Ada at notes"
    held = dict.fromkeys(order.split(), first)
    outcome = []
    for who in order.split():
        before = len(store["dead"])
        new = refresh(store, held[who], lambda: next(drawn))
        outcome.append(isinstance(new, str))
        held[who] = new if isinstance(new, str) else held[who]
        ended = ", and the family ends" if len(store["dead"]) > before else ""
        print(f"{who} {'gets a new token' if outcome[-1] else 'is refused'}{ended}")
    return outcome
