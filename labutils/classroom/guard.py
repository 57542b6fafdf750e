"""Assert attack and defence.

`accepts` fails when the door stays shut, `refuses` fails when it opens.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeGuard
from urllib.parse import parse_qsl

import httpx

from labutils.text import shown


class Refused(Exception):
    """An error for an HTTP response that refuses, with its status and its reason."""

    def __init__(self, response: httpx.Response):
        self.status = response.status_code
        super().__init__(f"{self.status} {_reason(response)}")


def opened(response: httpx.Response) -> httpx.Response:
    """Return the response, if the door opened.

    Raises Refused for a status of 400 or more, and for a redirect that carries an error back to
    the client (RFC 6749, 4.1.2.1); any other redirect counts as open. Raises TypeError for what is
    no HTTP response.
    """
    if not isinstance(response, httpx.Response):
        raise TypeError(
            f"opened(...) takes an HTTP response, but this is: {shown(repr(response), 90)}"
        )
    if response.status_code >= 400 or "error" in _carried_back(response):
        raise Refused(response)
    return response


def accepts(result: object) -> None:
    """Print that something was let through: an HTTP response, or what a verifier returned.

    Raises Refused for a response that refuses (see `opened`). Raises AssertionError where nothing
    came through: None, False, an empty value, the `...` of an exercise that nobody has attempted,
    or an exception that was returned.
    """
    if isinstance(result, httpx.Response):
        url = opened(result).url
        print(f"accepted: {result.status_code} {result.request.method} {url.host}{url.path}")
        return
    if not result or result is ... or isinstance(result, BaseException):
        raise AssertionError(f"nothing got through: what came back is {shown(repr(result), 90)}")
    text = result if isinstance(result, str) else json.dumps(result, default=str)
    print(f"accepted: {shown(text, 90)}")


@contextmanager
def refuses(*expected: type[Exception] | int) -> Iterator[None]:
    """Print why the body was refused.

    It is refused by one of these exception classes or a subclass of it, or (with `opened`) by one
    of these HTTP statuses. Raises AssertionError where nothing was refused. Any other exception
    goes on its way. An AssertionError of the body does so too, unless a class of assertions is
    expected: a failed check is not a refusal. Raises TypeError, and does not run the body, where
    something else is expected than exception classes and statuses, or nothing at all.
    """
    statuses = [kind for kind in expected if isinstance(kind, int)]
    kinds = tuple(kind for kind in expected if _is_exception_class(kind))
    if not expected or len(statuses) + len(kinds) < len(expected):
        raise TypeError(
            "refuses(...) takes exception classes such as jwt.PyJWTError, or statuses such as 403"
        )
    assertion_expected = any(issubclass(kind, AssertionError) for kind in kinds)
    refusals: tuple[type[Exception], ...] = (*kinds, Refused)
    try:
        yield
    except refusals as error:
        status = error.status if isinstance(error, Refused) else None
        if not isinstance(error, kinds) and status not in statuses:
            raise
        if isinstance(error, AssertionError) and not assertion_expected:
            raise
        name = "" if isinstance(error, Refused) else f"{type(error).__name__}: "
        print(f"refused: {name}{shown(str(error), 160)}")
    else:
        raise AssertionError("nothing was refused: this door is open (or is opened(...) missing?)")


def _is_exception_class(kind: object) -> TypeGuard[type[Exception]]:
    return isinstance(kind, type) and issubclass(kind, Exception)


def _reason(response: httpx.Response) -> str:
    """Why a response refuses: the error that it names, else its text, else that it is a page."""
    said = _carried_back(response) or _json_object(response)
    names = ("error", "error_description", "rule", "reason")
    parts = [str(said[name]) for name in names if name in said]
    return ": ".join(parts) or ("(a page)" if "<" in response.text else response.text)


def _carried_back(response: httpx.Response) -> dict[str, str]:
    """The parameters that a redirect carries in its address."""
    if not response.has_redirect_location:
        return {}
    return dict(parse_qsl(response.headers["location"].partition("#")[0].partition("?")[2]))


def _json_object(response: httpx.Response) -> dict[str, object]:
    """The members of a JSON body; none where the body is something else."""
    try:
        body = response.json()
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}
