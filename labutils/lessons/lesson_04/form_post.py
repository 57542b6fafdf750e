"""A wiki that gets ID tokens in a form, through the browser, and Tom at its door (lesson 04).

With the response mode form_post, the provider's last page makes the browser post the response to
the client (OAuth 2.0 Form Post Response Mode, 2). So whoever holds the browser may post another.
"""

from collections.abc import Callable, Mapping
from typing import Any

import httpx
from werkzeug.exceptions import NotFound, Unauthorized
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from labutils.identity.oauth import as_json
from labutils.lab import Lab
from labutils.stage import forgeries as forged
from labutils.stage.small_app import SmallApp
from labutils.text import shown

from .id_tokens import ISSUER, NOW

FORM = "https://form.example"
Check = Callable[[str, str], Mapping[str, Any]]


class FormPostWiki(SmallApp):
    """Paths: /login begins a sign-in, /cb takes the form with the ID token, /page says who is
    signed in. `check(token, nonce)` gives the claims of a good token or raises; the nonce is the
    one that this browser's sign-in sent."""

    def __init__(self, lab: Lab, check: Check, host: str = "form.example"):
        self.lab, self.check, self.host = lab, check, host
        self.nonces: dict[str, str] = {}  # by cookie
        self.people: dict[str, str] = {}  # sub by cookie

    def answer(self, request: Request) -> Response:
        """What the wiki says at each of its paths."""
        cookie = request.cookies.get("form", "")
        if request.path == "/login":
            return self.begin()
        if request.path == "/cb":
            return self.sign_in(cookie, request.form.get("id_token", ""))
        if request.path != "/page":
            raise NotFound("This wiki has: /login, /cb, /page")
        if cookie not in self.people:
            raise Unauthorized("Nobody is signed in here.")
        return as_json(self.page(self.people[cookie]))

    def page(self, person: str) -> dict[str, str]:
        """What a person's page says."""
        return {"hello": person}

    def begin(self, provider: str = ISSUER) -> Response:
        """A new nonce, kept under a cookie of this browser. It goes into the request."""
        cookie, nonce = self.lab.draw(self.host), self.lab.draw(self.host)
        self.nonces[cookie] = nonce
        response = redirect(f"{provider}/authorize?nonce={nonce}", code=303)
        response.set_cookie("form", cookie)
        return response

    def sign_in(self, cookie: str, token: str) -> Response:
        """Sign in whoever the token is about, if the check lets it through."""
        if cookie not in self.nonces:
            raise Unauthorized("This browser has not begun a sign-in here: GET /login first.")
        try:
            person = str(self.check(token, self.nonces.pop(cookie))["sub"])
        except Exception as refusal:  # whatever a learner raises
            raise Unauthorized(shown(f"{type(refusal).__name__}: {refusal}", 100)) from refusal
        self.people[cookie] = person
        return redirect("/page", code=303)


def three_checks(verify: Any, meant_for: Any, in_time: Any) -> Check:
    """The checks of a wiki that sends no nonce: signature, issuer and audience, times."""

    def check(token: str, _nonce: str) -> Mapping[str, Any]:
        claims: Mapping[str, Any] = verify(token, forged.KEYS)
        if not meant_for(claims, ISSUER, "wiki"):
            raise ValueError("another issuer, or another audience")
        if not in_time(claims, NOW):
            raise ValueError("not valid at this time")
        return claims

    return check


def form_lab(check: Check, seed: str = "lesson-04/form") -> tuple[Lab, httpx.Client]:
    """A lab with a wiki that signs people in by this check, and Tom's browser in it."""
    lab = Lab(seed, "2023-10-18T09:00:00Z")
    lab.add("form.example", FormPostWiki(lab, check))
    return lab, lab.browser("tom", "203.0.113.66")


def at_form_wiki(check: Check) -> httpx.Client:
    """Tom's browser, in a lab with a wiki that signs people in by this check."""
    return form_lab(check)[1]


def post_in_form(browser: httpx.Client, token: str) -> httpx.Response:
    """Begin a sign-in in this browser, and post this token in the form: the page that it gets, or
    the wiki's refusal."""
    browser.get(FORM + "/login")
    answer = browser.post(FORM + "/cb", data={"id_token": token})
    return browser.get(FORM + "/page") if answer.is_redirect else answer
