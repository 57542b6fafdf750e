"""The day on which a company switches binding on: what a thief's copies still open."""

from collections.abc import Callable
from typing import Any

import httpx

from labutils.identity.keys import Json
from labutils.identity.oauth import bearer
from labutils.stage.two_apps import LOGIN, NOTES, build_apps

from .bound_tokens import DATA, DpopApps, OlderAPI, bind_apps

OLDER = "https://old-api.example"
TradeCookie = Callable[[httpx.Client, str], httpx.Response]


def switched_on() -> tuple[DpopApps, str]:
    """Return apps whose tokens are bound as from today, and Ada's refresh token from before."""
    two = build_apps("lesson-11/rollout")
    two.sign_in("ada", NOTES)
    before = two.notes.latest_session()["refresh_token"]
    apps = bind_apps(two)
    apps.sign_in("ada", NOTES)
    apps.lab.add("old-api.example", OlderAPI(apps.lab, apps.api.origin, LOGIN))
    return apps, before


def copies_after_the_switch(trade_cookie: TradeCookie) -> list[dict[str, str]]:
    """Return what each of Tom's copies gets him, a row each. None comes with a proof."""
    apps, before = switched_on()
    today = apps.notes.latest_session()
    form = {"grant_type": "refresh_token", "client_id": "notes"}

    def refreshed(token: str) -> Json:
        answer = apps.tom.post(LOGIN + "/token", data={**form, "refresh_token": token})
        fields: Json = answer.json()
        return fields

    traded = answer_of(trade_cookie(apps.tom, apps.session_cookie))
    tried = (
        ("refresh token, from before", refreshed(before), DATA),
        ("refresh token of today", refreshed(today["refresh_token"]), DATA),
        ("access token of today", today, DATA),
        ("access token of today, at an older server", today, OLDER + "/me"),
        ("session cookie, traded", traded, DATA),
    )
    rows = []
    for copied, tokens, url in tried:
        said = tokens.get("error_description", "no token")
        if "access_token" in tokens:
            answer = apps.tom.get(url, headers=bearer(tokens["access_token"]))
            said = "" if answer.is_success else answer.json()["error_description"]
        rows.append({"Tom's copy": copied, "he gets": said or "her data"})
    return rows


def answer_of(answer: Any) -> Json:
    """Return the fields of an answer; none for what is no answer, or has no JSON."""
    try:
        fields = answer.json()
    except (AttributeError, ValueError):
        return {}
    return fields if isinstance(fields, dict) else {}
