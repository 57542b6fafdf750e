"""The device authorization grant (RFC 8628), and the administrator's say about consent."""

import re

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from provider_helpers import CALLBACK, MANY, PASSWORD, Page, ask, csrf, error_of, fresh, post
from tables import table
from two_apps import API, LOGIN, TwoApps

from labutils.identity import webauthn
from labutils.identity.course_provider import product
from labutils.identity.person import fill, sign_in
from labutils.identity.provider.state import (
    DEVICE_CODE,
    Client,
    ConsentPolicy,
    DeviceGrant,
)
from labutils.identity.provider.throttle import Throttle
from labutils.identity.security_key import SecurityKey, press
from labutils.lab import Lab

PENDING, SLOW_DOWN = (400, "authorization_pending"), (400, "slow_down")
DENIED, EXPIRED = (400, "access_denied"), (400, "expired_token")
GRANT, UNAUTHORIZED = (400, "invalid_grant"), (400, "unauthorized_client")
OFFICE = "192.0.2.0/24"


def with_devices(**setting) -> TwoApps:
    """Two apps, where the public client `screen` may sign devices in."""
    apps = TwoApps("devices")
    apps.provider.clients["screen"] = Client("screen", grant_types=(DEVICE_CODE, "refresh_token"))
    apps.provider.clients["other"] = Client("other", grant_types=(DEVICE_CODE,))
    apps.provider.offer_device_grant(DeviceGrant(**setting))
    return apps


def begin(apps: TwoApps, browser: str = "tom", **changes: str | None) -> httpx.Response:
    form = {"client_id": "screen", "scope": "openid offline_access", **changes}
    form = {name: value for name, value in form.items() if value is not None}
    return getattr(apps, browser).post(LOGIN + "/device_authorization", data=form)


def poll(apps: TwoApps, device: dict, *, wait: int = 5, **changes: str) -> httpx.Response:
    apps.lab.clock.tick(wait)
    form = {"grant_type": DEVICE_CODE, "client_id": "screen", "device_code": device["device_code"]}
    return apps.tom.post(LOGIN + "/token", data=form | changes)


def says(apps: TwoApps, device: dict, *, allow: bool = True) -> httpx.Response:
    """Ada opens the address that the device shows, types the code, and answers."""
    page = sign_in(apps.ada, device["verification_uri"], "ada", PASSWORD)
    page = fill(apps.ada, page, user_code=device["user_code"])
    return fill(apps.ada, page, consent="allow" if allow else "deny")


# --- the two endpoints --------------------------------------------------------------------------


def test_a_device_gets_its_tokens_once_a_person_has_said_yes():
    apps = with_devices()
    device = begin(apps).json()
    assert error_of(poll(apps, device)) == PENDING
    assert "The device is signed in." in says(apps, device).text
    issued = poll(apps, device).json()
    assert set(issued) >= {"access_token", "refresh_token", "id_token"}
    me = apps.tom.get(API + "/me", headers={"authorization": f"Bearer {issued['access_token']}"})
    assert me.json()["sub"] == "u-1815"
    assert error_of(poll(apps, device)) == GRANT  # once
    assert "is unknown" in says_again(apps, device).text


def says_again(apps: TwoApps, device: dict) -> httpx.Response:
    return apps.ada.get(device["verification_uri_complete"])


def test_what_the_device_is_told_is_what_the_standard_names():
    apps = with_devices(life=300, interval=7)
    answer = begin(apps)
    assert answer.headers["cache-control"] == "no-store"
    device = answer.json()
    assert re.fullmatch(r"[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}", device["user_code"])
    assert (device["expires_in"], device["interval"]) == (300, 7)
    assert device["verification_uri"] == LOGIN + "/device"
    assert device["verification_uri_complete"].endswith(f"/device?user_code={device['user_code']}")
    assert begin(apps).json()["user_code"] != device["user_code"]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"client_id": None}, (401, "invalid_client")),
        ({"client_id": "nobody"}, (401, "invalid_client")),
        ({"client_id": "notes"}, UNAUTHORIZED),
        ({"scope": "openid everything"}, (400, "invalid_scope")),
    ],
)
def test_a_device_that_may_not_ask_is_refused_with_the_registered_error(changes, expected):
    assert error_of(begin(with_devices(), **changes)) == expected


def test_a_device_asks_from_the_networks_of_the_setting_alone():
    apps = with_devices(networks=(OFFICE,))
    refusal = begin(apps, "tom")
    assert error_of(refusal) == UNAUTHORIZED
    assert refusal.json()["error_description"] == "devices are not signed in from this network"
    assert begin(apps, "ada").status_code == 200


def test_without_the_setting_nothing_is_offered():
    apps = TwoApps("no devices")
    metadata = apps.ada.get(LOGIN + "/.well-known/openid-configuration").json()
    assert "device_authorization_endpoint" not in metadata
    assert DEVICE_CODE not in metadata["grant_types_supported"]
    assert begin(apps).status_code == apps.ada.get(LOGIN + "/device").status_code == 404
    form = {"grant_type": DEVICE_CODE, "client_id": "notes", "device_code": "x"}
    refusal = apps.tom.post(LOGIN + "/token", data=form)
    assert error_of(refusal) == (400, "unsupported_grant_type")


def test_with_the_setting_discovery_says_so():
    metadata = with_devices().ada.get(LOGIN + "/.well-known/openid-configuration").json()
    assert metadata["device_authorization_endpoint"] == LOGIN + "/device_authorization"
    assert DEVICE_CODE in metadata["grant_types_supported"]


# --- polling ------------------------------------------------------------------------------------


def test_whoever_asks_too_soon_must_slow_down_by_five_seconds_from_then_on():
    apps = with_devices()
    device = begin(apps).json()
    assert error_of(poll(apps, device)) == PENDING
    assert error_of(poll(apps, device, wait=3)) == SLOW_DOWN  # four seconds, of five
    assert error_of(poll(apps, device, wait=8)) == SLOW_DOWN  # nine, of ten
    assert error_of(poll(apps, device, wait=14)) == PENDING  # fifteen


def test_a_yes_does_not_spare_the_device_the_wait():
    apps = with_devices()
    device = begin(apps).json()
    poll(apps, device)
    apps.provider.device_requests[device["device_code"]].next_poll += 100
    says(apps, device)
    assert error_of(poll(apps, device)) == SLOW_DOWN


@pytest.mark.parametrize(("wait", "expected"), [(58, PENDING), (59, EXPIRED), (3600, EXPIRED)])
def test_a_device_code_is_over_at_the_second_that_was_named(wait, expected):
    apps = with_devices(life=60)
    device = begin(apps).json()
    assert error_of(poll(apps, device, wait=wait)) == expected


def test_a_code_that_is_over_cannot_be_said_yes_to():
    apps = with_devices(life=60)
    device = begin(apps).json()
    sign_in(apps.ada, device["verification_uri"], "ada", PASSWORD)
    apps.lab.clock.tick(60)
    page = says_again(apps, device)
    assert page.status_code == 400
    assert "That code is unknown or has expired." in page.text


def test_a_no_reaches_the_device():
    apps = with_devices()
    device = begin(apps).json()
    assert "It is not signed in." in says(apps, device, allow=False).text
    assert error_of(poll(apps, device)) == DENIED
    assert apps.lab.audit[-2]["event"] == "device.decide"
    assert apps.lab.audit[-2]["outcome"] == "failure"


@pytest.mark.parametrize("changes", [{"device_code": "nothing"}, {"client_id": "other"}])
def test_a_device_code_is_good_for_the_client_that_asked_alone(changes):
    apps = with_devices()
    device = begin(apps).json()
    says(apps, device)
    assert error_of(poll(apps, device, **changes)) == GRANT
    assert poll(apps, device).status_code == 200


def test_a_user_who_is_disabled_signs_no_device_in():
    apps = with_devices()
    device = begin(apps).json()
    says(apps, device)
    apps.provider.disable_user("ada")
    assert error_of(poll(apps, device)) == GRANT


# --- the person ---------------------------------------------------------------------------------


def test_the_page_says_which_client_asks_for_what_and_from_where():
    apps = with_devices()
    device = begin(apps).json()
    apps.lab.clock.tick(90)
    sign_in(apps.ada, device["verification_uri"], "ada", PASSWORD)
    text = Page(says_again(apps, device)).text
    for words in ("screen", "openid offline_access", "203.0.113.66", "tom", device["user_code"]):
        assert words in text
    assert re.search(r"It asked 9\d seconds ago", text)


@pytest.mark.parametrize("spell", [str.lower, lambda code: code.replace("-", ""), " {} ".format])
def test_a_user_code_may_be_typed_in_any_case_and_without_the_hyphen(spell):
    apps = with_devices()
    device = begin(apps).json()
    assert "is signed in" in says(apps, device | {"user_code": spell(device["user_code"])}).text


def test_with_the_complete_address_nothing_is_typed_and_a_key_is_no_obstacle():
    """The person signs in at the right place: browser, key and server have nothing to object to."""
    apps, key = with_devices(), SecurityKey("Ada's")
    webauthn.enable(apps.provider)
    page = sign_in(apps.ada, LOGIN + "/keys", "ada", PASSWORD)
    fill(apps.ada, page, answer=press(key, page))
    apps.ada.cookies.clear()
    device = begin(apps).json()
    address = device["verification_uri_complete"]
    page = sign_in(apps.ada, address, "ada", PASSWORD, answer=lambda page: press(key, page))
    assert "The device is signed in." in page.text
    assert poll(apps, device).status_code == 200 and key.counter == 2


def test_a_yes_counts_from_the_page_that_this_session_showed_alone():
    apps = with_devices()
    device = begin(apps).json()
    sign_in(apps.ada, device["verification_uri"], "ada", PASSWORD)
    form = {"user_code": device["user_code"], "consent": "allow", "csrf": "guessed"}
    page = apps.ada.post(LOGIN + "/device", data=form)
    assert "Say yes only if" in page.text
    refusal = apps.ada.post(LOGIN + "/device", data=form, headers={"origin": "https://evil.test"})
    assert refusal.status_code == 403
    assert error_of(poll(apps, device)) == PENDING


def test_codes_cannot_be_guessed_without_end():
    apps = with_devices()
    apps.provider.throttle = Throttle(apps.lab.clock, "secret")
    device = begin(apps).json()
    sign_in(apps.ada, device["verification_uri"], "ada", PASSWORD)
    for _ in range(10):
        apps.ada.get(LOGIN + "/device", params={"user_code": "BBBB-BBBB"})
    assert says_again(apps, device).status_code == 400  # not even the right one
    apps.lab.clock.tick(60)
    assert says_again(apps, device).status_code == 200


def test_what_is_over_is_forgotten():
    apps = with_devices(life=60)
    begin(apps)
    apps.provider.forget()
    assert len(apps.provider.device_requests) == 1
    apps.lab.clock.tick(60)
    apps.provider.forget()
    assert not apps.provider.device_requests


@MANY
@given(st.text(max_size=40))
@example("<script>")
@example("ＢＢＢＢ")
def test_whatever_is_typed_as_a_code_gets_a_page_that_is_no_injection(typed):
    page = SIGNED_IN.ada.post(LOGIN + "/device", data={"user_code": typed})
    assert page.status_code in (200, 400)
    assert "Connect a device" in Page(page).text


SIGNED_IN = with_devices()
sign_in(SIGNED_IN.ada, LOGIN + "/device", "ada", PASSWORD)


def test_serve_signs_in_a_device():
    apps = TwoApps("serve")
    apps.provider = product(Lab("serve", "2026-01-01T00:00:00Z"), LOGIN)
    apps.lab.add("login.example", apps.provider)
    device = begin(apps, client_id="tv").json()
    page = sign_in(apps.ada, device["verification_uri_complete"], "ada", "lab-password")
    assert "The device is signed in." in page.text
    assert poll(apps, device, client_id="tv").status_code == 200


# --- consent ------------------------------------------------------------------------------------

THIRD = {"client_id": "helper", "redirect_uri": "https://helper.test/cb"}
LOW_RISK = frozenset({"openid", "profile"})


def with_helper(policy: ConsentPolicy | None = None) -> TwoApps:
    """Two apps, where somebody has registered the client `helper`."""
    apps = fresh()
    scope = "openid profile offline_access mail.read"
    apps.provider.clients["helper"] = Client("helper", ("https://helper.test/cb",), scope=scope)
    if policy is not None:
        apps.provider.consent_policy = policy
    return apps


@table(
    ("policy", "scope", "refused"),
    [
        (None, "openid mail.read", False),
        (ConsentPolicy(low_risk=LOW_RISK), "openid mail.read", True),
        (ConsentPolicy(low_risk=LOW_RISK), "openid offline_access", True),
        (ConsentPolicy(low_risk=LOW_RISK), "openid profile", False),
        (ConsentPolicy(frozenset({"wiki"}), LOW_RISK), "openid mail.read", True),
        (ConsentPolicy(frozenset({"helper"}), LOW_RISK), "openid mail.read", False),
        (ConsentPolicy(low_risk=frozenset()), "openid", True),
    ],
)
def test_an_administrator_must_approve_what_the_policy_says(policy, scope, refused):
    apps = with_helper(policy)
    answer = ask(apps.ada, scope=scope, **THIRD)
    if not refused:
        assert "the application helper asks for" in " ".join(Page(answer).text.split())
        answer = post(apps.ada, scope=scope, csrf=csrf(answer), consent="allow", **THIRD)
        assert "code=" in answer.headers["location"]
        return
    assert answer.headers["location"].startswith("https://helper.test/cb?error=access_denied")
    assert "an+administrator+must+approve+helper+first" in answer.headers["location"]


def test_a_yes_from_before_the_policy_does_not_get_around_it():
    apps = with_helper()
    page = ask(apps.ada, scope="openid mail.read", **THIRD)
    post(apps.ada, scope="openid mail.read", csrf=csrf(page), consent="allow", **THIRD)
    apps.provider.consent_policy = ConsentPolicy(low_risk=LOW_RISK)
    answer = ask(apps.ada, scope="openid mail.read", **THIRD)
    assert "error=access_denied" in answer.headers["location"]


def test_an_approved_client_is_asked_for_as_before():
    apps = with_helper(ConsentPolicy(frozenset({"wiki"}), LOW_RISK))
    answer = ask(apps.ada)
    assert answer.headers["location"].startswith(CALLBACK + "?code=")


def test_a_device_gets_no_further_than_the_policy():
    apps = with_devices()
    apps.provider.consent_policy = ConsentPolicy(low_risk=LOW_RISK)
    device = begin(apps).json()
    assert "An administrator must approve it first." in says(apps, device).text
    assert error_of(poll(apps, device)) == DENIED


def test_with_auto_login_nobody_signs_in_and_the_device_still_waits_for_a_yes():
    apps = with_devices()
    apps.provider.auto_login = "ada"
    device = begin(apps).json()
    page = says_again(apps, device)
    assert "Say yes only if" in page.text
    assert error_of(poll(apps, device)) == PENDING
    assert "The device is signed in." in fill(apps.ada, page, consent="allow").text
    assert poll(apps, device).status_code == 200
