"""17 · Capstone: its exercises."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache, partial
from typing import Any

from labutils.capstone.eviction import evict, shuts
from labutils.capstone.folder import now
from labutils.capstone.incident import Drawn, draw
from labutils.capstone.report import EvictionAct
from labutils.classroom import registry
from labutils.classroom.judging import (
    PASSED,
    Case,
    Tried,
    Verdict,
    compare,
    leaving_alone,
    nearly,
    returns_nothing,
    written,
)
from labutils.classroom.registry import Exercise, code
from labutils.lab import dice, iso

from .unseen import DAY, HOUR, NO_ACT, Line, Ticket, is_act

TOOLS = code("""
    from labutils.lessons.lesson_17 import DAY, HOUR, moment
""")
ELSEWHERE = code("""
    def elsewhere(lines, name):
        own = [line for line in lines if line.who == name]
        at_work = {line.time // DAY for line in own}
        days = {}
        for line in own:
            days.setdefault(line.address, set()).add(line.time // DAY)
        return [line for line in own if 3 * len(days[line.address]) < len(at_work)]
""")
EXPLAINED = code("""
    def explained(line, tickets, names):
        for ticket in tickets:
            begin, end = moment(ticket["from"]) - HOUR, moment(ticket["to"]) + HOUR
            if ticket["by"] in names and begin <= line.time <= end:
                return True
        return False
""")
GAIN = code("""
    def gain(percent, true):
        p = percent / 100
        if true:
            return 0.25 - (1 - p) ** 2
        return min(0, 0.25 - p ** 2)
""")
TENANTS = code("""
    def tenants(lines, address, first):
        return {line.who for line in lines
                if line.address == address and 0 < first - line.time < DAY}
""")
EVICT = code("""
    def evict(held, made, now):
        plan = [("remove", name, now) for name in made]
        for name in held:
            if name.startswith("session of "):
                plan.append(("end-sessions", name.removeprefix("session of "), now))
            else:
                plan.append(("replace", name, now))
        return plan
""")
wrong = partial(registry.wrong, TOOLS)
altered = partial(registry.altered, TOOLS)

# --- 17-1: where a program does not work ---------------------------------------------------------

MORNING = 19_700 * DAY
HOME, MOVED, FAR = "192.0.2.15", "203.0.113.62", "203.0.113.9"


def line(who: str, address: str, day: int, second: int = 0) -> Line:
    """A line of a program."""
    time = float(MORNING + day * DAY + second)
    return Line(f"jira:{day}{second}", time, who, address, "jira", "Issue viewed", "")


def seldom(lines: list[Line], name: str) -> list[Line]:
    """The right answer."""
    own = [one for one in lines if one.who == name]
    at_work = len({one.time // DAY for one in own})

    def days_at(address: str) -> int:
        return len({one.time // DAY for one in own if one.address == address})

    return [one for one in own if 3 * days_at(one.address) < at_work]


def month(who: str, days: int, address: str = HOME) -> list[Line]:
    """A program that works on so many days."""
    return [line(who, address, day, 600) for day in range(days)]


def elsewhere_cases() -> Iterator[Case]:
    """Months, the coarse mistakes first."""
    burst = [line("svc", FAR, 4, 700 + second) for second in range(60)]
    beside = [line("other", FAR, day, 900) for day in range(20)]
    months = [
        (month("svc", 9), "usual", "nine days at one address"),
        ([*month("svc", 9), line("svc", FAR, 4, 700)], "none", "a day elsewhere"),
        ([*month("svc", 9), *burst], "lines", "a day elsewhere, and sixty lines on it"),
        ([*month("svc", 9), *month("svc", 2, MOVED)], "none", "two of nine days elsewhere"),
        ([*month("svc", 9), *month("svc", 3, MOVED)], "edge", "three of nine days elsewhere"),
        ([*month("svc", 9), *beside], "name", "another program at another address"),
        ([*beside[:3], *month("svc", 9)], "name", "another program that began earlier"),
        (
            [*month("svc", 9), *beside, line("svc", FAR, 4, 700)],
            "name",
            "a day at an address where another program always is",
        ),
        (
            [*month("svc", 9), line("svc", FAR, 4, 700), line("svc", MOVED, 6, 700)],
            "each",
            "two addresses, a day at each",
        ),
        (
            [*month("svc", 9), *(line("svc", FAR, day, 700) for day in (3, 5, 7))],
            "edge",
            "three days elsewhere, with days between",
        ),
        (
            [*month("svc", 10), *month("svc", 3, MOVED)],
            "third",
            "three of ten days elsewhere",
        ),
        (
            [*(line("svc", HOME, day, 600) for day in range(19) if day % 14 < 5)]
            + [line("svc", FAR, day, 700) for day in (1, 2, 14, 15)],
            "idle",
            "ten days of work in three weeks, four of them also elsewhere",
        ),
        ([*month("svc-a", 9), line("svc", FAR, 3)], "name", "another program, svc-a, beside svc"),
        ([line("svc", FAR, 3)], "usual", "one line in all"),
        ([], "usual", "no line"),
    ]
    for lines, mistake, words in months:
        ordered = sorted(lines, key=lambda one: one.time)
        yield Case((ordered, "svc"), seldom(ordered, "svc"), mistake, words)
    for near in (*nearly("svc-plan"), "svc-pl", "plan"):
        lines = [*month("svc-plan", 9), line(near, FAR, 3, 700)]
        yield Case((lines, "svc-plan"), [], "name", f"next to it, somebody called {near!r}")
        both = [*lines, line("svc-plan", MOVED, 5, 700)]
        yield Case((both, "svc-plan"), both[-1:], "name", f"elsewhere, next to {near!r}")
    nameless = [*month("", 9), line("", FAR, 3, 700), line("svc", MOVED, 4, 700)]
    yield Case((nameless, ""), [nameless[9]], "name", "a program without a name")
    draw = dice("lesson-17", "elsewhere")
    for number in range(5):
        digits = [int(letter, 16) for letter in next(draw)]
        lines = [
            line("svc", (HOME, HOME, MOVED, FAR)[digit % 4], place // 2, 1000 * (digit + 1))
            for place, digit in enumerate(digits)
        ]
        ordered = sorted(lines, key=lambda one: one.time)
        yield Case(
            (ordered, "svc"), seldom(ordered, "svc"), "lines", f"a drawn month, {number + 1}"
        )


def no_lines(_case: Case, got: Any) -> str | None:
    """The mistake of who returns no list of lines."""
    fits = isinstance(got, list) and all(isinstance(one, Line) for one in got)
    return None if fits else "type"


# --- 17-2: what a ticket explains ----------------------------------------------------------------

NAMES = ("svc-plan", "plan-token")


def ticket(by: str = "plan-token", begin: int = 0, end: int = 2 * HOUR) -> Ticket:
    """A change that was announced."""
    times = {"from": iso(MORNING + begin), "to": iso(MORNING + end)}
    return {"id": "CHG-4003", "system": "tracker", **times, "by": by, "what": "it moves"}


def ticket_cases() -> Iterator[Case]:
    """Lines and tickets, the coarse mistakes first."""
    tried = [
        (3600, [ticket("svc-plan")], True, "none", "during one of the program's tickets"),
        (3600, [ticket()], True, "names", "a ticket by the program's token"),
        (3600, [], False, "all", "no ticket"),
        (3600, [ticket("deploy-token")], False, "names", "a ticket for a different program"),
        (3600, [ticket("plan")], False, "names", "a ticket whose name is part of this one"),
        (9 * HOUR, [ticket()], False, "window", "long after the ticket"),
        (-9 * HOUR, [ticket()], False, "window", "long before the ticket"),
        (-1800, [ticket()], True, "hour", "half an hour before the ticket"),
        (2 * HOUR + 1800, [ticket()], True, "hour", "half an hour after the ticket"),
        (-HOUR, [ticket()], True, "edge", "an hour before it, to the second"),
        (3 * HOUR, [ticket()], True, "edge", "an hour after it, to the second"),
        (-HOUR - 1, [ticket()], False, "hour", "a second more than an hour before it"),
        (3 * HOUR + 1, [ticket()], False, "hour", "a second more than an hour after it"),
        (3600, [ticket("deploy-token"), ticket("svc-plan")], True, "first", "the second of two"),
        (3600, [ticket("svc-plan"), ticket("deploy-token")], True, "first", "the first of two"),
        (
            3600,
            [ticket("deploy-token"), ticket("svc-plan", 20 * HOUR, 22 * HOUR)],
            False,
            "both",
            "one for a different program, and one for a different day",
        ),
        *((3600, [ticket(name)], False, "names", f"by {name!r}") for name in nearly("plan-token")),
    ]
    for second, tickets, want, mistake, words in tried:
        arguments = (line("svc-plan", FAR, 0, second), tickets, NAMES)
        yield Case(arguments, want, mistake, words)
    draw = dice("lesson-17", "tickets")
    for number in range(5):
        digits = [int(letter, 16) for letter in next(draw)][:6]
        tickets = [
            ticket((*NAMES, "deploy-token")[digit % 3], digit * HOUR, (digit + 2) * HOUR)
            for digit in digits[1:]
        ]
        moment = digits[0] * HOUR
        want = any(
            one["by"] in NAMES and digit * HOUR - HOUR <= moment <= (digit + 3) * HOUR
            for one, digit in zip(tickets, digits[1:], strict=True)
        )
        arguments = (line("svc-plan", FAR, 0, moment), tickets, NAMES)
        yield Case(arguments, want, "both", f"drawn tickets, {number + 1}")


def no_answer(_case: Case, got: Any) -> str | None:
    """The mistake of who answers neither yes nor no."""
    return None if isinstance(got, bool) else "type"


# --- 17-5: who else was there --------------------------------------------------------------------


def tenant_cases() -> Iterator[Case]:
    """Lines around a moment, the coarse mistakes first."""
    noon = MORNING + 12 * HOUR

    def by(who: str, hours: float, address: str = FAR) -> Line:
        return line(who, address, 0, int((12 - hours) * HOUR))

    before = by("j.weber", 2)
    tried = [
        ([before], {"j.weber"}, "none", "somebody two hours before"),
        ([before, by("m.osei", 2, HOME)], {"j.weber"}, "address", "a different address"),
        ([before, by("m.osei", -2)], {"j.weber"}, "before", "somebody two hours after"),
        ([before, by("m.osei", 30)], {"j.weber"}, "day", "somebody thirty hours before"),
        ([before, by("svc", 0)], {"j.weber"}, "edge", "somebody at that exact moment"),
        ([before, by("m.osei", 24)], {"j.weber"}, "edge", "a day before, to the second"),
        (
            [before, by("m.osei", 1 / HOUR)],
            {"j.weber", "m.osei"},
            "edge",
            "a second before it",
        ),
        ([before, by("m.osei", 23.5)], {"j.weber", "m.osei"}, "none", "two of them"),
        ([before, by("j.weber", 3)], {"j.weber"}, "none", "two lines of one"),
        (
            [by("m.osei", 2, near) for near in nearly(FAR) if near != FAR],
            set(),
            "address",
            "addresses that resemble it",
        ),
        ([], set(), "none", "no line"),
    ]
    for lines, want, mistake, words in tried:
        yield Case((lines, FAR, float(noon)), want, mistake, words)
    nowhere = [by("j.weber", 2, ""), by("m.osei", 3)]
    yield Case((nowhere, "", float(noon)), {"j.weber"}, "address", "lines without an address")
    draw = dice("lesson-17", "tenants")
    for number in range(5):
        digits = [int(letter, 16) for letter in next(draw)]
        lines = [
            by(f"p{place}", digit * 5 - 20, (FAR, MOVED)[digit % 2])
            for place, digit in enumerate(digits)
        ]
        want = {one.who for one in lines if one.address == FAR and noon - DAY < one.time < noon}
        yield Case((lines, FAR, float(noon)), want, "day", f"drawn lines, {number + 1}")


def no_names(_case: Case, got: Any) -> str | None:
    """The mistake of who returns no set of names."""
    fits = isinstance(got, set | frozenset) and all(isinstance(one, str) for one in got)
    return None if fits else "type"


# --- 17-6: who is tied to the intruder -----------------------------------------------------------

SESSION_OF, SECOND = "o.lindqvist", "203.0.113.128"
BY_CHANCE = {
    "in person": ("h.murphy", "y.hansen"),
    "another week": ("c.boateng", "s.popescu", "v.mueller", "p.nielsen"),
    "one line": ("n.jansen",),
}


def ties(tied: Any) -> Verdict:
    """The judge of 17-6: the name and the second address, and why each other name is no answer."""
    if not isinstance(tied, dict) or set(tied) != {"name", "second address"}:
        return Verdict("differs", got=written(tied), mistake="form")
    name, address = tied["name"], tied["second address"]
    if name != SESSION_OF:
        why = next((why for why, some in BY_CHANCE.items() if name in some), "nobody")
        return Verdict("differs", got=written(name), mistake=why)
    if address != SECOND:
        return Verdict("differs", got=written(address), mistake="address")
    return PASSED


# --- 17-3: what a claim gains --------------------------------------------------------------------


def gain_cases() -> Iterator[Case]:
    """Claims, the coarse mistakes first."""
    for percent, true, mistake in (
        (50, True, "fifty"),
        (50, False, "fifty"),
        (100, True, "true"),
        (0, True, "true"),
        (80, True, "true"),
        (100, False, "false"),
        (80, False, "false"),
        (51, False, "false"),
        (20, False, "floor"),
        (0, False, "floor"),
        (49, False, "floor"),
        (1, True, "true"),
        (99, True, "true"),
        (50.5, False, "false"),
    ):
        p = percent / 100
        want = 0.25 - (1 - p) ** 2 if true else min(0.0, 0.25 - p**2)
        words = f"a claim of {percent} percent that is {'true' if true else 'false'}"
        yield Case((percent, true), want, mistake, words)


def by_what_came(case: Case, got: Any) -> str | None:
    """The mistake of who takes percent for a share, or rounds."""
    if type(got) not in (int, float):
        return None
    if abs(got) > 100:
        return "hundred"
    return "rounded" if abs(got - case.want) < 0.006 else None


def about_as_much(got: Any, want: Any) -> bool:
    """The same number, but for the last digits."""
    return type(got) in (int, float) and abs(got - want) < 1e-9


# --- 17-4: an eviction ---------------------------------------------------------------------------

OTHERS = tuple(f"evict-{number}" for number in (1, 0, 5, 12, 18, 9))  # seeds of incidents
IN_TIME = DAY  # seconds from the start of an eviction to its last act
LAST_SEEN = 300  # seconds from the intruder's last visit to the start: the next is 20 minutes away


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


def evicted(answer: Tried) -> Verdict:
    """The judge of 17-4: each plan is played against the intruder of another incident. He must be
    out in all of them, in a day, and nobody may lose an hour of work."""
    for number, drawn in enumerate(map(other_incident, OTHERS), 1):
        held, made, start = list(drawn.credentials), list(drawn.footholds), now(drawn.company)
        case = f"incident {number} of {len(OTHERS)}: he held {', '.join(held)}; "
        case += f"he made {', '.join(made)}"
        try:
            plan = answer(held, made, start)
        except Exception:
            return answer.raised(case)
        if plan is None and returns_nothing(answer.function):
            return Verdict("none", case)
        if (held, made) != (list(drawn.credentials), list(drawn.footholds)):
            return Verdict("differs", case, "a plan, and changed its lists", mistake="changed")
        if mistake := unreadable(plan, start):
            return Verdict("differs", case, written(plan), mistake=mistake)
        acts = [EvictionAct(act, what, int(at)) for act, what, at in plan]
        result = evict(drawn, acts, start - LAST_SEEN)
        if not result.out:
            got = f"a plan after which he is back with {', '.join(result.left)}"
            return Verdict("differs", case, got, mistake=way_back(drawn, acts, start))
        if result.hours:
            got = f"a plan that costs people {result.hours:g} hours ({', '.join(result.outages)})"
            return Verdict("differs", case, got, mistake="cost")
        if strange := not_there(plan, [*held, *made]):
            return Verdict("differs", case, f"an act on {written(strange)}", mistake="another")
    return PASSED


def unreadable(plan: Any, start: int) -> str | None:
    """The mistake of a plan that is none: no list of acts, or a time before the start or more than
    a day after it."""
    if not isinstance(plan, list | tuple) or not all(map(is_act, plan)):
        return "type"
    if any(not start <= at <= start + IN_TIME for _, _, at in plan):
        return "when"
    return None


def not_there(plan: Sequence[tuple[str, str, float]], names: Sequence[str]) -> str | None:
    """What a plan is about that is neither one of these names nor an account in one of them, such
    as that of a session; None where all of it is there."""
    known = {*names, *(name.rpartition(" ")[2] for name in names)}
    return next((what for _, what, _ in plan if what not in known), None)


def way_back(drawn: Drawn, acts: Sequence[EvictionAct], start: int) -> str:
    """Why an intruder is back after these acts: they are about another incident, or leave
    something that he made or held; or they would have put him out if all had come at once."""
    names = " ".join([*drawn.credentials, *drawn.footholds])
    if acts and not any(act.what in names for act in acts):
        return "another"
    if any(act.act == "disable" and act.what in drawn.credentials for act in acts):
        return "disable"
    at_once = [replace(act, at=start) for act in acts]
    if evict(drawn, at_once, start).out:
        return "time"
    credentials = drawn.case.estate.credentials
    left = {
        name
        for name, made in drawn.footholds.items()
        if not any(shuts(drawn, act, credentials[made]) for act in acts)
    }
    if any(act.act == "replace" and act.what in left for act in acts):
        return "made anew"
    if left:
        return "made"
    victim = drawn.words["victim"]
    ended = any(act.act == "end-sessions" and act.what == victim for act in acts)
    return "held" if ended or f"session of {victim}" not in drawn.credentials else "session"


# --- what is asked -------------------------------------------------------------------------------

EXERCISES = (
    Exercise(
        "17-1",
        "function",
        leaving_alone(compare(elsewhere_cases, why=no_lines), elsewhere_cases),
        "Days show where a program works. How much it does on one day changes nothing.",
        {
            "type": (
                "Return a list of the lines, unchanged.",
                altered(ELSEWHERE, ("return [line for line", "return [line.id for line")),
            ),
            "changed": (
                "Do not change the lines: the next exercise uses them, too.",
                altered(ELSEWHERE, ("    return [", "    lines.reverse()\n    return [")),
            ),
            "usual": (
                "A place where a program always works does not count as elsewhere.",
                wrong("""
                    def answer(lines, name):
                        return [line for line in lines if line.who == name]
                """),
            ),
            "none": (
                "On one day the program works from an address that it uses on no other day.",
                altered(ELSEWHERE, ("3 * len", "30 * len")),
            ),
            "lines": (
                "Count days, not lines: somebody who copies in a hurry leaves many lines on one "
                "day.",
                wrong("""
                    def answer(lines, name):
                        own = [line for line in lines if line.who == name]
                        count = {}
                        for line in own:
                            count[line.address] = count.get(line.address, 0) + 1
                        return [line for line in own if 3 * count[line.address] < len(own)]
                """),
            ),
            "edge": (
                "Exactly a third of the days does not count as elsewhere: it must be fewer.",
                altered(ELSEWHERE, ("< len(at_work)", "<= len(at_work)")),
            ),
            "third": (
                "Three days out of ten is less than a third. Do not round the third: compare "
                "three times the days at that address with all the days.",
                altered(
                    ELSEWHERE,
                    (
                        "3 * len(days[line.address]) < len(at_work)",
                        "len(days[line.address]) < len(at_work) // 3",
                    ),
                ),
            ),
            "idle": (
                "Days on which the program did nothing do not count: a third of the days when it "
                "was active.",
                altered(
                    ELSEWHERE,
                    (
                        "{line.time // DAY for line in own}",
                        "range(int((max(line.time for line in own) // DAY - min(line.time for "
                        "line in own) // DAY) + 1 if own else 0))",
                    ),
                ),
            ),
            "name": (
                "Only lines with that name count, and only they show where the program works.",
                altered(
                    ELSEWHERE,
                    ("for line in own:", "for line in lines:"),
                    (
                        "at_work = {line.time // DAY for line in own}",
                        "at_work = {line.time // DAY for line in lines}",
                    ),
                ),
            ),
            "each": (
                "Look at each address on its own: two new addresses are both elsewhere.",
                altered(
                    ELSEWHERE,
                    (
                        "if 3 * len(days[line.address]) <",
                        "if len(days) < 3 and 3 * len(days[line.address]) <",
                    ),
                ),
            ),
        },
        (
            "Count two things in days: on how many days the program works at all, and on how many "
            "from each address. line.time // DAY is the day number.",
            "A set of days for each address: days.setdefault(line.address, set()).add(...).",
            "own = the lines of that name; at_work = the set of their days; days = address -> its "
            "days. Return the lines of own with 3 * len(days[line.address]) < len(at_work).",
        ),
        ELSEWHERE,
    ),
    Exercise(
        "17-2",
        "function",
        leaving_alone(compare(ticket_cases, why=no_answer), ticket_cases),
        "A ticket explains one program for a few hours, and nothing else.",
        {
            "type": (
                "Return True or False, and nothing else.",
                altered(EXPLAINED, ("return True", "return ticket")),
            ),
            "none": (
                "One of the program's tickets is open at that time, and that explains the line. "
                "Do not compare `system`: people put the wrong one in.",
                wrong("""
                    def answer(line, tickets, names):
                        return False
                """),
            ),
            "all": (
                "If there is no ticket, nothing explains the line.",
                wrong("""
                    def answer(line, tickets, names):
                        return True
                """),
            ),
            "names": (
                "The whole of ticket['by'] must be one of `names`: they are all the names of the "
                "program.",
                altered(
                    EXPLAINED,
                    ('ticket["by"] in names', 'any(ticket["by"] in one for one in names)'),
                ),
            ),
            "window": (
                "A ticket explains its own hours, not the whole month.",
                altered(EXPLAINED, (" and begin <= line.time <= end", "")),
            ),
            "hour": (
                "People begin early and end late: the ticket counts from an hour before it to an "
                "hour after it.",
                altered(EXPLAINED, (" - HOUR", ""), (" + HOUR", "")),
            ),
            "edge": (
                "Exactly one hour before or after still counts.",
                altered(EXPLAINED, ("begin <= line.time <= end", "begin < line.time < end")),
            ),
            "first": (
                "Look at every ticket before you say no.",
                wrong("""
                    def answer(line, tickets, names):
                        if not tickets or tickets[0]["by"] not in names:
                            return False
                        begin, end = moment(tickets[0]["from"]), moment(tickets[0]["to"])
                        return begin - HOUR <= line.time <= end + HOUR
                """),
            ),
            "both": (
                "The same ticket must match both the name and the time, and every ticket counts: "
                "if one does not match, look at the next.",
                wrong("""
                    def answer(line, tickets, names):
                        by = any(one["by"] in names for one in tickets)
                        within = any(moment(one["from"]) - HOUR <= line.time
                                     <= moment(one["to"]) + HOUR for one in tickets)
                        return by and within
                """),
            ),
            "changed": (
                "Do not change the tickets: the next line is checked against them, too.",
                altered(EXPLAINED, ("    return False", "    tickets.clear()\n    return False")),
            ),
        },
        (
            "Ask two questions about each ticket: is it by one of those names, and is it open "
            "at that time?",
            "moment(ticket['from']) is in seconds, like line.time. HOUR is 3600.",
            "for ticket in tickets: if ticket['by'] in names and moment(ticket['from']) - HOUR <= "
            "line.time <= moment(ticket['to']) + HOUR, return True. After the loop return False.",
        ),
        EXPLAINED,
    ),
    Exercise(
        "17-5",
        "function",
        leaving_alone(compare(tenant_cases, why=no_names), tenant_cases),
        "An address leads from one account to all the others that were there. Each counts once.",
        {
            "type": (
                "Return a set of names: {line.who for line in ...}.",
                altered(TENANTS, ("{line.who", "{line")),
            ),
            "none": (
                "Everybody with a line from that address in the 24 hours before counts.",
                wrong("""
                    def answer(lines, address, first):
                        return set()
                """),
            ),
            "address": (
                "Only lines from exactly that address count.",
                altered(TENANTS, ("line.address == address and ", "")),
            ),
            "before": (
                "A line after that moment does not count.",
                altered(TENANTS, ("0 < first - line.time < DAY", "abs(first - line.time) < DAY")),
            ),
            "day": (
                "Go back less than a day: DAY is in seconds, like line.time.",
                altered(TENANTS, (" < DAY", "")),
            ),
            "edge": (
                "Neither a line at that exact moment nor one exactly a day earlier counts.",
                altered(TENANTS, ("0 < first - line.time < DAY", "0 <= first - line.time <= DAY")),
            ),
            "changed": (
                "Do not change the lines: the next exercise uses them, too.",
                wrong("""
                    def answer(lines, address, first):
                        found = set()
                        while lines:
                            line = lines.pop()
                            if line.address == address and 0 < first - line.time < DAY:
                                found.add(line.who)
                        return found
                """),
            ),
        },
        (
            "Ask two questions about each line: is it from that address, and how long before "
            "first is it?",
            "first - line.time is more than 0 and less than DAY.",
            "{line.who for line in lines if line.address == address and 0 < first - line.time < "
            "DAY}",
        ),
        TENANTS,
    ),
    Exercise(
        "17-6",
        "value",
        ties,
        "That session was started elsewhere with a second factor, continued from two rented "
        "addresses, and searched the wiki hours before the program came.",
        {
            "in person": (
                "That person signed in there with the second factor, at about the working hours "
                "that the roster gives. Not ruled out, but somebody else fits better: what did "
                "the program bring with it, and who had been where that could be found?",
                'answer = {"name": "h.murphy", "second address": "203.0.113.61"}',
            ),
            "another week": (
                "Not on the program's day. A new phone, or a session that continues from another "
                "network, is not rare. Who was there hours before the program, and looked for what "
                "the program then had?",
                'answer = {"name": "c.boateng", "second address": "203.0.113.61"}',
            ),
            "one line": (
                "Possible: a new phone, or a second victim. One line cannot settle that, and soon "
                "you can ask. Who did something there that an intruder needs?",
                'answer = {"name": "n.jansen", "second address": "203.0.113.61"}',
            ),
            "nobody": (
                "That is not one of the eight names from that address.",
                'answer = {"name": "svc-planner", "second address": "203.0.113.128"}',
            ),
            "address": (
                "The name is right. Look at the same day: from which other address did that "
                "session work, apart from the one where it was started with a second factor?",
                'answer = {"name": "o.lindqvist", "second address": "203.0.113.61"}',
            ),
            "form": (
                "tied is a dictionary with two texts: {'name': '...', 'second address': '...'}.",
                'answer = "o.lindqvist"',
            ),
        },
        (
            "Who was there in the hours just before the program, without having signed in there?",
            "Print the lines of o.lindqvist on that day, in chronological order.",
        ),
        code("""
            tied = {"name": "o.lindqvist", "second address": "203.0.113.128"}
        """),
    ),
    Exercise(
        "17-3",
        "function",
        compare(gain_cases, same=about_as_much, why=by_what_came),
        "50 gains nothing. 100 gains 0.25 if it is right, and costs three times that if it is "
        "wrong.",
        {
            "hundred": (
                "percent goes from 0 to 100: divide it by 100 before you subtract it from 1.",
                altered(GAIN, ("percent / 100", "percent")),
            ),
            "rounded": (
                "Do not round: the gains of many claims are added up.",
                altered(
                    GAIN,
                    ("return 0.25 - (1 - p) ** 2", "return round(0.25 - (1 - p) ** 2, 2)"),
                ),
            ),
            "fifty": (
                "50 per cent says nothing, so it gains nothing: 0.25 - 0.5 ** 2 is 0.",
                altered(GAIN, ("0.25 - (1 - p)", "1 - (1 - p)"), ("0.25 - p", "1 - p")),
            ),
            "true": (
                "If the claim is true, measure the distance from 1: 0.25 - (1 - p) ** 2.",
                altered(GAIN, ("(1 - p) ** 2", "(1 - p) / 2")),
            ),
            "false": (
                "If it is false, measure the distance from 0: 0.25 - p ** 2.",
                altered(GAIN, ("min(0, 0.25 - p ** 2)", "min(0, 0.5 - p)")),
            ),
            "floor": (
                "A false claim gains nothing, however much you doubted it. Otherwise a report "
                "full of nonsense at 0 per cent would win. Use min(0, ...).",
                altered(GAIN, ("min(0, 0.25 - p ** 2)", "0.25 - p ** 2")),
            ),
        },
        (
            "p is percent / 100. How far is it from 1 if the claim is true, and from 0 if it is "
            "false?",
            "Subtract the square of that distance from 0.25. 50 per cent gives 0 both times.",
            "True: 0.25 - (1 - p) ** 2. False: min(0, 0.25 - p ** 2).",
        ),
        GAIN,
    ),
    Exercise(
        "17-4",
        "function",
        evicted,
        "He is out in all six incidents, and nobody lost an hour of work. Nothing was left that "
        "he could react with.",
        {
            "type": (
                NO_ACT + " Return a list of such tuples.",
                altered(EVICT, ('("replace", name, now)', '["replace", name, now]')),
            ),
            "when": (
                "Nothing can happen before `now`, and everything must be done within a day. The "
                "times are in seconds: an hour is HOUR.",
                altered(EVICT, ('("replace", name, now)', '("replace", name, now - HOUR)')),
            ),
            "disable": (
                "Disabling an account leaves its tokens and keys in place, and its people cannot "
                "work. Replace what he holds.",
                wrong("""
                    def answer(held, made, now):
                        acts = [("remove", name, now) for name in made]
                        return acts + [("disable", name, now) for name in held]
                """),
            ),
            "another": (
                "There is a name in your plan that is not in this incident. Use what the function "
                "is given: `held` and `made`.",
                wrong("""
                    def answer(held, made, now):
                        return [("replace", "svc-planner", now), ("replace", "planner-token", now)]
                """),
            ),
            "time": (
                "All the right things, but not soon enough: he comes by every half hour or so, "
                "finds one thing shut, and uses the rest. Leave him no time to visit in between.",
                altered(
                    EVICT,
                    (
                        "return plan",
                        "return [(*plan[n][:2], now + HOUR * n) for n in range(len(plan))]",
                    ),
                ),
            ),
            "made": (
                "What he made still works. No inventory lists it, but `made` does.",
                altered(EVICT, ('[("remove", name, now) for name in made]', "[]")),
            ),
            "made anew": (
                "What he made does not need a new secret: nobody else uses it. Remove it.",
                altered(EVICT, ('("remove", name, now)', '("replace", name, now)')),
            ),
            "session": (
                "The session still works. A session cannot be replaced: end the sessions of its "
                "account, whose name follows 'session of '.",
                altered(EVICT, ('name.removeprefix("session of ")', "name")),
            ),
            "held": (
                "Something that he held still opens a door. Go through all of `held`.",
                altered(EVICT, ("for name in held", "for name in held[1:]")),
            ),
            "cost": (
                "He is out, but others lose working time, because of the acts in brackets. "
                "Replace what he holds: its owner gets the new one. Anything removed but not "
                "replaced stops somebody's work.",
                wrong("""
                    def answer(held, made, now):
                        return [("remove", name, now) for name in [*held, *made]]
                """),
            ),
            "changed": (
                "Do not change the two lists: the report uses them, too.",
                altered(EVICT, ("    return plan", "    held.clear()\n    return plan")),
            ),
        },
        (
            "First read what he did after your own plan, in the cell above. What did he use?",
            "Everything in `held` gets one act, and everything in `made` gets another, all at one "
            "time.",
            "plan = [('remove', name, now) for name in made]; then for each name in held add "
            "('replace', name, now), or ('end-sessions', account, now) for a session.",
        ),
        EVICT,
    ),
)
