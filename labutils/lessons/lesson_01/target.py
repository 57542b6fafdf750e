"""01 · JSON Web Token (JWT): its target."""

from typing import Any

from labutils.classroom.judging import (
    value,
)
from labutils.classroom.registry import (
    Target,
    code,
)

from . import logged_tokens as logged
from .exercises import OVER, RIGHT_PLACE, wrong

NUMBER = "from labutils.lessons.lesson_01.logged_tokens import number"
OUTER = ("g1", "g2", "g3")


def flag_mistake(answer: Any) -> str | None:
    if answer == logged.number("astray"):
        return None
    if answer == logged.number("unsigned"):
        return "unsigned"
    for names, mistake in ((OUTER, "outer"), (OVER, "over"), (RIGHT_PLACE, "right place")):
        if answer in [logged.number(name) for name in names]:
            return mistake
    text = answer if isinstance(answer, str) else ""
    return "token" if text.count(".") == 2 or text.startswith("u-") else "other"


TARGET = Target(
    "01-target",
    "value",
    value(flag_mistake),
    "The token was made for notes.example, it was about u-1906, and it was good for almost four "
    "minutes more. The payroll took it all the same. There is a second way: who else showed this "
    "token?",
    {
        "outer": (
            "That token was made for the application at which it was shown. Read it to its end: "
            "one of its claims begins with eyJ.",
            wrong(
                "from labutils.lessons.lesson_01.logged_tokens import number\nanswer = number('g3')"
            ),
        ),
        "over": (
            "That token was over when the line was written. Compare `exp` with the time of the "
            "line.",
            wrong(f"{NUMBER}\nanswer = number('old')"),
        ),
        "unsigned": (
            "The issuer never wrote that token. Somebody changed its claims, and left the old "
            "signature. with_the_key(token) raises an error there.",
            wrong(f"{NUMBER}\nanswer = number('unsigned')"),
        ),
        "right place": (
            "That token was made for the application at which it was shown: compare `aud` with the "
            "host of the line.",
            wrong(f"{NUMBER}\nanswer = number('tom')"),
        ),
        "token": (
            "Hand in the number of the token: the value of its claim `jti`.",
            "answer = 'u-1906'",
        ),
        "other": (
            "That is not the number of a token in this log. It is the value of a claim `jti`.",
            "answer = 'flag-0000'",
        ),
    },
    (
        "Parse a line with json.loads. Tokens stand in headers and in addresses. %2E is a dot that "
        "was percent-encoded: unquote(text) turns it back. Then decode(token).",
        "A token can carry another token in a claim. Compare the aud of each token with the url of "
        "its line, and use seconds_left(claims, seconds(line['time'])). takes(with_the_key, token) "
        "says whether the signature fits.",
        "Three lines have a cookie with a token in its claim id_token. Decode that one too. A "
        "second way: Tom's address is 203.0.113.66, and one of his lines shows a signed token "
        "about somebody else.",
    ),
    code("""
        for line in map(json.loads, scene.log):
            text = unquote(line["url"] + str(line["headers"]))
            for token in re.findall(r"eyJ[\\w-]+\\.[\\w-]+\\.[\\w-]*", text):
                claims = decode(token)[1]
                if "id_token" in claims:
                    token = claims["id_token"]
                    claims = decode(token)[1]
                good = seconds_left(claims, seconds(line["time"])) and takes(with_the_key, token)
                if good and claims["aud"] not in line["url"]:
                    flag = claims["jti"]
    """),
    brief="""scene.log holds twelve lines of a proxy's log of 18 October. Each line is JSON.
One token was shown at an application for which it was not made: its `aud` is another one. It was \
good in that second, and the issuer had signed it: with_the_key(token) gives its claims.
Find that token. Its number, the claim `jti`, is the flag.
Tokens stand in headers, in addresses, in cookies, and in other tokens. There is more than one \
way.""",
    scene=logged.scene,
)
