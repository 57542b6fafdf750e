"""What the exercises of lesson 17 are tried with."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from labutils.capstone.eviction import evict, shuts
from labutils.capstone.folder import now
from labutils.capstone.incident import Drawn, draw
from labutils.capstone.report import EvictionAct
from labutils.classroom.judging import Tried, nearly, written
from labutils.classroom.trying import Call, Observed, Raised, Trial, calls, seen
from labutils.lab import dice, iso

from .unseen import DAY, HOUR, Line, Ticket, is_act

# --- 17-1: where a program does not work ---------------------------------------------------------

MORNING = 19_700 * DAY
HOME, MOVED, FAR = "192.0.2.15", "203.0.113.62", "203.0.113.9"


def line(who: str, address: str, day: int, second: int = 0, log: str = "jira") -> Line:
    """A line of a program."""
    time = float(MORNING + day * DAY + second)
    return Line(f"{log}:{day}{second}", time, who, address, log, "Issue viewed", "")


def month(who: str, days: int, address: str = HOME) -> list[Line]:
    """A program that works on so many days."""
    return [line(who, address, day, 600) for day in range(days)]


def try_elsewhere(answer: Tried) -> Trial:
    """Months of lines; the order of the lines in the result does not matter."""
    for step in map(Observed._make, calls(answer, months(), alone=True)):
        if isinstance(step.seen, dict) and isinstance(step.seen["returned"], list | tuple):
            step.seen["returned"] = sorted(step.seen["returned"], key=repr)
        yield step


def months() -> Iterator[Call]:
    """The months, the telling ones first; some are drawn."""
    nine, once = month("svc", 9), line("svc", FAR, 4, 700)
    burst = [line("svc", FAR, 4, 700 + second) for second in range(60)]
    beside = [line("other", FAR, day, 900) for day in range(20)]
    idle = [line("svc", HOME, day, 600) for day in range(19) if day % 14 < 5]
    logs = [line("svc", FAR, 4, 700, log) for log in ("okta", "confluence", "cloudtrail")]
    two_logs = [line("svc", FAR, day, 0, "okta" if day % 2 else "jira") for day in range(4)]
    for words, about, lines in (
        ("nine days at one address", "usual", nine),
        ("a day elsewhere", "none", [*nine, once]),
        ("a day elsewhere, and sixty lines on it", "lines", [*nine, *burst]),
        ("two of nine days elsewhere", "none", [*nine, *month("svc", 2, MOVED)]),
        ("three of nine days elsewhere", "edge", [*nine, *month("svc", 3, MOVED)]),
        ("another program at another address", "name", [*nine, *beside]),
        ("another program that began earlier", "name", [*beside[:3], *nine]),
        ("a day where another program always is", "name", [*nine, *beside, once]),
        ("two addresses, a day at each", "each", [*nine, once, line("svc", MOVED, 6, 700)]),
        (
            "three days elsewhere, with days between",
            "edge",
            [*nine, *(line("svc", FAR, day, 700) for day in (3, 5, 7))],
        ),
        ("three of ten days", "third", [*month("svc", 10), *month("svc", 3, MOVED)]),
        (
            "ten days of work in three weeks, four of them also elsewhere",
            "idle",
            [*idle, *(line("svc", FAR, day, 700) for day in (1, 2, 14, 15))],
        ),
        ("a day elsewhere, in several logs", "none", [*nine, *logs]),
        ("another program, svc-a, beside svc", "name", [*month("svc-a", 9), line("svc", FAR, 3)]),
        ("four of nine days elsewhere, in two logs", "usual", [*nine, *two_logs]),
        ("twice on one day of six", "lines", [*month("svc", 6), line("svc", FAR, 4, 100), once]),
        ("one line in all", "usual", [line("svc", FAR, 3)]),
        ("no line", "usual", []),
    ):
        ordered = sorted(lines, key=lambda one: one.time)
        yield Call((ordered, "svc"), words, about, "" if lines else "edge")
    for near in (*nearly("svc-plan"), "svc-pl", "plan"):
        lines = [*month("svc-plan", 9), line(near, FAR, 3, 700)]
        yield Call((lines, "svc-plan"), f"next to it, somebody called {near!r}", "name")
        both = [*lines, line("svc-plan", MOVED, 5, 700)]
        yield Call((both, "svc-plan"), f"elsewhere, next to {near!r}", "name")
    nameless = [*month("", 9), line("", FAR, 3, 700), line("svc", MOVED, 4, 700)]
    yield Call((nameless, ""), "a program without a name", "name", "edge")
    draw_of = dice("lesson-17", "elsewhere")
    for number in range(5):
        digits = [int(letter, 16) for letter in next(draw_of)]
        lines = [
            line("svc", (HOME, HOME, MOVED, FAR)[digit % 4], place // 2, 1000 * (digit + 1))
            for place, digit in enumerate(digits)
        ]
        ordered = sorted(lines, key=lambda one: one.time)
        yield Call((ordered, "svc"), f"a drawn month, {number + 1}", "lines")
    year = [line("svc", f"192.0.2.{day}", day) for day in range(0, 90, 4)]
    year += month("svc", 90) + month("svc", 29, MOVED) + month("svc", 30, FAR)
    yield Call((year, "svc"), "90 days at 26 addresses", "each", "large")


# --- 17-2: what a ticket explains ----------------------------------------------------------------

NAMES = ("svc-plan", "plan-token")


def ticket(by: str = "plan-token", begin: int = 0, end: int = 2 * HOUR, **more: str) -> Ticket:
    """A change that was announced."""
    times = {"from": iso(MORNING + begin), "to": iso(MORNING + end)}
    return {"id": "CHG-4003", "system": "tracker", **times, "by": by, "what": "it moves", **more}


def try_has_ticket(answer: Tried) -> Trial:
    """Lines and tickets."""
    yield from calls(answer, announced(), alone=True)


def announced() -> Iterator[Call]:
    """Lines and tickets, the telling ones first; some are drawn."""
    other, ours = ticket("deploy-token"), ticket("svc-plan")
    for words, about, second, tickets in (
        ("during one of the program's tickets", "none", 3600, [ours]),
        ("a ticket by the program's token", "names", 3600, [ticket()]),
        ("no ticket", "all", 3600, []),
        ("a ticket for a different program", "names", 3600, [other]),
        ("a ticket whose name is part of this one", "names", 3600, [ticket("plan")]),
        ("long after the ticket", "window", 9 * HOUR, [ticket()]),
        ("long before the ticket", "window", -9 * HOUR, [ticket()]),
        ("a day after the ticket", "window", DAY + HOUR, [ticket()]),
        ("a year after the ticket", "window", 365 * DAY + HOUR, [ticket()]),
        ("half an hour before the ticket", "hour", -1800, [ticket()]),
        ("half an hour after the ticket", "hour", 2 * HOUR + 1800, [ticket()]),
        ("an hour before it, to the second", "edge", -HOUR, [ticket()]),
        ("an hour after it, to the second", "edge", 3 * HOUR, [ticket()]),
        ("a second more than an hour before it", "hour", -HOUR - 1, [ticket()]),
        ("a second more than an hour after it", "hour", 3 * HOUR + 1, [ticket()]),
        ("the second of two", "first", 3600, [other, ours]),
        ("the first of two", "first", 3600, [ours, other]),
        (
            "the program's second ticket",
            "both",
            8 * HOUR,
            [ours, ticket("svc-plan", 7 * HOUR, DAY)],
        ),
        (
            "one for a different program, and one for a different day",
            "both",
            3600,
            [other, ticket("svc-plan", 20 * HOUR, 22 * HOUR)],
        ),
        ("over midnight", "none", DAY, [ticket("svc-plan", 22 * HOUR, 26 * HOUR)]),
        ("a ticket with the wrong system", "none", 3600, [ticket(system="billing")]),
        ("with another id and purpose", "none", 3600, [ticket(id="X-1", what="", system="")]),
        ("the right system, but another program", "names", 3600, [ticket("x", system="jira")]),
        *((f"by {name!r}", "names", 3600, [ticket(name)]) for name in nearly("plan-token")),
    ):
        usual = "edge" if about == "edge" or not tickets else ""
        yield Call((line("svc-plan", FAR, 0, second), tickets, NAMES), words, about, usual)
    at_one = line("svc-plan", FAR, 0, HOUR)
    words = "a line of another log, by somebody who shares the token"
    yield Call((line("svc-forge", FAR, 0, HOUR, "okta"), [ticket()], NAMES), words, "none")
    yield Call((at_one, [ticket()], ()), "a program without a name", "names", "edge")
    yield Call((at_one, [ours], ["x", "svc-plan", "y"]), "the second of three names", "names")
    many = [
        ticket("deploy-token"),
        *(ticket("svc-plan", n * DAY, n * DAY + HOUR) for n in range(300)),
    ]
    yield Call((line("svc-plan", FAR, 299), many, NAMES), "301 tickets", "first", "large")
    draw_of = dice("lesson-17", "tickets")
    for number in range(5):
        first, *others = [int(letter, 16) for letter in next(draw_of)][:6]
        by = (*NAMES, "deploy-token")
        tickets = [ticket(by[n % 3], n * HOUR, (n + 2) * HOUR) for n in others]
        arguments = (line("svc-plan", FAR, 0, first * HOUR), tickets, NAMES)
        yield Call(arguments, f"drawn tickets, {number + 1}", "both")


# --- 17-5: who else was there --------------------------------------------------------------------

NOON = MORNING + 12 * HOUR


def by(who: str, hours: float, address: str = FAR, log: str = "jira") -> Line:
    """A line of somebody, so many hours before noon."""
    return line(who, address, 0, round((12 - hours) * HOUR), log)


def try_tenants(answer: Tried) -> Trial:
    """Lines around a moment."""
    yield from calls(answer, around(), alone=True)


def around() -> Iterator[Call]:
    """Lines around noon, the telling ones first; some are drawn."""
    before, second = by("j.weber", 2), 1 / HOUR
    for words, about, lines in (
        ("somebody two hours before", "none", [before]),
        ("a different address", "address", [before, by("m.osei", 2, HOME)]),
        ("somebody two hours after", "before", [before, by("m.osei", -2)]),
        ("somebody thirty hours before", "day", [before, by("m.osei", 30)]),
        ("somebody at that exact moment", "edge", [before, by("svc", 0)]),
        ("a day before, to the second", "edge", [before, by("m.osei", 24)]),
        ("a second less than a day before", "edge", [before, by("m.osei", 24 - second)]),
        ("a second before it", "edge", [before, by("m.osei", second)]),
        ("two of them", "none", [before, by("m.osei", 23.5)]),
        ("two lines of one", "none", [before, by("j.weber", 3)]),
        (
            "a program, and lines of other logs",
            "none",
            [before, by("svc-plan", 1), by("x", 1, log="okta")],
        ),
        ("addresses that resemble it", "address", [by("m.osei", 2, f"{near}") for near in ALIKE]),
        ("no line", "none", []),
    ):
        yield Call((lines, FAR, float(NOON)), words, about, "" if lines else "edge")
    nowhere = [by("j.weber", 2, ""), by("m.osei", 3)]
    yield Call((nowhere, "", float(NOON)), "lines without an address", "address", "edge")
    near = [by("j.weber", 0)._replace(time=NOON + 0.2)]
    yield Call((near, FAR, NOON + 0.7), "half a second before it", "edge", "edge")
    draw_of = dice("lesson-17", "tenants")
    for number in range(5):
        digits = [int(letter, 16) for letter in next(draw_of)]
        lines = [
            by(f"p{place}", digit * 5 - 20, (FAR, MOVED)[digit % 2])
            for place, digit in enumerate(digits)
        ]
        yield Call((lines, FAR, float(NOON)), f"drawn lines, {number + 1}", "day")
    many = [by(f"p{place}", place / 8) for place in range(300)]
    yield Call((many, FAR, NOON - 100.5), "300 names, and a moment before noon", "day", "large")


ALIKE = tuple(near for near in nearly(FAR) if near != FAR)

# --- 17-6: who is tied to the intruder -----------------------------------------------------------

BY_CHANCE = {
    "night": ("v.farah",),
    "chance": ("f.chandra", "k.pereira", "s.almeida", "w.nowak", "y.holm"),
}


def try_tied(tied: Any) -> Trial:
    """The name, and the second address."""
    fits = isinstance(tied, dict) and set(tied) == {"name", "second address"}
    yield Observed("a name and an address", fits, "form")
    why = {name: why for why, names in BY_CHANCE.items() for name in names}
    yield Observed("the name", str(tied["name"]), {**why, "str": "nobody"})
    yield Observed("the second address", tied["second address"], "address")


# --- 17-3: what a claim gains --------------------------------------------------------------------


def try_gain(answer: Tried) -> Trial:
    """Claims, true and false ones."""
    yield from calls(answer, claims())


def claims() -> Iterator[Call]:
    """The claims, the telling ones first."""
    for percent, true, about in (
        (50, True, "fifty"),
        (50, False, "fifty"),
        (100, True, "true"),
        (0, True, "true"),
        (80, True, "true"),
        (100, False, "false"),
        (80, False, "false"),
        (20, False, "floor"),
        (0, False, "floor"),
        (49, False, "floor"),
        (51, False, "rounded"),
        (1, True, "rounded"),
        (99, True, "rounded"),
        (33, True, "rounded"),
        (50.5, False, "rounded"),
        (66.6, False, "rounded"),
    ):
        words = f"a claim of {percent} percent that is {'true' if true else 'false'}"
        yield Call((percent, true), words, about, "edge" if percent in (0, 100) else "")


# --- 17-4: an eviction ---------------------------------------------------------------------------

OTHERS = tuple(f"evict-{number}" for number in (1, 0, 5, 12, 40, 9))  # seeds of incidents
LAST_SEEN = 300  # seconds from the intruder's last visit to the start: the next is 20 minutes away
MANY = 150
PARTS = {
    "its lists were changed": "changed",
    "the plan": "type",
    "acts before the start, or after a day": "when",
    "hours of work that people lose": "cost",
    "names that are not there": "another",
}


@cache
def other_incident(seed: str) -> Drawn:
    """One of the incidents in which a plan is played; there no session ends by itself."""
    drawn = draw(seed)
    credentials = {
        name: replace(one, issued=None, expires=None) if one.kind == "session" else one
        for name, one in drawn.case.estate.credentials.items()
    }
    estate = replace(drawn.case.estate, credentials=credentials)
    return replace(drawn, case=replace(drawn.case, estate=estate))


def try_evict(answer: Tried) -> Trial:
    """Each plan is played against the intruder of another incident, until one fails."""
    for number, drawn in enumerate(map(other_incident, OTHERS), 1):
        keys, doors = [*drawn.credentials], [*drawn.footholds]
        case = f"incident {number} of {len(OTHERS)}: he held {', '.join(keys)}; "
        case += f"he made {', '.join(doors)}"
        yield (step := planned(answer, drawn, now(drawn.company), case))
        if not isinstance(step.seen, dict) or step.seen.get("what he is back with", "no plan"):
            return  # incidents take their time
    drawn = other_incident(OTHERS[0])
    start = now(drawn.company) + HOUR
    yield planned(answer, drawn, start, "the first incident once more, an hour later", "again")
    yield Observed("an incident without any name", seen(answer, [], [], start), "another", "edge")
    keys = [f"token-{n}" for n in range(MANY)] + ["token of a session of nobody"]
    doors = [f"key of robot-{n}" for n in range(MANY)]
    plan = seen(answer, [*keys], [*doors], start)
    left = {*keys, *doors} - {what for _, what, _ in plan} if readable(plan) else plan
    yield Observed(f"{MANY} names in each list: names left out", left, "held", "large")


def readable(plan: Any) -> bool:
    """Whether this is a list of acts."""
    return isinstance(plan, list | tuple) and all(map(is_act, plan))


def planned(answer: Tried, drawn: Drawn, start: int, case: str, usual: str = "") -> Observed:
    """What comes of a plan for an incident."""
    lists = [*drawn.credentials], [*drawn.footholds]
    plan = seen(answer, *lists, start)
    if plan is None or isinstance(plan, Raised):
        return Observed(case, plan, "type", usual)
    parts: dict[str, Any] = {
        "its lists were changed": lists != ([*drawn.credentials], [*drawn.footholds]),
        "the plan": "a list of acts" if readable(plan) else written(plan),
    }
    if not readable(plan):
        return Observed(case, parts, PARTS, usual)
    acts = [EvictionAct(act, what, int(at)) for act, what, at in plan]
    result = evict(drawn, acts, start - LAST_SEEN)
    names = [*drawn.credentials, *drawn.footholds]
    known = {*names, *(name.rpartition(" ")[2] for name in names)}
    late = sorted(at - start for _, _, at in plan if not start <= at <= start + DAY)
    lost = {what: hours for what, hours in result.outages.items() if hours}
    parts |= {
        "acts before the start, or after a day": late,
        "what he is back with": result.left,
        "hours of work that people lose": lost,
        "names that are not there": sorted({act.what for act in acts} - known),
    }
    if not result.left:
        return Observed(case, parts, PARTS, usual)
    parts["acts on what he made"] = sorted(x.act for x in acts if x.what in drawn.footholds)
    why = {"what he is back with": way_back(drawn, acts, start)}
    return Observed(case, parts, PARTS | why, usual)


def way_back(drawn: Drawn, acts: Sequence[EvictionAct], start: int) -> str:
    """Why an intruder is back after these acts: they are about another incident, or leave
    something that he made or held; or they would have put him out if all had come at once."""
    names = " ".join([*drawn.credentials, *drawn.footholds])
    if acts and not any(act.what in names for act in acts):
        return "another"
    if any(act.act == "disable" and act.what in drawn.credentials for act in acts):
        return "disable"
    at_once = [replace(act, at=start) for act in acts]
    if at_once != acts and evict(drawn, at_once, start).out:
        return "time"
    credentials = drawn.case.estate.credentials
    left = {
        name
        for name, its in drawn.footholds.items()
        if not any(shuts(drawn, act, credentials[its]) for act in acts)
    }
    if left:
        anew = any(act.act == "replace" and act.what in left for act in acts)
        return "made anew" if anew else "made"
    victim = drawn.words["victim"]
    ended = any(act.act == "end-sessions" and act.what == victim for act in acts)
    return "held" if ended or f"session of {victim}" not in drawn.credentials else "session"
