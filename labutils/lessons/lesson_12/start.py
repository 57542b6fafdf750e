"""What *Lifetimes, revocation and continuous evaluation* starts from: its notebook imports all of
this."""

from collections.abc import Callable
from typing import Any

from labutils import (  # first: where a package is broken, they say so in a sentence
    accepts,
    check,
    ending,
    experiment,
    hint,
    mine,
    opened,
    quiz,
    refuses,
    ribbons,
    show_log,
    solution,
    target,
)
from labutils.classroom.cards import show_why
from labutils.classroom.endings import welcome_back
from labutils.identity.keys import ORDER
from labutils.identity.oauth import bearer
from labutils.identity.security_events import REVOKED, signed_claims
from labutils.identity.tokens import b64, inspect, unb64
from labutils.instruments.ribbons import Ribbons
from labutils.instruments.times import minutes_in_words
from labutils.stage.signature_twins import twin
from labutils.stage.two_apps import API, LOGIN, NOTES, WIKI, build_apps, log_out

from . import revocation
from .revocation import about, poll
from .revocation import token_hash as sha256
from .token_strategies import (
    ASKS,
    FOUR,
    LISTED,
    OFFLINE,
    OUTAGE,
    PEOPLE,
    POLLS,
    PUSHED,
    RATE,
    EntryFor,
    Setting,
    Theft,
    a_second,
    failed_calls,
    measured_minutes,
    measured_requests,
    minutes_with_the_refresh_token,
    requests_an_hour,
)

Remember = Callable[[dict[str, int], str, int], dict[str, int]]
WAYS = {
    "checks offline": OFFLINE,
    "fetches a list": LISTED,
    "asks at each call": ASKS,
    "is told by an event": PUSHED,
}
LIVES = (1, 5, 10, 30)  # minutes that a token lives
FETCHES = (1, 5, 15)  # minutes from one fetch of the list to the next
DELAYS = (0, 1, 5, 10, 30)  # minutes from the theft until you notice
HOUR = 60
USUAL_LIFE, USUAL_FETCH = 10, 5
DOWN = 2  # minutes for which an API restarts
MINUTE_TOKENS = "one minute, offline"
NOBODY_TOLD_IT = (
    "You did all that a provider can do, in the first second. An API that checks offline reads a "
    "signature and a clock: it asks nobody, and nobody tells it. The other three hear of it, each "
    "in its own way."
)
WHEN_IT_KNOWS = "A token is revoked once the API knows that it is."


NOT_THE_LATEST = (
    "Tom forged nothing. The event is signed, it is about Ada, and it is older than the one that "
    "ended her session. This API took it for news."
)


def in_words(minutes: float) -> str:
    """Minutes in words; none are *at once*."""
    return minutes_in_words(minutes) if minutes else "at once"


# --- until when Tom gets in -----------------------------------------------------------------------


def setting_of(name: str, life: float, every: float) -> Setting:
    """The setting of an API by its name, for a lifetime and the time between two fetches."""
    return Setting(life, WAYS[name], every if WAYS[name] == LISTED else 0)


def minutes_at(
    name: str, life: float, every: float, delay: float = 0, entry_for: EntryFor | None = None
) -> float:
    """For how many minutes Tom gets in at one of the APIs, by trying. At one with the learner's
    list he tries both spellings of the token."""
    setting, is_listed = setting_of(name, life, every), WAYS[name] == LISTED
    theft = Theft(delay, respells=is_listed and entry_for is not None)
    return measured_minutes(setting, theft, entry_for if is_listed else None)


def known_at_once() -> Ribbons:
    """Show for how long four APIs let Tom in after a theft that is known in the first second; a
    handle sets how long a token lives."""
    worth = {(name, life): minutes_at(name, life, USUAL_FETCH) for name in WAYS for life in LIVES}
    shown: Ribbons = ribbons(
        worth,
        horizon=HOUR,
        dial="Tokens live",
        start=USUAL_LIFE,
        title="You revoked it at 09:00:00. Until when does Tom get in?",
        hint=f"Four APIs; the list is fetched every {in_words(USUAL_FETCH)}. Move the handle.",
    )
    show_why(NOBODY_TOLD_IT, WHEN_IT_KNOWS)
    return shown


def requests(name: str, life: float, every: float) -> float:
    """Requests a second to the provider, for an API by its name."""
    is_short = name == MINUTE_TOKENS
    return a_second(Setting(1, OFFLINE) if is_short else setting_of(name, life, every))


def price(entry_for: EntryFor) -> None:
    """Show the same four with the learner's list, both of its handles, and what each costs."""
    every_setting = [(life, every) for life in LIVES for every in FETCHES]
    worth = {
        (name, (life, every)): minutes_at(name, life, every, 0, entry_for)
        for name in WAYS
        for life, every in every_setting
    }
    ribbons(
        worth,
        horizon=HOUR,
        dial=("Tokens live", "The list is fetched every"),
        start=(USUAL_LIFE, USUAL_FETCH),
        beside=lambda name, at: f"{requests(name, *at):,.0f} a second",
        title="What each of them costs",
        hint=f"At the right: requests to the provider, if {PEOPLE:,} people work like Ada.",
        on_turn=asking_costs,
    )


def asking_costs(at: tuple[float, float]) -> str:
    """How many times as many requests an API that asks costs, in a sentence."""
    times = requests("asks at each call", *at) / requests("checks offline", *at)
    return f"Asking costs {times:,.0f} times as many requests as checking offline."


def three_handles(entry_for: EntryFor) -> float:
    """Show the four, and one-minute tokens beside them, with a handle for when somebody notices;
    return the first delay at which one-minute tokens leave Tom no more than an event does."""
    worth: dict[tuple[str, Any], float] = {}
    for delay in DELAYS:
        for life in LIVES:
            for every in FETCHES:
                at = delay, life, every
                for name in WAYS:
                    worth[name, at] = minutes_at(name, life, every, delay, entry_for)
                worth[MINUTE_TOKENS, at] = minutes_at("checks offline", 1, every, delay)
    ribbons(
        worth,
        horizon=HOUR,
        unit_words=in_words,
        dial=("You notice after", "Tokens live", "The list is fetched every"),
        start=(5, USUAL_LIFE, USUAL_FETCH),
        beside=lambda name, at: f"{requests(name, *at[1:]):,.0f} a second",
        title="You did not notice at once",
        hint="The dashed line is when you notice. Which bars follow it, and which do not care?",
        on_turn=lambda at: (
            f"With an event Tom gets in for: {in_minutes(worth['is told by an event', at])}. With "
            f"one-minute tokens: {in_minutes(worth[MINUTE_TOKENS, at])}."
        ),
    )
    return where_a_minute_is_as_good()


def in_minutes(minutes: float) -> str:
    """How long Tom gets in, in words."""
    return minutes_in_words(minutes) if minutes else "not at all"


def where_a_minute_is_as_good() -> float:
    """Return the first delay at which one-minute tokens leave Tom no more than an event does."""
    return next(
        delay
        for delay in DELAYS
        if minutes_at("is told by an event", USUAL_LIFE, 0, delay)
        >= minutes_at("checks offline", 1, 0, delay)
    )


# --- the list -------------------------------------------------------------------------------------


def tom_tries_again(entry_for: EntryFor) -> tuple[int, bool]:
    """List Ada's token at an API; show what Tom gets with the token that he copied, and with a
    second spelling of it. Return the last status, and whether both say the same."""
    apps = build_apps("lesson-12")
    apps.sign_in("ada", NOTES)
    token = apps.notes.latest_session()["access_token"]
    revocation.with_a_list(apps, entry_for).revoke(token)
    rows = []
    for name, text in (
        ("the token, as he copied it", token),
        ("the token, spelled again", twin(token)),
    ):
        status = apps.tom.get(API + "/me", headers=bearer(text)).status_code
        entry = str(entry_for(text))
        rows.append(
            {
                "Tom sends": name,
                "it ends in": f"…{text[-8:]}",
                "its entry": entry if len(entry) <= 24 else f"{entry[:8]}…",
                "on the list": "yes" if entry_for(text) == entry_for(token) else "no",
                "the API": status,
            }
        )
    show_log(rows, "One token, two spellings", lit=("the API", 200))
    return status, inspect(token).claims == inspect(twin(token)).claims


# --- what it costs --------------------------------------------------------------------------------


def times_as_many() -> float:
    """Return how many times as many requests an API that asks costs as one that checks offline, as
    counted for one person, to the nearest ten."""
    asks, offline = (measured_requests(Setting(USUAL_LIFE, way), RATE) for way in (ASKS, OFFLINE))
    return round(asks / offline, -1)


def provider_down(entry_for: EntryFor) -> list[str]:
    """Show how many of Ada's calls fail while the provider is down, at each API; return where any
    does."""
    settings = {
        "one minute, offline": Setting(1, OFFLINE),
        "ten minutes, offline": Setting(USUAL_LIFE, OFFLINE),
        "ten minutes, your list": Setting(USUAL_LIFE, LISTED, 1),
        "ten minutes, the API asks": Setting(USUAL_LIFE, ASKS),
        "ten minutes, the API is told": Setting(USUAL_LIFE, PUSHED),
    }
    failed = {name: failed_calls(setting, entry_for) for name, setting in settings.items()}
    rows = [
        {"tokens": name, "Ada's calls": OUTAGE, "that failed": count}
        for name, count in failed.items()
    ]
    show_log(
        rows, f"The provider is down for {minutes_in_words(OUTAGE)}", lit=("that failed", OUTAGE)
    )
    return [name for name, count in failed.items() if count]


# --- an API that restarts -------------------------------------------------------------------------


def restart() -> float:
    """Show for how long Tom gets in if the event is sent while the API restarts, by the way in
    which it comes; return the minutes for a token of the usual life and an event sent once."""
    worth = minutes_after_a_restart()
    ribbons(
        worth,
        horizon=HOUR,
        dial="Tokens live",
        start=USUAL_LIFE,
        title="The event came while the API was down",
        hint=f"The API is down for {minutes_in_words(DOWN)}, and then fetches once a minute.",
    )
    return worth["pushed once", USUAL_LIFE]


def minutes_after_a_restart() -> dict[tuple[str, float], float]:
    """For how many minutes Tom gets in if the event is sent while the API restarts, by the way in
    which it comes, and by the lifetime of a token in minutes."""
    worth: dict[tuple[str, float], float] = {}
    for life in LIVES:
        told, fetches = Setting(life, PUSHED), Setting(life, POLLS, 1)
        once, again = (Theft(0, outage=DOWN, retries=retries) for retries in (False, True))
        worth["pushed once", life] = measured_minutes(told, once)
        worth["pushed until it arrives", life] = measured_minutes(told, again)
        worth["fetched by the API", life] = measured_minutes(fetches, again)
    return worth


def dead_or_alive(revive: revocation.Revive, remember: Remember | None = None) -> None:
    """Show what the API says to Tom with Ada's dead token, before and after he posts the event that
    `revive` chose. The API keeps events by `remember(revoked, sub, moment)`, or keeps the last one
    that came."""
    kept = remember or (lambda revoked, sub, moment: {**revoked, sub: moment})
    answers = revocation.tom_revives(revocation.Receiver(remember=kept), revive)
    rows = [{"Tom": name, "the API": one.status_code} for name, one in answers.items()]
    show_log(
        rows,
        "Yours remembers" if remember else "An API with a short memory",
        lit=("the API", 200),
        why=NOT_THE_LATEST if remember is None else "",
        moral="" if remember is None else "A true event can be an old one. Keep the latest moment.",
    )


# --- for practice ---------------------------------------------------------------------------------


def show_event(text: str) -> None:
    """Show the claims of an event."""
    read = inspect(text)
    rows = [
        {"in": where, "name": name, "value": value}
        for where, part in (("header", read.header), ("claims", read.claims))
        for name, value in (part or {}).items()
    ]
    show_log(rows, "A security event token")


def with_both_tokens() -> float:
    """Show for how long Tom gets in with both tokens, if somebody reacts after half an hour; return
    the minutes for one-minute tokens and an app that calls every ten minutes."""
    rows, minutes = [], 0.0
    for way, calls in (
        *((name, 0) for name in ("10 min, offline", "1 min, offline", "10 min, is told")),
        ("1 min, offline", 6),
    ):
        minutes = minutes_with_the_refresh_token(way, calls)
        app = f"calls {calls} times an hour" if calls else "closed"
        rows.append({"tokens": way, "Ada's app": app, "minutes for Tom": minutes})
    show_log(rows, "Tom has the refresh token, too")
    return minutes


def after_a_restart(keep: Callable[[int], bool]) -> None:
    """Show what becomes of an event during a restart of five minutes, by the way it comes."""
    rows = []
    for way in revocation.DELIVERIES:
        opens = revocation.opens_after_a_restart(way, keep=keep)
        rows.append({"the event is": way, "Tom, in minute 7": "gets in" if opens else "is refused"})
    show_log(rows, "The API is down for five minutes")


def costs(requests_an_hour: Callable[[Setting, float], float]) -> None:
    """Show the requests of an hour for four settings, as a function has them and as counted."""
    rows = [
        {
            "tokens": way,
            "calls an hour": calls,
            "your sum": f"{requests_an_hour(setting, calls):g}",
            "counted": measured_requests(setting, calls),
        }
        for way, setting in FOUR.items()
        for calls in (2, 600)
    ]
    show_log(rows, "Requests to the provider in an hour")


welcome_back("12")
__all__ = [
    "API", "LOGIN", "NOTES", "ORDER", "REVOKED", "Setting", "WIKI", "about", "accepts",
    "after_a_restart", "b64", "bearer", "build_apps", "check", "costs", "dead_or_alive",
    "ending", "experiment", "hint", "inspect", "known_at_once", "log_out", "mine", "opened",
    "poll", "price", "provider_down", "quiz", "refuses", "requests_an_hour", "restart",
    "revocation", "sha256", "show_event", "show_log", "signed_claims", "solution", "target",
    "three_handles", "times_as_many", "tom_tries_again", "twin", "unb64", "with_both_tokens",
]  # fmt: skip
