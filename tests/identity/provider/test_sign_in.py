"""Who signs in where: redirects on loopback, forms of other sites, consent, sessions, guessing."""

import hashlib
from urllib.parse import urlsplit

import httpx
import pytest
from how_many import draws
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sign_in_helpers import (
    ADA,
    EXPENSES,
    SITE,
    VERIFIER,
    answer,
    is_consent_page,
    is_login_page,
    question,
)
from tables import table

from labutils.identity import webauthn
from labutils.identity.course_provider import CALLBACK, lab_provider, product
from labutils.identity.person import Form, sign_in
from labutils.identity.provider import Provider
from labutils.identity.provider.authorize import CODE_LIFE, RECENT
from labutils.identity.provider.state import Client, SessionLimits, without_port
from labutils.identity.tokens import b64
from labutils.lab import Lab

MANY = settings(max_examples=draws(300), deadline=None, derandomize=True, database=None)


class Scene:
    """The served provider in the lab, with a public client at https besides, and a browser."""

    def __init__(self, **choices: object):
        self.lab = Lab("signing in", "2023-10-18T09:00:00Z")
        self.provider = lab_provider(self.lab, SITE, **choices)
        self.provider.clients["expenses"] = Client("expenses", (EXPENSES,))
        webauthn.enable(self.provider)
        self.lab.add("127.0.0.1", self.provider)
        self.ada = self.lab.browser("ada", "192.0.2.10")

    def ask(self, browser: httpx.Client | None = None, **changes: str) -> httpx.Response:
        return (browser or self.ada).get(SITE + "/authorize", params=question(**changes))

    def post(
        self, browser: httpx.Client | None = None, headers: dict | None = None, **changes: str
    ) -> httpx.Response:
        return (browser or self.ada).post(
            SITE + "/authorize", data=question(**changes), headers=headers
        )

    def code(self, **changes: str) -> str:
        """A code for what is asked, after a sign-in and a yes."""
        page = self.post(**changes, **ADA)
        return answer(
            self.ada.post(SITE + "/authorize", data=Form(page.text).hidden | {"consent": "allow"})
        )["code"]

    def redeem(self, code: str, headers: dict | None = None, **changes: str) -> httpx.Response:
        form = {
            "grant_type": "authorization_code",
            "client_id": "spa",
            "redirect_uri": CALLBACK,
            "code": code,
            "code_verifier": VERIFIER,
            **changes,
        }
        return self.ada.post(SITE + "/token", data=form, headers=headers)

    def lives(self, issued: httpx.Response) -> bool:
        header = {"authorization": "Bearer " + issued.json()["access_token"]}
        return self.ada.get(SITE + "/userinfo", headers=header).status_code == 200


# --- redirects on loopback (RFC 8252, 7.3; RFC 9700, 2.1 and 4.1.3) -----------------------------


def matches(registered: str, asked: str) -> bool:
    client = Client("app", (registered,))
    return Provider.redirect_matches(None, client, asked)


@table("registered", ["http://127.0.0.1:9999/cb", "http://127.0.0.1/cb"])
@table("port", ["", ":1", ":80", ":51004", ":65535"])
def test_a_loopback_address_matches_on_any_port(registered, port):
    assert matches(registered, f"http://127.0.0.1{port}/cb")
    assert matches(registered.replace("127.0.0.1", "[::1]"), f"http://[::1]{port}/cb")


NOT_LOOPBACK = [
    "http://localhost:51004/cb",
    "https://127.0.0.1:51004/cb",
    "http://127.0.0.1.evil:51004/cb",
    "http://127.1:51004/cb",
    "http://0x7f000001:51004/cb",
    "http://2130706433:51004/cb",
    "http://127.0.0.2:51004/cb",
    "http://0.0.0.0:51004/cb",
    "http://127.000.000.001:51004/cb",
    "http://١٢٧.0.0.1:51004/cb",
    "http://[::1]:51004/cb",
    "http://[0:0:0:0:0:0:0:1]:51004/cb",
    "http://[::ffff:127.0.0.1]:51004/cb",
    "http://u@127.0.0.1:51004/cb",
    "http://127.0.0.1:51004@evil.example/cb",
    "http://127.0.0.1@evil.example:51004/cb",
    "http://127.0.0.1:51004\\@evil.example/cb",
    "http://127.0.0.1:51004#@evil.example/cb",
    "http://127.0.0.1:0/cb",
    "http://127.0.0.1:65536/cb",
    "http://127.0.0.1:051004/cb",
    "http://127.0.0.1:/cb",
    "http://127.0.0.1:-1/cb",
    "http://127.0.0.1:+80/cb",
    "http://127.0.0.1:51004x/cb",
    "http://127.0.0.1:٨٠/cb",
    "http://127.0.0.1:51004",
    "http://127.0.0.1:51004/",
    "http://127.0.0.1:51004/cb/",
    "http://127.0.0.1:51004/cb?a=b",
    "http://127.0.0.1:51004/cb#",
    "http://127.0.0.1:51004/CB",
    "http://127.0.0.1:51004/c%62",
    "http://127.0.0.1:51004//cb",
    "http://127.0.0.1:51004/x/../cb",
    "HTTP://127.0.0.1:51004/cb",
    "http:/127.0.0.1:51004/cb",
    "http:127.0.0.1:51004/cb",
    " http://127.0.0.1:51004/cb",
    "http://127.0.0.1:51004/cb\n",
    "http://127.0.0.1 :51004/cb",
    "http://127.0.0.1:5 1004/cb",
    "http://127.0.0.1.:51004/cb",
    "//127.0.0.1:51004/cb",
]


@table("asked", NOT_LOOPBACK, ids=ascii)
def test_nothing_but_the_port_of_a_loopback_address_is_left_open(asked):
    assert not matches("http://127.0.0.1:9999/cb", asked)


@table(
    "registered, asked",
    [
        ("http://localhost:9999/cb", "http://localhost:51004/cb"),
        ("https://127.0.0.1:9999/cb", "https://127.0.0.1:51004/cb"),
        ("http://192.0.2.1:9999/cb", "http://192.0.2.1:51004/cb"),
        ("http://127x0x0x1:9999/cb", "http://127x0x0x1:51004/cb"),
        ("https://app.example/cb", "https://app.example:8443/cb"),
        ("com.example.app://127.0.0.1:9999/cb", "com.example.app://127.0.0.1:51004/cb"),
    ],
)
def test_a_port_matters_everywhere_else(registered, asked):
    assert matches(registered, registered) and not matches(registered, asked)


@given(
    st.from_regex(
        r"http://(127\.0\.0\.1|\[::1\]|[a-z0-9.@:\[\]\\]{1,12})(:[0-9]{0,6})?[/?#@.a-z:\\]{0,6}",
        fullmatch=True,
    )
)
@example("http://127.0.0.1:1/cb")
@MANY
def test_what_matches_on_loopback_is_read_by_the_standard_library_as_loopback_too(asked):
    bare = without_port(asked)
    if bare is not None:
        parts = urlsplit(asked)
        assert (parts.hostname in ("127.0.0.1", "::1"), parts.username, parts.port != 0) == (
            True,
            None,
            True,
        )
        assert matches("http://" + "".join(bare), asked)


def test_the_code_goes_to_the_port_that_asked_and_is_traded_with_that_address_alone():
    scene, here = Scene(), "http://127.0.0.1:51004/cb"
    code = scene.code(redirect_uri=here)
    for other in (CALLBACK, "http://127.0.0.1:51005/cb", "http://127.0.0.1/cb"):
        assert scene.redeem(code, redirect_uri=other).json()["error"] == "invalid_grant"
    assert scene.redeem(code, redirect_uri=here).status_code == 200


# --- how recent a sign-in must be ---------------------------------------------------------------


@pytest.mark.parametrize("zero", ["0", "00"])
def test_max_age_0_is_prompt_login(zero):  # OpenID Connect Core, 3.1.2.1
    scene = Scene()
    scene.code(client_id="web", max_age=zero)
    (session,) = scene.provider.sessions.values()

    def ask_in_the_second_of_the_sign_in(**more: str) -> httpx.Response:
        scene.lab.clock.now = session.auth_time - 1  # the request itself takes one
        return scene.ask(client_id="web", **more)

    assert is_login_page(ask_in_the_second_of_the_sign_in(max_age=zero))
    assert (
        answer(ask_in_the_second_of_the_sign_in(max_age=zero, prompt="none"))["error"]
        == "login_required"
    )
    assert "code" in answer(ask_in_the_second_of_the_sign_in(max_age="1", prompt="none"))


def test_with_max_age_0_the_consent_page_comes_after_the_sign_in_and_is_answered():
    scene = Scene()
    page = scene.post(max_age="0", **ADA)
    assert is_consent_page(page)
    assert "code" in answer(
        scene.ada.post(SITE + "/authorize", data=Form(page.text).hidden | {"consent": "allow"})
    )


@table("wanted", [{"prompt": "login"}, {"max_age": "0"}, {"max_age": "60"}])
@table("age, taken", [(RECENT, True), (RECENT + 1, False)])
def test_the_consent_page_is_answered_within_300_seconds_of_the_sign_in(wanted, age, taken):
    scene = Scene()
    page = scene.post(**wanted, **ADA)
    (session,) = scene.provider.sessions.values()
    scene.lab.clock.now = session.auth_time + age - 1  # the request itself takes one
    said = scene.ada.post(SITE + "/authorize", data=Form(page.text).hidden | {"consent": "allow"})
    assert (said.is_redirect, is_login_page(said), RECENT) == (taken, not taken, 300)


# --- forms that pages of other sites send -------------------------------------------------------

FOREIGN = [
    "https://evil.example",
    "null",
    "http://127.0.0.1:9999",
    "http://127.0.0.1",
    "https://127.0.0.1:9007",
    "http://localhost:9007",
    "http://127.0.0.1:9007.evil.example",
    "HTTP://127.0.0.1:9007",
    "http://127.0.0.1:9007/",
    "",
    "http://127.0.0.1:9007, null",
]


@table("origin", FOREIGN)
def test_a_page_of_another_origin_signs_nobody_in(origin):
    scene = Scene()
    for path in ("/authorize", "/keys"):
        refusal = scene.ada.post(SITE + path, data=question(**ADA), headers={"origin": origin})
        assert (refusal.status_code, "set-cookie" in refusal.headers, scene.provider.sessions) == (
            403,
            False,
            {},
        )
        assert "This form was sent by a page of another site." in refusal.text
    assert scene.lab.audit[-1]["error"] == "sent by a page of another origin"


@pytest.mark.parametrize(
    "typed",
    [{"consent": "allow"}, {"ticket": "x", "answer": "1"}, {"password": "x"}, {"csrf": "x"}],
)
def test_no_form_of_ours_is_taken_from_another_origin(typed):
    assert Scene().post(headers={"origin": "https://evil.example"}, **typed).status_code == 403


def test_a_page_of_another_origin_adds_no_key_and_ends_no_session():
    scene, evil = Scene(), {"origin": "https://evil.example"}
    scene.post(**ADA)
    (session,) = scene.provider.sessions.values()
    for path in ("/keys", "/logout"):
        assert (
            scene.ada.post(
                SITE + path, data={"csrf": session.csrf, "answer": "x"}, headers=evil
            ).status_code
            == 403
        )
    assert scene.provider.sessions and scene.provider.users["ada"].second_factor is None


@pytest.mark.parametrize("headers", [{}, {"origin": SITE}])
def test_our_own_pages_and_clients_that_are_no_browsers_sign_in(headers):
    assert is_consent_page(Scene().post(headers=headers, **ADA))


def test_a_client_may_send_its_question_by_a_form_of_its_own():
    """OpenID Connect Core, 3.1.2.1; RP-Initiated Logout, 2."""
    scene = Scene()
    assert is_login_page(scene.post(headers={"origin": "https://expenses.example"}))
    ended = scene.ada.post(
        SITE + "/logout", data={"client_id": "web"}, headers={"origin": "https://expenses.example"}
    )
    assert ended.status_code == 200


@pytest.mark.parametrize(
    "issuer, origin",
    [
        ("https://login.example", "https://login.example"),
        ("http://127.0.0.1:80", "http://127.0.0.1"),
        ("https://login.example:443/tenant", "https://login.example"),
    ],
)
def test_the_origin_is_written_as_browsers_write_it(issuer, origin):
    lab = Lab("origins", "2023-10-18T09:00:00Z")
    lab.add(urlsplit(issuer).hostname, lab_provider(lab, issuer))
    for said, status in ((origin, 200), (origin + ":8443", 403)):
        form = question(**ADA)
        sent = lab.browser("ada", "192.0.2.10").post(
            f"{origin}/authorize", data=form, headers={"origin": said}
        )
        assert sent.status_code == status


# --- the consent page ---------------------------------------------------------------------------


@table(
    "changes",
    [
        {"scope": "openid profile"},
        {"scope": ""},
        {"state": "another"},
        {"nonce": "another"},
        {"redirect_uri": "http://127.0.0.1:1/cb"},
        {"client_id": "web"},
        {"prompt": "consent"},
        {"max_age": "1000"},
        {"dpop_jkt": "x"},
        {"code_challenge": "c" * 43},
        {"more": "x"},
    ],
)
def test_a_yes_answers_the_request_that_was_shown_and_no_other(changes):
    scene = Scene()
    asked = {"consent": "allow", "csrf": Form(scene.post(**ADA).text).hidden["csrf"]}
    assert is_consent_page(scene.post(**changes, **asked))
    assert "code" in answer(scene.post(**asked))


def test_a_yes_is_for_the_scope_that_the_page_named():
    scene = Scene()
    scene.provider.clients["spa"] = Client("spa", (CALLBACK,), scope="openid")
    page = scene.post(scope="", **ADA)
    scene.provider.clients["spa"] = Client("spa", (CALLBACK,), scope="openid profile")
    fields = Form(page.text).hidden | {"consent": "allow"}
    assert is_consent_page(scene.ada.post(SITE + "/authorize", data=fields))


def test_a_yes_belongs_to_its_session():
    scene = Scene()
    token = Form(scene.post(**ADA).text).hidden["csrf"]
    other = scene.lab.browser("tom", "203.0.113.66")
    scene.post(other, **ADA)
    (first, _) = scene.provider.sessions.values()
    for forged in (token, first.csrf, "", "é"):
        assert is_consent_page(scene.post(other, csrf=forged, consent="allow"))


def test_a_public_client_on_loopback_is_asked_about_each_time():  # RFC 8252, 8.6
    scene = Scene()
    scene.code()
    assert is_consent_page(scene.ask()) and is_consent_page(
        scene.ask(redirect_uri="http://127.0.0.1:51004/cb")
    )
    assert answer(scene.ask(prompt="none"))["error"] == "consent_required"


@pytest.mark.parametrize(
    "client", [{"client_id": "web"}, {"client_id": "expenses", "redirect_uri": EXPENSES}]
)
def test_a_client_whose_identity_is_assured_is_asked_about_once(
    client,
):  # its secret, or its site (RFC 10017, 6.3.3.2)
    scene = Scene()
    scene.code(**client)
    assert "code" in answer(scene.ask(**client)) and "code" in answer(
        scene.ask(prompt="none", **client)
    )


def test_auto_login_answers_at_once():
    scene = Scene(auto_login="ada")
    assert all(
        "code" in answer(scene.ask(**more))
        for more in ({}, {}, {"prompt": "none"}, {"prompt": "consent"})
    )


# --- the code is traded -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "expenses"},
        {"client_id": "web", "client_secret": "web-secret-for-the-lab"},
        {"code_verifier": "w" * 43},
        {"code_verifier": ""},
        {"redirect_uri": "http://127.0.0.1:1/cb"},
    ],
)
def test_whoever_cannot_trade_a_code_kills_nothing_with_a_used_one(
    changes,
):  # OAuth 2.1, 4.1.3 and 7.5.2
    scene = Scene()
    issued = scene.redeem(code := scene.code())
    assert scene.redeem(code, **changes).json()["error"] == "invalid_grant" and scene.lives(issued)
    assert "code.reuse" not in [line["event"] for line in scene.lab.audit]
    assert scene.redeem(code).json()["error"] == "invalid_grant" and not scene.lives(issued)


def test_a_used_code_ends_its_grant_after_it_has_expired_too():
    scene = Scene()
    issued = scene.redeem(code := scene.code())
    scene.lab.clock.tick(CODE_LIFE + 1)
    scene.provider.forget()
    assert scene.lives(issued)
    scene.redeem(code)
    assert not scene.lives(issued)


def test_a_key_that_was_named_ahead_is_needed_to_end_the_grant():
    from labutils.identity import dpop
    from labutils.identity.tokens import ec_private_key, public_jwk, thumbprint

    scene, key = Scene(), ec_private_key("ada's laptop")
    code = scene.code(dpop_jkt=thumbprint(public_jwk(key)))

    def redeem(jti: str) -> httpx.Response:
        proof = dpop.prove(key, "POST", SITE + "/token", now=scene.lab.clock.now, jti=jti)
        return scene.redeem(code, headers={"dpop": proof})

    assert redeem("one").status_code == 200
    scene.redeem(code)
    assert "code.reuse" not in [line["event"] for line in scene.lab.audit]
    redeem("two")
    assert scene.lab.audit[-2]["event"] == "code.reuse"


@table(
    "sign, fits",
    [*((sign, True) for sign in "aZ09-._~"), *((sign, False) for sign in "+/= %!é\n\0")],
)
def test_a_verifier_has_the_letters_that_are_allowed(sign, fits):  # RFC 7636, 4.1
    scene, verifier = Scene(), sign * 43
    try:
        challenge = b64(hashlib.sha256(verifier.encode()).digest())
    except UnicodeEncodeError:
        return
    code = scene.code(code_challenge=challenge)
    assert (scene.redeem(code, code_verifier=verifier).status_code == 200) is fits


@pytest.mark.parametrize("length, fits", [(42, False), (43, True), (128, True), (129, False)])
def test_a_verifier_has_43_to_128_letters(length, fits):
    scene, verifier = Scene(), "v" * length
    code = scene.code(code_challenge=b64(hashlib.sha256(verifier.encode()).digest()))
    assert (scene.redeem(code, code_verifier=verifier).status_code == 200) is fits


@pytest.mark.parametrize(
    "scope, named",
    [("openid profile", True), ("openid profile_photo", False), ("openid my_profile", False)],
)
def test_the_scope_profile_is_a_word_and_not_a_part_of_one(scope, named):
    scene = Scene()
    scene.provider.clients["spa"] = Client(
        "spa", (CALLBACK,), scope="openid profile profile_photo my_profile"
    )
    token = scene.redeem(scene.code(scope=scope)).json()["access_token"]
    claims = scene.ada.get(SITE + "/userinfo", headers={"authorization": "Bearer " + token}).json()
    assert ("name" in claims, "preferred_username" in claims) == (named, named)


# --- sessions begin and end ---------------------------------------------------------------------


def test_a_new_sign_in_ends_the_session_that_this_browser_had():  # OWASP ASVS 5.0, 7.2.4
    scene = Scene()
    scene.post(**ADA)
    before = scene.ada.cookies["session"]
    scene.post(prompt="login", **ADA)
    assert scene.ada.cookies["session"] != before and list(scene.provider.sessions) == [
        scene.ada.cookies["session"]
    ]
    tom = scene.lab.browser("tom", "203.0.113.66")
    assert is_login_page(
        tom.get(SITE + "/authorize", params=question(), headers={"cookie": "session=" + before})
    )
    assert [line["event"] for line in scene.lab.audit] == [
        "session.start",
        "session.end",
        "session.start",
    ]


def test_a_wrong_password_ends_no_session_and_a_sign_in_elsewhere_neither():
    scene = Scene()
    scene.post(**ADA)
    scene.post(username="ada", password="wrong")
    scene.post(scene.lab.browser("at home", "192.0.2.11"), **ADA)
    assert len(scene.provider.sessions) == 2 and is_consent_page(scene.ask())


def test_a_session_ends_when_nobody_uses_it_and_in_any_case_after_its_life():
    """OWASP ASVS 5.0, 7.3.1 and 7.3.2."""
    scene = Scene(session_limits=SessionLimits(idle=600, life=1000))
    for waits, good in (((598,), True), ((599,), False), ((500, 497), True), ((500, 498), False)):
        scene.post(**ADA)
        for wait in waits:
            scene.lab.clock.tick(wait)
            page = scene.ask()
        assert (is_consent_page(page), is_login_page(page)) == (good, not good)


def test_in_the_lab_a_session_lasts_until_somebody_ends_it():
    scene = Scene()
    scene.post(**ADA)
    scene.lab.clock.tick(365 * 86400)
    assert is_consent_page(scene.ask())


def test_tokens_of_a_grant_that_is_over_are_forgotten():
    scene = Scene()
    issued = scene.redeem(scene.code(scope="openid offline_access")).json()
    scene.provider.revoke_family(issued["refresh_token"])
    scene.lab.clock.tick(CODE_LIFE)
    scene.provider.forget()
    assert (scene.provider.refresh_tokens, scene.provider.access_tokens, scene.provider.codes) == (
        {},
        {},
        {},
    )


def test_what_is_over_is_forgotten_and_what_is_not_stays():
    scene = Scene(session_limits=SessionLimits(idle=600, life=1000))
    scene.redeem(scene.code(scope="openid offline_access"))
    scene.code()
    state = ("sessions", "codes", "access_tokens", "refresh_tokens", "waiting")
    scene.provider.forget()
    assert [len(getattr(scene.provider, name)) for name in state] == [1, 2, 1, 1, 0]
    scene.lab.clock.tick(700)
    scene.provider.forget()
    assert [len(getattr(scene.provider, name)) for name in state] == [
        0,
        1,
        0,
        1,
        0,
    ]  # the used code, for its reuse
    scene.lab.clock.tick(91 * 86400)
    scene.provider.forget()
    assert [len(getattr(scene.provider, name)) for name in state] == [0, 0, 0, 0, 0]


# --- what every answer carries ------------------------------------------------------------------


@table(
    "method, path",
    [
        ("GET", "/authorize"),
        ("GET", "/nothing"),
        ("GET", "/logout"),
        ("GET", "/keys"),
        ("GET", "/jwks"),
        ("GET", "/userinfo"),
        ("GET", "/webauthn.js"),
        ("POST", "/token"),
        ("PUT", "/token"),
        ("OPTIONS", "/token"),
        ("GET", "/.well-known/openid-configuration"),
        ("POST", "/introspect"),
    ],
)
def test_every_answer_keeps_out_of_caches_frames_and_guesses(method, path):
    headers = Scene().ada.request(method, SITE + path).headers
    assert (
        headers["x-content-type-options"],
        headers["referrer-policy"],
        headers["cache-control"],
    ) == (
        "nosniff",
        "same-origin",
        "no-store",
    )
    assert (
        "frame-ancestors 'none'" in headers["content-security-policy"]
        and "default-src 'none'" in headers["content-security-policy"]
    )


@table(
    "path",
    [
        "/authorize",
        "/token",
        "/introspect",
        "/revoke",
        "/userinfo",
        "/logout",
        "/keys",
        "/jwks",
        "/nothing",
    ],
)
@table(
    "form", [{}, {"client_id": "web"}, {"token": "x", "client_id": "spa"}, ADA | {"password": "x"}]
)
def test_a_401_comes_with_a_challenge(path, form):  # RFC 9110, 15.5.2
    scene = Scene()
    for refusal in (
        scene.ada.post(SITE + path, data=form),
        scene.ada.get(SITE + path, params=form),
    ):
        assert (refusal.status_code == 401) == ("www-authenticate" in refusal.headers)


def test_one_request_does_not_fill_the_log():
    scene = Scene()
    scene.ada.post(
        SITE + "/authorize",
        data=question(username="u" * 60_000, password="x"),
        headers={"user-agent": "a" * 60_000},
    )
    assert len(str(scene.lab.audit)) < 1000


# --- guessing -----------------------------------------------------------------------------------


class Guarded(Scene):
    """The provider as serve runs it: answers that are wrong slow the next ones down."""

    def __init__(self):
        super().__init__()
        self.provider = product(self.lab, SITE)
        self.lab.add("127.0.0.1", self.provider)
        self.tom = self.lab.browser("tom", "203.0.113.66")

    def try_password(
        self, browser: httpx.Client, password: str, username: str = "ada"
    ) -> httpx.Response:
        return self.post(browser, username=username, password=password)

    def in_the_same_second(
        self, browser: httpx.Client, password: str, username: str = "ada"
    ) -> httpx.Response:
        self.lab.clock.now -= 1  # the request itself takes one
        return self.try_password(browser, password, username)


def test_of_fifty_wrong_passwords_few_are_tried_and_the_right_one_works_after_a_short_wait():
    scene = Guarded()
    tried = [scene.in_the_same_second(scene.tom, "wrong").status_code for _ in range(50)]
    assert tried == [403] * 5 + [429] * 45
    refusal = scene.in_the_same_second(scene.tom, "lab-password")
    assert (refusal.status_code, "set-cookie" in refusal.headers) == (429, False)
    assert f"Try again in {refusal.headers['retry-after']} seconds." in refusal.text
    scene.lab.clock.tick(int(refusal.headers["retry-after"]))
    assert is_consent_page(scene.try_password(scene.tom, "lab-password"))


def test_the_waits_grow_to_thirty_seconds_and_no_further():
    scene, waits = Guarded(), []
    for _ in range(14):
        scene.in_the_same_second(scene.tom, "wrong")
        refusal = scene.in_the_same_second(scene.tom, "wrong")
        waits.append(int(refusal.headers.get("retry-after", 0)))
        scene.lab.clock.tick(waits[-1])
    assert waits[2:] == [1, 2, 4, 8, 16, *[30] * 7]


def test_somebody_who_guesses_all_day_does_not_lock_ada_out_of_the_browser_that_she_uses():
    scene = Guarded()
    scene.try_password(scene.ada, "lab-password")
    for _ in range(200):
        scene.in_the_same_second(scene.tom, "wrong")
        assert len(scene.provider.sessions) == 1
        assert is_consent_page(scene.post(prompt="login", **ADA))
    scene.in_the_same_second(scene.tom, "wrong")
    forged = {"cookie": "known-browser=" + scene.provider.throttle.mark("tom")}
    assert (
        scene.post(scene.lab.browser("eve", "203.0.113.67"), headers=forged, **ADA).status_code
        == 429
    )


def test_the_browser_that_ada_uses_is_slowed_down_as_well():
    scene = Guarded()
    scene.try_password(scene.ada, "lab-password")
    assert [scene.in_the_same_second(scene.ada, "wrong").status_code for _ in range(7)] == [
        403
    ] * 5 + [429] * 2


def test_one_address_guesses_at_few_accounts():
    scene = Guarded()
    tried = [
        scene.in_the_same_second(scene.tom, "123456", username=f"user{number}").status_code
        for number in range(50)
    ]
    assert tried == [403] * 20 + [429] * 30
    assert is_consent_page(
        scene.try_password(scene.lab.browser("eve", "192.0.2.12"), "lab-password")
    )


def test_codes_are_not_guessed_by_giving_the_password_again():
    from labutils.identity.factors import Totp

    scene = Guarded()
    scene.provider.users["ada"].second_factor = Totp(b"s" * 20, scene.lab.clock)
    tickets = [
        Form(scene.in_the_same_second(scene.tom, "lab-password").text).hidden["ticket"]
        for _ in range(30)
    ]
    statuses = []
    for ticket in tickets:
        scene.lab.clock.now -= 1
        statuses.append(scene.post(scene.tom, ticket=ticket, answer="000000").status_code)
    assert statuses == [403] * 5 + [429] * 25
    assert scene.in_the_same_second(scene.tom, "lab-password").status_code == 429


def test_a_series_is_forgotten_after_a_while_and_after_a_sign_in():
    scene = Guarded()
    for _ in range(4):
        scene.in_the_same_second(scene.tom, "wrong")
    scene.try_password(scene.tom, "lab-password")
    scene.tom.cookies.clear()
    assert [scene.in_the_same_second(scene.tom, "wrong").status_code for _ in range(6)] == [
        403
    ] * 5 + [429]
    scene.lab.clock.tick(900)
    assert [scene.in_the_same_second(scene.tom, "wrong").status_code for _ in range(6)] == [
        403
    ] * 5 + [429]


def test_what_is_remembered_of_guesses_is_bounded(monkeypatch):
    monkeypatch.setattr("labutils.identity.provider.throttle.MOST", 100)
    scene = Guarded()
    for number in range(300):
        browser = scene.lab.browser("tom", f"203.0.{number // 100}.{number % 100}")
        scene.try_password(browser, "x", username=f"{number}" * 1000)
    assert (
        len(scene.provider.throttle.series) == 100
        and len(str(scene.provider.throttle.series)) < 20_000
    )


@given(st.text(), st.text(max_size=60))
@settings(MANY, max_examples=draws(60))
def test_no_made_up_cookie_is_a_browser_that_is_known(username, cookie):
    scene = Guarded()
    form = question() | {"username": username or "x", "password": "x"}
    headers = {
        "cookie": "known-browser="
        + "".join(sign for sign in cookie if sign.isprintable() and ord(sign) < 128)
    }
    scene.tom.post(
        SITE + "/authorize",
        data={name: value.encode(errors="replace") for name, value in form.items()},
        headers=headers,
    )
    assert not [key for key in scene.provider.throttle.series if key[0] == "browser"]


def test_a_person_signs_in_with_everything_on():
    scene = Guarded()
    assert answer(
        sign_in(
            scene.ada,
            f"{SITE}/authorize?{httpx.QueryParams(question())}",
            "ada",
            "lab-password",
            until=CALLBACK,
        )
    )["code"]
