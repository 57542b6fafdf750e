"""Two ways to the tokens that are still good when the log is read (lesson 01)."""

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from labutils.identity.tokens import unb64
from labutils.lessons.lesson_01.logged_tokens import READ_AT, Scene, with_the_key
from labutils.stage.forgeries import takes

Shown = tuple[str, dict[str, Any]]  # a token, and its claims


def shown(text: str) -> Iterator[Shown]:
    """Each token in a text, with its claims."""
    for token in re.findall(r"eyJ[\w-]+\.[\w-]+\.[\w-]*", text):
        yield token, json.loads(unb64(token.split(".")[1]))


def everywhere(scene: Scene) -> list[Shown]:
    return [one for line in scene.log for one in shown(unquote(line))]


def numbers(tokens: list[Shown], *, signed: bool = True, at: int = READ_AT) -> set[str]:
    """The numbers of those that are good at a moment."""
    return {
        claims["jti"]
        for token, claims in tokens
        if claims.get("exp", at + 1) > at and (takes(with_the_key, token) or not signed)
    }


def by_the_end_of_each(scene: Scene) -> set[str]:
    return numbers(everywhere(scene))


def by_leaving_out(scene: Scene) -> list[str]:
    """All numbers, without those that have expired and the one that nobody signed."""
    left = {claims["jti"]: token for token, claims in everywhere(scene)}
    for token, claims in everywhere(scene):
        if "exp" in claims and claims["exp"] <= scene.read_at or not takes(with_the_key, token):
            left.pop(claims["jti"], None)
    return list(left)


ROUTES = {"the end of each": by_the_end_of_each, "leaving out": by_leaving_out}
SHUT = {
    "all tokens": lambda scene: {claims["jti"] for _, claims in everywhere(scene)},
    "without the signature": lambda scene: numbers(everywhere(scene), signed=False),
    "good when the line was written": lambda scene: numbers(everywhere(scene), at=READ_AT - 14_400),
    "good to the second": lambda scene: numbers(everywhere(scene), at=READ_AT - 1),
    "those that have an end": lambda scene: {
        claims["jti"]
        for token, claims in everywhere(scene)
        if claims.get("exp", 0) > READ_AT and takes(with_the_key, token)
    },
    "dots alone": lambda scene: numbers([one for line in scene.log for one in shown(line)]),
    "one of them": lambda scene: min(numbers(everywhere(scene))),
}
