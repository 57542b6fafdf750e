"""00 · Start here."""

from dataclasses import replace
from functools import partial
from typing import Any

import httpx

from labutils.classroom import registry
from labutils.classroom.judging import PASSED, Case, Tried, Verdict, compare, nearly, value
from labutils.classroom.registry import Exercise, code
from labutils.lab import dice
from labutils.stage.two_apps import API, WIKI, build_apps
from labutils.text import shown

ADAS_ADDRESSES = ("192.0.2.10", "192.0.2.200")  # her browser, and the wiki that reads for her

USE = code("""
    def use(browser, token):
        return browser.get(API + "/me", headers={"authorization": f"Bearer {token}"})
""")
STRANGERS = code("""
    def strangers(audit, known):
        return [line for line in audit if line["user"] == "u-1815" and line["ip"] not in known]
""")


def line(user: str, address: str, event: str = "api.read") -> dict[str, str]:
    """A line of an audit log."""
    return {"service": "api.example", "event": event, "user": user, "ip": address}


def logs() -> list[Case]:
    """Logs to hunt in: the one of the lesson, and others whose addresses are drawn."""
    drawn = dice("lesson-00", "logs")
    stranger = f"203.0.113.{int(next(drawn)[:2], 16)}"
    home, wiki = ADAS_ADDRESSES
    hers = [line("u-1815", home), line("u-1815", wiki)]
    tom = line("u-1815", "203.0.113.66")
    others = [line("u-0666", "203.0.113.66"), line("u-2000", stranger)]
    near = [line("u-1815", f"192.0.2.{end}") for end in ("1", "100", "10 ")]
    namesakes = [line(user, "203.0.113.66") for user in nearly("u-1815")]
    new = [line("u-1815", stranger), line("u-1815", stranger, "api.write")]
    about_her = {**line("u-2000", stranger), "about": "u-1815"}
    through = {**tom, "server": home}
    known = [home, wiki]
    return [
        Case((hers, known), [], "nobody", "a log with only Ada in it"),
        Case(([*hers, tom], known), [tom], "stranger", "Ada twice, and Tom with her token"),
        Case(([*hers, *others], known), [], "other people", "other people with their own tokens"),
        Case(([*new, *hers, tom], known), [*new, tom], "all", "three lines from two strangers"),
        Case(([tom, *hers, tom], known), [tom, tom], "all", "a line that appears twice"),
        Case((hers, [home]), [hers[1]], "fixed", "a log in which the wiki's address is unknown"),
        Case((hers, []), hers, "fixed", "a log in which no address is known"),
        Case(
            ([*hers, *near], known),
            near,
            "near",
            "addresses that look almost like her browser's",
        ),
        *(
            Case(([one, tom], known), [tom], "namesake", f"a user {one['user']!r}, and Tom")
            for one in namesakes
        ),
        Case(([*hers, about_her], known), [], "fields", "a different user, reading about u-1815"),
        Case(([*hers, through], known), [through], "fields", "Tom, on the server 192.0.2.10"),
    ]


def same_lines(result: Any, want: list[dict[str, str]]) -> bool:
    """The same lines, each as often; in which order does not matter."""
    return isinstance(result, list) and sorted(map(repr, result)) == sorted(map(repr, want))


def hunting(answer: Tried) -> Verdict:
    """The judge of 00-2."""
    verdict = compare(logs, same=same_lines)(answer)
    if verdict.kind == "raised":
        return replace(verdict, mistake=None)
    if verdict.kind == "differs" and (mistake := hunting_mistake(answer)):
        return replace(verdict, mistake=mistake)
    return verdict


def hunting_mistake(answer: Tried) -> str | None:
    """The name of a mistake that shows in what a function returns, whatever the log."""
    result, tom, hers = (
        answer.results[-1],
        line("u-1815", "203.0.113.66"),
        line("u-1815", "192.0.2.10"),
    )
    if not isinstance(result, list):
        return "list"
    if result and not all(isinstance(each, dict) for each in result):
        return "lines"
    try:
        users = [line(user, tom["ip"]) for user in ("ada", "u-0666")]
        if answer.function(users, [hers["ip"]]) == users[:1]:
            return "user"
        first, second = (answer.function(log, [hers["ip"]]) for log in ([tom, hers], [hers, tom]))
    except Exception:
        return None
    return "round" if (first, second) == ([tom], []) else None


def who_it_names(answer: Any) -> str | None:
    if answer == "u-1815":
        return None
    if isinstance(answer, str) and "ada" in answer.lower():
        return "name"
    if isinstance(answer, str) and answer.strip(" \n'\"").lower() == "u-1815":
        return "quotes" if "u-1815" in answer else "copy"
    if isinstance(answer, str) and "1815" in answer:
        return "copy"
    return "line" if isinstance(answer, str) else "other"


TOOLS = code("""
    from labutils.stage.two_apps import API, build_apps
""")
wrong = partial(registry.wrong, TOOLS)
altered = partial(registry.altered, TOOLS)


def slip(error: Exception) -> str | None:
    """The name of the mistake behind an error that a request raised before it was sent."""
    if "url" in str(error).lower() or "protocol" in str(error).lower():
        return "url"
    return "headers" if isinstance(error, TypeError | AttributeError | ValueError) else None


def used(answer: Tried) -> Verdict:
    """The judge of 00-3: two labs of other seeds, and what went over the wire."""
    for words, seed in (("Tom, with a token of Ada's", "one"), ("Tom, with another token", "two")):
        apps = build_apps(f"lesson-00/{seed}")
        apps.sign_in("ada", WIKI)
        token = apps.wiki.latest_session()["access_token"]
        before = len(apps.lab.wire)
        try:
            response = answer(apps.tom, token)
        except Exception as error:
            return answer.raised(words, slip(error))
        sent = [one for one in apps.lab.wire[before:] if one.client == "tom"]
        if not sent:
            return Verdict("differs", words, "no request by this browser", mistake="browser")
        if response is None:
            return Verdict("none", words)
        asked = f"{sent[-1].method} {sent[-1].url}"
        if token in sent[-1].url or token in sent[-1].request_body:
            return Verdict("differs", words, shown(asked, 80), mistake="address")
        if asked != f"GET {API}/me":
            return Verdict("differs", words, shown(asked, 80), f"GET {API}/me", mistake="url")
        if sent[-1].status != 200:
            sent_along = dict(sent[-1].request_headers).get("authorization", "")
            mistake = "token" if sent_along.startswith("Bearer ey") else "header"
            mistake = "letters" if "{" in sent_along or sent_along == "Bearer token" else mistake
            got = f"{sent[-1].status} for the header {shown(repr(sent_along), 40)}"
            return Verdict("differs", words, got, "200", mistake=mistake)
        if not isinstance(response, httpx.Response):
            return Verdict("differs", words, shown(repr(response), 60), mistake="response")
    return PASSED


EXERCISES = (
    Exercise(
        "00-3",
        "function",
        used,
        "That is how a token travels: in one header, after the word Bearer.",
        {
            "browser": (
                "Send the request with the browser that the function is given.",
                wrong("""
                    apps = build_apps("lesson-00")

                    def answer(browser, token):
                        return apps.tom.get(API + "/me")
                """),
            ),
            "url": (
                'A GET request, to the URL API + "/me".',
                altered(USE, ('"/me"', '"/"')),
            ),
            "header": (
                "The API found no token. Put it in the `authorization` header: the word Bearer, a "
                "space and the token, and nothing else.",
                altered(USE, ("Bearer {token}", "{token}")),
            ),
            "letters": (
                "The word between the braces was sent, not its value. Put an f before the "
                'quotes: f"Bearer {token}".',
                altered(USE, ('f"Bearer', '"Bearer')),
            ),
            "headers": (
                "Write headers= and a dictionary: a name and a value with a colon between them, in "
                'braces, as in headers={"accept": "text/html"}.',
                altered(USE, ('"authorization": f', '"authorization", f')),
            ),
            "address": (
                "A token does not belong in a URL or a form: it goes into a header.",
                altered(
                    USE,
                    (
                        'headers={"authorization": f"Bearer {token}"}',
                        'params={"access_token": token}',
                    ),
                ),
            ),
            "token": (
                "Send the token that the function is given. It is a different one each time.",
                altered(USE, ("{token}", "eyJhbGciOiJFUzI1NiJ9.e30.x")),
            ),
            "response": (
                "Return the response itself, as browser.get returns it.",
                altered(USE, ('"})', '"}).json()')),
            ),
        },
        (
            "browser.get takes the URL, and the headers as a dictionary with one entry.",
            'browser.get(API + "/me", headers={"authorization": f"Bearer {token}"})',
        ),
        USE,
    ),
    Exercise(
        "00-1",
        "value",
        value(who_it_names),
        "You needed no key. Anyone who sees this token can read it.",
        {
            "name": (
                "The token does not say Ada. Look for `sub`, the subject: the provider's number "
                "for her.",
                "answer = 'ada'",
            ),
            "line": (
                "That is from a different line. Find the `sub` line and use its value.",
                "answer = 'https://login.example'",
            ),
            "quotes": (
                "That is the right value, with something extra. Put one pair of quotes around it, "
                "with no spaces inside.",
                "answer = \"'u-1815'\"",
            ),
            "copy": (
                "Almost. Copy it exactly: a small u, a hyphen and the number.",
                "answer = '1815'",
            ),
            "other": (
                "Copy the value of `sub` as a string, with quotes around it.",
                "answer = 1815",
            ),
        },
        (
            "inspect(token) prints what is in the token. Look for the `sub` line.",
            "It is u- followed by a number. Put it in quotes: answer = 'u-...'",
        ),
        "answer = inspect(token).claims['sub']",
    ),
    Exercise(
        "00-2",
        "function",
        hunting,
        "That was your first hunt: you found every use of Ada's token from an unknown address.",
        {
            "list": (
                "Return a list of lines. If no line is suspicious, the list is empty: [].",
                code("""
                def answer(audit, known):
                    for line in audit:
                        if line["user"] == "u-1815" and line["ip"] not in known:
                            return line
                """),
            ),
            "lines": (
                "Return whole lines, as they are in the log, not just part of each.",
                code("""
                def answer(audit, known):
                    strange = [l for l in audit if l["user"] == "u-1815" and l["ip"] not in known]
                    return [l["ip"] for l in strange]
                """),
            ),
            "user": (
                "The log does not say Ada. Its `user` is the provider's number for her: u-1815.",
                code("""
                def answer(audit, known):
                    return [l for l in audit if l["user"] == "ada" and l["ip"] not in known]
                """),
            ),
            "round": (
                "You return the first time round the loop, so the other lines are never checked. "
                "Return after the loop: indent the `return` less than the code in the loop.",
                code("""
                def answer(audit, known):
                    strange = []
                    for line in audit:
                        if line["user"] == "u-1815" and line["ip"] not in known:
                            strange.append(line)
                        return strange
                """),
            ),
            "stranger": (
                "A line is suspicious if the token is Ada's (user u-1815) and the address is not "
                "in `known`.",
                "answer = lambda audit, known: []",
            ),
            "nobody": (
                "Ada's own lines are not suspicious. Keep a line only if "
                "`line['ip'] not in known`. (`!=` compares one address with the whole list.)",
                "answer = lambda audit, known: [l for l in audit if l['ip'] != '192.0.2.10']",
            ),
            "other people": (
                "Other people use their own tokens, from their own addresses. Check the user as "
                "well.",
                "answer = lambda audit, known: [l for l in audit if l['ip'] not in known]",
            ),
            "fixed": (
                "The known addresses are passed in as `known`. Next time they may be different.",
                "K = ('192.0.2.10', '192.0.2.200')\nanswer = lambda audit, known: [l for l in "
                "audit if l['user'] == 'u-1815' and l['ip'] not in K]",
            ),
            "near": (
                "192.0.2.1, 192.0.2.100 and '192.0.2.10 ' are not the same string as 192.0.2.10. "
                "Compare whole strings: line['ip'] not in known, where `known` is the list itself.",
                "answer = lambda audit, known: [l for l in audit if l['user'] == 'u-1815' and "
                "not l['ip'].startswith(tuple(known))]",
            ),
            "namesake": (
                "That is a different user, whose number only looks like Ada's. Compare the whole "
                "string: line['user'] == 'u-1815'.",
                "answer = lambda audit, known: [l for l in audit if 'u-1815' in l['user'] "
                "and l['ip'] not in known]",
            ),
            "fields": (
                "A line has other fields, which may also hold a user's number or an address. Look "
                "only at line['user'] and line['ip'].",
                "answer = lambda audit, known: [l for l in audit if 'u-1815' in l.values() "
                "and l['ip'] not in known]",
            ),
            "all": (
                "Every matching line belongs in the result, whichever unknown address it is from, "
                "and as many times as it appears in the log.",
                "answer = lambda audit, known: [l for l in audit if l['ip'] == '203.0.113.66' "
                "and l['user'] == 'u-1815']",
            ),
        },
        (
            "Build a list of the lines that match: [line for line in audit if ...].",
            "Join two conditions with `and`: line['user'] == 'u-1815' and line['ip'] not in known.",
        ),
        STRANGERS,
    ),
)
