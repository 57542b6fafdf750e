"""Variants of the thief: the same incident with another order, pace, routes, address and knowledge.

A control that stops the thief of one report may stop that one alone. A variant is drawn from a
seed, by ranges that stand here to be argued with. Outcomes come from policy.decide, as ever.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import count

from labutils.incident import cases
from labutils.incident.breach import Foresight
from labutils.incident.campaign import Ask, Campaign, Plan, Route
from labutils.incident.cases import Incident
from labutils.incident.policy import World
from labutils.lab import iso, seconds

SESSION = "cf-oct18-admin-session"  # the step in which the administrator's session is used
STOLEN_SESSION = "admin-session"
KEY = "admin-key-login"  # the administrator's security key, where somebody touches it
# The four credentials that an administrator's session shows. A variant may have bought some.
FOR_SALE = ("moveworks-token", "smartsheet-account", "bitbucket-account", "aws-account")


@dataclass(frozen=True)
class Ranges:
    """What is drawn, and how often. Each entry of a tuple is as likely as any other.

    `ages`: hours from the owner's sign-in to the use of the stolen session. `paces`: all times
    after that, as a factor (0.1 is ten times as fast as in 2023). `places`: where the thief comes
    from. The rest are probabilities: that a password for a phish is there, that each fall-back
    route is known, that each of four credentials was bought elsewhere, and that a thief on the
    administrator's laptop gets the owner to touch the key. `swaps`: how often two steps that follow
    each other try to change places.
    """

    ages: tuple[float, ...] = (0.5, 2, 7.5, 26)
    paces: tuple[float, ...] = (0.01, 0.1, 0.5, 1, 2)
    places: tuple[str, ...] = (*4 * ("far",), *4 * ("near",), "laptop", "supplier")
    phish: float = 0.5
    fall_back: float = 0.7
    bought: float = 0.15
    touch: float = 0.5
    swaps: int = 6


# far: the address of 2023. near: another one in the network that the company's people come from.
# laptop: through the administrator's own laptop, by malware on it. supplier: through the host of
# the supplier who holds the service token.
ADDRESSES = {
    "far": "203.0.113.66",
    "near": "192.0.2.77",
    "laptop": "192.0.2.13",
    "supplier": "192.0.2.14",
}
DEFAULT = Ranges()


@dataclass(frozen=True)
class Thief:
    """One variant: what was drawn, and the case with this thief in it."""

    name: str
    age: float
    pace: float
    place: str
    knows: tuple[str, ...]
    case: Incident

    def __str__(self) -> str:
        knows = ", ".join(self.knows)
        return (
            f"{self.name}: session {self.age:g} h old, pace x {self.pace:g}, {self.place}; has "
            f"{knows}"
        )


def draw(number: int, seed: str = "thieves", ranges: Ranges = DEFAULT) -> dict[str, Incident]:
    """So many variants by name, the same ones for each seed."""
    return {thief.name: thief.case for thief in drawn(number, seed, ranges)}


@cache
def _historical() -> Foresight:
    """What comes about in the historical world."""
    return Foresight(World.historical())


def drawn(number: int, seed: str = "thieves", ranges: Ranges = DEFAULT) -> list[Thief]:
    """So many variants, each with what was drawn. Who gets nowhere in the historical world is no
    thief to defend against, and is drawn again."""
    thieves: list[Thief] = []
    for place in count():
        thief = variant(f"{seed}-{place}", ranges)
        steps = _historical().steps(thief.case)
        if not all(step.stopped for step in steps if step.fact in _PRIZES):
            thieves.append(thief)
        if len(thieves) == number:
            return thieves
    raise AssertionError("count() never ends")


_PRIZES = (SESSION, "nov14-aws-accessed", "nov15-atlassian-access", "nov22-repos-archived")


def of_2023(place: str = "far", age: float = 26) -> Incident:
    """The thief of 2023, at another place, or with a session that is so many hours old."""
    case = cases.load()
    return replace(
        case,
        campaign=at_other_times(case, case.campaign, age, 1),
        addresses=case.addresses | addresses_from(case, place),
    )


def variant(name: str, ranges: Ranges = DEFAULT) -> Thief:
    """The variant of this name; its name is its seed."""
    dice = random.Random(name)
    age, pace = dice.choice(ranges.ages), dice.choice(ranges.paces)
    place = dice.choice(ranges.places)
    case = cases.load()
    knows = tuple(dict.fromkeys(_known(case, dice, ranges, place)))
    steps = tuple(_with_other_routes(plan, dice, ranges) for plan in case.campaign.steps)
    campaign = at_other_times(case, replace(case.campaign, steps=steps), age, pace)
    case = replace(
        case,
        campaign=replace(campaign, start_with=knows),
        addresses=case.addresses | addresses_from(case, place),
    )
    case = _in_another_order(case, dice, ranges.swaps)
    return Thief(name, age, pace, place, knows, case)


def _known(case: Incident, dice: random.Random, ranges: Ranges, place: str) -> Iterator[str]:
    """What this thief has from elsewhere."""
    for credential in case.campaign.start_with:
        if not credential.endswith("-password") or dice.random() < ranges.phish:
            yield credential
    if place == "laptop":
        yield STOLEN_SESSION
        if dice.random() < ranges.touch:
            yield KEY
    if place == "supplier":
        yield FOR_SALE[0]
    for credential in FOR_SALE:
        if dice.random() < ranges.bought:
            yield credential


def _with_other_routes(plan: Plan, dice: random.Random, ranges: Ranges) -> Plan:
    """A plan whose first route is known, and each other one perhaps; in any order.

    To the session there are two more, for a thief who sits where it is: to use it, or the key.
    """
    others = [route for route in plan.routes[1:] if dice.random() < ranges.fall_back]
    if plan.fact == SESSION:
        others += [(Ask("login:console", using, "internet"),) for using in (STOLEN_SESSION, KEY)]
    routes = [plan.routes[0], *others]
    dice.shuffle(routes)
    return replace(plan, routes=tuple(routes))


def addresses_from(case: Incident, place: str) -> dict[str, cases.Address]:
    """The thief's address, wherever it was that of 2023."""
    theirs = case.addresses[case.estate.default_zone.id]
    return {
        zone: replace(address, ip=ADDRESSES[place])
        for zone, address in case.addresses.items()
        if address.ip == theirs.ip
    }


def at_other_times(case: Incident, campaign: Campaign, age: float, pace: float) -> Campaign:
    """The session is used so many hours after the sign-in, and what follows keeps another pace."""
    issued = case.estate.credentials[STOLEN_SESSION].issued or 0
    place = [plan.fact for plan in campaign.steps].index(SESSION)
    was = seconds(_begin(case, campaign.steps[place]))
    used = issued + round(age * 3600)
    read = issued + min(2 * 3600, round(age * 1800))  # the recording, before it is used

    def of_session(plan: Plan) -> Plan:
        routes = tuple(
            tuple(replace(ask, at=iso(read)) if ask.at else ask for ask in route)
            for route in plan.routes
        )
        return replace(plan, assumed_time=iso(used), routes=routes)

    def later(plan: Plan) -> Plan:
        begins = used + round(pace * (seconds(_begin(case, plan)) - was))
        routes: tuple[Route, ...] = tuple(tuple(map(paced, route)) for route in plan.routes)
        return replace(plan, assumed_time=iso(begins), routes=routes)

    def paced(ask: Ask) -> Ask:
        return replace(ask, every=max(1, round(pace * ask.every)))

    before, (theft, *after) = campaign.steps[:place], campaign.steps[place:]
    return replace(campaign, steps=(*before, of_session(theft), *map(later, after)))


def _begin(case: Incident, plan: Plan) -> str:
    return plan.assumed_time or case.ledger.facts[plan.fact].time or ""


def _in_another_order(case: Incident, dice: random.Random, swaps: int) -> Incident:
    """Steps after the session in another order, as far as each still ends as before in the
    historical world."""
    campaign = case.campaign
    begin = [plan.fact for plan in campaign.steps].index(SESSION) + 1
    outcomes = _outcomes(case)
    for _ in range(swaps):
        first = dice.randrange(begin, len(campaign.steps) - 1)
        swapped = replace(case, campaign=_swapped(campaign, first))
        if _outcomes(swapped) == outcomes:
            case, campaign = swapped, swapped.campaign
    return case


def _outcomes(case: Incident) -> dict[str, str]:
    return {step.fact: step.outcome for step in _historical().steps(case)}


def _swapped(campaign: Campaign, first: int) -> Campaign:
    """Two steps that follow each other, the other way round; each begins when the other did."""
    steps = list(campaign.steps)
    one, other = steps[first], steps[first + 1]
    steps[first] = replace(other, assumed_time=one.assumed_time)
    steps[first + 1] = replace(one, assumed_time=other.assumed_time)
    return replace(campaign, steps=tuple(steps))
