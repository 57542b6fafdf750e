"""Answer at the userinfo endpoint (OpenID Connect Core, 5.3)."""

from werkzeug.wrappers import Request, Response

from labutils.identity.oauth import OAuthError, as_json, presented_token
from labutils.identity.provider.binding import check_holder
from labutils.identity.provider.resources import meant_for
from labutils.identity.provider.state import State


def userinfo(provider: State, request: Request) -> Response:
    """Return claims about the person behind an access token. An ID token does not open this door.

    Raises OAuthError.
    """
    scheme, token = presented_token(request)
    issued = provider.find_access_token(token)
    if issued is None or not issued.usable(provider.now) or issued.grant.user is None:
        raise OAuthError("invalid_token", "the access token is not valid here", 401, "Bearer")
    if not meant_for(issued, provider.resource):  # RFC 8707, 2
        raise OAuthError("invalid_token", "the access token is for another API", 401, "Bearer")
    check_holder(provider, request, scheme, token, issued)
    scope = issued.claims["scope"].split()
    if "openid" not in scope:  # OpenID Connect Core, 5.3.3; RFC 6750, 3.1
        raise OAuthError("insufficient_scope", "the openid scope is needed", 403, "Bearer")
    user = issued.grant.user
    claims = {"sub": user.sub}
    if "profile" in scope:  # OpenID Connect Core, 5.4
        claims |= {"name": user.name, "preferred_username": user.username}
    return as_json(claims)
