"""Attack and defence, each asserted: `accepts` fails when the door stays shut, `refuses` fails when it opens."""
import json
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from labutils.text import shown


class Refused(Exception):
    """An HTTP answer of 400 or more, with its status."""

    def __init__(self, response: httpx.Response):
        self.status = response.status_code
        super().__init__(f"{self.status} {_reason(response)}")


def _reason(response: httpx.Response) -> str:
    if response.headers.get("content-type") == "application/json":
        body = response.json()
        return ": ".join(body[name] for name in ("error", "error_description", "rule", "reason") if name in body)
    return "(a page)" if "<" in response.text else response.text


def opened(response: httpx.Response) -> httpx.Response:
    """The response, if the door opened. Raises Refused for a status of 400 or more."""
    if response.status_code >= 400:
        raise Refused(response)
    return response


def accepts(result: object) -> None:
    """Say that something was let through: an HTTP response, or what a verifier returned. Raises Refused where it was not."""
    if isinstance(result, httpx.Response):
        url = opened(result).url
        print(f"accepted: {result.status_code} {result.request.method} {url.host}{url.path}")
    else:
        print(f"accepted: {shown(result if isinstance(result, str) else json.dumps(result, default=str), 90)}")


@contextmanager
def refuses(*expected: type[BaseException] | int) -> Iterator[None]:
    """Say why something was refused: by one of these exception classes, or (with `opened`) one of these HTTP statuses.

    Raises AssertionError where nothing was refused; any other exception goes on its way.
    """
    kinds = tuple(kind for kind in expected if not isinstance(kind, int))
    try:
        yield
    except (*kinds, Refused) as error:
        if not isinstance(error, kinds) and error.status not in expected:
            raise
        name = "" if isinstance(error, Refused) else f"{type(error).__name__}: "
        print(f"refused: {name}{shown(str(error), 160)}")
    else:
        raise AssertionError("nothing was refused: this door is open (or is opened(...) missing?)")
