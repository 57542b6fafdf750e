"""Lesson 03's stage: three attacks, each of which gets in where its own defence is missing, and
nowhere else."""

import pytest

from labutils.classroom.lessons import lesson_03
from labutils.classroom.plates.sequence import channels
from labutils.stage.missing_defences import (
    NAMES,
    code_from,
    diary,
    one_client,
    through,
    values_on,
)
from labutils.stage.two_apps import NOTES

ATTACKS = {"intercept": "PKCE", "lure": "state", "redirect_code": "matching"}


def attack(name: str):
    """An attack as the model solution has it."""
    namespace: dict = {}
    exec(lesson_03.TOOLS, namespace)
    for solution in (lesson_03.INTERCEPT, lesson_03.LURE, lesson_03.TRAP):
        exec(solution, namespace)
    return namespace[name]


@pytest.mark.parametrize("without", ["", "PKCE", "state", "matching"])
@pytest.mark.parametrize("name", ATTACKS)
def test_each_attack_gets_in_where_its_own_defence_is_missing_and_nowhere_else(name, without):
    response = attack(name)(one_client(without=without, code_from=code_from))
    assert (response.status_code < 400) == (without == ATTACKS[name])


@pytest.mark.parametrize("without", ["", "PKCE", "state", "matching"])
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
    assert {"state", "code_challenge", "code_verifier"} <= values_on(scene.scene.lab.wire).keys()
    document = scene.tom.get("https://login.example/.well-known/openid-configuration").json()
    assert "code_challenge_methods_supported" not in document


def test_the_picture_tells_the_channels_apart_and_names_both_posts():
    apps = one_client()
    apps.opens("ada", NOTES + "/login")
    hosts = ["ada", "notes.example", "login.example", "api.example"]
    figure, sentence = channels(apps.lab.wire, hosts, ["ada"], NAMES)
    words = [text.get_text() for text in figure.axes[0].texts]
    assert words.count("POST /authorize   200") == words.count("POST /authorize   303") == 1
    assert {"login", "consent", "token request", "authorization response"} <= set(words)
    assert "through Ada's browser: 6." in sentence and "past the browser: 3." in sentence
