"""Lesson 17: one name of those at his addresses is tied to the intruder, and each other is told why
it is not."""

import pytest
from solutions import made

from labutils.classroom import exercises
from labutils.classroom.course import lesson
from labutils.lab import SceneError
from labutils.lessons.lesson_17.start import play
from labutils.lessons.lesson_17.trials import BY_CHANCE
from labutils.lessons.lesson_17.unseen import DAY, called_in

ADDRESS = "203.0.113.70"
SESSION_OF, SECOND = made("17-6")["tied"].values()


def verdict(tied):
    return exercises.verdict(lesson("17").items["17-6"], tied)[0]


def programs_of(incident):
    return {name for names in incident.programs.values() for name in names}


def test_the_answer_is_the_session_that_was_taken_and_where_the_factor_was_added():
    incident = called_in()
    his = [line for line in incident.lines if incident.is_his(line) and line.who == SESSION_OF]
    assert {line.address for line in his} == {ADDRESS, SECOND}
    assert [line.address for line in his if line.made] == [SECOND]
    assert f"session of {SESSION_OF}" in incident.drawn.credentials
    assert verdict({"name": SESSION_OF, "second address": SECOND}).kind == "passed"


def test_every_other_name_of_that_address_has_its_reason():
    incident = called_in()
    there = [line for line in incident.lines if line.address == SECOND]
    people = {line.who for line in there} - programs_of(incident)
    assert people == {SESSION_OF, *(name for some in BY_CHANCE.values() for name in some)}


def test_the_night_that_looks_worse_came_after_the_first_use():
    """Whoever read a secret on 1 August cannot have found what was used on 20 July."""
    incident = called_in()
    lines, programs = incident.lines, programs_of(incident)
    used = min(line.time for line in lines if incident.is_his(line) and line.who in programs)
    (read,) = [
        line
        for line in lines
        if (line.who, line.address) == ("v.farah", SECOND) and "secret" in line.action
    ]
    assert read.time > used + 10 * DAY
    late = min(line.time for line in lines if line.address == SECOND and line.who in programs)
    assert 0 < late - read.time < DAY  # so the learner's function names v.farah


@pytest.mark.parametrize(
    ("tied", "mistake"),
    [
        *(
            ({"name": name, "second address": SECOND}, why)
            for why, some in BY_CHANCE.items()
            for name in some
        ),
        ({"name": "svc-calendar", "second address": SECOND}, "nobody"),
        ({"name": "Y.Almeida", "second address": SECOND}, "nobody"),
        ({"name": ["y.almeida"], "second address": SECOND}, "nobody"),
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
        [("burn", "svc-calendar", 1.0)],
        [("replace", "svc-calendar")],
        [["replace", "svc-calendar", 1.0]],
        [("replace", 7, 1.0)],
        [("replace", "svc-calendar", "now")],
        [("replace", "svc-calendar", float("nan"))],
        [("replace", "svc-calendar", float("inf"))],
        ["replace"],
    ],
    ids=repr,
)
def test_what_is_no_act_is_told_so_in_a_sentence(acts):
    with pytest.raises(SceneError, match="An act is a tuple such as"):
        play(called_in(), acts)


def test_what_he_has_after_one_act_is_shown_and_what_others_lose(capsys):
    play(called_in(), [("disable", "svc-calendar", called_in().now + 60)])
    out = capsys.readouterr().out
    assert out.startswith("After 1 act: 8 ways in\n")
    assert "Before, he had 7. Others lost 8 hours of work: disable svc-calendar." in out


def test_a_time_that_is_no_number_of_seconds_is_told_so_and_played_by_nobody():
    with pytest.raises(SceneError, match="An act comes within a week"):
        play(called_in(), [("replace", "svc-calendar", 1000 * called_in().now)])
