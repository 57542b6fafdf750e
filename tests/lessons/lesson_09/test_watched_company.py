"""Alarms, the clock that they start, and the race against it."""

import pytest
from moves import ADMINS, ARCHIVE, CODE_GATE, NEW_USER, SCRIPT
from tables import table

from labutils.instruments.board import Board
from labutils.lessons.lesson_09.watched_company import (
    ALARMS,
    FLAG,
    WANTED,
    Race,
    WatchedIntruder,
    come_back,
    under_alarm,
)
from labutils.stage.intruder import GATE, ways_back


def said(capsys) -> list[str]:
    return [line for line in capsys.readouterr().out.splitlines() if ">>>" in line]


def test_work_below_the_alarms_is_seen_by_nobody(capsys):
    intruder = WatchedIntruder()
    intruder.follow([GATE, NEW_USER, CODE_GATE, ARCHIVE, ARCHIVE])
    assert said(capsys) == [] and not intruder.due and not intruder.rung


def test_an_administrators_group_rings_once_and_starts_the_clock_of_2023(capsys):
    intruder = WatchedIntruder()
    intruder.follow([GATE, NEW_USER, ADMINS, ADMINS])
    intruder.wait(24 * 60)
    assert said(capsys) == [
        f"    >>> 09:20 ALARM, smartsheet-account: {ALARMS['administrators']}",
        "    >>> 09:55 the team has switched off every stolen credential",  # 16:00 to 16:35
        "    >>> 05:20 the team has found and removed what the intruder created",
    ]


def test_what_the_intruder_made_outlives_what_was_taken():
    intruder = WatchedIntruder()
    intruder.follow([GATE, NEW_USER, SCRIPT, ADMINS])
    intruder.wait(25)
    intruder.passes.clear()  # a new browser
    assert list(ways_back(intruder).values()) == [False, False, True]
    look_alike = ("lookalike-account", "jira", "sign-in")
    assert intruder.opens((*look_alike, "server")) and not intruder.opens(look_alike)
    intruder.wait(20 * 60)
    assert not intruder.opens((*look_alike, "server"))


@pytest.mark.parametrize(("pause", "rings"), [(0, True), (20, True), (21, False)])
def test_three_archives_in_an_hour_ring_and_three_in_more_do_not(pause, rings, capsys):
    intruder = WatchedIntruder()
    intruder.use(*CODE_GATE)
    for _ in range(3):
        intruder.wait(pause)
        assert intruder.use(*ARCHIVE).allowed
    assert bool(said(capsys)) is rings


def test_three_refusals_ring_where_a_log_holds_them(capsys):
    logged, unseen = WatchedIntruder(), WatchedIntruder()
    for _ in range(3):
        assert logged.use("smartsheet-account", "okta", "sign-in").lines
        assert not unseen.use("smartsheet-account", "jira", "sign-in").lines
    assert [line for line in said(capsys) if "ALARM" in line] == [
        f"    >>> 09:20 ALARM, smartsheet-account: {ALARMS['refusals']}"
    ]
    assert logged.due and not unseen.due


def test_a_credential_that_is_off_opens_nothing():
    intruder = WatchedIntruder()
    intruder.use(*CODE_GATE)
    results = [intruder.use(*ARCHIVE).allowed for _ in range(8)]
    assert results == [True] * 6 + [False] * 2


def test_at_noon_the_four_are_replaced_whoever_was_quiet(capsys):
    scene = Race()
    scene.wait(180)
    assert "the four credentials are replaced" in said(capsys)[0]
    assert not scene.use(*CODE_GATE).allowed


def test_the_flag_comes_with_a_late_view_after_seven_archives_and_not_before(capsys):
    scene = Race()
    view = ("lookalike-account", "bitbucket", "view", "server")
    scene.follow([GATE, NEW_USER, SCRIPT, CODE_GATE])
    answers = []
    for pause in (0, 0, 50, 0, 0, 0, 0):
        scene.wait(pause)
        answers.append(scene.use(*ARCHIVE).answer.get("flag"))
    answers.append(scene.use(*view).answer.get("flag"))  # 11:40
    scene.wait(39)
    answers.append(scene.use(*view).answer.get("flag"))  # 12:29
    assert scene.archives == WANTED and set(answers) == {None}
    assert scene.use(*view).answer["flag"] == FLAG  # 12:39
    assert "12:39 lookalike-account at bitbucket/view from the server" in capsys.readouterr().out


def test_a_move_is_printed_before_what_it_sets_off_and_not_twice(capsys):
    scene = Race()
    scene.use(*CODE_GATE)
    for _ in range(6):
        print(scene.use(*ARCHIVE))
    out = capsys.readouterr().out
    assert (
        out.index("09:30 bitbucket-account") < out.index(">>> 09:30 ALARM") < out.index("09:40 bit")
    )
    assert out.count("bitbucket-account at bitbucket/archive") == 6 and out.count("\nopened") == 6
    assert "archives in your browser: 6" in out


@table("odd", [-1, float("nan"), float("-inf"), float("inf"), "10", None, True])
def test_time_goes_forward_alone(odd):
    with pytest.raises(ValueError, match="takes a number from 0 to"):
        Race().wait(odd)


def test_after_the_alarm_what_was_made_is_what_still_works(capsys):
    gate = ("moveworks-token", "gateway", "jira")
    user, program = (("smartsheet-account", "jira", act) for act in ("create-user", "script"))
    assert under_alarm([gate, user]) == {
        "service account": False,
        "look-alike user": False,  # it is there, but has no way in from outside
        "implant": False,
    }
    assert under_alarm([gate, program])["implant"]
    assert capsys.readouterr().out == ""


def test_what_the_company_does_is_kept_with_the_move_after_which_it_did_it():
    race = Race()
    race.follow([("smartsheet-account", "okta", "sign-in")] * 3)
    race.wait(30)
    assert [at for at, _ in race._intruder.news] == [3, 3]
    assert race.clock[1] == "2 h 00 min until your four are replaced · 0 of 7 archives"
    race.wait(120)
    assert race.clock == (1.0, "your four are replaced · 0 of 7 archives")


def test_of_a_plan_that_survives_what_comes_after_the_alarm_is_printed(capsys):
    gate = ("moveworks-token", "gateway", "jira")
    user, program = (("smartsheet-account", "jira", act) for act in ("create-user", "script"))
    come_back([gate, user, program], [("lookalike-account", "bitbucket", "view", "server")])
    out = capsys.readouterr().out
    assert out.startswith("10:10\nlookalike-account at bitbucket/view from the server: opened")
    assert "bitbucket:1" in out and "create-user" not in out


def test_the_alarm_goes_off_for_whoever_did_nothing_as_well(capsys):
    come_back([], [("moveworks-token", "gateway", "jira")])
    out = capsys.readouterr().out
    assert out.startswith("09:40\n") and "not_contained" in out


def test_a_board_shows_the_race_and_its_alarms_and_prints_nothing(capsys):
    shown = Board(Race())
    shown.follow([("smartsheet-account", "okta", "sign-in")] * 3)
    assert shown.alarms == [f"09:20 ALARM, smartsheet-account: {ALARMS['refusals']}"]
    shown.touched("wait")
    assert "0 of 7 archives" in shown.words() and shown.now == "09:40"
    assert capsys.readouterr().out == "" and shown.marks[-1].news == tuple(shown.alarms)
