"""07 · Open the support ticket."""

import json
from copy import deepcopy
from dataclasses import dataclass
from functools import cache

from labutils.classroom.first_shape import Choice, Exercise, Lesson, Quiz
from labutils.classroom.registry import Guess, Prediction, Row, code
from labutils.incident import har
from labutils.lab import data_file
from labutils.stage import cleaner_grade, recorded_case
from labutils.stage.reversible_encodings import guessed

_OPENS = {
    "session cookie": "cookie",
    "access token": "token",
    "refresh token": "token",
    "password": "password",
}


@dataclass(frozen=True)
class _Case:
    """What a cleaner is tried on: a recording with planted secrets, the doors, and their keys."""

    planted: cleaner_grade.Planted
    doors: dict
    secrets: frozenset[str]


@cache
def _case() -> _Case:
    recording = har.read(data_file("support-case.har").read_bytes())
    doors = recorded_case.doors(recorded_case.rebuild(recording))
    openers = {text for texts in har.sweep(recording, doors).values() for text in texts}
    known = {finding.value for finding in har.findings(recording)}
    return _Case(
        cleaner_grade.planted(recording, "lesson-07/judge"), doors, frozenset(known | openers)
    )


def _cleaner(answer: object) -> str | None:
    case = _case()
    recording = case.planted.recording
    handed = deepcopy(recording)
    cleaned = answer(handed)
    if handed != recording and cleaned is not handed:
        return "changed"
    try:
        written = json.dumps(cleaned, ensure_ascii=False)
        questions = cleaner_grade.usefulness(recording, cleaned)
    except har.NotHar:
        return "not a har"
    except (TypeError, ValueError):
        return "not json"
    if mistake := _still_opens(case, json.loads(written)):
        return mistake
    return None if sum(questions.values()) >= 6 else "useless"


def _still_opens(case: _Case, cleaned: dict) -> str | None:
    """What a thief gets out of a cleaned file by reading, by undoing encodings, by guessing."""
    kept, written = cleaner_grade.texts(cleaned), json.dumps(cleaned, ensure_ascii=False)
    keys, codes = set(case.planted.keys), set(case.planted.codes)
    for door, mistake in _OPENS.items():
        if opened := [text for text in kept if case.doors[door](text)]:
            return mistake if any(text in written for text in opened) else "reversible"
    if case.secrets & kept:
        return "other keys"
    if keys & kept:
        return "planted"
    if any(half in text for text in kept for key in keys for half in cleaner_grade.halves(key)):
        return "piece"
    written_anew = kept - cleaner_grade.texts(case.planted.recording)
    back = cleaner_grade.brought_back(written_anew, case.secrets | keys | codes)
    if back - codes:
        return "reversible"
    if codes & kept:
        return "planted"
    if back:
        return "reversible"
    return "guessable" if guessed(kept, codes) else None


def _unsaid(answer: object) -> str | None:
    found = [
        har.Finding(0, "request header cookie: session", "session cookie", "c" * 20),
        har.Finding(1, "body", "refresh token", "r" * 20),
        har.Finding(1, "body", "access token", "a" * 20, "u-1", 1696237800),
        har.Finding(2, "body", "refresh token", "s" * 20),
        har.Finding(3, "body", "ID token", "i" * 20, "u-1", 0),
        har.Finding(4, "body", "password", "p" * 20, "ada"),
    ]
    if answer(
        [
            har.Finding(0, "url", "code", "k" * 20),
            har.Finding(0, "body", "password", "p" * 20, "ada", 7),
        ]
    ) in ({"code"}, ["code"]):
        return _kinds(answer(found))
    return _kinds(answer(found)) or "constant"


def _kinds(given: object) -> str | None:
    if isinstance(given, str) or not hasattr(given, "__iter__"):
        return "kind"
    given = list(given)
    if any(not isinstance(kind, str) for kind in given):
        return "findings"
    if len(given) != len(set(given)):
        return "twice"
    named = {
        frozenset({"session cookie", "refresh token", "password"}): None,
        frozenset({"access token", "ID token"}): "reversed",
        frozenset({"session cookie", "refresh token", "password", "ID token"}): "zero",
        frozenset({"session cookie", "refresh token"}): "holder",
    }
    return named.get(frozenset(given), "other")


_GOOD = """    keep = {"name", "method", "mimeType", "startedDateTime", "version", "httpVersion"}

    def walk(value, key=""):
        if isinstance(value, dict):
            return {name: walk(inner, name) for name, inner in value.items()}
        if isinstance(value, list):
            return [walk(inner, key) for inner in value]
        if isinstance(value, str) and value and key not in keep:
            return "x-" + hmac.new(b"my salt", value.encode(), "sha256").hexdigest()[:10]
        return value

    return walk(file)
"""


_TAG = '"x-" + hmac.new(b"my salt", value.encode(), "sha256").hexdigest()[:10]'


def _but(old: str, new: str) -> str:
    assert old in _GOOD
    return "import hmac\n\ndef answer(file):\n" + _GOOD.replace(old, new)


_HEADERS_ALONE = """    cleaned = walk(file)
    for entry in cleaned['log']['entries']:
        for side in ('request', 'response'):
            entry[side] |= {'headers': [], 'cookies': [], 'content': {}}
    return cleaned"""

_DOORS = ("session cookie", "access token", "refresh token", "code", "password")
_USED = (
    "The belief is that a code in a file still opens something. A code serves once, and this one "
    "was used."
)
_HARMLESS_ALONE = (
    "The belief is that every cleaner forgets something. This one replaces all that it does not "
    "know to be harmless."
)

PREDICTIONS = (
    Prediction(
        "07-p1",
        "What can somebody do at Ada's provider who opens that ticket a few minutes later?",
        {
            "a": Guess(
                "nothing: the file came over TLS, and only support can read it",
                [],
                "The belief is that TLS protects a file. It protects the way there. Whoever opens "
                "the ticket has the file as Ada saved it.",
            ),
            "b": Guess(
                "sign in as her, and stay in for months",
                ["session cookie", "access token", "refresh token", "password"],
            ),
            "c": Guess(
                "read as her for some minutes, until the access token ends",
                ["access token"],
                "The belief is that a recording holds one token, the one that the failing page "
                "sent. It holds all that was sent and answered since the sign-in.",
            ),
            "d": Guess(
                "go on in her session, but not sign in: a password is not recorded",
                ["session cookie", "access token", "refresh token"],
                "The belief is that a browser leaves out what is typed into a password field. The "
                "form was sent, and what is sent is recorded.",
            ),
        },
        "With the password he can sign in as Ada. With the cookie he is Ada without signing in. "
        "The refresh token keeps him in for months.",
    ),
    Prediction(
        "07-p2",
        "Which kinds of credential are in the file?",
        {
            "a": Guess(
                "one: the session cookie",
                1,
                "The belief is that a recording holds what the browser keeps. It holds each "
                "request and each answer, whole.",
            ),
            "b": Guess(
                "four: the session cookie, and the ID token, access token and refresh token",
                4,
                "The belief is that cookies and tokens are all. A code, a verifier, a CSRF token "
                "and an API key went over the wire as well, and a password.",
            ),
            "c": Guess(
                "six: those four, the code and its verifier",
                6,
                "The belief is that the sign-in at the provider is all. The expenses tool has "
                "keys of its own, and the form with the password was sent too.",
            ),
            "d": Guess("more than six, with her password among them", 9),
        },
        "A recording keeps each request and each answer, with forms, addresses and bodies. It "
        "does not ask what is a secret.",
    ),
    Prediction(
        "07-p3",
        "What does the provider answer, and what does its log get?",
        {
            "a": Guess(
                "401, since the address is not Ada's",
                [401, 0],
                "The belief is that a token is tied to an address. This is a bearer token: "
                "whoever sends it is served.",
            ),
            "b": Guess(
                "401, since Ada's page has used the token before",
                "used",
                "The belief is that a token serves once. A code does. An access token serves "
                "until it ends.",
            ),
            "c": Guess("200, and the log gets no line", [200, 0]),
            "d": Guess(
                "200, and the log gets a line with his address",
                [200, 1],
                "The belief is that a log has a line for each use. This provider writes down "
                "sign-ins and tokens that it gives out. It does not write down who shows one.",
            ),
        },
        "It is Ada, as far as anybody can tell. The log of the provider did not even grow: its "
        "last line is still her own refresh.",
    ),
    Row(
        "07-p4",
        "Three headers are dropped. Which doors does the file still open?",
        _DOORS,
        "xooxo",
        {
            "session cookie": (
                "The belief is that the cookie is still somewhere. It stood in headers and in the "
                "lists of cookies. Both are gone now."
            ),
            "access token": (
                "The belief is that a token stands in the header Authorization alone. The token "
                "endpoint gave it out in the body of an answer."
            ),
            "refresh token": (
                "The belief is that a refresh token travels in a header. It travels in bodies."
            ),
            "code": _USED,
            "password": (
                "The belief is that a password stands in a header. It stands in the form that was "
                "sent."
            ),
        },
        "The tokens are still there, in the answers of the token endpoint. So is the password, in "
        "the form that was sent.",
    ),
    Row(
        "07-p5",
        "The word list was used. Which doors does the file still open?",
        _DOORS,
        "oxxxx",
        {
            "session cookie": (
                "The belief is that a cookie has one name, Cookie. The browser also lists each "
                "cookie by its own name."
            ),
            "access token": (
                "The belief is that a list of words does not reach into bodies. This one does, "
                "and the name is on it."
            ),
            "refresh token": (
                "The belief is that a list of words does not reach into bodies. This one does, "
                "and the name is on it."
            ),
            "code": _USED,
            "password": (
                "The belief is that a list of words does not reach into forms. This one does, and "
                "the name is on it."
            ),
        },
        "The word list took the tokens and the password, and the cookie out of the headers. It "
        "left the cookie in the browser's lists of cookies, where its name is `session`. That "
        "word is not on the list.",
    ),
    Row(
        "07-p6",
        "Default deny was used. Which doors does the file still open?",
        _DOORS,
        "xxxxx",
        {door: _USED if door == "code" else _HARMLESS_ALONE for door in _DOORS},
        "What is not known to be harmless was replaced, and no credential is known to be harmless.",
    ),
    Prediction(
        "07-p7",
        "Which row of the grid is the sanitized export like?",
        {
            "a": Guess(
                "nothing removed",
                "nothing removed",
                "The belief is that browsers have not changed since. They do leave something out "
                "by default today.",
            ),
            "b": Guess(
                "default deny",
                "default deny",
                "The belief is that sanitized means clean. The export keeps the bodies and the "
                "forms, as they are needed to find a fault.",
            ),
            "c": Guess(
                "word list",
                "word list",
                "The belief is that the browser looks for names that sound secret. It drops three "
                "headers and the lists of cookies.",
            ),
            "d": Guess("three headers dropped", "three headers dropped"),
        },
        "The menu entry that says sanitized still writes a file of credentials. It closes one "
        "door of four.",
    ),
    Prediction(
        "07-p8",
        "In which file does he find the code?",
        {
            "a": Guess("in the file with the plain hash alone", [True, False]),
            "b": Guess(
                "in neither: nobody can turn a hash back",
                [False, False],
                "The belief is that a hash hides whatever is hashed. He turns nothing back. He "
                "hashes each of a million codes, and compares.",
            ),
            "c": Guess(
                "in both: a code has six digits, and is soon found",
                [True, True],
                "The belief is that it is the length of the code that counts. To compare tags he "
                "would have to make them, and for that he needs the key.",
            ),
        },
        "The plain hash gave the code back after twelve thousand guesses, and a million take a "
        "second. The tag did not, as long as the key is not guessed.",
    ),
)


LESSON = Lesson(
    "07",
    (
        Exercise(
            "07-1",
            "function",
            _cleaner,
            (
                "No door opens, and support can go on working. That is the whole art. In earnest "
                "the key of the tags is random, and nobody keeps it."
            ),
            {
                "cookie": (
                    "The session cookie is still in there somewhere, and it opens the provider. It "
                    "stands in headers, and in the lists of cookies."
                ),
                "token": (
                    "A token is still in there and opens a door. Look at the bodies of the token "
                    "endpoint's answers."
                ),
                "password": (
                    "The password is still in there. Look at the form that was sent: its text, and "
                    "its params."
                ),
                "other keys": (
                    "The provider's doors stay shut, but a key to another service is still in "
                    "there: har.findings(...) of your file shows which."
                ),
                "planted": (
                    "It knows the secrets of one file. Our copy of the recording has others, in "
                    "headers, cookies, forms, addresses, bodies and messages, and one is left. "
                    "Keep what is harmless, and replace all the rest."
                ),
                "piece": (
                    "Half of a key is still readable in our copy of the recording. A piece of a "
                    "secret helps to guess the rest: leave none."
                ),
                "reversible": (
                    "Nothing opens as it stands, but what you wrote can be turned back without a "
                    "key: undoing an encoding (reversal, hex, base64, ROT13, letter case) brings a "
                    "secret out again. Delete it, or tag it with a keyed hash."
                ),
                "guessable": (
                    "A one-time code can be guessed from its tag. It has six digits, so a thief "
                    "hashes all million of them and compares. A plain hash and hash() need no key: "
                    "use hmac with a key, or delete the text."
                ),
                "useless": (
                    "Nothing opens, and support is blind: fewer than six questions have an answer. "
                    "Keep the structure, the numbers and what is harmless, and let equal values "
                    "stay equal."
                ),
                "not a har": (
                    "That is no HAR any more: it needs a log with a list of entries, each of them "
                    "a dictionary."
                ),
                "not json": (
                    "A HAR is JSON, which has no bytes, no sets and no numbers of thousands of "
                    "digits. Write texts: .hexdigest() of a tag, say."
                ),
                "changed": (
                    "You changed the file that you were given, and returned another. Build a new "
                    "one and leave the old as it is."
                ),
            },
            {
                "cookie": code("""
                    from labutils.stage import cleaner_grade

                    def answer(file):
                        return cleaner_grade.word_list(file)
                """),
                "token": code("""
                    from labutils.stage import cleaner_grade

                    def answer(file):
                        return cleaner_grade.drop_three_headers(file)
                """),
                "password": _but(
                    '"httpVersion"}', '"httpVersion", "postData", "params", "text", "value"}'
                ).replace("    return walk(file)", _HEADERS_ALONE),
                "other keys": code("""
                    from labutils.stage import cleaner_grade

                    def answer(file):
                        return cleaner_grade.drop_three_headers(cleaner_grade.word_list(file))
                """),
                "planted": code("""
                    from labutils.incident import har
                    from labutils.lab import data_file
                    case = har.read(data_file('support-case.har').read_bytes())
                    known = {f.value for f in har.findings(case)}

                    def answer(file):
                        def walk(value):
                            if isinstance(value, dict):
                                return {name: walk(inner) for name, inner in value.items()}
                            if isinstance(value, list):
                                return [walk(inner) for inner in value]
                            is_known = isinstance(value, str) and known & har.strings([value])
                            return 'x' if is_known else value

                        return walk(file)
                """),
                "piece": _but(
                    _TAG,
                    (
                        'value[:len(value) // 2 + 1] if len(value) < 80 and "=" not in value and '
                        'len(value) > 30 else "x"'
                    ),
                ),
                "reversible": _but(_TAG, "value[::-1]"),
                "guessable": _but(_TAG, "str(hash(value))"),
                "useless": _but(_TAG, '"x"').replace(
                    '"name", "method", "mimeType", "startedDateTime", "version", "httpVersion"',
                    '"name"',
                ),
                "not a har": code("""
                    def answer(file):
                        return {}
                """),
                "not json": _but(_TAG, 'hmac.digest(b"my salt", value.encode(), "sha256")'),
                "changed": code("""
                    def answer(file):
                        file['log']['entries'].clear()
                        return {'log': {'entries': []}}
                """),
            },
            (
                (
                    "Write an inner function walk(value, key) that calls itself for dictionaries "
                    "and lists."
                ),
                (
                    "A text whose key is not in your short set of harmless keys becomes 'x-' and "
                    "some digits of an HMAC; numbers and None are returned as they are."
                ),
                (
                    "hmac.new(b'my salt', value.encode(), 'sha256').hexdigest()[:10] is such a "
                    "tag: equal texts, equal tags."
                ),
            ),
            "def my_clean(file):\n" + _GOOD,
        ),
        Exercise(
            "07-2",
            "function",
            _unsaid,
            "The file does not say when these end. Somebody must find out, or take them back.",
            {
                "kind": "Return a set of kinds, such as {'password'}.",
                "findings": "Those are findings. Return their kinds: finding.kind.",
                "twice": "A kind stands in there twice. Make it a set.",
                "reversed": "Those are the ones that do say when they end. Take the others.",
                "zero": (
                    "An end of 0 is an end, long ago. Compare with None; do not ask whether it is "
                    "true."
                ),
                "holder": (
                    "The password is missing: it has a holder and no end. Only the end counts here."
                ),
                "constant": (
                    "Right for one file, and the same for every other: look at the findings that "
                    "you were given."
                ),
                "other": "Go through the findings and keep the kind of each whose expires is None.",
            },
            {
                "kind": code("""
                    def answer(findings):
                        return 'password'
                """),
                "findings": code("""
                    def answer(findings):
                        return [f for f in findings if f.expires is None]
                """),
                "twice": code("""
                    def answer(findings):
                        return [f.kind for f in findings if f.expires is None]
                """),
                "reversed": code("""
                    def answer(findings):
                        return {f.kind for f in findings if f.expires is not None}
                """),
                "zero": code("""
                    def answer(findings):
                        return {f.kind for f in findings if not f.expires}
                """),
                "holder": code("""
                    def answer(findings):
                        return {f.kind for f in findings if f.expires is None and f.holder is None}
                """),
                "constant": code("""
                    def answer(findings):
                        return {'session cookie', 'refresh token', 'password'}
                """),
                "other": code("""
                    def answer(findings):
                        return {'password'}
                """),
            },
            (
                "A set comprehension over findings, with a condition.",
                "The condition is finding.expires is None.",
            ),
            code("""
                def unsaid(findings):
                    return {finding.kind for finding in findings if finding.expires is None}
            """),
        ),
    ),
    (
        Quiz(
            "07-q1",
            (
                "A cleaner removes the headers Cookie, Set-Cookie and Authorization. What is left "
                "in such a file?"
            ),
            {
                "a": Choice("Nothing that opens a door", "Look at the grid: three doors are open."),
                "b": Choice(
                    "Tokens in bodies, codes in addresses, passwords in forms",
                    "Yes. Headers are one hiding place among many.",
                    True,
                ),
                "c": Choice(
                    "Only tokens that are over",
                    "They were as good as new when the ticket was opened.",
                ),
            },
        ),
        Quiz(
            "07-q2",
            "Why does the cleaner put tags where values were, and not simply a star?",
            {
                "a": Choice(
                    "So that support can turn a tag back into the value when it must",
                    "Nobody can, without a salt that was thrown away. That is the point.",
                ),
                "b": Choice(
                    "So that support can see which values were equal, and not the values",
                    "Yes. The same session, or another one?",
                    True,
                ),
                "c": Choice(
                    "Because a HAR file with stars is not valid", "It is valid, and says much less."
                ),
            },
        ),
    ),
    PREDICTIONS,
)
