"""How long a stolen thing serves: by reaction, by delay, and out of one file (lesson 06)."""

import re

import pytest
from solutions import made, solution_of

from labutils.classroom.course import lesson
from labutils.classroom.exercises import verdict
from labutils.identity.oauth import bearer
from labutils.lessons.lesson_06.attacker_minutes import (
    DEFENCES,
    DELAYS,
    NINETY_DAYS,
    AddressBoundSessions,
    Theft,
    measured,
    sweep,
)
from labutils.lessons.lesson_06.stolen_file import LONG, StolenFile
from labutils.stage.thief import Thief, morning, query
from labutils.stage.two_apps import API, LOGIN, build_apps


def written(identifier: str) -> object:
    """The function of an exercise's model solution, as a cell of the lesson leaves it."""
    return made(identifier)[re.findall(r"def (\w+)", solution_of(identifier))[-1]]


THIEF = Thief(written("06-1"), written("06-2"), written("06-3"))
HOW_LONG = written("06-4")


@pytest.fixture(scope="module")
def worth() -> dict:
    return sweep(THIEF, HOW_LONG)


@pytest.mark.parametrize("item", ["session cookie", "refresh token"])
def test_what_makes_new_tokens_is_worth_the_delay_of_the_defender(worth, item):
    assert [worth[item, delay] for delay in DELAYS] == [delay - 0.5 for delay in DELAYS]


def test_an_access_token_is_worth_its_life_where_nobody_is_asked(worth):
    assert {worth["access token", delay] for delay in DELAYS} == {9.5}
    asked = [worth["access token, API asks", delay] for delay in DELAYS]
    assert asked == [min(delay - 0.5, 9.5) for delay in DELAYS]


def test_what_is_done_about_a_person_does_not_reach_a_machine_token(worth):
    assert {worth["machine token", delay] for delay in DELAYS} == {NINETY_DAYS}


def test_a_code_with_pkce_opens_at_no_time_and_the_provider_says_why():
    minutes = measured(THIEF, HOW_LONG)
    assert {value for (item, _), value in minutes.items() if item == "code"} == {0}
    apps = build_apps("lesson-06")
    answer = THIEF.replay(apps.tom, "code", THIEF.robs(apps))
    assert answer.json()["error_description"].startswith("code_verifier does not match")


def test_a_cookie_that_is_tied_to_an_address_is_refused_as_nobodys():
    apps = build_apps("lesson-06", provider=AddressBoundSessions)
    answer = THIEF.replay(apps.tom, "session cookie", THIEF.robs(apps))
    assert query(answer.headers["location"])["error"] == "login_required"


def test_the_defence_acts_once_and_when_its_time_has_come():
    theft = Theft(THIEF, "session cookie", DEFENCES["Ada logs out"], delay=30)
    assert theft.opens(29) and theft.react is not None
    assert not theft.opens(31) and theft.react is None


def test_the_file_holds_no_password_and_no_form():
    apps = build_apps("lesson-06")
    assert "analytical-engine" not in str(morning(apps))


def test_the_operator_responds_in_the_first_wait_and_days_are_counted():
    scene = StolenFile()
    assert scene.day == 0 and not scene._has_responded
    scene.wait(1)
    assert scene.day == 1 and scene._has_responded
    scene.wait(LONG - 1)
    assert scene.day == LONG


@pytest.mark.parametrize("days", ["400", 0, -1, 1001, None])
def test_a_wait_that_is_no_number_of_days_is_said_and_nothing_passes(days, capsys):
    scene = StolenFile()
    scene.wait(days)
    assert "Give a number of days" in capsys.readouterr().out
    assert scene.day == 0 and not scene._has_responded


@pytest.mark.parametrize("days", [1, LONG])
def test_a_whole_answer_in_the_place_of_the_flag_is_told_so_however_it_is_handed_in(days):
    scene = StolenFile()
    scene.wait(days)
    form, job = {"grant_type": "client_credentials"}, scene.file[-1]["headers"]
    token = scene.tom.post(LOGIN + "/token", data=form, headers=job).json()["access_token"]
    answer = scene.tom.get(API + "/notes", headers=bearer(token))
    said = [
        verdict(lesson("06").target, one)[0].mistake
        for one in (answer, answer.json(), answer.text, answer.content)
    ]
    assert said == ["response"] * 4


def test_a_refusal_in_the_place_of_the_flag_is_called_one_however_it_is_handed_in():
    scene = StolenFile()
    answer = scene.tom.get(API + "/notes", headers=bearer("no-token"))
    said = [
        verdict(lesson("06").target, one)[0].mistake
        for one in (answer, answer.json(), answer.text, answer.content)
    ]
    assert said == ["refused"] * 4
