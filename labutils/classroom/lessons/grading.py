"""The grade of a cleaner, beside three weak ones: what support can still answer from a cleaned recording (lesson 07)."""
import copy
import json
import re
from collections.abc import Callable, Hashable

from labutils.incident.har_forensics import get, named
from labutils.incident.har_reading import checked

# --- three weak cleaners, to compare with -------------------------------------------------------------------------

SECRETIVE = "Authorization|Cookie|Set-Cookie|access_token|refresh_token|id_token|password|client_secret|code|csrf|state"


def untouched(har: dict) -> dict:
    """No cleaning at all."""
    return copy.deepcopy(har)


def drop_three_headers(har: dict) -> dict:
    """What a browser's default export leaves out today: Cookie, Set-Cookie and Authorization, and the lists of cookies."""
    cleaned = copy.deepcopy(har)
    for message in (entry[side] for entry in cleaned["log"]["entries"] for side in ("request", "response")):
        kept = [header for header in message["headers"] if header["name"].lower() not in ("cookie", "set-cookie", "authorization")]
        message |= {"headers": kept, "cookies": []}
    return cleaned


def word_list(har: dict) -> dict:
    """A list of names that sound secret, searched for in the text as word lists are: letter case counts."""
    text = json.dumps(har)
    for before, value in ((rf'"name": "(?:{SECRETIVE})", "value": "', r'(?:[^"\\]|\\.)*'), (rf'\\"(?:{SECRETIVE})\\": ?\\"', r'[^"\\]*'),
                          (rf"\b(?:{SECRETIVE})=", r'[^&"\\\s;]*')):
        text = re.sub(f"({before}){value}", r"\1[removed]", text)
    return json.loads(text)


# --- grading by usefulness --------------------------------------------------------------------------------------


def usefulness(original: dict, cleaned: dict) -> dict[str, bool]:
    """Each question that support must be able to answer, and whether the cleaned HAR answers it as the original does."""
    before, after = checked(original)["entries"], checked(cleaned)["entries"]
    return {question: answer(before) == answer(after) for question, answer in QUESTIONS.items()}


Answer = Callable[[list[dict]], list]


def _each(*ways: str) -> Answer:
    """What stands in each entry in these places."""
    return lambda entries: [[get(entry, *way.split(".")) for way in ways] for entry in entries]


def _same(*values: Callable[[dict], Hashable]) -> Answer:
    """For each entry the number of the first with an equal value, or None for an empty one: what is equal, and not what it is."""
    def answer(entries: list[dict]) -> list:
        columns = [[value(entry) for entry in entries] for value in values]
        return [[column.index(one) if one else None for one in column] for column in columns]
    return answer


def _service(entry: dict) -> tuple:
    """The method, the host, and how many segments the path has."""
    parts = str(get(entry, "request", "url")).split("?")[0].split("/")
    return get(entry, "request", "method"), parts[2:3], len(parts)


def _sent(header: str, entry: dict) -> tuple:
    return tuple(value for name, value in named(entry, "request", "headers") if name.lower() == header)


QUESTIONS: dict[str, Answer] = {
    "how many requests, in which order, when": _each("startedDateTime"),
    "which request failed, with which status": _each("response.status"),
    "how long did each take": _each("time", "timings"),
    "which service was asked, by which method": lambda entries: [_service(entry) for entry in entries],
    "was it the same endpoint again": _same(lambda entry: str(get(entry, "request", "url"))),
    "was it the same session": _same(lambda entry: _sent("cookie", entry), lambda entry: tuple(named(entry, "request", "cookies"))),
    "was a token sent, and the same one": _same(lambda entry: _sent("authorization", entry)),
    "of which kind and size was each answer": _each("response.content.mimeType", "response.content.size"),
}
