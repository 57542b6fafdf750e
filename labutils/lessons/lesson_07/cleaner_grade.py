"""The grade of a cleaner of HAR files, beside four weak ones (lesson 07).

What does a cleaned recording still open, and what can support still answer from it?
"""

import copy
import json
import re
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import Any

from labutils.har.forensics import get, named, strings
from labutils.har.reading import JsonObject, checked, json_value
from labutils.lab import dice
from labutils.stage.reversible_encodings import undone, unmasked

# --- four weak cleaners, to compare with ---------------------------------------------------------

# Names that sound secret, as a regular expression.
SECRETIVE = (
    "Authorization|Cookie|Set-Cookie|access_token|refresh_token|id_token|password|client_secret"
    "|code|csrf|state"
)


def untouched(har: JsonObject) -> JsonObject:
    """No cleaning at all."""
    return copy.deepcopy(har)


def drop_three_headers(har: JsonObject) -> JsonObject:
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


def word_list(har: JsonObject) -> JsonObject:
    """Names that sound secret, searched for in the text as word lists are: letter case counts."""
    return without_values(har, f"(?:{SECRETIVE})")


def without_values(har: JsonObject, name: str, flags: re.RegexFlag = re.NOFLAG) -> JsonObject:
    """The file without the values beside the names that a regular expression matches.

    It searches the text of the file: headers and forms, JSON in a body, and parameters.
    """
    text = json.dumps(har)
    for before, value in (
        (rf'"name": "{name}", "value": "', r'(?:[^"\\]|\\.)*'),
        (rf'\\"{name}\\": ?\\"', r'[^"\\]*'),
        (rf"\b{name}=", r'[^&"\\\s;]*'),
    ):
        text = re.sub(f"({before}){value}", r"\1[removed]", text, flags=flags)
    cleaned: JsonObject = json.loads(text)
    return cleaned


def signatures_off(har: JsonObject) -> JsonObject:
    """The word list, and the signature taken off each JWT: the claims stay readable.

    It is a model in the manner of Cloudflare's sanitizer (fact cf-har-sanitizer-jwt), not its code.
    """
    text = json.dumps(word_list(har))
    text = re.sub(r"(eyJ[\w-]+\.eyJ[\w-]+\.)[\w-]+", r"\1removed", text)
    cleaned: JsonObject = json.loads(text)
    return cleaned


# --- grading by attack --------------------------------------------------------------------------

FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Planted:
    """A recording with secrets in it that no learner has seen."""

    recording: JsonObject
    keys: tuple[str, ...]  # long and random
    codes: tuple[str, ...]  # six digits, so that they can be guessed

    @property
    def secrets(self) -> set[str]:
        """All that was planted."""
        return {*self.keys, *self.codes}


def planted(recording: JsonObject, seed: str) -> Planted:
    """A copy of a recording with three failing requests more, and secrets everywhere.

    They stand in headers, cookies, forms, addresses, messages and bodies, nested and as numbers.
    Two of them are names of parameters, one of a URL and one of a form.
    """
    copied, draw = copy.deepcopy(recording), dice(seed, "planted")
    entries = copied["log"]["entries"]
    keys = [next(draw) + next(draw) for _ in range(6)]
    codes = [str(100_000 + int(next(draw), 16) % 900_000) for _ in range(3)]
    for code, header, body in zip(codes, keys[:3], keys[3:], strict=True):
        entry = copy.deepcopy(entries[-1])
        request, response = entry["request"], entry["response"]
        request["headers"] += pairs(x_vault_key=header, x_code=code)
        request["cookies"] = request["cookies"] + pairs(visit=header, second=code)
        request["queryString"] = pairs(code=code, key=header)
        form = pairs(pin=code, key=body)
        request["postData"] = {"mimeType": FORM, "text": f"pin={code}&key={body}", "params": form}
        response["redirectURL"] = f"https://vault.example/?key={header}"
        answer = json.dumps(_failure(code, body, f"INC-20231002-{int(next(draw), 16) % 90 + 10}"))
        response["content"] = {"size": len(answer), "mimeType": "application/json", "text": answer}
        message = {"type": "send", "time": 1, "opcode": 1, "data": body}
        entry |= {"comment": body, "_webSocketMessages": [message]}
        entries.append(entry)
    _in_addresses(entries, keys, codes)
    return Planted(copied, tuple(keys), tuple(codes))


def _failure(code: str, key: str, incident: str) -> JsonObject:
    """The body of an answer that failed: what support needs, and secrets beside and below it."""
    held = [{"key": key, "code": code, "pin": int(code)}]
    return {"error": "quota_exceeded", "incident": incident, "detail": f"{key} at {code}"} | {
        "data": {"held": held}
    }


def _in_addresses(entries: list[JsonObject], keys: list[str], codes: list[str]) -> None:
    """Secrets in the user info, the fragment, the path and the query of addresses (RFC 3986, 3).

    The first address ends in a question mark and a secret, the second form in a secret. There they
    are parameters without a value.
    """
    named, one, other = (entry["request"] for entry in entries[-3:])
    named["url"] += f"?{keys[0]}"
    named["queryString"] = [{"name": keys[0], "value": ""}]
    one["postData"]["text"] += f"&{keys[1]}"
    one["postData"]["params"].append({"name": keys[1], "value": ""})
    one["url"] = one["url"].replace("://", f"://ops:{keys[1]}@") + f"#{codes[-2]}"
    other["url"] += f"/{keys[2]}?code={codes[-1]}&key={keys[2]}"


def pairs(**values: str) -> list[dict[str, str]]:
    """Headers, cookies or parameters as a HAR lists them."""
    return [{"name": name, "value": value} for name, value in values.items()]


def texts(har: JsonObject) -> set[str]:
    """Every text in a HAR that a thief could try, and the numbers that a text may have become."""
    numbers: set[str] = set()
    waiting: list[Any] = [har]
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


def standing_in(texts: Iterable[str], secrets: set[str]) -> set[str]:
    """Those secrets that stand in one of these texts.

    A short one counts only where it stands alone: other digits may hold it by chance.
    """
    whole = "\n".join(texts)
    return {
        one for one in secrets if one in whole and (len(one) >= 10 or re.search(_alone(one), whole))
    }


def _alone(secret: str) -> str:
    return rf"(?<![0-9A-Za-z]){re.escape(secret)}(?![0-9A-Za-z])"


def readable(har: JsonObject, secrets: set[str]) -> set[str]:
    """The secrets that stand in a file as they are, in some text or as a number."""
    return standing_in(texts(har), secrets)


def brought_back(written: set[str], secrets: set[str]) -> set[str]:
    """The secrets that come out of what a cleaner wrote by undoing encodings, without any key."""
    back, by_mask = set(), set()
    for text in written:
        back |= standing_in(undone(text), secrets)
        by_mask |= standing_in(unmasked(text), secrets)
    return back | {secret for secret in by_mask if len(secret) >= 16}


# --- grading by usefulness ----------------------------------------------------------------------


def graded(
    recording: JsonObject,
    secrets: set[str],
    cleaners: dict[str, Callable[[JsonObject], JsonObject]],
) -> dict[str, tuple[int, int]]:
    """For the three weak cleaners and these: how many of the secrets stay readable, and how many
    questions have an answer."""
    weak: dict[str, Callable[[JsonObject], JsonObject]] = {
        "nothing removed": untouched,
        "word list": word_list,
        "three headers dropped": drop_three_headers,
    }
    results = {}
    for name, cleaner in (weak | cleaners).items():
        cleaned = cleaner(recording)
        answers = usefulness(recording, cleaned)
        results[name] = len(readable(cleaned, secrets)), sum(answers.values())
    return results


def usefulness(original: JsonObject, cleaned: JsonObject) -> dict[str, bool]:
    """Each question of support's, and whether the cleaned HAR answers it as the original does."""
    before, after = checked(original)["entries"], checked(cleaned)["entries"]
    return {question: answer(before) == answer(after) for question, answer in QUESTIONS.items()}


Answer = Callable[[list[JsonObject]], list[Any]]


def _each(*ways: str) -> Answer:
    """What stands in each entry in these places."""
    return lambda entries: [[get(entry, *way.split(".")) for way in ways] for entry in entries]


def _same(*values: Callable[[JsonObject], Hashable]) -> Answer:
    """What is equal, and not what it is.

    For each entry the number of the first with an equal value, or None for an empty one.
    """

    def answer(entries: list[JsonObject]) -> list[Any]:
        columns = [[value(entry) for entry in entries] for value in values]
        return [[column.index(one) if one else None for one in column] for column in columns]

    return answer


def _service(entry: JsonObject) -> tuple[object, list[str], int]:
    """The method, the host, and how many segments the path has."""
    parts = _endpoint(entry).split("?")[0].split("/")
    return get(entry, "request", "method"), parts[2:3], len(parts)


def _endpoint(entry: JsonObject) -> str:
    """The address without user info and fragment, which do not say what was asked for."""
    url = str(get(entry, "request", "url")).partition("#")[0]
    return re.sub(r"^(\w+://)[^/?]*@", r"\1", url)


def _sent(header: str, entry: JsonObject) -> tuple[str, ...]:
    return tuple(
        value for name, value in named(entry, "request", "headers") if name.lower() == header
    )


# What an error's name and an incident's number look like: no secret has this shape.
PLAIN = r"[a-z]+(?:_[a-z]+)*|INC-\d{8}-\d{1,4}"


def _said(entry: JsonObject) -> dict[str, str]:
    """The error and the incident that the JSON body of a failed answer names."""
    status, body = (
        get(entry, "response", "status"),
        json_value(str(get(entry, "response", "content", "text"))),
    )
    if not isinstance(status, int) or status < 400 or not isinstance(body, dict):
        return {}
    named_there = {name: body.get(name) for name in ("error", "incident")}
    return {
        name: value
        for name, value in named_there.items()
        if isinstance(value, str) and re.fullmatch(PLAIN, value)
    }


QUESTIONS: dict[str, Answer] = {
    "how many requests were there, in what order, and when": _each("startedDateTime"),
    "which request failed, and with what status": _each("response.status"),
    "how long did each take": _each("time", "timings"),
    "what was requested, and from which service": lambda entries: [
        _service(entry) for entry in entries
    ],
    "was it the same endpoint again": _same(_endpoint),
    "was it the same session": _same(
        lambda entry: _sent("cookie", entry),
        lambda entry: tuple(named(entry, "request", "cookies")),
    ),
    "was the same token sent": _same(lambda entry: _sent("authorization", entry)),
    "what type and size was each response": _each(
        "response.content.mimeType", "response.content.size"
    ),
    "what did the error say": lambda entries: [_said(entry) for entry in entries],
}
# Two that support reads, and three that it compares or counts.
FIVE_QUESTIONS = (
    "which request failed, and with what status",
    "what was requested, and from which service",
    "was it the same session",
    "was the same token sent",
    "what did the error say",
)
