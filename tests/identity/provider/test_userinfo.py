"""Userinfo and tokens that are bound to a key: refused with the right code and challenge."""

import httpx
import pytest
from provider_helpers import CALLBACK, SECRETS, VERIFIER, code_for, error_of, fresh, tokens_of
from two_apps import LOGIN, TwoApps

from labutils.identity import dpop
from labutils.identity.tokens import ec_private_key

KEY = ec_private_key("ada's laptop")


def proof(
    apps: TwoApps, method: str, path: str, jti: str, token: str | None = None
) -> dict[str, str]:
    now = apps.lab.clock.now + 1
    return {"dpop": dpop.prove(KEY, method, LOGIN + path, now=now, jti=jti, token=token)}


def bound_token(apps: TwoApps) -> str:
    """An access token of the wiki that is bound to a key."""
    form = {
        "grant_type": "authorization_code",
        "code": code_for(apps),
        "redirect_uri": CALLBACK,
        "code_verifier": VERIFIER,
    }
    issued = apps.ada.post(
        LOGIN + "/token",
        data=form,
        auth=("wiki", SECRETS["wiki"]),
        headers=proof(apps, "POST", "/token", "1"),
    ).json()
    assert issued["token_type"] == "DPoP"
    return issued["access_token"]


def userinfo(apps: TwoApps, scheme: str, token: str, headers: dict[str, str]) -> httpx.Response:
    url = LOGIN + "/userinfo"
    return apps.ada.get(url, headers={"authorization": f"{scheme} {token}", **headers})


@pytest.mark.parametrize(
    "scheme, proved, opened",
    [
        ("DPoP", True, True),
        ("DPoP", False, False),
        ("Bearer", True, False),
        ("Bearer", False, False),
    ],
)
def test_a_bound_token_comes_with_scheme_dpop_and_a_proof(scheme, proved, opened):
    apps = fresh()
    token = bound_token(apps)
    headers = proof(apps, "GET", "/userinfo", "2", token) if proved else {}
    response = userinfo(apps, scheme, token, headers)
    if opened:
        assert response.json()["sub"] == "u-1815"
    else:
        assert error_of(response) == (401, "invalid_token")
        assert response.headers["www-authenticate"].startswith("DPoP ")


def test_a_token_that_is_bound_to_nothing_does_not_come_with_scheme_dpop():
    apps = fresh()
    token = tokens_of(apps)["access_token"]
    headers = proof(apps, "GET", "/userinfo", "2", token)
    assert error_of(userinfo(apps, "DPoP", token, headers)) == (401, "invalid_token")
