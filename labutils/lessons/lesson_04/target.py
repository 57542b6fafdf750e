"""04 · OpenID Connect: its target."""

from typing import Any

from labutils.classroom.judging import REFUSED, response_mistake, value
from labutils.classroom.registry import (
    Target,
    code,
)

from .eager_wiki import FLAG, board


def flag_mistake(answer: Any) -> str | None:
    if answer == FLAG:
        return None
    return response_mistake(answer) or "other"


TARGET = Target(
    "04-target",
    "value",
    value(flag_mistake),
    "The wiki signed you in as Ada. There are two ways to do this: one uses the log, the other "
    "uses a name.",
    {
        "other": (
            "That is not the flag. It is on https://eager.example/page when you are signed in as "
            "Ada.",
            "answer = 'flag-0000'",
        ),
        "response": (
            "That is a whole response. The flag is the `flag` member of Ada's page.",
            "answer = {'hello': 'u-0666'}",
        ),
        "refused": (REFUSED, "answer = {'error': 'The token is refused: Signature has expired'}"),
    },
    (
        "Which ID tokens about Ada can Tom get? Some are in scene.log: read each one before you "
        "use it. Others go to applications of his own: scene.ada_signs_in_at('a-name').",
        "The wiki checks signature, issuer and time. How does it check the audience? Does it "
        "check whether the token belongs to this browser's sign-in?",
        "Post {'token': ...} to https://eager.example/id-token. Use the token from scene.log that "
        "is about u-1815, for the wiki, and still valid, or one from an application whose name "
        "has 'wiki' in it. Then GET /page.",
    ),
    code("""
        EAGER = "https://eager.example"
        token = scene.ada_signs_in_at("my-wiki-2")["id_token"]
        scene.tom.post(EAGER + "/id-token", data={"token": token})
        flag = scene.tom.get(EAGER + "/page").json()["flag"]
    """),
    brief=(
        "Somebody has fixed the eager wiki, but not well. Its client ID is `wiki`. It no longer "
        "accepts access tokens: POST an ID token, as the `token` field, to "
        "https://eager.example/id-token. After three refusals the wiki locks until you restart the "
        "kernel. scene.tom is Tom's browser. Ada signs in wherever Tom asks her to: "
        "scene.ada_signs_in_at('some-name') returns the tokens that his application receives. "
        "scene.log has lines from a proxy log, and scene.now is the time. Sign in as Ada: the "
        "flag is on her page."
    ),
    scene=board,
)
