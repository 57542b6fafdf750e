"""What the exercises of lesson 00 are tried with."""

from collections.abc import Iterator
from functools import cache
from typing import Any

import httpx

from labutils.classroom.judging import Tried, nearly
from labutils.classroom.trying import Call, Observed, Raised, Trial, left_in, seen
from labutils.lab import Exchange, dice
from labutils.stage.two_apps import WIKI, TwoApps, build_apps
from labutils.text import shown


def lab(seed: str) -> tuple[TwoApps, str]:
    """Return a lab after Ada has signed in to the wiki, and the token that it got."""
    apps = build_apps(seed)
    apps.sign_in("ada", WIKI)
    return apps, str(apps.wiki.latest_session()["access_token"])


@cache
def copied() -> str:
    """Return the token of the lesson's morning."""
    return lab("lesson-00")[1]


# --- to send a token (00-3) -----------------------------------------------------------------------


def try_use(answer: Tried) -> Trial:
    """Tom, in two labs, with the right token and with others."""
    for seed, again in (("one", ""), ("two", "again")):
        apps, token = lab(f"lesson-00/{seed}")
        for words, text, usual in (
            ("Tom, with a token of Ada's", token, again),
            ("Tom, with a token that nobody signed", token[:-9] + "A" * 9, "refused"),
            ("Tom, with no token, the empty string", "", "edge"),
        ):
            result = sent(answer, apps, text)
            yield Observed(words, result, mistakes_of(answer, apps), usual)
        yield left_in(apps.tom, "kept")


def sent(answer: Tried, apps: TwoApps, token: str) -> Any:
    """Return what left Tom's browser, and what came back."""
    before = len(apps.lab.wire)
    response = seen(answer, apps.tom, token)
    wire = [one for one in apps.lab.wire[before:] if one.client == "tom"]
    if isinstance(response, Raised) or (response is None and wire):
        return response
    in_address = [token in one.url or token in one.request_body for one in wire if token]
    return {
        "a request by this browser": bool(wire),
        "a token in the URL or in a form": any(in_address),
        "other headers with the token": [
            name
            for one in wire
            for name, text in one.request_headers
            if token and token in text and name.lower() != "authorization"
        ],
        "the request": [f"{one.method} {shown(one.url, 60)}" for one in wire],
        "the status": [one.status for one in wire],
        "the header": [header_of(one).replace(token or " ", "TOKEN").lower() for one in wire],
        "a response": isinstance(response, httpx.Response),
    }


def header_of(one: Exchange) -> str:
    """Return the authorization header of a request."""
    return dict(one.request_headers).get("authorization", "")


def mistakes_of(answer: Tried, apps: TwoApps) -> dict[str, str]:
    """Return the mistakes by what is off; what was sent last says which one a refusal is."""
    header = header_of(apps.lab.wire[-1])
    refused = "token" if header.startswith("Bearer ey") else "header"
    unformatted = "{" in header or header == "Bearer token"
    slip = (
        "headers" if isinstance(answer.error, TypeError | AttributeError | ValueError) else "other"
    )
    is_address = isinstance(answer.error, httpx.UnsupportedProtocol | httpx.InvalidURL)
    return {
        "Raised": "url" if is_address else slip,
        "a request by this browser": "browser",
        "a token in the URL or in a form": "address",
        "other headers with the token": "kept",
        "the request": "url",
        "the status": "letters" if unformatted else refused,
        "the header": "header",
        "a response": "response",
    }


# --- who it is about (00-1) -----------------------------------------------------------------------


def try_answer(value: Any) -> Trial:
    """The type of a value, its digits, and what stands around them."""
    yield Observed("a text", isinstance(value, str), "other")
    begin = value[:100]
    yield Observed("a name", "ada" in begin.lower(), "name")
    yield Observed("the digits", [one for one in begin if one.isdigit()], "line")
    yield Observed("spaces or quotes around it", value != value.strip(" \n'\""), "quotes")
    yield Observed("the whole text", value, "copy")


# --- a hunt (00-2) --------------------------------------------------------------------------------

HOME, SERVER = "192.0.2.10", "192.0.2.200"  # Ada's browser, and the wiki that reads for her
KNOWN = [HOME, SERVER]


def line(user: str, address: str, event: str = "api.read") -> dict[str, str]:
    """Return a line of an audit log."""
    return {"service": "api.example", "event": event, "user": user, "ip": address}


TOM = line("u-1815", "203.0.113.66")
HERS = [line("u-1815", HOME), line("u-1815", SERVER)]
OTHER_THINGS = "a list of something other than lines"


def try_strangers(answer: Tried) -> Trial:
    """Logs with drawn addresses, each once more at the end."""
    hunts = [*logs()]
    again = [Call(one.arguments, one.words, one.about, "again") for one in reversed(hunts)]
    for call in hunts + again:
        result = seen(answer, *call.arguments)
        if isinstance(result, list | tuple):
            is_lines = all(isinstance(one, dict) for one in result)
            result = sorted(result, key=repr) if is_lines else OTHER_THINGS
        types = dict.fromkeys(("dict", "NoneType", "set", "str", "bool", "int"), "list")
        types |= {"Raised": "other", OTHER_THINGS: "lines", "list": str(call.about)}
        yield Observed(call.words, result, types, call.usual)


def logs() -> Iterator[Call]:
    """Yield logs, and the addresses that are known; in which order the lines come back is free."""
    drawn = dice("lesson-00", "logs")
    stranger = f"203.0.113.{int(next(drawn)[:2], 16)}"
    others = [line("u-0666", "203.0.113.66"), line("u-2000", stranger)]
    near = [line("u-1815", f"192.0.2.{end}") for end in ("1", "100", "10 ")]
    new = [line("u-1815", stranger), line("u-1815", stranger, "api.write")]
    failed = {**TOM, "service": "notes.example", "event": "sign-in", "outcome": "failure"}
    about_her = {**line("u-2000", stranger), "about": "u-1815"}
    through = {**TOM, "server": HOME}
    many = [line("u-1815", f"198.18.{number // 250}.{number % 250}") for number in range(300)]
    for log, known, about, words in (
        (HERS, KNOWN, "nobody", "a log with only Ada in it"),
        ([*HERS, TOM], KNOWN, "stranger", "Ada twice, and Tom with her token"),
        ([*HERS, line("ada", stranger)], KNOWN, "user", "Ada twice, and a user 'ada'"),
        ([*HERS, *others], KNOWN, "other people", "other people with their own tokens"),
        ([*new, *HERS, TOM], KNOWN, "all", "three lines from two strangers"),
        ([TOM, *HERS, TOM], KNOWN, "all", "a line that appears twice"),
        ([TOM, failed], KNOWN, "all", "Tom at two services"),
        (HERS, [HOME], "fixed", "a log in which the wiki's address is unknown"),
        (HERS, ["203.0.113.66", HOME], "fixed", "a log in which other addresses are known"),
        ([*HERS, *near], KNOWN, "near", "addresses that look almost like her browser's"),
        *(
            ([one, TOM], KNOWN, "namesake", f"a user {one['user']!r}, and Tom")
            for one in [line(user, "203.0.113.66") for user in nearly("u-1815")]
        ),
        ([*HERS, about_her], KNOWN, "fields", "a different user, reading about u-1815"),
        ([*HERS, through], KNOWN, "fields", "Tom, on the server 192.0.2.10"),
    ):
        yield Call((log, known), words, about)
    yield Call((HERS, []), "a log in which no address is known", "fixed", "edge")
    yield Call(([], KNOWN), "an empty log", "list", "edge")
    every_second = [one["ip"] for one in many[::2]]
    yield Call((many, every_second), "300 addresses, of which 150 are known", "all", "large")
