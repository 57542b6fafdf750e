"""What the exercises of lesson 16 are tried with."""

from base64 import b64encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Any
from urllib.parse import parse_qsl, unquote_plus

import httpx

from labutils.classroom.judging import Tried, nearly, written
from labutils.classroom.trying import Call, Observed, Raised, Trial, calls, left_in, seen
from labutils.lab import Exchange, dice, iso
from labutils.text import shown

from . import month
from .connected_system import CRM, LOGIN, NARROW, Connected, connected

# --- 16-1: a stolen grant, replayed --------------------------------------------------------------

BASIC, FORM, URL = "with HTTP Basic", "in the form", "in a URL"
# What is said of who sends the client's secret elsewhere.
SENT = {FORM: "in the form", f"{BASIC}, {FORM}": "twice", URL: "address"}
PARTS = {
    "returned": "body",
    "the form": "form",
    "secrets elsewhere": "address",
    "the cases": "cases",
    "the requests": "requests",
    "the record was changed": "changed",
}


def try_replay(answer: Tried) -> Trial:
    """Grants of three companies: what they open, and each way in which they are refused."""
    company, other = (
        connected("lesson-16/judge"),
        connected("lesson-16/other", secret="another-secret"),
    )
    record = company.stolen()
    yield replayed(answer, company, record, "a grant that was stolen a minute ago")
    yield replayed(answer, other, other.stolen(), "the grant of another company")
    narrow = connected("lesson-16/narrow", scope=NARROW)
    words = "a grant without the right to read cases"
    yield replayed(answer, narrow, narrow.stolen(), words, "refused", "refused")
    words = "a grant whose client has a new secret"
    yield replayed(
        answer, company, record | {"client_secret": "the-old-secret"}, words, "dead", "refused"
    )
    words = "a record with an empty refresh token"
    yield replayed(answer, company, record | {"refresh_token": ""}, words, "dead", "edge")
    company.login.revoke_family(record["refresh_token"])
    words = "the first grant, after it was revoked"
    yield replayed(answer, company, record, words, "dead", "again")
    yield left_in(other.tom, "kept")


def replayed(
    answer: Tried,
    company: Connected,
    record: dict[str, str],
    case: str,
    about: str = "",
    usual: str = "",
) -> Observed:
    """What an answer returned for a record, and what left Tom's browser meanwhile."""
    before, copied = len(company.lab.wire), dict(record)
    response = seen(answer, company.tom, copied)
    sent = [one for one in company.lab.wire[before:] if one.client == "tom"]
    if response is None or isinstance(response, Raised):
        status = sent[-1].status if sent else 0
        by_status = {0: "stored", 400: "form", 401: "client"}
        return Observed(case, response, {"Raised": about or by_status.get(status, "")}, usual)
    is_response = isinstance(response, httpx.Response)
    asked = [f"{one.method} {one.url.partition('?')[0]}" for one in sent]
    token_request = next((one for one in sent if one.url.startswith(LOGIN)), None)
    secret = places(token_request, record)
    last = f"{response.status_code} from {path_of(response)}" if is_response else ""
    parts = {
        "returned": "a response" if is_response else written(response),
        "the first request": asked[0] if asked else None,
        "the client's secret": secret,
        "the form": sorted(form_of(token_request)),
        "the last response": last,
        "the cases": response.text if is_response else "",
        "the requests": asked,
        "secrets elsewhere": [place for one in sent for place in elsewhere(one, record)],
        "the record was changed": copied != record,
    }
    first = "browser" if not asked else "bearer" if asked[0].startswith("GET " + CRM) else "form"
    abouts = {
        **PARTS,
        "the first request": first,
        "the client's secret": SENT.get(secret, "client"),
        "the last response": about or of_response(last),
        "the requests": about or "requests",
    }
    return Observed(case, parts, abouts, usual)


def of_response(last: str) -> str:
    """What is said of the last response, if it does not show the cases."""
    if last.endswith("/token"):
        return "token" if last.startswith("200") else "form"
    return "scheme" if last.startswith("401") else "cases"


def places(one: Exchange | None, record: dict[str, str]) -> str:
    """Where a request carries the client's secret, in words."""
    if one is None:
        return ""
    pair = f"{record['client_id']}:{record['client_secret']}".encode()
    basic = f"Basic {b64encode(pair).decode()}"
    where = {
        BASIC: basic == dict(one.request_headers).get("authorization"),
        FORM: record["client_secret"] in unquote_plus(one.request_body),
        URL: record["client_secret"] in query_of(one),
    }
    return ", ".join(name for name, carries in where.items() if carries)


def elsewhere(one: Exchange, record: dict[str, str]) -> list[str]:
    """Where a request carries something that has its place in a form or in `authorization`: a query
    needs nobody here."""
    secrets = [value for name, value in record.items() if value and name != "client_id"]
    headers = [name for name, text in one.request_headers if any(x in text for x in secrets)]
    return [f"the {name} header" for name in headers] + ["a URL"] * ("?" in one.url)


def form_of(one: Exchange | None) -> list[str]:
    """The names of the fields of a form."""
    if one is None or not str(dict(one.request_headers).get("content-type")).endswith("urlencoded"):
        return []
    return [name for name, _ in parse_qsl(one.request_body, keep_blank_values=True)]


def query_of(one: Exchange) -> str:
    """What stands behind the question mark of an address."""
    return unquote_plus(one.url.partition("?")[2])


def path_of(response: httpx.Response) -> str:
    """The path that a response is from; a response that nobody sent for has none."""
    try:
        return response.url.path
    except RuntimeError:
        return "nowhere"


# --- 16-3: an address never seen before ----------------------------------------------------------

MORNING = 1_754_550_000
DAY = 24 * 60  # minutes


def login(user: str, address: str, minute: int = 0, **more: str) -> month.Line:
    """A login of an integration."""
    return {
        "EVENT_TYPE": "Login",
        "LOGIN_TYPE": "i",
        "USER_ID": user,
        "USER_NAME": f"{user}@company.example",
        "SOURCE_IP": address,
        "TIMESTAMP_DERIVED": iso(MORNING + 60 * minute).replace("Z", ".000Z"),
        **more,
    }


def try_new_addresses(answer: Tried) -> Trial:
    """Months of logins, each in the order of time."""
    yield from calls(answer, months(), alone=True)


def months() -> Iterator[Call]:
    """The months, the telling ones first; some are drawn."""
    a, b, far = "192.0.2.44", "192.0.2.45", "203.0.113.109"
    for words, about, pairs in (
        ("the same address twice", "first", [("chat", a), ("chat", a)]),
        ("one login, and nothing before it", "first", [("chat", a)]),
        ("a second address", "none", [("chat", a), ("chat", far)]),
        ("a second address, used twice", "again", [("chat", a), ("chat", far), ("chat", far)]),
        ("a second address, next to the first", "part", [("chat", a), ("chat", b)]),
        ("back at the first address", "last", [("chat", a), ("chat", far), ("chat", a)]),
        ("an address that another tool had", "user", [("chat", a), ("sync", b), ("chat", b)]),
        ("the first login of another tool", "user", [("chat", a), ("sync", far)]),
        ("three addresses", "last", [("chat", one) for one in (a, b, far, b)]),
        ("nearly the same address", "part", [("chat", one) for one in (a, *nearly(a)[:-1])]),
        ("nearly the same user", "user", [(one, f"{a}{one}") for one in ("chat", *nearly("chat"))]),
        ("no login", "first", []),
    ):
        logins = [login(user, address, minute) for minute, (user, address) in enumerate(pairs)]
        yield Call((logins,), words, about, "" if logins[1:] else "edge")
    renamed = [login("chat", a), login("chat", far, 1, USER_NAME="agent@company.example")]
    yield Call((renamed,), "a user whose name was changed", "user")
    shared = [login("chat", a), login("sync", far, 1, USER_NAME="chat@company.example")]
    yield Call((shared,), "two users with one name", "user")
    days = [login("chat", a), login("chat", far, DAY), login("chat", a, 2 * DAY)]
    yield Call((days,), "three logins on three days", "last")
    kinds = [login("chat", a), login("chat", far, 1, LOGIN_TYPE="3")]
    yield Call((kinds,), "a second address, and a login of another type", "none")
    draw = dice("lesson-16", "strangers")
    for number in range(6):
        digits = [int(letter, 16) for letter in next(draw)]
        pairs = [(f"tool-{one % 3}", f"192.0.2.{40 + one % 5}") for one in digits]
        logins = [login(user, address, minute) for minute, (user, address) in enumerate(pairs)]
        yield Call((logins,), f"a drawn month, number {number + 1}", "user")
    homes = [f"192.0.2.{number}" for number in range(250)]
    many = [login("chat", address, minute) for minute, address in enumerate([*homes, *homes, far])]
    yield Call((many,), "a month of 501 logins from 251 addresses", "last", "large")


# --- 16-6: two of twelve -------------------------------------------------------------------------


def try_suspects(suspects: Any) -> Trial:
    """The addresses: which of the new ones, whose tool alone, and whether the intruder had them."""
    users, his = dict[str, str](), set[str]()
    for one in month.strangers(month.logins()):
        address = one["SOURCE_IP"]
        users[address] = f"{users.get(address, '')} {one['USER_NAME']}"
        his |= {address} if month.is_his(one) else set()
    names = list(suspects) if isinstance(suspects, set | frozenset | list | tuple) else [suspects]
    is_list = names != [suspects] and all(isinstance(one, str) and one in users for one in names)
    yield Observed("addresses that are new", is_list, "type")
    yield Observed("more than two", len({*names}) > 2, "many")
    warehouse = {one for one in names if "chat" not in users[one]}
    yield Observed("addresses of the tool that copies data", len(warehouse - his), "warehouse")
    yield Observed("the neighbour of the agent's address", "192.0.2.45" in names, "vendor")
    count = str(len(his & {*names}))
    yield Observed("how many the intruder had", count, {"1": "one", "0": "work"})


# --- 16-2: looking round -------------------------------------------------------------------------


def listed(key: str, second: float) -> month.Line:
    """A look at the list of objects."""
    return _line(key, second, EVENT_TYPE="RestApi", URI="/services/data/v58.0/sobjects")


def counted(key: str, second: float) -> month.Line:
    """An object counted."""
    query = "SELECT COUNT() FROM Account"
    return _line(key, second, EVENT_TYPE="UniqueQuery", QUERY_IDENTIFIER=query)


def read(key: str, second: float) -> month.Line:
    """Something else: rows that are read."""
    return _line(key, second, EVENT_TYPE="UniqueQuery", QUERY_IDENTIFIER="SELECT Id FROM Case")


def _line(key: str, second: float, **more: str) -> month.Line:
    whole, millis = divmod(round(1000 * second), 1000)
    moment = iso(MORNING + whole).replace("Z", f".{millis:03}Z")
    return {"SESSION_KEY": key, "USER_ID": "005TOOL", "TIMESTAMP_DERIVED": moment, **more}


def try_looks_round(answer: Tried) -> Trial:
    """Logs of one or more sessions."""
    yield from calls(answer, logs(), alone=True)


def logs() -> Iterator[Call]:
    """The logs, the telling ones first; some are drawn."""
    first, midnight = listed("A", 0), 86_400 - MORNING % 86_400
    night = listed("A", midnight - 60)
    for words, about, lines in (
        ("a session that lists but counts nothing", "both", [first]),
        ("a session that counts but lists nothing", "both", [counted("A", 0)]),
        ("a session that lists and reads", "both", [first, read("A", 9)]),
        ("a session that lists and counts", "none", [first, counted("A", 9)]),
        ("two sessions", "session", [first, counted("B", 9)]),
        ("twenty minutes between them", "window", [first, counted("A", 1200)]),
        ("a session that counts first", "order", [counted("A", 0), listed("A", 60)]),
        ("more than an hour between them", "window", [first, counted("A", 5000)]),
        ("a day between them", "window", [first, counted("A", 86_400)]),
        (
            "minutes before and after the half hour",
            "bucket",
            [listed("A", 1700), counted("A", 1900)],
        ),
        ("minutes before and after midnight", "bucket", [night, counted("A", midnight + 60)]),
        ("exactly half an hour", "edge", [first, counted("A", 1800)]),
        ("a millisecond more", "edge", [first, counted("A", 1800.001)]),
        ("exactly half an hour, counted first", "edge", [counted("A", 0), listed("A", 1800)]),
        ("a millisecond more, counted first", "edge", [counted("A", 0), listed("A", 1800.001)]),
        (
            "a session that lists twice, then counts",
            "each",
            [first, listed("A", 4000), counted("A", 4100)],
        ),
        (
            "a session that counts, and lists again",
            "each",
            [first, counted("A", 100), listed("A", 4000)],
        ),
        ("a session that counts twice", "each", [first, counted("A", 100), counted("A", 4000)]),
        ("a session with another line between", "both", [first, read("A", 5), counted("A", 9)]),
        (
            "two sessions that do both",
            "all",
            [make(key, 9) for key in "AB" for make in (listed, counted)],
        ),
        ("keys that are nearly one", "session", [first, *(counted(k, 9) for k in nearly("A"))]),
        ("no line", "none", []),
    ):
        ordered = sorted(lines, key=month.when)
        yield Call((ordered,), words, about, "" if lines else "edge")
    draw = dice("lesson-16", "looks round")
    for number in range(5):
        makers = (listed, counted, read)
        digits = [int(letter, 16) for letter in next(draw)]
        lines = [
            makers[one % 3]("ABC"[two % 3], 700.0 * place)
            for place, (one, two) in enumerate(zip(digits, digits[3:], strict=False))
        ]
        yield Call((lines,), f"a drawn log, number {number + 1}", "session")
    many = [read("A", second) for second in range(300)]
    keys = [f"session {number}" for number in range(40)]
    many += [make(key, 300) for make in (listed, counted) for key in keys]
    yield Call((many,), "a log of 380 lines", "all", "large")


# --- 16-4: a rule for an integration -------------------------------------------------------------

RULE = {"networks": ["192.0.2.46", "192.0.2.44/31"], "scopes": ["cases.write", "contacts.read"]}


def try_allowed(answer: Tried) -> Trial:
    """Requests under rules."""
    yield from calls(answer, requests(), alone=True)


def requests() -> Iterator[Call]:
    """Requests under rules, the telling ones first; some are drawn."""
    for address, scope, about in (
        ("192.0.2.44", "cases.write", "refuses"),
        ("192.0.2.45", "contacts.read", "network"),
        ("192.0.2.46", "contacts.read", "network"),
        ("203.0.113.109", "cases.write", "address"),
        ("192.0.2.44", "cases.read", "scope"),
        ("203.0.113.109", "cases.read", "address"),
        ("192.0.2.4", "cases.write", "text"),
        ("192.0.2.43", "cases.write", "text"),
        ("192.0.2.47", "cases.write", "text"),
        ("192.0.2.460", "cases.write", "garbage"),
        ("", "cases.write", "garbage"),
        ("localhost", "cases.write", "garbage"),
        (" 192.0.2.44", "cases.write", "garbage"),
        ("192.0.2.44\n", "cases.write", "garbage"),
        ("192.0.2.44/32", "cases.write", "garbage"),
        ("192.0.2.44/31", "cases.write", "garbage"),
        ("2001:db8::1", "cases.write", "garbage"),
        *(("192.0.2.44", text, "scope") for text in nearly("cases.write")),
        ("192.0.2.44", "cases.write contacts.read", "scope"),
        ("192.0.2.44", "", "scope"),
    ):
        words = f"{scope or 'no scope'} from {address!r}"
        yield Call((RULE, address, scope), words, about, "" if address and scope else "edge")
    some = {"networks": ["198.51.100.0/28", "2001:db8::/112"], "scopes": ["cases.read"]}
    wide = {
        "networks": [f"198.51.{number}.0/24" for number in range(250)],
        "scopes": [f"scope-{number}" for number in range(250)],
    }
    none: dict[str, list[str]] = {"networks": [], "scopes": ["cases.write"]}
    mute = {"networks": ["192.0.2.44"], "scopes": list[str]()}
    short = {"networks": ["192.0.2.4"], "scopes": ["cases.read"]}
    for words, about, rule, address, scope, usual in (
        ("a rule without networks", "address", none, "192.0.2.44", "cases.write", "edge"),
        ("a rule without scopes", "scope", mute, "192.0.2.44", "cases.write", "edge"),
        ("an address that begins alike", "text", short, "192.0.2.44", "cases.read", ""),
        ("an IPv6 address", "network", some, "2001:db8::7", "cases.read", ""),
        ("the same, in another spelling", "network", some, "2001:DB8:0:0::7", "cases.read", ""),
        ("the first of the network", "network", some, "2001:db8::", "cases.read", "edge"),
        ("the last of the network", "network", some, "2001:db8::ffff", "cases.read", "edge"),
        ("the one after the last", "address", some, "2001:db8::1:0", "cases.read", "edge"),
        ("another IPv6 network", "address", some, "2001:db8:1::7", "cases.read", ""),
        ("250 networks and scopes", "network", wide, "198.51.249.9", "scope-249", "large"),
    ):
        yield Call((rule, address, scope), f"{words}: {scope} from {address}", about, usual)
    draw = dice("lesson-16", "rules")
    for number in (0, 15, 16, 255, *(int(next(draw)[:2], 16) for _ in range(12))):
        address = f"198.51.100.{number}"
        yield Call((some, address, "cases.read"), f"a read from {address}", "network", "edge")


# --- 16-5: two defences --------------------------------------------------------------------------


@dataclass(frozen=True)
class Stopped:
    """How many each pair stops, run by run; in any order of the two."""

    runs: dict[frozenset[str], list[int]]

    def __call__(self, pair: Iterable[str]) -> list[int]:
        names = frozenset([pair] if isinstance(pair, str) else pair)
        if names not in self.runs:
            raise KeyError(f"stopped takes two defences, not {shown(repr(pair), 60)}")
        return list(self.runs[names])

    def __repr__(self) -> str:
        return "stopped"


def try_best_pair(answer: Tried) -> Trial:
    """Tables of runs; the order of the two names does not matter."""
    for step in map(Observed._make, calls(answer, tables(), alone=True)):
        if isinstance(step.seen, dict):
            result = step.seen["returned"]
            if isinstance(result, tuple | list | set | frozenset):
                step.seen["returned"] = sorted(map(str, result))
        yield step


def tables() -> Iterator[Call]:
    """The tables, the telling ones first; some are drawn."""
    three, four = ["limit", "key", "alarm"], ["limit", "key", "alarm", "end"]
    # A list for each pair, in the order of combinations.
    long = ([9] * 299 + [1], [5] * 300, [9] * 150 + [2] + [9] * 149)
    for words, about, names, counts in (
        ("two defences", "none", three[:2], ([5, 6],)),
        ("two defences that stop nobody", "none", three[:2], ([0, 0],)),
        # The best pair is not a pair of neighbours, and lacks the first.
        ("four defences", "all", four, ([5, 5], [4, 4], [3, 3], [6, 6], [9, 9], [2, 2])),
        ("a table where another pair has the best run", "best", three, ([5, 9], [7, 8], [1, 2])),
        ("a table where the first run decides", "first", three, ([6, 1], [5, 5], [7, 2])),
        ("a table where the last run decides", "first", three, ([1, 6], [5, 5], [2, 7])),
        (
            "a table where another has the best average",
            "average",
            three,
            ([9, 9, 2], [4, 4, 4], [9, 1, 9]),
        ),
        ("pairs that stop nobody in their worst run", "best", three, ([0, 0], [0, 1], [1, 1])),
        ("300 runs of each pair", "first", three, long),
    ):
        usual = "edge" if counts == ([0, 0],) else "large" if counts is long else ""
        yield Call((list(names), of_pairs(names, counts)), words, about, usual)
    many = [f"defence {number}" for number in range(25)]
    runs = [[number * 7 % 300, 300] for number in range(300)]
    yield Call((many, of_pairs(many, runs)), "25 defences", "all", "large")
    draw = dice("lesson-16", "pairs")
    five = ["limit", "key", "alarm", "end", "review"]
    for number in range(6):
        runs = []
        for place in range(10):  # no two numbers are the same, so no two pairs are
            digits = [int(letter, 16) for letter in next(draw)[:6]]
            runs.append([60 * digit + 6 * place + run for run, digit in enumerate(digits)])
        yield Call((five, of_pairs(five, runs)), f"drawn runs, {number + 1}", "average")


def of_pairs(names: Iterable[str], runs: Iterable[list[int]]) -> Stopped:
    """What each pair of these stops."""
    return Stopped(dict(zip(map(frozenset, combinations(names, 2)), runs, strict=True)))


# --- 16-7: apps that nobody installed ------------------------------------------------------------

LOADER, OTHER = "0H4EX0000001Kda", "0H4EX0000008LmN"
LIST = [LOADER + "AAQ", OTHER]  # one in the long form, one in the short


def api_call(app: str | None, user: str = "ada", name: str = "Data Loader") -> dict[str, str]:
    """A line of the log; without the column where there is no app at all."""
    line = {"USER_NAME": user, "CONNECTED_APP_NAME": name, "STATUS_CODE": "200"}
    return line if app is None else line | {"CONNECTED_APP_ID": app}


def weeks() -> Iterator[Call]:
    """Calls and the list of what is installed, the telling ones first."""
    strange, half = "0H4EX0000005Pqr", LOADER[:12] + "zzz"
    for words, about, lines in (
        ("an app that is not in the list", "none", [api_call(strange, name="Mail Merge")]),
        ("an installed app, in the long form", "form", [api_call(LOADER)]),
        ("an installed app, in the short form", "short", [api_call(OTHER)]),
        ("the name of an installed app", "name", [api_call(LOADER), api_call(strange, "tom")]),
        ("another letter case", "letters", [api_call(LOADER.replace("Kda", "KDa"))]),
        ("the first 12 characters of an installed id", "whole", [api_call(half)]),
        ("an installed id, and more", "whole", [api_call(LOADER + "zzz")]),
        ("an installed id, and a blank", "whole", [api_call(LOADER + " ")]),
        ("the end of one id and the start of the next", "whole", [api_call("".join(LIST)[6:21])]),
        ("a person in the browser", "browser", [api_call("", name="")]),
        ("a call without the column", "absent", [api_call(None, name="")]),
        ("one app, two people", "each", [api_call(strange), api_call(strange, "joan")]),
        ("one person, two apps", "each", [api_call(strange), api_call(half)]),
        ("the same call twice", "type", [api_call(strange), api_call(strange)]),
        ("an app without a name", "name", [api_call(strange, name="")]),
    ):
        yield Call((lines, LIST), words, about)
    for near in (one for one in nearly(LOADER) if len(one) == len(LOADER)):
        yield Call(([api_call(near)], LIST), f"the id {near!r}, which is nearly right", "whole")
    yield Call(([api_call(LOADER)], []), "nothing is installed", "none", "edge")
    yield Call(([], LIST), "no call at all", "none", "edge")
    draw = dice("lesson-16", "apps")
    apps = [f"0H4EX{next(draw)[:10]}" for _ in range(20)]
    known = [app + "AAQ" if number % 2 else app for number, app in enumerate(apps[:12])]
    many = [api_call(apps[int(next(draw)[:4], 16) % 20], f"u{n % 9}") for n in range(400)]
    yield Call((many, known), "400 calls by 20 apps", "each", "large")


def try_not_installed(answer: Tried) -> Trial:
    """Short logs, each with one thing to see; then a long one."""
    yield from calls(answer, weeks(), alone=True)
