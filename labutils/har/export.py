"""Export what the network saw as a HAR file (HAR 1.2)."""

from collections.abc import Sequence
from urllib.parse import parse_qsl, urlsplit

from labutils.har.reading import JsonObject, cookie_pairs
from labutils.lab import Exchange, iso


def export(exchanges: Sequence[Exchange], client: str | None = None) -> JsonObject:
    """Return a persona's traffic as HAR 1.2, or everybody's if no `client` is named."""
    entries = [_entry(exchange) for exchange in exchanges if client in (None, exchange.client)]
    return {
        "log": {
            "version": "1.2",
            "creator": {"name": "labutils", "version": "1"},
            "entries": entries,
        }
    }


def _entry(exchange: Exchange) -> JsonObject:
    return {
        "startedDateTime": iso(exchange.time),
        "time": 0,
        "request": _request(exchange),
        "response": _response(exchange),
        "cache": {},
        "timings": {"send": 0, "wait": 0, "receive": 0},
    }


def _request(exchange: Exchange) -> JsonObject:
    """What was sent; a body stands in `postData`, a form with its fields beside its text."""
    headers = exchange.request_headers
    request = {
        "method": exchange.method,
        "url": exchange.url,
        "httpVersion": "HTTP/2",
        "cookies": _cookies(headers, "cookie"),
        "headers": _pairs(headers),
        "queryString": _pairs(parse_qsl(urlsplit(exchange.url).query, keep_blank_values=True)),
        "headersSize": -1,
        "bodySize": len(exchange.request_body.encode()),
    }
    if exchange.request_body:
        kind = dict(headers).get("content-type", "")
        is_form = "form-urlencoded" in kind
        fields = parse_qsl(exchange.request_body, keep_blank_values=True) if is_form else []
        request["postData"] = {
            "mimeType": kind,
            "text": exchange.request_body,
            "params": _pairs(fields),
        }
    return request


def _response(exchange: Exchange) -> JsonObject:
    """What came back."""
    size = len(exchange.response_body.encode())
    return {
        "status": exchange.status,
        "statusText": "",
        "httpVersion": "HTTP/2",
        "cookies": _cookies(exchange.response_headers, "set-cookie"),
        "headers": _pairs(exchange.response_headers),
        "redirectURL": exchange.header("location"),
        "headersSize": -1,
        "bodySize": size,
        "content": {
            "size": size,
            "mimeType": exchange.header("content-type"),
            "text": exchange.response_body,
        },
    }


def _pairs(pairs: Sequence[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in pairs]


def _cookies(headers: Sequence[tuple[str, str]], header: str) -> list[dict[str, str]]:
    """The cookies in all headers of this name."""
    return [
        cookie
        for name, value in headers
        if name == header
        for cookie in _pairs(cookie_pairs(name, value))
    ]
