"""02 · JWT signature verification: its target."""

from typing import Any

from labutils.classroom.judging import REFUSED, response_mistake, value
from labutils.classroom.registry import (
    Target,
    code,
)

from . import weak_app


def flag_mistake(answer: Any) -> str | None:
    if answer == weak_app.FLAG:
        return None
    is_token = isinstance(answer, str) and answer.count(".") == 2
    return response_mistake(answer) or ("token" if is_token else "other")


TARGET = Target(
    "02-target",
    "value",
    value(flag_mistake),
    "You are the payroll admin. Three mistakes let you in: the header chooses the algorithm, so a "
    "public key serves as a secret; `kid` is the name of a file, so a picture serves as a key; and "
    "the secret of a test system is a word that can be guessed, and still counts. Now call your "
    "own verify(..., scene.keys) with scene.token, and with what you sent. It takes the first and "
    "refuses the second: key and algorithm come from scene.keys, the service's list.",
    {
        "other": (
            "That is not the flag. GET https://payroll.example/admin returns it, once your token "
            "makes you admin.",
            "answer = 'flag-0000'",
        ),
        "token": (
            "That is a token. Send it to https://payroll.example/admin, and hand in the flag.",
            "answer = 'a.b.c'",
        ),
        "response": (
            "That is a whole response. The flag is the `flag` member of the response from /admin.",
            "answer = {'sub': 'tom'}",
        ),
        "refused": (REFUSED, "answer = {'error': 'the token is refused: Not enough segments'}"),
    },
    (
        "Ask the application first: scene.tom.get('https://payroll.example/me', "
        "headers={'authorization': f'Bearer {scene.token}'}). Then read the header of each of "
        "Tom's tokens: what does it leave to the sender?",
        "The application refuses `none` in every spelling. It reads the key from a file that the "
        "kid names. And which algorithm does it use with that key? If you ask for an unknown "
        "path, the response lists the paths that exist.",
        "Any of these works, with `aud` payroll: `forge_confused(claims, ...)` with the very bytes "
        "of /keys/rs256-1; kid '../static/logo.svg' with HS256 and the picture as the secret; "
        "the one of guesses() whose MAC is the signature of scene.old_token.",
    ),
    code("""
        public_key = scene.tom.get("https://payroll.example/keys/rs256-1").content
        forged = forge_confused({"sub": "admin", "aud": "payroll"}, public_key)
        headers = {"authorization": f"Bearer {forged}"}
        flag = scene.tom.get("https://payroll.example/admin", headers=headers).json()["flag"]
    """),
    brief=(
        "https://payroll.example accepts signed tokens. Tom has an account there and two tokens. "
        "scene.token is the one that he signs in with. scene.old_token is left over from a test "
        "system, and is a year old. scene.tom is his browser, an httpx.Client, and guesses() "
        "yields secrets as people build them. Become admin: GET /admin then returns a flag. There "
        "is more than one way in."
    ),
    scene=weak_app.weak_app,
)
