"""The pieces of a cleaner that denies by default (lesson 07), as the notebook first gives them."""

import hmac
import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from labutils.har.reading import JsonObject

from .cleaner_grade import PLAIN

Replace = Callable[[str], str]


def texts(value: Any) -> list[str]:
    """All strings in a JSON value, in the order in which a reader meets them."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return texts(list(value.values()))
    if isinstance(value, list):
        return [text for inner in value for text in texts(inner)]
    return []


def tag(text: str, key: bytes) -> str:
    """Ten hexadecimal digits of an HMAC (RFC 2104): equal strings have equal tags."""
    return "x-" + hmac.new(key, text.encode(), "sha256").hexdigest()[:10]


def clean_url(url: str, replace: Replace) -> str:
    """Keep scheme, host and port; replace the pieces of the path and the whole query."""
    parts = urlsplit(url)
    pieces = [replace(piece) if piece else "" for piece in parts.path.split("/")]
    query = replace(parts.query) if parts.query else ""
    host = parts.netloc.split("@")[-1]
    return urlunsplit((parts.scheme, host, "/".join(pieces), query, ""))


def clean_error(body: str) -> str:
    """The error and the incident number from an error response, if they have the right shape."""
    try:
        said = json.loads(body)
    except ValueError:
        return "{}"
    members = said if isinstance(said, dict) else {}
    kept = {name: members.get(name) for name in ("error", "incident")}
    plain = {
        name: text
        for name, text in kept.items()
        if isinstance(text, str) and re.fullmatch(PLAIN, text)
    }
    return json.dumps(plain)


def put_back(
    recording: JsonObject,
    cleaned: JsonObject,
    replace: Replace,
    clean_url: Callable[[str, Replace], str] = clean_url,
    clean_error: Callable[[str], str] = clean_error,
) -> JsonObject:
    """The cleaned file, with what support must read: which service it was, what the error said."""
    for old, new in zip(recording["log"]["entries"], cleaned["log"]["entries"], strict=True):
        new["request"]["url"] = clean_url(old["request"]["url"], replace)
        if old["response"]["status"] >= 400:
            said = clean_error(old["response"]["content"].get("text", ""))
            new["response"]["content"]["text"] = said
    return cleaned
