"""06 · Token replay: its target."""

from typing import Any

from labutils.classroom.judging import (
    value,
)
from labutils.classroom.registry import (
    Target,
    code,
)

from .stolen_file import FLAG, LONG, StolenFile


def flag_mistake(answer: Any) -> str | None:
    """None for the flag, else the name of what was handed in."""
    if answer == FLAG:
        return None
    if isinstance(answer, bytes):
        answer = answer.decode(errors="replace")
    is_body = isinstance(answer, str) and answer.lstrip().startswith("{")
    if isinstance(answer, dict) or hasattr(answer, "json") or is_body:
        return "response"
    return "early" if isinstance(answer, str) and "comes on day" in answer else "other"


TARGET = Target(
    "06-target",
    "value",
    value(flag_mistake),
    "Day 400. The runbook ended what Tom had copied and what Ada held. It ended neither what was "
    "made with the cookie, nor the older grant, nor the client secret.",
    {
        "other": (
            "That is not the flag. GET https://api.example/notes holds it, from day 400 on.",
            "answer = 'flag-0000'",
        ),
        "early": (
            "You read Ada's notes too early. Let more days pass with scene.wait, and read again.",
            "answer = 'it comes on day 400; this is day 0'",
        ),
        "response": (
            "That is the whole answer. The flag is its member `flag`.",
            "answer = {'error': 'invalid_token'}",
        ),
    },
    (
        "Write down what the file holds, entry by entry, with the headers. Then strike out what "
        "the runbook ends. Then ask of the rest: does it end by itself before day 400?",
        "Three things outlive the runbook: a grant of Tom's own, which he makes with the cookie "
        "before the response; the refresh token of Ada's *first* sign-in, which nobody revoked; "
        "and what the backup job sends in its header `authorization`. A refresh token lives for "
        "90 days from its last use.",
        "Either trade_cookie(scene.tom, the cookie) before the first wait, then four or five times "
        "scene.wait(80) and refresh with the newest token. Or scene.wait(400), then POST "
        "{'grant_type': 'client_credentials'} to the token endpoint, with the header "
        "`authorization` of the backup job's entry.",
    ),
    code("""
        stolen = steal(scene.file)
        tokens = trade_cookie(scene.tom, stolen["session cookie"]).json()
        for _ in range(5):
            scene.wait(80)
            tokens = refresh(scene.tom, tokens["refresh_token"]).json()
        notes = scene.tom.get(API + "/notes", headers=bearer(tokens["access_token"]))
        flag = notes.json()["flag"]
    """),
    brief=f"""A file was stolen: scene.file, a list of entries like those of `recording`. \
Get the longest-lived access out of it.
scene.tom is Tom's browser. scene.wait(days) lets days pass. An hour after the theft, in the first \
wait, the operator does all that scene.runbook names: among it, `notes` gives back the refresh \
token that it holds now.
Read https://api.example/notes on day {LONG} or later, with an access token of Ada's or of the \
backup job. The answer holds the flag. scene.day says which day it is; target('06') begins anew.""",
    scene=StolenFile,
)
