"""A repair of the obedient verifier that forbids a word (lesson 02)."""

import json
from collections.abc import Callable
from inspect import getsource

from labutils.identity.tokens import unb64
from labutils.stage.forgeries import Claims, Jwk, obedient


def repaired(token: str, keys: dict[str, list[Jwk]]) -> Claims:
    """The obedient verifier, after a team forbade alg none. Raises ValueError for that word."""
    header = json.loads(unb64(token.split(".")[0]))
    if header["alg"] == "none":
        raise ValueError("alg none is not allowed")
    return obedient(token, keys)


def print_lines_with(function: Callable[..., object], *words: str) -> None:
    """Print the lines of a function that hold one of these words, and dots for the others."""
    last = ""
    for line in getsource(function).splitlines():
        shown = line if any(word in line for word in words) else "    ..."
        if shown != last or shown == line:
            print(shown)
        last = shown
