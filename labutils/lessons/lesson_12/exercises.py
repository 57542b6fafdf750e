"""12 · Lifetimes, revocation and continuous evaluation."""

import base64
import builtins
import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import count, permutations
from typing import Any

import httpx
import jwt

from labutils.classroom import registry
from labutils.classroom.judging import (
    PASSED,
    Case,
    Tried,
    Verdict,
    compare,
    nearly,
    returns_nothing,
    verifier,
    written,
)
from labutils.classroom.registry import (
    Exercise,
    code,
)
from labutils.identity.security_events import LOGOUT, REVOKED, sign_logout_token
from labutils.identity.tokens import SigningKey, ec_private_key, sign, unb64
from labutils.lab import dice
from labutils.stage.signature_twins import twin
from labutils.stage.two_apps import API, LOGIN, WIKI, TwoApps
from labutils.text import counted

from .revocation import (
    NEWEST_FIRST,
    POLLED,
    EventApps,
    about,
    apps_with_events,
    ended_session,
    poller,
)
from .token_strategies import Setting

TOOLS = code("""
    import hashlib

    import jwt

    from labutils.identity.keys import ORDER
    from labutils.identity.security_events import REVOKED, signed_claims
    from labutils.identity.tokens import b64, inspect, unb64
    from labutils.stage.signature_twins import twin
    from labutils.lessons.lesson_12.revocation import about
    from labutils.lessons.lesson_12.token_strategies import Setting
    from labutils.stage.two_apps import API, LOGIN
""")
TWIN = code("""
    def twin(token):
        signed, _, signature = token.rpartition(".")
        r, s = unb64(signature)[:32], int.from_bytes(unb64(signature)[32:])
        return signed + "." + b64(r + (ORDER - s).to_bytes(32))
""")
ENTRY_FOR = code("""
    def entry_for(token):
        return inspect(token).claims["jti"]
""")
READ_EVENT = code("""
    def read_event(token, keys, now):
        claims = signed_claims(token, keys)
        if inspect(token).header.get("typ") != "secevent+jwt":
            raise ValueError("this is no security event token")
        if claims["iss"] != LOGIN:
            raise ValueError("it is from another issuer")
        audiences = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
        if API not in audiences:
            raise ValueError("it is for somebody else")
        if REVOKED not in claims["events"]:
            raise ValueError("it is about something else")
        moment = claims["events"][REVOKED].get("event_timestamp", claims["iat"])
        if max(claims["iat"], moment) > now + 60:
            raise ValueError("it is dated in the future")
        return claims["sub_id"]["user"]["sub"], moment
""")
REMEMBER = code("""
    def remember(revoked, sub, moment):
        return {**revoked, sub: max(moment, revoked.get(sub, moment))}
""")
REVIVE = code("""
    def revive(log, token):
        for text in log:
            audience, sub, moment = about(text)
            if audience == API and sub == "u-1815" and moment < inspect(token).claims["iat"]:
                return text
""")
REQUESTS = code("""
    def requests_an_hour(setting, calls):
        renewals = min(calls, 60 / setting.life)
        if setting.way == "asks":
            return renewals + calls
        return renewals
""")
MINUTES = code("""
    def minutes_left(setting, delay):
        if setting.way == "offline":
            return setting.life
        return min(setting.life, delay)
""")
KEEP = code("""
    def keep(status):
        return status not in (202, 400)
""")
POLL = code("""
    def poll(browser, take):
        taken, ack, errors, more = [], [], {}, True
        while more:
            form = {"ack": ack, "setErrs": errors}
            sets = browser.post(LOGIN + "/poll", json=form).json()["sets"]
            ack, errors, more = [], {}, bool(sets)
            for jti, event in sets.items():
                try:
                    take(event)
                    ack.append(jti)
                except ValueError as error:
                    errors[jti] = {"err": "invalid_request", "description": str(error)}
            taken = taken + ack
        return taken
""")
BEST = code("""
    def best(rows, budget):
        within = [row for row in rows if row[2] <= budget]
        if not within:
            return None
        return min(within, key=lambda row: (row[1], row[2]))[0]
""")
REFUSAL = (ValueError, jwt.PyJWTError)
NOW = 1_697_619_600
wrong = partial(registry.wrong, TOOLS)
altered = partial(registry.altered, TOOLS)

# --- 12-1 and 12-10: spellings of a token -------------------------------------------------------

KEY = SigningKey(ec_private_key("lesson-12/judge"), "ES256", "es256-1")
KEYS = {"keys": [KEY.jwk]}
TOM = SigningKey(ec_private_key("lesson-12/tom"), "ES256", "es256-1")


def access_token(jti: str, **changed: Any) -> str:
    """An access token of Ada's."""
    claims = {"iss": LOGIN, "aud": API, "sub": "u-1815", "iat": NOW, "exp": NOW + 600, "jti": jti}
    return sign(claims | changed, KEY, typ="at+jwt")


def all_spellings(token: str) -> dict[str, str]:
    """Texts that a loose reader takes for one token, by what each is."""
    other = twin(token)
    return {
        "the token": token,
        "its twin": other,
        "the token with == after it": token + "==",
        "its twin with == after it": other + "==",
    }


def tokens_to_twin() -> dict[str, str]:
    """Tokens by what is special about them: also one whose n - s begins with a zero byte."""
    drawn = dice("lesson-12", "twins")
    tokens = {f"a token of Ada's, number {one}": access_token(next(drawn)) for one in (1, 2, 3)}
    while unb64(twin(short := access_token(next(drawn))).rpartition(".")[2])[32] != 0:
        pass
    return tokens | {"a token whose n - s is a byte shorter": short}


def twins(answer: Tried) -> Verdict:
    """The judge of 12-10: the one other signature that is valid."""
    for case, token in tokens_to_twin().items():
        try:
            got = answer(token)
        except Exception:
            short = isinstance(answer.error, OverflowError)
            return answer.raised(case, "length" if short else None)
        if got is None:
            return Verdict("none", case)
        if type(got) is not str or got != twin(token):
            said = (
                written(got) if not isinstance(got, str) else f"a string that ends in {got[-20:]!r}"
            )
            return Verdict("differs", case, said, mistake=not_a_twin(got, token))
    return PASSED


def not_a_twin(got: Any, token: str) -> str:
    """The mistake of who returned something else than the twin."""
    if not isinstance(got, str):
        return "type"
    signed, _, signature = got.rpartition(".")
    if got == token:
        return "same"
    if signed != token.rpartition(".")[0]:
        return "signed"
    right = unb64(twin(token).rpartition(".")[2])
    try:
        made = base64.urlsafe_b64decode(signature + "=" * (-len(signature) % 4))
    except ValueError:
        return "encoding"
    if made == right:
        return "encoding"
    if len(made) != len(right):
        return "length"
    return "which" if made[:32] != right[:32] else "s"


def lists(answer: Tried) -> Verdict:
    """The judge of 12-1: one entry for all spellings, and another one for each other token."""
    drawn = dice("lesson-12", "tokens")
    known: dict[Any, str] = {}
    number = f"j{next(drawn)}"
    first = access_token(number)
    others = {
        **{f"a token whose jti is {text!r}": access_token(text) for text in nearly(number)},
        "a second token of Ada's": access_token(next(drawn)),
        "a token that she received later": access_token(next(drawn), iat=NOW + 5, exp=NOW + 605),
        "a token of Tom's": access_token(next(drawn), sub="u-0666"),
        "a token with a different scope": access_token(next(drawn), scope="admin"),
    }
    for name, token in {"a token of Ada's": first, **others}.items():
        entries = []
        for spelling, text in all_spellings(token).items():
            case = f"{name}: {spelling}"
            try:
                entry = answer(text)
                hash(entry)
            except TypeError:
                if answer.error is None:
                    return Verdict("differs", case, written(entry), mistake="hashable")
                return answer.raised(case, "raises")
            except Exception:
                return answer.raised(case, "raises")
            if entry is None:
                return Verdict("none", case, mistake="raises")
            entries.append(entry)
            if entry != entries[0]:
                got, want = (
                    written(entry),
                    f"the same entry as for the token, {written(entries[0])}",
                )
                return Verdict("differs", case, got, want, mistake="spelling")
        if entries[0] in known:
            got = f"the same entry as {known[entries[0]]}"
            return Verdict("differs", name, got, "a separate entry", mistake="others")
        known[entries[0]] = name
    if in_another_process(answer, first) not in known:
        return Verdict("differs", got="Python's own hash()", mistake="salted")
    return PASSED


def in_another_process(answer: Tried, token: str) -> Any:
    """The entry for a token where Python's hash() gives other numbers, as in each new process."""
    here = builtins.hash
    builtins.hash = lambda value: ~here(value)
    try:
        return answer(token)
    finally:
        builtins.hash = here


# --- 12-12: which events stay in the queue -------------------------------------------------------


def responses() -> list[Case]:
    """What an API may say to an event that was pushed to it (RFC 8935, 2.2 to 2.4)."""
    wanted = {202: (False, "taken"), 503: (True, "lost"), 400: (False, "refused")}
    wanted |= dict.fromkeys((500, 502, 504), (True, "one"))
    wanted |= dict.fromkeys((302, 401, 404, 429), (True, "unread"))
    return [Case((status,), want, mistake) for status, (want, mistake) in wanted.items()]


# --- 12-2: to read an event ---------------------------------------------------------------------

USER = {"format": "iss_sub", "iss": LOGIN}
_NUMBERS = count(1)
CHANGED = "https://schemas.openid.net/secevent/caep/event-type/credential-change"


def event(key: SigningKey = KEY, typ: str = "secevent+jwt", **changed: Any) -> str:
    """A security event token for the API: a session was revoked at NOW."""
    sub = changed.pop("sub", "u-1815")
    # A number that was never used before: an answer may remember those of an earlier check.
    claims = {
        "iss": LOGIN,
        "aud": API,
        "iat": NOW,
        "jti": f"e-{next(_NUMBERS)}",
        "sub_id": {"format": "complex", "user": {**USER, "sub": sub}},
        "events": {REVOKED: {"event_timestamp": NOW}},
    }
    return sign(claims | changed, key, typ=typ)


def events_for_us() -> list[Case]:
    """Events that the API must take. `want` is whose session it was, and when it was revoked."""
    drawn = next(dice("lesson-12", "people"))
    seen = ("u-1815", NOW)
    earlier = {REVOKED: {"event_timestamp": NOW - 300}}
    both = {CHANGED: {"change_type": "update"}, REVOKED: {"event_timestamp": NOW}}
    first = event()
    rows = [
        (first, NOW + 2, seen, "plain", "an event that was just sent"),
        (event(sub=drawn), NOW + 2, (drawn, NOW), "who", "an event about somebody else"),
        (first, NOW + 2, seen, "again", "the first event again"),
        (event(aud=[WIKI, API]), NOW, seen, "list", "an event for the wiki and the API"),
        (event(), NOW + 301, seen, "late", "an event that arrives 301 seconds later"),
        (event(), NOW + 86_400, seen, "late", "an event that arrives a day later"),
        (event(), NOW + 400 * 86_400, seen, "late", "an event that arrives 400 days later"),
        (
            event(events=earlier),
            NOW,
            ("u-1815", NOW - 300),
            "when",
            "an event that was sent 300 seconds after the revocation",
        ),
        (event(events={REVOKED: {}}), NOW + 5, seen, "when", "an event without event_timestamp"),
        (event(events=both), NOW, seen, "kind", "two events in one token"),
        (event(iat=NOW + 60), NOW, seen, "future", "a sender whose clock is 60 seconds ahead"),
        (
            event(iat=NOW + 60, events={REVOKED: {"event_timestamp": NOW + 60}}),
            NOW,
            ("u-1815", NOW + 60),
            "future",
            "an event from a sender whose clock is 60 seconds ahead",
        ),
    ]
    return [Case((text, KEYS, now), want, name, words) for text, now, want, name, words in rows]


def other_types() -> list[str]:
    """Types that are nearly that of an event. Capitals make no other one (RFC 7515, 4.1.9)."""
    return [typ for typ in nearly("secevent+jwt") if typ.lower() != "secevent+jwt"]


def events_to_refuse() -> list[Case]:
    """What is no event for this API, though nearly all of it is signed by the provider."""
    logout_token = sign_logout_token(
        KEY, issuer=LOGIN, client_id=API, now=NOW, jti="e-1", sub="u-1815", sid="s-1"
    )
    id_token = sign({"iss": LOGIN, "aud": API, "sub": "u-1815", "iat": NOW, "jti": "i-1"}, KEY)
    rows = [
        (event(TOM), "signature", "an event that Tom signed himself"),
        (id_token, "typ", "an ID token"),
        (access_token("a-1"), "typ", "an access token"),
        (logout_token, "typ", "a logout token"),
        *[(event(typ=typ), "typ", f"typ is {typ!r}") for typ in other_types()],
        *[(event(iss=iss), "iss", f"iss is {iss!r}") for iss in nearly(LOGIN)],
        (event(aud=WIKI), "aud", "an event for the wiki"),
        (event(aud=[WIKI, LOGIN]), "aud", "an event for two other receivers"),
        *[(event(aud=aud), "aud", f"aud is {aud!r}") for aud in nearly(API)],
        (event(events={CHANGED: {}}), "other", "an event about a changed password"),
        (event(events={LOGOUT: {}}), "other", "an event about a logout"),
        *[
            (event(events={name: {"event_timestamp": NOW}}), "other", f"an event {name!r}")
            for name in nearly(REVOKED)
        ],
        (event(iat=NOW + 61), "future", "an event that is dated 61 seconds ahead"),
        *[
            (event(events={REVOKED: {"event_timestamp": NOW + ahead}}), "ahead", words)
            for ahead, words in (
                (61, "an event that is due to happen in 61 seconds"),
                (NOW * 999, "an event whose event_timestamp is in milliseconds"),
            )
        ],
    ]
    return [Case((text, KEYS, NOW), None, name, words) for text, name, words in rows]


def reads(answer: Tried) -> Verdict:
    """The judge of 12-2. A type that is looked for among the claims gets its own sentence."""
    verdict = verifier(events_for_us, events_to_refuse, refusal=REFUSAL)(answer)
    if isinstance(answer.error, KeyError) and answer.error.args == ("typ",):
        return replace(verdict, mistake="header")
    return verdict


# --- 12-3 and 12-11: the memory of the API ------------------------------------------------------


def memories() -> list[Case]:
    """What the API remembers, and one event more."""
    drawn = dice("lesson-12", "moments")
    sub, late = next(drawn), 2000 + int(next(drawn)[:3], 16)
    rows = [
        ({}, "u-1", 1000, {"u-1": 1000}, "first"),
        ({"u-1": 1000}, "u-1", 1500, {"u-1": 1500}, "newer"),
        ({"u-1": 1000}, "u-2", 500, {"u-1": 1000, "u-2": 500}, "others"),
        ({"u-1": 1000}, "u-1", 1000, {"u-1": 1000}, "again"),
        ({"u-1": 1000, "u-2": 900}, "u-1", 400, {"u-1": 1000, "u-2": 900}, "older"),
        ({sub: late, "u-1": 5}, sub, late - 1, {sub: late, "u-1": 5}, "older"),
        ({sub: late, "u-1": 5}, sub, late + 1, {sub: late + 1, "u-1": 5}, "newer"),
    ]
    return [Case((dict(known), who, at), want, name) for known, who, at, want, name in rows]


def revives(answer: Tried) -> Verdict:
    """The judge of 12-11: which event of a log somebody takes."""
    for seed in ("one", NEWEST_FIRST, "three", "five"):
        _, token, log = ended_session(seed)
        case = f"a log of {len(log)} events"
        try:
            got = answer(list(log.values()), token)
        except Exception:
            return answer.raised(case)
        if got is None:
            return Verdict("none", case)
        names = [name for name, text in log.items() if text == got]
        if names != ["old"]:
            said = written(got) if not names else f"the event {about(got)}"
            return Verdict("differs", case, said, mistake=names[0] if names else "no event")
    return PASSED


# --- 12-5, 12-6 and 12-9: costs -----------------------------------------------------------------


def same_number(result: Any, want: float) -> bool:
    """Whether a result is that number."""
    return type(result) in (int, float) and abs(result - want) < 1e-9


def in_any_order(answer: Tried) -> Verdict:
    """The judge of 12-3: single events, and then some events in each order."""
    verdict = compare(memories)(answer)
    if verdict is not PASSED:
        return verdict
    said = (("u-1", 1000), ("u-2", 700), ("u-1", 1200), ("u-1", 900))
    for order in permutations(said):
        memory: Any = {}
        for sub, moment in order:
            memory = answer(dict(memory), sub, moment)
        if memory != {"u-1": 1200, "u-2": 700}:
            case, want = f"the events {list(order)}", "{'u-1': 1200, 'u-2': 700}"
            return Verdict("differs", case, written(memory), want, mistake="older")
    return PASSED


def of_settings(cases: Callable[[], list[Case]]) -> Callable[[Tried], Verdict]:
    """A judge of sums over settings. Who reads a setting in another way is told how it is read."""

    def judge(answer: Tried) -> Verdict:
        verdict = compare(cases, same=same_number)(answer)
        is_read = isinstance(answer.error, TypeError | AttributeError | NameError)
        return replace(verdict, mistake="setting") if is_read else verdict

    return judge


def hours() -> list[Case]:
    """Settings and call rates, with the requests of an hour."""
    drawn = 100 + int(next(dice("lesson-12", "calls"))[:2], 16)
    rows = [
        (Setting(10, "offline"), 30, 6, "renewals"),
        (Setting(1, "offline"), 600, 60, "renewals"),
        (Setting(10, "pushed"), drawn, 6, "push"),
        (Setting(1, "offline"), 30, 30, "seldom"),
        (Setting(10, "offline"), 2, 2, "seldom"),
        (Setting(4, "pushed"), 15, 15, "seldom"),
        (Setting(10, "asks"), 30, 36, "asks"),
        (Setting(10, "asks"), drawn, drawn + 6, "asks"),
        (Setting(1, "asks"), 2, 4, "asks"),
        (Setting(2.5, "offline"), drawn, 24, "renewals"),
        (Setting(7, "offline"), drawn, 60 / 7, "renewals"),
        (Setting(90, "asks"), 5, 5 + 60 / 90, "asks"),
    ]
    return [Case((setting, calls), want, name) for setting, calls, want, name in rows]


def thefts() -> list[Case]:
    """Settings and delays, with the minutes that are left to a thief."""
    drawn = 11 + int(next(dice("lesson-12", "delays"))[:1], 16)
    rows = [
        (Setting(10, "offline"), 0, 10, "offline"),
        (Setting(1, "offline"), drawn, 1, "offline"),
        (Setting(10, "asks"), 0, 0, "told"),
        (Setting(10, "pushed"), 4, 4, "told"),
        (Setting(10, "asks"), 7.5, 7.5, "told"),
        (Setting(10, "pushed"), drawn, 10, "end"),
        (Setting(2, "asks"), 30, 2, "end"),
        (Setting(10, "pushed"), 10, 10, "end"),
        (Setting(3, "offline"), 2, 3, "offline"),
    ]
    return [Case((setting, delay), want, name) for setting, delay, want, name in rows]


def choices() -> list[Case]:
    """Ways with their minutes and requests, a budget, and the one to choose."""
    drawn = 41 + int(next(dice("lesson-12", "budgets"))[:2], 16)
    short, told, slow = ("short", 1, 60), ("told", 5, 6), ("slow", 10, 2)
    asks = ("asks", 5, drawn)
    rows: list[tuple[list[Any], int, str | None, str]] = [
        ([slow, short, told], 100, "short", "least"),
        ([slow, told, short], 60, "short", "edge"),
        ([short, slow, told], 59, "told", "budget"),
        ([short, asks, told, slow], 40, "told", "budget"),
        ([slow, asks, told], drawn, "told", "tie"),
        ([asks, told], drawn + 1, "told", "tie"),
        ([short, told, slow], 3, "slow", "budget"),
        ([("late", 5.5, 6), ("soon", 5.2, 8)], 10, "soon", "least"),
        ([short, told, slow], 1, None, "nothing"),
        ([], 50, None, "nothing"),
    ]
    return [Case((list(given), budget), want, name) for given, budget, want, name in rows]


def a_row(case: Case, result: Any) -> str | None:
    """The mistake of those who return the right row, and not its name."""
    return "row" if isinstance(result, tuple) and result[:1] == (case.want,) else None


# --- 12-8: to poll ------------------------------------------------------------------------------

MOST = 40  # requests of a poll, before the judge stops it


# RFC 8935, 2.4
ERRORS = (
    "invalid_request",
    "invalid_key",
    "invalid_issuer",
    "invalid_audience",
    "authentication_failed",
    "access_denied",
)


class Endless(Exception):
    """A poll that does not end."""


def waiting(apps: EventApps, number: int) -> list[str]:
    """Events that wait at the provider: of more than three, the last but one is for the wiki."""
    for place in range(number):
        audience = WIKI if is_bad(place, number) else API
        apps.provider.queue_event(apps.provider.event(f"s-{place}", f"u-{place}", audience))
        apps.lab.clock.tick()
    return list(apps.provider.queue)


def is_bad(place: int, number: int) -> bool:
    """Whether the event at that place, of so many, is for the wiki."""
    return number > 3 and place == number - 2


def limited(apps: TwoApps) -> httpx.Client:
    """The API's browser, which stops a poll that does not end."""
    browser, sent = poller(apps), []

    def count(request: httpx.Request) -> None:
        sent.append(request.url.path)
        if len(sent) > MOST:
            raise Endless(f"{MOST} requests, and no end")

    browser.event_hooks["request"].append(count)
    return browser


def polls(answer: Tried) -> Verdict:
    """The judge of 12-8: all is taken and forgotten, what is bad is named, a crash loses none."""
    for number in (0, 1, 3, 7):
        verdict = one_poll(answer, number)
        if verdict is not PASSED:
            return verdict
    return crashes(answer)


def one_poll(answer: Tried, number: int) -> Verdict:
    """The verdict on one poll of so many events."""
    apps = apps_with_events("lesson-12/judge", delivery=POLLED)
    case = counted(number, "waiting event") + (", one of them for the wiki" if number > 3 else "")
    every = waiting(apps, number)
    good = [jti for place, jti in enumerate(every) if not is_bad(place, number)]
    said: set[str] = set()

    def take(event: str) -> None:
        try:
            apps.api.take(event)
        except ValueError as error:
            said.add(str(error))
            raise

    try:
        result = answer(limited(apps), take)
    except Endless:
        return Verdict("differs", case, f"more than {MOST} requests", mistake="endless")
    except Exception as error:
        of_take = type(error) is ValueError and len(good) < number
        return answer.raised(case, "bad" if of_take else "raises")
    if result is None and returns_nothing(answer.function):
        return Verdict("none", case, mistake="result")
    if len(apps.api.revoked) < len(good):
        got, want = counted(len(apps.api.revoked), "event") + " accepted", str(len(good))
        return Verdict("differs", case, got, want, mistake="all")
    if apps.provider.queue:
        got = f"a queue that still holds {counted(len(apps.provider.queue), 'event')} afterwards"
        return Verdict("differs", case, got, "an empty one", mistake="ack")
    if verdict := wrong_report(apps, set(every) - set(good), said, case):
        return verdict
    if not isinstance(result, list) or sorted(map(str, result)) != sorted(good):
        return Verdict("differs", case, written(result), written(good), mistake="result")
    return PASSED


def is_report(report: Any, said: set[str]) -> bool:
    """Whether a receiver says so of an event that it could not take (RFC 8935, 2.3), and why.

    `said` are the errors by which it was not taken.
    """
    if not isinstance(report, dict) or not isinstance(report.get("description"), str):
        return False
    is_why = any(error in report["description"] for error in said)
    return report.get("err") in ERRORS and is_why


def wrong_report(apps: EventApps, bad: set[str], said: set[str], case: str) -> Verdict | None:
    """The verdict where the provider was told wrongly of an event, or twice; else None."""
    for jti in bad:
        report = apps.provider.reported.get(jti)
        if not is_report(report, said):
            want = "an object with err, a code from RFC 8935, and description, the error string"
            return Verdict("differs", case, written(report), want, mistake="report")
    return said_twice(apps, case)


def said_twice(apps: TwoApps, case: str) -> Verdict | None:
    """The verdict where one event is acknowledged or reported again, or both; else None."""
    known: set[str] = set()
    for exchange in apps.lab.wire:
        if exchange.path == "/poll":
            sent = json.loads(exchange.request_body or "{}")
            ack, errors = [*map(str, sent.get("ack", []))], [*sent.get("setErrs", {})]
            if set(ack) & set(errors):
                got = "one event in both `ack` and `setErrs`"
                return Verdict("differs", case, got, "one of the two", mistake="both")
            if known & {*ack, *errors}:
                got = "a request that repeats a jti from an earlier request"
                return Verdict("differs", case, got, "only new ones", mistake="repeated")
            known |= {*ack, *errors}
    return None


def crashes(answer: Tried) -> Verdict:
    """The verdict where the API's database goes down: no event may be lost."""
    for stored in (0, 1):
        apps = apps_with_events("lesson-12/judge", delivery=POLLED)
        case = "an event that arrives while the API's database is down (ConnectionError)"
        every, taken = waiting(apps, 1 + stored), list[str]()

        def take(event: str, taken: list[str] = taken, stored: int = stored) -> None:
            if len(taken) == stored:
                raise ConnectionError("the database is down")
            taken.append(event)

        try:
            answer(limited(apps), take)
        except Endless:
            return Verdict("differs", case, f"more than {MOST} requests", mistake="endless")
        except Exception:
            pass
        if every[-1] not in apps.provider.queue:
            got = "an event that is lost"
            return Verdict("differs", case, got, "one that waits", mistake="lost")
    return PASSED


# --- the target ---------------------------------------------------------------------------------


EXERCISES = (
    Exercise(
        "12-10",
        "function",
        twins,
        "Tom needs no key for this, and nobody can see which of the two came first.",
        {
            "type": (
                "Return the whole token, as a string.",
                altered(TWIN, ('signed + "." + b64(', "("), (".to_bytes(32))", ".to_bytes(32))")),
            ),
            "same": (
                "That is the same token: s has not changed. The twin has n - s.",
                altered(TWIN, ("(ORDER - s)", "s")),
            ),
            "signed": (
                "Leave the header and the payload unchanged: everything before the last dot is "
                "signed.",
                altered(TWIN, ('signed + "."', 'signed.split(".")[1] + "."')),
            ),
            "which": (
                "r must stay as it is, in the first 32 bytes. Only s changes.",
                wrong("""
                    def answer(token):
                        signed, _, signature = token.rpartition(".")
                        r, s = int.from_bytes(unb64(signature)[:32]), unb64(signature)[32:]
                        return signed + "." + b64((ORDER - r).to_bytes(32) + s)
                """),
            ),
            "s": (
                "The second half is not n - s, or its bytes are in a different order.",
                altered(TWIN, ("(ORDER - s)", "(ORDER - s - 1)")),
            ),
            "length": (
                "Each half has 32 bytes, even for a small number: to_bytes(32). If the number is "
                "negative or too large, it is not n - s, where s is the second half alone.",
                altered(
                    TWIN,
                    (
                        "(ORDER - s).to_bytes(32)",
                        "(ORDER - s).to_bytes(((ORDER - s).bit_length() + 7) // 8)",
                    ),
                ),
            ),
            "encoding": (
                "The bytes are right, but not their encoding: b64 writes base64url without "
                "padding, and this API accepts nothing else.",
                altered(TWIN, (".to_bytes(32))", '.to_bytes(32)) + "=="')),
            ),
        },
        (
            "token.rpartition('.') gives what is signed, the dot and the signature. The signature "
            "is unb64(...)[:32] and unb64(...)[32:].",
            "s = int.from_bytes(unb64(signature)[32:]); the new second half is (ORDER - "
            "s).to_bytes(32).",
        ),
        TWIN,
    ),
    Exercise(
        "12-1",
        "function",
        lists,
        "Each token has one entry, whatever form it takes. Its jti is signed, and unique.",
        {
            "spelling": (
                "A different form of the same token got a different entry, so the list does not "
                "recognise it. Use something that is signed.",
                wrong("""
                    def answer(token):
                        return hashlib.sha256(token.encode()).hexdigest()
                """),
            ),
            "others": (
                "Two tokens share an entry. Listing one of them ends the other as well.",
                wrong("""
                    def answer(token):
                        return inspect(token).claims["sub"]
                """),
            ),
            "hashable": (
                "The list is a Python set. A set holds neither a dictionary nor a list, but it "
                "can hold a string.",
                wrong("""
                    def answer(token):
                        return inspect(token).claims
                """),
            ),
            "salted": (
                "Python's hash() gives a string a different number in each process, so no two "
                "APIs would agree. Put something from the token on the list.",
                wrong("""
                    def answer(token):
                        return hash(str(inspect(token).claims))
                """),
            ),
            "raises": (
                "`inspect(token).claims` is the dictionary of claims. Each token here has the "
                "claims iss, aud, sub, iat, exp and jti.",
                wrong("""
                    def answer(token):
                        return inspect(token).claims["sid"]
                """),
            ),
        },
        (
            "What stays the same in all forms of a token? Compare `inspect(token).claims` of a "
            "token and of its twin.",
            "One of the claims is different in every token that the provider issues: its ID.",
        ),
        ENTRY_FOR,
    ),
    Exercise(
        "12-2",
        "function",
        reads,
        "It accepts the provider's events for this API, even late or repeated ones, and nothing "
        "else.",
        {
            "plain": (
                "Return a pair: the `sub` of the user in `sub_id`, then the time of the event.",
                altered(READ_EVENT, ('["user"]["sub"]', '["user"]')),
            ),
            "who": (
                "Return the person named in the event: look in `sub_id`, under `user`.",
                altered(READ_EVENT, ('claims["sub_id"]["user"]["sub"]', '"u-1815"')),
            ),
            "list": (
                "`aud` is a string or a list of strings. It is enough if this API is among them.",
                altered(READ_EVENT, ("API not in audiences", "API != claims['aud']")),
            ),
            "again": (
                "The same event arrived twice and was refused the second time. The sender could "
                "not know that the first one had arrived. Hearing twice that a session has ended "
                "changes nothing, so accept it.",
                wrong("""
                    seen = set()

                    def answer(token, keys, now):
                        claims = signed_claims(token, keys)
                        if claims["jti"] in seen:
                            raise ValueError("it was here before")
                        seen.add(claims["jti"])
                        moment = claims["events"][REVOKED]["event_timestamp"]
                        return claims["sub_id"]["user"]["sub"], moment
                """),
            ),
            "late": (
                "A genuine event arrived late and was refused. The stolen token still opens the "
                "API. What the event says is still true: an event does not expire.",
                altered(
                    READ_EVENT,
                    ('max(claims["iat"], moment)', 'now + abs(now - claims["iat"])'),
                ),
            ),
            "when": (
                "The time of the event is `event_timestamp` inside the event. If there is none, "
                "it is the token's `iat`.",
                altered(
                    READ_EVENT,
                    ('.get("event_timestamp", claims["iat"])', " and claims['iat']"),
                ),
            ),
            "kind": (
                "`events` is a dictionary and may hold several events. It is enough if REVOKED is "
                "among its keys.",
                altered(
                    READ_EVENT,
                    ('REVOKED not in claims["events"]', 'list(claims["events"]) != [REVOKED]'),
                ),
            ),
            "future": (
                "The sender's clock may be up to 60 seconds ahead. Refuse only a time beyond that.",
                altered(READ_EVENT, ("> now + 60", "> now")),
            ),
            "ahead": (
                "The time of this event is in the future. Tokens that this person gets from now "
                "on would be dead too, for years if the time is in milliseconds. Refuse a time "
                "more than 60 seconds after `now`.",
                altered(READ_EVENT, ('max(claims["iat"], moment)', 'claims["iat"]')),
            ),
            "signature": (
                "Tom signed this one himself, so now he can end other people's sessions. "
                "`signed_claims(token, keys)` returns the claims only if the provider signed the "
                "event.",
                altered(READ_EVENT, ("signed_claims(token, keys)", "inspect(token).claims")),
            ),
            "header": (
                "`typ` is not a claim. It is in the header: inspect(token).header.",
                altered(READ_EVENT, ("inspect(token).header.get(", "claims.__getitem__(")),
            ),
            "typ": (
                "The provider signed it, but it is not a security event token. The header says "
                "so: `typ` must be exactly secevent+jwt.",
                altered(
                    READ_EVENT,
                    ('.get("typ") != "secevent+jwt"', '.get("typ") not in ("secevent+jwt", "JWT")'),
                ),
            ),
            "iss": (
                "It names a different issuer. Compare the whole of `iss` with LOGIN.",
                altered(READ_EVENT, ('claims["iss"] != LOGIN', 'LOGIN not in claims["iss"]')),
            ),
            "aud": (
                "It is meant for somebody else. `aud` must be API, or a list that contains it.",
                altered(READ_EVENT, ("API not in audiences", "API not in str(audiences)")),
            ),
            "other": (
                "It is not about a revoked session. REVOKED must be among the keys of `events`.",
                altered(
                    READ_EVENT,
                    ('REVOKED not in claims["events"]', 'not claims["events"]'),
                    ('claims["events"][REVOKED]', 'claims["events"].get(REVOKED, {})'),
                ),
            ),
            "other refusal": (
                "To refuse, use raise ValueError('why'). The API catches that error and responds "
                "with 400.",
                altered(
                    READ_EVENT,
                    ('ValueError("this is no', 'RuntimeError("this is no'),
                ),
            ),
        },
        (
            "Begin with claims = signed_claims(token, keys). It raises an error if the provider "
            "did not sign the event. Then write one `if` with `raise ValueError(...)` for each "
            "point in the list.",
            "inspect(token).header.get('typ') is the type. If `aud` is a string, make a list: "
            "[claims['aud']].",
            "The time of the event is moment = claims['events'][REVOKED].get('event_timestamp', "
            "claims['iat']). Neither moment nor iat may be far ahead: check max(claims['iat'], "
            "moment).",
        ),
        READ_EVENT,
        refusal=REFUSAL,
    ),
    Exercise(
        "12-3",
        "function",
        in_any_order,
        "The order in which events arrive makes no difference now.",
        {
            "first": (
                "At first `revoked` is empty. Return a dictionary from `sub` to a time, with the "
                "new event in it. revoked.get(sub, moment) does not raise an error.",
                wrong("""
                    def answer(revoked, sub, moment):
                        return {**revoked, sub: max(moment, revoked[sub])}
                """),
            ),
            "newer": (
                "The newer event is not in the memory. Tokens issued between the two events would "
                "stay valid.",
                wrong("""
                    def answer(revoked, sub, moment):
                        revoked.setdefault(sub, moment)
                        return revoked
                """),
            ),
            "others": (
                "Each person has a time of their own. An entry is missing, has changed, or has the "
                "time of somebody else.",
                wrong("""
                    def answer(revoked, sub, moment):
                        return {sub: max(moment, revoked.get(sub, moment))}
                """),
            ),
            "again": (
                "The same event arrived again. The memory must not change.",
                wrong("""
                    def answer(revoked, sub, moment):
                        if revoked.get(sub) == moment:
                            moment = moment + 1
                        return {**revoked, sub: max(moment, revoked.get(sub, moment))}
                """),
            ),
            "older": (
                "An older event arrived after a newer one and replaced it. Dead tokens work "
                "again. Keep the later of the two times.",
                wrong("""
                    def answer(revoked, sub, moment):
                        return {**revoked, sub: moment}
                """),
            ),
        },
        (
            "Which of the two times must you keep, whatever order they arrive in?",
            "max(moment, revoked.get(sub, moment)) is the later time. {**revoked, sub: ...} is "
            "the memory with that time in it.",
        ),
        REMEMBER,
    ),
    Exercise(
        "12-11",
        "function",
        revives,
        "The provider signed it, it is for this API, and it is about Ada. It is only old.",
        {
            "another person": (
                "That event is about somebody else. It changes nothing for Ada's tokens.",
                altered(REVIVE, (' and sub == "u-1815"', "")),
            ),
            "another audience": (
                "That event is for another receiver, and this API refuses it: its `audience` is "
                "not API.",
                altered(REVIVE, ("audience == API and ", "")),
            ),
            "same second": (
                "That event is from the second in which the token was issued. The token was "
                "issued no later than that, so it stays dead.",
                altered(REVIVE, ("moment < inspect", "moment <= inspect")),
            ),
            "later": (
                "That event is older than the last one, but the token is older still. It was "
                "issued before that event, so it stays dead.",
                altered(REVIVE, ("moment < inspect", "moment > inspect")),
            ),
            "the last": (
                "That is the newest event, the one that killed the token. The API knows it.",
                wrong("""
                    def answer(log, token):
                        return max(log, key=lambda text: about(text).moment)
                """),
            ),
            "no event": (
                "Return one of the strings in `log`, as it is: that is what Tom posts.",
                altered(REVIVE, ("return text", "return moment")),
            ),
        },
        (
            "After Tom's post the API remembers the moment of his event. Which moments leave the "
            "token alive?",
            "issued = inspect(token).claims['iat']. Look for an event with audience API and sub "
            "u-1815 whose time is earlier.",
        ),
        REVIVE,
    ),
    Exercise(
        "12-5",
        "function",
        of_settings(hours),
        "At some point renewals stop growing with the calls, but introspection requests never do.",
        {
            "setting": (
                "Read a setting with a dot: setting.life, in minutes, and setting.way, a string.",
                altered(REQUESTS, ("setting.life", 'setting["life"]')),
            ),
            "renewals": (
                "An app that calls often renews its token when it expires: 60 / life times an "
                "hour, not once for each call.",
                altered(REQUESTS, ("min(calls, 60 / setting.life)", "calls")),
            ),
            "seldom": (
                "An app renews only when it wants to call. Two calls an hour mean at most two "
                "renewals, however short the lifetime.",
                altered(REQUESTS, ("min(calls, 60 / setting.life)", "60 / setting.life")),
            ),
            "push": (
                "The provider sends an event to the API. That is not a request to the provider, "
                "and in this hour no session ends.",
                wrong("""
                    def answer(setting, calls):
                        renewals = min(calls, 60 / setting.life)
                        return renewals + {"asks": calls, "pushed": 1}.get(setting.way, 0)
                """),
            ),
            "asks": (
                "An API that asks sends one request for each call, and the app's renewals are "
                "extra.",
                altered(REQUESTS, ("return renewals + calls", "return calls")),
            ),
        },
        (
            "Start with the renewals: 60 / setting.life an hour, but never more than the number of "
            "calls.",
            "Then, if setting.way is 'asks', add one for each call.",
        ),
        REQUESTS,
    ),
    Exercise(
        "12-6",
        "function",
        of_settings(thefts),
        "Two things end a theft: the token's expiry and the reaction. The earlier one counts.",
        {
            "setting": (
                "Read a setting with a dot: setting.life, in minutes, and setting.way, a string.",
                altered(MINUTES, ("setting.life", 'setting["life"]')),
            ),
            "offline": (
                "An API that checks offline never learns about a reaction. Count from the theft: "
                "the token works for its whole lifetime, however soon or late somebody reacts.",
                altered(
                    MINUTES,
                    (
                        "return setting.life\n    return",
                        "return min(setting.life, delay)\n    return",
                    ),
                ),
            ),
            "told": (
                "When somebody reacts, an API that asks or is told knows at once. Until then the "
                "token works.",
                altered(MINUTES, ("min(setting.life, delay)", "0")),
            ),
            "end": (
                "The token also expires by itself. The thief has the shorter of the two times.",
                altered(MINUTES, ("min(setting.life, delay)", "delay")),
            ),
        },
        (
            "Start with the offline way: does the delay make any difference there?",
            "With the other ways, the token works until somebody reacts, or until it expires.",
        ),
        MINUTES,
    ),
    Exercise(
        "12-12",
        "function",
        compare(responses),
        "Now see what happens to an event while the API is down.",
        {
            "lost": (
                "The API could not take the event: nobody has read it yet. Push it again, or it is "
                "lost.",
                wrong("""
                    def answer(status):
                        return False
                """),
            ),
            "one": (
                "503 is not the only sign of an outage: a broken API says 500, and its proxy says "
                "502 or 504.",
                altered(KEEP, ("not in (202, 400)", "== 503")),
            ),
            "taken": (
                "202 means that the API has the event. It does not need the event twice.",
                wrong("""
                    def answer(status):
                        return True
                """),
            ),
            "unread": (
                "302, 401, 404 and 429 say nothing about the event: a key has expired, a path "
                "has moved, you sent too much. Nobody has read it, so push it again.",
                altered(KEEP, ("not in (202, 400)", ">= 500")),
            ),
            "refused": (
                "With 400 the API says that it has read the event and refuses it. It would refuse "
                "it each time, and your queue would grow. Outside this lab read `err` in the body: "
                "a 400 can also be about your key, and that can be mended (RFC 8935, 2.4).",
                altered(KEEP, ("not in (202, 400)", "!= 202")),
            ),
        },
        (
            "Ask of each status: has the API read the event? And would it say something else the "
            "next time?",
            "In this lab 202 and 400 answer for the event (RFC 8935, 2.2, 2.3). The rest is about "
            "something else, and may pass.",
        ),
        KEEP,
    ),
    Exercise(
        "12-8",
        "function",
        polls,
        "The provider deletes an event when you acknowledge it, and you never acknowledge one too "
        "early.",
        {
            "all": (
                "Not all events were accepted. The provider sends two at a time: ask again until "
                "`sets` is empty.",
                wrong("""
                    def answer(browser, take):
                        sets = browser.post(LOGIN + "/poll", json={"ack": []}).json()["sets"]
                        for event in sets.values():
                            take(event)
                        browser.post(LOGIN + "/poll", json={"ack": list(sets)})
                        return list(sets)
                """),
            ),
            "ack": (
                "Events were accepted but not acknowledged, so every poll returns them again. The "
                "last ones need a separate request.",
                altered(POLL, ("bool(sets)", "len(sets) == 2")),
            ),
            "endless": (
                "Your function never stops asking. The provider repeats every event that is "
                "neither acknowledged in `ack` nor named in `setErrs`.",
                altered(POLL, ('"ack": ack', '"acks": ack')),
            ),
            "bad": (
                "`take` raised ValueError for one event, and then the others were not accepted. "
                "Name that event in `setErrs` and carry on.",
                altered(POLL, ("except ValueError as error", "except KeyError as error")),
            ),
            "lost": (
                "The API could not store an event, but acknowledged or reported it anyway, so the "
                "event is lost. Catch only ValueError.",
                altered(POLL, ("except ValueError as error", "except Exception as error")),
            ),
            "report": (
                "An event that was not accepted must be in `setErrs`, with two members: `err`, "
                "which is 'invalid_request', and `description`, which is str(error).",
                altered(POLL, ('"err": "invalid_request", ', "")),
            ),
            "both": (
                "An event was either accepted or not. Acknowledge it after take(event), and only "
                "if that raised no error.",
                altered(
                    POLL,
                    ("                ack.append(jti)\n", ""),
                    ("            try:\n", "            ack.append(jti)\n            try:\n"),
                ),
            ),
            "repeated": (
                "Each request reports only what is new since the last one. Start again with an "
                "empty list and an empty dictionary.",
                altered(
                    POLL,
                    ("ack, errors, more = [], {}, bool(sets)", "more = bool(sets)"),
                    ("taken = taken + ack", "taken = list(ack)"),
                ),
            ),
            "result": (
                "Return a list of every `jti` that was accepted, and no others.",
                altered(POLL, ("taken = taken + ack", "taken = ack")),
            ),
            "raises": (
                "POST JSON to LOGIN + '/poll' and read `sets` in the JSON response: a dictionary "
                "from `jti` to event.",
                altered(POLL, (".items()", ".item()")),
            ),
        },
        (
            "Write a loop: ask, call take(event) for each event in `sets`, and acknowledge those "
            "events in the next request.",
            "Use try: take(event), except ValueError: errors[jti] = {...}. Stop when `sets` is "
            "empty.",
        ),
        POLL,
    ),
    Exercise(
        "12-9",
        "function",
        compare(choices, why=a_row),
        "The budget decides which ways you consider at all. Then the minutes decide.",
        {
            "row": (
                "That is a whole row. Return only the name, which is its first item: row[0].",
                altered(BEST, ("(row[1], row[2]))[0]", "(row[1], row[2]))")),
            ),
            "least": (
                "Of those within the budget, choose the one that leaves the fewest minutes.",
                altered(BEST, ("min(within", "max(within")),
            ),
            "edge": (
                "A way that costs exactly the budget is within it.",
                altered(BEST, ("<= budget", "< budget")),
            ),
            "budget": (
                "This one costs more than the budget. Leave it out before you choose.",
                altered(BEST, (" if row[2] <= budget", "")),
            ),
            "tie": (
                "Two ways leave the same number of minutes. In that case the one with fewer "
                "requests is better.",
                wrong("""
                    def answer(rows, budget):
                        within = [row for row in rows if row[2] <= budget]
                        return min(within, key=lambda row: row[1])[0] if within else None
                """),
            ),
            "nothing": (
                "If no way is within the budget, return None.",
                altered(BEST, ("return None", "return min(rows, default=[0])[0]")),
            ),
        },
        (
            "First make a list of the rows whose third item is at most the budget.",
            "Python compares pairs by their first item, then by the second: use min with "
            "key=lambda row: (row[1], row[2]).",
        ),
        BEST,
    ),
)
