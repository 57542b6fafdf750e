"""The stage of lesson 14: the trace of a decision, two policies by trying, counterfactuals, and the ways that a world leaves open."""

from collections.abc import Sequence
from dataclasses import replace

from labutils.incident import breach, cases, inventory, ledger, policy
from labutils.incident.campaign import Ask, Campaign
from labutils.incident.policy import Request, World
from labutils.lab import iso, seconds
from labutils.stage.attack_chain import FOUR, SERVER, Scene

HELD = (*FOUR, "implant")
TARGETS = (
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


def trace(request: Request, world: World) -> None:
    """Print what each rule said to one request, up to the first that refused."""
    for rule in policy.RULES:
        reason = rule(request, world)
        print(f"{rule.__name__:<15} {'-> refused: ' + reason if reason else 'no objection'}")
        if reason:
            return


def knocking(ask: str, using: str, time: int, origin: str = "internet") -> Request:
    """A request as the decision point sees it."""
    return breach.request(cases.load(), Ask(ask, using, origin), time)


def reach(world: World) -> dict[str, str]:
    """What opens, by trying, for somebody with the four credentials and an implant on the tracker's server: service by service."""
    scene, opens = Scene(world), dict.fromkeys(TARGETS, "refused")
    for name in HELD:
        for door in cases.load().estate.credentials[name].scopes:
            service = door.split(":")[0]
            ways = [{}, {"address": SERVER}] + (
                [{"through": FOUR[0]}] if service in ("tracker", "wiki", "code") else []
            )
            if service in opens and any(scene.knock(name, door, **way).is_success for way in ways):
                opens[service] = "opens"
    return opens


def alone() -> dict[tuple[str, str], str]:
    """Each control by itself against each loss: `refused` where the loss did not happen in this model, else `opens`."""
    table, historical = {}, World.historical()
    for name, control in inventory.controls().items():
        if control.value != getattr(historical, name):
            stopped = {
                step.fact: step.stopped for step in breach.foresee(breach.with_controls([name]))
            }
            table |= {
                (name, loss): "refused" if stopped[fact] else "opens"
                for loss, fact in LOSSES.items()
            }
    return table


def without_ways_round() -> Campaign:
    """The campaign with the first route of each step alone."""
    campaign = cases.load().campaign
    steps = tuple(replace(plan, routes=plan.routes[:1]) for plan in campaign.steps)
    return replace(campaign, steps=steps)


def session_stopped(hours: int, age: float) -> bool:
    """Whether the company's own tenant stays shut where a session is over after `hours`, and the stolen one is used when it is
    `age` hours old. Everything else is as in 2023."""
    campaign = cases.load().campaign
    issued = cases.load().estate.credentials["admin-session"].issued
    used = iso(issued + age * 3600)
    plans = campaign.steps
    place = [plan.fact for plan in plans].index(LOSSES["session"])
    routes = tuple(tuple(replace(ask, at=used) for ask in route) for route in plans[place].routes)
    earlier = tuple(
        plan
        for plan in plans[:place]
        if seconds(plan.assumed_time or ledger.fact(plan.fact).time) < issued
    )
    steps = breach.foresee(
        replace(World.historical(), session_hours=hours),
        thief=replace(campaign, steps=(*earlier, replace(plans[place], routes=routes))),
    )
    return steps[-1].stopped


def unusual(request: Request, history: Sequence[Request]) -> str | None:
    """A contextual question (SP 800-207, 3.3): has this credential been used before, and never from this address?"""
    addresses = {earlier.address for earlier in history if earlier.credential is request.credential}
    if addresses and request.address not in addresses:
        return f"{request.credential.id} was never used from {request.address} before"
    return None
