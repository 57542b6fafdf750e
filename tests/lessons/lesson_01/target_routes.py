"""Two ways to the tokens that are still good when a log is read (lesson 01)."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import unquote

from labutils.identity.tokens import unb64
from labutils.lessons.lesson_01.logged_tokens import Scene, log, with_the_key
from labutils.stage.forgeries import takes

Shown = tuple[str, dict[str, Any]]  # a token, and its claims


def shown(text: str) -> Iterator[Shown]:
    """Each token in a text, with its claims."""
    for token in re.findall(r"eyJ[\w-]+\.[\w-]+\.[\w-]*", text):
        yield token, json.loads(unb64(token.split(".")[1]))


def everywhere(lines: tuple[str, ...]) -> list[Shown]:
    return [one for line in lines for one in shown(unquote(line))]


def by_the_end_of_each(lines: tuple[str, ...], read_at: int) -> set[str]:
    return {
        claims["jti"]
        for token, claims in everywhere(lines)
        if claims.get("exp", read_at + 1) > read_at and takes(with_the_key, token)
    }


def by_leaving_out(lines: tuple[str, ...], read_at: int) -> list[str]:
    """All numbers, without those that have expired and the one that nobody signed."""
    left = {claims["jti"]: token for token, claims in everywhere(lines)}
    for token, claims in everywhere(lines):
        if claims.get("exp", read_at + 1) <= read_at or not takes(with_the_key, token):
            left.pop(claims["jti"], None)
    return list(left)


def submitted(function: Callable[..., Any]) -> Callable[[Scene], str]:
    return lambda scene: scene.submit(function)


ROUTES = {
    "the end of each": submitted(by_the_end_of_each),
    "leaving out": submitted(by_leaving_out),
}
SHUT = {
    "all tokens": submitted(lambda lines, _: {claims["jti"] for _, claims in everywhere(lines)}),
    "without the signature": submitted(
        lambda lines, read_at: {
            claims["jti"]
            for _, claims in everywhere(lines)
            if claims.get("exp", read_at + 1) > read_at
        }
    ),
    "good when the line was written": submitted(
        lambda lines, read_at: by_the_end_of_each(lines, read_at - 14_400)
    ),
    "good to the second": submitted(lambda lines, read_at: by_the_end_of_each(lines, read_at - 1)),
    "those that have an end": submitted(
        lambda lines, read_at: {
            claims["jti"]
            for token, claims in everywhere(lines)
            if claims.get("exp", 0) > read_at and takes(with_the_key, token)
        }
    ),
    "dots alone": submitted(
        lambda lines, read_at: {
            claims["jti"]
            for line in lines
            for token, claims in shown(line)
            if claims.get("exp", read_at + 1) > read_at and takes(with_the_key, token)
        }
    ),
    "what is right for the log that is shown": submitted(
        lambda _lines, read_at: by_the_end_of_each(log("shown").lines, read_at)
    ),
    "nothing": submitted(lambda *_: None),
    "no function": lambda scene: scene.submit(by_the_end_of_each(scene.log, scene.read_at)),
}
