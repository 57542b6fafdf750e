"""Two ways to be Ada at the mended wiki (lesson 04)."""

from labutils.identity.tokens import inspect
from labutils.lessons.lesson_04.eager_wiki import EAGER, Board


def flag(scene: Board, token: str) -> str:
    scene.tom.post(EAGER + "/id-token", data={"token": token})
    page = scene.tom.get(EAGER + "/page")
    return page.json().get("flag", page.text)


def a_name_with_wiki_in_it(scene: Board) -> str:
    return flag(scene, scene.ada_signs_in_at("my-wiki-2")["id_token"])


def a_token_from_the_log(scene: Board) -> str:
    for line in scene.log:
        token = line.partition("id_token_hint=")[2].split()[0]
        claims = inspect(token).claims
        if (claims["sub"], claims["aud"]) == ("u-1815", "wiki") and scene.now < claims["exp"]:
            return flag(scene, token)
    return "none"


ROUTES = {"a name with wiki in it": a_name_with_wiki_in_it, "the log": a_token_from_the_log}


def one_after_the_other(scene: Board, lines: list[str]) -> str:
    """What Tom sees who shows each token of the log."""
    return " ".join(flag(scene, line.partition("id_token_hint=")[2].split()[0]) for line in lines)


SHUT = {
    "each token of the log": lambda scene: one_after_the_other(scene, scene.log),
    "each, from the end": lambda scene: one_after_the_other(scene, scene.log[::-1]),
    "another name": lambda scene: flag(scene, scene.ada_signs_in_at("tombola")["id_token"]),
    "an access token": lambda scene: flag(scene, scene.ada_signs_in_at("wikis")["access_token"]),
}
