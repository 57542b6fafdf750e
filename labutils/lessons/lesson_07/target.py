"""07 · HAR files: its target."""

from typing import Any

from labutils.classroom.judging import value
from labutils.classroom.registry import (
    Card,
    Target,
    code,
)

from .unseen_recording import FLAG, UnseenRecordings


def flag_mistake(answer: Any) -> str | None:
    """None for the flag, else the name of what was handed in."""
    if answer == FLAG:
        return None
    return "cleaner" if callable(answer) or isinstance(answer, dict) else "other"


CARD = Card(
    "Write a cleaner for files that you cannot see.",
    (
        ("Hand in", "A function that takes a HAR, as a dictionary, and returns a cleaned one."),
        (
            "Try it",
            "`scene.submit(cleaner)` grades it on two files that you have not seen; one of them is "
            "made while you wait. It says what is wrong, and how two other cleaners do.",
        ),
        (
            "Against you",
            "A thief who reads, undoes encodings, guesses, and tries doors. And no value may have "
            "the same tag in two files.",
        ),
        ("It counts", "Nothing gets out, and support can answer all of `scene.questions`."),
        ("At hand", "`scene.sample` is Ada's file. The package's own `har.clean` does not count."),
    ),
)

TARGET = Target(
    "07-target",
    "value",
    value(flag_mistake),
    "Even unseen files give nothing away, and support can work with them. Three kinds of "
    "replacement are good enough: numbers in order of appearance, random strings that are "
    "remembered, and an HMAC with a new key for each file.",
    {
        "other": (
            "That is not the flag. scene.submit(your_cleaner) returns it when your cleaner passes.",
            "answer = 'flag-0000'",
        ),
        "cleaner": (
            "Hand in what scene.submit(your_cleaner) returned, not the cleaner or its file.",
            "answer = {'log': {'entries': []}}",
        ),
    },
    (
        "Begin with clean(recording, KEEP, replace, '') and end with put_back(recording, cleaned, "
        "replace). What does scene.submit say about that?",
        "The tags need a new key for each file: secrets.token_bytes(16), inside your cleaner. "
        "Create it once for each file, or equal values get different tags.",
        "Set entry['request']['queryString'] of each cleaned entry to an empty list, and its "
        "'postData' to an empty dictionary. The names in both are not known to be harmless, and "
        "none of support's questions needs them.",
    ),
    code("""
        def cleaner(recording):
            key = secrets.token_bytes(16)
            replace = lambda text: tag(text, key)
            cleaned = clean(recording, KEEP, replace, "")
            for entry in cleaned["log"]["entries"]:
                entry["request"].update(queryString=[], postData={})
            return put_back(recording, cleaned, replace)

        flag = scene.submit(cleaner)
    """),
    brief=CARD.text,
    card=CARD,
    scene=UnseenRecordings,
)
