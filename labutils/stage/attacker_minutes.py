"""One thief, five stolen things, and how long each of them lasts: attacker-minutes, measured by trying."""

import hashlib
from dataclasses import dataclass, field
from functools import cache
from urllib.parse import parse_qs, urlsplit

import httpx
from werkzeug.wrappers import Request

from labutils.identity.oauth import bearer
from labutils.identity.provider import Provider
from labutils.identity.provider.state import Session
from labutils.identity.tokens import b64
from labutils.stage.two_apps import API, LOGIN, NOTES, TwoApps, build_apps

ITEMS = ("session cookie", "code", "access token", "refresh token", "service token")
VERIFIER = "a-verifier-of-the-thief-which-he-made-up-himself"
TRIES = (
    0.5,
    4,
    6,
    9,
    11,
    60,
    1440,
    43200,
    129600,
)  # minutes after the theft; the last is ninety days
CHALLENGE = {
    "code_challenge": b64(hashlib.sha256(VERIFIER.encode()).digest()),
    "code_challenge_method": "S256",
}
QUESTION = {
    "response_type": "code",
    "client_id": "notes",
    "redirect_uri": NOTES + "/cb",
    "scope": "openid profile offline_access",
    "prompt": "none",
    **CHALLENGE,
}


def steal(apps: TwoApps) -> dict[str, str]:
    """Ada signs in at notes, twice; a copy of all that passes by. The second sign-in has just brought a code to her browser."""
    apps.sign_in("ada", NOTES)
    session = next(iter(apps.notes.sessions.values()))
    landing = apps.sign_in("ada", NOTES, until=NOTES + "/cb").headers["location"]
    service = apps.service_token(apps.lab.browser("backup", "192.0.2.220"))
    return {
        "session cookie": apps.session_cookie,
        "code": query(landing)["code"],
        "access token": session["access_token"],
        "refresh token": session["refresh_token"],
        "service token": service,
    }


def query(address: str) -> dict[str, str]:
    """The query of an address, by name."""
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def reach(thief: httpx.Client, item: str, held: dict[str, str]) -> httpx.Response:
    """From a stolen thing to data at the API: the answer of the last door that was tried. A new refresh token is kept."""
    form = {
        "client_id": "notes",
        "redirect_uri": NOTES + "/cb",
        "code_verifier": VERIFIER,
        "code": held["code"],
    }
    if item == "session cookie":
        silent = thief.get(
            LOGIN + "/authorize", params=QUESTION, headers={"cookie": "session=" + held[item]}
        )
        form["code"] = query(silent.headers["location"]).get("code")
        if form["code"] is None:
            return silent
    if item in ("session cookie", "code"):
        answer = thief.post(LOGIN + "/token", data={"grant_type": "authorization_code", **form})
    elif item == "refresh token":
        answer = thief.post(
            LOGIN + "/token",
            data={"grant_type": "refresh_token", "client_id": "notes", "refresh_token": held[item]},
        )
        held[item] = answer.json().get(item.replace(" ", "_"), held[item])
    else:
        return thief.get(API + "/me", headers=bearer(held[item]))
    return (
        thief.get(API + "/me", headers=bearer(answer.json()["access_token"]))
        if answer.is_success
        else answer
    )


class Tied(Provider):
    """A provider whose session cookie works from the address that it was given to, and from no other."""

    def start_session(self, request: Request, user, amr: list[str]) -> Session:
        session = super().start_session(request, user, amr)
        session.address = request.remote_addr
        return session

    def session(self, request: Request) -> Session | None:
        session = super().session(request)
        return session if session and session.address == request.remote_addr else None


def log_out(apps: TwoApps) -> None:
    """Ada logs out at the provider."""
    hint = next(iter(apps.notes.sessions.values()))["id_token"]
    apps.ada.get(LOGIN + "/logout", params={"id_token_hint": hint})


def refresh(apps: TwoApps) -> None:
    """Ada's app refreshes its tokens, as it does all day."""
    session = next(iter(apps.notes.sessions.values()))
    session.update(
        apps.notes.ask_for_tokens(
            grant_type="refresh_token", refresh_token=session["refresh_token"]
        )
    )


def revoke(apps: TwoApps) -> None:
    """Ada's app gives its refresh token back, and the grant with it (RFC 7009)."""
    token = next(iter(apps.notes.sessions.values()))["refresh_token"]
    apps.notes.network.post(LOGIN + "/revoke", data={"client_id": "notes", "token": token})


DEFENCES = {
    "nothing": (None, {}),
    "Ada\nlogs out": (log_out, {}),
    "her app\nrefreshes": (refresh, {}),
    "grant\nrevoked": (revoke, {}),
    "grant revoked,\nAPI asks": (revoke, {"opaque_access_tokens": True}),
    "cookie tied\nto address": (None, {"provider": Tied}),
}


@dataclass
class Trial:
    """What five thefts were worth against one defence: minutes by item, and the number of the log line that decided."""

    apps: TwoApps
    minutes: dict[str, int] = field(default_factory=dict)
    line: dict[str, int] = field(default_factory=dict)


@cache
def trial(defence: str) -> Trial:
    """With fresh apps: steal all five, let the defence act after five minutes, try each at each of TRIES until it is refused."""
    act, options = DEFENCES[defence]
    apps = build_apps("lesson-06", **options)
    held, result = steal(apps), Trial(apps)
    begun, alive = apps.lab.clock.now, list(ITEMS)
    for minute in TRIES:
        if act is not None and minute > 5:
            act(apps)
            act = None
        apps.lab.clock.wait_until(begun + int(minute * 60))
        for item in list(alive):
            if reach(apps.tom, item, held).is_success:
                result.minutes[item] = minute
            else:
                alive.remove(item)
            result.line[item] = len(apps.lab.audit)
    result.minutes = {item: result.minutes.get(item, 0) for item in ITEMS}
    return result


def attacker_minutes() -> tuple[dict[tuple[str, str], int], dict[tuple[str, str], int]]:
    """Minutes, and deciding log lines, of all thefts against all defences."""
    trials = {name: trial(name) for name in DEFENCES}
    return (
        {(item, name): found.minutes[item] for name, found in trials.items() for item in ITEMS},
        {(item, name): found.line[item] for name, found in trials.items() for item in ITEMS},
    )
