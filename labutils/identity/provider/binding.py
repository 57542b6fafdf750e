"""Bind tokens to a key that was proved (RFC 9449), or to a certificate (RFC 8705)."""

import jwt
from werkzeug.wrappers import Request

from labutils.identity import dpop, mtls
from labutils.identity.oauth import OAuthError
from labutils.identity.provider.state import Client, Issued, State


def proved_key(
    provider: State, request: Request, path: str, token: str | None = None, jkt: str | None = None
) -> str | None:
    """Return the thumbprint of the key whose proof came with the request (RFC 9449, 5).

    None: no proof came. Raises OAuthError for a proof that does not hold.
    """
    proofs = request.headers.getlist("DPoP")
    if not proofs:
        return None
    try:
        return dpop.check(
            proofs[0] if len(proofs) == 1 else "",  # not more than one (RFC 9449, 4.3)
            request.method,
            provider.issuer + path,
            now=provider.now,
            seen=provider.seen_proofs,
            token=token,
            jkt=jkt,
        )
    except dpop.InvalidProof as error:
        if token is None:
            raise OAuthError("invalid_dpop_proof", str(error)) from error
        raise OAuthError("invalid_dpop_proof", str(error), 401, "DPoP") from error


def confirmation(provider: State, request: Request, client: Client) -> dict[str, str]:
    """Return the claim `cnf`: what the tokens of this request will be bound to (RFC 7800, 3).

    It is empty where nothing was shown. Raises OAuthError where a proof does not hold, or a client
    that must show a certificate shows none.
    """
    cnf = {}
    jkt = proved_key(provider, request, "/token")
    if jkt is not None:
        cnf["jkt"] = jkt
    if client.certificate_bound:
        certificate = request.environ.get("lab.client_certificate")
        if certificate is None:
            raise OAuthError(
                "invalid_request",
                "this client asks for tokens bound to its certificate, but the connection "
                "showed none",
            )
        cnf["x5t#S256"] = mtls.x5t_s256(certificate)
    return cnf


def check_holder(
    provider: State, request: Request, scheme: str, token: str, issued: Issued
) -> None:
    """Raise OAuthError unless a bound token comes from its holder (RFC 9449, 7; RFC 8705, 3)."""
    cnf = issued.claims.get("cnf", {})
    if "x5t#S256" in cnf:
        try:
            mtls.check(issued.claims, request.environ.get("lab.client_certificate"))
        except jwt.InvalidTokenError as error:
            raise OAuthError(
                "invalid_token",
                "a token that is bound to a certificate must come with that certificate",
                401,
                "Bearer",
            ) from error
    if "jkt" not in cnf and scheme == "bearer":
        return
    refusal = OAuthError(
        "invalid_token",
        "a token that is bound to a key must come with the DPoP scheme and a proof",
        401,
        "DPoP",
    )
    if "jkt" not in cnf or scheme == "bearer":
        raise refusal
    if proved_key(provider, request, request.path, token, cnf["jkt"]) is None:
        raise refusal
