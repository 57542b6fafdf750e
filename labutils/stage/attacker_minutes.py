"""Attacker-minutes: how long each of five stolen items serves, defence by defence (lesson 06).

Nothing is computed from lifetimes. Each item is tried again and again until it is refused.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType

from werkzeug.wrappers import Request

from labutils.identity.provider import Provider
from labutils.identity.provider.state import Session
from labutils.stage.thief import ITEMS, replay, steal
from labutils.stage.two_apps import (
    TwoApps,
    build_apps,
    log_out,
    refresh_tokens,
    revoke_refresh_token,
)

REACTION = 5  # minutes after the theft: then the defence acts
# Minutes after the theft; the last is ninety days.
TRIES = (0.5, 4, 6, 9, 11, 60, 1440, 43200, 129600)


class AddressBoundSessions(Provider):
    """A provider whose session cookie works from the address that it was given to alone."""

    def admits(self, session: Session, request: Request) -> bool:
        return session.address == request.remote_addr


@dataclass(frozen=True)
class Defence:
    """What is done: a reaction to the theft, or apps that were built in another way."""

    react: Callable[[TwoApps], object] | None = None
    options: Mapping[str, object] = field(default_factory=dict)


DEFENCES = {
    "nothing": Defence(),
    "Ada\nlogs out": Defence(log_out),
    "her app\nrefreshes": Defence(refresh_tokens),
    "grant\nrevoked": Defence(revoke_refresh_token),
    "grant revoked,\nAPI asks": Defence(revoke_refresh_token, {"opaque_access_tokens": True}),
    "cookie tied\nto address": Defence(options={"provider": AddressBoundSessions}),
}


@dataclass(frozen=True)
class Trial:
    """What five thefts were worth against one defence.

    By item: the last minute at which it opened, and the number of the log line that decided.
    """

    minutes: Mapping[str, float]
    line: Mapping[str, int]
    audit: tuple[Mapping[str, str], ...]


@cache
def trial(defence: str) -> Trial:
    """Steal all five from fresh apps, and try each at each of TRIES until it is refused.

    The defence acts REACTION minutes after the theft.
    """
    apps = build_apps("lesson-06", **DEFENCES[defence].options)
    stolen, react = steal(apps), DEFENCES[defence].react
    theft, alive = apps.lab.clock.now, list(ITEMS)
    minutes, line = dict.fromkeys(ITEMS, 0), {}
    for minute in TRIES:
        if react is not None and minute > REACTION:
            react(apps)
            react = None
        apps.lab.clock.wait_until(theft + int(minute * 60))
        for item in list(alive):
            if replay(apps.tom, item, stolen).is_success:
                minutes[item] = minute
            else:
                alive.remove(item)
            line[item] = len(apps.lab.audit)
    return Trial(MappingProxyType(minutes), MappingProxyType(line), tuple(apps.lab.audit))


def measured() -> tuple[dict[tuple[str, str], float], dict[tuple[str, str], int]]:
    """Minutes, and deciding log lines, of all items against all defences."""
    trials = {name: trial(name) for name in DEFENCES}
    minutes = {(item, name): one.minutes[item] for name, one in trials.items() for item in ITEMS}
    lines = {(item, name): one.line[item] for name, one in trials.items() for item in ITEMS}
    return minutes, lines
