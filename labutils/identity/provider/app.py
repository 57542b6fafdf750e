"""An OpenID Provider: OAuth 2.0 (RFC 6749, 7636, 7009, 7662, 9068, 9207, 9449) and OpenID Connect
Core, as a WSGI app.
"""

import hmac
import json
import re
from functools import partial
from urllib.parse import urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from werkzeug.exceptions import Forbidden, HTTPException, MethodNotAllowed, NotFound
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from labutils.identity import dpop, tokens
from labutils.identity.factors import WrongAnswer
from labutils.identity.oauth import OAuthError, as_json, narrowed, parameters, refused, same
from labutils.identity.provider import token_endpoint
from labutils.identity.provider.pages import TYPED, guarded, page
from labutils.identity.provider.state import Client, Code, Grant, Issued, Session, User, Waiting
from labutils.identity.provider.throttle import Throttle
from labutils.identity.tokens import b64, json_object, verify_signature
from labutils.lab import Lab

CODE_LIFE = 60  # seconds (RFC 6749, 4.1.2 recommends ten minutes at most)
FACTOR_LIFE = 120  # seconds for the second factor, after the password
RECENT = 300  # seconds after a sign-in in which the consent page may be answered where a new sign-in was asked for
LONGEST_LOGGED = 256  # characters of a value that somebody sent, in a line of the log
COOKIE = "session"
POST_ONLY = ("/token", "/introspect", "/revoke")
FOR_LOOKING = ("/.well-known/openid-configuration", "/jwks", "/webauthn.js")
FOR_SCRIPTS = ("/token", "/userinfo", "/revoke", "/.well-known/openid-configuration", "/jwks")
LOOPBACK = re.compile(r"http://(127\.0\.0\.1|\[::1\])(?::([1-9][0-9]{0,4}))?(/.*|\?.*|)", re.DOTALL)
CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "WWW-Authenticate, DPoP-Nonce",
}
PREFLIGHT = CORS | {
    "Access-Control-Allow-Methods": "GET, POST",
    "Access-Control-Allow-Headers": "Authorization, DPoP, Content-Type",
}


class Provider:
    """The party that knows who people are, and says so in tokens.

    Its settings are the choices an operator makes.

    `session_idle` and `session_life` end a session after so many seconds without a request, and
    at the latest so many after the sign-in (OWASP ASVS 5.0, 7.3.1 and 7.3.2). In the lab both
    are None: a session lasts until somebody ends it, so that lesson 06 can measure what a stolen
    one is worth. `throttle` slows down who guesses passwords; in the lab nobody is slowed down.
    `labutils serve` sets all three.
    """

    def __init__(
        self,
        lab: Lab,
        issuer: str,
        *,
        resource: str = "https://api.example",
        opaque_access_tokens: bool = False,
        auto_login: str | None = None,
        access_life: int = token_endpoint.ACCESS_LIFE,
        session_idle: int | None = None,
        session_life: int | None = None,
        throttle: Throttle | None = None,
    ):
        self.lab, self.issuer, self.resource = lab, issuer, resource
        self.opaque_access_tokens, self.auto_login, self.access_life = (
            opaque_access_tokens,
            auto_login,
            access_life,
        )
        self.session_idle, self.session_life, self.throttle = session_idle, session_life, throttle
        self.users: dict[str, User] = {}
        self.clients: dict[str, Client] = {}
        self.sessions: dict[str, Session] = {}
        self.codes: dict[str, Code] = {}
        self.waiting: dict[str, Waiting] = {}  # for a second factor, by ticket
        self.access_tokens: dict[
            str, Issued
        ] = {}  # by jti, or by the token itself where it is opaque
        self.refresh_tokens: dict[str, Issued] = {}
        self.seen_proofs: set[str] = set()
        self.keys: list[tokens.SigningKey] = []
        self.rotate_signing_key()
        self.endpoints = {
            "/.well-known/openid-configuration": self.discovery,
            "/jwks": self.jwks,
            "/authorize": self.authorize,
            "/logout": self.logout,
            "/token": partial(token_endpoint.token, self),
            "/userinfo": partial(token_endpoint.userinfo, self),
            "/introspect": partial(token_endpoint.introspect, self),
            "/revoke": partial(token_endpoint.revoke, self),
        }

    # --- the door ---------------------------------------------------------------------------------

    def __call__(self, environ, start_response):
        request = Request(environ)
        try:
            response = self._answer(request)
        except OAuthError as refusal:
            response = refused(refusal)
            self.log(
                request, f"{request.path[1:]}.refused", "failure", error=refusal.error or "no token"
            )
        except HTTPException as problem:
            response = problem.get_response(environ)
        if "Origin" in request.headers and request.path in FOR_SCRIPTS:
            response.headers.update(CORS)
        return guarded(response)(environ, start_response)

    def _answer(self, request: Request) -> Response:
        """What the endpoint says.

        HEAD is answered where nothing happens: at /authorize it would draw a code.
        """
        if request.path not in self.endpoints:
            raise NotFound()
        if _is_preflight(request):
            return Response(status=204, headers=PREFLIGHT)
        methods = ["GET", "POST"]
        if request.path in POST_ONLY:
            methods = ["POST"]
        elif request.path in FOR_LOOKING:
            methods = ["GET", "HEAD", "POST"]
        if request.method not in methods:
            raise MethodNotAllowed(methods)
        answer = self.endpoints[request.path](request)
        return as_json(answer) if isinstance(answer, dict) else answer

    def log(self, request: Request, event: str, outcome: str = "success", **facts) -> None:
        """One line of the audit log; what somebody sent is cut, so that nobody fills it with one
        request.
        """
        cut = {
            name: value[:LONGEST_LOGGED] if isinstance(value, str) else value
            for name, value in facts.items()
        }
        agent = request.user_agent.string[:LONGEST_LOGGED]
        self.lab.log(
            self.issuer.split("//")[1], event, outcome, ip=request.remote_addr, agent=agent, **cut
        )

    def refuse_other_sites(self, request: Request) -> None:
        """Refuse a form of ours that a page of another origin sends: it would sign people in as
        somebody else.

        That is login CSRF (RFC 6749, 10.12, and OpenID Connect Core, 3.1.2.3, ask for measures
        against CSRF). A browser names the origin of the page on every POST; a client that is no
        browser names none, and passes. `null` is refused too: any site can have it, by a
        sandboxed frame. Our own pages name their origin, since their Referrer-Policy is
        same-origin (Fetch standard, "append a request Origin header").
        """
        origin = request.headers.get("Origin")
        if origin is not None and origin != _origin(self.issuer):
            self.log(
                request,
                f"{request.path[1:]}.refused",
                "failure",
                error="sent by a page of another origin",
            )
            raise Forbidden(
                "This form was sent by a page of another site. "
                "Open the application again, and sign in from there."
            )

    def draw(self) -> str:
        return self.lab.draw(self.issuer)

    # --- discovery and keys -----------------------------------------------------------------------

    def discovery(self, request: Request) -> dict:
        """What this provider can do (OpenID Connect Discovery, 3; RFC 8414)."""
        where = {
            f"{name}_endpoint": self.issuer + path
            for path, name in (
                ("/authorize", "authorization"),
                ("/token", "token"),
                ("/userinfo", "userinfo"),
                ("/introspect", "introspection"),
                ("/revoke", "revocation"),
                ("/logout", "end_session"),
            )
        }
        ways = ["client_secret_basic", "client_secret_post", "none"]
        return {
            "issuer": self.issuer,
            **where,
            "jwks_uri": self.issuer + "/jwks",
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256", "ES256"],
            "scopes_supported": ["openid", "profile", "offline_access"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ways,
            "revocation_endpoint_auth_methods_supported": ways,
            "introspection_endpoint_auth_methods_supported": ways[:2],
            "dpop_signing_alg_values_supported": list(dpop.ALGORITHMS),
            "claims_supported": [
                "iss",
                "sub",
                "aud",
                "exp",
                "iat",
                "auth_time",
                "nonce",
                "at_hash",
                "sid",
                "amr",
                "name",
            ],
            "prompt_values_supported": ["none", "login", "consent"],
            "authorization_response_iss_parameter_supported": True,
            "request_parameter_supported": False,
            "request_uri_parameter_supported": False,
        }

    def jwks(self, request: Request) -> dict:
        """The public keys (RFC 7517, 5).

        During a rotation the old ones stay until their tokens are over.
        """
        return {"keys": [key.jwk for key in self.keys]}

    def rotate_signing_key(self, *, keep_old: bool = True) -> None:
        """Sign with new keys from now on.

        Without `keep_old` every token signed before stops being verifiable.
        """
        generation = (int(self.keys[0].kid.split("-")[1]) if self.keys else 0) + 1
        if self.lab.seed is None:
            private = rsa.generate_private_key(65537, 2048), ec.generate_private_key(ec.SECP256R1())
        else:
            published = ("RFC 7515 A.2", "RFC 7520 3.4")[(generation - 1) % 2]
            private = (
                tokens.rsa_private_key(published),
                tokens.ec_private_key(f"{self.lab.seed}/{self.issuer}/{generation}"),
            )
        new = [
            tokens.SigningKey(private[0], "RS256", f"rs256-{generation}"),
            tokens.SigningKey(private[1], "ES256", f"es256-{generation}"),
        ]
        self.keys = new + (self.keys if keep_old else [])

    # --- the authorization endpoint ---------------------------------------------------------------

    def authorize(self, request: Request) -> Response:
        """Sign a person in, ask for consent, and answer the client's question (RFC 6749, 4.1.1;
        OpenID Connect Core, 3.1.2).
        """
        params = parameters(request.values)
        client = self.clients.get(params.get("client_id", ""))
        if client is None:
            raise OAuthError("invalid_request", "client_id names no client that is registered here")
        if not self.redirect_matches(client, params.get("redirect_uri", "")):
            raise OAuthError(
                "invalid_request",
                "redirect_uri is not one that this client registered, letter by letter (RFC 9700, 2.1)",
            )
        try:
            return self._authorize(request, params, client)
        except OAuthError as refusal:
            self.log(
                request,
                "authorize.refused",
                "failure",
                error=refusal.error,
                client=client.client_id,
            )
            return self._back(params, error=refusal.error, error_description=refusal.description)

    def redirect_matches(self, client: Client, uri: str) -> bool:
        """Exact comparison (RFC 9700, 4.1.3); on a loopback address any port will do (RFC 8252,
        7.3).
        """
        bare = without_port(uri)
        if uri in client.redirect_uris:
            return True
        return bare is not None and bare in map(without_port, client.redirect_uris)

    def _authorize(self, request: Request, params: dict, client: Client) -> Response:
        scope = self._check_authorization_request(params, client)
        posted = params if request.method == "POST" else {}
        if TYPED & posted.keys():
            self.refuse_other_sites(request)
        if {"username", "ticket"} & posted.keys():
            session = self.sign_in(request, params)
            if isinstance(session, Response):
                return session
            answer = None  # a yes that was given in an older session is not this person's
        else:
            session = self.session(request)
            answer = self._consent_answer(session, posted, params, scope)
            if session is None or not self._recent_enough(session, params, answer):
                if self.auto_login is None or not self.users[self.auto_login].active:
                    _must_be_silent(
                        params, "login_required", "nobody is signed in as recently as asked"
                    )
                    return page("login", params)
                session = self.start_session(request, self.users[self.auto_login], ["pwd"])
        if answer == "deny":
            raise OAuthError("access_denied", "the person said no")
        if answer == "allow" or self.auto_login:
            session.consents.add((client.client_id, scope))
        elif self._must_ask(session, client, params, scope):
            _must_be_silent(
                params, "consent_required", "this person has not said yes to this client"
            )
            asked = page(
                "consent",
                params,
                client=client.client_id,
                scope=scope,
                person=session.user.name,
                csrf=_consent_token(session, params, scope),
            )
            return self.with_cookie(asked, session)
        code = self._code(request, params, client, session, scope)
        return self.with_cookie(self._back(params, code=code), session)

    def _code(
        self, request: Request, params: dict, client: Client, session: Session, scope: str
    ) -> str:
        """A new authorization code for what was asked (RFC 6749, 4.1.2)."""
        user, nonce = session.user, params.get("nonce")
        grant = Grant(client, user, scope, session.sid, session.auth_time, session.amr, nonce)
        code, expires = self.draw(), self.lab.clock.now + CODE_LIFE
        self.codes[code] = Code(
            grant,
            params["redirect_uri"],
            params.get("code_challenge"),
            params.get("dpop_jkt"),
            expires,
        )
        self.log(
            request,
            "authorize.code",
            user=user.username,
            client=client.client_id,
            session=session.sid,
        )
        return code

    def _consent_answer(
        self, session: Session | None, posted: dict, params: dict, scope: str
    ) -> str | None:
        """What the person pressed on the page that was shown for this very request; None: nothing."""
        if session is None or "consent" not in posted:
            return None
        if not same(posted.get("csrf", ""), _consent_token(session, params, scope)):
            return None
        return "allow" if posted["consent"] == "allow" else "deny"

    def _recent_enough(self, session: Session, params: dict, answer: str | None) -> bool:
        """Whether no new sign-in is due. max_age=0 is prompt=login (OpenID Connect Core, 3.1.2.1).

        The consent page comes after the sign-in. Whoever answers it within RECENT need not sign
        in again.
        """
        age = self.lab.clock.now - session.auth_time
        if answer is not None and age <= RECENT:
            return True
        if "login" in params.get("prompt", "").split():
            return False
        if "max_age" not in params:
            return True
        return 0 < int(params["max_age"]) >= age

    def _must_ask(self, session: Session, client: Client, params: dict, scope: str) -> bool:
        """Whether the consent page is due: no yes yet, prompt=consent, or a client that others can
        play.

        The identity of a public client is assured by an https redirect, which only its site
        receives (RFC 10017, 6.3.3.2), and not by one on loopback, where any program may listen:
        there each request is asked about (RFC 8252, 8.6).
        """
        assured = client.secret is not None or params["redirect_uri"].startswith("https://")
        if not assured or "consent" in params.get("prompt", "").split():
            return True
        return (client.client_id, scope) not in session.consents

    def _check_authorization_request(self, params: dict, client: Client) -> str:
        """The scope to grant.

        Raises the registered error for each thing that is missing or not offered.
        """
        if params.get("response_type") != "code":
            raise OAuthError(
                "unsupported_response_type", "this provider offers the code flow alone"
            )
        if params.get("response_mode", "query") != "query":
            raise OAuthError("invalid_request", "the only response_mode is query")
        for name, error in (
            ("request", "request_not_supported"),
            ("request_uri", "request_uri_not_supported"),
        ):
            if name in params:
                raise OAuthError(error, "this provider reads plain parameters")
        if "authorization_code" not in client.grant_types:
            raise OAuthError("unauthorized_client", "this client may not use the code flow")
        challenge = params.get("code_challenge")
        if challenge is None and (client.require_pkce or "code_challenge_method" in params):
            raise OAuthError("invalid_request", "code_challenge is missing (RFC 7636, 4.4.1)")
        if challenge is not None and (
            params.get("code_challenge_method") != "S256"
            or not re.fullmatch(r"[A-Za-z0-9_-]{43}", challenge)
        ):
            raise OAuthError(
                "invalid_request",
                "code_challenge must be 43 characters of base64url, by method S256",
            )
        if not re.fullmatch(r"\d{1,9}", params.get("max_age", "0")):
            raise OAuthError("invalid_request", "max_age is a number of seconds")
        if (
            params.get("prompt", "").split() != ["none"]
            and "none" in params.get("prompt", "").split()
        ):
            raise OAuthError("invalid_request", "prompt=none goes with nothing else")
        return narrowed(params.get("scope", ""), client.scope)

    def _back(self, params: dict, **answer: str) -> Response:
        """The redirect to the client, with state as it came and `iss` (RFC 9207)."""
        answer |= {"state": params["state"]} if "state" in params else {}
        return redirect(
            _with_query(params["redirect_uri"], {**answer, "iss": self.issuer}), code=303
        )

    def session(self, request: Request) -> Session | None:
        """Who is signed in at this browser, if anybody is, and for not too long."""
        session, now = self.sessions.get(request.cookies.get(COOKIE, "")), self.lab.clock.now
        if session is None or not session.usable(now, self.session_idle, self.session_life):
            return None
        session.last_used = now
        return session

    def sign_in(self, request: Request, params: dict) -> Session | Response:
        """Try a password, or the answer of a second factor: the session that begins, or the page
        that comes next.
        """
        waiting = self.waiting.get(params.get("ticket", ""))
        username = waiting.user.username if waiting else params.get("username", "")
        wait = self.throttle.wait(request, username) if self.throttle else 0
        if wait:
            return self._too_many(request, params, username, wait)
        if "ticket" in params:
            self.waiting.pop(params["ticket"], None)  # one answer for each question
            return self._second(request, params, waiting, params.get("answer", ""))
        user = self.users.get(username)
        known = same(user.password if user else "", params.get("password", ""))
        if not (user and known and user.active):
            return self._again(request, params, user=username)
        if user.second_factor is None:
            return self.start_session(request, user, ["pwd"])
        texts, remembered = user.second_factor.ask(self.draw)
        now = self.lab.clock.now
        waiting = Waiting(user, user.password, user.second_factor, remembered, now + FACTOR_LIFE)
        if "code" in params:  # typed beside the password
            return self._second(request, params, waiting, params["code"])
        self.log(request, "factor.ask", user=user.username)
        self.waiting = {
            ticket: other for ticket, other in self.waiting.items() if other.usable(now)
        }
        self.waiting[ticket := self.draw()] = waiting
        return page(waiting.factor.page, params, action=request.path, ticket=ticket, **texts)

    def _second(
        self, request: Request, params: dict, waiting: Waiting | None, answer: str
    ) -> Session | Response:
        if waiting is None:
            return self._again(request, params, error="the ticket is unknown, or was used before")
        try:
            if not waiting.usable(self.lab.clock.now):
                raise WrongAnswer("too late")
            waiting.factor.check(waiting.remembered, answer)
        except WrongAnswer as refusal:
            return self._again(request, params, user=waiting.user.username, error=str(refusal))
        return self.start_session(request, waiting.user, ["pwd", waiting.factor.amr, "mfa"])

    def _again(self, request: Request, params: dict, **facts: str) -> Response:
        """The login page once more. 403, since 401 would promise a challenge of HTTP's own (RFC
        9110, 15.5.2).
        """
        self.log(request, "session.start", "failure", **facts)
        if self.throttle:
            self.throttle.wrong(request, facts.get("user", ""))
        return page(
            "login", params, action=request.path, note="That did not work. Try again.", status=403
        )

    def _too_many(self, request: Request, params: dict, username: str, wait: int) -> Response:
        """429 (RFC 6585, 4): nothing was tried, not even the right password."""
        self.log(request, "session.start", "failure", user=username, error="too many wrong answers")
        note = f"There were too many wrong answers. Try again in {wait} seconds."
        response = page("login", params, action=request.path, note=note, status=429)
        response.headers["Retry-After"] = str(wait)
        return response

    def start_session(self, request: Request, user: User, amr: list[str]) -> Session:
        """A new session with a new cookie; the one that this browser had before ends (OWASP ASVS
        5.0, 7.2.4).
        """
        before = self.sessions.pop(request.cookies.get(COOKIE, ""), None)
        if before is not None:
            self.log(request, "session.end", user=before.user.username, session=before.sid)
        now = self.lab.clock.now
        session = Session(self.draw(), self.draw(), user, now, amr, self.draw(), last_used=now)
        self.sessions[session.cookie] = session
        if self.throttle:
            self.throttle.right(request, user.username)
        self.log(request, "session.start", user=user.username, session=session.sid)
        return session

    def with_cookie(self, response: Response, session: Session) -> Response:
        """The response with the session's cookie and, where there is a throttle, a known browser's."""
        options = {"httponly": True, "secure": self.issuer.startswith("https"), "samesite": "Lax"}
        response.set_cookie(COOKIE, session.cookie, **options)
        if self.throttle:
            response.set_cookie(
                self.throttle.cookie, self.throttle.mark(session.user.username), **options
            )
        return response

    # --- the end of a session, and the operator's acts --------------------------------------------

    def logout(self, request: Request) -> Response:
        """RP-initiated logout (OpenID Connect RP-Initiated Logout, 2).

        Without a hint from a client the person is asked first.
        """
        params, session = parameters(request.values), self.session(request)
        if request.method == "POST" and TYPED & params.keys():
            self.refuse_other_sites(request)
        hint = self._hint(params.get("id_token_hint"))
        client = self.clients.get(hint["aud"] if hint else params.get("client_id", ""))
        if "client_id" in params and (client is None or client.client_id != params["client_id"]):
            raise OAuthError(
                "invalid_request", "client_id and id_token_hint name different clients"
            )
        target = params.get("post_logout_redirect_uri")
        if target is not None and (
            client is None or target not in client.post_logout_redirect_uris
        ):
            raise OAuthError(
                "invalid_request", "post_logout_redirect_uri is not one that this client registered"
            )
        confirmed = (
            request.method == "POST" and session and same(params.get("csrf", ""), session.csrf)
        )
        if session and not confirmed and hint.get("sid") != session.sid:
            return page("logout", params, csrf=session.csrf)
        if session:
            self.end_session(session.sid)
            self.log(request, "session.end", user=session.user.username, session=session.sid)
        state = {"state": params["state"]} if "state" in params else {}
        response = (
            page("goodbye", {})
            if target is None
            else redirect(_with_query(target, state), code=303)
        )
        response.delete_cookie(COOKIE)
        return response

    def _hint(self, hint: str | None) -> dict:
        """The claims of an ID token of ours; an expired one serves as a hint too.

        Raises OAuthError for anything else.
        """
        if hint is None:
            return {}
        try:
            claims = json_object(
                verify_signature(hint, {"keys": [key.jwk for key in self.keys]}), "payload"
            )
            if claims["iss"] != self.issuer or "sid" not in claims:
                raise jwt.InvalidTokenError("another kind of token, or another issuer")
            return claims
        except (jwt.PyJWTError, KeyError) as error:
            raise OAuthError(
                "invalid_request", "id_token_hint is not an ID token of this provider"
            ) from error

    def end_session(self, sid: str) -> None:
        """End one person's session in one browser. Tokens that are out already are not touched."""
        self.sessions = {
            cookie: session for cookie, session in self.sessions.items() if session.sid != sid
        }

    def forget(self) -> None:
        """Drop what is over.

        A used code and a rotated refresh token stay as long as their grant: using them again
        must end it.
        """
        now = self.lab.clock.now
        self.sessions = {
            cookie: session
            for cookie, session in self.sessions.items()
            if session.usable(now, self.session_idle, self.session_life)
        }
        self.waiting = {
            ticket: waiting for ticket, waiting in self.waiting.items() if waiting.usable(now)
        }
        self.access_tokens = {
            name: issued for name, issued in self.access_tokens.items() if issued.usable(now)
        }
        self.refresh_tokens = {
            token: issued
            for token, issued in self.refresh_tokens.items()
            if issued.grant.usable and now < issued.expires
        }
        living = {
            id(issued.grant)
            for issued in (*self.access_tokens.values(), *self.refresh_tokens.values())
        }
        self.codes = {
            text: code
            for text, code in self.codes.items()
            if now < code.expires or id(code.grant) in living
        }

    def change_password(self, username: str, password: str) -> None:
        """Set a new password.

        Like many products, this one asks for it at the next sign-in and not before.
        """
        self.users[username].password = password

    def reset_second_factor(self, username: str) -> None:
        """Forget the enrolled second factor, so that a new one can be enrolled."""
        self.users[username].second_factor = None

    def revoke_family(self, token: str) -> None:
        """Kill the grant behind a refresh token, and all that came of it, wherever this provider is
        asked.
        """
        self.refresh_tokens[token].grant.alive = False

    def disable_user(self, username: str) -> None:
        """Lock an account: no sign-in, no session, no refresh, no userinfo."""
        self.users[username].active = False


def _is_preflight(request: Request) -> bool:
    """Whether a browser asks if a script of another site may call this endpoint (CORS protocol of
    the Fetch standard).

    Any site may, `*`, where what opens the door comes with the request itself: a code and its
    verifier, a token, a proof. A browser never adds cookies to such a call. At /authorize the
    cookie opens the door: there a script of any site would act as whoever is signed in, and read
    the answer, so that endpoint is visited by the whole browser and never called by a script.
    """
    return (
        request.method == "OPTIONS"
        and request.path in FOR_SCRIPTS
        and "Access-Control-Request-Method" in request.headers
    )


def _with_query(address: str, more: dict[str, str]) -> str:
    """The address with these members added to its query (RFC 6749, 3.1.2: one that is there already
    is kept).
    """
    return address + (("&" if "?" in address else "?") + urlencode(more) if more else "")


def _must_be_silent(params: dict, error: str, why: str) -> None:
    """prompt=none: answer with an error instead of a page (OpenID Connect Core, 3.1.2.6)."""
    if "none" in params.get("prompt", "").split():
        raise OAuthError(error, f"{why}, and prompt=none forbids asking")


def _consent_token(session: Session, params: dict, scope: str) -> str:
    """What proves that the page was shown in this session for this request, with all that the
    client sent.
    """
    sent = sorted((name, value) for name, value in params.items() if name not in TYPED)
    return b64(
        hmac.digest(session.csrf.encode(), json.dumps([scope, sent]).encode(), "sha256")[:16]
    )


def without_port(uri: str) -> tuple[str, str] | None:
    """Host and rest of an http address on a loopback IP, whose port a native app does not choose;
    else None.

    The name localhost is none: it may lead elsewhere (RFC 8252, 8.3). Nor is another spelling of
    the number.
    """
    parts = LOOPBACK.fullmatch(uri)
    if parts is None or int(parts[2] or 80) > 65535:
        return None
    return parts[1], parts[3]


def _origin(issuer: str) -> str:
    """The origin of an issuer as browsers write it: without path, and without the scheme's own
    port.
    """
    parts = urlsplit(issuer)
    usual = {"http": ":80", "https": ":443"}[parts.scheme]
    return f"{parts.scheme}://{parts.netloc.removesuffix(usual)}"
