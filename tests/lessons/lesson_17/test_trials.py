"""Lesson 17: of eight names at one address one is tied to the intruder, and each other is told
why it is not."""

import pytest
from solutions import made

from labutils.classroom import exercises
from labutils.classroom.course import lesson
from labutils.lab import SceneError
from labutils.lessons.lesson_17 import DAY, called_in, print_eviction
from labutils.lessons.lesson_17.trials import BY_CHANCE

ADDRESS = "203.0.113.61"
SESSION_OF, SECOND = made("17-6")["tied"].values()


def verdict(tied):
    return exercises.verdict(lesson("17").items["17-6"], tied)[0]


def came_first(incident):
    """When a program's account is first at the intruder's address."""
    programs = {name for names in incident.programs.values() for name in names}
    lines = (line for line in incident.lines if line.address == ADDRESS and line.who in programs)
    return min(line.time for line in lines)


def test_the_answer_is_the_session_that_was_taken_and_where_it_went_on():
    incident = called_in()
    his = [line for line in incident.lines if incident.is_his(line) and line.who == SESSION_OF]
    assert {line.address for line in his} == {ADDRESS, SECOND}
    assert f"session of {SESSION_OF}" in incident.drawn.credentials
    assert verdict({"name": SESSION_OF, "second address": SECOND}).kind == "passed"


def test_every_other_name_has_its_reason():
    incident = called_in()
    first = came_first(incident)
    there = [line for line in incident.lines if line.address == ADDRESS]
    programs = {name for names in incident.programs.values() for name in names}
    people = {line.who for line in there} - programs
    assert people == {SESSION_OF, *(name for some in BY_CHANCE.values() for name in some)}
    for name in BY_CHANCE["in person"]:
        assert any("session.start" in line.action for line in there if line.who == name)
    for name in BY_CHANCE["another week"]:
        assert all(abs(line.time - first) > 7 * DAY for line in there if line.who == name)
    for name in BY_CHANCE["one line"]:
        (line,) = [line for line in there if line.who == name]
        assert 0 < first - line.time < DAY


@pytest.mark.parametrize(
    ("tied", "mistake"),
    [
        *(
            ({"name": name, "second address": SECOND}, why)
            for why, some in BY_CHANCE.items()
            for name in some
        ),
        ({"name": "svc-planner", "second address": SECOND}, "nobody"),
        ({"name": "O.Lindqvist", "second address": SECOND}, "nobody"),
        ({"name": ["o.lindqvist"], "second address": SECOND}, "nobody"),
        ({"name": SESSION_OF, "second address": ADDRESS}, "address"),
        ({"name": SESSION_OF, "second address": "198.18.16.83"}, "address"),
        ({"name": SESSION_OF, "second address": None}, "address"),
        ({"name": SESSION_OF}, "form"),
        (SESSION_OF, "form"),
        ((SESSION_OF, SECOND), "form"),
    ],
    ids=repr,
)
def test_what_is_not_tied_to_him_is_told_why(tied, mistake):
    assert verdict(tied).mistake == mistake


@pytest.mark.parametrize(
    "acts",
    [
        [("burn", "svc-planner", 1.0)],
        [("replace", "svc-planner")],
        [["replace", "svc-planner", 1.0]],
        [("replace", 7, 1.0)],
        [("replace", "svc-planner", "now")],
        [("replace", "svc-planner", float("nan"))],
        [("replace", "svc-planner", float("inf"))],
        ["replace"],
    ],
    ids=repr,
)
def test_what_is_no_act_is_told_so_in_a_sentence(acts):
    with pytest.raises(SceneError, match="An act is a tuple such as"):
        print_eviction(called_in(), acts)


def test_what_others_lose_is_printed(capsys):
    start = called_in().now + 60
    assert print_eviction(called_in(), [("disable", "svc-planner", start)]) == "more"
    assert "others lost" in capsys.readouterr().out


def test_a_time_that_is_no_number_of_seconds_is_told_so_and_played_by_nobody():
    with pytest.raises(SceneError, match="An act comes within a week"):
        print_eviction(called_in(), [("replace", "svc-planner", 1000 * called_in().now)])
