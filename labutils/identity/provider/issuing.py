"""Issue tokens: what the token endpoint answers with (RFC 6749, 5.1)."""

import hashlib

from labutils.identity import tokens
from labutils.identity.keys import Json, b64
from labutils.identity.oauth import TokenResponse
from labutils.identity.provider.state import Grant, Issued, State

ID_LIFE, REFRESH_LIFE, SERVICE_LIFE = 600, 90 * 86400, 365 * 86400  # seconds


def issue(
    provider: State,
    grant: Grant,
    scope: str,
    cnf: dict[str, str],
    meant_for: tuple[str, ...],
    nonce: str | None = None,
) -> TokenResponse:
    """Return the answer of the token endpoint (RFC 6749, 5.1).

    An access token in any case; an ID token where `openid` was granted (OpenID Connect Core,
    3.1.3.3); a refresh token where `offline_access` was (OpenID Connect Core, 11).
    """
    life = provider.access_life if grant.user else SERVICE_LIFE
    access_token = create_access_token(provider, grant, scope, cnf, meant_for, life)
    answer = with_access_token(access_token, scope, cnf, life)
    if grant.user is None:
        return answer
    if "openid" in scope.split():
        answer["id_token"] = create_id_token(provider, grant, access_token, nonce)
    client = grant.client
    if "offline_access" in grant.scope.split() and "refresh_token" in client.grant_types:
        answer["refresh_token"] = create_refresh_token(provider, grant)
    return answer


def with_access_token(
    access_token: str, scope: str, cnf: dict[str, str], life: int
) -> TokenResponse:
    """Return the answer that has this access token, which is good for `life` seconds, and no more.

    Source: RFC 6749, 5.1; the type DPoP: RFC 9449, 5.
    """
    return {
        "access_token": access_token,
        "token_type": "DPoP" if "jkt" in cnf else "Bearer",
        "expires_in": life,
        "scope": scope,
    }


def subject(grant: Grant) -> str:
    """Return whom the tokens are about: a person, or the client itself (RFC 9068, 2.2)."""
    return grant.user.sub if grant.user else grant.client.client_id


def create_access_token(
    provider: State,
    grant: Grant,
    scope: str,
    cnf: dict[str, str],
    meant_for: tuple[str, ...],
    life: int,
    act: Json | None = None,
) -> str:
    """Return an access token: a JWT (RFC 9068, 2), or a text that only this provider knows.

    `act` is who acts with it for the subject, where somebody else does (RFC 8693, 4.1).
    """
    claims: Json = {
        "iss": provider.issuer,
        "sub": subject(grant),
        "aud": meant_for[0] if len(meant_for) == 1 else list(meant_for),
        "client_id": grant.client.client_id,
        "scope": scope,
        "iat": provider.now,
        "exp": provider.now + life,
        "jti": provider.draw(),
    }
    if cnf:
        claims["cnf"] = cnf
    if act is not None:
        claims["act"] = act
    if grant.client.may_act is not None:  # RFC 8693, 4.4
        claims["may_act"] = {"sub": grant.client.may_act}
    issued = Issued(grant, claims["exp"], claims)
    if provider.opaque_access_tokens:
        opaque = provider.draw()
        provider.access_tokens[opaque] = issued
        return opaque
    provider.access_tokens[claims["jti"]] = issued
    return tokens.sign(claims, provider.signing_key("ES256"), typ="at+jwt")


def create_id_token(provider: State, grant: Grant, access_token: str, nonce: str | None) -> str:
    """Return what the provider says of the sign-in (OpenID Connect Core, 2 and 3.1.3.6)."""
    half = hashlib.sha256(access_token.encode()).digest()[:16]
    claims: Json = {
        "iss": provider.issuer,
        "sub": subject(grant),
        "aud": grant.client.client_id,
        "iat": provider.now,
        "exp": provider.now + ID_LIFE,
        "auth_time": grant.auth_time,
        "amr": grant.amr,
        "sid": grant.sid,
        "at_hash": b64(half),
    }
    if nonce:
        claims["nonce"] = nonce
    return tokens.sign(claims, provider.signing_key(grant.client.id_token_alg))


def create_refresh_token(provider: State, grant: Grant) -> str:
    """Return a refresh token of the grant's family (RFC 6749, 1.5)."""
    refresh_token = provider.draw()
    claims = {"sub": subject(grant), "scope": grant.scope}
    provider.refresh_tokens[refresh_token] = Issued(grant, provider.now + REFRESH_LIFE, claims)
    return refresh_token
