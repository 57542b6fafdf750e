"""09 · Replay the chain."""

from labutils.classroom.first_shape import Choice, Exercise, Lesson, Quiz
from labutils.classroom.registry import Guess, Prediction, Row, code
from labutils.incident import breach, inventory
from labutils.stage.attack_chain import FOOTHOLDS, footholds
from labutils.stage.breached_company import EXPOSED

_NAMES = {
    "moveworks-token",
    "smartsheet-account",
    "bitbucket-account",
    "aws-account",
    "lookalike-account",
    "implant",
}


def _evicted(answer: object) -> str | None:
    chosen = {str(name) for name in answer} if isinstance(answer, set | list | tuple) else {""}
    if not chosen <= _NAMES:
        return "words"
    works = footholds(*chosen)
    for way, mistake in (
        ("implant", "implant"),
        ("look-alike user", "look-alike"),
        ("service account", "service"),
    ):
        if works[way]:
            return mistake
    return None if len(chosen) == 2 else "too many"


def _event(
    session: str,
    address: str,
    kind: str = "user.authentication.sso",
    result: str = "SUCCESS",
    agent: str = "a",
) -> dict:
    return {
        "eventType": kind,
        "authenticationContext": {"externalSessionId": session},
        "outcome": {"result": result},
        "client": {"ipAddress": address, "userAgent": {"rawUserAgent": agent}},
        "actor": {"alternateId": session[:1] + "@company.example"},
    }


_EVENTS = [
    _event("a1", "192.0.2.13", "user.session.start"),
    _event("b1", "192.0.2.20"),
    _event("a1", "192.0.2.13", agent="b"),
    _event("b2", "192.0.2.21"),
    _event("a1", "203.0.113.66"),
    _event("c1", "192.0.2.30"),
    _event("c1", "192.0.2.30", result="FAILURE"),
    _event("d1", "192.0.2.40"),
    _event("d1", "192.0.2.41"),
    _event("e1", "192.0.2.50", "user.session.start"),
    _event("e1", "203.0.113.66", result="FAILURE"),
]


def _roaming(answer: object) -> str | None:
    given = answer([dict(event) for event in _EVENTS])
    if not isinstance(given, set | frozenset | list | tuple):
        return "kind"
    found = set(given)
    named = {
        frozenset({"a1", "d1", "e1"}): None,
        frozenset({"a1", "d1"}): "refused",
        frozenset({"a1", "b1", "c1", "d1", "e1", "b2"}): "all",
        frozenset({"a1", "c1", "d1", "e1"}): "events",
        frozenset({"a1", "e1"}): "known",
        frozenset(): "none",
    }
    if any("@" in str(name) for name in found):
        return "people"
    return named.get(frozenset(found), "other")


def _control(answer: object) -> str | None:
    if not isinstance(answer, str) or answer not in inventory.controls():
        return "words"
    outcome = {step.fact: step.outcome for step in breach.foresee(breach.with_controls([answer]))}
    if outcome["nov22-repos-viewed"] in ("succeeded", "unknown"):
        return "group" if answer == "repository_least_privilege" else "viewed"
    return None if outcome["nov15-atlassian-access"] == "succeeded" else "earlier"


_GOOD = """    places = {}
    for event in events:
        session = event["authenticationContext"]["externalSessionId"]
        places.setdefault(session, set()).add(event["client"]["ipAddress"])
    return {session for session, seen in places.items() if len(seen) > 1}
"""


def _but(old: str, new: str) -> str:
    assert old in _GOOD
    return "def answer(events):\n" + _GOOD.replace(old, new)


_SKIP_REFUSED = """        if event["outcome"]["result"] == "FAILURE":
            continue
"""


_BEHIND = (
    "The belief is that an account opens what it has rights to. The tracker and the code stand "
    "behind the gateway, and it has nothing for the gateway."
)

PREDICTIONS = (
    Prediction(
        "09-p1",
        "How did the 22 steps end?",
        {
            "a": Guess(
                "most were refused: an intruder tries many doors, and few open",
                [4, 16, 2],
                "The belief is that most of what an intruder tries is refused. Valid credentials "
                "open doors as they do for their owners.",
            ),
            "b": Guess(
                "about as many were refused as succeeded",
                [10, 10, 2],
                "The belief is that attack and defence are even at each door. Whoever has a valid "
                "credential is refused only where something more is asked for.",
            ),
            "c": Guess("most succeeded, a few were refused, a few are unknown", [16, 4, 2]),
            "d": Guess(
                "all are known to have succeeded: the attack was a success",
                [22, 0, 0],
                "The belief is that an attack that is told of worked at each step. Some doors "
                "stayed shut, and some questions stayed open.",
            ),
        },
        "The intruder had valid credentials, so most doors opened. What was refused belongs to "
        "the story, and so does what no log can settle.",
    ),
    Prediction(
        "09-p2",
        "The password that opened the support desk was taken. Which log has a line of that?",
        {
            "a": Guess(
                "okta, the log of sign-ins",
                ["okta"],
                "The belief is that a theft of a password is seen where people sign in. Nobody "
                "signs in when a password is copied.",
            ),
            "b": Guess("none", []),
            "c": Guess(
                "support, the log of the support desk",
                ["support"],
                "The belief is that a system sees who learns its passwords. It sees who uses "
                "them, later.",
            ),
        },
        "In this model the password leaves by a private browser profile, where no company has a "
        "log.",
    ),
    Prediction(
        "09-p3",
        "The service token passes the gateway, and the account opens the tracker. Which logs get "
        "a line?",
        {
            "a": Guess(
                "okta: each way in begins with a sign-in",
                ["okta"],
                "The belief is that each way in leads through the sign-in of people. A service "
                "token knocks at the gateway, and the tracker has accounts of its own.",
            ),
            "b": Guess(
                "cloudflare_access and jira",
                ["cloudflare_access", "jira"],
                "The belief is that a gateway has one log. Service tokens stand in another one "
                "than people do.",
            ),
            "c": Guess(
                "none: both credentials are valid",
                [],
                "The belief is that valid use leaves no line. It leaves one that looks like any "
                "other.",
            ),
            "d": Guess(
                "cloudflare_access_nonidentity and jira",
                ["cloudflare_access_nonidentity", "jira"],
            ),
        },
        "The service token stands in the non-identity log, under its own name and with no person. "
        "The tracker writes down who signed in there.",
    ),
    Prediction(
        "09-p4",
        "Somebody else goes on in the session of an administrator. What does the log `okta` get?",
        {
            "a": Guess(
                "a sign-in from a new address, then what he does",
                [
                    "user.session.start",
                    "policy.evaluate_sign_on",
                    "user.session.access_admin_app",
                    "app.oauth2.client.read_client_secret",
                ],
                "The belief is that whoever gets in signs in. The session was open, and nothing "
                "had to be signed in to.",
            ),
            "b": Guess(
                "what he does, and no sign-in",
                [
                    "policy.evaluate_sign_on",
                    "user.session.access_admin_app",
                    "app.oauth2.client.read_client_secret",
                ],
            ),
            "c": Guess(
                "nothing: the session is known",
                [],
                "The belief is that a log shows sign-ins alone. It shows what is done in a "
                "session, too.",
            ),
            "d": Guess(
                "a refused sign-in: the key is asked for again",
                ["user.session.start"],
                "The belief is that a session asks for the key again in a new place. The key was "
                "asked for when the owner signed in.",
            ),
        },
        "Using a session that exists makes no sign-in event. It makes lines of what is done, with "
        "the number of the session.",
    ),
    Prediction(
        "09-p5",
        "A script plugin of the tracker installs the implant on its server. Which logs get a line?",
        {
            "a": Guess(
                "the gateway's for service tokens, the tracker's, and the server's",
                ["cloudflare_access_nonidentity", "jira", "linux_process_creation"],
            ),
            "b": Guess(
                "the tracker's alone: it runs the script",
                ["jira"],
                "The belief is that a script leaves what its application writes down. This one "
                "came past the gateway, and started a shell on the server.",
            ),
            "c": Guess(
                "the server's alone: the implant is there",
                ["linux_process_creation"],
                "The belief is that only the machine sees what is installed on it. The order to "
                "install it went through the gateway and the tracker.",
            ),
            "d": Guess(
                "the network's alone: an implant calls out",
                ["cloudflare_gateway"],
                "The belief is that an implant shows when it calls out. In this model nobody logs "
                "what the server sends.",
            ),
        },
        "The request passes the gateway, the tracker runs the script, and the script starts a "
        "shell on the server.",
    ),
    Row(
        "09-p6",
        "Each of the four alone, at eight doors. Does it open any of them?",
        EXPOSED,
        "oxxo",
        {
            "moveworks-token": (
                "The belief is that a token made for one application opens nothing else. It opens "
                "the gateway, and that is a door."
            ),
            "smartsheet-account": _BEHIND,
            "bitbucket-account": _BEHIND,
            "aws-account": (
                "The belief is that all doors of a company stand behind its gateway. The cloud is "
                "reached from anywhere."
            ),
        },
        "Two of the accounts open nothing here alone: no way leads to the tracker or the code "
        "from outside. With the token before them they open what hurts most.",
    ),
    Prediction(
        "09-p7",
        "In that world, which rows of the grid still open something?",
        {
            "a": Guess(
                "the service token: there is no person whose password could be reset",
                ["moveworks-token"],
                "The belief is that only passwords are replaced. A token is replaced as well, if "
                "it is on the list.",
            ),
            "b": Guess(
                "the cloud account: it does not pass the gateway",
                ["aws-account"],
                "The belief is that a replacement takes effect at the gateway. The old credential "
                "is worth nothing at any door.",
            ),
            "c": Guess(
                "the two accounts with the token before them",
                ["smartsheet-account + token", "bitbucket-account + token"],
                "The belief is that whoever is past the gateway is in. Each door behind it asks "
                "again.",
            ),
            "d": Guess("none", []),
        },
        "Every step of November that needed one of the four fails, provided that the replacement "
        "was complete.",
    ),
    Row(
        "09-p8",
        "The service account is off. Which of the three ways still work?",
        tuple(FOOTHOLDS),
        "xoo",
        {
            "service account": (
                "The belief is that an account works on for a while after it is off. In this "
                "model each request asks whether it is valid."
            ),
            "look-alike user": (
                "The belief is that a user falls with the account that made it. It is an account "
                "of its own."
            ),
            "implant": (
                "The belief is that an implant needs the account with which it was installed. It "
                "is a program on the server, and calls out by itself."
            ),
        },
        "Each removal ends one and leaves the rest. What was made with an account stays when the "
        "account is off.",
    ),
)


LESSON = Lesson(
    "09",
    (
        Exercise(
            "09-1",
            "value",
            _evicted,
            (
                "Two: the token on which both accounts depend, and the implant. In earnest switch "
                "off all of them; this shows what stands on what."
            ),
            {
                ("service"): (
                    "The service account still gets in, past the gateway and into the tracker."
                ),
                "look-alike": (
                    "The look-alike user still gets in. It was made so that there would be a way "
                    "back."
                ),
                ("implant"): (
                    "The implant still calls out. It sits on the server and needs no account."
                ),
                "too many": (
                    "None works any more, and fewer would do. What do the two accounts have in "
                    "common?"
                ),
                "words": "Give a set of names from the list, such as {'implant', 'aws-account'}.",
            },
            {
                "service": "answer = {'lookalike-account', 'implant'}",
                "look-alike": "answer = {'smartsheet-account', 'implant'}",
                "implant": "answer = {'moveworks-token'}",
                "too many": "answer = {'smartsheet-account', 'lookalike-account', 'implant'}",
                "words": "answer = {'the firewall'}",
            },
            (
                "Three removals are enough; that is what the cell above shows. Can two do it?",
                "Both accounts come in through the gateway. With what?",
            ),
            "answer = {'moveworks-token', 'implant'}",
        ),
        Exercise(
            "09-2",
            "function",
            _roaming,
            (
                "It finds the stolen session, and people on trains as well. Telling them apart is "
                "lesson 10."
            ),
            {
                "kind": "Return a set of session numbers.",
                "refused": (
                    "A refused use from elsewhere is a use too, and the more interesting one. "
                    "Leave nothing out by outcome."
                ),
                ("all"): (
                    "That is every session. Keep those that were seen from more than one address."
                ),
                "events": (
                    "A session with two events from one address is in there. Count different "
                    "addresses, not events."
                ),
                "known": (
                    "You look for one known address. An intruder has others; ask whether there is "
                    "more than one."
                ),
                "people": "Those are people. The question is about sessions, externalSessionId.",
                "none": (
                    "Nothing came out, and three sessions in the test were used from two addresses "
                    "each."
                ),
                "other": (
                    "Collect the addresses of each session in a set, then keep the sessions whose "
                    "set is larger than one."
                ),
            },
            {
                "kind": code("""
                    def answer(events):
                        return 3
                """),
                "refused": _but("        session =", _SKIP_REFUSED + "        session ="),
                "all": _but("> 1", "> 0"),
                "events": _but(
                    'set()).add(event["client"]["ipAddress"])',
                    '[]).append(event["client"]["ipAddress"])',
                ),
                "known": _but("len(seen) > 1", "'203.0.113.66' in seen"),
                "people": _but(
                    'event["authenticationContext"]["externalSessionId"]',
                    'event["actor"]["alternateId"]',
                ),
                "none": _but("> 1", "> 9"),
                "other": code("""
                    def answer(events):
                        return {'a1'}
                """),
            },
            (
                "Build a dictionary from each session to the set of its addresses.",
                "places.setdefault(session, set()).add(address) keeps each address once.",
            ),
            "def roaming(events):\n" + _GOOD,
        ),
        Exercise(
            "09-3",
            "value",
            _control,
            (
                "In this model only an alarm on the new account does it, together with somebody "
                "who answers it in time."
            ),
            {
                "viewed": (
                    "The repositories are still viewed in that world. attack_chain.print_routes "
                    "shows what was tried: which route was open?"
                ),
                "group": (
                    "That takes the repositories from the service account. But the user that the "
                    "intruder had made was in the right group, and went in by the third route."
                ),
                "earlier": (
                    "That stops the attack before the tracker. Look for one that lets it get that "
                    "far."
                ),
                "words": (
                    "Give the name of one control as a text, such as 'session_hours'. "
                    "inventory.controls() lists them."
                ),
            },
            {
                "viewed": "answer = 'integration_least_privilege'",
                "group": "answer = 'repository_least_privilege'",
                "earlier": "answer = 'service_tokens_bound'",
                "words": "answer = 'more money'",
            },
            (
                "Which decision would have woken somebody between the 15th and the 22nd?",
                "On the 16th an account was made. Which alarm watches that?",
            ),
            "answer = 'alert_new_account'",
        ),
    ),
    (
        Quiz(
            "09-q1",
            (
                "An analyst searches the sign-in events for the stolen administrator session and "
                "finds only the owner's. Why?"
            ),
            {
                "a": Choice("The log was deleted", "It is complete. Read the event types again."),
                "b": Choice(
                    "Using a session that exists makes no sign-in event",
                    "Yes. Search for one session from two places.",
                    True,
                ),
                "c": Choice(
                    "The key refused the intruder",
                    "The key was asked at sign-in. Nobody signed in again.",
                ),
            },
        ),
        Quiz(
            "09-q2",
            "A report says: the 76 repositories were exfiltrated. What does the record support?",
            {
                "a": Choice(
                    "That, since they were packed and an implant was there",
                    "It fits, and fitting is not evidence.",
                ),
                "b": Choice(
                    "The opposite, since no log shows them leaving",
                    (
                        "The records could not settle it. Where nothing was written down, silence "
                        "says nothing."
                    ),
                ),
                "c": Choice(
                    "Neither; it could not be confirmed, and was treated as if it had happened",
                    "Yes. Say what could not be settled, and what was done about it.",
                    True,
                ),
            },
        ),
    ),
    PREDICTIONS,
)
