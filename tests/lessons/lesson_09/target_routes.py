"""Ways to seven archives before the company ends it (lesson 09)."""

from collections.abc import Callable, Sequence

from moves import ARCHIVE, CODE_GATE

from labutils.lessons.lesson_09.watched_company import Race


def paced(*pauses: int, first: Sequence[tuple[str, ...]] = ()) -> Callable[[Race], str]:
    """An archive after each of these pauses, in minutes: what the last answer shows of the flag."""

    def play(scene: Race) -> str:
        for move in (*first, CODE_GATE):
            scene.use(*move)
        for pause in pauses:
            scene.wait(pause)
            result = scene.use(*ARCHIVE)
        return str(result.answer.get("flag", result.reason))

    return play


ROUTES = {
    "quiet for an hour, then fast": paced(0, 0, 50, 0, 0, 0, 0),
    "quiet to the end, and one more": paced(0, 0, 50, 0, 50, 0, 0),
    "late, and then fast": paced(0, 0, 60, 0, 40, 0, 0),
    "two tries at doors for people first": paced(
        0, 0, 50, 0, 0, 0, 0, first=[("smartsheet-account", "okta", "sign-in")] * 2
    ),
}
SHUT = {
    "as fast as it goes": paced(*[0] * 8),
    "every half hour": paced(*[20] * 7),
    "never three in an hour, evenly": paced(*[21] * 7),
    "a long wait first": paced(*[90, *[0] * 7]),
    "three refusals before": paced(
        0, 0, 50, 0, 0, 0, 0, first=[("bitbucket-account", "okta", "sign-in")] * 3
    ),
    "views alone": lambda scene: (
        scene.use(*CODE_GATE),
        str(scene.use("bitbucket-account", "bitbucket", "view").answer),
    )[1],
    "without a pass": lambda scene: scene.use(*ARCHIVE).reason,
}
