"""The eager wiki: what it takes, what it refuses, and what it says of each."""

import pytest
from tables import table

from labutils.identity.tokens import b64, json_part
from labutils.lessons.lesson_04.eager_wiki import EAGER, MOST_REFUSALS, with_eager_wiki
from labutils.stage.two_apps import WIKI


@pytest.fixture
def apps():
    """The lesson's applications, and Ada signed in at the real wiki."""
    apps = with_eager_wiki()
    apps.sign_in("ada", WIKI)
    return apps


def in_parts(token):
    return token.split(".")


FORGED = {
    "half a token": lambda token: token[: len(token) // 2],
    "a token twice": lambda token: token * 2,
    "another signature": lambda token: ".".join([*in_parts(token)[:2], b64(b"x" * 64)]),
    "other claims": lambda token: ".".join(
        [in_parts(token)[0], json_part({"sub": "u-1815", "aud": "wiki"}), in_parts(token)[2]]
    ),
    "no algorithm": lambda token: f"{json_part({'alg': 'none'})}.{in_parts(token)[1]}.",
}


@table("forged", FORGED.values(), ids=FORGED)
def test_a_token_that_the_provider_did_not_sign_is_refused_and_the_reason_is_said(forged, apps):
    wiki = apps.lab.hosts["eager.example"]
    wiki.refusals = 0  # another row has none
    token = forged(apps.wiki.latest_session()["id_token"])
    answer = apps.tom.post(EAGER + "/id-token", data={"token": token})
    assert answer.status_code == 401 and "The token is refused: " in answer.text
    assert wiki.refusals == 1


def test_the_id_token_of_the_wiki_signs_in_whoever_brings_it(apps):
    token = apps.wiki.latest_session()["id_token"]
    answer = apps.tom.post(EAGER + "/id-token", data={"token": token})
    assert answer.status_code == 303 and answer.headers["location"] == "/page"
    assert apps.tom.get(EAGER + "/page").json() == {"hello": "u-1815"}


def test_an_id_token_of_yesterday_is_refused(apps):
    token = apps.wiki.latest_session()["id_token"]
    apps.lab.clock.tick(86_400)
    answer = apps.tom.post(EAGER + "/id-token", data={"token": token})
    assert answer.status_code == 401 and "issuer or time" in answer.text


def test_after_three_refusals_it_is_locked(apps):
    statuses = [
        apps.tom.post(EAGER + "/id-token", data={"token": "x"}).status_code
        for _ in range(MOST_REFUSALS + 1)
    ]
    assert statuses == [401] * MOST_REFUSALS + [429]


def test_nobody_is_signed_in_without_a_cookie_and_another_path_is_named(apps):
    stranger = apps.lab.browser("stranger", "203.0.113.9")
    assert stranger.get(EAGER + "/page").status_code == 401
    elsewhere = stranger.get(EAGER + "/elsewhere")
    assert elsewhere.status_code == 404 and "/token, /id-token, /page" in elsewhere.text
