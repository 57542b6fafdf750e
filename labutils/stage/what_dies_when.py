"""Measure what dies when: each stolen item against each response, minute by minute (lesson 05).

Every row is tried by Tom's own browser.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from labutils.identity.factors import Totp
from labutils.identity.oauth import bearer
from labutils.identity.resource_server import ResourceServer
from labutils.identity.tokens import b64
from labutils.stage.three_doors import adas_session, copied, three_doors
from labutils.stage.two_apps import API, LOGIN, NOTES, WIKI, TwoApps, client_credentials

TRIES = (0.5, 4, 6, 1440)  # minutes after the action; the last is a day
VERIFIER = "a-verifier-of-the-thief-which-he-made-up-himself"
LINK = {  # an authorization request that Tom writes, for the application that Ada uses
    "response_type": "code",
    "client_id": "notes",
    "redirect_uri": NOTES + "/cb",
    "scope": "openid profile offline_access",
    "prompt": "none",
    "code_challenge": b64(hashlib.sha256(VERIFIER.encode()).digest()),
    "code_challenge_method": "S256",
}
ASKING = "https://asking.example"  # the same API, which asks the provider about each token
SECRET = "the-backup-job-has-this"


# --- what people do -----------------------------------------------------------------------------


def ada_logs_out_at_the_wiki(apps: TwoApps) -> None:
    """Let Ada press log out at the wiki."""
    apps.ada.get(WIKI + "/logout")


def ada_logs_out_at_the_provider(apps: TwoApps) -> None:
    """Let Ada log out at the provider, as the application that she came from asks her to."""
    apps.ada.get(LOGIN + "/logout", params={"id_token_hint": copied(apps)["ID token"]})


def app_revokes_its_refresh_token(apps: TwoApps) -> None:
    """Let the application revoke its refresh token (RFC 7009)."""
    form = {"client_id": "notes", "token": copied(apps)["refresh token"]}
    apps.notes.network.post(LOGIN + "/revoke", data=form)


def operator_ends_the_session(apps: TwoApps) -> None:
    """End Ada's session at the provider, as the operator."""
    apps.provider.end_session(adas_session(apps)["claims"]["sid"])


def operator_replaces_the_client_secret(apps: TwoApps) -> None:
    """Give the backup job a new client secret, as the operator."""
    backup = apps.provider.clients["backup"]
    apps.provider.clients["backup"] = replace(backup, secret=apps.lab.draw("operator"))


ACTIONS: dict[str, Callable[[TwoApps], object]] = {
    "nothing": lambda _apps: None,
    "log out at the wiki": ada_logs_out_at_the_wiki,
    "log out at the provider": ada_logs_out_at_the_provider,
    "change password": lambda apps: apps.provider.change_password("ada", "a-new-password"),
    "reset second factor": lambda apps: apps.provider.reset_second_factor("ada"),
    "revoke refresh token": app_revokes_its_refresh_token,
    "end session (operator)": operator_ends_the_session,
    "drop the signing key": lambda apps: apps.provider.rotate_signing_key(keep_old=False),
    "disable the user": lambda apps: apps.provider.disable_user("ada"),
    "replace the client secret": operator_replaces_the_client_secret,
}


def act(apps: TwoApps, *actions: str) -> None:
    """Perform these actions, in this order."""
    for action in actions:
        ACTIONS[action](apps)


# --- what Tom holds, and how he tries it --------------------------------------------------------

Knock = Callable[[httpx.Client, str, str], Any]
Outlive = Callable[[httpx.Client, str, str], Any]


def asking_doors() -> TwoApps:
    """Return the three doors, and beside them an API that asks the provider.

    Ada is signed in at both applications.
    """
    apps = three_doors()
    apps.sign_in("ada", WIKI)
    asks = ("api", "the-api-asks-with-this")
    apps.lab.add("asking.example", ResourceServer(apps.lab, API, LOGIN, introspect_as=asks))
    apps.provider.users["ada"].second_factor = Totp(b"Ada's phone", apps.lab.clock)
    return apps


def code_in(response: httpx.Response) -> str:
    """Return the authorization code that a redirect carries; empty if it carries none."""
    location: str = response.headers.get("location", "")
    query = parse_qs(urlsplit(location).query)
    return query.get("code", [""])[0]


def succeeds(answer: Any) -> bool:
    """Return whether a door opened; what is not a response opened none."""
    return bool(getattr(answer, "is_success", False))


@dataclass
class CopiesHolder:
    """Tom, with copies of all there is. Each method tries one of them, in his own browser."""

    apps: TwoApps
    knock: Knock
    outlive: Outlive

    def __post_init__(self) -> None:
        apps = self.apps
        self.tom, self.tokens = apps.tom, copied(apps)
        self.cookie, self.wiki_cookie = apps.session_cookie, next(iter(apps.wiki.sessions))
        self.machine_token = self.new_machine_token()
        self.code = code_in(apps.ada.get(LOGIN + "/authorize", params=LINK))

    def session_at_the_provider(self) -> bool:
        """Try Ada's cookie for an authorization code, for a request of Tom's own."""
        cookie = {"cookie": "session=" + self.cookie}
        return bool(code_in(self.tom.get(LOGIN + "/authorize", params=LINK, headers=cookie)))

    def session_at_the_wiki(self) -> bool:
        """Try Ada's cookie at the wiki."""
        cookie = {"cookie": f"app={self.wiki_cookie}"}
        return self.tom.get(WIKI + "/", headers=cookie).is_success

    def authorization_code(self) -> bool:
        """Try a code that Ada's browser received for Tom's request: good once, for a minute."""
        form = {"grant_type": "authorization_code", "client_id": "notes", "code": self.code}
        form |= {"redirect_uri": NOTES + "/cb", "code_verifier": VERIFIER}
        return self.tom.post(LOGIN + "/token", data=form).is_success

    def new_machine_token(self) -> str:
        """Return what the client secret gives Tom; empty if it gives nothing any more."""
        try:
            token = self.outlive(self.tom, "backup", SECRET)
        except Exception:  # the learner's: who is refused finds no token in the response
            return ""
        return token if isinstance(token, str) else ""

    def client_secret(self) -> bool:
        """Try the client secret for a new machine token."""
        return bool(self.new_machine_token())

    def opens(self, door: str, token: str) -> bool:
        """Return whether a token opens a door."""
        return succeeds(self.knock(self.tom, door, token))

    def refresh_token(self) -> bool:
        """Try the refresh token, and keep the new one for the next time."""
        answer = self.knock(self.tom, "token endpoint", self.tokens["refresh token"])
        if not succeeds(answer):
            return False
        self.tokens["refresh token"] = answer.json().get("refresh_token", "")
        return True

    def access_token_at_an_api_that_asks(self) -> bool:
        """Try the access token where the API asks the provider (RFC 7662)."""
        header = bearer(self.tokens["access token"])
        return self.tom.get(ASKING + "/me", headers=header).is_success


ROWS: dict[str, Callable[[CopiesHolder], bool]] = {
    "session at the provider": CopiesHolder.session_at_the_provider,
    "session at the wiki": CopiesHolder.session_at_the_wiki,
    "authorization code": CopiesHolder.authorization_code,
    "ID token": lambda thief: thief.opens("sign-in", thief.tokens["ID token"]),
    "access token": lambda thief: thief.opens("API", thief.tokens["access token"]),
    "access token, API asks": CopiesHolder.access_token_at_an_api_that_asks,
    "refresh token": CopiesHolder.refresh_token,
    "machine token": lambda thief: thief.opens("API", thief.machine_token),
    "client secret": CopiesHolder.client_secret,
}


def still_open(
    actions: Sequence[str], knock: Knock, outlive: Outlive, tries: Sequence[float] = TRIES
) -> dict[str, float]:
    """Steal, act, and try each row at each of `tries` until it is refused, in fresh applications.

    Row -> the last minute at which it opened; 0 where it opened at none. No try helps another.
    """
    apps = asking_doors()
    thief = CopiesHolder(apps, knock, outlive)
    for server in (apps.api, apps.notes):  # both have seen traffic, and keep the provider's keys
        server.keys.for_token(thief.tokens["ID token"])
    act(apps, *actions)
    begun, last, alive = apps.lab.clock.now, dict.fromkeys(ROWS, 0.0), list(ROWS)
    for minute in tries:
        apps.lab.clock.wait_until(begun + int(60 * minute))
        alive = [row for row in alive if ROWS[row](thief)]
        last |= dict.fromkeys(alive, minute)
    return last


def what_dies_when(
    knock: Knock, outlive: Outlive = client_credentials
) -> dict[tuple[str, str], float]:
    """Return the last minute at which each (row, action) still opened."""
    columns = {action: still_open((action,), knock, outlive) for action in ACTIONS}
    return {(row, action): columns[action][row] for row in ROWS for action in ACTIONS}
