"""Where a rule begins and ends: the last value that it takes, and the first that it refuses."""

import hashlib
import string
from functools import cache

import httpx
import pytest
from provider_helpers import (
    CALLBACK,
    SECRETS,
    VERIFIER,
    ask,
    code_for,
    csrf,
    fresh,
    post,
    tokens_of,
)
from two_apps import LOGIN, TwoApps

from labutils.identity.provider.authorize import CODE_LIFE, RECENT
from labutils.identity.tokens import b64

UNRESERVED = set(string.ascii_letters + string.digits + "-._~")  # RFC 7636, 4.1
CHARACTERS = [chr(number) for number in range(0x250)] + ["\u0661", "\uff21", "\u2028"]


@cache
def provider():
    """One provider for all verifiers: the comparison keeps nothing."""
    return fresh().provider


def is_met(verifier: str) -> bool:
    """Whether a verifier is taken whose hash was sent ahead."""
    hashed = b64(hashlib.sha256(verifier.encode()).digest())
    return provider().challenge_met(hashed, verifier)


# --- PKCE ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", [0, 21, 42])
def test_a_verifier_is_made_of_unreserved_characters_and_of_no_other(place):
    taken = {c for c in CHARACTERS if is_met("v" * place + c + "v" * (42 - place))}
    assert taken == UNRESERVED


def test_a_verifier_has_43_to_128_characters():
    assert [length for length in range(200) if is_met("v" * length)] == list(range(43, 129))


def test_a_challenge_is_made_of_base64url_characters_and_of_no_other():
    apps = fresh()
    offered = {c: ask(apps.ada, code_challenge=c + "A" * 42) for c in map(chr, range(128))}
    taken = {c for c, response in offered.items() if "?code=" in response.headers["location"]}
    assert taken == set(string.ascii_letters + string.digits + "-_")


def test_a_challenge_has_43_characters():
    apps = fresh()
    offered = {length: ask(apps.ada, code_challenge="A" * length) for length in range(40, 50)}
    taken = [n for n, response in offered.items() if "?code=" in response.headers["location"]]
    assert taken == [43]


# --- seconds ------------------------------------------------------------------------------------


def redeem(apps: TwoApps, code: str) -> httpx.Response:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": CALLBACK,
        "code_verifier": VERIFIER,
    }
    return apps.ada.post(LOGIN + "/token", data=form, auth=("wiki", SECRETS["wiki"]))


def age_at_the_next_request(apps: TwoApps, since: int, age: int) -> None:
    """Let the next request, which takes a second itself, come `age` seconds after a moment."""
    apps.lab.clock.wait_until(since + age - 1)
    assert apps.lab.clock.now == since + age - 1


@pytest.mark.parametrize("age, answered", [(RECENT, True), (RECENT + 1, False)])
def test_after_a_new_sign_in_the_consent_page_may_be_answered_for_five_minutes(age, answered):
    assert RECENT == 300
    apps = fresh()
    page = post(
        apps.ada,
        prompt="login consent",
        username="ada",
        password=apps.provider.users["ada"].password,
    )
    began = max(session.auth_time for session in apps.provider.sessions.values())
    age_at_the_next_request(apps, began, age)
    response = post(apps.ada, prompt="login consent", consent="allow", csrf=csrf(page))
    assert ("?code=" in response.headers.get("location", "")) == answered
    assert ('name="password"' in response.text) != answered


@pytest.mark.parametrize("age, silent", [(59, True), (60, True), (61, False)])
def test_a_sign_in_is_recent_enough_as_long_as_no_more_than_max_age_has_passed(age, silent):
    apps = fresh()
    began = max(session.auth_time for session in apps.provider.sessions.values())
    age_at_the_next_request(apps, began, age)
    response = ask(apps.ada, max_age="60", prompt="none")
    assert ("?code=" in response.headers["location"]) == silent
    assert ("error=login_required" in response.headers["location"]) != silent


@pytest.mark.parametrize("age, status", [(CODE_LIFE - 1, 200), (CODE_LIFE, 400)])
def test_a_code_is_over_from_its_sixtieth_second_on(age, status):
    assert CODE_LIFE == 60
    apps = fresh()
    code = code_for(apps)
    age_at_the_next_request(apps, apps.lab.clock.now, age)
    assert redeem(apps, code).status_code == status


@pytest.mark.parametrize("age, status", [(599, 200), (600, 401)])
@pytest.mark.parametrize("opaque", [False, True])
def test_an_access_token_is_over_from_its_six_hundredth_second_on(age, status, opaque):
    apps = fresh(opaque_access_tokens=opaque)
    token = tokens_of(apps)["access_token"]
    age_at_the_next_request(apps, apps.lab.clock.now, age)
    header = {"authorization": f"Bearer {token}"}
    response = apps.tom.get(LOGIN + "/userinfo", headers=header)
    assert response.status_code == status
