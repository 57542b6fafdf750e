"""09 · The attack chain, tactic by tactic."""

from base64 import b64encode
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import replace
from functools import partial
from io import StringIO
from typing import Any

from labutils.classroom import registry
from labutils.classroom.judging import PASSED, Case, Tried, Verdict, compare, written
from labutils.classroom.registry import (
    Exercise,
    GridRow,
    Guess,
    Prediction,
    code,
    columns_of,
)
from labutils.lab import dice
from labutils.stage.breached_company import EXPOSED
from labutils.stage.intruder import (
    Intruder,
    NoSuchMove,
    NotHeld,
    Result,
    ways_back,
)
from labutils.text import counted

from .attack_chain import fields_that_differ, footholds, owner
from .watched_company import WatchedIntruder, raise_alarm

TOOLS = "from base64 import b64encode"
CARRY = code("""
    def carry(kind, user, secret):
        if kind == "service-token":
            return {"cf-access-client-id": user, "cf-access-client-secret": secret}
        if kind == "access-key":
            return {"x-access-key": secret}
        pair = f"{user}:{secret}".encode()
        return {"authorization": "Basic " + b64encode(pair).decode()}
""")
NEW_LINES = code("""
    def new_lines(before, logs):
        new = []
        for name, lines in logs.items():
            for number, line in enumerate(lines, 1):
                if number > before.get(name, 0):
                    new.append((name, number, line))
        return new
""")
ROAMING = code("""
    def roaming(events):
        places = {}
        for event in events:
            session = event["authenticationContext"]["externalSessionId"]
            places.setdefault(session, set()).add(event["client"]["ipAddress"])
        return {session for session, seen in places.items() if len(seen) > 1}
""")
wrong = partial(registry.wrong, TOOLS)
altered = partial(registry.altered, TOOLS)

# --- 09-1: how a credential is carried ----------------------------------------------------------


def basic(text: str) -> str:
    """The value of an Authorization header of type Basic (RFC 7617, 2) for this text."""
    return "Basic " + b64encode(text.encode()).decode()


def carried(kind: str, user: str, secret: str) -> dict[str, str]:
    """The headers that are right."""
    return {
        "service-token": {"cf-access-client-id": user, "cf-access-client-secret": secret},
        "access-key": {"x-access-key": secret},
        "password": {"authorization": basic(f"{user}:{secret}")},
    }[kind]


def carries(answer: Tried) -> Verdict:
    """The judge of 09-1: credentials of each kind, with drawn users and secrets."""
    drawn = dice("lesson-09", "carry")
    kinds = ("service-token", "access-key", "password", "password", "service-token")
    rows = [(kind, f"svc-{next(drawn)[:5]}", next(drawn)) for kind in kinds]
    rows += [(kind, "Svc/Ada", f"Key:{next(drawn)}==") for kind in dict.fromkeys(kinds)]
    rows += [("password", "zoë", text) for text in (" wörd ", "???>>>~~~", "x" * 90, ":", "")]
    for kind, user, secret in rows:
        case = f"{kind!r}, {user!r}, {secret!r}"
        try:
            headers = answer(kind, user, secret)
        except Exception:
            return answer.raised(case, kind)
        if headers is None:
            return Verdict("none", case, mistake=kind)
        want = carried(kind, user, secret)
        if not isinstance(headers, dict):
            return Verdict("differs", case, written(headers), written(want), mistake="kind")
        if {str(name).lower(): text for name, text in headers.items()} != want:
            mistake = in_basic(headers, user, secret) if kind == "password" else kind
            return Verdict("differs", case, written(headers), written(want), mistake=mistake)
    return PASSED


def in_basic(headers: dict[Any, Any], user: str, secret: str) -> str:
    """What is wrong with a password's headers."""
    sent = next(iter(headers.values()), "")
    standard = str(sent).replace("-", "+").replace("_", "/")
    if standard == basic(f"{user}:{secret}"):
        return "alphabet"
    if "b'" in str(sent):  # bytes, or what str makes of them
        return "bytes"
    if f"{user}:{secret}" in str(sent):
        return "base64"
    return "swapped" if sent == basic(f"{secret}:{user}") else "password"


# --- 09-2: what a move left in the logs ---------------------------------------------------------


def log_cases() -> list[Case]:
    """Logs of several sizes, with drawn lines."""
    drawn = dice("lesson-09", "new lines")
    a, b, c = ({"event": next(drawn)[:6]} for _ in range(3))
    cases = [
        Case(({"okta": 0}, {"okta": [a, b]}), [("okta", 1, a), ("okta", 2, b)], "number"),
        Case(({"okta": 1}, {"okta": [a, b]}), [("okta", 2, b)], "old"),
        Case(({"okta": 1}, {"okta": [a]}), [], "old"),
        Case(({"okta": 1}, {"okta": [a], "jira": [b]}), [("jira", 1, b)], "missing"),
        Case(({"okta": 2}, {"okta": [a, b, a, c]}), [("okta", 3, a), ("okta", 4, c)], "old"),
        Case(({}, {"okta": [a], "jira": []}), [("okta", 1, a)], "missing"),
    ]
    for _ in range(3):
        seen, new = (int(next(drawn)[:2], 16) % 5 for _ in range(2))
        lines = [{"event": next(drawn)[:6]} for _ in range(seen + new)]
        want = [("sshd", place, lines[place - 1]) for place in range(seen + 1, seen + new + 1)]
        cases.append(Case(({"sshd": seen}, {"sshd": lines}), want, "old"))
    return cases


def same_lines(result: Any, want: Any) -> bool:
    """Whether two lists hold the same lines; a line may be a list as well as a tuple."""
    return isinstance(result, list) and [tuple(line) for line in result] == want


def found_lines(answer: Tried) -> Verdict:
    """The judge of 09-2."""
    verdict = compare(log_cases, same=same_lines)(answer)
    is_list = not answer.results or isinstance(answer.results[-1], list)
    return verdict if verdict.kind != "differs" or is_list else replace(verdict, mistake="list")


# --- 09-3 to 09-5: moves -----------------------------------------------------------------------

LONGEST_PLAN = 60  # moves


def plan(reached: Callable[[Intruder], bool]) -> Callable[[Any], Verdict]:
    """A judge of a list of moves: they are made in a company of their own, and then `reached` asks.

    Refused moves are no fault where the goal is reached. Where it is not, the first refusal speaks.
    """

    def judge(answer: Any) -> Verdict:
        if not is_plan(answer):
            return Verdict("differs", got=written(answer), mistake="move")
        return played(Intruder(), answer, reached)

    return judge


def is_plan(answer: Any) -> bool:
    """Whether this may be a list of moves."""
    return isinstance(answer, list | tuple) and len(answer) <= LONGEST_PLAN


def played(intruder: Intruder, moves: Any, reached: Callable[[Intruder], bool]) -> Verdict:
    """The verdict on moves: they are made until one cannot be sent, and then `reached` asks."""
    first = None
    for number, move in enumerate(moves, 1):
        result = made(intruder, move)
        if isinstance(result, Verdict):
            said = replace(result, got=f"{result.got} at move {number}")
            return said if first is None else not_reached(first)
        if first is None and not result.allowed:
            first = number, result
    return PASSED if reached(intruder) else not_reached(first)


def made(intruder: Intruder, move: Any) -> Result | Verdict:
    """What came of a move, or what is wrong with it where it cannot be sent."""
    is_move = isinstance(move, list | tuple) and len(move) in (3, 4)
    if not is_move or not all(isinstance(part, str) for part in move):
        sentence = f"no request, because {written(move)} is not a move,"
        return Verdict("differs", got=sentence, mistake="move")
    try:
        return intruder.use(*move)
    except NoSuchMove as impossible:
        mistake = "held" if isinstance(impossible, NotHeld) else "move"
        sentence = f"no request ({str(impossible).rstrip('.')})"
        return Verdict("differs", got=sentence, mistake=mistake)


def not_reached(first: tuple[int, Result] | None) -> Verdict:
    """The verdict on moves that did not reach the goal: the rule that refused first, if one did."""
    if first is None:
        return Verdict("differs", mistake="goal")  # and the sentence says what is missing
    number, result = first
    case = f"move {number}, {written(result.move)}"
    return Verdict("differs", case, f"{result.reason!r} ({result.rule})", mistake=result.rule)


def has_read(intruder: Intruder) -> bool:
    """Whether a ticket was read, and the wiki searched."""
    opened = {result.move[1:3] for result in intruder.results if result.allowed}
    return {("jira", "read"), ("confluence", "search")} <= opened


def comes_back(intruder: Intruder) -> bool:
    """Whether a way back works once the service account of Smartsheet is off."""
    return any(ways_back(intruder, "smartsheet-account").values())


def survives(answer: Any) -> Verdict:
    """The judge of 09-9: moves before an alarm, and moves after it that read source code."""
    is_pair = isinstance(answer, dict) and set(answer) == {"before", "after"}
    if not is_pair or not all(map(is_plan, answer.values())):
        return Verdict("differs", got=written(answer), mistake="lists")
    intruder = WatchedIntruder()
    with redirect_stdout(StringIO()):
        verdict = played(intruder, answer["before"], lambda _: True)
        if verdict != PASSED:
            return verdict
        raise_alarm(intruder)
        intruder.results.clear()  # what comes now is after the alarm
        return played(intruder, answer["after"], has_viewed)


def has_viewed(intruder: Intruder) -> bool:
    """Whether source code was viewed."""
    return any(one.allowed and one.move[1:3] == ("bitbucket", "view") for one in intruder.results)


def carried_out(intruder: Intruder) -> bool:
    """Whether archives are outside: archived into the intruder's own browser, or sent there."""
    out = (("bitbucket", "archive"), ("outside", "send", "server"))
    return any(result.allowed and result.move[1:] in out for result in intruder.results)


REFUSALS = {
    "move": "A move is three strings in round brackets: credential, service, action. From the "
    'server there is a fourth, "server". Use the names in the table.',
    "held": "You do not have that yet: an earlier move must get it. In jira, 'create-user' gets "
    "you lookalike-account, and 'script' gets you the implant. In bitbucket, 'archive' gets you "
    "archives.",
    "reachable": "You cannot get there from where you are. Jira, Confluence and Bitbucket are "
    "behind the gateway: go through it first, for the same service.",
    "recognised": "That service accepts other kinds of credential. The reason says which.",
    "person_present": "Where people sign in, a password on its own is not enough. A service "
    "account has no person with a key behind it.",
    "permitted": "The credential is valid, but it may not do this. Which service was it made for?",
}
OUTWARD = REFUSALS | {
    "reachable": "You cannot get there from where you are. Services behind the gateway require a "
    "pass. Only the server can send to an address outside the company.",
}
AFTERWARDS = {
    "not_contained": "It was stolen, and after the alarm everything stolen is off. Use what you "
    "made yourself.",
    "reachable": "There is no longer a way in from your own browser: the token has been disabled. "
    "Where does a program of yours still run?",
    "recognised": "That service wants somebody's account. The implant is only the place from which "
    "you send.",
    "permitted": "That account may not do this. Viewing is enough: `view` at `bitbucket`.",
    "held": "You do not have that. What you need after the alarm must be made before it: "
    "'create-user' at jira gets you lookalike-account, and 'script' gets you the implant.",
    "person_present": REFUSALS["person_present"],
    "move": REFUSALS["move"],
    "goal": "All doors opened, but after the alarm you have not read any source code: 'view' at "
    "'bitbucket'.",
}
GATEWAY = '("moveworks-token", "gateway", "jira")'
IMPLANTED = f"{GATEWAY}, ('smartsheet-account', 'jira', 'script')"


LEFT = f"{IMPLANTED}, ('smartsheet-account', 'jira', 'create-user')"


def surviving(before: str, after: str) -> str:
    """An answer to 09-9, as code."""
    return f"answer = {{'before': [{before}], 'after': [{after}]}}"


def refused_moves(sentences: dict[str, str], **moves: str) -> dict[str, tuple[str, str]]:
    """The mistakes of an exercise with moves: a rule, its sentence, and moves that it refuses."""
    return {rule: (sentences[rule], f"answer = [{text}]") for rule, text in moves.items()}


# --- 09-6: techniques ---------------------------------------------------------------------------

# What was done -> the techniques that fit, best first.
FITTING: dict[str, tuple[str, ...]] = {
    "service token gets through the gateway": ("T1550.001", "T1133", "T1199"),
    "service account signs in to Jira": ("T1078",),
    "new user is created in Jira": ("T1136",),
    "script runs on Jira's server": ("T1059", "T1505"),
    "console server is tried": ("T1021",),
    "repositories are viewed": ("T1213.003",),
    "repositories are archived on the server": ("T1074.001", "T1560.001"),
    "archives are sent outside": ("T1041",),
}
MENU = tuple(
    sorted({name for fitting in FITTING.values() for name in fitting} | {"T1098", "T1552"})
)
ATTACK = "\n".join(
    ["attack = {", *(f'    "{act}": "{fitting[0]}",' for act, fitting in FITTING.items()), "}"]
)
CONFUSED = {
    ("new user is created in Jira", "T1098"): "manipulation",
    ("repositories are archived on the server", "T1041"): "left",
    ("service token gets through the gateway", "T1078"): "account",
    ("repositories are archived on the server", "T1213.003"): "archived",
}


def tagged(answer: Any) -> Verdict:
    """The judge of 09-6."""
    if not isinstance(answer, dict) or answer.keys() != FITTING.keys():
        return Verdict("differs", got=written(answer), mistake="keys")
    for act, fitting in FITTING.items():
        chosen = answer[act]
        if chosen not in fitting:
            name = (act, chosen) if isinstance(chosen, str) else (act, "")
            mistake = CONFUSED.get(name, "other" if chosen in MENU else "menu")
            return Verdict("differs", act, written(chosen), mistake=mistake)
    return PASSED


def but(act: str, technique: str) -> str:
    """The answer of 09-6 with one technique changed."""
    return ATTACK.replace(f'"{act}": "{FITTING[act][0]}"', f'"{act}": "{technique}"').replace(
        "attack =", "answer ="
    )


# --- 09-7: a session from two places ------------------------------------------------------------


def event(
    session: str, address: str, result: str = "SUCCESS", who: str = "a.lindqvist"
) -> dict[str, Any]:
    """An event of the Okta System Log, its members that matter here."""
    return {
        "eventType": "user.authentication.sso",
        "authenticationContext": {"externalSessionId": session},
        "outcome": {"result": result},
        "client": {"ipAddress": address},
        "actor": {"alternateId": f"{who}@company.example"},
    }


def roaming_cases() -> list[Case]:
    """Events of drawn sessions; the coarse mistakes come first."""
    drawn = dice("lesson-09", "sessions")
    s, t, u = (f"102{next(drawn)}" for _ in range(3))
    home, train, thief = "192.0.2.13", "192.0.2.77", "203.0.113.66"
    cases = [
        ([event(s, home), event(s, home)], set(), "events", "one session, twice at one address"),
        (
            [event(s, home), event(t, thief)],
            set(),
            "people",
            "two sessions of one person, each at its own address",
        ),
        ([event(s, home), event(s + "7", thief)], set(), "people", "two sessions, nearly alike"),
        ([event(s, home), event(s, thief)], {s}, "set", "one session at two addresses"),
        (
            [event(s, home), event(s, thief, "FAILURE")],
            {s},
            "refused",
            "a session that was refused at its second address",
        ),
        (
            [event(s, home), event(s, train)],
            {s},
            "known",
            "two addresses that nobody has called bad",
        ),
        (
            [event(s, home), event(s, train), event(s, thief), event(s, home)],
            {s},
            "more",
            "one session at three addresses",
        ),
        ([], set(), "set", "no events"),
        (
            [event(s, home), event(t, home), event(u, train), event(t, thief), event(t, home)],
            {t},
            "events",
            "three sessions, five events",
        ),
        (
            [event(s, home), event(t, train, who="b"), event(t, thief, who="b"), event(s, train)],
            {s, t},
            "set",
            "two sessions, both at two addresses",
        ),
    ]
    return [Case((events,), want, mistake, words) for events, want, mistake, words in cases]


def same_set(result: Any, want: Any) -> bool:
    return isinstance(result, set | frozenset) and set(result) == want


def found_sessions(answer: Tried) -> Verdict:
    """The judge of 09-7."""
    verdict = compare(roaming_cases, same=same_set)(answer)
    is_set = not answer.results or isinstance(answer.results[-1], set | frozenset)
    return verdict if verdict.kind != "differs" or is_set else replace(verdict, mistake="type")


# --- 09-8: eviction -----------------------------------------------------------------------------

_NAMES = {*EXPOSED, "lookalike-account", "implant"}


# --- 09-10: the session, ridden ------------------------------------------------------------------

OWNERS_AGENT = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:109.0) Gecko/20100101 Firefox/118.0"
)


def disguised(disguise: Any) -> Verdict:
    """The judge of 09-10: the fewest fields that a thief can differ in who is not on the owner's
    laptop."""
    if not isinstance(disguise, dict) or set(disguise) != {"address", "agent"}:
        return Verdict("differs", got=written(disguise), mistake="form")
    address, agent = disguise["address"], disguise["agent"]
    if not isinstance(address, str) or not isinstance(agent, str):
        return Verdict("differs", got=written(disguise), mistake="form")
    try:
        found = fields_that_differ(address, agent)
    except ValueError:
        return Verdict("differs", got=written(address), mistake="address")
    got = counted(sum(map(len, found.values())), "field that differs", "fields that differ")
    if address == owner()[0]:
        return Verdict("differs", got=got, mistake="laptop")
    for about, mistake in (("browser", "agent"), ("network", "network")):
        if about in found:
            return Verdict("differs", got=got, mistake=mistake)
    return PASSED


def evicted(answer: object) -> str | None:
    chosen = {str(name) for name in answer} if isinstance(answer, set | list | tuple) else {""}
    if not chosen <= _NAMES:
        return "words"
    works = footholds(*chosen)
    for way, mistake in (
        ("implant", "implant"),
        ("look-alike user", "look-alike"),
        ("service account", "service"),
    ):
        if works[way]:
            return mistake
    return None if len(chosen) == 2 else "too many"


# --- the target ---------------------------------------------------------------------------------


EXERCISES = (
    Exercise(
        "09-1",
        "function",
        carries,
        "From now on, your function makes the headers for every request that the intruder sends. "
        "No door asks who is sending it.",
        {
            "service-token": (
                "A service token goes into two headers: cf-access-client-id has the user, and "
                "cf-access-client-secret has the secret.",
                altered(CARRY, ('"cf-access-client-id": user, ', "")),
            ),
            "access-key": (
                "An access key goes unchanged into its own header, x-access-key.",
                altered(CARRY, ('{"x-access-key": secret}', '{"x-access-key": user}')),
            ),
            "kind": (
                "Return a dictionary that maps header names to values.",
                wrong("answer = lambda kind, user, secret: secret"),
            ),
            "bytes": (
                "b64encode returns bytes. Turn them into a string: b64encode(pair).decode().",
                altered(
                    CARRY, ('"Basic " + b64encode(pair).decode()', 'f"Basic {b64encode(pair)}"')
                ),
            ),
            "base64": (
                "Basic requires the user, a colon and the secret in Base64 (RFC 7617, 2): "
                "b64encode(pair).decode().",
                altered(CARRY, ("b64encode(pair).decode()", "pair.decode()")),
            ),
            "alphabet": (
                "Basic uses the standard Base64 alphabet, with + and / (RFC 4648, 4). b64encode "
                "uses it; urlsafe_b64encode uses a different one.",
                altered(
                    CARRY,
                    ("b64encode(pair).decode()", "b64encode(pair, altchars=b'-_').decode()"),
                ),
            ),
            "swapped": (
                "The user comes first, then the colon, then the secret.",
                altered(CARRY, ("{user}:{secret}", "{secret}:{user}")),
            ),
            "password": (
                "A password goes into the authorization header: the word Basic, a space, and "
                "then user:secret, unchanged, in Base64.",
                altered(CARRY, ('"Basic "', '"Bearer "')),
            ),
        },
        (
            "There are three kinds, so you need two `if` tests. What is left is a password.",
            'For a password: pair = f"{user}:{secret}".encode(). The value is "Basic " + '
            "b64encode(pair).decode().",
        ),
        CARRY,
    ),
    Exercise(
        "09-2",
        "function",
        found_lines,
        "After each move you now see what the defender sees, no more and no less.",
        {
            "list": (
                "Return a list of (name, number, line). A function with `yield` returns a "
                "generator, not a list.",
                altered(NEW_LINES, ("return new", "return iter(new)")),
            ),
            "old": (
                "The first before[name] lines of that log were already there. Return only the "
                "later ones, each with its place in the whole log as its number.",
                altered(NEW_LINES, ("number > before.get(name, 0)", "number")),
            ),
            "missing": (
                "A log that had no lines earlier is not in `before`. In that case "
                "before.get(name, 0) returns 0.",
                altered(NEW_LINES, ("before.get(name, 0)", "before[name]")),
            ),
            "number": (
                "The number is the line's place in its log, counted from 1, as in a file: "
                "(name, number, line).",
                altered(NEW_LINES, ("enumerate(lines, 1)", "enumerate(lines)")),
            ),
        },
        (
            "Go through logs.items(), and through the lines of each log with enumerate(lines, 1).",
            "A line is new if number > before.get(name, 0). Append (name, number, line) to a list.",
        ),
        NEW_LINES,
    ),
    Exercise(
        "09-3",
        "value",
        plan(has_read),
        "You are behind the gateway and you can read what is there. Two valid credentials were "
        "enough, and no door asked for a person.",
        refused_moves(
            REFUSALS,
            move="'moveworks-token at the gateway'",
            held="('lookalike-account', 'jira', 'sign-in')",
            reachable="('smartsheet-account', 'jira', 'sign-in')",
            recognised="('aws-account', 'gateway', 'jira')",
            person_present="('smartsheet-account', 'okta', 'sign-in')",
            permitted=f"{GATEWAY}, ('bitbucket-account', 'jira', 'sign-in')",
        )
        | {
            "goal": (
                "All doors opened, but you have not reached the goal: you must read a ticket at "
                "jira (`read`) and search the wiki at confluence (`search`). The gateway's pass is "
                "valid for only one service.",
                f"answer = [{GATEWAY}, ('smartsheet-account', 'jira', 'read')]",
            ),
        },
        (
            "One of the four opens the gateway. You saw which.",
            "The pass is valid for only one service. After ('moveworks-token', 'gateway', 'jira') "
            "comes a move at 'jira'. For 'confluence', go through the gateway again.",
        ),
        code("""
            moves = [
                ("moveworks-token", "gateway", "jira"),
                ("smartsheet-account", "jira", "read"),
                ("moveworks-token", "gateway", "confluence"),
                ("smartsheet-account", "confluence", "search"),
            ]
        """),
    ),
    Exercise(
        "09-4",
        "value",
        plan(comes_back),
        "The account is off, but something of yours still works, for now. Defenders who stop at "
        "the account that they know about have not finished.",
        refused_moves(
            REFUSALS,
            move="('smartsheet-account', 'jira', 'make-user')",
            held="('implant', 'console', 'connect', 'server')",
            reachable="('smartsheet-account', 'jira', 'create-user')",
            recognised="('moveworks-token', 'dashboard', 'sign-in')",
            person_present="('smartsheet-account', 'dashboard', 'sign-in')",
            permitted=f"{GATEWAY}, ('bitbucket-account', 'jira', 'create-user')",
        )
        | {
            "goal": (
                "All doors opened, but you have not reached the goal: nothing of yours stays when "
                "that account is off, and any rights that you gave it end with it. Leave something "
                "that does not depend on the account.",
                f"answer = [{GATEWAY}, ('smartsheet-account', 'jira', 'add-to-admins')]",
            ),
        },
        (
            "Look in the table for what smartsheet-account may do in Jira. Two of the actions "
            "leave something behind.",
            "'create-user' creates an account that is yours. 'script' puts your program on the "
            "server. Either is enough; the gateway comes first.",
        ),
        code("""
            stay = [
                ("moveworks-token", "gateway", "jira"),
                ("smartsheet-account", "jira", "create-user"),
                ("smartsheet-account", "jira", "script"),
            ]
        """),
    ),
    Exercise(
        "09-9",
        "value",
        survives,
        "What was stolen is off, and you still read source code: the implant is the way in, the "
        "look-alike user has the rights. Neither would have been enough alone.",
        {
            rule: (AFTERWARDS[rule], surviving(before, after))
            for rule, before, after in (
                ("not_contained", LEFT, "('bitbucket-account', 'bitbucket', 'view', 'server')"),
                ("reachable", LEFT, "('lookalike-account', 'bitbucket', 'view')"),
                ("recognised", LEFT, "('implant', 'bitbucket', 'view', 'server')"),
                ("permitted", LEFT, "('lookalike-account', 'bitbucket', 'archive', 'server')"),
                ("person_present", LEFT, "('lookalike-account', 'okta', 'sign-in')"),
                ("held", IMPLANTED, "('lookalike-account', 'bitbucket', 'view', 'server')"),
                ("move", LEFT, "('lookalike-account', 'bitbucket', 'look', 'server')"),
                ("goal", LEFT, "('lookalike-account', 'jira', 'sign-in', 'server')"),
            )
        }
        | {
            "lists": (
                "survive is a dictionary with two lists of moves: {'before': [...], 'after': "
                "[...]}.",
                f"answer = [{LEFT}]",
            ),
        },
        (
            "Two things outlast the alarm: an account that you create, and a program that runs on "
            "the server. What does each of them lack?",
            "Before: the gateway, 'create-user', 'script'. After: lookalike-account, with "
            '"server" as the fourth part.',
        ),
        code("""
            survive = {
                "before": [
                    ("moveworks-token", "gateway", "jira"),
                    ("smartsheet-account", "jira", "create-user"),
                    ("smartsheet-account", "jira", "script"),
                ],
                "after": [("lookalike-account", "bitbucket", "view", "server")],
            }
        """),
    ),
    Exercise(
        "09-5",
        "value",
        plan(carried_out),
        "An archive is outside. If you fetched it through the gateway, Bitbucket logged your "
        "address. If you archived it on the server and sent it from there, Bitbucket logged the "
        "server's.",
        refused_moves(
            OUTWARD,
            move="('archives', 'outside')",
            held="('archives', 'outside', 'send', 'server')",
            reachable="('bitbucket-account', 'bitbucket', 'archive')",
            recognised=f"{IMPLANTED}, ('implant', 'bitbucket', 'archive', 'server')",
            person_present="('smartsheet-account', 'okta', 'sign-in')",
            permitted=f"{IMPLANTED}, ('smartsheet-account', 'bitbucket', 'archive', 'server')",
        )
        | {
            "goal": (
                "All doors opened, but you have not reached the goal: no archive is outside. "
                "Viewing is not archiving. What is archived from the server stays there until it "
                "is sent.",
                f"answer = [{IMPLANTED}, ('bitbucket-account', 'bitbucket', 'archive', 'server')]",
            ),
        },
        (
            "'archive' at 'bitbucket' does that. The archive ends up wherever you "
            "requested it from.",
            "Go through the gateway for 'bitbucket' and archive into your browser. Or use "
            "'script' at 'jira', then 'archive' and 'send' with \"server\" as the fourth part.",
        ),
        code("""
            out = [
                ("moveworks-token", "gateway", "jira"),
                ("smartsheet-account", "jira", "script"),
                ("bitbucket-account", "bitbucket", "archive", "server"),
                ("archives", "outside", "send", "server"),
            ]
        """),
    ),
    Exercise(
        "09-6",
        "value",
        tagged,
        "These ids mean the same thing to everybody who reads ATT&CK. If two fit, say which one "
        "you mean, and why.",
        {
            "keys": (
                "Keep all eight actions on the left as they are, and write an id next to each.",
                "answer = {'the gateway': 'T1078'}",
            ),
            "menu": (
                "Write one of the ids from the list, such as T1078.",
                but("console server is tried", "TA0008"),
            ),
            "manipulation": (
                "Account Manipulation changes an existing account. Here a new account is created.",
                but("new user is created in Jira", "T1098"),
            ),
            "left": (
                "What is archived has not left yet. Here the archives are on the company's server.",
                but("repositories are archived on the server", "T1041"),
            ),
            "archived": (
                "It is code from a repository, but that is true of viewing too. What is done "
                "with the copies on the server?",
                but("repositories are archived on the server", "T1213.003"),
            ),
            "account": (
                "At the gateway a token is presented, not an account. The account signs in to "
                "Jira, which is a separate action here. What does the token stand in for?",
                but("service token gets through the gateway", "T1078"),
            ),
            "other": (
                "Ask how it was done, and read the names in the list once more.",
                but("repositories are viewed", "T1552"),
            ),
        },
        (
            "A tactic says why, a technique says how. Begin with the techniques that name what is "
            "used: account, script, repository.",
            "The gateway: something other than a password was presented. The console: a remote "
            "service. Packing on the server: data is staged.",
        ),
        ATTACK,
    ),
    Exercise(
        "09-7",
        "function",
        found_sessions,
        "It finds the stolen session, but also people on trains. Lesson 10 tells them apart.",
        {
            "type": (
                "Return a set: {'102...'}, or set() if there is no such session.",
                altered(ROAMING, ("return {", "return list({"), ("> 1}", "> 1})")),
            ),
            "set": (
                "Return all the sessions that were used from more than one address.",
                altered(ROAMING, ("> 1", "> 9")),
            ),
            "events": (
                "Count addresses, not events. A set keeps each address once.",
                altered(ROAMING, ("set()).add(", "[]).append(")),
            ),
            "people": (
                "The question is about sessions: use externalSessionId, unchanged.",
                altered(
                    ROAMING,
                    (
                        'event["authenticationContext"]["externalSessionId"]',
                        'event["actor"]["alternateId"]',
                    ),
                ),
            ),
            "refused": (
                "A refused attempt from elsewhere counts too, and is even more interesting.",
                altered(
                    ROAMING,
                    (
                        "        session =",
                        '        if event["outcome"]["result"] == "FAILURE":\n'
                        "            continue\n        session =",
                    ),
                ),
            ),
            "more": (
                "Three addresses are also more than one: len(seen) > 1.",
                altered(ROAMING, ("len(seen) > 1", "len(seen) == 2")),
            ),
            "known": (
                "Nobody gives you a list of bad addresses. Two different ones are enough.",
                altered(ROAMING, ("len(seen) > 1", "'203.0.113.66' in seen and len(seen) > 1")),
            ),
        },
        (
            "Build a dictionary that maps each session to the set of its addresses.",
            "places.setdefault(session, set()).add(address) keeps each address once.",
        ),
        ROAMING,
    ),
    Exercise(
        "09-8",
        "value",
        evicted,
        "Two are enough: the token that both accounts depend on, and the implant. In a real "
        "incident, switch off all of them. This exercise shows what depends on what.",
        {
            "service": (
                "The service account still gets in, through the gateway and into Jira.",
                "answer = {'lookalike-account', 'implant'}",
            ),
            "look-alike": (
                "The look-alike user still gets in. It was created to be a way back.",
                "answer = {'smartsheet-account', 'implant'}",
            ),
            "implant": (
                "The implant still calls out. It runs on the server and needs no account.",
                "answer = {'moveworks-token'}",
            ),
            "too many": (
                "None of them works any more, but a smaller set would do. What do the two "
                "accounts have in common?",
                "answer = {'smartsheet-account', 'lookalike-account', 'implant'}",
            ),
            "words": (
                "Give a set of names from the list, such as {'implant', 'aws-account'}.",
                "answer = {'the firewall'}",
            ),
        },
        (
            "Three removals are enough, one for each way back. Can you do it with two?",
            "Both accounts come in through the gateway. What do they use to get through it?",
        ),
        "answer = {'moveworks-token', 'implant'}",
    ),
    Exercise(
        "09-10",
        "value",
        disguised,
        "Half of the fields are the owner's now. What is left depends on the address, from which "
        "this person has never worked before.",
        {
            "agent": (
                "The browser still differs. Nobody has to guess a user agent: a stolen HAR file "
                "has the owner's, and the cell above prints it. Take all of it.",
                """answer = {"address": "192.0.2.77", "agent": "Firefox/118.0"}""",
            ),
            "network": (
                "The network still differs. Come from an address in the network of the company's "
                "people.",
                f"""answer = {{"address": "203.0.113.66", "agent": {OWNERS_AGENT!r}}}""",
            ),
            "laptop": (
                "That is the owner's laptop, and you are not on it. Take another address.",
                f"""answer = {{"address": "192.0.2.13", "agent": {OWNERS_AGENT!r}}}""",
            ),
            "address": (
                "A machine's address is four numbers with dots between them, such as 203.0.113.66.",
                """answer = {"address": "next door", "agent": "Firefox/118.0"}""",
            ),
            "form": (
                "disguise is a dictionary with two strings: {'address': '...', 'agent': '...'}.",
                'answer = "192.0.2.77"',
            ),
        },
        (
            "Try one change at a time with attack_chain.ride(address, agent): which fields go?",
            "The user agent is the one that the cell above prints. The address is in "
            "192.0.2.0/24, like 192.0.2.77.",
        ),
        f"""disguise = {{"address": "192.0.2.77", "agent": {OWNERS_AGENT!r}}}""",
    ),
)


_BEHIND = (
    "This assumes that an account opens everything it has rights to. Jira and Bitbucket are behind "
    "the gateway, and the account cannot get through the gateway."
)

PREDICTIONS = (
    GridRow(
        "09-p1",
        "You have a browser on the internet and only one of the four credentials. Does it open any "
        "of the company's doors?",
        columns_of(EXPOSED),
        "oxxo",
        {
            "moveworks-token": (
                "This assumes that a token made for one application opens nothing else. It opens "
                "the gateway, and that is a door."
            ),
            "smartsheet-account": _BEHIND,
            "bitbucket-account": _BEHIND,
            "aws-account": (
                "This assumes that all the company's doors are behind its gateway. The cloud can "
                "be reached from anywhere."
            ),
        },
        "Two of the accounts open nothing here on their own: there is no way to Jira or Bitbucket "
        "from outside. So the token, which opens one door but nothing behind it, is the bridge. A "
        "list of credentials sorted by their rights would not put it first.",
    ),
    Prediction(
        "09-p5",
        "With `smartsheet-account` you created a user and installed an implant. Then you added "
        "the account to an administrators group, and an alarm went off. 40 minutes later you come "
        "back with a new browser, straight from the internet. Which ways back still work: the "
        "service account, the look-alike user, the implant?",
        {
            "a": Guess(
                "all three: nobody reacts within an hour",
                [True, True, True],
                "This assumes that an account keeps working for a while after it is switched off. "
                "In this model, the account is checked on every request.",
            ),
            "b": Guess(
                "the look-alike user and the implant: both are new",
                [False, True, True],
                "This assumes that each way back works on its own. The look-alike user still "
                "exists. But it came in through the gateway with the stolen token, and the token "
                "is off.",
            ),
            "c": Guess("only the implant", [False, False, True]),
            "d": Guess(
                "none: all of it came from the account that is off",
                [False, False, False],
                "This assumes that an implant needs the account that installed it. It is a program "
                "on the server and runs by itself.",
            ),
        },
        "What was stolen is on the company's lists and is switched off first: the account, and the "
        "token that both accounts came in with. What the intruder created still has to be found; "
        "and the implant calls out to its owner, so it needs no gateway.",
    ),
)
