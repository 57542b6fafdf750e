"""Answer questions about a token (RFC 7662), and revoke one (RFC 7009)."""

from werkzeug.wrappers import Request, Response

from labutils.identity.oauth import OAuthError, as_json, parameters
from labutils.identity.provider.client_authentication import InvalidClient, authenticate_client
from labutils.identity.provider.state import Issued, State


def introspect(provider: State, request: Request) -> Response:
    """Return whether a token is good now, for clients that can prove who they are (RFC 7662, 2.1).

    Raises OAuthError.
    """
    params = parameters(request.form)
    client = authenticate_client(provider, request, params)
    if client.secret is None:
        raise InvalidClient("introspection is for confidential clients")
    issued = find_token(provider, params)
    if issued is None or not issued.usable(provider.now):
        return as_json({"active": False})
    answer = {
        "active": True,
        "client_id": issued.grant.client.client_id,
        "iss": provider.issuer,
        "exp": issued.expires,
    }
    if "jti" in issued.claims:  # an access token; a refresh token has no type (RFC 7662, 2.2)
        answer["token_type"] = "DPoP" if "jkt" in issued.claims.get("cnf", {}) else "Bearer"
    return as_json({**answer, **issued.claims})


def revoke(provider: State, request: Request) -> Response:
    """Revoke a token; a refresh token takes its whole family along (RFC 7009, 2.1).

    An unknown token is not an error (RFC 7009, 2.2). Raises OAuthError.
    """
    params = parameters(request.form)
    client = authenticate_client(provider, request, params)
    issued = find_token(provider, params)
    if issued is None:
        return as_json({})
    if issued.grant.client is not client:  # RFC 7009, 2.1
        raise OAuthError("invalid_grant", "the token was issued to another client")
    if params["token"] in provider.refresh_tokens:
        provider.revoke_family(params["token"])
    else:
        issued.live = False
    provider.log(request, "token.revoke", client=client.client_id)
    return as_json({})


def find_token(provider: State, params: dict[str, str]) -> Issued | None:
    """Return the record behind a token of either kind. Raises OAuthError where none was named."""
    if "token" not in params:
        raise OAuthError("invalid_request", "token is missing")
    issued = provider.refresh_tokens.get(params["token"])
    return issued or provider.find_access_token(params["token"])
