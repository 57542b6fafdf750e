"""The API: it opens for an access token that is meant for it and good now, checked offline or by
asking the provider.
"""

import httpx
import jwt
import pytest
from provider_helpers import SECRETS, fresh, tokens_of
from two_apps import API, LOGIN, TwoApps

from labutils.identity.tokens import SigningKey, ec_private_key, sign

WAYS = pytest.mark.parametrize("opaque", [False, True], ids=["offline", "introspecting"])
TOKEN = (401, "invalid_token")


def read(apps: TwoApps, token: str, scheme: str = "Bearer", **more: object) -> httpx.Response:
    return apps.ada.get(API + "/me", headers={"authorization": f"{scheme} {token}"}, **more)


def error_of(response: httpx.Response) -> tuple[int, str | None]:
    assert response.status_code == 200 or response.headers["www-authenticate"].startswith(
        "Bearer realm="
    )
    return response.status_code, response.json().get("error")


def asked(apps: TwoApps) -> int:
    return sum(one.path == "/introspect" for one in apps.lab.wire)


@WAYS
def test_an_access_token_opens_the_api_by_header_or_by_form(opaque):
    apps = fresh(opaque_access_tokens=opaque)
    token = tokens_of(apps)["access_token"]
    for response in (
        read(apps, token),
        read(apps, token, "bearer"),
        apps.ada.post(API + "/me", data={"access_token": token}),
    ):
        assert (response.status_code, response.json()["sub"]) == (200, "u-1815")
    assert asked(apps) == (3 if opaque else 0)
    assert apps.lab.audit[-1] | {"time": ""} == {
        "time": "",
        "service": "api.example",
        "event": "api.read",
        "outcome": "success",
        "user": "u-1815",
        "ip": "192.0.2.10",
    }


@WAYS
def test_a_token_in_the_address_does_not_count(opaque):
    apps = fresh(opaque_access_tokens=opaque)
    response = apps.ada.get(API + "/me", params={"access_token": tokens_of(apps)["access_token"]})
    assert error_of(response) == (401, None)


@WAYS
@pytest.mark.parametrize("name", ["id_token", "refresh_token"])
def test_another_kind_of_token_does_not_open_it(opaque, name):
    apps = fresh(opaque_access_tokens=opaque)
    assert error_of(read(apps, tokens_of(apps)[name])) == TOKEN
    assert apps.lab.audit[-1]["outcome"] == "failure"


@WAYS
def test_an_access_token_ends_with_its_time(opaque):
    apps = fresh(opaque_access_tokens=opaque)
    token = tokens_of(apps)["access_token"]
    apps.lab.clock.tick(500)
    assert read(apps, token).status_code == 200
    apps.lab.clock.tick(100)
    assert error_of(read(apps, token)) == TOKEN


@WAYS
def test_a_revoked_token_dies_at_once_only_where_the_provider_is_asked(opaque):
    apps = fresh(opaque_access_tokens=opaque)
    token = tokens_of(apps)["access_token"]
    apps.ada.post(LOGIN + "/revoke", data={"token": token}, auth=("wiki", SECRETS["wiki"]))
    assert error_of(read(apps, token)) == (TOKEN if opaque else (200, None))


@WAYS
@pytest.mark.parametrize(
    "header",
    [
        "",
        " ",
        "Bearer",
        "Bearer ",
        "Bearer  ",
        "Basic eDp5",
        "Token x",
        "bearerx",
        "Bearer x y",
        "Bearer \t",
    ],
)
def test_a_header_without_a_token_is_401_and_no_crash(opaque, header):
    apps = fresh(opaque_access_tokens=opaque)
    assert error_of(apps.ada.get(API + "/me", headers={"authorization": header})) in (
        (401, None),
        TOKEN,
    )


@pytest.mark.parametrize(
    "changes, typ",
    [
        ({"aud": "https://wiki.example"}, "at+jwt"),
        ({"iss": "https://tom.example"}, "at+jwt"),
        ({"exp": 1}, "at+jwt"),
        ({}, "JWT"),
        ({}, "logout+jwt"),
    ],
    ids=["audience", "issuer", "expired", "JWT", "another type"],
)
def test_offline_signature_clock_issuer_audience_and_type_must_all_fit(changes, typ):
    apps = fresh()
    claims = jwt.decode(tokens_of(apps)["access_token"], options={"verify_signature": False})
    key = next(key for key in apps.provider.keys if key.alg == "ES256")
    assert read(apps, sign(claims, key, "at+jwt")).status_code == 200
    assert error_of(read(apps, sign(claims | changes, key, typ))) == TOKEN
    assert (
        error_of(
            read(apps, sign(claims, SigningKey(ec_private_key("tom"), "ES256", key.kid), "at+jwt"))
        )
        == TOKEN
    )


def test_a_clients_own_token_opens_the_api_in_its_own_name():
    apps = fresh()
    answer = apps.ada.post(
        LOGIN + "/token",
        data={"grant_type": "client_credentials"},
        auth=("backup", "the-backup-job-has-this"),
    ).json()
    assert read(apps, answer["access_token"]).json() == {"sub": "backup", "scope": "read"}


def test_only_me_is_a_door():
    apps = fresh()
    token = tokens_of(apps)["access_token"]
    for path in ("/", "/me/", "/admin"):
        assert (
            apps.ada.get(API + path, headers={"authorization": f"Bearer {token}"}).status_code
            == 404
        )


def test_an_api_that_may_not_ask_lets_nobody_in():
    apps = fresh(opaque_access_tokens=True)
    token = tokens_of(apps)["access_token"]
    apps.api.introspect_as = ("api", "yesterday's secret")
    assert error_of(read(apps, token)) == TOKEN
