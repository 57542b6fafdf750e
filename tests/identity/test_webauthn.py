"""The page /keys: who may add a security key, how many, and what stands on the page."""

import json
import re
from functools import partial
from html import unescape

import httpx
import pytest
from tables import table
from two_apps import LOGIN, WIKI, TwoApps

from labutils.identity import webauthn
from labutils.identity.factors import Totp, totp
from labutils.identity.person import Form, fill, sign_in
from labutils.identity.security_key import SecurityKey, press
from labutils.identity.webauthn import FRESH

PASSWORD = "analytical-engine-1843"


def apps_with_keys() -> TwoApps:
    apps = TwoApps("keys")
    webauthn.enable(apps.provider)
    return apps


def at_keys(apps: TwoApps, key: SecurityKey | None = None) -> httpx.Response:
    """Ada signs in at /keys in a fresh browser, with a key if she has one.

    The page that offers to add one.
    """
    apps.ada.cookies.clear()
    return sign_in(apps.ada, LOGIN + "/keys", "ada", PASSWORD, answer=key and partial(press, key))


def added(apps: TwoApps) -> int:
    return len(getattr(apps.provider.users["ada"].second_factor, "registered", ()))


def test_a_second_key_can_be_added_and_either_signs_in_until_they_are_forgotten():
    apps, keys = apps_with_keys(), [SecurityKey("at work"), SecurityKey("at home")]
    page = at_keys(apps)
    for number, key in enumerate(keys, start=1):
        page = fill(apps.ada, page, answer=press(key, page))
        assert (
            "The key is registered." in page.text
            and f"keys registered for you: {number}." in page.text
        )
    assert [(line["event"], line["user"]) for line in apps.lab.audit] == [
        ("session.start", "ada")
    ] + [("factor.add", "ada")] * 2
    for key in keys:
        apps.ada.cookies.clear()
        assert (
            sign_in(apps.ada, WIKI + "/login", "ada", PASSWORD, answer=partial(press, key)).text
            == "Hello, u-1815."
        )
    assert [session["claims"]["amr"] for session in apps.wiki.sessions.values()] == [
        ["pwd", "hwk", "mfa"]
    ] * 2
    apps.provider.reset_second_factor("ada")
    assert "keys registered for you: 0." in at_keys(apps).text and list(
        apps.provider.sessions.values()
    )[-1].amr == ["pwd"]


@pytest.mark.parametrize("age, taken", [(FRESH, True), (FRESH + 1, False), (86400, False)])
def test_a_sign_in_is_fresh_for_300_seconds(age, taken):
    apps = apps_with_keys()
    page, (session,) = at_keys(apps), apps.provider.sessions.values()
    answer = press(SecurityKey("ada"), page)
    apps.lab.clock.now = session.auth_time + age - 1  # the request itself takes one
    after = fill(apps.ada, page, answer=answer).text
    assert (added(apps), "The key is registered." in after, "Sign in first" in after, FRESH) == (
        taken,
        taken,
        not taken,
        300,
    )


def test_the_session_in_which_a_key_was_added_has_shown_that_key():
    apps = apps_with_keys()
    page = at_keys(apps)
    (session,) = apps.provider.sessions.values()
    assert session.amr == ["pwd"]
    fill(apps.ada, page, answer=press(SecurityKey("ada"), page))
    assert session.amr == ["pwd", "hwk", "mfa"]


def test_a_form_without_an_answer_adds_nothing():
    apps = apps_with_keys()
    csrf = Form(at_keys(apps).text).hidden["csrf"]
    page = apps.ada.post(LOGIN + "/keys", data={"csrf": csrf})
    assert page.status_code == 200 and 'role="status"></p>' in page.text and not added(apps)


@pytest.mark.parametrize("csrf", ["", "x", "é"])
def test_a_wrong_csrf_adds_nothing(csrf):
    apps = apps_with_keys()
    page = at_keys(apps)
    assert 'role="status"></p>' in fill(
        apps.ada, page, answer=press(SecurityKey("ada"), page), csrf=csrf
    ).text and not added(apps)


def test_a_challenge_is_answered_once():
    apps, stale = apps_with_keys(), "The key was not accepted: Wrong challenge in response."
    page = at_keys(apps)
    answer = press(SecurityKey("ada"), page)
    assert "The key was not accepted: Expecting value" in fill(apps.ada, page, answer="x").text
    assert stale in (page := fill(apps.ada, page, answer=answer)).text and added(apps) == 0
    answer = press(SecurityKey("ada"), page)
    assert "The key is registered." in fill(apps.ada, page, answer=answer).text
    assert stale in fill(apps.ada, page, answer=answer).text and added(apps) == 1


HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>&quot;"


def test_markup_in_names_and_refusals_is_text_and_scripts_come_from_the_provider_alone():
    apps = apps_with_keys()
    apps.provider.users["ada"].name = HOSTILE
    page = at_keys(apps)
    refusal = fill(
        apps.ada,
        page,
        answer=json.dumps({"rawId": "AAAA", "response": {HOSTILE: HOSTILE}, HOSTILE: HOSTILE}),
    )
    done = fill(apps.ada, refusal, answer=press(SecurityKey("ada"), refusal))
    for served in (page, refusal, done, at_keys(apps)):
        assert re.findall("<script.*?</script>", served.text, re.DOTALL) == [
            '<script src="/webauthn.js"></script>'
        ]
        assert not re.search(
            r"<img|javascript:|\son\w+=", re.sub('"[^"]*"|>[^<]*<', "", served.text)
        )
        assert served.headers["content-security-policy"] == (
            "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; "
            "frame-ancestors 'none'"
        )
    assert (
        json.loads(unescape(re.search('data-options="(.*?)"', page.text)[1]))["user"]["displayName"]
        == HOSTILE
    )
    script, login = apps.ada.get(LOGIN + "/webauthn.js"), apps.tom.get(LOGIN + "/keys")
    assert (
        script.headers["content-type"].startswith("text/javascript")
        and "navigator.credentials" in script.text
    )
    assert "script-src" not in login.headers["content-security-policy"] and added(apps) == 1


def test_a_credential_stands_at_one_account():
    apps, key = apps_with_keys(), SecurityKey("shared")
    fill(apps.ada, page := at_keys(apps), answer=press(key, page))
    page = sign_in(apps.tom, LOGIN + "/keys", "tom", apps.provider.users["tom"].password)
    assert (
        "This key is registered already."
        in fill(apps.tom, page, answer=press(SecurityKey("shared"), page)).text
    )
    assert apps.provider.users["tom"].second_factor is None


def test_who_got_in_before_there_was_a_second_factor_adds_no_key_beside_it():
    apps = apps_with_keys()
    page = sign_in(
        apps.tom, LOGIN + "/keys", "ada", PASSWORD
    )  # Tom knows the password, and that is all there is
    apps.provider.users["ada"].second_factor = totp = Totp(b"Ada's phone", apps.lab.clock)
    done = fill(apps.tom, page, answer=press(SecurityKey("Tom's"), page))
    assert 'name="password"' in done.text and apps.provider.users["ada"].second_factor is totp
    assert 'name="password"' in apps.tom.get(LOGIN + "/keys").text


def test_a_key_is_added_by_a_form_and_not_by_an_address():
    apps = apps_with_keys()
    page = at_keys(apps)
    csrf = re.search('name="csrf" value="([^"]+)"', page.text)[1]
    apps.ada.get(LOGIN + "/keys", params={"csrf": csrf, "answer": press(SecurityKey("ada"), page)})
    assert added(apps) == 0


def test_what_a_session_was_offered_ends_with_it():
    apps = apps_with_keys()
    at_keys(apps)
    (session,) = apps.provider.sessions.values()
    assert session.offered
    apps.provider.end_session(session.sid)
    assert not apps.provider.sessions


@table("name", ["submit", "elements", "dataset", "addEventListener", "answer", "ticket"])
def test_no_parameter_of_a_request_stands_where_the_script_looks(name):
    apps = apps_with_keys()
    fill(apps.ada, page := at_keys(apps), answer=press(SecurityKey("ada"), page))
    question = {
        "response_type": "code",
        "client_id": "wiki",
        "redirect_uri": WIKI + "/cb",
        "code_challenge": "c" * 43,
        "code_challenge_method": "S256",
        "username": "ada",
        "password": PASSWORD,
        name: "x",
    }
    page = apps.tom.post(
        LOGIN + "/authorize", data={**question, **({"ticket": ""} if name == "ticket" else {})}
    )
    assert page.text.count('name="answer"') == page.text.count('name="ticket"') == 1
    script = apps.ada.get(LOGIN + "/webauthn.js").text
    assert (
        "document.forms" not in script
        and "form.submit()" not in script
        and "main.dataset" in script
    )


def test_who_has_a_second_factor_answers_it_before_the_page_is_shown():
    apps = apps_with_keys()
    apps.provider.users["ada"].second_factor = Totp(b"Ada's phone", apps.lab.clock)
    asked = apps.ada.post(LOGIN + "/keys", data={"username": "ada", "password": PASSWORD})
    assert 'action="/keys"' in asked.text
    assert "keys registered for you" not in asked.text
    shown = fill(apps.ada, asked, answer=totp(b"Ada's phone", apps.lab.clock.now))
    assert "keys registered for you: 0." in shown.text
    (session,) = apps.provider.sessions.values()
    assert session.amr == ["pwd", "otp", "mfa"]
