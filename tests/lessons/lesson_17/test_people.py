"""Lesson 17: whoever is asked answers as in the capstone, and the time before the report is
short."""

from dataclasses import replace

import pytest

from labutils.lessons.lesson_17.people import AVAILABLE, OWNER, PERSON, ask
from labutils.lessons.lesson_17.unseen import called_in


@pytest.fixture
def incident():
    return replace(called_in(), asked=[])  # the one of the lesson is shared


@pytest.fixture
def said(capsys, incident):
    def run(*names):
        ask(incident, list(names))
        return capsys.readouterr().out

    return run


def test_whoever_was_on_call_says_so(said):
    out = said("v.farah")
    assert "On 2025-08-01 that was me (administrator on call behind a proxy)." in out
    assert "15 of 30 minutes are gone." in out


def test_whose_session_was_stolen_noticed_nothing(said):
    assert "I did nothing out of the ordinary this month" in said("y.almeida")


def test_the_owner_of_a_key_says_which_of_two_was_theirs(said):
    out = " ".join(said("reports").split())
    assert "On 2025-07-31 we also worked from 203.0.113.96 (the reports' key is replaced)" in out
    assert "All else was not us." in out


def test_the_owner_of_a_program_names_its_tickets(said):
    out = said("planning")
    assert "We run svc-calendar." in out and "All else was not us." in " ".join(out.split())
    assert max(map(len, out.splitlines())) <= 100


@pytest.mark.parametrize(
    ("names", "minutes"),
    [(["v.farah", "y.almeida", "k.pereira", "w.nowak"], 60), (["planning", "builds"], 60)],
    ids=["four people", "two owners"],
)
def test_there_is_no_time_for_everybody(said, names, minutes):
    out = said(*names)
    assert out == f"That takes {minutes} minutes, and you have 30. Nobody was asked.\n"


def test_the_time_goes_on_from_cell_to_cell(said):
    assert "15 of 30 minutes are gone." in said("v.farah")
    assert said() == "Nobody was asked. You have 15 minutes.\n"
    assert said("planning") == "That takes 30 minutes, and you have 15. Nobody was asked.\n"
    assert "30 of 30 minutes are gone." in said("w.nowak")
    assert said("k.pereira") == "That takes 15 minutes, and you have 0. Nobody was asked.\n"


def test_the_same_person_takes_no_time_twice(said):
    assert "15 of 30 minutes are gone." in said("v.farah", "v.farah")
    assert "15 of 30 minutes are gone." in said("v.farah")
    assert said("v.farah", "planning").startswith("That takes 30 minutes, and you have 15.")


@pytest.mark.parametrize("name", ["nobody", "", "owner:planning", 3, None], ids=repr)
def test_whoever_does_not_work_here_cannot_be_asked(said, name):
    assert said("v.farah", name) == (
        f"Nobody on the roster is called {str(name)!r}. Nobody was asked.\n"
    )


def test_one_name_will_do_and_none_asks_nobody(capsys, incident, said):
    assert said() == "Nobody was asked. You have 30 minutes.\n"
    ask(incident, "v.farah")
    assert "I am v.farah." in capsys.readouterr().out


def test_there_is_time_for_an_owner_or_two_people():
    assert 2 * PERSON == OWNER == AVAILABLE
