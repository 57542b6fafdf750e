"""The console of a person who plays the intruder: what it offers, and what it keeps to itself."""

import re
from collections.abc import Callable

import pytest

from labutils.live.company import MINUTE
from labutils.live.console_page import answers, choices, console_fragments, console_page
from labutils.live.containment import CannotDo, LiveAct
from labutils.live.exercise import LiveExercise

Begin = Callable[..., LiveExercise]


def prepare(exercise: LiveExercise, step: str, **row: object) -> str:
    return exercise.perform({"do": "intrude", "what": "prepare", "step": step, **row})


def test_only_what_is_possible_is_offered(begin: Begin) -> None:
    exercise = begin(by_person=True)
    intruder = exercise.teams[0].intruder
    steps = exercise.company.steps.values()
    offered = [one.step.id for one in choices(intruder)]
    assert offered == [one.id for one in steps if intruder.is_possible(one)]
    page = console_page(exercise, "")
    for step in steps:
        assert (f'value="{step.id}"' in page) == (step.id in offered)


def test_a_choice_takes_as_long_as_it_says_and_leaves_the_lines_it_names(begin: Begin) -> None:
    exercise = begin(by_person=True)
    first = exercise.company.chain[0]
    (choice,) = (one for one in choices(exercise.teams[0].intruder) if one.step.id == first)
    prepare(exercise, first)
    exercise.advance(60 * MINUTE)
    intruder = exercise.teams[0].intruder
    took = intruder.made[first] - intruder.tried[0].at
    assert abs(took - MINUTE * choice.minutes) <= 2 * MINUTE
    assert {one.source for one in intruder.lines} == {log.source for log in choice.logs}
    for line in intruder.lines:
        assert (line.source, (line.arrives - line.at) // MINUTE) in choice.logs
    used = {(line.using, one.address) for line in intruder.lines for one in intruder.tried}
    assert set(choice.using) & used


def test_what_is_prepared_makes_the_step_after_it_a_choice(begin: Begin) -> None:
    exercise = begin(by_person=True)
    intruder = exercise.teams[0].intruder
    first = exercise.company.chain[0]
    before = {one.step.id for one in choices(intruder)}
    (opens,) = (one.opens for one in choices(intruder) if one.step.id == first)
    prepare(exercise, first)
    after = {one.step.id for one in choices(intruder) if one.is_ahead}
    assert first not in after and not before & after
    assert {exercise.company.steps[name].goal for name in after} == set(opens)


def test_a_refusal_is_seen_and_the_act_behind_it_is_not(begin: Begin) -> None:
    exercise = begin(by_person=True)
    first, second = exercise.company.chain[:2]
    prepare(exercise, first)
    exercise.advance(30 * MINUTE)
    held = exercise.company.case.estate.credentials[exercise.company.starts_with[0]]
    account = exercise.company.account_of(held)
    exercise.perform({"do": "act", "team": 1, "kind": "disable", "what": account})
    exercise.advance(31 * MINUTE)
    prepare(exercise, second)
    exercise.advance(60 * MINUTE)
    refused = [one for one in answers(exercise) if one.kind == "shut"]
    assert {team.number for one in refused for team in one.teams} == {1}
    assert all(" worked " in one.says for one in refused)
    page = console_page(exercise, "")
    assert "switched off" not in page and "disable" not in page


def test_a_blocked_address_does_not_answer(begin: Begin) -> None:
    exercise = begin(by_person=True)
    first = exercise.company.chain[0]
    address = next(one.using for one in choices(exercise.teams[0].intruder))[0][1]
    exercise.perform({"do": "act", "team": 2, "kind": "block", "what": address})
    prepare(exercise, first)
    exercise.advance(10 * MINUTE)
    assert [
        [team.number for team in one.teams] for one in answers(exercise) if "no answer" in one.says
    ] == [[2]]


def test_what_a_team_knows_does_not_reach_the_console(begin: Begin) -> None:
    exercise = begin(by_person=True)
    before = {k: v for k, v in console_fragments(exercise).items() if k != "clock"}
    for row in (
        {"do": "say", "text": "It is the session."},
        {"do": "suspect", "who": "somebody"},
        {"do": "ask", "kind": "tickets", "word": ""},
        {"do": "share", "words": "okta"},
    ):
        exercise.perform(row | {"team": 1})
    after = {k: v for k, v in console_fragments(exercise).items() if k != "clock"}
    assert after == before


def test_companies_that_differ_have_choices_of_their_own(begin: Begin) -> None:
    exercise = begin(by_person=True)
    first = exercise.company.chain[0]
    assert "next at 1 company." in prepare(exercise, first, teams=[2])
    assert not exercise.teams[0].intruder.queue and exercise.teams[1].intruder.queue
    text = console_fragments(exercise)["choices"]
    (form,) = re.findall(rf'value="{first}".*?</form>', text, re.DOTALL)
    assert re.findall(r'name="teams" value="([^"]*)"', form) == ["1"]


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"what": "fly"}, "cannot fly"),
        ({"what": "prepare", "step": "fly"}, "no step called"),
        ({"what": "lie-low", "minutes": 0}, "1 to 60 minutes"),
        ({"what": "lie-low", "minutes": 1000}, "1 to 60 minutes"),
        ({"what": "stop", "teams": [9]}, "no such team"),
        ({"what": "stop", "teams": "1"}, "no such team"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(
    begin: Begin, row: dict[str, object], says: str
) -> None:
    exercise = begin(by_person=True)
    with pytest.raises(CannotDo, match=says):
        exercise.perform({"do": "intrude", **row})
    assert not exercise.rows


def test_the_log_played_again_is_the_same_intruder(begin: Begin) -> None:
    exercise = begin(by_person=True)
    first, second = exercise.company.chain[:2]
    for seconds, row in (
        (300, {"what": "prepare", "step": first}),
        (310, {"what": "prepare", "step": second}),
        (900, {"what": "lie-low", "minutes": 15, "teams": [1]}),
        (1000, {"what": "move", "teams": [2]}),
        (1200, {"what": "wake", "teams": [1]}),
    ):
        exercise.advance(seconds)
        exercise.perform({"do": "intrude", **row})
    exercise.advance(7200)
    again = begin(by_person=True)
    assert not again.replay(exercise.rows)
    again.advance(7200)
    for one, other in zip(exercise.teams, again.teams, strict=True):
        assert one.intruder.tried == other.intruder.tried
        assert one.intruder.made == other.intruder.made


def test_nothing_is_chosen_while_the_clock_stands(begin: Begin) -> None:
    exercise = begin(by_person=True)
    exercise.perform({"do": "pause"})
    with pytest.raises(CannotDo, match=r"^The clock is stopped\. Wait until it goes on\.$"):
        prepare(exercise, exercise.company.chain[0])
    assert not any(team.intruder.prepared or team.intruder.queue for team in exercise.teams)
    exercise.perform({"do": "resume"})
    assert "next at 2 companies." in prepare(exercise, exercise.company.chain[0])


def test_the_console_says_that_the_clock_stands_and_that_it_is_over(begin: Begin) -> None:
    exercise = begin(by_person=True)
    assert "<b>Free</b>" in console_page(exercise, "")
    exercise.perform({"do": "pause"})
    assert "What you choose is refused until it goes on." in console_page(exercise, "")
    exercise.perform({"do": "end"})
    page = console_page(exercise, "")
    assert '<a href="../../wall/">The wall</a> has the debrief.' in page
    assert "<button" not in page and "<b>Free</b>" not in page


def test_a_choice_that_changes_nothing_says_so(begin: Begin) -> None:
    exercise = begin(by_person=True)
    for what in ("stop", "wake", "read-again", "return"):
        said = exercise.perform({"do": "intrude", "what": what})
        assert said == "intruder: that is not possible now, so nothing has changed."


def test_a_way_back_that_was_not_found_is_said_until_there_is_one(begin: Begin) -> None:
    exercise = begin(teams=1, by_person=True)
    (team,) = exercise.teams
    intruder, company = team.intruder, exercise.company
    prepare(exercise, company.chain[0])
    exercise.perform(
        {"do": "act", "team": 1, "kind": "disable", "what": exercise_account(exercise)}
    )
    exercise.advance(30 * MINUTE)
    assert intruder.is_shut_out()
    for name in {name for way in company.ways for name in way.starts}:
        held = company.case.estate.credentials[name]
        intruder.containment.add(LiveAct("disable", company.account_of(held), exercise.now))
    exercise.perform({"do": "intrude", "what": "return"})
    assert "No other way in" not in console_page(exercise, "")
    exercise.advance(80 * MINUTE)
    assert intruder.returned_in_vain is not None and not intruder.came_back
    assert '<b class="shut">No other way in</b> was found at' in console_page(exercise, "")
    for act in list(intruder.containment.acts):
        intruder.containment.add(LiveAct("enable", act.what, exercise.now))
    exercise.perform({"do": "intrude", "what": "return"})
    exercise.advance(130 * MINUTE)
    assert intruder.came_back and "No other way in" not in console_page(exercise, "")


def exercise_account(exercise: LiveExercise) -> str:
    """The account with which the intruder comes in."""
    held = exercise.company.case.estate.credentials[exercise.company.starts_with[0]]
    return exercise.company.account_of(held)


def test_every_form_of_the_console_is_done_once_and_has_a_new_key_after_it(begin: Begin) -> None:
    def keys() -> list[str]:
        return re.findall(r'<form.*?name="key" value="([^"]+)"', console_page(exercise, ""), re.S)

    exercise = begin(by_person=True)
    before = keys()
    assert len(set(before)) == len(before) == console_page(exercise, "").count("<form")
    assert keys() == before
    exercise.perform({"do": "intrude", "what": "move"})
    assert not set(before) & set(keys())


def test_a_form_that_is_sent_twice_is_done_once(begin: Begin) -> None:
    exercise = begin(by_person=True)
    move = {"do": "intrude", "what": "move", "key": "one"}
    exercise.perform(move)
    assert exercise.perform(move) == "That was done already."
    assert [team.intruder.moves for team in exercise.teams] == [1, 1]
