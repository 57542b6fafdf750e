"""07 · Open the support ticket."""
from copy import deepcopy
from functools import cache

from labutils.classroom.exercises import Choice, Exercise, Lesson, Quiz
from labutils.classroom.lessons import grading, recorded
from labutils.incident import har
from labutils.lab import data_file


@cache
def _case() -> tuple[dict, dict]:
    """The recording, and the doors of its provider."""
    recording = har.read(data_file("support-case.har").read_bytes())
    return recording, recorded.doors(recorded.rebuild(recording))


def _cleaner(answer: object) -> str | None:
    recording, doors = _case()
    handed = deepcopy(recording)
    cleaned = answer(handed)
    if handed != recording and cleaned is not handed:
        return "changed"
    try:
        questions = grading.usefulness(recording, cleaned)
    except har.NotHar:
        return "not a har"
    kept = har.strings(cleaned)
    secrets = {finding.value for finding in har.findings(recording)}
    for door, mistake in (("session cookie", "cookie"), ("access token", "token"), ("refresh token", "token"), ("password", "password")):
        if any(doors[door](text) for text in kept):
            return mistake
    if secrets & kept:
        return "other keys"
    return None if sum(questions.values()) >= 6 else "useless"


def _unsaid(answer: object) -> str | None:
    found = [har.Finding(0, "request header cookie: session", "session cookie", "c" * 20), har.Finding(1, "body", "refresh token", "r" * 20),
             har.Finding(1, "body", "access token", "a" * 20, "u-1", 1696237800), har.Finding(2, "body", "refresh token", "s" * 20),
             har.Finding(3, "body", "ID token", "i" * 20, "u-1", 0), har.Finding(4, "body", "password", "p" * 20, "ada")]
    if answer([har.Finding(0, "url", "code", "k" * 20), har.Finding(0, "body", "password", "p" * 20, "ada", 7)]) in ({"code"}, ["code"]):
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
    named = {frozenset({"session cookie", "refresh token", "password"}): None, frozenset({"access token", "ID token"}): "reversed",
             frozenset({"session cookie", "refresh token", "password", "ID token"}): "zero",
             frozenset({"session cookie", "refresh token"}): "holder"}
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


def _but(old: str, new: str) -> str:
    assert old in _GOOD
    return "import hmac\n\ndef answer(file):\n" + _GOOD.replace(old, new)


LESSON = Lesson("07", (
    Exercise(
        "07-1", _cleaner, "No door opens, and support can go on working. That is the whole art. In earnest the key of the tags is random, and nobody keeps it.",
        {"cookie": "The session cookie is still in there somewhere, and it opens the provider. It stands in headers, and in the lists of cookies.",
         "token": "A token is still in there and opens a door. Look at the bodies of the token endpoint's answers.",
         "password": "The password is still in there. Look at the form that was sent: its text, and its params.",
         "other keys": "The provider's doors stay shut, but a key to another service is still in there: har.findings(...) of your file shows which.",
         "useless": "Nothing opens, and support is blind: fewer than six questions have an answer. Keep the structure, the numbers and what is harmless, and "
                    "let equal values stay equal.",
         "not a har": "That is no HAR any more: it needs a log with a list of entries, each of them a dictionary.",
         "changed": "You changed the file that you were given, and returned another. Build a new one and leave the old as it is."},
        {"cookie": "from labutils.classroom.lessons import grading\n\ndef answer(file):\n    return grading.word_list(file)",
         "token": "from labutils.classroom.lessons import grading\n\ndef answer(file):\n    return grading.drop_three_headers(file)",
         "password": _but('"httpVersion"}', '"httpVersion", "postData", "params", "text", "value"}').replace(
             "return walk(file)", "cleaned = walk(file)\n    for entry in cleaned['log']['entries']:\n        for side in ('request', 'response'):\n"
             "            entry[side] |= {'headers': [], 'cookies': [], 'content': {}}\n    return cleaned"),
         "other keys": "from labutils.classroom.lessons import grading\n\ndef answer(file):\n    return grading.drop_three_headers(grading.word_list(file))",
         "useless": _but('return "x-" + hmac.new(b"my salt", value.encode(), "sha256").hexdigest()[:10]', 'return "x"').replace(
             '"name", "method", "mimeType", "startedDateTime", "version", "httpVersion"', '"name"'),
         "not a har": "def answer(file):\n    return {}",
         "changed": "def answer(file):\n    file['log']['entries'].clear()\n    return {'log': {'entries': []}}"},
        ("Write an inner function walk(value, key) that calls itself for dictionaries and lists.",
         "A text whose key is not in your short set of harmless keys becomes 'x-' and some digits of an HMAC; numbers and None are returned as they are.",
         "hmac.new(b'my salt', value.encode(), 'sha256').hexdigest()[:10] is such a tag: equal texts, equal tags."),
        "def my_clean(file):\n" + _GOOD),
    Exercise(
        "07-2", _unsaid, "The file does not say when these end. Somebody must find out, or take them back.",
        {"kind": "Return a set of kinds, such as {'password'}.",
         "findings": "Those are findings. Return their kinds: finding.kind.",
         "twice": "A kind stands in there twice. Make it a set.",
         "reversed": "Those are the ones that do say when they end. Take the others.",
         "zero": "An end of 0 is an end, long ago. Compare with None; do not ask whether it is true.",
         "holder": "The password is missing: it has a holder and no end. Only the end counts here.",
         "constant": "Right for one file, and the same for every other: look at the findings that you were given.",
         "other": "Go through the findings and keep the kind of each whose expires is None."},
        {"kind": "def answer(findings):\n    return 'password'",
         "findings": "def answer(findings):\n    return [f for f in findings if f.expires is None]",
         "twice": "def answer(findings):\n    return [f.kind for f in findings if f.expires is None]",
         "reversed": "def answer(findings):\n    return {f.kind for f in findings if f.expires is not None}",
         "zero": "def answer(findings):\n    return {f.kind for f in findings if not f.expires}",
         "holder": "def answer(findings):\n    return {f.kind for f in findings if f.expires is None and f.holder is None}",
         "constant": "def answer(findings):\n    return {'session cookie', 'refresh token', 'password'}",
         "other": "def answer(findings):\n    return {'password'}"},
        ("A set comprehension over findings, with a condition.", "The condition is finding.expires is None."),
        "def unsaid(findings):\n    return {finding.kind for finding in findings if finding.expires is None}"),
), (
    Quiz("07-q1", "A cleaner removes the headers Cookie, Set-Cookie and Authorization. What is left in such a file?", {
        "a": Choice("Nothing that opens a door", "Look at the grid: three doors are open."),
        "b": Choice("Tokens in bodies, codes in addresses, passwords in forms", "Yes. Headers are one hiding place among many.", True),
        "c": Choice("Only tokens that are over", "They were as good as new when the ticket was opened."),
    }),
    Quiz("07-q2", "Why does the cleaner put tags where values were, and not simply a star?", {
        "a": Choice("So that support can turn a tag back into the value when it must", "Nobody can, without a salt that was thrown away. That is the point."),
        "b": Choice("So that support can see which values were equal, and not the values", "Yes. The same session, or another one?", True),
        "c": Choice("Because a HAR file with stars is not valid", "It is valid, and says much less."),
    }),
))
