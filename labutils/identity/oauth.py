"""Read and write the vocabulary of OAuth 2.0 on the wire.

Parameters, scopes, presented tokens, and refusals with their registered codes.
"""

import hmac
import json
from collections.abc import Mapping
from typing import NotRequired, TypedDict

from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Request, Response


class OAuthError(Exception):
    """A refusal with its registered error code, HTTP status, and perhaps a challenge.

    `error` is None where the request merely lacks a token (RFC 6750, 3.1). `challenge` names the
    scheme of one of CHALLENGES.
    """

    def __init__(
        self, error: str | None, description: str, status: int = 400, challenge: str | None = None
    ):
        super().__init__(f"{error}: {description}")
        self.error = error
        self.description = description
        self.status = status
        self.challenge = challenge


def same(one: str, other: str) -> bool:
    """Return whether two secrets are equal, in a time that does not reveal how much of them is."""
    return hmac.compare_digest(
        one.encode(errors="surrogatepass"), other.encode(errors="surrogatepass")
    )


REPEATABLE = ("resource", "audience")  # RFC 8707, 2; RFC 8693, 2.1


def parameters(values: MultiDict[str, str]) -> dict[str, str]:
    """Return request parameters by name (RFC 6749, 3.1).

    Empty ones count as absent. The two that may come more than once are joined by spaces, of which
    an address has none. Raises OAuthError where another is repeated.
    """
    sent_twice = {name for name, sent in values.lists() if len(sent) > 1}
    if not sent_twice <= set(REPEATABLE):
        raise OAuthError("invalid_request", "a parameter appears twice in the request")
    return {name: " ".join(sent) for name, sent in values.lists() if any(sent)}


def narrowed(asked: str, allowed: str) -> str:
    """Return the requested scope, or all that is allowed if none was requested (RFC 6749, 3.3).

    Raises OAuthError where a word of it is not allowed.
    """
    if not set(asked.split()) <= set(allowed.split()):
        raise OAuthError("invalid_scope", f"the scope may hold only: {allowed}")
    return " ".join(dict.fromkeys(asked.split())) or allowed


def presented_token(request: Request) -> tuple[str, str]:
    """Return scheme and token of a request to a protected resource (RFC 6750, 2; RFC 9449, 7.1).

    Raises OAuthError where there is none.
    """
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() in ("bearer", "dpop") and token:
        return scheme.lower(), token.strip()
    if request.method == "POST" and request.form.get("access_token"):
        return "bearer", request.form["access_token"]
    raise OAuthError(None, "the request carries no access token", 401, "Bearer")


def bearer(token: str) -> dict[str, str]:
    """Return the header that carries a bearer token (RFC 6750, 2.1)."""
    return {"authorization": f"Bearer {token}"}


class TokenResponse(TypedDict):
    """The answer of the token endpoint (RFC 6749, 5.1; OpenID Connect Core, 3.1.3.3).

    `expires_in` is in seconds.
    """

    access_token: str
    token_type: str
    expires_in: int
    scope: str
    id_token: NotRequired[str]
    refresh_token: NotRequired[str]
    issued_token_type: NotRequired[str]  # of an exchange (RFC 8693, 2.2.1)


def as_json(body: Mapping[str, object]) -> Response:
    """Return a response of type application/json."""
    return Response(json.dumps(body), content_type="application/json")


CHALLENGES = {
    "Basic": 'Basic realm="lab"',
    "Bearer": 'Bearer realm="lab"',
    "DPoP": 'DPoP algs="ES256 EdDSA Ed25519"',
}


def refused(refusal: OAuthError) -> Response:
    """Return a refusal in the form of RFC 6749, 5.2.

    Where credentials were asked for, it has the challenge of RFC 7617, 6750 or 9449.
    """
    named = {"error": refusal.error} if refusal.error else {}
    response = as_json({**named, "error_description": refusal.description})
    response.status_code = refusal.status
    if refusal.challenge:
        error = f', error="{refusal.error}"' if refusal.error else ""
        response.headers["WWW-Authenticate"] = CHALLENGES[refusal.challenge] + error
    return response
