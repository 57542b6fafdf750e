"""04 · OpenID Connect."""

from functools import partial
from typing import Any

import httpx
import jwt

from labutils.classroom import registry
from labutils.classroom.judging import (
    PASSED,
    Case,
    Tried,
    Verdict,
    nearly,
    not_a_response,
    verifier,
    written,
)
from labutils.classroom.registry import (
    Exercise,
    code,
)
from labutils.identity.tokens import inspect, sign
from labutils.stage import forgeries as forged
from labutils.stage import written_verifier
from labutils.text import counted

from .eager_wiki import with_eager_wiki
from .form_post import form_lab
from .id_tokens import (
    ELSEWHERE,
    ISSUER,
    NOW,
    Change,
    asked,
    bad_id_tokens,
    claims_of,
    good_id_tokens,
    in_a_log,
)

REFUSAL = (ValueError, jwt.PyJWTError)

SIGN_IN = code("""
    def sign_in_with(browser, token):
        browser.post("https://eager.example/token", data={"token": token})
        return browser.get("https://eager.example/page")
""")
MEANT_FOR = code("""
    def meant_for(claims, issuer, client_id):
        audience = claims.get("aud")
        audience = [audience] if isinstance(audience, str) else audience
        return claims.get("iss") == issuer and audience == [client_id]
""")
IN_TIME = code("""
    def in_time(claims, now):
        issued, expires = claims.get("iat"), claims.get("exp")
        if issued is None or expires is None:
            return False
        return issued <= now < expires
""")
TAKE_OVER = code("""
    def take_over(tom, tokens, now):
        for token in tokens:
            claims = inspect(token).claims
            good = meant_for(claims, LOGIN, "wiki") and in_time(claims, now)
            if good and claims["sub"] == "u-1815":
                return post_in_form(tom, token)
""")
VALIDATE = code("""
    def validate(token, keys, issuer, client_id, nonce, now):
        claims = verify(token, keys)
        if not meant_for(claims, issuer, client_id):
            raise ValueError("another issuer, or another audience")
        if not in_time(claims, now):
            raise ValueError("not valid at this time")
        if not claims.get("sub") or not nonce or claims.get("nonce") != nonce:
            raise ValueError("no subject, or the answer to another sign-in")
        return claims
""")
KEYS_FOR = code("""
    def keys_for(kid, cache, fetch, now):
        known = kid in [key.get("kid") for key in cache["keys"]]
        if now - cache["fetched"] >= (300 if known else 30):
            cache["keys"] = fetch()["keys"]
            cache["fetched"] = now
        return cache["keys"]
""")
TRUST = code("""
    def trust(issuer, document):
        return document.get("issuer") == issuer
""")
NAMES = code("""
    from labutils.identity.tokens import inspect
    from labutils.lessons.lesson_04 import post_in_form
    from labutils.stage.two_apps import LOGIN
""")
TOOLS = "\n".join((written_verifier.TOOLS, NAMES, written_verifier.VERIFY, MEANT_FOR, IN_TIME))


wrong = partial(registry.wrong, TOOLS)
altered = partial(registry.altered, TOOLS)  # wrong answers, from right ones


# --- 04-1: the opening attack -------------------------------------------------------------------


def signs_in(answer: Tried) -> Verdict:
    """The judge of 04-1: at a wiki of its own, for two people's tokens."""
    for who, sub in (("ada", "u-1815"), ("tom", "u-0666")):
        apps = with_eager_wiki(f"lesson-04/{who}")
        apps.sign_in(who, "https://notes.example")
        token = apps.notes.latest_session()["access_token"]
        browser = apps.lab.browser("thief", "203.0.113.67")
        try:
            response = answer(browser, token)
        except Exception:
            return answer.raised(f"{who}'s access token", "raises")
        if response is None:
            return Verdict("none", f"{who}'s access token")
        if any(token in e.url for e in apps.lab.wire if e.client == "thief"):
            case, got = f"{who}'s access token", "the token in a URL"
            return Verdict("differs", case, got, "a form", mistake="address")
        page = getattr(response, "text", "")
        elsewhere = not str(getattr(response, "url", "")).startswith("https://eager.example/")
        if sub in page and elsewhere:
            got, want = "a response from another host", "the page at eager.example"
            return Verdict("differs", f"{who}'s access token", got, want, mistake="page")
        if isinstance(response, str | dict):
            return Verdict("differs", f"{who}'s access token", written(response), mistake="whole")
        if sub not in page:
            mistake = "page" if getattr(response, "status_code", 0) == 303 else "shut"
            return Verdict("differs", f"{who}'s access token", written(page), mistake=mistake)
    return PASSED


# --- 04-2 and 04-3: claims ----------------------------------------------------------------------


def whom(claims: dict[str, Any], issuer: str, client_id: str, mistake: str) -> Case:
    """One call of meant_for, in words that show all that counts."""
    names = ("iss", "aud", "azp") if "azp" in claims or mistake == "azp" else ("iss", "aud")
    named = ", ".join(f"{n} {claims[n]!r}" if n in claims else f"no {n}" for n in names)
    words = f"{named}, called with issuer {issuer!r} and client {client_id!r}"
    return Case((claims, issuer, client_id), mistake=mistake, words=words)


def meant_for_us() -> list[Case]:
    claims = claims_of("for us")
    listed = {**claims, "aud": ["wiki"]}
    other = {**claims, "iss": ELSEWHERE, "aud": "notes"}
    slash = {**other, "iss": ELSEWHERE + "/"}
    return [
        whom({**claims, "azp": "wiki"}, ISSUER, "wiki", "good"),
        whom(claims, ISSUER, "wiki", "azp"),
        whom(listed, ISSUER, "wiki", "list"),
        whom(other, ELSEWHERE, "notes", "fixed"),
        whom(slash, ELSEWHERE + "/", "notes", "slash"),
    ]


HOST = ISSUER.removeprefix("https://")
ALMOST = (  # what a careless comparison takes for our issuer
    *(f"{ISSUER}{more}" for more in ("/", ":443", ".", "?x=1", "#x", ".tom.test")),
    *(f"{scheme}{HOST}" for scheme in ("", "http://", "https://tom@", "https://www.")),
    "https://LOGIN.example",
    f"https://{HOST[::-1]}",
    *nearly(ISSUER),
)


def meant_for_others() -> list[Case]:
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
        ({"aud": []}, "nobody"),
        # Untrusted additional audiences: MUST be rejected (OpenID Connect Core, 3.1.3.7 (3)).
        ({"aud": ["notes", "wiki"]}, "others"),
        ({"aud": ["wiki", "notes", "mail", "files"]}, "others"),
        ({"aud": ["wiki", "notes"], "azp": "wiki"}, "others"),
        ({"aud": ["wi", "ki"]}, "joined"),
    ]
    cases = [whom({**claims, **change}, ISSUER, "wiki", mistake) for change, mistake in changes]
    for name in ("iss", "aud"):
        rest = {key: value for key, value in claims.items() if key != name}
        cases.append(whom(rest, ISSUER, "wiki", "missing"))
    return [
        *cases,
        whom({**claims, "aud": ["a", "b"]}, ISSUER, "a,b", "joined"),
        whom(claims, ELSEWHERE, "wiki", "fixed"),
        whom(claims, ISSUER, "notes", "fixed"),
        whom(claims, "", "wiki", "not set"),
        whom(claims, ISSUER, "", "not set"),
    ]


def times(*pairs: tuple[int | None, int | None, str]) -> list[Case]:
    """Cases of in_time at NOW, by the seconds from it: iat, exp, mistake."""
    cases = []
    for issued, expires, mistake in pairs:
        claims: dict[str, Any] = {"sub": "u-1815"}
        claims |= {} if issued is None else {"iat": NOW + issued}
        claims |= {} if expires is None else {"exp": NOW + expires}
        cases.append(Case((claims, NOW), mistake=mistake))
    return cases


def good_times() -> list[Case]:
    long = 300 * 86400
    return times(
        (-300, 300, "good"), (0, 600, "now"), (-600, 1, "last second"), (-long, long, "age")
    )


def bad_times() -> list[Case]:
    return times(
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
    )


# --- 04-7: somebody else's token ----------------------------------------------------------------


def takes_over(answer: Tried) -> Verdict:
    """The judge of 04-7: two logs, in each of which one token makes Tom Ada."""
    for seed in ("another log", "a log"):
        log = in_a_log(seed)
        names = {token: name for name, token in log.items()}
        lab, tom = form_lab(lambda token, _: inspect(token).claims or {}, f"lesson-04/{seed}")
        case = "six tokens from a log"
        try:
            page = answer(tom, list(log.values()), NOW)
        except Exception:
            return answer.raised(case, "raises")
        sent = [exchange for exchange in lab.wire if exchange.path == "/cb"]
        posted = [
            names.get(httpx.QueryParams(one.request_body).get("id_token", "")) for one in sent
        ]
        if posted and posted[0] != "Ada's, for the wiki":
            got = f"a form with the token that is {posted[0] or 'none of them'}"
            return Verdict("differs", case, got, mistake="token")
        if page is None and not sent:
            return Verdict("none", case, mistake="filter")
        if len(sent) != 1 or sent[0].status >= 400:
            got = f"{len(sent) or 'no'} forms sent in Tom's sign-in"
            return Verdict("differs", case, got, "one", mistake="form")
        if verdict := not_a_response(page, case):
            return verdict
        if (page.url.path, page.status_code) != ("/page", 200):
            got = f"the response of {page.url.path}, {page.status_code}"
            return Verdict("differs", case, got, mistake="form")
    return PASSED


# --- 04-4: the whole validation -----------------------------------------------------------------


def bad_sign_ins() -> list[Case]:
    """The bad tokens, nonces that are nearly right, and sign-ins that sent no nonce."""
    claims = claims_of("bad")
    backwards = {**claims, "iat": NOW - 300, "exp": NOW - 600}
    near: list[Change] = [
        ({"nonce": name}, "nonce near", f"nonce {name!r}") for name in nearly(claims["nonce"])
    ]
    nobody: list[Change] = [
        ({"sub": ""}, "sub", "an empty sub"),
        ({"sub": None}, "sub", "a sub that is null"),
    ]
    return [
        asked(
            claims,
            sign(backwards, forged.SERVICE),
            "time",
            "a token that expires before it is issued",
        ),
        *bad_id_tokens(),
        *(asked(claims, sign({**claims, **c}, forged.SERVICE), m, w) for c, m, w in near + nobody),
        *no_nonce_was_sent(),
        *nothing_is_configured(),
    ]


def no_nonce_was_sent() -> list[Case]:
    """Sign-ins for which nobody remembers a nonce: None or an empty text is what was sent."""
    null = {**claims_of("bad"), "nonce": None}
    empty = {**null, "nonce": ""}
    rest = {name: value for name, value in null.items() if name != "nonce"}
    return [
        asked(sent, sign(claims, forged.SERVICE), "no nonce", f"{words} is expected")
        for sent, claims, words in (
            (null, rest, "no nonce, when None"),
            (null, null, "a nonce that is null, when None"),
            (empty, empty, "an empty nonce, when an empty one"),
        )
    ]


def nothing_is_configured() -> list[Case]:
    """Sign-ins at a client that was given no issuer, or no client ID."""
    claims = claims_of("bad")
    token = sign(claims, forged.SERVICE)
    return [
        Case((token, forged.KEYS, issuer, client, claims["nonce"], NOW), None, "not set", words)
        for issuer, client, words in (
            ("", "wiki", "a good ID token, when the issuer is an empty string"),
            (ISSUER, "", "a good ID token, when the client ID is an empty string"),
        )
    ]


# --- 04-5: the list of keys ---------------------------------------------------------------------


OLD_LIST = [{"kid": "key-1"}, {"kid": "key-2"}]
NEW_LIST = [{"kid": "key-2"}, {"kid": "key-3"}]  # key-1 was dropped

A_DAY = 86400  # no call comes later than this

Calls = list[tuple[str, int]]  # kid and time, in seconds since the list was fetched


def cache_cases() -> list[tuple[str, Calls, int, str]]:
    """What is asked, when, how many requests to the provider are right, and the mistake."""
    flood = [(f"x{n}", 40 + n % 10) for n in range(999)]
    return [
        ("a known kid", [("key-1", 100)], 0, "known"),
        ("a known kid after 299 seconds", [("key-1", 299)], 0, "known"),
        ("a new kid after 31 seconds", [("key-3", 31)], 1, "new"),
        ("a new kid after exactly 30 seconds", [("key-3", 30)], 1, "new"),
        ("an unknown kid after 29 seconds", [("key-3", 29)], 0, "early"),
        *((f"the kid {k!r}, which is unknown", [(k, 31)], 1, "near") for k in nearly("key-1")),
        ("1,000 invented kids in ten seconds", flood, 1, "flood"),
        ("invented kids, half a minute apart", [("x", 40), ("y", 71)], 2, "never again"),
        ("a known kid after exactly 300 seconds", [("key-1", 300)], 1, "for ever"),
        ("a known kid every 300 seconds", [("key-2", 300), ("key-2", 600)], 2, "for ever"),
        ("a known kid 299 seconds after a fetch", [("x", 40), ("key-2", 339)], 1, "known"),
        ("a known kid 300 seconds after a fetch", [("x", 40), ("key-2", 340)], 2, "for ever"),
        ("a dropped kid 20 seconds after a fetch", [("key-1", 300), ("key-1", 320)], 1, "early"),
        ("a dropped kid 30 seconds after a fetch", [("key-1", 300), ("key-1", 330)], 2, "new"),
    ]


def key_cache(answer: Tried) -> Verdict:
    """The judge of 04-5: known and unknown kids, a flood of invented ones, and a dropped key."""
    for words, calls, want, mistake in cache_cases():
        verdict = cache_verdict(answer, words, calls, want, mistake)
        if verdict is not PASSED:
            return verdict
    return without_a_list(answer)


def without_a_list(answer: Tried) -> Verdict:
    """The verdict on two calls whose list is too old, while the provider does not answer."""

    def fetch() -> dict[str, Any]:
        raise ConnectionError("the provider does not answer")

    cache: dict[str, Any] = {"keys": [dict(key) for key in OLD_LIST], "fetched": 0}
    for now in (300, 301):
        try:
            keys = answer("key-1", cache, fetch, now)
        except Exception:
            continue
        words = f"a known kid after {now} seconds, when the fetch fails"
        return Verdict("differs", words, written(keys), "the error from fetch()", mistake="no list")
    return PASSED


def cache_verdict(answer: Tried, words: str, calls: Calls, want: int, mistake: str) -> Verdict:
    """The verdict on calls with one cache: the right lists, and so many requests."""
    fetched = 0

    def fetch() -> dict[str, Any]:
        nonlocal fetched
        fetched += 1
        return {"keys": [dict(key) for key in NEW_LIST]}

    cache: dict[str, Any] = {"keys": [dict(key) for key in OLD_LIST], "fetched": 0}
    for kid, now in calls:
        try:
            keys = answer(kid, cache, fetch, now)
        except Exception:
            return answer.raised(words, "raises")
        if keys is None:
            return Verdict("none", words)
        if keys != (NEW_LIST if fetched else OLD_LIST):
            extended = isinstance(keys, list) and all(key in keys for key in OLD_LIST + NEW_LIST)
            slip = "extended" if extended else "list"
            return Verdict("differs", words, written(keys), "the list of keys", mistake=slip)
        if cache.get("fetched", 0) > A_DAY:
            return Verdict("differs", words, "a different time", f"the time {now}", mistake="clock")
    if fetched != want:
        requests = counted(fetched, "request")
        return Verdict("differs", words, f"{requests} to the provider", f"{want}", mistake=mistake)
    return PASSED


# --- 04-6: discovery ----------------------------------------------------------------------------


def own_documents() -> list[Case]:
    slash = "https://a.example/"
    elsewhere = {"issuer": ISSUER, "jwks_uri": "https://keys.example/jwks"}
    return [
        Case((ISSUER, {"issuer": ISSUER, "jwks_uri": ISSUER + "/jwks"}), mistake="good"),
        Case((ISSUER, elsewhere), mistake="keys"),
        Case(("https://a.example/x", {"issuer": "https://a.example/x"}), mistake="good"),
        Case((slash, {"issuer": slash}), mistake="good"),
    ]


def other_documents() -> list[Case]:
    documents = [
        ({"issuer": ISSUER + ".tom.test"}, "begins"),
        *(({"issuer": spelling}, "spelling") for spelling in ALMOST),
        ({"issuer": "https://tom.test", "jwks_uri": ISSUER + "/jwks"}, "elsewhere"),
        ({"issuer": [ISSUER]}, "spelling"),
        ({}, "missing"),
        ({"issuer": None}, "missing"),
    ]
    cases = [Case((ISSUER, document), mistake=mistake) for document, mistake in documents]
    return [*cases, Case(("", {"issuer": ISSUER}), mistake="not set")]


# --- the table ----------------------------------------------------------------------------------


EXERCISES = (
    Exercise(
        "04-1",
        "function",
        signs_in,
        "That is how the wiki signs somebody in: one form, and then the page.",
        {
            "page": (
                "The wiki answers the POST with a redirect. GET /page in the same browser shows "
                "who is signed in.",
                wrong("""
                def answer(browser, token):
                    return browser.post("https://eager.example/token", data={"token": token})
                """),
            ),
            "shut": (
                "The token goes into the form, as the `token` field: data={'token': token}.",
                wrong("""
                def answer(browser, token):
                    header = {"authorization": f"Bearer {token}"}
                    browser.post("https://eager.example/token", headers=header)
                    return browser.get("https://eager.example/page")
                """),
            ),
            "whole": (
                "Return the second response itself, not its content.",
                wrong("""
                def answer(browser, token):
                    browser.post("https://eager.example/token", data={"token": token})
                    return browser.get("https://eager.example/page").json()
                """),
            ),
            "address": (
                "The token does not belong in a URL: URLs end up in logs. It goes into the form: "
                "data={'token': token}.",
                wrong("""
                def answer(browser, token):
                    url = "https://eager.example/token"
                    browser.post(f"{url}?token={token}", data={"token": token})
                    return browser.get("https://eager.example/page")
                """),
            ),
            "raises": (
                "Both calls are methods of the browser: browser.post(...) and browser.get(...).",
                wrong("""
                def answer(browser, token):
                    return browser("https://eager.example/token", token)
                """),
            ),
        },
        (
            "Two requests: browser.post('https://eager.example/token', data={'token': token}), "
            "then browser.get('https://eager.example/page').",
            "The browser keeps the cookie from the first response. Return the second response.",
        ),
        SIGN_IN,
    ),
    Exercise(
        "04-2",
        "function",
        verifier(meant_for_us, meant_for_others),
        "Issuer and audience match, character for character, and no other audience is named. In "
        "Python, 'wiki' in 'my-wiki-2' is true: a check with `in` would trust that client too.",
        {
            "good": (
                "A token from this issuer for this client must pass. Here aud is a single string: "
                "set(aud) and list(aud) would split it into letters.",
                wrong("answer = lambda claims, issuer, client_id: False"),
            ),
            "list": (
                "aud may be a string or a list of strings (RFC 7519, 4.1.3).",
                altered(MEANT_FOR, ("isinstance(audience, str)", "False")).replace(
                    "audience == [client_id]", "audience == client_id"
                ),
            ),
            "fixed": (
                "Compare with the `issuer` and `client_id` arguments, not with fixed strings.",
                altered(
                    MEANT_FOR,
                    ("== issuer", '== "https://login.example"'),
                    ("client_id]", '"wiki"]'),
                ),
            ),
            "iss": (
                "The issuer must be compared, character for character. A part of it, different "
                "capitals or an extra slash must not match.",
                altered(
                    MEANT_FOR,
                    ('claims.get("iss") == issuer', 'claims.get("iss", "").startswith(issuer)'),
                ),
            ),
            "aud": (
                "The token is for a different client. Its signature says nothing about that.",
                altered(MEANT_FOR, (" and audience == [client_id]", "")),
            ),
            "part": (
                "Compare whole values. `in` on a string finds a part of it: 'wiki' is in "
                "'my-wiki-2', and '' is in everything.",
                altered(
                    MEANT_FOR,
                    (
                        "audience == [client_id]",
                        "any(client_id in a or a in client_id for a in audience or [])",
                    ),
                ),
            ),
            "spelling": (
                "Compare the client ID character for character. A value with other capitals or an "
                "extra space must not match.",
                altered(
                    MEANT_FOR,
                    (
                        "audience == [client_id]",
                        "[name.lower() for name in audience or []] == [client_id]",
                    ),
                ),
            ),
            "joined": (
                "You joined the members of the list. Each of them is a separate name.",
                altered(
                    MEANT_FOR, ("audience == [client_id]", '"".join(audience or "") == client_id')
                ),
            ),
            "azp": (
                "`azp` may be missing. Look only at iss and aud.",
                altered(
                    MEANT_FOR,
                    ("audience == [client_id]", 'audience == [claims.get("azp")] == [client_id]'),
                ),
            ),
            "slash": (
                "A slash at the end is part of the issuer: do not remove it.",
                altered(MEANT_FOR, ('claims.get("iss")', 'claims.get("iss", "").rstrip("/")')),
            ),
            "nobody": (
                "aud is an empty list: the token names no audience, so it is for nobody. all(...) "
                "of an empty list is True.",
                altered(
                    MEANT_FOR,
                    (
                        "audience == [client_id]",
                        "audience is not None and all(a == client_id for a in audience)",
                    ),
                ),
            ),
            "others": (
                "This client trusts no other audience. Any other client named there may also have "
                "received the token, and can present it (OpenID Connect Core, 3.1.3.7 (3)).",
                altered(MEANT_FOR, ("audience == [client_id]", "client_id in (audience or [])")),
            ),
            "not set": (
                "Here the issuer or the client is not configured, so no token can match. A check "
                "that is skipped when nothing is expected lets everything in.",
                altered(MEANT_FOR, ("return claims", "return not issuer or claims")),
            ),
            "missing": (
                "If iss or aud is missing, the token does not say who issued it or who it is for: "
                "return False.",
                altered(
                    MEANT_FOR,
                    ('claims.get("aud")', 'claims.get("aud", client_id)'),
                ),
            ),
        },
        (
            "Turn a string into a list first: if isinstance(audience, str): audience = [audience].",
            "Then one comparison is enough for the audience: audience == [client_id]. Also compare "
            "the issuer.",
        ),
        MEANT_FOR,
    ),
    Exercise(
        "04-3",
        "function",
        verifier(good_times, bad_times),
        "A token is valid from iat on, and is no longer valid at exp.",
        {
            "good": (
                "A token that was issued five minutes ago and expires in five minutes is valid.",
                wrong("answer = lambda claims, now: False"),
            ),
            "now": (
                "A token that was issued this very second is already valid.",
                altered(IN_TIME, ("issued <= now", "issued < now")),
            ),
            "last second": (
                "One second before exp the token is still valid.",
                altered(IN_TIME, ("now < expires", "now < expires - 1")),
            ),
            "age": (
                "This token has a long lifetime, and is valid until exp. Only iat and exp count "
                "here, not its age.",
                altered(IN_TIME, ("< expires", "< min(expires, issued + 86400)")),
            ),
            "expired": (
                "This token expired long ago: compare `now` with exp.",
                altered(IN_TIME, ("now < expires", "now")),
            ),
            "leeway": (
                "You allow some leeway. The standard permits a little leeway, because clocks "
                "differ (RFC 7519, 4.1.4). This task permits none.",
                altered(IN_TIME, ("now < expires", "now < expires + 60")),
            ),
            "at exp": (
                "A token expires at exp, not a second later (RFC 7519, 4.1.4).",
                altered(IN_TIME, ("now < expires", "now <= expires")),
            ),
            "future": (
                "iat is in the future: the token says that it was issued after it arrived. This "
                "client refuses such tokens.",
                altered(IN_TIME, ("issued <= now < expires", "now < expires")),
            ),
            "missing": (
                "An ID token must have iat and exp (OpenID Connect Core, 2). If one is missing, "
                "return False.",
                altered(
                    IN_TIME,
                    ('claims.get("iat")', 'claims.get("iat", now)'),
                ),
            ),
        },
        (
            "claims.get('exp') is None if the claim is missing.",
            "Python can chain comparisons: issued <= now < expires.",
        ),
        IN_TIME,
    ),
    Exercise(
        "04-7",
        "function",
        takes_over,
        "Tom is Ada: your own checks told him which of the six tokens to take.",
        {
            "token": (
                "That token would be refused, or would make Tom somebody else, and the wiki would "
                "be warned. Read each one before you post it: it must be about u-1815, and pass "
                "meant_for and in_time.",
                altered(TAKE_OVER, ('claims["sub"] == "u-1815"', "True")),
            ),
            "filter": (
                "No token passed your filter. meant_for takes the claims, the issuer LOGIN and the "
                "client 'wiki'; in_time takes the claims and now. One token passes both and is "
                "about u-1815.",
                altered(TAKE_OVER, ('"wiki"', '"https://wiki.example"')),
            ),
            "form": (
                "Call post_in_form(tom, token) once, for the token that you chose, and return its "
                "response.",
                altered(
                    TAKE_OVER, ("return post", "post_in_form(tom, token)\n            return post")
                ),
            ),
            "response": (
                "Return the response itself, not its content.",
                altered(TAKE_OVER, ("(tom, token)", "(tom, token).json()")),
            ),
            "raises": (
                "inspect(token).claims is a dictionary. meant_for takes claims, the issuer LOGIN "
                "and 'wiki'; in_time takes claims and now.",
                altered(TAKE_OVER, ('LOGIN, "wiki"', '"wiki"')),
            ),
        },
        (
            "Go through the tokens and read the claims of each. Three questions leave only one "
            "token.",
            "For each token: claims = inspect(token).claims. If claims['sub'] is 'u-1815', and "
            "meant_for(claims, LOGIN, 'wiki') and in_time(claims, now) are both True, return "
            "post_in_form(tom, token).",
        ),
        TAKE_OVER,
    ),
    Exercise(
        "04-4",
        "function",
        verifier(good_id_tokens, bad_sign_ins, refusal=REFUSAL),
        "That is how to validate an ID token. Each of these checks stopped a bad token.",
        {
            "good": (
                "A valid ID token must pass: return its claims.",
                wrong("""
                def answer(token, keys, issuer, client_id, nonce, now):
                    raise ValueError("no")
                """),
            ),
            "fixed": (
                "Use all six arguments: in this call, the keys, issuer, client, nonce and time are "
                "different.",
                altered(
                    VALIDATE,
                    (
                        "meant_for(claims, issuer, client_id)",
                        'meant_for(claims, "https://login.example", "wiki")',
                    ),
                ),
            ),
            "signature": (
                "Take the claims only from what verify(token, keys) returns.",
                altered(
                    VALIDATE,
                    ("verify(token, keys)", 'json.loads(unb64(token.split(".")[1]))'),
                ),
            ),
            "meant for": (
                "Do you call meant_for? It returns True or False and raises no error, so test what "
                "it returns. If you already do, run check('04-2', meant_for) again.",
                altered(VALIDATE, ("if not meant_for", "if None is meant_for")),
            ),
            "time": (
                "Do you call in_time? It returns True or False and raises no error, so test what "
                "it returns.",
                altered(VALIDATE, ("if not in_time", "if None is in_time")),
            ),
            "now": (
                "Give in_time the time of this sign-in, `now`, not a time from the token: by its "
                "own clock, a token is always valid. If you already do, run check('04-3', "
                "in_time) again.",
                altered(VALIDATE, ("in_time(claims, now)", 'in_time(claims, claims["iat"])')),
            ),
            "nonce": (
                "The nonce must be present, and it must be the one that this browser's sign-in "
                "sent. claims.get('nonce') is None if it is missing; claims['nonce'] raises "
                "KeyError.",
                altered(
                    VALIDATE,
                    ('claims.get("nonce") != nonce', 'claims.get("nonce") not in (None, nonce)'),
                ),
            ),
            "nonce near": (
                "This nonce is similar to the one that was sent, but not the same. Compare the "
                "whole string, character for character.",
                altered(
                    VALIDATE,
                    (
                        'claims.get("nonce") != nonce',
                        'not (claims.get("nonce") or "x").startswith(nonce)',
                    ),
                ),
            ),
            "no nonce": (
                "This browser did not start a sign-in, so no token can belong to one. Refuse if "
                "no nonce is expected (None or empty): a token without a nonce would match.",
                altered(VALIDATE, (" or not nonce", "")),
            ),
            "not set": (
                "Here the issuer or the client is not configured, so no token can match. Call "
                "meant_for anyway: a check that is skipped lets everything in.",
                altered(
                    VALIDATE, ("if not meant_for", "if issuer and client_id and not meant_for")
                ),
            ),
            "sub": (
                "Without sub the token names nobody, so nobody can be signed in. An empty sub "
                "names nobody either.",
                altered(VALIDATE, ('not claims.get("sub") or ', "")),
            ),
        },
        (
            "Use what you have: claims = verify(token, keys), then meant_for and in_time.",
            "Then raise ValueError unless claims.get('sub') names somebody, a nonce was sent, and "
            "the nonce in the claims is the one that was sent.",
        ),
        VALIDATE,
        REFUSAL,
    ),
    Exercise(
        "04-5",
        "function",
        key_cache,
        "You find a new key within 30 seconds, and trust a dropped one for at most five "
        "minutes. And nobody can use you to flood the provider.",
        {
            "known": (
                "The kid is in the list, and the list is less than 300 seconds old: no request is "
                "needed.",
                altered(KEYS_FOR, ("(300 if known else 30)", "30")),
            ),
            "new": (
                "The kid is unknown and the list is at least 30 seconds old: fetch it again.",
                altered(KEYS_FOR, ("else 30", "else 99")),
            ),
            "early": (
                "The list was fetched less than 30 seconds ago. Do not fetch it again yet.",
                altered(KEYS_FOR, ("else 30", "else 0")),
            ),
            "no list": (
                "The list is too old, and there is no new one. Let the error from fetch() "
                "through, and store the time only when a new list has arrived. Otherwise the old "
                "list would be trusted for ever.",
                altered(
                    KEYS_FOR,
                    (
                        'cache["keys"] = fetch()["keys"]',
                        'cache["keys"] = tried(fetch, cache["keys"])',
                    ),
                )
                + "\n\ndef tried(fetch, old):\n    try:\n        return fetch()['keys']\n"
                "    except Exception:\n        return old",
            ),
            "near": (
                "This kid is similar to one in the list, but not the same, so it is unknown. "
                "Compare the whole string, character for character.",
                altered(
                    KEYS_FOR,
                    (
                        'kid in [key.get("kid") for key in cache["keys"]]',
                        'any(kid in key["kid"] for key in cache["keys"])',
                    ),
                ),
            ),
            "flood": (
                "Store the time of the fetch in the dictionary that you were given: "
                "cache['fetched'] = now. A new dictionary with the same name is lost when the "
                "function ends.",
                altered(KEYS_FOR, ('        cache["fetched"] = now\n', "")),
            ),
            "never again": (
                "After 30 more seconds, fetch again for an unknown kid.",
                altered(KEYS_FOR, ('["fetched"] = now', '["fetched"] = now + 999')),
            ),
            "for ever": (
                "A list has a maximum age, here 300 seconds. Without it, a key that the provider "
                "has dropped would be trusted for ever, because its kid is known.",
                altered(KEYS_FOR, ("if now", "if not known and now")),
            ),
            "list": (
                "Return the list of keys. If you fetched a new one, store it in cache['keys'] and "
                "return that.",
                altered(KEYS_FOR, ('cache["keys"] = fetch()["keys"]', 'fetch()["keys"]')),
            ),
            "extended": (
                "A dropped key is still in your list. Replace the whole list.",
                altered(KEYS_FOR, ('cache["keys"] = ', 'cache["keys"] += ')),
            ),
            "clock": (
                "Use the `now` argument, not a clock of your own.",
                altered(
                    KEYS_FOR,
                    ("    known =", "    import time\n    now = time.time()\n    known ="),
                ),
            ),
            "raises": (
                "fetch() takes no argument and returns a JWK set: fetch()['keys'] is the list.",
                altered(KEYS_FOR, ('fetch()["keys"]', 'fetch(kid)["keys"]')),
            ),
        },
        (
            "Is the kid known? kid in [key.get('kid') for key in cache['keys']].",
            "The age of the list is now - cache['fetched']. If the kid is known, fetch at 300 "
            "seconds or more; if not, at 30 or more. Store both the keys and the time.",
        ),
        KEYS_FOR,
    ),
    Exercise(
        "04-6",
        "function",
        verifier(own_documents, other_documents),
        "The document speaks only for the issuer that you asked.",
        {
            "good": (
                "The document names the issuer that you asked: True.",
                wrong("answer = lambda issuer, document: False"),
            ),
            "begins": (
                "https://login.example.tom.test begins with your issuer, but it belongs to "
                "tom.test.",
                wrong("answer = lambda issuer, d: (d.get('issuer') or '').startswith(issuer)"),
            ),
            "spelling": (
                "Compare character for character: a part of your issuer, or a variant of it, is a "
                "different issuer (Discovery, 4.3).",
                wrong("""
                def answer(issuer, document):
                    return (document.get("issuer") or "").lower() == issuer
                """),
            ),
            "keys": (
                "`jwks_uri` may be on a different host. Compare only `issuer`.",
                wrong("""
                def answer(issuer, document):
                    same = document.get("issuer") == issuer
                    return same and document.get("jwks_uri", "").startswith(issuer)
                """),
            ),
            "elsewhere": (
                "Compare the `issuer` member. Where the keys are does not matter here.",
                wrong("""
                def answer(issuer, document):
                    keys = document.get("jwks_uri") == issuer + "/jwks"
                    return keys or document.get("issuer") == issuer
                """),
            ),
            "not set": (
                "Here you did not ask any issuer, so no document can vouch for one. A check that "
                "is skipped when nothing is configured trusts everybody.",
                wrong("answer = lambda issuer, d: not issuer or d.get('issuer') == issuer"),
            ),
            "missing": (
                "A document without an issuer speaks for nobody.",
                wrong("answer = lambda issuer, d: d.get('issuer') in (None, issuer)"),
            ),
        },
        (
            "One comparison of two strings is enough.",
            "return document.get('issuer') == issuer, and nothing else.",
        ),
        TRUST,
    ),
)
