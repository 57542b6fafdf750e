"""What the exercises of lesson 12 are tried with."""

import base64
import builtins
import json
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import count, permutations
from typing import Any

import httpx
import jwt

from labutils.classroom.judging import Tried, nearly
from labutils.classroom.trying import Call, Observed, Raised, Trial, calls, let_in, seen, visits
from labutils.identity.security_events import LOGOUT, REVOKED, sign_logout_token
from labutils.identity.tokens import SigningKey, b64, ec_private_key, sign, unb64, verify_signature
from labutils.lab import dice
from labutils.stage.signature_twins import twin
from labutils.stage.two_apps import API, LOGIN, WIKI
from labutils.text import counted

from . import revocation
from .revocation import (
    ADA,
    NEWEST_FIRST,
    POLLED,
    EventApps,
    apps_with_events,
    ended_session,
    poller,
)
from .token_strategies import Setting

NOW = 1_697_619_600
YEAR = 365 * 86_400

# --- spellings of a token (12-10, 12-1) -----------------------------------------------------------

KEY = SigningKey(ec_private_key("lesson-12/judge"), "ES256", "es256-1")
KEYS = {"keys": [KEY.jwk]}
TOM = SigningKey(ec_private_key("lesson-12/tom"), "ES256", "es256-1")


def access_token(jti: str, **changed: Any) -> str:
    """An access token of Ada's."""
    claims = {"iss": LOGIN, "aud": API, "sub": ADA, "iat": NOW, "exp": NOW + 600, "jti": jti}
    return sign(claims | changed, KEY, typ="at+jwt")


@cache
def tokens_to_twin() -> dict[str, tuple[str, str]]:
    """Tokens, some with an s near an end of its range, and which of the usual things each is."""
    drawn = dice("lesson-12", "twins")
    tokens = {
        f"a token of Ada's, number {one}": (access_token(next(drawn)), "") for one in (1, 2, 3)
    }
    for words, first in (("a token with a large s", 0xFF), ("a token with a small s", 0)):
        while unb64((token := access_token(next(drawn))).rpartition(".")[2])[32] != first:
            pass
        tokens[words] = token, "edge"
    return tokens


def try_twin(answer: Tried) -> Trial:
    """Tokens with large and small numbers in their signatures."""
    tokens = tokens_to_twin()
    again = {words: (token, "again") for words, (token, _) in reversed(tokens.items())}
    for each in (tokens, again):
        for words, (token, usual) in each.items():
            result = seen(answer, token)
            parts = {
                "Raised": "length" if result == Raised("OverflowError") else "other",
                "NoneType": "type",
                "a text": "type",
                "another token": "same",
                "what is signed is the same": "signed",
                "as b64 writes it": "encoding",
                "bytes of the signature": "length",
                "r is the same": "which",
                "the signature is valid": "s",
            }
            is_result = result is None or isinstance(result, Raised)
            yield Observed(words, result if is_result else spelled(result, token), parts, usual)


def spelled(result: Any, token: str) -> dict[str, Any]:
    """How what somebody returned compares with a token."""
    if not isinstance(result, str):
        return {"a text": False}
    (signed, _, signature), (its, _, old) = result.rpartition("."), token.rpartition(".")
    raw = decoded(signature)
    return {
        "a text": True,
        "another token": result != token,
        "what is signed is the same": signed == its,
        "as b64 writes it": signature == b64(raw),
        "bytes of the signature": len(raw),
        "r is the same": raw[:32] == unb64(old)[:32],
        "the signature is valid": is_signed(result),
    }


def decoded(text: str) -> bytes:
    """The bytes behind base64url, padded or not; none behind anything else."""
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        return b""


def is_signed(token: str) -> bool:
    """Whether the course's key signed it."""
    try:
        return bool(verify_signature(token, KEYS))
    except jwt.PyJWTError:
        return False


@cache
def tokens_to_list() -> dict[str, tuple[str, ...]]:
    """Tokens, each in all forms that a loose reader takes for it."""
    drawn = dice("lesson-12", "tokens")
    number = f"j{next(drawn)}"
    tokens = {
        "a token of Ada's": access_token(number),
        **{f"a token whose jti is {text!r}": access_token(text) for text in nearly(number)},
        "a second token of Ada's": access_token(next(drawn)),
        "a token that she received later": access_token(next(drawn), iat=NOW + 5, exp=NOW + 605),
        "a token of Tom's": access_token(next(drawn), sub="u-0666"),
        "a token with a different scope": access_token(next(drawn), scope="admin"),
    }
    return {
        name: (token, twin(token), token + "==", twin(token) + "==")
        for name, token in tokens.items()
    }


FORMS = ("itself", "its twin", "with == after it", "its twin with == after it")


def try_entry_for(answer: Tried) -> Trial:
    """All forms of each token, and once more the first one's, also in another process."""
    owners: dict[Any, str] = {}
    for name, forms in tokens_to_list().items():
        first: Any = None
        usual = "edge" if name.endswith("''") else ""
        for form, text in zip(FORMS, forms, strict=True):
            entry = seen(answer, text)
            first = entry if form == FORMS[0] else first
            result = entry if entry is None or isinstance(entry, Raised) else in_a_set(entry, first)
            parts = {"the set holds it": "hashable", "one entry for all forms": "spelling"}
            parts |= {"Raised": "raises", "NoneType": "raises"}
            yield Observed(f"{name}: {form}", result, parts, usual)
        if is_hashable(first):
            yield Observed(name, {"another token's entry": owners.get(first)}, "others", usual)
            owners.setdefault(first, name)
    token = [*tokens_to_list().values()][0][0]
    for case, entry, about, usual in (
        ("a token of Ada's, once more", seen(answer, token), "others", "again"),
        ("a token of Ada's, in another process", in_another_process(answer, token), "salted", ""),
    ):
        known = is_hashable(entry) and owners.get(entry)
        yield Observed(case, {"the entry is that of": known}, about, usual)


def in_a_set(entry: Any, first: Any) -> dict[str, bool]:
    """What comes of an entry on the list, where the token's first form has this other one."""
    if not is_hashable(entry):
        return {"the set holds it": False}
    return {"the set holds it": True, "one entry for all forms": bool(entry == first)}


def is_hashable(entry: Any) -> bool:
    """Whether a set can hold it."""
    try:
        hash(entry)
    except TypeError:
        return False
    return True


def in_another_process(answer: Tried, token: str) -> Any:
    """The entry for a token where Python's hash() gives other numbers, as in each new process."""
    here = builtins.hash
    builtins.hash = lambda value: ~here(value)
    try:
        return seen(answer, token)
    finally:
        builtins.hash = here


# --- which events stay in the queue (12-12) -------------------------------------------------------

STATUSES = {
    "taken": (202,),
    "lost": (503,),
    "refused": (400,),
    "one": (500, 502, 504, 501, 505, 507, 599),
    "unread": (302, 401, 404, 429, 300, 301, 308, 399, 402, 403, 408, 410, 413, 415, 499),
}


def try_keep(answer: Tried) -> Trial:
    """What an API may say to an event that was pushed to it (RFC 8935, 2.2 to 2.4)."""
    yield from calls(
        answer,
        [
            Call((status,), about=about, usual="edge" if status in (300, 399, 499, 599) else "")
            for about, statuses in STATUSES.items()
            for status in statuses
        ],
    )


# --- to read an event (12-2) ----------------------------------------------------------------------

_NUMBERS = count(1)
USER = {"format": "iss_sub", "iss": LOGIN}
CHANGED = "https://schemas.openid.net/secevent/caep/event-type/credential-change"


def event(key: SigningKey = KEY, typ: str = "secevent+jwt", **changed: Any) -> str:
    """A security event token for the API: a session was revoked at NOW."""
    sub = changed.pop("sub", ADA)
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


def try_read_event(answer: Tried) -> Trial:
    """What the API must take, what is no event for it, and then what resembles a good one."""
    refusal = (ValueError, jwt.PyJWTError)
    first = event()
    good = [
        Call((text, KEYS, now), words, about, "large" if "hundred" in words else "")
        for text, now, about, words in good_events(first)
    ]
    yield from visits(answer, good, refusal)
    for text, about, words in bad_events():
        result = let_in(answer, text, KEYS, NOW, refusal=refusal)
        yield Observed(words, result, about, "edge" if "empty" in words else "")
    header, _, signature = first.split(".")
    other = event(sub="u-0666").split(".")[1]
    dropped: tuple[dict[str, Any], ...] = ({"keys": [TOM.jwk]}, {"keys": []})
    for case, text, keys in (
        ("a good event's signature, with other claims", f"{header}.{other}.{signature}", KEYS),
        *[("a good event, after its key was dropped", first, keys) for keys in dropped],
    ):
        result = let_in(answer, text, keys, NOW, refusal=refusal)
        yield Observed(case, result, "signature", "again")


def at(moment: int, **more: Any) -> dict[str, Any]:
    """The `events` of a token that says when a session was revoked."""
    return {REVOKED: {"event_timestamp": moment}, **more}


def good_events(first: str) -> Iterator[tuple[str, int, str, str]]:
    """Events for this API: the text, the time now, the mistake it is about, and what it is."""
    drawn = next(dice("lesson-12", "people"))
    yield first, NOW + 2, "plain", "an event that was just sent"
    yield event(sub=drawn), NOW + 2, "who", "an event about somebody else"
    yield first, NOW + 2, "again", "the first event again"
    yield event(aud=[WIKI, API]), NOW, "list", "an event for the wiki and the API"
    yield event(aud=[API, WIKI]), NOW, "list", "an event for the API and the wiki"
    many = [f"https://api-{number}.example" for number in range(300)]
    yield event(aud=[*many, API]), NOW, "list", "an event for some hundred APIs"
    yield event(), NOW + 301, "late", "an event that arrives 301 seconds later"
    yield event(), NOW + 86_400, "late", "an event that arrives a day later"
    yield event(), NOW + 400 * 86_400, "late", "an event that arrives 400 days later"
    words = "an event that was sent 300 seconds after the revocation"
    yield event(events=at(NOW - 300)), NOW, "when", words
    words = "an event that was sent a year after the revocation"
    yield event(events=at(NOW - YEAR)), NOW, "when", words
    yield event(events={REVOKED: {}}), NOW + 5, "when", "an event without event_timestamp"
    both = {CHANGED: {"change_type": "update"}, **at(NOW)}
    yield event(events=both), NOW, "kind", "two events in one token"
    other = {CHANGED: {"event_timestamp": NOW - 9}}
    yield event(events=other | at(NOW - 5)), NOW, "when", "two events, each with its time"
    words = "another event with a time, and this one without"
    yield event(events=other | {REVOKED: {}}), NOW, "when", words
    words = "event_timestamp among the claims too"
    yield event(event_timestamp=NOW - 9, events=at(NOW - 5)), NOW, "when", words
    person = {"user": {**USER, "sub": drawn}, "session": {"format": "opaque", "id": "s-1"}}
    yield event(sub_id=person), NOW, "who", "an event that names the session, too"
    yield event(iat=NOW + 60), NOW, "future", "a sender whose clock is 60 seconds ahead"
    words = "an event from a sender whose clock is 60 seconds ahead"
    yield event(iat=NOW + 60, events=at(NOW + 60)), NOW, "future", words
    later = NOW + 3 * YEAR
    yield event(iat=later, events=at(later)), later, "when", "an event of another year"


@cache
def bad_events() -> tuple[tuple[str, str, str], ...]:
    """What is no event for this API: the text, the mistake it is about, and what it is."""
    return tuple(no_events())


def no_events() -> Iterator[tuple[str, str, str]]:
    """The same, one after the other: nearly all of it is signed by the provider."""
    yield event(TOM), "signature", "an event that Tom signed himself"
    claims = {"iss": LOGIN, "aud": API, "sub": ADA, "iat": NOW, "jti": "i-1"}
    yield sign(claims, KEY), "typ", "an ID token"
    yield access_token("a-1"), "typ", "an access token"
    logout = sign_logout_token(
        KEY, issuer=LOGIN, client_id=API, now=NOW, jti="e-1", sub=ADA, sid="s-1"
    )
    yield logout, "typ", "a logout token"
    yield event(typ="JWT"), "typ", "an event whose typ is JWT"
    # Capitals make no other type (RFC 7515, 4.1.9).
    for typ in nearly("secevent+jwt"):
        if typ.lower() != "secevent+jwt":
            yield event(typ=typ), "typ", f"typ is {typ!r}"
    for issuer in nearly(LOGIN):
        yield event(iss=issuer), "iss", f"iss is {issuer!r}"
    yield event(aud=WIKI), "aud", "an event for the wiki"
    yield event(aud=[WIKI, LOGIN]), "aud", "an event for two other receivers"
    for audience in nearly(API):
        yield event(aud=audience), "aud", f"aud is {audience!r}"
        yield event(aud=[audience, WIKI]), "aud", f"aud is {[audience, WIKI]}"
    yield event(events={CHANGED: {}}), "other", "an event about a changed password"
    yield event(events={LOGOUT: {}}), "other", "an event about a logout"
    words = "an event about a changed password, and REVOKED inside it"
    yield event(events={CHANGED: at(NOW)}), "other", words
    for name in nearly(REVOKED):
        one = {name: {"event_timestamp": NOW}}
        yield event(events=one), "other", f"an event {name!r}"
    yield event(iat=NOW + 61), "future", "an event that is dated 61 seconds ahead"
    words = "an event that is dated a year ahead, without event_timestamp"
    yield event(iat=NOW + YEAR, events={REVOKED: {}}), "future", words
    words = "an event that is due to happen in 61 seconds"
    yield event(events=at(NOW + 61)), "ahead", words
    words = "an event whose event_timestamp is in milliseconds"
    yield event(events=at(NOW * 1000)), "ahead", words
    yield event(aud=[]), "aud", "an event whose aud is empty"
    yield event(events={}), "other", "an event whose events are empty"
    for text in ("", "a.b.c", event().rpartition(".")[0] + "."):
        yield text, "signature", f"a text that is no token, or has an empty signature: {text[-9:]}"


# --- the memory of the API (12-3, 12-11) ----------------------------------------------------------


def try_remember(answer: Tried) -> Trial:
    """Single events, and then some events in each order."""
    yield from calls(answer, memories())
    for order in permutations((("u-1", 1000), ("u-2", 700), ("u-1", 1200), ("u-1", 900))):
        memory: Any = {}
        for sub, moment in order:
            memory = seen(answer, memory, sub, moment)
        yield Observed(f"the events {list(order)}", memory, "older")


def memories() -> Iterator[Call]:
    """What the API remembers, and one event more."""
    drawn = dice("lesson-12", "moments")
    sub, late = next(drawn), 2000 + int(next(drawn)[:3], 16)
    people = {f"u-{number}": NOW + number for number in range(300)}
    alike = {"u-10": 2000, "U-1": 3000, "u-": 4000}
    rows: tuple[tuple[dict[str, int], str, int, str, str], ...] = (
        ({}, "u-1", 1000, "first", "edge"),
        ({"u-1": 1000}, "u-1", 1500, "newer", ""),
        ({"u-1": 1000}, "u-2", 500, "others", ""),
        ({"u-1": 1000}, "u-1", 1000, "again", ""),
        ({"u-1": 1000, "u-2": 900}, "u-1", 400, "older", ""),
        ({sub: late, "u-1": 5}, sub, late - 1, "older", "edge"),
        ({sub: late, "u-1": 5}, sub, late + 1, "newer", "edge"),
        ({"u-1": NOW}, "u-1", NOW + 2 * YEAR, "newer", ""),
        ({"u-1": NOW}, "u-1", NOW - 2 * YEAR, "older", ""),
        (alike, "u-1", 1000, "others", ""),
        (people, "u-299", NOW, "older", "large"),
        (people, "u-0", NOW + YEAR, "newer", "large"),
        (people, "u-new", NOW, "others", "large"),
    )
    for revoked, who, moment, about, usual in rows:
        few = revoked if len(revoked) < 9 else counted(len(revoked), "person", "people")
        yield Call((revoked, who, moment), f"{few}, {who!r}, {moment}", about, usual)


def try_revive(answer: Tried) -> Trial:
    """Logs in several orders. What is seen is which event somebody takes."""
    for seed, usual in (("one", ""), (NEWEST_FIRST, "edge"), ("three", ""), ("five", "again")):
        token, log = a_log(seed)
        yield taken_from(answer, token, log, f"a log of {len(log)} events", usual)
    for many, usual in ((0, "again"), (150, "large")):
        token, log = an_old_log(many)
        case = f"a log of {len(log)} events, and a token that is two years old"
        yield taken_from(answer, token, log, case, usual)


@cache
def an_old_log(many: int) -> tuple[str, dict[str, str]]:
    """A token of another year, and the events of a log, many of them about or for others."""
    issued = NOW - 2 * YEAR
    token = access_token("of-another-year", iat=issued)
    moments = {"later": issued + 1, "same second": issued, "old": issued - 2}
    log = {name: event(iat=moment, events=at(moment)) for name, moment in moments.items()}
    log["wiki later"] = event(iat=issued - 1, events=at(issued - 1), aud=WIKI)
    for number in range(many):
        moment = issued - 1000 + number
        person = {"user": {**USER, "sub": f"u-{number}"}}
        log[f"person {number}"] = event(iat=moment, events=at(moment), sub_id=person)
        log[f"wiki {number}"] = event(iat=moment, events=at(moment), aud=WIKI)
    return token, dict(reversed(log.items()))


@cache
def a_log(seed: str) -> tuple[str, dict[str, str]]:
    """A dead token of Ada's, and the events of a log."""
    _, token, log = ended_session(seed)
    return token, log


def taken_from(answer: Tried, token: str, log: dict[str, str], case: str, usual: str) -> Observed:
    """Which event somebody takes from a log, and what somebody misunderstands who takes it."""
    result = seen(answer, list(log.values()), token)
    about = {"Raised": "other", "NoneType": "no event", "no text of the log": "no event"}
    about |= {described(text): kind_of(name) for name, text in log.items() if name != "old"}
    if result is None or isinstance(result, Raised):
        return Observed(case, result, about, usual)
    is_text = isinstance(result, str) and result in log.values()
    return Observed(case, described(result) if is_text else "no text of the log", about, usual)


def kind_of(name: str) -> str:
    """The mistake of whoever takes the event of that name from a log."""
    return {"person": "another person", "wiki": "another audience"}.get(name.split()[0], name)


@cache
def described(text: str) -> str:
    """An event in words."""
    audience, sub, moment = revocation.about(text)
    return f"the event for {audience} about {sub} at {moment}"


# --- costs (12-5) --------------------------------------------------------------------


def of_a_setting(life: float, way: str, other: float, about: str, usual: str = "") -> Call:
    """A call about a setting. Who reads it in another way is told how it is read."""
    kinds = {"Raised": "setting", **dict.fromkeys(("int", "float", "NoneType"), about)}
    return Call((Setting(life, way), other), "", kinds, usual)


def try_requests_an_hour(answer: Tried) -> Trial:
    """Settings, and how often the app calls in an hour."""
    drawn = 100 + int(next(dice("lesson-12", "calls"))[:2], 16)
    rows = (
        (10, "offline", 30, "renewals", ""),
        (1, "offline", 600, "renewals", ""),
        (10, "pushed", drawn, "push", ""),
        (1, "offline", 30, "seldom", ""),
        (10, "offline", 2, "seldom", ""),
        (4, "pushed", 15, "seldom", "edge"),
        (10, "asks", 30, "asks", ""),
        (10, "asks", drawn, "asks", ""),
        (1, "asks", 2, "asks", ""),
        (2.5, "offline", drawn, "renewals", ""),
        (7, "offline", drawn, "renewals", ""),
        (90, "asks", 5, "asks", ""),
        (0.5, "pushed", 10_000, "renewals", ""),
        (24 * 60, "offline", 600, "renewals", ""),
        (10, "offline", 0, "seldom", "edge"),
        (10, "asks", 0, "seldom", "edge"),
        (1, "pushed", 2, "seldom", ""),
    )
    yield from calls(answer, [of_a_setting(*row) for row in rows])


# --- to poll (12-8) -------------------------------------------------------------------------------

MOST = 40  # requests of a poll of a few events, before it is stopped
ERRORS = (  # RFC 8935, 2.4
    "invalid_request",
    "invalid_key",
    "invalid_issuer",
    "invalid_audience",
    "authentication_failed",
    "access_denied",
)
ENDLESS = "requests without an end"
# How many events wait, which of them are for the wiki, and which of the usual things that is.
POLLS: tuple[tuple[int, tuple[int, ...], str], ...] = (
    (0, (), "edge"),
    (1, (), ""),
    (3, (), ""),
    (7, (5,), "refused"),
    (2, (0, 1), "edge"),
    (5, (0, 4), "edge"),
    (3, (), "again"),
    (120, (0, 30, 31, 60, 119), "large"),
)


class Endless(Exception):
    """A poll that does not end."""


def limited(apps: EventApps, most: int) -> httpx.Client:
    """The API's browser, which stops a poll that does not end."""
    browser, paths = poller(apps), list[str]()

    def note(request: httpx.Request) -> None:
        paths.append(request.url.path)
        if len(paths) > most:
            raise Endless(f"{most} requests, and no end")

    browser.event_hooks["request"].append(note)
    return browser


def try_poll_events(answer: Tried) -> Trial:
    """All is taken and forgotten, what is bad is named, and a crash loses none."""
    numbers = count(1)
    for number, bad, usual in POLLS:
        apps = apps_with_events("lesson-12/judge", delivery=POLLED)
        waiting = [next(numbers) for _ in range(number)]
        wiki = {waiting[place] for place in bad}
        result = one_poll(answer, apps, waiting, wiki)
        parts = {
            "Raised": "bad" if wiki and result == Raised("ValueError") else "raises",
            "NoneType": "result",
            ENDLESS: "endless",
            "events accepted": "all",
            "left in the queue": "ack",
            "reported, with err and description": "report",
            "reported without them": "report",
            "both in ack and in setErrs": "both",
            "repeated from an earlier request": "repeated",
            "returned": "result",
        }
        case = counted(number, "waiting event") + (f", {len(wiki)} for the wiki" if wiki else "")
        yield Observed(case, result, parts, usual)
        if result == ENDLESS:
            return  # it would be so each time, and take long
    apps = apps_with_events("lesson-12/judge", delivery=POLLED)
    result = one_poll(answer, apps, [next(numbers)], set(), [next(numbers), next(numbers)])
    yield Observed("an event that waits, and others that arrive meanwhile", result, parts, "again")
    for stored in (0, 1):
        case = "an event that arrives while the API's database is down (ConnectionError)"
        parts = {"the event waits": "lost", "the error": "caught", "calls of take": "caught"}
        yield Observed(case, while_down(answer, stored), {**parts, ENDLESS: "endless"}, "refused")


@cache
def numbered(number: int, audience: str = API) -> str:
    """An event of that number."""
    return event(jti=f"e-{number}", sub=f"u-{number}", aud=audience)


def one_poll(
    answer: Tried, apps: EventApps, waiting: list[int], wiki: set[int], later: Sequence[int] = ()
) -> Any:
    """What comes of a poll while events of these numbers wait, some of them for the wiki. Each of
    the later ones arrives while another is taken."""
    arrives = iter([(f"e-{one}", numbered(one)) for one in later])
    every = [*waiting, *later]
    texts = {f"e-{one}": numbered(one, WIKI if one in wiki else API) for one in every}
    good = {text: jti for jti, text in texts.items() if int(jti[2:]) not in wiki}
    errors = {text: f"for another audience: {jti}" for jti, text in texts.items()}
    apps.provider.queue |= {f"e-{one}": texts[f"e-{one}"] for one in waiting}
    accepted: list[str] = []

    def take(event: str) -> None:
        if event not in good:
            raise ValueError(errors.get(event, "this is no event"))
        accepted.append(good[event])
        if new := next(arrives, None):
            apps.provider.queue |= dict([new])

    result = seen(answer, limited(apps, MOST + 2 * len(every)), take)
    if result is None or isinstance(result, Raised):
        return ENDLESS if isinstance(answer.error, Endless) else result
    reported = apps.provider.reported
    whole = {jti for jti in texts if is_report(reported.get(jti), errors[texts[jti]])}
    return {
        "events accepted": len({*accepted}),
        "left in the queue": len(apps.provider.queue),
        "reported, with err and description": sorted(whole),
        "reported without them": sorted(reported.keys() - whole),
        **repeated_in(apps),
        "returned": sorted(map(str, result)) if isinstance(result, list | tuple) else result,
    }


def is_report(report: Any, error: str) -> bool:
    """Whether a receiver says so of an event that it could not take, and by which error (RFC 8935,
    2.3)."""
    if not isinstance(report, dict) or report.get("err") not in ERRORS:
        return False
    return isinstance(report.get("description"), str) and error in report["description"]


def repeated_in(apps: EventApps) -> dict[str, int]:
    """How often one event is acknowledged or reported again, or both."""
    both, again, known = 0, 0, set[str]()
    for exchange in apps.lab.wire:
        if exchange.path == "/poll":
            body = json.loads(exchange.request_body or "{}")
            ack, errors = {*map(str, body.get("ack", []))}, {*body.get("setErrs", {})}
            both += len(ack & errors)
            again += len(known & (ack | errors))
            known |= ack | errors
    return {"both in ack and in setErrs": both, "repeated from an earlier request": again}


def while_down(answer: Tried, stored: int) -> Any:
    """What comes of an event while the API's database is down, after it has stored so many."""
    apps = apps_with_events("lesson-12/judge", delivery=POLLED)
    apps.provider.queue |= {f"e-{number}": numbered(number) for number in range(1 + stored)}
    brought: list[str] = []

    def take(event: str) -> None:
        brought.append(event)
        if len(brought) > stored:
            raise ConnectionError("the database is down")

    result = seen(answer, limited(apps, MOST), take)
    if isinstance(answer.error, Endless):
        return ENDLESS
    return {
        "the event waits": f"e-{stored}" in apps.provider.queue,
        "the error": result.error if isinstance(result, Raised) else "caught",
        "calls of take": len(brought),
    }
