"""06 · Replay what you did not earn."""

import httpx

from labutils.classroom.first_shape import Choice, Exercise, Lesson, Quiz
from labutils.classroom.registry import Guess, Prediction, Row, code
from labutils.stage.attacker_minutes import DEFENCES
from labutils.stage.thief import ITEMS
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


_REVOKED = (
    "The belief is that revoking ends the token that is handed back, and Tom has a newer one. It "
    "ends the whole family."
)

PREDICTIONS = (
    Prediction(
        "06-p1",
        "Nobody notices, and nobody does anything. Which of the five still give Tom data of the "
        "API after 90 days?",
        {
            "a": Guess(
                "none of them: each has an end",
                [],
                "The belief is that all that is given out ends in hours or days. Some of it is "
                "renewed whenever it is used, and the service token is good for a year.",
            ),
            "b": Guess(
                "the service token alone",
                ["service token"],
                "The belief is that what a person got ends when she stops working. This provider "
                "never ends her session, and each refresh gives a new refresh token.",
            ),
            "c": Guess(
                "the session cookie, the refresh token and the service token",
                ["session cookie", "refresh token", "service token"],
            ),
            "d": Guess(
                "all five: they are good until somebody takes them back",
                list(ITEMS),
                "The belief is that a stolen thing serves until somebody ends it. An access token "
                "ends by itself, and the code asks for a verifier that Tom does not have.",
            ),
        },
        "The access token ends by itself, after ten minutes. The cookie makes a new one whenever "
        "it is asked, and so does the refresh token. This provider never ends a session by "
        "itself. The service token was given out for a year.",
    ),
    Prediction(
        "06-p2",
        "What does `amr` say in the ID token that Tom gets?",
        {
            "a": Guess(
                "nothing: he gets no ID token, since a second factor is asked for",
                None,
                "The belief is that the second factor is asked for again in a new browser. The "
                "provider sees a session that has begun, and asks for nothing.",
            ),
            "b": Guess(
                "an empty list: he proved nothing",
                [],
                "The belief is that `amr` is about the request. It is about the sign-in with "
                "which the session began.",
            ),
            "c": Guess(
                "['pwd', 'otp', 'mfa'], as in Ada's",
                ["pwd", "otp", "mfa"],
            ),
            "d": Guess(
                "['pwd']: the cookie stands for the password",
                ["pwd"],
                "The belief is that a cookie carries one factor. It carries the whole sign-in, "
                "with all that was checked there.",
            ),
        },
        "His brand-new ID token certifies a second factor that he never saw. The factor was "
        "checked once, at sign-in. The cookie is the receipt, and the receipt is what he copied.",
    ),
    Row(
        "06-p3",
        "Which of the five bring Tom to data of the API?",
        ITEMS,
        "oxooo",
        {
            "session cookie": (
                "The belief is that a cookie works in one browser alone. It is a text in a "
                "header, and any program can send it."
            ),
            "code": (
                "The belief is that a fresh code serves whoever has it. It also takes the PKCE "
                "verifier, and that is still in Ada's application."
            ),
            "access token": (
                "The belief is that the API sees who is sending the token. It sees a good token, "
                "and asks for nothing else."
            ),
            "refresh token": (
                "The belief is that the provider asks for a proof that `notes` is sending it. "
                "`notes` is a public client and has no secret."
            ),
            "service token": (
                "The belief is that a program's token works on the program's machine alone. The "
                "API looks at the token and at no address."
            ),
        },
        "Four of five. The code is tied to a secret, the PKCE verifier, which has not left Ada's "
        "application yet.",
    ),
    Row(
        "06-p4",
        "The refresh token that Tom holds: after which of these does it still open the API, 90 "
        "days later?",
        tuple(name.replace("\n", " ") for name in DEFENCES if name != "nothing"),
        "oxxxo",
        {
            "Ada logs out": (
                "The belief is that logging out ends all that came of the sign-in. It ends the "
                "session. The provider keeps refresh tokens in another list."
            ),
            "her app refreshes": (
                "The belief is that a use by the owner does not hurt the thief. It is the second "
                "use of one token, and that ends the whole family."
            ),
            "grant revoked": _REVOKED,
            "grant revoked, API asks": _REVOKED,
            "cookie tied to address": (
                "The belief is that a tie protects all that was copied. It holds the cookie "
                "alone. The refresh token is no cookie."
            ),
        },
        "Two parties hold the refresh token, and her app's own refresh is the second use. That is "
        "the alarm, and it ends the family; Ada is thrown out as well. Revoking ends the family "
        "too.",
    ),
    Prediction(
        "06-p5",
        "Which of the five still opens the API after 90 days, whichever of these reactions comes?",
        {
            "a": Guess(
                "the session cookie",
                ["session cookie"],
                "The belief is that a session cannot be ended from outside. Logging out at the "
                "provider ends it.",
            ),
            "b": Guess(
                "the refresh token",
                ["refresh token"],
                "The belief is that what is made to last is hardest to end. A second use or a "
                "revocation ends it.",
            ),
            "c": Guess(
                "none: each of the five has a reaction that ends it",
                [],
                "The belief is that the usual reactions reach everything. All of them are about a "
                "person, her session and her tokens.",
            ),
            "d": Guess("the service token", ["service token"]),
        },
        "The service token has no person who would log out, no app that would refresh, and no "
        "browser that could be tied.",
    ),
    Prediction(
        "06-p6",
        "What does the log of the provider get?",
        {
            "a": Guess(
                "a failed sign-in",
                [("session.start", "failure")],
                "The belief is that a refused cookie counts as a failed sign-in. Tom never tried "
                "to sign in: he sent no name and no password.",
            ),
            "b": Guess("a refused authorization", [("authorize.refused", "failure")]),
            "c": Guess(
                "no line: what is refused leaves none",
                [],
                "The belief is that a log tells of what came about alone. This provider also "
                "writes down what it refuses.",
            ),
            "d": Guess(
                "a sign-in from a new address",
                [("session.start", "success")],
                "The belief is that a session used elsewhere looks like a new sign-in. A session "
                "that exists makes no sign-in at all.",
            ),
        },
        "The provider would have him sign in (`login_required`), so the log has a refused "
        "authorization. It has no sign-in of his, neither failed nor successful. He never tried "
        "one.",
    ),
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
    PREDICTIONS,
)
