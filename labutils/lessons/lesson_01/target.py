"""01 · JSON Web Token (JWT): its target."""

from typing import Any

from labutils.classroom.judging import value
from labutils.classroom.registry import Target, code

from .logged_tokens import FLAG, Scene


def flag_mistake(answer: Any) -> str | None:
    """None for the flag, else the name of what was handed in."""
    if answer == FLAG:
        return None
    if callable(answer):
        return "function"
    return "sentence" if isinstance(answer, str) and " " in answer else "other"


TARGET = Target(
    "01-target",
    "value",
    value(flag_mistake),
    "Whoever reads this log at six could still use three tokens: one until two in the morning, one "
    "for a year, and one for ever. The others only tell about people, which is bad enough. "
    "Exercise 01-7 takes all of it out of a log.",
    {
        "function": (
            "Hand in what scene.submit(still_good) returned, and not the function.",
            "answer = len",
        ),
        "sentence": (
            "That sentence says what is wrong with your function. Read it, and submit again.",
            "answer = 'On this log: one of these has expired.'",
        ),
        "other": (
            "That is not the flag. scene.submit(still_good) returns it once the function is right.",
            "answer = 'flag-0000'",
        ),
    },
    (
        "For each line: `unquote(line)`, then find the tokens with "
        '`re.findall(r"eyJ[\\w-]+\\.[\\w-]+\\.[\\w-]*", text)`. Then `decode(token)[1]`.',
        "`seconds_left(claims, read_at)` says how long a token is still good. "
        "`takes(with_the_key, token)` says whether the issuer wrote it.",
        "A token is still good where `seconds_left` is not 0: None stands for *without end*.",
    ),
    code("""
        def still_good(log, read_at):
            found = set()
            for text in re.findall(r"eyJ[\\w-]+\\.[\\w-]+\\.[\\w-]*", unquote(" ".join(log))):
                claims = decode(text)[1]
                if seconds_left(claims, read_at) != 0 and takes(with_the_key, text):
                    found.add(claims["jti"])
            return found

        flag = scene.submit(still_good)
    """),
    brief="""scene.log has lines of a proxy's log of 18 October, each a text. A colleague sent it \
to a support team outside the company, where somebody reads it at 18:00 that day: scene.read_at is \
that second.
Which tokens in it would still be accepted then? Write `still_good(log, read_at)`. It returns the \
set of their numbers, the claim `jti`. Tokens stand in headers, in addresses and in cookies.
scene.submit(still_good) tries it on this log and on logs that you have not seen. It returns the \
flag, or says what is wrong.""",
    tools="scene.key is the public key of the issuer, a JWK for ES256.",
    scene=Scene,
)
