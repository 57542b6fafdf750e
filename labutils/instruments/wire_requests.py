"""Write a message as text, as HTTP/1.1 does, and read back a request that somebody wrote."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx

from labutils.lab import Exchange, SceneError

Pair = tuple[str, str]

# What each client sends, and what a person who reads a request does not miss.
USUAL = {
    "accept": "*/*",
    "accept-encoding": "identity",
    "connection": "keep-alive",
}
FORM = "application/x-www-form-urlencoded"
_FIRST_LINE = re.compile(r"([A-Za-z]+) (/\S*)( HTTP/[\d.]+)?")
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # a token (RFC 9110, 5.6.2)


class NotARequest(SceneError):
    """An error for a text that cannot be sent; the sentence says why."""


@dataclass(frozen=True)
class Draft:
    """A request as somebody writes it. Host and length are in no header: they follow."""

    method: str
    host: str
    target: str  # path and query
    headers: tuple[Pair, ...] = ()
    body: str = ""

    @property
    def text(self) -> str:
        """The request as HTTP/1.1 writes it (RFC 9112, 2.1)."""
        headers = "".join(f"{name}: {value}\n" for name, value in self.headers)
        return f"{self.method} {self.target} HTTP/1.1\nhost: {self.host}\n{headers}\n{self.body}"

    @property
    def url(self) -> str:
        """The address of the request."""
        return f"https://{self.host}{self.target}"

    def header(self, name: str) -> str:
        """Return a header, or an empty string."""
        return dict(self.headers).get(name, "")


def recorded(exchange: Exchange) -> Draft:
    """Return the request of an exchange as it was sent, without what each client sends anyway."""
    parts = urlsplit(exchange.url)
    headers = tuple(
        (name, value)
        for name, value in exchange.request_headers
        if name not in ("host", "content-length") and USUAL.get(name) != value
    )
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Draft(exchange.method, parts.netloc, target, headers, exchange.request_body)


def read(text: str) -> Draft:
    """Return the request that somebody wrote. Raises NotARequest with a sentence for them."""
    head, _, body = text.lstrip("\r\n").replace("\r\n", "\n").partition("\n\n")
    first, *lines = head.split("\n")
    match = _FIRST_LINE.fullmatch(first.strip())
    if match is None:
        raise NotARequest(
            "The first line must be a method and a path, such as GET /me HTTP/1.1. "
            f"It is: {_cut(first)}"
        )
    headers = [_header(line) for line in lines if line.strip()]
    hosts = [value for name, value in headers if name == "host"]
    if len(hosts) != 1 or not hosts[0]:
        raise NotARequest("A request needs one line with its host, such as host: api.example")
    if any(FORM in value for name, value in headers if name == "content-type"):
        body = body.rstrip("\n")  # a form has no last line, a text that is typed may have one
    kept = tuple(pair for pair in headers if pair[0] not in ("host", "content-length"))
    draft = Draft(match[1].upper(), hosts[0], match[2], kept, body)
    _sendable(draft)
    return draft


def _header(line: str) -> Pair:
    name, colon, value = line.partition(":")
    if not colon or not _HEADER_NAME.fullmatch(name.strip()):
        raise NotARequest(
            f"Each line above the empty one is a header, such as cookie: a=1. This is none: "
            f"{_cut(line)}"
        )
    return name.strip().lower(), value.strip()


def _sendable(draft: Draft) -> None:
    """Raises NotARequest where a client could not send it."""
    try:
        url = httpx.URL(draft.url)
        draft.body.encode()
    except (httpx.InvalidURL, ValueError) as error:
        raise NotARequest(f"This is no address that can be asked: {_cut(draft.url)}") from error
    if not url.host:
        raise NotARequest(f"This is no host: {_cut(draft.host)}")
    for name, value in draft.headers:
        if any(ord(one) > 0xFF or one in "\0\r\n" for one in value):
            raise NotARequest(f"The header {name} has a character that no header may have.")


def _cut(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:57] + "...")


def answered(exchange: Exchange) -> str:
    """Return the response of an exchange as text."""
    headers = "".join(
        f"{name}: {value}\n"
        for name, value in exchange.response_headers
        if name != "content-length"
    )
    return f"HTTP/1.1 {exchange.status}\n{headers}\n{exchange.response_body}"
