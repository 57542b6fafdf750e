"""Decisions, counterfactual worlds, and what one control changes (lesson 14)."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from labutils.incident import breach, cases, inventory, ledger, policy
from labutils.incident.campaign import Ask, Campaign
from labutils.incident.policy import Request, World
from labutils.lab import iso, seconds
from labutils.stage.breached_company import (
    BEHIND_GATEWAY,
    EXPOSED,
    SERVER,
    SERVICE_TOKEN,
    BreachedCompany,
)

STOLEN = (*EXPOSED, "implant")
SERVICES = (
    "login",
    "dashboard",
    "gateway",
    "cloud",
    "tracker",
    "wiki",
    "code",
    "console",
    "metrics",
    "netconfig",
    "build",
    "alerting",
    "release",
)
LOSSES = {
    "session": "cf-oct18-admin-session",
    "tracker,\nwiki": "nov15-atlassian-access",
    "implant": "nov22-sliver",
    "code\npacked": "nov22-repos-archived",
    "archives\nleave": "repos-exfiltration-unconfirmed",
}

# --- one decision -------------------------------------------------------------------------------


def request_for(scope: str, credential: str, time: int, origin: str = "internet") -> Request:
    """A request as the decision point sees it: `time` is seconds since 1970, `origin` a zone."""
    return breach.request(cases.load(), Ask(scope, credential, origin), time)


def trace(request: Request, world: World) -> None:
    """Print what each rule said to one request, up to the first that refused."""
    for rule in policy.RULES:
        reason = rule(request, world)
        print(f"{rule.__name__:<15} {'-> refused: ' + reason if reason else 'no objection'}")
        if reason:
            return


def unusual(request: Request, history: Sequence[Request]) -> str | None:
    """A contextual question (SP 800-207, 3.3): was this credential never used from here before?

    None where it was, and where it was never used at all.
    """
    addresses = {earlier.address for earlier in history if earlier.credential is request.credential}
    if addresses and request.address not in addresses:
        return f"{request.credential.id} was never used from {request.address} before"
    return None


# --- what opens ---------------------------------------------------------------------------------


def reachable_services(world: World) -> dict[str, str]:
    """By service: does it open for somebody with the stolen credentials? By trying.

    The implant runs on the tracker's server.
    """
    company, outcomes = BreachedCompany(world), dict.fromkeys(SERVICES, "refused")
    for credential in STOLEN:
        for scope in cases.load().estate.credentials[credential].scopes:
            service = scope.split(":")[0]
            if outcomes.get(service) == "refused" and scope_opens(company, credential, scope):
                outcomes[service] = "opens"
    return outcomes


def scope_opens(company: BreachedCompany, credential: str, scope: str) -> bool:
    """Whether this credential opens this scope, from outside, from the server, or with a pass."""
    return any(
        company.attempt(credential, scope, **way).is_success for way in _ways(scope.split(":")[0])
    )


def _ways(service: str) -> Iterator[dict[str, Any]]:
    yield {}
    yield {"address": SERVER}
    if service in BEHIND_GATEWAY:
        yield {"through": SERVICE_TOKEN}


# --- one control at a time ----------------------------------------------------------------------


def each_control_alone() -> dict[tuple[str, str], str]:
    """(control, loss): `refused` where the loss does not happen in this model, else `opens`."""
    table, historical = {}, World.historical()
    for name, control in inventory.controls().items():
        if control.value == getattr(historical, name):
            continue  # it was there in 2023
        steps = breach.foresee(breach.with_controls([name]))
        stopped = {step.fact: step.stopped for step in steps}
        for loss, fact in LOSSES.items():
            table[name, loss] = "refused" if stopped[fact] else "opens"
    return table


def first_routes_only() -> Campaign:
    """The campaign with the first route of each step alone."""
    campaign = cases.load().campaign
    steps = tuple(replace(plan, routes=plan.routes[:1]) for plan in campaign.steps)
    return replace(campaign, steps=steps)


def session_stopped(hours: int, age: float) -> bool:
    """Whether the company's own tenant stays shut where a session is over after `hours`.

    The stolen one is used when it is `age` hours old. Everything else is as in 2023.
    """
    campaign = cases.load().campaign
    issued = cases.load().estate.credentials["admin-session"].issued
    used = iso(issued + age * 3600)
    place = [plan.fact for plan in campaign.steps].index(LOSSES["session"])
    theft = campaign.steps[place]
    routes = tuple(tuple(replace(ask, at=used) for ask in route) for route in theft.routes)
    earlier = tuple(
        plan
        for plan in campaign.steps[:place]
        if seconds(plan.assumed_time or ledger.fact(plan.fact).time) < issued
    )
    steps = breach.foresee(
        replace(World.historical(), session_hours=hours),
        thief=replace(campaign, steps=(*earlier, replace(theft, routes=routes))),
    )
    return steps[-1].stopped
