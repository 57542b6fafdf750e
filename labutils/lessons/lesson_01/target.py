"""01 · JSON Web Token (JWT): its target."""

from typing import Any

from labutils.classroom.judging import value
from labutils.classroom.registry import Target, code

from . import logged_tokens as logged
from .exercises import wrong

NUMBER = "from labutils.lessons.lesson_01.logged_tokens import STILL_GOOD, number"
GOOD = {logged.number(name) for name in logged.STILL_GOOD}
OVER = {logged.number(name) for name in logged.OVER}
EVERY = GOOD | OVER | {logged.number(logged.FORGED)}


def flag_mistake(answer: Any) -> str | None:
    """The name of what is wrong with a set of numbers; None where it is the flag."""
    if not isinstance(answer, set | frozenset | list | tuple):
        return "one" if isinstance(answer, str) else "form"
    if not all(isinstance(one, str) for one in answer) or not set(answer) <= EVERY:
        return "form"
    given = set(answer)
    for found, mistake in (
        (logged.number(logged.FORGED) in given, "forged"),
        (logged.number("to the second") in given, "to the second"),
        (given & OVER, "over"),
        (logged.number("sync") not in given, "no exp"),
        (logged.number("gateway") not in given, "percent"),
        (given != GOOD, "few"),
    ):
        if found:
            return mistake
    return None


def other(change: str) -> str:
    """The numbers that are right, changed in one place."""
    return wrong(f"{NUMBER}\nanswer = {{number(name) for name in STILL_GOOD}}\n{change}")


TARGET = Target(
    "01-target",
    "value",
    value(flag_mistake),
    "Whoever reads this log at six could still use three tokens: one until two in the morning, one "
    "for a year, and one for ever. The others only tell about people, which is bad enough. "
    "Exercise 01-7 takes all of it out of a log.",
    {
        "one": (
            "That is one text. The flag is the set of the numbers of all tokens that are still "
            "good.",
            wrong(f"{NUMBER}\nanswer = number('backup')"),
        ),
        "form": (
            "The flag is a set of values of `jti`, such as {'flag-1', 'flag-2'}, and all of them "
            "are in this log.",
            "answer = {'u-1906'}",
        ),
        "forged": (
            "One of these the issuer never wrote: somebody changed its claims and left the old "
            "signature. `takes(with_the_key, token)` is False there.",
            other("answer.add(number('forged'))"),
        ),
        "to the second": (
            "One of these expires at 18:00:00. From the second of `exp` on a token is not "
            "accepted.",
            other("answer.add(number('to the second'))"),
        ),
        "over": (
            "One of these has expired by 18:00. What counts is `scene.read_at`, and not the time "
            "of the line.",
            other("answer.add(number('tom'))"),
        ),
        "no exp": (
            "One token has no `exp`. `seconds_left` says None there, and None is not 0: that token "
            "never expires.",
            other("answer.discard(number('sync'))"),
        ),
        "percent": (
            "A cookie holds one that you missed: its dots are written as %2E. `unquote(line)` "
            "turns them back.",
            other("answer.discard(number('gateway'))"),
        ),
        "few": (
            "One is missing: look at headers, cookies and addresses alike.",
            other("answer.discard(number('backup'))"),
        ),
    },
    (
        "For each line: `unquote(line)`, then find the tokens with "
        '`re.findall(r"eyJ[\\w-]+\\.[\\w-]+\\.[\\w-]*", text)`. Then `decode(token)[1]`.',
        "`seconds_left(claims, scene.read_at)` says how long a token is still good. "
        "`takes(with_the_key, token)` says whether the issuer wrote it.",
        "A token is still good where `seconds_left` is not 0: None stands for *without end*.",
    ),
    code("""
        flag = set()
        for line in scene.log:
            for text in re.findall(r"eyJ[\\w-]+\\.[\\w-]+\\.[\\w-]*", unquote(line)):
                claims = decode(text)[1]
                left = seconds_left(claims, scene.read_at)
                if left != 0 and takes(with_the_key, text):
                    flag.add(claims["jti"])
    """),
    brief="""scene.log has twelve lines of a proxy's log of 18 October, each a text. A colleague \
sent it to a support team outside the company, where somebody reads it at 18:00 that day: \
scene.read_at is that second.
Which tokens in it would still be accepted then? The flag is the set of their numbers, the claim \
`jti`.
Tokens stand in headers, in addresses and in cookies.""",
    scene=logged.scene,
)
