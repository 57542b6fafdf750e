"""Variants of the thief of 2025: other ways in, places, pace and habits; other grants.

A variant is drawn from a seed, by ranges that stand here to be argued with. Outcomes come from
policy.decide, as ever.
"""

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cache

from labutils.incident import cases
from labutils.incident.campaign import Ask, Campaign, Plan, Route
from labutils.incident.cases import Incident
from labutils.incident.inventory import Credential, Estate
from labutils.incident.policy import DAY
from labutils.lab import iso, seconds

CASE = "drift-2025"
TAKEN = "drift-aws-tokens"  # the step in which the tokens are taken
EXPORT = "cf-0817-bulk-export"
KEY_BOUND = "grants_key_bound"
# What no source tells. Each is asked under both of its answers.
ANYHOW, BY_PASSWORD = "the way in is another", "a developer's password"
KEY_APART, KEY_ALONG = "the client's key is kept apart", "the client's key lies with the tokens"
ASSUMPTIONS = (KEY_APART, KEY_ALONG)


@dataclass(frozen=True)
class Ranges:
    """What is drawn, and how often. Each entry of a tuple is as likely as any other.

    `places`: from where the grant is used. `paces`: all times after the first login, as a factor
    (0.01 is within the hour). `ages`: of the grant, in days. The rest are probabilities: that the
    thief looks round first, deletes the job, and came in by the password of a developer.
    """

    places: tuple[str, ...] = (*4 * ("far",), *4 * ("same cloud",), "vendor")
    paces: tuple[float, ...] = (0.01, 0.1, 0.5, 1)
    ages: tuple[int, ...] = (20, 60, 120, 280, 700)
    looks: float = 0.7
    deletes: float = 0.7
    password: float = 0.5


# far: a network of its own. same cloud: rented from the provider that the vendor uses as well.
# vendor: on the vendor's own machines.
ADDRESSES = {"far": "198.18.90.7", "same cloud": "203.0.113.109", "vendor": "192.0.2.44"}
NETWORKS = {"far": 64511, "same cloud": 64501, "vendor": 64501}
LOOKING = ("cf-0814-counts", "cf-0814-fingerprint", "cf-0816-dry-run")
LISTS = ("crm:objects", "crm:describe", "crm:count-cases")
DEFAULT = Ranges()


@cache
def case_of_2025() -> Incident:
    """The case that is varied."""
    return cases.load(CASE)


def variant(name: str, ranges: Ranges = DEFAULT) -> Incident:
    """The variant of this name; its name is its seed."""
    dice, case = random.Random(name), case_of_2025()
    place, pace = dice.choice(ranges.places), dice.choice(ranges.paces)
    age = dice.choice(ranges.ages)
    looks, deletes = dice.random() < ranges.looks, dice.random() < ranges.deletes
    by_password = dice.random() < ranges.password
    start = case.campaign.start_with if by_password else ("pipeline-key",)
    plans = [plan for plan in case.campaign.steps if looks or plan.fact not in LOOKING]
    steps = tuple(_paced(plan, pace) for plan in plans if deletes or "deleted" not in plan.fact)
    if not looks:
        steps = tuple(map(_blind, steps))
    zone = case.estate.default_zone.id
    address = replace(case.addresses[zone], ip=ADDRESSES[place])
    return replace(
        case,
        campaign=Campaign(start, steps),
        addresses=case.addresses | {zone: address},
        networks=case.networks | {zone: NETWORKS[place]},
        estate=_with_grant_of(case.estate, age),
    )


def draw(number: int, seed: str = "grants", ranges: Ranges = DEFAULT) -> list[Incident]:
    """So many variants, the same ones for each seed."""
    return [variant(f"{seed}-{place}", ranges) for place in range(number)]


def under(assumption: str, crowd: Iterable[Incident]) -> list[Incident]:
    """The same thieves under one of the assumptions: a key that lies with the tokens is taken
    along, and then binds nothing."""
    if assumption == KEY_APART:
        return list(crowd)
    return [replace(case, estate=_with_key_along(case.estate)) for case in crowd]


@cache  # thieves share their estates
def _with_grant_of(estate: Estate, days: int) -> Estate:
    """The same estate, where somebody consented so many days before the grants were taken."""

    def aged(one: Credential) -> Credential:
        return replace(one, issued=(one.exposed or 0) - days * DAY)

    return _with_grants(estate, aged)


@cache
def _with_key_along(estate: Estate) -> Estate:
    def unbound(one: Credential) -> Credential:
        return replace(one, binds=tuple(name for name in one.binds if name != KEY_BOUND))

    return _with_grants(estate, unbound)


def _with_grants(estate: Estate, change: Callable[[Credential], Credential]) -> Estate:
    """The same estate, each of its grants changed."""
    credentials = {
        name: change(one) if one.kind == "grant" else one
        for name, one in estate.credentials.items()
    }
    return replace(estate, credentials=credentials)


def _paced(plan: Plan, pace: float) -> Plan:
    """A plan whose time after the first login is shorter by a factor."""
    begin = plan.assumed_time or case_of_2025().ledger.facts[plan.fact].time or ""
    first = case_of_2025().ledger.facts["cf-0812-first-login"].time or ""
    if begin <= first:
        return plan

    def moved(moment: str) -> str:
        return iso(seconds(first) + round(pace * (seconds(moment) - seconds(first))))

    routes = tuple(
        tuple(replace(ask, at=ask.at and moved(ask.at)) for ask in route) for route in plan.routes
    )
    return replace(plan, assumed_time=moved(begin), routes=routes)


def _blind(plan: Plan) -> Plan:
    """A plan of somebody who knows the objects already, and lists and counts nothing."""

    def kept(route: Route) -> Route:
        return tuple(ask for ask in route if not _is_look(ask)) or route

    return replace(plan, routes=tuple(map(kept, plan.routes)))


def _is_look(ask: Ask) -> bool:
    return ask.scope in LISTS
