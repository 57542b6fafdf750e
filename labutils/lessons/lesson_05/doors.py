"""Knocking at three doors, as lesson 05 does before the learner writes it."""

from collections.abc import Callable, Iterable, Mapping

import httpx

from labutils.identity.oauth import bearer
from labutils.stage.two_apps import API, LOGIN, NOTES

Grid = dict[tuple[str, str], bool]


def knock(browser: httpx.Client, door: str, token: str) -> httpx.Response:
    """Show a token at a door: "sign-in", "API", or else the token endpoint (RFC 6749, 6)."""
    if door == "sign-in":
        return browser.post(NOTES + "/phone", data={"token": token})
    if door == "API":
        return browser.get(API + "/me", headers=bearer(token))
    form = {"grant_type": "refresh_token", "client_id": "notes", "refresh_token": token}
    return browser.post(LOGIN + "/token", data=form)


def fill(
    knock_at: Callable[[str, str], httpx.Response],
    tokens: Mapping[str, str],
    doors: Iterable[str],
) -> Grid:
    """Each token once at each door: whether (name, door) opened."""
    doors = list(doors)
    return {
        (name, door): knock_at(door, token).is_success
        for name, token in tokens.items()
        for door in doors
    }
