"""Lesson 17: whoever is asked answers as in the capstone, and the time before the report is
short."""

import pytest

from labutils.lessons.lesson_17 import ask, called_in
from labutils.lessons.lesson_17.people import AVAILABLE, OWNER, PERSON


@pytest.fixture
def said(capsys):
    def run(*names):
        ask(called_in(), list(names))
        return capsys.readouterr().out

    return run


def test_the_two_with_a_new_phone_say_so(said):
    out = said("n.jansen", "p.nielsen")
    assert "I am n.jansen. On 2024-04-09 that was me (factor after a new phone)." in out
    assert "I am p.nielsen. On 2024-04-23 that was me (factor after a new phone)." in out
    assert "That took 30 of 45 minutes." in out


def test_whose_session_was_stolen_noticed_nothing(said):
    assert "I did nothing out of the ordinary this month" in said("o.lindqvist")


def test_the_owner_of_a_program_names_its_tickets(said):
    out = said("planning")
    assert "We run svc-planner." in out and "Anything without a ticket was not us." in out
    assert max(map(len, out.splitlines())) <= 100


@pytest.mark.parametrize(
    ("names", "minutes"),
    [(["n.jansen", "o.lindqvist", "p.nielsen", "h.murphy"], 60), (["planning", "builds"], 60)],
    ids=["four people", "two owners"],
)
def test_there_is_no_time_for_everybody(said, names, minutes):
    out = said(*names)
    assert out == f"That takes {minutes} minutes, and you have 45. Nobody was asked.\n"


def test_asking_the_same_person_twice_takes_the_time_of_one(said):
    assert "That took 15 of 45 minutes." in said("n.jansen", "n.jansen")


@pytest.mark.parametrize("name", ["nobody", "", "owner:planning", 3, None], ids=repr)
def test_whoever_does_not_work_here_cannot_be_asked(said, name):
    assert said("n.jansen", name) == (
        f"Nobody on the roster is called {str(name)!r}. Nobody was asked.\n"
    )


def test_one_name_will_do_and_none_asks_nobody(capsys, said):
    ask(called_in(), "n.jansen")
    assert "I am n.jansen." in capsys.readouterr().out
    assert said() == "Nobody was asked. You have 45 minutes.\n"


def test_there_is_time_for_an_owner_and_a_person():
    assert PERSON + OWNER == AVAILABLE
