"""16 · OAuth grants of an integration."""

from collections.abc import Callable, Iterable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from functools import partial
from itertools import combinations
from typing import Any

import httpx

from labutils.classroom import registry
from labutils.classroom.judging import (
    PASSED,
    Case,
    Tried,
    Verdict,
    compare,
    leaving_alone,
    nearly,
    value,
)
from labutils.classroom.registry import Exercise, code
from labutils.lab import dice, iso
from labutils.text import shown

from . import month
from .connected_system import CASES, CRM, LOGIN, NARROW, SECRET, Connected, connected

TOOLS = code("""
    from ipaddress import ip_address, ip_network
    from itertools import combinations

    from labutils.lessons.lesson_16 import CRM, LOGIN
    from labutils.lessons.lesson_16.month import counts, lists, when
""")
REPLAY = code("""
    def replay(browser, record):
        form = {"grant_type": "refresh_token", "refresh_token": record["refresh_token"]}
        client = (record["client_id"], record["client_secret"])
        answer = browser.post(LOGIN + "/token", data=form, auth=client)
        if not answer.is_success:
            return answer
        held = {"authorization": "Bearer " + answer.json()["access_token"]}
        return browser.get(CRM + "/cases", headers=held)
""")
STRANGERS = code("""
    def strangers(logins):
        seen, found = {}, []
        for login in logins:
            user, address = login["USER_ID"], login["SOURCE_IP"]
            if user in seen and address not in seen[user]:
                found.append(login)
            seen.setdefault(user, set()).add(address)
        return found
""")
LOOKS_ROUND = code("""
    def looks_round(lines):
        found = set()
        for one in filter(lists, lines):
            for other in filter(counts, lines):
                near = abs(when(one) - when(other)) <= 30 * 60
                if near and one["SESSION_KEY"] == other["SESSION_KEY"]:
                    found.add(one["SESSION_KEY"])
        return found
""")
ALLOWED = code("""
    def allowed(rule, address, scope):
        try:
            place = ip_address(address)
        except ValueError:
            return False
        known = any(place in ip_network(one) for one in rule["networks"])
        return known and scope in rule["scopes"]
""")
BEST_PAIR = code("""
    def best_pair(defences, stopped):
        return max(combinations(defences, 2), key=lambda pair: min(stopped(pair)))
""")
SUSPECTS = code("""
    suspects = {"203.0.113.109", "198.51.100.208"}
""")
wrong = partial(registry.wrong, TOOLS)
altered = partial(registry.altered, TOOLS)

# --- 16-1: a stolen grant, replayed --------------------------------------------------------------


def replayed(answer: Tried) -> Verdict:
    """The stolen grant opens the cases, from wherever the thief is, for each of some companies."""
    for name, secret in (("lesson-16/judge", SECRET), ("lesson-16/other", "another-secret")):
        company = connected(name, secret=secret)
        verdict = _replayed(answer, company, "a grant that was stolen a minute ago")
        if verdict is not PASSED:
            return verdict
    narrow = connected("lesson-16/narrow", scope=NARROW)
    words = "a grant without the right to read cases"
    verdict = _passes_on(answer, narrow, words, 403, "the API's own response", "refused")
    if verdict is not PASSED:
        return verdict
    dead = connected("lesson-16/dead")
    dead.login.revoke_family(dead.stolen()["refresh_token"])
    words, want = "a grant that was revoked", "the token endpoint's response"
    return _passes_on(answer, dead, words, 400, want, "dead")


def _passes_on(
    answer: Tried, company: Connected, words: str, status: int, want: str, mistake: str
) -> Verdict:
    """Whether a refusal comes back as it is."""
    try:
        response = answer(company.tom, company.stolen())
    except Exception:
        return answer.raised(words, mistake)
    if not isinstance(response, httpx.Response) or response.status_code != status:
        return Verdict("differs", words, shown(repr(response), 80), want, mistake=mistake)
    return PASSED


def _replayed(answer: Tried, company: Connected, words: str) -> Verdict:
    before, record = len(company.lab.wire), company.stolen()
    try:
        response = answer(company.tom, record)
    except Exception:
        if len(company.lab.wire) == before and "access_token" in str(answer.error):
            return answer.raised(words, "stored")
        last = company.lab.wire[-1]
        refused = {400: "form", 401: "client"} if last.url == LOGIN + "/token" else {}
        return answer.raised(words, refused.get(last.status))
    sent = [one for one in company.lab.wire[before:] if one.client == company.lab.wire[-1].client]
    if isinstance(response, httpx.Response) and not sent:
        got = "nothing from this browser"
        return Verdict("differs", words, got, "two requests from it", mistake="browser")
    if response is None:
        return Verdict("none", words)
    if not isinstance(response, httpx.Response):
        want = "the response to GET /cases"
        return Verdict("differs", words, shown(repr(response), 80), want, mistake="body")
    exchanged = any(one.url == LOGIN + "/token" and one.status == 200 for one in sent)
    if (mistake := _mistake_in(response, exchanged=exchanged)) is not None:
        got = f"{response.status_code}: {shown(response.text, 80)}"
        return Verdict("differs", words, got, "the cases", mistake=mistake)
    asked = [f"{one.method} {one.url}" for one in sent]
    if asked != [f"POST {LOGIN}/token", f"GET {CRM}/cases"]:
        want = "one POST of the form, and one GET"
        return Verdict("differs", words, shown(", ".join(asked), 120), want, mistake="requests")
    if record != company.stolen():
        return Verdict("differs", words, "a changed record", "an unchanged one", mistake="changed")
    return PASSED


def _mistake_in(response: httpx.Response, *, exchanged: bool) -> str | None:
    """What is wrong with the last request, by what came of it."""
    if response.url == LOGIN + "/token":
        if "two ways" in response.text:
            return "twice"
        by_status = {200: "token", 401: "client"}
        return by_status.get(response.status_code, "form")
    if response.status_code == 401:
        return "scheme" if exchanged else "bearer"
    if response.status_code == 200 and response.json().get("cases") == list(CASES):
        return None
    return "cases"


def not_a(kind: type) -> Callable[[Case, Any], str | None]:
    """The mistake of who returns something of another kind."""
    return lambda _case, got: None if isinstance(got, kind) else "type"


def no_logins(_case: Case, got: Any) -> str | None:
    """The mistake of who returns no list, or a list of something else than logins."""
    fits = isinstance(got, list) and all(isinstance(one, dict) for one in got)
    return None if fits else "type"


# --- 16-3: an address never seen before ----------------------------------------------------------

MORNING = 1_754_550_000


def login(user: str, address: str, minute: int = 0) -> month.Line:
    """A login of an integration."""
    return {
        "EVENT_TYPE": "Login",
        "LOGIN_TYPE": "i",
        "USER_ID": user,
        "USER_NAME": f"{user}@company.example",
        "SOURCE_IP": address,
        "TIMESTAMP_DERIVED": iso(MORNING + 60 * minute).replace("Z", ".000Z"),
    }


def unseen(logins: list[month.Line]) -> list[month.Line]:
    """The right answer."""
    found = []
    for place, one in enumerate(logins):
        before = {
            other["SOURCE_IP"] for other in logins[:place] if other["USER_ID"] == one["USER_ID"]
        }
        if before and one["SOURCE_IP"] not in before:
            found.append(one)
    return found


def stranger_cases() -> Iterator[Case]:
    """Months of logins, the coarse mistakes first."""
    a, b, far = "192.0.2.44", "192.0.2.45", "203.0.113.109"
    months = [
        ([("chat", a), ("chat", a)], "first", "the same address twice"),
        ([("chat", a)], "first", "one login, and nothing before it"),
        ([("chat", a), ("chat", far)], "none", "a second address"),
        ([("chat", a), ("chat", far), ("chat", far)], "again", "a second address, used twice"),
        ([("chat", a), ("chat", b)], "part", "a second address, next to the first"),
        ([("chat", a), ("chat", far), ("chat", a)], "last", "back at the first address"),
        ([("chat", a), ("sync", b), ("chat", b)], "user", "an address that another tool had"),
        ([("chat", a), ("sync", far)], "user", "the first login of another tool"),
        ([("chat", a), ("chat", b), ("chat", far), ("chat", b)], "last", "three addresses"),
        ([("chat", a), *(("chat", text) for text in nearly(a) if text)], "part", "nearly the same"),
        ([], "first", "no login"),
    ]
    for pairs, mistake, words in months:
        logins = [login(user, address, minute) for minute, (user, address) in enumerate(pairs)]
        yield Case((logins,), unseen(logins), mistake, words)
    draw = dice("lesson-16", "strangers")
    for number in range(6):
        digits = [int(letter, 16) for letter in next(draw)]
        pairs = [(f"tool-{one % 3}", f"192.0.2.{40 + one % 5}") for one in digits]
        logins = [login(user, address, minute) for minute, (user, address) in enumerate(pairs)]
        yield Case((logins,), unseen(logins), "user", f"a drawn month, number {number + 1}")


# --- 16-6: two of twelve -------------------------------------------------------------------------


def suspected(answer: Any) -> str | None:
    """What is wrong with the addresses of the intruder's logins; None where nothing is."""
    found = month.strangers(month.logins())
    users: dict[str, str] = {}
    for login in found:
        users[login["SOURCE_IP"]] = f"{users.get(login['SOURCE_IP'], '')} {login['USER_NAME']}"
    his = {login["SOURCE_IP"] for login in found if month.is_his(login)}
    if not isinstance(answer, set | frozenset | list | tuple):
        return "type"
    if not all(isinstance(one, str) and one in users for one in answer):
        return "type"
    if his == set(answer):
        return None
    if len(set(answer)) > 2:
        return "many"
    if any("warehouse" in users[one] for one in set(answer) - his):
        return "warehouse"
    if "192.0.2.45" in answer:
        return "vendor"
    return "one" if his & set(answer) else "work"


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


def round_cases() -> Iterator[Case]:
    """Logs, the coarse mistakes first."""
    logs = [
        ([listed("A", 0)], "both", "a session that lists but counts nothing"),
        ([counted("A", 0)], "both", "a session that counts but lists nothing"),
        ([listed("A", 0), read("A", 9)], "both", "a session that lists and reads"),
        ([listed("A", 0), counted("A", 9)], "none", "a session that lists and counts"),
        ([listed("A", 0), counted("B", 9)], "session", "two sessions"),
        ([listed("A", 0), counted("A", 1200)], "window", "twenty minutes between them"),
        ([counted("A", 0), listed("A", 60)], "order", "a session that counts first"),
        ([listed("A", 0), counted("A", 5000)], "window", "more than an hour between them"),
        ([listed("A", 1700), counted("A", 1900)], "bucket", "before and after the half hour"),
        ([listed("A", 0), counted("A", 1800)], "edge", "exactly half an hour"),
        ([listed("A", 0), counted("A", 1800.001)], "edge", "a millisecond more"),
        ([counted("A", 0), listed("A", 1800.001)], "edge", "a millisecond more, counted first"),
        (
            [listed("A", 0), listed("A", 4000), counted("A", 4100)],
            "each",
            "a session that lists twice and counts after the second time",
        ),
        (
            [listed("A", 0), counted("A", 100), listed("A", 4000)],
            "each",
            "a session that lists twice and counts after the first time",
        ),
        (
            [listed("A", 0), counted("A", 9), listed("B", 20), counted("B", 30)],
            "all",
            "two sessions that do both",
        ),
        ([], "none", "no line"),
    ]
    for lines, mistake, words in logs:
        ordered = sorted(lines, key=month.when)
        yield Case((ordered,), month.looks_round(ordered), mistake, words)
    draw = dice("lesson-16", "looks round")
    for number in range(5):
        makers = (listed, counted, read)
        digits = [int(letter, 16) for letter in next(draw)]
        lines = [
            makers[one % 3]("ABC"[two % 3], 700.0 * place)
            for place, (one, two) in enumerate(zip(digits, digits[3:], strict=False))
        ]
        yield Case(
            (lines,), month.looks_round(lines), "session", f"a drawn log, number {number + 1}"
        )


# --- 16-4: a rule for an integration -------------------------------------------------------------

RULE = {"networks": ["192.0.2.46", "192.0.2.44/31"], "scopes": ["cases.write", "contacts.read"]}


def rule_cases() -> Iterator[Case]:
    """Requests under a rule, the coarse mistakes first."""
    asked = [
        ("192.0.2.44", "cases.write", True, "refuses"),
        ("192.0.2.45", "contacts.read", True, "network"),
        ("192.0.2.46", "contacts.read", True, "network"),
        ("203.0.113.109", "cases.write", False, "address"),
        ("192.0.2.44", "cases.read", False, "scope"),
        ("203.0.113.109", "cases.read", False, "address"),
        ("192.0.2.4", "cases.write", False, "text"),
        ("192.0.2.47", "cases.write", False, "text"),
        ("192.0.2.460", "cases.write", False, "garbage"),
        ("", "cases.write", False, "garbage"),
        ("localhost", "cases.write", False, "garbage"),
        (" 192.0.2.44", "cases.write", False, "garbage"),
        ("2001:db8::1", "cases.write", False, "garbage"),
        *(("192.0.2.44", text, False, "scope") for text in nearly("cases.write")),
        ("192.0.2.44", "", False, "scope"),
    ]
    for address, scope, want, mistake in asked:
        words = f"{scope or 'no scope'} from {address!r}"
        yield Case((deepcopy(RULE), address, scope), want, mistake, words)
    none = {"networks": [], "scopes": ["cases.write"]}
    yield Case((none, "192.0.2.44", "cases.write"), False, "address", "a rule without networks")
    mute = {"networks": ["192.0.2.44"], "scopes": []}
    yield Case((mute, "192.0.2.44", "cases.write"), False, "scope", "a rule without scopes")
    some = {"networks": ["198.51.100.0/28", "2001:db8::/120"], "scopes": ["cases.read"]}
    yield Case((some, "2001:db8::7", "cases.read"), True, "network", "an IPv6 address")
    yield Case((some, "2001:db8:1::7", "cases.read"), False, "address", "another IPv6 network")
    draw = dice("lesson-16", "rules")
    for _ in range(12):
        number = int(next(draw)[:2], 16)
        address = f"198.51.100.{number}"
        yield Case((some, address, "cases.read"), number < 16, "network", f"a read from {address}")


def same_answer(got: Any, want: bool) -> bool:
    """True and False, and nothing that is as good."""
    return got is want


# --- 16-5: two defences --------------------------------------------------------------------------


@dataclass(frozen=True)
class Stopped:
    """How many each pair stops, run by run; in any order of the two."""

    runs: dict[tuple[str, str], list[int]]

    def __call__(self, pair: Iterable[str]) -> list[int]:
        names = [pair] if isinstance(pair, str) else list(pair)
        for known, counts in self.runs.items():
            if sorted(names) == sorted(known):
                return list(counts)
        raise KeyError(f"stopped takes two defences, not {shown(repr(pair), 60)}")

    def __repr__(self) -> str:
        return "stopped"


Table = dict[tuple[str, str], list[int]]
PAIRS: tuple[tuple[list[str], Table, tuple[str, str], str, str], ...] = (
    (["limit", "key"], {("limit", "key"): [5, 6]}, ("limit", "key"), "none", "two defences"),
    (
        ["limit", "key", "alarm", "end"],
        {
            ("limit", "key"): [5, 5],
            ("limit", "alarm"): [4, 4],
            ("limit", "end"): [3, 3],
            ("key", "alarm"): [6, 6],
            ("key", "end"): [9, 9],
            ("alarm", "end"): [2, 2],
        },
        ("key", "end"),
        "all",
        "four defences; the best pair is not a pair of neighbours, and lacks the first",
    ),
    (
        ["limit", "key", "alarm"],
        {("limit", "key"): [5, 9], ("limit", "alarm"): [7, 8], ("key", "alarm"): [1, 2]},
        ("limit", "alarm"),
        "best",
        "a pair with a better worst run, and one with a better best run",
    ),
    (
        ["limit", "key", "alarm"],
        {("limit", "key"): [6, 1], ("limit", "alarm"): [5, 5], ("key", "alarm"): [7, 2]},
        ("limit", "alarm"),
        "first",
        "a pair whose first run is the worst of all pairs",
    ),
    (
        ["limit", "key", "alarm"],
        {("limit", "key"): [1, 6], ("limit", "alarm"): [5, 5], ("key", "alarm"): [2, 7]},
        ("limit", "alarm"),
        "first",
        "a pair whose last run is the worst of all pairs",
    ),
    (
        ["limit", "key", "alarm"],
        {("limit", "key"): [9, 9, 2], ("limit", "alarm"): [4, 4, 4], ("key", "alarm"): [9, 1, 9]},
        ("limit", "alarm"),
        "average",
        "pairs with a better average and a worse worst run",
    ),
    (
        ["limit", "key", "alarm"],
        {("limit", "key"): [0, 0], ("limit", "alarm"): [0, 1], ("key", "alarm"): [1, 1]},
        ("key", "alarm"),
        "best",
        "pairs that stop nobody in their worst run",
    ),
)


def pair_cases() -> Iterator[Case]:
    """Tables of runs, the coarse mistakes first."""
    for defences, runs, want, mistake, words in PAIRS:
        yield Case((list(defences), Stopped(runs)), want, mistake, words)
    draw = dice("lesson-16", "pairs")
    names = ["limit", "key", "alarm", "end", "review"]
    for number in range(6):
        runs = {}
        for pair in combinations(names, 2):
            digits = [int(letter, 16) for letter in next(draw)[:6]]
            runs[pair] = [60 * digit + place for place, digit in enumerate(digits)]
        lows = {pair: (min(counts), pair) for pair, counts in runs.items()}
        top = max(lows, key=lambda pair: lows[pair][0])
        if sum(low == lows[top][0] for low, _ in lows.values()) == 1:
            yield Case((names, Stopped(runs)), top, "average", f"drawn runs, {number + 1}")


def is_pair(got: Any) -> bool:
    """Whether this is two names."""
    fits = isinstance(got, tuple | list | set | frozenset) and len(got) == 2
    return fits and all(isinstance(one, str) for one in got)


def same_pair(got: Any, want: Any) -> bool:
    """The same two, in any order."""
    return is_pair(got) and set(got) == set(want)


def no_pair(_case: Case, got: Any) -> str | None:
    """The mistake of who returns something else than two names."""
    return None if is_pair(got) else "type"


# --- what is asked -------------------------------------------------------------------------------

EXERCISES = (
    Exercise(
        "16-1",
        "function",
        replayed,
        "A refresh token, the client's name and its secret: all three were in one place, and "
        "nothing else is needed.",
        {
            "bearer": (
                "An API does not accept a refresh token. First exchange it for an access token at "
                "the token endpoint (RFC 6749, 6).",
                wrong("""
                    def answer(browser, record):
                        held = {"authorization": "Bearer " + record["refresh_token"]}
                        return browser.get(CRM + "/cases", headers=held)
                """),
            ),
            "stored": (
                "The record holds no access token. Get one first, with the refresh token.",
                wrong("""
                    def answer(browser, record):
                        header = {"authorization": "Bearer " + record["access_token"]}
                        return browser.get(CRM + "/cases", headers=header)
                """),
            ),
            "browser": (
                "Send both requests with the browser that the function is given: company.tom "
                "exists only in this notebook.",
                wrong("""
                    from labutils.lessons.lesson_16 import connected

                    company = connected()

                    def answer(browser, record):
                        held = company.stolen()["refresh_token"]
                        form = {"grant_type": "refresh_token", "refresh_token": held}
                        client = (record["client_id"], record["client_secret"])
                        answer = company.tom.post(LOGIN + "/token", data=form, auth=client)
                        held = {"authorization": "Bearer " + answer.json()["access_token"]}
                        return company.tom.get(CRM + "/cases", headers=held)
                """),
            ),
            "client": (
                "The token endpoint does not know who is asking: the client sends its name and "
                "its secret, as auth=(client_id, client_secret).",
                altered(REPLAY, (", auth=client)", ")")),
            ),
            "twice": (
                "You sent the client's secret twice, in the form and with HTTP Basic. A client may "
                "use only one method per request (RFC 6749, 2.3): keep auth=(...).",
                altered(
                    REPLAY,
                    (
                        '"refresh_token": record["refresh_token"]}',
                        '"refresh_token": record["refresh_token"],'
                        ' "client_secret": record["client_secret"]}',
                    ),
                ),
            ),
            "form": (
                "The token endpoint did not find what it needs: a form (data=...) with grant_type "
                "and refresh_token.",
                altered(REPLAY, ("data=form", "json=form")),
            ),
            "scheme": (
                "You got an access token, but the API did not find it: send it in the "
                "authorization header, with a value that begins with 'Bearer '.",
                altered(REPLAY, ('"Bearer " + ', "")),
            ),
            "token": (
                "That is the token endpoint's response. Take the access token from it, and ask the "
                "API for the cases.",
                altered(
                    REPLAY, ("if not answer.is_success:\n        return answer", "return answer")
                ),
            ),
            "cases": (
                "The API responded, but not with the cases: GET CRM + '/cases' returns them.",
                altered(REPLAY, ("/cases", "/contact")),
            ),
            "requests": (
                "You need only two requests: POST to the token endpoint, and GET CRM + '/cases'.",
                altered(REPLAY, ("browser.get(CRM", "browser.post(CRM")),
            ),
            "changed": (
                "Leave the record unchanged: the caller of the function still needs it.",
                altered(
                    REPLAY,
                    (
                        '"refresh_token": record["refresh_token"]}',
                        '"refresh_token": record.pop("refresh_token")}',
                    ),
                ),
            ),
            "refused": (
                "The API may refuse, too. Return its response, whatever it is.",
                altered(
                    REPLAY,
                    (
                        'return browser.get(CRM + "/cases", headers=held)',
                        'cases = browser.get(CRM + "/cases", headers=held)\n'
                        "    return cases if cases.is_success else answer",
                    ),
                ),
            ),
            "body": (
                "Return the response itself: the caller wants to see the status, too.",
                altered(REPLAY, ("headers=held)", "headers=held).json()")),
            ),
            "dead": (
                "If the token endpoint refuses, there is no access token. Return its response.",
                altered(REPLAY, ("if not answer.is_success:\n        return answer\n    ", "")),
            ),
        },
        (
            "Two requests: POST LOGIN + '/token' with a form, then GET CRM + '/cases'.",
            "The form has grant_type=refresh_token and the refresh_token; the client proves who it "
            "is with HTTP Basic: auth=(client_id, client_secret).",
            "answer = browser.post(LOGIN + '/token', data=form, auth=client). If it is not a "
            "success, return it. Otherwise put answer.json()['access_token'] after 'Bearer '.",
        ),
        REPLAY,
    ),
    Exercise(
        "16-6",
        "value",
        value(suspected),
        "One took the cases. The other only looked around, four and a half days earlier.",
        {
            "type": (
                "Give a set with two of the addresses that are printed above, as strings: "
                '{"192.0.2.1", "192.0.2.2"}.',
                "answer = 2",
            ),
            "many": (
                "That is more than two. Nobody has time for all of them: which two would you ask "
                "about first?",
                'answer = {"203.0.113.109", "198.51.100.208", "203.0.113.117"}',
            ),
            "warehouse": (
                "That is the tool that copies data to the warehouse. It always begins with the "
                "list of all objects: its other login did the same.",
                'answer = {"198.51.100.208", "203.0.113.119"}',
            ),
            "vendor": (
                "192.0.2.45 is next to the agent's usual address, 192.0.2.44. The agent logs in "
                "from there all month. It had only just got its token, and no work came.",
                'answer = {"198.51.100.208", "192.0.2.45"}',
            ),
            "one": (
                "One of the two is right. Now look for a login after which the chat agent did "
                "something that its other logins never do, or left out what they all do.",
                'answer = {"198.51.100.208", "203.0.113.117"}',
            ),
            "work": (
                "After those logins the agent did its usual work: single records of leads, "
                "contacts and accounts. Look for calls that are not its work.",
                'answer = {"203.0.113.115", "203.0.113.118"}',
            ),
        },
        (
            "Print the calls of all twelve: for login in found: month.print_calls(login). One of "
            "them stands out at once.",
            "The other one asks which objects there are, and does nothing else. No login of the "
            "agent's own does that.",
        ),
        SUSPECTS,
    ),
    Exercise(
        "16-2",
        "function",
        leaving_alone(compare(round_cases, why=not_a(set)), round_cases),
        "You can now find whoever asks what is there and how much of it. Some tools do so for a "
        "living.",
        {
            "none": (
                "Find each session that lists the objects and counts records within half an hour.",
                wrong("""
                    def answer(lines):
                        return set()
                """),
            ),
            "changed": (
                "Leave the lines unchanged: others read them after you.",
                altered(
                    LOOKS_ROUND,
                    ("found = set()", "found = set()\n    lines.sort(key=when, reverse=True)"),
                ),
            ),
            "type": (
                "Return a set of session keys.",
                altered(LOOKS_ROUND, ("return found", "return sorted(found)")),
            ),
            "both": (
                "Many sessions do just one of the two. Find those that do both.",
                wrong("""
                    def answer(lines):
                        both = [line for line in lines if lists(line) or counts(line)]
                        return {line["SESSION_KEY"] for line in both}
                """),
            ),
            "session": (
                "The two lines must have the same SESSION_KEY.",
                altered(
                    LOOKS_ROUND, ('near and one["SESSION_KEY"] == other["SESSION_KEY"]', "near")
                ),
            ),
            "order": (
                "Some scripts count first. The order does not matter.",
                altered(
                    LOOKS_ROUND, ("abs(when(one) - when(other))", "0 <= when(other) - when(one)")
                ),
            ),
            "window": (
                "At most half an hour apart: 30 * 60 seconds. A session may last for a day.",
                altered(LOOKS_ROUND, ("near and one", "one")),
            ),
            "bucket": (
                "Compare line with line: two that are close together may be on either side of a "
                "half-hour boundary.",
                wrong("""
                    def answer(lines):
                        listed = {(line["SESSION_KEY"], when(line) // 1800)
                                  for line in filter(lists, lines)}
                        counted = {(line["SESSION_KEY"], when(line) // 1800)
                                   for line in filter(counts, lines)}
                        return {key for key, _ in listed & counted}
                """),
            ),
            "edge": (
                "Exactly half an hour still counts, but not a millisecond more.",
                altered(LOOKS_ROUND, ("<= 30 * 60", "< 30 * 60")),
            ),
            "each": (
                "A session may list more than once: check each time, not only the first or "
                "the last.",
                wrong("""
                    def answer(lines):
                        first = {}
                        for line in filter(lists, lines):
                            first.setdefault(line["SESSION_KEY"], when(line))
                        return {
                            line["SESSION_KEY"]
                            for line in filter(counts, lines)
                            if abs(when(line) - first.get(line["SESSION_KEY"], 0)) <= 1800
                        }
                """),
            ),
            "all": (
                "There may be several such sessions: return all of them.",
                altered(
                    LOOKS_ROUND, ('found.add(one["SESSION_KEY"])', 'return {one["SESSION_KEY"]}')
                ),
            ),
        },
        (
            "Take each line that lists, and look for a line that counts in the same session.",
            "Use two loops, over filter(lists, lines) and filter(counts, lines). when(line) is in "
            "seconds.",
            "The condition is abs(when(one) - when(other)) <= 30 * 60, and the same SESSION_KEY.",
        ),
        LOOKS_ROUND,
    ),
    Exercise(
        "16-3",
        "function",
        leaving_alone(compare(stranger_cases, why=no_logins), stranger_cases),
        "Sigma cannot express this: it has no memory of what came before.",
        {
            "none": (
                "Find each login from an address that this user has never used before.",
                wrong("""
                    def answer(logins):
                        return []
                """),
            ),
            "changed": (
                "Leave the list of logins unchanged: others read it after you.",
                altered(STRANGERS, ("return found", "logins.clear()\n    return found")),
            ),
            "type": (
                "Return a list of the logins themselves, not of their addresses.",
                altered(STRANGERS, ("return found", "return tuple(found)")),
            ),
            "first": (
                "A user's first login does not count: there is nothing to compare it with.",
                altered(
                    STRANGERS,
                    (
                        "user in seen and address not in seen[user]",
                        "address not in seen.get(user, ())",
                    ),
                ),
            ),
            "again": (
                "An address is no longer new the second time.",
                altered(
                    STRANGERS,
                    (
                        "seen.setdefault(user, set()).add(address)",
                        "seen.setdefault(user, {address})",
                    ),
                ),
            ),
            "last": (
                "Compare with all earlier addresses, not only with the last one.",
                altered(
                    STRANGERS,
                    ("seen.setdefault(user, set()).add(address)", "seen[user] = {address}"),
                ),
            ),
            "user": (
                "Each user has its own addresses: what one tool used says nothing about another.",
                altered(
                    STRANGERS,
                    (
                        'user, address = login["USER_ID"], login["SOURCE_IP"]',
                        'user, address = "all", login["SOURCE_IP"]',
                    ),
                ),
            ),
            "part": (
                "Compare whole addresses: one may be the beginning of another, or its neighbour.",
                altered(
                    STRANGERS,
                    (
                        "address not in seen[user]",
                        "not any(address.strip().startswith(one) or one in address "
                        "for one in seen[user])",
                    ),
                ),
            ),
        },
        (
            "For each user, keep the set of addresses that it has used so far.",
            "Use a dictionary from USER_ID to a set. Look up the address before you add it.",
            "If user in seen and address not in seen[user], the login is one of them. Add the "
            "address either way.",
        ),
        STRANGERS,
    ),
    Exercise(
        "16-4",
        "function",
        leaving_alone(compare(rule_cases, same=same_answer, why=not_a(bool)), rule_cases),
        "A thief can use the grant only from the vendor's addresses, and only for what the agent "
        "does anyway.",
        {
            "type": (
                "Return True or False in each case, not another value that counts as one.",
                altered(
                    ALLOWED,
                    ("return known and scope in rule", "return int(known and scope in rule"),
                    ('["scopes"]', '["scopes"])'),
                ),
            ),
            "changed": (
                "Leave the rule unchanged: the next request is checked against it, too.",
                altered(
                    ALLOWED,
                    (
                        "return known and scope",
                        'rule["networks"].sort()\n    return known and scope',
                    ),
                ),
            ),
            "refuses": (
                "You refuse the agent itself: its address is in one of the rule's networks, and "
                "the scope is one of the rule's scopes.",
                wrong("""
                    def answer(rule, address, scope):
                        return False
                """),
            ),
            "network": (
                "An entry may be a network such as 192.0.2.44/31: ip_address(...) in "
                "ip_network(...) says whether an address is in it.",
                wrong("""
                    def answer(rule, address, scope):
                        known = address in [*rule["networks"], "192.0.2.44"]
                        return known and scope in rule["scopes"]
                """),
            ),
            "address": (
                "The address matters too: a stolen grant has all the agent's scopes.",
                wrong("""
                    def answer(rule, address, scope):
                        return scope in rule["scopes"]
                """),
            ),
            "scope": (
                "The scope matters too. Compare it as a whole.",
                altered(
                    ALLOWED,
                    (
                        "known and scope in rule",
                        "known and any(scope in one or one in scope for one in rule",
                    ),
                    ('["scopes"]', '["scopes"])'),
                ),
            ),
            "text": (
                "Do not compare addresses as strings: 192.0.2.44 begins with 192.0.2.4.",
                wrong("""
                    def answer(rule, address, scope):
                        known = any(one.split("/")[0][:-1] in address or address in one
                                    for one in rule["networks"])
                        return known and scope in rule["scopes"]
                """),
            ),
            "garbage": (
                "Refuse anything that is not an address, without raising an error.",
                altered(
                    ALLOWED,
                    (
                        "except ValueError:\n        return False",
                        "except ValueError:\n        raise",
                    ),
                ),
            ),
        },
        (
            "Ask two questions: is the address in one of the networks, and is the scope in the "
            "list?",
            "ip_address(address) in ip_network(one) answers the first. ip_address raises "
            "ValueError for anything that is not an address.",
            "try: place = ip_address(address); except ValueError: return False. Then any(...) "
            "over rule['networks'], and scope in rule['scopes'].",
        ),
        ALLOWED,
    ),
    Exercise(
        "16-5",
        "function",
        leaving_alone(compare(pair_cases, same=same_pair, why=no_pair), pair_cases),
        "Neither the strongest single defences nor the best average decides: the worst run does.",
        {
            "type": (
                "Return two names, as combinations gives them: neither a number nor a single name.",
                wrong("""
                    def answer(defences, stopped):
                        return max(min(stopped(pair)) for pair in combinations(defences, 2))
                """),
            ),
            "changed": (
                "Do not change the list of defences: it is used again.",
                altered(BEST_PAIR, ("    return max", "    defences.sort()\n    return max")),
            ),
            "none": (
                "With two defences there is one pair, and it is the best.",
                wrong("""
                    def answer(defences, stopped):
                        return ("limit", "alarm")
                """),
            ),
            "best": (
                "The worst run counts: take min(stopped(pair)) for each pair, and then the "
                "largest of these minimums.",
                altered(BEST_PAIR, ("min(stopped", "max(stopped")),
            ),
            "first": (
                "Each run may be the worst one: look at the whole list.",
                altered(BEST_PAIR, ("min(stopped(pair))", "stopped(pair)[0]")),
            ),
            "average": (
                "A good average can hide a bad run. Use min, not sum.",
                altered(BEST_PAIR, ("min(stopped", "sum(stopped")),
            ),
            "all": (
                "Try every pair, combinations(defences, 2), and take the one whose worst run "
                "stops the most thieves: not the first pair, and not the one that stops the "
                "fewest.",
                altered(BEST_PAIR, ("combinations(defences, 2)", "zip(defences, defences[1:])")),
            ),
        },
        (
            "For each pair: what does it stop in its worst run? Then take the pair for which that "
            "number is largest.",
            "The worst run of a pair is min(stopped(pair)). max takes a key.",
            "max(combinations(defences, 2), key=lambda pair: min(stopped(pair)))",
        ),
        BEST_PAIR,
    ),
)
