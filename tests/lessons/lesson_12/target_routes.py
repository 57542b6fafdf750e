"""Ways to a setting that leaves a thief less than ten minutes within 10 requests (lesson 12)."""

from labutils.lessons.lesson_12.token_budget import TokenBudget
from labutils.lessons.lesson_12.token_strategies import Setting


def tried(life: float, way: str, every: float = 0, *, expects=(8, 8), retries: bool = False):
    """Measure one setting."""
    setting = Setting(life, way, every)
    return lambda scene: scene.try_setting(setting, expects, retries=retries)


def read_off(scene: TokenBudget) -> str:
    """Good settings with any forecast, and then with the numbers that were printed."""
    scene.try_setting(Setting(6, "pushed"), (1, 1), retries=True)
    scene.try_setting(Setting(7, "pushed"), (7, 8), retries=True)
    return scene.try_setting(Setting(7.6, "pushed"), (7.5, 9), retries=True)


def worked_out_in_the_end(scene: TokenBudget) -> str:
    """Two wrong forecasts, and then one for an app that calls every two minutes."""
    scene.try_setting(Setting(6, "pushed"), (6, 6), retries=True)
    scene.try_setting(Setting(5, "pushed"), (5, 5), retries=True)
    return scene.try_setting(Setting(7, "pushed"), (7, 8), retries=True)


def all_in_order(scene: TokenBudget) -> str:
    """The grid: each life from ten minutes down, each way, until the company has had enough."""
    flags = {
        scene.try_setting(Setting(life, way), (life, life), retries=True)
        for life in range(10, 0, -1)
        for way in ("offline", "asks", "pushed")
    }
    return max(flags)


ROUTES = {
    "renewed at the second call, and pushed again": tried(8, "pushed", retries=True),
    "shorter, and renewed at the same call": tried(5, "pushed", expects=[5, 8], retries=True),
    "worked out in the end": worked_out_in_the_end,
    "just long enough to be cheap": tried(4.5, "pushed", expects=(4.5, 8), retries=True),
}
SHUT = {
    "six minutes, as the budget suggests": tried(6, "pushed", expects=(6, 6), retries=True),
    "nine minutes, as the limit suggests": tried(9, "pushed", expects=(9, 9), retries=True),
    "nine minutes, with what it leaves": tried(9, "pushed", expects=(9, 12), retries=True),
    "a good setting, guessed in the middle": tried(6, "pushed", expects=(7, 7), retries=True),
    "a good setting, the other way round": tried(5, "pushed", expects=(8, 5), retries=True),
    "a good setting, and its numbers read off": read_off,
    "no forecast": lambda scene: scene.try_setting(Setting(8, "pushed"), retries=True),
    "a forecast of what is no number": tried(8, "pushed", expects=(float("nan"), 8), retries=True),
    "a forecast of everything": tried(8, "pushed", expects=(float("inf"),) * 2, retries=True),
    "a forecast in words": tried(8, "pushed", expects="88", retries=True),
    "eight minutes, pushed once": tried(8, "pushed", expects=(8, 16)),
    "five minutes, pushed once": tried(5, "pushed", expects=(5, 12.5)),
    "four minutes, which is too dear": tried(4, "pushed", expects=(4, 4), retries=True),
    "one minute, which is too dear": tried(1, "offline", expects=(1, 4.5)),
    "five minutes offline": tried(5, "offline", expects=(5, 12.5)),
    "ten minutes, asked each time": tried(10, "asks", expects=(10, 12)),
    "ten minutes, pushed again": tried(10, "pushed", expects=(10, 12), retries=True),
    "eight minutes, and a poll now and then": tried(8, "polls", 30, expects=(8, 16)),
    "nine minutes, polled as often as the budget allows": tried(9, "polls", 12, expects=(9, 20)),
    "no setting": lambda scene: scene.try_setting("short"),
    "no such way": tried(3, "hopes"),
    "no such life": tried(0, "offline"),
    "all settings in order": all_in_order,
}
