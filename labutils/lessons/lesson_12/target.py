"""12 · Lifetimes, revocation and continuous evaluation: its target."""

from typing import Any

from labutils.classroom.judging import (
    value,
)
from labutils.classroom.registry import (
    Target,
    code,
)

from .token_budget import BUDGET, FLAG, LIMIT, the_company
from .token_strategies import Setting


def flag_mistake(answer: Any) -> str | None:
    """What is wrong with a flag; None where nothing is."""
    if answer == FLAG:
        return None
    return "setting" if isinstance(answer, Setting) else "other"


TARGET = Target(
    "12-target",
    "value",
    value(flag_mistake),
    "Your setting is within the budget and keeps the thief below the limit for every delay up to "
    "half an hour.",
    {
        "setting": (
            "That is a setting. The flag is what scene.try_setting returns for it.",
            "from labutils.lessons.lesson_12 import Setting\nanswer = Setting(3, 'offline')",
        ),
        "other": (
            "That is not the flag. scene.try_setting returns it for a setting that succeeds.",
            "answer = 'no flag'",
        ),
    },
    (
        "Take the two thefts one after the other. If only the access token is copied, what ends "
        "the theft when nobody reacts for half an hour? If the refresh token is copied as well, "
        "who notices, and when?",
        "Only the token's own lifetime ends a theft that nobody notices. When the app renews its "
        "token, the provider sees the refresh token a second time, and that counts as a reaction. "
        "At 15 calls an hour, when does it renew a five-minute token?",
        "At 15 calls an hour it renews a five-minute token after 8 minutes; a lifetime up to 4 "
        "costs 15 renewals an hour. Offline, Tom's newest token works for its whole lifetime after "
        "the alarm. At an API that is told it ends at once, if the event survives the restart: "
        "retries=True.",
    ),
    code("""
        # an eight-minute token is renewed at the second call: then the provider and the API know
        setting = Setting(8, "pushed")
        flag = scene.try_setting(setting, expects=(8, 8), retries=True)
    """),
    brief=f"""Ada's app calls the API every four minutes, and renews its token only when it wants \
to call and the token has expired. The provider allows {BUDGET} requests an hour for renewals, \
introspection and polls together. Tom copies an access token just after a renewal; the app calls \
again four minutes later. He may also copy the refresh token; then he renews as often as he can. \
Somebody reacts after 0, 3, 10 or 30 minutes, or when the provider sees a refresh token a second \
time. An API that is told or polls then restarts: it is down for two minutes. If a setting is \
good enough and your forecast is wrong, the app calls more often from then on: scene.calls times \
an hour.
The minutes count until Tom gets in for the last time.
Find a setting that leaves Tom less than {LIMIT} minutes in each of these cases, and forecast \
what it leaves him. scene.try_setting(Setting(life, way, every), expects=(alone, both), \
retries=False) measures one:
- life: the lifetime of a token, in minutes
- way: 'offline', 'asks', 'pushed' or 'polls'
- every: the minutes between two polls; a poll that falls during the restart waits until the next \
one is due
- retries=True: an event is pushed again every half minute until it arrives, each time just \
before Tom's request
- expects: your forecast of the worst case in minutes, with the access token alone and with both \
tokens. Half a minute either way counts as right
It returns the flag if the setting succeeds and does what you expected. After three failed \
attempts it stops measuring, so work it out first.""",
    tools="scene.Setting is the class of settings.",
    scene=the_company,
)
