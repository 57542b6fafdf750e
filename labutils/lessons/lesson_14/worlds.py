"""Decisions, counterfactual worlds, and what a set of controls changes (lesson 14)."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from math import ceil
from typing import Any

from labutils.incident import attackers, breach, cases, policy
from labutils.incident.breach import Step
from labutils.incident.campaign import Ask
from labutils.incident.cases import Incident
from labutils.incident.policy import Request, World
from labutils.incident.search import RobustSets, Worlds, robust_sets_by_goal
from labutils.instruments.controls_campaign import meaning
from labutils.lab import seconds
from labutils.stage.breached_company import (
    BEHIND_GATEWAY,
    EXPOSED,
    SERVER,
    SERVICE_TOKEN,
    BreachedCompany,
)

from . import thieves

# Rules that are asked where a control is in place, and that control.
SWITCHES = {
    "not_replaced": "exposed_rotated",
    "healthy_device": "device_state_checked",
    "usual_network": "behaviour_checked",
}
# Two decisions of 2023, and what to call a company that takes one of them back.
TAKEN_BACK = {"access_per_application": "no checks inside", "hard_keys": "no keys for people"}
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
LOSSES = cases.load().losses  # a short name, and the step in which it happens
# Some controls for each part of the chain, few enough to walk all their sets.
TWELVE = (
    "support_least_privilege",
    "recordings_cleaned",
    "sessions_bound",
    "session_hours",
    "acts_reauthenticated",
    "device_state_checked",
    "behaviour_checked",
    "sessions_reevaluated",
    "exposed_rotated",
    "service_tokens_bound",
    "repository_least_privilege",
    "alert_token_elsewhere",
)
SIX = (
    "egress_allowlist",
    "console_managed_devices",
    "scripts_approved",
    "exposed_rotated",
    "sessions_bound",
    "response_minutes",
)  # the six that the lesson opens with
_THEN = World.historical()
CONTROLS = (
    *SIX,
    *(
        name
        for name, control in cases.load().controls.items()
        if name not in SIX and control.value != getattr(_THEN, name)
    ),
)  # the six, and what else was not in place in 2023
# Made up, in points: no report gives a price. Put your own in their place.
PRICES = dict(zip(TWELVE, (1, 3, 5, 4, 6, 6, 4, 2, 6, 3, 4, 2), strict=True))

# --- one decision -------------------------------------------------------------------------------


def request_for(scope: str, credential: str, time: str, origin: str = "internet") -> Request:
    """A request as the decision point sees it: `time` is in ISO 8601, `origin` a zone."""
    return breach.request(cases.load(), Ask(scope, credential, origin), seconds(time))


def trace(request: Request, world: World) -> None:
    """Print what each rule said to one request, up to the first that refused."""
    for rule in policy.RULES:
        reason = rule(request, world)
        control = SWITCHES.get(rule.__name__)
        silent = "no objection"
        if control and not world.has(control):
            silent = f"not checked: {control} is off"
        said = f"-> refused: {reason}" if reason else silent
        print(f"{rule.__name__:<15} {question(rule):<55} {said}")
        if reason:
            return


def question(rule: policy.Rule) -> str:
    """What a rule of the policy asks, in a sentence."""
    return " ".join(str(rule.__doc__).split("?")[0].split()) + "?"


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


def open_in(policies: Mapping[str, World]) -> dict[str, list[str]]:
    """The services that open under each policy, by its name; they are printed too."""
    opened = {}
    for name, world in policies.items():
        reached = reachable_services(world)
        opened[name] = [service for service in SERVICES if reached[service] == "opens"]
        print(f"{name:<24} {len(opened[name]):>2} open: {' '.join(opened[name])}")
    return opened


def open_without(controls: Mapping[str, str]) -> dict[str, list[str]]:
    """The services that open in 2023, without each of these controls (their names, and what to call
    the policy), and without all of them; they are printed too."""
    historical = World.historical()
    policies = {"2023": historical}
    policies |= {name: replace(historical, **{one: False}) for one, name in controls.items()}
    return open_in(
        policies | {"both changes": replace(historical, **dict.fromkeys(controls, False))}
    )


# --- one thief ----------------------------------------------------------------------------------


def happened(steps: Iterable[Step]) -> list[str]:
    """The losses that happen in these steps, by their short names."""
    facts = {step.fact for step in steps if not step.stopped}
    return [loss for loss, fact in LOSSES.items() if fact in facts]


def session_opens(world: World, place: str = "far", age: float = 26) -> bool:
    """Whether the thief of 2023 gets into the administrator's session, from another place, or when
    the session is so many hours old."""
    return "session" in happened(breach.foresee(world, case=thieves.of_2023(place, age)))


def print_sessions(worlds: Mapping[str, World], places: Sequence[str]) -> None:
    """A line for each world: whether the stolen session opens, by where the thief comes from."""
    print(" " * 44, *(f"{place:<9}" for place in places))
    for name, world in worlds.items():
        marks = ("opens" if session_opens(world, place) else "stopped" for place in places)
        print(f"{name:<44}", *(f"{mark:<9}" for mark in marks))


def leaked_elsewhere(case: Incident) -> Incident:
    """The same attack, by a thief who has the four credentials from elsewhere."""
    return attackers.who_holds(case, EXPOSED)


def print_sets(sets: Iterable[Iterable[str]]) -> None:
    """Each set of controls, and below it what each of them means."""
    for names in sets:
        print(" + ".join(names))
        for name in names:
            print(f"    {meaning(name)}")


def print_counts(counts: Mapping[str, int]) -> None:
    """A number for each control, and what the control means."""
    for name, count in counts.items():
        print(f"{name:<28}{count:>4}   {meaning(name)}")


# --- many thieves -------------------------------------------------------------------------------


def minutes_to_respond(precision: float, triage: int = 10, act: int = 25) -> int:
    """How long a true alarm waits where so large a share of all alarms is true: each false one
    before it takes `triage` minutes of one analyst, it takes as many itself, and then somebody
    acts. With no false ones it is 35 minutes, as in 2023."""
    return ceil(triage / precision) + act


def with_lives(world: World, hours: Iterable[int]) -> list[World]:
    """The same world with each of these lives of a session."""
    return [replace(world, session_hours=life) for life in hours]


def with_queues(alarm: str, shares: Iterable[float], triage: int) -> list[World]:
    """The world of 2023 with an alarm, and so large a share of all alarms true."""
    base = breach.with_controls([alarm])
    waits = [minutes_to_respond(share, triage) for share in shares]
    return [replace(base, response_minutes=wait) for wait in waits]


def walked(
    crowd: Mapping[str, Incident], losses: Iterable[str], at_least: int
) -> dict[str, RobustSets]:
    """By loss, all sets of the twelve controls against these thieves."""
    facts = {loss: LOSSES[loss] for loss in losses}
    answers = robust_sets_by_goal(facts.values(), TWELVE, crowd, at_least=at_least)
    return {loss: answers[fact] for loss, fact in facts.items()}


def print_robust(
    crowd: Mapping[str, Incident],
    robust: Callable[[Mapping[tuple[str, ...], int], int], Sequence[set[str]]],
    wanted: int = 90,
) -> dict[str, list[list[str]]]:
    """By loss, the sets that `robust` finds among all counts, the smallest first; some of them are
    printed, with the number of thieves that no set stops."""
    enough = {}
    for loss, answer in walked(crowd, ["session", "cloud", "code"], wanted).items():
        sets = sorted(map(sorted, robust(answer.counts, wanted)), key=len)
        print(f"{loss}: {len(answer.unstopped)} thieves that no set stops; {len(sets)} robust sets")
        print(*(f"    {names}" for names in sets[:4]), sep="\n")
        enough[loss] = sets
    return enough


FrontierRows = Sequence[tuple[float, int, Sequence[str]]]  # cost, lost, controls


def print_frontiers(
    prices: Mapping[str, float],
    frontiers: Mapping[str, FrontierRows],
    elsewhere: Sequence[Incident],
) -> None:
    """The prices, and the first ten rows of each frontier under its name. `elsewhere` are the same
    thieves, to whom the four leaked elsewhere: what they get past each set stands beside."""
    print("prices:", ", ".join(f"{name} {price:g}" for name, price in prices.items()))
    for name, rows in frontiers.items():
        print(f"\n{name}\npoints  lost  if leaked elsewhere  controls")
        first = rows[:10]
        theirs = lost([names for _, _, names in first], elsewhere)
        for (cost, here, names), there in zip(first, theirs, strict=True):
            print(f"{cost:>6}  {here:>4}  {there:>19}  {' + '.join(names) or '(none)'}")


def lost(sets: Sequence[Sequence[str]], crowd: Sequence[Incident]) -> list[int]:
    """For each of these sets of controls: how many of the losses happen, by all thieves."""
    stopped = worlds_with(sets).stopped(LOSSES.values(), crowd)
    most = len(LOSSES) * len(crowd)
    return [most - sum(counts) for counts in zip(*stopped.values(), strict=True)]


def worlds_with(sets: Sequence[Sequence[str]]) -> Worlds:
    """The worlds of 2023 with each of these sets of controls: what one crowd asked there is not
    decided again for the next."""
    return _worlds(tuple(map(tuple, sets)))


@lru_cache(maxsize=4)
def _worlds(sets: tuple[tuple[str, ...], ...]) -> Worlds:
    return Worlds([breach.with_controls(names) for names in sets])
