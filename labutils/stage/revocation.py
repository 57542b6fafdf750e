"""The stage of lesson 12: spellings of one token, lists of the dead, signed events, and the price of each in requests."""

import hashlib
from dataclasses import dataclass
from functools import partial

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


def digest(token: str) -> str:
    """What a list of dead tokens keeps, where it keeps hashes."""
    return hashlib.sha256(token.encode()).hexdigest()


class ListApi(ResourceServer):
    """An API with two lists of dead tokens: by the hash of their text, and by their number, `jti`."""

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.dead_hashes, self.dead_numbers = set(), set()

    def verify(self, token: str) -> dict:
        if digest(token) in self.dead_hashes:
            raise jwt.InvalidTokenError("its hash is on the list")
        claims = super().verify(token)
        if claims["jti"] in self.dead_numbers:
            raise jwt.InvalidTokenError("its number is on the list")
        return claims


class ListeningApi(ResourceServer):
    """An API that is told: after a `session-revoked` event it takes no token of that person that was issued before it."""

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.revoked: dict[str, int] = {}  # since when the tokens of a person are dead

    def __call__(self, environ, start_response):
        request = Request(environ)
        respond = self.take_event if request.path == "/events" else super().__call__
        return respond(environ, start_response)

    def take_event(self, environ, start_response):
        """An event that was pushed here (RFC 8935, 2): 202, for a late and for a repeated one too, or 400 with the reason."""
        request = Request(environ)
        token = request.get_data(as_text=True)
        try:
            claims = read_event(
                token,
                self.keys.for_token(token),
                issuer=LOGIN,
                audience=API,
                now=self.lab.clock.now,
            )
        except jwt.PyJWTError as error:
            log_refused_event(self.lab, API, request, error)
            response = as_json({"err": "invalid_request", "description": str(error)})
            response.status_code = 400
            return response(environ, start_response)
        sub, moment = who_and_when(claims)
        self.revoked[sub] = max(
            moment, self.revoked.get(sub, moment)
        )  # an older event that comes later revives nothing
        return Response(status=202)(environ, start_response)

    def verify(self, token: str) -> dict:
        claims = super().verify(token)
        if claims["iat"] <= self.revoked.get(claims["sub"], -1):
            raise jwt.InvalidTokenError("the provider says that this session was revoked")
        return claims


class ListeningApp(RelyingParty):
    """An application that is told: a logout token ends the session of that sid (OpenID Connect Back-Channel Logout, 2.7)."""

    def __call__(self, environ, start_response):
        request = Request(environ)
        respond = self.back_channel if request.path == "/backchannel" else super().__call__
        return respond(environ, start_response)

    def back_channel(self, environ, start_response):
        """A logout token arrives as the form field `logout_token` (Back-Channel Logout, 2.5): 200 or 400, never to be cached (2.8)."""
        request = Request(environ)
        token = request.form.get("logout_token", "")
        response = Response(status=200, headers={"Cache-Control": "no-store"})
        try:
            claims = read_logout_token(
                token,
                self.keys.for_token(token),
                issuer=LOGIN,
                client_id=self.client_id,
                now=self.lab.clock.now,
            )
            self.sessions = {
                cookie: held
                for cookie, held in self.sessions.items()
                if held["claims"]["sid"] != claims["sid"]
            }
        except jwt.PyJWTError as error:
            log_refused_event(self.lab, self.origin, request, error)
            response.status_code = 400
        return response(environ, start_response)


def log_refused_event(lab: Lab, origin: str, request: Request, error: Exception) -> None:
    """A line of the audit log for an event that was refused."""
    lab.log(
        origin.split("//")[1], "event.refused", "failure", error=str(error), ip=request.remote_addr
    )


class Telling(Provider):
    """A provider that tells the API and the wiki when a session ends, each in the form that it understands."""

    @property
    def event_key(self):
        """The key that signs events: the one for ES256."""
        return next(key for key in self.keys if key.alg == "ES256")

    def event(self, sid: str, sub: str) -> str:
        """A security event token for the API: this session was revoked, now."""
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
        """A logout token for the wiki: this session ended."""
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
        """End it, and tell."""
        ended = [session for session in self.sessions.values() if session.sid == sid]
        super().end_session(sid)
        network = self.lab.browser("login.example", "192.0.2.201")
        for session in ended:
            event = self.event(sid, session.user.sub)
            network.post(
                API + "/events", content=event, headers={"content-type": "application/secevent+jwt"}
            )
            network.post(
                WIKI + "/backchannel",
                data={"logout_token": self.logout_token(sid, session.user.sub)},
            )


def listening_apps(seed: str) -> TwoApps:
    """Two apps whose provider tells, and an API and a wiki that listen."""
    apps = build_apps(seed, provider=Telling, application=ListeningApp)
    apps.api = ListeningApi(apps.lab, API, LOGIN)
    apps.lab.add("api.example", apps.api)
    return apps


# --- the price --------------------------------------------------------------------------------------------------


@dataclass
class Bill:
    """What an hour of work costs, and what a thief has of the token that he stole at its end."""

    asked: int = 0  # requests to the provider by Ada's app and by the API, before the theft
    told: int = 0  # events that the provider pushed when somebody reacted
    minutes: int = 0  # for which the stolen access token opened the API, from the theft on


def _end_session(apps: TwoApps) -> None:
    apps.provider.end_session(next(iter(apps.notes.sessions.values()))["claims"]["sid"])


def _town(**options: object) -> TwoApps:
    return build_apps("lesson-12", **options)


WAYS = {
    "10 minutes, offline": (_town, revoke_refresh_token),
    "1 minute, offline": (
        partial(_town, provider=partial(Provider, access_life=60)),
        revoke_refresh_token,
    ),
    "10 minutes, asks each time": (partial(_town, opaque_access_tokens=True), revoke_refresh_token),
    "10 minutes, is told": (lambda: listening_apps("lesson-12"), _end_session),
}


def bill(way: str, noticed: int = 0) -> Bill:
    """Ada's app calls the API every two minutes for an hour, and refreshes when it must. Then a fresh token is stolen, and somebody
    reacts `noticed` minutes later, an even number of them."""
    make, react = WAYS[way]
    apps, found = make(), Bill()
    apps.sign_in("ada", NOTES)
    session = next(iter(apps.notes.sessions.values()))
    begun, stolen, theft = apps.lab.clock.now, None, None
    before = len(apps.lab.wire)
    for minute in range(0, 120, 2):
        apps.lab.clock.wait_until(begun + minute * 60)
        if minute == 60:
            refresh_tokens(apps)
            stolen, theft, worked = session["access_token"], minute, len(apps.lab.wire)
        if minute == 60 + noticed:
            react(apps)
        if theft is None:
            if not apps.notes.network.get(
                API + "/me", headers=bearer(session["access_token"])
            ).is_success:
                refresh_tokens(apps)
                apps.notes.network.get(API + "/me", headers=bearer(session["access_token"]))
        elif apps.tom.get(API + "/me", headers=bearer(stolen)).is_success:
            found.minutes = minute - theft + 1
    found.asked = sum(
        exchange.host == "login.example" for exchange in apps.lab.wire[before : worked - 1]
    )
    found.told = sum(exchange.client == "login.example" for exchange in apps.lab.wire[worked:])
    return found
