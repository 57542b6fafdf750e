"""Lesson 16: an app that nobody installed, at the telephone, in the log and at the gate."""

import pytest

from labutils.classroom.course import lesson
from labutils.lessons.lesson_16.look_alike import (
    GENUINE,
    INSTALLED,
    LOOK_ALIKE,
    MAIL_MERGE,
    MEASURES,
    NAME,
    at_the_gate,
    call,
    company_with,
    questions,
    week,
)


def solution_of(identifier, name):
    """The course's answer to an exercise."""
    exercise = lesson(identifier[:2]).items[identifier]
    names = {}
    exec(exercise.imports + exercise.solution, names)
    return names[name]


@pytest.fixture
def device_phish():
    return solution_of("13-7", "device_phish")


@pytest.fixture
def not_installed():
    return solution_of("16-7", "not_installed")


@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.words)
def test_only_an_id_compared_at_both_endpoints_keeps_the_caller_out(measure, device_phish):
    assert call(measure, device_phish) == (measure is not MEASURES[-1])


def test_a_mistake_in_a_function_is_no_measure_that_worked():
    with pytest.raises(NameError):
        call(MEASURES[0], lambda *_: undefined)  # noqa: F821


def test_where_apps_are_compared_by_id_the_refusal_says_why():
    company = company_with(MEASURES[-1])
    answer = company.tom.post(
        "https://login.example/device_authorization", data={"client_id": "screen"}
    )
    assert answer.status_code == 400
    assert answer.json()["error"] == "unauthorized_client"
    assert answer.json()["error_description"] == "no administrator has installed this app"


def test_the_app_that_is_installed_may_connect():
    company = company_with(MEASURES[-1])
    url = "https://login.example/device_authorization"
    assert company.tom.post(url, data={"client_id": "loader"}).is_success


def test_two_ids_differ_in_the_case_of_a_letter_and_share_a_name():
    assert GENUINE != LOOK_ALIKE and GENUINE.lower() == LOOK_ALIKE.lower()
    assert {one["CONNECTED_APP_NAME"] for one in week() if one["CONNECTED_APP_ID"] == GENUINE} == {
        NAME
    }


def test_the_week_has_an_app_of_tom_s_and_an_honest_one_that_nobody_installed(not_installed):
    rows = questions(not_installed)
    assert [(row["person"], row["id"]) for row in rows] == [
        ("ada", LOOK_ALIKE),
        ("joan", MAIL_MERGE),
    ]


def test_every_installed_app_works_in_the_week():
    used = {one["CONNECTED_APP_ID"] for one in week()}
    assert {app[:15] for app in INSTALLED} <= used


def test_the_week_is_in_order_and_no_request_is_twice():
    times = [one["TIMESTAMP_DERIVED"] for one in week()]
    assert times == sorted(times) and len({one["REQUEST_ID"] for one in week()}) == len(times)


def test_the_answer_to_the_exercise_is_a_gate_if_it_stands_at_both_endpoints(
    not_installed, device_phish
):
    assert [row["Tom"] for row in at_the_gate(not_installed, device_phish)] == ["in", "out"]
