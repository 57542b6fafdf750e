"""Evicting an intruder with three footholds, in every order, against a clock (lesson 15)."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import permutations
from types import MappingProxyType

from labutils.incident.policy import World
from labutils.stage.attack_chain import FOOTHOLDS
from labutils.stage.breached_company import SERVICE_TOKEN, BreachedCompany

REMOVAL = 20  # minutes that one removal takes
RETURN = 15  # minutes after which the intruder comes by again
MOST = 12  # removals, after which the defenders give up
# What the intruder can make anew with the service account, and the action that makes it.
MADE_ANEW: Mapping[str, str] = MappingProxyType(
    {"look-alike user": "tracker:create-user", "implant": "tracker:script"}
)


@dataclass(frozen=True)
class Eviction:
    """How an eviction went.

    The minutes and removals until nothing was left, and what the intruder put back meanwhile.
    """

    order: tuple[str, ...]
    minutes: int
    removals: int
    put_back: tuple[str, ...]


@cache
def evict(*order: str) -> Eviction:
    """Remove the three footholds in this order, again and again, until none is left.

    Every quarter of an hour the intruder comes by. Whatever he can do is tried over HTTP.
    """
    company = BreachedCompany(World.historical())
    minute, removals, put_back = 0, 0, []
    while any(map(company.is_valid, FOOTHOLDS.values())) and removals < MOST:
        name = order[removals % len(order)]
        for now in range(minute + 1, minute + REMOVAL + 1):
            if now % RETURN == 0:
                put_back += put_back_by_intruder(company)
        minute, removals = minute + REMOVAL, removals + 1
        company.revoke(FOOTHOLDS[name])
    return Eviction(order, minute, removals, tuple(put_back))


def put_back_by_intruder(company: BreachedCompany) -> list[str]:
    """The intruder makes again what was removed, where the service account still lets him."""
    restored = []
    for foothold, action in MADE_ANEW.items():
        if company.is_valid(FOOTHOLDS[foothold]):
            continue
        if company.attempt("smartsheet-account", action, through=SERVICE_TOKEN).is_success:
            company.restore(FOOTHOLDS[foothold])
            restored.append(foothold)
    return restored


def evictions() -> list[Eviction]:
    """All six orders."""
    return [evict(*order) for order in permutations(FOOTHOLDS)]
