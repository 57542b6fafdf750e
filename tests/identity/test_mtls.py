"""A token that is bound to a certificate opens nothing without that certificate (RFC 8705), and a
header is not a certificate.
"""

from base64 import b64decode
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx
import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from tables import table
from two_apps import API, LOGIN, NOTES, SECRETS, TwoApps

from labutils.identity import dpop, mtls
from labutils.identity.oauth import bearer
from labutils.identity.resource_server import ResourceServer
from labutils.identity.tokens import b64, ec_private_key

NOW = 1697619600
ADA, TOM = ec_private_key("the machine"), ec_private_key("tom's machine")
HELD, OTHER = (
    mtls.certificate("machine.example", ADA, NOW),
    mtls.certificate("machine.example", TOM, NOW),
)
SHOWN, TOMS = mtls.handshake(HELD, ADA), mtls.handshake(OTHER, TOM)
CLAIMS = {"sub": "backup", "cnf": {"x5t#S256": mtls.x5t_s256(SHOWN)}}
RFC_8705_A = (
    "MIIBBjCBrAIBAjAKBggqhkjOPQQDAjAPMQ0wCwYDVQQDDARtdGxzMB4XDTE4MTAxODEyMzcwOVoXDTIy"
    "MDUwMjEyMzcwOVowDzENMAsGA1UEAwwEbXRsczBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABNcnyxwq"
    "V6hY8QnhxxzFQ03C7HKW9OylMbnQZjjJ/Au08/coZwxS7LfA4vOLS9WuneIXhbGGWvsDSb0tH6IxLm8w"
    "CgYIKoZIzj0EAwIDSQAwRgIhAP0RC1E+vwJD/D1AGHGzuri+hlV/PpQEKTWUVeORWz83AiEA5x2eXZOV"
    "bUlJSGQgjwD5vaUaKlLR50Q2DmFfQj1L+SY="
)


BACKUP = {
    "data": {"grant_type": "client_credentials"},
    "auth": ("backup", SECRETS["backup"]),
}


class Forgetful(ResourceServer):
    """An API that has never heard of `cnf`."""

    def check_holder(self, request, scheme, token, claims):
        """Whoever brings the token is welcome."""


def bound(seed: str = "mtls") -> tuple[TwoApps, httpx.Client, str]:
    """Two apps, whose backup job asks for bound tokens; its machine, and its access token."""
    apps = TwoApps(seed)
    clients = apps.provider.clients
    clients["backup"] = replace(clients["backup"], certificate_bound=True)
    machine = apps.lab.browser("backup", "192.0.2.220", SHOWN)
    return apps, machine, machine.post(LOGIN + "/token", **BACKUP).json()["access_token"]


def why(browser, token: str, **headers: str) -> tuple[int, str]:
    answer = browser.get(API + "/me", headers=bearer(token) | headers)
    return answer.status_code, answer.json().get("error_description", "")


# --- certificates -------------------------------------------------------------------------------


def test_the_certificate_that_rfc_8705_prints_has_the_thumbprint_printed_there():
    assert mtls.x5t_s256(b64decode(RFC_8705_A)) == "A4DtL2JmUMhAsvJj5tKyn64SqzmuXbMrJa0n761y5v0"


def test_a_certificate_is_real_self_signed_and_the_same_every_time():
    read = x509.load_der_x509_certificate(SHOWN)
    read.verify_directly_issued_by(read)
    assert (read.subject.rfc4514_string(), read.serial_number, read.public_key()) == (
        "CN=machine.example",
        1,
        ADA.public_key(),
    )
    assert (read.not_valid_before_utc, read.not_valid_after_utc - read.not_valid_before_utc) == (
        datetime.fromtimestamp(NOW, UTC),
        timedelta(365),
    )
    assert mtls.handshake(mtls.certificate("machine.example", ADA, NOW), ADA) == SHOWN != TOMS


def test_a_certificate_is_public_and_only_its_key_can_show_it():
    with pytest.raises(ValueError, match="handshake fails"):
        mtls.handshake(HELD, TOM)
    with pytest.raises(ValueError, match="handshake fails"):
        mtls.handshake(HELD, ec.derive_private_key(9, ec.SECP384R1()))


# --- the check ----------------------------------------------------------------------------------


@table(
    "claims, certificate, reason",
    [
        ({}, SHOWN, "not bound to a certificate"),
        *[
            ({"cnf": value}, SHOWN, "not bound to a certificate")
            for value in (None, [], "x5t#S256", 1, {}, {"jkt": "x"})
        ],
        (CLAIMS, None, "the connection showed none"),
        (CLAIMS, TOMS, "a different certificate"),
        (CLAIMS, b"", "a different certificate"),
        (CLAIMS, SHOWN + b"\0", "a different certificate"),
        ({"cnf": {"x5t#S256": None}}, SHOWN, "a different certificate"),
        ({"cnf": {"x5t#S256": CLAIMS["cnf"]["x5t#S256"] + "="}}, SHOWN, "a different certificate"),
        ({"cnf": {"x5t#S256": b64(SHOWN)}}, SHOWN, "a different certificate"),
    ],
)
def test_a_missing_or_another_certificate_is_refused_with_its_reason(claims, certificate, reason):
    mtls.check(CLAIMS, SHOWN)
    with pytest.raises(jwt.InvalidTokenError, match=reason):
        mtls.check(claims, certificate)


# --- at the two apps ----------------------------------------------------------------------------


def test_the_token_names_the_certificate_and_opens_the_api_with_it_alone():
    apps, machine, token = bound()
    thumbprint = jwt.decode(token, options={"verify_signature": False})["cnf"]["x5t#S256"]
    assert thumbprint == mtls.x5t_s256(machine._transport.certificate)
    assert why(machine, token) == (200, "")
    assert why(apps.tom, token) == (
        401,
        "the token is bound to a certificate, but the connection showed none",
    )
    toms = apps.lab.browser("tom", "203.0.113.66", TOMS)
    assert why(toms, token) == (
        401,
        "the token is bound to a different certificate from the one the connection showed",
    )
    assert (
        toms.get(API + "/me", headers=bearer(token)).headers["www-authenticate"]
        == 'Bearer realm="lab", error="invalid_token"'
    )


@pytest.mark.parametrize(
    "name",
    [
        "lab.client_certificate",
        "lab-client-certificate",
        "x-client-cert",
        "client-cert",
        "ssl-client-cert",
    ],
)
def test_a_header_is_no_certificate(name):
    apps, machine, token = bound()
    shown = machine._transport.certificate
    for value in (
        shown.decode("latin-1").replace("\n", "").replace("\r", "").replace("\0", ""),
        b64(shown),
    ):
        answer = apps.tom.get(API + "/me", headers={**bearer(token), name: value.encode("latin-1")})
        assert (
            answer.json()["error_description"]
            == "the token is bound to a certificate, but the connection showed none"
        )


def test_a_server_that_forgets_cnf_takes_a_bound_token_from_anybody():
    apps, _, token = bound()
    apps.lab.add("api.example", Forgetful(apps.lab, API, LOGIN))
    assert why(apps.tom, token) == (200, "")


def test_a_client_that_asks_for_binding_gets_no_token_without_a_certificate():
    apps, _, _ = bound()
    refused = apps.tom.post(LOGIN + "/token", **BACKUP)
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_request")
    assert "showed none" in refused.json()["error_description"]


def test_a_certificate_binds_nothing_where_the_client_does_not_ask_for_it():
    apps = TwoApps("mtls")
    machine = apps.lab.browser("backup", "192.0.2.220", SHOWN)
    answer = machine.post(LOGIN + "/token", **BACKUP)
    assert why(apps.tom, answer.json()["access_token"]) == (200, "")


def with_certificate() -> TwoApps:
    """Two apps, where notes, a public client, asks for bound tokens over a connection with a
    certificate.

    Ada has signed in.
    """
    apps = TwoApps("mtls")
    apps.provider.clients["notes"] = replace(apps.provider.clients["notes"], certificate_bound=True)
    apps.notes.network = apps.lab.browser("notes.example", "192.0.2.200", SHOWN)
    apps.sign_in("ada", NOTES)
    return apps


def test_a_public_client_s_refresh_token_is_bound_too():  # RFC 8705, 4
    apps = with_certificate()
    session = apps.notes.latest_session()
    form = {
        "grant_type": "refresh_token",
        "client_id": "notes",
        "refresh_token": session["refresh_token"],
    }
    toms = apps.lab.browser("tom", "203.0.113.66", TOMS)
    assert (
        toms.post(LOGIN + "/token", data=form).json()["error_description"]
        == "the refresh token is bound to a different key"
    )
    renewed = apps.notes.ask_for_tokens(
        grant_type="refresh_token", refresh_token=session["refresh_token"]
    )
    assert renewed["token_type"] == "Bearer" and why(
        apps.notes.network, renewed["access_token"]
    ) == (200, "")


def test_userinfo_and_introspection_know_the_certificate():
    apps = with_certificate()
    token = apps.notes.latest_session()["access_token"]
    toms = apps.lab.browser("tom", "203.0.113.66", TOMS)
    for browser, status in ((apps.notes.network, 200), (toms, 401), (apps.tom, 401)):
        assert browser.get(LOGIN + "/userinfo", headers=bearer(token)).status_code == status
    refusal = toms.get(LOGIN + "/userinfo", headers=bearer(token))
    assert refusal.json()["error"] == "invalid_token"  # RFC 8705, 3
    assert refusal.headers["www-authenticate"].startswith("Bearer ")
    answer = apps.api.network.post(
        LOGIN + "/introspect", data={"token": token}, auth=("api", "the-api-asks-with-this")
    ).json()
    assert (answer["token_type"], answer["cnf"]) == ("Bearer", CLAIMS["cnf"])


def test_a_token_may_be_bound_to_a_key_and_to_a_certificate_and_then_needs_both():
    apps, machine, _ = bound()
    proof = dpop.prove(ADA, "POST", LOGIN + "/token", now=apps.lab.clock.now, jti="1")
    answer = machine.post(LOGIN + "/token", **BACKUP, headers={"dpop": proof})
    token = answer.json()["access_token"]
    proofs = [
        dpop.prove(ADA, "GET", API + "/me", now=apps.lab.clock.now, jti=jti, token=token)
        for jti in "23"
    ]
    both, key_alone = (
        browser.get(API + "/me", headers={"authorization": f"DPoP {token}", "dpop": proof})
        for browser, proof in zip((machine, apps.tom), proofs, strict=True)
    )
    assert (both.status_code, key_alone.status_code, why(machine, token)[0]) == (200, 401, 401)
