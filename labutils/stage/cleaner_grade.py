"""The grade of a cleaner of HAR files, beside three weak ones (lesson 07).

What does a cleaned recording still open, and what can support still answer from it?
"""

import copy
import json
import re
from collections.abc import Callable, Hashable
from dataclasses import dataclass

from labutils.incident.har.forensics import get, named, strings
from labutils.incident.har.reading import checked
from labutils.lab import dice
from labutils.stage.reversible_encodings import undone, unmasked

# --- three weak cleaners, to compare with --------------------------------------------------------

# Names that sound secret, as a regular expression.
SECRETIVE = (
    "Authorization|Cookie|Set-Cookie|access_token|refresh_token|id_token|password|client_secret"
    "|code|csrf|state"
)


def untouched(har: dict) -> dict:
    """No cleaning at all."""
    return copy.deepcopy(har)


def drop_three_headers(har: dict) -> dict:
    """What a browser's default export leaves out today.

    Cookie, Set-Cookie and Authorization, and the lists of cookies.
    """
    cleaned = copy.deepcopy(har)
    for message in (
        entry[side] for entry in cleaned["log"]["entries"] for side in ("request", "response")
    ):
        kept = [
            header
            for header in message["headers"]
            if header["name"].lower() not in ("cookie", "set-cookie", "authorization")
        ]
        message |= {"headers": kept, "cookies": []}
    return cleaned


def word_list(har: dict) -> dict:
    """Names that sound secret, searched for in the text as word lists are: letter case counts."""
    text = json.dumps(har)
    for before, value in (
        (rf'"name": "(?:{SECRETIVE})", "value": "', r'(?:[^"\\]|\\.)*'),
        (rf'\\"(?:{SECRETIVE})\\": ?\\"', r'[^"\\]*'),
        (rf"\b(?:{SECRETIVE})=", r'[^&"\\\s;]*'),
    ):
        text = re.sub(f"({before}){value}", r"\1[removed]", text)
    return json.loads(text)


# --- grading by attack --------------------------------------------------------------------------

FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Planted:
    """A recording with secrets in it that no learner has seen."""

    recording: dict
    keys: tuple[str, ...]  # long and random
    codes: tuple[str, ...]  # six digits, so that they can be guessed


def planted(recording: dict, seed: str) -> Planted:
    """A copy of a recording with three requests more: secrets everywhere but in names and paths."""
    copied, draw = copy.deepcopy(recording), dice(seed, "planted")
    entries = copied["log"]["entries"]
    keys = [next(draw) + next(draw) for _ in range(6)]
    codes = [f"{int(next(draw), 16) % 1_000_000:06}" for _ in range(3)]
    for code, header, body in zip(codes, keys[:3], keys[3:], strict=True):
        entry = copy.deepcopy(entries[-1])
        request, response = entry["request"], entry["response"]
        request["headers"] += pairs(x_vault_key=header, x_code=code)
        request["cookies"] = request["cookies"] + pairs(visit=header, second=code)
        request["queryString"] = pairs(code=code, key=header)
        form = pairs(pin=code, key=body)
        request["postData"] = {"mimeType": FORM, "text": f"pin={code}&key={body}", "params": form}
        response["redirectURL"] = f"https://vault.example/?key={header}"
        answer = json.dumps({"key": body, "code": code})
        response["content"] = {"size": len(answer), "mimeType": "application/json", "text": answer}
        message = {"type": "send", "time": 1, "opcode": 1, "data": body}
        entry |= {"comment": body, "_webSocketMessages": [message]}
        entries.append(entry)
    # One address alone: a cleaner may keep the names in a query and drop their values.
    entries[-1]["request"]["url"] += f"?code={codes[-1]}&key={keys[2]}"
    return Planted(copied, tuple(keys), tuple(codes))


def pairs(**values: str) -> list[dict[str, str]]:
    """Headers, cookies or parameters as a HAR lists them."""
    return [{"name": name, "value": value} for name, value in values.items()]


def texts(har: dict) -> set[str]:
    """Every text in a HAR that a thief could try, and the numbers that a text may have become."""
    numbers, waiting = set(), [har]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
            numbers.add(" ".join(str(one) for one in value if isinstance(one, int)))
        elif isinstance(value, int) and abs(value) > 10**6:
            numbers.add(str(abs(value)))
    return strings(har) | numbers - {""}


def halves(secret: str) -> list[str]:
    """Both halves of a long secret: to guess the other half is still hard, but far easier."""
    return [secret[: len(secret) // 2], secret[len(secret) // 2 :]]


def pattern(secrets: set[str]) -> re.Pattern:
    """What finds any of these texts in another.

    A short one counts only where it stands alone: other digits may hold it by chance.
    """
    long = [re.escape(one) for one in secrets if len(one) >= 10]
    short = [re.escape(one) for one in secrets if len(one) < 10]
    return re.compile(
        "|".join([*long, *(rf"(?<![0-9A-Za-z]){one}(?![0-9A-Za-z])" for one in short)])
    )


def brought_back(written: set[str], secrets: set[str]) -> set[str]:
    """The secrets that come out of what a cleaner wrote by undoing encodings, without any key."""
    find = pattern(secrets)
    results = {result for text in written for result in undone(text)}
    back = {secret for result in results for secret in find.findall(result)}
    masked = {result for text in written for result in unmasked(text)}
    by_mask = {secret for result in masked for secret in find.findall(result)}
    return back | {secret for secret in by_mask if len(secret) >= 16}


# --- grading by usefulness ----------------------------------------------------------------------


def usefulness(original: dict, cleaned: dict) -> dict[str, bool]:
    """Each question of support's, and whether the cleaned HAR answers it as the original does."""
    before, after = checked(original)["entries"], checked(cleaned)["entries"]
    return {question: answer(before) == answer(after) for question, answer in QUESTIONS.items()}


Answer = Callable[[list[dict]], list]


def _each(*ways: str) -> Answer:
    """What stands in each entry in these places."""
    return lambda entries: [[get(entry, *way.split(".")) for way in ways] for entry in entries]


def _same(*values: Callable[[dict], Hashable]) -> Answer:
    """What is equal, and not what it is.

    For each entry the number of the first with an equal value, or None for an empty one.
    """

    def answer(entries: list[dict]) -> list:
        columns = [[value(entry) for entry in entries] for value in values]
        return [[column.index(one) if one else None for one in column] for column in columns]

    return answer


def _service(entry: dict) -> tuple:
    """The method, the host, and how many segments the path has."""
    parts = str(get(entry, "request", "url")).split("?")[0].split("/")
    return get(entry, "request", "method"), parts[2:3], len(parts)


def _sent(header: str, entry: dict) -> tuple:
    return tuple(
        value for name, value in named(entry, "request", "headers") if name.lower() == header
    )


QUESTIONS: dict[str, Answer] = {
    "how many requests, in which order, when": _each("startedDateTime"),
    "which request failed, with which status": _each("response.status"),
    "how long did each take": _each("time", "timings"),
    "which service was asked, by which method": lambda entries: [
        _service(entry) for entry in entries
    ],
    "was it the same endpoint again": _same(lambda entry: str(get(entry, "request", "url"))),
    "was it the same session": _same(
        lambda entry: _sent("cookie", entry),
        lambda entry: tuple(named(entry, "request", "cookies")),
    ),
    "was a token sent, and the same one": _same(lambda entry: _sent("authorization", entry)),
    "of which kind and size was each answer": _each(
        "response.content.mimeType", "response.content.size"
    ),
}
