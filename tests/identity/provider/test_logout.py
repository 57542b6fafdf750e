"""RP-Initiated Logout at the provider: what counts as a hint, and what is left of a session."""

import httpx
import jwt
import pytest
from provider_helpers import error_of, fresh, tokens_of
from two_apps import LOGIN, WIKI, TwoApps

from labutils.identity.tokens import sign


@pytest.fixture
def apps():
    return fresh()


def logout(apps: TwoApps, hint: str) -> httpx.Response:
    return apps.ada.get(LOGIN + "/logout", params={"id_token_hint": hint})


def hint(apps: TwoApps, **changes: object) -> str:
    """Ada's ID token, its claims changed or (None) left out, signed by the provider's own key."""
    claims = jwt.decode(tokens_of(apps)["id_token"], options={"verify_signature": False}) | changes
    key = next(key for key in apps.provider.keys if key.alg == "ES256")
    return sign({name: value for name, value in claims.items() if value is not None}, key)


def cookie(apps: TwoApps) -> str | None:
    return apps.ada.cookies.get("session", domain="login.example")


def test_a_hint_ends_the_session_and_the_browser_forgets_its_cookie(apps):
    assert cookie(apps)
    assert logout(apps, hint(apps)).status_code == 200
    assert (apps.provider.sessions, cookie(apps)) == ({}, None)


@pytest.mark.parametrize(
    "changes", [{"iss": "https://tom.example"}, {"iss": None}, {"sid": None}], ids=repr
)
def test_a_hint_of_another_issuer_or_of_no_session_is_refused_and_ends_nothing(apps, changes):
    assert error_of(logout(apps, hint(apps, **changes))) == (400, "invalid_request")
    assert len(apps.provider.sessions) == 1
    assert cookie(apps)


@pytest.mark.parametrize(
    ("state", "query"), [({}, ""), ({"state": ""}, ""), ({"state": "a b"}, "?state=a+b")]
)
def test_the_browser_goes_back_to_the_registered_address_with_state_where_one_came(
    apps, state, query
):
    back = {"post_logout_redirect_uri": WIKI + "/"}
    params = {"id_token_hint": hint(apps), **back, **state}
    answer = apps.ada.get(LOGIN + "/logout", params=params)
    assert (answer.status_code, answer.headers["location"]) == (303, WIKI + "/" + query)
