"""What a browser asks of the served provider, and what it is shown."""

import hashlib
from urllib.parse import parse_qsl, urlsplit

import httpx

from labutils.identity.course_provider import CALLBACK
from labutils.identity.tokens import b64

SITE, VERIFIER, EXPENSES = "http://127.0.0.1:9007", "v" * 43, "https://expenses.example/cb"


ADA = {"username": "ada", "password": "lab-password"}


def question(**changes: str) -> dict[str, str]:
    challenge = b64(hashlib.sha256(VERIFIER.encode()).digest())
    return {
        "response_type": "code",
        "client_id": "spa",
        "redirect_uri": CALLBACK,
        "scope": "openid",
        "state": "s",
        "nonce": "n",
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        **changes,
    }


def answer(response: httpx.Response) -> dict[str, str]:
    """What the client is told."""
    assert response.status_code == 303, response.text
    return dict(parse_qsl(urlsplit(response.headers["location"]).query))


def is_login_page(response: httpx.Response) -> bool:
    return response.status_code == 200 and 'name="password"' in response.text


def is_consent_page(response: httpx.Response) -> bool:
    return response.status_code == 200 and 'name="consent"' in response.text
