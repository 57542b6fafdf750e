"""A payroll that believes whoever reads its tokens (lesson 01)."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import httpx
from werkzeug.exceptions import NotFound, Unauthorized
from werkzeug.wrappers import Request, Response

from labutils.identity.oauth import as_json, bearer
from labutils.identity.tokens import unb64 as base64url_decode
from labutils.lab import Lab
from labutils.stage.small_app import SmallApp
from labutils.text import shown

from .logged_tokens import CLAIMS

Read = Callable[[str], Mapping[str, Any] | None]
PEOPLE = {
    CLAIMS["sub"]: {"name": CLAIMS["name"], "salary": CLAIMS["salary"]},
    "u-0001": {"name": "Mary Somerville", "salary": 31_400},  # the head of the company
}


def read(token: str) -> Any:
    """Return what the middle part of a token says, as programs do that nobody finished."""
    middle = token.split(".")[1]
    return json.loads(base64url_decode(middle))


class Payroll(SmallApp):
    """GET /me shows the salary of the person in `sub`. `read` gives the claims of a token."""

    def __init__(self, read: Read):
        self.read = read

    def answer(self, request: Request) -> Response:
        """The page of whoever the token is about."""
        if request.path != "/me":
            raise NotFound("This payroll has one page: /me")
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme != "Bearer":
            raise Unauthorized("Send a token.")
        try:
            person = PEOPLE[dict(self.read(token) or {})["sub"]]
        except Exception as refusal:  # whatever a reader raises
            raise Unauthorized(shown(f"{type(refusal).__name__}: {refusal}", 80)) from refusal
        return as_json(person)


def payroll_page(token: str, reads: Read = read, when: int | None = None) -> httpx.Response:
    """What the payroll answers to somebody who brings this token; `reads` is how it reads one, and
    `when` a later time (in seconds since 1970)."""
    lab = Lab("lesson-01/payroll", "2023-10-18T09:05:00Z")
    if when is not None:
        lab.clock.wait_until(when)
    lab.add("payroll.example", Payroll(reads))
    tom = lab.browser("tom", "203.0.113.66")
    return tom.get("https://payroll.example/me", headers=bearer(token))
