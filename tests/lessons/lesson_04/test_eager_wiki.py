"""The eager wiki, and the two wikis of the target: what they take, refuse, and say of each."""

import new_learner
import pytest
from tables import table

from labutils.identity.tokens import b64, json_part
from labutils.lab import SceneError
from labutils.lessons.lesson_04.eager_wiki import EAGER, with_eager_wiki
from labutils.lessons.lesson_04.two_wikis import MOST_REFUSALS, NORTH, SOUTH, board
from labutils.stage.two_apps import NOTES, WIKI


@pytest.fixture
def apps():
    """The lesson's applications, and Ada signed in at the real wiki."""
    apps = with_eager_wiki()
    apps.sign_in("ada", WIKI)
    return apps


def test_whoever_brings_an_access_token_of_adas_is_ada_at_the_eager_wiki(apps):
    apps.sign_in("ada", NOTES)
    token = apps.notes.latest_session()["access_token"]
    answer = apps.tom.post(EAGER + "/token", data={"token": token})
    assert answer.status_code == 303 and answer.headers["location"] == "/page"
    assert apps.tom.get(EAGER + "/page").json() == {"hello": "u-1815"}


def test_a_token_that_the_provider_does_not_know_opens_nothing(apps):
    assert apps.tom.post(EAGER + "/token", data={"token": "x"}).status_code == 401
    assert apps.tom.get(EAGER + "/page").status_code == 401
    elsewhere = apps.tom.get(EAGER + "/elsewhere")
    assert elsewhere.status_code == 404 and "/token, /page" in elsewhere.text


@pytest.fixture
def scene():
    """The two wikis, which nobody has tried."""
    new_learner.begin()
    yield board()
    new_learner.begin()


def posted(scene, wiki, token):
    scene.tom.get(wiki + "/login")
    return scene.tom.post(wiki + "/cb", data={"id_token": token})


def in_parts(token):
    return token.split(".")


FORGED = {
    "half a token": lambda token: token[: len(token) // 2],
    "another signature": lambda token: ".".join([*in_parts(token)[:2], b64(b"x" * 64)]),
    "other claims": lambda token: ".".join(
        [in_parts(token)[0], json_part({"sub": "u-1815", "aud": "wiki"}), in_parts(token)[2]]
    ),
    "no algorithm": lambda token: f"{json_part({'alg': 'none'})}.{in_parts(token)[1]}.",
}


@table("forged", FORGED.values(), ids=FORGED)
def test_a_token_that_the_provider_did_not_sign_is_refused_by_both(forged):
    new_learner.begin()
    scene = board()
    token = forged(scene.ada_signs_in_at("a-wiki")["id_token"])
    for wiki in (NORTH, SOUTH):
        answer = posted(scene, wiki, token)
        assert answer.status_code == 401 and "the signature is refused" in answer.text


def test_an_id_token_of_yesterday_is_refused_by_both(scene):
    token = scene.ada_signs_in_at("b-wiki")["id_token"]
    scene._apps.lab.clock.tick(86_400)
    for wiki in (NORTH, SOUTH):
        assert "issuer or time" in posted(scene, wiki, token).text


def test_after_three_refusals_one_wiki_is_locked_and_the_other_is_not(scene):
    statuses = [posted(scene, NORTH, "x").status_code for _ in range(MOST_REFUSALS + 1)]
    assert statuses == [401] * MOST_REFUSALS + [429]
    assert posted(scene, SOUTH, "x").status_code == 401


def test_a_form_without_a_sign_in_is_no_refusal_that_counts(scene):
    for _ in range(MOST_REFUSALS + 1):
        answer = scene.tom.post(SOUTH + "/cb", data={"id_token": "x"})
        assert answer.status_code == 401 and "GET /login first" in answer.text


def test_a_wiki_that_is_none_costs_a_sentence_and_no_try(scene):
    for act in (lambda: scene.begin("west"), lambda: scene.post("", "x")):
        with pytest.raises(SceneError, match="There are two: 'north' and 'south'"):
            act()
    scene.begin("south")
    assert "the signature is refused" in scene.post("south", "x")["error"]
