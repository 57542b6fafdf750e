"""HAR files, what a browser keeps of its traffic: export, reading, forensics, cleaning.

This module holds the export, and brings the names of its neighbours together: har_reading,
har_names, har_cleaning, har_file, har_forensics.
"""

from collections.abc import Sequence
from urllib.parse import parse_qsl, urlsplit

from labutils.incident.har_cleaning import Cleaner, clean, clean_with, said
from labutils.incident.har_file import CannotRead, Cleaned, clean_file
from labutils.incident.har_forensics import Finding, findings, strings, sweep
from labutils.incident.har_reading import NotHar, cookie_pairs, read
from labutils.lab import Exchange, iso

__all__ = [
    "CannotRead",
    "Cleaned",
    "Cleaner",
    "Finding",
    "NotHar",
    "clean",
    "clean_file",
    "clean_with",
    "export",
    "findings",
    "read",
    "said",
    "strings",
    "sweep",
]

# --- export ---------------------------------------------------------------------------------------


def export(exchanges: Sequence[Exchange], client: str | None = None) -> dict:
    """A persona's traffic as HAR 1.2; everybody's where no `client` is named."""
    entries = [_entry(exchange) for exchange in exchanges if client in (None, exchange.client)]
    return {
        "log": {
            "version": "1.2",
            "creator": {"name": "labutils", "version": "1"},
            "entries": entries,
        }
    }


def _entry(exchange: Exchange) -> dict:
    sent, came = exchange.request_headers, exchange.response_headers
    asked = {
        "method": exchange.method,
        "url": exchange.url,
        "httpVersion": "HTTP/2",
        "cookies": _cookies(sent, "cookie"),
        "headers": _pairs(sent),
        "queryString": _pairs(parse_qsl(urlsplit(exchange.url).query, keep_blank_values=True)),
        "headersSize": -1,
        "bodySize": len(exchange.request_body.encode()),
    }
    if exchange.request_body:
        kind = dict(sent).get("content-type", "")
        fields = (
            parse_qsl(exchange.request_body, keep_blank_values=True)
            if "form-urlencoded" in kind
            else []
        )
        asked["postData"] = {
            "mimeType": kind,
            "text": exchange.request_body,
            "params": _pairs(fields),
        }
    size = len(exchange.response_body.encode())
    answer = {
        "status": exchange.status,
        "statusText": "",
        "httpVersion": "HTTP/2",
        "cookies": _cookies(came, "set-cookie"),
        "headers": _pairs(came),
        "redirectURL": exchange.header("location"),
        "headersSize": -1,
        "bodySize": size,
        "content": {
            "size": size,
            "mimeType": exchange.header("content-type"),
            "text": exchange.response_body,
        },
    }
    return {
        "startedDateTime": iso(exchange.time),
        "time": 0,
        "request": asked,
        "response": answer,
        "cache": {},
        "timings": {"send": 0, "wait": 0, "receive": 0},
    }


def _pairs(pairs: Sequence[tuple[str, str]]) -> list[dict]:
    return [{"name": name, "value": value} for name, value in pairs]


def _cookies(headers: Sequence[tuple[str, str]], header: str) -> list[dict]:
    """The cookies in all headers of this name."""
    return [
        cookie
        for name, value in headers
        if name == header
        for cookie in _pairs(cookie_pairs(name, value))
    ]
