"""The target of lesson 10: what the month holds, and what the incident lead says to a report."""

from collections import Counter
from itertools import pairwise

import pytest

from labutils.classroom.course import lesson
from labutils.incident import breach
from labutils.incident.policy import World
from labutils.lab import seconds
from labutils.lessons.lesson_10.another_intruder import (
    ACCOUNT,
    FLAG,
    PATIENCE,
    another_month,
    changes_made,
    changes_of_the_intruder,
)
from labutils.lessons.lesson_10.hunting import change_in_tracker

OURS = "192.0.2."
WINDOW = 15 * 60  # seconds: the time span of the lesson's correlation


@pytest.fixture(scope="module")
def made():
    return [change_in_tracker(name, event) for name, event in changes_made().items()]


@pytest.fixture(scope="module")
def theirs(made):
    return [one for one in made if one["id"] in changes_of_the_intruder()]


def test_the_intruder_makes_each_kind_of_change_from_two_addresses(theirs):
    assert {one["action"] for one in theirs} == {
        "User created",
        "User added to group",
        "Script executed",
    }
    by_address = {}
    for one in theirs:
        by_address.setdefault(one["address"], set()).add(one["action"])
    assert len(by_address) == 2 and all(len(kinds) == 2 for kinds in by_address.values())


def test_an_address_from_which_all_three_kinds_are_done_is_harmless(made, theirs):
    kinds = {}
    for one in made:
        if not one["address"].startswith(OURS):
            kinds.setdefault(one["address"], set()).add(one["action"])
    three = {address for address, some in kinds.items() if len(some) == 3}
    assert three and three.isdisjoint(one["address"] for one in theirs)


def test_the_stolen_account_is_a_person_s_with_work_of_its_own(made, theirs):
    assert {one["who"] for one in theirs} == {ACCOUNT}
    roles = {row["account"]: row["role"] for row in another_month().table("roster")}
    assert roles[ACCOUNT] == "administrators"
    own = [one for one in made if one["who"] == ACCOUNT and one not in theirs]
    assert len(own) >= 3


def explained_by(change, *names):
    """The tables of these that explain a change, by its author and its moment."""
    month = another_month()
    spans = {
        "changes": ("by", "from", "to"),
        "travel": ("account", "from", "to"),
        "roster": ("account", "on_call_from", "on_call_to"),
    }
    return [
        name
        for name in names or spans
        for who, begin, end in [spans[name]]
        if any(
            row[who] == change["who"] and row[begin] <= change["time"] <= row[end]
            for row in month.table(name)
        )
    ]


def test_a_ticket_covers_one_change_of_the_intruder_and_nothing_explains_the_others(theirs):
    assert sorted(map(explained_by, theirs)) == [[], [], [], ["changes"]]


def open_by_author(made):
    """How many changes of each person no paper explains."""
    return Counter(one["who"] for one in made if one["who"][1] == "." and not explained_by(one))


def test_a_colleague_has_as_many_changes_that_no_paper_explains(made):
    left = open_by_author(made)
    assert sum(number >= left[ACCOUNT] for who, number in left.items() if who != ACCOUNT) >= 1


def test_nobody_shows_a_token_of_a_program_where_these_colleagues_work(made):
    gateway = another_month().events("cloudflare_access_nonidentity").values()
    tokens, left = {event["ipAddress"] for event in gateway}, open_by_author(made)
    careless = {who for who, number in left.items() if number >= left[ACCOUNT]} - {ACCOUNT}
    assert not tokens & {one["address"] for one in made if one["who"] in careless}


def test_a_ticket_looks_like_any_other():
    tickets = another_month().table("changes")
    assert [row["id"] for row in tickets] == [f"CHG-{4000 + 3 * n}" for n in range(len(tickets))]
    assert {row["from"][14:] for row in tickets} == {"00:00Z"}
    assert [row["from"] for row in tickets] == sorted(row["from"] for row in tickets)


def test_days_and_order_and_pace_are_not_those_of_the_lesson(theirs):
    replay = breach.play(World.historical())
    lesson = [
        change_in_tracker(name, event)
        for name, event in zip(range(len(replay.audit["jira"])), replay.audit["jira"], strict=True)
        if event["auditType"]["action"] in {one["action"] for one in theirs}
    ]
    assert {one["time"][:10] for one in theirs}.isdisjoint(
        {one["time"][:10] for one in lesson[:3]} - {"2023-11-23"}
    )
    assert {one["time"][11:] for one in theirs}.isdisjoint(one["time"][11:] for one in lesson)
    assert [one["action"] for one in theirs] != [one["action"] for one in lesson]

    def pauses(changes):
        return [seconds(b["time"]) - seconds(a["time"]) for a, b in pairwise(changes)]

    assert set(pauses(theirs)).isdisjoint(pauses(lesson))


def test_one_change_is_made_long_after_the_login(theirs):
    """So the correlation of the lesson does not name it: whoever looks on finds it."""
    gateway = another_month().events("cloudflare_access_nonidentity").values()
    since = []
    for one in theirs:
        logins = [
            seconds(event["datetime"]) for event in gateway if event["ipAddress"] == one["address"]
        ]
        moment = seconds(one["time"])
        since.append(min(moment - login for login in logins if login <= moment))
    assert sum(pause > WINDOW for pause in since) == 1


def test_what_a_grader_knows_is_not_in_the_folder():
    names = {path.name for path in another_month().folder.iterdir()}
    assert {"jira.jsonl", "changes.csv"} < names
    assert names.isdisjoint({"truth.json", "twins.json", "labels.json"})


# --- the incident lead --------------------------------------------------------------------------


def test_the_right_ones_give_the_flag_and_nothing_else_does():
    theirs = changes_of_the_intruder()
    month = another_month()
    assert month.report(sorted(theirs)) == FLAG and month._failed == 0
    harmless = min(changes_made().keys() - theirs)
    assert month.report(theirs - {min(theirs)}).startswith("All of these changes are the")
    assert month.report(theirs | {harmless}).startswith(
        "Most of the intruder's changes are in this report, and"
    )
    assert month.report(changes_made().keys() - theirs).startswith("This report has at most half")
    assert month.report(theirs).startswith(
        "The incident lead has stopped reading: too many reports"
    )


def test_a_change_alone_is_never_said_to_be_right():
    said = set()
    for name in changes_made():
        another_month()._failed = 0
        said.add(another_month().report({name}))
    assert said == {
        "This report has at most half of the intruder's changes. Some of those that it names may "
        "be harmless, too. "
        f"Wrong attempts left: {PATIENCE - 1}."
    }


def test_the_incident_lead_remembers_who_asks_for_the_scene_again():
    for name in sorted(changes_made())[:PATIENCE]:
        another_month().report({name})
    again = lesson("10").target.scene()
    assert again.report(changes_of_the_intruder()).startswith("The incident lead has stopped")


@pytest.mark.parametrize(
    ("ids", "says"),
    [
        (
            "jira:17",
            "Report a set of ids, such as {'jira:17', 'jira:21'}. This report was not counted.",
        ),
        ({17}, "Report a set of ids, such as {'jira:17', 'jira:21'}. This report was not counted."),
        (None, "Report a set of ids, such as {'jira:17', 'jira:21'}. This report was not counted."),
        (
            {"jira:0"},
            "'jira:0' is not a line in the tracker that records a new account, a changed group or "
            "a script. This report was not counted.",
        ),
    ],
)
def test_what_is_no_report_is_not_counted(ids, says):
    month = another_month()
    assert month.report(ids) == says and month._failed == 0
