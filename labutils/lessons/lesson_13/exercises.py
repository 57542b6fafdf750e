"""13 · Phishing-resistant sign-in."""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache, partial
from html import escape
from typing import Any

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
    value,
    verifier,
    written,
)
from labutils.classroom.registry import (
    Exercise,
    code,
)
from labutils.identity.person import Form
from labutils.lab import dice
from labutils.text import counted

from .settings_around_a_key import CLOSED, SETTINGS

TOOLS = code("""
    import hashlib
    import re

    from labutils.classroom.guard import opened
""")
REWRITE = code("""
    def rewrite(headers, old, new):
        handed_on = []
        for name, value in headers:
            if name.lower() not in ("cookie", "set-cookie"):
                handed_on.append((name, value.replace(old, new)))
        return handed_on
""")
CHECK_ANSWER = code("""
    def check_answer(seen, data, challenge, last):
        if seen["challenge"] != challenge:
            raise ValueError("another challenge")
        if seen["origin"] != "https://login.example":
            raise ValueError("another origin")
        if data[:32] != hashlib.sha256(b"login.example").digest():
            raise ValueError("another site")
        if not data[32] & 1:
            raise ValueError("not touched")
        counter = int.from_bytes(data[33:37])
        if counter <= last and (counter, last) != (0, 0):
            raise ValueError("the counter did not go up")
        return counter
""")
WITHOUT_KEY = code("""
    def without_key(page):
        return re.sub(' data-options="[^"]*"', "", page)
""")
IS_OURS = code("""
    def is_ours(origin):
        return origin == "https://login.example"
""")
DEVICE_PHISH = code("""
    def device_phish(tom, send):
        form = {"client_id": "screen"}
        started = opened(tom.post("https://login.example/device_authorization", data=form)).json()
        send(started["verification_uri_complete"])
        form = {"grant_type": "urn:ietf:params:oauth:grant-type:device_code"}
        form |= {"client_id": "screen", "device_code": started["device_code"]}
        return tom.post("https://login.example/token", data=form)
""")
POLL = code("""
    def poll(browser, started, wait):
        form = {"grant_type": "urn:ietf:params:oauth:grant-type:device_code"}
        form["client_id"] = "screen"
        form["device_code"] = started["device_code"]
        interval = started["interval"]
        while True:
            wait(interval)
            answer = browser.post("https://login.example/token", data=form)
            if answer.is_success:
                return answer.json()
            error = answer.json()["error"]
            if error == "slow_down":
                interval += 5
            elif error != "authorization_pending":
                return error
""")
COMPANY = code("""
    company = {"codes": "refused", "devices": "from the office",
               "consent": "approved clients", "recovery": "second key"}
""")
WHY = code("""
    why = {
        "page in between": "key",
        "copied cookie": "binding",
        "script in the page": "none",
    }
""")

wrong = partial(registry.wrong, TOOLS)
altered = partial(registry.altered, TOOLS)  # wrong answers, from right ones


def chosen(solution: str, old: str, new: str) -> str:
    """A table with one value changed, as the wrong answer of somebody who chooses so."""
    assert old in solution, old
    return "answer" + solution[solution.index(" = ") :].replace(old, new)


# --- 13-1: what a relay hands on ----------------------------------------------------------------


def as_pairs(result: Any, want: Any) -> bool:
    """Whether these are the same headers in the same order, whatever holds them."""
    return isinstance(result, list | tuple) and [tuple(pair) for pair in result] == want


def header_cases() -> Iterator[Case]:
    """Headers of requests and of answers, with fixed and with drawn hosts."""
    fake, real = "login-example.test", "login.example"
    yield Case(([], fake, real), [], "kind", "no headers")
    accept = ("accept", "text/html")
    yield Case(([accept], fake, real), [accept], "kind", "one header, without a host in it")
    drawn = next(dice("lesson-13", "hosts"))[:6]
    for old, new in ((fake, real), (real, fake), (f"{drawn}.test", f"{drawn}.example")):
        before = [("host", old), ("origin", f"https://{old}"), accept]
        after = [("host", new), ("origin", f"https://{new}"), accept]
        yield Case((before, old, new), after, "host")
        twice = f"https://{old}/authorize?next=https://{old}/keys"
        before = [("location", twice)]
        yield Case((before, old, new), [("location", twice.replace(old, new))], "host")
        for name, mistake in (("cookie", "cookie"), ("set-cookie", "set-cookie")):
            yield Case(([(name, "a=b"), accept], old, new), [accept], mistake)
            yield Case(([accept, (name.title(), "a=b")], old, new), [accept], "letters")
    policy = [("x-cookie-policy", "ask"), ("accept", "cookie"), ("cookie2", "a"), ("x-cookie", "b")]
    yield Case((policy, fake, real), policy, "whole")
    allowed = ("content-security-policy", f"form-action https://{fake}")
    yield Case(([allowed], fake, real), [(allowed[0], f"form-action https://{real}")], "host")
    shown = ("referer", f"https://{fake}/keys")  # holds the real name, but for the dot
    before, after = [("origin", f"https://{real}"), shown], [("origin", f"https://{fake}"), shown]
    yield Case((before, real, fake), after, "dot")
    two = [("set-cookie", "a=b"), ("Set-Cookie", "c=d"), accept]
    yield Case((two, fake, real), [accept], "neighbours")
    mixed = [("accept-language", " EN, De;q=0.5 "), ("x-name", "Ada")]
    yield Case((mixed, fake, real), mixed, "as it is")
    links = [("link", "a"), ("link", "b")]
    yield Case((links, fake, real), links, "repeated")


# --- 13-2: what a server must check -------------------------------------------------------------

ORIGIN, SITE = "https://login.example", hashlib.sha256(b"login.example").digest()
COUNTER = 0x06000006  # the same from both ends, and with bits that are no flags
ORIGINS = (
    ("https://login-example.test", "look-alike"),
    ("https://login.example.test", "longer"),
    ("https://old.login.example", "subdomain"),
    ("http://login.example", "plain"),
    ("https://login.example:8443", "port"),
    ("https://evil.test/https://login.example", "longer"),
    *((text, "letters") for text in nearly(ORIGIN)),
    ("https://login.example/", "letters"),
    ("https://login.example:443", "letters"),
)


def signed(
    challenge: str, origin: str = ORIGIN, site: bytes = SITE, flags: int = 5, counter: int = 9
) -> tuple[dict[str, Any], bytes]:
    """What the browser saw, and what the key wrote."""
    seen = {"type": "webauthn.get", "challenge": challenge, "origin": origin, "crossOrigin": False}
    return seen, site + bytes([flags]) + counter.to_bytes(4)


def asked(words: str, mistake: str, last: int = 1, want: int | None = None, **made: Any) -> Case:
    """One answer of a key at a server that gave a drawn challenge."""
    challenge = next(dice("lesson-13", words))
    seen, data = signed(made.pop("challenge", challenge), **made)
    return Case((seen, data, challenge, last), want, mistake, words)


def good_answers() -> Iterator[Case]:
    """Answers that a server takes."""
    counter = COUNTER
    for flags, mistake in ((1, "good"), (5, "bits"), (0x1D, "bits"), (0x81, "bits")):
        words = f"flags {flags:#04x}, counter {counter:#010x}"
        yield asked(words, mistake, want=counter, flags=flags, counter=counter)
    yield asked("counter 66051, after 66050", "order", last=66050, want=66051, counter=66051)
    yield asked("the first sign-in: counter 1, after 0", "zero", last=0, want=1, counter=1)
    yield asked("a passkey that does not count: 0 after 0", "zero", last=0, want=0, counter=0)


def server_check(answer: Tried) -> Verdict:
    """The judge of 13-2. A number that is another one was read from the wrong place."""
    verdict = take_or_refuse(answer)
    if verdict.kind == "raised" and "encoded before hashing" in verdict.got:
        return replace(verdict, mistake="bytes")
    if verdict.kind == "refused_good" and verdict.mistake == "good":
        return replace(verdict, mistake=asked_too_much(answer))
    if verdict.kind != "differs" or verdict.mistake != "good":
        return verdict
    is_number = type(answer.results[-1]) is int
    return replace(verdict, mistake="place" if is_number else "kind")


def asked_too_much(answer: Tried) -> str:
    """The mistake of a check that refuses a good answer: what else it seems to want."""
    wanted = {"verified": {"flags": 5, "counter": COUNTER}, "jump": {"flags": 1, "counter": 2}}
    for mistake, made in wanted.items():
        case = asked(mistake, mistake, **made)
        try:
            answer(*case.arguments)
        except Exception:
            continue
        return mistake
    return "good"


def bad_answers() -> Iterator[Case]:
    """Answers that a server must refuse, the coarse mistakes first."""
    yield asked("the challenge of an older sign-in", "challenge", challenge="of yesterday")
    challenge = next(dice("lesson-13", "nearly"))
    for text in nearly(challenge):
        seen, data = signed(text)
        words = f"the challenge {text!r} in place of {challenge!r}"
        yield Case((seen, data, challenge, 1), None, "challenge", words)
    seen, data = signed(challenge)
    words = "a sign-in for which the server gave no challenge: ''"
    yield Case((seen, data, "", 1), None, "challenge", words)
    for origin, mistake in ORIGINS:
        yield asked(f"the origin {origin!r}", mistake, origin=origin)
    for host in ("login-example.test", "old.login.example", "https://login.example"):
        site = hashlib.sha256(host.encode()).digest()
        yield asked(f"a signature for the site {host!r}", "site", site=site)
    for place in (0, 31):
        other = bytearray(SITE)
        other[place] ^= 1
        yield asked(f"byte {place} of the site's hash is different", "site", site=bytes(other))
    for flags in (0, 4, 0x1C):
        yield asked(f"flags {flags:#04x}: not touched", "touched", flags=flags)
    yield asked("not touched, and counter 0x01010101", "place", flags=4, counter=0x01010101)
    for counter, last in ((9, 9), (8, 9), (1, 300), (0, 1), (256, 257)):
        words = f"counter {counter}, after {last}"
        yield asked(words, "counter", last=last, counter=counter)
    for words, made in (
        ("the challenge of an older sign-in", {"challenge": "of yesterday"}),
        ("the origin of the relay", {"origin": "https://login-example.test"}),
        ("a signature for another site", {"site": bytes(32)}),
        ("not touched", {"flags": 4}),
    ):
        yield asked(f"{words}, and counter 0 after 0", "excused", last=0, counter=0, **made)


take_or_refuse = verifier(good_answers, bad_answers, refusal=(ValueError,))


# --- 13-3: a page without the key ---------------------------------------------------------------

KEY_PAGE = """<main data-options="{options}" class="page"><h1>Second factor</h1>
<form method="post" action="/authorize"><input type="hidden" name="ticket" value="{ticket}">
<input type="hidden" name="state" value="data-options"><input type="hidden" name="answer" value="">
<button>Use your security key</button></form>
<form method="post" action="/authorize"><input type="hidden" name="ticket" value="{ticket}">
<input name="answer"><button>Sign in</button></form></main>"""
LOGIN_PAGE = """<main><form method="post" action="/authorize"><label>User name <input
name="username"></label> <label>Password <input name="password" type="password"></label></form>
<p>Our pages have no data-options here, "quoted" or not.</p></main>"""


def downgraded(answer: Tried) -> Verdict:
    """The judge of 13-3: pages that ask for a key, and pages that do not."""
    drawn = dice("lesson-13", "pages")
    for _ in range(3):
        options = {"challenge": next(drawn), "rpId": f"{next(drawn)[:5]}.example"}
        ticket = next(drawn)
        page = KEY_PAGE.format(options=escape(json.dumps(options)), ticket=ticket)
        if verdict := wrong_page(answer, page, ticket):
            return verdict
    case = "a page that asks for no key (the login page)"
    try:
        shown = answer(LOGIN_PAGE)
    except Exception:
        return answer.raised(case, "login page")
    if shown != LOGIN_PAGE:
        got = written(shown)
        return Verdict("differs", case, got, "the page, unchanged", mistake="login page")
    return PASSED


def wrong_page(answer: Tried, page: str, ticket: str) -> Verdict | None:
    """What is wrong with a page from which the key was to be taken."""
    case = "the page of the second factor"
    try:
        shown = answer(page)
    except Exception:
        return answer.raised(case, "kind")
    if shown is None:
        return Verdict("none", case)
    if not isinstance(shown, str):
        return Verdict("differs", case, written(shown), "a string", mistake="kind")
    try:
        form = Form(shown)
    except ValueError:
        got = "a page whose data-options attribute is not JSON"
        return Verdict("differs", case, got, "a page without it", mistake="half")
    if form.options:
        got = "a page in which data-options is still there"
        return Verdict("differs", case, got, "the same page without it", mistake="key")
    if form.hidden.get("ticket") != ticket or form.action != "/authorize":
        got = "a page without its form, or without its ticket"
        return Verdict("differs", case, got, "a page with both", mistake="form")
    if 'class="page"' not in shown:
        got = "a page without the attribute after data-options"
        return Verdict("differs", case, got, "a page with all the others", mistake="greedy")
    if 'value="data-options"' not in shown or "answer" not in form.asked:
        got = "a page where a field is missing or changed"
        return Verdict("differs", case, got, "a page with all fields", mistake="form")
    want = re.sub(' data-options="[^"]*"', "", page)
    if shown.split() != want.split():
        other = next((one for one in shown.split() if one not in want.split()), "less than before")
        return Verdict("differs", case, written(other), "everything else unchanged", mistake="form")
    return None


# --- 13-8: the origin that is ours --------------------------------------------------------------


def own_origin() -> list[Case]:
    """The one that passes."""
    return [Case(("https://login.example",), True, "ours", "our own origin")]


def other_origins() -> list[Case]:
    """What looks like it, and must not pass."""
    rows = (
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
        ("https://loginXexample", "alike"),
        ("login.example", "scheme"),
        ("https://example", "below"),
        ("null", "alike"),
        ("", "alike"),
    )
    return [Case((origin,), False, mistake, repr(origin)) for origin, mistake in rows]


# --- 13-7: a code for a device that is none -----------------------------------------------------


def gets_tokens(answer: Tried) -> Verdict:
    """The judge of 13-7: Ada has a key, opens the link that she is sent, and Tom gets her token."""
    from . import ways_round_a_key  # it loads the library of security keys, which takes a second

    account, links = ways_round_a_key.employ("security key"), list[str]()
    asked_before: list[str] = []  # at the token endpoint, before the link was sent

    def send(link: str) -> None:
        links.append(str(link))
        wire = account.apps.lab.wire
        asked_before.extend(one.url for one in wire if one.client == "tom" and "/token" in one.url)
        if str(link).startswith("https://login.example/"):
            ways_round_a_key.visit(account, str(link))

    case = "Ada, with her key"
    try:
        response = answer(account.apps.tom, send)
    except Exception:
        return answer.raised(case, "raises")
    if verdict := not_a_response(response, case):
        return verdict
    if len(links) != 1:
        return Verdict("differs", case, counted(len(links), "link"), "one", mistake="send")
    said = f"{response.status_code}: {written(response.text)}"
    if response.url.path != "/token":
        return Verdict("differs", case, f"the response of {response.url.path}", mistake="token")
    token = response.json().get("access_token") if response.is_success else None
    if not ways_round_a_key.reads_as_ada(account.apps.tom, token):
        pending = "soon" if asked_before else "link"
        mistake = pending if "authorization_pending" in response.text else "token"
        return Verdict("refused_good", case, said, mistake=mistake)
    return PASSED


# --- 13-4: polling for a device -----------------------------------------------------------------

PENDING, SLOW_DOWN = "authorization_pending", "slow_down"
SCRIPTS = (
    (5, (), "tokens"),
    (5, (PENDING, PENDING), "tokens"),
    (3, (PENDING,), "access_denied"),
    (5, (PENDING, PENDING, PENDING), "expired_token"),
    (5, (SLOW_DOWN, PENDING), "tokens"),
    (4, (PENDING, SLOW_DOWN, PENDING, SLOW_DOWN, PENDING, PENDING), "tokens"),
    (5, (), "invalid_grant"),
    (5, (PENDING,), "authorization_pending_ended"),
    (5, (PENDING,), "slow_down_ended"),
)
GRANT = "urn:ietf:params:oauth:grant-type:device_code"


class StillAsking(Exception):
    """The answer asked on and on."""


class TokenEndpoint:
    """A token endpoint that gives the errors of a script, and notes when it was asked."""

    def __init__(self, interval: int, errors: tuple[str, ...], end: str):
        drawn = dice("lesson-13", f"{interval} {errors} {end}")
        self.started: dict[str, Any] = {
            "device_code": next(drawn),
            "interval": interval,
            "expires_in": 600,
        }
        self.tokens = {"access_token": next(drawn), "token_type": "Bearer"}
        self.errors, self.end = [*errors, end], end
        self.now, self.asked = 0, list[int]()
        self.form: dict[str, str] = {}
        self.url = ""
        self.browser = httpx.Client(transport=httpx.MockTransport(self.answer))

    def wait(self, seconds: float) -> None:
        self.now += int(seconds)

    def answer(self, request: httpx.Request) -> httpx.Response:
        if len(self.asked) > len(self.errors) + 5:
            raise StillAsking()
        error = self.errors[min(len(self.asked), len(self.errors) - 1)]
        self.asked.append(self.now)
        self.url = f"{request.method} {request.url}"
        self.form = dict(httpx.QueryParams(request.content.decode()))
        if error == "tokens":
            return httpx.Response(200, json=self.tokens)
        return httpx.Response(400, json={"error": error})

    def times(self) -> list[int]:
        """When a client that waits as it should asks."""
        moments, interval = [self.started["interval"]], self.started["interval"]
        for error in self.errors[:-1]:
            interval += 5 if error == SLOW_DOWN else 0
            moments.append(moments[-1] + interval)
        return moments


def polls(answer: Tried) -> Verdict:
    """The judge of 13-4: token endpoints that answer by a script."""
    for interval, errors, end in SCRIPTS:
        endpoint = TokenEndpoint(interval, errors, end)
        case = f"interval {interval}, and the responses {', '.join([*errors, end])}"
        try:
            result = answer(endpoint.browser, dict(endpoint.started), endpoint.wait)
        except StillAsking:
            got = f"{len(endpoint.asked)} requests, and no end"
            return Verdict("differs", case, got, f"{len(endpoint.errors)}", mistake="end")
        except Exception as error:
            is_text = endpoint.end in str(error)
            return answer.raised(case, "raises the text" if is_text else "raises")
        if verdict := wrong_poll(endpoint, result, case):
            return verdict
    return PASSED


def wrong_poll(endpoint: TokenEndpoint, result: Any, case: str) -> Verdict | None:
    """What is wrong with a way of polling, as an endpoint saw it."""
    if not endpoint.asked:
        return Verdict("differs", case, "no request", "one or more", mistake="request")
    right = {"grant_type": GRANT, "client_id": "screen"}
    right["device_code"] = endpoint.started["device_code"]
    if endpoint.url != "POST https://login.example/token" or endpoint.form != right:
        got = written({"request": endpoint.url, "form": endpoint.form})
        return Verdict("differs", case, got, written(right), mistake="request")
    want = endpoint.tokens if endpoint.end == "tokens" else endpoint.end
    if result is None:
        return Verdict("none", case, mistake="result")
    if len(endpoint.asked) < len(endpoint.errors):
        got = f"{len(endpoint.asked)} of {len(endpoint.errors)} requests"
        last = endpoint.errors[len(endpoint.asked) - 1]
        mistake = "slow" if last == SLOW_DOWN else "pending"
        return Verdict("differs", case, got, "all", mistake=mistake)
    if result != want:
        return Verdict("differs", case, written(result), written(want), mistake="result")
    if endpoint.asked != endpoint.times():
        mistake = "slow" if SLOW_DOWN in endpoint.errors else "wait"
        got = f"requests at the seconds {endpoint.asked}"
        return Verdict("differs", case, got, str(endpoint.times()), mistake=mistake)
    return None


# --- 13-5: what a company must close ------------------------------------------------------------

# Setting -> the attack that it must stop, and what must go on working.
PLAYED = {
    "codes": ("downgrade", "Ada signs in"),
    "devices": ("device code", "the meeting room's screen"),
    "consent": ("consent", "the approved calendar"),
    "recovery": ("help desk", "a lost key"),
}


@cache
def outcome(setting: str, chosen: str) -> tuple[bool, bool]:
    """Whether the attack gets in, and whether the work goes on, with this value of a setting."""
    from . import ways_round_a_key  # loads fido2, which other lessons need not

    namespace: dict[str, Any] = {}
    exec("\n".join((TOOLS, REWRITE, WITHOUT_KEY, POLL)), namespace)
    kit = ways_round_a_key.Kit(*(namespace[name] for name in ("rewrite", "without_key", "poll")))
    company, (attack, work) = {**CLOSED, setting: chosen}, PLAYED[setting]
    return (
        ways_round_a_key.gets_in(attack, "security key", kit, company),
        ways_round_a_key.goes_on(work, company, kit.poll),
    )


def closed(answer: Any) -> Verdict:
    """The judge of 13-5: each setting is tried, by the attack and by the work that hang on it."""
    if not isinstance(answer, dict) or answer.keys() != SETTINGS.keys():
        return Verdict("differs", mistake="form")
    for setting, values in SETTINGS.items():
        if answer[setting] not in values:
            return Verdict(
                "differs", got=f"{written(answer[setting])} for {setting}", mistake="form"
            )
    for setting, (attack, _) in PLAYED.items():
        if outcome(setting, answer[setting])[0]:
            return Verdict("let_in", f"the attack {attack!r}", mistake=f"{setting} open")
    for setting, (_, work) in PLAYED.items():
        if not outcome(setting, answer[setting])[1]:
            return Verdict("refused_good", work, mistake=f"{setting} shut")
    return PASSED


# --- 13-6: what stops what ----------------------------------------------------------------------

RIGHT_WHY = {"page in between": "key", "copied cookie": "binding", "script in the page": "none"}
WORDS = ("key", "binding", "time", "none")


def why_mistake(answer: Any) -> str | None:
    """The first situation whose answer is another, or `form`."""
    if not isinstance(answer, dict) or set(answer) != set(RIGHT_WHY):
        return "form"
    if not all(word in WORDS for word in answer.values()):
        return "form"
    for situation, right in RIGHT_WHY.items():
        if answer[situation] != right:
            return f"{situation}: {answer[situation]}"
    return None


EXERCISES = (
    Exercise(
        "13-1",
        "function",
        compare(header_cases, same=as_pairs),
        "Two rules, and the real page appears under a different name. The relay forges nothing.",
        {
            "kind": (
                "Return a list of (name, value) pairs, in the order in which they came.",
                altered(REWRITE, ("return handed_on", "return [value for _, value in handed_on]")),
            ),
            "host": (
                "The old host must be replaced wherever it occurs in a value, in both directions: "
                "value.replace(old, new).",
                altered(REWRITE, ("value.replace(old, new)", "new if value == old else value")),
            ),
            "cookie": (
                "The `cookie` header went through to the provider. What Ada's browser keeps for "
                "your host means nothing to the provider: your own browser sends the right "
                "cookies.",
                altered(REWRITE, ('("cookie", "set-cookie")', '("set-cookie",)')),
            ),
            "set-cookie": (
                "The `set-cookie` header went through to Ada. Then her browser has the session, "
                "too, and she can end it by signing out. Only your browser should have it.",
                altered(REWRITE, ('("cookie", "set-cookie")', '("cookie",)')),
            ),
            "letters": (
                "A header name may be in lower case or in capitals (RFC 9110, 5.1). Compare "
                "name.lower().",
                altered(REWRITE, ("name.lower()", "name")),
            ),
            "whole": (
                "Compare the whole name of a header before you leave it out. Other names may "
                "contain the same word.",
                altered(
                    REWRITE,
                    (
                        'name.lower() not in ("cookie", "set-cookie")',
                        '"cookie" not in name.lower()',
                    ),
                ),
            ),
            "neighbours": (
                "When one such header follows another, your function keeps the second. Do not "
                "remove items from a list while you loop over it: build a new list.",
                wrong("""
                    def answer(headers, old, new):
                        headers = [(name, value.replace(old, new)) for name, value in headers]
                        for pair in headers:
                            if pair[0].lower() in ("cookie", "set-cookie"):
                                headers.remove(pair)
                        return headers
                """),
            ),
            "dot": (
                "login-example.test does not contain login.example. In re.sub a dot matches any "
                "character. value.replace(old, new) takes it literally.",
                altered(REWRITE, ("value.replace(old, new)", "re.sub(old, new, value)")),
            ),
            "as it is": (
                "In a value, only the host changes. Pass on the rest unchanged, with its capitals "
                "and spaces.",
                altered(REWRITE, ("value.replace(old, new)", "value.strip().replace(old, new)")),
            ),
            "repeated": (
                "A header may occur twice. A dictionary keeps only the last one.",
                altered(REWRITE, ("return handed_on", "return list(dict(handed_on).items())")),
            ),
        },
        (
            "Loop over the pairs once. Which two names do you leave out? What happens to each "
            "value?",
            "`if name.lower() not in (...)`, and then append (name, value.replace(old, new)).",
        ),
        REWRITE,
    ),
    Exercise(
        "13-2",
        "function",
        server_check,
        "Five checks, and none of them asks Ada anything. The library checks the signature.",
        {
            "good": (
                "The key's response is valid, but your check refused it. Compare the challenge, "
                "the whole origin, and all 32 bytes of data[:32]. The flags are data[32], and the "
                "counter is data[33:37].",
                altered(CHECK_ANSWER, ("data[:32] !=", "data[:31] !=")),
            ),
            "bytes": (
                "sha256 needs bytes, not a string: b'login.example', with a b in front.",
                altered(CHECK_ANSWER, ('b"login.example"', '"login.example"')),
            ),
            "kind": (
                "Return the counter, as a number: int.from_bytes(data[33:37]).",
                altered(CHECK_ANSWER, ("return counter", "return True")),
            ),
            "place": (
                "In `data`, bytes 0 to 31 are the hash of the site, data[32] holds the flags, and "
                "data[33:37] is the counter. Python counts from 0.",
                altered(CHECK_ANSWER, ("data[33:37]", "data[32:36]")),
            ),
            "bits": (
                "A flag is one bit of the byte, and the other bits may be set as well: "
                "data[32] & 1.",
                altered(CHECK_ANSWER, ("not data[32] & 1", "data[32] != 1")),
            ),
            "order": (
                "The counter is a four-byte number, most significant byte first: "
                "int.from_bytes(data[33:37]).",
                altered(CHECK_ANSWER, ("(data[33:37])", '(data[33:37], "little")')),
            ),
            "zero": (
                "A counter of 0 after 0 comes from a passkey that does not count. Accept it; "
                "accept a first 1 after 0, too.",
                altered(CHECK_ANSWER, (" and (counter, last) != (0, 0)", "")),
            ),
            "jump": (
                "The counter may jump, because the key may have been used elsewhere. Check that "
                "it is greater than `last`.",
                altered(CHECK_ANSWER, ("counter <= last", "counter != last + 1")),
            ),
            "verified": (
                "The bit with the value 4 means verified, and is not required here. The lowest "
                "bit means touched.",
                altered(CHECK_ANSWER, ("data[32] & 1", "data[32] & 4")),
            ),
            "excused": (
                "A counter of 0 after a 0 settles only the counter check. You still have to check "
                "the challenge, origin, site and touch.",
                altered(
                    CHECK_ANSWER,
                    (
                        '    if seen["challenge"] != challenge:',
                        "    if last == 0 and data[33:37] == bytes(4):\n        return 0\n"
                        '    if seen["challenge"] != challenge:',
                    ),
                ),
            ),
            "challenge": (
                "Compare seen['challenge'] with the challenge that the server sent, character for "
                "character. Otherwise an old response signs in again.",
                altered(CHECK_ANSWER, ('seen["challenge"] != challenge', "not challenge")),
            ),
            "look-alike": (
                "That is the relay. Compare seen['origin'] with https://login.example.",
                altered(
                    CHECK_ANSWER,
                    ('seen["origin"] != "https://login.example"', '"login" not in seen["origin"]'),
                ),
            ),
            "longer": (
                "This origin only contains the right one, or begins with it. Compare the whole "
                "origin.",
                altered(
                    CHECK_ANSWER,
                    (
                        'seen["origin"] != "https://login.example"',
                        'not seen["origin"].startswith("https://login.example")',
                    ),
                ),
            ),
            "subdomain": (
                "One forgotten server under your name is enough for the relay. Compare the whole "
                "origin.",
                altered(
                    CHECK_ANSWER,
                    (
                        'seen["origin"] != "https://login.example"',
                        'not seen["origin"].endswith("login.example")',
                    ),
                ),
            ),
            "plain": (
                "Without TLS, anybody on the network path can pretend to be that page. Compare the "
                "scheme as well.",
                altered(
                    CHECK_ANSWER,
                    (
                        'seen["origin"] != "https://login.example"',
                        'seen["origin"].split("://")[-1] != "login.example"',
                    ),
                ),
            ),
            "port": (
                "A different port is a different server. An origin is scheme, host and port.",
                altered(
                    CHECK_ANSWER,
                    (
                        'seen["origin"] != "https://login.example"',
                        're.sub(":[0-9]+$", "", seen["origin"]) != "https://login.example"',
                    ),
                ),
            ),
            "letters": (
                "A browser writes an origin in only one way. Compare the whole string with ==.",
                altered(
                    CHECK_ANSWER,
                    ('seen["origin"] !=', 'seen["origin"].strip("/ ") !='),
                ),
            ),
            "site": (
                "Compare all 32 bytes of data[:32] with hashlib.sha256(b'login.example').digest().",
                altered(
                    CHECK_ANSWER,
                    ('data[:32] != hashlib.sha256(b"login.example").digest()', "not data[:32]"),
                ),
            ),
            "touched": (
                "The lowest bit of data[32] means touched. The bit with the value 4 means "
                "verified: that is a different flag.",
                altered(CHECK_ANSWER, ("data[32] & 1", "data[32] & 5")),
            ),
            "counter": (
                "The counter must be higher than the previous one. If it is not, this key may "
                "have been copied.",
                altered(CHECK_ANSWER, ("counter <= last", "counter < last")),
            ),
        },
        (
            "Five checks, each an `if` that raises ValueError: challenge, origin, site, flags, "
            "counter. At the end return the counter.",
            "data[:32] is compared with a SHA-256 digest; data[32] & 1 is the touch; "
            "int.from_bytes(data[33:37]) is the counter, and it may stay the same only for 0 "
            "after 0.",
        ),
        CHECK_ANSWER,
        refusal=(ValueError,),
    ),
    Exercise(
        "13-3",
        "function",
        downgraded,
        "One fewer attribute on the page. Next you see what difference that makes.",
        {
            "kind": (
                "Return the page as a string.",
                altered(WITHOUT_KEY, ("return re", "return len(page), re")),
            ),
            "key": (
                "The data-options attribute is still there. It begins with a space, and ends at "
                "the next quotation mark.",
                wrong("""
                def answer(page):
                    return page.replace("security key", "code")
                """),
            ),
            "half": (
                "Take out the whole attribute, with the value and both quotation marks.",
                wrong("""
                def answer(page):
                    return page.replace("&quot;", "")
                """),
            ),
            "greedy": (
                'The pattern .* continues to the last quotation mark in the line. [^"]* ends at '
                "the next one.",
                altered(WITHOUT_KEY, ('[^"]*', ".*")),
            ),
            "form": (
                "Take out the whole attribute, and leave everything else unchanged. Ada must "
                "still be able to send the form, with its ticket.",
                wrong("""
                def answer(page):
                    return re.sub('<input type="hidden[^>]*>| data-options="[^"]*"', "", page)
                """),
            ),
            "login page": (
                "Every page passes through this function. A page without the attribute must stay "
                "unchanged.",
                wrong("""
                def answer(page):
                    start = page.index(' data-options="')
                    end = page.index('"', start + 15)
                    return page[:start] + page[end + 1 :]
                """),
            ),
        },
        (
            "One attribute of the page asks for the key: data-options. Without it the browser has "
            "nothing to ask a key for.",
            "re.sub(pattern, '', page) removes what matches. The pattern: a space, data-options=, "
            'a quotation mark, [^"]* for everything that is not a quotation mark, and a quotation '
            "mark.",
        ),
        WITHOUT_KEY,
    ),
    Exercise(
        "13-8",
        "function",
        verifier(own_origin, other_origins),
        "One origin, character for character.",
        {
            "ours": (
                "https://login.example must pass: return True for it.",
                wrong("answer = lambda origin: False"),
            ),
            "below": (
                "A host below or above it is another origin: whoever gets hold of that host may "
                "serve any page.",
                wrong("answer = lambda origin: origin.endswith('login.example')"),
            ),
            "begins": (
                "That origin only begins like ours.",
                wrong("answer = lambda origin: origin.startswith('https://login.example')"),
            ),
            "ends": (
                "That host only ends like ours: compare the whole origin.",
                wrong("""
                    def answer(origin):
                        host = origin.removeprefix("https://")
                        return host.endswith("login.example") and "." not in host[:-13]
                """),
            ),
            "scheme": (
                "The scheme is part of the origin: over http anybody on the path can change the "
                "page.",
                wrong("""
                    from urllib.parse import urlsplit
                    answer = lambda origin: urlsplit(origin).hostname == "login.example"
                """),
            ),
            "port": (
                "The port is part of the origin. A browser leaves it out if it is the default, so "
                "this string is the whole origin.",
                wrong("""
                    from urllib.parse import urlsplit
                    def answer(origin):
                        parts = urlsplit(origin)
                        return (parts.scheme, parts.hostname) == ("https", "login.example")
                """),
            ),
            "spelling": (
                "Browsers write an origin in one way. Anything spelt differently does not come "
                "from one.",
                wrong("answer = lambda o: o.strip(' /').lower() == 'https://login.example'"),
            ),
            "alike": (
                "That is another site: only https://login.example may pass.",
                wrong("answer = lambda origin: True"),
            ),
        },
        (
            "An origin is a string here. Which comparison lets nothing else through?",
            "Compare the whole string: origin == 'https://login.example'.",
        ),
        IS_OURS,
    ),
    Exercise(
        "13-7",
        "function",
        gets_tokens,
        "Ada was on the right site, and touched her real key. Tom has her token.",
        {
            "link": (
                "Nobody has answered yet. Send the `verification_uri_complete`, which has the code "
                "in it; without it Ada would have to type a code that she never saw.",
                altered(DEVICE_PHISH, ("verification_uri_complete", "verification_uri")),
            ),
            "soon": (
                "You asked for the token before Ada got the link, so nobody had said yes. Send "
                "the link first.",
                altered(
                    DEVICE_PHISH,
                    ('    send(started["verification_uri_complete"])\n', ""),
                    (
                        'return tom.post("https://login.example/token", data=form)',
                        'answer = tom.post("https://login.example/token", data=form)\n'
                        '    send(started["verification_uri_complete"])\n    return answer',
                    ),
                ),
            ),
            "send": (
                "Send Ada one link, with send(link), before you ask for the token.",
                altered(DEVICE_PHISH, ('    send(started["verification_uri_complete"])\n', "")),
            ),
            "token": (
                "POST to https://login.example/token a form with three fields: grant_type, "
                "client_id and the device_code from the response, not the user_code.",
                altered(DEVICE_PHISH, ('started["device_code"]', 'started["user_code"]')),
            ),
            "response": (
                "Return the whole response, as the browser returns it.",
                altered(DEVICE_PHISH, ('/token", data=form)', '/token", data=form).json()')),
            ),
            "raises": (
                "tom is an httpx.Client: tom.post(url, data={...}).json() is a dictionary, with "
                "verification_uri_complete and device_code.",
                altered(DEVICE_PHISH, ("data=form)).json()", "data=form))")),
            ),
        },
        (
            "Three steps: POST for the codes, send(...) the link, POST for the token.",
            "started = tom.post('https://login.example/device_authorization', data={...}).json(); "
            "then started['verification_uri_complete'] and started['device_code'].",
        ),
        DEVICE_PHISH,
    ),
    Exercise(
        "13-4",
        "function",
        polls,
        "A television polls like this, and so does Tom. The provider cannot tell the two apart.",
        {
            "request": (
                "Each time, POST a form with three fields to https://login.example/token: "
                "grant_type, client_id and device_code.",
                altered(POLL, ('    form["client_id"] = "screen"\n', "")),
            ),
            "raises": (
                "browser.post(url, data=form) sends a form; answer.json() reads the response.",
                altered(POLL, ('started["interval"]', 'started["wait"]')),
            ),
            "raises the text": (
                "Return that string. Do not raise it.",
                altered(POLL, ("return error", "raise ValueError(error)")),
            ),
            "pending": (
                "authorization_pending means that nobody has answered yet. Ask again.",
                altered(POLL, ('"authorization_pending"', '"pending"')),
            ),
            "end": (
                "Stop when you get the tokens, and on any error except authorization_pending and "
                "slow_down.",
                altered(POLL, ('elif error != "authorization_pending"', "elif not error")),
            ),
            "wait": (
                "Wait `interval` seconds before each request, including the first one.",
                altered(POLL, ("        wait(interval)\n", "")),
            ),
            "slow": (
                "slow_down means: ask again, but from now on wait 5 seconds longer (RFC 8628, "
                "3.5).",
                altered(POLL, ("interval += 5", "interval = 5")),
            ),
            "result": (
                "Return answer.json() if the response is a success, otherwise the error string.",
                altered(POLL, ("return answer.json()", "return answer")),
            ),
        },
        (
            "Write a loop: wait, ask, look at the response. Two of the errors mean that the loop "
            "goes on.",
            "`if answer.is_success: return answer.json()`. Otherwise read answer.json()['error']: "
            "for slow_down add 5 to the interval; for anything but authorization_pending return "
            "it.",
        ),
        POLL,
    ),
    Exercise(
        "13-5",
        "value",
        closed,
        "The four ways are closed, and the company can still work.",
        {
            "form": (
                "Give each of the four settings one of its values, character for character.",
                "answer = {'codes': 'refused'}",
            ),
            "codes open": (
                "A code is still accepted. Then the relay removes the key from the page and asks "
                "for the code.",
                chosen(COMPANY, '"refused"', '"taken"'),
            ),
            "devices open": (
                "A device at Tom's address may ask for a code. Ada signs in on the real page, and "
                "his device is signed in.",
                chosen(COMPANY, '"from the office"', '"from anywhere"'),
            ),
            "consent open": (
                "Ada may say yes to a client that nobody has checked, and Tom has registered one.",
                chosen(COMPANY, '"approved clients"', '"people decide"'),
            ),
            "recovery open": (
                "The answers to the questions are on a web page about Ada. Tom has read it.",
                chosen(COMPANY, '"second key"', '"questions"'),
            ),
            "devices shut": (
                "The meeting room's screen has no keyboard, and it is in the office.",
                chosen(COMPANY, '"from the office"', '"off"'),
            ),
            "consent shut": (
                "The company pays for a calendar app, which an administrator has approved.",
                chosen(COMPANY, '"approved clients"', '"own clients"'),
            ),
            "recovery shut": (
                "Keys get lost. Each person has a second one in a drawer.",
                chosen(COMPANY, '"second key"', '"never"'),
            ),
        },
        (
            "Each setting has a value that lets Tom in, and most have one that stops people "
            "working. Look for the one in between.",
            "The screen is in the office, the calendar is approved, and there is a second key.",
        ),
        COMPANY,
    ),
    Exercise(
        "13-6",
        "value",
        value(why_mistake),
        "A key protects the sign-in, and a binding protects what comes after it. None of the three "
        "helps against a script on Ada's own page: that page must be kept clean.",
        {
            "form": (
                "Give each of the three situations one of: key, binding, time, none.",
                "answer = {'page in between': 'key'}",
            ),
            "page in between: binding": (
                "The page in between receives a session of its own, and that session would be "
                "bound to the thief's device. The sign-in itself must fail.",
                chosen(WHY, '"key"', '"binding"'),
            ),
            "page in between: time": (
                "A short lifetime limits the loss, but the thief is in, and can come back the "
                "same way. Something here keeps him out.",
                chosen(WHY, '"key"', '"time"'),
            ),
            "page in between: none": (
                "Ada is signing in, and one of the three does not let her sign in on the wrong "
                "site.",
                chosen(WHY, '"key"', '"none"'),
            ),
            "copied cookie: key": (
                "Nobody signs in here: Ada has already signed in, with her key.",
                chosen(WHY, '"binding"', '"key"'),
            ),
            "copied cookie: time": (
                "A short lifetime is not enough: the thief renews the cookie until somebody "
                "notices. A bound cookie works until its short lifetime ends (lesson 11), and "
                "then it cannot be renewed on a different machine.",
                chosen(WHY, '"binding"', '"time"'),
            ),
            "copied cookie: none": (
                "The cookie is used on a different machine. Something here can be tied to Ada's "
                "device.",
                chosen(WHY, '"binding"', '"none"'),
            ),
            "script in the page: key": (
                "Ada has already signed in, with her key. The script acts in her open session.",
                chosen(WHY, '"none"', '"key"'),
            ),
            "script in the page: binding": (
                "The script runs where the device's key is, and gets that key to sign. Lesson 11 "
                "showed what binding does not stop.",
                chosen(WHY, '"none"', '"binding"'),
            ),
            "script in the page: time": (
                "A short lifetime limits the value of what the script takes. It does not stop the "
                "script, which acts while Ada is signed in, and perhaps again at her next visit.",
                chosen(WHY, '"none"', '"time"'),
            ),
        },
        (
            "For each theft, ask: is anybody signing in? Is the thief using Ada's device, or his "
            "own?",
            "The cookie is used on a different machine, where a tie to Ada's device stops the "
            "thief. The script is on her machine, in her session. `none` is an answer too.",
        ),
        WHY,
    ),
)
