"""02 · JWT signature verification: its target."""

from typing import Any

from labutils.classroom.judging import (
    value,
)
from labutils.classroom.registry import (
    Target,
    code,
)

from . import weak_app


def flag_mistake(answer: Any) -> str | None:
    if answer == weak_app.FLAG:
        return None
    if isinstance(answer, dict) or hasattr(answer, "json"):
        return "response"
    return "token" if isinstance(answer, str) and answer.count(".") == 2 else "other"


TARGET = Target(
    "02-target",
    "value",
    value(flag_mistake),
    "You are admin at the payroll, and its log says so. Look for a second way: there are at least "
    "four.",
    {
        "other": (
            "That is not the flag. GET https://payroll.example/admin answers with it, once the "
            "token makes you admin.",
            "answer = 'flag-0000'",
        ),
        "token": (
            "That is a token. Show it to https://payroll.example/admin, and hand in the flag.",
            "answer = 'a.b.c'",
        ),
        "response": (
            "That is the whole answer. The flag is its member `flag`.",
            "answer = {'error': 'no'}",
        ),
    },
    (
        "Ask the application first: scene.tom.get('https://payroll.example/me', "
        "headers={'authorization': f'Bearer {scene.token}'}). Then read the header of each of "
        "Tom's tokens: what does it leave to the sender?",
        "The application refuses `none`. Does it refuse each spelling of it? It reads the key from "
        "a file that the kid names. And which algorithm does it use with that key?",
        "Any of these: alg 'None'; HS256 with /keys/rs256.pem as the secret (02-4); kid "
        "'../static/logo.svg' with HS256 and the picture as the secret; crack(scene.old_token, "
        "guesses()) (02-5).",
    ),
    code("""
        forged = f"{json_part({'alg': 'None'})}.{json_part({'sub': 'admin'})}."
        address, headers = "https://payroll.example/admin", {"authorization": f"Bearer {forged}"}
        flag = scene.tom.get(address, headers=headers).json()["flag"]
    """),
    brief=(
        "https://payroll.example takes signed tokens. Tom has an account there, and two tokens: "
        "scene.token is good today. scene.old_token was left over from a test system a year ago. "
        "scene.tom is his browser. Be admin: GET /admin answers with a flag. There is more than "
        "one way."
    ),
    scene=weak_app.weak_app,
)
