"""Ways to clean recordings that nobody showed (lesson 07)."""

import copy
import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Callable

from labutils import har
from labutils.lessons.lesson_07 import cleaner_grade
from labutils.lessons.lesson_07.unseen_recording import UnseenRecordings

Replace = Callable[[str], str]
KEEP = {"name", "method", "mimeType", "startedDateTime", "version", "httpVersion"}


def walked(value: object, replace: Replace, name: str = "") -> object:
    if isinstance(value, dict):
        return {inner: walked(more, replace, inner) for inner, more in value.items()}
    if isinstance(value, list):
        return [walked(inner, replace, name) for inner in value]
    return replace(value) if isinstance(value, str) and name not in KEEP else value


def address(url: str, replace: Replace) -> str:
    """The scheme, the host, and a replacement for each piece of the path and for the query."""
    scheme, _, rest = url.partition("://")
    rest, _, query = rest.partition("#")[0].partition("?")
    host, *pieces = rest.split("/")
    path = "/".join([host.rpartition("@")[2], *(replace(piece) for piece in pieces)])
    return f"{scheme}://{path}?{replace(query)}"


def error(body: str) -> str:
    """The error and the incident, where they look like what they should be."""
    try:
        said = json.loads(body)
    except ValueError:
        return ""
    names = ("error", "incident")
    plain = {name: str(said.get(name)) for name in names}
    return json.dumps(
        {name: text for name, text in plain.items() if re.fullmatch(cleaner_grade.PLAIN, text)}
    )


def with_tags(make: Callable[[], Replace]) -> Callable[[dict], dict]:
    """A cleaner that walks through a recording, and mends its addresses and errors."""

    def clean(recording: dict) -> dict:
        replace = make()
        cleaned = walked(recording, replace)
        for old, new in zip(recording["log"]["entries"], cleaned["log"]["entries"], strict=True):
            new["request"]["url"] = address(old["request"]["url"], replace)
            for pair in [*in_the_url(new["request"]), *in_the_form(new["request"])]:
                pair["name"] = replace(pair["name"])
            if old["response"]["status"] >= 400:
                new["response"]["content"]["text"] = error(old["response"]["content"]["text"])
        return cleaned

    return clean


def keyed() -> Replace:
    key = secrets.token_bytes(16)
    return lambda text: "x-" + hmac.digest(key, text.encode(), "sha256").hex()[:10]


def numbered() -> Replace:
    seen: dict[str, str] = {}
    return lambda text: seen.setdefault(text, f"value {len(seen)}")


def drawn() -> Replace:
    seen: dict[str, str] = {}
    return lambda text: seen.setdefault(text, secrets.token_urlsafe(8))


def mended_command(recording: dict) -> dict:
    """The course's own cleaner, and the errors put back."""
    cleaned = har.clean(recording, secrets.token_hex(16))
    for old, new in zip(recording["log"]["entries"], cleaned["log"]["entries"], strict=True):
        if old["response"]["status"] >= 400:
            new["response"]["content"]["text"] = error(old["response"]["content"]["text"])
    return cleaned


def built_anew(recording: dict) -> dict:
    """A new file of what support asks for, and of nothing else."""
    replace = numbered()
    entries = []
    for old in recording["log"]["entries"]:
        request, response = old["request"], old["response"]
        sent = [
            {"name": header["name"], "value": replace(header["value"])}
            for header in request["headers"]
            if header["name"].lower() in ("cookie", "authorization")
        ]
        cookies = [{"name": c["name"], "value": replace(c["value"])} for c in request["cookies"]]
        asked = {
            "method": request["method"],
            "url": address(request["url"], replace),
            "headers": sent,
            "cookies": cookies,
        }
        content = {name: response["content"].get(name) for name in ("size", "mimeType")}
        if response["status"] >= 400:
            content["text"] = error(response["content"]["text"])
        answered = {"status": response["status"], "content": content, "headers": []}
        kept = {name: old[name] for name in ("startedDateTime", "time", "timings")}
        entries.append({**kept, "request": asked, "response": answered})
    return {"log": {"version": "1.2", "entries": entries}}


def submitted(clean: Callable[[dict], object]) -> Callable[[UnseenRecordings], str | None]:
    return lambda scene: scene.submit(clean)


def ranked(recording: dict) -> dict:
    """Each text becomes its number in the order of the alphabet."""
    order = {text: str(at) for at, text in enumerate(sorted(cleaner_grade.texts(recording)))}
    seen = dict(order)

    def replace(text: str) -> str:
        return "value " + seen.setdefault(text, str(len(seen)))

    return with_tags(lambda: replace)(recording)


ROUTES = {
    "numbers in the order of the alphabet": submitted(ranked),
    "a keyed hash": submitted(with_tags(keyed)),
    "numbers in order": submitted(with_tags(numbered)),
    "random texts that are remembered": submitted(with_tags(drawn)),
    "a new file": submitted(built_anew),
}


def without_errors(recording: dict) -> object:
    return walked(recording, keyed())


def with_names_kept(pairs: Callable[[dict], list]) -> Callable[[dict], dict]:
    """A good cleaner, but for the names in these lists of a request, which stay."""

    def clean(recording: dict) -> dict:
        cleaned = with_tags(keyed)(recording)
        for old, new in zip(recording["log"]["entries"], cleaned["log"]["entries"], strict=True):
            for before, after in zip(pairs(old["request"]), pairs(new["request"]), strict=True):
                after["name"] = before["name"]
        return cleaned

    return clean


def in_the_url(request: dict) -> list:
    return request["queryString"]


def in_the_form(request: dict) -> list:
    return request.get("postData", {}).get("params", [])


def by_a_fixed_key() -> Replace:
    return lambda text: "x-" + hmac.digest(b"our key", text.encode(), "sha256").hex()[:10]


def by_a_prefix() -> Replace:
    return lambda text: hashlib.sha256(b"our prefix" + text.encode()).hexdigest()


ONE_KEY = secrets.token_bytes(16)


def by_one_key_of_the_day() -> Replace:
    return lambda text: "x-" + hmac.digest(ONE_KEY, text.encode(), "sha256").hex()[:10]


SHUT = {
    "a fixed key": submitted(with_tags(by_a_fixed_key)),
    "SHA-256 with a prefix": submitted(with_tags(by_a_prefix)),
    "a key that is drawn once for all files": submitted(with_tags(by_one_key_of_the_day)),
    "the names of parameters kept": submitted(with_names_kept(in_the_url)),
    "the names in a form kept": submitted(with_names_kept(in_the_form)),
    "nothing": submitted(copy.deepcopy),
    "the word list": submitted(cleaner_grade.word_list),
    "signatures off": submitted(cleaner_grade.signatures_off),
    "three headers dropped": submitted(cleaner_grade.drop_three_headers),
    "the course's command": submitted(lambda recording: har.clean(recording, "salt")),
    "the course's command, mended": submitted(mended_command),
    "tags alone": submitted(without_errors),
    "everything reversed": submitted(with_tags(lambda: lambda text: text[::-1])),
    "one tag for all": submitted(with_tags(lambda: "x{:.0}".format)),
}
