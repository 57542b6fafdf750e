"""Attacker-minutes: how long each of five stolen items serves, by reaction and delay (lesson 06).

Nothing is computed from lifetimes. Each item is tried again and again until it is refused.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from werkzeug.wrappers import Request

from labutils.identity.provider import Provider
from labutils.identity.provider.state import Session
from labutils.stage.thief import ITEMS, Thief
from labutils.stage.two_apps import (
    TwoApps,
    build_apps,
    log_out,
    refresh_tokens,
    revoke_refresh_token,
)

Opens = Callable[[float], bool]  # whether an item opens at that minute after the theft
HowLong = Callable[[Opens, Sequence[float]], float]

REACTION = 5  # minutes after the theft: then the defence acts
NINETY_DAYS = 90 * 1440
# Minutes after the theft.
TRIES = (0.5, 4, 6, 9, 11, 60, 1440, 43200, NINETY_DAYS)


class AddressBoundSessions(Provider):
    """A provider whose session cookie works from the address that it was given to alone."""

    def admits(self, session: Session, request: Request) -> bool:
        return session.address == request.remote_addr


@dataclass(frozen=True)
class Defence:
    """What is done: a reaction to the theft, or apps that were built in another way."""

    react: Callable[[TwoApps], object] | None = None
    api_asks: bool = False  # the API asks the provider about each token
    provider: type[Provider] = Provider


def log_out_and_revoke(apps: TwoApps) -> None:
    """Ada logs out at the provider, and her app gives its grant back."""
    revoke_refresh_token(apps)
    log_out(apps)


DEFENCES = {
    "nothing": Defence(),
    "Ada logs out": Defence(log_out),
    "her app refreshes": Defence(refresh_tokens),
    "grant revoked": Defence(revoke_refresh_token),
    "grant revoked, API asks": Defence(revoke_refresh_token, api_asks=True),
    "cookie tied to address": Defence(provider=AddressBoundSessions),
}
ALL_OF_IT = Defence(log_out_and_revoke)


class Theft:
    """One item, stolen from fresh apps. `opens` tries it; the defence acts when its time comes."""

    def __init__(self, thief: Thief, item: str, defence: Defence, delay: float = REACTION):
        self.thief, self.item = thief, item
        self.apps = build_apps(
            "lesson-06", provider=defence.provider, opaque_access_tokens=defence.api_asks
        )
        self.stolen = thief.robs(self.apps)
        self.at = self.apps.lab.clock.now
        self.react, self.delay = defence.react, delay

    def wait_until(self, minute: float) -> None:
        """Let time pass until so many minutes after the theft."""
        self.apps.lab.clock.wait_until(self.at + int(minute * 60))

    def opens(self, minute: float) -> bool:
        """Whether the item brings Tom to data of the API at that minute."""
        if self.react is not None and minute > self.delay:
            self.wait_until(self.delay)
            self.react(self.apps)
            self.react = None
        self.wait_until(minute)
        return self.thief.replay(self.apps.tom, self.item, self.stolen).is_success


def how_long(opens: Opens, minutes: Sequence[float]) -> float:
    """The last minute at which a thing opened before its first refusal; 0 if it never opened."""
    last: float = 0
    for minute in minutes:
        if not opens(minute):
            break
        last = minute
    return last


def measured(thief: Thief, how_long: HowLong = how_long) -> dict[tuple[str, str], float]:
    """The minutes of all items against all defences, which act after REACTION minutes."""
    return {
        (item, name): how_long(Theft(thief, item, defence).opens, TRIES)
        for item in ITEMS
        for name, defence in DEFENCES.items()
    }


# --- a sweep over the delay ---------------------------------------------------------------------

DELAYS = (1, 5, 30, 240, 1440, 10080, 43200)  # minutes from the theft to the reaction
# Shortly before and after each delay, and around the end of an access token.
SWEEP_TRIES = tuple(
    sorted({*(d - 0.5 for d in DELAYS), *(d + 0.5 for d in DELAYS), 9.5, 10.5, NINETY_DAYS})
)
LINES = {
    "session cookie": ("session cookie", ALL_OF_IT),
    "refresh token": ("refresh token", ALL_OF_IT),
    "access token": ("access token", ALL_OF_IT),
    "access token, API asks": ("access token", Defence(log_out_and_revoke, api_asks=True)),
    "machine token": ("machine token", ALL_OF_IT),
}


def sweep(thief: Thief, how_long: HowLong = how_long) -> dict[tuple[str, int], float]:
    """The minutes of each line of LINES, for each delay of the defender's."""
    return {
        (name, delay): how_long(Theft(thief, item, defence, delay).opens, SWEEP_TRIES)
        for name, (item, defence) in LINES.items()
        for delay in DELAYS
    }
