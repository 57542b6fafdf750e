"""Connect the endpoints of an OpenID Provider to the web, as a WSGI app.

It speaks OAuth 2.0 (RFC 6749, 7636, 7009, 7662, 8628, 9068, 9207, 9449) and OpenID Connect Core.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound
from werkzeug.wrappers import Request, Response

from labutils.identity.keys import Json
from labutils.identity.oauth import OAuthError, as_json, refused
from labutils.identity.provider import discovery
from labutils.identity.provider.authorize import authorize
from labutils.identity.provider.device import (
    DEVICE_ENDPOINT,
    VERIFICATION,
    device_authorization,
    verification,
)
from labutils.identity.provider.logout import logout
from labutils.identity.provider.pages import guarded
from labutils.identity.provider.revocation import introspect, revoke
from labutils.identity.provider.sign_in import PersonMustAnswer
from labutils.identity.provider.state import DeviceGrant, State
from labutils.identity.provider.token_endpoint import token
from labutils.identity.provider.userinfo import userinfo

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "WWW-Authenticate, DPoP-Nonce",
}
PREFLIGHT = CORS | {
    "Access-Control-Allow-Methods": "GET, POST",
    "Access-Control-Allow-Headers": "Authorization, DPoP, Content-Type",
}
POST_ONLY = ("POST",)
# HEAD is answered where nothing happens: at /authorize it would draw a code.
LOOKING = ("GET", "HEAD", "POST")


@dataclass(frozen=True)
class Endpoint:
    """An endpoint: its function, its methods, and whether scripts of other sites may call it.

    They may where what opens the door comes with the request itself: a code and its verifier, a
    token, a proof. A browser never adds cookies to such a call. At /authorize the cookie opens the
    door: there a script of any site would act as whoever is signed in, and read the answer. So that
    endpoint is visited by the whole browser and never called by a script.
    """

    answer: Callable[[Request], Response]
    methods: tuple[str, ...] = ("GET", "POST")
    for_scripts: bool = False


class Provider(State):
    """The party that knows who people are, and says so in tokens: a state with endpoints."""

    def __post_init__(self) -> None:
        super().__post_init__()
        configuration, jwks = self._configuration, partial(discovery.jwks, self)
        self.endpoints = {
            "/.well-known/openid-configuration": Endpoint(configuration, LOOKING, for_scripts=True),
            "/jwks": Endpoint(jwks, LOOKING, for_scripts=True),
            "/authorize": Endpoint(partial(authorize, self)),
            "/logout": Endpoint(partial(logout, self)),
            "/token": Endpoint(partial(token, self), POST_ONLY, for_scripts=True),
            "/userinfo": Endpoint(partial(userinfo, self), for_scripts=True),
            "/introspect": Endpoint(partial(introspect, self), POST_ONLY),
            "/revoke": Endpoint(partial(revoke, self), POST_ONLY, for_scripts=True),
        }
        if self.device_grant is not None:
            self.offer_device_grant(self.device_grant)

    def add_endpoint(self, path: str, endpoint: Endpoint) -> None:
        """Answer at one more path."""
        self.endpoints[path] = endpoint

    def offer_device_grant(self, setting: DeviceGrant) -> None:
        """Offer the device grant as well, from now on (RFC 8628)."""
        self.device_grant = setting
        ask = partial(device_authorization, self, setting)
        self.add_endpoint(DEVICE_ENDPOINT, Endpoint(ask, POST_ONLY))
        self.add_endpoint(VERIFICATION, Endpoint(partial(verification, self)))

    def metadata(self) -> Json:
        """Return the provider's metadata (OpenID Connect Discovery, 3); a hook for subclasses."""
        return discovery.metadata(self)

    def _configuration(self, _request: Request) -> Response:
        return as_json(self.metadata())

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Answer one request (PEP 3333)."""
        request = Request(environ)
        endpoint = self.endpoints.get(request.path)
        try:
            response = self._answer(request, endpoint)
        except PersonMustAnswer as question:
            response = question.page
        except OAuthError as refusal:
            error = refusal.error or "no token"
            self.log(request, f"{request.path[1:]}.refused", "failure", error=error)
            response = refused(refusal)
        except HTTPException as problem:
            response = problem.get_response(environ)
        if endpoint is not None and endpoint.for_scripts and "Origin" in request.headers:
            response.headers.update(CORS)
        return guarded(response)(environ, start_response)

    def _answer(self, request: Request, endpoint: Endpoint | None) -> Response:
        if endpoint is None:
            raise NotFound()
        if endpoint.for_scripts and _is_preflight(request):
            return Response(status=204, headers=PREFLIGHT)
        if request.method not in endpoint.methods:
            raise MethodNotAllowed(endpoint.methods)
        return endpoint.answer(request)


def _is_preflight(request: Request) -> bool:
    """Whether a browser asks if a script may make a call (CORS protocol of the Fetch standard)."""
    return request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers
