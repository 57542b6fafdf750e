"""The target of lesson 11 says what happened, and gives nothing away early."""

import pytest

from labutils.identity.oauth import bearer
from labutils.lessons.lesson_11.bound_tokens import dpop_headers
from labutils.lessons.lesson_11.protected_notes import CLOSED, FLAG, Page
from labutils.stage.two_apps import API, LOGIN

DOORS = ("/notes", "/export", "/v1/notes")


def test_before_ada_has_left_no_answer_holds_the_flag():
    scene = Page()
    proof = scene.sign("GET", API + "/export", token=scene.token)
    answer = scene.tom.get(API + "/export", headers=dpop_headers(scene.token, proof))
    assert answer.json()["flag"] == "you get it when Ada has closed the page"
    assert all(FLAG not in exchange.response_body for exchange in scene._apps.lab.wire)


@pytest.mark.parametrize("door", ["/notes", "/export"])
def test_a_door_without_a_token_stays_shut(door):
    scene = Page()
    scene.leave()
    answer = scene.tom.get(API + door)
    assert answer.status_code == 401 and FLAG not in answer.text


def test_when_the_page_is_closed_its_key_and_its_browser_are_gone_and_a_sentence_says_so(capsys):
    scene = Page()
    before = scene.now
    scene.leave()
    assert scene.now - before == CLOSED
    assert scene.sign("GET", API + "/export") == ""
    assert scene.visit(LOGIN + "/authorize", scene.link) is None
    assert capsys.readouterr().out.count("Ada has closed the page.") == 2


def test_a_token_that_is_bound_to_nothing_reads_no_notes_at_all():
    scene = Page()
    token = scene._apps.machine_token(scene.tom)
    scene.leave()
    answer = scene.tom.get(API + "/export", headers=bearer(token))
    assert answer.status_code == 401
    assert answer.json()["error_description"] == "this endpoint takes bound tokens only"


def test_a_bound_token_without_a_proof_opens_neither_door_and_no_other_one_is_there():
    scene = Page()
    scene.leave()
    answers = [scene.tom.get(API + door, headers=bearer(scene.token)) for door in DOORS]
    assert [answer.status_code for answer in answers] == [401, 401, 404]


def test_the_api_answers_at_its_old_door_too():
    scene = Page()
    assert scene._apps.notes.read().json()["sub"] == "u-1815"
