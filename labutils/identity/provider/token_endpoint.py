"""The endpoints where tokens are given out, asked about and taken back: token, userinfo,
introspection, revocation.
"""

import hashlib
import re
from base64 import b64decode
from urllib.parse import unquote_plus

import jwt
from werkzeug.wrappers import Request

from labutils.identity import dpop, mtls, tokens
from labutils.identity.oauth import OAuthError, narrowed, parameters, presented_token, same
from labutils.identity.provider.state import Client, Grant, Issued

ACCESS_LIFE, ID_LIFE, REFRESH_LIFE, SERVICE_LIFE = 600, 600, 90 * 86400, 365 * 86400  # seconds


def authenticate_client(provider, request: Request, params: dict) -> Client:
    """Which client is asking, proved by its secret unless it is public (RFC 6749, 2.3.1).

    Basic credentials are form-encoded.

    A refusal is 401 and says which scheme would do (RFC 6749, 5.2; RFC 9110, 15.5.2), also where
    none was tried.
    """
    header = request.headers.get("Authorization", "")
    refusal = OAuthError("invalid_client", "the client could not be authenticated", 401, "Basic")
    client_id, secret = params.get("client_id"), params.get("client_secret")
    if header:
        try:
            scheme, encoded = header.split(" ", 1)
            named, given = b64decode(encoded.strip(), validate=True).decode().split(":", 1)
        except ValueError as error:  # no space, no base64, no UTF-8, no colon
            raise refusal from error
        if scheme.lower() != "basic" or client_id not in (None, unquote_plus(named)):
            raise refusal
        if secret is not None:
            raise OAuthError(
                "invalid_request",
                "two ways of client authentication in one request (RFC 6749, 2.3 and 5.2)",
            )
        client_id, secret = unquote_plus(named), unquote_plus(given)
    client = provider.clients.get(client_id or "")
    if (
        client is None
        or (client.secret is None) != (secret is None)
        or (secret is not None and not same(secret, client.secret))
    ):
        raise refusal
    return client


def proved_key(
    provider, request: Request, path: str, token: str | None = None, jkt: str | None = None
) -> str | None:
    """The thumbprint of the key whose proof came with the request, or None where no proof came (RFC
    9449, 5).
    """
    proofs = request.headers.getlist("DPoP")
    if not proofs:
        return None
    try:
        return dpop.check(
            proofs[0] if len(proofs) == 1 else "",
            request.method,
            provider.issuer + path,
            now=provider.lab.clock.now,
            seen=provider.seen_proofs,
            token=token,
            jkt=jkt,
        )
    except dpop.InvalidProof as error:
        raise OAuthError(
            "invalid_dpop_proof", str(error), 401 if token else 400, "DPoP" if token else None
        ) from error


def confirmation(provider, request: Request, client: Client) -> dict:
    """What the tokens will be bound to, as the claim `cnf` has it (RFC 7800): a key that was
    proved, a certificate, or nothing.
    """
    key, held = (
        proved_key(provider, request, "/token"),
        request.environ.get("lab.client_certificate"),
    )
    if client.certificate_bound and held is None:
        raise OAuthError(
            "invalid_request",
            "this client asks for tokens bound to its certificate, and the connection showed none",
        )
    return ({"jkt": key} if key else {}) | (
        {"x5t#S256": mtls.x5t_s256(held)} if client.certificate_bound else {}
    )


# --- the token endpoint ---------------------------------------------------------------------------


def token(provider, request: Request) -> dict:
    """Exchange a code, a refresh token or a client's own credentials for tokens (RFC 6749, 4.1.3, 6
    and 4.4).
    """
    params = parameters(request.form)
    client = authenticate_client(provider, request, params)
    kind = params.get("grant_type")
    if kind is None:
        raise OAuthError("invalid_request", "grant_type is missing")
    if kind not in ("authorization_code", "refresh_token", "client_credentials"):
        raise OAuthError(
            "unsupported_grant_type",
            "this provider knows authorization_code, refresh_token and client_credentials",
        )
    if kind not in client.grant_types:
        raise OAuthError("unauthorized_client", "this client may not use this grant type")
    cnf = confirmation(provider, request, client)
    if kind == "client_credentials":
        grant = Grant(client, None, narrowed(params.get("scope", ""), client.scope))
        answer = issue(provider, grant, grant.scope, cnf)
    else:
        answer = (_from_code if kind == "authorization_code" else _from_refresh_token)(
            provider, request, params, client, cnf
        )
    provider.log(request, f"token.{kind}", client=client.client_id)
    return answer


def _from_code(provider, request: Request, params: dict, client: Client, cnf: dict) -> dict:
    """The checks in the order of OAuth 2.1 (draft of May 2026, 4.1.3 and 7.5.2).

    Only who is the right client, and can show the verifier and the key, ends the grant by using
    the code again.
    """
    code = provider.codes.get(params.get("code", ""))
    _need(code, "the code is not one that was given out")
    _need(code.grant.client is client, "the code was given to another client")
    _need(
        code.redirect_uri == params.get("redirect_uri"),
        "redirect_uri is not the one that the code was sent to",
    )
    _need(
        challenge_met(code.challenge, params.get("code_verifier")),
        "code_verifier does not fit code_challenge (RFC 7636, 4.6)",
    )
    _need(
        code.dpop_jkt in (None, cnf.get("jkt")),
        "the proof was made with another key than dpop_jkt named (RFC 9449, 10)",
    )
    if code.used:
        code.grant.alive = False  # somebody else has it too (RFC 6749, 4.1.2)
        provider.log(request, "code.reuse", "failure", client=client.client_id)
        _need(False, "the code was used before; all that came of it is revoked")
    _need(provider.lab.clock.now < code.expires, "the code has expired")
    _need(code.grant.usable, "the grant is over")
    code.used = True
    code.grant.cnf = cnf if client.secret is None else {}
    return issue(provider, code.grant, code.grant.scope, cnf, nonce=code.grant.nonce)


def challenge_met(challenge: str | None, verifier: str | None) -> bool:
    """PKCE: only the one who began can show the text behind the hash that it sent ahead (RFC 7636,
    4.6).
    """
    if challenge is None or verifier is None:
        return challenge is verifier is None
    return (
        bool(re.fullmatch(r"[A-Za-z0-9._~-]{43,128}", verifier))
        and tokens.b64(hashlib.sha256(verifier.encode()).digest()) == challenge
    )


def _from_refresh_token(
    provider, request: Request, params: dict, client: Client, cnf: dict
) -> dict:
    held = provider.refresh_tokens.get(params.get("refresh_token", ""))
    _need(held, "the refresh token is not one that was given out")
    _need(held.grant.client is client, "the refresh token was given to another client")
    if not held.live:
        held.grant.alive = False  # two parties hold this family: nobody keeps it (RFC 9700, 4.14.2)
        provider.log(request, "refresh_token.reuse", "failure", client=client.client_id)
        _need(False, "the refresh token was used before; the whole family is revoked")
    _need(held.usable(provider.lab.clock.now), "the refresh token is over")
    _need(held.grant.cnf.items() <= cnf.items(), "the refresh token is bound to another key")
    scope = narrowed(params.get("scope", ""), held.grant.scope)
    held.live = False
    return issue(provider, held.grant, scope, cnf)


def _need(condition: object, otherwise: str) -> None:
    if not condition:
        raise OAuthError("invalid_grant", otherwise)


def issue(provider, grant: Grant, scope: str, cnf: dict, nonce: str | None = None) -> dict:
    """The answer of the token endpoint (RFC 6749, 5.1), with an ID token where `openid` was
    granted.
    """
    now, sub = provider.lab.clock.now, grant.user.sub if grant.user else grant.client.client_id
    life = provider.access_life if grant.user else SERVICE_LIFE
    claims = {
        "iss": provider.issuer,
        "sub": sub,
        "aud": provider.resource,
        "client_id": grant.client.client_id,
        "scope": scope,
        "iat": now,
        "exp": now + life,
        "jti": provider.draw(),
    } | ({"cnf": cnf} if cnf else {})
    signer = {held.alg: held for held in reversed(provider.keys)}
    access = (
        provider.draw()
        if provider.opaque_access_tokens
        else tokens.sign(claims, signer["ES256"], typ="at+jwt")
    )
    provider.access_tokens[access if provider.opaque_access_tokens else claims["jti"]] = Issued(
        grant, now + life, claims
    )
    answer = {
        "access_token": access,
        "token_type": "DPoP" if "jkt" in cnf else "Bearer",
        "expires_in": life,
        "scope": scope,
    }
    if grant.user and "openid" in scope.split():
        half = hashlib.sha256(access.encode()).digest()[:16]
        about = {
            "iss": provider.issuer,
            "sub": sub,
            "aud": grant.client.client_id,
            "iat": now,
            "exp": now + ID_LIFE,
            "auth_time": grant.auth_time,
            "amr": grant.amr,
            "sid": grant.sid,
            "at_hash": tokens.b64(half),
        }
        answer["id_token"] = tokens.sign(
            about | ({"nonce": nonce} if nonce else {}), signer[grant.client.id_token_alg]
        )
    if (
        grant.user
        and "offline_access" in grant.scope.split()
        and "refresh_token" in grant.client.grant_types
    ):
        answer["refresh_token"] = provider.draw()
        provider.refresh_tokens[answer["refresh_token"]] = Issued(
            grant, now + REFRESH_LIFE, {"sub": sub, "scope": grant.scope}
        )
    return answer


# --- the endpoints that look at tokens ------------------------------------------------------------


def find_access_token(provider, token: str) -> Issued | None:
    """The record behind an access token: by the text where it is opaque, else by `jti`, and only if
    the signature holds.
    """
    if provider.opaque_access_tokens:
        return provider.access_tokens.get(token)
    try:
        claims = tokens.verify(
            token,
            {"keys": [key.jwk for key in provider.keys]},
            issuer=provider.issuer,
            audience=provider.resource,
            now=provider.lab.clock.now,
            typ="at+jwt",
        )
    except jwt.PyJWTError:
        return None
    return provider.access_tokens.get(claims.get("jti"))


def userinfo(provider, request: Request) -> dict:
    """Claims about the person behind an access token (OpenID Connect Core, 5.3).

    An ID token does not open this door.
    """
    scheme, token = presented_token(request)
    held = find_access_token(provider, token)
    if held is None or not held.usable(provider.lab.clock.now) or held.grant.user is None:
        raise OAuthError("invalid_token", "the access token is not valid here", 401, "Bearer")
    cnf = held.claims.get("cnf", {})
    jkt = cnf.get("jkt")
    try:
        if "x5t#S256" in cnf:
            mtls.check(held.claims, request.environ.get("lab.client_certificate"))
    except jwt.InvalidTokenError as error:
        raise OAuthError(
            "invalid_token",
            "a token that is bound to a certificate comes with that certificate",
            401,
            "Bearer",
        ) from error
    if (scheme == "dpop") != (jkt is not None) or (
        jkt and proved_key(provider, request, "/userinfo", token, jkt) is None
    ):
        raise OAuthError(
            "invalid_token",
            "a token that is bound to a key comes with scheme DPoP and a proof",
            401,
            "DPoP",
        )
    if "openid" not in held.claims["scope"].split():
        raise OAuthError("insufficient_scope", "the scope openid is needed", 403, "Bearer")
    user = held.grant.user
    profile = {"name": user.name, "preferred_username": user.username}
    return {"sub": user.sub} | (profile if "profile" in held.claims["scope"].split() else {})


def introspect(provider, request: Request) -> dict:
    """Whether a token is good now, for those who can prove who they are (RFC 7662)."""
    params = parameters(request.form)
    if authenticate_client(provider, request, params).secret is None:
        raise OAuthError(
            "invalid_client", "introspection is for confidential clients", 401, "Basic"
        )
    held = _find(provider, params)
    if held is None or not held.usable(provider.lab.clock.now):
        return {"active": False}
    kind = (
        {"token_type": "DPoP" if "jkt" in held.claims.get("cnf", {}) else "Bearer"}
        if "jti" in held.claims
        else {}
    )
    return {
        "active": True,
        "client_id": held.grant.client.client_id,
        "iss": provider.issuer,
        "exp": held.expires,
        **kind,
        **held.claims,
    }


def revoke(provider, request: Request) -> dict:
    """Take back a token; a refresh token takes its whole family along (RFC 7009, 2.1).

    An unknown token is no error.
    """
    params = parameters(request.form)
    client = authenticate_client(provider, request, params)
    held = _find(provider, params)
    if held is not None:
        if held.grant.client is not client:
            raise OAuthError("invalid_grant", "the token was given to another client")
        held.live = False
        if params["token"] in provider.refresh_tokens:
            held.grant.alive = False
        provider.log(request, "token.revoke", client=client.client_id)
    return {}


def _find(provider, params: dict) -> Issued | None:
    if "token" not in params:
        raise OAuthError("invalid_request", "token is missing")
    return provider.refresh_tokens.get(params["token"]) or find_access_token(
        provider, params["token"]
    )
