"""What Tom takes out of a recording, and how he renews it (lesson 06)."""

from collections.abc import Callable
from typing import Any

import httpx

from labutils.stage.thief import Entry
from labutils.stage.two_apps import LOGIN

TradeCookie = Callable[[httpx.Client, str], Any]  # a session cookie in, tokens out


def steal(recording: list[Entry]) -> dict[str, str]:
    """The last session cookie of the provider, and the last token of each kind."""
    stolen: dict[str, str] = {}
    for entry in recording:
        answer = entry["answer"]
        if entry["host"] == "login.example" and "session" in entry["cookies"]:
            stolen["session cookie"] = entry["cookies"]["session"]
        if "refresh_token" in answer:
            stolen["access token"] = answer["access_token"]
            stolen["refresh token"] = answer["refresh_token"]
        elif "access_token" in answer:
            stolen["machine token"] = answer["access_token"]
    return stolen


def refresh(browser: httpx.Client, token: str) -> httpx.Response:
    """A refresh token at the token endpoint of a public client (RFC 6749, 6)."""
    form = {"grant_type": "refresh_token", "client_id": "notes", "refresh_token": token}
    return browser.post(LOGIN + "/token", data=form)


def print_entry(entry: Entry) -> None:
    """An entry of a recorded file: who asked what, and what was sent and received."""
    print(entry["client"], entry["host"] + entry["path"], entry["status"])
    print("   cookies:", entry["cookies"], "  answer:", list(entry["answer"]))
    for name, text in entry["form"].items():
        print(f"   form: {name:<14} {text}")
