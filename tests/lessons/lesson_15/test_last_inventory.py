"""The target of lesson 15: what its doors, its clock and its intruder do."""

from itertools import permutations

import pytest

from labutils.lab import iso
from labutils.lessons.lesson_15.credential_rotation import old_secret
from labutils.lessons.lesson_15.last_inventory import (
    FLAG,
    IN_NO_LIST,
    NOBODY_BELIEVES,
    PATIENCE,
    REMAKES,
    TAKES_TWO,
    VISIT,
    LastInventory,
    wrong_declarations,
)


def opens(scene, name):
    return scene.knock(old_secret(name), name).is_success


def test_trying_takes_no_time_and_each_act_takes_its_minutes():
    scene = LastInventory()
    assert opens(scene, "gateway-token") and scene.time == "17:00"
    scene.rotate("c01")
    scene.remove_old("c01")
    scene.revoke("c01")
    scene.cut("c02", "c03")
    assert scene.time == "17:45"


def test_a_row_says_replaced_and_its_old_secret_opens_until_it_is_removed():
    scene = LastInventory()
    row = next(row for row in scene.rows if row.id == TAKES_TWO)
    assert row.replaced is not None and opens(scene, TAKES_TWO)
    scene.remove_old(TAKES_TWO)
    assert not opens(scene, TAKES_TWO)


@pytest.mark.parametrize("name", REMAKES)
def test_each_of_two_comes_back_while_the_other_is_there(name):
    scene = LastInventory()
    scene.revoke(name)
    assert not opens(scene, name)
    scene.rotate("c01")  # 16:15: he comes by
    assert opens(scene, name)
    scene.cut(*REMAKES)
    scene.rotate("c01")
    assert not any(opens(scene, one) for one in REMAKES)


def test_one_name_of_the_log_stands_in_no_row():
    scene = LastInventory()
    names = {line["credential"] for line in scene.log}
    assert names - {row.id for row in scene.rows} == {IN_NO_LIST}
    assert {line["address"] for line in scene.log if line["credential"] == IN_NO_LIST} == {
        "203.0.113.66"
    }


def test_a_name_that_is_not_there_is_said_and_takes_no_time(capsys):
    scene = LastInventory()
    scene.cut("gateway-token", "nobody")
    scene.rotate("x")
    assert capsys.readouterr().out == (
        "There is no credential 'nobody'.\nThere is no credential 'x'.\n"
    )
    scene.cut(["gateway-token", "sync-rule"])
    scene.cut()
    assert capsys.readouterr().out == (
        "Give the ids themselves, not a list of them: scene.cut('one', 'another').\n"
        "Say what is to end: scene.cut('one', 'another'). No time has gone by.\n"
    )
    assert scene.time == "17:00" and opens(scene, "gateway-token")


def test_after_three_wrong_declarations_a_new_scene_helps_no_more(capsys):
    for _ in range(PATIENCE):
        assert LastInventory().declare() != FLAG
    capsys.readouterr()
    scene = LastInventory()
    assert capsys.readouterr().out == f"{NOBODY_BELIEVES}\n"
    scene.cut(IN_NO_LIST, *REMAKES)
    scene.rotate("gateway-token")
    scene.remove_old(TAKES_TWO)
    assert scene.declare() == NOBODY_BELIEVES


def test_declaring_says_what_is_wrong():
    scene = LastInventory()
    assert scene.declare() == (
        "The intruder is in. Stolen or created secrets that still open: 5. Declarations left: 2."
    )
    scene = LastInventory()
    scene.rotate("gateway-token")
    scene.cut("m.sato", IN_NO_LIST, *REMAKES)
    scene.remove_old(TAKES_TWO)
    said = "The intruder is out, but 1 job has stopped: a colleague's work. Declarations left: 1."
    assert scene.declare() == said
    scene = LastInventory()
    for _ in range(5):
        scene.rotate("c01")
    assert scene.declare() == "It is 18:05. The archives were sent at 18:00. Declarations left: 0."


def test_the_flag_is_given_in_time_and_to_nobody_else():
    scene = LastInventory()
    scene.cut(IN_NO_LIST, *REMAKES)
    scene.rotate("gateway-token")
    scene.remove_old(TAKES_TWO)
    assert scene.time == "17:35" and scene.declare() == FLAG


def test_a_token_that_no_log_shows_in_use_is_needed_all_the_same():
    scene = LastInventory()
    assert "gateway-token" not in {line["credential"] for line in scene.log}
    scene.cut("gateway-token", IN_NO_LIST, *REMAKES)
    scene.remove_old(TAKES_TWO)
    said = "The intruder is out, but 1 job has stopped: the quarterly audit. Declarations left: 2."
    assert scene.declare() == said


def test_two_that_make_each_other_anew_come_back_where_they_are_ended_one_after_the_other(capsys):
    scene = LastInventory()
    for name in REMAKES:
        scene.revoke(name)
    scene.rotate("c01")
    assert any(opens(scene, one) for one in REMAKES)
    assert "17:15: the intruder comes by, and j.fielding is back." in capsys.readouterr().out


def test_the_log_and_the_inventory_agree_on_when_a_credential_was_used_last():
    scene = LastInventory()
    seen = {line["credential"]: line["time"][:10] for line in scene.log}
    rows = {row.id: row for row in scene.rows}
    assert {name for name in seen if name not in rows} == {IN_NO_LIST}
    for name, row in rows.items():
        used = iso(row.last_used)[:10] if row.last_used else None
        assert used == seen.get(name, "2023-09-29"), name  # before the log begins


ONE_BY_ONE = {
    "support-bot": LastInventory.revoke,
    "sync-rule": LastInventory.revoke,
    "j.fielding": LastInventory.revoke,
    "gateway-token": LastInventory.rotate,
    "billing-key": LastInventory.remove_old,
}


def test_one_by_one_an_order_in_fifteen_wins_and_only_with_both_between_two_visits():
    """So an order that is not planned around the visits loses, but for luck."""
    won = []
    for order in permutations(ONE_BY_ONE):
        wrong_declarations().clear()
        scene, ended = LastInventory(), {}
        for name in order:
            ONE_BY_ONE[name](scene, name)
            ended[name] = scene._minute
        if scene.declare() == FLAG:
            won.append([ended[name] for name in REMAKES])
    assert len(won) == 8
    assert all(one // VISIT == other // VISIT for one, other in won)


def test_each_job_stands_still_without_its_credential():
    jobs = ["billing-key", "deploy-key", "backup-account", "m.sato", "k.nowak", "status-page"]
    for name in [*jobs, "gateway-token"]:
        scene = LastInventory()
        scene.revoke(name)
        assert "1 job has stopped" in scene._declared(), name
