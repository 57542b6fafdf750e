"""What *JSON Web Token* starts from: `from labutils.lessons.lesson_01.start import *`."""

import base64
import hmac
import json
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote

from labutils import (  # first: where a package is broken, they say so in a sentence
    accepts,
    check,
    ending,
    experiment,
    glass,
    hint,
    mine,
    quiz,
    refuses,
    show_log,
    solution,
    target,
)

# isort: split
import jwt

from labutils.classroom.cards import show_why
from labutils.classroom.endings import welcome_back
from labutils.identity.tokens import b64, inspect, rfc_examples, unb64, verify_signature
from labutils.lab import iso, seconds
from labutils.stage.forgeries import takes

from .logged_tokens import (
    KEY,
    LINE,
    Claims,
    changed_once,
    four_ways_to_write,
    print_times,
    same_bytes,
    tokens_of_a_day,
    with_key_and_time,
    with_the_key,
    without_the_key,
)
from .payroll import Read, payroll_page, read

WEEK_LATER = seconds("2023-10-25T09:00:00Z")
AN_ALPHABET = (
    "It is an alphabet, not a cipher: there is no key because nothing is locked. Base64url writes "
    "three bytes with four characters, and anybody may write them back."
)
PASSED_ON = "Whoever passes on a token passes on everything that it says."
Visitor = Callable[[str], str]  # a token, to what an application shows to whoever brings it


def open_ticket() -> str:
    """Show the one line of the ticket with its token under glass, and return the token."""
    before, _, rest = LINE.partition("Bearer ")
    token = rest.strip('"')
    print(f"Ticket 4711: {before}Bearer ...")
    glass(
        token,
        title="The gibberish",
        hint="Point at some characters, or at a claim. Then type over them: nothing breaks.",
    )
    show_why(AN_ALPHABET, PASSED_ON)
    return token


def with_claim(token: str, **claims: str) -> str:
    """Return the token with other values of some claims, and everything else as it was."""
    head, body, signature = token.split(".")
    said = json.loads(unb64(body)) | claims
    return ".".join([head, b64(json.dumps(said, separators=(",", ":")).encode()), signature])


def payroll(reads: Read = read, when: int | None = None) -> Visitor:
    """Return a payroll application as a verifier: what it shows to whoever brings a token."""

    def shows(token: str) -> str:
        page = payroll_page(token, reads, when)
        said = page.json()
        if page.is_success:
            return f"{said['name']}, salary {said['salary']}"
        kind, _, why = said["error"].partition(": ")
        raise ValueError(f"nobody has the ID {why}" if kind == "KeyError" else why)

    visitor: Visitor = reading(shows, reads)
    return visitor


def reading(function: Any, reads: Any) -> Any:
    """Return the function, with the reader inside it as the code that one may look at."""
    function.__wrapped__ = getattr(reads, "function", reads)
    return function


def change_a_word(token: str, forged: str) -> None:
    """Show the forged token under glass, and the payroll that answers while one types."""
    glass(
        token,
        {"the payroll": payroll()},
        now=forged,
        title="Tom's token",
        hint="Write `u-1815`, or any other ID, into `sub`. The payroll answers while you type.",
    )


def change_each(token: str) -> int:
    """Change each character once, by itself; show and return how many of these a verifier with the
    public key refuses."""
    ends = token.index("."), token.rindex(".")
    names = ("header", "payload", "signature", "dots")
    changes = {name: [0, 0] for name in names}
    for at, changed in enumerate(changed_once(token)):
        count = changes["dots" if token[at] == "." else names[sum(at > end for end in ends)]]
        count[0] += 1
        count[1] += not takes(with_the_key, changed)
    rows = [
        {"changed in the": name, "changes": tried, "refused": refused}
        for name, (tried, refused) in changes.items()
    ]
    show_log(rows, "One character at a time, to a verifier with the issuer's public key")
    return sum(refused for _, refused in changes.values())


def with_a_lamp(token: str) -> None:
    """Show the token under glass, with a dot that says whether its signature fits."""
    glass(
        token,
        {"no key": payroll(), "with the key": payroll(with_the_key)},
        key=KEY.jwk,
        title="Ada's token, and its signature",
        hint="Type over any character, and watch the dot below *signature*.",
    )


def three_payrolls(decode: Callable[[str], tuple[Any, Claims]]) -> dict[str, Visitor]:
    """Return three payroll applications, a week later, by how each reads a token."""

    def seconds_left(claims: Claims, now: int) -> int:
        return max(0, int(claims["exp"]) - now)

    timed = with_key_and_time(seconds_left, WEEK_LATER)
    decodes = reading(lambda text: decode(text)[1], decode)
    return {
        "decodes": payroll(decodes, WEEK_LATER),
        "signature": payroll(with_the_key, WEEK_LATER),
        "signature and time": payroll(timed, WEEK_LATER),
    }


def let_in(token: str, applications: Mapping[str, Visitor]) -> list[bool]:
    """Return for each application whether it shows Ada's salary for this token."""
    return [takes(shows, token) for shows in applications.values()]


def a_week_later(token: str, applications: Mapping[str, Visitor]) -> None:
    """Show the token under glass, and what three applications make of it a week later."""
    glass(
        token,
        applications,
        key=KEY.jwk,
        harm=lambda _token, _shown: True,  # nobody should be let in by it any more
        title="Ada's token, a week later",
        hint="Give it a later `exp`. Who believes you?",
    )


def readable(token: str) -> list[str]:
    """Return which parts of a token can be read without a key: its header, its claims."""
    parts = inspect(token)
    return [name for name in ("header", "claims") if getattr(parts, name) is not None]


welcome_back("01")
__all__ = [
    "KEY", "LINE", "WEEK_LATER", "a_week_later", "accepts", "b64", "base64", "change_a_word",
    "change_each", "check", "ending", "experiment", "four_ways_to_write", "glass", "hint", "hmac",
    "inspect", "iso", "json", "jwt", "let_in", "mine", "open_ticket", "payroll", "payroll_page",
    "print_times", "quiz", "re", "readable", "refuses", "rfc_examples", "same_bytes", "seconds",
    "solution", "takes", "target", "three_payrolls", "tokens_of_a_day", "unb64", "unquote",
    "verify_signature", "with_a_lamp", "with_claim", "with_the_key", "without_the_key",
]  # fmt: skip
