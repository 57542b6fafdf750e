"""What lesson 11 shows of its own: a stopped request, the day of the switch, and her page."""

import pytest

from labutils.classroom.course import lesson
from labutils.identity import dpop
from labutils.lessons.lesson_11 import start
from labutils.lessons.lesson_11.bound_tokens import apps_with_dpop, dpop_headers
from labutils.lessons.lesson_11.guarded_api import ONE_SECOND, guarded_by, one_second_in_her_page
from labutils.lessons.lesson_11.rollout import answer_of, copies_after_the_switch
from labutils.lessons.lesson_11.stopped_request import USES, used
from labutils.stage.two_apps import API

START = "from labutils.lessons.lesson_11.start import *\n"


def course(identifier):
    """The course's own answer to an exercise, as a notebook of this lesson has it."""
    names = {}
    exec(START + lesson(identifier[:2]).items[identifier].solution, names)
    return names["trade_cookie" if identifier == "06-3" else "check_proof"]


def whole(proof, request):
    return dpop.check(proof, **request)


def test_her_request_on_the_wire_has_a_header_that_toms_lacks():
    apps, token = start.her_token()
    hers = next(one for one in reversed(apps.lab.wire) if one.url == API + "/me")
    assert "dpop" in dict(hers.request_headers)
    answer = apps.tom.get(API + "/me", headers=start.bearer(token))
    assert answer.status_code == 401
    assert "dpop" not in dict(apps.lab.wire[-1].request_headers)


def test_a_stopped_request_opens_once_and_only_where_it_was_made_for():
    statuses = {use.words: answer.status_code for use, answer in used()}
    assert [words for words, status in statuses.items() if status == 200] == [
        "her request, as it was",
        "with ?all=1 after it",
    ]
    assert len(statuses) == len(USES) and set(statuses.values()) == {200, 401}


def test_each_use_of_a_stopped_request_is_refused_for_its_own_reason():
    refused = [answer.json()["error_description"] for _, answer in used() if answer.is_error]
    assert len(set(refused)) == len(refused) == 5


def test_the_questions_options_are_one_letter_for_each_use():
    for guess in lesson("11").items["11-p27"].guesses.values():
        assert len(guess.value) == len(USES)


def test_after_the_switch_three_of_four_copies_still_open():
    rows = copies_after_the_switch(course("06-3"))
    opens = [row["Tom's copy"] for row in rows if row["he gets"] == "her data"]
    item = lesson("11").items["11-p29"]
    assert opens == item.guesses[item.truth].value
    assert "bound to a different key" in rows[1]["he gets"]


@pytest.mark.parametrize("traded", [None, "token", lambda: 1])
def test_a_trade_that_gives_no_answer_stops_nothing(traded):
    assert answer_of(traded) == {}
    rows = copies_after_the_switch(lambda *_: traded)
    assert rows[-1]["he gets"] != "her data"


@pytest.mark.parametrize("check", [whole, course("11-4")], ids=["the course's", "the solution"])
def test_one_second_in_her_page_is_worth_three_hours(check):
    rows = one_second_in_her_page(check)
    assert [row["when"] for row in rows if row["your API"] != "lets him in"] == ["2 minutes later"]
    assert rows[-1]["when"] == "3 hours later"


def test_a_check_that_refuses_everybody_lets_nobody_in_and_its_words_are_the_apis():
    def nobody(_proof, _request):
        raise ValueError("not today")

    assert {row["your API"] for row in one_second_in_her_page(nobody)} == {"not today"}


def test_an_api_with_ones_own_check_still_wants_the_scheme_and_remembers_names():
    apps = apps_with_dpop(api=guarded_by(course("11-4")))
    token = apps.notes.latest_session()["access_token"]
    assert apps.tom.get(API + "/me", headers=start.bearer(token)).status_code == 401
    assert apps.notes.read().status_code == 200
    proof = apps.notes.key.prove("GET", API + "/me", token=token)
    answers = [apps.tom.get(API + "/me", headers=dpop_headers(token, proof)) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 401]


def test_each_moment_of_the_question_is_one_of_the_table():
    values = [guess.value for guess in lesson("11").items["11-p28"].guesses.values()]
    assert set(values) <= set(ONE_SECOND)
