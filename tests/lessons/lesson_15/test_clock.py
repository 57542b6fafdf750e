"""The clock of lesson 15: what it says, and what its buttons do."""

import xml.etree.ElementTree as ET

import pytest

from labutils.instruments import svg
from labutils.lessons.lesson_15 import forty, start
from labutils.lessons.lesson_15.clock import Clock, Span, spans
from labutils.lessons.lesson_15.incident_response import MOST, TO_END, carry_out


def clock(*acts):
    return Clock(carry_out(list(acts)), carry_out)


def test_a_bar_ends_where_a_thing_is_ended_and_begins_anew_where_it_comes_back():
    assert spans(carry_out(["smartsheet-account"]), "smartsheet-account") == [
        Span(0, 20, opens=True, is_back=False),
        Span(30, 240, opens=True, is_back=True),
    ]


def test_what_exists_and_opens_nothing_is_told_from_what_opens():
    found = spans(carry_out(["moveworks-token", "passes"]), "bitbucket-account")
    assert [(one.begin, one.end, one.opens) for one in found] == [(0, 40, True), (40, 240, False)]


def test_the_sentence_names_what_came_back_first_and_the_price():
    said = clock("passes").sentence()
    assert "First to come back: passes, at 16:30, by moveworks-token." in said
    assert "60 hours of staff, 60 of them for what came back." in said
    assert said.startswith("At 20:00 he is still in, by ")


def test_whoever_shuts_him_out_and_leaves_something_is_told_what():
    said = clock("moveworks-token", "passes", "implant", "aws-account").sentence()
    assert "From 17:20 on nothing of his opens a door, but it is still there" in said
    assert "smartsheet-account, bitbucket-account and lookalike-account" in said


def test_a_button_puts_an_act_on_the_clock_and_takes_it_back():
    shown = clock("moveworks-token")
    shown.act("passes")
    assert shown.acts == ["moveworks-token", "passes"]
    shown.undo()
    assert shown.acts == ["moveworks-token"]
    shown.act("nonsense")
    assert shown.acts == ["moveworks-token"]
    shown.start_again()
    assert shown.acts == [] and len(shown.outcome.looks) == 1
    for _ in range(MOST + 3):
        shown.act("aws-account")
    assert len(shown.acts) == MOST and "disabled" in shown.live()


@pytest.mark.parametrize("width", [240, 390, 760, 1184])
def test_it_is_drawn_at_any_width(width):
    shown = clock("smartsheet-account")
    shown.width = width
    for drawn in (shown.live(), svg.alone(shown.still())):
        ET.fromstring(drawn.replace("&nbsp;", " "))  # noqa: S314  our own drawing
    assert all(name in shown.live() for name in TO_END)


# --- what the lesson shows ----------------------------------------------------------------------


def test_acts_that_are_not_written_are_those_of_the_alarm(capsys):
    for nothing in (..., [...], ["passes", ...]):
        assert start.evict(nothing).acts == list(start.THE_ALARMS_ORDER)
        assert "No acts yet" in capsys.readouterr().out


def test_a_name_that_is_none_is_said_and_passed_over(capsys):
    assert start.evict(["the token", "passes"]).acts == ["passes"]
    assert "Nothing here is called the token." in capsys.readouterr().out


def test_something_left_behind_has_a_row_of_its_own():
    shown = start.evict(["aws-account"], "ssh-key")
    assert shown.rows[-1] == "ssh-key" and shown.acts == ["aws-account"]
    shown.act("implant")
    assert "implant" in {thing for _, _, thing in shown.outcome.brought_back}


# --- forty evenings -----------------------------------------------------------------------------


def test_whoever_asks_first_is_never_undone_and_the_circles_are_some():
    played = [forty.by_asking(one, start.mine("15-8")) for one in forty.companies()]
    assert len(played) == 40 and not any(one.in_vain for one in played)
    assert all(one.minutes == forty.THINGS * forty.ACT for one in played)
    assert 0 < sum(one.together for one in played) < 40


def test_no_other_order_is_better_than_asking_on_any_evening():
    for one in forty.companies():
        for other in (forty.by_alarm(one), forty.by_reach(one)):
            assert other.minutes is None or other.minutes >= forty.THINGS * forty.ACT


def test_nothing_is_safe_exactly_where_each_thing_left_can_be_brought_back():
    circle = forty.Company(("a", "b"), {"a": frozenset("b"), "b": frozenset("a")}, {})
    assert forty.by_asking(circle, start.mine("15-8")).together
    assert forty.by_alarm(circle).minutes is None
    needs = forty.Company(circle.names, circle.brings_back, {"a": frozenset("b")})
    assert forty.by_asking(needs, start.mine("15-8")) == forty.Played(40, 0, together=False)


# --- we rotated everything ------------------------------------------------------------------------


def test_what_did_not_answer_opens_with_the_old_secret_after_the_backup(capsys):
    start.rotate_everything()
    said = capsys.readouterr().out
    assert "2981    19     19" in said and "refused         0       2962   2962" in said
    assert len(start.after_the_backup()) == 19


# --- what was left behind -------------------------------------------------------------------------


def test_nothing_is_told_before_a_choice_and_all_after_it(capsys):
    for nothing in (..., "the key"):
        start.leave_behind(nothing, start.mine("15-8"))
        said = capsys.readouterr().out
        assert "Choose one" in said and "opens server" not in said
    start.leave_behind("rule", start.mine("15-8"))
    said = " ".join(capsys.readouterr().out.split())
    assert "opens server implant no" in said and "opens apps yes" in said
    assert "He keeps what is on no list of yours." in said
