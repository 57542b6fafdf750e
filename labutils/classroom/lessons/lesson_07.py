"""07 · Open the support ticket."""

import json
from copy import deepcopy
from dataclasses import dataclass
from functools import cache

from labutils.classroom.first_shape import Choice, Exercise, Lesson, Quiz
from labutils.classroom.registry import code
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
)
