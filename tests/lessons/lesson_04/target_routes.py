"""Ways to be Ada at the two wikis (lesson 04)."""

from urllib.parse import parse_qs, urlsplit

from labutils.identity.tokens import inspect
from labutils.lessons.lesson_04.two_wikis import NORTH, SOUTH, Board


def post(scene: Board, wiki: str, token: str) -> str:
    """Tom begins a sign-in and posts this token: half of the flag, or what he was told."""
    scene.tom.get(wiki + "/login")
    answer = scene.tom.post(wiki + "/cb", data={"id_token": token})
    if not answer.is_redirect:
        return answer.text
    return scene.tom.get(wiki + "/page").json().get("half", "nothing")


def nonce_of(scene: Board, wiki: str) -> str:
    location = scene.tom.get(wiki + "/login").headers["location"]
    return parse_qs(urlsplit(location).query)["nonce"][0]


def with_its_nonce(scene: Board, wiki: str, name: str) -> str:
    """A token for an application of Tom's that sent the nonce of the wiki."""
    token = scene.ada_signs_in_at(name, nonce_of(scene, wiki))["id_token"]
    scene.tom.post(wiki + "/cb", data={"id_token": token})
    return scene.tom.get(wiki + "/page").json().get("half", "nothing")


def from_the_log(scene: Board, audience: str = "wiki") -> str:
    """The token about Ada in the log that is for this client, and still valid."""
    for line in scene.log:
        token = line.partition("id_token_hint=")[2].split()[0]
        claims = inspect(token).claims
        if (claims["sub"], claims["aud"]) == ("u-1815", audience) and scene.now < claims["exp"]:
            return token
    return "none"


def both(scene: Board) -> str:
    return with_its_nonce(scene, NORTH, "my-wiki-2") + post(scene, SOUTH, from_the_log(scene))


def both_with_another_name(scene: Board) -> str:
    south = post(scene, SOUTH, from_the_log(scene))
    return with_its_nonce(scene, NORTH, "wiki2") + south


def by_its_own_verbs(scene: Board) -> str:
    nonce, _ = scene.begin("north"), scene.begin("south")
    south = scene.post("south", from_the_log(scene))["half"]
    made = scene.ada_signs_in_at("not-the-wiki", nonce)["id_token"]
    return scene.post("north", made)["half"] + south


ROUTES = {
    "each by the check that it leaves out": both,
    "the other order": both_with_another_name,
    "begin and post": by_its_own_verbs,
}


def each_of_the_log(scene: Board) -> str:
    tokens = [line.partition("id_token_hint=")[2].split()[0] for line in scene.log]
    return " ".join(post(scene, wiki, token) for wiki in (NORTH, SOUTH) for token in tokens)


def wrong_way_round(scene: Board) -> str:
    return with_its_nonce(scene, SOUTH, "a-wiki") + post(scene, NORTH, from_the_log(scene))


def of_the_same_kind(scene: Board) -> str:
    """The name trick at both, and the log at both: each opens one wiki alone."""
    return " ".join(
        (with_its_nonce(scene, NORTH, "wiki-a") * 2, post(scene, SOUTH, from_the_log(scene)) * 2)
    )


SHUT = {
    "each token of the log": each_of_the_log,
    "wrong way round": wrong_way_round,
    "the halves of one wiki twice": of_the_same_kind,
    "another name": lambda scene: with_its_nonce(scene, NORTH, "tombola"),
    "without the nonce": lambda scene: post(
        scene, NORTH, scene.ada_signs_in_at("wiki-b")["id_token"]
    ),
    "an access token": lambda scene: post(
        scene, SOUTH, scene.ada_signs_in_at("wiki-c")["access_token"]
    ),
    "a token for the notes": lambda scene: post(scene, SOUTH, from_the_log(scene, "notes")),
}
