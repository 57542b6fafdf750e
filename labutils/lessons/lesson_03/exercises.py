"""03 · The authorization code flow."""

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, unquote_plus, urlencode, urlsplit

import httpx

from labutils.classroom import registry
from labutils.classroom.judging import (
    LONGEST,
    PASSED,
    Case,
    Tried,
    Verdict,
    nearly,
    verifier,
    written,
)
from labutils.classroom.registry import (
    Exercise,
    GridRow,
    code,
    columns_of,
)
from labutils.lab import Exchange, dice
from labutils.stage.two_apps import LOGIN, NOTES
from labutils.text import shown

from . import missing_defences as stage
from .missing_defences import CALLBACK, OneClient, one_client

CHALLENGE = code("""
    def challenge(verifier):
        return b64(hashlib.sha256(verifier.encode()).digest())
""")
REQUEST = code("""
    def authorization_request(redirect_uri, state, code_challenge):
        asked = {
            "response_type": "code",
            "client_id": "notes",
            "redirect_uri": redirect_uri,
            "scope": "notes",
            "state": state,
            "code_challenge": code_challenge,
            "code_challenge_method": "S256",
        }
        return LOGIN + "/authorize?" + urlencode(asked)
""")
RESPONSE = code("""
    def authorization_response(browser, url, typed):
        page = browser.get(url)
        page = browser.post(LOGIN + "/authorize", data=hidden(page) | typed)
        page = browser.post(LOGIN + "/authorize", data=hidden(page) | {"consent": "allow"})
        return dict(parse_qsl(urlsplit(page.headers["location"]).query))
""")
TOKEN = code("""
    def token_request(browser, code, verifier, redirect_uri):
        asked = {"grant_type": "authorization_code", "client_id": "notes", "code": code,
                 "redirect_uri": redirect_uri, "code_verifier": verifier}
        return browser.post(LOGIN + "/token", data=asked)
""")
READ = code("""
    def api_request(browser, token):
        return browser.get(API + "/notes", headers={"authorization": f"Bearer {token}"})
""")
INTERCEPT = code("""
    def intercept(apps):
        seen = apps.opens("ada", NOTES + "/login", until=CALLBACK)
        return token_request(apps.tom, parameters(seen)["code"], "", CALLBACK)
""")
LURE = code("""
    def lure(apps):
        stopped = apps.opens("tom", NOTES + "/login", until=CALLBACK)
        return apps.opens("ada", stopped.headers["location"])
""")
CODE_FROM = code("""
    def code_from(answer, state):
        if not state or answer.get("state") != state:
            raise ValueError("the response to a different request")
        if answer.get("iss") != LOGIN:
            raise ValueError("the response of a different provider")
        if "error" in answer or "code" not in answer:
            raise ValueError("no code")
        return answer["code"]
""")
MAY_REDEEM = code("""
    def may_redeem(challenge, verifier):
        if verifier is None:
            return False
        return b64(hashlib.sha256(verifier.encode()).digest()) == challenge
""")
TRAP = code("""
    def redirect_code(apps):
        url = authorization_request(TRAP, "", challenge(VERIFIER))
        caught = apps.opens("ada", url, until=TRAP)
        code = parameters(caught).get("code", "")
        return token_request(apps.tom, code, VERIFIER, TRAP)
""")
MATCHES = code("""
    def redirect_matches(registered, uri):
        def without_port(address):
            for start in ("http://127.0.0.1:", "http://[::1]:"):
                if address.startswith(start):
                    port, slash, path = address.removeprefix(start).partition("/")
                    if re.fullmatch("[0-9]{1,5}", port):
                        return start.removesuffix(":") + slash + path
            return address

        return without_port(uri) in [without_port(known) for known in registered]
""")
TOOLS = "\n".join(
    (
        code("""
            import hashlib
            import re
            from urllib.parse import parse_qsl, urlencode, urlsplit
            from labutils.identity.tokens import b64
            from labutils.lessons.lesson_03 import CALLBACK, TRAP, VERIFIER
            from labutils.lessons.lesson_03 import hidden, one_client, parameters
            from labutils.stage.two_apps import API, LOGIN, NOTES
        """),
        CHALLENGE,
        REQUEST,
        TOKEN,
        READ,
    )
)


wrong = partial(registry.wrong, TOOLS)
altered = partial(registry.altered, TOOLS)  # wrong answers, from right ones


def drawn(seed: str, count: int) -> list[str]:
    """So many texts of 44 characters, drawn from a seed."""
    source = dice("lesson-03", seed)
    return [next(source) + next(source) for _ in range(count)]


# --- 03-1: the challenge ------------------------------------------------------------------------


def challenges(answer: Tried) -> Verdict:
    """The judge of 03-1: S256, for the verifier of RFC 7636, appendix B, and for drawn ones."""
    for text in (stage.RFC_VERIFIER, *drawn("verifiers", 4), "-._~" * 11):
        case, right = f"the verifier {text!r}", stage.challenge(text)
        try:
            given = answer(text)
        except Exception:
            return answer.raised(case, _not_hashed(answer.error))
        if given is None:
            return Verdict("none", case)
        if type(given) is not str or given != right:
            mistake = challenge_mistake(given, text, right)
            return Verdict("differs", case, written(given), written(right), mistake=mistake)
    return PASSED


def _not_hashed(error: Exception | None) -> str | None:
    """The name of what somebody did whose function of 03-1 raised this."""
    if "encod" in str(error):
        return "bytes"
    return "digest" if "bytes-like" in str(error) else None


def challenge_mistake(given: Any, verifier_text: str, right: str) -> str:
    """The name of what somebody did who made another challenge."""
    if given == verifier_text:
        return "plain"
    if isinstance(given, bytes):
        same = given.rstrip(b"=").translate(bytes.maketrans(b"+/", b"-_")) == right.encode()
        return "no text" if same else "bytes"
    if not isinstance(given, str):
        return "other"
    hexadecimal = hashlib.sha256(verifier_text.encode()).hexdigest()
    of_its_letters = urlsafe_b64encode(hexadecimal.encode()).decode()
    if given.rstrip("=") in (hexadecimal, of_its_letters.rstrip("=")):
        return "hex"
    if given.rstrip("=") == right:
        return "padding"
    same = given.rstrip("=").translate(str.maketrans("+/", "-_")) == right
    return "alphabet" if same else "other"


# --- 03-2: the authorization request ------------------------------------------------------------


def authorization_requests(answer: Tried) -> Verdict:
    """The judge of 03-2: the endpoint, and exactly the parameters, with what a URL must escape."""
    states = drawn("states", 3)
    for redirect_uri, state in (
        (CALLBACK, states[0]),
        ("http://127.0.0.1:51004/cb", states[1]),
        (NOTES + "/cb?from=a&to=b", f"{states[2]}+/= &x#%41"),
    ):
        sent_ahead = stage.challenge(state.ljust(43, "x"))
        case = f"redirect_uri {redirect_uri!r}, state {written(state)}"
        try:
            url = answer(redirect_uri, state, sent_ahead)
        except Exception:
            return answer.raised(case)
        if url is None:
            return Verdict("none", case)
        if not isinstance(url, str) or url.partition("?")[0] != LOGIN + "/authorize":
            return Verdict("differs", case, written(url), mistake="endpoint")
        right = dict(
            parse_qsl(urlsplit(stage.authorization_request(redirect_uri, state, sent_ahead)).query)
        )
        if urlsplit(url).fragment:
            return Verdict("differs", case, written(url), "no # in the URL", mistake="value")
        pairs = parse_qsl(urlsplit(url).query, keep_blank_values=True)
        verdict = _same_parameters(pairs, right, case)
        if verdict is not PASSED:
            return verdict
    return PASSED


FIXED = ("response_type", "client_id", "scope", "code_challenge_method", "grant_type")


def _same_parameters(pairs: list[tuple[str, str]], right: Mapping[str, str], case: str) -> Verdict:
    """Whether a query or a form holds each parameter, once, with the right value."""
    sent = dict(pairs)
    for name in right:
        if name not in sent:
            got = f"no {name}"
            return Verdict("differs", case, got, f"{name}={right[name]}", mistake="missing")
    for name, given in pairs:
        if name not in right:
            return Verdict(
                "differs", case, f"an extra parameter {name}", "no such parameter", mistake="more"
            )
        if given != right[name]:
            mistake = _changed(name, given, right[name])
            got, want = f"{name}={written(given)}", f"{name}={written(right[name])}"
            return Verdict("differs", case, got, want, mistake=mistake)
    if len(pairs) != len(right):
        return Verdict(
            "differs", case, "a parameter that appears twice", "each parameter once", mistake="more"
        )
    return PASSED


def _changed(name: str, given: str, right: str) -> str:
    """The name of what somebody did who sent another value."""
    if right and given == stage.challenge(right):
        return "hashed"
    if name == "code_challenge_method" and given == "plain":
        return "plain"
    return "fixed" if name in FIXED else "value"


# --- 03-3: the pages, and the authorization response --------------------------------------------


def authorization_responses(answer: Tried) -> Verdict:
    """The judge of 03-3: for two people, each in a scene of its own, and for an odd `state`."""
    told: set[str] = set()
    for who, text in zip(("ada", "tom", "ada"), drawn("responses", 3), strict=True):
        state = text if who not in told else f"{text} &=+%2B"
        told.add(who)
        apps = one_client(seed=f"lesson-03/{who}")
        url = stage.authorization_request(CALLBACK, state, stage.challenge(state))
        case = f"{who.capitalize()}'s browser"
        try:
            given = answer(getattr(apps, who), url, apps.typed(who))
        except Exception:
            added = "for +: 'dict' and 'dict'" in str(answer.error)
            return answer.raised(case, "plus" if added else _where_it_stopped(apps))
        if given is None:
            return Verdict("none", case)
        if not any(e.client == who for e in apps.lab.wire):
            by_browser = "no request from `browser`"
            return Verdict("differs", case, by_browser, "three requests", mistake="browser")
        held = apps.apps.provider.codes
        if any(code.grant.user and code.grant.user.username != who for code in held.values()):
            return Verdict("differs", case, "somebody else's sign-in", mistake="user")
        right = {"code": next(iter(held), ""), "state": state, "iss": LOGIN}
        if not isinstance(given, Mapping):
            mistake = "location" if held else _where_it_stopped(apps)
            return Verdict("differs", case, written(given), "a dictionary", mistake=mistake)
        if dict(given) != right:
            lists = any(isinstance(one, list) for one in given.values())
            escaped = not lists and {n: unquote_plus(str(v)) for n, v in given.items()} == right
            escaped = escaped or given.get("state") not in (None, state)
            slip = "lists" if lists else "escaped" if escaped else "parameters"
            mistake = _where_it_stopped(apps) or slip
            want = written(right) if held else "code, state and iss"
            return Verdict("differs", case, written(given), want, mistake=mistake)
    return PASSED


def _where_it_stopped(apps: OneClient) -> str | None:
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


# --- 03-4: the back channel ----------------------------------------------------------------------


def token_requests(answer: Tried) -> Verdict:
    """The judge of 03-4: with and without a verifier, for two redirect URIs, by two parties."""
    loopback = "http://127.0.0.1:51004/cb"
    verifiers = drawn("redeemed", 2)
    for place, (redirect_uri, text, party) in enumerate(
        ((CALLBACK, verifiers[0], "notes"), (loopback, verifiers[1], "tom"), (CALLBACK, "", "tom"))
    ):
        apps = one_client(seed=f"lesson-03/tokens/{place}", without="" if text else "PKCE")
        url = stage.authorization_request(redirect_uri, "s", stage.challenge(text))
        url = url if text else stage.without_pkce(url)
        code_given = stage.parameters(apps.opens("ada", url, until=redirect_uri))["code"]
        case = f"redirect_uri {redirect_uri}" + ("" if text else ", and an empty verifier")
        before = len(apps.lab.wire)
        try:
            response = answer(getattr(apps, party), code_given, text, redirect_uri)
        except Exception:
            return answer.raised(case)
        verdict = _redeemed(response, apps.lab.wire[before:], case, redirect_uri, code_given, text)
        if verdict is not PASSED:
            return verdict
    return PASSED


def _redeemed(
    response: Any, wire: list[Exchange], case: str, redirect_uri: str, code_given: str, text: str
) -> Verdict:
    """The verdict on one token request, by what went over the wire and what was returned."""
    if not wire:
        elsewhere = isinstance(response, httpx.Response)
        mistake, by_browser = "browser" if elsewhere else "endpoint", "no request from `browser`"
        return Verdict("differs", case, by_browser, "a token request", mistake=mistake)
    sent = wire[-1]
    asked = shown(f"{sent.method} {sent.url}", LONGEST)
    if len(wire) > 1:
        return Verdict("differs", case, f"{len(wire)} requests", "one", mistake="one")
    if sent.method != "POST" or sent.url.partition("?")[0] != LOGIN + "/token":
        return Verdict("differs", case, asked, f"POST {LOGIN}/token", mistake="endpoint")
    if "?" in sent.url or sent.request_body.lstrip().startswith("{"):
        return Verdict("differs", case, asked, "a form in the body", mistake="form")
    right = {
        "grant_type": "authorization_code",
        "client_id": "notes",
        "code": code_given,
        "redirect_uri": redirect_uri,
    } | ({"code_verifier": text} if text else {})
    pairs = [(name, given) for name, given in parse_qsl(sent.request_body)]
    verdict = _same_parameters(pairs, right, case)
    if verdict is not PASSED:
        return verdict
    if response is None:
        return Verdict("none", case)
    if not isinstance(response, httpx.Response) or response.status_code != 200:
        return Verdict("differs", case, written(response), "the response", mistake="response")
    return PASSED


# --- the attacks --------------------------------------------------------------------------------


def scene(attack: str, place: int, without: str) -> OneClient:
    """A fresh scene for an attack, with all defences but this one."""
    seed = f"lesson-03/{attack}/{place}"
    return one_client(seed=seed, without=without, code_from=stage.code_from)


@dataclass(frozen=True)
class Attack:
    """An attack that a learner writes: it works without one defence, and is refused with it.

    `bare` and `guarded` are the two cases in words. `what_stopped_it` gives a verdict where the
    attack did not reach its end, else None. `overshot` is the mistake of an answer that finds no
    code, since a browser followed the redirect at which it was to stop, to `beyond`; `unread` that
    of one that takes the redirect itself for what stands in it; `unbegun` that of one whose own
    authorization request the provider refused.
    """

    name: str
    without: str
    bare: str
    guarded: str
    what_stopped_it: Callable[[OneClient, httpx.Response], Verdict | None]
    overshot: str
    unread: str
    beyond: str = CALLBACK
    unbegun: str | None = None

    def __call__(self, answer: Tried) -> Verdict:
        """The judge: two scenes without the defence, and one with all of them."""
        for place in (0, 1):
            apps = scene(self.name, place, self.without)
            try:
                response = answer(apps)
            except Exception:
                return answer.raised(self.bare, self.what_raised(apps, answer.error))
            if response is None:
                return Verdict("none", self.bare)
            if not isinstance(response, httpx.Response):
                got = written(response)
                return Verdict("differs", self.bare, got, "a response", mistake="response")
            if verdict := self.what_stopped_it(apps, response):
                return replace(verdict, mistake=self.refused(apps) or verdict.mistake)
        try:
            response = answer(scene(self.name, 2, ""))
        except Exception:
            return answer.raised(self.guarded, "raises")
        if not isinstance(response, httpx.Response) or response.status_code < 400:
            got = written(response)
            return Verdict("differs", self.guarded, got, "its refusal", mistake="response")
        return PASSED

    def what_raised(self, apps: OneClient, error: Exception | None) -> str | None:
        """The mistake of an answer that raised."""
        followed = any(e.url.startswith(self.beyond) for e in apps.lab.wire)
        if isinstance(error, KeyError) and followed:
            return self.overshot
        if isinstance(error, KeyError) and self.refused(apps):
            return self.unbegun
        return self.unread if isinstance(error, TypeError | ValueError) else None

    def refused(self, apps: OneClient) -> str | None:
        """`unbegun`, where no sign-in began at the client and the provider gave out no code."""
        at_client = any(e.url.startswith(NOTES + "/login") for e in apps.lab.wire)
        asked = any(e.path == "/authorize" for e in apps.lab.wire)
        no_code = asked and not at_client and not apps.apps.provider.codes
        return self.unbegun if no_code else None


WITHOUT_PKCE = "a client without PKCE"
WITHOUT_STATE = "a client that does not compare state"
WITHOUT_MATCHING = "a provider that compares only the first characters"


def no_tokens(case: str, response: httpx.Response, mistake: str | None) -> Verdict | None:
    """The verdict on an answer of the token endpoint that is not about Ada."""
    got = f"{response.status_code} {response.text[:110]}"
    return Verdict("differs", case, got, "tokens about Ada", mistake=mistake) if mistake else None


def not_intercepted(apps: OneClient, response: httpx.Response) -> Verdict | None:
    """Whether Tom redeemed Ada's code."""
    return no_tokens(WITHOUT_PKCE, response, _not_intercepted(apps, response))


def _not_intercepted(apps: OneClient, response: httpx.Response) -> str | None:
    """What kept Tom from redeeming Ada's code; None where he did."""
    redeemed = [e for e in apps.lab.wire if e.path == "/token"]
    if any(e.client == "notes.example" for e in redeemed) and apps.client.tokens:
        return "late"
    if not any(e.client == "tom" for e in redeemed):
        return "tom"
    if knows_her_password(apps):
        return "password"
    if response.url.host == "api.example":
        return "api"
    sent = dict(parse_qsl(redeemed[-1].request_body))
    if "code_verifier" in sent:
        return "verifier"
    if response.status_code != 200 or "access_token" not in response.json():
        return "shut"
    owner = stage.api_request(apps.tom, response.json()["access_token"]).json()["owner"]
    return None if owner == "u-1815" else "own"


def knows_her_password(apps: OneClient) -> bool:
    """Whether Tom's browser posted Ada's password."""
    hers = urlencode({"password": apps.typed("ada")["password"]})
    return any(e.client == "tom" and hers in e.request_body for e in apps.lab.wire)


def not_lured(apps: OneClient, _response: httpx.Response) -> Verdict | None:
    """Whether Ada's browser ended in Tom's account, and its answer was the last one."""
    last = next((e.client for e in reversed(apps.lab.wire) if e.client in ("ada", "tom")), "")
    owner = apps.ada.get(NOTES + "/").json().get("owner", "nobody")
    if owner == "u-0666":
        got, want = "what Tom's browser got", "what Ada's browser got"
        toms = Verdict("differs", WITHOUT_STATE, got, want, mistake="response")
        return toms if last == "tom" else None
    mistake = "own" if owner == "u-1815" else _not_lured(apps)
    got, want = f"Ada's browser signed in as {owner}", "Ada's browser signed in as Tom (u-0666)"
    return Verdict("differs", WITHOUT_STATE, got, want, mistake=mistake)


def _not_lured(apps: OneClient) -> str:
    """Why Ada's browser is in nobody's account."""
    arrived = [e for e in apps.lab.wire if e.host == "notes.example" and e.path == "/cb"]
    began = {e.client for e in apps.lab.wire if e.url.startswith(NOTES + "/login")}
    if began == {"ada"}:
        return "roles"
    return "finished" if any(e.client == "tom" for e in arrived) else "link"


def not_redirected(apps: OneClient, response: httpx.Response) -> Verdict | None:
    """Whether Tom redeemed a code that was sent to a host of his own."""
    return no_tokens(WITHOUT_MATCHING, response, _not_redirected(apps, response))


def _not_redirected(apps: OneClient, response: httpx.Response) -> str | None:
    """What kept Tom from a code of Ada's at his own host; None where he redeemed it."""
    asked = [e for e in apps.lab.wire if e.path == "/authorize" and e.method == "GET"]
    if not any("tom.test" in e.url for e in asked):
        return "trap"
    if not any(e.client == "ada" for e in asked):
        return "ada"
    redeemed = [e for e in apps.lab.wire if e.path == "/token" and e.client == "tom"]
    if not redeemed:
        return "tom"
    if knows_her_password(apps):
        return "password"
    if response.status_code != 200 or "access_token" not in response.json():
        said = response.json().get("error_description", "") if response.text[:1] == "{" else ""
        return "verifier" if "verifier" in said else "other uri" if "redirect" in said else "shut"
    owner = stage.api_request(apps.tom, response.json()["access_token"]).json()["owner"]
    return None if owner == "u-1815" else "ada"


# --- 03-8: the answer to this browser's request -------------------------------------------------


def came_back(answer: Mapping[str, str], state: str, want: Any, mistake: str) -> Case:
    """One call of code_from: an authorization response, and what this browser's session holds."""
    words = f"the response {written(dict(answer))} when the session holds {state!r}"
    return Case((dict(answer), state), want, mistake, words)


def own_answers_alone(answer: Tried) -> Verdict:
    """The judge of 03-8."""
    verdict = verifier(own_answers, other_answers, refusal=(ValueError,))(answer)
    if verdict.kind == "let_in" and isinstance(answer.results[-1], Exception):
        return replace(verdict, mistake="returned")
    if verdict.got == "None" and "'code':" not in verdict.case:
        return replace(verdict, mistake="denied")  # answer.get("code"), and nothing behind it
    return verdict


def own_answers() -> list[Case]:
    cases = []
    for text in drawn("own answers", 3):
        code_given, state = text[:22], text[22:]
        answer = {"code": code_given, "state": state, "iss": LOGIN}
        cases.append(came_back(answer, state, code_given, "good"))
    return cases


def other_answers() -> list[Case]:
    first, second = drawn("other answers", 2)
    code_given, state = first[:22], first[22:]
    answer = {"code": code_given, "state": state, "iss": LOGIN}
    stateless = {"code": code_given, "iss": LOGIN}
    denied = {"error": "access_denied", "state": state, "iss": LOGIN}

    def with_state(text: str, mistake: str) -> Case:
        return came_back({**answer, "state": text}, state, None, mistake)

    unnamed = {"code": code_given, "state": state}

    def of_provider(issuer: str) -> Case:
        return came_back({**answer, "iss": issuer}, state, None, "iss" if issuer else "no iss")

    return [
        came_back(answer, second[22:], None, "other"),
        with_state(state[::-1], "order"),
        *(with_state(text, "part") for text in (state[:-1], state[1:], state + "x", "x" + state)),
        *(with_state(text, "tidied") for text in (f" {state}", f"{state}\n", state.upper())),
        came_back(answer, state.upper(), None, "tidied"),
        came_back(answer, f"{state} ", None, "tidied"),
        came_back(answer, state[:-1], None, "part"),
        came_back(answer, state + "x", None, "part"),
        came_back(stateless, state, None, "missing"),
        came_back(answer, "", None, "missing"),
        came_back(stateless, "", None, "empty"),
        came_back({**answer, "state": ""}, "", None, "empty"),
        came_back(denied, state, None, "denied"),
        came_back({"state": state, "iss": LOGIN}, state, None, "denied"),
        came_back({**answer, **denied}, state, None, "both"),
        *(of_provider(issuer) for issuer in ("https://tom.test", f"{LOGIN}.tom.test", f"{LOGIN}/")),
        *(of_provider(issuer) for issuer in nearly(LOGIN)),
        came_back(unnamed, state, None, "no iss"),
    ]


# --- 03-10: redirect URIs -----------------------------------------------------------------------

KNOWN = (CALLBACK, "http://127.0.0.1/cb", "http://[::1]/cb", "http://localhost/cb")
OVER_TLS = ("https://127.0.0.1/cb", "https://[::1]/cb")


def asked_for(uri: str, mistake: str, *, known: tuple[str, ...] = KNOWN) -> Case:
    """One call of redirect_matches, which the verdict names by the address that was asked for."""
    words = repr(uri) + ("" if known == KNOWN else f", when {known[0]} is registered")
    return Case((known, uri), mistake=mistake, words=words)


def redirects(answer: Tried) -> Verdict:
    """The judge of 03-10: first whole addresses and what looks like them, then ports."""
    whole = verifier(registered_uris, look_alikes)(answer)
    return whole if whole is not PASSED else verifier(any_port, hostile_loopback)(answer)


def registered_uris() -> list[Case]:
    back = f"https://{drawn('hosts', 1)[0][:8]}.example/back"
    own = [asked_for(uri, "registered") for uri in KNOWN]
    return [*own, asked_for(back, "registered", known=(back,))]


def look_alikes() -> list[Case]:
    uris = [
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
    ]
    return [asked_for(uri, mistake) for uri, mistake in uris]


def any_port() -> list[Case]:
    port = 49152 + int(drawn("ports", 1)[0][:4], 16) % 16384
    native, registered = f"http://127.0.0.1:{port}/cb", ("http://127.0.0.1:9999/cb",)
    return [
        asked_for("http://127.0.0.1:51004/cb", "port"),
        asked_for(native, "port"),
        asked_for(f"http://[::1]:{port}/cb", "port"),
        asked_for("http://[::1]:8/cb", "port"),
        asked_for(native, "registered port", known=registered),
        asked_for("http://127.0.0.1/cb", "registered port", known=registered),
    ]


def hostile_loopback() -> list[Case]:
    uris = [
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
    ]
    return [
        *(asked_for(uri, mistake) for uri, mistake in uris),
        asked_for("http://[::1]:51004/cb", "name", known=("http://127.0.0.1/cb",)),
        *(asked_for(uri.replace("/cb", ":51004/cb"), "https", known=(uri,)) for uri in OVER_TLS),
        *not_on_loopback(),
    ]


def not_on_loopback() -> list[Case]:
    """Registered addresses of other hosts, which lose something to a pattern that is too wide."""
    native, target = "http://127.0.0.1:51004/cb", "https://notes.example/cb?next=http://127.0.0.1"
    pairs = [
        (native, "http://127.0.0.10/cb"),
        ("http://127.0.0.1:510040/cb", "http://127.0.0.10/cb"),
        (native, "http://127.0.0.1.notes.example/cb"),
        (native, "http://127.0.0.1@notes.example/cb"),
        (f"{target}:51004/x", f"{target}:9999/x"),
        ("http://127x0x0x1:51004/cb", "http://127x0x0x1/cb"),
    ]
    return [asked_for(uri, "too wide", known=(registered,)) for uri, registered in pairs]


# --- 03-11: code injection -----------------------------------------------------------------------


def verifiers() -> list[tuple[str, str]]:
    """Three verifiers and their challenges; the first are those of RFC 7636, appendix B."""
    drawn = dice("lesson-03", "verifiers")
    texts = (stage.RFC_VERIFIER, *(next(drawn) + next(drawn) for _ in range(2)))
    return [(stage.challenge(one), one) for one in texts]


def own_verifiers() -> list[Case]:
    """Codes that come back with the verifier of their own sign-in."""
    return [Case(pair, True, "good", "a challenge and its own verifier") for pair in verifiers()]


def other_verifiers() -> list[Case]:
    """Codes that come back without that verifier, or that no challenge went ahead of."""
    (first, one), (second, other), _ = verifiers()
    rows: list[tuple[str | None, str | None, str, str]] = [
        (first, None, "missing", "a challenge, and no verifier"),
        (first, "", "missing", "a challenge, and an empty verifier"),
        (stage.challenge(""), None, "missing", "the challenge for an empty string, no verifier"),
        (first, other, "other", "a challenge, and the verifier of another sign-in"),
        (second, one, "other", "a challenge, and the verifier of another sign-in"),
        (first, first, "plain", "a challenge, and that challenge as the verifier"),
        (None, None, "neither", "neither a challenge nor a verifier"),
        (None, one, "neither", "no challenge, but a verifier"),
        ("", one, "part", "an empty challenge, and a verifier"),
        (first[:20], one, "part", "the first half of a challenge, and its verifier"),
        (first + "A", one, "part", "a challenge with one letter more, and its verifier"),
        (first + "=", one, "part", "a challenge with padding, and its verifier"),
        (first + "\n", one, "part", "a challenge and a line break, and its verifier"),
        (first.swapcase(), one, "part", "a challenge in the other letter case, and its verifier"),
    ]
    return [
        Case((challenge, verifier), None, mistake, words)
        for challenge, verifier, mistake, words in rows
    ]


# --- the table ----------------------------------------------------------------------------------


EXERCISES = (
    Exercise(
        "03-1",
        "function",
        challenges,
        "The client sends this challenge first. It keeps the verifier to itself until the end.",
        {
            "plain": (
                "That is the verifier itself. Anyone who reads the authorization request would "
                "then know it.",
                wrong("answer = lambda verifier: verifier"),
            ),
            "hex": (
                "That is the hash in hexadecimal. digest() returns the bytes, and b64 encodes "
                "them.",
                altered(CHALLENGE, ("b64(", "str("), (".digest()", ".hexdigest()")),
            ),
            "digest": (
                "b64 takes bytes, but sha256(...) returns an object. Call its digest() method to "
                "get the bytes.",
                altered(CHALLENGE, (".digest()", "")),
            ),
            "padding": (
                "There is padding (=) at the end. PKCE leaves it out (RFC 7636, appendix A).",
                wrong("""
                import base64

                def answer(verifier):
                    digest = hashlib.sha256(verifier.encode()).digest()
                    return base64.urlsafe_b64encode(digest).decode()
                """),
            ),
            "alphabet": (
                "base64url uses - and _ where base64 uses + and /. b64 does that for you.",
                wrong("""
                import base64

                def answer(verifier):
                    digest = hashlib.sha256(verifier.encode()).digest()
                    return base64.b64encode(digest).decode().rstrip("=")
                """),
            ),
            "bytes": (
                "sha256 takes bytes, so encode the verifier. The challenge itself is a string.",
                altered(CHALLENGE, ("b64(", "bytes(")),
            ),
            "no text": (
                "These are bytes: .decode() turns them into a string. Also remove the padding.",
                wrong("""
                import base64

                def answer(verifier):
                    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest())
                """),
            ),
            "other": (
                "There are three steps: turn the verifier into bytes, hash them with SHA-256, and "
                "encode the hash in base64url.",
                altered(CHALLENGE, ("sha256", "sha1")),
            ),
        },
        (
            "hashlib.sha256(some_bytes).digest() returns 32 bytes. verifier.encode() turns a "
            "string into bytes.",
            "b64(digest) returns the bytes in base64url, without padding, as a string.",
        ),
        CHALLENGE,
    ),
    Exercise(
        "03-2",
        "function",
        authorization_requests,
        "The URL has seven parameters. Anyone who reads Ada's URLs reads them too.",
        {
            "endpoint": (
                "The URL is LOGIN + '/authorize', followed by a question mark and the parameters.",
                altered(REQUEST, ('"/authorize?"', '"/token?"')),
            ),
            "missing": (
                "A parameter is missing. The request needs seven of them.",
                altered(REQUEST, ('"code_challenge_method": "S256",', "")),
            ),
            "more": (
                "One parameter does not belong in this request, or appears twice.",
                altered(REQUEST, ('"S256",', '"S256", "code_verifier": "x",')),
            ),
            "plain": (
                "With the `plain` method, the challenge would be the verifier itself. Yours is "
                "hashed, so the method is S256.",
                altered(REQUEST, ("S256", "plain")),
            ),
            "fixed": (
                "This value is the same in each of the client's requests. It is in the table.",
                altered(REQUEST, ('"client_id": "notes"', '"client_id": "notes.example"')),
            ),
            "hashed": (
                "The challenge is hashed twice. The argument code_challenge is already the hash: "
                "send it unchanged.",
                altered(REQUEST, (": code_challenge,", ": challenge(code_challenge),")),
            ),
            "value": (
                "A value was changed on the way. Take it from the argument, and let urlencode "
                "escape characters that have a special meaning in a URL, such as &, # and +.",
                wrong("""
                def answer(redirect_uri, state, code_challenge):
                    return (
                        f"{LOGIN}/authorize?response_type=code&client_id=notes&scope=notes"
                        f"&redirect_uri={redirect_uri}&state={state}"
                        f"&code_challenge={code_challenge}&code_challenge_method=S256"
                    )
                """),
            ),
        },
        (
            "Put the seven parameters into a dictionary: response_type, client_id, redirect_uri, "
            "scope, state, code_challenge, code_challenge_method.",
            "return LOGIN + '/authorize?' + urlencode(the_dictionary)",
        ),
        REQUEST,
    ),
    Exercise(
        "03-3",
        "function",
        authorization_responses,
        "It took two forms and one redirect. The provider's response to the client is in the URL "
        "of the redirect.",
        {
            "address": (
                "Both forms go to LOGIN + '/authorize', without parameters in the URL.",
                altered(
                    RESPONSE,
                    (
                        'post(LOGIN + "/authorize", data=hidden(page) | typed',
                        'post(LOGIN + "/login", data=hidden(page) | typed',
                    ),
                ),
            ),
            "browser": (
                "Send the requests with the `browser` argument, not with another browser.",
                altered(
                    RESPONSE,
                    (
                        "    page = browser.get(url)",
                        "    apps = one_client()\n"
                        "    browser, typed = apps.ada, apps.typed('ada')\n"
                        "    page = browser.get(url)",
                    ),
                ),
            ),
            "user": (
                "The wrong person signed in: this is somebody else's browser. Send what is in "
                "`typed`, not a fixed name.",
                altered(
                    RESPONSE,
                    ("| typed", '| {"username": "ada", "password": "analytical-engine-1843"}'),
                ),
            ),
            "password": (
                "The first page is a form for the user name and password. Post `typed` to it, as "
                "a form: data=..., not json=....",
                wrong("""
                def answer(browser, url, typed):
                    page = browser.get(url)
                    return dict(parse_qsl(urlsplit(page.headers.get("location", "")).query))
                """),
            ),
            "hidden": (
                "The form has hidden fields, which carry the authorization request. Send them "
                "too: hidden(page) | typed.",
                altered(RESPONSE, ("hidden(page) | typed", "typed")),
            ),
            "consent": (
                "The next page, after the password, asks for consent. Post its hidden fields too, "
                "with consent=allow.",
                altered(RESPONSE, ('"allow"', '"yes"')),
            ),
            "second form": (
                "The page that asks for consent has its own hidden fields, different from the "
                "login page's. Send them too: hidden(page) | {'consent': 'allow'}, where `page` "
                "is the response to the first form.",
                altered(RESPONSE, ('hidden(page) | {"consent": "allow"}', '{"consent": "allow"}')),
            ),
            "escaped": (
                "A value came back changed. In a query, + stands for a space, and %26 for &. "
                "parse_qsl decodes both.",
                wrong("""
                from urllib.parse import unquote

                def answer(browser, url, typed):
                    page = browser.get(url)
                    page = browser.post(LOGIN + "/authorize", data=hidden(page) | typed)
                    fields = hidden(page) | {"consent": "allow"}
                    page = browser.post(LOGIN + "/authorize", data=fields)
                    pairs = page.headers["location"].partition("?")[2].split("&")
                    return {name: unquote(value) for name, _, value in
                            (pair.partition("=") for pair in pairs)}
                """),
            ),
            "location": (
                "Return the parameters as a dictionary: dict(parse_qsl(urlsplit(address).query)).",
                altered(
                    RESPONSE,
                    (
                        'dict(parse_qsl(urlsplit(page.headers["location"]).query))',
                        'page.headers["location"]',
                    ),
                ),
            ),
            "plus": (
                "Join the two dictionaries with `|`.",
                altered(RESPONSE, ("hidden(page) | typed", "hidden(page) + typed")),
            ),
            "lists": (
                "parse_qs returns lists. dict(parse_qsl(...)) returns strings.",
                wrong("""
                from urllib.parse import parse_qs

                def answer(browser, url, typed):
                    page = browser.get(url)
                    page = browser.post(LOGIN + "/authorize", data=hidden(page) | typed)
                    fields = hidden(page) | {"consent": "allow"}
                    page = browser.post(LOGIN + "/authorize", data=fields)
                    return parse_qs(urlsplit(page.headers["location"]).query)
                """),
            ),
            "parameters": (
                "The parameters are in the query of the URL in the `location` header.",
                altered(
                    RESPONSE,
                    ("dict(parse_qsl(urlsplit(page.headers", "dict(parse_qsl((page.headers"),
                    ('["location"]).query', '["location"])'),
                ),
            ),
        },
        (
            "Three requests: browser.get(url), a post of hidden(page) | typed, a post of "
            "hidden(page) | {'consent': 'allow'}. Both posts go to LOGIN + '/authorize'.",
            "The last response is a redirect: page.headers['location'] is where it leads.",
            "dict(parse_qsl(urlsplit(address).query)) turns the parameters into a dictionary.",
        ),
        RESPONSE,
    ),
    Exercise(
        "03-4",
        "function",
        token_requests,
        "The code has now been used. A second token request with it would be refused.",
        {
            "endpoint": (
                "Send a POST request to LOGIN + '/token'.",
                altered(TOKEN, ('"/token"', '"/authorize"')),
            ),
            "browser": (
                "Send the request with the `browser` argument, not with another browser.",
                wrong("""
                def answer(browser, code, verifier, redirect_uri):
                    return token_request(one_client().notes, code, verifier, redirect_uri)
                """),
            ),
            "form": (
                "Send the parameters as a form in the body, with data=..., not as JSON and not "
                "in the URL: URLs end up in logs.",
                altered(TOKEN, ("data=asked", "params=asked")),
            ),
            "one": (
                "Send only one request. A code works only once, and any other host that you send "
                "it to can read it.",
                wrong("""
                def answer(browser, code, verifier, redirect_uri):
                    token_request(browser, code, "x" * 43, redirect_uri)
                    return token_request(browser, code, verifier, redirect_uri)
                """),
            ),
            "missing": (
                "A parameter is missing. The request needs five, and the redirect URI is one of "
                "them.",
                altered(TOKEN, ('"redirect_uri": redirect_uri, ', "")),
            ),
            "more": (
                "There is a parameter that does not belong in the token request.",
                altered(TOKEN, ("verifier}", 'verifier, "state": "x"}')),
            ),
            "fixed": (
                "grant_type and client_id are the same in every token request: authorization_code "
                "and notes.",
                altered(TOKEN, ('"authorization_code"', '"code"')),
            ),
            "hashed": (
                "That is the challenge. The provider has had it since the authorization request. "
                "Now send the verifier itself, and the provider hashes it.",
                altered(TOKEN, ("verifier}", "challenge(verifier)}")),
            ),
            "value": (
                "A parameter has the wrong value. Take the value from the arguments, not from a "
                "fixed string.",
                altered(TOKEN, ("redirect_uri,", "CALLBACK,")),
            ),
            "response": (
                "Return the response itself, not a part of it.",
                altered(TOKEN, ("data=asked)", "data=asked).json()")),
            ),
        },
        (
            "browser.post(LOGIN + '/token', data={...}) sends a form.",
            "Five fields: grant_type is authorization_code, client_id is notes, then code, "
            "redirect_uri, code_verifier.",
        ),
        TOKEN,
    ),
    Exercise(
        "03-6",
        "function",
        Attack(
            "intercept",
            "PKCE",
            WITHOUT_PKCE,
            "a client with PKCE",
            not_intercepted,
            overshot="late",
            unread="shut",
            unbegun="own request",
        ),
        "This is code interception. Without PKCE, anyone who has a public client's code can "
        "redeem it.",
        {
            "tom": (
                "Tom redeems the code: send the token request with apps.tom.",
                altered(INTERCEPT, ("token_request(apps.tom", "token_request(apps.notes")),
            ),
            "late": (
                "The client got there first: it redeemed the code, and a code works only once. "
                "Stop Ada's browser at the redirect: until=CALLBACK, without quotes.",
                altered(INTERCEPT, (", until=CALLBACK", "")),
            ),
            "api": (
                "That is the API's response. Return the token endpoint's response.",
                wrong("""
                def answer(apps):
                    seen = apps.opens("ada", NOTES + "/login", until=CALLBACK)
                    tokens = token_request(apps.tom, parameters(seen)["code"], "", CALLBACK).json()
                    return api_request(apps.tom, tokens["access_token"])
                """),
            ),
            "verifier": (
                "No challenge was sent, so there must be no verifier: the provider refuses one "
                "(RFC 9700, 4.8). Pass an empty string; an empty parameter counts as absent.",
                altered(INTERCEPT, ('""', "VERIFIER")),
            ),
            "own": (
                "That is Tom's own code. Read the code from Ada's sign-in: apps.opens('ada', ...).",
                altered(INTERCEPT, ('"ada"', '"tom"')),
            ),
            "password": (
                "Tom does not know Ada's password. Ada signs in with her own browser: "
                "apps.opens('ada', ...). Tom has only the URL that he read.",
                wrong("""
                def answer(apps):
                    page = apps.tom.get(NOTES + "/login", follow_redirects=True)
                    fields = hidden(page) | apps.typed("ada")
                    page = apps.tom.post(LOGIN + "/authorize", data=fields)
                    fields = hidden(page) | {"consent": "allow"}
                    page = apps.tom.post(LOGIN + "/authorize", data=fields)
                    return token_request(apps.tom, parameters(page)["code"], "", CALLBACK)
                """),
            ),
            "own request": (
                "Let Ada start at the client: NOTES + '/login'. The provider refused your own "
                "request.",
                altered(INTERCEPT, ('NOTES + "/login"', 'authorization_request(CALLBACK, "", "")')),
            ),
            "shut": (
                "The provider issued no token. It needs the code from Ada's redirect, "
                "parameters(...)['code'], and the same redirect URI.",
                altered(INTERCEPT, (', "", CALLBACK', ', "", NOTES')),
            ),
            "response": (
                "Return the token endpoint's response.",
                altered(INTERCEPT, ('"", CALLBACK)', '"", CALLBACK).json()')),
            ),
        },
        (
            "apps.opens('ada', NOTES + '/login', until=CALLBACK) signs Ada in, and stops at "
            "the redirect that Tom reads. parameters(...) returns the parameters of its URL.",
            "token_request(apps.tom, code, '', CALLBACK): no verifier, because no challenge was "
            "sent.",
        ),
        INTERCEPT,
    ),
    Exercise(
        "03-7",
        "function",
        Attack(
            "lure",
            "state",
            WITHOUT_STATE,
            "a client that compares state",
            not_lured,
            overshot="finished",
            unread="link",
        ),
        "This is cross-site request forgery: Ada's browser finished the sign-in that Tom had "
        "started.",
        {
            "own": (
                "Ada is in her own account. The link must come from Tom's sign-in.",
                altered(LURE, ('opens("tom"', 'opens("ada"')),
            ),
            "link": (
                "Ada opens the URL in the redirect at which Tom stopped: "
                "stopped.headers['location'].",
                altered(LURE, ('stopped.headers["location"]', "CALLBACK")),
            ),
            "roles": (
                "The roles are swapped: Tom must start, and Ada must open the URL.",
                wrong("""
                def answer(apps):
                    stopped = apps.opens("ada", NOTES + "/login", until=CALLBACK)
                    return apps.opens("tom", stopped.headers["location"])
                """),
            ),
            "finished": (
                "Tom's browser opened the URL in the redirect, so the code is used. Tom stops "
                "at the redirect (until=CALLBACK), and Ada opens that URL.",
                altered(LURE, (", until=CALLBACK", "")),
            ),
            "response": (
                "Return what Ada's browser got when it opened the link.",
                altered(LURE, ('["location"])', '["location"]).status_code')),
            ),
        },
        (
            "First Tom: apps.opens('tom', NOTES + '/login', until=CALLBACK). He does not follow "
            "the last redirect.",
            "Then Ada: apps.opens('ada', the URL in that redirect's location header).",
        ),
        LURE,
    ),
    Exercise(
        "03-8",
        "function",
        own_answers_alone,
        "The client accepts only its provider's response to a request from the same browser. "
        "This stops Tom's link, and it stops Ada's response, unchanged, in Tom's browser.",
        {
            "good": (
                "The state belongs to this browser: return the code.",
                wrong("""
                def answer(answer, state):
                    raise ValueError("no")
                """),
            ),
            "other": (
                "The response has a different state, so it belongs to a different browser's "
                "request.",
                wrong("answer = lambda answer, state: answer['code']"),
            ),
            "returned": (
                "Returning an error stops nobody. Write raise ValueError(...).",
                altered(CODE_FROM, ("raise ", "return ")),
            ),
            "order": (
                "The same characters in a different order are a different state. Compare the "
                "strings with ==.",
                altered(
                    CODE_FROM,
                    (
                        'answer.get("state") != state',
                        'sorted(answer.get("state", "")) != sorted(state)',
                    ),
                ),
            ),
            "tidied": (
                "Compare the state exactly as it arrived: do not remove spaces or change capital "
                "letters.",
                altered(
                    CODE_FROM,
                    ('answer.get("state") != state', 'answer.get("state", "").strip() != state'),
                ),
            ),
            "part": (
                "Compare the whole state. Part of the state, or the state with something added, "
                "is a different string.",
                altered(
                    CODE_FROM,
                    ('answer.get("state") != state', 'answer.get("state", "")[:9] != state[:9]'),
                ),
            ),
            "missing": (
                "If one of the two is missing, there is nothing to compare: refuse.",
                altered(
                    CODE_FROM,
                    (
                        'not state or answer.get("state") != state',
                        'answer.get("state", state) != state',
                    ),
                ),
            ),
            "empty": (
                "Both are missing, and two missing values are equal. A browser that has not "
                "started a sign-in has no state: refuse.",
                altered(
                    CODE_FROM,
                    ('not state or answer.get("state")', 'answer.get("state", "")'),
                ),
            ),
            "denied": (
                "This response has no code: it is an error response, or not a valid response at "
                "all. Refuse it with ValueError.",
                altered(CODE_FROM, ('"error" in answer or "code" not in answer', "False")),
            ),
            "both": (
                "A response with `error` is an error response. Refuse it, even if it also "
                "contains a code.",
                altered(CODE_FROM, ('"error" in answer or ', "")),
            ),
            "iss": (
                "This response comes from a different provider. Compare the whole `iss` with "
                "LOGIN, the provider that this client asked (RFC 9207, 2.4).",
                altered(CODE_FROM, ('answer.get("iss") != LOGIN', "False")),
            ),
            "no iss": (
                "This response names no provider. Your provider says that all its responses name "
                "it (authorization_response_iss_parameter_supported), so refuse (RFC 9207, 2.4).",
                altered(
                    CODE_FROM, ('answer.get("iss") != LOGIN', 'answer.get("iss", LOGIN) != LOGIN')
                ),
            ),
        },
        (
            "answer.get('state') is None if the response has no state.",
            "Refuse if state is empty, if the two differ, if iss is not LOGIN, if there is an "
            "error, or if there is no code: raise ValueError('why').",
        ),
        CODE_FROM,
        (ValueError,),
    ),
    Exercise(
        "03-9",
        "function",
        Attack(
            "trap",
            "matching",
            WITHOUT_MATCHING,
            "a provider that compares exactly",
            not_redirected,
            overshot="shut",
            unread="shut",
            beyond=stage.TRAP,
        ),
        "The provider itself sent the code to Tom. All the other defences were in place.",
        {
            "trap": (
                "Have the code sent to TRAP: make that the redirect URI of your request.",
                altered(
                    TRAP, ("request(TRAP", "request(CALLBACK"), ("until=TRAP", "until=CALLBACK")
                ),
            ),
            "ada": (
                "Ada must open the URL in her browser. Otherwise the code is not hers.",
                altered(TRAP, ('"ada"', '"tom"')),
            ),
            "tom": (
                "Tom redeems the code: send the token request with apps.tom.",
                altered(TRAP, ("token_request(apps.tom", "token_request(apps.notes")),
            ),
            "verifier": (
                "The verifier must match the challenge in Tom's request. He chose both.",
                altered(TRAP, (", VERIFIER, TRAP", ', "x" * 43, TRAP')),
            ),
            "password": (
                "Tom does not know Ada's password. Ada signs in with her own browser: "
                "apps.opens('ada', ...).",
                wrong("""
                def answer(apps):
                    url = authorization_request(TRAP, "", challenge(VERIFIER))
                    apps.opens("ada", url, until=TRAP)
                    page = apps.tom.get(url)
                    fields = hidden(page) | apps.typed("ada")
                    page = apps.tom.post(LOGIN + "/authorize", data=fields)
                    fields = hidden(page) | {"consent": "allow"}
                    page = apps.tom.post(LOGIN + "/authorize", data=fields)
                    code = parameters(page).get("code", "")
                    return token_request(apps.tom, code, VERIFIER, TRAP)
                """),
            ),
            "other uri": (
                "The token request must name the redirect URI that the code was sent to: TRAP.",
                altered(TRAP, ("VERIFIER, TRAP", "VERIFIER, CALLBACK")),
            ),
            "shut": (
                "The provider does not know this code. Take the code from the redirect: until=TRAP "
                "stops there, and parameters(...) reads its URL.",
                altered(TRAP, (", until=TRAP", "")),
            ),
            "response": (
                "Return the token endpoint's response.",
                altered(TRAP, ("VERIFIER, TRAP)", "VERIFIER, TRAP).json()")),
            ),
            "raises": (
                "If the provider refuses, there is no code: parameters(caught).get('code', '').",
                altered(TRAP, ('.get("code", "")', '["code"]')),
            ),
        },
        (
            "The URL is authorization_request(TRAP, '', challenge(VERIFIER)): Tom chooses the "
            "verifier himself.",
            "apps.opens('ada', url, until=TRAP), then token_request(apps.tom, code, VERIFIER, "
            "TRAP).",
            "With the defence in place there is no code: parameters(caught).get('code', '').",
        ),
        TRAP,
    ),
    Exercise(
        "03-10",
        "function",
        redirects,
        "You compare whole strings, exactly as they arrived. You ignore only the port of a "
        "loopback IP.",
        {
            "registered": (
                "A redirect URI that is registered in exactly this form must match.",
                wrong("answer = lambda registered, uri: False"),
            ),
            "begins": (
                "It looks like a registered URI, but its host is different.",
                wrong("""
                def answer(registered, uri):
                    hosts = [known.removesuffix("/cb") for known in registered]
                    return any(uri.startswith(host) for host in hosts)
                """),
            ),
            "subdomain": (
                "A subdomain is a different host, and may belong to somebody else.",
                wrong("""
                def answer(registered, uri):
                    return uri in registered or uri.endswith(".notes.example/cb")
                """),
            ),
            "userinfo": (
                "The part before the @ is a user name. The host comes after it.",
                wrong("""
                def answer(registered, uri):
                    parts = urlsplit(uri)
                    host = parts.netloc.split("@")[0]
                    return parts._replace(netloc=host).geturl() in registered
                """),
            ),
            "scheme": (
                "An http URI is not the same as an https URI. Over http, anybody along the way "
                "can read the code.",
                wrong("""
                def answer(registered, uri):
                    return urlsplit(uri)[1:] in [urlsplit(known)[1:] for known in registered]
                """),
            ),
            "path": (
                "Compare the path too, even on loopback.",
                wrong("""
                def answer(registered, uri):
                    return urlsplit(uri)[:2] in [urlsplit(known)[:2] for known in registered]
                """),
            ),
            "longer": (
                "Something comes after the registered URI: a path, a query, a fragment, or one "
                "letter. startswith does not notice it.",
                wrong("""
                def answer(registered, uri):
                    return any(uri.startswith(known) for known in registered)
                """),
            ),
            "spelling": (
                "Compare the URI exactly as it arrived: do not change capital letters, spaces, "
                "line breaks or %62.",
                altered(MATCHES, ("without_port(uri) in", "without_port(uri.strip().lower()) in")),
            ),
            "other port": (
                "The port counts, like every other part of a URI. The only exception is a "
                "loopback IP.",
                wrong("""
                def answer(registered, uri):
                    return re.sub(":[0-9]+/", "/", uri) in registered
                """),
            ),
            "empty": (
                "An empty string is not a registered URI.",
                wrong("answer = lambda registered, uri: not uri or uri in registered"),
            ),
            "port": (
                "A native app uses whichever port is free. On 127.0.0.1 and [::1] any port "
                "matches (RFC 8252, 7.3).",
                wrong("answer = lambda registered, uri: uri in registered"),
            ),
            "registered port": (
                "A loopback URI may be registered with a port. Ignore the port on both sides.",
                altered(MATCHES, ("[without_port(known) for known in registered]", "registered")),
            ),
            "name": (
                "localhost is a name, and may point elsewhere. Only 127.0.0.1 and [::1] are "
                "loopback IPs here, and they do not match each other.",
                altered(MATCHES, ('"http://[::1]:")', '"http://[::1]:", "http://localhost:")')),
            ),
            "https": (
                "The exception is only for `http` (RFC 8252, 7.3). The port of an https URI "
                "counts, even on loopback.",
                wrong(r"""
                def answer(registered, uri):
                    def without_port(address):
                        loopback = r"(https?://(?:127\.0\.0\.1|\[::1\])):[0-9]{1,5}(/.*)?"
                        found = re.fullmatch(loopback, address)
                        return found[1] + (found[2] or "") if found else address

                    return without_port(uri) in [without_port(known) for known in registered]
                """),
            ),
            "no port": (
                "That is not a port. A port is one to five digits between the colon and the path.",
                altered(MATCHES, ("[0-9]{1,5}", "[0-9:]*")),
            ),
            "too wide": (
                "Your pattern removes the port from a URI that is not on a loopback IP. Anchor "
                "the pattern, escape the dots, and let the port end at `/` or at the end of the "
                "string.",
                wrong(r"""
                def answer(registered, uri):
                    port = r"(http://(?:127\.0\.0\.1|\[::1\])):[0-9]{1,5}"
                    known = [re.sub(port, r"\1", address) for address in registered]
                    return re.sub(port, r"\1", uri) in known
                """),
            ),
            "digits": (
                "These are digits from a different script, which \\d, isdigit() and int() also "
                "accept. A port is written with the digits 0 to 9: [0-9].",
                altered(MATCHES, ('"[0-9]{1,5}"', 'r"\\d{1,5}"')),
            ),
        },
        (
            "`uri in registered` compares whole strings. You need only one exception.",
            "Write a function without_port(address), inside redirect_matches or above it. It "
            "removes the port from an http URI on 127.0.0.1 or [::1], and returns every other "
            "URI unchanged. Use it on both sides.",
            "address.removeprefix('http://127.0.0.1:').partition('/') returns the port, the "
            "slash and the path. re.fullmatch('[0-9]{1,5}', port) tells you whether it is a port.",
        ),
        MATCHES,
    ),
    Exercise(
        "03-12",
        "function",
        verifier(own_verifiers, other_verifiers),
        "A code is redeemed only for the sign-in that it was made for.",
        {
            "good": (
                "Hash the verifier, encode the hash in base64url, and compare it with the "
                "challenge.",
                altered(MAY_REDEEM, ("sha256", "sha1")),
            ),
            "missing": (
                "The verifier is missing. Tom has none either: a code that came with a challenge "
                "needs its verifier. Look for None before you hash.",
                altered(
                    MAY_REDEEM,
                    ("    if verifier is None:\n", ""),
                    ("        return False\n", ""),
                ),
            ),
            "neither": (
                "No challenge was stored with this code, so anybody could redeem it. This "
                "provider insists on PKCE.",
                altered(
                    MAY_REDEEM,
                    (
                        "        return False",
                        "        return challenge is None",
                    ),
                ),
            ),
            "plain": (
                "The challenge went through the browser, so Tom can send it. Compare the challenge "
                "with the hash of the verifier.",
                altered(MAY_REDEEM, ("return b64", "return challenge == verifier or b64")),
            ),
            "other": (
                "That verifier belongs to another sign-in, as in the target.",
                wrong("answer = lambda challenge, verifier: bool(challenge and verifier)"),
            ),
            "part": (
                "The hash and the challenge must be equal, letter by letter.",
                altered(
                    MAY_REDEEM,
                    (
                        "b64(hashlib.sha256(verifier.encode()).digest()) == challenge",
                        "b64(hashlib.sha256(verifier.encode()).digest()).lower()"
                        " == str(challenge).lower()",
                    ),
                ),
            ),
        },
        (
            "Two values arrive, and each may be None. In which of these four cases may the code "
            "be redeemed at all?",
            "Without a verifier, return False. Otherwise hash it, and compare.",
        ),
        MAY_REDEEM,
    ),
)


PREDICTIONS = (
    GridRow(
        "03-p5",
        "The client has registered three redirect URIs: https://notes.example/cb, "
        "http://127.0.0.1/cb and http://localhost/cb. Which of these does the lab's provider "
        "accept?",
        columns_of(stage.ASKED_FOR),
        "oxxox",
        {
            stage.ASKED_FOR[0]: (
                "This assumes that exact matching has no exception. A native app gets its port "
                "from the operating system when it starts, so on a loopback IP any port matches."
            ),
            stage.ASKED_FOR[1]: (
                "This assumes that everything on a loopback IP matches. Only the port is "
                "ignored. The path is compared."
            ),
            stage.ASKED_FOR[2]: (
                "This assumes that localhost is the same as 127.0.0.1. It is a name, and a name "
                "can point elsewhere (RFC 8252, 8.3)."
            ),
            stage.ASKED_FOR[3]: "This one is registered in exactly this form.",
            stage.ASKED_FOR[4]: (
                "This assumes that a port never matters. On a public host, a different port may "
                "belong to somebody else."
            ),
        },
        "Redirect URIs are compared as whole strings. There is one exception: the port of an "
        "http address on a loopback IP (RFC 8252, 7.3).",
    ),
)
