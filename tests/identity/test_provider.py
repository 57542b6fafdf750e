"""The provider's front: what it advertises, whom it signs in, what it asks, where it sends the
answer, and what its operator can do.
"""

import hashlib
import json
import re
from urllib.parse import parse_qsl

import httpx
import joserfc.jwk
import joserfc.jwt
import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from provider_helpers import (
    CALLBACK,
    CHALLENGE,
    MANY,
    NO_PKCE,
    PASSWORD,
    SECRETS,
    STATE,
    VERIFIER,
    Page,
    ask,
    code_for,
    csrf,
    error_of,
    fresh,
    post,
    question,
    tokens_of,
)
from tables import table
from two_apps import API, LOGIN, NOTES, WIKI, TwoApps

from labutils.identity.factors import Totp, totp
from labutils.identity.person import sign_in
from labutils.identity.provider.state import Client
from labutils.identity.tokens import b64, json_part


def answer(response: httpx.Response, to: str = CALLBACK) -> dict[str, str]:
    """What the provider tells the client by way of the browser: the query of a redirect to exactly
    this address.
    """
    address, _, query = response.headers.get("location", "no redirect").partition("?")
    assert (response.status_code, address) == (303, to)
    return dict(parse_qsl(query, strict_parsing=True))


def denied(response: httpx.Response, error: str) -> None:
    """The client hears this registered error, its own state, who says so, and gets no code."""
    params = answer(response)
    assert (params["error"], params["state"], params["iss"]) == (error, STATE, LOGIN)
    assert set(params) == {"error", "error_description", "state", "iss"}


def ticket_of(page: httpx.Response) -> str:
    return re.search('name="ticket" value="([^"]+)"', page.text)[1]


# --- discovery and keys -------------------------------------------------------------------------


def test_discovery_says_what_the_specifications_require():
    metadata = TwoApps("d").ada.get(LOGIN + "/.well-known/openid-configuration").json()
    required = {
        "issuer",
        "authorization_endpoint",
        "token_endpoint",
        "jwks_uri",
        "response_types_supported",
        "subject_types_supported",
        "id_token_signing_alg_values_supported",
    }  # Discovery 1.0, 3
    assert required <= set(metadata)
    assert metadata["issuer"] == LOGIN
    expected = {
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,
        "request_uri_parameter_supported": False,
        "request_parameter_supported": False,
        "response_modes_supported": ["query"],
    }
    assert {name: metadata[name] for name in expected} == expected
    assert "RS256" in metadata["id_token_signing_alg_values_supported"]
    assert {"client_secret_basic", "client_secret_post"} <= set(
        metadata["token_endpoint_auth_methods_supported"]
    )
    assert "none" not in metadata["introspection_endpoint_auth_methods_supported"]
    assert {"ES256"} <= set(metadata["dpop_signing_alg_values_supported"])


def test_every_advertised_endpoint_answers():
    apps = TwoApps("d")
    metadata = apps.ada.get(LOGIN + "/.well-known/openid-configuration").json()
    where = [
        value
        for name, value in metadata.items()
        if name.endswith("_endpoint") or name == "jwks_uri"
    ]
    assert len(where) == 7
    for url in where:
        assert url.startswith(LOGIN + "/")
        assert {apps.ada.get(url).status_code, apps.ada.post(url).status_code} & {200, 400, 401}
        assert 404 not in (apps.ada.get(url).status_code, apps.ada.post(url).status_code)


@table(
    "path, allowed",
    [
        ("/token", {"POST"}),
        ("/introspect", {"POST"}),
        ("/revoke", {"POST"}),
        ("/jwks", {"GET", "HEAD", "POST"}),
        *((path, {"GET", "POST"}) for path in ("/authorize", "/logout", "/userinfo")),
    ],
)
def test_another_method_is_refused_and_told_which_are_allowed(path, allowed):
    browser = TwoApps("d").ada
    for method in {"GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"} - allowed:
        refusal = browser.request(method, LOGIN + path)
        assert (refusal.status_code, set(refusal.headers["allow"].split(", "))) == (405, allowed)


@table(
    "path",
    [
        "/",
        "",
        "/token/",
        "/Token",
        "/%00",
        "/.well-known",
        "/jwks/x",
        "/tökén",
        "/%ff",
        "/%E2%82%AC",
    ],
)
def test_what_is_not_there_is_not_found(path):
    assert TwoApps("d").ada.get(LOGIN + path).status_code == 404


def test_the_jwk_set_holds_public_keys_and_nothing_private():
    keys = TwoApps("d").ada.get(LOGIN + "/jwks").json()["keys"]
    assert [(key["alg"], key["kty"], key["use"]) for key in keys] == [
        ("RS256", "RSA", "sig"),
        ("ES256", "EC", "sig"),
    ]
    assert not {"d", "p", "q", "dp", "dq", "qi", "k"} & {name for key in keys for name in key}
    assert joserfc.jwk.KeySet.import_key_set({"keys": keys})


def test_rotation_with_and_without_the_old_key():
    apps = fresh()
    kids = [{key["kid"] for key in apps.ada.get(LOGIN + "/jwks").json()["keys"]}]
    issued = tokens_of(apps)
    for keep_old in (True, False):
        apps.provider.rotate_signing_key(keep_old=keep_old)
        kids.append({key["kid"] for key in apps.ada.get(LOGIN + "/jwks").json()["keys"]})
        assert len(kids[-1]) == (4 if keep_old else 2)
        assert userinfo(apps, issued["access_token"]).status_code == (200 if keep_old else 401)
        renewed = tokens_of(apps)
        assert jwt.get_unverified_header(renewed["id_token"])["kid"] in kids[-1] - kids[-2]
        assert userinfo(apps, renewed["access_token"]).status_code == 200
    assert kids[0] < kids[1]
    assert not kids[1] & kids[2]


def userinfo(apps: TwoApps, token: str) -> httpx.Response:
    return apps.tom.get(LOGIN + "/userinfo", headers={"authorization": f"Bearer {token}"})


@pytest.mark.parametrize("client, alg", [("wiki", "ES256"), ("plain", "RS256")])
def test_joserfc_reads_an_id_token_as_we_do(client, alg):
    apps = fresh()
    issued = tokens_of(apps, client)
    keys = joserfc.jwk.KeySet.import_key_set(apps.ada.get(LOGIN + "/jwks").json())
    token = joserfc.jwt.decode(issued["id_token"], keys, algorithms=[alg])
    now = apps.lab.clock.now - 1  # fetching the keys took a second
    expected = {
        "iss": LOGIN,
        "sub": "u-1815",
        "aud": client,
        "nonce": "a nonce",
        "iat": now,
        "exp": now + 600,
        "amr": ["pwd"],
        "at_hash": b64(hashlib.sha256(issued["access_token"].encode()).digest()[:16]),
    }
    assert token.header["alg"] == alg
    assert {name: token.claims[name] for name in expected} == expected
    assert set(token.claims) == {*expected, "auth_time", "sid"}
    assert token.claims["auth_time"] == min(
        session.auth_time for session in apps.provider.sessions.values()
    )


# --- the authorization endpoint -----------------------------------------------------------------


@pytest.mark.parametrize("way", [ask, post])
def test_an_authorization_request_comes_by_get_or_post_and_is_answered_with_code_state_and_iss(way):
    apps = fresh()
    params = answer(way(apps.ada))
    assert (set(params), params["state"], params["iss"]) == ({"code", "state", "iss"}, STATE, LOGIN)
    assert "state" not in answer(way(apps.ada, state=None))


def test_the_answer_is_appended_to_a_registered_address_that_has_a_query_already():
    response = post(
        fresh().ada, client_id="plain", redirect_uri=CALLBACK + "?app=1", response_type="token"
    )
    assert answer(response)["app"] == "1"
    assert response.headers["location"].count("?") == 1


SPELLINGS = [
    None,
    "",
    CALLBACK + "/",
    CALLBACK + "/x",
    CALLBACK + ".tom.example",
    WIKI + ".tom.example/cb",
    CALLBACK + "?",
    CALLBACK + "?a=b",
    CALLBACK + "#",
    CALLBACK + "#a",
    "http://wiki.example/cb",
    "https://wiki.example@tom.example/cb",
    "https://tom@wiki.example/cb",
    "https://tom.example/cb",
    "https://WIKI.example/cb",
    "HTTPS://wiki.example/cb",
    WIKI + "/CB",
    WIKI + "/c%62",
    WIKI + "/x/../cb",
    WIKI + "//cb",
    WIKI + ":443/cb",
    "//wiki.example/cb",
    "/cb",
    "cb",
    " " + CALLBACK,
    CALLBACK + " ",
    CALLBACK + "\n",
    CALLBACK + "\0",
    NOTES + "/cb",
    CALLBACK + "?app=1",
    "javascript:alert(1)",
    "https://tom.example/?" + CALLBACK,
    "https://tom.example\\@wiki.example/cb",
    "https://wіki.example/cb",
]


@table("spelling", SPELLINGS, ids=ascii)
def test_another_spelling_of_the_redirect_is_refused_and_never_redirected_to(spelling):
    for way in (ask, post):
        refusal = way(APPS.ada, redirect_uri=spelling)
        assert error_of(refusal) == (400, "invalid_request")
        assert "location" not in refusal.headers


@table("client_id", [None, "", "nobody", "WIKI", "wiki ", "\0", "üni", "w" * 9999])
def test_an_unknown_client_is_refused_and_nobody_is_redirected(client_id):
    refusal = ask(APPS.ada, client_id=client_id)
    assert (error_of(refusal), "location" in refusal.headers) == ((400, "invalid_request"), False)


REFUSED = {
    "no challenge": (NO_PKCE, "invalid_request"),
    "plain": ({"code_challenge_method": "plain"}, "invalid_request"),
    "no method, which means plain": ({"code_challenge_method": None}, "invalid_request"),
    "method in another case": ({"code_challenge_method": "s256"}, "invalid_request"),
    "method without challenge": ({"code_challenge": None}, "invalid_request"),
    "short challenge": ({"code_challenge": CHALLENGE[:-1]}, "invalid_request"),
    "padded challenge": ({"code_challenge": CHALLENGE + "="}, "invalid_request"),
    "challenge and newline": ({"code_challenge": CHALLENGE + "\n"}, "invalid_request"),
    **{
        f"response_type {kind}": ({"response_type": kind}, "unsupported_response_type")
        for kind in ("token", "id_token", "code token", "code id_token", "none", "CODE")
    },
    **{
        f"response_mode {mode}": ({"response_mode": mode}, "invalid_request")
        for mode in ("fragment", "form_post", "jwt", "QUERY")
    },
    "request": ({"request": "e30.e30."}, "request_not_supported"),
    "request_uri": ({"request_uri": "https://tom.example/r"}, "request_uri_not_supported"),
    **{
        f"max_age {age}": ({"max_age": age}, "invalid_request")
        for age in ("-1", "soon", "1.5", "1e3", "9" * 99)
    },
    "prompt none and more": ({"prompt": "none login"}, "invalid_request"),
    **{
        f"scope {scope}": ({"scope": scope}, "invalid_scope")
        for scope in ("openid admin", "OPENID", "openid,profile", "read")
    },
}


@table("changes, error", REFUSED.values(), ids=REFUSED)
def test_what_is_not_offered_is_refused_by_its_registered_name(changes, error):
    for way in (ask, post):
        denied(way(APPS.ada, **changes), error)


def test_a_missing_response_type_is_an_error_answer():
    assert answer(ask(APPS.ada, response_type=None))["error"] in (
        "invalid_request",
        "unsupported_response_type",
    )


def test_pkce_may_be_left_out_where_the_client_need_not_use_it_but_never_weakened():
    apps = fresh()
    assert code_for(apps, client_id="plain", **NO_PKCE)
    denied(ask(apps.ada, client_id="plain", code_challenge_method="plain"), "invalid_request")
    denied(
        ask(apps.ada, client_id="plain", code_challenge_method="S256", code_challenge=None),
        "invalid_request",
    )


def test_a_client_without_the_code_flow_is_refused():
    apps = fresh()
    apps.provider.clients["job"] = Client(
        "job", (CALLBACK,), "x", grant_types=("client_credentials",)
    )
    denied(ask(apps.ada, client_id="job"), "unauthorized_client")


@pytest.mark.parametrize("name", ["client_id", "state", "scope", "redirect_uri", "unheard_of"])
def test_a_repeated_parameter_is_refused(name):
    twice = [*question(unheard_of="a").items(), (name, "b")]
    assert error_of(APPS.ada.get(LOGIN + "/authorize", params=twice)) == (400, "invalid_request")
    split = APPS.ada.post(LOGIN + "/authorize", params={name: "b"}, data=question(unheard_of="a"))
    assert error_of(split) == (400, "invalid_request")


def test_empty_parameters_count_as_absent_and_unknown_ones_are_ignored():
    assert "state" not in answer(
        ask(APPS.ada, state="", prompt="", max_age="", request="", unheard_of="1")
    )


# --- the login page and the consent page --------------------------------------------------------


HOSTILE = (
    '"><script>alert(1)</script><input name="csrf" value="x" onfocus=\'x\'>'
    "&amp;$csrf ${carried} \u202e"
)


@pytest.mark.parametrize("browser, shown", [("tom", "Sign in"), ("ada", "Allow access?")])
def test_hostile_parameters_are_escaped_on_the_pages(browser, shown):
    page = Page(ask(getattr(APPS, browser), state=HOSTILE, prompt="consent", **{HOSTILE: HOSTILE}))
    assert shown in page.text
    assert (page.fields["state"], page.fields[HOSTILE]) == (HOSTILE, HOSTILE)


def test_what_was_typed_is_not_carried_along():
    page = post(
        APPS.tom, username="tom", password="my-secret", code="123456", csrf="c", consent="allow"
    )
    assert page.status_code == 403
    assert Page(page).fields == question()
    assert not any(secret in page.text for secret in ("my-secret", "123456"))


@table(
    "typed",
    [
        {"username": "ada"},
        {"username": "ada", "password": ""},
        {"username": "ada", "password": "x"},
        {"username": "Ada", "password": PASSWORD},
        {"username": "nobody", "password": ""},
        {"username": "ada", "password": PASSWORD + " "},
        {"username": "tom", "password": PASSWORD},
        {"username": "ädä", "password": "ü\0"},
    ],
)
def test_a_wrong_password_gets_the_page_again_with_403_and_neither_code_nor_session(typed):
    refusal = post(APPS.tom, **typed)
    assert (
        refusal.status_code,
        "set-cookie" in refusal.headers,
        "location" in refusal.headers,
    ) == (403, False, False)
    assert "That did not work" in Page(refusal).text
    assert APPS.lab.audit[-1] | {"time": ""} == {
        "time": "",
        "service": "login.example",
        "event": "session.start",
        "outcome": "failure",
        "user": typed["username"],
        "ip": "203.0.113.66",
        "agent": "tom",
    }


def test_a_password_in_the_address_signs_nobody_in():
    page = ask(APPS.tom, username="ada", password=PASSWORD)
    assert (page.status_code, "set-cookie" in page.headers) == (200, False)


def test_the_session_cookie_is_out_of_reach_of_scripts_and_of_other_sites():
    cookie = post(TwoApps("d").ada, username="ada", password=PASSWORD).headers["set-cookie"]
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    assert "Domain" not in cookie


def test_consent_is_asked_once_for_a_client_and_a_scope():
    apps = fresh()
    assert "code" in answer(ask(apps.ada))
    for changes in ({"client_id": "plain"}, {"scope": "openid"}):
        assert "Allow access?" in Page(ask(apps.ada, **changes)).text
        assert code_for(apps, **changes)
        assert "code" in answer(ask(apps.ada, **changes))


@pytest.mark.parametrize("token", [None, "", "x", "of tom"])
def test_consent_without_the_csrf_token_of_this_session_is_no_consent(token):
    apps = fresh()
    apps.sign_in("tom")
    forged = csrf(ask(apps.tom, prompt="consent")) if token == "of tom" else token
    for changes in ({"client_id": "plain"}, {"prompt": "consent"}, {"prompt": "login"}):
        page = post(apps.ada, csrf=forged, consent="allow", **changes)
        assert (page.status_code, "location" in page.headers) == (200, False)
    assert "Allow access?" in ask(apps.ada, client_id="plain").text


def test_no_is_access_denied():
    apps = fresh()
    asked = ask(apps.ada, prompt="consent")
    denied(post(apps.ada, prompt="consent", csrf=csrf(asked), consent="deny"), "access_denied")
    response = sign_in(apps.tom, WIKI + "/login", "tom", "tom-has-a-password-too", allow=False)
    assert (response.status_code, response.text) == (
        400,
        "Sign-in refused: the provider said access_denied.",
    )


def test_prompt_none_never_shows_a_page():
    apps = fresh()
    assert "code" in answer(ask(apps.ada, prompt="none"))
    denied(ask(apps.tom, prompt="none"), "login_required")
    denied(ask(apps.ada, prompt="none", scope="openid"), "consent_required")
    apps.lab.clock.tick(100)
    denied(ask(apps.ada, prompt="none", max_age="60"), "login_required")


@pytest.mark.parametrize(
    "prompt, pages",
    [  # a new session has given no consent yet
        ("login", ["Sign in", "Allow access?"]),
        ("consent", ["Allow access?"]),
        ("login consent", ["Sign in", "Allow access?"]),
    ],
)
def test_prompt_shows_the_pages_that_it_names_and_then_answers(prompt, pages):
    apps, seen = fresh(), []
    response = ask(apps.ada, prompt=prompt)
    while response.status_code == 200:
        page = Page(response)
        seen.append(page.text.split("\n")[2])
        typed = (
            {"consent": "allow"}
            if "csrf" in page.fields
            else {"username": "ada", "password": PASSWORD}
        )
        response = apps.ada.post(LOGIN + "/authorize", data=page.fields | typed)
    assert "code" in answer(response)
    assert seen == pages


def test_max_age_asks_again_only_those_who_signed_in_longer_ago():
    apps = fresh()
    began = next(iter(apps.provider.sessions.values())).auth_time
    apps.lab.clock.tick(100)
    assert "code" in answer(ask(apps.ada, max_age="1000"))
    assert "Sign in" in Page(ask(apps.ada, max_age="60")).text
    response = post(apps.ada, max_age="60", username="ada", password=PASSWORD)
    if response.status_code == 200:
        response = post(apps.ada, max_age="60", csrf=csrf(response), consent="allow")
    grant = apps.provider.codes[answer(response)["code"]].grant
    assert grant.auth_time > began + 100


def test_a_second_factor_is_asked_for_after_the_password_and_named_in_amr():
    apps = fresh()
    secret, clock = b"12345678901234567890", apps.lab.clock
    apps.provider.users["ada"].second_factor = Totp(secret, clock)
    assert "code" in answer(ask(apps.ada))  # sessions that are open already stay
    assert (
        post(apps.tom, username="ada", password="x").status_code == 403
    )  # a wrong password is asked nothing more
    ticket = ticket_of(post(apps.tom, username="ada", password=PASSWORD))
    for typed in ("", totp(secret, clock.now + 300), " " + totp(secret, clock.now)):
        assert post(apps.tom, ticket=ticket, answer=typed).status_code == 403
        assert (
            post(apps.tom, ticket=ticket, answer=totp(secret, clock.now)).status_code == 403
        )  # one answer for each question
        ticket = ticket_of(post(apps.tom, username="ada", password=PASSWORD))
    assert csrf(post(apps.tom, ticket=ticket, answer=totp(secret, clock.now)))
    claims = jwt.decode(
        tokens_of(apps, browser="tom")["id_token"], options={"verify_signature": False}
    )
    assert (claims["amr"], claims["sub"]) == (["pwd", "otp", "mfa"], "u-1815")
    apps.provider.reset_second_factor("ada")
    assert csrf(post(apps.lab.browser("new", "192.0.2.11"), username="ada", password=PASSWORD))


def test_the_code_may_come_along_with_the_password():
    apps = fresh()
    apps.provider.users["ada"].second_factor = Totp(b"s" * 20, apps.lab.clock)
    assert (
        post(
            apps.tom, username="ada", password="x", code=totp(b"s" * 20, apps.lab.clock.now)
        ).status_code
        == 403
    )
    assert post(apps.tom, username="ada", password=PASSWORD, code="000000").status_code == 403
    assert csrf(
        post(apps.tom, username="ada", password=PASSWORD, code=totp(b"s" * 20, apps.lab.clock.now))
    )


@pytest.mark.parametrize(
    "meanwhile", ["two minutes pass", "the account is locked", "the ticket is another"]
)
def test_a_second_factor_that_comes_too_late_does_not_count(meanwhile):
    apps = fresh()
    apps.provider.users["ada"].second_factor = Totp(b"s" * 20, apps.lab.clock)
    ticket = ticket_of(post(apps.tom, username="ada", password=PASSWORD))
    if meanwhile == "two minutes pass":
        apps.lab.clock.tick(120)
    elif meanwhile == "the account is locked":
        apps.provider.disable_user("ada")
    else:
        ticket = ticket[:-1] + "x"
    assert (
        post(apps.tom, ticket=ticket, answer=totp(b"s" * 20, apps.lab.clock.now)).status_code == 403
    )
    reason = (
        "the ticket is unknown, or was used before"
        if meanwhile == "the ticket is another"
        else "too late"
    )
    assert apps.lab.audit[-1]["error"] == reason


def second(apps: TwoApps, browser: httpx.Client | None = None) -> str:
    """Ada has a one-time code, and somebody gave her password: the ticket of the page that asks for
    the code.
    """
    apps.provider.users["ada"].second_factor = Totp(b"s" * 20, apps.lab.clock)
    return ticket_of(post(browser or apps.tom, username="ada", password=PASSWORD))


@pytest.mark.parametrize("act", ["reset_second_factor", "change_password", "another factor"])
def test_a_ticket_ends_with_the_password_and_the_factor_that_it_was_given_for(act):
    apps = fresh()
    ticket = second(apps)
    if act == "reset_second_factor":
        apps.provider.reset_second_factor("ada")
    elif act == "change_password":
        apps.provider.change_password("ada", "new")
    else:
        apps.provider.users["ada"].second_factor = Totp(b"s" * 20, apps.lab.clock)
    assert (
        post(apps.tom, ticket=ticket, answer=totp(b"s" * 20, apps.lab.clock.now)).status_code == 403
    )


def test_a_right_password_leaves_a_line_before_the_second_factor_and_tickets_do_not_pile_up():
    apps = fresh()
    second(apps)
    assert (apps.lab.audit[-1]["event"], apps.lab.audit[-1]["user"]) == ("factor.ask", "ada")
    for _ in range(5):
        apps.lab.clock.tick(200)
        second(apps)
    assert len(apps.provider.waiting) == 1


def test_a_yes_in_an_older_session_is_not_the_yes_of_who_signs_in_now():
    apps = fresh()
    asked = post(apps.tom, username="tom", password="tom-has-a-password-too")
    ticket = second(apps, apps.lab.browser("other", "192.0.2.12"))
    page = post(
        apps.tom,
        ticket=ticket,
        answer=totp(b"s" * 20, apps.lab.clock.now),
        prompt="consent",
        consent="allow",
        csrf=csrf(asked),
    )
    assert page.status_code == 200 and "Ada Lovelace, the application" in page.text


def test_an_old_session_answers_no_question_that_wants_a_new_sign_in():
    apps = fresh()
    asked = ask(apps.ada, prompt="consent")
    apps.lab.clock.tick(86400)
    for wanted in ({"prompt": "login"}, {"max_age": "60"}):
        assert 'name="password"' in post(apps.ada, consent="allow", csrf=csrf(asked), **wanted).text


def test_a_locked_account_is_not_signed_in_by_itself():
    apps = TwoApps("tests")
    apps.provider.auto_login = "ada"
    assert "code" in answer(ask(apps.ada))
    apps.provider.disable_user("ada")
    assert 'name="password"' in ask(apps.tom).text


# --- logging out --------------------------------------------------------------------------------


def logout(browser: httpx.Client, **params: str) -> httpx.Response:
    return browser.get(LOGIN + "/logout", params=params)


def is_signed_in(browser: httpx.Client) -> bool:
    return "code" in answer(ask(browser, prompt="none"))


@pytest.mark.parametrize("age", [0, 601, 86400])
def test_an_id_token_is_a_hint_even_when_it_has_expired(age):
    apps = fresh()
    hint = tokens_of(apps)["id_token"]
    apps.lab.clock.tick(age)
    response = logout(
        apps.ada, id_token_hint=hint, post_logout_redirect_uri=WIKI + "/", state=STATE
    )
    assert answer(response, WIKI + "/") == {"state": STATE}
    assert not is_signed_in(apps.ada)


def test_without_a_hint_the_person_is_asked_first():
    apps = fresh()
    page = logout(apps.ada)
    assert "Sign out?" in Page(page).text
    for forged in ("", "x", csrf(page)[:-1]):
        assert "Sign out?" in apps.ada.post(LOGIN + "/logout", data={"csrf": forged}).text
    assert "Sign out?" in logout(apps.ada, csrf=csrf(page)).text  # by a link alone
    assert is_signed_in(apps.ada)
    done = apps.ada.post(LOGIN + "/logout", data=Page(page).fields)
    assert "You are signed out" in Page(done).text
    assert not is_signed_in(apps.ada)


def test_a_hint_about_somebody_else_does_not_end_this_session_unasked():
    """The provider MUST ask where the ID token does not belong to this session or person
    (RP-Initiated Logout 1.0, 2).
    """
    apps = fresh()
    apps.sign_in("tom")
    logout(apps.ada, id_token_hint=tokens_of(apps, browser="tom")["id_token"])
    assert is_signed_in(apps.ada)


def test_an_access_token_is_no_hint():
    apps = fresh()
    logout(apps.ada, id_token_hint=tokens_of(apps)["access_token"])
    assert is_signed_in(apps.ada)


@table(
    "params",
    [
        {"post_logout_redirect_uri": WIKI + "/"},
        {"post_logout_redirect_uri": WIKI, "client_id": "wiki"},
        {"post_logout_redirect_uri": WIKI + "/?", "client_id": "wiki"},
        {"post_logout_redirect_uri": CALLBACK, "client_id": "wiki"},
        {"post_logout_redirect_uri": "https://tom.example/", "client_id": "wiki"},
        {"post_logout_redirect_uri": WIKI + "/", "client_id": "notes"},
        {"client_id": "nobody"},
        {"id_token_hint": "x"},
        {"id_token_hint": json_part({"alg": "none"}) + "." + json_part({"iss": LOGIN}) + "."},
    ],
)
def test_a_logout_request_that_does_not_fit_is_refused_and_ends_nothing(params):
    refusal = logout(APPS.ada, **params)
    assert (error_of(refusal), "location" in refusal.headers) == ((400, "invalid_request"), False)
    assert is_signed_in(APPS.ada)


def test_client_id_must_be_the_client_of_the_hint():
    hint = tokens_of(APPS)["id_token"]
    for name in ("notes", "nobody", "api"):
        assert error_of(logout(APPS.ada, id_token_hint=hint, client_id=name)) == (
            400,
            "invalid_request",
        )
    assert is_signed_in(APPS.ada)


def test_state_is_appended_to_a_logout_address_that_has_a_query_already():
    apps = fresh()
    response = logout(
        apps.ada,
        id_token_hint=tokens_of(apps, "plain")["id_token"],
        post_logout_redirect_uri=WIKI + "/bye?app=1",
        state="s",
    )
    assert response.headers["location"] == WIKI + "/bye?app=1&state=s"


def test_a_hint_signed_with_a_key_that_is_gone_is_refused():
    apps = fresh()
    hint = tokens_of(apps)["id_token"]
    apps.provider.rotate_signing_key(keep_old=False)
    assert error_of(logout(apps.ada, id_token_hint=hint)) == (400, "invalid_request")


# --- the operator's acts ------------------------------------------------------------------------


def refresh(apps: TwoApps, token: str) -> tuple[int, str | None]:
    form = {"grant_type": "refresh_token", "refresh_token": token}
    return error_of(apps.ada.post(LOGIN + "/token", data=form, auth=("wiki", SECRETS["wiki"])))


# What still works afterwards: session, refresh token, userinfo, the API that checks offline.
ACTS = {
    "change_password": (("ada", "new"), (True, True, True, True)),
    "reset_second_factor": (("ada",), (True, True, True, True)),
    "end_session": (("sid",), (False, True, True, True)),
    "revoke_family": (("refresh_token",), (True, False, False, True)),
    "disable_user": (("ada",), (False, False, False, True)),
    "rotate_signing_key": ((), (True, True, True, True)),
}


@table("act", ACTS)
def test_what_dies_when_the_operator_acts(act):
    apps = fresh()
    issued, (arguments, expected) = tokens_of(apps), ACTS[act]
    sid = jwt.decode(issued["id_token"], options={"verify_signature": False})["sid"]
    getattr(apps.provider, act)(*({**issued, "sid": sid}.get(name, name) for name in arguments))
    access = issued["access_token"]
    at_api = apps.ada.get(API + "/me", headers={"authorization": f"Bearer {access}"})
    looked_up = userinfo(apps, access)
    renewed = refresh(apps, issued["refresh_token"])
    assert (
        is_signed_in(apps.ada),
        renewed == (200, None),
        looked_up.status_code == 200,
        at_api.status_code == 200,
    ) == expected
    assert renewed in ((200, None), (400, "invalid_grant"))
    assert looked_up.status_code == 200 or error_of(looked_up) == (401, "invalid_token")


def test_a_new_password_is_the_only_one_from_then_on():
    apps = fresh()
    apps.provider.change_password("ada", "new")
    assert post(apps.tom, username="ada", password=PASSWORD).status_code == 403
    assert post(apps.tom, username="ada", password="new").status_code == 200


def test_a_disabled_person_cannot_sign_in_nor_use_a_code():
    apps = fresh()
    code = code_for(apps)
    apps.provider.disable_user("ada")
    assert post(apps.ada, username="ada", password=PASSWORD).status_code == 403
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": CALLBACK,
        "code_verifier": VERIFIER,
    }
    assert error_of(apps.ada.post(LOGIN + "/token", data=form, auth=("wiki", SECRETS["wiki"]))) == (
        400,
        "invalid_grant",
    )


# --- the audit log ------------------------------------------------------------------------------


def test_failures_are_logged_with_address_and_error():
    apps = fresh()
    begun = len(apps.lab.audit)
    post(apps.tom, username="ada", password="guess")
    ask(apps.tom, redirect_uri="https://tom.example/")
    ask(apps.ada, response_type="token")
    refresh(apps, "guess")
    apps.tom.get(LOGIN + "/userinfo")
    userinfo(apps, "guess")
    apps.tom.get(API + "/me", headers={"authorization": "Bearer guess"})
    logged = [(line["event"], line.get("error")) for line in apps.lab.audit[begun:]]
    assert logged[:-1] == [
        ("session.start", None),
        ("authorize.refused", "invalid_request"),
        ("authorize.refused", "unsupported_response_type"),
        ("token.refused", "invalid_grant"),
        ("userinfo.refused", "no token"),
        ("userinfo.refused", "invalid_token"),
    ]
    assert logged[-1][0] == "api.read"
    assert {line["outcome"] for line in apps.lab.audit[begun:]} == {"failure"}
    assert {line["ip"] for line in apps.lab.audit[begun:]} == {"203.0.113.66", "192.0.2.10"}


def test_no_secret_ever_stands_in_the_audit_log():
    apps = fresh()
    issued = tokens_of(apps)
    for token in (issued["refresh_token"], issued["refresh_token"], "guess"):
        refresh(apps, token)
    for token in issued.values():
        userinfo(apps, token)
        apps.tom.get(API + "/me", headers={"authorization": f"Bearer {token}"})
    apps.ada.post(
        LOGIN + "/revoke", data={"token": issued["access_token"]}, auth=("wiki", "the-wrong-secret")
    )
    post(apps.tom, username="ada", password="a-guessed-password")
    logout(apps.ada, id_token_hint=issued["id_token"])
    sent = "\n".join(
        f"{one.request_headers} {one.request_body} {one.response_headers} {one.response_body}"
        for one in apps.lab.wire
    )
    secrets = {
        PASSWORD,
        "a-guessed-password",
        "the-wrong-secret",
        *filter(None, SECRETS.values()),
        *apps.provider.codes,
        *apps.provider.refresh_tokens,
        *(issued[name] for name in ("access_token", "id_token", "refresh_token")),
        *apps.wiki.sessions,
        *(one.header("set-cookie").split(";")[0].partition("=")[2] for one in apps.lab.wire),
    } - {""}
    log = json.dumps(apps.lab.audit)
    assert len(secrets) > 15
    assert sum(secret in sent for secret in secrets) > 10
    assert [secret for secret in secrets if secret in log or secret[-20:] in log] == []


# --- thousands of inputs that nobody chose ------------------------------------------------------


APPS = fresh()
WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
NAMES = (
    st.sampled_from(
        [
            *question(),
            "prompt",
            "max_age",
            "username",
            "password",
            "code",
            "csrf",
            "consent",
            "grant_type",
            "refresh_token",
            "token",
            "code_verifier",
            "client_secret",
            "id_token_hint",
            "post_logout_redirect_uri",
            "access_token",
            "request",
        ]
    )
    | WORDS
)
KNOWN = st.sampled_from(
    [
        *question().values(),
        *filter(None, SECRETS.values()),
        "ada",
        PASSWORD,
        "none",
        "login",
        "authorization_code",
        "wiki",
        "refresh_token",
        "client_credentials",
        "notes",
        "backup",
        "0",
        "allow",
        *APPS.provider.refresh_tokens,
    ]
)
SOME = st.dictionaries(NAMES, KNOWN | WORDS, max_size=6)
PARAMS = SOME | SOME.map(lambda some: question() | some)
DOORS = [LOGIN + path for path in APPS.provider.endpoints] + [
    API + "/me",
    WIKI + "/cb",
    WIKI + "/login",
    WIKI + "/",
]
PRINTABLE = st.text(
    st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=30
)
HEADERS = st.dictionaries(
    st.sampled_from(
        [
            "authorization",
            "dpop",
            "cookie",
            "content-type",
            "accept",
            "user-agent",
            "content-length",
            "host",
            "transfer-encoding",
        ]
    ),
    PRINTABLE
    | st.builds(
        lambda scheme, rest: scheme + rest,
        st.sampled_from(["Basic ", "Bearer ", "DPoP ", "basic"]),
        PRINTABLE,
    )
    | st.sampled_from(
        [
            "multipart/form-data; boundary=b",
            "application/x-www-form-urlencoded",
            "session=x; session=y",
        ]
    ),
)


@given(
    st.sampled_from(DOORS),
    st.sampled_from(["GET", "POST", "HEAD", "PUT"]),
    PARAMS,
    st.binary(max_size=40),
    HEADERS,
)
@MANY
def test_no_request_of_any_shape_makes_a_door_crash(door, method, params, body, headers):
    sent = {name: value.encode("latin-1") for name, value in headers.items()}
    for content in ({"params": params, "content": body}, {"data": params}):
        assert APPS.tom.request(method, door, headers=sent, **content).status_code < 500


@given(
    st.sampled_from(["", CALLBACK, WIKI, "https://", "//", LOGIN]),
    WORDS,
    PARAMS,
    st.sampled_from([ask, post]),
)
@MANY
def test_no_random_redirect_uri_is_ever_redirected_to(start, rest, params, way):
    response = way(APPS.tom, **params | {"redirect_uri": start + rest, "client_id": "wiki"})
    if start + rest != CALLBACK:
        assert "location" not in response.headers
    assert re.match(re.escape(CALLBACK) + r"\?|$", response.headers.get("location", ""))


@given(WORDS | KNOWN)
@MANY
def test_any_state_comes_back_as_it_went(state):
    assert answer(ask(APPS.ada, state=state)).get("state", "") == state


@table("door", DOORS)
def test_a_form_that_is_too_large_is_refused_in_peace(door):
    assert APPS.tom.post(door, files={"a": (None, "A" * 600_000)}).status_code in (
        200,
        303,
        400,
        401,
        403,
        413,
    )


# --- scripts of other sites ---------------------------------------------------------------------

PREFLIGHT = {
    "origin": "https://notes.example",
    "access-control-request-method": "POST",
    "access-control-request-headers": "authorization",
}


@pytest.mark.parametrize(
    "path", ["/token", "/userinfo", "/revoke", "/.well-known/openid-configuration", "/jwks"]
)
def test_a_script_of_any_site_may_call_where_no_cookie_counts(path):
    asked = APPS.tom.options(LOGIN + path, headers=PREFLIGHT)
    assert (asked.status_code, asked.headers["access-control-allow-origin"]) == (204, "*")
    assert {"authorization", "dpop", "content-type"} <= set(
        asked.headers["access-control-allow-headers"].lower().split(", ")
    )
    called = APPS.tom.get(LOGIN + path, headers={"origin": "https://notes.example"})
    assert called.headers["access-control-allow-origin"] == "*"
    assert called.headers["access-control-expose-headers"] == "WWW-Authenticate, DPoP-Nonce"
    assert "access-control-allow-credentials" not in {**asked.headers, **called.headers}


@pytest.mark.parametrize("path", ["/authorize", "/logout", "/introspect", "/nowhere"])
def test_no_script_of_another_site_may_call_where_a_cookie_or_a_secret_counts(path):
    asked, called = (
        APPS.tom.options(LOGIN + path, headers=PREFLIGHT),
        APPS.tom.get(LOGIN + path, headers=PREFLIGHT),
    )
    assert asked.status_code in (404, 405)
    assert not [
        name for name in [*asked.headers, *called.headers] if name.startswith("access-control")
    ]
