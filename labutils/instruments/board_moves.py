"""The moves that a board shows: of an intruder who goes from door to door, and of a recorded
campaign. Each with what it wrote in the logs, and the tactic of ATT&CK that it was."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from labutils.incident import cases
from labutils.incident.breach import Attempt, Replay, Step
from labutils.incident.cases import Incident
from labutils.incident.ledger_schema import Fact
from labutils.incident.telemetry import headline
from labutils.stage.breached_company import EXPOSED
from labutils.stage.intruder import PRODUCTS, Intruder, in_product_names, product_of

EDGE, INSIDE = "edge", "atlassian"  # zones of the first case that a move comes from
MEANS = {  # what each tactic is for, in our words
    "Reconnaissance": "He finds out what is there. Nothing is open yet.",
    "Initial Access": "The first foot inside, or a try at it.",
    "Execution": "Code of his own runs on a machine of theirs.",
    "Persistence": "A way back, for the day when this one is closed.",
    "Credential Access": "Passwords, keys and sessions: he takes what opens doors.",
    "Lateral Movement": "From a system that he is in to the next one.",
    "Collection": "He gathers what he came for. It is still inside.",
    "Exfiltration": "It leaves.",
}


class Meaning(NamedTuple):
    """What ATT&CK calls a move."""

    tactic: str = ""  # its name: Persistence
    ids: str = ""  # the ids of tactic and technique, and the name of the technique


@dataclass(frozen=True)
class Mark:
    """A move that was made: what was carried where, how it ended, and what it wrote.

    `unknown`: the model let it through, and nothing shows that it happened. `assumed`: no source
    says with which credential. `news`: what it set off. `gained`: credentials that were new.
    """

    number: int
    time: int
    using: str
    door: str
    origin: str
    allowed: bool
    rule: str
    reason: str
    lines: tuple[tuple[str, int, str], ...]  # the log, the number of the line, its headline
    meaning: Meaning
    gained: tuple[str, ...] = ()
    news: tuple[str, ...] = ()
    fact: Fact | None = None
    assumed: bool = False
    unknown: bool = False

    @property
    def service(self) -> str:
        """The service of its door."""
        return self.door.partition("/")[0]

    @property
    def logs(self) -> str:
        """In which lines of which logs it is: `okta:1, jira:2 to 4`; empty where in none."""
        numbers: dict[str, list[int]] = {}
        for log, number, _ in self.lines:
            numbers.setdefault(log, []).append(number)
        return ", ".join(
            f"{log}:{all_[0]}" + (f" to {all_[-1]}" if len(all_) > 1 else "")
            for log, all_ in numbers.items()
        )


# --- the doors of a company ---------------------------------------------------------------------


def named(case: Incident, name: str) -> str:
    """The name of a service or an action as people say it: in the first case, the product's."""
    return product_of(name) if case.estate.services.keys() >= {*PRODUCTS.values()} else name


def door_of(case: Incident, scope: str) -> str:
    """The door of a scope of the estate: `tracker:read` is `jira/read`."""
    return "/".join(named(case, part) for part in scope.split(":"))


def doors_of(case: Incident) -> dict[str, tuple[str, ...]]:
    """By service of the estate, its doors: what some credential may ask of it."""
    doors: dict[str, list[str]] = {name: [] for name in case.estate.services}
    for credential in case.estate.credentials.values():
        for scope in credential.scopes:
            door = door_of(case, scope)
            if door not in doors[scope.partition(":")[0]]:
                doors[scope.partition(":")[0]].append(door)
    return {name: tuple(found) for name, found in doors.items() if found}


# --- what ATT&CK calls it -----------------------------------------------------------------------


@cache
def meanings() -> Mapping[str, Meaning]:
    """By door of the first case: what the step of 2023 was that ended there. A door that was only
    passed through has the first step's that passed; all doors of a gateway have the same one."""
    case = cases.load()
    ends: dict[str, Meaning] = {}
    ways: dict[str, Meaning] = {}
    gates: dict[str, Meaning] = {}
    for plan in case.campaign.steps:
        fact = case.ledger.facts[plan.fact]
        meaning = meaning_of(case, fact.tactic, fact.techniques)
        for route in plan.routes:
            *before, last = route
            ends.setdefault(door_of(case, last.scope), meaning)
            for ask in before:
                is_gate = case.estate.services[ask.service].passes_to is not None
                known = gates if is_gate else ways
                known.setdefault(ask.service if is_gate else door_of(case, ask.scope), meaning)
    through = {
        door: gates[service]
        for service, doors in doors_of(case).items()
        if service in gates
        for door in doors
    }
    return {**through, **ways, **ends}


def meaning_of(case: Incident, tactic: str, techniques: tuple[str, ...]) -> Meaning:
    """What ATT&CK calls a step of that tactic and these techniques, of which the first is named."""
    one, names = case.ledger.tactics[tactic], case.ledger.attack.techniques
    technique = "".join(f" · {first} {names[first]}" for first in techniques[:1])
    return Meaning(one.name, one.id + technique)


# --- moves --------------------------------------------------------------------------------------


def of_intruder(intruder: Intruder) -> list[Mark]:
    """The moves that an intruder has made so far."""
    marks: list[Mark] = []
    held = set(EXPOSED)
    for number, (result, visit) in enumerate(
        zip(intruder.results, intruder.visits, strict=True), 1
    ):
        given = result.answer.get("given", {})
        door = f"{result.move[1]}/{result.move[2]}"
        marks.append(
            Mark(
                number,
                visit.at,
                result.move[0],
                door,
                visit.origin,
                result.allowed,
                result.rule,
                result.reason,
                tuple(
                    (log, line, result.headline(log, event)) for log, line, event in result.lines
                ),
                meanings().get(door, Meaning()),
                tuple(name for name in given if name not in held and name in intruder.holds),
                tuple(text for at, text in intruder.news if at == number),
            )
        )
        held |= set(given)
    return marks


def of_replay(replay: Replay) -> list[Mark]:
    """The requests of a campaign that was played, one after another."""
    marks: list[Mark] = []
    held = set(replay.case.campaign.start_with)
    for step, attempt in _sent(replay):
        gained = _gained(replay.case, attempt, held)
        held |= set(gained)
        assert attempt.decision is not None
        marks.append(
            Mark(
                len(marks) + 1,
                attempt.at,
                attempt.ask.using,
                door_of(replay.case, attempt.ask.scope),
                attempt.ask.origin,
                attempt.allowed,
                attempt.decision.rule,
                in_product_names(attempt.decision.reason),
                tuple(_lines(replay, step, attempt)),
                meaning_of(replay.case, step.tactic, step.techniques),
                gained,
                fact=replay.case.ledger.facts[step.fact],
                assumed=step.plan.credential_assumed,
                unknown=attempt.allowed and step.outcome == "unknown",
            )
        )
    return marks


def _sent(replay: Replay) -> Iterator[tuple[Step, Attempt]]:
    """The requests that were sent, each with its step."""
    for step in replay.steps:
        for attempt in step.attempts:
            if attempt.decision is not None:
                yield step, attempt


def _gained(case: Incident, attempt: Attempt, held: set[str]) -> tuple[str, ...]:
    """What a request put into the intruder's hands. To sign in gives a session, not a credential
    that is carried on."""
    if not attempt.allowed or attempt.ask.action == "sign-in":
        return ()
    gives = case.estate.services[attempt.ask.service].gives.get(attempt.ask.action, ())
    return tuple(name for name in gives if name not in held)


def _lines(replay: Replay, step: Step, attempt: Attempt) -> Iterator[tuple[str, int, str]]:
    """The lines that a request of a step left in the logs."""
    for name, fact in replay.truth.items():
        log, _, number = name.partition(":")
        logged = replay.lines[log][int(number) - 1]
        if fact == step.fact and logged.line.request.scope == attempt.ask.scope:
            yield log, int(number), in_product_names(headline(log, logged.event))
