"""The campaign of 2023 as a function of a world: played over HTTP, or foreseen with the same decisions and no HTTP.

data/cases/cloudflare-2023/campaign.yaml says what was tried; outcomes come from policy.decide alone. It is a model built from the public report.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Literal

from labutils.incident import inventory, ledger, policy
from labutils.incident.policy import Decision, Request, World
from labutils.incident.services import PASS, Company, given
from labutils.incident.sheets import Row, build, read
from labutils.incident.telemetry import SOURCES
from labutils.lab import Exchange, Lab, iso, seconds

INTRUDER, SERVER, ADMIN = "203.0.113.66", "198.51.100.20", "192.0.2.13"  # addresses
FROM = {"internet": INTRUDER, "edge": INTRUDER, "atlassian": SERVER, "homes": ADMIN}


@dataclass(frozen=True)
class Ask:
    """One request of a route: `ask` is service:action, `using` a credential, `origin` a zone; `at`, where it is not the step's time."""

    ask: str
    using: str
    origin: str = "internet"
    at: str | None = None


@dataclass(frozen=True)
class Plan:
    """A step of data/cases/cloudflare-2023/campaign.yaml: what was tried, and how else. It holds no outcome."""

    fact: str
    goal: str
    fit: Literal["exact", "close", "loose"]
    assumption: str
    routes: tuple[tuple[dict, ...], ...]
    assumed_time: str | None = None


@dataclass(frozen=True)
class Attempt:
    """A request that was made in a step, and the answer; `decision` is None where the intruder did not hold what it takes."""

    time: str
    ask: Ask
    decision: Decision | None
    recorded: bool


@dataclass(frozen=True)
class Step:
    """What became of a plan. `outcome`: succeeded, denied, unknown (allowed, and no log could show it), or not_reached.
    `time` is ISO 8601; `time_assumed` says that the ledger has none, `time_precision` how much of it the ledger has."""

    fact: str
    time: str
    time_assumed: bool
    time_precision: str | None
    tactic: str
    techniques: tuple[str, ...]
    outcome: str
    rule: str
    reason: str
    plan: Plan
    attempts: tuple[Attempt, ...]

    @property
    def stopped(self) -> bool:
        """Whether every route was refused, or nothing was there to try one with."""
        return self.outcome in ("denied", "not_reached")


@dataclass
class Replay:
    """A played world: its steps, what the network saw, what the services logged (by source), and which event belongs to which fact."""

    world: World
    steps: list[Step] = field(default_factory=list)
    wire: list[Exchange] = field(default_factory=list)
    audit: dict[str, list[dict]] = field(default_factory=dict)
    truth: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Scene:
    """What the owner of a credential did with it, in the open, at a time."""

    time: str
    requests: tuple[dict, ...]


@dataclass(frozen=True)
class Campaign:
    """data/cases/cloudflare-2023/campaign.yaml: what owners did before, what the intruder starts with, and the plans in order."""

    start_with: tuple[str, ...]
    scenes: tuple[dict, ...]
    steps: tuple[dict, ...]


@cache
def campaign(text: str | None = None) -> Campaign:
    """The scenes and plans, checked against the estate and the ledger. Raises SheetError, which names the line."""
    sheet = read("cases/cloudflare-2023/campaign.yaml", text)
    told, scenes = build(Campaign, sheet), []
    inventory.known(
        sheet, "start_with", told.start_with, inventory.estate().credentials, "credential"
    )
    for row in told.scenes:
        scene, when = build(Scene, row), inventory.moment(row, "time")
        scenes += [(when, _ask(item)) for item in scene.requests]
    return replace(told, scenes=tuple(scenes), steps=tuple(map(_plan, told.steps)))


def _plan(row: Row) -> Plan:
    plan = build(Plan, row)
    inventory.known(
        row,
        "fact",
        [plan.fact],
        [fact.id for fact in ledger.steps()],
        "fact with `step: true` in the ledger called",
    )
    if not plan.routes or not all(plan.routes):
        raise row.error(
            "a step needs at least one route, and a route at least one request", "routes"
        )
    dated = ledger.fact(plan.fact).time or ""
    if not (plan.assumed_time or dated).startswith(dated) or "T" not in (
        plan.assumed_time or dated
    ):
        where = "assumed_time" if plan.assumed_time else "fact"
        raise row.error(
            f"the ledger has {dated or 'no date'}, so assumed_time must be an hour of that day",
            where,
        )
    inventory.moment(row, "assumed_time")
    routes = tuple(tuple(map(_ask, route)) for route in plan.routes)
    for route, items in zip(routes, plan.routes, strict=True):
        for place, ask in enumerate(route):
            gate = "gateway:" + ask.ask.split(":")[0]
            if ask.origin == "edge" and gate not in [earlier.ask for earlier in route[:place]]:
                raise items[place].error(
                    f"{ask.ask} comes from the edge, so {gate} must come before it"
                )
    return replace(plan, routes=routes)


def _ask(row: Row) -> Ask:
    ask, estate = build(Ask, row), inventory.estate()
    inventory.known(row, "ask", [ask.ask.split(":")[0]], estate.services, "service")
    inventory.known(row, "using", [ask.using], estate.credentials, "credential")
    inventory.known(row, "origin", [ask.origin], FROM, "origin")
    inventory.moment(row, "at")
    return ask


# --- one story, told twice ----------------------------------------------------------------------------------------


def story(
    plans: Iterable[Plan], held: set[str], knock: Callable[[Ask, int], tuple[Decision, bool]]
) -> Iterator[Step]:
    """Try each plan, route by route, until one is open all the way. `knock` makes a request and adds to `held` what it gave."""
    now = 0
    for plan in plans:
        fact = ledger.fact(plan.fact)
        begin, attempts, outcome, refusal = plan.assumed_time or fact.time, [], None, None
        for route in plan.routes:
            for ask in route:
                time = max(now + 1, seconds(ask.at or begin))
                if ask.using not in held or (ask.origin == "atlassian" and "implant" not in held):
                    missing = ask.using if ask.using not in held else "implant"
                    attempts.append(Attempt(iso(time), ask, None, False))
                    refusal = refusal or Decision(
                        False, "not_held", f"the intruder never came to hold {missing}"
                    )
                    break
                now = time
                decision, recorded = knock(ask, now)
                attempts.append(Attempt(iso(now), ask, decision, recorded))
                if not decision.allow:
                    refusal = decision if refusal is None or refusal.rule == "not_held" else refusal
                    break
            else:
                outcome = "succeeded" if attempts[-1].recorded else "unknown"
                break
        decision = attempts[-1].decision if outcome else refusal
        outcome = outcome or ("not_reached" if decision.rule == "not_held" else "denied")
        yield Step(
            plan.fact,
            begin,
            fact.time is None,
            fact.time_precision,
            fact.tactic,
            fact.techniques,
            outcome,
            decision.rule,
            decision.reason,
            plan,
            tuple(attempts),
        )


def play(world: World) -> Replay:
    """Play the campaign in a world: real HTTP requests in a lab of its own, each decided and logged where it arrives."""
    told = campaign()
    lab = Lab("breach", "2023-09-01T00:00:00Z")
    company, replay, waiting = Company(lab, world), Replay(world, wire=lab.wire), list(told.scenes)
    browsers = {
        INTRUDER: lab.browser("Mozilla/5.0 (X11; Linux x86_64)", INTRUDER),
        SERVER: lab.browser("curl/8.5.0", SERVER),
        ADMIN: lab.browser("Mozilla/5.0 (Macintosh)", ADMIN),
    }
    purse, passes, held = (
        {name: company.secrets[name] for name in told.start_with},
        {},
        set(told.start_with),
    )

    def send(ask: Ask, now: int, secret: str) -> dict:
        lab.clock.tick(max(0, now - 1 - lab.clock.now))  # the request itself takes the last second
        service, action = ask.ask.split(":")
        headers = company.headers(company.estate.credentials[ask.using], secret)
        headers |= {PASS: passes[service]} if ask.origin == "edge" else {}
        return (
            browsers[FROM[ask.origin]]
            .get(f"https://{service}.example/{action}", headers=headers)
            .json()
        )

    def knock(ask: Ask, now: int) -> tuple[Decision, bool]:
        while waiting and waiting[0][0] < now:
            time, scene = waiting.pop(0)
            send(scene, time, company.secrets[scene.using])
        before = len(lab.audit)
        answer = send(ask, now, purse[ask.using])
        purse.update(answer.get("given", {}))
        held.update(purse)
        if "pass" in answer:
            passes[ask.ask.split(":")[1]] = answer["pass"]
        return Decision(answer["allowed"], answer["rule"], answer["reason"]), len(
            lab.audit
        ) > before

    replay.audit = {source: [] for source in SOURCES}
    filed = 0
    for step in story(told.steps, held, knock):
        replay.steps.append(step)
        begin = seconds(step.attempts[0].time)
        for line in lab.audit[filed:]:
            events = replay.audit[line["source"]]
            events.append(line["event"])
            if line["time"] >= begin:
                replay.truth[f"{line['source']}:{len(events)}"] = step.fact
        filed = len(lab.audit)
    return replay


def foresee(
    world: World, plans: Sequence[Plan] | None = None, alarm: int | None = None
) -> list[Step]:
    """The same story by the same decisions, without HTTP. A test holds it against `play`, step by step.

    `plans` stand in the place of the campaign's own; `alarm` is one that was raised at that time, whatever the world's alarms do.
    """
    estate, held = inventory.estate(), set(campaign().start_with)

    def knock(ask: Ask, now: int) -> tuple[Decision, bool]:
        nonlocal alarm
        service, action = ask.ask.split(":")
        asked = Request(
            now,
            estate.services[service],
            action,
            estate.credentials[ask.using],
            ask.origin,
            FROM[ask.origin],
            alarm,
        )
        decision = policy.decide(asked, world)
        if decision.allow:
            held.update(given(asked))
        if alarm is None and policy.alarmed(asked, decision, world):
            alarm = now
        return decision, policy.recorded(asked, world)

    return list(story(campaign().steps if plans is None else plans, held, knock))


# --- all worlds ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Found:
    """What a search found: how many sets were walked, how many stop the goal, and the smallest of those."""

    goal: str
    walked: int
    stopping: int
    minimal: tuple[tuple[str, ...], ...]


class _Asking:
    """A world that notes which of its controls were asked about, so that sets which differ in the others need no second run."""

    def __init__(self, world: World):
        self.world, self.asked = world, []

    def __getattr__(self, name: str):
        self.asked.append(name)
        return getattr(self.world, name)


def with_controls(names: Iterable[str], world: World | None = None) -> World:
    """The world of 2023 (or another one) with these controls in place. Raises KeyError for a name that is no control."""
    known, names = inventory.controls(), list(names)
    if strangers := [name for name in names if name not in known]:
        raise KeyError(f"{strangers[0]!r} is no control of data/controls.yaml")
    return replace(world or World.historical(), **{name: known[name].control for name in names})


def search(
    goal: str,
    controls: Sequence[str],
    world: World | None = None,
    plans: Sequence[Plan] | None = None,
) -> Found:
    """Walk all sets of these controls: which stop the step `goal` (a fact id), and which of them are smallest.

    `goal` is stopped where its step is denied or not reached. Raises KeyError where there is no such step or control.
    """
    plans = plans or campaign().steps
    if goal not in [plan.fact for plan in plans]:
        raise KeyError(f"{goal} is no step of the campaign")
    plans = plans[: [plan.fact for plan in plans].index(goal) + 1]
    names = sorted(set(controls), key=list(controls).index)
    base = with_controls((), world)
    with_controls(names)  # each must be a control, also one that no decision asks about
    bit = {name: 1 << place for place, name in enumerate(names)}
    known: list[
        tuple[int, int, bool]
    ] = []  # of the controls in this mask, just these are in place: then it is stopped, or not

    def stopped(chosen: int) -> bool:
        for mask, those, result in known:
            if chosen & mask == those:
                return result
        asking = _Asking(with_controls([name for name in names if chosen & bit[name]], base))
        result = foresee(asking, plans)[-1].stopped
        mask = sum(bit[name] for name in set(asking.asked) & set(bit))
        known.append((mask, chosen & mask, result))
        return result

    table = [stopped(chosen) for chosen in range(1 << len(names))]
    minimal = [
        chosen
        for chosen, stops in enumerate(table)
        if stops and not any(chosen & one and table[chosen ^ one] for one in bit.values())
    ]
    return Found(
        goal,
        len(table),
        sum(table),
        tuple(
            sorted(
                (tuple(name for name in names if chosen & bit[name]) for chosen in minimal),
                key=lambda found: (len(found), found),
            )
        ),
    )
