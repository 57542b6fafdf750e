"""What the exercises of lesson 10 are tried with."""

import re
from collections.abc import Iterator, Mapping
from functools import cache, partial
from typing import Any

from labutils.classroom.judging import Tried, written
from labutils.classroom.trying import Call, Observed, Remark, Trial, calls
from labutils.hunt.axon_search import NotASearch, run
from labutils.incident.log_events import Event
from labutils.incident.logs import Logs
from labutils.lab import dice, iso
from labutils.stage.sigma_text import GATEWAY, sigma
from labutils.text import counted

from .hunting import (
    ABROAD,
    ABROAD_DETECTION,
    ALARM,
    HOME,
    IN_ORDER,
    MINE,
    NEWER,
    OFFICE,
    PRIVILEGED,
    THIEVES,
    a_month,
    alerts_in_tracker,
    by_rule,
    change_in_tracker,
    correlated,
    hits_among,
    in_session,
    in_worst_week,
)
from .other_siem import by_search
from .own_hypothesis import flaw_in_the_month, flaw_of_the_file
from .rule_texts import Fault, correlation_of, detection_of, one_address


def noticed(case: str, fault: Fault) -> Observed:
    """A step that shows a fault: the name of the mistake, and what shows it; nothing if there is
    none."""
    return Observed(case, fault, next(iter(fault), ""))


# --- a detection (10-1, 10-7) ---------------------------------------------------------------------

Login = tuple[Event, str, str]  # a line of the gateway, the mistake, and what it is in words
# The stolen token, and addresses of strangers: an indicator beside a rule that needs none.
TRUE_FOR_ONE = re.compile(r"(?i)isSuccessfulLogin:\s*true")
INDICATORS = re.compile(r"moveworks[\w-]*|\b(?:203\.0\.113|198\.51\.100)\.\d+")


def try_detection(answer: Any) -> Trial:
    """The detection over lines of the gateway, and then whether it names an indicator."""
    detection, fault, hits = hits_of(answer, logins())
    yield noticed("the text", fault)
    if fault:
        return
    for (_, about, words), hit in zip(logins(), hits, strict=True):
        yield Observed(words, {"hit": hit}, about)
    if TRUE_FOR_ONE.search(answer):
        yield Remark("true for 1")
    named = INDICATORS.search(str(detection))
    yield noticed("an indicator", {"indicator": f"a rule with {named[0]!r}"} if named else {})


def hits_of(answer: Any, lines: list[Login]) -> tuple[Any, Fault, list[bool]]:
    """The detection in a text, a fault of it, and whether it hits each of these lines."""
    detection, fault = detection_of(answer)
    if fault:
        return detection, fault, []
    try:
        rule = sigma("answer", GATEWAY, "your rule", answer)
        hits = hits_among({GATEWAY: [event for event, _, _ in lines]}, rule)
    except ValueError as error:
        return detection, {"no rule": f"an error: {error}".rstrip(".")}, []
    names = {name for one in hits for name in one.event_ids}
    return detection, {}, [f"{GATEWAY}:{n}" in names for n, _ in enumerate(lines, 1)]


def at_gateway(
    address: str, ok: int = 1, token: str = "moveworks-token", app: str = "tracker.example"
) -> Event:
    """A line of the gateway's log of service tokens."""
    return {
        "datetime": "2023-11-16T10:00:00Z",
        "isSuccessfulLogin": ok,
        "ipAddress": address,
        "identityProvider": "nonidentity",
        "serviceTokenId": token,
        "appId": app,
    }


def logins() -> list[Login]:
    """Lines of the gateway, the mistake of whom each shows, and what it is."""
    drawn = dice("lesson-10", "logins")
    host = int(next(drawn)[:2], 16)
    stranger, token = f"203.0.113.{host}", f"token-{next(drawn)[:4]}"
    return [
        (at_gateway("192.0.2.31"), "ours", "a token from 192.0.2.31, let in"),
        (at_gateway(stranger), "abroad", f"a token from {stranger}, let in"),
        (at_gateway("198.51.100.9"), "one address", "a token from 198.51.100.9, let in"),
        (at_gateway(stranger, 0), "refused", f"a token from {stranger}, refused"),
        (at_gateway("192.0.2.14", 0), "refused", "a token from 192.0.2.14, refused"),
        (at_gateway("192.0.2.77"), "text", "a token from 192.0.2.77, let in"),
        (at_gateway("192.0.2.63"), "text", "a token from 192.0.2.63, let in"),
        (at_gateway("192.0.20.1"), "text", "a token from 192.0.20.1, let in"),
        (at_gateway(stranger, token=token), "one token", f"{token} from {stranger}, let in"),
        *(
            (at_gateway(stranger, token=name), "one token", f"{name} from {stranger}, let in")
            for name in ("survey-token", "deploy-token", "backup-token")
        ),
        *(
            (at_gateway(stranger, app=app), "one application", f"{app} from {stranger}")
            for app in ("wiki.example", "code.example", "planning.example")
        ),
    ]


# --- the same detection, tuned (10-7) -------------------------------------------------------------

WEEKLY = 7  # alerts that the rule may have in its worst week
TOKENS = ("planning", "build", "survey", "backup", "deploy", "badge")
# What a misspelt value looks like, as if it were a choice.
CHOICES = ("budget", "lost", "network alone", "token alone", "wider", "whole name", "emergency")


def try_tuned(answer: Any) -> Trial:
    """What the rule still hits, what it sees of the month, and what it costs there."""
    detection, fault, hits = hits_of(answer, tuned_logins())
    yield noticed("the text", fault)
    if fault:
        return
    strange = in_no_line(detection)

    def named(about: str) -> str:
        if about == "network alone" and one_address(detection):
            return "indicator"
        return "value" if strange and about in CHOICES else about

    for (_, about, words), hit in zip(tuned_logins(), hits, strict=True):
        yield Observed(words, {"hit": hit}, named(about))
    if hits != of_the_first_rule():
        return  # it is another rule, whatever the month says, which takes its time
    logs = a_month()
    score = logs.score(logs.hunt(sigma("answer", GATEWAY, "your rule", answer)))
    steps = counted(score.recall.hits, "step")
    yield Observed("steps in the lesson's month", steps, named("lost"))
    alerts = in_worst_week(score)
    cost = {strange or "budget": f"{alerts} alerts"} if alerts > WEEKLY else {}
    yield Observed(f"the worst week, if it has more than {WEEKLY} alerts", cost, named("budget"))


def tuned_logins() -> list[Login]:
    """Lines of the gateway that a tuned rule must treat as the first one did."""
    drawn = dice("lesson-10", "tuned")
    host = 2 + int(next(drawn)[:2], 16) % 50
    unknown = f"t{next(drawn)[:4]}"
    rented, stranger = f"203.0.113.{host}", f"198.51.100.{host}"

    def let_in(name: str, address: str, mistake: str) -> Login:
        token = f"{name}-token" if "token" not in name else name
        return at_gateway(address, 1, token), mistake, f"{token} from {address}, let in"

    return [
        (at_gateway("192.0.2.31"), "ours", "a token from 192.0.2.31, let in"),
        (at_gateway(stranger, 0), "refused", f"a token from {stranger}, refused"),
        *(let_in(name, rented, "network alone") for name in ("deploy", "badge", unknown)),
        let_in("break-glass", f"198.19.18.{host}", "emergency"),
        let_in("break-glass", rented, "emergency"),
        let_in("moveworks", rented, "leaked"),
        let_in("moveworks", stranger, "leaked"),
        *(let_in(name, stranger, "token alone") for name in TOKENS),
        *(let_in(name, f"203.0.113.{128 + host}", "wider") for name in TOKENS),
        *(let_in(name, "192.0.2.77", "wider") for name in TOKENS),
        *(let_in(f"{name}-token-2", rented, "whole name") for name in TOKENS[:4]),
        *(let_in(f"my-{name}-token", rented, "whole name") for name in TOKENS[:4]),
    ]


@cache
def of_the_first_rule() -> list[bool]:
    """Which of these lines the rule of 10-1 hits."""
    return hits_of(ABROAD_DETECTION, tuned_logins())[2]


def in_no_line(detection: Any) -> str | None:
    """A value that a detection asks for and that no line of the month has in that field: it is
    misspelt, or made up. Fields with a modifier other than contains are left out."""
    for name, selection in detection.items():
        if name == "condition" or not isinstance(selection, dict):
            continue
        for key, wanted in selection.items():
            field, _, modifier = str(key).partition("|")
            there = in_the_month().get(field, set())
            for value in wanted if isinstance(wanted, list) else [wanted]:
                text = str(value).lower()
                is_there = any(text in one for one in there) if modifier else text in there
                is_pattern = "*" in text or "?" in text
                if modifier in ("", "contains") and not is_there and not is_pattern:
                    return f"{field}: {value}"
    return None


@cache
def in_the_month() -> dict[str, set[str]]:
    """The values that the lines of the gateway have, in lower case, by their field."""
    there: dict[str, set[str]] = {}
    for line in a_month().events(GATEWAY).values():
        for field, value in line.items():
            there.setdefault(field, set()).add(str(value).lower())
    return there


# --- a session that roams (10-2) ------------------------------------------------------------------

LIKE_OTHERS = "Mozilla/5.0"  # how nearly all user agents begin


def try_roaming(answer: Tried) -> Trial:
    """Logs of an identity provider, in which sessions roam or stay."""
    yield from calls(Tried(partial(as_a_set, answer)), sessions())


def as_a_set(answer: Tried, events: list[Event]) -> Any:
    """What an answer returns; in words, where that is no set."""
    result = answer(events)
    is_set = result is None or isinstance(result, set | frozenset)
    return result if is_set else f"a {type(result).__name__}"


def sessions() -> Iterator[Call]:
    """Logs of an identity provider, each with what is tried in words."""
    ada, tom = (f"102{next(draw)[:6]}" for draw in [dice("lesson-10", "sessions")] * 2)

    def log(*places: tuple[int, str], session: str = ada) -> list[Event]:
        return [in_session(session, network, agent) for network, agent in places]

    def call(words: str, events: list[Event], about: str, usual: str = "") -> Call:
        parts = {"str": "set"} | dict.fromkeys(("set", "frozenset", "NoneType", "Raised"), about)
        return Call((events,), words, parts, usual)

    owner, thief = (OFFICE, MINE), (ABROAD, THIEVES)
    others = log((HOME, NEWER), session=tom)
    yield call("only one event", log(thief), "first", "edge")
    yield call("a session that stays where it is", log(owner, owner), "stays")
    near = [in_session(ada, OFFICE, MINE, f"192.0.2.{n}") for n in (1, 2)]
    yield call("another address in the same network", near, "address")
    yield call("from the office to home", log(owner, (HOME, MINE)), "network")
    yield call("a new version of the browser", log(owner, (OFFICE, NEWER)), "agent")
    yield call("a thief", log(owner, thief), "thief")
    yield call("a thief, then the owner", log(thief, owner), "thief")
    yield call("two people", log(owner) + log(thief, session=tom), "people")
    words = "a thief, with somebody else's events in between"
    yield call(words, log(owner) + others + log(thief) + others, "people")
    two = log(owner, thief) + log((HOME, NEWER), thief, session=tom)
    yield call("two thieves", two, "both")
    words = "a new version of the browser, and later the trip home"
    yield call(words, log(owner, (OFFICE, NEWER), (HOME, NEWER)), "whole")
    words = "the trip home, a new version, and the thief"
    yield call(words, log(owner, (HOME, MINE), (HOME, NEWER), thief), "thief")
    words = "two browsers whose names begin alike"  # as nearly all user agents do
    linux, windows = "Mozilla/5.0 (X11; Linux)", "Mozilla/5.0 (Windows)"
    yield call(words, log((OFFICE, linux), (ABROAD, windows)), "whole text")
    words = "a browser with a longer name, and a network with a longer number"
    yield call(words, log(owner, (10 * OFFICE, f"{MINE} mobile")), "whole text")
    words = "sign-ins that failed: they belong to no session"
    yield call(words, log(owner, thief, session="unknown"), "unknown")
    yield call("no events", [], "first", "edge")
    for nearly in (ada[:-1], f"{ada}0"):
        nearby = log(owner) + log(thief, session=nearly)
        yield call("two people, whose sessions have nearly the same number", nearby, "people")
    words = "the trip home, the trip back with a new version, and home again"
    there_and_back = log(owner, (HOME, MINE), (HOME, NEWER), (OFFICE, NEWER), (HOME, NEWER))
    yield call(words, there_and_back, "whole")
    many = [in_session(f"102-{number}", HOME, NEWER) for number in range(300)]
    words = "two thieves, with 300 other sessions in between"
    begin, end = log(owner) + log(owner, session=tom), log(thief) + log(thief, session=tom)
    yield call(words, begin + many + end, "both", "large")
    yield call("a thief after 300 events", log(*[owner] * 300, thief), "thief", "large")
    thieves = [
        in_session(one["authenticationContext"]["externalSessionId"], *thief) for one in many
    ]
    yield call("300 thieves", many + thieves, "both", "large")


# --- a correlation (10-3) -------------------------------------------------------------------------


def base_rules() -> tuple[str, str]:
    """The two rules that are correlated."""
    return (
        sigma("token_abroad", GATEWAY, "Service token from elsewhere", ABROAD_DETECTION),
        sigma("privileged_change", "jira", "Privileged change", PRIVILEGED, "low"),
    )


Story = tuple[str, str, int | None, int | None, str]


def try_correlation(answer: Any) -> Trial:
    """The correlation over two logs in which eight strangers come by."""
    _, fault = correlation_of(answer)
    gateway, tracker = two_logs()
    hits = {}
    if not fault:
        try:
            rules = (*base_rules(), correlated("answer", "your correlation", answer))
            hits = by_rule(hits_among({GATEWAY: gateway, "jira": tracker}, *rules))
        except ValueError as error:
            fault = {"no rule": f"an error: {error}".rstrip(".")}
    yield noticed("the text", fault)
    if fault:
        return
    named = {name for hit in hits.get("answer", ()) for name in hit.event_ids}
    hit = {line["ipAddress"] for n, line in enumerate(gateway, 1) if f"{GATEWAY}:{n}" in named}
    hit |= {line["source"] for n, line in enumerate(tracker, 1) if f"jira:{n}" in named}
    for address, words, _, _, about in stories():
        yield Observed(f"{address}: {words}", {"hit": address in hit}, about)
    yield Observed("token_abroad on its own", {"hit": "token_abroad" in hits}, "generate")


def stories() -> list[Story]:
    """What a stranger did: address, words, when at the gateway and when in the tracker (minutes),
    and the mistake that it shows."""
    host = 20 + int(next(dice("lesson-10", "stories"))[:2], 16) % 100
    alone = "only a change, 5 minutes after another stranger came by"
    return [
        (f"203.0.113.{host}", "the gateway, then a change 5 minutes later", 0, 5, "found"),
        ("198.51.100.7", "the gateway, then a change 14 minutes later", 60, 74, "window"),
        ("198.51.100.11", alone, None, 305, "address"),
        ("198.51.100.10", "only the gateway", 300, None, "alone"),
        ("198.51.100.8", "a change, then the gateway 5 minutes later", 125, 120, "order"),
        ("198.51.100.9", "the gateway, then a change 40 minutes later", 180, 220, "window"),
        ("198.51.100.13", "the gateway, then a change 16 minutes later", 500, 516, "window"),
        ("198.51.100.12", "only a change, 2 hours later", None, 420, "alone"),
    ]


def two_logs() -> tuple[list[Event], list[Event]]:
    """The lines that the strangers leave at the gateway and in the tracker."""
    start = 1_700_000_000
    gateway = [
        {**at_gateway(address), "datetime": iso(start + 60 * passed)}
        for address, _, passed, _, _ in stories()
        if passed is not None
    ]
    tracker = [
        in_tracker(address, start + 60 * changed)
        for address, _, _, changed, _ in stories()
        if changed is not None
    ]
    return gateway, tracker


def in_tracker(address: str, at: int, action: str = "User created") -> Event:
    """A line of the tracker's audit log; `at` in seconds since 1970."""
    return {
        "auditType": {"action": action, "actionI18nKey": "jira.auditing.user.created"},
        "author": {"name": "svc", "type": "ApplicationUser"},
        "source": address,
        "timestamp": {"epochSecond": at, "nano": 0},
    }


# --- alerts that are closed by hand (10-8) --------------------------------------------------------

FEW = 3  # alerts to close


def try_closed(closed: Any) -> Trial:
    """Each alert with the row that is to explain it."""
    is_map = isinstance(closed, dict)
    texts = [text for pair in closed.items() for text in pair] if is_map else []
    is_form = is_map and all(isinstance(text, str) for text in texts)
    yield noticed("the form", {} if is_form else {"form": written(closed)})
    if is_form:  # the month takes its time
        yield noticed("the alerts and their reasons", unclosed(closed))


def unclosed(closed: Mapping[str, str]) -> Fault:
    """Why these alerts are not closed; nothing if they are."""
    logs, known = a_month(), alerts_of_the_correlation()
    tracker = logs.named(known)
    for name, reason in closed.items():
        event = tracker.get(name)
        if event is None:
            return {"no alert": written(name)}
        alert = change_in_tracker(name, event)
        if (mistake := unexplained(logs, alert, reason)) is not None:
            return {mistake: f"{written(reason)} for {name}, by {alert['who']} at {alert['time']}"}
    if len(closed) < FEW:
        return {"few": counted(len(closed), "alert")}
    if len({reason == "on call" for reason in closed.values()}) == 1:
        return {"one table": ", ".join(closed.values())}
    return {}


@cache
def alerts_of_the_correlation() -> frozenset[str]:
    """The ids of the changes that 10-3 finds in the month of the lesson."""
    logs, text = a_month(), IN_ORDER
    hits = by_rule(logs.hunt(*base_rules(), correlated("in_order", "In order", text)))
    return frozenset(alert["id"] for alert in alerts_in_tracker(logs, hits["in_order"]))


def unexplained(logs: Logs, alert: Mapping[str, str], reason: str) -> str | None:
    """Why a row does not explain an alert, as the name of a mistake; None where it does."""
    who, time = alert["who"], alert["time"]
    duties = [row for row in logs.table("roster") if row["account"] == who]
    if reason == "on call":
        on_call = any(row["on_call_from"] <= time <= row["on_call_to"] for row in duties)
        return None if on_call else "off call"
    if reason in ("trip", "travel"):
        return "trip"
    tickets = {row["id"]: row for row in logs.table("changes")}
    ticket = tickets.get(reason)
    if ticket is None:
        return "no ticket"
    if ticket["by"] != who:
        return "author"
    if ticket["system"] != "tracker":
        return "system"
    return None if ticket["from"] <= time <= ticket["to"] else "time"


# --- what the log does not say (10-4) -------------------------------------------------------------


def try_explained(answer: Tried) -> Trial:
    """Alerts, with the tables of a company."""
    yield from calls(answer, explanations())


def explanations() -> Iterator[Call]:
    """Alerts, with the tables of a company, small ones and large ones."""
    number = 4000 + int(next(dice("lesson-10", "alerts"))[:3], 16)
    ticket = {
        "id": f"CHG-{number}",
        "system": "tracker",
        "from": "2023-11-15T14:00:00Z",
        "to": "2023-11-15T17:00:00Z",
        "by": "i.ramos",
    }
    elsewhere = {**ticket, "id": "CHG-1", "system": "wiki", "by": "n.abara"}
    earlier = {
        **ticket,
        "id": "CHG-2",
        "from": "2023-11-14T14:00:00Z",
        "to": "2023-11-14T17:00:00Z",
    }
    hours = {"role": "administrators", "country": "US", "from_hour": "14", "to_hour": "23"}
    never = {"on_call_from": "", "on_call_to": ""}
    week = {"on_call_from": "2023-11-13T00:00:00Z", "on_call_to": "2023-11-16T00:00:00Z"}
    other_systems = {"a.test": "tracker-test", "b.old": "old tracker", "c.cap": "Tracker"}
    nearly_there = [
        {**ticket, "by": who, "system": system} for who, system in other_systems.items()
    ]
    changes = [elsewhere, *nearly_there, ticket, earlier]
    roster = [
        {"account": "b.idle", **hours, **never},
        {"account": "n.abara", **hours, **never},
        {"account": "t.night", **hours, **week},
        {"account": "i.ramos", **hours, **never},
    ]
    for who, time, about, words in (
        ("b.idle", "2023-11-14T03:00:00.000Z", "never", "the author is never on call"),
        ("i.ramos", "2023-11-15T15:14:38.641Z", "ticket", "during the author's ticket"),
        ("s.stranger", "2023-11-15T15:14:38.641Z", "author", "during somebody else's ticket"),
        ("i.ramos", "2023-11-15T18:00:00.000Z", "time", "an hour after the ticket ended"),
        ("i.ramos", "2023-11-15T13:00:00.000Z", "time", "an hour before the ticket began"),
        ("n.abara", "2023-11-15T15:00:00.000Z", "system", "a ticket for another system"),
        ("i.ramos", "2023-11-15T17:00:30Z", "moment", "30 seconds after the ticket ended"),
        ("i.ramos", "2023-11-15T13:59:30Z", "moment", "30 seconds before it began"),
        ("i.ramos", "2022-11-15T15:00:00Z", "time", "a year before the ticket"),
        ("i.ramos", "2023-10-15T15:00:00Z", "time", "a month before the ticket"),
        ("t.night", "2022-11-14T03:00:00Z", "off call", "a year before the week on call"),
        ("i.ramos-admin", "2023-11-15T15:00:00Z", "whole", "a ticket that belongs to i.ramos"),
        ("i.ram", "2023-11-15T15:00:00Z", "whole", "a ticket that belongs to i.ramos"),
        ("I.Ramos", "2023-11-15T15:00:00Z", "whole", "a ticket that belongs to i.ramos"),
        *(
            (who, "2023-11-15T15:00:00Z", "whole", f"a ticket for the {system!r} system")
            for who, system in other_systems.items()
        ),
        ("t.night2", "2023-11-14T03:00:00Z", "whole", "t.night is on call"),
        ("t.night", "2023-11-14T03:00:00.000Z", "on call", "the author is on call"),
        ("t.night", "2023-11-17T03:00:00.000Z", "off call", "the author was on call before"),
        ("t.night", "2023-11-12T03:00:00.000Z", "off call", "the author is on call later"),
        ("t.night", "2023-11-16T00:00:30Z", "moment", "30 seconds after the week on call"),
        ("t.night", "2023-11-16T03:00:00Z", "moment", "3 hours after the week on call"),
        ("t.night", "2023-11-12T23:59:30Z", "moment", "30 seconds before the week on call"),
        ("i.ramos", "2023-11-14T15:00:00.000Z", "ticket", "during an earlier ticket"),
        ("i.ramos", "2023-11-14T14:00:00Z", "edges", "when the ticket begins"),
        ("i.ramos", "2023-11-14T17:00:00Z", "edges", "when the ticket ends"),
        ("t.night", "2023-11-13T00:00:00Z", "edges", "when the week on call begins"),
        ("t.night", "2023-11-16T00:00:00Z", "edges", "when the week on call ends"),
    ):
        alert = {"who": who, "time": time, "address": "198.18.4.9", "action": "User created"}
        yield Call((alert, changes, roster), words, about, "edge" if about == "edges" else "")
    at_night = {"who": "t.night", "time": "2023-11-14T03:00:00.000Z"}
    own = {**ticket, "by": "t.night", "from": "2023-11-14T01:00:00Z", "to": "2023-11-14T05:00:00Z"}
    yield Call((at_night, [], roster), "on call, and no ticket at all", "on call", "edge")
    words = "on call, and the second ticket is the author's"
    yield Call((at_night, [elsewhere, own], roster), words, "ticket")
    yield Call((at_night, [own], []), "a ticket, and nobody in the roster", "ticket", "edge")
    yield Call((at_night, [], []), "no ticket at all, and nobody in the roster", "never", "edge")
    many = [{**elsewhere, "id": f"CHG-1{n}", "by": f"user-{n}"} for n in range(300)]
    people = [{"account": f"user-{n}", **hours, **never} for n in range(300)]
    words = "the last of 301 tickets is the author's"
    yield Call((at_night, [*many, own], roster), words, "ticket", "large")
    words = "the last of 305 people is the author, who is on call"
    duty = {"account": "z.last", **hours, **week}
    last = {"who": "z.last", "time": "2023-11-14T03:00:00.000Z"}
    yield Call((last, many, [*people, *roster, duty]), words, "on call", "large")


# --- a hypothesis of one's own (10-9) -------------------------------------------------------------


def try_rule_file(answer: Any) -> Trial:
    """The rule file as others read it, and what it finds in the month and of other thieves."""
    fault = flaw_of_the_file(answer)
    yield noticed("the rule file", fault)
    if not fault:  # the month takes its time
        yield noticed("what the rule finds", flaw_in_the_month(answer))


# --- a search in another SIEM (10-10) -------------------------------------------------------------

ADDED, GROUP = "User added to group", "jira-administrators"
SELECTED = {True: "selected", False: "not selected"}


def try_search(search: Any) -> Trial:
    """The search over lines of three logs, and then over the month."""
    fault, selected = selected_by(search)
    yield noticed("the search", fault)
    if fault:
        return
    for name, (_, about, words) in by_name().items():
        yield Observed(words, SELECTED[name in selected], about)
    if selected != by_the_alarm():
        return  # it is another search, whatever the month says, which takes its time
    in_month = sorted(by_search(search, a_month()))
    yield Observed("the lines of the lesson's month", in_month, "month")


def selected_by(search: Any) -> tuple[Fault, set[str]]:
    """A fault of a search, and the ids of the lines that it selects."""
    if not isinstance(search, str):
        return {"no text": written(search)}, set()
    logs: dict[str, list[Event]] = {}
    for name, (event, _, _) in by_name().items():
        logs.setdefault(name.partition(":")[0], []).append(event)
    try:
        return {}, {*run(search, logs)}
    except NotASearch as error:
        return {"no search": str(error).rstrip(".")}, set()


@cache
def by_the_alarm() -> set[str]:
    """The ids of the lines that the Sigma rule for the alarm of 23 November hits."""
    lines = [event for name, (event, _, _) in by_name().items() if name.startswith("jira:")]
    rule = sigma("alarm", "jira", "Somebody joins the administrators", ALARM)
    return {name for hit in hits_among({"jira": lines}, rule) for name in hit.event_ids}


def by_name() -> dict[str, tuple[Event, str, str]]:
    """Lines of three audit logs by their ids: the line, the mistake that it shows, and words."""
    drawn = dice("lesson-10", "axon")
    who, other = (f"{next(drawn)[:4]}.{word}" for word in ("lin", "ode"))
    address = f"203.0.113.{int(next(drawn)[:2], 16)}"
    service = line(ADDED, other, GROUP, author="svc-forms", source=address)
    words = f"svc-forms at {address} adds {other} to the group"
    leaves = line("User removed from group", who, GROUP)
    old = line(ADDED, who, f"{GROUP}-old")
    return {
        "jira:1": (line(ADDED, who, GROUP), "missed", "somebody joins the administrators"),
        "jira:2": (line(ADDED, GROUP, who), "missed", "the same, with the group first"),
        "jira:3": (service, "one person", words),
        "jira:4": (line(ADDED, who, "jira-users"), "group", "somebody joins jira-users"),
        "jira:5": (old, "part", f"somebody joins {GROUP}-old"),
        "jira:6": (leaves, "action", "somebody leaves the administrators"),
        "jira:7": (line("Group created", GROUP), "action", "the group is created"),
        "confluence:1": (line(ADDED, who, GROUP), "log", "the same action in the wiki's log"),
        "bitbucket:1": (line(ADDED, who, GROUP), "log", "the same action in the code's log"),
    }


def line(action: str, *names: str, author: str = "a.admin", source: str = "192.0.2.7") -> Event:
    """A line of an audit log, as far as a search of the lesson is concerned."""
    return in_tracker(source, 1_700_000_000, action) | {
        "author": {"name": author, "type": "ApplicationUser"},
        "affectedObjects": [{"name": name} for name in names],
    }
