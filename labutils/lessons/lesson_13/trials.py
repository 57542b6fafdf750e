"""What the exercises of lesson 13 are tried with."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from functools import cache
from html import escape
from typing import Any
from urllib.parse import parse_qsl

import httpx

from labutils.classroom.course import lesson
from labutils.classroom.derived import answer_of
from labutils.classroom.judging import Tried, nearly, written
from labutils.classroom.trying import (
    Call,
    Observed,
    Raised,
    Trial,
    calls,
    left_in,
    let_in,
    seen,
    visits,
)
from labutils.identity.person import Form
from labutils.lab import dice
from labutils.stage.two_apps import LOGIN

from . import ways_round_a_key
from .own_relay import Asked
from .settings_around_a_key import CLOSED, SETTINGS

# --- what a relay hands on (13-1) -----------------------------------------------------------------


def try_rewrite(answer: Tried) -> Trial:
    """Headers of requests and of responses, with fixed and with drawn hosts."""
    yield from calls(answer, headers())


def headers() -> Iterator[Call]:
    """Headers, the simple ones first."""
    fake, real = "login-example.test", "login.example"
    yield Call(([], fake, real), "no headers", "kind", "edge")
    accept = ("accept", "text/html")
    yield Call(([accept], fake, real), "one header, without a host in it", "kind")
    drawn = next(dice("lesson-13", "hosts"))[:6]
    for old, new in ((fake, real), (real, fake), (f"{drawn}.test", f"{drawn}.example")):
        hosts = [("host", old), ("origin", f"https://{old}"), accept]
        yield Call((hosts, old, new), about="host")
        twice = f"https://{old}/authorize?next=https://{old}/keys"
        yield Call(([("location", twice)], old, new), about="host")
        yield Call(([("link", f"<https://{old}:8443>; at={old}")], old, new), about="host")
        for name in ("cookie", "set-cookie"):
            yield Call(([(name, "a=b"), accept], old, new), about=name)
            for other in (name.title(), name.upper(), name.swapcase()[:-1] + "e"):
                yield Call(([accept, (other, "a=b")], old, new), about="letters")
    policy = [("x-cookie-policy", "ask"), ("accept", "cookie"), ("cookie2", "a"), ("x-cookie", "b")]
    yield Call((policy, fake, real), about="whole")
    allowed = ("content-security-policy", f"form-action https://{fake}")
    yield Call(([allowed], fake, real), about="host")
    shown = ("referer", f"https://{fake}/keys")  # holds the real name, but for the dot
    yield Call(([("origin", f"https://{real}"), shown], real, fake), about="dot")
    cookies = [("set-cookie", "a=b"), ("Set-Cookie", "c=d"), ("cookie", "e=f")]
    yield Call(([*cookies[:2], accept], fake, real), about="neighbours")
    yield Call(([accept, *cookies], fake, real), "only cookies at the end", "neighbours", "edge")
    mixed = [("accept-language", " EN, De;q=0.5 "), ("x-name", "Ada"), ("X-Empty", "")]
    yield Call((mixed, fake, real), about="as it is")
    links = [("link", "a"), ("link", "b")]
    yield Call((links, fake, real), about="repeated")
    many = [(f"x-{number}", f"https://{fake}/{number}") for number in range(300)]
    yield Call(([*many, *cookies * 50, accept], fake, real), "some hundred", "host", "large")


# --- what a server must check (13-2) --------------------------------------------------------------

ORIGIN, SITE = "https://login.example", hashlib.sha256(b"login.example").digest()
RELAY = "https://login-example.test"
COUNTER = 0x06000006  # the same from both ends, and with bits that are no flags
MOST = 0xFFFFFFFF
ORIGINS = (
    (RELAY, "look-alike"),
    ("https://login.example.test", "longer"),
    ("https://old.login.example", "subdomain"),
    ("http://login.example", "plain"),
    ("https://login.example:8443", "port"),
    ("https://evil.test/https://login.example", "longer"),
    *((text, "letters") for text in nearly(ORIGIN)),
    ("https://login.example/", "letters"),
    ("https://login.example:443", "letters"),
)


def response(
    words: str,
    about: str,
    *,
    last: int = 1,
    site: bytes = SITE,
    flags: int = 5,
    counter: int = 9,
    usual: str = "",
    **more: Any,
) -> Call:
    """A response of a key at a server that gave a drawn challenge. `more` is what the browser saw
    otherwise."""
    challenge = next(dice("lesson-13", words))
    browser = {"type": "webauthn.get", "challenge": challenge, "origin": ORIGIN}
    data = site + bytes([flags]) + counter.to_bytes(4)
    arguments = {**browser, "crossOrigin": False, **more}, data, challenge, last
    return Call(arguments, words, about, usual)


def good_responses() -> Iterator[Call]:
    """Responses that a server takes. The first differ in one thing each that nobody may ask for."""
    before = COUNTER - 1
    yield response("verified, and the next counter", "good", last=before, counter=COUNTER)
    words = "touched, and not verified"
    yield response(words, "verified", last=before, flags=1, counter=COUNTER)
    yield response("a counter that jumped", "jump", counter=COUNTER)
    for flags in (1, 5, 0x1D, 0x81):
        words = f"flags {flags:#04x}, counter {COUNTER:#010x}"
        yield response(words, "bits", flags=flags, counter=COUNTER)
    yield response("counter 66051, after 66050", "order", last=66050, counter=66051)
    words = "the first sign-in: counter 1, after 0"
    yield response(words, "zero", last=0, counter=1, usual="edge")
    words = "a passkey that does not count: 0 after 0"
    yield response(words, "zero", last=0, counter=0, usual="edge")
    words = f"the last counter, {MOST}"
    yield response(words, "order", last=MOST - 1, counter=MOST, usual="edge")


def bad_responses() -> Iterator[Call]:
    """Responses that a server must refuse, the coarse mistakes first."""
    words = "the challenge of an older sign-in"
    yield response(words, "challenge", challenge="of yesterday")
    challenge = next(dice("lesson-13", "nearly"))
    good = response("nearly", "challenge").arguments
    for text in nearly(challenge):
        words = f"the challenge {text!r} in place of {challenge!r}"
        yield Call(({**good[0], "challenge": text}, *good[1:]), words, "challenge")
    words = "a sign-in for which the server gave no challenge: ''"
    yield Call((*good[:2], "", 1), words, "challenge", "edge")
    for origin, about in ORIGINS:
        yield response(f"the origin {origin!r}", about, origin=origin)
    words = "the origin of the relay, with ours in another field"
    yield response(words, "look-alike", origin=RELAY, topOrigin=ORIGIN)
    for host in ("login-example.test", "old.login.example", "https://login.example"):
        site = hashlib.sha256(host.encode()).digest()
        yield response(f"a signature for the site {host!r}", "site", site=site)
    for place in (0, 15, 31):
        other = bytearray(SITE)
        other[place] ^= 1
        words = f"byte {place} of the site's hash is different"
        yield response(words, "site", site=bytes(other))
    for flags in (0, 4, 0x1C, 0xFE):
        yield response(f"flags {flags:#04x}: not touched", "touched", flags=flags)
    words = "not touched, and counter 0x01010101"
    yield response(words, "place", flags=4, counter=0x01010101)
    for counter, last in ((9, 9), (8, 9), (1, 300), (0, 1), (256, 257), (1, MOST), (0, MOST)):
        words = f"counter {counter}, after {last}"
        yield response(words, "counter", last=last, counter=counter)
    for words, more in (
        ("the challenge of an older sign-in", {"challenge": "of yesterday"}),
        ("the origin of the relay", {"origin": RELAY}),
        ("a signature for another site", {"site": bytes(32)}),
        ("not touched", {"flags": 4}),
    ):
        case = f"{words}, and counter 0 after 0"
        yield response(case, "excused", last=0, counter=0, **more)


def try_check_answer(answer: Tried) -> Trial:
    """Responses of a key, and once more what was good, where the server asks for something else."""
    good, bad = [*good_responses()], [*bad_responses()]
    for call in good + bad:
        yield checked(answer, call, call.usual)
    for call in good:
        browser, data, _, last = call.arguments
        case = f"{call}, when the server asks for another challenge"
        yield checked(answer, Call((browser, data, "of today", last), case, "challenge"), "again")
    browser, data, challenge, _ = good[0].arguments
    case = "a response that was good, when its counter is the last one"
    yield checked(answer, Call((browser, data, challenge, COUNTER), case, "counter"), "again")
    for call in bad[::-1] + good[::-1]:
        yield checked(answer, call, "again")


def checked(answer: Tried, call: Call, usual: str) -> Observed:
    """Whether a server's check lets a response in, and which number it gives."""
    result = let_in(answer, *call.arguments, refusal=(ValueError,))
    about = call.about
    if isinstance(result, Raised):
        about = "bytes" if "encoded before hashing" in str(answer.error) else about
    elif isinstance(result, dict) and result["opens"]:
        number = result["returned"]
        is_number = type(number) is int
        if about in ("good", "verified", "jump"):
            about = "place" if is_number else "kind"
        if is_number:  # in words: to whoever compares them, 0 is as good as False
            result = {"opens": True, "returned": f"the counter {number}"}
    return Observed(str(call), result, about, usual)


# --- a page without the key (13-3) ----------------------------------------------------------------

KEY_PAGE = """<main data-options="{options}" class="page"><h1>Second factor</h1>
<form method="post" action="/authorize"><input type="hidden" name="ticket" value="{ticket}">
<input type="hidden" name="state" value="data-options"><input type="hidden" name="answer" value="">
<button>Use your security key</button></form>
<form method="post" action="/authorize"><input type="hidden" name="ticket" value="{ticket}">
<input name="answer"><button>Sign in</button></form></main>"""
LOGIN_PAGE = """<main><form method="post" action="/authorize"><label>User name <input
name="username"></label> <label>Password <input name="password" type="password"></label></form>
<p>Our pages have no data-options here, "quoted" or not.</p></main>"""


def key_pages() -> Iterator[tuple[str, str]]:
    """Pages that ask for a key, and which of the usual things each is."""
    drawn = dice("lesson-13", "pages")
    for many, usual in ((0, ""), (1, ""), (0, "edge"), (300, "large"), (2, "again")):
        options: dict[str, Any] = {"challenge": next(drawn), "rpId": f"{next(drawn)[:5]}.example"}
        if many:
            options["allowCredentials"] = [{"id": next(drawn)} for _ in range(many)]
        page = KEY_PAGE.format(options=escape(json.dumps(options)), ticket=next(drawn))
        if usual == "edge":  # the attribute is the last of its element
            start, _, end = page.partition(' class="page"')
            page = start.replace("<main", '<main class="page"') + end
        yield page, usual


def try_without_key(answer: Tried) -> Trial:
    """Pages that ask for a key, and pages that do not."""
    case = "the page of the second factor"
    parts = {
        "Raised": "kind",
        "NoneType": "kind",
        "a text": "kind",
        "data-options, if any, is JSON": "half",
        "data-options": "key",
        "the ticket": "form",
        "the form goes to": "form",
        "the attribute beside it": "greedy",
        "the rest": "form",
    }
    for page, usual in key_pages():
        yield Observed(case, of_page(seen(answer, page)), parts, usual)
    for page, case, usual in (
        (LOGIN_PAGE, "a page that asks for no key (the login page)", ""),
        ("", "an empty page", "edge"),
        ('<main data-option="a" class="b">', "a page with another attribute", ""),
        (LOGIN_PAGE, "the login page, once more", "again"),
    ):
        yield Observed(case, seen(answer, page), "login page", usual)


def of_page(result: Any) -> Any:
    """What Ada's browser reads on a page, and its text, whatever the blanks in it."""
    if result is None or isinstance(result, Raised):
        return result
    if not isinstance(result, str):
        return {"a text": written(result)}
    try:
        form = Form(result)
    except ValueError:
        return {"a text": True, "data-options, if any, is JSON": False}
    return {
        "a text": True,
        "data-options, if any, is JSON": True,
        "data-options": "there" if form.options else "not there",
        "the ticket": form.hidden.get("ticket"),
        "the form goes to": form.action,
        "the attribute beside it": "there" if 'class="page"' in result else "not there",
        "the rest": " ".join(result.replace(" >", ">").split()),
    }


# --- the origin that is ours (13-8) ---------------------------------------------------------------


def try_is_ours(answer: Tried) -> Trial:
    """Our own origin, and what looks like it."""
    rows = (
        ("https://login.example", "ours"),
        ("https://login-example.test", "alike"),
        ("https://status.login.example", "below"),
        ("https://login.example.test", "begins"),
        ("https://mylogin.example", "ends"),
        ("http://login.example", "scheme"),
        ("https://login.example:8443", "port"),
        ("https://login.example:443", "port"),
        ("https://login.example/", "spelling"),
        ("HTTPS://LOGIN.EXAMPLE", "spelling"),
        (" https://login.example", "spelling"),
        ("https://ada@login.example", "spelling"),
        ("https://login.example\n", "spelling"),
        ("https://login.example.", "spelling"),
        ("https://login.example?", "spelling"),
        ("https://loginXexample", "alike"),
        ("https://l\N{CYRILLIC SMALL LETTER O}gin.example", "alike"),
        ("https://evil.test/https://login.example", "ends"),
        ("login.example", "scheme"),
        ("wss://login.example", "scheme"),
        ("https://example", "below"),
        ("https://login.exampl", "alike"),
        ("null", "alike"),
        ("", "alike"),
    )
    yield from visits(
        answer,
        [Call((text,), repr(text), about, "" if text else "edge") for text, about in rows],
        refusal=(),
    )


# --- a code for a device that is none (13-7) ------------------------------------------------------

STOPPED = 20  # requests of Tom's, before he is stopped


class StillAsking(Exception):
    """The answer asked on and on."""


def try_device_phish(answer: Tried) -> Trial:
    """Ada has a key, and opens the link that she is sent, twice; then she opens none."""
    account = ways_round_a_key.employ("security key")
    tom = account.apps.tom
    for case, opens_it, usual in (
        ("Ada, with her key", True, ""),
        ("Ada, with her key, once more", True, "again"),
        ("Ada, who does not open the link", False, "refused"),
    ):
        yield one_phish(answer, account, case, opens_it=opens_it, usual=usual)
    yield left_in(tom, "kept")


def one_phish(answer: Tried, account: Any, case: str, *, opens_it: bool, usual: str) -> Observed:
    """What comes of one phish: how often Tom asks, whom he writes to, and whose data he reads."""
    tom, wire = account.apps.tom, account.apps.lab.wire
    before, links = len(wire), list[str]()
    asked_before: list[str] = []  # at the token endpoint, before the link was sent

    def send(link: str) -> None:
        links.append(str(link))
        asked_before.extend(paths_of(wire[before:]))
        if opens_it and str(link).startswith("https://login.example/"):
            ways_round_a_key.visit(account, str(link))

    def stop(_request: httpx.Request) -> None:
        if len(paths_of(wire[before:])) > STOPPED:
            raise StillAsking(f"{STOPPED} requests, and no end")

    tom.event_hooks["request"].append(stop)
    result = seen(answer, tom, send)
    tom.event_hooks["request"].remove(stop)
    if result is None or isinstance(result, Raised):
        about = "again" if isinstance(answer.error, StillAsking) else "raises"
        return Observed(case, result, {"Raised": about, "NoneType": "response"}, usual)
    if not isinstance(result, httpx.Response):
        return Observed(case, {"returned": written(result)}, {"returned": "response"}, usual)
    asked = paths_of(wire[before:])
    token = result.json().get("access_token") if result.is_success else None
    parts = {
        "links": "send",
        "requests for a token before the link": "soon",
        "the response is of": "token",
        "opens": "link" if "authorization_pending" in result.text else "token",
        "requests for a token": "again",
    }
    said = "" if result.is_success else f"{result.status_code}: {written(result.text)}"
    shown = {
        "returned": "a response",
        "links": len(links),
        "requests for a token before the link": asked_before.count("/token"),
        "the response is of": result.url.path,
        "opens": ways_round_a_key.reads_as_ada(tom, token),
        "said": said,
        "the answer": said,
        "requests for a token": asked.count("/token"),
    }
    return Observed(case, shown, parts, usual)


def paths_of(wire: Any) -> list[str]:
    """The paths that Tom asked for."""
    return [one.path for one in wire if one.client == "tom"]


# --- polling for a device (13-4) ------------------------------------------------------------------

PENDING, SLOW_DOWN = "authorization_pending", "slow_down"
ENDLESS = "requests without an end"
# The interval, the errors, how it ends, and which of the usual things that is.
SCRIPTS: tuple[tuple[int, tuple[str, ...], str, str], ...] = (
    (5, (), "tokens", "edge"),
    (5, (PENDING, PENDING), "tokens", ""),
    (3, (PENDING,), "access_denied", "refused"),
    (5, (PENDING, PENDING, PENDING), "expired_token", "refused"),
    (5, (SLOW_DOWN, PENDING), "tokens", ""),
    (4, (PENDING, SLOW_DOWN, PENDING, SLOW_DOWN, PENDING, PENDING), "tokens", ""),
    (5, (), "invalid_grant", "refused"),
    (5, (PENDING,), "authorization_pending_ended", "refused"),
    (5, (PENDING,), "slow_down_ended", "refused"),
    (1, (PENDING,) * 120, "tokens", "large"),
    (30, (SLOW_DOWN,) * 3, "access_denied", "again"),
    (5, (), "tokens", "again"),
)


class TokenEndpoint:
    """A token endpoint that gives the errors of a script, and notes when it was asked."""

    def __init__(self, interval: int, errors: tuple[str, ...], end: str, seed: str):
        drawn = dice("lesson-13", f"{interval} {errors} {end}{seed}")
        code = next(drawn)
        self.started = {"device_code": code, "interval": interval, "expires_in": 600}
        self.tokens = {"access_token": next(drawn), "token_type": "Bearer"}
        self.errors, self.end = [*errors, end], end
        self.now, self.asked = 0, list[int]()
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.browser = httpx.Client(transport=httpx.MockTransport(self.answer))

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.now += int(seconds)

    def answer(self, request: httpx.Request) -> httpx.Response:
        """The next response of the script; the last one again and again."""
        if len(self.asked) > len(self.errors) + 5:
            raise StillAsking
        error = self.errors[min(len(self.asked), len(self.errors) - 1)]
        self.asked.append(self.now)
        form = dict(httpx.QueryParams(request.content.decode()))
        if (one := (f"{request.method} {request.url}", form)) not in self.requests:
            self.requests.append(one)
        if error == "tokens":
            return httpx.Response(200, json=self.tokens)
        return httpx.Response(400, json={"error": error})


def try_poll(answer: Tried) -> Trial:
    """Token endpoints that answer by a script."""
    for interval, errors, end, usual in SCRIPTS:
        endpoint = TokenEndpoint(interval, errors, end, usual)
        last = f"{len(errors)} errors" if usual == "large" else ", ".join([*errors, end])
        case = f"interval {interval}, and the responses {last}"
        result = seen(answer, endpoint.browser, dict(endpoint.started), endpoint.wait)
        if isinstance(answer.error, StillAsking):
            yield Observed(case, ENDLESS, "end", usual)
        elif isinstance(result, Raised):
            is_text = end in str(answer.error)
            yield Observed(case, result, "raises the text" if is_text else "raises", usual)
        else:
            asked = len(endpoint.asked)
            often = "end" if asked > len(endpoint.errors) else "pending"
            if asked and endpoint.errors[:asked][-1] == SLOW_DOWN:
                often = "slow"
            parts = {
                "requests": "request",
                "how often it asked": often,
                "returned": "result",
                "asked after seconds": "slow" if SLOW_DOWN in errors else "wait",
            }
            shown = {
                "requests": endpoint.requests,
                "how often it asked": asked,
                "returned": result,
                "asked after seconds": endpoint.asked,
            }
            yield Observed(case, shown, parts, usual)
        yield left_in(endpoint.browser, "kept")


# --- what a company must close (13-5) -------------------------------------------------------------

# Setting -> the attack that it must stop, and what must go on working.
PLAYED = {
    "codes": ("downgrade", "Ada signs in"),
    "devices": ("device code", "the meeting room's screen"),
    "consent": ("consent", "the approved calendar"),
    "recovery": ("help desk", "a lost key"),
}


@cache
def kit() -> ways_round_a_key.Kit:
    """What Tom works with: the model solutions of two exercises."""
    course = lesson("13")
    assert course
    items = (course.items[identifier] for identifier in ("13-3", "13-4"))
    functions = (answer_of(f"{one.imports}\n{one.solution}") for one in items)
    return ways_round_a_key.Kit(*functions)


@cache
def gets_in(setting: str, chosen: str) -> bool:
    """Whether the attack gets in, with this value of a setting."""
    company = {**CLOSED, setting: chosen}
    return ways_round_a_key.gets_in(PLAYED[setting][0], "security key", kit(), company)


@cache
def goes_on(setting: str, chosen: str) -> bool:
    """Whether the work goes on, with this value of a setting."""
    company = {**CLOSED, setting: chosen}
    return ways_round_a_key.goes_on(PLAYED[setting][1], company, kit().poll)


def try_company(company: Any) -> Trial:
    """Each setting is tried, by the attack and by the work that hang on it."""
    is_form = isinstance(company, dict) and company.keys() == SETTINGS.keys()
    is_form = is_form and all(company[name] in values for name, values in SETTINGS.items())
    yield Observed("each setting has one of its values", is_form, "form")
    if is_form:
        for name in PLAYED:
            case = f"the attack {PLAYED[name][0]!r}"
            yield Observed(case, gets_in(name, company[name]), f"{name} open")
        for name in PLAYED:
            about = "" if name == "codes" else f"{name} shut"
            yield Observed(PLAYED[name][1], goes_on(name, company[name]), about)


# --- a page in between (13-10) --------------------------------------------------------------------


class ScriptedProvider:
    """A provider that gives what it was told to give, and notes what it was asked."""

    def __init__(self) -> None:
        self.asked: list[httpx.Request] = []
        self.gives = httpx.Response(200)
        self.browser = httpx.Client(transport=httpx.MockTransport(self.answer))

    def answer(self, request: httpx.Request) -> httpx.Response:
        """The answer that is set."""
        if len(self.asked) > STOPPED:
            raise StillAsking(f"{STOPPED} requests, and no end")
        self.asked.append(request)
        return self.gives


def relayed() -> Iterator[tuple[str, Asked, httpx.Response, str]]:
    """What Ada's browser asks, what the provider answers, and which of the usual things it is."""
    drawn = dice("lesson-13", "relayed")
    ticket = next(drawn)
    form = f'<form action="{LOGIN}/authorize"><a href="{LOGIN}/help">Help</a></form>'
    query = f"/authorize?client_id=wiki&state={next(drawn)}&back=%2Fa%20b"
    first = Asked("GET", query, {})
    password = {"username": "ada", "password": next(drawn), "ticket": ticket}
    on = {"location": f"{LOGIN}/authorize?ticket={ticket}&back={LOGIN}/"}
    code = Asked("POST", "/authorize?step=2", {"ticket": ticket, "answer": "764588"})
    session = {"set-cookie": f"session={next(drawn)}; Path=/"}
    wiki = {"location": f"https://wiki.example/cb?code={next(drawn)}"}
    empty = {"ticket": ticket, "answer": ""}
    many = {f"field-{number}": next(drawn) for number in range(300)}
    put = Asked("PUT", f"/keys?one={next(drawn)}", {"key": next(drawn)})
    yield "her first request", first, gives(200, form), ""
    yield "her password", Asked("POST", "/authorize", password), gives(303, headers=on), ""
    yield "her code", code, gives(303, headers=wiki | session), ""
    yield "a code that is wrong", code, gives(403, form), "refused"
    yield "an empty page", Asked("GET", "/", {}), gives(200), "edge"
    yield "a form with an empty field", Asked("POST", "/authorize", empty), gives(200, form), "edge"
    yield "a form of 300 fields", Asked("POST", "/authorize", many), gives(200, form * 300), "large"
    yield "her first request, once more", first, gives(200, f"{LOGIN}/new"), "again"
    yield "a PUT request", put, gives(201, form), "again"


def gives(status: int, page: str = "", headers: Mapping[str, str] | None = None) -> httpx.Response:
    """An answer of the provider."""
    kind = {"content-type": "text/html"}
    return httpx.Response(status, text=page, headers=kind | dict(headers or {}))


def try_relay(answer: Tried) -> Trial:
    """What Ada's browser asks at Tom's host, and a provider that answers by a script."""
    provider = ScriptedProvider()
    for case, request, response, usual in relayed():
        kept = {"username": "ada", "consent": "allow"}  # of earlier forms
        provider.asked.clear()
        provider.gives = response
        result = seen(answer, provider.browser, request, kept)
        yield Observed(case, of_relay(result, provider, kept), RELAY_PARTS, usual)
        yield left_in(provider.browser, "left in")


RELAY_PARTS = {
    "Raised": "raises",
    "NoneType": "kind",
    "returned": "kind",
    "requests": "once",
    "method": "method",
    "address": "query",
    "form": "form",
    "kept": "kept",
    "the session cookie is in your browser": "cookie",
    "status": "status",
    "location": "location",
    "page": "page",
}


def of_relay(result: Any, provider: ScriptedProvider, kept: dict[str, str]) -> Any:
    """What a relay asked and kept, and what it passed back."""
    if result is None or isinstance(result, Raised):
        return result
    if not isinstance(result, tuple | list) or len(result) != 3:
        return {"returned": written(result)}
    status, location, page = result
    asked = provider.asked[0] if provider.asked else None
    is_form = "application/x-www-form-urlencoded"
    body = asked.content.decode() if asked else ""
    is_sent = asked and asked.headers.get("content-type", is_form).startswith(is_form)
    return {
        "returned": "three things",
        "requests": len(provider.asked),
        "method": asked and asked.method,
        "address": asked and str(asked.url),
        "form": dict(parse_qsl(body, keep_blank_values=True)) if is_sent else written(body),
        "kept": dict(kept),
        "the session cookie is in your browser": "session" in provider.browser.cookies,
        "status": status,
        "location": location,
        "page": page,
    }


# --- who was asked, and never answered (13-11) ----------------------------------------------------

ASK, START = "factor.ask", "session.start"


def log_line(event: str, user: str, ip: str, outcome: str = "success") -> dict[str, str]:
    """A line of a provider's log."""
    return {"event": event, "outcome": outcome, "user": user, "ip": ip}


def try_unanswered(answer: Tried) -> Trial:
    """Days of a provider, from nobody to three hundred people."""
    yield from calls(answer, [*days()])


def days() -> Iterator[Call]:
    """A day's log each, the simple ones first."""
    office, home, tom = "192.0.2.10", "198.51.100.23", "203.0.113.66"
    ask, start = (log_line(event, "ada", office) for event in (ASK, START))
    yield Call(([ask],), "one question, and nothing after it", "kind")
    yield Call(([ask, start],), "a question, and a session", "answered")
    yield Call(([],), "an empty log", "kind", "edge")
    other = {"event": "token.refresh_token", "outcome": "success", "client": "wiki"}
    yield Call(([other, ask],), "a log with a line that has no user", "raises", "edge")
    yield Call(([start],), "a session without a question", "asked", "edge")
    wrong = log_line(START, "ada", office, "failure")
    yield Call(([ask, wrong],), "a question, and a wrong answer", "failure")
    yield Call(([ask, wrong, ask, start],), "a wrong answer, and then a right one", "answered")
    theirs = log_line(ASK, "ada", tom)
    yield Call(
        ([ask, start, theirs],), "a session at the office, and a question elsewhere", "address"
    )
    grace = log_line(ASK, "grace", office)
    yield Call(([ask, start, grace],), "two people at one address", "person")
    at_home = log_line(START, "ada", home)
    yield Call(([ask, at_home],), "a question at the office, and a session at home", "address")
    yield Call(
        ([ask, log_line("authorize.code", "ada", office)],),
        "a question, and a line of another event",
        "event",
    )
    for event in ("factor.asked", "FACTOR.ASK", "factor.add", "", "factor", " factor.ask"):
        yield Call(([log_line(event, "ada", office)],), f"the event {event!r}", "asked")
    for event in (
        "session.started",
        "session.end",
        "SESSION.START",
        "",
        "session",
        "session.start ",
    ):
        yield Call(([ask, log_line(event, "ada", office)],), f"the event {event!r}", "event")
    for outcome in ("", "unsuccessful", "SUCCESS", "successful", "success "):
        yield Call(
            ([ask, log_line(START, "ada", office, outcome)],), f"the outcome {outcome!r}", "failure"
        )
    yield Call(([ask, theirs, ask, theirs],), "two questions, twice each", "kind")
    yield Call(([start, ask],), "a session, and then a question", "answered")
    yield Call(([*many_days()],), "three hundred people", "answered", "large")


def many_days() -> Iterator[dict[str, str]]:
    """Three hundred people, of whom every seventh does not answer."""
    for number in range(300):
        user, ip = f"person-{number}", f"192.0.2.{number % 250}"
        yield log_line(ASK, user, ip)
        if number % 7:
            yield log_line(START, user, ip)
