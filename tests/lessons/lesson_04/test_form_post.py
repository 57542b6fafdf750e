"""Lesson 04: an ID token that somebody else posts in the form."""

from labutils.identity.tokens import inspect, verify_signature
from labutils.lessons.lesson_04 import tom_posts, with_eager_wiki
from labutils.stage.two_apps import LOGIN, WIKI


def adas_token():
    apps = with_eager_wiki()
    apps.sign_in("ada", WIKI)
    token = apps.wiki.latest_session()["id_token"]
    return token, apps.ada.get(LOGIN + "/jwks").json()


def test_without_a_nonce_tom_is_whoever_the_token_is_about():
    token, keys = adas_token()

    def by_signature(token, _nonce):
        verify_signature(token, keys)
        return inspect(token).claims

    page = tom_posts(by_signature, token)
    assert page.json() == {"hello": "u-1815"}


def test_the_nonce_is_that_of_toms_own_sign_in():
    token, _ = adas_token()
    sent = []

    def by_nonce(token, nonce):
        sent.append(nonce)
        if inspect(token).claims["nonce"] != nonce:
            raise ValueError("another sign-in")
        return inspect(token).claims

    page = tom_posts(by_nonce, token)
    assert page.status_code == 401 and page.json() == {"error": "ValueError: another sign-in"}
    assert sent[0] and sent[0] != inspect(token).claims["nonce"]
