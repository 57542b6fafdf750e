"""What *HAR files* starts from: `from labutils.lessons.lesson_07.start import *`."""

import hashlib
import hmac
import json
import re
import secrets
from collections import Counter
from functools import cache
from html import escape
from typing import Any
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from labutils import (  # first: where a package is broken, they say so in a sentence
    accepts,
    check,
    ending,
    experiment,
    har,
    hint,
    mine,
    quiz,
    show,
    show_log,
    show_request,
    solution,
    target,
)
from labutils.classroom import cards
from labutils.classroom.endings import welcome_back
from labutils.har.reading import JsonObject
from labutils.identity.oauth import bearer
from labutils.identity.tokens import inspect
from labutils.lab import data_file, iso

from . import cleaner_grade, recorded_case
from .cleaner_grade import FIVE_QUESTIONS, PLAIN, SECRETIVE
from .default_deny import clean_error, clean_url, put_back, tag, texts
from .pictures import tradeoff
from .stripes import Stripes, stripes

NOTE = (
    "The page with my September expenses shows an error. I recorded it, as you asked: the file is "
    "attached. Thank you for looking into it."
)
KEEP = {"name", "method", "mimeType", "startedDateTime", "version", "httpVersion"}
A_COLLEAGUES = (*SECRETIVE.lower().split("|"), "session", "token")  # words that close Ada's file
TOM = "203.0.113.66"


def open_ticket() -> JsonObject:
    """Show the ticket with what is attached to it, request by request, and return the file."""
    label = "Ticket 8842, from Ada Lovelace"
    cards.show(f"{label}: {NOTE}", f'<div class="lu-line">{escape(NOTE)}</div>', "", label)
    recording = har.read(data_file("support-case.har").read_bytes())
    rows = []
    for number, entry in enumerate(recording["log"]["entries"]):
        parts = urlsplit(entry["request"]["url"])
        rows.append(
            {
                "entry": number,
                "method": entry["request"]["method"],
                "to": parts.netloc + parts.path,
                "status": entry["response"]["status"],
            }
        )
    show_log(rows, "What is attached: 16 requests, and their answers")
    return recording


@cache
def the_case() -> recorded_case.RebuiltCase:
    """Return the provider of the recording, as it was when the recording ended."""
    return recorded_case.rebuild(har.read(data_file("support-case.har").read_bytes()))


@cache
def the_doors() -> Any:
    """Return the five doors of that provider: each tries a text."""
    return recorded_case.doors(the_case())


def what_was_logged() -> None:
    """Show what Ada's provider logged while she recorded her file."""
    rows = [
        {"time": line["time"][11:19]} | {name: line[name] for name in ("event", "outcome", "ip")}
        for line in the_case().lab.audit
    ]
    show_log(rows, "What Ada's provider logged, from entry 2 to entry 14")


def use_it(token: str) -> int:
    """Send an access token as Tom, show the request, and return by how many lines the provider's
    log grew."""
    case = the_case()
    tom, before = case.lab.browser("tom", TOM), len(case.lab.audit)
    tom.get(case.provider.issuer + "/userinfo", headers=bearer(token))
    show_request(case.lab.wire[-1])
    return len(case.lab.audit) - before


def what_opens(recording: JsonObject) -> list[str]:
    """Show the file as stripes, and return the doors that something in it opens."""
    file = stripes(
        recording,
        the_doors(),
        {},
        title="The file, string by string",
        hint="A row is a request, a stripe is a string. Orange opens a door. Press an orange one.",
    )
    return file.still_open("as it is")


def replace_by_names(recording: JsonObject, words: Any) -> JsonObject:
    """Return the file without the values in whose names one of the words is, in any letters."""
    either = "|".join(re.escape(str(word)) for word in words if str(word).strip())
    if not either:
        return recording
    name = rf"[\w.-]*(?:{either})[\w.-]*"
    return cleaner_grade.without_values(recording, name, re.IGNORECASE)


def by_words(recording: JsonObject, words: Any) -> Stripes:
    """Show what a list of words leaves of the file, beside what dropping three headers leaves."""
    file = stripes(
        recording,
        the_doors(),
        {
            "cookie and authorization headers dropped": cleaner_grade.drop_three_headers,
            "your words": lambda whole: replace_by_names(whole, words),
        },
        title="What a list of words leaves",
        hint="Orange still opens a door. A blue ring has gone out. Add words until none is orange.",
    )
    file.clean("your words")
    return file


def missed(recording: JsonObject, words: Any) -> int:
    """Show how many of nine new secrets two lists of words miss, and return the colleague's."""
    strange = cleaner_grade.planted(recording, "lesson-07/example")
    rows, left = [], 0
    for name, listed in (("yours", words), ("the colleague's", A_COLLEAGUES)):
        cleaned = replace_by_names(strange.recording, listed)
        left = len(cleaner_grade.readable(cleaned, strange.secrets))
        rows.append({"list": name, "words": len(list(listed)), "of nine, still readable": left})
    show_log(rows, "Tomorrow's file, with nine secrets")
    return left


def with_tags(text: str) -> str:
    """Return the tag of a string. Here the key is fixed, so that the output stays the same; a real
    cleaner takes a new random key for each file."""
    return tag(text, b"a key for this lesson")


def what_support_gets(recording: JsonObject, cleaned: JsonObject) -> list[bool]:
    """Show what is left of the file, and which of five questions it still answers; return that."""
    answers = cleaner_grade.usefulness(recording, cleaned)
    rows = [
        {"support asks": question, "answer": "yes" if answers[question] else "no"}
        for question in FIVE_QUESTIONS
    ]
    show_log(rows, "What support can still find out", lit=("answer", "no"))
    file = stripes(
        recording,
        the_doors(),
        {"the colleague's words": _of_a_colleague, "default deny": lambda _: cleaned},
        title="Default deny",
        hint="Compare what a list of words leaves with what your function leaves.",
    )
    file.clean("default deny")
    return [answers[question] for question in FIVE_QUESTIONS]


def _of_a_colleague(recording: JsonObject) -> JsonObject:
    return replace_by_names(recording, A_COLLEAGUES)


# --- for practice -------------------------------------------------------------------------------


def sign_in_as_ada(form: dict[str, str]) -> tuple[str, dict[str, Any]]:
    """Send the form as Tom; whom the provider greets, and the line in its log."""
    case = the_case()
    tom = case.lab.browser("tom", TOM)
    page = tom.post(case.provider.issuer + "/authorize", data=form)
    accepts(page)
    found = re.search("<p>(.*?),", page.text)
    return found[1] if found else "", case.lab.audit[-1]


def doors_left(cleaned: JsonObject) -> list[bool]:
    """Return for each of the five doors whether something in a file opens it; print them."""
    opened = har.sweep(cleaned, the_doors())
    print("opens:", ", ".join(door for door in opened if opened[door]) or "nothing")
    return [bool(found) for found in opened.values()]


def guessed(codes: list[bytes]) -> list[bool]:
    """Return in which of three files a thief finds the code 012713: a hash, a salted hash, a tag.
    He tries one code after another."""

    def sha(data: bytes) -> str:
        return hashlib.sha256(data).hexdigest()

    salt, code = b"random, and in the file", b"012713"
    kept = hmac.digest(b"a key that was thrown away", code, "sha256")
    tries = {
        "hash": [one for one in codes if sha(one) == sha(code)],
        "salted hash": [one for one in codes if sha(salt + one) == sha(salt + code)],
        "tag": [one for one in codes if hmac.digest(b"a guess", one, "sha256") == kept],
    }
    for name, found in tries.items():
        print(f"{name:<12} {len(codes):,} codes tried, {'found' if found else 'not found'}")
    return [bool(found) for found in tries.values()]


def compared(recording: JsonObject, clean: Any) -> tuple[Any, str]:
    """Return the picture of five cleaners, by what they leave and what they answer."""
    strange = cleaner_grade.planted(recording, "lesson-07/example")
    known = {finding.value for finding in har.findings(recording)} | strange.secrets
    yours = {
        "stars for all": lambda file: clean(file, {"name"}, lambda _: "*", ""),
        "default deny": lambda file: clean(file, KEEP, with_tags, ""),
    }
    graded = cleaner_grade.graded(strange.recording, known, yours)
    return tradeoff(graded, len(known), len(cleaner_grade.QUESTIONS))


welcome_back("07")
__all__ = [
    "Counter", "KEEP", "PLAIN", "accepts", "bearer", "by_words", "check", "clean_error",
    "clean_url", "cleaner_grade", "compared", "data_file", "doors_left", "ending", "experiment",
    "guessed", "har", "hashlib", "hint", "hmac", "inspect", "iso", "json", "mine", "missed",
    "open_ticket", "parse_qsl", "put_back", "quiz", "re", "secrets", "show", "show_log",
    "sign_in_as_ada", "solution", "tag", "target", "texts", "the_case", "urlsplit", "urlunsplit",
    "use_it", "what_opens", "what_support_gets", "what_was_logged", "with_tags",
]  # fmt: skip
