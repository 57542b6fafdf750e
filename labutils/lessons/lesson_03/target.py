"""03 · The authorization code flow: its target."""

from typing import Any

from labutils.classroom.judging import (
    value,
)
from labutils.classroom.registry import (
    Target,
    code,
)

from . import missing_defences as stage


def flag_mistake(answer: Any) -> str | None:
    if answer == stage.FLAG:
        return None
    if isinstance(answer, dict | list) or hasattr(answer, "json"):
        return "response"
    return "token" if isinstance(answer, str) and answer.count(".") == 2 else "other"


TARGET = Target(
    "03-target",
    "value",
    value(flag_mistake),
    "The provider ignores PKCE: whoever has the code is in. Look for a second way, code injection: "
    "put Ada's code into a sign-in that Tom's browser began at the diary (RFC 9700, 4.5).",
    {
        "other": (
            "That is not the flag. It is the first of Ada's notes.",
            "answer = 'flag-0000'",
        ),
        "token": (
            "That is a token. Read Ada's notes with it: GET https://api.example/notes.",
            "answer = 'a.b.c'",
        ),
        "response": (
            "That is more than the flag. The flag is the first of Ada's notes.",
            "answer = {'owner': 'u-1815', 'notes': []}",
        ),
    },
    (
        "You have two attacks, and four with the long path. Try each on the diary: does a code "
        "that Tom reads open anything, and does Ada's browser end in Tom's account?",
        "A client can send code_challenge to a provider that does not know PKCE. What does "
        "https://login.example/.well-known/openid-configuration say of "
        "code_challenge_methods_supported?",
        "Take the code from parameters(scene.ada_signs_in()), and post it to /token as the client "
        "diary. Or open https://diary.example/login with scene.tom, keep the state, and open "
        "/cb?code=...&state=...&iss=... with Ada's code in the place of his.",
    ),
    code("""
        seen = parameters(scene.ada_signs_in())
        callback = "https://diary.example/cb"
        tokens = token_request(scene.tom, seen["code"], "", callback, client_id="diary").json()
        flag = api_request(scene.tom, tokens["access_token"]).json()["notes"][0]
    """),
    brief=(
        "https://diary.example is another client of login.example: client ID diary, redirect URI "
        "https://diary.example/cb, scope notes, paths /login, /cb and /. One defence of this flow "
        "is missing, at the client or at the provider. scene.tom is Tom's browser. "
        "scene.ada_signs_in() lets Ada sign in, and returns the redirect that Tom reads before the "
        "diary does. scene.ada_opens(url) lets Ada open a link, and returns the addresses that "
        "then arrive at hosts below tom.test. token_request takes the client's ID as client_id=. "
        "The flag is the first of Ada's notes."
    ),
    scene=stage.diary,
)
