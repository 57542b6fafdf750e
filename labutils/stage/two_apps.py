"""Build two applications, their provider, the API that serves both, and two people (lessons 00-13).

Nothing here is broken. A lesson gives a subclass of a part to show what a missing check costs.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import httpx

from labutils.copying import copied
from labutils.identity.keys import Json
from labutils.identity.oauth import TokenResponse
from labutils.identity.person import sign_in
from labutils.identity.provider import Provider
from labutils.identity.provider.state import Client, User
from labutils.identity.relying_party import RelyingParty
from labutils.identity.resource_server import ResourceServer
from labutils.lab import Lab

LOGIN, WIKI = "https://login.example", "https://wiki.example"
NOTES, API = "https://notes.example", "https://api.example"


@dataclass
class TwoApps:
    """Two applications and two people: Ada works here; Tom wants what is hers.

    `wiki` is a confidential client, `notes` a public one, and `api` serves both.
    """

    lab: Lab
    provider: Provider
    wiki: RelyingParty
    notes: RelyingParty
    api: ResourceServer
    ada: httpx.Client
    tom: httpx.Client

    def sign_in(self, who: str = "ada", at: str = WIKI, until: str | None = None) -> httpx.Response:
        """Let a person sign in at an application, with the password that only this person knows."""
        return sign_in(
            getattr(self, who), at + "/login", who, self.provider.users[who].password, until=until
        )

    def copy(self) -> "TwoApps":
        """Return a copy with its lab and both browsers: what is done there changes nothing here."""
        return copied(self)

    @property
    def session_cookie(self) -> str:
        """The cookie of Ada's session at the provider; empty if she has none."""
        return self.ada.cookies.get("session", domain="login.example") or ""

    def machine_token(self, machine: httpx.Client) -> str:
        """Return the access token that the backup job gets, on this machine."""
        return client_credentials(machine, "backup", "the-backup-job-has-this")


def client_credentials(machine: httpx.Client, client_id: str, secret: str) -> str:
    """Return the access token that a program gets by its own name and secret (RFC 6749, 4.4).

    Raises KeyError where the token endpoint refuses.
    """
    form = {"grant_type": "client_credentials"}
    response = machine.post(LOGIN + "/token", data=form, auth=(client_id, secret))
    answer: TokenResponse = response.json()
    return answer["access_token"]


def build_apps(
    seed: str,
    start: str = "2023-10-18T09:00:00Z",
    *,
    provider: type[Provider] | Callable[..., Provider] = Provider,
    application: type[RelyingParty] = RelyingParty,
    opaque_access_tokens: bool = False,
    profiles: Mapping[str, Json] | None = None,
) -> TwoApps:
    """Return fresh apps, in a lab of their own that begins at `start`.

    `profiles` is what the API knows of its people, by `sub`. Give the apps a subclass of Provider
    or RelyingParty to see what a missing check costs. With opaque access tokens the API asks the
    provider about each token (RFC 7662).
    """
    lab = Lab(seed, start)
    op = provider(lab, LOGIN, opaque_access_tokens=opaque_access_tokens)
    op.users = {
        "ada": User("ada", "analytical-engine-1843", "u-1815", "Ada Lovelace"),
        "tom": User("tom", "tom-has-a-password-too", "u-0666", "Tom Thief"),
    }
    op.clients = {
        "wiki": Client(
            "wiki",
            (WIKI + "/cb",),
            "the-wiki-keeps-this-to-itself",
            post_logout_redirect_uris=(WIKI + "/",),
        ),
        "notes": Client("notes", (NOTES + "/cb",)),
        "api": Client("api", secret="the-api-asks-with-this", grant_types=()),
        "backup": Client(
            "backup",
            secret="the-backup-job-has-this",
            scope="read",
            grant_types=("client_credentials",),
        ),
    }
    wiki = application(lab, WIKI, LOGIN, "wiki", "the-wiki-keeps-this-to-itself")
    notes = application(lab, NOTES, LOGIN, "notes")
    api = ResourceServer(
        lab,
        API,
        LOGIN,
        introspect_as=("api", "the-api-asks-with-this") if opaque_access_tokens else None,
    )
    api.profiles = profiles or {}
    for origin, app in ((LOGIN, op), (WIKI, wiki), (NOTES, notes), (API, api)):
        lab.add(origin.split("//")[1], app)
    return TwoApps(
        lab,
        op,
        wiki,
        notes,
        api,
        lab.browser("ada", "192.0.2.10"),
        lab.browser("tom", "203.0.113.66"),
    )


# --- what Ada and her app do --------------------------------------------------------------------


def log_out(apps: TwoApps) -> None:
    """Let Ada log out at the provider (RP-Initiated Logout, 2)."""
    hint = apps.notes.latest_session()["id_token"]
    apps.ada.get(LOGIN + "/logout", params={"id_token_hint": hint})


def refresh_tokens(apps: TwoApps) -> None:
    """Let Ada's app refresh its tokens, as it does all day (RFC 6749, 6)."""
    session = apps.notes.latest_session()
    form = {"grant_type": "refresh_token", "refresh_token": session["refresh_token"]}
    session.update(apps.notes.ask_for_tokens(**form))


def revoke_refresh_token(apps: TwoApps) -> None:
    """Let Ada's app revoke its refresh token, and the grant with it (RFC 7009, 2.1)."""
    token = apps.notes.latest_session()["refresh_token"]
    apps.notes.network.post(LOGIN + "/revoke", data={"client_id": "notes", "token": token})
