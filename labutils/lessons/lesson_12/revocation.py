"""Revocation: a list at the API, and signed events that are pushed, retried or polled (lesson 12).

The provider transmits what it revokes, as security event tokens and as logout tokens; the API and
the wiki receive it.
"""

import hashlib
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

import httpx
import jwt
from werkzeug.wrappers import Request, Response

from labutils.classroom.cards import show_log
from labutils.identity.keys import Json
from labutils.identity.oauth import OAuthError, as_json, bearer, parameters
from labutils.identity.provider import Provider
from labutils.identity.provider.app import Endpoint
from labutils.identity.provider.client_authentication import InvalidClient, authenticate_client
from labutils.identity.relying_party import RelyingParty
from labutils.identity.resource_server import ResourceServer
from labutils.identity.security_events import (
    InvalidEvent,
    read_event,
    read_logout_token,
    sign_event,
    sign_logout_token,
    who_and_when,
)
from labutils.identity.tokens import SigningKey, ec_private_key
from labutils.lab import Lab, dice
from labutils.stage.two_apps import API, LOGIN, NOTES, WIKI, TwoApps, build_apps

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

ADA = "u-1815"

# --- a list of revoked tokens -------------------------------------------------------------------


def token_hash(token: str) -> str:
    """What a list of revoked tokens keeps, where it keeps hashes of their text."""
    return hashlib.sha256(token.encode()).hexdigest()


class RevocationListAPI(ResourceServer):
    """An API with a list of revoked tokens. `entry_for` says what stands on it for a token."""

    def __init__(
        self,
        lab: Lab,
        origin: str,
        provider: str,
        *,
        entry_for: Callable[[str], Hashable] = token_hash,
    ):
        super().__init__(lab, origin, provider)
        self.entry_for = entry_for
        self.listed: set[Hashable] = set()

    def revoke(self, token: str) -> None:
        """Put a token on the list."""
        self.listed.add(self.entry_for(token))

    def verify(self, token: str) -> Json:
        claims = super().verify(token)
        if self.entry_for(token) in self.listed:
            raise jwt.InvalidTokenError("this token is on the list of revoked tokens")
        return claims


def with_a_list(
    apps: TwoApps,
    entry_for: Callable[[str], Hashable] = token_hash,
    kind: type[RevocationListAPI] = RevocationListAPI,
) -> RevocationListAPI:
    """Give the apps an API with a list of revoked tokens, and return it."""
    api = apps.api = kind(apps.lab, API, LOGIN, entry_for=entry_for)
    apps.lab.add("api.example", api)
    return api


class ListPublisher(Provider):
    """A provider that publishes a list of revoked tokens, for every API that fetches it."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.published: set[str] = set()
        self.add_endpoint("/revoked", Endpoint(self.revoked, ("GET",)))

    def revoked(self, _request: Request) -> Response:
        """The list as JSON."""
        return as_json({"revoked": sorted(self.published)})


class FetchingListAPI(RevocationListAPI):
    """An API that has a copy of the published list, as old as its last fetch."""

    def fetch(self) -> None:
        """Fetch the list. The old one stays where the provider does not answer."""
        answer = self.network.get(self.provider + "/revoked")
        if answer.is_success:
            self.listed = set(answer.json()["revoked"])


def as_published(entry_for: Callable[[str], Hashable]) -> Callable[[str], str]:
    """What a list in JSON has for a token: the entry as text."""
    return lambda token: str(entry_for(token))


# --- what an API does about an event ------------------------------------------------------------

Revoked = dict[str, int]  # since when the tokens of a person are revoked, by `sub`


def read_at_the_api(token: str, keys: Json, now: int) -> tuple[str, int]:
    """Whose session was revoked, and when. Raises jwt.PyJWTError for what is no event for us.

    A moment far ahead would end tokens that are not issued yet.
    """
    sub, moment = who_and_when(read_event(token, keys, issuer=LOGIN, audience=API, now=now))
    if moment > now + 60:
        raise InvalidEvent("the event is dated in the future")
    return sub, moment


def remember(revoked: Revoked, sub: str, moment: int) -> Revoked:
    """The memory with one event more. An older event that comes later revives nothing."""
    return {**revoked, sub: max(moment, revoked.get(sub, moment))}


def is_dead(claims: Json, revoked: Revoked) -> bool:
    """Whether a token was issued when its person's session was revoked, or before."""
    issued: float = claims["iat"]
    return issued <= revoked.get(claims["sub"], -1)


@dataclass(frozen=True)
class Receiver:
    """What an API does about events, in three functions: it reads, remembers, and asks."""

    read: Callable[[str, Json, int], tuple[str, int]] = read_at_the_api
    remember: Callable[[Revoked, str, int], Revoked] = remember
    is_dead: Callable[[Json, Revoked], bool] = is_dead


# --- those who receive events -------------------------------------------------------------------


class ReceiverAPI(ResourceServer):
    """An API that receives events.

    After a `session-revoked` event it takes no token of that person that was issued before it.
    Until `down_until` it restarts, and answers nothing but 503.
    """

    def __init__(self, lab: Lab, origin: str, provider: str, *, receiver: Receiver | None = None):
        super().__init__(lab, origin, provider)
        self.receiver = receiver or Receiver()
        self.revoked: Revoked = {}
        self.down_until = 0

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        request = Request(environ)
        if self.lab.clock.now < self.down_until:
            return Response("restarting", status=503)(environ, start_response)
        respond = self.take_event(request) if request.path == "/events" else super().__call__
        return respond(environ, start_response)

    def take(self, token: str) -> None:
        """Read an event and remember it. Raises ValueError where it is none for this API."""
        keys, now = self.keys.for_token(token), self.lab.clock.now
        try:
            sub, moment = self.receiver.read(token, keys, now)
        except jwt.PyJWTError as error:
            raise ValueError(f"{type(error).__name__}: {error}") from error
        self.revoked = self.receiver.remember(self.revoked, sub, moment)

    def take_event(self, request: Request) -> Response:
        """An event that was pushed here (RFC 8935, 2.2 and 2.3).

        The answer is 202, for a late and for a repeated event too, or 400 with the reason.
        """
        try:
            self.take(request.get_data(as_text=True))
        except ValueError as error:
            log_refused_event(self.lab, API, request, error)
            response = as_json({"err": "invalid_request", "description": str(error)})
            response.status_code = 400
            return response
        return Response(status=202)

    def verify(self, token: str) -> Json:
        claims = super().verify(token)
        if self.receiver.is_dead(claims, self.revoked):
            raise jwt.InvalidTokenError("the provider says that this session was revoked")
        return claims


class ReceiverApp(RelyingParty):
    """An application that receives logout tokens (OpenID Connect Back-Channel Logout, 2.7).

    One ends the session of its `sid`.
    """

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
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

ONCE, RETRIED, POLLED = "pushed once", "pushed again until it arrives", "polled"
DELIVERIES = (ONCE, RETRIED, POLLED)
AT_ONCE = 2  # events in one answer to a poll, at most


def is_down(status: int) -> bool:
    """Whether a response says that the API could not take an event. A refusal (400) is final."""
    return status >= 500


class Transmitter(Provider):
    """A provider that tells the API and the wiki when a session ends, each in its own form.

    `delivery` is how events come to the API: ONCE, RETRIED or POLLED. `queue` holds those that
    have not arrived yet, by `jti`, and `reported` what the API said of those that it cannot take.
    """

    delivery = RETRIED

    def __post_init__(self) -> None:
        super().__post_init__()
        self.queue: dict[str, str] = {}
        self.reported: dict[str, object] = {}
        self.keep: Callable[[int], bool] = is_down
        self.add_endpoint("/poll", Endpoint(self.poll, ("POST",)))

    @property
    def event_key(self) -> SigningKey:
        """The key that signs events: the one for ES256."""
        return next(key for key in self.keys if key.alg == "ES256")

    def event(self, sid: str, sub: str, audience: str = API) -> str:
        """A security event token for the API (RFC 8417): this session was revoked, now."""
        return sign_event(
            self.event_key,
            issuer=self.issuer,
            audience=audience,
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
        """End it, tell the API by an event, and the wiki by a logout token."""
        ended = [session for session in self.sessions.values() if session.sid == sid]
        super().end_session(sid)
        for session in ended:
            self.queue_event(self.event(sid, session.user.sub))
            self.deliver()
            form = {"logout_token": self.logout_token(sid, session.user.sub)}
            self.network().post(WIKI + "/backchannel", data=form)

    def network(self) -> httpx.Client:
        """What this provider sends requests with."""
        return self.lab.browser("login.example", "192.0.2.201")

    def queue_event(self, event: str) -> None:
        """Keep an event until it has arrived."""
        claims = jwt.decode(event, options={"verify_signature": False})
        self.queue[claims["jti"]] = event

    def deliver(self) -> None:
        """Push waiting events (RFC 8935, 2.1), unless the API polls.

        An event stays queued if a retry is planned and `keep` says so of the response.
        """
        if self.delivery == POLLED:
            return
        kind = {"content-type": "application/secevent+jwt"}
        for jti, event in list(self.queue.items()):
            answer = self.network().post(API + "/events", content=event, headers=kind)
            if self.delivery == ONCE or not self.keep(answer.status_code):
                del self.queue[jti]

    def poll(self, request: Request) -> Response:
        """Give what waits to the API that asks (RFC 8936, 2.4 and 2.5).

        What it acknowledges, or says that it cannot take, is forgotten. Raises OAuthError.
        """
        if authenticate_client(self, request, parameters(request.form)).client_id != "api":
            raise InvalidClient("events are only for the API")
        asked = request.get_json(silent=True)
        asked = asked if isinstance(asked, dict) else {}
        done, failed = asked.get("ack", []), asked.get("setErrs", {})
        most = asked.get("maxEvents", AT_ONCE)
        if not isinstance(done, list) or not isinstance(failed, dict) or type(most) is not int:
            raise OAuthError(
                "invalid_request", "ack is a list of jti, setErrs an object, maxEvents a number"
            )
        self.reported |= failed
        for jti in (*map(str, done), *failed):
            self.queue.pop(jti, None)
        sets = dict(islice(self.queue.items(), max(0, min(most, AT_ONCE))))
        return as_json({"sets": sets, "moreAvailable": len(self.queue) > len(sets)})


@dataclass
class EventApps(TwoApps):
    """Two apps whose provider transmits, and whose API receives."""

    provider: Transmitter
    api: ReceiverAPI


def apps_with_events(
    seed: str,
    receiver: Receiver | None = None,
    *,
    delivery: str = RETRIED,
    provider: Callable[..., Transmitter] = Transmitter,
) -> EventApps:
    """Two apps whose provider transmits, and an API and a wiki that receive."""
    two = build_apps(seed, provider=provider, application=ReceiverApp)
    transmitter = two.provider
    assert isinstance(transmitter, Transmitter)
    transmitter.delivery = delivery
    api = ReceiverAPI(two.lab, API, LOGIN, receiver=receiver)
    two.lab.add("api.example", api)
    return EventApps(two.lab, transmitter, two.wiki, two.notes, api, two.ada, two.tom)


def poller(apps: TwoApps) -> httpx.Client:
    """What the API polls with: it proves who it is by its client secret."""
    browser = apps.lab.browser("api.example", "192.0.2.210")
    browser.auth = ("api", "the-api-asks-with-this")
    return browser


def poll(browser: httpx.Client, take: Callable[[str], None]) -> list[str]:
    """Ask for news until nothing is left, and say what was taken and what was not (RFC 8936, 2.4).

    Returns the `jti` of the events that were taken.
    """
    taken: list[str] = []
    ack: list[str] = []
    errors: Json = {}
    while True:
        asked = {"ack": ack, "setErrs": errors, "returnImmediately": True}
        sets = browser.post(LOGIN + "/poll", json=asked).json()["sets"]
        if not sets:
            return taken
        ack, errors = [], {}
        for jti, event in sets.items():
            try:
                take(event)
                ack.append(jti)
            except ValueError as error:
                errors[jti] = {"err": "invalid_request", "description": str(error)}
        taken += ack


# --- six texts that come to the API -------------------------------------------------------------


def ada_signs_in(receiver: Receiver | None = None) -> tuple[EventApps, Json]:
    """Fresh apps with events, and Ada's session at `notes`."""
    apps = apps_with_events("lesson-12", receiver)
    apps.sign_in("ada", NOTES)
    return apps, apps.notes.latest_session()


class LoggedEvent(NamedTuple):
    """What an event says: who it is for, whose session was revoked, and when (in seconds)."""

    audience: str
    sub: str
    moment: int


def about(text: str) -> LoggedEvent:
    """What an event says, without a look at its signature. Raises jwt.PyJWTError for a text that is
    no event."""
    claims = jwt.decode(text, options={"verify_signature": False})
    return LoggedEvent(str(claims.get("aud")), *who_and_when(claims))


NEWEST_FIRST = "two"  # a log that begins with its newest line


def events_in_a_log(apps: EventApps, token: str, seed: str) -> dict[str, str]:
    """Six genuine events by what is special about them, as they stand in a log; the newest says
    that the session of this token has just ended. Only `old` is about Ada, for the API, and from
    before the token was issued."""
    issued = int(jwt.decode(token, options={"verify_signature": False})["iat"])
    now = apps.lab.clock.now
    drawn = dice("lesson-12", f"log/{seed}")
    before = [issued - 600 - int(next(drawn)[:3], 16) for _ in range(3)]
    rows = {
        "another person": (before[0], "u-1906", API),
        "another audience": (before[1], ADA, WIKI),
        "old": (before[2], ADA, API),
        "same second": (issued, ADA, API),
        "later": ((issued + now) // 2, ADA, API),
        "the last": (now, ADA, API),
    }
    order = sorted(rows, key=lambda name: rows[name], reverse=seed == NEWEST_FIRST)
    return {name: _event_at(apps, *rows[name]) for name in order}


def _event_at(apps: EventApps, moment: int, sub: str, audience: str) -> str:
    key, number = apps.provider.event_key, f"{moment}-{sub}"
    return sign_event(
        key, issuer=LOGIN, audience=audience, now=moment, jti=number, sub=sub, sid=number
    )


def ended_session(seed: str, receiver: Receiver | None = None) -> tuple[EventApps, str, Json]:
    """Fresh apps in which Ada's session has just ended, her access token, and events in a log."""
    apps, session = ada_signs_in(receiver)
    token = session["access_token"]
    apps.lab.clock.tick(240)
    apps.provider.end_session(session["claims"]["sid"])
    return apps, token, events_in_a_log(apps, token, seed)


def show_events() -> None:
    """Show the events of the log that `tom_revives` takes from, and when Ada's token was issued."""
    _, token, log = ended_session("shown")
    issued = int(jwt.decode(token, options={"verify_signature": False})["iat"])
    rows = [about(text)._asdict() for text in log.values()]
    show_log(rows, f"Six genuine events; Ada's token was issued at {issued}")


Revive = Callable[[list[str], str], str]


def tom_revives(
    receiver: Receiver, revive: Revive, seed: str = "shown"
) -> dict[str, httpx.Response]:
    """What the API says to Tom, by what he does: he brings Ada's token after her session has ended,
    posts the event that `revive(log, token)` takes from a log, and brings the token again."""
    apps, token, log = ended_session(seed, receiver)
    me, shown = API + "/me", bearer(token)
    event = revive(list(log.values()), token)
    return {
        "sends Ada's token": apps.tom.get(me, headers=shown),
        "posts a genuine event": apps.tom.post(API + "/events", content=event),
        "sends Ada's token again": apps.tom.get(me, headers=shown),
    }


def six_texts(apps: EventApps) -> dict[str, str]:
    """What Tom sends to the API's address for events; Ada is signed in at `notes`."""
    session = apps.notes.latest_session()
    sid, sub = session["claims"]["sid"], session["claims"]["sub"]
    older = apps.provider.event("a session of another person", "u-1906")
    apps.lab.clock.tick(360)
    toms = SigningKey(ec_private_key("tom"), "ES256", apps.provider.event_key.kid)
    now = apps.lab.clock.now
    forged = sign_event(toms, issuer=LOGIN, audience=API, now=now, jti="1", sub=sub, sid=sid)
    newer = apps.provider.event(sid, sub)
    return {
        "forged": forged,
        "ID token": session["id_token"],
        "for the wiki": apps.provider.event(sid, sub, WIKI),
        "for the API": newer,
        "the same again": newer,
        "six minutes late": older,
    }


def tom_sends_six_texts(apps: EventApps) -> list[httpx.Response]:
    """The API's answers, shown with what the API remembers after each."""
    answers, rows = [], []
    for name, text in six_texts(apps).items():
        answer = apps.tom.post(API + "/events", content=text)
        why = answer.json()["description"] if answer.status_code == 400 else ""
        remembers = ", ".join(f"{sub}: {moment}" for sub, moment in apps.api.revoked.items())
        status = answer.status_code
        rows.append({"Tom sends": name, "status": status, "it remembers": remembers, "why": why})
        answers.append(answer)
    show_log(rows, "Six messages to the API's URL for events")
    return answers


def who_asked_the_wiki(apps: TwoApps, during: Callable[[TwoApps], None]) -> list[str]:
    """Which clients sent a request to the wiki while something happened."""
    before = len(apps.lab.wire)
    during(apps)
    return [one.client for one in apps.lab.wire[before:] if one.host == "wiki.example"]


# --- an API that restarts -----------------------------------------------------------------------

DOWN = 300  # seconds
ASKED = 7  # minutes after the restart began: then Tom tries


def opens_after_a_restart(
    delivery: str,
    receiver: Receiver | None = None,
    poll: Callable[[httpx.Client, Callable[[str], None]], object] = poll,
    keep: Callable[[int], bool] = is_down,
) -> bool:
    """Whether a stolen token opens the API in minute 7, if the session ended during a restart.

    The API is down for five minutes, and Ada's session ends in the first of them.
    """
    apps = apps_with_events("lesson-12", receiver, delivery=delivery)
    apps.provider.keep = keep
    apps.sign_in("ada", NOTES)
    session, begun = apps.notes.latest_session(), apps.lab.clock.now
    apps.api.down_until = begun + DOWN
    apps.provider.end_session(session["claims"]["sid"])
    for minute in range(1, ASKED + 1):
        apps.lab.clock.wait_until(begun + 60 * minute)
        is_up = apps.lab.clock.now >= apps.api.down_until
        if delivery == POLLED and is_up:
            poll(poller(apps), apps.api.take)
        if delivery == RETRIED:
            apps.provider.deliver()
    return apps.tom.get(API + "/me", headers=bearer(session["access_token"])).is_success
