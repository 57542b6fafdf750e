"""05 · ID token, access token, refresh token: its target."""

from typing import Any

from labutils.classroom.judging import REFUSED, response_mistake, value
from labutils.classroom.registry import (
    Target,
    code,
)
from labutils.stage.operator_response import FLAG, Response


def flag_mistake(answer: Any) -> str | None:
    """None for the flag, else the name of what was handed in."""
    if answer == FLAG:
        return None
    is_early = isinstance(answer, str) and "response" in answer
    return response_mistake(answer) or ("early" if is_early else "other")


TARGET = Target(
    "05-target",
    "value",
    value(flag_mistake),
    "You outlived the response. The operator ended every credential on the menu, and you had made "
    "another: a session at `notes`, or a refresh token in a family of its own. To end those, the "
    "operator ends Ada's session at the provider first, so that you can make no more, and then "
    "everything that was issued to her since the theft, at each application.",
    {
        "other": (
            "That is not the flag. It is in the response of the API or of `notes` to GET /notes, "
            "once the operator has acted.",
            "answer = 'flag-0000'",
        ),
        "early": (
            "You read Ada's notes before the response. Read them again after scene.respond().",
            'answer = "it comes after the operator\'s response"',
        ),
        "response": (
            "That is a whole response. Once the operator has acted, its `flag` member is the flag.",
            "answer = {'notes of': 'u-1815', 'flag': \"it comes after the operator's response\"}",
        ),
        "refused": (REFUSED, "answer = {'error': 'invalid_token'}"),
    },
    (
        "Look at the grid, in the columns that scene.runbook names. Each credential on scene.menu "
        "ends in one of them. So the question is what Tom can *make* before the response.",
        "A session at the provider lets you sign in to any application, and gives codes; a code "
        "gives a refresh token in a family of its own. Which of these does the runbook end?",
        "Either scene.tom.cookies.set('session', cookie, domain='login.example'), GET "
        "https://notes.example/login with follow_redirects=True, respond, and GET "
        "https://notes.example/notes. Or GET https://login.example/authorize with "
        "params=scene.link and headers={'cookie': 'session=' + the stolen session}; the code is "
        "in response.next_request.url.params['code']. Exchange it with "
        "code_verifier=scene.verifier, respond, and refresh.",
    ),
    code("""
        cookie = scene.steal("session at the provider")["session at the provider"]
        scene.tom.cookies.set("session", cookie, domain="login.example")
        scene.tom.get("https://notes.example/login", follow_redirects=True)
        scene.respond()
        flag = scene.tom.get("https://notes.example/notes").json()["flag"]
    """),
    brief="""Tom has time to copy one credential: scene.steal(name) returns a dictionary with it. \
scene.menu lists the names. In the meantime `notes` has closed the sign-in for phones.
Then Tom may do whatever he likes in scene.tom, his browser. After that, call scene.respond(): \
the operator does everything that scene.runbook names, and an hour passes.
Each of these two responses contains the flag, but only after the operator has acted:
- GET https://api.example/notes, with an access token of Ada's or of the `backup` client
- GET https://notes.example/notes, with one of Ada's sessions.
A session cookie is called `session` at the provider, and `app` at an application.
scene.link and scene.verifier may help: the parameters of an authorization request that Tom wrote \
(for GET https://login.example/authorize), for the `notes` \
client, with the redirect_uri https://notes.example/cb, and its PKCE verifier.""",
    scene=Response,
)
