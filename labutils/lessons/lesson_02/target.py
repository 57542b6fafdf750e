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
        "Any of these: alg 'None'; forge_confused with /keys/rs256.pem; kid '../static/logo.svg' "
        "with HS256 and the picture as the secret; crack(scene.old_token, guesses()).",
    ),
    code("""
        APP = "https://payroll.example"
        public_key = scene.tom.get(APP + "/keys/rs256.pem").content
        forged = forge_confused({"sub": "admin"}, public_key)
        answer = scene.tom.get(APP + "/admin", headers={"authorization": f"Bearer {forged}"})
        flag = answer.json()["flag"]
    """),
    brief=(
        "https://payroll.example takes signed tokens. Tom has an account there, and two tokens: "
        "scene.token is good today. scene.old_token was left over from a test system a year ago. "
        "scene.tom is his browser. Be admin: GET /admin answers with a flag. There is more than "
        "one way."
    ),
    scene=weak_app.weak_app,
)
