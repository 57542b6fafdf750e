"""06 · Token replay: its target."""

from typing import Any

from labutils.classroom.judging import REFUSED, response_mistake, value
from labutils.classroom.registry import (
    Card,
    Target,
    code,
)

from .stolen_file import FLAG, LONG, StolenFile


def flag_mistake(answer: Any) -> str | None:
    """None for the flag, else the name of what was handed in."""
    if answer == FLAG:
        return None
    is_early = isinstance(answer, str) and "comes on day" in answer
    return response_mistake(answer) or ("early" if is_early else "other")


CARD = Card(
    f"Read Ada's notes on day {LONG}, or later.",
    (
        ("You hold", "`scene.file`, a list of entries, and `scene.tom`, Tom's browser."),
        ("Time", "`scene.wait(days)` lets days pass. `scene.day` is today."),
        (
            "Against you",
            "One hour after the theft, during your first wait, the operator does everything in "
            "`scene.runbook`. One step revokes the refresh token that `notes` holds by then.",
        ),
        (
            "It counts",
            "GET `https://api.example/notes` with an access token for Ada or for the backup job. "
            "The response holds the flag.",
        ),
        ("Start again", "`scene = target('06')`"),
    ),
)

TARGET = Target(
    "06-target",
    "value",
    value(flag_mistake),
    "Day 400. The runbook disabled what Tom had copied and what Ada held. It did not touch what "
    "was made with the cookie, the older grant or the client secret.",
    {
        "other": (
            "That is not the flag. GET https://api.example/notes returns it from day 400 on.",
            "answer = 'flag-0000'",
        ),
        "early": (
            "You read Ada's notes too early. Let more days pass with scene.wait, and read again.",
            "answer = 'it comes on day 400; this is day 0'",
        ),
        "response": (
            "That is a whole response. From day 400 on, its `flag` member is the flag.",
            "answer = {'notes of': 'u-1815', 'flag': 'it comes on day 400; this is day 0'}",
        ),
        "refused": (REFUSED, "answer = {'error': 'invalid_token'}"),
    },
    (
        "Write down what the file holds, entry by entry, with the headers. Cross out what the "
        "runbook disables. Then ask about each credential that is left: does it expire by itself "
        "before day 400?",
        "Three credentials outlive the runbook: Tom's own grant, which he gets with the cookie "
        "before the operator responds; the refresh token from Ada's *first* sign-in, which nobody "
        "revoked; and what the backup job sends in its `authorization` header. A refresh token "
        "lives for 90 days from its last use.",
        "Either run trade_cookie(scene.tom, the cookie) before the first wait, then repeat "
        "scene.wait(80) and a refresh with the newest token four or five times. Or run "
        "scene.wait(400), then POST {'grant_type': 'client_credentials'} to the token endpoint, "
        "with the `authorization` header from the backup job's entry.",
    ),
    code("""
        stolen = steal(scene.file)
        pair = trade_cookie(scene.tom, stolen["session cookie"]).json()
        for _ in range(5):
            scene.wait(80)
            pair = refresh(scene.tom, pair["refresh_token"]).json()
        notes = scene.tom.get(API + "/notes", headers=bearer(pair["access_token"]))
        flag = notes.json()["flag"]
    """),
    brief=CARD.text,
    card=CARD,
    scene=StolenFile,
)
