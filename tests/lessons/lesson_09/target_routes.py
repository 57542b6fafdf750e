"""Ways to the source code with few lines in the defender's files (lesson 09)."""

from collections.abc import Callable

from labutils.stage.intruder import GATE, Move, NoSuchMove, QuietIntruder

NEW_USER = ("smartsheet-account", "jira", "create-user")
SCRIPT = ("smartsheet-account", "jira", "script")
SIGN_IN = ("smartsheet-account", "jira", "sign-in")
CODE_GATE = ("moveworks-token", "gateway", "bitbucket")
VIEW = ("lookalike-account", "bitbucket", "view")


def flag_of(*moves: Move) -> Callable[[QuietIntruder], str]:
    """What the last of these moves shows of the flag."""

    def play(scene: QuietIntruder) -> str:
        try:
            results = [scene.use(*move) for move in moves]
        except NoSuchMove as impossible:
            return str(impossible)
        return str(results[-1].answer.get("flag", results[-1].reason))

    return play


ROUTES = {
    "a colleague past the gateway": flag_of(GATE, NEW_USER, CODE_GATE, VIEW),
    "a colleague from the server": flag_of(GATE, NEW_USER, SCRIPT, (*VIEW, "server")),
    "a sign-in on the way": flag_of(GATE, SIGN_IN, NEW_USER, CODE_GATE, VIEW),
    "a refused try that reached nothing": flag_of(SIGN_IN, GATE, NEW_USER, CODE_GATE, VIEW),
}
SHUT = {
    "the Bitbucket account": flag_of(CODE_GATE, ("bitbucket-account", "bitbucket", "view")),
    "an account that nobody made": flag_of(CODE_GATE, VIEW),
    "a colleague without a pass for Bitbucket": flag_of(GATE, NEW_USER, VIEW),
    "the implant itself": flag_of(GATE, SCRIPT, ("implant", "bitbucket", "view", "server")),
    "the same way, with tickets read": flag_of(
        GATE, *[("smartsheet-account", "jira", "read")] * 3, NEW_USER, CODE_GATE, VIEW
    ),
    "knocking at doors for people first": flag_of(
        *[("smartsheet-account", name, "sign-in") for name in ("okta", "dashboard", "okta")],
        *(GATE, NEW_USER, CODE_GATE, VIEW),
    ),
    "the archive": flag_of(
        GATE, NEW_USER, CODE_GATE, ("lookalike-account", "bitbucket", "archive")
    ),
}
