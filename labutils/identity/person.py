"""Act as a person at a browser: read a page, fill in its form, sign in, say yes or no."""

import json
from collections.abc import Callable
from html.parser import HTMLParser

import httpx

from labutils.identity.keys import Json

MOST_PAGES = 20  # that a person goes through to sign in


class Form(HTMLParser):
    """The one form of a page.

    `action` is where it is sent; `hidden` are the fields that the page fills in itself, by name;
    `asked` are the names of the fields and buttons that are left to the person; `options` is what
    the page asks a security key (the attribute data-options), or empty.
    """

    def __init__(self, page: str):
        super().__init__()
        self.action = ""
        self.hidden: dict[str, str] = {}
        self.asked: set[str] = set()
        self.options: Json = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what a tag says about the form; HTMLParser calls this for each tag."""
        attributes = {name: value or "" for name, value in attrs}
        name = attributes.get("name", "")
        if attributes.get("data-options"):
            self.options = json.loads(attributes["data-options"])
        if tag == "form":
            self.action = attributes.get("action", "")
        elif tag == "input" and attributes.get("type") == "hidden":
            self.hidden[name] = attributes.get("value", "")
        elif tag in ("input", "button") and name:
            self.asked.add(name)


def fill(browser: httpx.Client, page: httpx.Response, **typed: str) -> httpx.Response:
    """Send the one form of a page, with what was typed into it."""
    return submit(browser, page, Form(page.text), typed)


def submit(
    browser: httpx.Client, page: httpx.Response, form: Form, typed: dict[str, str]
) -> httpx.Response:
    """Send a form that was read from a page, with what was typed into it."""
    return browser.post(page.url.join(form.action), data=form.hidden | typed)


def sign_in(
    browser: httpx.Client,
    url: str,
    username: str,
    password: str,
    *,
    allow: bool = True,
    answer: Callable[[httpx.Response], str] | None = None,
    until: str | None = None,
) -> httpx.Response:
    """Act as a person who opens an address, signs in, and answers the consent page.

    `answer` is what the person, or the browser, gives to the page of a second factor; without one
    that page is the last. With `until` it stops at the redirect whose address begins so, and does
    not follow it. Returns the last response.
    """
    page = browser.get(url)
    for _ in range(MOST_PAGES):
        if page.next_request is not None:
            if until is not None and page.headers["location"].startswith(until):
                return page
            page = browser.send(page.next_request)
            continue
        form = Form(page.text)
        if "password" in form.asked and page.status_code == 200:
            page = submit(browser, page, form, {"username": username, "password": password})
        elif "ticket" in form.hidden and answer is not None:
            page = submit(browser, page, form, {"answer": answer(page)})
        elif "consent" in form.asked:
            page = submit(browser, page, form, {"consent": "allow" if allow else "deny"})
        else:
            return page
    return page
