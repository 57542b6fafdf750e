"""Answer at the token endpoint (RFC 6749, 3.2), which exchanges a grant for tokens."""

import hashlib

from werkzeug.wrappers import Request, Response

from labutils.identity import tokens
from labutils.identity.keys import Json, b64
from labutils.identity.oauth import OAuthError, TokenResponse, as_json, narrowed, parameters
from labutils.identity.provider.binding import confirmation
from labutils.identity.provider.client_authentication import authenticate_client
from labutils.identity.provider.state import DEVICE_CODE, Client, Grant, Issued, State

ID_LIFE, REFRESH_LIFE, SERVICE_LIFE = 600, 90 * 86400, 365 * 86400  # seconds
GRANT_TYPES = ("authorization_code", "refresh_token", "client_credentials")
SLOWER = 5  # seconds that are added to the interval of a device that asks too soon (RFC 8628, 3.5)


class InvalidGrant(OAuthError):
    """A refusal: the code or refresh token is not good for this client (RFC 6749, 5.2)."""

    def __init__(self, description: str):
        super().__init__("invalid_grant", description)


def grant_types(provider: State) -> tuple[str, ...]:
    """Return the grant types that this provider offers."""
    return GRANT_TYPES if provider.device_grant is None else (*GRANT_TYPES, DEVICE_CODE)


def token(provider: State, request: Request) -> Response:
    """Exchange a code, a refresh token, a device code or a client's own credentials for tokens.

    Sources: RFC 6749, 4.1.3, 6 and 4.4; RFC 8628, 3.4. Raises OAuthError.
    """
    params = parameters(request.form)
    client = authenticate_client(provider, request, params)
    kind = params.get("grant_type")
    if kind is None:  # RFC 6749, 5.2
        raise OAuthError("invalid_request", "grant_type is missing")
    if kind not in grant_types(provider):
        known = ", ".join(grant_types(provider)[:-1])
        last = grant_types(provider)[-1]
        raise OAuthError("unsupported_grant_type", f"this provider knows {known} and {last}")
    if kind not in client.grant_types:
        raise OAuthError("unauthorized_client", "this client may not use this grant type")
    cnf = confirmation(provider, request, client)
    if kind == "authorization_code":
        answer = redeem_code(provider, request, params, client, cnf)
    elif kind == "refresh_token":
        answer = refresh(provider, request, params, client, cnf)
    elif kind == DEVICE_CODE:
        answer = redeem_device_code(provider, params, client, cnf)
    else:
        answer = for_the_client_itself(provider, params, client, cnf)
    provider.log(request, f"token.{kind.rpartition(':')[2]}", client=client.client_id)
    return as_json(answer)


# --- the grant types -----------------------------------------------------------------------------


def redeem_code(
    provider: State, request: Request, params: dict[str, str], client: Client, cnf: dict[str, str]
) -> TokenResponse:
    """Return tokens for an authorization code (RFC 6749, 4.1.3).

    The checks are in the order of OAuth 2.1 (draft of May 2026, 4.1.3 and 7.5.2): only who is the
    right client, and can show the verifier and the key, ends the grant by using the code again.
    Raises InvalidGrant.
    """
    code = provider.codes.get(params.get("code", ""))
    if code is None:
        raise InvalidGrant("the code is not one that was issued")
    if code.grant.client is not client:  # RFC 6749, 4.1.3
        raise InvalidGrant("the code was issued to another client")
    if code.redirect_uri != params.get("redirect_uri"):  # RFC 6749, 4.1.3
        raise InvalidGrant("redirect_uri is not the one that the code was sent to")
    if not provider.challenge_met(code.challenge, params.get("code_verifier")):
        fault = "does not match code_challenge" if params.get("code_verifier") else "is missing"
        raise InvalidGrant(f"code_verifier {fault} (RFC 7636, 4.6)")
    if code.dpop_jkt is not None and code.dpop_jkt != cnf.get("jkt"):
        raise InvalidGrant(
            "the proof was made with a different key from the one dpop_jkt named (RFC 9449, 10)"
        )
    if code.used:  # somebody else has it too (RFC 6749, 4.1.2)
        code.grant.alive = False
        provider.log(request, "code.reuse", "failure", client=client.client_id)
        raise InvalidGrant("the code was used before; everything issued for it is revoked")
    if provider.now >= code.expires:
        raise InvalidGrant("the code has expired")
    if not code.grant.usable:
        raise InvalidGrant("the grant is over")
    code.used = True
    if client.secret is None:  # RFC 9449, 5: a public client's refresh tokens are bound
        code.grant.cnf = cnf
    return issue(provider, code.grant, code.grant.scope, cnf, nonce=code.grant.nonce)


def refresh(
    provider: State, request: Request, params: dict[str, str], client: Client, cnf: dict[str, str]
) -> TokenResponse:
    """Return tokens for a refresh token, which a new one replaces (RFC 6749, 6).

    Raises InvalidGrant.
    """
    issued = provider.refresh_tokens.get(params.get("refresh_token", ""))
    if issued is None:
        raise InvalidGrant("the refresh token is not one that was issued")
    if issued.grant.client is not client:
        raise InvalidGrant("the refresh token was issued to another client")
    if not issued.live:  # two parties hold this family: nobody keeps it (RFC 9700, 4.14.2)
        issued.grant.alive = False
        provider.log(request, "refresh_token.reuse", "failure", client=client.client_id)
        raise InvalidGrant("the refresh token was used before; the whole family is revoked")
    if not issued.grant.usable:
        raise InvalidGrant("the refresh token was revoked, or the account is disabled")
    if provider.now >= issued.expires:
        raise InvalidGrant("the refresh token has expired: it was not used for 90 days")
    if not issued.grant.cnf.items() <= cnf.items():  # RFC 9449, 5; RFC 8705, 4
        raise InvalidGrant("the refresh token is bound to a different key")
    scope = narrowed(params.get("scope", ""), issued.grant.scope)
    issued.live = False
    return issue(provider, issued.grant, scope, cnf)


def redeem_device_code(
    provider: State, params: dict[str, str], client: Client, cnf: dict[str, str]
) -> TokenResponse:
    """Return tokens for a device code, once a person has said yes (RFC 8628, 3.4 and 3.5).

    Raises InvalidGrant, or OAuthError with the code that the client waits for.
    """
    asked = provider.device_requests.get(params.get("device_code", ""))
    if asked is None:
        raise InvalidGrant("the device code is not one that was issued")
    if asked.client is not client:
        raise InvalidGrant("the device code was issued to another client")
    if asked.used:
        raise InvalidGrant("the device code was used before")
    if provider.now >= asked.expires:
        raise OAuthError("expired_token", "the device code has expired")
    if provider.now < asked.next_poll:
        asked.interval += SLOWER
        asked.next_poll = provider.now + asked.interval
        raise OAuthError("slow_down", f"wait {asked.interval} seconds between two requests")
    asked.next_poll = provider.now + asked.interval
    if asked.denied:
        raise OAuthError("access_denied", "the person said no")
    if asked.grant is None:
        raise OAuthError("authorization_pending", "nobody has approved or refused yet")
    if not asked.grant.usable:
        raise InvalidGrant("the grant is over")
    asked.used = True
    if client.secret is None:  # RFC 9449, 5: a public client's refresh tokens are bound
        asked.grant.cnf = cnf
    return issue(provider, asked.grant, asked.grant.scope, cnf)


def for_the_client_itself(
    provider: State, params: dict[str, str], client: Client, cnf: dict[str, str]
) -> TokenResponse:
    """Return an access token for a client that acts only for itself (RFC 6749, 4.4)."""
    scope = narrowed(params.get("scope", ""), client.scope)
    return issue(provider, Grant(client, None, scope), scope, cnf)


# --- the answer ---------------------------------------------------------------------------------


def issue(
    provider: State, grant: Grant, scope: str, cnf: dict[str, str], nonce: str | None = None
) -> TokenResponse:
    """Return the answer of the token endpoint (RFC 6749, 5.1).

    An access token in any case; an ID token where `openid` was granted (OpenID Connect Core,
    3.1.3.3); a refresh token where `offline_access` was (OpenID Connect Core, 11).
    """
    life = provider.access_life if grant.user else SERVICE_LIFE
    access_token = create_access_token(provider, grant, scope, cnf, life)
    answer: TokenResponse = {
        "access_token": access_token,
        "token_type": "DPoP" if "jkt" in cnf else "Bearer",
        "expires_in": life,
        "scope": scope,
    }
    if grant.user is None:
        return answer
    if "openid" in scope.split():
        answer["id_token"] = create_id_token(provider, grant, access_token, nonce)
    client = grant.client
    if "offline_access" in grant.scope.split() and "refresh_token" in client.grant_types:
        answer["refresh_token"] = create_refresh_token(provider, grant)
    return answer


def subject(grant: Grant) -> str:
    """Return whom the tokens are about: a person, or the client itself (RFC 9068, 2.2)."""
    return grant.user.sub if grant.user else grant.client.client_id


def create_access_token(
    provider: State, grant: Grant, scope: str, cnf: dict[str, str], life: int
) -> str:
    """Return an access token: a JWT (RFC 9068, 2), or a text that only this provider knows."""
    claims: Json = {
        "iss": provider.issuer,
        "sub": subject(grant),
        "aud": provider.resource,
        "client_id": grant.client.client_id,
        "scope": scope,
        "iat": provider.now,
        "exp": provider.now + life,
        "jti": provider.draw(),
    }
    if cnf:
        claims["cnf"] = cnf
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
