"""Lesson 05's providers: what the lesson says of each is in the tables that were recorded."""

import json
from itertools import combinations
from pathlib import Path

import pytest
from tables import table

from labutils.lab import data_file
from labutils.lessons.lesson_05 import start
from labutils.stage.recorded import recorded
from tools.real import course_provider, page, questions

PROVIDERS = start.providers()
TOOLKIT = next(name for name in PROVIDERS if name.startswith("Django"))
LEMON = next(name for name in PROVIDERS if name.startswith("Lemon"))


def test_the_course_s_own_column_is_as_recorded():
    ours = course_provider.report()
    assert ours["lasts"] == recorded("providers")["providers"]["this course"]["lasts"]
    assert ours["answers"] == recorded("providers")["providers"]["this course"]["answers"]
    assert ours["races"] == recorded("providers")["providers"]["this course"]["races"]


@table("name", PROVIDERS)
def test_every_provider_was_asked_in_the_same_way_and_says_how(name):
    one = PROVIDERS[name]
    assert one["version"] and one["runs_on"] and one["settings"]
    assert set(one["races"]) == set(questions.RACES)
    for of_rows in one["lasts"].values():
        assert set(of_rows.values()) <= {0, None, *questions.TRIES}
    without_resources = {TOOLKIT, LEMON}
    assert {
        question
        for question in PROVIDERS["this course"]["answers"]
        if not ("resource" in question and name in without_resources)
    } <= set(one["answers"])


@table("name", PROVIDERS)
def test_several_actions_end_what_each_of_them_ends(name):
    """What `left_open` assumes of lists of actions, where it was tried."""
    lasts = PROVIDERS[name]["lasts"]
    known = [action for action in questions.RUNBOOK if action in lasts]
    for row, last in lasts[questions.WHOLE].items():
        if last is not None:
            assert last == min(lasts[action][row] for action in known), row


def test_the_runbook_that_was_tried_as_a_whole_is_the_only_shortest_one_of_the_lab():
    lasts = start.lasts_at("this course")
    actions = sorted({action for _, action in lasts} - {"nothing"})
    shut = [
        set(chosen)
        for size in range(5)
        for chosen in combinations(actions, size)
        if not start.left_open(lasts, chosen)
    ]
    assert shut == [set(questions.RUNBOOK)]


def test_a_disabled_user_s_refresh_token_lives_on_at_one_and_her_session_at_another():
    assert start.lasts_at(TOOLKIT)["refresh token", "disable the user"] == start.NINETY_DAYS
    assert start.lasts_at(LEMON)["refresh token", "disable the user"] == 0
    assert start.lasts_at(LEMON)["session at the provider", "disable the user"] == 601
    assert start.left_open(start.lasts_at(TOOLKIT), questions.RUNBOOK) == ["refresh token"]


def test_the_grid_of_the_lab_is_tried_and_not_read():
    lasts = start.after(*start.ACTIONS)
    assert lasts == start.lasts_at("this course")


def test_what_nobody_was_asked_is_refused(capsys):
    with pytest.raises(ValueError, match="there is no action 'hope'"):
        start.side_by_side("hope")
    start.side_by_side("revoke refresh token")
    printed = capsys.readouterr().out
    assert "has none" in printed and "90 days +" in printed


def test_the_log_of_a_theft_was_kept_line_by_line():
    lines = data_file("real/lemonldap.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 26
    assert all({"time", "code", "message"} <= set(json.loads(line)) for line in lines)


def test_the_readme_shows_what_was_recorded():
    readme = Path("README.md").read_text(encoding="utf-8")
    for name in PROVIDERS:
        lasts = start.lasts_at(name)
        after, before = (
            lasts["access token, API asks", action]
            for action in ("drop the signing key", "nothing")
        )
        words = {0: "refused at once", 6: "6 min, as if", 61: "an hour, as if"}[after]
        (line,) = [one for one in readme.splitlines() if one.startswith(f"| {name} |")]
        assert words in line and ("as if nothing had happened" in line) == (after == before)
        offline = lasts["access token", "drop the signing key"]
        assert ("| 4 min |" in line) == (offline == 4)


def test_the_page_about_them_is_written_from_the_tables():
    assert page.PAGE.read_text(encoding="utf-8") == page.page()
