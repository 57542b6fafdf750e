"""06 · Token replay."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, unquote

import httpx

from labutils.classroom import registry
from labutils.classroom.judging import (
    PASSED,
    Case,
    Tried,
    Verdict,
    compare,
    nearly,
    not_a_response,
    returns_nothing,
    written,
)
from labutils.classroom.registry import (
    Exercise,
    GridRow,
    Guess,
    Prediction,
    code,
    columns_of,
)
from labutils.identity.oauth import bearer
from labutils.identity.person import sign_in
from labutils.identity.provider.state import User
from labutils.lab import Exchange, dice, iso, seconds
from labutils.stage.thief import SILENT_REQUEST, Entry
from labutils.stage.two_apps import API, NOTES, TwoApps, build_apps

from .attacker_minutes import DEFENCES

TOOLS = code("""
    from labutils.identity.oauth import bearer
    from labutils.stage.thief import SILENT_REQUEST, VERIFIER, query
    from labutils.stage.two_apps import API, LOGIN, NOTES
""")
STEAL = code("""
    def steal(recording):
        stolen = {}
        for entry in recording:
            answer = entry["answer"]
            if entry["host"] == "login.example" and "session" in entry["cookies"]:
                stolen["session cookie"] = entry["cookies"]["session"]
            if "refresh_token" in answer:
                stolen["access token"] = answer["access_token"]
                stolen["refresh token"] = answer["refresh_token"]
            elif "access_token" in answer:
                stolen["machine token"] = answer["access_token"]
        return stolen
""")
REFRESH = code("""
    def refresh(browser, token):
        form = {"grant_type": "refresh_token", "client_id": "notes", "refresh_token": token}
        return browser.post(LOGIN + "/token", data=form)
""")
TRADE_COOKIE = code("""
    def trade_cookie(browser, cookie):
        header = {"cookie": "session=" + cookie}
        landed = browser.get(LOGIN + "/authorize", params=SILENT_REQUEST, headers=header)
        answer = query(landed.headers["location"])
        if "code" not in answer:
            return landed
        form = {"grant_type": "authorization_code", "client_id": "notes", "code": answer["code"]}
        form |= {"redirect_uri": NOTES + "/cb", "code_verifier": VERIFIER}
        return browser.post(LOGIN + "/token", data=form)
""")
HOW_LONG = code("""
    def how_long(opens, minutes):
        last = 0
        for minute in minutes:
            if not opens(minute):
                break
            last = minute
        return last
""")
ATTACKER_MINUTES = code("""
    from datetime import datetime

    def attacker_minutes(lines, address):
        times = [datetime.fromisoformat(line["time"]) for line in lines
                 if line["event"] == "api.read" and line["outcome"] == "success"
                 and line["ip"] == address]
        return int((max(times) - min(times)).total_seconds() // 60) if times else 0
""")

wrong = partial(registry.wrong, TOOLS)
altered = partial(registry.altered, TOOLS)


def altered_minutes(*changes: tuple[str, str]) -> str:
    """A wrong answer to 06-5: its solution begins with an import, and not with its name."""
    text = ATTACKER_MINUTES
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return f"{text}\nanswer = attacker_minutes"


# --- 06-1: what to take out of a file -----------------------------------------------------------


def entry(host: str = "notes.example", **members: Any) -> Entry:
    """An entry of a recorded file."""
    blank = {"client": "ada", "path": "/", "headers": {}, "cookies": {}, "form": {}, "status": 200}
    return {**blank, "host": host, "answer": {}, **members}


def recordings() -> list[Case]:
    """Files with drawn credentials: plain ones, and ones with what only looks like a credential."""
    drawn = dice("lesson-06", "recordings")
    login, nothing = "login.example", entry()

    def cookie(name: str = "session", host: str = login) -> tuple[str, Entry]:
        text = next(drawn)
        return text, entry(host, cookies={"theme": "dark", name: text})

    def tokens() -> tuple[dict[str, str], Entry]:
        answer = {"access_token": next(drawn), "refresh_token": next(drawn)}
        named = dict(zip(("access token", "refresh token"), answer.values(), strict=True))
        return named, entry(login, answer={"token_type": "Bearer", **answer})

    text, signed_in = cookie()
    first, given = tokens()
    job = next(drawn)
    service = entry(login, answer={"access_token": job, "token_type": "Bearer"})
    newer_text, newer_cookie = cookie()
    newest, given_again = tokens()
    both = {"session cookie": text, **first}
    everything = {**both, "machine token": job}
    rows = [
        ([nothing], {}, "some", "a file without any credential"),
        ([nothing, signed_in, nothing], {"session cookie": text}, "cookie", "a session cookie"),
        ([signed_in, given], both, "tokens", "a session cookie, and tokens for `notes`"),
        ([given, service], {**first, "machine token": job}, "service", "two responses with tokens"),
        ([service, given, signed_in], everything, "service", "the same in another order"),
        ([signed_in, given, given_again], {**both, **newest}, "newest", "two refresh tokens"),
        (
            [signed_in, newer_cookie, nothing],
            {"session cookie": newer_text},
            "newest",
            "two session cookies, one after the other",
        ),
        ([given, entry(login, answer={"error": "x"})], first, "some", "a response with an error"),
        (
            [entry(login, answer={"access_token": next(drawn)}), service],
            {"machine token": job},
            "newest",
            "two machine tokens, one after the other",
        ),
    ]
    for host in ("notes.example", "login.example.test", "xlogin.example", "Login.Example"):
        words = f"a cookie for {host}"
        rows.append(([signed_in, cookie(host=host)[1]], {"session cookie": text}, "host", words))
    for name in ("session_id", "Session", "sess", "app"):
        words = f"a cookie named {name}"
        rows.append(([signed_in, cookie(name)[1]], {"session cookie": text}, "name", words))
    return [Case((file,), want, mistake, words) for file, want, mistake, words in rows]


def lacks(answer: Tried, name: str) -> bool:
    """Whether the answer failed since it took this name out of a dictionary without it."""
    return isinstance(answer.error, KeyError) and answer.error.args[0] == name


def taken(answer: Tried) -> Verdict:
    """The judge of 06-1."""
    verdict = compare(recordings)(answer)
    if lacks(answer, "session"):
        return replace(verdict, mistake="no such cookie")
    result = answer.results[-1] if answer.results else None
    if verdict.kind != "differs" or verdict.mistake == "some" or not isinstance(result, dict):
        return verdict
    if result.get("session cookie", "") is None:
        return replace(verdict, mistake="no cookie there")
    if verdict.mistake == "tokens" and "machine token" in result:
        return replace(verdict, mistake="service")
    return verdict


# --- 06-2 and 06-3: to the token endpoint -------------------------------------------------------


def asked(answer: Tried, apps: TwoApps, credential: str, case: str) -> Verdict | Any:
    """What the answer gives for a credential, in Tom's browser, or the verdict where it is wrong.

    It counts as wrong where it raises, returns no response, or sends nothing with the browser.
    """
    before = len(apps.lab.wire)
    try:
        response = answer(apps.tom, credential)
    except Exception:
        return answer.raised(case, why_raised(answer))
    if verdict := not_a_response(response, case):
        return verdict
    if not any(exchange.client == "tom" for exchange in apps.lab.wire[before:]):
        return Verdict(
            "differs",
            case,
            "a response that the browser did not get",
            "one that it got",
            mistake="browser",
        )
    return response


def why_raised(answer: Tried) -> str:
    """The name of the mistake behind an error: a code that is not there, or another."""
    return "login_required" if lacks(answer, "code") else "raises"


def reads_data_of(apps: TwoApps, response: httpx.Response) -> str | None:
    """Whose data an access token opens at the API; None where there is none, or it opens none."""
    try:
        token = response.json()["access_token"]
        return str(apps.tom.get(API + "/me", headers=bearer(token)).json()["sub"])
    except (KeyError, TypeError, ValueError):
        return None


def almost(text: str) -> Iterator[tuple[str, str]]:
    """Texts that are almost this one, and what is different in each."""
    yield text[:-1], "without its last character"
    yield text + "x", "with one extra letter"
    yield text.swapcase(), "in capital letters"


def form_of(exchange: Exchange) -> dict[str, str]:
    """The fields of the form that was sent."""
    return dict(parse_qsl(exchange.request_body))


def takes_another(answer: Tried, apps: TwoApps, token: str) -> Verdict | None:
    """The verdict where a text that is nearly this refresh token brings tokens; else None."""
    for text, what in (*almost(token), (f" {token} ", "with spaces around it")):
        response = asked(answer, apps, text, f"a refresh token {what}")
        if isinstance(response, Verdict):
            return response
        if response.is_success:
            return Verdict("let_in", f"a refresh token {what}", mistake="given")
    return None


def stands_elsewhere(exchange: Exchange, secret: str, case: str) -> Verdict | None:
    """The verdict where a secret is in the address or in a header of a request with a form."""
    if secret in unquote(exchange.url):
        got = f"the URL {written(exchange.url)}"
        return Verdict("differs", case, got, "a URL without it", mistake="elsewhere")
    for name, text in exchange.request_headers:
        if secret in text:
            got, want = f"the token in a `{name}` header", "the token only in the form"
            return Verdict("differs", case, got, want, mistake="elsewhere")
    return None


def refreshes(answer: Tried) -> Verdict:
    """The judge of 06-2: two uses in a row, the used token again, and tokens of nobody's."""
    apps = build_apps("lesson-06/judge")
    apps.sign_in("ada", NOTES)
    token = apps.notes.latest_session()["refresh_token"]
    for case in ("Ada's refresh token", "the new one that it was traded for"):
        if verdict := takes_another(answer, apps, token):
            return verdict
        before = len(apps.lab.wire)
        response = asked(answer, apps, token, case)
        if isinstance(response, Verdict):
            return response
        sent = apps.lab.wire[before:]
        if len(sent) != 1:
            return Verdict("differs", case, f"{len(sent)} requests", "one", mistake="one")
        if not form_of(sent[0]):
            return Verdict("differs", case, "no form in the request", "a form", mistake="no form")
        if (other := form_of(sent[0]).get("refresh_token", token)) != token:
            return Verdict("differs", case, written(other), written(token), mistake="given")
        if verdict := stands_elsewhere(sent[0], token, case):
            return verdict
        if not response.is_success or "refresh_token" not in response.json():
            got = f"the response {response.status_code}, {written(response.text)}"
            return Verdict("differs", case, got, "a response with tokens", mistake="fields")
        token = response.json()["refresh_token"]
    return PASSED


def trades(answer: Tried) -> Verdict:
    """The judge of 06-3: the cookies of two people, one of them drawn, and cookies of nobody's."""
    apps, drawn = build_apps("lesson-06/judge"), dice("lesson-06", "people")
    name, password, sub = (next(drawn) for _ in range(3))
    apps.provider.users[name] = User(name, password, f"u-{sub[:4]}", "Somebody")
    for user in (apps.provider.users["ada"], apps.provider.users[name]):
        browser = apps.lab.browser(user.username, "192.0.2.11")
        sign_in(browser, NOTES + "/login", user.username, user.password)
        cookie = browser.cookies.get("session", domain="login.example") or ""
        case = f"{user.name}'s session cookie"
        if verdict := wrong_trade(answer, apps, cookie, user.sub, case):
            return verdict
        for text, what in (*almost(cookie), ("", "that is empty")):
            case = f"a session cookie {what}"
            apps.tom.cookies.clear()  # the provider sets its cookie anew: a jar would keep it
            response = asked(answer, apps, text, case)
            if isinstance(response, Verdict):
                return response
            if response.is_success:
                return Verdict("let_in", case, mistake="given")
            if response.url.path != "/authorize":
                got = f"the response from {response.url.path}"
                want = "the response from /authorize, which has no code"
                return Verdict("differs", case, got, want, mistake="login_required")
    return PASSED


def not_asked(silent: Exchange) -> str | None:
    """A parameter of the silent request that a request to /authorize does not have."""
    sent = f"{silent.url}&{silent.request_body}"
    return next((name for name in SILENT_REQUEST if not re.search(rf"[?&]{name}=", sent)), None)


def wrong_question(silent: Exchange, cookie: str, case: str) -> Verdict | None:
    """What is wrong with a request to /authorize; None where it brings a code."""
    if other := other_cookie(silent, cookie):
        return Verdict("differs", case, written(other), written(cookie), mistake="given")
    if missing := not_asked(silent):
        got = f"a request to /authorize without `{missing}`"
        return Verdict("differs", case, got, "all of SILENT_REQUEST", mistake="parameters")
    if "code=" not in silent.header("location"):
        got = f"the response {silent.status} from /authorize, without a code"
        return Verdict("differs", case, got, "a code", mistake="no cookie")
    return None


def wrong_trade(answer: Tried, apps: TwoApps, cookie: str, sub: str, case: str) -> Verdict | None:
    """What is wrong with what came of a good cookie; None where nothing is."""
    before = len(apps.lab.wire)
    apps.tom.cookies.clear()
    response = asked(answer, apps, cookie, case)
    sent = [one for one in apps.lab.wire[before:] if one.client == "tom"]
    if any(one.host == "notes.example" for one in sent):
        got = "a request to notes.example"
        return Verdict("differs", case, got, "none: the code is in a redirect", mistake="followed")
    silent = next((one for one in sent if one.path == "/authorize"), None)
    if silent is None and sent:
        got = f"a request to {sent[0].path}"
        return Verdict("differs", case, got, "one to /authorize first", mistake="no question")
    if silent is not None and (verdict := wrong_question(silent, cookie, case)):
        return verdict
    if isinstance(response, Verdict):
        return response
    if response.url.path != "/token":
        got = f"the response from {response.url.path}"
        return Verdict("differs", case, got, "the response from /token", mistake="no trade")
    if verdict := in_an_address(sent, cookie, case):
        return verdict
    if not response.is_success:
        got = f"the response {response.status_code}, {written(response.text)}"
        mistake = "JSON" if sent[-1].request_body.startswith("{") else "form"
        return Verdict("differs", case, got, "a response with tokens", mistake=mistake)
    if (seen := reads_data_of(apps, response)) != sub:
        return Verdict("differs", case, f"tokens for {seen}", f"tokens for {sub}", mistake="given")
    return None


def in_an_address(sent: list[Exchange], cookie: str, case: str) -> Verdict | None:
    """The verdict where the cookie, or a code that was traded, is in an address; else None."""
    secrets = [cookie]
    for exchange in sent:
        address = unquote(exchange.url)
        if any(secret in address for secret in secrets):
            got, want = f"the URL {written(address)}", "a URL without it"
            return Verdict("differs", case, got, want, mistake="elsewhere")
        secrets += re.findall(r"[?&]code=([^&]+)", exchange.header("location"))
    return None


def other_cookie(exchange: Exchange, cookie: str) -> str | None:
    """The value of the cookie `session` that was sent, where it is not this one; else None."""
    header = dict(exchange.request_headers).get("cookie", "")
    values = re.findall(r"(?:^|;\s*)session=([^;]*)", header)
    return values[0] if values and cookie not in values else None


# --- 06-4: how long something opens -------------------------------------------------------------


class Door:
    """A door that opens at some minutes, and notes each try."""

    def __init__(self, minutes: tuple[float, ...], opens_at: tuple[float, ...]):
        self.minutes, self.opens_at = minutes, opens_at
        self.tries: list[float] = []

    def opens(self, minute: float) -> bool:
        """Whether it opens at that minute."""
        self.tries.append(minute)
        return minute in self.opens_at

    def right(self) -> tuple[float, list[float]]:
        """The last minute before the first refusal, and the tries up to there."""
        place = next(
            (at for at, minute in enumerate(self.minutes) if minute not in self.opens_at), None
        )
        if place is None:
            return (self.minutes[-1] if self.minutes else 0), list(self.minutes)
        return (self.minutes[place - 1] if place else 0), list(self.minutes[: place + 1])


def doors() -> list[tuple[Door, str, str]]:
    """Doors, what each is, and the mistake of those who fail it."""
    drawn = dice("lesson-06", "doors")
    steps = sorted({int(next(drawn)[:3], 16) + 1 for _ in range(9)})
    minutes = (0.5, *steps)
    rows = [
        (minutes, minutes[:4], "last", "a door that shuts after the fourth attempt"),
        (minutes, minutes[: 2 + steps[0] % 5], "last", "a door that shuts at a random minute"),
        (minutes, minutes[:1], "last", "a door that opens once"),
        (minutes, minutes, "whole", "a door that never shuts"),
        (minutes, (), "never", "a door that never opens"),
        ((), (), "never", "no attempts at all"),
        (minutes, (*minutes[:3], *minutes[5:]), "again", "a door that opens again later"),
        (minutes, minutes[1:], "again", "a door that is shut only at the first attempt"),
    ]
    return [(Door(tries, opens_at), words, mistake) for tries, opens_at, mistake, words in rows]


def measures(answer: Tried) -> Verdict:
    """The judge of 06-4: the minute that is right, and then no try after the first refusal."""
    tried = doors()
    for door, words, mistake in tried:
        case = f"{words} (tried at {spoken(door.minutes)})"
        try:
            result = answer(door.opens, door.minutes)
        except Exception:
            return answer.raised(case, "never" if mistake == "never" else "raises")
        if result is None and returns_nothing(answer.function):
            return Verdict("none", case)
        want, _ = door.right()
        if isinstance(result, bool) or result != want:
            return Verdict("differs", case, written(result), f"{want:g}", mistake=mistake)
    for door, words, _ in tried:
        _, tries = door.right()
        if door.tries != tries:
            got, right = f"attempts at {spoken(door.tries)}", f"attempts at {spoken(tries)}"
            return Verdict("differs", words, got, right, mistake="stop")
    return PASSED


def spoken(minutes: Sequence[float]) -> str:
    """Minutes in a row, as a person reads them."""
    return ", ".join(f"{minute:g}" for minute in minutes) or "none"


# --- 06-5: minutes out of a log -----------------------------------------------------------------

Line = dict[str, str]
THIEF = "203.0.113.66"


def log_of(*rows: tuple[float, str, str, str]) -> list[Line]:
    """Lines of a log: minutes after nine o'clock, event, outcome and address."""
    start = seconds("2023-10-18T09:00:00Z")
    return [
        {"time": iso(start + round(60 * at)), "event": event, "outcome": outcome, "ip": ip}
        for at, event, outcome, ip in rows
    ]


def logs() -> list[tuple[list[Line], str, str, str]]:
    """Logs with the address that is asked for, what each is, and the mistake of who fails there.

    It is empty where the number tells the mistake. Some minutes are drawn.
    """
    drawn = dice("lesson-06", "logs")
    ada = "192.0.2.10"
    late = 20 + int(next(drawn)[:2], 16) % 20 + 0.7
    plain = log_of(
        (0, "session.start", "success", ada),
        (1, "token.refresh_token", "success", THIEF),
        (2, "api.read", "success", ada),
        (3.2, "api.read", "success", THIEF),
        (5, "api.read", "success", THIEF),
        (8, "api.read", "failure", "203.0.113.6"),
        (late, "api.read", "success", THIEF),
        (late + 1, "token.refresh_token", "success", THIEF),
        (late + 6, "api.read", "failure", THIEF),
        (90, "api.read", "success", ada),
        (200, "api.read", "success", "203.0.113.6"),
        (201, "api.read", "success", THIEF + "6"),
    )
    hours = [*plain[:7], *log_of((late + 61.4, "api.read", "success", THIEF))]
    days = [*plain[:7], *log_of((2943.5, "api.read", "success", THIEF))]
    tries = log_of((1, "api.read", "failure", THIEF), (3, "api.reads", "success", THIEF))
    return [
        (plain, THIEF, "a log from one morning", ""),
        (hours, THIEF, "a log covering a few hours", ""),
        (days, THIEF, "a log covering a few days", ""),
        (plain, ada, "the same morning, for Ada's address", ""),
        (plain, "203.0.113.6", "a single read", ""),
        *nearly_reads(late),
        (plain, "198.51.100.7", "an address that read nothing", ""),
        (plain, "", "no address", "whole"),
        (tries, THIEF, "an address that was refused", ""),
    ]


def nearly_reads(late: float) -> Iterator[tuple[list[Line], str, str, str]]:
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
        yield lines, read["ip"], f"lines whose {name} is nearly {right!r}", "whole"


def kept(lines: list[Line], **wanted: str) -> list[datetime]:
    """The times of the lines with these members."""
    right = [line for line in lines if all(line[name] == text for name, text in wanted.items())]
    return [datetime.fromisoformat(line["time"]) for line in right]


def span(times: list[datetime]) -> float:
    """Seconds between the first and the last; 0 where there is none."""
    return (max(times) - min(times)).total_seconds() if times else 0.0


READS = {"event": "api.read", "outcome": "success"}


def usual_mistakes(lines: list[Line], address: str) -> Iterator[tuple[str, Any]]:
    """What comes out for those who make a mistake, with its name."""
    times = kept(lines, **READS, ip=address)
    whole = span(times)
    yield "float", whole / 60
    yield "seconds", int(whole)
    yield "failures", int(span(kept(lines, event="api.read", ip=address)) // 60)
    yield "events", int(span(kept(lines, outcome="success", ip=address)) // 60)
    yield "everybody", int(span(kept(lines, **READS)) // 60)
    yield "count", len(times)
    yield "days", int(whole % 86400 // 60)
    yield "rounded", round(whole / 60)
    yield "rounded", int(-(-whole // 60))
    ends = (max(times), min(times)) if times else (datetime.min, datetime.min)
    yield "hours", ends[0].minute - ends[1].minute


def minutes_had(answer: Tried) -> Verdict:
    """The judge of 06-5."""
    for lines, address, words, fixed in logs():
        case, want = f"{words}, {address}", int(span(kept(lines, **READS, ip=address)) // 60)
        is_none = not kept(lines, **READS, ip=address)
        try:
            got = answer([dict(line) for line in lines], address)
        except Exception:
            return answer.raised(case, "none" if is_none else "raises")
        if got is None and returns_nothing(answer.function):
            return Verdict("none", case)
        if type(got) is int and got == want:
            continue
        mistake = fixed or ("none" if is_none else named(got, lines, address))
        return Verdict("differs", case, written(got), str(want), mistake=mistake)
    return PASSED


def named(got: Any, lines: list[Line], address: str) -> str | None:
    """The mistake behind a number, where it is a usual one."""
    if isinstance(got, float):
        return "float"
    return next((name for name, number in usual_mistakes(lines, address) if number == got), "other")


# --- the table ----------------------------------------------------------------------------------


RESPONSE = "Return the whole response, as the browser returns it."

EXERCISES = (
    Exercise(
        "06-1",
        "function",
        taken,
        "One file, four credentials, and no password. Nobody broke anything.",
        {
            "cookie": (
                "entry['cookies'] holds the cookies of the request by name. Take the one named "
                "`session` at login.example and store it under the name 'session cookie'.",
                altered(STEAL, ('stolen["session cookie"]', 'stolen["session"]')),
            ),
            "tokens": (
                "A response with a refresh_token holds two credentials: 'access token' and "
                "'refresh token'. Use these names in your dictionary.",
                altered(STEAL, ('stolen["refresh token"]', 'stolen["refresh_token"]')),
            ),
            "service": (
                "A response with an access_token but no refresh_token is for the backup job: a "
                "'machine token'. It must not replace Ada's access token.",
                altered(STEAL, ("elif", "if")),
            ),
            "some": (
                "Not every file holds every credential, and most responses hold no token. Check "
                "with `in` first, and leave out what is missing.",
                altered(STEAL, ("stolen = {}", 'stolen = {"session cookie": None}')),
            ),
            "no such cookie": (
                "Most requests to login.example have no `session` cookie. Check first: "
                "'session' in entry['cookies'].",
                altered(STEAL, (' and "session" in entry["cookies"]', "")),
            ),
            "no cookie there": (
                "Most requests to login.example have no `session` cookie. You stored None for "
                "those, and it replaced the session cookie. Check with `in` first.",
                altered(
                    STEAL,
                    (' and "session" in entry["cookies"]', ""),
                    ('entry["cookies"]["session"]', 'entry["cookies"].get("session")'),
                ),
            ),
            "newest": (
                "The file is in chronological order, and older credentials may have expired. If "
                "the same kind appears twice, the last one counts.",
                altered(
                    STEAL,
                    (
                        'if "refresh_token" in answer:',
                        'if "refresh_token" in answer and "refresh token" not in stolen:',
                    ),
                ),
            ),
            "host": (
                "That cookie belongs to a different host. Compare the whole host: "
                "entry['host'] == 'login.example'.",
                altered(STEAL, ('entry["host"] == "login.example" and ', "")),
            ),
            "name": (
                "The cookie is named exactly `session`: check 'session' in entry['cookies'].",
                altered(
                    STEAL,
                    ('"session" in entry["cookies"]', 'entry["cookies"]'),
                    ('entry["cookies"]["session"]', 'list(entry["cookies"].values())[-1]'),
                ),
            ),
        },
        (
            "Use one loop over the entries, with three checks: is there a cookie? Is there a "
            "refresh_token in the response? If not, is there an access_token?",
            "'session' in entry['cookies'] checks for the cookie; entry['cookies']['session'] is "
            "its value.",
            "Let later entries overwrite earlier ones. Then the newest is left at the end.",
        ),
        STEAL,
    ),
    Exercise(
        "06-2",
        "function",
        refreshes,
        "No password, no secret: the client_id proves nothing.",
        {
            "fields": (
                "POST a form to LOGIN + '/token' with grant_type, client_id and refresh_token "
                "(RFC 6749, 6).",
                altered(REFRESH, (' "client_id": "notes",', "")),
            ),
            "no form": (
                "Pass a form as `data`: browser.post(LOGIN + '/token', data=form). `json` sends a "
                "different format, and `params` puts the fields into the URL.",
                altered(REFRESH, ("data=form", "json=form")),
            ),
            "elsewhere": (
                "Send the token only in the form. URLs and headers end up in logs, and anyone who "
                "reads the logs then has the token.",
                altered(REFRESH, ("data=form", 'params={"refresh_token": token}, data=form')),
            ),
            "one": (
                "Send only one request. Using a refresh token a second time raises an alarm.",
                altered(REFRESH, ("    return", '    browser.get(API + "/me")\n    return')),
            ),
            "given": (
                "Send the token that you are given, unchanged.",
                wrong("""
                    kept = []

                    def answer(browser, token):
                        good = next((one for one in kept if one.startswith(token)), token)
                        form = {"grant_type": "refresh_token", "client_id": "notes"}
                        form["refresh_token"] = good.removesuffix("x").lower()
                        return browser.post(LOGIN + "/token", data=form)
                """),
            ),
            "response": (RESPONSE, altered(REFRESH, ("data=form)", "data=form).json()"))),
            "browser": (
                "Send the request with the browser that you are given: browser.post.",
                wrong("""
                    import httpx

                    def answer(browser, token):
                        return httpx.Response(400)
                """),
            ),
            "raises": (
                "One call is enough: browser.post(LOGIN + '/token', data=form). The form is a "
                "dictionary.",
                altered(REFRESH, ("browser.post(", "browser(")),
            ),
        },
        (
            "The task above names the three fields of the form.",
            "One call is enough, with the form as a dictionary: "
            "browser.post(LOGIN + '/token', data={...}).",
        ),
        REFRESH,
    ),
    Exercise(
        "06-3",
        "function",
        trades,
        "A cookie, a code, tokens. The provider never saw a password from Tom.",
        {
            "no question": (
                "The cookie works only at the provider. Begin with "
                "browser.get(LOGIN + '/authorize', params=SILENT_REQUEST, headers=...).",
                wrong("""
                    def answer(browser, cookie):
                        return browser.get(API + "/me", headers=bearer(cookie))
                """),
            ),
            "no cookie": (
                "The provider saw no session. The header is called cookie, and its value is "
                "session= followed by the cookie.",
                altered(TRADE_COOKIE, ('"session=" + cookie', "cookie")),
            ),
            "parameters": (
                "The request to /authorize asks for something: SILENT_REQUEST says what. Send all "
                "of it, with params=SILENT_REQUEST.",
                altered(TRADE_COOKIE, ("params=SILENT_REQUEST, ", "")),
            ),
            "followed": (
                "Do not follow the redirect. Its URL holds the code, which is lost once the "
                "request reaches notes.example. Leave follow_redirects out.",
                altered(
                    TRADE_COOKIE, ("headers=header)", "headers=header, follow_redirects=True)")
                ),
            ),
            "no trade": (
                "Trade the code at LOGIN + '/token' and return the response to that request.",
                altered(TRADE_COOKIE, ('if "code" not in answer', "if True")),
            ),
            "form": (
                "Send the five fields that the text above names, with the code that you got, and "
                "VERIFIER as code_verifier.",
                altered(TRADE_COOKIE, (', "code_verifier": VERIFIER', "")),
            ),
            "JSON": (
                "You sent JSON. The token endpoint reads a form (RFC 6749, 4.1.3): data=form, not "
                "json=form.",
                altered(TRADE_COOKIE, ("data=form", "json=form")),
            ),
            "login_required": (
                "If the cookie does not match a session, the redirect has an error but no code. "
                "Check for a code first. If there is none, return the response from /authorize.",
                altered(
                    TRADE_COOKIE, ('    if "code" not in answer:\n        return landed\n', "")
                ),
            ),
            "elsewhere": (
                "The cookie belongs in its header, and the code in the form. URLs end up in logs, "
                "and anyone who reads the logs then has both.",
                altered(
                    TRADE_COOKIE,
                    ('"/token", data=form', '"/token", params={"code": form["code"]}, data=form'),
                ),
            ),
            "given": (
                "Send the cookie that you are given, unchanged.",
                altered(TRADE_COOKIE, ("+ cookie", '+ cookie.lower().removesuffix("x")')),
            ),
            "response": (RESPONSE, altered(TRADE_COOKIE, ("data=form)", "data=form).json()"))),
            "browser": (
                "Send the requests with the browser that you are given.",
                wrong("""
                    import httpx

                    def answer(browser, cookie):
                        return httpx.Response(200, json={})
                """),
            ),
            "raises": (
                "The code is in the redirect URL, which is in a header of the response from "
                "/authorize: query(response.headers['location']).get('code').",
                altered(TRADE_COOKIE, ('landed.headers["location"]', "landed")),
            ),
        },
        (
            "Send two requests: /authorize with the cookie, then /token with the code.",
            "query(response.headers['location']) is a dictionary. It contains either `code` or "
            "`error`.",
            "form = {'grant_type': 'authorization_code', 'client_id': 'notes', "
            "'redirect_uri': ..., 'code': ..., 'code_verifier': VERIFIER}",
        ),
        TRADE_COOKIE,
    ),
    Exercise(
        "06-4",
        "function",
        measures,
        "You can measure this without knowing the provider's settings: you only have to try.",
        {
            "last": (
                "Return the last minute at which it worked before the first refusal.",
                altered(HOW_LONG, ("            break", "            return minute")),
            ),
            "whole": (
                "It worked at every attempt, so return the last minute in the list.",
                wrong("""
                    def answer(opens, minutes):
                        last = 0
                        for minute in minutes:
                            if not opens(minute):
                                return last
                            last = minute
                        return 0
                """),
            ),
            "never": (
                "If it never worked, return 0.",
                altered(HOW_LONG, ("last = 0", "last = None")).replace(
                    "return last", "return -1 if last is None else last"
                ),
            ),
            "again": (
                "After the first refusal the credential counts as dead, even if a later attempt "
                "would succeed. Stop there.",
                altered(HOW_LONG, ("break", "continue")),
            ),
            "stop": (
                "Try each minute once, in order, and stop at the first refusal. Every further "
                "attempt is noise in the log.",
                wrong("""
                    def answer(opens, minutes):
                        seen = [opens(minute) for minute in minutes]
                        count = seen.index(False) if False in seen else len(seen)
                        return minutes[count - 1] if count else 0
                """),
            ),
            "raises": (
                "opens is a function: opens(minute) returns True or False.",
                altered(HOW_LONG, ("opens(minute)", "opens[minute]")),
            ),
        },
        (
            "Begin with last = 0 and go through the minutes in order.",
            "If opens(minute) is False, break. Otherwise set last = minute.",
        ),
        HOW_LONG,
    ),
    Exercise(
        "06-5",
        "function",
        minutes_had,
        "A defender can compute this without knowing how the credential was stolen.",
        {
            "seconds": (
                "Your result is in seconds. Divide by 60.",
                altered_minutes((" // 60", "")),
            ),
            "failures": (
                "You counted a refused read. Keep only lines with the outcome success: only those "
                "show how long the thief had access.",
                altered_minutes((' and line["outcome"] == "success"', "")),
            ),
            "float": (
                "Return whole minutes: an int, rounded down.",
                altered_minutes(("int((", "(("), ("() // 60)", "() / 60)")),
            ),
            "rounded": (
                "Round down: an incomplete minute does not count.",
                altered_minutes(("int((max", "round((max"), ("() // 60)", "() / 60)")),
            ),
            "events": (
                "You counted lines with other events. Keep those whose event is api.read.",
                altered_minutes(('line["event"] == "api.read" and ', "")),
            ),
            "everybody": (
                "You counted lines from other addresses. Keep those whose ip is the given address.",
                altered_minutes(('and line["ip"] == address', "")),
            ),
            "count": (
                "That is the number of reads. Return the time from the first read to the last.",
                altered_minutes(
                    ("int((max(times) - min(times)).total_seconds() // 60)", "len(times)")
                ),
            ),
            "none": (
                "Return 0 for an address that read nothing. max(...) of an empty list raises an "
                "error.",
                altered_minutes((" if times else 0", "")),
            ),
            "days": (
                "Whole days are missing: the .seconds of a difference leaves them out. "
                "total_seconds() includes them.",
                altered_minutes(("total_seconds() // 60", "seconds // 60")),
            ),
            "hours": (
                "This works only if both times are in the same hour. Subtract the full times, not "
                "their minutes.",
                altered_minutes(
                    (
                        "int((max(times) - min(times)).total_seconds() // 60)",
                        "max(times).minute - min(times).minute",
                    )
                ),
            ),
            "whole": (
                "Compare the whole event, the whole outcome and the whole address. A value that is "
                "nearly the same is a different value.",
                altered_minutes(('line["outcome"] == "success"', '"success" in line["outcome"]')),
            ),
            "raises": (
                "datetime.fromisoformat(line['time']) reads these times. Import it first: from "
                "datetime import datetime.",
                altered_minutes(
                    ("fromisoformat(line", "fromisoformat((line"), ('["time"])', '["time"],))')
                ),
            ),
            "other": (
                "Work through five lines by hand: the first success, the last success, the "
                "difference in whole minutes.",
                "answer = lambda lines, address: -1",
            ),
        },
        (
            "datetime.fromisoformat reads these times; import it: from datetime import datetime.",
            "Make a list of the times of the lines that count. Then subtract the min from the max.",
            "The difference between two times has total_seconds().",
        ),
        ATTACKER_MINUTES,
    ),
)


REACTIONS = tuple(name for name in DEFENCES if name != "nothing")
STILL = ("it still works", "it is refused")

PREDICTIONS = (
    GridRow(
        "06-p4",
        "Think of the stolen session cookie. After which of these does it still work "
        "90 days later?",
        columns_of(REACTIONS),
        "xooox",
        words=STILL,
        beliefs={
            "Ada logs out": (
                "This assumes that logging out affects only the browser. It ends the session at "
                "the provider, so every copy of its cookie stops working."
            ),
            "her app refreshes": (
                "This assumes that the app's tokens and the session are linked. The provider "
                "keeps them in two separate lists."
            ),
            "grant revoked": (
                "This assumes that revoking a grant ends the session that it came from. The "
                "session is still there, and Tom can use it to get a new grant."
            ),
            "grant revoked, API asks": (
                "This assumes that an API that asks notices everything. It asks about a token "
                "that Tom has just received, and that token is valid."
            ),
            "cookie tied to address": (
                "This assumes that the provider ignores IP addresses. This one stored Ada's "
                "address at sign-in, and Tom has a different one."
            ),
        },
        because=(
            "A session can create new grants. So Tom is stopped only if the session ends, or if it "
            "is tied to something that he does not have."
        ),
    ),
    Prediction(
        "06-p6",
        "Now the refresh token. Which of the five reactions end it?",
        {
            "a": Guess(
                "only revoking the grant",
                ["grant revoked", "grant revoked, API asks"],
                "This assumes that the owner's use does not affect the thief. It is the second use "
                "of the same token, and that revokes the whole family.",
            ),
            "b": Guess(
                "revoking the grant, and her app's own refresh",
                ["her app refreshes", "grant revoked", "grant revoked, API asks"],
            ),
            "c": Guess(
                "those two, and logging out",
                ["Ada logs out", "her app refreshes", "grant revoked", "grant revoked, API asks"],
                "This assumes that logging out ends everything that came from the sign-in. It ends "
                "only the session. The provider keeps refresh tokens in a separate list.",
            ),
            "d": Guess(
                "none: Tom has a newer one than her app",
                [],
                "This assumes that revoking affects only the token that is named. It ends the "
                "whole family.",
            ),
        },
        "Tom and Ada's app both hold the refresh token, and the app's own refresh is its second "
        "use. That raises the alarm and revokes the whole family, her app's own tokens included. "
        "Revoking the grant also ends the family.",
    ),
)
