"""Tom's host, as a learner writes it (lesson 13)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from wsgiref.types import StartResponse, WSGIEnvironment

import httpx
from werkzeug.wrappers import Request, Response

from labutils.incident.relay import target

FAKE = "https://login-example.test"


@dataclass(frozen=True)
class Asked:
    """A request of Ada's browser at Tom's host: `path` is with the query, and `form` what she
    typed, with the hidden fields of the page."""

    method: str
    path: str
    form: dict[str, str]


# What a learner writes in 13-10: Tom's browser, a request of Ada's, and what Tom keeps. It returns
# the status, the address that Ada is sent to or an empty text, and the page.
RelayFunction = Callable[[httpx.Client, Asked, dict[str, str]], tuple[int, str, str]]


class OwnRelay:
    """A WSGI app that answers with a learner's function. `network` is Tom's browser, and `kept`
    what the function kept. `page` may change a page before Ada sees it. One victim at a time.
    """

    def __init__(
        self, network: httpx.Client, relay: RelayFunction, page: Callable[[str], str] = str
    ):
        self.network, self.relay, self.page = network, relay, page
        self.kept: dict[str, str] = {}

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        self.network.headers["user-agent"] = request.headers.get("user-agent", "")
        asked = Asked(request.method, target(environ), request.form.to_dict())
        status, location, page = self.relay(self.network, asked, self.kept)
        headers = {"location": location} if location else {}
        shown = Response(self.page(page), status, headers, content_type="text/html")
        return shown(environ, start_response)
