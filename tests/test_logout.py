"""RP-Initiated Logout at the provider: what counts as a hint, and what is left of a session."""

import httpx
import jwt
import pytest
from provider_helpers import error_of, fresh, tokens_of

from labutils.classroom.lessons.town import LOGIN, Town
from labutils.identity.tokens import sign


@pytest.fixture
def town():
    return fresh()


def logout(town: Town, hint: str) -> httpx.Response:
    return town.ada.get(LOGIN + "/logout", params={"id_token_hint": hint})


def hint(town: Town, **changes: object) -> str:
    """Ada's ID token, its claims changed or (None) left out, signed by the provider's own key."""
    claims = jwt.decode(tokens_of(town)["id_token"], options={"verify_signature": False}) | changes
    key = next(key for key in town.provider.keys if key.alg == "ES256")
    return sign({name: value for name, value in claims.items() if value is not None}, key)


def cookie(town: Town) -> str | None:
    return town.ada.cookies.get("session", domain="login.example")


def test_a_hint_ends_the_session_and_the_browser_forgets_its_cookie(town):
    assert cookie(town)
    assert logout(town, hint(town)).status_code == 200
    assert (town.provider.sessions, cookie(town)) == ({}, None)


@pytest.mark.parametrize(
    "changes", [{"iss": "https://tom.example"}, {"iss": None}, {"sid": None}], ids=repr
)
def test_a_hint_of_another_issuer_or_of_no_session_is_refused_and_ends_nothing(town, changes):
    assert error_of(logout(town, hint(town, **changes))) == (400, "invalid_request")
    assert len(town.provider.sessions) == 1
    assert cookie(town)
