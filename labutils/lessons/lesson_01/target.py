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
    "Anyone who reads this log at 18:00 can still use three tokens: one until two in the morning, "
    "one for a year, and one for ever. The others only give away what they say about people. And "
    "one line shows an application that checks nothing, like payroll: a forged token got a 200. "
    "Exercise 01-7 takes all tokens out of a log.",
    {
        "function": (
            "Hand in what scene.submit(still_good) returned, not the function itself.",
            "answer = len",
        ),
        "sentence": (
            "That sentence says what is wrong with your function. Read it and submit again.",
            "answer = 'On this log: one of these has expired.'",
        ),
        "other": (
            "That is not the flag. scene.submit(still_good) returns it once the function is right.",
            "answer = 'flag-0000'",
        ),
    },
    (
        "Call `unquote(line)` on each line. Then find the tokens with "
        '`re.findall(r"eyJ[\\w-]+\\.[\\w-]+\\.[\\w-]*", text)`. The claims are `decode(token)[1]`.',
        "`seconds_left(claims, read_at)` says how long a token stays valid. "
        "`takes(with_the_key, token)` says whether the issuer signed it.",
        "A token is still valid if `seconds_left` is not 0: None means that it never expires.",
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
    brief="""scene.log holds lines from a proxy log of 18 October, as strings. A \
colleague sent the log to a support team outside the company. Somebody there reads it at 18:00 \
that day. That time is scene.read_at, in seconds since 1970.
Which tokens in it would then still be accepted by a program that checks signature and time? Write \
`still_good(log, read_at)`. It returns the set of their IDs, which are in the `jti` claim. The \
tokens are in headers, in URLs and in cookies.
scene.submit(still_good) runs your function on this log and on logs that you have not seen. It \
returns the flag, or says what is wrong.""",
    tools="scene.key is the issuer's public key, a JWK for ES256.",
    scene=Scene,
)
