"""Ways to a setting that leaves a thief less than six minutes within 24 requests (lesson 12)."""

from labutils.stage.token_budget import TokenBudget
from labutils.stage.token_strategies import Setting


def tried(life: float, way: str, every: float = 0, *, retries: bool = False):
    """Measure one setting."""

    def attempt(scene: TokenBudget) -> str:
        return scene.try_setting(Setting(life, way, every), retries=retries)

    return attempt


ROUTES = {
    "a life of three minutes": tried(3, "offline"),
    "a life of two and a half minutes": tried(2.5, "offline"),
    "five minutes, pushed again until it arrives": tried(5, "pushed", retries=True),
    "three minutes, and a poll now and then": tried(3, "polls", 15),
}
SHUT = {
    "one minute, which is too dear": tried(1, "offline"),
    "four minutes offline, which a refresh token doubles": tried(4, "offline"),
    "ten minutes, asked each time": tried(10, "asks"),
    "ten minutes, pushed again": tried(10, "pushed", retries=True),
    "five minutes, pushed once": tried(5, "pushed"),
    "four minutes, polled as often as the budget allows": tried(4, "polls", 7),
    "no setting": lambda scene: scene.try_setting("short"),
    "no such way": tried(3, "hopes"),
    "no such life": tried(0, "offline"),
}
