"""The target of lesson 04: two wikis that take ID tokens in a form, each with one check too few."""

import re
from collections import Counter
from collections.abc import Callable
from functools import cache
from typing import Any

import httpx
import jwt
from werkzeug.exceptions import TooManyRequests, Unauthorized
from werkzeug.wrappers import Response

from labutils.identity import tokens
from labutils.identity.provider.state import Client
from labutils.identity.relying_party import RelyingParty
from labutils.lab import Lab, SceneError, dice, iso
from labutils.stage.two_apps import LOGIN, TwoApps, build_apps

from .form_post import Check, FormPostWiki
from .id_tokens import ADA

NORTH, SOUTH = "https://north.example", "https://south.example"
MOST_REFUSALS = 3  # at one wiki: then it is locked
FLAG = "flag-" + next(dice("target-04", "north and south"))
Claims = dict[str, Any]


def halves(flag: str) -> tuple[str, str]:
    """What the two pages show."""
    return flag[: len(flag) // 2], flag[len(flag) // 2 :]


@cache
def refusals() -> Counter[str]:
    """How often each wiki has refused a token, whoever asked for the scene: a mixed target has the
    same locks."""
    return Counter()


class TargetWiki(FormPostWiki):
    """A wiki that locks after three refusals. Ada's page holds half of the flag."""

    def __init__(self, lab: Lab, host: str, check: Check, half: str):
        super().__init__(lab, check, host)
        self._half, self._host = half, host

    def sign_in(self, cookie: str, token: str) -> Response:
        """As any wiki with form_post, but three refusals lock it."""
        if refusals()[self._host] >= MOST_REFUSALS:
            raise TooManyRequests(
                "Locked after three refusals. Read a token before you send it. To unlock the wiki, "
                "restart the kernel."
            )
        begun = cookie in self.nonces
        try:
            return super().sign_in(cookie, token)
        except Unauthorized:
            refusals()[self._host] += begun
            raise

    def page(self, person: str) -> dict[str, str]:
        """Ada's page has more to show."""
        return super().page(person) | ({"half": self._half} if person == ADA else {})


def genuine(apps: TwoApps) -> Callable[[str], Claims]:
    """What both wikis check: who signed a token, its issuer and its time. Raises ValueError."""
    network = apps.lab.browser("the two wikis", "192.0.2.221")

    def claims_of(token: str) -> Claims:
        keys = network.get(LOGIN + "/jwks").json()
        try:
            claims = tokens.json_object(tokens.verify_signature(token, keys), "payload")
        except jwt.PyJWTError as error:
            raise ValueError(f"the signature is refused: {error}") from error
        if claims.get("iss") != LOGIN or claims.get("exp", 0) <= apps.lab.clock.now:
            raise ValueError("issuer or time")
        return claims

    return claims_of


def no_nonce(apps: TwoApps) -> Check:
    """The audience is compared as it should be, and the nonce is not looked at."""
    claims_of = genuine(apps)

    def check(token: str, _nonce: str) -> Claims:
        claims = claims_of(token)
        if claims.get("aud") != "wiki":
            raise ValueError(f"the audience is {claims.get('aud')!r}")
        return claims

    return check


def part_of_a_name(apps: TwoApps) -> Check:
    """The nonce is compared as it should be. The audience must have to do with the wiki."""
    claims_of = genuine(apps)

    def check(token: str, nonce: str) -> Claims:
        claims = claims_of(token)
        if claims.get("nonce") != nonce:
            raise ValueError("the nonce is not the one of this sign-in")
        if "wiki" not in str(claims.get("aud")):
            raise ValueError(f"the audience is {claims.get('aud')!r}")
        return claims

    return check


def wiki_called(name: str) -> str:
    """The address of a wiki. Raises SceneError for a name that is none."""
    wikis = {"north": NORTH, "south": SOUTH}
    if name not in wikis:
        raise SceneError(f"There is no wiki {name!r}. There are two: 'north' and 'south'.")
    return wikis[name]


class TomsApplication(RelyingParty):
    """An application of Tom's, which may send whatever nonce he likes."""

    asked = ""

    def new_nonce(self) -> str:
        """Tom's, where he gave one."""
        return self.asked or super().new_nonce()


class Board:
    """The scene: two wikis, and Tom, who may register applications of his own.

    `log` has lines that a proxy wrote, and that Tom has found.
    """

    def __init__(self, apps: TwoApps, log: list[str]):
        self._apps, self.log = apps, log
        self._own: set[str] = set()  # the names of Tom's applications

    def __repr__(self) -> str:
        return "two wikis: begin(name), post(name, token), ada_signs_in_at(name, nonce), log, now"

    @property
    def tom(self) -> httpx.Client:
        """Tom's browser."""
        return self._apps.tom

    @property
    def now(self) -> int:
        """The lab's time, in seconds since 1970."""
        return self._apps.lab.clock.now

    def begin(self, name: str) -> str:
        """Begin a sign-in at a wiki, `north` or `south`, in Tom's browser: the nonce that the wiki
        sent."""
        location = self.tom.get(wiki_called(name) + "/login").headers["location"]
        return str(httpx.URL(location).params["nonce"])

    def post(self, name: str, token: str) -> dict[str, str]:
        """Post a token in the form of a wiki, `north` or `south`: Tom's page, or the refusal."""
        wiki = wiki_called(name)
        answer = self.tom.post(wiki + "/cb", data={"id_token": str(token)})
        if answer.is_redirect:
            answer = self.tom.get(wiki + "/page")
        page: dict[str, str] = answer.json()
        return page

    def ada_signs_in_at(self, client_id: str, nonce: str = "") -> dict[str, str]:
        """Ada signs in to one of Tom's applications, with this name, which sends this nonce.
        Returns its tokens.

        Raises SceneError for a name that somebody has already, or that no host can have.
        """
        if not re.fullmatch("[a-z0-9](?:[a-z0-9-]*[a-z0-9])?", str(client_id)):
            raise SceneError(
                "Use only lower-case letters, digits and hyphens in the name. It must not begin "
                "or end with a hyphen."
            )
        if client_id in self._apps.provider.clients and client_id not in self._own:
            raise SceneError(
                f"Somebody else has an application named {client_id!r}. Choose another name."
            )
        self._own.add(client_id)
        origin = f"https://{client_id}.test"
        self._apps.provider.clients[client_id] = Client(client_id, (origin + "/cb",))
        application = TomsApplication(self._apps.lab, origin, LOGIN, client_id)
        application.asked = str(nonce)
        self._apps.lab.add(f"{client_id}.test", application)
        self._apps.sign_in("ada", origin)
        session = application.latest_session()
        return {name: session[name] for name in ("id_token", "access_token")}


@cache
def board(flag: str = FLAG) -> Board:
    """The scene. It is made once: whoever asks for it again meets the same locks."""
    apps = build_apps("target-04")
    first, second = halves(flag)
    for host, check, half in (
        ("north.example", part_of_a_name(apps), first),
        ("south.example", no_nonce(apps), second),
    ):
        apps.lab.add(host, TargetWiki(apps.lab, host, check, half))
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
