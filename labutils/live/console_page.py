"""Write the console of a person who plays the intruder: what is possible, and what was noticed.

It shows what an intruder can know: a request's answer, never the act of the team behind it.
"""

from itertools import groupby
from typing import NamedTuple

from labutils.incident.campaign import Ask
from labutils.incident.policy import Decision
from labutils.live.company import MINUTE, LiveStep, scaled, settings
from labutils.live.exercise import LiveExercise, Team
from labutils.live.intruder import LiveIntruder, LiveRequest, PlannedRequest
from labutils.live.rendering import at, clock, render

MOST_ANSWERS = 60
LIES_LOW = (5, 15, 30)  # minutes to choose from
BETWEEN = 25  # seconds between two requests of a step, on average
ALLOWED = Decision(True, "allowed", "no rule refused it")


class LogOfStep(NamedTuple):
    """A log that will show a step, and after how many minutes of the company's clock."""

    source: str
    minutes: int


class Possible(NamedTuple):
    """A step that can be chosen, and what it takes.

    `using`: the credentials with which it is made, each with the address it comes from; `opens`:
    the goals of the steps that it makes possible; `is_ahead`: only what is under way or prepared
    makes it possible.
    """

    step: LiveStep
    minutes: int
    using: tuple[tuple[str, str], ...]
    logs: tuple[LogOfStep, ...]
    opens: tuple[str, ...]
    is_ahead: bool = False


class Noticed(NamedTuple):
    """The answer to a request that was made `times` times, alike at these teams' companies.

    `last`: when it was last made, in seconds since 1970.
    """

    teams: tuple[Team, ...]
    request: LiveRequest
    times: int
    last: int
    says: str
    kind: str


def console_page(exercise: LiveExercise, said: str) -> str:
    """Return the page for a person who plays the intruder."""
    return render("console.html", title="Intruder", said=said, parts=console_fragments(exercise))


def console_fragments(exercise: LiveExercise) -> dict[str, str]:
    """Return the parts of the console that change."""
    several = len(exercise.teams) > 1
    shared: dict[Possible, list[Team]] = {}
    for team in exercise.teams:
        for choice in choices(team.intruder):
            shared.setdefault(choice, []).append(team)
    ordered = sorted(shared.items(), key=lambda one: one[0].is_ahead)
    chosen = sum(row["do"] == "intrude" for row in exercise.rows)  # a new key after each choice
    return {
        "clock": clock(exercise),
        "choices": render(
            "choices.html",
            choices=ordered,
            chosen=chosen,
            is_over=exercise.is_over,
            is_paused=exercise.paused,
            several=several,
        ),
        "companies": render(
            "companies.html",
            exercise=exercise,
            chosen=chosen,
            steps=exercise.company.steps,
            lies_low=LIES_LOW,
        ),
        "noticed": render("noticed.html", answers=answers(exercise), companies=len(exercise.teams)),
    }


# --- what can be chosen --------------------------------------------------------------------------


def choices(intruder: LiveIntruder) -> list[Possible]:
    """Return what is possible now, then what will be once all that is prepared is done."""
    steps = intruder.company.steps
    under_way = [one.step for one in intruder.queue if one.step in steps]
    coming = list(dict.fromkeys([*under_way, *intruder.prepared]))
    now = [one for one in steps.values() if one.id not in coming and intruder.is_possible(one)]
    later = set(intruder.possible_once(coming)) - {one.id for one in now} if coming else set()
    ahead = [steps[name] for name in steps if name in later and name not in coming]
    possible = {one.id for one in now} | later | set(coming)
    return [
        _choice(intruder, step, possible, coming, is_ahead=step in ahead) for step in (*now, *ahead)
    ]


def _choice(
    intruder: LiveIntruder,
    step: LiveStep,
    possible: set[str],
    coming: list[str],
    *,
    is_ahead: bool,
) -> Possible:
    company = intruder.company
    route = (None if is_ahead else intruder.open_route(step)) or step.routes[0]
    credentials = company.case.estate.credentials
    own = [ask for ask in route if credentials[ask.using].kind != "data"]
    opens = [] if is_ahead else intruder.possible_once([*coming, step.id])
    return Possible(
        step,
        -(-duration(intruder, route) // MINUTE),
        tuple(
            dict.fromkeys(
                (company.name_of(credentials[ask.using]), intruder.address(ask)) for ask in own
            )
        ),
        tuple(logs(intruder, step, route)),
        tuple(company.steps[name].goal for name in opens if name not in possible),
        is_ahead,
    )


def duration(intruder: LiveIntruder, route: tuple[Ask, ...] | list[Ask]) -> int:
    """Return about how many seconds of the company's clock the requests of a route take."""
    longest = scaled(int(settings()["longest_burst"]), intruder.company.minutes)
    return sum(min(longest, ask.lasts) + BETWEEN for ask in route)


def logs(
    intruder: LiveIntruder, step: LiveStep, route: tuple[Ask, ...] | list[Ask]
) -> list[LogOfStep]:
    """Return the logs that will show a step if nobody refuses it, at their present level."""
    shown: dict[str, int] = {}
    for ask in route:
        waiting = PlannedRequest(intruder.next_visit, step.id, ask, 1, False)
        for event in intruder.lines_of(waiting, intruder.asked(waiting), ALLOWED):
            if intruder.containment.records(event):
                shown.setdefault(event.source, (event.arrives - event.at) // MINUTE)
    return [LogOfStep(source, minutes) for source, minutes in shown.items()]


# --- what was noticed ----------------------------------------------------------------------------


def answers(exercise: LiveExercise) -> list[Noticed]:
    """Return the answers to the latest requests, the newest first."""
    alike: dict[Noticed, list[Team]] = {}
    for team in exercise.teams:
        for answer in _answers_of(team):
            alike.setdefault(answer._replace(teams=()), []).append(team)
    every = [one._replace(teams=tuple(teams)) for one, teams in alike.items()]
    return sorted(every, key=lambda one: -one.last)[:MOST_ANSWERS]


def _answers_of(team: Team) -> list[Noticed]:
    worked: dict[tuple[str, str], int] = {}  # by credential and request, when it last did
    found = []
    for _, some in groupby(team.intruder.tried, lambda one: one._replace(at=0, reason="")):
        group = list(some)
        first, last = group[0], group[-1].at
        says, kind = _says(first, worked)
        if first.allowed:
            worked[first.using, ""] = worked[first.using, first.scope] = last
        found.append(Noticed((team,), first, len(group), last, says, kind))
    return found


def _says(request: LiveRequest, worked: dict[tuple[str, str], int]) -> tuple[str, str]:
    """Return what an intruder can tell from an answer, and a word for its style."""
    if request.allowed:
        return "allowed", "allowed"
    if request.by_team and request.reason.endswith("is blocked"):
        return "no answer at all: nothing from this address gets through", "shut"
    same, any_of = (worked.get((request.using, scope)) for scope in (request.scope, ""))
    if same is not None:
        return f"refused; the same request worked at {at(same)}", "shut"
    if any_of is not None:
        return f"refused; this credential worked for something else at {at(any_of)}", "shut"
    return "refused; this credential has never worked here", "refused"
