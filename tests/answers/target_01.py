"""Two ways to the token that was shown at the wrong application (lesson 01)."""

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from labutils.identity.tokens import unb64
from labutils.lab import seconds
from labutils.stage.logged_tokens import TOM, Scene, number

Line = dict[str, Any]


def shown(text: str) -> Iterator[dict[str, Any]]:
    """The claims of each token in a text, however it is wrapped, and of the tokens in those."""
    for token in re.findall(r"eyJ[\w-]+\.[\w-]+\.[\w-]*", unquote(unquote(text))):
        claims = json.loads(unb64(token.split(".")[1]))
        yield claims
        yield from shown(json.dumps(claims))


def pairs(scene: Scene) -> Iterator[tuple[Line, dict[str, Any]]]:
    for line in map(json.loads, scene.log):
        for claims in shown(json.dumps(line)):
            yield line, claims


def by_audience_and_time(scene: Scene) -> str:
    found = {
        claims["jti"]
        for line, claims in pairs(scene)
        if not line["url"].startswith(claims["aud"])
        and claims["iat"] <= seconds(line["time"]) < claims["exp"]
    }
    (flag,) = found
    return flag


def by_whom_tom_shows(scene: Scene) -> str:
    """One line from Tom's address holds a token about somebody else."""
    found = {
        claims["jti"]
        for line, claims in pairs(scene)
        if line["ip"] == TOM and claims["sub"] != "u-0666"
    }
    (flag,) = found
    return flag


ROUTES = {"audience and time": by_audience_and_time, "whom Tom shows": by_whom_tom_shows}
SHUT = {
    "the first token of the line": lambda _scene: number("g3"),
    "audience alone": lambda scene: next(
        c["jti"] for line, c in pairs(scene) if not line["url"].startswith(c["aud"])
    ),
    "a token that was over": lambda _scene: number("old"),
    "a subject": lambda _scene: "u-1906",
}
