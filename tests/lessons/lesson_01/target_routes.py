"""Two ways to the token that was shown at the wrong application (lesson 01)."""

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from labutils.identity.tokens import unb64
from labutils.lab import seconds
from labutils.lessons.lesson_01.logged_tokens import TOM, Scene, number, with_the_key
from labutils.stage.forgeries import takes

Line = dict[str, Any]


def shown(text: str, *, signed: bool) -> Iterator[dict[str, Any]]:
    """The claims of each token in a text, however it is wrapped, and of the tokens in those."""
    for token in re.findall(r"eyJ[\w-]+\.[\w-]+\.[\w-]*", unquote(unquote(text))):
        claims = json.loads(unb64(token.split(".")[1]))
        if not signed or takes(with_the_key, token):
            yield claims
        yield from shown(json.dumps(claims), signed=signed)


def pairs(scene: Scene, *, signed: bool = True) -> Iterator[tuple[Line, dict[str, Any]]]:
    for line in map(json.loads, scene.log):
        for claims in shown(json.dumps(line), signed=signed):
            yield line, claims


def astray(scene: Scene, *, signed: bool) -> list[str]:
    """The numbers of the tokens that were good where they do not belong, the last one last."""
    return [
        claims["jti"]
        for line, claims in pairs(scene, signed=signed)
        if not line["url"].startswith(claims["aud"])
        and claims["iat"] <= seconds(line["time"]) < claims["exp"]
    ]


def not_toms(scene: Scene, *, signed: bool) -> list[str]:
    """The numbers of the tokens about somebody else that Tom's address showed."""
    return [
        claims["jti"]
        for line, claims in pairs(scene, signed=signed)
        if line["ip"] == TOM and claims["sub"] != "u-0666"
    ]


def by_audience_and_time(scene: Scene) -> str:
    (flag,) = astray(scene, signed=True)
    return flag


def by_whom_tom_shows(scene: Scene) -> str:
    """One line from Tom's address holds a signed token about somebody else."""
    (flag,) = not_toms(scene, signed=True)
    return flag


ROUTES = {"audience and time": by_audience_and_time, "whom Tom shows": by_whom_tom_shows}
SHUT = {
    "the first token of the line": lambda _scene: number("g3"),
    "audience alone": lambda scene: next(
        c["jti"] for line, c in pairs(scene) if not line["url"].startswith(c["aud"])
    ),
    "audience and time, without the signature": lambda scene: astray(scene, signed=False)[-1],
    "whom Tom shows, without the signature": lambda scene: not_toms(scene, signed=False)[-1],
    "a token that was over": lambda _scene: number("old"),
    "a subject": lambda _scene: "u-1906",
}
