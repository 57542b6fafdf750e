"""Play a campaign in a world: over HTTP, or with the same decisions and no HTTP.

A case says what was tried; outcomes come from policy.decide alone. It is a model built from public
reports.
"""

from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Generic, Literal, Protocol, TypeVar

import httpx

from labutils.incident import cases, inventory, policy, telemetry
from labutils.incident.campaign import Ask, Campaign, Plan, Route
from labutils.incident.cases import CaseName, Incident
from labutils.incident.ledger_schema import Fact
from labutils.incident.log_format import Event
from labutils.incident.policy import Decision, Request, Rule, World
from labutils.incident.services import PASS, Company, credentials_given
from labutils.incident.telemetry import LogLine
from labutils.lab import Exchange, Lab, iso, seconds

Outcome = Literal["succeeded", "denied", "unknown", "not_reached"]


@dataclass(frozen=True)
class Attempt:
    """A request of a step, and the answer.

    `decision` is None where it was never sent, since the intruder did not hold `missing`.

    `at` is in seconds since 1970; `recorded` says whether any log holds it.
    """

    at: int
    ask: Ask
    decision: Decision | None
    recorded: bool
    missing: str | None = None

    @property
    def time(self) -> str:
        """When the request was made, in ISO 8601."""
        return iso(self.at)

    @property
    def allowed(self) -> bool:
        return self.decision is not None and self.decision.allow


@dataclass(frozen=True)
class Step:
    """The outcome of a plan.

    `outcome`: succeeded, denied, unknown (allowed, and no log could show it, or no source tells
    what the log showed), or not_reached.

    `time` is ISO 8601; `time_assumed` says that no source gives even its day, `time_precision` how
    much of it the ledger has.
    """

    fact: str
    time: str
    time_assumed: bool
    time_precision: str | None
    tactic: str
    techniques: tuple[str, ...]
    outcome: Outcome
    rule: str
    reason: str
    plan: Plan
    attempts: tuple[Attempt, ...]

    @property
    def stopped(self) -> bool:
        """Whether every route was refused, or the intruder had nothing to try one with."""
        return self.outcome in ("denied", "not_reached")


@dataclass
class Replay:
    """A played world: its steps, what the network saw, and the lines of each log, by source.

    `truth`: which event (as source:line, counted from 1) belongs to which fact. `labels`: of events
    that no vendor or report describes, "modelled".
    """

    world: World
    case: Incident
    steps: list[Step] = field(default_factory=list)
    wire: list[Exchange] = field(default_factory=list)
    lines: dict[str, list[LogLine]] = field(default_factory=dict)
    truth: dict[str, str] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)

    @cached_property
    def audit(self) -> dict[str, list[Event]]:
        """The events of each log that the services wrote, by source."""
        return {source: [line.event for line in lines] for source, lines in self.lines.items()}


def with_controls(
    names: Iterable[str], world: World | None = None, *, case: CaseName = cases.COURSE
) -> World:
    """Return the historical world of a case (or another world) with these controls in place.

    Raises KeyError for a name that is not a control.
    """
    known, chosen = inventory.controls(), list(names)
    if strangers := [name for name in chosen if name not in known]:
        raise KeyError(f"{strangers[0]!r} is not a control in data/controls.yaml")
    values: dict[str, Any] = {name: known[name].value for name in chosen}
    return replace(world or World.historical(case), **values)


# --- step by step -------------------------------------------------------------------------------


class TriesPlans(Protocol):
    """An intruder who tries plans.

    `holds`: the credentials so far. `send` makes a request, and adds to them what it gave.
    """

    @property
    def holds(self) -> Container[str]:
        """The names of the credentials that the intruder holds."""
        ...

    def send(self, ask: Ask, time: int) -> tuple[Decision, bool]:
        """Send a request; return the decision, and whether any log holds the request.

        `time` is in seconds since 1970.
        """
        ...


@dataclass
class CampaignRun:
    """A run of plans, one after another, each route by route until one is open all the way.

    `now` is in seconds since 1970.
    """

    case: Incident
    intruder: TriesPlans
    now: int = 0

    def steps(self, plans: Iterable[Plan]) -> Iterator[Step]:
        """Yield the outcome of each plan."""
        for plan in plans:
            fact = self.case.ledger.facts[plan.fact]
            begin = plan.assumed_time or fact.time or ""
            attempts: list[Attempt] = []
            for route in plan.routes:
                attempts += self.try_route(route, seconds(begin))
                if attempts[-1].allowed:
                    break
            yield _step(plan, fact, begin, attempts)

    def try_route(self, route: Route, begin: int) -> list[Attempt]:
        """Send the requests of a route, up to the first that is refused or cannot be sent.

        `begin` is in seconds since 1970.
        """
        attempts = []
        for ask in route:
            time = max(self.now + 1, seconds(ask.at) if ask.at else begin)
            attempts.append(self.attempt(ask, time))
            if not attempts[-1].allowed:
                break
        return attempts

    def attempt(self, ask: Ask, time: int) -> Attempt:
        """Make one request, if the intruder holds what it needs."""
        foothold = self.case.estate.zones[ask.origin].foothold
        for needed in (ask.using, foothold):
            if needed is not None and needed not in self.intruder.holds:
                return Attempt(time, ask, None, False, needed)
        decision, recorded = self.intruder.send(ask, time)
        self.now = time + ask.lasts
        return Attempt(time, ask, decision, recorded)


def _step(plan: Plan, fact: Fact, begin: str, attempts: list[Attempt]) -> Step:
    outcome, decision = _outcome(attempts)
    if outcome == "succeeded" and plan.unreported:
        outcome = "unknown"
    return Step(
        plan.fact,
        begin,
        fact.time is None or bool(fact.time_assumed),
        fact.time_precision,
        fact.tactic,
        fact.techniques,
        outcome,
        decision.rule,
        decision.reason,
        plan,
        tuple(attempts),
    )


def _outcome(attempts: list[Attempt]) -> tuple[Outcome, Decision]:
    """How a step ended, and the decision that speaks for it: the last one, else the first refusal,
    else what was never held."""
    last = attempts[-1]
    if last.decision and last.decision.allow:
        return "succeeded" if last.recorded else "unknown", last.decision
    for attempt in attempts:
        if attempt.decision and not attempt.decision.allow:
            return "denied", attempt.decision
    missing = next(attempt.missing for attempt in attempts if attempt.missing)
    return "not_reached", Decision(False, "not_held", f"the intruder never came to hold {missing}")


# --- played -------------------------------------------------------------------------------------


class _OverHttp:
    """An intruder who sends real HTTP requests, and the owners of credentials, who come by in
    between. `owners_lines` are the places of the owners' lines in the lab's audit log."""

    def __init__(self, company: Company, campaign: Campaign):
        self.company, self.lab = company, company.lab
        self.waiting = list(campaign.scenes)
        self.owners_lines: set[int] = set()
        self.holds = {name: company.secrets[name] for name in campaign.start_with}
        self.passes: dict[str, str] = {}  # by service
        self.browsers: dict[str, httpx.Client] = {
            zone: self.lab.browser(address.agent, address.ip)
            for zone, address in company.case.addresses.items()
        }

    def send(self, ask: Ask, time: int) -> tuple[Decision, bool]:
        """See Intruder."""
        self.let_owners_act(time)
        lines = len(self.lab.audit)
        answer = self.request(ask, time, self.holds[ask.using])
        elsewhere = self.company.estate.services[ask.service].audit == "elsewhere"
        recorded = elsewhere or len(self.lab.audit) > lines
        self.repeat(ask)
        self.holds |= answer.get("given", {})
        if "pass" in answer:
            self.passes[ask.action] = answer["pass"]
        return Decision(answer["allowed"], answer["rule"], answer["reason"]), recorded

    def let_owners_act(self, until: int) -> None:
        """Everything that owners did before that moment."""
        while self.waiting and self.waiting[0].time < until:
            scene = self.waiting.pop(0)
            lines = len(self.lab.audit)
            self.request(scene.ask, scene.time, self.company.secrets[scene.ask.using])
            self.owners_lines.update(range(lines, len(self.lab.audit)))

    def request(self, ask: Ask, time: int, secret: str) -> dict[str, Any]:
        """The answer to one request. The request itself takes the last second before `time`."""
        self.lab.clock.tick(max(0, time - 1 - self.lab.clock.now))
        estate = self.company.estate
        headers = self.company.headers(estate.credentials[ask.using], secret)
        if estate.gateway_into(estate.zones[ask.origin]):
            headers[PASS] = self.passes[ask.service]
        url = f"https://{ask.service}.example/{ask.action}"
        answer: dict[str, Any] = self.browsers[ask.origin].get(url, headers=headers).json()
        return answer

    def repeat(self, ask: Ask) -> None:
        """Write the lines of the repetitions, and raise the alarm that so many in a row raise: the
        decision stands for all of them."""
        if ask.repeat == 1 or self.company.latest is None:
            return
        first, decision, agent = self.company.latest
        self.company.notice(replace(first, in_a_row=ask.repeat), decision)
        serial = len(self.lab.wire) - 1
        for number in range(1, ask.repeat):
            again = replace(first, time=first.time + ask.offsets[number])
            self.let_owners_act(again.time)
            self.company.record(again, decision, agent, f"{serial}.{number}", number + 1)


def play(world: World, *, case: CaseName = cases.COURSE, own_rules: Sequence[Rule] = ()) -> Replay:
    """Play a case's campaign in a world: real HTTP requests in a lab of its own.

    Each is decided and logged where it arrives. `own_rules` are asked after those of the policy.
    """
    case = cases.load(case)
    lab = Lab("breach", case.start)
    intruder = _OverHttp(Company(lab, world, case, own_rules), case.campaign)
    replay = Replay(world, case, wire=lab.wire, lines={source: [] for source in case.sources})
    filed = 0  # lines of the lab's audit log
    for step in CampaignRun(case, intruder).steps(case.campaign.steps):
        replay.steps.append(step)
        for place in range(filed, len(lab.audit)):
            line: LogLine = lab.audit[place]["line"]
            replay.lines[line.source].append(line)
            name = f"{line.source}:{len(replay.lines[line.source])}"
            if line.modelled:
                replay.labels[name] = "modelled"
            if place not in intruder.owners_lines:
                replay.truth[name] = step.fact
        filed = len(lab.audit)
    return replay


# --- foreseen -----------------------------------------------------------------------------------


Answer = TypeVar("Answer")


class Remembered(Generic[Answer]):
    """Answers that were given before, by what was asked.

    Cases share what they did not change, so most of many thieves ask the same.
    """

    def __init__(self) -> None:
        self.answers: dict[tuple[object, ...], Answer] = {}
        self.asked_of: dict[tuple[int, ...], object] = {}  # kept: no two in turn have one identity

    def answer(
        self,
        case: Incident,
        ask: Ask,
        time: int,
        alarm: int | None,
        decide: Callable[[Request], Answer],
    ) -> Answer:
        """Return the answer to a request of a campaign, decided unless the same was asked before.

        Times are seconds since 1970.
        """
        asked_of = id(case.estate), id(case.watches), id(case.safeguards)
        address = case.addresses[ask.origin].ip
        key = (*asked_of, ask.scope, ask.using, ask.origin, ask.repeat, address, time, alarm)
        try:
            return self.answers[key]
        except KeyError:
            self.answers[key] = decide(request(case, ask, time, alarm))
            self.asked_of[asked_of] = case.estate, case.watches, case.safeguards
            return self.answers[key]


@dataclass(frozen=True)
class _Reply:
    """What a request gets: the decision, whether a log holds it, what it gives, and whether it
    raises an alarm."""

    decision: Decision
    recorded: bool
    given: tuple[str, ...]
    raises_alarm: bool


class Foresight:
    """A forecast of campaigns in one world, without HTTP.

    What was asked before is not decided again.
    """

    def __init__(self, world: World, own_rules: Sequence[Rule] = ()):
        self.world, self.own_rules = world, own_rules
        self.remembered = Remembered[_Reply]()

    def steps(
        self, case: Incident, campaign: Campaign | None = None, alarm: int | None = None
    ) -> list[Step]:
        """Return the steps of a case's campaign, or of another; see `foresee`."""
        chosen = campaign or case.campaign
        intruder = _Foreseen(self, case, chosen, alarm)
        return list(CampaignRun(case, intruder).steps(chosen.steps))

    def decided(self, asked: Request) -> _Reply:
        """Return the answer to a request in this world."""
        decision = policy.decide_with(self.own_rules, asked, self.world)
        recorded = policy.recorded(asked, self.world) and (
            asked.service.audit == "elsewhere" or telemetry.written(asked, decision)
        )
        given = tuple(credentials_given(asked)) if decision.allow else ()
        return _Reply(decision, recorded, given, policy.alarmed(asked, decision, self.world))


class _Foreseen:
    """An intruder whose requests are decided, and never sent. `alarm` is in seconds since 1970."""

    def __init__(self, foresight: Foresight, case: Incident, campaign: Campaign, alarm: int | None):
        self.foresight, self.case, self.alarm = foresight, case, alarm
        self.holds = set(campaign.start_with)

    def send(self, ask: Ask, time: int) -> tuple[Decision, bool]:
        """See Intruder."""
        answer = self.foresight.remembered.answer(
            self.case, ask, time, self.alarm, self.foresight.decided
        )
        self.holds.update(answer.given)
        if self.alarm is None and answer.raises_alarm:
            self.alarm = time
        return answer.decision, answer.recorded


def foresee(
    world: World,
    *,
    case: CaseName = cases.COURSE,
    thief: Campaign | None = None,
    alarm: int | None = None,
    own_rules: Sequence[Rule] = (),
) -> list[Step]:
    """Return the steps of a campaign by the same decisions as `play`, without HTTP.

    A test compares the two, step by step. `thief` is a campaign that replaces the case's own;
    `alarm` is one that was raised at that time (seconds since 1970), whatever the world's alarms
    do; `own_rules` are asked after those of the policy.
    """
    return Foresight(world, own_rules).steps(cases.load(case), thief, alarm)


def request(case: Incident, ask: Ask, time: int, alarm: int | None = None) -> Request:
    """Return what a decision point is asked when a request of a campaign arrives.

    Times are seconds since 1970.
    """
    estate = case.estate
    return Request(
        case,
        time,
        estate.services[ask.service],
        ask.action,
        estate.credentials[ask.using],
        estate.zones[ask.origin],
        case.addresses[ask.origin].ip,
        alarm,
        ask.repeat,
    )
