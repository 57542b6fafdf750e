"""The stage of lesson 14: the trace of a decision, two policies by trying, counterfactuals, and the ways that a world leaves open."""

from collections.abc import Sequence
from dataclasses import replace

from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from labutils.classroom.plates.canvas import BLUE, GREY, canvas, label, mark
from labutils.incident import breach, inventory, ledger, policy
from labutils.incident.breach import SERVER, Step
from labutils.incident.policy import Request, World
from labutils.lab import iso, seconds
from labutils.stage.attack_chain import FOUR, Scene

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
    estate, (service, action) = inventory.estate(), ask.split(":")
    return Request(
        time,
        estate.services[service],
        action,
        estate.credentials[using],
        origin,
        breach.FROM[origin],
    )


def reach(world: World) -> dict[str, str]:
    """What opens, by trying, for somebody with the four credentials and an implant on the tracker's server: service by service."""
    scene, opens = Scene(world), dict.fromkeys(TARGETS, "refused")
    for name in HELD:
        for door in inventory.estate().credentials[name].scopes:
            service = door.split(":")[0]
            ways = [{}, {"address": SERVER}] + (
                [{"through": FOUR[0]}] if service in ("tracker", "wiki", "code") else []
            )
            if service in opens and any(scene.knock(name, door, **way).is_success for way in ways):
                opens[service] = "opens"
    return opens


def alone() -> dict[tuple[str, str], str]:
    """Each control by itself against each loss: `refused` where the loss did not happen in this model, else `opens`."""
    table = {}
    for name, control in inventory.controls().items():
        if control.control != control.historical:
            stopped = {
                step.fact: step.stopped for step in breach.foresee(breach.with_controls([name]))
            }
            table |= {
                (name, loss): "refused" if stopped[fact] else "opens"
                for loss, fact in LOSSES.items()
            }
    return table


def without_ways_round() -> list[breach.Plan]:
    """The campaign with the first route of each step alone."""
    return [replace(plan, routes=plan.routes[:1]) for plan in breach.campaign().steps]


def session_stopped(hours: int, age: float) -> bool:
    """Whether the company's own tenant stays shut where a session is over after `hours`, and the stolen one is used when it is
    `age` hours old. Everything else is as in 2023."""
    issued = inventory.estate().credentials["admin-session"].issued
    used = iso(issued + age * 3600)
    plans = breach.campaign().steps
    place = [plan.fact for plan in plans].index(LOSSES["session"])
    routes = tuple(tuple(replace(ask, at=used) for ask in route) for route in plans[place].routes)
    earlier = [
        plan
        for plan in plans[:place]
        if seconds(plan.assumed_time or ledger.fact(plan.fact).time) < issued
    ]
    steps = breach.foresee(
        replace(World.historical(), session_hours=hours),
        [*earlier, replace(plans[place], routes=routes)],
    )
    return steps[-1].stopped


def unusual(request: Request, history: Sequence[Request]) -> str | None:
    """A contextual question (SP 800-207, 3.3): has this credential been used before, and never from this address?"""
    addresses = {earlier.address for earlier in history if earlier.credential is request.credential}
    if addresses and request.address not in addresses:
        return f"{request.credential.id} was never used from {request.address} before"
    return None


def ways(steps: Sequence[Step], facts: Sequence[str]) -> tuple[Figure, str]:
    """Every route of these steps in a world: requests of a route side by side (all are needed), routes one below another (one is enough)."""
    rows = [
        (step, number, route)
        for step in steps
        if step.fact in facts
        for number, route in enumerate(step.plan.routes)
    ]
    longest = max(len(route) for _, _, route in rows)
    figure, axes = canvas(12, 0.7 + 0.5 * len(rows), (-1.9, 3.1 * longest), (len(rows) + 0.4, -0.7))
    met = {step.fact: iter(step.attempts) for step in steps}
    done, open_routes = set(), 0
    for y, (step, number, route) in enumerate(rows):
        if number == 0:
            axes.axhline(y - 0.5, color="#cccccc", lw=0.7)
            axes.text(-1.85, y, label(step.fact), size=9, weight="bold", va="center")
        stopped = step.fact in done
        for x, ask in enumerate(route):
            attempt = None if stopped else next(met[step.fact])
            refused = attempt is not None and (
                attempt.decision is None or not attempt.decision.allow
            )
            kind = (
                "other"
                if attempt is None
                else "not_reached"
                if attempt.decision is None
                else "denied"
                if refused
                else "succeeded"
            )
            said = (
                ("no implant" if ask.origin == "atlassian" else "not held")
                if kind == "not_reached"
                else attempt.decision.rule
                if refused
                else ""
            )
            axes.add_patch(
                Rectangle(
                    (3.1 * x, y - 0.38),
                    2.9,
                    0.76,
                    facecolor="white",
                    edgecolor=BLUE if kind == "denied" else "#aaaaaa",
                    lw=2 if kind == "denied" else 0.8,
                    ls="-" if attempt else ":",
                )
            )
            mark(axes, 3.1 * x + 0.16, y, kind, 45)
            axes.text(
                3.1 * x + 0.34,
                y,
                f"{ask.ask}  with {ask.using}" + (f"\n{said}" if said else ""),
                size=7.6,
                va="center",
                color="black" if attempt else GREY,
            )
            stopped = stopped or refused
        if not stopped:
            done.add(step.fact)
            open_routes += 1
    shut = [label(step.fact) for step in steps if step.fact in facts and step.stopped]
    return figure, (
        f"{len(rows)} routes of {len({step.fact for step, _, _ in rows})} steps: {open_routes} open all the way. "
        f"Steps with no open route: {', '.join(shut) or 'none'}."
    )
