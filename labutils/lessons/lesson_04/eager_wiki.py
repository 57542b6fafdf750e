"""A wiki that signs people in too eagerly, and Tom, who runs an application of his own (lesson 04).

/token takes an access token: whoever brings one that opens Ada's data is Ada. /id-token takes an
ID token, and checks less of it than it should. /page shows who is signed in.
"""

import re
from functools import cache
from typing import Any

import jwt
from werkzeug.exceptions import NotFound, TooManyRequests, Unauthorized
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from labutils.identity import tokens
from labutils.identity.oauth import as_json
from labutils.identity.provider.state import Client
from labutils.identity.relying_party import RelyingParty
from labutils.lab import Lab, SceneError, dice, iso
from labutils.stage.small_app import SmallApp
from labutils.stage.two_apps import LOGIN, WIKI, TwoApps, build_apps

EAGER = "https://eager.example"
MOST_REFUSALS = 3  # then the wiki is locked
FLAG = "flag-" + next(dice("target-04", "eager.example"))  # at the target's wiki alone


class EagerWiki(SmallApp):
    """A WSGI application with two ways in, `ways`, each of which believes too much.

    Ada's page holds `flag`, where there is one.
    """

    def __init__(
        self,
        lab: Lab,
        issuer: str,
        ways: tuple[str, ...] = ("/token", "/id-token"),
        flag: str | None = None,
    ):
        self.lab, self.issuer, self.ways, self.flag = lab, issuer, ways, flag
        self.network = lab.browser("eager.example", "192.0.2.220")
        self.people: dict[str, str] = {}  # sub by cookie
        self.refusals = 0

    def answer(self, request: Request) -> Response:
        """What the wiki says at each of its paths."""
        if request.path == "/page":
            return self.page(request)
        if request.path not in self.ways:
            raise NotFound(f"This wiki has: {', '.join((*self.ways, '/page'))}")
        way = self.by_access_token if request.path == "/token" else self.by_id_token
        if self.refusals >= MOST_REFUSALS:
            raise TooManyRequests(
                "Locked after three refusals. Read a token before you send it. To unlock the wiki, "
                "restart the kernel."
            )
        cookie = self.lab.draw("eager.example")
        try:
            self.people[cookie] = way(request.form.get("token", ""))
        except Unauthorized:
            self.refusals += 1
            raise
        response = redirect("/page", code=303)
        response.set_cookie("eager", cookie)
        return response

    def page(self, request: Request) -> Response:
        """The page of whoever is signed in."""
        person = self.people.get(request.cookies.get("eager", ""))
        if person is None:
            raise Unauthorized("Nobody is signed in here.")
        hers = {"flag": self.flag} if self.flag and person == "u-1815" else {}
        return as_json({"hello": person, **hers})

    def by_access_token(self, token: str) -> str:
        """Whoever brings a token that opens somebody's data must be that person."""
        header = {"authorization": f"Bearer {token}"}
        answer = self.network.get(self.issuer + "/userinfo", headers=header)
        if answer.status_code != 200:
            raise Unauthorized("The provider does not know this token.")
        return str(answer.json()["sub"])

    def by_id_token(self, token: str) -> str:
        """Signature, issuer and time are checked. The audience must have to do with the wiki."""
        keys = self.network.get(self.issuer + "/jwks").json()
        try:
            claims = tokens.json_object(tokens.verify_signature(token, keys), "payload")
        except jwt.PyJWTError as error:
            raise Unauthorized(f"The token is refused: {error}") from error
        if claims.get("iss") != self.issuer or claims.get("exp", 0) <= self.lab.clock.now:
            raise Unauthorized("The token is refused: issuer or time")
        if "wiki" not in str(claims.get("aud")):
            raise Unauthorized(f"The token is refused: its audience is {claims.get('aud')}")
        return str(claims["sub"])


class Board:
    """The scene: two applications and the eager wiki; Tom may register applications of his own.

    `log` has lines that a proxy wrote, and that Tom has found.
    """

    def __init__(self, apps: TwoApps, log: list[str]):
        self._apps, self.log = apps, log

    def __repr__(self) -> str:
        return "the fixed wiki: tom, ada_signs_in_at(name), log, now"

    @property
    def tom(self) -> Any:
        """Tom's browser."""
        return self._apps.tom

    @property
    def now(self) -> int:
        """The lab's time, in seconds since 1970."""
        return self._apps.lab.clock.now

    def ada_signs_in_at(self, client_id: str) -> dict[str, str]:
        """Ada signs in to one of Tom's applications, with this name. Returns its tokens.

        Raises SceneError for a name that somebody has already, or that no host can have.
        """
        if not re.fullmatch("[a-z0-9](?:[a-z0-9-]*[a-z0-9])?", client_id):
            raise SceneError(
                "Use only small letters, digits and hyphens in the name. It must not begin "
                "or end with a hyphen."
            )
        if client_id in self._apps.provider.clients:
            raise SceneError(
                f"There is already an application named {client_id!r}. Choose another name."
            )
        origin = f"https://{client_id}.test"
        self._apps.provider.clients[client_id] = Client(client_id, (origin + "/cb",))
        application = RelyingParty(self._apps.lab, origin, LOGIN, client_id)
        self._apps.lab.add(f"{client_id}.test", application)
        self._apps.sign_in("ada", origin)
        session = application.latest_session()
        return {name: session[name] for name in ("id_token", "access_token")}


def with_eager_wiki(seed: str = "lesson-04") -> TwoApps:
    """The two applications, and the eager wiki of the lesson beside them: no flag stands in it."""
    apps = build_apps(seed)
    apps.lab.add("eager.example", EagerWiki(apps.lab, LOGIN))
    return apps


@cache
def board(flag: str = FLAG) -> Board:
    """The scene of the target: the wiki takes ID tokens alone; Ada is signed in at the real one.

    It is made once: whoever asks for it again meets the same lock.
    """
    apps = build_apps("target-04")
    apps.lab.add("eager.example", EagerWiki(apps.lab, LOGIN, ("/id-token",), flag))
    log = [signs_out(apps, "ada", apps.wiki, "192.0.2.10")]
    apps.lab.clock.tick(3600)
    for person, application, address in (
        ("tom", apps.notes, "203.0.113.66"),
        ("ada", apps.notes, "192.0.2.10"),
        ("ada", apps.wiki, "192.0.2.10"),  # whoever tries in order, or from the end, is locked out
        ("tom", apps.notes, "203.0.113.66"),
        ("ada", apps.notes, "192.0.2.10"),
        ("tom", apps.notes, "203.0.113.66"),
    ):
        log.append(signs_out(apps, person, application, address))
    return Board(apps, log)


def signs_out(apps: TwoApps, person: str, application: RelyingParty, address: str) -> str:
    """The line of a proxy's log when somebody who signed in logs out again."""
    apps.sign_in(person, application.origin)
    token = application.latest_session()["id_token"]
    when = iso(apps.lab.clock.now)
    return f"{when} {address} GET {LOGIN}/logout?id_token_hint={token} 303"


def in_time(claims: dict[str, Any], now: int) -> bool:
    """Whether a token has been issued and has not expired (exercise 04-3)."""
    if "iat" not in claims or "exp" not in claims:
        return False
    return bool(claims["iat"] <= now < claims["exp"])


# --- what a rotation ends -----------------------------------------------------------------------


def after_rotation(minutes: range, *, keep_old: bool) -> dict[tuple[str, str], str]:
    """Tries, minute by minute, after the provider changed its keys: what still opens."""
    apps = build_apps("lesson-04")
    apps.sign_in("ada", WIKI)
    token = apps.wiki.latest_session()["id_token"]
    apps.notes.keys.for_token(token)  # an application that has the list already
    begin = apps.lab.clock.now
    apps.provider.rotate_signing_key(keep_old=keep_old)
    tried: dict[tuple[str, str], str] = {}
    for minute in minutes:
        apps.lab.clock.wait_until(begin + 60 * minute)
        now = apps.lab.clock.now
        new_list = apps.tom.get(LOGIN + "/jwks").json()
        own_copy = apps.notes.keys.for_token(token)
        page = apps.ada.get(WIKI + "/")
        opens = {
            "ID token, fresh list of keys": valid(token, new_list, now),
            "ID token, copy of the list": valid(token, own_copy, now),
            "session at the wiki": page.status_code == 200,
        }
        tried |= {(row, f"{minute} min"): "opens" if o else "refused" for row, o in opens.items()}
    return tried


def valid(token: str, keys: dict[str, Any], now: int) -> bool:
    """Whether this list of keys lets the token in, now."""
    try:
        return bool(tokens.verify(token, keys, issuer=LOGIN, audience="wiki", now=now))
    except jwt.PyJWTError:
        return False
