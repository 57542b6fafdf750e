"""Where tokens are given out, asked about and taken back: every refusal has the status and the
error code that an RFC registers.
"""

import re
from base64 import b64encode
from itertools import count

import httpx
import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from provider_helpers import (
    CALLBACK,
    CHALLENGE,
    MANY,
    NO_PKCE,
    SECRETS,
    VERIFIER,
    code_for,
    error_of,
    fresh,
    tokens_of,
)
from tables import table
from two_apps import API, LOGIN, NOTES, TwoApps

from labutils.identity import dpop
from labutils.identity.provider.state import Client
from labutils.identity.tokens import (
    SigningKey,
    b64,
    ec_private_key,
    ed25519_private_key,
    json_part,
    public_jwk,
    sign,
    thumbprint,
)

ADA, TOM = ec_private_key("ada's laptop"), ec_private_key("tom's laptop")
NUMBERS = count(1)
DENIED, GRANT, CLIENT, TOKEN = (
    (400, "invalid_request"),
    (400, "invalid_grant"),
    (401, "invalid_client"),
    (401, "invalid_token"),
)


def at_token(
    apps: TwoApps, client: str | None = "wiki", headers: dict | None = None, **params: str | None
) -> httpx.Response:
    """A request to the token endpoint: a confidential client with its secret by Basic, a public one
    with its name.
    """
    secret = SECRETS.get(client)
    data = {name: value for name, value in params.items() if value is not None} | (
        {} if secret or not client else {"client_id": client}
    )
    return apps.ada.post(
        LOGIN + "/token", data=data, auth=(client, secret) if secret else None, headers=headers
    )


def redeem(
    apps: TwoApps, code: str, /, client: str = "wiki", **changes: str | None
) -> httpx.Response:
    return at_token(
        apps,
        client,
        **{
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": CALLBACK,
            "code_verifier": VERIFIER,
            **changes,
        },
    )


def refresh(apps: TwoApps, token: str, client: str = "wiki", **changes: object) -> httpx.Response:
    return at_token(apps, client, grant_type="refresh_token", refresh_token=token, **changes)


def userinfo(apps: TwoApps, token: str, scheme: str = "Bearer", **headers: str) -> httpx.Response:
    return apps.ada.get(
        LOGIN + "/userinfo", headers={"authorization": f"{scheme} {token}", **headers}
    )


def introspect(apps: TwoApps, token: str, client: str = "api") -> dict:
    return apps.ada.post(
        LOGIN + "/introspect", data={"token": token}, auth=(client, SECRETS[client])
    ).json()


def revoke(apps: TwoApps, token: str, client: str = "wiki") -> httpx.Response:
    return apps.ada.post(LOGIN + "/revoke", data={"token": token}, auth=(client, SECRETS[client]))


def claims_of(token: str) -> dict:
    return jwt.decode(token, options={"verify_signature": False})


def is_dead(apps: TwoApps, issued: dict) -> bool:
    """Whether nothing of this answer works any more, wherever the provider is asked; False where
    all of it works.
    """
    answers = {
        userinfo(apps, issued["access_token"]).status_code == 401,
        not introspect(apps, issued["access_token"])["active"],
        not introspect(apps, issued["refresh_token"])["active"],
    }
    assert len(answers) == 1
    return answers.pop()


# --- codes --------------------------------------------------------------------------------------


@pytest.mark.parametrize("settings", [{}, {"opaque_access_tokens": True}], ids=["JWT", "opaque"])
def test_a_code_is_used_once_and_a_second_use_kills_the_grant(settings):
    apps = fresh(**settings)
    code = code_for(apps)
    issued = redeem(apps, code).json()
    assert not is_dead(apps, issued)
    renewed = refresh(apps, issued["refresh_token"]).json()
    assert error_of(redeem(apps, code)) == GRANT
    assert is_dead(apps, renewed)
    assert error_of(refresh(apps, renewed["refresh_token"])) == GRANT
    assert [line["outcome"] for line in apps.lab.audit if line["event"] == "code.reuse"] == [
        "failure"
    ]


@pytest.mark.parametrize(
    "wait, expected",
    [(57, (200, None)), (58, (200, None)), (59, GRANT), (60, GRANT), (86400, GRANT)],
)
def test_a_code_lives_less_than_sixty_seconds(wait, expected):
    apps = fresh()
    code = code_for(apps)
    apps.lab.clock.tick(wait)  # the request itself takes one more second
    assert error_of(redeem(apps, code)) == expected


@table(
    "client, changes",
    [
        ("plain", {}),
        ("notes", {}),
        ("notes", {"redirect_uri": NOTES + "/cb"}),
        ("wiki", {"redirect_uri": None}),
        ("wiki", {"redirect_uri": CALLBACK + "/"}),
        ("wiki", {"redirect_uri": NOTES + "/cb"}),
        ("wiki", {"code": None}),
        ("wiki", {"code": "x"}),
        ("wiki", {"code": "ü\0"}),
    ],
)
def test_a_code_is_good_for_the_client_and_the_redirect_that_asked(client, changes):
    apps = fresh()
    code = code_for(apps)
    assert error_of(redeem(apps, code, client, **changes)) in (GRANT, DENIED)
    assert redeem(apps, code).status_code == 200  # a stranger's attempt does not use it up


VERIFIERS = [
    None,
    "",
    "w" * 43,
    VERIFIER[:-1],
    VERIFIER + "v",
    VERIFIER + "\n",
    CHALLENGE,
    VERIFIER.upper(),
    "ü" * 43,
    "v" * 9999,
]


@table("verifier", VERIFIERS, ids=ascii)
def test_only_the_verifier_behind_the_challenge_fits(verifier):
    apps = fresh()
    code = code_for(apps)
    assert error_of(redeem(apps, code, code_verifier=verifier)) == GRANT
    assert redeem(apps, code).status_code == 200


def test_a_verifier_where_no_challenge_was_sent_is_a_downgrade_and_refused():
    apps = fresh()
    code = code_for(apps, client_id="plain", **NO_PKCE)
    assert error_of(redeem(apps, code, "plain")) == GRANT
    assert redeem(apps, code, "plain", code_verifier=None).status_code == 200


def test_a_challenge_binds_a_client_that_need_not_use_pkce():
    apps = fresh()
    assert (
        error_of(redeem(apps, code_for(apps, client_id="plain"), "plain", code_verifier=None))
        == GRANT
    )


# --- client authentication ----------------------------------------------------------------------


def basic(text: str | bytes) -> dict[str, str]:
    return {
        "authorization": "Basic "
        + b64encode(text.encode() if isinstance(text, str) else text).decode()
    }


def as_job(apps: TwoApps, headers: dict[str, str] | None = None, **params: str) -> httpx.Response:
    """The shortest request that needs a client: its own credentials for a token."""
    return apps.ada.post(
        LOGIN + "/token", data={"grant_type": "client_credentials", **params}, headers=headers
    )


def with_odd_names() -> TwoApps:
    apps = fresh()
    for client_id, secret in (
        ("my-job", "a-b c+d:e%f"),
        ("jöb", "ß€"),
        ("backup", "the-backup-job-has-this"),
    ):
        apps.provider.clients[client_id] = Client(
            client_id, secret=secret, scope="read", grant_types=("client_credentials",)
        )
    apps.provider.clients["open"] = Client(
        "open", scope="read", grant_types=("client_credentials",)
    )
    return apps


JOBS = with_odd_names()


@table(
    "text",
    [
        "my%2Djob:a%2Db+c%2Bd%3Ae%25f",
        "my-job:a-b%20c%2Bd%3ae%25f",
        "j%C3%B6b:%C3%9F%E2%82%AC",
        "jöb:ß€",
        "backup:the%2Dbackup%2Djob%2Dhas%2Dthis",
        "my-job:a-b c%2Bd:e%25f",
    ],
)
def test_basic_credentials_are_form_encoded(text):  # RFC 6749, 2.3.1
    assert error_of(as_job(JOBS, basic(text))) == (200, None)


def test_the_scheme_is_read_in_any_case_and_a_client_id_in_the_body_may_agree():
    for scheme in ("basic ", "BASIC ", "Basic   "):
        header = scheme + basic("backup:the-backup-job-has-this")["authorization"][6:]
        assert error_of(as_job(JOBS, {"authorization": header}, client_id="backup")) == (200, None)


@pytest.mark.parametrize("scheme", ["Bearer ", "Basics ", "Digest ", "Basic:"])
def test_the_right_name_and_secret_under_another_scheme_are_refused(scheme):
    right = basic("backup:the-backup-job-has-this")["authorization"][6:]
    assert error_of(as_job(JOBS, {"authorization": scheme + right})) == CLIENT


@pytest.mark.parametrize(
    "client_id, secret",
    [("my-job", "a-b c+d:e%f"), ("jöb", "ß€"), ("backup", "the-backup-job-has-this")],
)
def test_client_secret_post(client_id, secret):
    assert error_of(as_job(JOBS, client_id=client_id, client_secret=secret)) == (200, None)


BAD_HEADERS = [
    "Basic",
    "Basic ",
    "Basic  ",
    "basic",
    "Basic !!!",
    "Basic YQ",
    "Basic YQ==",
    "Basic Og==",
    "Bearer x",
    "Digest username=x",
    " ",
    "Basic " + b64encode(b"\xff\xfe:\xff").decode(),
    "Basic " + "A" * 99999,
    "Basic YmFja3VwOg== x",
    ":",
    "Basic \t",
    "Basic ====",
    "Basic " + b64encode(b"wiki:%ff%zz%").decode(),
    "B\u00e4sic x",
]


@table("header", BAD_HEADERS, ids=lambda header: header[:30])
def test_a_malformed_header_is_an_unknown_client_and_no_crash(header):
    refusal = as_job(JOBS, {"authorization": header.encode("latin-1")})
    assert error_of(refusal) == CLIENT
    assert not header.strip() or refusal.headers["www-authenticate"].startswith("Basic realm=")


@table(
    "text",
    [
        "backup:",
        "backup:x",
        "backup:the-backup-job-has-this ",
        "nobody:",
        "nobody:x",
        ":",
        "open:",
        "open:x",
        "Backup:the-backup-job-has-this",
        "backup:the+backup+job+has+this",
        "my-job:a-b c+d:e%f",
        "j\u00f6b:\u00df",
    ],
)
def test_wrong_basic_credentials_are_invalid_client(text):
    refusal = as_job(JOBS, basic(text))
    assert error_of(refusal) == CLIENT
    assert refusal.headers["www-authenticate"].startswith("Basic realm=")


@table(
    "params",
    [
        {},
        {"client_id": "backup"},
        {"client_id": "backup", "client_secret": ""},
        {"client_id": "nobody"},
        {"client_id": "backup", "client_secret": "ü"},
        {"client_secret": "the-backup-job-has-this"},
        {"client_id": "open", "client_secret": "x"},
        {"client_id": "ö\0", "client_secret": "x"},
    ],
)
def test_wrong_credentials_in_the_body_are_invalid_client_and_told_the_scheme(params):
    for path in (
        "/token",
        "/revoke",
        "/introspect",
    ):  # a 401 comes with a challenge (RFC 9110, 15.5.2)
        refusal = JOBS.ada.post(
            LOGIN + path, data={"grant_type": "client_credentials", "token": "x", **params}
        )
        assert error_of(refusal) == CLIENT
        assert refusal.headers["www-authenticate"] == 'Basic realm="lab", error="invalid_client"'


def test_an_empty_secret_is_no_secret_at_any_endpoint():
    for path in ("/token", "/introspect", "/revoke"):
        for client in ("wiki", "api", "plain"):
            refusal = JOBS.tom.post(
                LOGIN + path,
                data={"token": "x", "grant_type": "refresh_token"},
                headers=basic(client + ":"),
            )
            assert error_of(refusal) == CLIENT


def test_credentials_in_the_header_and_in_the_body_at_once_are_an_invalid_request():
    # RFC 6749, 5.2
    both = as_job(
        JOBS,
        basic("backup:the-backup-job-has-this"),
        client_id="backup",
        client_secret="the-backup-job-has-this",
    )
    assert error_of(both) == DENIED


def test_two_names_for_the_client_are_refused():
    assert (
        error_of(as_job(JOBS, basic("backup:the-backup-job-has-this"), client_id="wiki")) == CLIENT
    )


@pytest.mark.parametrize(
    "kind, expected",
    [
        (None, DENIED),
        ("", DENIED),
        ("password", (400, "unsupported_grant_type")),
        ("implicit", (400, "unsupported_grant_type")),
        ("refresh_token", GRANT),
    ],
)
def test_the_grant_type_is_one_that_is_offered(kind, expected):
    assert error_of(at_token(JOBS, grant_type=kind)) == expected


def test_a_repeated_parameter_is_refused():
    twice = JOBS.ada.post(
        LOGIN + "/token",
        content="grant_type=client_credentials&scope=a&scope=b",
        auth=("backup", "the-backup-job-has-this"),
        headers={"content-type": "application/x-www-form-urlencoded"},
    )
    assert error_of(twice) == DENIED


def test_parameters_in_the_address_do_not_count():
    params = {
        "grant_type": "client_credentials",
        "client_id": "backup",
        "client_secret": "the-backup-job-has-this",
    }
    assert error_of(JOBS.ada.post(LOGIN + "/token", params=params)) == CLIENT


# --- refresh tokens -----------------------------------------------------------------------------


def test_a_refresh_token_rotates_and_a_second_use_kills_the_family():
    apps = fresh()
    first = tokens_of(apps)
    second = refresh(apps, first["refresh_token"]).json()
    assert second["refresh_token"] != first["refresh_token"]
    assert not is_dead(apps, second)
    assert error_of(refresh(apps, first["refresh_token"])) == GRANT
    assert is_dead(apps, second)
    assert error_of(refresh(apps, second["refresh_token"])) == GRANT
    assert (
        apps.ada.get(
            API + "/me", headers={"authorization": f"Bearer {second['access_token']}"}
        ).status_code
        == 200
    )  # checks offline


def test_scope_narrows_on_refresh_and_never_widens():
    apps = fresh()
    first = tokens_of(apps, scope="openid offline_access")
    for wider in ("openid profile", "profile", "openid admin"):
        assert error_of(refresh(apps, first["refresh_token"], scope=wider)) == (
            400,
            "invalid_scope",
        )
    second = refresh(apps, first["refresh_token"], scope="openid").json()
    assert (second["scope"], claims_of(second["access_token"])["scope"]) == ("openid", "openid")
    third = refresh(
        apps, second["refresh_token"]
    ).json()  # a refresh token keeps the scope that was granted (RFC 6749, 6)
    assert third["scope"] == "openid offline_access"


def test_a_refreshed_id_token_is_about_the_same_person_and_sign_in_and_has_no_nonce():
    apps = fresh()
    first = tokens_of(apps)
    apps.lab.clock.tick(1000)
    one, other = (
        claims_of(answer["id_token"])
        for answer in (first, refresh(apps, first["refresh_token"]).json())
    )
    assert {name for name in one | other if one.get(name) != other.get(name)} == {
        "iat",
        "exp",
        "nonce",
        "at_hash",
    }
    assert (one["nonce"], "nonce" in other, other["iat"] >= one["iat"] + 1000) == (
        "a nonce",
        False,
        True,
    )


def test_a_refresh_without_openid_brings_no_id_token():
    apps = fresh()
    assert "id_token" not in refresh(apps, tokens_of(apps)["refresh_token"], scope="profile").json()


@pytest.mark.parametrize("client", ["plain", "notes"])
def test_another_clients_refresh_token_is_refused_and_stays_alive(client):
    apps = fresh()
    issued = tokens_of(apps)
    assert error_of(refresh(apps, issued["refresh_token"], client)) == GRANT
    assert not is_dead(apps, issued)


@pytest.mark.parametrize("wait, expected", [(90 * 86400 - 2, (200, None)), (90 * 86400, GRANT)])
def test_a_refresh_token_ends_after_ninety_days(wait, expected):
    apps = fresh()
    issued = tokens_of(apps)
    apps.lab.clock.tick(wait)
    assert error_of(refresh(apps, issued["refresh_token"])) == expected


def test_only_a_refresh_token_refreshes():
    apps = fresh()
    issued = tokens_of(apps)
    for token in (issued["access_token"], issued["id_token"], "x", None):
        assert error_of(refresh(apps, token)) in (GRANT, DENIED)
    assert "refresh_token" not in tokens_of(apps, scope="openid")


# --- a client's own credentials -----------------------------------------------------------------


def test_a_client_on_its_own_gets_an_access_token_and_nothing_else():
    answer = as_job(JOBS, client_id="backup", client_secret="the-backup-job-has-this").json()
    assert set(answer) == {"access_token", "token_type", "expires_in", "scope"}
    claims = claims_of(answer["access_token"])
    assert (claims["sub"], claims["client_id"], claims["scope"]) == ("backup", "backup", "read")
    assert error_of(userinfo(JOBS, answer["access_token"])) == TOKEN  # there is no person behind it


def test_scope_and_client_must_fit():
    assert error_of(
        as_job(JOBS, client_id="backup", client_secret="the-backup-job-has-this", scope="openid")
    ) == (400, "invalid_scope")
    for client in ("wiki", "notes", "plain", "api"):
        assert error_of(at_token(JOBS, client, grant_type="client_credentials")) == (
            400,
            "unauthorized_client",
        )


# --- access tokens, and who looks at them -------------------------------------------------------


def test_an_access_token_is_a_jwt_of_rfc_9068():
    apps = fresh()
    issued = tokens_of(apps)
    assert jwt.get_unverified_header(issued["access_token"])["typ"] == "at+jwt"
    claims = claims_of(issued["access_token"])
    assert {"iss", "exp", "aud", "sub", "client_id", "iat", "jti"} <= set(claims)
    assert (claims["iss"], claims["aud"], claims["sub"], claims["client_id"]) == (
        LOGIN,
        API,
        "u-1815",
        "wiki",
    )
    assert (issued["token_type"], issued["expires_in"], claims["exp"] - claims["iat"]) == (
        "Bearer",
        600,
        600,
    )


def test_an_opaque_access_token_says_nothing_and_works_the_same():
    apps = fresh(opaque_access_tokens=True)
    token = tokens_of(apps)["access_token"]
    assert re.fullmatch(r"[\w-]{22}", token)
    assert userinfo(apps, token).json() == {
        "sub": "u-1815",
        "name": "Ada Lovelace",
        "preferred_username": "ada",
    }
    assert introspect(apps, token)["sub"] == "u-1815"
    apps.lab.clock.tick(600)
    assert error_of(userinfo(apps, token)) == TOKEN


def test_userinfo_tells_what_the_scope_allows():
    apps = fresh()
    assert userinfo(apps, tokens_of(apps, scope="openid")["access_token"]).json() == {
        "sub": "u-1815"
    }
    refusal = userinfo(apps, tokens_of(apps, scope="profile")["access_token"])
    assert error_of(refusal) == (403, "insufficient_scope")
    assert 'error="insufficient_scope"' in refusal.headers["www-authenticate"]
    posted = apps.ada.post(
        LOGIN + "/userinfo", data={"access_token": tokens_of(apps)["access_token"]}
    )
    assert posted.json()["name"] == "Ada Lovelace"


def forged(apps: TwoApps, typ: str = "at+jwt", **changes: object) -> str:
    """A token whose claims are those of a good one, signed by Tom."""
    claims = claims_of(tokens_of(apps)["access_token"]) | changes
    return sign(claims, SigningKey(TOM, "ES256", apps.provider.keys[1].kid), typ)


USELESS = {
    "id token": lambda _apps, own: own["id_token"],
    "refresh token": lambda _apps, own: own["refresh_token"],
    "text": lambda _apps, _own: "x",
    "forged": lambda apps, _own: forged(apps),
    "unsigned": lambda _apps, own: (
        json_part({"alg": "none"}) + "." + own["access_token"].split(".")[1] + "."
    ),
    "cut": lambda _apps, own: own["access_token"][:-4],
    "not ASCII": lambda _apps, _own: "t\u00f6ken",
}


@table("kind", USELESS)
def test_what_is_no_access_token_opens_neither_userinfo_nor_the_api(kind):
    apps = fresh()
    token = USELESS[kind](apps, tokens_of(apps)).encode("latin-1")
    for door in (LOGIN + "/userinfo", API + "/me"):
        refusal = apps.tom.get(door, headers={"authorization": b"Bearer " + token})
        assert (refusal.status_code, refusal.json()["error"]) == TOKEN
        assert refusal.headers["www-authenticate"].startswith(
            'Bearer realm="lab", error="invalid_token"'
        )


def test_no_token_is_401_with_a_challenge_and_without_an_error_code():  # RFC 6750, 3.1
    for header in ({}, {"authorization": "Bearer"}, {"authorization": "Basic eDp5"}):
        refusal = JOBS.tom.get(LOGIN + "/userinfo", headers=header)
        assert (error_of(refusal), refusal.headers["www-authenticate"]) == (
            (401, None),
            'Bearer realm="lab"',
        )


def test_an_access_token_ends_after_ten_minutes():
    apps = fresh()
    issued = tokens_of(apps)
    apps.lab.clock.tick(598)
    assert userinfo(apps, issued["access_token"]).status_code == 200
    assert error_of(userinfo(apps, issued["access_token"])) == TOKEN
    assert introspect(apps, issued["access_token"]) == {"active": False}


def test_introspection_names_the_client_of_a_refresh_token_and_no_type():
    apps = fresh()
    refresh_token = tokens_of(apps)["refresh_token"]
    assert introspect(apps, refresh_token) == {
        "active": True,
        "client_id": "wiki",
        "iss": LOGIN,
        "exp": apps.provider.refresh_tokens[refresh_token].expires,
        "sub": "u-1815",
        "scope": "openid profile offline_access",
    }


def test_introspection_tells_confidential_clients_and_nobody_else():
    apps = fresh()
    issued = tokens_of(apps)
    answer = introspect(apps, issued["access_token"])
    expected = {
        "active": True,
        "sub": "u-1815",
        "client_id": "wiki",
        "aud": API,
        "iss": LOGIN,
        "token_type": "Bearer",
    }
    assert {name: answer[name] for name in expected} == expected
    assert answer["exp"] == claims_of(issued["access_token"])["exp"]
    for data in (
        {"client_id": "notes"},
        {},
        {"client_id": "api"},
        {"client_id": "api", "client_secret": "x"},
    ):
        assert (
            error_of(
                apps.tom.post(LOGIN + "/introspect", data={"token": issued["access_token"], **data})
            )
            == CLIENT
        )
    assert error_of(apps.ada.post(LOGIN + "/introspect", auth=("api", SECRETS["api"]))) == DENIED


@pytest.mark.parametrize("kind", ["id token", "text", "forged", "unsigned"])
def test_introspection_calls_what_it_does_not_know_inactive_and_says_no_more(kind):
    apps = fresh()
    assert introspect(apps, USELESS[kind](apps, tokens_of(apps))) == {"active": False}


# --- revocation ---------------------------------------------------------------------------------


@pytest.mark.parametrize("settings", [{}, {"opaque_access_tokens": True}], ids=["JWT", "opaque"])
def test_a_revoked_access_token_dies_alone(settings):
    apps = fresh(**settings)
    issued = tokens_of(apps)
    assert revoke(apps, issued["access_token"]).status_code == 200
    assert error_of(userinfo(apps, issued["access_token"])) == TOKEN
    assert introspect(apps, issued["access_token"]) == {"active": False}
    assert refresh(apps, issued["refresh_token"]).status_code == 200


def test_a_revoked_refresh_token_takes_its_family_along():
    apps = fresh()
    first = tokens_of(apps)
    second = refresh(apps, first["refresh_token"]).json()
    assert revoke(apps, second["refresh_token"]).status_code == 200
    assert is_dead(apps, second)
    assert error_of(userinfo(apps, first["access_token"])) == TOKEN
    assert error_of(refresh(apps, second["refresh_token"])) == GRANT


def test_a_refresh_token_that_has_expired_is_told_so_and_not_that_it_was_revoked():
    apps = fresh()
    issued = tokens_of(apps)
    apps.lab.clock.tick(90 * 86400)
    assert refresh(apps, issued["refresh_token"]).json()["error_description"] == (
        "the refresh token has expired: it was not used for 90 days"
    )


def test_a_refresh_token_that_was_revoked_and_never_used_raises_no_alarm_of_reuse():
    apps = fresh()
    issued = tokens_of(apps)
    revoke(apps, issued["refresh_token"])
    assert refresh(apps, issued["refresh_token"]).json()["error_description"] == (
        "the refresh token was revoked, or the account is disabled"
    )
    assert "refresh_token.reuse" not in [line["event"] for line in apps.lab.audit]


def test_an_unknown_token_is_revoked_already():  # RFC 7009, 2.2
    apps = fresh()
    assert (
        revoke(apps, "x").status_code
        == revoke(apps, tokens_of(apps)["id_token"]).status_code
        == 200
    )
    assert error_of(apps.ada.post(LOGIN + "/revoke", data={"client_id": "notes"})) == DENIED
    assert error_of(apps.ada.post(LOGIN + "/revoke", data={"token": "x"})) == CLIENT


def test_another_clients_token_is_not_revoked():
    apps = fresh()
    issued = tokens_of(apps)
    for name in ("access_token", "refresh_token"):
        assert error_of(revoke(apps, issued[name], "plain")) == GRANT
    assert not is_dead(apps, issued)


# --- proof of possession ------------------------------------------------------------------------


def proof(
    apps: TwoApps,
    path: str = "/token",
    key: object = ADA,
    method: str = "POST",
    token: str | None = None,
    **more: str,
) -> dict[str, str]:
    """A DPoP header for the next request."""
    url = path if "://" in path else LOGIN + path
    return {
        "dpop": dpop.prove(
            key,
            method,
            url,
            now=apps.lab.clock.now + 1,
            jti=str(next(NUMBERS)),
            token=token,
            **more,
        )
    }


def bound(apps: TwoApps, key: object = ADA, client: str = "notes", **asked: str) -> dict:
    """Tokens that are bound to a key."""
    home = {"notes": NOTES + "/cb"}.get(client, CALLBACK)
    code = code_for(apps, client_id=client, redirect_uri=home, **asked)
    return redeem(apps, code, client, redirect_uri=home, headers=proof(apps, key=key)).json()


@pytest.mark.parametrize("key", [ADA, ed25519_private_key("edda")], ids=["P-256", "Ed25519"])
def test_a_proof_at_the_token_endpoint_binds_the_access_token(key):
    apps = fresh()
    issued = bound(apps, key)
    assert issued["token_type"] == "DPoP"
    assert claims_of(issued["access_token"])["cnf"] == {"jkt": thumbprint(public_jwk(key))}
    answer = introspect(apps, issued["access_token"])
    assert (answer["token_type"], answer["cnf"]) == ("DPoP", {"jkt": thumbprint(public_jwk(key))})


@pytest.mark.parametrize("door", [LOGIN + "/userinfo", API + "/me"])
def test_a_bound_token_opens_with_a_proof_by_its_key_and_not_otherwise(door):
    apps = fresh()
    token = bound(apps)["access_token"]

    def enter(headers: dict, scheme: str = "DPoP") -> tuple[int, str | None]:
        response = apps.ada.get(door, headers={"authorization": f"{scheme} {token}", **headers})
        assert response.status_code == 200 or response.headers["www-authenticate"].startswith(
            "DPoP algs="
        )
        return response.status_code, response.json().get("error")

    once = proof(apps, door, method="GET", token=token)
    assert enter(once) == (200, None)
    assert enter(once) == (401, "invalid_dpop_proof")  # a replay (RFC 9449, 7.1)
    assert enter({}) in ((401, "invalid_dpop_proof"), TOKEN) and enter({}, "Bearer") == TOKEN
    for wrong in (
        {"key": TOM},
        {"method": "POST"},
        {"token": None},
        {"token": "x"},
        {"path": LOGIN + "/jwks"},
    ):
        headers = proof(apps, **{"path": door, "method": "GET", "token": token, **wrong})
        assert enter(headers) == (401, "invalid_dpop_proof")


@pytest.mark.parametrize("door", [LOGIN + "/userinfo", API + "/me"])
def test_a_bearer_token_does_not_pass_for_a_bound_one(door):
    """RFC 9449, 7.1: the scheme is DPoP only with a token that is bound."""
    apps = fresh()
    token = tokens_of(apps)["access_token"]
    for headers in ({}, proof(apps, door, method="GET", token=token)):
        response = apps.ada.get(door, headers={"authorization": f"DPoP {token}", **headers})
        assert (response.status_code, response.json()["error"]) == TOKEN


@pytest.mark.parametrize("door", [LOGIN + "/userinfo", API + "/me"])
def test_a_bound_token_with_scheme_bearer_is_refused_even_with_a_good_proof(door):
    apps = fresh()
    token = bound(apps)["access_token"]
    response = apps.ada.get(
        door,
        headers={
            "authorization": f"Bearer {token}",
            **proof(apps, door, method="GET", token=token),
        },
    )
    assert (response.status_code, response.json()["error"]) == TOKEN


@pytest.mark.parametrize(
    "made", [{"method": "GET"}, {"path": "/userinfo"}, {"path": "https://tom.example/token"}]
)
def test_a_proof_for_another_request_is_invalid_and_leaves_the_code_alone(made):
    apps = fresh()
    code = code_for(apps)
    assert error_of(redeem(apps, code, headers=proof(apps, **made))) == (400, "invalid_dpop_proof")
    assert redeem(apps, code).status_code == 200


@pytest.mark.parametrize("header", ["", "x", "\u00e4", "a.b.c", "A" * 9999])
def test_a_proof_that_is_none_is_invalid(header):
    refusal = refresh(JOBS, "x", headers={"dpop": header.encode("latin-1")})
    assert error_of(refusal) == (400, "invalid_dpop_proof")


def test_two_proofs_or_a_replayed_one_are_invalid():
    apps = fresh()
    issued, once = tokens_of(apps), proof(apps)
    both = [*once.items(), *proof(apps).items()]
    assert error_of(refresh(apps, issued["refresh_token"], headers=both)) == (
        400,
        "invalid_dpop_proof",
    )
    renewed = refresh(apps, issued["refresh_token"], headers=once).json()
    assert renewed["token_type"] == "DPoP"
    assert error_of(refresh(apps, renewed["refresh_token"], headers=once)) == (
        400,
        "invalid_dpop_proof",
    )


def test_a_public_clients_refresh_token_is_bound_and_needs_the_same_key():
    apps = fresh()
    issued = bound(apps)
    for headers in (None, proof(apps, key=TOM)):
        assert error_of(refresh(apps, issued["refresh_token"], "notes", headers=headers)) == GRANT
    renewed = refresh(apps, issued["refresh_token"], "notes", headers=proof(apps))
    assert renewed.json()["token_type"] == "DPoP"


def test_a_confidential_clients_refresh_token_is_bound_to_the_client_alone():  # RFC 9449, 5
    apps = fresh()
    issued = bound(apps, client="wiki")
    renewed = refresh(apps, issued["refresh_token"], headers=proof(apps, key=TOM)).json()
    assert claims_of(renewed["access_token"])["cnf"]["jkt"] == thumbprint(public_jwk(TOM))
    assert refresh(apps, renewed["refresh_token"]).json()["token_type"] == "Bearer"


def test_dpop_jkt_ties_a_code_to_a_key():  # RFC 9449, 10
    apps = fresh()
    code = code_for(apps, dpop_jkt=thumbprint(public_jwk(ADA)))
    for headers in (None, proof(apps, key=TOM)):
        assert error_of(redeem(apps, code, headers=headers)) == GRANT
    assert redeem(apps, code, headers=proof(apps)).json()["token_type"] == "DPoP"


# --- inputs that nobody chose -------------------------------------------------------------------


@given(st.binary(max_size=40))
@MANY
def test_any_bytes_as_basic_credentials_are_invalid_client(credentials):
    assert error_of(as_job(JOBS, basic(credentials))) == CLIENT


@given(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=50),
    st.sampled_from(["code", "refresh_token"]),
)
@MANY
def test_any_text_as_a_code_or_a_refresh_token_is_invalid_grant(text, name):
    kind = {"code": "authorization_code"}.get(name, name)
    assert error_of(at_token(JOBS, grant_type=kind, **{name: text})) == GRANT


@given(
    st.text(
        st.characters(min_codepoint=33, max_codepoint=255, exclude_characters="\x7f"),
        min_size=1,
        max_size=50,
    ),
    st.sampled_from([LOGIN + "/userinfo", API + "/me"]),
    st.sampled_from(["Bearer", "DPoP", "bearer"]),
)
@MANY
def test_any_text_as_a_token_is_invalid_token(token, door, scheme):
    refusal = JOBS.tom.get(door, headers={"authorization": f"{scheme} {token}".encode("latin-1")})
    assert (refusal.status_code, refusal.json()["error"]) == TOKEN
    # The base64 of a very short text stands in many a word.
    assert len(token) < 6 or b64(token.encode()) not in str(JOBS.lab.audit[-1])
