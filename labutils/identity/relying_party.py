"""Run a relying party: an application that leaves the sign-in to a provider.

It sends people to a provider, trades the code, checks the ID token, and keeps a session of its own.
"""

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import httpx
import jwt
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from labutils.identity import tokens
from labutils.identity.keys import Json, b64
from labutils.lab import Lab

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

KEY_AGE = 300  # seconds for which a fetched JWK set is used
KEY_COOLDOWN = 30  # seconds at least between two fetches, however many unknown kids come


class WrongNonce(jwt.InvalidTokenError):
    """An error for an ID token that answers another sign-in than the one this browser began.

    OpenID Connect Core, 3.1.3.7, point 11.
    """


class WrongAccessToken(jwt.InvalidTokenError):
    """An error for an `at_hash` of another access token (OpenID Connect Core, 3.1.3.8)."""


def validate_id_token(  # noqa: PLR0913 - each is a fact that the client knows
    token: str,
    keys: Json,
    *,
    issuer: str,
    client_id: str,
    now: float,
    nonce: str | None = None,
    access_token: str | None = None,
    algorithms: list[str] | None = None,
    leeway: float = 0,
    trusted_audiences: Collection[str] = (),
) -> Json:
    """Return the claims of an ID token that is for us, valid now, and the answer to our request.

    `now` and `leeway` are seconds. `trusted_audiences` are the other clients that may be named
    beside this one: whoever is named can present the token. Raises a subclass of jwt.PyJWTError.
    The numbers are points of OpenID Connect Core (errata 2), 3.1.3.7.
    """
    claims = tokens.verify(  # points 2, 3, 6, 7, 9 and 10
        token,
        keys,
        issuer=issuer,
        audience=client_id,
        now=now,
        algorithms=algorithms,
        leeway=leeway,
    )
    for name in ("sub", "iat"):  # OpenID Connect Core, 2
        if claims.get(name, "") == "":
            raise jwt.MissingRequiredClaimError(name)
    audiences = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
    if not set(audiences) <= {client_id, *trusted_audiences}:  # point 3
        raise jwt.InvalidAudienceError(
            "aud names another client too, one that this client does not trust"
        )
    if nonce is not None and claims.get("nonce") != nonce:  # point 11
        raise WrongNonce("nonce is not the one that was sent")
    if access_token is not None and "at_hash" in claims:  # 3.1.3.8
        half = hashlib.sha256(access_token.encode()).digest()[:16]
        if claims["at_hash"] != b64(half):
            raise WrongAccessToken("at_hash belongs to a different access token")
    return claims


class ProviderKeys:
    """The provider's public keys, kept for five minutes.

    They are fetched early when a token names a `kid` that is not among them.
    """

    def __init__(self, lab: Lab, network: httpx.Client, issuer: str):
        self.lab = lab
        self.network = network
        self.issuer = issuer
        self.jwks: Json = {"keys": []}
        self.fetched = -KEY_AGE

    def for_token(self, token: str) -> Json:
        """Return the JWK set for checking a token.

        An unknown `kid` causes one fetch in 30 seconds, however many such tokens come.
        """
        try:
            kid = jwt.get_unverified_header(token).get("kid")
        except (jwt.PyJWTError, UnicodeError):
            return self.jwks
        known = kid in [key.get("kid") for key in self.jwks["keys"]]
        age = self.lab.clock.now - self.fetched
        if age >= (KEY_AGE if known else KEY_COOLDOWN):
            self.jwks = self.network.get(self.issuer + "/jwks").json()
            self.fetched = self.lab.clock.now
        return self.jwks


@dataclass
class Pending:
    """A sign-in that has begun: what must come back, and in which browser."""

    browser: str
    nonce: str
    verifier: str


class RelyingParty:
    """A web application that leaves passwords to a provider. Paths: /, /login, /cb, /logout."""

    def __init__(
        self,
        lab: Lab,
        origin: str,
        provider: str,
        client_id: str,
        secret: str | None = None,
        *,
        scope: str = "openid profile offline_access",
    ):
        self.lab = lab
        self.origin = origin
        self.provider = provider
        self.client_id = client_id
        self.secret = secret
        self.scope = scope
        self.network = lab.browser(origin.split("//")[1], ip="192.0.2.200")
        self.keys = ProviderKeys(lab, self.network, provider)
        self.pending: dict[str, Pending] = {}  # by state
        self.sessions: dict[str, Json] = {}  # by cookie, the oldest first

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Answer one request (PEP 3333)."""
        request = Request(environ)
        page = {
            "/": self.home,
            "/login": self.login,
            "/cb": self.callback,
            "/logout": self.logout,
        }.get(request.path)
        response = page(request) if page else Response("There is no such page here.", 404)
        return response(environ, start_response)

    def latest_session(self) -> Json:
        """Return the newest session: the token endpoint's answer, and `claims` of the ID token.

        Raises LookupError where nobody is signed in.
        """
        if not self.sessions:
            raise LookupError(f"Nobody is signed in at {self.origin}. Let somebody sign in first.")
        return next(reversed(self.sessions.values()))

    def home(self, request: Request) -> Response:
        """Greet whoever holds a session cookie; nothing else is checked.

        Without one it answers 403: a 401 must name a way to authenticate (RFC 9110, 15.5.2), and
        a browser knows none here.
        """
        session = self.sessions.get(request.cookies.get("app", ""))
        if session is None:
            return Response("Nobody is signed in.", 403)
        return Response(f"Hello, {escape(session['claims']['sub'])}.")

    def login(self, _request: Request) -> Response:
        """Begin a sign-in, and send the browser to the provider (RFC 6749, 4.1.1).

        State, nonce and verifier are remembered until the answer comes.
        """
        state = self.draw()
        waiting = Pending(self.draw(), self.new_nonce(), self.draw() + self.draw())
        self.pending[state] = waiting
        question = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.origin + "/cb",
            "scope": self.scope,
            "state": state,
            "nonce": waiting.nonce,
            **self.challenge(waiting),
        }
        response = redirect(f"{self.provider}/authorize?{urlencode(question)}", code=303)
        response.set_cookie("browser", waiting.browser, httponly=True, secure=True, samesite="Lax")
        return response

    def new_nonce(self) -> str:
        """Return a nonce that nobody can guess, for a sign-in (OpenID Connect Core, 3.1.2.1)."""
        return self.draw()

    def challenge(self, waiting: Pending) -> dict[str, str]:
        """Return the hash of a text that only we know, to be sent ahead: PKCE (RFC 7636, 4.2).

        The text itself follows with the code.
        """
        digest = hashlib.sha256(waiting.verifier.encode()).digest()
        return {"code_challenge": b64(digest), "code_challenge_method": "S256"}

    def callback(self, request: Request) -> Response:
        """Check whether the provider's answer is for this browser, and from it (RFC 6749, 4.1.2).

        Then the code is traded for tokens, and a session begins.
        """
        state, code = request.args.get("state", ""), request.args.get("code", "")
        waiting = self.pending.get(state)
        if waiting is None or not self.same_browser(waiting, request):  # RFC 6749, 10.12
            return self._refuse("state does not belong to a sign-in that this browser began")
        if request.args.get("iss") != self.provider:  # RFC 9207, 2.4
            return self._refuse(
                "the response comes from another provider, or does not say from which (RFC 9207, "
                "2.4)"
            )
        if not code:
            return self._refuse(f"the provider said {request.args.get('error', 'nothing')}")
        del self.pending[state]
        answer = self.redeem(code, waiting)
        if "error" in answer:
            return self._refuse(
                f"the token endpoint said {answer['error']}: {answer['error_description']}"
            )
        try:
            claims = self.check_id_token(answer["id_token"], waiting, answer["access_token"])
        except jwt.PyJWTError as error:
            return self._refuse(f"{type(error).__name__}: {error}")
        return self.start_session(request, claims, answer)

    def start_session(self, request: Request, claims: Json, answer: Json) -> Response:
        """Start our own session, and redirect to the first page.

        The session ends when the person signs out here.
        """
        cookie = self.draw()
        self.sessions[cookie] = {"claims": claims, **answer}
        service = self.origin.split("//")[1]
        self.lab.log(service, "session.start", user=claims["sub"], ip=request.remote_addr)
        response = redirect(self.origin + "/", code=303)
        response.set_cookie("app", cookie, httponly=True, secure=True, samesite="Lax")
        return response

    def same_browser(self, waiting: Pending, request: Request) -> bool:
        """Return whether the answer is in the browser that asked, by `state` (RFC 6749, 10.12)."""
        return request.cookies.get("browser") == waiting.browser

    def redeem(self, code: str, waiting: Pending) -> Json:
        """Trade the code for tokens, from server to server (RFC 6749, 4.1.3).

        The verifier comes along, which only we know (RFC 7636, 4.5).
        """
        return self.ask_for_tokens(
            grant_type="authorization_code",
            code=code,
            redirect_uri=self.origin + "/cb",
            code_verifier=waiting.verifier,
        )

    def ask_for_tokens(self, **params: str) -> Json:
        """Make one request to the token endpoint, as this client (RFC 6749, 2.3.1 and 3.2.1)."""
        url = self.provider + "/token"
        if self.secret is None:
            response = self.network.post(url, data={**params, "client_id": self.client_id})
        else:
            response = self.network.post(url, data=params, auth=(self.client_id, self.secret))
        answer: Json = response.json()
        return answer

    def check_id_token(self, token: str, waiting: Pending, access_token: str) -> Json:
        """Return the claims of the ID token, after every check."""
        return validate_id_token(
            token,
            self.keys.for_token(token),
            issuer=self.provider,
            client_id=self.client_id,
            now=self.lab.clock.now,
            nonce=waiting.nonce,
            access_token=access_token,
        )

    def logout(self, request: Request) -> Response:
        """End the session here. The provider and the tokens that are out hear nothing of it."""
        self.sessions.pop(request.cookies.get("app", ""), None)
        response = Response("Signed out here.")
        response.delete_cookie("app")
        return response

    def draw(self) -> str:
        """Return the next identifier from this application's dice."""
        return self.lab.draw(self.origin)

    def _refuse(self, why: str) -> Response:
        return Response(f"Sign-in refused: {why}.", 400)
