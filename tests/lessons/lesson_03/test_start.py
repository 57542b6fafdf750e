"""What lesson 03 shows of its acts, and what the learner's own functions come to in them."""

import pytest
from solutions import imports_of, solution_of
from tables import table

from labutils.lessons.lesson_03 import start
from labutils.lessons.lesson_03.missing_defences import inject_code, link


def of_the_course(identifier: str, name: str):
    namespace: dict = {"scene": None}
    exec(imports_of("03"), namespace)
    exec(solution_of(identifier), namespace)
    return namespace[name]


def test_tom_reads_the_door_code_and_only_he_signed_in(capsys):
    apps = start.one_client(without="state")
    start.ada_opens_his_link(apps)
    apps.ada.post(start.NOTES + "/write", data={"text": start.DOOR_CODE})
    start.what_tom_reads(apps)
    said = capsys.readouterr().out
    assert start.DOOR_CODE in said and said.count("session.start") == 1


def test_the_learners_link_puts_the_note_into_toms_account(capsys):
    start.lure_ada(of_the_course("03-13", "link"))
    assert start.DOOR_CODE in capsys.readouterr().out


def test_a_code_that_was_read_is_worth_tokens_without_pkce_and_none_with_it(capsys):
    start.tom_redeems(start.careful(without="PKCE"), "without")
    assert capsys.readouterr().out.count("an access token") == 1
    apps = start.careful()
    url = start.tom_redeems(apps, "with")
    assert capsys.readouterr().out.count("(RFC 7636, 4.6)") == 2
    assert start.ada_goes_on(apps, url) == "u-1815"


def empty_equals_empty(answer, state):
    if answer.get("state", "") != state:
        raise ValueError("another browser's")
    return answer["code"]


@table(
    ("rule", "get_in"),
    [
        (empty_equals_empty, [start.STATELESS]),
        (lambda answer, _state: answer["code"], list(start.links_of(""))),
        (start.code_from, []),
    ],
)
def test_which_links_get_past_a_rule(rule, get_in):
    assert start.links_that_get_in(rule, link) == get_in


def test_a_rule_that_holds_lets_ada_in_and_nobody_else(capsys):
    start.visitors(of_the_course("03-8", "code_from"), link)
    rows = capsys.readouterr().out.splitlines()[2:6]
    assert [" 400 " in row for row in rows] == [True, True, True, False]
    assert "Ada's diary" in rows[3]


def refuses_everybody(_answer, _state):
    raise ValueError("no")


@table("rule", [empty_equals_empty, refuses_everybody, lambda answer, _state: answer["code"]])
def test_a_rule_that_does_not_hold_is_not_praised(rule, capsys):
    start.visitors(rule, link)
    said = " ".join(capsys.readouterr().out.split())
    assert start.NOT_YET in said and start.ONE_OF_FOUR not in said


@table("attack", [..., lambda _scene: None, inject_code])
def test_a_way_in_that_is_not_written_or_does_not_work_is_the_courses(attack, capsys):
    assert start.meets(attack, of_the_course("03-12", "may_redeem")) == "provider"
    assert capsys.readouterr().out.startswith("The course's way in")


def test_the_learners_own_way_in_meets_the_learners_own_check(capsys):
    def break_in(scene):
        inject_code(scene)
        return scene.tom.get("https://diary.example/").json()["notes"][0]

    assert start.meets(break_in, of_the_course("03-12", "may_redeem")) == "provider"
    said = capsys.readouterr().out
    assert said.startswith("Your way in") and "200, and she reads her notes" in said
    assert start.meets(break_in, lambda _challenge, _verifier: True) == "nobody"


@pytest.mark.parametrize("words", ["no PKCE, confidential client"])
def test_two_of_the_four_let_a_client_with_a_secret_go_without_a_challenge(words):
    answers = [one["answers"] for one in start.providers().values()]
    assert [one[words] for one in answers].count("code") == 2
    assert [one["no PKCE, public client"] for one in answers].count("code") == 1
    assert all(one["wrong verifier, then the right one"].startswith("400") for one in answers)
    assert answers[0] != answers[3] and "400, then 400" in answers[3].values()
