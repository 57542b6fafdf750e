"""Bind a session to a key on a device: Device Bound Session Credentials (W3C working draft).

The cookie is short. To get the next one, the browser signs a challenge with a key that was made for
this session and that no program can read. `BoundSessions` is the server's side, `Device` the
browser's.
"""

import re
from collections.abc import Callable
from typing import Any

import httpx
from cryptography.hazmat.primitives.asymmetric import ec
from werkzeug.wrappers import Request, Response

from labutils.identity.dpop import need, read
from labutils.identity.keys import Json, b64, json_part, public_jwk, sign_bytes
from labutils.identity.oauth import OAuthError, as_json
from labutils.identity.provider import Provider
from labutils.identity.provider.app import Endpoint
from labutils.identity.provider.sign_in import PersonMustAnswer, with_cookie
from labutils.identity.provider.state import COOKIE, Session
from labutils.identity.tokens import ec_private_key, verify_signature

REGISTRATION, CHALLENGE = "Secure-Session-Registration", "Secure-Session-Challenge"
RESPONSE, SESSION_ID = "Secure-Session-Response", "Sec-Secure-Session-Id"
START, REFRESH = "/dbsc/start", "/dbsc/refresh"
ATTRIBUTE = re.compile(r'(\w+)="([^"]*)"')

BoundSession = dict[str, Any]  # its public `key` (a JWK), and the `challenge` that is waiting
Refresh = Callable[[str, BoundSession], object]


def refresh_session(proof: str, session: BoundSession) -> bool:
    """Accept the answer to a session's challenge, and spend the challenge.

    The key is the one that the session began with, whatever the proof brings along. Raises
    InvalidProof or a subclass of jwt.PyJWTError.
    """
    header, claims = read(proof)
    verify_signature(proof, session["key"], "ES256")
    need(header.get("typ") == "dbsc+jwt", "typ is not dbsc+jwt")
    need(session["challenge"], "no challenge is waiting")
    need(claims.get("jti") == session["challenge"], "that answers another challenge")
    session["challenge"] = None
    return True


def registered_key(proof: str, challenge: str) -> Json:
    """Return the public key that a device registers. Nothing says where its other half is kept.

    Raises InvalidProof or a subclass of jwt.PyJWTError.
    """
    header, claims = read(proof)
    key = header.get("jwk")
    need(isinstance(key, dict), "a registration brings its public key along")
    verify_signature(proof, key or {}, "ES256")
    need(header.get("typ") == "dbsc+jwt", "typ is not dbsc+jwt")
    need(claims.get("jti") == challenge, "that answers another challenge")
    return key or {}


# --- the server ---------------------------------------------------------------------------------


class BoundSessions(Provider):
    """A provider that binds each browser's session to a key of its device.

    Each cookie is good for `cookie_life` seconds. `refreshes` decides about the answer to a
    challenge; a refusal is an error.
    """

    cookie_life = 600
    refreshes: Refresh = staticmethod(refresh_session)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.bound: dict[str, BoundSession] = {}  # by session identifier
        self.good_until: dict[str, int] = {}  # by cookie
        self.begun: Session | None = None
        self.add_endpoint(START, Endpoint(self.start, ("POST",)))
        self.add_endpoint(REFRESH, Endpoint(self.refresh, ("POST",)))

    def session_started(self, session: Session, request: Request) -> None:  # noqa: ARG002 - a hook
        """Expect a key for this session, and let its first cookie be short, too."""
        self.begun = session
        self.good_until[session.cookie] = self.now + self.cookie_life

    def _answer(self, request: Request, endpoint: Endpoint | None) -> Response:
        """Answer as every provider does. Where somebody has just signed in, ask for a key."""
        self.begun = None
        try:
            return self.asking_for_a_key(super()._answer(request, endpoint))
        except PersonMustAnswer as question:  # the next page of the sign-in, such as consent
            raise PersonMustAnswer(self.asking_for_a_key(question.page)) from question

    def asking_for_a_key(self, response: Response) -> Response:
        """Return the response, with the header that asks for a key if a session has just begun."""
        if self.begun:
            name, challenge = self.draw(), self.draw()
            self.bound[name] = {"session": self.begun, "key": None, "challenge": challenge}
            path = f"{START}?s={name}"
            response.headers[REGISTRATION] = f'(ES256);path="{path}";challenge="{challenge}"'
        return response

    def admits(self, session: Session, request: Request) -> bool:  # noqa: ARG002 - a hook
        """Return whether the cookie of this request is still good."""
        return self.now < self.good_until[request.cookies[COOKIE]]

    def start(self, request: Request) -> Response:
        """Bind a session to the key that a device registers, and say which cookie is bound.

        Raises OAuthError.
        """
        name = request.args.get("s", "")
        bound = self.bound.get(name)
        if bound is None or bound["key"] is not None or self.current_session(request) is None:
            raise OAuthError("invalid_request", "nobody waits for a key here")
        proof = request.headers.get(RESPONSE, "")
        bound["key"] = _or_refuse(lambda: registered_key(proof, bound["challenge"]))
        bound["challenge"] = None
        body = {
            "session_identifier": name,
            "refresh_url": REFRESH,
            "scope": {"origin": self.issuer, "include_site": False},
            "credentials": [{"type": "cookie", "name": COOKIE, "attributes": "Secure; HttpOnly"}],
        }
        return self.with_next_cookie(as_json(body), bound["session"])

    def refresh(self, request: Request) -> Response:
        """Send a challenge; for its answer, send the next cookie. Raises OAuthError."""
        name = request.headers.get(SESSION_ID, "")
        bound = self.bound.get(name)
        if bound is None or bound["key"] is None:
            raise OAuthError("invalid_request", "there is no such session")
        if RESPONSE not in request.headers:
            bound["challenge"] = self.draw()
            header = f'"{bound["challenge"]}";id="{name}"'
            return Response("answer this", status=403, headers={CHALLENGE: header})
        proof = request.headers[RESPONSE]
        _or_refuse(lambda: self.refreshes(proof, bound))
        return self.with_next_cookie(as_json({"session_identifier": name}), bound["session"])

    def with_next_cookie(self, response: Response, session: Session) -> Response:
        """Return the response with a new cookie. The old one stays good until it expires."""
        session.cookie = self.draw()
        self.sessions[session.cookie] = session
        self.good_until[session.cookie] = self.now + self.cookie_life
        return with_cookie(self, response, session)


def _or_refuse(accept: Callable[[], Any]) -> Any:
    """What `accept` returns; its error becomes a refusal with the same words."""
    try:
        return accept()
    except Exception as error:
        raise OAuthError("invalid_request", str(error) or type(error).__name__) from error


# --- the browser --------------------------------------------------------------------------------


class Device:
    """A device with a chip: it makes keys and signs with them, and lets nobody read them."""

    def __init__(self, seed: str):
        self._key = ec_private_key(seed)

    def answer(self, challenge: str, *, register: bool = False) -> str:
        """Return the answer to a challenge, for whichever program asks."""
        return signed(self._key, challenge, register=register)


def signed(key: ec.EllipticCurvePrivateKey, challenge: str, *, register: bool = False) -> str:
    """Return an answer to a challenge; one that registers brings the public key along."""
    header: Json = {"alg": "ES256", "typ": "dbsc+jwt"}
    if register:
        header["jwk"] = public_jwk(key)
    signing_input = f"{json_part(header)}.{json_part({'jti': challenge})}"
    return f"{signing_input}.{b64(sign_bytes('ES256', signing_input.encode(), key))}"


def register(browser: httpx.Client, server: str, device: Device, header: str) -> httpx.Response:
    """Do what a browser does with Secure-Session-Registration: make a key, and register it."""
    asked = dict(ATTRIBUTE.findall(header))
    proof = device.answer(asked["challenge"], register=True)
    return browser.post(server + asked["path"], headers={RESPONSE: proof})


def refresh(
    browser: httpx.Client, server: str, device: Device, session: str, *, with_key: bool = False
) -> httpx.Response:
    """Do what a browser does when the cookie is missing: fetch a challenge, and answer it.

    `with_key`: the answer brings the device's own public key along, which only a thief needs.
    """
    ask = {SESSION_ID: session}
    challenged = browser.post(server + REFRESH, headers=ask)
    challenge = challenged.headers[CHALLENGE].split('"')[1]
    proof = device.answer(challenge, register=with_key)
    return browser.post(server + REFRESH, headers={**ask, RESPONSE: proof})
