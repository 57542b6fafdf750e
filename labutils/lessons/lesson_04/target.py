"""04 · OpenID Connect: its target."""

from typing import Any

from labutils.classroom.judging import (
    value,
)
from labutils.classroom.registry import (
    Target,
    code,
)

from .eager_wiki import FLAG, board


def flag_mistake(answer: Any) -> str | None:
    if answer == FLAG:
        return None
    return "response" if isinstance(answer, dict) or hasattr(answer, "json") else "other"


TARGET = Target(
    "04-target",
    "value",
    value(flag_mistake),
    "The wiki signed you in as Ada. There is a second way; one needs the log, one needs a name.",
    {
        "other": (
            "That is not the flag. It stands on https://eager.example/page while you are Ada.",
            "answer = 'flag-0000'",
        ),
        "response": (
            "That is the whole answer. The flag is its member `flag`.",
            "answer = {'hello': 'u-0666'}",
        ),
    },
    (
        "Which ID tokens about Ada can Tom get? Some stand in scene.log: look into each one before "
        "you use it. Others come to applications of his own: scene.ada_signs_in_at('a-name').",
        "The wiki checks signature, issuer and time. How does it check the audience? Does it ask "
        "whether the token answers a sign-in of this browser?",
        "Post {'token': ...} to https://eager.example/id-token: the token of scene.log that is "
        "about u-1815, for the wiki, and still good; or one of an application whose name has "
        "'wiki' in it. Then GET /page.",
    ),
    code("""
        EAGER = "https://eager.example"
        token = scene.ada_signs_in_at("my-wiki-2")["id_token"]
        scene.tom.post(EAGER + "/id-token", data={"token": token})
        flag = scene.tom.get(EAGER + "/page").json()["flag"]
    """),
    brief=(
        "Somebody fixed the eager wiki, and not well. Its client ID is `wiki`. It takes no access "
        "tokens any more: POST an ID token, as the field token, to https://eager.example/id-token. "
        "After three refusals it is locked, until the kernel is restarted. scene.tom is Tom's "
        "browser. Ada signs in wherever Tom asks her to: scene.ada_signs_in_at('some-name') gives "
        "the tokens that his application receives. scene.log has lines of a proxy's log, and "
        "scene.now is the time. Be Ada: her page has a flag."
    ),
    scene=board,
)
