"""The stage of lesson 12: spellings of one token, lists of the dead, signed events, and the price of each in requests."""
import hashlib
from dataclasses import dataclass
from functools import partial

import jwt
from matplotlib.figure import Figure
from werkzeug.wrappers import Request, Response

from labutils.classroom.figures import BLUE, GREY, VERMILION, _canvas
from labutils.classroom.lessons.afterlife import bearer
from labutils.classroom.lessons.theft import refresh, revoke
from labutils.classroom.lessons.town import API, LOGIN, NOTES, WIKI, Town, build_town
from labutils.identity.keys import ORDER
from labutils.identity.provider import Provider
from labutils.identity.relying_party import RelyingParty
from labutils.identity.resource_server import ResourceServer
from labutils.identity.security_events import LOGOUT, REVOKED, read_event, sign_event
from labutils.identity.tokens import b64, unb64


def twin(token: str) -> str:
    """Another signature that fits: (r, n - s) for (r, s). No key is needed, and every ES256 token has one."""
    signed, _, signature = token.rpartition(".")
    r, s = unb64(signature)[:32], int.from_bytes(unb64(signature)[32:])
    return f"{signed}.{b64(r + (ORDER - s).to_bytes(32))}"


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


def take_event(receiver, request: Request, kind: str, audience: str) -> dict | None:
    """The claims of an event that was pushed here (RFC 8935, 2), or None for one that is refused."""
    token = request.get_data(as_text=True)
    try:
        return read_event(token, receiver.keys.for_token(token), kind, issuer=LOGIN, audience=audience,
                          now=receiver.lab.clock.now, seen=receiver.seen_events)
    except jwt.PyJWTError as error:
        receiver.lab.log(audience.split("//")[-1], "event.refused", "failure", error=str(error), ip=request.remote_addr)
        return None


class ListeningApi(ResourceServer):
    """An API that is told: after a `session-revoked` event it takes no token of that person that was issued before it."""

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.seen_events, self.revoked = set(), {}

    def __call__(self, environ, start_response):
        request = Request(environ)
        if request.path != "/events":
            return super().__call__(environ, start_response)
        if claims := take_event(self, request, REVOKED, API):
            self.revoked[claims["sub"]] = claims["iat"]
        return Response(status=202 if claims else 400)(environ, start_response)

    def verify(self, token: str) -> dict:
        claims = super().verify(token)
        if claims["iat"] <= self.revoked.get(claims["sub"], -1):
            raise jwt.InvalidTokenError("the provider says that this session was revoked")
        return claims


class ListeningApp(RelyingParty):
    """An application that is told: a logout token ends the session of that sid (OpenID Connect Back-Channel Logout, 2.6)."""

    def __call__(self, environ, start_response):
        request = Request(environ)
        if request.path != "/backchannel":
            return super().__call__(environ, start_response)
        self.seen_events = getattr(self, "seen_events", set())
        if claims := take_event(self, request, LOGOUT, self.client_id):
            self.sessions = {cookie: held for cookie, held in self.sessions.items() if held["claims"]["sid"] != claims.get("sid")}
        return Response(status=200 if claims else 400)(environ, start_response)


class Telling(Provider):
    """A provider that tells others when a session ends: each in `listeners` is an address, an audience, and a kind of event."""

    listeners: tuple = ((API + "/events", API, REVOKED), (WIKI + "/backchannel", "wiki", LOGOUT))

    def event(self, kind: str, audience: str, sid: str, sub: str) -> str:
        """A signed event about a session."""
        key = next(held for held in self.keys if held.alg == "ES256")
        return sign_event(key, kind, issuer=self.issuer, audience=audience, now=self.lab.clock.now, jti=self.draw(), sid=sid, sub=sub)

    def end_session(self, sid: str) -> None:
        ended = [session for session in self.sessions.values() if session.sid == sid]
        super().end_session(sid)
        network = self.lab.browser("login.example", "192.0.2.201")
        for session in ended:
            for address, audience, kind in self.listeners:
                network.post(address, content=self.event(kind, audience, sid, session.user.sub),
                             headers={"content-type": "application/secevent+jwt"})


def listening_town(seed: str) -> Town:
    """A town whose provider tells, and whose API and wiki listen."""
    town = build_town(seed, provider=Telling, application=ListeningApp)
    town.api = ListeningApi(town.lab, API, LOGIN)
    town.lab.add("api.example", town.api)
    return town


# --- the price --------------------------------------------------------------------------------------------------


@dataclass
class Bill:
    """What an hour of work costs, and what a thief has left after the alarm that ends it."""

    asked: int = 0  # requests to the provider by Ada's app and by the API, before the alarm
    told: int = 0  # events that the provider pushed at the alarm
    minutes: int = 0  # for which the stolen access token still opened the API after the alarm


def _end_session(town: Town) -> None:
    town.provider.end_session(next(iter(town.notes.sessions.values()))["claims"]["sid"])


def _town(**options: object) -> Town:
    return build_town("lesson-12", **options)


WAYS = {"10 minutes, offline": (_town, revoke),
        "1 minute, offline": (partial(_town, provider=partial(Provider, access_life=60)), revoke),
        "10 minutes, asks each time": (partial(_town, opaque_access_tokens=True), revoke),
        "10 minutes, is told": (lambda: listening_town("lesson-12"), _end_session)}


def bill(way: str) -> Bill:
    """Ada's app calls the API every two minutes for an hour, and refreshes when it must. Then a fresh token is stolen, and somebody reacts."""
    make, react = WAYS[way]
    town, found = make(), Bill()
    town.sign_in("ada", NOTES)
    session = next(iter(town.notes.sessions.values()))
    begun, stolen, alarm = town.lab.clock.now, None, None
    before = len(town.lab.wire)
    for minute in range(0, 120, 2):
        town.lab.clock.wait_until(begun + minute * 60)
        if minute == 60:
            refresh(town)
            stolen, alarm, worked = session["access_token"], minute, len(town.lab.wire)
            react(town)
        if alarm is None:
            if not town.notes.network.get(API + "/me", headers=bearer(session["access_token"])).is_success:
                refresh(town)
                town.notes.network.get(API + "/me", headers=bearer(session["access_token"]))
        elif town.tom.get(API + "/me", headers=bearer(stolen)).is_success:
            found.minutes = minute - alarm + 1
    found.asked = sum(exchange.host == "login.example" for exchange in town.lab.wire[before:worked - 1])
    found.told = sum(exchange.client == "login.example" for exchange in town.lab.wire[worked:])
    return found


def prices(bills: dict[str, Bill]) -> tuple[Figure, str]:
    """Each way as a point: what it costs the provider in an hour of ordinary work, and what it leaves a thief."""
    most, longest = max(bill.asked for bill in bills.values()), max(bill.minutes for bill in bills.values())
    figure, axes = _canvas(9, 3.9, (-0.28 * most, 1.62 * most), (-0.3 * longest, 1.25 * longest))
    axes.plot([0, 0, 1.3 * most], [1.2 * longest, 0, 0], color=GREY, lw=1)
    axes.text(0.65 * most, -0.2 * longest, "requests to the provider in an hour of work", ha="center", size=9)
    axes.text(-0.16 * most, 0.6 * longest, "minutes left to the thief", rotation=90, va="center", ha="center", size=9)
    for (name, found), shape in zip(bills.items(), "osD^", strict=True):
        face, edge = (VERMILION, VERMILION) if found.minutes else ("white", BLUE)
        axes.scatter([found.asked], [found.minutes], marker=shape, s=90, facecolors=face, edgecolors=edge, linewidths=2, zorder=3, gid=shape)
        axes.text(found.asked + 0.03 * most, found.minutes + 0.05 * longest, f"{name} ({found.asked}, {found.minutes})", size=9, va="bottom")
    best = [name for name, found in bills.items() if found.minutes == 0 and found.asked == min(one.asked for one in bills.values())]
    told = "; ".join(f"{name} {found.asked} requests, {found.minutes} min" for name, found in bills.items())
    return figure, f"{len(bills)} ways: {told}. The fewest of both at once: {', '.join(best) or 'none'}."
