"""The target of lesson 12: a setting of access tokens within a budget of requests.

It must leave a thief little, however late he is noticed, and whichever of two things he copied.
"""

from collections import Counter
from collections.abc import Sequence
from functools import cache
from math import inf
from typing import TypeGuard

from labutils.lab import dice
from labutils.text import counted

from .token_strategies import (
    OFFLINE,
    POLLS,
    PUSHED,
    Setting,
    Theft,
    measured_minutes,
    measured_requests,
)

FLAG = "flag-" + next(dice("lesson-12", "a setting within the budget"))
CALLS = 15  # calls of Ada's app in an hour
LATER = (20, 30)  # and after a forecast that was wrong, so that what was printed helps nobody
BUDGET = 10  # requests to the provider in an hour
LIMIT = 10  # minutes: a thief must have less
DELAYS = (0, 3, 10, 30)  # minutes until somebody reacts
OUTAGE = 2  # minutes for which the API restarts when somebody reacts
PATIENCE = 3  # settings that may miss
NEAR = 0.5  # minutes by which a forecast may be wrong: Tom tries every half minute
STOPPED = (
    "Three attempts have failed, and the company measures no more. Restart the kernel to begin "
    "again; if you only start the target again, you get the same company."
)
NO_FORECAST = (
    "First work out what the setting leaves Tom. expects=(4, 9) would say: up to 4 minutes with "
    "the access token alone, up to 9 with both. Nothing was measured, and no attempt was used."
)
SEEN = (
    "That was measured already, with this forecast. Nothing was measured, and no attempt was used."
)
WAYS = (OFFLINE, "asks", PUSHED, POLLS)
NO_SETTING = (
    "That is not a setting. Try Setting(10, 'pushed'): a lifetime in minutes, from 0.5 to 60; one "
    "of offline, asks, pushed or polls; and, with polls, the minutes between two polls, from 1 to "
    "60."
)


@cache
def missed() -> Counter[str]:
    """How many attempts failed, whoever asked for the scene: a mixed target is the same company."""
    return Counter()


class TokenBudget:
    """The scene: a company that has 10 requests an hour to spend, and a thief who is measured."""

    budget, limit, delays, outage = BUDGET, LIMIT, DELAYS, OUTAGE
    Setting = Setting

    def __init__(self, flag: str | None = None) -> None:
        self._flag = flag or FLAG
        self._later, self.calls = list(LATER), CALLS
        self._seen: list[object] = []  # what was tried, with the calls at that time

    def __repr__(self) -> str:
        return "a company with a budget: try_setting(setting, expects=(..., ...), retries=...)"

    def try_setting(self, setting: object, expects: object = None, *, retries: bool = False) -> str:
        """Measure a setting, print the result, and return the flag if the setting succeeds and
        does what was expected of it.

        `expects`: the most minutes that each of the two thefts is worth, as they were worked out
        before. `retries`: whether the provider pushes an event again if it did not arrive. Three
        settings may fail.
        """
        if missed()["settings"] >= PATIENCE:
            print(STOPPED)
            return "no flag"
        if not isinstance(setting, Setting) or not is_one(setting):
            print(NO_SETTING)
            return "no flag"
        if not is_forecast(expects):
            print(NO_FORECAST)
            return "no flag"
        tried = (setting, tuple(expects), retries, self.calls)
        if tried in self._seen:
            print(SEEN)
            return "no flag"
        self._seen.append(tried)
        requests = measured_requests(setting, self.calls)
        over = ": too many" if requests > BUDGET else ""
        print(f"{counted(requests, 'request')} an hour; the budget is {BUDGET}{over}.")
        worst = worst_minutes(setting, self.calls, retries=retries)
        minutes = [minutes for minutes, _ in worst.values()]
        foreseen = dict(zip(worst, expects, strict=True))
        for name, (most, theft) in worst.items():
            worth = counted(most, "minute")
            after = counted(theft.delay, "minute")
            reuse = ", or when the token is reused" if theft.refresh_token else ""
            long = "too long: " if most >= LIMIT else ""
            print(
                f"{name} copied: up to {worth} ({long}must be less than {LIMIT}), for a reaction "
                f"after {after}{reuse}{_while_down(setting, theft)}. You expected "
                f"{foreseen[name]:g}."
            )
        good = requests <= BUDGET and max(minutes) < LIMIT
        if good and near(minutes, expects):
            return self._flag
        if good:
            print("The setting is good enough, but you expected something else. Why?")
        missed()["settings"] += 1
        print(f"Attempts left: {PATIENCE - missed()['settings']}.")
        if good and self._later and missed()["settings"] < PATIENCE:
            self.calls = self._later.pop(0)
            print(f"Things change: Ada's app now calls every {60 // self.calls} minutes.")
        return "no flag"


@cache
def the_company(flag: str = FLAG) -> TokenBudget:
    """The company, which remembers each setting that was not good enough."""
    return TokenBudget(flag)


def is_forecast(expects: object) -> TypeGuard[tuple[float, float]]:
    """Whether somebody says two numbers, in minutes."""
    return (
        isinstance(expects, tuple | list)
        and len(expects) == 2
        and all(type(one) in (int, float) and 0 <= one < inf for one in expects)
    )


def near(minutes: Sequence[float], others: Sequence[float]) -> bool:
    """Whether two pairs of minutes are the same, but for half a minute."""
    return all(abs(one - other) <= NEAR for one, other in zip(minutes, others, strict=True))


def is_one(setting: Setting) -> bool:
    """Whether a setting can be built: each of its numbers in the range that is said."""
    numbers = (setting.life, setting.every)
    if setting.way not in WAYS or not all(type(one) in (int, float) for one in numbers):
        return False
    return 0.5 <= setting.life <= 60 and (setting.way != POLLS or 1 <= setting.every <= 60)


def _while_down(setting: Setting, theft: Theft) -> str:
    """What becomes of an event that is pushed at an API that restarts, in words."""
    if setting.way != PUSHED:
        return ""
    return ", and the event is sent again" if theft.retries else ", and the event is lost"


def worst_minutes(
    setting: Setting, app_calls: int, *, retries: bool
) -> dict[str, tuple[float, Theft]]:
    """The most minutes of each theft, over all delays, and the theft that gets them; `app_calls`:
    how often Ada's app calls the API in an hour."""
    outage = OUTAGE if setting.way in (PUSHED, POLLS) else 0

    def worst(*, refresh_token: bool) -> tuple[float, Theft]:
        calls = app_calls if refresh_token else 0
        thefts = [Theft(delay, refresh_token, calls, outage, retries) for delay in DELAYS]
        return max(
            ((measured_minutes(setting, one), one) for one in thefts), key=lambda one: one[0]
        )

    return {
        "the access token": worst(refresh_token=False),
        "the access and the refresh token": worst(refresh_token=True),
    }
