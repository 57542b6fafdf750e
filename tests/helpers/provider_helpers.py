"""What the tests of the provider share: two apps, Ada's requests, her pages, codes and tokens."""

import hashlib
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urlsplit

import httpx
import jwt
from how_many import draws
from hypothesis import settings
from two_apps import LOGIN, WIKI, TwoApps

from labutils.identity.provider.state import Client
from labutils.identity.tokens import b64

CALLBACK, VERIFIER, STATE = WIKI + "/cb", "v" * 43, "a state & more: <ü>"
PASSWORD = "analytical-engine-1843"
CHALLENGE = b64(hashlib.sha256(VERIFIER.encode()).digest())
PKCE = {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}
NO_PKCE = dict.fromkeys(PKCE)
SECRETS = {
    "wiki": "the-wiki-keeps-this-to-itself",
    "plain": "plain-secret",
    "api": "the-api-asks-with-this",
    "notes": None,
}
MANY = settings(max_examples=draws(250), deadline=None, derandomize=True, database=None)


def fresh(**settings: object) -> TwoApps:
    """Two apps, where Ada has signed in and said yes to the wiki.

    `plain` is a confidential client that need not use PKCE.
    """
    apps = TwoApps("tests", **settings)
    apps.provider.clients["plain"] = Client(
        "plain",
        (CALLBACK, CALLBACK + "?app=1"),
        SECRETS["plain"],
        id_token_alg="RS256",
        require_pkce=False,
        post_logout_redirect_uris=(WIKI + "/bye?app=1",),
    )
    apps.sign_in()
    return apps


def question(**changes: str | None) -> dict[str, str]:
    """An authorization request of the wiki, with members changed or (None) left out."""
    whole = {
        "response_type": "code",
        "client_id": "wiki",
        "redirect_uri": CALLBACK,
        "scope": "openid profile offline_access",
        "state": STATE,
        "nonce": "a nonce",
        **PKCE,
        **changes,
    }
    return {name: value for name, value in whole.items() if value is not None}


def ask(browser: httpx.Client, /, **changes: str | None) -> httpx.Response:
    return browser.get(LOGIN + "/authorize", params=question(**changes))


def post(browser: httpx.Client, /, **changes: str | None) -> httpx.Response:
    return browser.post(LOGIN + "/authorize", data=question(**changes))


def error_of(response: httpx.Response) -> tuple[int, str | None]:
    """Status and registered error code of a refusal in JSON, which no cache may keep."""
    assert (response.headers["cache-control"], response.headers["content-type"]) == (
        "no-store",
        "application/json",
    )
    return response.status_code, response.json().get("error")


def code_for(apps: TwoApps, browser: str = "ada", **changes: str | None) -> str:
    """A code for Ada's wiki, or for another client; consent is given where it is asked for."""
    browser = getattr(apps, browser)
    response = ask(browser, **changes)
    if response.status_code == 200:
        response = post(browser, csrf=csrf(response), consent="allow", **changes)
    return dict(parse_qsl(urlsplit(response.headers["location"]).query))["code"]


def peek(token: str) -> dict[str, object]:
    """The claims of a token, as anybody reads them."""
    return jwt.decode(token, options={"verify_signature": False})


def csrf(page: httpx.Response) -> str:
    return Page(page).fields["csrf"]


class Page(HTMLParser):
    """The text and the hidden fields of a page.

    A tag that a page of ours never holds is an injection.
    """

    def __init__(self, response: httpx.Response):
        super().__init__()
        self.fields, self.text = {}, ""
        assert response.headers["content-type"] == "text/html; charset=utf-8"
        assert "frame-ancestors 'none'" in response.headers["content-security-policy"]
        self.feed(response.text)

    def handle_starttag(self, tag, attrs):
        assert tag in (
            "html",
            "head",
            "meta",
            "title",
            "body",
            "main",
            "h1",
            "p",
            "strong",
            "form",
            "input",
            "button",
            "label",
        )
        assert not [name for name, _ in attrs if name.startswith("on")]
        if tag == "input" and dict(attrs).get("type") == "hidden":
            assert dict(attrs)["name"] not in self.fields
            self.fields[dict(attrs)["name"]] = dict(attrs)["value"]

    def handle_data(self, data):
        self.text += data


def tokens_of(
    apps: TwoApps, client: str = "wiki", browser: str = "ada", **changes: str | None
) -> dict:
    """The token endpoint's answer to a fresh code."""
    form = {
        "grant_type": "authorization_code",
        "redirect_uri": CALLBACK,
        "code_verifier": VERIFIER,
        "code": code_for(apps, browser, client_id=client, **changes),
    }
    return apps.ada.post(LOGIN + "/token", data=form, auth=(client, SECRETS[client])).json()
