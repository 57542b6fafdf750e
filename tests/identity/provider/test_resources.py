"""A token is for the APIs that were named, and for no other (RFC 8707)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from provider_helpers import LOGIN, MANY, SECRETS, ask, code_for, error_of, fresh, peek
from two_apps import API, TwoApps

from labutils.identity.provider.resources import is_absolute
from labutils.identity.provider.state import DeviceGrant

CALENDAR, MAIL = "https://calendar.example", "https://mail.example"
TARGET = (400, "invalid_target")


def three_apis() -> TwoApps:
    apps = fresh()
    apps.provider.resources = (CALENDAR, MAIL)
    return apps


def redeem(apps: TwoApps, code: str, **more: object):
    wiki = ("wiki", SECRETS["wiki"])
    form = {"grant_type": "authorization_code", "code": code, "code_verifier": "v" * 43}
    form |= {"redirect_uri": "https://wiki.example/cb"} | more
    return apps.ada.post(LOGIN + "/token", data=form, auth=wiki)


def refresh(apps: TwoApps, token: str, **more: object):
    form = {"grant_type": "refresh_token", "refresh_token": token} | more
    return apps.ada.post(LOGIN + "/token", data=form, auth=("wiki", SECRETS["wiki"]))


def aud(answer) -> object:
    assert answer.status_code == 200, answer.text
    return peek(answer.json()["access_token"])["aud"]


def test_a_client_that_names_no_api_gets_a_token_for_the_providers_own():
    apps = three_apis()
    assert aud(redeem(apps, code_for(apps))) == API


def test_a_token_is_for_the_api_that_was_named_and_not_for_the_default_one():
    apps = three_apis()
    answer = redeem(apps, code_for(apps, resource=CALENDAR))
    assert aud(answer) == CALENDAR
    token = {"authorization": "Bearer " + answer.json()["access_token"]}
    assert apps.ada.get(API + "/me", headers=token).status_code == 401
    refusal = apps.ada.get(LOGIN + "/userinfo", headers=token)
    assert error_of(refusal) == (401, "invalid_token")


def test_two_apis_in_one_request_are_two_audiences_and_each_can_be_had_alone():
    apps = three_apis()
    answer = redeem(apps, code_for(apps, resource=f"{CALENDAR} {MAIL}"))
    assert aud(answer) == [CALENDAR, MAIL]
    narrowed = refresh(apps, answer.json()["refresh_token"], resource=MAIL)
    assert aud(narrowed) == MAIL
    again = refresh(apps, narrowed.json()["refresh_token"])
    assert aud(again) == [CALENDAR, MAIL]  # the grant is as wide as it was


def test_the_parameter_may_be_sent_more_than_once():
    apps = three_apis()
    code = code_for(apps, resource=f"{CALENDAR} {MAIL}")
    assert aud(redeem(apps, code, resource=[MAIL, MAIL])) == MAIL


@pytest.mark.parametrize("named", [MAIL, f"{CALENDAR} {MAIL}", API])
def test_no_token_is_for_an_api_that_the_grant_does_not_cover(named):
    apps = three_apis()
    code = code_for(apps, resource=CALENDAR)
    assert error_of(redeem(apps, code, resource=named)) == TARGET
    answer = redeem(apps, code)  # a refusal uses nothing up
    assert error_of(refresh(apps, answer.json()["refresh_token"], resource=named)) == TARGET


@pytest.mark.parametrize(
    "named",
    [
        CALENDAR + "/",
        CALENDAR + ".evil",
        CALENDAR + "/admin",
        CALENDAR + "#part",
        "HTTPS://calendar.example",
        "calendar.example",
        "/calendar",
        "https://[calendar",
        "https://elsewhere.example",
    ],
)
def test_an_api_is_known_by_its_whole_address(named):
    apps = three_apis()
    assert "error=invalid_target" in ask(apps.ada, resource=named).headers["location"]
    code = code_for(apps, resource=CALENDAR)
    assert error_of(redeem(apps, code, resource=named)) == TARGET


def test_who_said_yes_for_one_api_is_asked_again_for_another():
    apps = three_apis()
    assert ask(apps.ada).status_code == 303  # yes was said at the sign-in
    assert ask(apps.ada, resource=MAIL).status_code == 200  # the consent page


def test_a_client_that_acts_for_itself_names_its_api_too():
    apps = three_apis()
    backup = ("backup", "the-backup-job-has-this")
    form = {"grant_type": "client_credentials", "resource": MAIL}
    assert aud(apps.ada.post(LOGIN + "/token", data=form, auth=backup)) == MAIL


def test_a_device_names_its_api_when_it_asks():
    apps = three_apis()
    apps.provider.offer_device_grant(DeviceGrant())
    wrong = {"client_id": "notes", "resource": "https://elsewhere.example"}
    apps.provider.clients["notes"] = apps.provider.clients["notes"].__class__(
        "notes", grant_types=("urn:ietf:params:oauth:grant-type:device_code",)
    )
    refusal = apps.ada.post(LOGIN + "/device_authorization", data=wrong)
    assert error_of(refusal) == TARGET
    apps.ada.post(LOGIN + "/device_authorization", data=wrong | {"resource": MAIL})
    assert [asked.resources for asked in apps.provider.device_requests.values()] == [(MAIL,)]


@MANY
@given(st.text(max_size=30))
def test_no_text_is_an_address_with_a_fragment(text):
    assert not is_absolute("https://calendar.example/#" + text)
    assert is_absolute(text) in (True, False)  # and none is a crash
