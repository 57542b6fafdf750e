"""Ways to a setting that leaves a thief less than five minutes within 19 requests (lesson 12)."""

from labutils.lessons.lesson_12.token_budget import TokenBudget
from labutils.lessons.lesson_12.token_strategies import Setting


def tried(life: float, way: str, every: float = 0, *, retries: bool = False):
    """Measure one setting."""
    return lambda scene: scene.try_setting(Setting(life, way, every), retries=retries)


def all_in_order(scene: TokenBudget) -> str:
    """The grid: each life from one minute on, each way, until the company has had enough."""
    flags = {
        scene.try_setting(Setting(life, way), retries=True)
        for life in range(1, 11)
        for way in ("offline", "asks", "pushed")
    }
    return max(flags)


ROUTES = {
    "four minutes, pushed again": tried(4, "pushed", retries=True),
    "three and a half minutes, pushed again": tried(3.5, "pushed", retries=True),
}
SHUT = {
    "one minute, which is dearer": tried(1, "offline"),
    "four minutes offline, which a refresh token doubles": tried(4, "offline"),
    "ten minutes, asked each time": tried(10, "asks"),
    "ten minutes, pushed again": tried(10, "pushed", retries=True),
    "everything on, and a life of five": tried(5, "pushed", retries=True),
    "four minutes, pushed once": tried(4, "pushed"),
    "three and a half minutes, pushed once": tried(3.5, "pushed"),
    "a life of three minutes, which is too dear": tried(3, "offline"),
    "three minutes, and a poll now and then": tried(3, "polls", 15),
    "four minutes, and a poll now and then": tried(4, "polls", 15),
    "four minutes, polled as often as the budget allows": tried(4, "polls", 7),
    "no setting": lambda scene: scene.try_setting("short"),
    "no such way": tried(3, "hopes"),
    "no such life": tried(0, "offline"),
    "all settings in order": all_in_order,
}
