"""What *Start here* starts from: `from labutils.lessons.lesson_00.start import *`."""

from collections.abc import Callable
from html import escape
from textwrap import fill
from typing import Any

from labutils import (  # first: where a package is broken, they say so in a sentence
    check,
    ending,
    experiment,
    hint,
    mine,
    quiz,
    show_log,
    show_request,
    solution,
    wire,
)
from labutils.classroom import cards, panel
from labutils.classroom.endings import welcome_back
from labutils.classroom.progress import WIDTH
from labutils.identity.tokens import inspect
from labutils.lab import seconds
from labutils.stage.two_apps import API, WIKI, TwoApps, build_apps

# What the API knows of people, and what a thief of their token gets.
STAFF = {
    "u-1815": {
        "name": "Ada Lovelace",
        "home": "12 Engine Lane",
        "phone": "+44 20 7946 0815",
        "salary": 9100,
    }
}
KNOWN = ["192.0.2.10", "192.0.2.200"]  # Ada's browser, and the wiki that reads for her
HELD = (
    "This morning Ada signed in to her company's wiki, and the wiki got this *token*: a string "
    "that lets it read her data from another service, the API. You have a copy."
)
Line = dict[str, Any]
Use = Callable[[Any, str], Any]  # a browser and a token, to the API's answer


def morning() -> tuple[TwoApps, str]:
    """Return the lab after Ada has signed in to the wiki, and the token that it got. Show it."""
    apps = build_apps("lesson-00", profiles=STAFF)
    apps.sign_in("ada", WIKI)
    token: str = apps.wiki.latest_session()["access_token"]
    lit = f'<pre tabindex="-1"><span class="lu-hot">{escape(token)}</span></pre>'
    why = f'<div class="lu-line">{panel.marked(HELD)}</div>'
    cards.show(f"{token}\n\n{fill(HELD, WIDTH)}", lit + why, "lu-request", "In your hands")
    return apps, token


def api_log(apps: TwoApps) -> list[Line]:
    """Return what the API logged about people."""
    return [line for line in apps.lab.audit if line["service"] == "api.example" and "user" in line]


def two_reads(apps: TwoApps) -> tuple[Line, Line]:
    """Show what the API logged of the wiki's read and of Tom's, and return both lines."""
    hers, toms = [line for line in api_log(apps) if line["outcome"] == "success"][-2:]
    label = "What the API logged: the wiki's read, and yours"
    show_log(_short([hers, toms]), label, lit=("ip", toms["ip"]))
    return hers, toms


def _short(lines: list[Line]) -> list[Line]:
    """Lines with the time of day alone, and without the service, which is the API in all."""
    return [
        {name: text[11:19] if name == "time" else text for name, text in line.items()}
        for line in ({key: one for key, one in l.items() if key != "service"} for l in lines)
    ]


def found(lines: list[Line]) -> None:
    """Show the lines that somebody's function reports."""
    show_log(_short(lines), f"Your function reports {len(lines)}")


def on_the_wire(apps: TwoApps) -> None:
    """Show both reads as the network saw them."""
    start = next(at for at, one in enumerate(apps.lab.wire) if one.host == "api.example")
    wire(
        apps.lab,
        {"tom": apps.tom, "ada": apps.ada},
        start=start,
        title="The same two reads, on the wire",
        hint="Open one. Then *edit and send again*, as Ada, as Tom, or without the token.",
    )


def next_day(apps: TwoApps, use: Use) -> list[Line]:
    """Show two reads of the next day, and return their lines in the API's log: the wiki on a new
    server, and Tom in Ada's office, each with that day's token."""
    later = apps.copy()  # the lesson's own lab stays on its day
    later.lab.clock.wait_until(seconds("2023-10-19T09:00:00Z"))
    later.sign_in("ada", WIKI)
    todays = later.wiki.latest_session()["access_token"]
    use(later.lab.browser("wiki.example", "192.0.2.201"), todays)
    use(later.lab.browser("tom", "192.0.2.10"), todays)
    today = api_log(later)[-2:]
    who = ("the wiki, on its new server", "Tom, in Ada's office")
    rows = [
        {"who it was": name, "time": line["time"][11:19], "user": line["user"], "ip": line["ip"]}
        for name, line in zip(who, today, strict=True)
    ]
    show_log(rows, "Two reads of the next day (the first column is in no log)")
    return today


# --- for practice -------------------------------------------------------------------------------


def minute_by_minute(use: Use, token: str) -> dict[int, int]:
    """Return the status that Tom gets for his copy of this morning's token, once a minute."""
    later = build_apps("lesson-00")  # the same morning once more: the same seed, so the same keys
    later.sign_in("ada", WIKI)
    answers = {}
    for minute in range(1, 13):
        later.lab.clock.wait_until(seconds(f"2023-10-18T09:{minute:02}:00Z"))
        answers[minute] = use(later.tom, token).status_code
    return answers


welcome_back("00")
__all__ = [
    "API", "KNOWN", "WIKI", "api_log", "check", "ending", "experiment", "found", "hint", "inspect",
    "mine", "minute_by_minute", "morning", "next_day", "on_the_wire", "quiz", "show_log",
    "show_request", "solution", "two_reads",
]  # fmt: skip
