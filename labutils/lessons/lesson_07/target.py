"""07 · HAR files: its target."""

from typing import Any

from labutils.classroom.judging import value
from labutils.classroom.registry import (
    Target,
    code,
)

from .unseen_recording import FLAG, UnseenRecordings


def flag_mistake(answer: Any) -> str | None:
    """None for the flag, else the name of what was handed in."""
    if answer == FLAG:
        return None
    return "cleaner" if callable(answer) or isinstance(answer, dict) else "other"


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
    brief="""Write a cleaner: a function that takes a HAR as a dictionary and returns a cleaned one.
It is graded on two files that you have not seen. One of them is generated while you wait. A third \
file shares values with the first: no value may have the same tag in both.
scene.submit(cleaner) shows how two other cleaners do on each file, and says what is wrong with \
yours.
It returns the flag on two conditions. Nobody may get a secret by reading, undoing encodings, \
guessing or trying doors. And support must be able to answer all of scene.questions.
scene.sample is this lesson's file. Try your cleaner on it. The package's own, har.clean, does not \
count.""",
    scene=UnseenRecordings,
)
