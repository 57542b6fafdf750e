"""The course's own provider, asked what the others are asked."""

import importlib.metadata
from collections.abc import Mapping
from typing import Any

from labutils.identity.oauth import bearer
from labutils.lessons.lesson_05.doors import knock
from labutils.stage.three_doors import copied, three_doors
from labutils.stage.two_apps import (
    API,
    LOGIN,
    NOTES,
    WIKI,
    TwoApps,
    client_credentials,
)
from labutils.stage.what_dies_when import (
    ACTIONS,
    LINK,
    VERIFIER,
    ada_logs_out_at_the_provider,
    code_in,
    still_open,
)
from tools.real.questions import RACES, RUNBOOK, TRIES, WHOLE, opens, outcome, race

SETTINGS = [
    "notes is a public client and wiki a confidential one; everybody consents without a page",
    "access tokens are JWTs; an API may ask about each",
    "the API and notes keep the provider's keys for five minutes",
    "back-channel logout is not set on: nobody tells the wiki",
]


def ada() -> tuple[TwoApps, dict[str, str]]:
    """Fresh apps where Ada is signed in at notes, and copies of her tokens."""
    apps = three_doors()
    return apps, copied(apps)


SECOND_API = "https://second-api.example"


def refreshed(apps: TwoApps, token: str) -> tuple[int, dict[str, Any]]:
    """The status and the body with which a refresh token is answered."""
    response = knock(apps.tom, "token endpoint", token)
    return response.status_code, response.json()


def redeemed(apps: TwoApps, code: str, verifier: str = VERIFIER) -> tuple[int, dict[str, Any]]:
    """The status and the body with which a code is answered."""
    form = {"grant_type": "authorization_code", "client_id": "notes", "code": code}
    form |= {"redirect_uri": NOTES + "/cb", "code_verifier": verifier}
    response = apps.tom.post(LOGIN + "/token", data=form)
    return response.status_code, response.json()


def authorized(apps: TwoApps, query: Mapping[str, str]) -> str:
    """What an authorization request of Ada's browser is answered with, in a word."""
    response = apps.ada.get(LOGIN + "/authorize", params=dict(query))
    location = response.headers.get("location", "")
    return "code" if code_in(response) else location.partition("error=")[2].partition("&")[0]


def at(apps: TwoApps, address: str, token: str) -> int:
    """The status with which a token is answered."""
    return apps.tom.get(address, headers=bearer(token)).status_code


def cookie_elsewhere() -> str:
    """Tom's browser, with Ada's cookie and prompt=none."""
    apps, _ = ada()
    apps.tom.cookies.set("session", apps.session_cookie, domain="login.example")
    return "code" if code_in(apps.tom.get(LOGIN + "/authorize", params=LINK)) else "no code"


def refresh_token_twice() -> tuple[str, str]:
    """Use a refresh token, use it again, then its successor; and try the access token that came
    with the successor before that was used."""
    apps, tokens = ada()
    _, first = refreshed(apps, tokens["refresh token"])
    again = outcome(*refreshed(apps, tokens["refresh token"]))
    api, userinfo = (
        opens(at(apps, address, first["access_token"]))
        for address in (API + "/me", LOGIN + "/userinfo")
    )
    successor = outcome(*refreshed(apps, first["refresh_token"]))
    return f"{again}, then {successor}", f"{api} (JWT, the API does not ask), userinfo {userinfo}"


def code_twice() -> str:
    """Redeem one code twice, and try what the first response gave."""
    apps, _ = ada()
    code = code_in(apps.ada.get(LOGIN + "/authorize", params=LINK))
    _, first = redeemed(apps, code)
    redeemed(apps, code)
    asked = opens(at(apps, LOGIN + "/userinfo", first["access_token"]))
    token, _ = refreshed(apps, first["refresh_token"])
    return f"userinfo {asked}, refresh token {opens(token)}"


def wrong_verifier_first() -> str:
    """Redeem a code with a wrong verifier, and then with the right one."""
    apps, _ = ada()
    code = code_in(apps.ada.get(LOGIN + "/authorize", params=LINK))
    return f"{redeemed(apps, code, 'x' * 43)[0]}, then {redeemed(apps, code)[0]}"


def log_out_then_refresh() -> str:
    """Log out at the provider, then use the refresh token."""
    apps, tokens = ada()
    ada_logs_out_at_the_provider(apps)
    return outcome(*refreshed(apps, tokens["refresh token"]))


def for_another_api(grant_type: str) -> str:
    """Give a code or a refresh token for a token of an API that it was not granted for."""
    apps, tokens = ada()
    apps.provider.resources = (SECOND_API,)
    form = {
        "grant_type": grant_type,
        "client_id": "notes",
        "redirect_uri": NOTES + "/cb",
        "code_verifier": VERIFIER,
        "code": code_in(apps.ada.get(LOGIN + "/authorize", params=LINK)),
        "refresh_token": tokens["refresh token"],
        "resource": SECOND_API,
    }
    response = apps.tom.post(LOGIN + "/token", data=form)
    return outcome(response.status_code, response.json())


def answers() -> dict[str, str]:
    """Ask each question with fresh apps."""
    apps, tokens = ada()
    bare = {key: value for key, value in LINK.items() if not key.startswith("code_")}
    wiki = {"client_id": "wiki", "redirect_uri": WIKI + "/cb"}
    plain = {"code_challenge": VERIFIER, "code_challenge_method": "plain"}
    twice, access_token = refresh_token_twice()
    return {
        "cookie in another browser, prompt=none": cookie_elsewhere(),
        "refresh token twice, then its successor": twice,
        "access token after the reuse": access_token,
        "code twice: what the first gave, after": code_twice(),
        "wrong verifier, then the right one": wrong_verifier_first(),
        "log out at the provider, then refresh": log_out_then_refresh(),
        "no PKCE, public client": authorized(apps, bare),
        "no PKCE, confidential client": authorized(apps, {**bare, **wiki}),
        "PKCE plain": authorized(apps, {**LINK, **plain}),
        "ID token at userinfo": str(at(apps, LOGIN + "/userinfo", tokens["ID token"])),
        **{
            name: authorized(apps, {**LINK, "resource": resource})
            for name, resource in (
                ("resource that nobody knows", "https://other.example"),
                ("resource, and a slash behind it", API + "/"),
                ("resource with a fragment", API + "#part"),
                ("resource that is no URI", "api"),
            )
        },
        "code, for a resource that was not granted": for_another_api("authorization_code"),
        "refresh token, for a resource that was not granted": for_another_api("refresh_token"),
    }


def one_race(turns: str) -> list[str]:
    """Two holders of one refresh token, with fresh apps."""
    apps, tokens = ada()
    return race(tokens["refresh token"], turns, lambda token: refreshed(apps, token))


def report() -> dict[str, Any]:
    """What the other providers' scripts print."""
    return {
        "name": "this course",
        "version": importlib.metadata.version("anatomy-of-a-cloud-hack"),
        "runs_on": "its own lab",
        "settings": SETTINGS,
        "lasts": {
            name: still_open(actions, knock, client_credentials, TRIES)
            for name, actions in {**{one: (one,) for one in ACTIONS}, WHOLE: RUNBOOK}.items()
        },
        "answers": answers(),
        "races": {turns: one_race(turns) for turns in RACES},
    }
