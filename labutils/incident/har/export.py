"""What the network saw, as a HAR file (HAR 1.2)."""

from collections.abc import Sequence
from urllib.parse import parse_qsl, urlsplit

from labutils.incident.har.reading import cookie_pairs
from labutils.lab import Exchange, iso


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
