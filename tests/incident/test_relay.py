"""The relay shows a provider's real pages under another name. What a person types falls; what a key
signs for one origin does not."""

import re
import threading
from collections.abc import Callable
from contextlib import contextmanager
from urllib.parse import quote, urlencode

import httpx
import pytest
from fido2.client import ClientError, DefaultClientDataCollector
from fido2.ctap import CtapError
from how_many import draws
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tables import table
from two_apps import LOGIN, WIKI, TwoApps
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from labutils.identity import webauthn
from labutils.identity.course_provider import CALLBACK, lab_provider
from labutils.identity.factors import Push, Totp, totp
from labutils.identity.person import fill, sign_in
from labutils.identity.security_key import SecurityKey, press
from labutils.incident.relay import Relay, passed_on
from labutils.lab import Lab

MANY = settings(
    max_examples=draws(100),
    derandomize=True,
    database=None,
    deadline=None,
    report_multiple_bugs=False,
)
FAKE, SECRET, PASSWORD = "https://login-example.test", b"on Ada's phone", "analytical-engine-1843"
QUESTION = "/authorize?" + urlencode(
    {
        "response_type": "code",
        "client_id": "wiki",
        "redirect_uri": WIKI + "/cb",
        "scope": "openid",
        "state": "s",
        "code_challenge": "A" * 43,
        "code_challenge_method": "S256",
    }
)


def with_relay(rewrite: Callable[[str], str] = str) -> tuple[TwoApps, Relay]:
    apps = TwoApps("relay")
    webauthn.enable(apps.provider)
    relay = Relay(apps.lab.browser("phisher", "203.0.113.99"), LOGIN, FAKE, rewrite)
    apps.lab.add("login-example.test", relay)
    return apps, relay


def phished(apps: TwoApps, answer: Callable[[httpx.Response], str] | None = None) -> httpx.Response:
    """Ada follows a link to the fake page, and does there what she does every morning."""
    return sign_in(apps.ada, FAKE + QUESTION, "ada", PASSWORD, answer=answer, until=WIKI)


def theft(apps: TwoApps, cookie: str) -> httpx.Response:
    """Tom, elsewhere, with a cookie: the answer of /authorize."""
    return apps.tom.get(LOGIN + QUESTION, headers={"cookie": f"session={cookie}"})


def got_nothing(apps: TwoApps) -> bool:
    """Whether the victim was never sent a cookie."""
    sent = [
        exchange
        for exchange in apps.lab.wire
        if exchange.client == "ada" and exchange.host == "login-example.test"
    ]
    return (
        bool(sent)
        and not any(exchange.header("set-cookie") for exchange in sent)
        and not apps.ada.cookies
    )


# --- what falls ---------------------------------------------------------------------------------


def password(apps: TwoApps) -> None:
    """A password alone."""


def code(apps: TwoApps) -> Callable:
    apps.provider.users["ada"].second_factor = Totp(SECRET, apps.lab.clock)
    return lambda _: totp(SECRET, apps.lab.clock.now)


def push(apps: TwoApps, matching: bool = False) -> Callable:
    """Ada says yes on the phone, and types the number that she sees, if there is one."""
    app = apps.provider.users["ada"].second_factor = Push(matching)
    return lambda page: (
        app.phone[-1].approve("".join(re.findall(r"Type (\d\d) on", page.text))) or ""
    )


def number(apps: TwoApps) -> Callable:
    return push(apps, matching=True)


@pytest.mark.parametrize(
    "factor, amr",
    [
        (password, ["pwd"]),
        (code, ["pwd", "otp", "mfa"]),
        (push, ["pwd", "mca", "mfa"]),
        (number, ["pwd", "mca", "mfa"]),
    ],
)
def test_a_factor_that_a_person_passes_on_falls_and_the_session_is_the_phishers_alone(factor, amr):
    apps, relay = with_relay()
    back = phished(apps, factor(apps))
    assert (
        back.headers["location"].startswith(WIKI + "/cb?code=")
        and f"iss={quote(LOGIN, safe='')}" in back.headers["location"]
    )
    (session,) = apps.provider.sessions.values()
    assert (relay.network.cookies["session"], session.amr, session.user.username) == (
        session.cookie,
        amr,
        "ada",
    )
    assert got_nothing(apps) and "code=" in theft(apps, session.cookie).headers["location"]
    assert (
        relay.typed["username"] == "ada"
        and relay.typed["password"] == PASSWORD
        and relay.typed["consent"] == "allow"
    )
    assert {line["ip"] for line in apps.lab.audit if line["event"] == "session.start"} == {
        "203.0.113.99"
    }  # what a defender sees


def test_a_wrong_answer_fails_behind_the_relay_too():
    apps, relay = with_relay()
    code(apps)
    assert phished(apps, lambda _: "000000").status_code == 403
    assert (
        not apps.provider.sessions
        and not relay.network.cookies
        and relay.typed["answer"] == "000000"
    )


@pytest.mark.parametrize("waited, added", [(0, True), (300, False)])
def test_a_fresh_session_lets_the_phisher_add_a_key_of_his_own(waited, added):
    apps, relay = with_relay()
    phished(apps, code(apps))
    apps.lab.clock.tick(waited)
    page = relay.network.get(LOGIN + "/keys")
    assert ("keys registered for you: 0." in page.text) == added
    if added:
        assert (
            "The key is registered."
            in fill(relay.network, page, answer=press(SecurityKey("tom"), page)).text
        )


# --- what does not ------------------------------------------------------------------------------


def with_key(rewrite: Callable[[str], str] = str) -> tuple[TwoApps, Relay, SecurityKey]:
    """Ada has registered a key at the real place, signed out, and clicks a link."""
    apps, relay = with_relay(rewrite)
    key = SecurityKey("ada")
    page = sign_in(apps.ada, LOGIN + "/keys", "ada", PASSWORD)
    assert "The key is registered." in fill(apps.ada, page, answer=press(key, page)).text
    apps.ada.cookies.clear()
    apps.provider.sessions.clear()
    apps.lab.wire.clear()
    return apps, relay, key


def rename(page: str) -> str:
    return page.replace("&quot;login.example&quot;", "&quot;login-example.test&quot;")


def trusting(origin: str) -> DefaultClientDataCollector:
    """A broken browser, which lets any page ask for any site."""
    return DefaultClientDataCollector(origin, lambda *_: True)


@pytest.mark.parametrize(
    "rewrite, browser, why",
    [
        (str, DefaultClientDataCollector, None),
        (rename, DefaultClientDataCollector, CtapError.ERR.NO_CREDENTIALS),
        (rename, trusting, CtapError.ERR.NO_CREDENTIALS),
    ],
    ids=["browser", "key", "key under a broken browser"],
)
def test_the_browser_refuses_and_where_the_rp_id_is_rewritten_the_key_does(rewrite, browser, why):
    apps, relay, key = with_key(rewrite)
    with pytest.raises(ClientError) as refusal:
        phished(apps, lambda page: press(key, page, browser))
    assert getattr(refusal.value.cause, "code", None) == why
    assert (refusal.value.code == ClientError.ERR.BAD_REQUEST) == (why is None)
    assert (
        not apps.provider.sessions
        and not relay.network.cookies
        and got_nothing(apps)
        and key.counter == 1
    )
    assert relay.typed["password"] == PASSWORD and "answer" not in relay.typed


def test_under_a_broken_browser_the_server_reads_the_origin_and_refuses():
    apps, relay, key = with_key()
    assert phished(apps, lambda page: press(key, page, trusting)).status_code == 403
    assert (apps.lab.audit[-1]["error"], apps.lab.audit[-1]["outcome"]) == (
        "Invalid origin in CollectedClientData.",
        "failure",
    )
    assert (
        key.counter == 2
        and not apps.provider.sessions
        and not relay.network.cookies
        and got_nothing(apps)
    )


def test_a_browser_that_signs_the_real_origin_for_a_fake_page_is_the_end():
    apps, relay, key = with_key()
    phished(apps, lambda page: press(key, page, lambda _: DefaultClientDataCollector(LOGIN)))
    assert "code=" in theft(apps, relay.network.cookies["session"]).headers["location"]


# --- what passes through ------------------------------------------------------------------------


def test_the_wire_shows_both_exchanges():
    apps, _ = with_relay()
    phished(apps)
    pairs = list(zip(apps.lab.wire[::2], apps.lab.wire[1::2], strict=True))
    assert len(pairs) == 3
    for inner, outer in pairs:
        assert (inner.client, inner.host, outer.client, outer.host) == (
            "phisher",
            "login.example",
            "ada",
            "login-example.test",
        )
        assert (inner.method, inner.path, inner.request_body, inner.status) == (
            outer.method,
            outer.path,
            outer.request_body,
            outer.status,
        )
        assert inner.response_body == outer.response_body.replace(FAKE, LOGIN)


def both(method: str, path: str, answer: Callable[[], Response] = Response, **sent) -> list[tuple]:
    """What the real host hears and the victim gets: once directly, once through the relay."""
    lab, heard = Lab("pass", "2023-10-18T09:00:00Z"), []

    def real(environ, start_response):
        request = Request(environ)
        heard.append(
            (
                request.method,
                environ["PATH_INFO"],
                environ["QUERY_STRING"],
                request.get_data(),
                request.headers.get("X-Sent"),
            )
        )
        return answer()(environ, start_response)

    lab.add("login.example", real)
    lab.add("login-example.test", Relay(lab.browser("phisher", "203.0.113.99"), LOGIN, FAKE))
    got = [
        lab.browser("ada", "192.0.2.10").request(method, origin + path, **sent)
        for origin in (LOGIN, FAKE)
    ]
    return [
        (asked, page.status_code, page.content, dict(page.headers))
        for asked, page in zip(heard, got, strict=True)
    ]


SAFE = st.characters(exclude_categories=("Cs",))


@given(
    st.sampled_from(["GET", "POST", "PUT", "DELETE", "OPTIONS"]),
    st.text("abc/;@:+", max_size=9).map(lambda path: "/a" + path),
    st.dictionaries(
        st.text(SAFE, min_size=1, max_size=5),
        st.binary(max_size=9) | st.text(SAFE, max_size=9),
        max_size=3,
    ).map(urlencode),
    st.binary(max_size=99),
    st.text(SAFE, max_size=99),
    st.sampled_from([200, 201, 301, 303, 400, 401, 404, 418, 500, 503]),
)
@MANY
def test_methods_queries_bodies_and_status_codes_pass_unharmed(
    method, path, query, body, page, status
):
    direct, relayed = both(
        method,
        f"{path}?{query}" if query else path,
        lambda: Response(page, status, content_type="text/html"),
        content=body,
        headers={"x-sent": "as it was"},
    )
    assert direct == relayed and direct[0][3:] == (body, "as it was")


@given(st.binary(max_size=12).map(lambda path: "/a" + quote(path, safe="").replace(".", "_")))
@example("/%ff%fe")
@example("/a%3Fb=1")
@example("/a%23b")
@example("/%00%0d%0a")
@example("//a//b")
@MANY
def test_any_bytes_in_a_path_pass_unharmed(path):
    direct, relayed = both("GET", path)
    assert direct == relayed


@pytest.mark.parametrize(
    "body, kind",
    [(bytes(range(256)), "image/png"), ("é".encode("latin-1"), "text/html; charset=latin-1")],
)
def test_an_answer_that_is_not_utf_8_passes_unharmed(body, kind):
    direct, relayed = both("GET", "/", lambda: Response(body, content_type=kind))
    assert direct == relayed


def test_a_header_that_is_not_ascii_passes_unharmed():
    direct, relayed = both("GET", "/", headers=[(b"x-sent", b"\xe9")])
    assert direct == relayed


@pytest.mark.parametrize(
    "location, passed",
    [
        (LOGIN + "/next?a=b", FAKE + "/next?a=b"),
        ("/next?a=%2F", "/next?a=%2F"),
        (f"{WIKI}/cb?iss={quote(LOGIN, safe='')}&code=x",) * 2,
    ],
)
def test_a_redirect_stays_on_the_fake_host_and_leaves_others_as_they_are(location, passed):
    (_, status, _, headers) = both(
        "GET",
        "/",
        lambda: Response(status=303, headers={"Location": location, "Set-Cookie": "a=b"}),
    )[1]
    assert (status, headers["location"], "set-cookie" in headers) == (303, passed, False)


def test_what_a_browser_says_about_itself_is_translated_and_its_cookies_stay_out():
    apps, relay = with_relay()
    apps.ada.post(
        FAKE + "/keys",
        data={"typed": "x"},
        headers={"origin": FAKE, "referer": FAKE + "/a", "cookie": "session=ada's"},
    )
    heard = dict(apps.lab.wire[-2].request_headers)
    assert (heard["origin"], heard["referer"], heard["host"], "cookie" in heard) == (
        LOGIN,
        LOGIN + "/a",
        "login.example",
        False,
    )
    assert relay.typed == {"typed": "x"}


# What belongs to one connection or to one message on the wire, and the cookies, which stay with the
# phisher.
OF_ONE_CONNECTION = [
    "Connection",
    "Transfer-Encoding",
    "Content-Length",
    "Content-Encoding",
    "Accept-Encoding",
    "Host",
]


@table("name", [*OF_ONE_CONNECTION, "Cookie", "Set-Cookie"])
@table("spelt", [str, str.lower, str.upper], ids=["as registered", "lower", "upper"])
def test_a_header_of_one_connection_and_a_cookie_stay_at_the_relay(name, spelt):
    assert passed_on([(spelt(name), "a"), ("Accept", "b"), (spelt(name), "c")], LOGIN, FAKE) == [
        ("Accept", "b")
    ]


@table(
    "name",
    [
        "Accept",
        "Authorization",
        "Content-Type",
        "Origin",
        "Referer",
        "Location",
        "WWW-Authenticate",
    ],
)
def test_every_other_header_goes_on_under_the_other_name(name):
    headers = [(name, f"a {LOGIN}/next b"), (name, "as it is")]
    assert passed_on(headers, LOGIN, FAKE) == [(name, f"a {FAKE}/next b"), (name, "as it is")]


# --- once over real sockets ---------------------------------------------------------------------


class Quiet(WSGIRequestHandler):
    def log_request(self, code="-", size="-"):
        """No line for each request."""


@contextmanager
def served(build: Callable[[str], Callable]):
    """A WSGI app on a loopback port, built when its origin is known: the app."""
    server = make_server("127.0.0.1", 0, None, request_handler=Quiet)
    server.app = build(f"http://127.0.0.1:{server.port}")
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.app
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_over_loopback_sockets_the_session_is_the_phishers_and_opens_the_provider_from_anywhere():
    question = QUESTION.replace("wiki&", "web&", 1).replace(
        quote(WIKI + "/cb", safe=""), quote(CALLBACK, safe="")
    )
    lab = Lab("relay", "2023-10-18T09:00:00Z")
    clients = [httpx.Client(trust_env=False, timeout=5) for _ in range(3)]
    phisher, victim, thief = clients
    with (
        served(lambda origin: lab_provider(lab, origin)) as real,
        served(lambda origin: Relay(phisher, real.issuer, origin)) as relay,
    ):
        real.users["ada"].second_factor = Totp(SECRET, lab.clock)
        back = sign_in(
            victim,
            relay.fake + question,
            "ada",
            "lab-password",
            until=CALLBACK,
            answer=lambda _: totp(SECRET, lab.clock.now),
        )
        assert "code=" in back.headers["location"] and not victim.cookies
        (session,) = real.sessions.values()
        assert (phisher.cookies["session"], session.amr) == (session.cookie, ["pwd", "otp", "mfa"])
        assert 'name="password"' in thief.get(real.issuer + question).text
        stolen = thief.get(real.issuer + question, headers={"cookie": f"session={session.cookie}"})
        assert stolen.status_code == 303 and stolen.headers["location"].startswith(
            CALLBACK + "?code="
        )
    for client in clients:
        client.close()
