"""Tokens that die in time: lists, events, and the price of each way in requests (lesson 12).

The provider transmits what it revokes, as security event tokens and as logout tokens; the API and
the wiki receive it.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import httpx
import jwt
from werkzeug.wrappers import Request, Response

from labutils.identity.oauth import as_json, bearer
from labutils.identity.provider import Provider
from labutils.identity.relying_party import RelyingParty
from labutils.identity.resource_server import ResourceServer
from labutils.identity.security_events import (
    read_event,
    read_logout_token,
    sign_event,
    sign_logout_token,
    who_and_when,
)
from labutils.identity.tokens import SigningKey
from labutils.lab import Lab
from labutils.stage.two_apps import (
    API,
    LOGIN,
    NOTES,
    WIKI,
    TwoApps,
    build_apps,
    refresh_tokens,
    revoke_refresh_token,
)

# --- lists of revoked tokens --------------------------------------------------------------------


def token_hash(token: str) -> str:
    """What a list of revoked tokens keeps, where it keeps hashes."""
    return hashlib.sha256(token.encode()).hexdigest()


class RevocationListAPI(ResourceServer):
    """An API with two lists of revoked tokens: by the hash of their text, and by their `jti`."""

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.revoked_hashes: set[str] = set()
        self.revoked_ids: set[str] = set()

    def verify(self, token: str) -> dict:
        if token_hash(token) in self.revoked_hashes:
            raise jwt.InvalidTokenError("its hash is on the list")
        claims = super().verify(token)
        if claims["jti"] in self.revoked_ids:
            raise jwt.InvalidTokenError("its number is on the list")
        return claims


# --- those who receive events -------------------------------------------------------------------


class ReceiverAPI(ResourceServer):
    """An API that receives events.

    After a `session-revoked` event it takes no token of that person that was issued before it.
    """

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.revoked: dict[str, int] = {}  # since when the tokens of a person are revoked

    def __call__(self, environ, start_response):
        request = Request(environ)
        respond = self.take_event(request) if request.path == "/events" else super().__call__
        return respond(environ, start_response)

    def take_event(self, request: Request) -> Response:
        """An event that was pushed here (RFC 8935, 2.2 and 2.3).

        The answer is 202, for a late and for a repeated event too, or 400 with the reason.
        """
        token, now = request.get_data(as_text=True), self.lab.clock.now
        try:
            keys = self.keys.for_token(token)
            claims = read_event(token, keys, issuer=LOGIN, audience=API, now=now)
        except jwt.PyJWTError as error:
            log_refused_event(self.lab, API, request, error)
            response = as_json({"err": "invalid_request", "description": str(error)})
            response.status_code = 400
            return response
        sub, moment = who_and_when(claims)
        # An older event that comes later revives nothing.
        self.revoked[sub] = max(moment, self.revoked.get(sub, moment))
        return Response(status=202)

    def verify(self, token: str) -> dict:
        claims = super().verify(token)
        if claims["iat"] <= self.revoked.get(claims["sub"], -1):
            raise jwt.InvalidTokenError("the provider says that this session was revoked")
        return claims


class ReceiverApp(RelyingParty):
    """An application that receives logout tokens (OpenID Connect Back-Channel Logout, 2.7).

    One ends the session of its `sid`.
    """

    def __call__(self, environ, start_response):
        request = Request(environ)
        respond = self.log_out(request) if request.path == "/backchannel" else super().__call__
        return respond(environ, start_response)

    def log_out(self, request: Request) -> Response:
        """A logout token arrives as the form field `logout_token` (Back-Channel Logout, 2.5).

        The answer is 200 or 400, and is never to be cached (2.8).
        """
        token, now = request.form.get("logout_token", ""), self.lab.clock.now
        response = Response(status=200, headers={"Cache-Control": "no-store"})
        try:
            keys = self.keys.for_token(token)
            claims = read_logout_token(token, keys, issuer=LOGIN, client_id=self.client_id, now=now)
        except jwt.PyJWTError as error:
            log_refused_event(self.lab, self.origin, request, error)
            response.status_code = 400
            return response
        self.sessions = {
            cookie: session
            for cookie, session in self.sessions.items()
            if session["claims"]["sid"] != claims["sid"]
        }
        return response


def log_refused_event(lab: Lab, origin: str, request: Request, error: Exception) -> None:
    """A line of the audit log for an event that was refused."""
    service = origin.split("//")[1]
    lab.log(service, "event.refused", "failure", error=str(error), ip=request.remote_addr)


# --- the one who transmits them -----------------------------------------------------------------


class Transmitter(Provider):
    """A provider that tells the API and the wiki when a session ends, each in its own form."""

    @property
    def event_key(self) -> SigningKey:
        """The key that signs events: the one for ES256."""
        return next(key for key in self.keys if key.alg == "ES256")

    def event(self, sid: str, sub: str) -> str:
        """A security event token for the API (RFC 8417): this session was revoked, now."""
        return sign_event(
            self.event_key,
            issuer=self.issuer,
            audience=API,
            now=self.lab.clock.now,
            jti=self.draw(),
            sid=sid,
            sub=sub,
        )

    def logout_token(self, sid: str, sub: str) -> str:
        """A logout token for the wiki (Back-Channel Logout, 2.4): this session ended."""
        return sign_logout_token(
            self.event_key,
            issuer=self.issuer,
            client_id="wiki",
            now=self.lab.clock.now,
            jti=self.draw(),
            sid=sid,
            sub=sub,
        )

    def end_session(self, sid: str) -> None:
        """End it, and push an event and a logout token."""
        ended = [session for session in self.sessions.values() if session.sid == sid]
        super().end_session(sid)
        network = self.lab.browser("login.example", "192.0.2.201")
        kind = {"content-type": "application/secevent+jwt"}  # RFC 8935, 2.1
        for session in ended:
            event = self.event(sid, session.user.sub)
            network.post(API + "/events", content=event, headers=kind)
            form = {"logout_token": self.logout_token(sid, session.user.sub)}
            network.post(WIKI + "/backchannel", data=form)


def apps_with_events(seed: str) -> TwoApps:
    """Two apps whose provider transmits, and an API and a wiki that receive."""
    apps = build_apps(seed, provider=Transmitter, application=ReceiverApp)
    apps.api = ReceiverAPI(apps.lab, API, LOGIN)
    apps.lab.add("api.example", apps.api)
    return apps


# --- what each way costs ------------------------------------------------------------------------

THEFT = 60  # minutes after the begin: an hour of ordinary work comes first
LAST = 120  # minutes after the begin
EVERY = 2  # minutes between two calls of the API


@dataclass(frozen=True)
class Cost:
    """What an hour of work costs the provider, and what a thief has of a token stolen at its end.

    `requests` are those of Ada's app and of the API before the theft. `events` are those that the
    provider pushed when somebody reacted. For `minutes` from the theft on the stolen access token
    opened the API.
    """

    requests: int
    events: int
    minutes: int


@dataclass(frozen=True)
class Way:
    """A way of making tokens die: how the apps are built, and what somebody does after a theft."""

    build: Callable[..., TwoApps]
    react: Callable[[TwoApps], None]


def end_session(apps: TwoApps) -> None:
    """The provider ends Ada's session."""
    apps.provider.end_session(apps.notes.latest_session()["claims"]["sid"])


SHORT_LIVED = partial(Provider, access_life=60)
WAYS = {
    "10 minutes, offline": Way(build_apps, revoke_refresh_token),
    "1 minute, offline": Way(partial(build_apps, provider=SHORT_LIVED), revoke_refresh_token),
    "10 minutes, asks each time": Way(
        partial(build_apps, opaque_access_tokens=True), revoke_refresh_token
    ),
    "10 minutes, is told": Way(apps_with_events, end_session),
}


def cost(way: str, noticed: int = 0) -> Cost:
    """Measure a way: an hour of work, then a theft, which somebody notices.

    `noticed` is when, in minutes after the theft: an even number.
    """
    apps = WAYS[way].build("lesson-12")
    apps.sign_in("ada", NOTES)
    begun, before = apps.lab.clock.now, len(apps.lab.wire)
    hour_of_work(apps, begun)
    apps.lab.clock.wait_until(begun + THEFT * 60)
    refresh_tokens(apps)
    after = len(apps.lab.wire)
    stolen = apps.notes.latest_session()["access_token"]
    minutes = 0
    for minute in range(0, LAST - THEFT, EVERY):
        apps.lab.clock.wait_until(begun + (THEFT + minute) * 60)
        if minute == noticed:
            WAYS[way].react(apps)
        if apps.tom.get(API + "/me", headers=bearer(stolen)).is_success:
            minutes = minute + 1
    # The request that renews the tokens just before the theft is not part of the hour.
    in_the_hour, later = apps.lab.wire[before : after - 1], apps.lab.wire[after:]
    return Cost(
        requests=sum(exchange.host == "login.example" for exchange in in_the_hour),
        events=sum(exchange.client == "login.example" for exchange in later),
        minutes=minutes,
    )


def hour_of_work(apps: TwoApps, begun: int) -> None:
    """Ada's app calls the API every two minutes for an hour, and refreshes when it must."""
    session = apps.notes.latest_session()
    for minute in range(0, THEFT, EVERY):
        apps.lab.clock.wait_until(begun + minute * 60)
        if not call_api(apps, session["access_token"]).is_success:
            refresh_tokens(apps)
            call_api(apps, session["access_token"])


def call_api(apps: TwoApps, token: str) -> httpx.Response:
    """Ada's app asks the API."""
    return apps.notes.network.get(API + "/me", headers=bearer(token))
