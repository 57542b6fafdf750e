"""A resource server: an API that opens for an access token, checked offline by signature or online
by asking the provider.
"""

import httpx
import jwt
from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.wrappers import Request

from labutils.identity import dpop, mtls, tokens
from labutils.identity.oauth import OAuthError, as_json, presented_token, refused
from labutils.identity.relying_party import ProviderKeys
from labutils.lab import Lab


class ResourceServer:
    """An API with one door, GET /me.

    With `introspect_as` (client id, secret) it asks the provider about each token.
    """

    def __init__(
        self, lab: Lab, origin: str, provider: str, *, introspect_as: tuple[str, str] | None = None
    ):
        self.lab, self.origin, self.provider, self.introspect_as = (
            lab,
            origin,
            provider,
            introspect_as,
        )
        self.network: httpx.Client = lab.browser(origin.split("//")[1], ip="192.0.2.210")
        self.keys = ProviderKeys(lab, self.network, provider)
        self.seen_proofs: set[str] = set()
        self.nonce: str | None = (
            None  # what each proof must repeat, where the API gives out any (RFC 9449, 9)
        )

    def __call__(self, environ, start_response):
        request = Request(environ)
        service, ip = self.origin.split("//")[1], request.remote_addr
        try:
            if request.path != "/me":
                raise NotFound()
            scheme, token = presented_token(request)
            claims = self.claims(token)
            self.check_holder(request, scheme, token, claims)
            self.lab.log(service, "api.read", user=claims["sub"], ip=ip)
            response = as_json({"sub": claims["sub"], "scope": claims["scope"]})
        except OAuthError as refusal:
            self.lab.log(service, "api.read", "failure", error=refusal.description, ip=ip)
            response = refused(refusal)
        except HTTPException as problem:  # another address, or a form that is too large
            response = problem.get_response(environ)
        return response(environ, start_response)

    def claims(self, token: str) -> dict:
        """The claims of an access token that is good now. Raises OAuthError."""
        try:
            return self._ask(token) if self.introspect_as else self.verify(token)
        except jwt.PyJWTError as error:
            raise OAuthError(
                "invalid_token", f"{type(error).__name__}: {error}", 401, "Bearer"
            ) from error

    def verify(self, token: str) -> dict:
        """Offline: a signature, a clock, and the three names that must fit (RFC 9068, 4)."""
        return tokens.verify(
            token,
            self.keys.for_token(token),
            issuer=self.provider,
            audience=self.origin,
            now=self.lab.clock.now,
            typ="at+jwt",
        )

    def _ask(self, token: str) -> dict:
        answer = self.network.post(
            self.provider + "/introspect", data={"token": token}, auth=self.introspect_as
        ).json()
        if not answer.get("active") or answer.get("aud") != self.origin:
            raise jwt.InvalidTokenError(
                "the provider says that this token is not active for this API"
            )
        return answer

    def check_holder(self, request: Request, scheme: str, token: str, claims: dict) -> None:
        """A token that is bound opens nothing without a proof by its key (RFC 9449, 7) or without
        its certificate (RFC 8705, 3).
        """
        cnf = claims.get("cnf", {})
        jkt = cnf.get("jkt")
        try:
            if "x5t#S256" in cnf:
                mtls.check(claims, request.environ.get("lab.client_certificate"))
            if jkt is None and scheme == "bearer":
                return
            if jkt is None or scheme == "bearer":
                raise jwt.InvalidTokenError(
                    "a token that is bound to a key comes with the scheme DPoP and a proof, and no other does"
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
            )
        except jwt.InvalidTokenError as error:
            code = (
                "invalid_dpop_proof" if isinstance(error, dpop.InvalidProof) else "invalid_token"
            )  # RFC 9449, 7.1
            raise OAuthError(
                code, str(error), 401, "DPoP" if jkt or scheme == "dpop" else "Bearer"
            ) from error
