"""05 · ID token, access token, refresh token: its target."""

from typing import Any

from labutils.classroom.judging import (
    value,
)
from labutils.classroom.registry import (
    Target,
    code,
)
from labutils.stage.operator_response import FLAG, MOST, Response


def flag_mistake(answer: Any) -> str | None:
    """None for the flag, else the name of what was handed in."""
    if answer == FLAG:
        return None
    if isinstance(answer, dict) or hasattr(answer, "json"):
        return "response"
    return "early" if isinstance(answer, str) and "response" in answer else "other"


TARGET = Target(
    "05-target",
    "value",
    value(flag_mistake),
    "You outlived the response. What ends copies does not end what Tom made with them before. "
    "There are other ways: a refresh token of his own, or one more way to a session at `notes`.",
    {
        "other": (
            "That is not the flag. The answer of the API or of `notes` to GET /notes holds it, "
            "once the operator has responded.",
            "answer = 'flag-0000'",
        ),
        "early": (
            "You read Ada's notes before the response. Read them again after scene.respond().",
            'answer = "it comes after the operator\'s response"',
        ),
        "response": (
            "That is the whole answer. The flag is its member `flag`.",
            "answer = {'error': 'invalid_token'}",
        ),
    },
    (
        "Read the columns of scene.runbook in the grid. Each thing on scene.menu ends in one of "
        "them. So the question is what Tom can *make* before the response.",
        "A session at the provider gives codes, and a code gives a refresh token in a family of "
        "its own. An ID token, at the door 'sign-in', gives a session at `notes`. Which of these "
        "does the runbook name?",
        "Either knock(scene.tom, 'sign-in', the ID token), respond, and GET "
        "https://notes.example/notes. Or GET https://login.example/authorize with "
        "params=scene.link and headers={'cookie': 'session=' + the stolen session}; the code "
        "stands in response.next_request.url.params['code']. Trade it with "
        "code_verifier=scene.verifier, respond, and refresh.",
    ),
    code("""
        stolen = scene.steal("ID token")["ID token"]
        scene.tom.post("https://notes.example/phone", data={"token": stolen})
        scene.respond()
        flag = scene.tom.get("https://notes.example/notes").json()["flag"]
    """),
    brief=f"""Tom has time to copy {MOST} things: scene.steal(name, name). scene.menu lists the \
names.
Then Tom may do what he likes in scene.tom, his browser. After that call scene.respond(): the \
operator does all that scene.runbook names, and an hour passes.
The flag stands in each of two answers, but only after the response:
- GET https://api.example/notes, with an access token of Ada's or of the client `backup`
- GET https://notes.example/notes, with a session of Ada's.
The cookie of a session at the provider is called `session`. At an application it is called `app`.
scene.link and scene.verifier may help: an authorization request that Tom wrote for the client \
`notes`, with the redirect_uri https://notes.example/cb, and its PKCE verifier.""",
    scene=Response,
)
