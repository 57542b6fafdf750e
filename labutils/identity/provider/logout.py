"""Answer a logout that an application begins (OpenID Connect RP-Initiated Logout, 2)."""

import jwt
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from labutils.identity.keys import Json
from labutils.identity.oauth import OAuthError, parameters, same
from labutils.identity.provider.authorize import with_query
from labutils.identity.provider.pages import TYPED, page
from labutils.identity.provider.sign_in import refuse_other_sites
from labutils.identity.provider.state import COOKIE, Client, Session, State
from labutils.identity.tokens import json_object, verify_signature


def logout(provider: State, request: Request) -> Response:
    """End the session of this browser, and send the person back where the client asked.

    Without a hint from a client the person is asked first. Raises OAuthError.
    """
    params = parameters(request.values)
    session = provider.current_session(request)
    if request.method == "POST" and TYPED & params.keys():
        refuse_other_sites(provider, request)
    hint = read_hint(provider, params.get("id_token_hint"))
    client = find_client(provider, params, hint)
    target = params.get("post_logout_redirect_uri")
    if target is not None and (client is None or target not in client.post_logout_redirect_uris):
        raise OAuthError(
            "invalid_request", "post_logout_redirect_uri is not one that this client registered"
        )
    if session is not None:
        if hint.get("sid") != session.sid and not confirmed(request, params, session):
            return page("logout", params, {"csrf": session.csrf})
        provider.end_session(session.sid)
        provider.log(request, "session.end", user=session.user.username, session=session.sid)
    response = goodbye(params, target)
    response.delete_cookie(COOKIE)
    return response


def find_client(provider: State, params: dict[str, str], hint: Json) -> Client | None:
    """Return the client that asks, by its hint or by its name.

    Raises OAuthError where the two differ.
    """
    client = provider.clients.get(hint["aud"] if hint else params.get("client_id", ""))
    if "client_id" in params and (client is None or client.client_id != params["client_id"]):
        raise OAuthError("invalid_request", "client_id and id_token_hint name different clients")
    return client


def confirmed(request: Request, params: dict[str, str], session: Session) -> bool:
    """Return whether the person pressed the button on the page that this session showed."""
    return request.method == "POST" and same(params.get("csrf", ""), session.csrf)


def goodbye(params: dict[str, str], target: str | None) -> Response:
    """Return the redirect to the client with its `state`, or a page of ours."""
    if target is None:
        return page("goodbye", {})
    echoed = {"state": params["state"]} if "state" in params else {}
    return redirect(with_query(target, echoed), code=303)


def read_hint(provider: State, hint: str | None) -> Json:
    """Return the claims of an ID token of ours, or nothing if no hint came.

    An expired one serves as a hint too. Raises OAuthError for anything else.
    """
    if hint is None:
        return {}
    try:
        claims = json_object(verify_signature(hint, provider.jwks()), "payload")
        if claims["iss"] != provider.issuer or "sid" not in claims:
            raise jwt.InvalidTokenError("a different kind of token, or a different issuer")
    except (jwt.PyJWTError, KeyError) as error:
        raise OAuthError(
            "invalid_request", "id_token_hint is not an ID token of this provider"
        ) from error
    return claims
