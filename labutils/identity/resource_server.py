"""Run a resource server: an API that opens for an access token.

It checks the token offline by its signature, or online by asking the provider.
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import jwt
from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.wrappers import Request

from labutils.identity import dpop, mtls, tokens
from labutils.identity.keys import Json
from labutils.identity.oauth import OAuthError, as_json, presented_token, refused
from labutils.identity.relying_party import ProviderKeys
from labutils.lab import Lab

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment


class ResourceServer:
    """An API with one door, GET /me; a subclass may have others, in `paths`.

    With `introspect_as` (client id, secret) it asks the provider about each token. `nonce` is what
    each proof must repeat, where the API gives out any (RFC 9449, 9). A proof is good for `window`
    seconds before and after its date. `profiles` is what it knows of its people, by `sub`: with
    one, /me gives that.
    """

    paths: tuple[str, ...] = ("/me",)
    window: float = 60
    profiles: Mapping[str, Json] = {}

    def __init__(
        self, lab: Lab, origin: str, provider: str, *, introspect_as: tuple[str, str] | None = None
    ):
        self.lab = lab
        self.origin = origin
        self.provider = provider
        self.introspect_as = introspect_as
        self.network = lab.browser(origin.split("//")[1], ip="192.0.2.210")
        self.keys = ProviderKeys(lab, self.network, provider)
        self.seen_proofs: set[str] = set()
        self.nonce: str | None = None

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Answer one request (PEP 3333)."""
        request = Request(environ)
        service, ip = self.origin.split("//")[1], request.remote_addr
        try:
            if request.path not in self.paths:
                raise NotFound()
            scheme, token = presented_token(request)
            claims = self.claims(token)
            self.check_holder(request, scheme, token, claims)
            self.lab.log(service, "api.read", user=claims["sub"], ip=ip)
            response = as_json(self.body(request, claims))
        except OAuthError as refusal:
            self.lab.log(service, "api.read", "failure", error=refusal.description, ip=ip)
            response = refused(refusal)
        except HTTPException as problem:  # another address, or a form that is too large
            return problem.get_response(environ)(environ, start_response)
        return response(environ, start_response)

    def body(self, request: Request, claims: Json) -> Json:  # noqa: ARG002 - a hook
        """Return what the API says to the holder of a good token."""
        return self.profiles.get(claims["sub"]) or {"sub": claims["sub"], "scope": claims["scope"]}

    def claims(self, token: str) -> Json:
        """Return the claims of an access token that is good now. Raises OAuthError."""
        try:
            if self.introspect_as is None:
                return self.verify(token)
            return self.introspect(token, self.introspect_as)
        except jwt.PyJWTError as error:
            raise OAuthError(
                "invalid_token", f"{type(error).__name__}: {error}", 401, "Bearer"
            ) from error

    def verify(self, token: str) -> Json:
        """Check a token offline, and return its claims.

        It takes a signature, a clock, and the three names that must fit (RFC 9068, 4). Raises a
        subclass of jwt.PyJWTError.
        """
        return tokens.verify(
            token,
            self.keys.for_token(token),
            issuer=self.provider,
            audience=self.origin,
            now=self.lab.clock.now,
            typ="at+jwt",
        )

    def introspect(self, token: str, credentials: tuple[str, str]) -> Json:
        """Ask the provider about a token online, and return its answer (RFC 7662, 2).

        Raises jwt.InvalidTokenError.
        """
        url = self.provider + "/introspect"
        answer: Json = self.network.post(url, data={"token": token}, auth=credentials).json()
        if not answer.get("active") or answer.get("aud") != self.origin:
            raise jwt.InvalidTokenError(
                "the provider says that this token is not active for this API"
            )
        return answer

    def check_holder(self, request: Request, scheme: str, token: str, claims: Json) -> None:
        """Check that a bound token comes from its holder. Raises OAuthError.

        That is who shows its certificate (RFC 8705, 3), or a proof by its key (RFC 9449, 7).
        """
        cnf = claims.get("cnf", {})
        challenge = "DPoP" if "jkt" in cnf or scheme == "dpop" else "Bearer"
        try:
            if "x5t#S256" in cnf:
                mtls.check(claims, request.environ.get("lab.client_certificate"))
            if "jkt" in cnf or scheme == "dpop":
                self.check_proof(request, scheme, token, cnf.get("jkt"))
        except dpop.InvalidProof as error:  # RFC 9449, 7.1
            raise OAuthError("invalid_dpop_proof", str(error), 401, challenge) from error
        except jwt.InvalidTokenError as error:
            raise OAuthError("invalid_token", str(error), 401, challenge) from error

    def check_proof(self, request: Request, scheme: str, token: str, jkt: str | None) -> None:
        """Check that a proof by the token's key came with the request (RFC 9449, 7.1).

        Raises dpop.InvalidProof, or jwt.InvalidTokenError where one of the two is missing.
        """
        if jkt is None or scheme == "bearer":
            raise jwt.InvalidTokenError(
                "a token that is bound to a key must come with the DPoP scheme and a proof, and "
                "no other token may"
            )
        dpop.check(
            request.headers.get("DPoP", ""),
            request.method,
            self.origin + request.path,
            now=self.lab.clock.now,
            seen=self.seen_proofs,
            token=token,
            jkt=jkt,
            nonce=self.nonce,
            window=self.window,
        )
