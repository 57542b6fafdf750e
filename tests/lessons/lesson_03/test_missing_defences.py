"""Lesson 03's stage: five attacks, each of which gets in where its own defence is missing, and
nowhere else."""

import pytest
from solutions import imports_of, solution_of
from tables import table

from labutils.lessons.lesson_03.missing_defences import (
    CALLBACK,
    DIARY,
    TRAP,
    WORLDS,
    code_from,
    diary,
    inject,
    intercept,
    lure,
    one_client,
    outcomes,
    parameters,
    swap,
    through,
    values_on,
)
from labutils.stage.two_apps import NOTES

ATTACKS = {
    "intercept": {"PKCE"},
    "inject": {"state", "session"},  # neither client knows which browser began
    "swap": {"PKCE"},  # Tom's own session holds the verifier of his own challenge
    "lure": {"state"},
    "redirect_code": {"matching"},
}


def attack(name: str):
    """An attack as the lesson has it; that on redirect URIs as its model solution."""
    namespace: dict = {}
    exec(imports_of("03"), namespace)
    exec(solution_of("03-9"), namespace)
    namespace |= {one.__name__: one for one in (intercept, inject, swap, lure)}
    return namespace[name]


@table("without", WORLDS)
@table("name", ATTACKS)
def test_each_attack_gets_in_where_its_own_defence_is_missing_and_nowhere_else(name, without):
    response = attack(name)(one_client(without=without, code_from=code_from))
    assert (response.status_code < 400) == (without in ATTACKS[name])


def test_the_table_says_the_same():
    for row in outcomes({name: attack(name) for name in ATTACKS}):
        name = row.pop("attack")
        worlds = {"" if one == "nothing" else one for one, word in row.items() if word == "gets in"}
        assert worlds == ATTACKS[name]


@table("without", ["", "PKCE"])
@table("cookie", ["state", "code", "iss"])
def test_adas_answer_opens_nothing_in_toms_browser_whatever_he_read_in_it(cookie, without):
    """RFC 9700, 2.1.1: the verifier is bound to the browser in which the sign-in was begun."""
    apps = one_client(without=without, code_from=code_from)
    seen = apps.opens("ada", NOTES + "/login", until=CALLBACK)
    apps.tom.cookies.set("sign-in", parameters(seen)[cookie], domain="notes.example")
    answer = apps.opens("tom", seen.headers["location"])
    assert answer.status_code == 400 and "the response to a different request" in answer.text
    assert apps.client.tokens == {}
    assert apps.ada.get(seen.headers["location"]).status_code == 303  # hers still opens


def test_the_session_id_stands_in_no_address_and_in_no_page():
    apps = one_client(code_from=code_from)
    apps.opens("ada", NOTES + "/login")
    session_id = apps.ada.cookies["sign-in"]
    assert not any(session_id in e.url + e.request_body + e.response_body for e in apps.lab.wire)


def test_a_session_is_over_once_its_answer_was_taken():
    apps = one_client(code_from=code_from)
    link = apps.opens("ada", NOTES + "/login", until=CALLBACK).headers["location"]
    assert [apps.ada.get(link).status_code for _ in range(2)] == [303, 400]
    assert apps.client.begun == {}


def test_adas_answer_with_her_state_as_toms_cookie_opens_nothing_at_the_diary():
    """The client would redeem it for him, if its session ID were the state."""
    scene = diary()
    seen = scene.ada_signs_in()
    scene.tom.cookies.set("sign-in", parameters(seen)["state"], domain="diary.example")
    answer = scene.tom.get(seen.headers["location"])
    assert answer.status_code == 400 and "the response to a different request" in answer.text
    assert scene.tom.get(DIARY + "/").status_code == 401


@pytest.mark.parametrize("without", WORLDS)
def test_whatever_is_missing_ada_reads_her_notes(without):
    page = one_client(without=without, code_from=code_from).opens("ada", NOTES + "/login")
    assert page.json()["owner"] == "u-1815"


def test_the_client_without_pkce_sends_no_challenge_and_the_one_with_it_no_secret():
    for without in ("", "PKCE"):
        apps = one_client(without=without)
        apps.opens("ada", NOTES + "/login")
        values = values_on(apps.lab.wire)
        assert ("code_challenge" in values) == ("code_verifier" in values) == (without == "")
        seen = through(apps.lab.wire, "ada")
        assert values["code"] in seen and values["access_token"] not in seen


def test_the_target_looks_complete_on_the_wire_and_its_provider_names_no_method_of_pkce():
    scene = diary()
    scene.ada_signs_in()
    assert {"state", "code_challenge", "code_verifier"} <= values_on(scene._apps.lab.wire).keys()
    document = scene.tom.get("https://login.example/.well-known/openid-configuration").json()
    assert "code_challenge_methods_supported" not in document


def test_what_arrives_at_tom_when_ada_opens_a_link_is_told_once_and_nothing_else():
    """The target's scene: addresses below tom.test, those of this link alone."""
    scene = diary()
    assert scene.ada_opens(TRAP) == [TRAP]
    assert scene.ada_opens(NOTES + "/") == []
    assert scene.ada_opens("https://deep.below.tom.test/?x=1") == [
        "https://deep.below.tom.test/?x=1"
    ]
    assert scene.ada_opens("https://nottom.test/") == []
