"""09 · The attack chain, tactic by tactic: its target."""

from labutils.classroom.judging import value
from labutils.classroom.registry import (
    Target,
    code,
)
from labutils.stage.intruder import (
    FLAG,
    MOST,
    QuietIntruder,
    Result,
)


def flag_mistake(answer: object) -> str | None:
    if answer == FLAG:
        return None
    if isinstance(answer, dict | Result):
        return "response"
    return "many" if "lines" in str(answer) else "other"


TARGET = Target(
    "09-target",
    "value",
    value(flag_mistake),
    "You have the source code. Each line that you left looks like an ordinary act of a valid "
    "account. Four are the fewest. Lesson 10 looks for them from the other side.",
    {
        "many": (
            "You reached the source code, and left too many lines. Refused tries leave lines as "
            "well. Take a new scene, and make only the moves that you need.",
            "answer = 'no flag: 9 lines in the files, 6 at most'",
        ),
        "response": (
            "That is the whole answer. The flag alone is result.answer['flag'].",
            "answer = {'allowed': True}",
        ),
        "other": (
            "That is not the flag. It stands in result.answer['flag'] of a move at 'bitbucket' "
            "that opened.",
            "answer = 'flag-0000'",
        ),
    },
    (
        "The Bitbucket account sees nothing any more. Who else may view repositories? Try in one "
        "scene, then make the short way in a new one: scene = target('09').",
        "An account that looks like a colleague may. It is made in Jira. Signing in there, "
        "reading and searching only leave lines.",
        "Four moves: the gateway for 'jira', smartsheet-account at 'jira' with 'create-user', the "
        "gateway for 'bitbucket', and 'lookalike-account' at 'bitbucket' with 'view'. The other "
        "way takes a 'script', and views from the server.",
    ),
    code("""
        scene.use("moveworks-token", "gateway", "jira")
        scene.use("smartsheet-account", "jira", "create-user")
        scene.use("moveworks-token", "gateway", "bitbucket")
        seen = scene.use("lookalike-account", "bitbucket", "view")
        flag = seen.answer["flag"]
    """),
    brief=f"""The company has learned one thing: the Bitbucket account sees no repository any \
more. All else is as it was.
Reach source code: a move at 'bitbucket' that opens. The answer holds the flag if the defender's \
files have {MOST} lines or fewer by then. Refused tries count.
result = scene.use(credential, service, action) makes a move; "server" may stand as the fourth. \
scene.lines is the number of lines so far. result.answer is what the service sent.
For a fresh start: scene = target("09").""",
    scene=QuietIntruder,
)
