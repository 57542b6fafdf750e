"""What the exercises of lesson 09 are tried with."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import redirect_stdout
from functools import partial
from io import StringIO
from typing import Any, NamedTuple

from labutils.classroom.judging import Tried, written
from labutils.classroom.trying import Call, Observed, Raised, Trial, calls, seen
from labutils.lab import dice
from labutils.stage.intruder import FRONT, Intruder, NoSuchMove, NotHeld, Result, ways_back

from .attack_chain import fields_that_differ, owner
from .watched_company import WatchedIntruder, raise_alarm


def of_type(kinds: tuple[type, ...], answer: Tried, *arguments: Any) -> Any:
    """What an answer returns; in words, where it is of none of these types."""
    result = answer(*arguments)
    return result if result is None or isinstance(result, kinds) else f"a {type(result).__name__}"


# --- how a credential is carried (09-1) -----------------------------------------------------------


def try_carry(answer: Tried) -> Trial:
    """Credentials of each kind, with drawn users and secrets, and once more from the last to the
    first."""
    credentials = [*rows()]
    for usual, (kind, user, secret) in [("", one) for one in credentials] + [
        ("again", one) for one in reversed(credentials)
    ]:
        headers = seen(answer, kind, user, secret)
        about = kind
        if isinstance(headers, dict):
            about = "bytes" if any(isinstance(it, bytes) for it in headers.values()) else kind
            headers = {str(name).lower(): text for name, text in headers.items()}
        elif headers is not None and not isinstance(headers, Raised):
            about = "kind"
        case = f"{kind!r}, {user!r}, {secret!r}"
        yield Observed(case, headers, about, usual or ("" if secret else "edge"))


def rows() -> Iterator[tuple[str, str, str]]:
    """Kind, user and secret of credentials."""
    drawn = dice("lesson-09", "carry")
    kinds = ("service-token", "access-key", "password", "password", "service-token")
    for kind in kinds:
        yield kind, f"svc-{next(drawn)[:5]}", next(drawn)
    for kind in dict.fromkeys(kinds):
        yield kind, "Svc/Ada", f"Key:{next(drawn)}=="
    for kind in dict.fromkeys(kinds):
        yield kind, "zoë", " wörd "
    for text in ("???>>>~~~", "x" * 90, ":", ""):
        yield "password", "zoë", text


# --- what a move left in the logs (09-2) ----------------------------------------------------------


def try_new_lines(answer: Tried) -> Trial:
    """Logs of several sizes, one of them large, with drawn lines."""
    yield from calls(Tried(partial(of_type, (list,), answer)), logs())


def logs() -> Iterator[Call]:
    """How many lines there were before, and logs with drawn lines."""
    drawn = dice("lesson-09", "new lines")

    def call(before: Any, logs: Any, about: str, usual: str = "", words: str = "") -> Call:
        parts = {"str": "list", "NoneType": "list", "list": about, "Raised": about}
        return Call((before, logs), words, parts, usual)

    a, b, c = ({"event": next(drawn)[:6]} for _ in range(3))
    yield call({"okta": 0}, {"okta": [a, b]}, "number")
    yield call({"okta": 1}, {"okta": [a, b]}, "old")
    yield call({"okta": 1}, {"okta": [a]}, "old")
    yield call({"okta": 1}, {"okta": [a], "jira": [b]}, "missing")
    yield call({"okta": 2}, {"okta": [a, b, a, c]}, "old")  # one line comes twice
    yield call({}, {"okta": [a], "jira": []}, "missing", "edge")
    for _ in range(3):
        earlier, later = (int(next(drawn)[:2], 16) % 5 for _ in range(2))
        lines = [{"event": next(drawn)[:6]} for _ in range(earlier + later)]
        yield call({"sshd": earlier}, {"sshd": lines}, "old")
    both = {"jira": [a, b, c], "okta": [c, b, a]}
    yield call({"jira": 2, "okta": 1}, both, "old")
    yield call({"jira": 0, "okta": 3}, both, "old")
    yield call({}, {}, "missing", "edge")
    many = {f"log {number}": [a, b, c] for number in range(100, 300)}
    words = f"{len(many)} logs of three lines, of which each had one"
    yield call(dict.fromkeys(many, 1), many, "old", "large", words)
    words = "a log of 700 lines, of which it had 300"
    yield call({"okta": 300}, {"okta": [a, b] * 350}, "old", "large", words)


# --- a way in (09-11) -----------------------------------------------------------------------------

ANY_DOORS = {*FRONT, ("gateway", "confluence"), ("gateway", "bitbucket")}
WAY = (("gateway", "jira"), ("jira", "sign-in"))
ALARM = 3  # refusals of one credential that are logged


class TwoDoors:
    """A company in which one credential opens the gateway, and one opens Jira behind it. It notes
    each knock."""

    def __init__(self, gate: str, account: str):
        self.keys = dict(zip(WAY, (gate, account), strict=True))
        self.is_open: set[tuple[str, str]] = set()
        self.refused: list[str] = []  # the credential of each refusal that a log holds
        self.late = 0  # knocks at a door that is open

    def use(self, credential: str, service: str, action: str, origin: str = "browser") -> Any:
        """As Intruder.use, as far as one asks whether a door opened."""
        door = (service, action)
        if door not in ANY_DOORS:
            raise NoSuchMove(f"There is no door {service}/{action}.")
        is_silent = service not in {"gateway", "okta", "dashboard", "aws"} and not self.is_open
        self.late += door in self.is_open
        allowed = credential == self.keys.get(door) and not is_silent and origin == "browser"
        if allowed:
            self.is_open.add(door)
        elif not is_silent:
            self.refused.append(credential)
        return Knock(allowed, [] if is_silent else [(service, len(self.refused), {})])


class Knock(NamedTuple):
    """What came of a knock."""

    allowed: bool
    lines: list[Any]


def try_way_in(answer: Tried) -> Trial:
    """Companies whose keys were drawn, each once and then once more from the last to the first."""
    tried = [*companies()]
    for usual, (words, gate, account, held, about) in [("", one) for one in tried] + [
        ("again", one) for one in reversed(tried)
    ]:
        doors = TwoDoors(gate, account)
        result = seen(answer, doors.use, list(held))
        moves: Any = result
        if isinstance(result, list):
            moves = [tuple(move) if isinstance(move, list | tuple) else move for move in result]
        elif not isinstance(result, Raised):
            moves = f"a {type(result).__name__}"
        large = "large" if len(held) > 100 else "" if len(held) > 1 else "edge"
        kind = {"str": "list", "list": about, "Raised": about}
        yield Observed(f"{words}: what it returns", moves, kind, usual or large)
        counts = Counter(doors.refused)
        rang = any(count >= ALARM for count in counts.values())
        yield Observed(f"{words}: whether an alarm rings", rang, "alarm", usual or "refused")
        late = f"{words}: knocks at doors that were open already"
        yield Observed(late, doors.late, "stop", usual or "refused")


def companies() -> Iterator[tuple[str, str, str, tuple[str, ...], str]]:
    """In words, who opens the gateway, who opens Jira, what is held, and what a case is about."""
    drawn = dice("lesson-09", "two doors")
    a, b, c, d = (f"key-{next(drawn)[:5]}" for _ in range(4))
    yield "the first and the second open", a, b, (a, b, c, d), "given"
    yield "the last opens the gateway, the first opens Jira", d, a, (a, b, c, d), "order"
    yield "one credential opens both", c, c, (a, b, c, d), "order"
    yield "the third, and then the second", c, b, (d, b, c, a), "order"
    yield "nothing opens the gateway", "lost", b, (a, b, c, d), "allowed"
    yield "nothing opens Jira", b, "lost", (a, b, c, d), "none"
    yield "one credential, which opens the gateway", a, b, (a,), "none"
    yield "nothing is held", a, b, (), "none"
    many = tuple(f"key-{number}" for number in range(300))
    yield "300 credentials", many[211], many[17], many, "order"


# --- an alarm (09-12) -----------------------------------------------------------------------------


def try_wakes(answer: Tried) -> Trial:
    """Histories and rows of drawn programs and people."""
    yield from calls(Tried(partial(of_type, (list,), answer)), nights())


def nights() -> Iterator[Call]:
    """History and rows, each with what is tried in words."""
    drawn = dice("lesson-09", "nights")
    token, bot, job = (f"{next(drawn)[:4]}-token" for _ in range(3))
    home, other, thief = "192.0.2.14", "192.0.2.140", "203.0.113.66"

    def row(who: str, ip: str, kind: str = "program", log: str = "jira") -> dict[str, str]:
        time = f"11-14 {int(next(drawn)[:2], 16) % 24:02}:00"
        return {"time": time, "log": log, "who": who, "kind": kind, "ip": ip, "door": "jira/read"}

    def call(words: str, about: str, history: list[Any], *rows: Any, usual: str = "") -> Call:
        parts = {"str": "list", "NoneType": "list", "list": about, "Raised": about}
        return Call((history, [*rows]), words, parts, usual)

    known = [row(token, home), row(bot, other), row(token, home)]
    yield call("a program at home", "whose", known, row(token, home))
    yield call("a program elsewhere", "list", known, row(token, thief))
    yield call("elsewhere and back", "each", known, row(token, thief), row(token, home))
    yield call("a person elsewhere", "people", known, row("ada", thief, "person"))
    person = [*known, row("ada", home, "person")]
    yield call("a person who travels", "people", person, row("ada", other, "person"))
    yield call("at another program's address", "whose", known, row(token, other))
    yield call("at a person's address", "whose", person, row(bot, home), row(bot, other))
    two = [row(token, home), row(token, other)]
    yield call("a program with two homes", "one", two, row(token, home), row(token, other))
    yield call("a program that is new", "unknown", known, row(job, home))
    yield call("twice from the same address", "each", known, row(token, thief), row(token, thief))
    yield call("an address that begins another", "part", [row(token, other)], row(token, home))
    yield call("an address that another begins", "part", [row(token, home)], row(token, other))
    yield call("an address and a space", "part", known, row(token, f"{home} "))
    kinds = ("programmer", "prog", "Program", "program ", "", "printer")
    others = [row(job, thief, kind) for kind in kinds]
    yield call("kinds that are neither", "people", known, *others, row(job, thief))
    yield call("another log", "list", known, row(token, thief, log="cloudtrail"))
    yield call("no history", "unknown", [], row(token, home), usual="edge")
    yield call("no rows", "list", known, usual="edge")
    crowd = [row(f"bot-{n}", f"198.51.100.{n % 250}") for n in range(300)]
    moved = [row(f"bot-{n}", f"198.51.100.{(n + n // 299) % 250}") for n in range(300)]
    yield call("300 programs, one of which moved", "whose", crowd, *moved, usual="large")


# --- moves (09-4, 09-5, 09-9) -------------------------------------------------------------------

LONGEST_PLAN = 60  # moves
# What can stop moves, each a mistake of its own: the rules of the model, a move that cannot be
# sent, and that all doors opened and the goal was not reached.
STOPS = {"reachable", "recognised", "person_present", "permitted", "held", "move", "goal"}
STOPPED = {stop: stop for stop in STOPS}


def try_stay(moves: Any) -> Trial:
    """The moves, and whether a way back is left without the service account."""
    return try_plan(moves, comes_back)


def try_out(moves: Any) -> Trial:
    """The moves, and whether an archive is outside."""
    return try_plan(moves, carried_out)


def try_plan(moves: Any, reached: Callable[[Intruder], bool]) -> Trial:
    """Moves in a company of their own: what stops them on the way to a goal."""
    yield Observed("a list of moves", is_plan(moves), "move")
    yield Observed("what stops the moves", stopped(Intruder(), moves, reached), STOPPED)


def try_survive(survive: Any) -> Trial:
    """Moves before an alarm, and moves after it that read source code."""
    is_pair = isinstance(survive, dict) and set(survive) == {"before", "after"}
    yield Observed("two lists of moves", is_pair and all(map(is_plan, survive.values())), "lists")
    intruder = WatchedIntruder()
    with redirect_stdout(StringIO()):
        before = stopped(intruder, survive["before"], lambda _: True)
        raise_alarm(intruder)
    yield Observed("what stops the moves before the alarm", before, STOPPED)
    intruder.results.clear()  # what comes now is after the alarm
    with redirect_stdout(StringIO()):
        after = stopped(intruder, survive["after"], has_viewed)
    about = {**STOPPED, "not_contained": "not_contained"}
    yield Observed("what stops the moves after the alarm", after, about)


def is_plan(answer: Any) -> bool:
    """Whether this may be a list of moves."""
    return isinstance(answer, list | tuple) and len(answer) <= LONGEST_PLAN


def stopped(
    intruder: Intruder, moves: Iterable[Any], reached: Callable[[Intruder], bool]
) -> dict[str, str]:
    """What stops moves on the way to a goal, with what it says; nothing if the goal is reached.

    Moves are made until one cannot be sent. Refused moves are no fault where the goal is reached.
    Where it is not, the first refusal speaks.
    """
    first: dict[str, str] = {}
    for number, move in enumerate(moves, 1):
        result = use(intruder, move)
        if not isinstance(result, Result):
            stop, reason = result
            return first or {stop: f"{reason}, at move {number}"}
        if not first and not result.allowed:
            first = {result.rule: f"move {number}, {written(result.move)}: {result.reason}"}
    return {} if reached(intruder) else first or {"goal": ""}


def use(intruder: Intruder, move: Any) -> Result | tuple[str, str]:
    """What came of a move, or why it cannot be sent."""
    is_move = isinstance(move, list | tuple) and len(move) in (3, 4)
    if not is_move or not all(isinstance(part, str) for part in move):
        return "move", f"{written(move)} is not a move"
    try:
        return intruder.use(*move)
    except NoSuchMove as impossible:
        stop = "held" if isinstance(impossible, NotHeld) else "move"
        return stop, str(impossible).rstrip(".")


def comes_back(intruder: Intruder) -> bool:
    """Whether a way back works once the service account of Smartsheet is off."""
    return any(ways_back(intruder, "smartsheet-account").values())


def has_viewed(intruder: Intruder) -> bool:
    """Whether source code was viewed."""
    return any(one.allowed and one.move[1:3] == ("bitbucket", "view") for one in intruder.results)


def carried_out(intruder: Intruder) -> bool:
    """Whether archives are outside: archived into the intruder's own browser, or sent there."""
    out = (("bitbucket", "archive"), ("outside", "send", "server"))
    return any(result.allowed and result.move[1:] in out for result in intruder.results)


# --- techniques (09-6) ----------------------------------------------------------------------------

MENU = (
    *("T1021", "T1041", "T1059", "T1074.001", "T1078", "T1098", "T1136"),
    *("T1213.003", "T1505", "T1550.001", "T1552", "T1560.001", "T1133", "T1199"),
)
# Techniques that fit the same action: the first says it best.
SAME = {
    "T1133": "T1550.001",
    "T1199": "T1550.001",
    "T1505": "T1059",
    "T1560.001": "T1074.001",
}
CONFUSED = {
    "new user is created in Jira": {"T1098": "manipulation"},
    "repositories are archived on the server": {"T1041": "left", "T1213.003": "archived"},
    "service token gets through the gateway": {"T1078": "account"},
}


def try_attack(attack: Any) -> Trial:
    """The actions, and then the technique of each."""
    actions = sorted(map(str, attack)) if isinstance(attack, dict) else []
    yield Observed("the actions", actions, "keys")
    for action in actions:
        chosen = attack[action]
        technique = SAME.get(chosen, chosen) if isinstance(chosen, str) else ""
        others = dict.fromkeys(MENU, "other") | CONFUSED.get(action, {})
        yield Observed(action, technique, {"str": "menu", **others})


# --- a session from two places (09-7) -------------------------------------------------------------


def try_wandering(answer: Tried) -> Trial:
    """Events of drawn sessions; the coarse mistakes come first."""
    yield from calls(Tried(partial(of_type, (set, frozenset), answer)), sessions())


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


def sessions() -> Iterator[Call]:
    """Lists of events, each with what is tried in words."""
    drawn = dice("lesson-09", "sessions")
    s, t, u = (f"102{next(drawn)}" for _ in range(3))
    home, train, thief = "192.0.2.13", "192.0.2.77", "203.0.113.66"

    def call(words: str, about: str, *events: dict[str, Any], usual: str = "") -> Call:
        parts = {"str": "type", "NoneType": "type"}
        return Call(
            ([*events],), words, parts | dict.fromkeys(("set", "frozenset", "Raised"), about), usual
        )

    words = "one session, twice at one address"
    yield call(words, "events", event(s, home), event(s, home))
    words = "two sessions of one person, each at its own address"
    yield call(words, "people", event(s, home), event(t, thief))
    for nearly in (s + "7", s[:-1], s.upper()):
        words = "two sessions, nearly alike"
        yield call(words, "people", event(s, home), event(nearly, thief))
    words = "one session at two addresses"
    yield call(words, "set", event(s, home), event(s, thief))
    words = "a session that was refused at its second address"
    yield call(words, "refused", event(s, home), event(s, thief, "FAILURE"))
    words = "a session that was refused at its first address"
    yield call(words, "refused", event(s, thief, "FAILURE"), event(s, home))
    words = "two addresses that nobody has called bad"
    yield call(words, "known", event(s, home), event(s, train))
    words = "two addresses, of which one begins like the other"
    yield call(words, "set", event(s, home), event(s, home[:-1]))
    words = "one session at three addresses"
    three = event(s, home), event(s, train), event(s, thief), event(s, home)
    yield call(words, "more", *three)
    yield call("no events", "set", usual="edge")
    words = "three sessions, five events"
    five = event(s, home), event(t, home), event(u, train), event(t, thief), event(t, home)
    yield call(words, "events", *five)
    words = "two sessions, both at two addresses"
    both = event(t, train, who="b"), event(t, thief, who="b"), event(s, train)
    yield call(words, "set", event(s, home), *both)
    words = "one session under two names, at two addresses"
    yield call(words, "set", event(s, home), event(s, thief, who="b"))
    between = [event(f"102-{number}", f"198.51.100.{number % 250}") for number in range(300)]
    words = "two sessions, each at two addresses, and 300 others between"
    ends = event(s, home), event(t, train), *between, event(s, thief), event(t, home)
    yield call(words, "set", *ends, usual="large")
    words = "300 sessions, each at two addresses"
    roamers = [
        event(f"102-{number}", address) for number in range(300) for address in (home, thief)
    ]
    yield call(words, "set", *roamers, usual="large")
    words = "one session at 250 addresses"
    yield call(words, "more", *(event(s, f"198.51.100.{number}") for number in range(250)))


# --- the session, ridden (09-10) ------------------------------------------------------------------


def try_disguise(disguise: Any) -> Trial:
    """What about the events of a thief who is not on the owner's laptop differs from hers."""
    is_pair = isinstance(disguise, dict) and set(disguise) == {"address", "agent"}
    is_form = is_pair and all(isinstance(part, str) for part in disguise.values())
    yield Observed("two texts", is_form, "form")
    address, agent = disguise["address"], disguise["agent"]
    try:
        differing = {*fields_that_differ(address, agent)}
    except ValueError as error:
        differing = {type(error).__name__}
    yield Observed("an address of a machine", "ValueError" not in differing, "address")
    yield Observed("the owner's laptop", address == owner()[0], "laptop")
    yield Observed("whether the browser differs", "browser" in differing, "agent")
    yield Observed("whether the network differs", "network" in differing, "network")
