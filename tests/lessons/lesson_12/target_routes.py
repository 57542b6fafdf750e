"""Ways to a setting that leaves a thief less than five minutes within 20 requests (lesson 12)."""

from labutils.lessons.lesson_12.token_budget import TokenBudget
from labutils.lessons.lesson_12.token_strategies import Setting


def tried(life: float, way: str, every: float = 0, *, expects=(3, 3), retries: bool = False):
    """Measure one setting."""
    setting = Setting(life, way, every)
    return lambda scene: scene.try_setting(setting, expects, retries=retries)


def read_off(scene: TokenBudget) -> str:
    """A good setting with any forecast, and then with the numbers that were printed."""
    scene.try_setting(Setting(3, "pushed"), (1, 1), retries=True)
    return scene.try_setting(Setting(3, "pushed"), (3, 3), retries=True)


def all_in_order(scene: TokenBudget) -> str:
    """The grid: each life from ten minutes down, each way, until the company has had enough."""
    flags = {
        scene.try_setting(Setting(life, way), (life, life), retries=True)
        for life in range(10, 0, -1)
        for way in ("offline", "asks", "pushed")
    }
    return max(flags)


ROUTES = {
    "renewed at the next call, and pushed again": tried(3, "pushed", retries=True),
    "over before the restart is": tried(2.5, "pushed", expects=(2.5, 3)),
    "so short that nobody has to tell the API": tried(2, "offline", expects=(2, 4.5)),
    "shorter, at the same price": tried(1, "offline", expects=[1, 3.5]),
}
SHUT = {
    "four minutes, as the limit suggests": tried(4, "pushed", expects=(4, 4), retries=True),
    "four minutes, with what it leaves": tried(4, "pushed", expects=(4, 6), retries=True),
    "a good setting whose author forgot Tom's newest token": tried(2, "offline", expects=(2, 2)),
    "a good setting with the minutes in the other order": tried(1, "offline", expects=(3.5, 1)),
    "a good setting, guessed in the middle": tried(2, "offline", expects=(3, 3)),
    "a good setting, and its numbers read off": read_off,
    "no forecast": lambda scene: scene.try_setting(Setting(3, "pushed"), retries=True),
    "a forecast of what is no number": tried(3, "pushed", expects=(float("nan"), 3), retries=True),
    "a forecast of everything": tried(3, "pushed", expects=(float("inf"),) * 2, retries=True),
    "a forecast in words": tried(3, "pushed", expects="33", retries=True),
    "four minutes offline": tried(4, "offline", expects=(4, 9.5)),
    "ten minutes, asked each time": tried(10, "asks"),
    "ten minutes, pushed again": tried(10, "pushed", retries=True),
    "everything on, and a life of five": tried(5, "pushed", expects=(5, 6), retries=True),
    "three minutes, pushed once": tried(3, "pushed", expects=(3, 5.5)),
    "three minutes offline": tried(3, "offline", expects=(3, 5.5)),
    "two and a half minutes offline": tried(2.5, "offline", expects=(2.5, 5)),
    "one minute, asked each time": tried(1, "asks", expects=(1, 3)),
    "one minute, and a poll now and then": tried(1, "polls", 60, expects=(1, 3)),
    "four minutes, polled as often as the budget allows": tried(4, "polls", 6, expects=(4, 9.5)),
    "no setting": lambda scene: scene.try_setting("short"),
    "no such way": tried(3, "hopes"),
    "no such life": tried(0, "offline"),
    "all settings in order": all_in_order,
}
