"""06 · Replay what you did not earn."""

import httpx

from labutils.classroom.first_shape import Choice, Exercise, Lesson, Quiz
from labutils.classroom.registry import code
from labutils.stage.two_apps import NOTES, build_apps


def _walk(answer: object) -> str | None:
    apps = build_apps("lesson-06/judge")
    apps.sign_in("ada", NOTES)
    cookie = apps.session_cookie
    before = len(apps.lab.wire)
    try:
        last = answer(apps.tom, cookie)
    except KeyError as missing:  # what the provider did not send
        return {"code": "no cookie", "access_token": "no trade"}.get(missing.args[0], "no response")
    if not isinstance(last, httpx.Response):
        return "no response"
    mine = [exchange for exchange in apps.lab.wire[before:] if exchange.client == "tom"]
    asked = next((exchange for exchange in mine if exchange.path == "/authorize"), None)
    if asked is None:
        return "no question"
    if "code=" not in asked.header("location"):
        return "no cookie"
    if not any(exchange.path == "/token" and exchange.status == 200 for exchange in mine):
        return "no trade"
    if (last.url.host, last.url.path) != ("api.example", "/me"):
        return "other door"
    return None if last.status_code == 200 else "wrong token"


_LINES = [
    {
        "time": f"2023-10-18T09:{minute:02}:{10 if minute == 9 else 30}Z",
        "event": event,
        "outcome": outcome,
        "ip": ip,
    }
    for minute, event, outcome, ip in (
        (0, "session.start", "success", "192.0.2.10"),
        (1, "token.refresh_token", "success", "203.0.113.66"),
        (2, "api.read", "success", "192.0.2.10"),
        (3, "api.read", "success", "203.0.113.66"),
        (5, "api.read", "success", "203.0.113.66"),
        (9, "api.read", "success", "203.0.113.66"),
        (14, "api.read", "failure", "203.0.113.66"),
        (30, "api.read", "success", "192.0.2.10"),
    )
]


def _minutes(answer: object) -> str | None:
    given = answer(_LINES, "203.0.113.66")
    if isinstance(given, float):
        return "float"
    named = {
        5: None,
        340: "seconds",
        11: "failures",
        7: "events",
        28: "everybody",
        27: "everybody",
        3: "count",
        6: "rounded",
    }
    if given not in named:
        return "other"
    if named[given] is None and answer(_LINES, "198.51.100.7") != 0:
        return "none"
    if named[given] is not None:
        return named[given]
    later = answer([*_LINES, {**_LINES[3], "time": "2023-10-20T10:03:31Z"}], "203.0.113.66")
    return {2940: None, 60: "days"}.get(later, "hours")


_GOOD_WALK = """    header = {"cookie": "session=" + cookie}
    silent = thief.get(LOGIN + "/authorize", params=SILENT_REQUEST, headers=header)
    form = {"grant_type": "authorization_code", "client_id": "notes", "redirect_uri": NOTES + "/cb",
            "code": query(silent.headers["location"])["code"], "code_verifier": VERIFIER}
    tokens_now = thief.post(LOGIN + "/token", data=form).json()
    return thief.get(API + "/me", headers=bearer(tokens_now["access_token"]))
"""
_NAMES = """from labutils.stage.thief import SILENT_REQUEST, VERIFIER, query
from labutils.identity.oauth import bearer
from labutils.stage.two_apps import API, LOGIN, NOTES

"""
_GOOD_MINUTES = """    times = [datetime.fromisoformat(line["time"]) for line in lines
             if line["event"] == "api.read" and line["outcome"] == "success"
             and line["ip"] == address]
    return int((max(times) - min(times)).total_seconds() // 60) if times else 0
"""
_OF_ALL_LINES = """    if not times:
        times = [datetime.fromisoformat(line["time"]) for line in lines]
"""


def _walk_but(old: str, new: str) -> str:
    assert old in _GOOD_WALK
    return _NAMES + "def answer(thief, cookie):\n" + _GOOD_WALK.replace(old, new)


def _minutes_but(old: str, new: str) -> str:
    assert old in _GOOD_MINUTES
    return "from datetime import datetime\n\ndef answer(lines, address):\n" + _GOOD_MINUTES.replace(
        old, new
    )


LESSON = Lesson(
    "06",
    (
        Exercise(
            "06-1",
            "function",
            _walk,
            "Three requests, no password: a cookie, a code, a token, and the data.",
            {
                ("no response"): (
                    "Return the API's answer itself, what thief.get(API + '/me', ...) gives."
                ),
                "no question": (
                    "The cookie opens the provider. Begin at LOGIN + '/authorize' with "
                    "params=SILENT_REQUEST."
                ),
                "no cookie": (
                    "The provider sent no code back but login_required: it saw no session. Send "
                    "the header cookie: session= and the value, with thief."
                ),
                "no trade": (
                    "The code was not traded for tokens. The token endpoint wants grant_type, "
                    "client_id, redirect_uri, code and code_verifier."
                ),
                ("other door"): (
                    "You have a token; now show it at API + '/me', and return that answer."
                ),
                "wrong token": (
                    "The API refused. It takes the access token; the ID token beside it is for the "
                    "app."
                ),
            },
            {
                "no response": _NAMES
                + code("""
                    def answer(thief, cookie):
                        return 200
                """),
                "no question": _NAMES
                + code("""
                    def answer(thief, cookie):
                        return thief.get(API + '/me', headers=bearer(cookie))
                """),
                "no cookie": _NAMES
                + code("""
                    def answer(thief, cookie):
                        return thief.get(LOGIN + '/authorize', params=SILENT_REQUEST)
                """),
                "no trade": _NAMES
                + code("""
                    def answer(thief, cookie):
                        header = {'cookie': 'session=' + cookie}
                        url = LOGIN + '/authorize'
                        return thief.get(url, params=SILENT_REQUEST, headers=header)
                """),
                "other door": _walk_but('API + "/me"', 'LOGIN + "/userinfo"'),
                "wrong token": _walk_but('tokens_now["access_token"]', 'tokens_now["id_token"]'),
            },
            (
                (
                    "Three steps, each of which you saw above: /authorize with the cookie, /token "
                    "with the code, /me with the access token."
                ),
                (
                    "The code stands in the location header of the first answer: "
                    "query(silent.headers['location'])['code']."
                ),
                "The form for /token is in the cell that replayed the cookie.",
            ),
            "def walk(thief, cookie):\n" + _GOOD_WALK,
        ),
        Exercise(
            "06-2",
            "function",
            _minutes,
            "That is a number a defender can compute without knowing how the thing was stolen.",
            {
                "seconds": "That is in seconds. Divide by 60.",
                "failures": (
                    "You counted the refused read at the end. Count only outcome success: that is "
                    "time that the thief had."
                ),
                "float": "Give whole minutes: an int, rounded down.",
                "rounded": "Round down: a minute that is not over has not been had.",
                "events": (
                    "The first line from that address is no api.read. Count from the first read "
                    "that succeeded."
                ),
                ("everybody"): (
                    "Lines of other addresses are in there. Keep those whose ip is the address."
                ),
                "count": (
                    "That is how many reads there were. The question is how long from the first to "
                    "the last."
                ),
                "none": "Right for the thief; but an address that read nothing should give 0.",
                "days": (
                    "A last read two days and an hour later counts as one hour: the days are lost. "
                    "Subtract whole moments, dates and all, and take total_seconds() of the "
                    "difference: its .seconds leaves whole days out."
                ),
                "hours": (
                    "Right within one hour; a last read two days and an hour later goes wrong. "
                    "Subtract whole moments, not minutes of the hour."
                ),
                "other": (
                    "Try it by hand on five lines: the first success, the last success, the "
                    "difference in whole minutes."
                ),
            },
            {
                "seconds": _minutes_but(" // 60", ""),
                "failures": _minutes_but(' and line["outcome"] == "success"', ""),
                "float": _minutes_but(
                    "int((max(times) - min(times)).total_seconds() // 60)",
                    "(max(times) - min(times)).total_seconds() / 60",
                ),
                "rounded": _minutes_but(
                    "int((max(times) - min(times)).total_seconds() // 60)",
                    "round((max(times) - min(times)).total_seconds() / 60)",
                ),
                "events": _minutes_but('line["event"] == "api.read" and ', ""),
                "everybody": _minutes_but(' and line["ip"] == address', ""),
                "count": code("""
                    def answer(lines, address):
                        own = [line for line in lines if line['ip'] == address]
                        reads = [line for line in own if line['event'] == 'api.read']
                        return sum(line['outcome'] == 'success' for line in reads)
                """),
                "none": _minutes_but(" if times else 0", "").replace(
                    "    return int", _OF_ALL_LINES + "    return int"
                ),
                "days": _minutes_but("total_seconds() // 60", "seconds // 60"),
                "hours": _minutes_but(
                    "int((max(times) - min(times)).total_seconds() // 60)",
                    (
                        "((max(times).minute - min(times).minute) * 60 + max(times).second - "
                        "min(times).second) // 60"
                    ),
                ),
                "other": code("""
                    def answer(lines, address):
                        return -1
                """),
            },
            (
                "datetime.fromisoformat reads these times: from datetime import datetime.",
                "Make a list of the times of the lines that count, then take max minus min.",
                "A difference of two moments has total_seconds().",
            ),
            "from datetime import datetime\n\ndef attacker_minutes(lines, address):\n"
            + _GOOD_MINUTES,
        ),
    ),
    (
        Quiz(
            "06-q1",
            (
                "An API checks the signature of each token with care. Does that stop a thief who "
                "replays one?"
            ),
            {
                "a": Choice(
                    "Yes, a stolen token no longer verifies",
                    "Nothing about the token changes when it is copied. Not one byte.",
                ),
                "b": Choice(
                    (
                        "No, the token is genuine; the check is about who made it, not about who "
                        "sends it"
                    ),
                    "Yes. That is what bearer means.",
                    True,
                ),
                "c": Choice(
                    "Only if the connection is not encrypted",
                    (
                        "The copy did not come from the wire. It travels encrypted, from the thief "
                        "to the API."
                    ),
                ),
            },
        ),
        Quiz(
            "06-q2",
            (
                "Access tokens live for ten minutes here. Which row of the heat map shows why that "
                "alone does not end a theft?"
            ),
            {
                "a": Choice(
                    "The access token's",
                    "That one is down to nine minutes. Look for what makes new ones.",
                ),
                "b": Choice(
                    "The code's", "It never opened. Look for what makes new access tokens."
                ),
                "c": Choice(
                    "The refresh token's and the session cookie's",
                    "Yes. Each of them makes a new access token whenever it is asked.",
                    True,
                ),
            },
        ),
    ),
)
