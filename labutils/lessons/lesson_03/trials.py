"""What the exercises of lesson 03 are tried with."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
import jwt

from labutils.classroom.judging import LONGEST, Tried, nearly, written
from labutils.classroom.trying import (
    About,
    Call,
    Observed,
    Raised,
    Trial,
    fresh,
    left_in,
    let_in,
    seen,
    visits,
)
from labutils.identity.tokens import unb64
from labutils.lab import Exchange, dice
from labutils.stage.two_apps import LOGIN, NOTES
from labutils.text import shown

from . import missing_defences as stage
from .missing_defences import CALLBACK, OneClient, one_client

MANY = 300  # members of a large collection
LOOPBACK = "http://127.0.0.1:51004/cb"


def drawn(seed: str, count: int) -> list[str]:
    """So many texts of 44 characters, drawn from a seed."""
    source = dice("lesson-03", seed)
    return [next(source) + next(source) for _ in range(count)]


def response_in_words(response: Any) -> str:
    """What a function returned; of a response, only that it is one."""
    return "a response" if isinstance(response, httpx.Response) else written(response)


def is_nothing(result: Any) -> bool:
    """Whether nothing came back that could be looked at: None, or an error."""
    return result is None or isinstance(result, Raised)


# --- the challenge (03-1) -------------------------------------------------------------------------


def try_challenge(answer: Tried) -> Trial:
    """The verifier of RFC 7636, appendix B, drawn ones, and odd ones."""
    texts = [stage.RFC_VERIFIER, *drawn("verifiers", 4), "-._~" * 11, "~" * 128, ""]
    for place, text in enumerate([*texts, *reversed(texts)]):
        result = seen(answer, text)
        unhashed = isinstance(result, Raised) and "encod" in str(answer.error)
        about = {
            "returned": "bytes",
            "its end": "padding",
            "its letters": "alphabet",
            "what it encodes": "hex",
            "the challenge": "other",
            "Raised": "bytes" if unhashed else "other",
        }
        if unhashed:
            result = Raised("TypeError: not encoded")
        usual = "again" if place >= len(texts) else "edge" if not text else ""
        yield Observed(f"the verifier {text!r}", result_in_parts(result), about, usual)


def result_in_parts(challenge: Any) -> Any:
    """A challenge, and how it is written."""
    if is_nothing(challenge):
        return challenge
    if not isinstance(challenge, str):
        return {"returned": written(challenge)}
    return {
        "returned": "a string",
        "its end": "padding" if challenge.endswith("=") else "no padding",
        "its letters": "of base64" if set("+/") & {*challenge} else "of base64url",
        "what it encodes": "a number in hexadecimal" if is_hexadecimal(challenge) else "bytes",
        "the challenge": challenge,
    }


def is_hexadecimal(text: str) -> bool:
    """Whether a text is a hash in hexadecimal, as it is or in base64url."""
    try:
        inside = unb64(text.rstrip("=")).decode("latin-1")
    except (ValueError, jwt.PyJWTError):
        inside = ""
    return any(re.fullmatch("[0-9a-f]{64}", one) for one in (text, inside))


# --- the requests (03-2, 03-4) --------------------------------------------------------------------

ASKED = (
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "code_challenge",
    "code_challenge_method",
)
REDEEMED = ("grant_type", "client_id", "code", "redirect_uri", "code_verifier")
ALWAYS_ALIKE = ("response_type", "client_id", "scope", "code_challenge_method", "grant_type")


def try_authorization_request(answer: Tried) -> Trial:
    """Several redirect URIs and states, among them what a URL must escape."""
    states = drawn("states", 3)
    parts = {
        "returned": "endpoint",
        "the endpoint": "endpoint",
        "after a #": "value",
        "Raised": "other",
        **about_parameters(ASKED),
    }
    for redirect_uri, state, usual in (
        (CALLBACK, states[0], ""),
        (LOOPBACK, states[1], "again"),
        (NOTES + "/cb?from=a&to=b", f"{states[2]}+/= &x#%41", ""),
        (CALLBACK, "", "edge"),
    ):
        url = seen(answer, redirect_uri, state, stage.challenge(state.ljust(43, "x")))
        result = url
        if not is_nothing(url):
            is_text = isinstance(url, str)
            split = urlsplit(url if is_text else "")
            result = {
                "returned": "a string" if is_text else written(url),
                "the endpoint": url.partition("?")[0] if is_text else None,
                "after a #": split.fragment,
                **in_parameters(parse_qsl(split.query, keep_blank_values=True), ASKED),
            }
        case = f"redirect_uri {redirect_uri!r}, state {written(state)}"
        yield Observed(case, result, parts, usual)


def in_parameters(pairs: list[tuple[str, str]], names: Iterable[str]) -> dict[str, Any]:
    """A query or a form: which of these names it lacks, what else it has, and each value."""
    sent = dict(pairs)
    twice = {name for name, _ in pairs if [one for one, _ in pairs].count(name) > 1}
    return {
        "missing parameters": [name for name in names if name not in sent],
        "other parameters": sorted({*sent} - {*names} | twice),
        **{name: sent[name] for name in names if name in sent},
    }


def about_parameters(names: Iterable[str]) -> dict[str, str]:
    """Which mistake each part of a request is about."""
    values = {name: "fixed" if name in ALWAYS_ALIKE else "value" for name in names}
    return {"missing parameters": "missing", "other parameters": "more", **values}


def try_token_request(answer: Tried) -> Trial:
    """With and without a verifier, for two redirect URIs, by two parties; and a code that nobody
    gave out."""
    first, second = drawn("redeemed", 2)
    for place, (redirect_uri, text, party, usual) in enumerate(
        (
            (CALLBACK, first, "notes", ""),
            (CALLBACK, "", "tom", "edge"),
            (CALLBACK, first, "tom", "refused"),
            (LOOPBACK, second, "tom", "again"),
        )
    ):
        apps = one_client(seed=f"lesson-03/tokens/{place}", without="" if text else "PKCE")
        url = stage.authorization_request(redirect_uri, "s", stage.challenge(text))
        url = url if text else stage.without_pkce(url)
        code = stage.parameters(apps.opens("ada", url, until=redirect_uri))["code"]
        code = "never-issued" if usual == "refused" else code
        browser = getattr(apps, party)
        case = f"redirect_uri {redirect_uri}" + ("" if text else ", and an empty verifier")
        case += ", and a code that nobody gave out" if usual == "refused" else ""
        yield redeemed(answer, apps, (browser, code, text, redirect_uri), case, usual)
        yield left_in(browser, "kept")


def redeemed(
    answer: Tried, apps: OneClient, arguments: tuple[Any, ...], case: str, usual: str
) -> Observed:
    """One token request, by what went over the wire and what was returned."""
    before = len(apps.lab.wire)
    response = seen(answer, *arguments)
    wire = apps.lab.wire[before:]
    elsewhere = "browser" if isinstance(response, httpx.Response) else "endpoint"
    parts = {
        "requests of this browser": "one" if wire else elsewhere,
        "the endpoint": "endpoint",
        "the parameters are": "form",
        **about_parameters(REDEEMED),
        "returned": "response",
        "the status": "response",
        "Raised": "other",
    }
    if isinstance(response, Raised) or (response is None and not wire):
        return Observed(case, response, parts, usual)
    result: dict[str, Any] = {"requests of this browser": len(wire)}
    if wire:
        sent = wire[-1]
        is_form = "?" not in sent.url and not sent.request_body.lstrip().startswith("{")
        result |= {
            "the endpoint": shown(f"{sent.method} {sent.url.partition('?')[0]}", LONGEST),
            "the parameters are": "a form in the body" if is_form else "in the URL, or JSON",
            **in_parameters(parse_qsl(sent.request_body), REDEEMED),
        }
    result["returned"] = response_in_words(response)
    result["the status"] = getattr(response, "status_code", None)
    return Observed(case, result, parts, usual)


# --- the pages, and the authorization response (03-3) ---------------------------------------------


def try_authorization_response(answer: Tried) -> Trial:
    """Two people, each in a scene of their own, and an odd `state`."""
    first, second, third = drawn("responses", 3)
    odd = f"{third} &=+%2B"
    for who, state, usual in (("ada", first, ""), ("tom", second, "again"), ("ada", odd, "edge")):
        apps = one_client(seed=f"lesson-03/{who}")
        url = stage.authorization_request(CALLBACK, state, stage.challenge(state))
        browser = getattr(apps, who)
        result = seen(answer, browser, url, apps.typed(who))
        codes = apps.apps.provider.codes
        stopped = where_it_stopped(apps)
        added = "for +: 'dict' and 'dict'" in str(answer.error)
        escaped = "%" in str(of(result, "iss")) or of(result, "state") not in (None, state)
        parts = {
            "requests of this browser": "browser",
            "who else signed in": "user",
            "the page that was not answered": stopped or "parameters",
            "returned": "location",
            "the parameters": "escaped" if escaped else "parameters",
            "Raised": "plus" if added else stopped or "other",
        }
        if isinstance(result, Raised):
            result = Raised(f"{result.error}, {stopped}")
        elif result is not None:
            users = {code.grant.user.username for code in codes.values() if code.grant.user}
            its = dict(result) if isinstance(result, Mapping) else {}
            if isinstance(its.get("code"), str) and its["code"] in codes:
                its["code"] = "the code that was given out"
            result = {
                "requests of this browser": any(one.client == who for one in apps.lab.wire),
                "who else signed in": sorted(users - {who}),
                "the page that was not answered": stopped,
                "returned": "a dictionary" if isinstance(result, Mapping) else written(result),
                "the parameters": its,
            }
        yield Observed(f"{who.capitalize()}'s browser", result, parts, usual)
        yield left_in(browser, "kept")


def of(result: Any, name: str) -> Any:
    """A parameter of what was returned; None where it has none."""
    return result.get(name) if isinstance(result, Mapping) else None


def where_it_stopped(apps: OneClient) -> str | None:
    """Which page was not answered, by what reached the provider.

    None: each one was, or none was asked for.
    """
    posts = [e for e in apps.lab.wire if e.method == "POST"]
    if any(e.url != LOGIN + "/authorize" for e in posts):
        return "address"
    bodies = [dict(parse_qsl(e.request_body)) for e in apps.lab.wire if e.path == "/authorize"]
    if not bodies:
        return None
    if not any(body.get("password") and body.get("username") for body in bodies):
        return "password"
    typed = [body for body in bodies if "password" in body and "consent" not in body]
    if not all("client_id" in body for body in typed):
        return "hidden"
    allowed = [body for body in bodies if body.get("consent") == "allow"]
    if allowed and not any("csrf" in body and "client_id" in body for body in allowed):
        return "second form"
    return None if allowed else "consent"


# --- the attacks (03-9, 03-13) --------------------------------------------------------------------


def scene(name: str, place: int, without: str) -> OneClient:
    """A fresh scene for an attack, with all defences but this one."""
    seed = f"lesson-03/{name}/{place}"
    return one_client(seed=seed, without=without, code_from=stage.code_from)


def try_link(answer: Tried) -> Trial:
    """Two clients that do not compare state: Ada opens the link in each, and writes a note."""
    for place, usual in enumerate(("", "again")):
        apps = scene("link", place, "state")
        url = seen(answer, apps.as_tom)
        yield Observed("the link that Ada opens", opened_by_ada(apps, url), LINKED, usual)


LINKED = {
    "Raised": "finished",
    "returned": "response",
    "whether Tom's browser went all the way": "finished",
    "the account that her browser is in": "link",
    "whether Tom finds her note": "own",
}


def opened_by_ada(apps: OneClient, url: Any) -> Any:
    """Whose account Ada's browser is in once it has opened a link, and who finds her note."""
    if is_nothing(url):
        return url
    if not isinstance(url, str):
        return {"returned": response_in_words(url)}
    finished = any(e.client == "tom" and e.path == "/cb" for e in apps.lab.wire)
    if isinstance(seen(apps.opens, "ada", url), Raised):
        return {"returned": "an address that no browser can open"}
    note = "The spare key is under the pot"
    apps.ada.post(NOTES + "/write", data={"text": note})
    owner = apps.ada.get(NOTES + "/").json().get("owner", "nobody")
    return {
        "returned": "an address",
        "whether Tom's browser went all the way": finished,
        "the account that her browser is in": "nobody's" if owner == "nobody" else "somebody's",
        "whether Tom finds her note": note in apps.api.notes["u-0666"],
    }


def try_redirect_code(answer: Tried) -> Trial:
    """Two providers that compare only the first characters, and one that compares exactly."""
    bare = "a provider that compares only the first characters"
    yield without_matching(answer, bare, scene("trap", 0, "matching"))
    apps = scene("trap", 2, "")
    response = seen(answer, apps)
    parts, result = (
        {"refused": "response", "Raised": "raises", "token requests": "raises"},
        response,
    )
    if not is_nothing(response):
        result = {
            "refused": getattr(response, "status_code", 0) >= 400,
            "token requests": len(by_tom(apps, "/token")),
        }
    yield Observed("a provider that compares exactly", result, parts, "edge")
    yield without_matching(answer, bare, scene("trap", 1, "matching"), "again")


def without_matching(answer: Tried, case: str, apps: OneClient, usual: str = "") -> Observed:
    """What the attack comes to at a provider that compares carelessly."""
    response = seen(answer, apps)
    if response is None:
        return Observed(case, None, "", usual)
    if isinstance(response, Raised):
        unread = isinstance(answer.error, KeyError | TypeError | ValueError)
        why = "shut" if unread else "other"
        return Observed(case, Raised(f"{response.error}, {why}"), {"Raised": why}, usual)
    looked, about = at_the_trap(apps, response)
    result = {"returned": response_in_words(response), **looked}
    return Observed(case, result, {"returned": "response", **about}, usual)


def by_tom(apps: OneClient, path: str) -> list[Exchange]:
    """What Tom's browser sent to a path."""
    return [e for e in apps.lab.wire if e.client == "tom" and e.path == path]


def knows_her_password(apps: OneClient) -> bool:
    """Whether Tom's browser posted Ada's password."""
    hers = urlencode({"password": apps.typed("ada")["password"]})
    return any(e.client == "tom" and hers in e.request_body for e in apps.lab.wire)


def whose_tokens(apps: OneClient, response: Any) -> str:
    """Whose notes the access token in a response opens; or what the response says instead."""
    try:
        token = response.json()["access_token"]
    except (AttributeError, ValueError, KeyError, TypeError):
        return f"no token: {shown(getattr(response, 'text', ''), 110)}"
    return str(stage.api_request(apps.tom, token).json().get("owner"))


def at_the_trap(apps: OneClient, response: Any) -> tuple[dict[str, Any], dict[str, str]]:
    """Whether Tom redeemed a code that was sent to a host of his own."""
    asked = [e for e in apps.lab.wire if e.path == "/authorize" and e.method == "GET"]
    owner = whose_tokens(apps, response)
    its = "verifier" if "verifier" in owner else "other uri" if "redirect" in owner else "shut"
    return {
        "Tom's host is asked for": any("tom.test" in e.url for e in asked),
        "Ada opened the request": any(e.client == "ada" for e in asked),
        "Tom sent a token request": bool(by_tom(apps, "/token")),
        "Tom typed her password": knows_her_password(apps),
        "tokens about": owner,
    }, {
        "Tom's host is asked for": "trap",
        "Ada opened the request": "ada",
        "Tom sent a token request": "tom",
        "Tom typed her password": "password",
        "tokens about": its if owner.startswith("no token") else "ada",
    }


# --- the answer to this browser's request (03-8) --------------------------------------------------


def try_code_from(answer: Tried) -> Trial:
    """Responses to this browser's request, and others; each a second time, in the other order."""
    calls = [*own_answers(), *other_answers()]
    for usual, call in [(one.usual, one) for one in calls] + [
        ("again", one) for one in calls[::-1]
    ]:
        result = let_in(answer, *fresh(call.arguments), refusal=(ValueError,))
        about = call.about
        if isinstance(result, dict) and isinstance(result.get("returned"), Exception):
            result, about = {"opens": True, "returned": "an exception"}, "returned"
        elif result == {"opens": True, "returned": None} and "code" not in call.arguments[0]:
            result = {"opens": True, "returned": "nothing"}  # of answer.get("code")
        yield Observed(str(call), result, about, usual)


def came_back(answer: Mapping[str, str], state: str, about: About, usual: str = "") -> Call:
    """One call of code_from: an authorization response, and what this browser's session holds."""
    words = f"the response {written(dict(answer))} when the session holds {state!r}"
    return Call((dict(answer), state), words, about, usual)


def own_answers() -> Iterator[Call]:
    """Responses to the request of this browser."""
    for place, text in enumerate(drawn("own answers", 3)):
        code, state = text[:22], text[22:]
        answer = {"code": code, "state": state, "iss": LOGIN}
        yield came_back(answer, state, "good")
        if place == 2:
            more = {f"parameter-{n}": "x" for n in range(MANY)}
            yield came_back(more | answer, state, "good", "large")


def other_answers() -> Iterator[Call]:
    """Responses to another browser's request, to none, of another provider, and errors."""
    first, second = drawn("other answers", 2)
    code, state = first[:22], first[22:]
    answer = {"code": code, "state": state, "iss": LOGIN}
    stateless = {"code": code, "iss": LOGIN}
    denied = {"error": "access_denied", "state": state, "iss": LOGIN}
    yield came_back(answer, second[22:], "other")
    yield came_back({**answer, "state": state[::-1]}, state, "order")
    for text in (state[:-1], state[1:], state + "x", "x" + state):
        yield came_back({**answer, "state": text}, state, "part")
    for text in (f" {state}", f"{state}\n", state.upper()):
        yield came_back({**answer, "state": text}, state, "tidied")
    for text, about in (
        (state.upper(), "tidied"),
        (f"{state} ", "tidied"),
        (state[:-1], "part"),
        (state + "x", "part"),
    ):
        yield came_back(answer, text, about)
    yield came_back(stateless, state, "missing", "edge")
    yield came_back(answer, "", "missing", "edge")
    yield came_back(stateless, "", "empty", "edge")
    yield came_back({**answer, "state": ""}, "", "empty", "edge")
    yield came_back({}, "", "empty", "edge")
    yield came_back(denied, state, "denied")
    yield came_back({"state": state, "iss": LOGIN}, state, "denied")
    yield came_back({**answer, **denied}, state, "both")
    for issuer in ("https://tom.test", f"{LOGIN}.tom.test", f"{LOGIN}/", *nearly(LOGIN)):
        yield came_back({**answer, "iss": issuer}, state, "iss" if issuer else "no iss")
    yield came_back({"code": code, "state": state}, state, "no iss")
    for one in own_answers():  # codes that were good once, in another browser
        yield came_back(one.arguments[0], state, "other", "again")


# --- redirect URIs (03-10) ------------------------------------------------------------------------

KNOWN = (CALLBACK, "http://127.0.0.1/cb", "http://[::1]/cb", "http://localhost/cb")
OVER_TLS = ("https://127.0.0.1/cb", "https://[::1]/cb")
LOOK_ALIKES = (
    ("https://notes.example.tom.test/cb", "begins"),
    ("https://tom.test/notes.example/cb", "begins"),
    ("https://tom.test/?https://notes.example/cb", "begins"),
    ("https://notes.exampl/cb", "begins"),
    ("https://x.notes.example/cb", "subdomain"),
    ("https://notes.example@tom.test/cb", "userinfo"),
    ("http://notes.example/cb", "scheme"),
    ("https://127.0.0.1/cb", "scheme"),
    ("https://localhost/cb", "scheme"),
    ("https://notes.example/", "path"),
    ("https://notes.example/c", "path"),
    ("https://notes.example/cbb", "longer"),
    ("https://notes.example/cb/../go", "longer"),
    ("https://notes.example/cb/", "longer"),
    ("https://notes.example/cb?next=tom", "longer"),
    ("https://notes.example/cb#tom", "longer"),
    ("https://NOTES.example/cb", "spelling"),
    ("HTTPS://notes.example/cb", "spelling"),
    ("https://notes.example/CB", "spelling"),
    ("https://notes.example/c%62", "spelling"),
    (" https://notes.example/cb", "spelling"),
    ("https://notes.example:443/cb", "other port"),
    ("https://notes.example:51004/cb", "other port"),
    ("", "empty"),
)
HOSTILE_LOOPBACK = (
    ("http://localhost:51004/cb", "name"),
    ("http://127.0.0.2:51004/cb", "name"),
    ("http://127.0.0.11:51004/cb", "name"),
    ("http://127.0.0:51004/cb", "name"),
    ("http://127x0.0.1:51004/cb", "name"),
    ("http://[::11]:51004/cb", "name"),
    ("http://[::]:51004/cb", "name"),
    ("http://127.0.0.1.tom.test:51004/cb", "begins"),
    ("http://127.0.0.1:51004@tom.test/cb", "userinfo"),
    ("http://tom@127.0.0.1:51004/cb", "userinfo"),
    ("https://127.0.0.1:51004/cb", "scheme"),
    ("https://[::1]:51004/cb", "scheme"),
    ("http://127.0.0.1:51004/other", "path"),
    ("http://127.0.0.1:51004/c", "path"),
    ("http://127.0.0.1:51004/cbb", "longer"),
    ("http://127.0.0.1:51004/cb/../go", "longer"),
    ("http://127.0.0.1:51004/cb?next=tom", "longer"),
    ("http://127.0.0.1:51004/cb#tom", "longer"),
    ("http://127.0.0.1:51004/CB", "spelling"),
    ("HTTP://127.0.0.1:51004/cb", "spelling"),
    ("HTTP://[::1]:51004/cb", "spelling"),
    ("x http://127.0.0.1:51004/cb", "spelling"),
    ("http://127.0.0.1:51004/cb\n", "spelling"),
    ("http://127.0.0.1:tom/cb", "no port"),
    ("http://127.0.0.1:/cb", "no port"),
    ("http://127.0.0.1:80\n/cb", "no port"),
    ("http://[::1]:80\n/cb", "no port"),
    ("http://127.0.0.1: 80/cb", "no port"),
    ("http://127.0.0.1:51\t004/cb", "no port"),
    ("http://127.0.0.1:51004\\@tom.test/cb", "no port"),
    ("http://127.0.0.1:5:1004/cb", "no port"),
    ("http://127.0.0.1:+5100/cb", "no port"),
    ("http://[::1]:999999/cb", "no port"),
    ("http://127.0.0.1:\u0665\u0661\u0660\u0660\u0664/cb", "digits"),
)


def try_redirect_matches(answer: Tried) -> Trial:
    """First whole addresses and what looks like them, then ports."""
    yield from visits(answer, [*whole_addresses(), *ports()], refusal=())


def asked_for(
    uri: str, about: str, known: tuple[str, ...] = KNOWN, words: str = "", usual: str = ""
) -> Call:
    """One call of redirect_matches, in words by the address that is asked for."""
    case = repr(uri) + ("" if known == KNOWN else f", when {words or known[0]} is registered")
    return Call((known, uri), case, about, usual)


def whole_addresses() -> Iterator[Call]:
    """Registered addresses, and others that look like them."""
    back = f"https://{drawn('hosts', 1)[0][:8]}.example/back"
    many = tuple(f"https://app-{n}.example/cb" for n in range(MANY))
    for uri in KNOWN:
        usual = "edge" if uri in (KNOWN[0], KNOWN[-1]) else ""
        yield asked_for(uri, "registered", usual=usual)
    yield asked_for(back, "registered", (back,))
    for uri in (many[0], many[-1]):
        yield asked_for(uri, "registered", many, "one of many", "large")
    for uri, about in LOOK_ALIKES:
        yield asked_for(uri, about)


def ports() -> Iterator[Call]:
    """Loopback addresses with ports: what may differ, what may not, and what is no port."""
    port = 49152 + int(drawn("ports", 1)[0][:4], 16) % 16384
    native, registered = f"http://127.0.0.1:{port}/cb", ("http://127.0.0.1:9999/cb",)
    for uri in (LOOPBACK, native, f"http://[::1]:{port}/cb", "http://[::1]:8/cb"):
        yield asked_for(uri, "port")
    for uri in (native, "http://127.0.0.1/cb"):
        yield asked_for(uri, "registered port", registered)
    for uri, about in HOSTILE_LOOPBACK:
        yield asked_for(uri, about)
    yield asked_for("http://[::1]:51004/cb", "name", ("http://127.0.0.1/cb",))
    for uri in OVER_TLS:
        yield asked_for(uri.replace("/cb", ":51004/cb"), "https", (uri,))
    # Registered addresses of other hosts, which lose something to a pattern that is too wide.
    target = "https://notes.example/cb?next=http://127.0.0.1"
    for uri, known in (
        (LOOPBACK, "http://127.0.0.10/cb"),
        ("http://127.0.0.1:510040/cb", "http://127.0.0.10/cb"),
        (LOOPBACK, "http://127.0.0.1.notes.example/cb"),
        (LOOPBACK, "http://127.0.0.1@notes.example/cb"),
        (f"{target}:51004/x", f"{target}:9999/x"),
        ("http://127x0x0x1:51004/cb", "http://127x0x0x1/cb"),
    ):
        yield asked_for(uri, "too wide", (known,))


# --- the provider insists (03-12) -----------------------------------------------------------------


def try_may_redeem(answer: Tried) -> Trial:
    """Codes that come back with the verifier of their own sign-in, with another, or without."""
    yield from visits(answer, [*own_verifiers(), *other_verifiers()], refusal=())


def verifiers() -> list[tuple[str, str]]:
    """Three challenges and their verifiers; the first are those of RFC 7636, appendix B."""
    source = dice("lesson-03", "verifiers")
    texts = (stage.RFC_VERIFIER, *(next(source) + next(source) for _ in range(2)))
    return [(stage.challenge(one), one) for one in texts]


def own_verifiers() -> Iterator[Call]:
    """Challenges with their own verifiers."""
    for pair in verifiers():
        yield Call(pair, "a challenge and its own verifier", "good")


def other_verifiers() -> Iterator[Call]:
    """Challenges and verifiers that do not belong together, or of which one is missing."""
    (first, one), (second, other), _ = verifiers()
    half = "the first half of a challenge, and its verifier"
    for challenge, verifier, about, words in (
        (first, None, "missing", "a challenge, and no verifier"),
        (first, "", "missing", "a challenge, and an empty verifier"),
        (stage.challenge(""), None, "missing", "the challenge for an empty string, no verifier"),
        (first, other, "other", "a challenge, and the verifier of another sign-in"),
        (second, one, "other", "a challenge, and the verifier of another sign-in"),
        (first, first, "plain", "a challenge, and that challenge as the verifier"),
        (one, one, "plain", "a verifier instead of the challenge, and that verifier"),
        (None, None, "neither", "neither a challenge nor a verifier"),
        (None, one, "neither", "no challenge, but a verifier"),
        ("", one, "part", "an empty challenge, and a verifier"),
        (first[:20], one, "part", half),
        (first + "A", one, "part", "a challenge with one letter more, and its verifier"),
        (first + "=", one, "part", "a challenge with padding, and its verifier"),
        (first + "\n", one, "part", "a challenge and a line break, and its verifier"),
        (first.swapcase(), one, "part", "a challenge in the other letter case, and its verifier"),
    ):
        yield Call((challenge, verifier), words, about, "edge" if about in EDGES else "")


EDGES = ("missing", "neither")
