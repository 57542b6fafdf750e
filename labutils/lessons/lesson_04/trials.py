"""What the exercises of lesson 04 are tried with."""

from collections.abc import Iterator
from functools import cache
from typing import Any

import httpx
import jwt

from labutils.classroom.judging import Tried, nearly, written
from labutils.classroom.trying import Call, Observed, Raised, Trial, left_in, seen, visits
from labutils.identity.tokens import inspect, sign
from labutils.lab import Exchange
from labutils.stage import forgeries as forged
from labutils.text import counted

from .form_post import form_lab
from .id_tokens import (
    ELSEWHERE,
    ISSUER,
    LATER,
    NOW,
    Change,
    asked,
    bad_id_tokens,
    claims_of,
    good_id_tokens,
    in_a_log,
)

REFUSAL = (ValueError, jwt.PyJWTError)
MANY = 300  # members of a large list


def response_in_words(response: Any) -> str:
    """What a function returned; of a response, only that it is one."""
    return "a response" if isinstance(response, httpx.Response) else written(response)


# --- claims (04-2, 04-3) --------------------------------------------------------------------------


def try_meant_for(answer: Tried) -> Trial:
    """Claims of our provider and of others, for us and for others."""
    yield from visits(answer, [*meant_for_us(), *meant_for_others()], refusal=())


def whom(claims: dict[str, Any], issuer: str, client: str, about: str, usual: str = "") -> Call:
    """One call of meant_for, in words that show all that counts."""
    names = ("iss", "aud", "azp") if "azp" in claims or about == "azp" else ("iss", "aud")
    named = ", ".join(f"{n} {claims[n]!r}" if n in claims else f"no {n}" for n in names)
    words = f"{named}, called with issuer {issuer!r} and client {client!r}"
    if usual == "large":
        words = f"an aud of {len(claims['aud'])} clients, {client!r} among them"
    return Call((claims, issuer, client), words, about, usual)


def meant_for_us() -> Iterator[Call]:
    """Claims for the client that is asked about."""
    claims = claims_of("for us")
    other = {**claims, "iss": ELSEWHERE, "aud": "notes"}
    slash = {**other, "iss": ELSEWHERE + "/"}
    yield whom({**claims, "azp": "wiki"}, ISSUER, "wiki", "good")
    yield whom(claims, ISSUER, "wiki", "azp")
    yield whom({**claims, "aud": ["wiki"]}, ISSUER, "wiki", "list")
    yield whom(other, ELSEWHERE, "notes", "fixed")
    yield whom(slash, ELSEWHERE + "/", "notes", "slash")


HOST = ISSUER.removeprefix("https://")
ALMOST = (  # what a careless comparison takes for our issuer
    *(f"{ISSUER}{more}" for more in ("/", ":443", ".", "?x=1", "#x", ".tom.test", "/wiki")),
    *(f"{scheme}{HOST}" for scheme in ("", "http://", "https://tom@", "https://www.")),
    "https://LOGIN.example",
    f"https://{HOST[::-1]}",
    *nearly(ISSUER),
)


def meant_for_others() -> Iterator[Call]:
    """Claims of another issuer, for other clients or for nobody, or with no client of ours."""
    claims = claims_of("for others")
    parts = ("my-wiki-2", "wiki-2", "my-wiki", "wik", "iki", "w", "", "wiki,notes", "wiki notes")
    changes: list[tuple[dict[str, Any], str]] = [
        *(({"iss": issuer}, "iss") for issuer in ALMOST),
        ({"aud": "notes"}, "aud"),
        *(({"aud": part}, "part") for part in parts),
        ({"aud": ["notes"]}, "aud"),
        *(({"aud": [part]}, "part") for part in parts),
        *(({"aud": name}, "spelling") for name in nearly("wiki")),
        *(({"aud": [name]}, "spelling") for name in nearly("wiki")),
        # Untrusted additional audiences: MUST be rejected (OpenID Connect Core, 3.1.3.7 (3)).
        ({"aud": ["notes", "wiki"]}, "others"),
        ({"aud": ["wiki", "notes", "mail", "files"]}, "others"),
        ({"aud": ["wiki", "notes"], "azp": "wiki"}, "others"),
        ({"aud": "notes", "azp": "wiki"}, "aud"),
        ({"aud": ["wi", "ki"]}, "joined"),
    ]
    for change, about in changes:
        yield whom({**claims, **change}, ISSUER, "wiki", about)
    yield whom({**claims, "aud": []}, ISSUER, "wiki", "nobody", "edge")
    many = ["wiki", *(f"app-{n}" for n in range(MANY))]
    yield whom({**claims, "aud": many}, ISSUER, "wiki", "others", "large")
    for name in ("iss", "aud"):
        rest = {key: value for key, value in claims.items() if key != name}
        yield whom(rest, ISSUER, "wiki", "missing", "edge")
    yield whom({**claims, "aud": ["a", "b"]}, ISSUER, "a,b", "joined")
    yield whom(claims, ELSEWHERE, "wiki", "fixed")
    yield whom(claims, ISSUER, "notes", "fixed")
    yield whom(claims, "", "wiki", "not set", "edge")
    yield whom(claims, ISSUER, "", "not set", "edge")


LONG = 300 * 86400  # a long life of a token, in seconds
TIMES: tuple[tuple[int | None, int | None, str], ...] = (  # iat and exp, in seconds from now
    (-300, 300, "good"),
    (0, 600, "now"),
    (-600, 1, "last second"),
    (-LONG, LONG, "age"),
    (-7200, -3600, "expired"),
    (-NOW, -NOW, "expired"),
    (3600, 7200, "future"),
    (-600, -10, "leeway"),
    (-600, -1, "leeway"),
    (10, 600, "leeway"),
    (1, 600, "leeway"),
    (-600, 0, "at exp"),
    (-300, None, "missing"),
    (None, 300, "missing"),
    (None, None, "missing"),
)


def try_in_time(answer: Tried) -> Trial:
    """Times around now, and around the same time on another day."""
    tried = []
    for now in (NOW, LATER):
        for issued, expires, about in TIMES:
            claims: dict[str, Any] = {"sub": "u-1815"}
            claims |= {} if issued is None else {"iat": now + issued}
            claims |= {} if expires is None else {"exp": now + expires}
            usual = "edge" if about in ("now", "at exp", "missing") else ""
            tried.append(Call((claims, now), about=about, usual=usual))
    yield from visits(answer, tried, refusal=())


# --- somebody else's token (04-7) -----------------------------------------------------------------


def try_take_over(answer: Tried) -> Trial:
    """Three logs, in each of which one token makes Tom Ada: the last, or the first. And a wiki that
    refuses that one, too."""
    logs = (("another log", NOW, "edge"), ("a log", NOW, "edge"), ("a log", LATER, "again"))
    for seed, now, usual in logs:
        log = in_a_log(seed, now)
        lab, tom = form_lab(lambda token, _: inspect(token).claims or {}, f"lesson-04/{seed}")
        page = seen(answer, tom, [*log.values()], now)
        sent = posted(lab.wire, log)
        first = sent[0] if sent else "nothing" if page is None else "no form"
        text = page if isinstance(page, Raised) else first
        about = {"nothing": "filter", "no form": "form", "str": "token", "Raised": "raises"}
        yield Observed("the token in the first form", text, about, usual)
        refused = [one for one in lab.wire if one.path == "/cb" and one.status >= 400]
        result = {"forms": len(sent), "of them refused": len(refused), **landed(page)}
        parts = dict.fromkeys(result, "form") | {"returned": "response"}
        yield Observed("six tokens from a log", result, parts)
        yield left_in(tom, "kept")
        if usual == "edge":
            yield at_a_wiki_that_refuses(answer, log)


def at_a_wiki_that_refuses(answer: Tried, log: dict[str, str]) -> Observed:
    """How often an answer tries where each token is refused."""
    lab, tom = form_lab(refuse)
    seen(answer, tom, [*log.values()], NOW)
    forms = counted(len(posted(lab.wire, log)), "form")
    return Observed("forms, at a wiki that refuses each token", forms, "form", "refused")


def refuse(_token: str, _nonce: str) -> dict[str, Any]:
    """The check of a wiki that lets nobody in. Raises ValueError."""
    raise ValueError("no")


def posted(wire: list[Exchange], log: dict[str, str]) -> list[str]:
    """Which tokens of a log were posted in forms, in words."""
    names = {token: name for name, token in log.items()}
    forms = [httpx.QueryParams(one.request_body) for one in wire if one.path == "/cb"]
    return [names.get(form.get("id_token", ""), "none of the log's") for form in forms]


def landed(page: Any) -> dict[str, Any]:
    """Where a response comes from, and what it says."""
    is_one = isinstance(page, httpx.Response)
    return {
        "returned": response_in_words(page),
        "the page": (page.url.path, page.status_code, page.text) if is_one else None,
    }


# --- the whole validation (04-4) ------------------------------------------------------------------


def try_validate(answer: Tried) -> Trial:
    """Good ID tokens, bad ones, and sign-ins that sent no nonce; and good ones again, with other
    claims or without their key."""
    yield from visits(answer, sign_ins(), REFUSAL)


@cache
def sign_ins() -> tuple[Call, ...]:
    """The calls of validate: signing takes time."""
    claims = claims_of("bad")
    good = sign(claims, forged.SERVICE)
    backwards = {**claims, "iat": NOW - 300, "exp": NOW - 600}
    words = "a token that expires before it is issued"
    rest = {name: value for name, value in claims.items() if name not in ("iat", "exp")}
    near: list[Change] = [
        *(({"nonce": name}, "nonce near", f"nonce {name!r}") for name in nearly(claims["nonce"])),
        ({"sub": ""}, "sub", "an empty sub"),
        ({"sub": None}, "sub", "a sub that is null"),
    ]
    other_keys = [{**forged.SERVICE.jwk, "kid": f"key-{n}"} for n in range(MANY)]
    many = {"keys": [*other_keys, forged.SERVICE.jwk]}
    gone = {"keys": [forged.OTHER.jwk]}
    rest_of_it = (ISSUER, "wiki", claims["nonce"], NOW)
    return (
        *good_id_tokens(),
        Call(
            (good, many, *rest_of_it), "a good ID token, and a long list of keys", "good", "large"
        ),
        asked(claims, sign(backwards, forged.SERVICE), "time", words),
        *bad_id_tokens(),
        *(asked(claims, sign({**claims, **c}, forged.SERVICE), m, w) for c, m, w in near),
        asked(claims, sign(rest, forged.SERVICE), "time", "a token without iat and exp"),
        *no_nonce_was_sent(),
        *nothing_is_configured(),
        asked(
            claims,
            forged.changed(good, {**claims, "sub": "u-1815"}),
            "signature",
            "a good token's signature under other claims",
        ),
        Call(
            (good, gone, *rest_of_it),
            "a good ID token, when its key was dropped",
            "signature",
            "again",
        ),
    )


def no_nonce_was_sent() -> Iterator[Call]:
    """Sign-ins for which nobody remembers a nonce: None or an empty text is what was sent."""
    null = {**claims_of("bad"), "nonce": None}
    empty = {**null, "nonce": ""}
    rest = {name: value for name, value in null.items() if name != "nonce"}
    for sent, claims, words in (
        (null, rest, "no nonce, when None"),
        (null, null, "a nonce that is null, when None"),
        (empty, empty, "an empty nonce, when an empty one"),
    ):
        token = sign(claims, forged.SERVICE)
        yield asked(sent, token, "no nonce", f"{words} is expected", usual="edge")


def nothing_is_configured() -> Iterator[Call]:
    """Sign-ins at a client that was set up without an issuer, or without a client ID."""
    claims = claims_of("bad")
    token = sign(claims, forged.SERVICE)
    for issuer, client, words in (
        ("", "wiki", "a good ID token, when the issuer is an empty string"),
        (ISSUER, "", "a good ID token, when the client ID is an empty string"),
    ):
        arguments = (token, forged.KEYS, issuer, client, claims["nonce"], NOW)
        yield Call(arguments, words, "not set", "edge")


# --- the list of keys (04-5) ----------------------------------------------------------------------

OLD_LIST = ("key-1", "key-2")
NEW_LIST = ("key-2", "key-3")  # key-1 was dropped
Visits = list[tuple[str, int]]  # kid and time, in seconds since the list was fetched
A_DAY = 86400  # no call comes later than this


def cache_cases() -> Iterator[tuple[str, Visits, str]]:
    """What is asked, and when."""
    yield "a known kid", [("key-1", 100)], "known"
    yield "a known kid after 299 seconds", [("key-1", 299)], "known"
    yield "a new kid after 31 seconds", [("key-3", 31)], "new"
    yield "a new kid after exactly 30 seconds", [("key-3", 30)], "new"
    yield "an unknown kid after 29 seconds", [("key-3", 29)], "early"
    for kid in nearly("key-1"):
        yield f"the kid {kid!r}, which is unknown", [(kid, 31)], "near"
    flood = [(f"x{n}", 40 + n % 10) for n in range(999)]
    yield "1,000 invented kids in ten seconds", flood, "flood"
    yield "invented kids, half a minute apart", [("x", 40), ("y", 71)], "never again"
    yield "a known kid after exactly 300 seconds", [("key-1", 300)], "for ever"
    yield "a known kid every 300 seconds", [("key-2", 300), ("key-2", 600)], "for ever"
    yield "a known kid 299 seconds after a fetch", [("x", 40), ("key-2", 339)], "known"
    yield "a known kid 300 seconds after a fetch", [("x", 40), ("key-2", 340)], "for ever"
    yield "a dropped kid 20 seconds after a fetch", [("key-1", 300), ("key-1", 320)], "early"
    yield "a dropped kid 30 seconds after a fetch", [("key-1", 300), ("key-1", 330)], "new"


def try_keys_for(answer: Tried) -> Trial:
    """Known and unknown kids, a flood of invented ones, a dropped key, and a provider that does not
    answer."""
    cases = [*cache_cases()]
    for words, visited, about in cases:
        yield fetched(answer, words, visited, about)
    many = tuple(f"old-{n}" for n in range(MANY))
    for kid in (many[0], many[-1]):
        yield fetched(answer, f"{kid!r}, of {MANY} known kids", [(kid, 31)], "known", many, "large")
    for after in (29, 30):
        about = "early" if after < 30 else "new"
        case = f"an empty list, {after} seconds old"
        yield fetched(answer, case, [("key-3", after)], about, (), "edge")
    for kid, times in (("key-1", (300, 301)), ("key-3", (30, 31))):
        yield from without_a_list(answer, kid, times)
    for words, visited, about in reversed(cases):
        yield fetched(answer, f"{words}, on another day", visited, about, usual="again", day=NOW)


def key_list(kids: tuple[str, ...]) -> list[dict[str, str]]:
    """A list of keys, of which only the kids count."""
    return [{"kid": kid} for kid in kids]


def kids_in(keys: Any) -> Any:
    """The kids of a list of keys; anything else as it is."""
    is_list = isinstance(keys, list) and all(isinstance(key, dict) for key in keys)
    return ", ".join(str(key.get("kid")) for key in keys) if is_list else keys


def fetched(
    answer: Tried,
    words: str,
    visited: Visits,
    about: str,
    kids: tuple[str, ...] = OLD_LIST,
    usual: str = "",
    day: int = 0,
) -> Observed:
    """Calls with one cache: what they return, how often they fetch, and what the cache has
    then."""
    requests = 0

    def fetch() -> dict[str, Any]:
        nonlocal requests
        requests += 1
        return {"keys": key_list(NEW_LIST)}

    kept: dict[str, Any] = {"keys": key_list(kids), "fetched": day}
    returned: list[Any] = []
    for kid, after in visited:
        keys = seen(answer, kid, kept, fetch, day + after)
        if keys is None or isinstance(keys, Raised):
            return Observed(words, keys, {"Raised": "raises"}, usual)
        if kids_in(keys) not in returned[-1:]:
            returned.append(kids_in(keys))
    stored = kept.get("fetched")
    is_near = isinstance(stored, int | float) and 0 <= stored - day <= A_DAY
    result = {
        "requests to the provider": requests,
        "lists returned": returned,
        "the list in the cache": kids_in(kept.get("keys")),
        "the time in the cache": stored if is_near else "the time of another clock",
    }
    parts = dict.fromkeys(result, "list") | {
        "requests to the provider": about,
        "the time in the cache": "flood",
    }
    return Observed(words, result, parts, usual)


def without_a_list(answer: Tried, kid: str, times: tuple[int, ...]) -> Trial:
    """Calls whose list is too old, while the provider does not answer."""

    def fetch() -> dict[str, Any]:
        raise ConnectionError("the provider does not answer")

    kept: dict[str, Any] = {"keys": key_list(OLD_LIST), "fetched": 0}
    for now in times:
        keys = seen(answer, kid, kept, fetch, now)
        is_error = isinstance(keys, Raised) and isinstance(answer.error, ConnectionError)
        result = "the error from fetch()" if is_error else kids_in(keys)
        yield Observed(f"{kid} after {now} seconds, when the fetch fails", result, "no list")


# --- discovery (04-6) -----------------------------------------------------------------------------


def try_trust(answer: Tried) -> Trial:
    """Documents of the issuer that was asked, and of others."""
    yield from visits(answer, documents(), refusal=())


def documents() -> Iterator[Call]:
    """Documents, the telling ones first."""
    slash, path = "https://a.example/", "https://a.example/x"
    at_home, elsewhere = ISSUER + "/jwks", "https://keys.example/jwks"
    yield Call((ISSUER, {"issuer": ISSUER, "jwks_uri": at_home}), about="good")
    yield Call((ISSUER, {"issuer": ISSUER, "jwks_uri": elsewhere}), about="keys")
    yield Call((path, {"issuer": path}), about="good")
    yield Call((slash, {"issuer": slash}), about="good")
    yield Call((ISSUER, {"issuer": ISSUER + ".tom.test"}), about="begins")
    for spelling in ALMOST:
        yield Call((ISSUER, {"issuer": spelling}), about="spelling")
    yield Call((ISSUER, {"issuer": "https://tom.test", "jwks_uri": at_home}), about="elsewhere")
    yield Call((ISSUER, {"issuer": "https://tom.test", "also": ISSUER}), about="elsewhere")
    yield Call((ISSUER, {"issuer": [ISSUER]}), about="spelling")
    for document in ({}, {"issuer": None}):
        yield Call((ISSUER, document), about="missing", usual="edge")
    yield Call(("", {"issuer": ISSUER}), about="not set", usual="edge")
