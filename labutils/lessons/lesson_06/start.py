"""What *Token replay* starts from: `from labutils.lessons.lesson_06.start import *`."""

from collections.abc import Mapping
from typing import Any

from labutils import (  # first: where a package is broken, they say so in a sentence
    check,
    ending,
    experiment,
    hint,
    mine,
    quiz,
    ribbons,
    show,
    show_log,
    show_request,
    solution,
    target,
    wire,
)
from labutils.classroom.cards import show_why
from labutils.classroom.endings import welcome_back
from labutils.identity import tokens
from labutils.identity.oauth import bearer
from labutils.lab import seconds
from labutils.stage.recorded import providers, recorded
from labutils.stage.thief import ITEMS, SILENT_REQUEST, VERIFIER, Thief, morning, query
from labutils.stage.two_apps import API, LOGIN, NOTES, TwoApps, build_apps, log_out

from . import attacker_minutes as stage
from .pictures import heat
from .replay import TradeCookie, print_entry, refresh, steal
from .second_factor import ada_signs_in

NO_QUESTION = (
    "Nobody asked Tom for a password or a code. To the provider this cookie is Ada, already signed "
    "in; so it sent his browser on, and `notes` greets her: `u-1815`. Cookie or token: whoever "
    "holds it can use it. That is all that *bearer* means."
)
SIGNED_IN = "Whoever holds the cookie has already signed in."
HOME, TOMS_ROOM = "198.51.100.23", "198.51.100.140"
FOUR_HUNDRED_DAYS = 400 * 1440  # minutes
Worth = Mapping[tuple[str, int], float]  # minutes that a stolen item serves, by the delay


def tonight() -> tuple[TwoApps, dict[str, str]]:
    """Return Ada's apps after her morning, and what Tom took out of its recording."""
    apps = build_apps("lesson-06", profiles={"u-1815": {"name": "Ada Lovelace", "salary": 9100}})
    stolen = steal(morning(apps))
    apps.ada.get(API + "/me", headers=bearer(stolen["access token"]))
    return apps, stolen


def watch(apps: TwoApps) -> None:
    """Show what Tom's browser sent to the provider, and the page that it got in the end."""
    at_the_provider = [one for one in apps.lab.wire if one.host == "login.example"]
    show_request(next(one for one in reversed(at_the_provider) if one.client == "tom"))
    show_request(apps.lab.wire[-1])
    show_why(NO_QUESTION, SIGNED_IN)


def undisturbed(trade_cookie: TradeCookie) -> dict[str, float]:
    """Return for how many minutes, of 400 days, each of the five serves Tom if nobody does
    anything. He tries at once, and then every month or so."""
    thief, nothing = Thief(steal, refresh, trade_cookie), stage.DEFENCES["nothing"]
    tries = (0.5, 9, 11, *(days * 1440 for days in (1, *range(30, 361, 30), 364, 366, 400)))
    return {item: stage.how_long(stage.Theft(thief, item, nothing).opens, tries) for item in ITEMS}


def sweep(trade_cookie: TradeCookie) -> Worth:
    """Return for how many minutes each serves Tom if Ada is logged out and the grant is revoked, by
    the minutes until that happens."""
    return stage.sweep(Thief(steal, refresh, trade_cookie))


def bars(minutes: dict[str, float]) -> None:
    """Show for how long each of the five serves Tom."""
    ribbons(
        {(item, 0.0): lasted for item, lasted in minutes.items()},
        horizon=FOUR_HUNDRED_DAYS,
        title="Nobody notices",
        hint="From the theft to Tom's last success. The scale is no ruler: minutes, then months.",
    )


def bars_by_delay(worth: Worth) -> None:
    """Show for how long each item serves Tom, by the delay of the defender: a handle moves it."""
    ribbons(
        worth,
        dial="You react after",
        horizon=stage.NINETY_DAYS,
        title="You are on call",
        hint="Move the handle: it is the time until you log Ada out and revoke the grant.",
    )


def longest(worth: Worth, delay: int) -> str:
    """Return which of two serves Tom longer at that delay: Ada's cookie or her access token."""
    return max(("session cookie", "access token"), key=lambda item: worth[item, delay])


def on_the_wire(apps: TwoApps) -> None:
    """Show every message: Ada's sign-in, and what Tom did with her cookie."""
    wire(
        apps.lab,
        {"ada": apps.ada, "tom": apps.tom},
        title="From her browser to his",
        hint="Follow *session*. Then open one of Tom's messages, change it, and send it again.",
    )


def one_day(trade_cookie: TradeCookie) -> TwoApps:
    """Return Ada's apps after a day with one session: she works at the office, Tom trades her
    cookie in the afternoon, and in the evening she goes on at home."""
    apps = build_apps("lesson-06-day", "2023-10-19T09:00:00Z")
    apps.sign_in("ada", NOTES)
    tom, home = (apps.lab.browser(who, ip) for who, ip in (("tom", TOMS_ROOM), ("ada", HOME)))
    home.cookies = apps.ada.cookies  # the same laptop
    for hour, act in (
        ("14:02:09", lambda: apps.ada.get(NOTES + "/login", follow_redirects=True)),
        ("14:02:44", lambda: trade_cookie(tom, apps.session_cookie)),
        ("14:03:19", lambda: apps.ada.get(NOTES + "/login", follow_redirects=True)),
        ("18:40:51", lambda: home.get(NOTES + "/login", follow_redirects=True)),
    ):
        apps.lab.clock.wait_until(seconds(f"2023-10-19T{hour}Z"))
        act()
    return apps


def sessions(apps: TwoApps) -> list[dict[str, str]]:
    """Return the lines of the provider's log that name a session."""
    return [
        {
            "time": line["time"][11:19],
            "event": line["event"],
            "session": line["session"][:8],
            "ip": line["ip"],
        }
        for line in apps.lab.audit
        if "session" in line
    ]


def line_of(apps: TwoApps) -> int:
    """Show what the provider logged about Ada's session, and return which line is Tom's."""
    rows = sessions(apps)
    show_log(rows, "What the provider logged about one session", lit=("ip", TOMS_ROOM))
    return [row["ip"] for row in rows].index(TOMS_ROOM)


def at_four_providers() -> list[bool]:
    """Show how four providers answered five questions of a thief, and return which of them gave him
    a code for Ada's cookie."""
    questions = {
        "the cookie elsewhere, prompt=none": "cookie in another browser, prompt=none",
        "a refresh token used twice, then its successor": "refresh token twice, then its successor",
        "an access token of that family, then": "access token after the reuse",
        "a code used twice: what the first use gave": "code twice: what the first gave, after",
        "a refresh token, after the logout": "log out at the provider, then refresh",
    }
    everybody = providers()
    rows = [
        {"Tom tries": words} | {name: one["answers"][asked] for name, one in everybody.items()}
        for words, asked in questions.items()
    ]
    show_log(rows, f"As asked on {recorded('providers')['recorded']}")
    cookie = questions["the cookie elsewhere, prompt=none"]
    return [one["answers"][cookie] == "code" for one in everybody.values()]


# --- for practice -------------------------------------------------------------------------------


def twice(*script: Any) -> list[dict[str, Any]]:
    """Return what Tom's script gets for each of the five, and again a minute later. The script is
    three functions: what to take, how to renew a refresh token, how to trade a cookie."""
    thief, apps = Thief(*script), build_apps("lesson-06")
    stolen, rounds = thief.robs(apps), []
    for _ in range(2):
        copies = dict(stolen)
        rounds.append({item: thief.replay(apps.tom, item, copies) for item in ITEMS})
        apps.lab.clock.tick(60)
    return rounds


def by_reaction(item: str) -> dict[tuple[str, str], float]:
    """Return for how many minutes a stolen item serves Tom, reaction by reaction."""
    thief = Thief(steal, refresh, mine("06-3"))
    return {
        (item, name): stage.how_long(stage.Theft(thief, item, defence).opens, stage.TRIES)
        for name, defence in stage.DEFENCES.items()
    }


def log_of_a_tied_cookie(trade_cookie: TradeCookie) -> list[dict[str, str]]:
    """Return what a provider logs that ties its cookie to an address, when Tom replays it."""
    apps = build_apps("lesson-06", provider=stage.AddressBoundSessions)
    stolen = steal(morning(apps))
    before = len(apps.lab.audit)
    trade_cookie(apps.tom, stolen["session cookie"])
    names = ("event", "outcome", "ip", "error")
    return [{name: line.get(name, "") for name in names} for line in apps.lab.audit[before:]]


def while_her_app_refreshes(
    item: str, how_long: stage.HowLong
) -> tuple[float, list[dict[str, Any]]]:
    """Return for how long an item serves Tom while Ada's app refreshes, and the log of it."""
    thief = Thief(steal, refresh, mine("06-3"))
    theft = stage.Theft(thief, item, stage.DEFENCES["her app refreshes"])
    return how_long(theft.opens, stage.TRIES), theft.apps.lab.audit


welcome_back("06")
__all__ = [
    "API", "ITEMS", "LOGIN", "NOTES", "SILENT_REQUEST", "VERIFIER", "Thief", "ada_signs_in",
    "at_four_providers",
    "bars", "bars_by_delay", "bearer", "build_apps", "by_reaction", "check", "ending",
    "experiment", "heat", "hint", "line_of", "log_of_a_tied_cookie", "log_out", "longest",
    "mine", "morning", "on_the_wire", "one_day", "print_entry", "query", "quiz", "refresh", "show",
    "show_log", "show_request", "solution", "stage", "steal", "sweep", "target", "tokens",
    "tonight", "twice", "undisturbed", "watch", "while_her_app_refreshes",
]  # fmt: skip
