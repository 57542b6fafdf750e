"""The campaign step by step: its log lines, its routes, and what survived (lessons 09 and 14)."""

from functools import cache
from itertools import groupby

from labutils.incident.breach import Replay, Step, foresee, play
from labutils.incident.log_format import Event
from labutils.incident.policy import World
from labutils.incident.telemetry import headline
from labutils.stage.breached_company import (
    BEHIND_GATEWAY,
    EXPOSED,
    SERVER,
    SERVICE_TOKEN,
    BreachedCompany,
)

SCOPES = (
    "login:sign-in",
    "dashboard:sign-in",
    "gateway:tracker",
    "tracker:sign-in",
    "wiki:search",
    "code:view",
    "cloud:describe",
    "console:connect",
)
FOOTHOLDS = {
    "service account": "smartsheet-account",
    "look-alike user": "lookalike-account",
    "implant": "implant",
}
OUTCOMES = {
    "succeeded": "succeeded",
    "denied": "DENIED   ",
    "unknown": "unknown? ",
    "not_reached": "not reached",
}


@cache
def played(world: World) -> Replay:
    """The campaign in this world, played once."""
    return play(world)


def logs_of(replay: Replay, fact: str) -> list[str]:
    """The logs that hold a line of a step, by name."""
    names = [name.split(":")[0] for name, step in replay.truth.items() if step == fact]
    return list(dict.fromkeys(names))


def lines_of(replay: Replay, fact: str, source: str) -> list[Event]:
    """The lines that a step left in one of the logs."""
    names = [name.split(":") for name, step in replay.truth.items() if step == fact]
    return [replay.audit[log][int(line) - 1] for log, line in names if log == source]


# --- printed ------------------------------------------------------------------------------------


def print_tactic(replay: Replay, tactic: str) -> None:
    """Print each step of a tactic, and what it left in the logs.

    When, how it ended, what it was for, and what decided. Of many lines that one request left, the
    first is printed.
    """
    for step in (step for step in replay.steps if step.tactic == tactic):
        print(f"{_when(step)}  {OUTCOMES[step.outcome]}  {step.plan.goal}")
        if step.outcome == "denied":
            print(f"    in this model: {step.rule}: {step.reason}")
        names = [name for name, fact in replay.truth.items() if fact == step.fact]
        for same in _alike(replay, names):
            _print_lines(replay, same)
        if not names:
            print("    (no log of the company holds a line of it)")


def _alike(replay: Replay, names: list[str]) -> list[list[str]]:
    """The lines of a step, those together that follow one another in a log and tell of one act."""
    return [list(same) for _, same in groupby(names, lambda name: _act(replay, name))]


def _act(replay: Replay, name: str) -> tuple[str, str]:
    """The log of a line, and the first thing that a person reads there."""
    source, line = name.split(":")
    event = replay.audit[source][int(line) - 1]
    act = headline(source, event).split("  ")[0]
    # At the gateway one act has many doors.
    return source, act if "auditType" in event else name


def _print_lines(replay: Replay, names: list[str]) -> None:
    """Print the first of some lines that are alike, and how many there are."""
    source, line = names[0].split(":")
    assumed = "  (assumed)" if names[0] in replay.labels else ""
    print(f"    {names[0]}  {headline(source, replay.audit[source][int(line) - 1])}{assumed}")
    if len(names) > 1:
        print(f"      and so on to {names[-1]}: {len(names)} lines in all")


def _when(step: Step) -> str:
    """The time of a step, as precise as the ledger has it."""
    if step.time_precision in ("minute", "second"):
        return step.time[:16].replace("T", " ")
    return step.time[:10] + (" day? " if step.time_assumed else " hour?")


def print_routes(world: World, *facts: str) -> None:
    """Print how these steps end in a world, with every request that was tried and what it met."""
    for step in (step for step in foresee(world) if step.fact in facts):
        print(f"{step.fact}: {step.outcome}")
        for attempt in step.attempts:
            met = "not held" if attempt.decision is None else attempt.decision.rule
            print(f"    {attempt.ask.ask:<16} with {attempt.ask.using:<18} {met}")


# --- tried --------------------------------------------------------------------------------------


def blast_radius(world: World) -> tuple[list[str], dict[tuple[str, str], str]]:
    """Each of the exposed credentials at each scope, alone and with the service token before it.

    Returns the rows, and what opened, by row and column.
    """
    company = BreachedCompany(world)
    rows: dict[str, tuple[str, str | None]] = {name: (name, None) for name in EXPOSED}
    rows |= {f"{name} + token": (name, SERVICE_TOKEN) for name in EXPOSED[1:3]}
    tried = {}
    for row, (credential, token) in rows.items():
        for scope in SCOPES:
            through = token if scope.split(":")[0] in BEHIND_GATEWAY else None
            answer = company.attempt(credential, scope, through=through)
            column = scope.replace(":", "\n")
            tried[row, column] = "opens" if answer.is_success else "refused"
    return list(rows), tried


def footholds(*revoked: str) -> dict[str, bool]:
    """Which of the intruder's three ways back still work, after these credentials were revoked."""
    company = BreachedCompany(World.historical())
    for credential in revoked:
        company.revoke(credential)
    works = {}
    for name in ("service account", "look-alike user"):
        answer = company.attempt(FOOTHOLDS[name], "tracker:sign-in", through=SERVICE_TOKEN)
        works[name] = answer.is_success
    sent = company.attempt("archives", "outside:send", address=SERVER).is_success
    return works | {"implant": company.is_valid("implant") and sent}
