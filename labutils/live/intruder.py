"""Play an intruder with a plan, who returns, goes on, notices what is shut, and finds another way.

Whether a request opens anything is decided by labutils.incident.policy, and by what the team did.
The intruder knows no more of it than the answers.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NamedTuple

from labutils.incident import policy, telemetry
from labutils.incident.background.dice import Dice
from labutils.incident.breach import request
from labutils.incident.campaign import Ask
from labutils.incident.inventory import COMPANY
from labutils.incident.policy import Decision, Request, World
from labutils.incident.services import credentials_given
from labutils.lab import seconds
from labutils.live.company import (
    MINUTE,
    LiveCompany,
    LiveEvent,
    LiveStep,
    LiveWay,
    live_event,
    scaled,
    settings,
)
from labutils.live.containment import Containment

IN_A_ROW = 2  # refusals, after which another address is tried
MOVES = 3  # addresses that the intruder has beside the first ones
GET_BACK = "a way back"  # in place of a step
BLOCKED, CONTAINED = "blocked", "contained"  # the rules of a refusal by what the team did


class LiveRequest(NamedTuple):
    """A request of the intruder, and the answer; `at` is in seconds since 1970.

    `step`: what it was part of; `by_team`: an act of the team refused it.
    """

    at: int
    step: str
    scope: str
    using: str
    address: str
    allowed: bool
    reason: str
    by_team: bool = False


class PlannedRequest(NamedTuple):
    """A request that the intruder will make.

    `turn`: which repetition it is, from 1; `last`: with it the step is done.
    """

    at: int
    step: str
    ask: Ask
    turn: int
    last: bool


class Nudge(NamedTuple):
    """What somebody outside made the intruder do; `at` and `until` are in seconds since 1970.

    `kind` is a key of NUDGES.
    """

    kind: str
    at: int
    step: str = ""
    until: int = 0


@dataclass(eq=False)
class LiveIntruder:
    """The intruder of one company; see the module.

    All times are seconds since 1970. `holds`: by credential, since when it is the present one;
    `first_held`: since when at all; `given_up`: those that were shut; `made`: by step, when it was
    done; `lines`: what the logs got of it. `by_person`: a person decides what is tried.
    `came_back`: by way in, when the intruder who had been shut out came back by it; `returns_at`:
    when that is to happen next; `nudges`: what an instructor or a person at the console made of it;
    `in_vain`: steps that failed, and are not tried again. `prepared`: the steps that a person wants
    next, in order; `rests_until`: until when a person lies low; `returned_in_vain`: when a person
    last found no other way in, unless one was found since.
    """

    company: LiveCompany
    containment: Containment
    by_person: bool = False
    holds: dict[str, int] = field(default_factory=dict)
    given_up: dict[str, int] = field(default_factory=dict)
    made: dict[str, int] = field(default_factory=dict)
    tried: list[LiveRequest] = field(default_factory=list)
    lines: list[LiveEvent] = field(default_factory=list)
    queue: list[PlannedRequest] = field(default_factory=list)
    worked: set[tuple[str, str]] = field(default_factory=set)  # credential and scope
    refused: set[tuple[str, str]] = field(default_factory=set)
    next_visit: int = 0
    in_a_row: int = 0
    moves: int = 0
    came_back: dict[str, int] = field(default_factory=dict)
    returns_at: int | None = None
    nudges: list[Nudge] = field(default_factory=list)
    in_vain: set[str] = field(default_factory=set)
    prepared: list[str] = field(default_factory=list)
    rests_until: int | None = None
    returned_in_vain: int | None = None

    def __post_init__(self) -> None:
        self.holds = dict.fromkeys(self.company.starts_with, self.company.start - 1)
        self.first_held = dict(self.holds)
        self.dice = Dice(f"{self.company.seed}/live/intruder")
        first_visit = self.pause("first_visit")
        self.next_visit = self.company.start + (0 if self.by_person else first_visit)

    @cached_property
    def world(self) -> World:
        """The controls that the company had in place before the exercise."""
        return World.historical(self.company.case)

    @property
    def losses(self) -> list[str]:
        """The steps that were taken and in which data was lost."""
        return [name for name in self.made if self.company.steps[name].is_loss]

    @property
    def most_moves(self) -> int:
        """The addresses that the intruder may move to; each new way in brings some more."""
        return MOVES * (1 + len(self.came_back))

    def pause(self, name: str) -> int:
        """Return a pause in seconds, drawn between the two numbers of this setting."""
        low, high = settings()[name]
        return scaled(self.dice.between(low, high), self.company.minutes)

    # --- time passes -----------------------------------------------------------------------------

    def run(self, until: int) -> None:
        """Do everything that the intruder does up to a moment."""
        while self.queue and self.queue[0].at <= until or self.comes(until):
            if self.queue:
                self.send(self.queue.pop(0))
            elif self.by_person:
                self.go_on()
            else:
                self.visit(self.next_visit)

    def comes(self, until: int) -> bool:
        """Return whether the intruder looks in before a moment, with nothing under way."""
        if self.by_person:
            goes_on_at = self.goes_on_at()
            return not self.queue and goes_on_at is not None and goes_on_at <= until
        return not self.queue and self.next_visit <= until

    def visit(self, time: int) -> None:
        """Look for something to do and begin it, or come again later."""
        self.come_back(time)
        way_back = self.way_back()
        step = self.next_step()
        if way_back is not None:
            self.line_up(GET_BACK, way_back, time)
        elif step is not None:
            self.begin(step, time)
        else:
            self.knock(time)
        ends = self.queue[-1].at if self.queue else time
        self.next_visit = ends + self.pause("pauses")

    # --- a person at the console has prepared something ---

    def goes_on_at(self) -> int | None:
        """Return when a person's next choice takes effect; None if there is none to wait for."""
        moments = [self.next_visit] if self.next_prepared() else []
        if self.rests_until is not None:
            moments.append(self.rests_until)
        if self.returns_at is not None:
            moments.append(max(self.returns_at, self.next_visit))
        return min(moments, default=None)

    def next_prepared(self) -> str | None:
        """Return the first step that a person has prepared and that is possible now."""
        steps = self.company.steps
        return next((name for name in self.prepared if self.is_possible(steps[name])), None)

    def go_on(self) -> None:
        """Stop lying low, come back by another way, or begin what a person has prepared."""
        time, name = self.goes_on_at() or self.next_visit, self.next_prepared()
        self.next_visit = max(self.next_visit, time)
        if self.rests_until is not None and self.rests_until <= time:
            self.rests_until = None
            self.forget_old_refusals(time)
        elif self.returns_at is not None and self.returns_at <= time:
            self.returns_at = None
            if not self.come_by_another_way(time):
                self.returned_in_vain = time
        elif name is not None:
            self.prepared.remove(name)
            self.begin(self.company.steps[name], time)

    def forget_old_refusals(self, time: int) -> None:
        """Hope again for what was shut a while ago: owners switch things on again."""
        patience = scaled(settings()["patience"][0], self.company.minutes)
        for name, since in list(self.given_up.items()):
            if time - since >= patience:
                self.have_back(name)

    def is_shut_out(self) -> bool:
        """Return whether nothing is left to try with what the intruder holds, after a refusal.

        It is all that the intruder can know; whether a door is open, `open_doors` says.
        """
        was_refused = any(not one.allowed for one in self.tried)
        nothing_left = not any(self.is_possible(one) for one in self.company.steps.values())
        return was_refused and nothing_left and not self.queue and self.way_back() is None

    def possible_once(self, names: Collection[str]) -> list[str]:
        """Return the steps that would be possible with these steps done, and what they give."""
        services, before = self.company.case.estate.services, (self.holds, self.made)
        asks = [ask for one in names for ask in self.open_route(self.company.steps[one]) or ()]
        gives = [name for a in asks for name in services[a.service].gives.get(a.action, ())]
        self.holds = {**dict.fromkeys(gives, self.next_visit), **self.holds}
        self.made = {**dict.fromkeys(names, self.next_visit), **self.made}
        possible = [one.id for one in self.company.steps.values() if self.is_possible(one)]
        self.holds, self.made = before
        return possible

    # --- who is shut out comes back ---

    def come_back(self, time: int) -> None:
        """Come back by another of the company's ways, some time after being shut out."""
        if not self.tried or self.queue or self.open_doors(time):
            self.returns_at = None
        elif self.returns_at is None:
            low, high = settings()["returns"]
            dice = Dice(f"{self.company.seed}/live/returns/{len(self.came_back)}")
            self.returns_at = time + scaled(dice.between(low, high), self.company.minutes)
        elif self.returns_at <= time < self.company.start + self.last_return:
            self.come_by_another_way(time)

    @property
    def last_return(self) -> int:
        """The seconds into the exercise after which nobody comes back any more."""
        return MINUTE * self.company.minutes * 3 // 4

    def fresh_ways(self) -> list[LiveWay]:
        """Return the ways in of which the intruder has held no credential yet."""
        return [
            way
            for way in self.company.ways
            if way.id not in self.came_back and not self.brought_by(way) & set(self.first_held)
        ]

    def brought_by(self, way: LiveWay) -> set[str]:
        """Return the credentials that a way in begins with and its steps use."""
        routes = [self.company.steps[name].routes for name in way.steps]
        used = {ask.using for some in routes for route in some for ask in route}
        return {*way.starts, *used}

    def come_by_another_way(self, time: int) -> bool:
        """Come in by a way that was not used yet, from another address; False if none opens."""
        fresh, order = self.fresh_ways(), Dice(f"{self.company.seed}/live/next-way")
        for way in sorted(fresh, key=lambda way: (order.below(1 << 30), way.id)):
            before = dict(self.holds), dict(self.first_held)
            for name in way.starts:
                self.holds[name] = time
                self.first_held[name] = time
            self.came_back[way.id] = time
            self.moves += 1
            if any(self.succeeds(self.company.steps[name], time) for name in self.may_begin(way)):
                self.returns_at, self.in_a_row, self.returned_in_vain = None, 0, None
                return True
            self.holds, self.first_held = before
            del self.came_back[way.id]
            self.moves -= 1
        return False

    def may_begin(self, way: LiveWay) -> list[str]:
        """Return the steps that a way in may begin with."""
        return list(way.steps[:1] or self.company.steps)

    @property
    def ways_taken(self) -> list[str]:
        """The first steps of all ways by which the intruder came back."""
        return [n for way in self.company.ways if way.id in self.came_back for n in way.steps]

    # --- what to do next -------------------------------------------------------------------------

    def next_step(self) -> LiveStep | None:
        """Return the next step.

        It is a foothold once something was shut; else the plan; else whatever is possible.
        """
        chain = [self.company.steps[name] for name in self.company.chain]
        others = [one for one in self.company.steps.values() if one.id not in self.company.chain]
        spares = [one for one in (*chain, *others) if self.given_up and one.part == "foothold"]
        ways = [self.company.steps[name] for name in self.ways_taken]
        every = (*ways, *spares, *chain, *others)
        return next((one for one in every if self.is_possible(one)), None)

    def is_possible(self, step: LiveStep) -> bool:
        """Return whether a step can be taken now.

        It is still to be done, what comes before it is done, and a route has a credential for each
        request.
        """
        of_a_way = step.id in (*self.company.chain, *self.ways_taken)
        if step.id in self.made or step.id in self.in_vain or (step.part == "way" and not of_a_way):
            return False
        begun = not step.after or any(name in self.made for name in step.after)
        return begun and self.open_route(step) is not None

    def open_route(self, step: LiveStep) -> list[Ask] | None:
        """Return the first route of a step in which nothing has been refused."""
        routes = (self.fitted(route) for route in step.routes)
        return next((one for one in routes if one is not None), None)

    def fitted(self, route: Sequence[Ask]) -> list[Ask] | None:
        """Return a route with a usable credential for each request, or None.

        A usable one may make the request and was not refused. What an earlier request of the route
        gives counts as held.
        """
        services, coming = self.company.case.estate.services, set[str]()
        fitting = []
        for ask in route:
            using = self.usable(ask, coming)
            foothold = self.company.case.estate.zones[ask.origin].foothold
            if using is None or foothold not in {None, *self.holds, *coming}:
                return None
            fitting.append(replace(ask, using=using))
            coming.update(services[ask.service].gives.get(ask.action, ()))
        return fitting

    def usable(self, ask: Ask, coming: Collection[str]) -> str | None:
        """Return the credential of a request, or another that may make it."""
        credentials = self.company.case.estate.credentials
        if ask.using in coming and ask.using not in self.holds:
            return ask.using
        return next(
            (
                name
                for name in (ask.using, *self.holds)
                if name in self.holds
                and name not in self.given_up
                and (name, ask.scope) not in self.refused
                and ask.scope in credentials[name].scopes
            ),
            None,
        )

    def begin(self, step: LiveStep, time: int) -> None:
        """Line up the requests of a step, if that is possible."""
        route = self.open_route(step)
        if route is not None:
            self.line_up(step.id, route, time)

    def line_up(self, step: str, route: Sequence[Ask], time: int) -> None:
        """Line up the requests of a route, one after another from a moment on.

        A long burst is hurried.
        """
        longest, at = scaled(int(settings()["longest_burst"]), self.company.minutes), time
        for place, ask in enumerate(route):
            hurry = min(1.0, longest / max(1, ask.lasts))
            for turn, offset in enumerate(ask.offsets, 1):
                is_last = place == len(route) - 1 and turn == ask.repeat
                self.queue.append(
                    PlannedRequest(at + int(hurry * offset), step, ask, turn, is_last)
                )
            at = self.queue[-1].at + 5 + self.dice.below(40)

    def way_back(self) -> list[Ask] | None:
        """Return requests that give back what was shut, or what was never held; else None.

        The company reads it out to whoever may ask.
        """
        if not self.given_up:
            return None
        for service in self.company.case.estate.services.values():
            for action, given in service.gives.items() if service.org == COMPANY else ():
                wanted = [one for one in given if one in self.given_up or one not in self.holds]
                route = self.fitted(self.route_to(f"{service.id}:{action}")) if wanted else None
                if route is not None:
                    return route
        return None

    def route_to(self, scope: str) -> Sequence[Ask]:
        """Return the requests up to one with this scope, as a step makes them."""
        for step in self.company.steps.values():
            for route in step.routes:
                for place, ask in enumerate(route):
                    if ask.scope == scope and ask.origin != "home":
                        return [replace(one, repeat=1) for one in route[: place + 1]]
        return [Ask(scope, "", self.company.case.estate.default_zone.id)]

    def knock(self, time: int) -> None:
        """Retry something that was shut, once in a while: owners switch things on again."""
        patience = self.pause("patience")
        for name, since in list(self.given_up.items()):
            if time - since >= patience:
                self.have_back(name)
                return

    def have_back(self, name: str) -> None:
        """Forget that a credential was given up, and what was refused with it."""
        self.given_up.pop(name, None)
        self.refused = {pair for pair in self.refused if pair[0] != name}

    # --- a request -------------------------------------------------------------------------------

    def send(self, waiting: PlannedRequest) -> None:
        """Make a request, and take what it gives. A refusal ends the step for now."""
        ask, time = waiting.ask, waiting.at
        if self.by_person:
            self.next_visit = max(self.next_visit, time)
        if ask.using not in self.holds:
            self.queue.clear()
            return
        asked, decision = self.decide(waiting)
        self.log(waiting, asked, decision)
        self.tried.append(
            LiveRequest(
                time,
                waiting.step,
                ask.scope,
                ask.using,
                asked.address,
                decision.allow,
                decision.reason,
                decision.rule in (BLOCKED, CONTAINED),
            )
        )
        if decision.allow:
            self.take(asked, ask, time)
            if waiting.last and waiting.step in self.company.steps:
                self.made.setdefault(waiting.step, time)
        else:
            self.give_up(ask, time, waiting.step)

    def decide(self, waiting: PlannedRequest) -> tuple[Request, Decision]:
        """Return the request and its answer.

        The answer is that of the company as it was, and of what the team did.
        """
        ask, time, case = waiting.ask, waiting.at, self.company.case
        asked = self.asked(waiting)
        address = asked.address
        decision, held = policy.decide(asked, self.world), case.estate.credentials[ask.using]
        if not self.company.reaches(asked.service) or held.kind == "data" or not decision.allow:
            return asked, decision
        if lost := self.lost_foothold(ask, address, time):
            return asked, Decision(False, BLOCKED, lost)
        if self.containment.is_blocked(address, time):
            return asked, Decision(False, BLOCKED, f"{address} is blocked")
        refusal = self.containment.refuses(held, self.holds[ask.using], address, time)
        return asked, Decision(False, CONTAINED, refusal) if refusal else decision

    def asked(self, waiting: PlannedRequest) -> Request:
        """Return a request as the company gets it."""
        ask = waiting.ask
        clock = seconds(ask.at) if ask.at and case_of_the_past(self.company) else None
        moment = self.clock(waiting.step, waiting.at) if clock is None else clock
        return replace(request(self.company.case, ask, moment), address=self.address(ask))

    def clock(self, step: str, time: int) -> int:
        """Return the moment that the company decides by; a case of the past has its own."""
        own = self.company.steps.get(step)
        if own is not None:
            return time if own.clock is None else own.clock
        every = [(one.id, one.clock) for one in self.company.steps.values() if one.clock]
        done = [clock for name, clock in every if name in self.made]
        return max(done, default=min((clock for _, clock in every), default=time))

    def lost_foothold(self, ask: Ask, address: str, time: int) -> str | None:
        """Return why nothing can be sent from a zone any more, or None."""
        foothold = self.company.case.estate.zones[ask.origin].foothold
        if foothold is None or foothold not in self.holds:
            return None
        held = self.company.case.estate.credentials[foothold]
        return self.containment.refuses(held, self.holds[foothold], address, time)

    def address(self, ask: Ask) -> str:
        """Return the address that a request comes from."""
        case = self.company.case
        usual = case.addresses[ask.origin].ip
        if self.moves == 0 or case.estate.zones[ask.origin].inside or ask.origin == "home":
            return usual
        return self.company.elsewhere(self.moves)

    def log(self, waiting: PlannedRequest, asked: Request, decision: Decision) -> None:
        """Write a request to the logs."""
        self.lines.extend(self.lines_of(waiting, asked, decision))

    def lines_of(
        self, waiting: PlannedRequest, asked: Request, decision: Decision
    ) -> list[LiveEvent]:
        """Return the lines of a request. What is blocked never reaches the service."""
        if decision.rule == BLOCKED or not policy.recorded(asked, self.world):
            return []
        seed, held = self.company.seed, asked.credential
        if held is not None:
            session = f"{seed}/{held.session or held.id}"
            held = replace(held, holder=self.company.signs(held), session=session)
        shown = replace(asked, time=waiting.at, credential=held)
        agent = self.company.case.addresses[waiting.ask.origin].agent
        serial = f"{seed}/live/{len(self.tried)}"
        using = self.company.name_of(self.company.case.estate.credentials[waiting.ask.using])
        return [
            live_event(
                line.source,
                waiting.at,
                line.text,
                self.company.known_as,
                minutes=self.company.minutes,
                step=waiting.step,
                using=using,
            )
            for line in telemetry.events(shown, decision, agent, serial, waiting.turn)
        ]

    def take(self, asked: Request, ask: Ask, time: int) -> None:
        """Take what an allowed request gives.

        What was written down in a text, or lies at somebody else's, was so before the exercise.
        """
        self.worked.add((ask.using, ask.scope))
        self.in_a_row = 0
        for name in credentials_given(asked):
            self.first_held.setdefault(name, time)
            if asked.service.org == COMPANY:
                self.holds[name] = time
                self.have_back(name)
            else:
                self.holds.setdefault(name, self.company.start - 1)

    def give_up(self, ask: Ask, time: int, step: str = "") -> None:
        """Give up after a refusal.

        What worked before was shut, and so was what is refused twice; after a few in a row it may
        be the address.
        """
        self.queue.clear()
        self.next_visit = time + self.pause("after_a_refusal")
        if step in self.company.steps and self.company.steps[step].only_tried:
            self.in_vain.add(step)
            return
        self.refused.add((ask.using, ask.scope))
        refusals = sum(name == ask.using for name, _ in self.refused)
        if refusals > 1 or (ask.using, ask.scope) in self.worked:
            self.given_up[ask.using] = time
        self.in_a_row += 1
        if self.in_a_row >= IN_A_ROW and not self.by_person:
            self.move()

    def move(self) -> bool:
        """Move to another address, and retry there what was shut; return False if none is left."""
        if self.moves >= self.most_moves:
            return False
        self.moves += 1
        self.in_a_row = 0
        self.given_up.clear()
        self.refused.clear()
        return True

    def nudge(self, nudge: Nudge) -> bool:
        """Do what somebody outside asks for, and keep it; return whether it changes anything."""
        self.nudges.append(nudge)
        if self.by_person:
            self.next_visit = max(self.next_visit, nudge.at)
        return NUDGES[nudge.kind](self, nudge)

    def _hurry(self, nudge: Nudge) -> bool:
        self.next_visit = min(self.next_visit, nudge.at)
        return True

    def _leak(self, nudge: Nudge) -> bool:
        return self.find_again(nudge.at)

    def _move(self, _: Nudge) -> bool:
        return self.move()

    def _begin(self, nudge: Nudge) -> bool:
        step = self.company.steps[nudge.step]
        possible = self.is_possible(step) and not self.queue
        if possible:
            self.begin(step, nudge.at)
        return possible

    def _prepare(self, nudge: Nudge) -> bool:
        under_way = {one.step for one in self.queue}
        if nudge.step in {*self.prepared, *self.made, *under_way}:
            return False
        self.prepared.append(nudge.step)
        self.run(nudge.at)
        return True

    def _take_back(self, nudge: Nudge) -> bool:
        was_prepared = nudge.step in self.prepared
        self.prepared = [name for name in self.prepared if name != nudge.step]
        return was_prepared

    def _stop(self, _: Nudge) -> bool:
        was_busy = bool(self.queue)
        self.queue.clear()
        return was_busy

    def _lie_low(self, nudge: Nudge) -> bool:
        self.queue.clear()
        self.rests_until = self.next_visit = nudge.until
        return True

    def _wake(self, nudge: Nudge) -> bool:
        was_resting, self.rests_until, self.next_visit = self.rests_until, None, nudge.at
        self.run(nudge.at)
        return was_resting is not None

    def _read_again(self, nudge: Nudge) -> bool:
        route = None if self.queue else self.way_back()
        if route is not None:
            self.line_up(GET_BACK, route, nudge.at)
        return route is not None

    def _return(self, nudge: Nudge) -> bool:
        in_time = nudge.at < self.company.start + self.last_return
        if self.returns_at is not None or not in_time or not self.is_shut_out():
            return False
        low, high = settings()["returns"]
        dice = Dice(f"{self.company.seed}/live/returns/{len(self.came_back)}")
        self.returns_at = nudge.at + scaled(dice.between(low, high), self.company.minutes)
        return True

    def find_again(self, time: int) -> bool:
        """Come in by a way not used yet, else with something that was shut, as it is now.

        Return whether anything opens by it; if nothing does, nothing has changed.
        """
        every = self.company.steps.values()
        done = {step.id for step in every if self.succeeds(step, time)}
        before = dict(self.holds), dict(self.given_up), set(self.refused)
        if not self.come_by_another_way(time):
            for name in dict.fromkeys([*self.given_up, *self.company.starts_with, *self.holds]):
                self.holds[name] = time
                self.have_back(name)
                if any(self.succeeds(step, time) for step in every if step.id not in done):
                    break
                holds, given_up, self.refused = before
                self.holds, self.given_up = dict(holds), dict(given_up)
            else:
                return False
        self.next_visit = time + MINUTE
        return True

    def succeeds(self, step: LiveStep, time: int) -> bool:
        """Return whether a step can be taken, and nothing would refuse it at a moment."""
        route = self.open_route(step) if self.is_possible(step) else None
        if route is None:
            return False
        requests = (PlannedRequest(time, step.id, ask, 1, False) for ask in route)
        return all(self.decide(one)[1].allow for one in requests if one.ask.using in self.holds)

    # --- what is left ----------------------------------------------------------------------------

    def open_doors(self, time: int) -> list[str]:
        """Return what the intruder could still open at a moment.

        It is by the names that acts use, from an address that nobody blocked.
        """
        case = self.company.case
        names: dict[str, None] = {}
        for name in self.holds:
            held = case.estate.credentials[name]
            if held.kind != "data" and any(self.opens(name, scope, time) for scope in held.scopes):
                names[self.company.name_of(held)] = None
        return list(names)

    def is_of_the_owner(self, scope: str) -> bool:
        """Return whether only a tricked owner does such a thing, at home.

        Nobody is persuaded twice.
        """
        every = [a for s in self.company.steps.values() for r in s.routes for a in r]
        origins = {ask.origin for ask in every if ask.scope == scope}
        return origins == {"home"}

    def opens(self, name: str, scope: str, time: int) -> bool:
        """Return whether a credential would open something at a moment."""
        case = self.company.case
        route = self.route_to(scope)
        ask = replace(route[-1], using=name)
        held = case.estate.credentials[name]
        asked = request(case, ask, self.clock("", time))
        if not self.company.reaches(asked.service) or self.is_of_the_owner(scope):
            return False
        if not policy.decide(asked, self.world).allow:
            return False
        if self.containment.refuses(held, self.holds[name], asked.address, time):
            return False
        foothold = case.estate.zones[ask.origin].foothold
        if foothold not in {None, *self.holds} or self.lost_foothold(ask, asked.address, time):
            return False
        gateway = case.estate.gateway_into(case.estate.zones[ask.origin])
        if gateway is None:
            return True
        way = f"{gateway.id}:{asked.service.id}"
        return any(
            way in case.estate.credentials[one].scopes and self.opens(one, way, time)
            for one in self.holds
        )


def case_of_the_past(company: LiveCompany) -> bool:
    """Return whether each step of a company is decided by a moment of the past."""
    return any(step.clock is not None for step in company.steps.values())


NUDGES = {  # by kind, what somebody outside can make the intruder do
    "hurry": LiveIntruder._hurry,
    "leak": LiveIntruder._leak,
    "begin": LiveIntruder._begin,
    "prepare": LiveIntruder._prepare,
    "take-back": LiveIntruder._take_back,
    "stop": LiveIntruder._stop,
    "lie-low": LiveIntruder._lie_low,
    "wake": LiveIntruder._wake,
    "move": LiveIntruder._move,
    "read-again": LiveIntruder._read_again,
    "return": LiveIntruder._return,
}
