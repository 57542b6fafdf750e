"""The target of lesson 13: a company whose people all have keys, and which takes no code.

GET https://api.example/vault gives the flag to Ada's access tokens. GET https://wiki.example/vault
gives it to her sessions there.
"""

import hashlib
from functools import partial
from typing import Any

import labutils.identity.devices  # noqa: F401  (before fido2: see there)

# isort: split
import httpx
from fido2.client import ClientError
from werkzeug.wrappers import Request, Response

from labutils.identity.keys import b64
from labutils.identity.oauth import OAuthError, as_json, presented_token, refused
from labutils.identity.person import sign_in
from labutils.identity.provider.state import DEVICE_CODE, Client, ConsentPolicy, DeviceGrant
from labutils.identity.relying_party import RelyingParty
from labutils.identity.resource_server import ResourceServer
from labutils.lab import dice
from labutils.stage.two_apps import API, LOGIN, WIKI

from .authenticators import with_key
from .phishing import LibraryRule
from .ways_round_a_key import MAIL, OFFICE, OWN, VERIFIER

FLAG = "flag-" + next(dice("lesson-13", "vault"))
ADA = "u-1815"
PLANNER, FORGOTTEN = "https://room-planner.test", "old.login.example"
DNS = {
    "login.example": "the provider",
    "wiki.example": "the wiki",
    "api.example": "the API",
    FORGOTTEN: "a rented server, given up in 2021",
    "room-planner.test": "belonged to a supplier; the domain has expired",
}


def no_vault(subject: str) -> OAuthError:
    """The refusal of a vault that is not yours."""
    return OAuthError("insufficient_scope", f"the vault is Ada's, not {subject}'s", 403, "Bearer")


class VaultApi(ResourceServer):
    """The API with one more door, GET /vault."""

    flag: str

    def __call__(self, environ: Any, start_response: Any) -> Any:
        request = Request(environ)
        if request.path != "/vault":
            return super().__call__(environ, start_response)
        try:
            subject = self.claims(presented_token(request)[1])["sub"]
            if subject != ADA:
                raise no_vault(subject)
            response = as_json({"vault of": ADA, "flag": self.flag})
        except OAuthError as refusal:
            response = refused(refusal)
        return response(environ, start_response)


def vault_of(wiki: RelyingParty, flag: str, environ: Any, start_response: Any) -> Any:
    """The wiki with one more page, GET /vault."""
    request = Request(environ)
    if request.path != "/vault":
        return wiki(environ, start_response)
    session = wiki.sessions.get(request.cookies.get("app", ""))
    if session is None:
        why = "this browser has no session at the wiki; one begins at /login"
        response = refused(OAuthError("login_required", why, 401))
    elif (subject := session["claims"]["sub"]) == ADA:
        response = as_json({"vault of": ADA, "flag": flag})
    else:
        response = refused(no_vault(subject))
    return response(environ, start_response)


class AllHaveKeys:
    """The scene: Tom's browser, names that are free, and Ada, who opens links."""

    names, clients = DNS, tuple(sorted({*OWN, "room-planner"}))
    verifier = VERIFIER
    # What the client `room-planner` sends the browser to the provider with.
    request = {
        "response_type": "code",
        "client_id": "room-planner",
        "redirect_uri": PLANNER + "/cb",
        "scope": MAIL,
        "code_challenge": b64(hashlib.sha256(VERIFIER.encode()).digest()),
        "code_challenge_method": "S256",
    }

    def __repr__(self) -> str:
        return "a company with keys: tom, names, clients, take(), send(), seen, wait()"

    def __init__(self, flag: str | None = None) -> None:
        flag = flag or FLAG
        self._account = with_key(keys=LibraryRule, seed="target-13")
        self._apps = apps = self._account.apps
        self.tom: httpx.Client = apps.tom
        self.wait = apps.lab.clock.tick
        self.seen: list[str] = []  # addresses that were asked for at a name that Tom took
        provider = apps.provider
        provider.offer_device_grant(DeviceGrant(networks=(OFFICE,)))
        provider.consent_policy = ConsentPolicy(OWN | {"room-planner"}, low_risk=frozenset())
        provider.clients |= {
            "screen": Client("screen", grant_types=(DEVICE_CODE,)),
            "room-planner": Client("room-planner", (PLANNER + "/cb",), scope=MAIL),
        }
        api = VaultApi(apps.lab, API, LOGIN)
        api.flag = flag
        apps.lab.add("api.example", api)
        apps.lab.add("wiki.example", partial(vault_of, apps.wiki, flag))

    def take(self, name: str, app: Any = None) -> None:
        """Put a WSGI app of Tom's at a name that is free; without one, a page that notes visits."""
        is_free = name in (FORGOTTEN, "room-planner.test") or name.endswith(".test")
        if is_free:
            self._apps.lab.add(name, app or self._note)
        else:
            print(f"{name} is not free. Look at scene.names, or take a name under .test.")

    def _note(self, environ: Any, start_response: Any) -> Any:
        request = Request(environ)
        self.seen.append(request.url)
        return Response("Thank you.")(environ, start_response)

    def send(self, link: str) -> None:
        """Ada gets this link. Where it leads to login.example, or below, she signs in as asked."""
        host = httpx.URL(link).host
        if host != "login.example" and not host.endswith(".login.example"):
            read = host or repr(link)
            print(f"Ada reads the URL. {read} is not login.example, so she closes the page.")
            return
        account, ada = self._account, self._apps.ada
        try:
            last = sign_in(ada, link, "ada", account.password, answer=account.answer, until=WIKI)
            if last.status_code == 599:
                print(f"Ada opened the link. In the end, nobody answers at {last.url.host}.")
            elif last.is_error:
                print(
                    f"Ada opened the link. The last page was an error: {last.status_code}. A "
                    "sign-in begins with the link of an application, or of a device."
                )
            elif "user_code" in last.text:
                print("Ada opened the link. The page asks for a code, and she has none.")
            else:
                print("Ada opened the link and did what the pages asked.")
        except ClientError:
            print("Ada's browser did not sign: the page does not belong to login.example.")
