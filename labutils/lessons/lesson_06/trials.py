"""What the exercises of lesson 06 are tried with."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, unquote

import httpx

from labutils.classroom.judging import Tried, nearly, written
from labutils.classroom.trying import (
    Call,
    Observed,
    Raised,
    Trial,
    calls,
    left_in,
    seen,
    there_and_back,
)
from labutils.identity.oauth import bearer
from labutils.identity.person import sign_in
from labutils.identity.provider.state import User
from labutils.lab import Exchange, dice, iso, seconds
from labutils.stage.thief import SILENT_REQUEST, Entry
from labutils.stage.two_apps import API, NOTES, TwoApps, build_apps

# --- what to take out of a file (06-1) ------------------------------------------------------------

LOGIN_HOST = "login.example"


def entry(host: str = "notes.example", **members: Any) -> Entry:
    """An entry of a recorded file."""
    blank = {"client": "ada", "path": "/", "headers": {}, "cookies": {}, "form": {}, "status": 200}
    return {**blank, "host": host, "answer": {}, **members}


def try_steal(answer: Tried) -> Trial:
    """Files with drawn credentials: plain ones, and ones with what only looks like a credential."""
    yield from calls(answer, recordings())


def recordings() -> Iterator[Call]:
    """The files, the telling ones first."""
    drawn, nothing = dice("lesson-06", "recordings"), entry()

    def cookie(name: str = "session", host: str = LOGIN_HOST) -> Entry:
        return entry(host, cookies={"theme": "dark", name: next(drawn)})

    def tokens() -> Entry:
        both = {"access_token": next(drawn), "refresh_token": next(drawn)}
        return entry(LOGIN_HOST, answer={"token_type": "Bearer", **both})

    def service() -> Entry:
        return entry(LOGIN_HOST, answer={"access_token": next(drawn), "token_type": "Bearer"})

    signed_in, received, job = cookie(), tokens(), service()
    error = entry(LOGIN_HOST, answer={"error": "x"})
    for file, about, words, usual in (
        ([], "some", "an empty file", "edge"),
        ([nothing], "some", "a file without any credential", "edge"),
        ([nothing, signed_in, nothing], "cookie", "a session cookie", ""),
        ([signed_in, received], "tokens", "a session cookie, and tokens for `notes`", ""),
        ([received, job], "service", "two responses with tokens", ""),
        ([job, received, signed_in], "service", "the same in another order", "edge"),
        ([signed_in, received, tokens()], "newest", "two refresh tokens", ""),
        ([signed_in, cookie(), nothing], "newest", "two session cookies, one after the other", ""),
        ([received, error], "some", "a response with an error", ""),
        ([service(), job], "newest", "two machine tokens, one after the other", ""),
        (
            [*(cookie() for _ in range(200)), *(tokens() for _ in range(200)), nothing],
            "newest",
            "a file of 401 requests",
            "large",
        ),
    ):
        yield Call((file,), words, about, usual)
    for host in ("notes.example", "login.example.test", "xlogin.example", "Login.Example"):
        yield Call(([signed_in, cookie(host=host)],), f"a cookie for {host}", "host")
    for name in ("session_id", "Session", "sess", "app"):
        yield Call(([signed_in, cookie(name)],), f"a cookie named {name}", "name")


# --- requests from Tom's browser (06-2, 06-3) -----------------------------------------------------


def sent(answer: Tried, apps: TwoApps, credential: str) -> tuple[Any, list[Exchange]]:
    """What the answer gives for a credential, in Tom's browser, and what the browser sent."""
    before = len(apps.lab.wire)
    result = seen(answer, apps.tom, credential)
    return result, [one for one in apps.lab.wire[before:] if one.client == "tom"]


def almost(text: str) -> Iterator[tuple[str, str]]:
    """Texts that are almost this one, and what is different in each."""
    yield text[:-1], "without its last character"
    yield text + "x", "with one extra letter"
    yield text.swapcase(), "in capital letters"


def places(one: Exchange, secret: str) -> list[str]:
    """Where a request carries a secret, but for a cookie header and a form."""
    headers = [f"a `{name}` header" for name, text in one.request_headers if secret in text]
    url = ["the URL"] if secret in unquote(one.url) else []
    return url + [place for place in headers if "cookie" not in place]


REFRESHED = {
    "returned": "response",
    "requests": "one",
    "a form": "no form",
    "the token": "given",
    "the token is also in": "elsewhere",
    "tokens come back": "fields",
}


def try_refresh(answer: Tried) -> Trial:
    """Two uses in a row, and before each what is nearly the token."""
    apps = build_apps("lesson-06/judge")
    apps.sign_in("ada", NOTES)
    token = apps.notes.latest_session()["refresh_token"]
    for case, usual in (("Ada's refresh token", ""), ("the one that it was traded for", "again")):
        for text, what in (*almost(token), (f" {token} ", "with spaces around it")):
            yield _refreshed(answer, apps, text, f"a refresh token {what}", "refused")
        yield (good := _refreshed(answer, apps, token, case, usual))
        yield left_in(apps.tom, "elsewhere")
        last = apps.lab.wire[-1].response_body
        token = _member(last, "refresh_token") if isinstance(good.seen, dict) else token
    yield _refreshed(answer, apps, "", "no refresh token", "edge")


def _refreshed(answer: Tried, apps: TwoApps, token: str, case: str, usual: str) -> Observed:
    """What came of a refresh token."""
    result, wire = sent(answer, apps, token)
    if result is None or isinstance(result, Raised):
        return Observed(case, result, "raises", usual)
    if not wire:
        return Observed(case, {"requests": 0}, {"requests": "browser"}, usual)
    form = dict(parse_qsl(wire[0].request_body))
    about = dict(REFRESHED)
    is_response = isinstance(result, httpx.Response)
    parts = {
        "requests": len(wire),
        "a form": bool(form) or not token,
        "the token": form.get("refresh_token", ""),
        "the token is also in": sorted(places(wire[0], token)) if token else [],
        "returned": "a response" if is_response else written(result),
        "tokens come back": bool(_member(wire[-1].response_body, "refresh_token")),
    }
    if form and not parts["the token"]:
        about["the token"] = "fields"
    return Observed(case, parts, about, usual)


def _member(body: str, name: str) -> str:
    """A member of a JSON body; empty where it has none."""
    match = re.search(rf'"{name}": ?"([^"]*)"', body)
    return match[1] if match else ""


TRADED = {
    "requests": "no trade",
    "to notes.example": "followed",
    "the first request": "no question",
    "the cookie": "given",
    "parameters that are missing": "parameters",
    "the provider gives a code": "no cookie",
    "returned": "response",
    "the response is from": "no trade",
    "secrets in addresses": "elsewhere",
    "the body is JSON": "JSON",
    "the exchange succeeds": "form",
    "whose data": "given",
}


def try_trade_cookie(answer: Tried) -> Trial:
    """The cookies of two people, one of them drawn, and cookies of nobody's."""
    apps, drawn = build_apps("lesson-06/judge"), dice("lesson-06", "people")
    name, password, sub = (next(drawn) for _ in range(3))
    apps.provider.users[name] = User(name, password, f"u-{sub[:4]}", "Somebody")
    for user, usual in ((apps.provider.users["ada"], ""), (apps.provider.users[name], "again")):
        browser = apps.lab.browser(user.username, "192.0.2.11")
        sign_in(browser, NOTES + "/login", user.username, user.password)
        cookie = browser.cookies.get("session", domain=LOGIN_HOST) or ""
        yield _traded(answer, apps, cookie, f"{user.name}'s session cookie", usual)
        apps.tom.cookies.clear()  # the provider sets its cookie anew: a jar would keep it
        yield left_in(apps.tom, "elsewhere")
        for text, what in almost(cookie):
            yield _traded(answer, apps, text, f"a session cookie {what}", "refused")
        yield _traded(answer, apps, "", "a session cookie that is empty", "edge")
    client = apps.provider.clients["notes"]
    apps.provider.clients["notes"] = replace(client, secret=next(drawn))
    yield _traded(answer, apps, cookie, "a code that the provider does not trade", "refused")


def _traded(answer: Tried, apps: TwoApps, cookie: str, case: str, usual: str) -> Observed:
    """What came of a session cookie, in the order in which it can go wrong."""
    apps.tom.cookies.clear()
    result, wire = sent(answer, apps, cookie)
    silent = next((one for one in wire if one.path == "/authorize"), None)
    about = dict(TRADED)
    parts: dict[str, Any] = {
        "to notes.example": any(one.host == "notes.example" for one in wire),
        "the first request": wire[0].path if wire else None,
    }
    if not wire and not isinstance(result, Raised):
        about["the first request"] = "browser"
    if silent is not None:
        asked = f"{silent.url}&{silent.request_body}"
        parts["the cookie"] = _session_in(silent)
        parts["parameters that are missing"] = [
            name for name in SILENT_REQUEST if not re.search(rf"[?&]{name}=", asked)
        ]
        parts["the provider gives a code"] = "code=" in silent.header("location")
    if isinstance(result, Raised):
        parts["raised"] = result.error
        about["raised"] = "login_required" if result.error == "KeyError 'code'" else "raises"
        return Observed(case, parts if silent else result, about, usual)
    if result is None:
        return Observed(case, None, "response", usual)
    is_response = isinstance(result, httpx.Response)
    parts["returned"] = "a response" if is_response else written(result)
    if is_response:
        parts["the response is from"] = result.url.path if wire else None
        parts["requests"] = [one.path for one in wire]
        parts["secrets in addresses"] = _in_addresses(wire, cookie)
        parts["the body is JSON"] = wire[-1:] and wire[-1].request_body.startswith("{")
        parts["the exchange succeeds"] = result.is_success
        parts["whose data"] = _data_of(apps, result)
    if not parts.get("the provider gives a code"):
        about["the response is from"] = "login_required"
    return Observed(case, parts, about, usual)


def _session_in(silent: Exchange) -> str:
    """The session cookies that a request to /authorize carries; empty where it has none."""
    header = dict(silent.request_headers).get("cookie", "")
    return ", ".join(re.findall(r"(?:^|;\s*)session=([^;]*)", header))


def _in_addresses(wire: list[Exchange], cookie: str) -> list[str]:
    """The paths of requests whose address holds the cookie, or a code that was given before."""
    secrets, paths = [cookie] if cookie else [], []
    for one in wire:
        if any(secret in unquote(one.url) for secret in secrets):
            paths.append(one.path)
        secrets += re.findall(r"[?&]code=([^&]+)", one.header("location"))
    return paths


def _data_of(apps: TwoApps, response: httpx.Response) -> str | None:
    """Whose data the access token of a response opens at the API; None where it opens none."""
    try:
        token = response.json()["access_token"]
        return str(apps.tom.get(API + "/me", headers=bearer(token)).json()["sub"])
    except (KeyError, TypeError, ValueError):
        return None


# --- how long something opens (06-4) --------------------------------------------------------------


def try_how_long(answer: Tried) -> Trial:
    """Doors that open at some minutes: what comes out, and then which minutes were tried."""
    drawn = dice("lesson-06", "doors")
    steps = sorted({int(next(drawn)[:3], 16) + 1 for _ in range(9)})
    minutes: tuple[float, ...] = (0.5, *steps)
    many = tuple(float(minute) for minute in range(1, 500))
    tries: list[Observed] = []
    for attempts, opens_at, about, words, usual in (
        (minutes, minutes[:4], "last", "a door that shuts after the fourth attempt", ""),
        (minutes, minutes[: 2 + steps[0] % 5], "last", "a door that shuts at some minute", "again"),
        (minutes, minutes[:1], "last", "a door that opens once", "edge"),
        (minutes, minutes, "whole", "a door that never shuts", "edge"),
        (minutes, (), "never", "a door that never opens", "edge"),
        ((), (), "never", "no attempts at all", "edge"),
        (minutes, (*minutes[:3], *minutes[5:]), "again", "a door that opens again later", ""),
        (minutes, minutes[1:], "again", "a door that is shut only at the first attempt", ""),
        (many, many[:450], "last", "a door that is tried 499 times", "large"),
    ):
        tried: list[float] = []

        def opens(minute: float, tried: Any = tried, opens_at: Any = opens_at) -> bool:
            tried.append(minute)
            return minute in opens_at

        result = seen(answer, opens, attempts)
        case = f"{words} (tried at {spoken(attempts)})"
        yield Observed(case, result, about, usual)
        tries.append(Observed(words, {"attempts": spoken(tried)}, "stop"))
    yield from tries


def spoken(minutes: Sequence[float]) -> str:
    """Minutes in a row, as a person reads them."""
    return ", ".join(f"{minute:g}" for minute in minutes) or "none"


# --- minutes out of a log (06-5) ------------------------------------------------------------------

Line = dict[str, str]
THIEF, ADA = "203.0.113.66", "192.0.2.10"


def log_of(*rows: tuple[float, str, str, str]) -> list[Line]:
    """Lines of a log: minutes after nine o'clock, event, outcome and address."""
    start = seconds("2023-10-18T09:00:00Z")
    return [
        {"time": iso(start + round(60 * at)), "event": event, "outcome": outcome, "ip": ip}
        for at, event, outcome, ip in rows
    ]


def try_attacker_minutes(answer: Tried) -> Trial:
    """Logs with the address that is asked for; whole minutes are an int."""
    for call, usual in there_and_back(logs()):
        yield _minutes(answer, call, usual)


def _minutes(answer: Tried, call: Call, usual: str) -> Observed:
    """What comes out for a log and an address."""
    result = seen(answer, *call.arguments)
    if isinstance(result, float):  # 2.0 is like 2, and here it is none
        return Observed(call.words, {"a float": result}, {"a float": "float"}, usual)
    return Observed(call.words, result, call.about, usual)


def logs() -> Iterator[Call]:
    """The logs; some minutes are drawn."""
    drawn = dice("lesson-06", "logs")
    late = 20 + int(next(drawn)[:2], 16) % 20 + 0.7
    plain = log_of(
        (0, "session.start", "success", ADA),
        (1, "token.refresh_token", "success", THIEF),
        (2, "api.read", "success", ADA),
        (3.2, "api.read", "success", THIEF),
        (5, "api.read", "success", THIEF),
        (8, "api.read", "failure", "203.0.113.6"),
        (late, "api.read", "success", THIEF),
        (late + 1, "token.refresh_token", "success", THIEF),
        (late + 6, "api.read", "failure", THIEF),
        (90, "api.read", "success", ADA),
        (200, "api.read", "success", "203.0.113.6"),
        (201, "api.read", "success", THIEF + "6"),
    )
    hours = [*plain[:7], *log_of((late + 61.4, "api.read", "success", THIEF))]
    days = [*plain[:7], *log_of((2943.5, "api.read", "success", THIEF))]
    refused = log_of((1, "api.read", "failure", THIEF), (3, "api.reads", "success", THIEF))
    many = log_of(*((at, "api.read", "success", THIEF) for at in range(400)))
    yield Call((plain, THIEF), f"a log from one morning, {THIEF}")
    yield Call((hours, THIEF), f"a log covering a few hours, {THIEF}")
    yield Call((days, THIEF), f"a log covering a few days, {THIEF}")
    yield Call((plain, ADA), f"the same morning, for Ada's address, {ADA}")
    yield Call((plain, "203.0.113.6"), "a single read, 203.0.113.6", "", "edge")
    yield from nearly_reads(late)
    nothing = ", an address that read nothing"
    yield Call((plain, "198.51.100.7"), f"198.51.100.7{nothing}", "none", "edge")
    yield Call((plain, ""), "no address", "whole", "edge")
    yield Call((refused, THIEF), f"{THIEF}, an address that was refused", "none")
    yield Call(([], THIEF), f"an empty log, {THIEF}", "none", "edge")
    yield Call((many, THIEF), f"a log of 400 reads, {THIEF}", "", "large")


def nearly_reads(late: float) -> Iterator[Call]:
    """Logs of two reads, and around them lines in which one member is nearly right."""
    read = {"event": "api.read", "outcome": "success", "ip": THIEF}
    # The name of an interface behind % counts letter by letter (RFC 4007, 11).
    local = "fe80::66%eth0"
    for name, right in (*read.items(), ("ip", local)):
        read[name] = right
        rows = [(100.0, read), (100 + late, read)]
        for place, text in enumerate((*nearly(right), f"{right} {right}"), 1):
            if text != right:
                rows += [(at, read | {name: text}) for at in (100 - 3 * place, 150 + 3 * place)]
        rows.sort(key=lambda one: one[0])
        lines = log_of(*((at, row["event"], row["outcome"], row["ip"]) for at, row in rows))
        words = f"lines whose {name} is nearly {right!r}, {read['ip']}"
        yield Call((lines, read["ip"]), words, "whole")
