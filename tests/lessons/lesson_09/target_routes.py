"""Ways to seven archives before the company ends it, and to source code afterwards (lesson 09)."""

from collections.abc import Callable, Sequence

from moves import ARCHIVE, CODE_GATE, NEW_USER, SCRIPT

from labutils.lessons.lesson_09.watched_company import Race
from labutils.stage.intruder import GATE, NotHeld

STAY = (GATE, NEW_USER, SCRIPT)
VIEW = ("lookalike-account", "bitbucket", "view", "server")


def paced(
    *pauses: int,
    first: Sequence[tuple[str, ...]] = STAY,
    wait: int = 120,
    view: tuple[str, ...] = VIEW,
) -> Callable[[Race], str]:
    """An archive after each of these pauses, in minutes, and a view at the end: what its answer
    shows of the flag."""

    def play(scene: Race) -> str:
        for move in (*first, CODE_GATE):
            scene.use(*move)
        for pause in pauses:
            scene.wait(pause)
            scene.use(*ARCHIVE)
        scene.wait(wait)
        try:
            result = scene.use(*view)
        except NotHeld as error:
            return str(error)
        return str(result.answer.get("flag", result.reason))

    return play


PACE = (0, 0, 50, 0, 0, 0, 0)
ROUTES = {
    "quiet for an hour, then fast": paced(*PACE),
    "what stays is made between the archives": lambda scene: between(scene),
    "the look-alike user is made last": lambda scene: between(scene, late=True),
    "a pass that outlives the token, and a user": paced(
        *PACE, first=(GATE, NEW_USER), view=VIEW[:3]
    ),
    "two tries at doors for people first": paced(
        *PACE, first=[("smartsheet-account", "okta", "sign-in"), *STAY]
    ),
}


def between(scene: Race, *, late: bool = False) -> str:
    """The archives begin at once; the user and the implant come while they have to wait."""
    moves = [
        CODE_GATE,
        ARCHIVE,
        ARCHIVE,
        GATE,
        *((SCRIPT, NEW_USER) if late else (NEW_USER, SCRIPT)),
    ]
    for move in moves:
        scene.use(*move)
    scene.wait(20)
    for _ in range(5):
        scene.use(*ARCHIVE)
    scene.wait(80)
    return str(scene.use(*VIEW).answer.get("flag"))


SHUT = {
    "as fast as it goes": paced(*[0] * 8),
    "every half hour": paced(*[20] * 7),
    "never three in an hour, evenly": paced(*[21] * 7),
    "a long wait first": paced(*[90, *[0] * 7]),
    "three refusals before": paced(*PACE, first=[("bitbucket-account", "okta", "sign-in")] * 3),
    "nothing was left behind": paced(*PACE, first=()),
    "a user without an implant": paced(*PACE, first=(GATE, NEW_USER)),
    "an implant without a user": paced(*PACE, first=(GATE, SCRIPT)),
    "a pass alone, and the account that was replaced": paced(
        *PACE, view=("bitbucket-account", "bitbucket", "view")
    ),
    "the account that was replaced": paced(
        *PACE, view=("bitbucket-account", "bitbucket", "view", "server")
    ),
    "before half past twelve": paced(*PACE, wait=0),
    "archives on the server": lambda scene: on_the_server(scene),
    "views alone": lambda scene: (
        scene.use(*CODE_GATE),
        str(scene.use("bitbucket-account", "bitbucket", "view").answer),
    )[1],
    "without a pass": lambda scene: scene.use(*ARCHIVE).reason,
}


def on_the_server(scene: Race) -> str:
    """Seven archives that never reach the browser."""
    for move in (*STAY, *[(*ARCHIVE, "server")] * 7):
        scene.use(*move)
    scene.wait(120)
    return str(scene.use(*VIEW).answer.get("flag"))
