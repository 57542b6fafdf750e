"""Lesson 12: what its conclusions about lives, asking and events are computed from."""

from labutils.identity.security_events import sign_event
from labutils.identity.tokens import SigningKey, ec_private_key
from labutils.lessons.lesson_12.revocation import read_at_the_api
from labutils.lessons.lesson_12.token_strategies import (
    CALLS,
    DELAYS,
    FOUR,
    Setting,
    Theft,
    measured_minutes,
    measured_requests,
)
from labutils.stage.two_apps import API, LOGIN

OFFLINE, SHORT, ASKS, TOLD = FOUR.values()
DAY = 86_400
LATE = (0, 60, 301, 3600, DAY, 30 * DAY, 400 * DAY)  # seconds
BUDGET = 40  # requests in an hour


def by_delay(setting, **theft) -> dict[float, float]:
    """Minutes that a thief has, by the delay of the reaction."""
    return {delay: measured_minutes(setting, Theft(delay, **theft)) for delay in DELAYS}


def by_calls(setting) -> dict[int, int]:
    """Requests in an hour, by the call rate."""
    return {calls: measured_requests(setting, calls) for calls in CALLS}


def span(values) -> str:
    return f"from {min(values):g} to {max(values):g}"


def range_of_delays() -> str:
    return f"{DELAYS[0]} to {DELAYS[-1]} minutes"


def first_delay_without_gain() -> float:
    """The delay from which on neither asking nor being told leaves less than a short life."""
    short, asks, told = by_delay(SHORT), by_delay(ASKS), by_delay(TOLD)
    assert asks == told
    return next(delay for delay in DELAYS if all(told[d] >= short[d] for d in DELAYS if d >= delay))


def minutes_left() -> list[str]:
    (short,) = set(by_delay(SHORT).values())
    told = by_delay(TOLD)
    assert all(told[delay] == min(delay, max(told.values())) for delay in DELAYS)
    return [
        f"after {range_of_delays()}",
        f"one-minute tokens leave the thief {short:g} minute",
        f"up to {max(told.values()):g} minutes",
        f"only if the reaction takes less than {first_delay_without_gain():g} minute",
    ]


def recap() -> list[str]:
    return [
        f"better if the reaction takes less than {first_delay_without_gain():g} minute",
        f"up to {DELAYS[-1]} minutes",
    ]


def requests() -> list[str]:
    offline, short, asks, told = map(by_calls, (OFFLINE, SHORT, ASKS, TOLD))
    assert offline == told
    assert all(asks[calls] > max(short[calls], told[calls]) for calls in CALLS)
    return [
        f"For {CALLS[0]} to {CALLS[-1]} calls",
        "asks costs most",
        f"{span(asks.values())} requests",
        f"One-minute tokens cost {span(short.values())}",
        f"other two ways {span(told.values())}",
    ]


def refresh_token() -> list[str]:
    closed = [by_delay(setting, refresh_token=True) for setting in FOUR.values()]
    assert all(minutes >= delay for one in closed for delay, minutes in one.items())
    open_at = {calls: by_delay(SHORT, refresh_token=True, calls=calls) for calls in (30, 6, 2)}
    worst = {calls: max(minutes.values()) for calls, minutes in open_at.items()}
    assert all(60 / calls < minutes <= 60 / calls + SHORT.life for calls, minutes in worst.items())
    return [
        f"after {range_of_delays()}",
        "at least the time that the reaction takes",
        f"at most {worst[30]:g} minutes for 30 calls an hour",
        f"{worst[6]:g} for 6, and {worst[2]:g} for 2",
    ]


def both() -> list[str]:
    """One-minute tokens, and an API that is told."""
    minutes = by_delay(Setting(1, "pushed"))
    alone = by_delay(SHORT), by_delay(TOLD)
    assert all(minutes[delay] == min(one[delay] for one in alone) for delay in DELAYS)
    return [
        f"after {range_of_delays()}",
        f"{min(minutes.values()):g} to {max(minutes.values()):g} minute",
    ]


def late() -> str:
    """An event is taken however late, among these."""
    key = SigningKey(ec_private_key("late"), "ES256", "k")
    now = 1_697_619_600
    event = sign_event(key, issuer=LOGIN, audience=API, now=now, jti="1", sub="u-1815", sid="s-1")
    for seconds in LATE:
        assert read_at_the_api(event, {"keys": [key.jwk]}, now + seconds) == ("u-1815", now)
    return f"from {LATE[0]} seconds to {LATE[-1] // DAY} days late"


def winners() -> list[str]:
    minutes = {name: by_delay(setting) for name, setting in FOUR.items()}
    cost = {name: by_calls(setting) for name, setting in FOUR.items()}

    def winner(calls: int, delay: float) -> str:
        within = [name for name in FOUR if cost[name][calls] <= BUDGET]
        return min(within, key=lambda name: (minutes[name][delay], cost[name][calls]))

    short = "1 min, offline"
    wins = {delay: [c for c in CALLS if winner(c, delay) == short] for delay in DELAYS}
    late_ones = [delay for delay in DELAYS if delay >= 2]
    rates = wins[late_ones[0]]
    assert all(wins[delay] == rates for delay in late_ones)
    dear = [calls for calls in CALLS if cost[short][calls] > BUDGET]
    most = max(minutes[winner(calls, delay)][delay] for calls in dear for delay in DELAYS)
    return [
        f"With {BUDGET} requests an hour",
        f"for {rates[0]} to {rates[-1]} calls",
        f"after {late_ones[0]} to {late_ones[-1]} minutes",
        f"At {dear[0]} calls and more",
        f"up to {most:g} minutes",
    ]


CONCLUSIONS = {
    "12-late": late,
    "12-minutes-left": minutes_left,
    "12-requests": requests,
    "12-refresh-token": refresh_token,
    "12-winners": winners,
    "12-recap": recap,
    "12-both": both,
}
