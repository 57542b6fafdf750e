"""An exercise: its state is its log, and what one team does changes nothing for another."""

import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from how_many import draws
from hypothesis import given, settings
from hypothesis import strategies as st

from labutils.live.company import MINUTE
from labutils.live.containment import CannotDo
from labutils.live.debrief import as_html
from labutils.live.exercise import MOST_EVENTS, LiveExercise, Settings
from labutils.live.players import SKILLS, play
from labutils.live.referee import judge

Begin = Callable[..., LiveExercise]


def state(exercise: LiveExercise) -> list[Any]:
    """Everything that a team, its intruder or the referee could tell apart."""
    return [
        (
            [(one.id, one.event.text) for one in team.stream],
            [one.text for one in team.shut_out],
            [(one.kind, one.word, one.due, one.answer) for one in team.questions],
            team.messages,
            team.reports,
            team.containment.acts,
            team.intruder.tried,
            team.intruder.made,
        )
        for team in exercise.teams
    ]


def test_the_log_played_again_is_the_exercise(begin: Begin) -> None:
    exercise = begin(4)
    play(exercise, list(SKILLS))
    again = begin(4)
    again.replay(exercise.rows)
    again.advance(exercise.seconds)
    assert again.rows == exercise.rows
    assert state(again) == state(exercise)
    assert as_html(again) == as_html(exercise)


def test_one_seed_and_the_same_policies_give_the_same_bytes(begin: Begin) -> None:
    first, second = begin(4), begin(4)
    for exercise in (first, second):
        play(exercise, list(SKILLS))
    assert first.rows == second.rows and as_html(first) == as_html(second)


def test_an_act_bites_in_one_company_alone(begin: Begin) -> None:
    exercise = begin()
    exercise.advance(20 * MINUTE)
    for account in sorted(exercise.company.accounts):
        exercise.perform({"do": "act", "team": 1, "kind": "disable", "what": account})
    exercise.advance(exercise.length)
    first, second = exercise.teams
    assert len(first.intruder.made) < len(second.intruder.made)
    assert first.shut_out and not second.shut_out


def test_an_answer_takes_its_minutes_and_the_next_one_waits(begin: Begin) -> None:
    exercise = begin()
    exercise.perform({"do": "ask", "team": 1, "kind": "tickets", "word": ""})
    exercise.perform({"do": "ask", "team": 1, "kind": "tickets", "word": "CHG"})
    first, second = exercise.teams[0].questions
    assert second.due - first.due == first.due - exercise.now
    exercise.advance(first.due - exercise.company.start - 1)
    assert first.answer is None
    exercise.advance(first.due - exercise.company.start)
    assert first.answer and second.answer is None


def test_a_log_that_is_raised_records_more_from_then_on(begin: Begin) -> None:
    exercise = begin()
    exercise.perform({"do": "act", "team": 1, "kind": "raise", "what": "jira"})
    exercise.advance(exercise.length)
    costly = [
        [one.event for one in team.stream if one.event.costly and one.event.source == "jira"]
        for team in exercise.teams
    ]
    assert costly[0] and not costly[1]
    assert all(event.at >= exercise.company.start for event in costly[0])


def test_a_form_that_is_sent_twice_is_done_once(begin: Begin) -> None:
    exercise = begin()
    row = {"do": "ask", "team": 1, "kind": "tickets", "word": "x", "key": "abc"}
    exercise.perform(dict(row))
    assert exercise.perform(dict(row)) == "That was done already."
    assert len(exercise.teams[0].questions) == 1 == len(exercise.rows)
    exercise.perform(row | {"team": 2})
    assert len(exercise.teams[1].questions) == 1


def test_nobody_chooses_the_moment_of_an_act(begin: Begin) -> None:
    exercise = begin()
    exercise.advance(600)
    row = {"do": "act", "team": 1, "kind": "raise", "what": "jira"}
    exercise.perform({"t": 0, "at": 0, **row})
    assert exercise.teams[0].containment.acts[0].at == exercise.now


def test_the_help_desk_writes_after_a_quarter(begin: Begin) -> None:
    exercise = begin()
    exercise.advance(exercise.length // 4 - 1)
    assert not exercise.teams[0].messages
    exercise.advance(exercise.length // 4)
    (message,) = exercise.teams[0].messages
    symptoms = {step.symptom for step in exercise.company.steps.values()}
    assert message.text.removeprefix("The help desk writes: ") in symptoms


def test_injects_reach_whom_they_are_for(begin: Begin) -> None:
    exercise = begin()
    exercise.advance(100 * MINUTE)
    exercise.perform({"do": "inject", "kind": "message", "text": "The press calls.", "team": 2})
    assert exercise.teams[1].messages[-1].text == "The press calls."
    assert all(one.text != "The press calls." for one in exercise.teams[0].messages)
    exercise.perform({"do": "inject", "kind": "false-lead"})
    assert all("a colleague finds odd" in team.messages[-1].text for team in exercise.teams)
    before = exercise.teams[0].intruder.next_visit
    exercise.perform({"do": "inject", "kind": "hurry", "team": 1})
    assert exercise.teams[0].intruder.next_visit <= min(before, exercise.now)


def test_when_it_is_over_nothing_can_be_done(begin: Begin) -> None:
    exercise = begin()
    exercise.perform({"do": "end"})
    with pytest.raises(CannotDo, match="over"):
        exercise.perform({"do": "ask", "team": 1, "kind": "tickets", "word": "x"})
    with pytest.raises(CannotDo, match="already ended"):
        exercise.perform({"do": "end"})
    seconds = exercise.seconds
    exercise.advance(seconds + 600)
    assert exercise.seconds == seconds


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"do": "dance"}, "nothing called"),
        ({"do": "act", "kind": "block", "what": "1.2.3.4"}, "Only a team"),
        ({"do": "act", "team": 9, "kind": "block", "what": "1.2.3.4"}, "no such team"),
        ({"do": "act", "team": "1", "kind": "block", "what": "1.2.3.4"}, "no such team"),
        ({"do": "ask", "team": 1, "kind": "oracle", "word": "x"}, "no look-up"),
        ({"do": "ask", "team": 1, "kind": "person", "word": "nobody"}, "Nobody on the roster"),
        ({"do": "ask", "team": 1, "kind": "owner", "word": "x"}, "no program called"),
        ({"do": "ask", "team": 1, "kind": "tickets", "word": "x" * 200}, "at most 60"),
        ({"do": "report", "team": 1, "who": "x", "events": ["okta:1"]}, "neither an account"),
        ({"do": "rule", "team": 1, "rule": "none", "on": True}, "no rule called"),
        ({"do": "own-rule", "team": 1, "text": "title: ["}, "This rule cannot be used"),
        ({"do": "own-rule", "team": 1, "text": "x" * 7000}, "at most 6,000"),
        ({"do": "own-rule", "team": 1, "text": "a|re: '(a+)+$'"}, "Regular expressions"),
        ({"do": "own-rule", "team": 1, "text": ""}, "holds no rule"),
        ({"do": "inject", "kind": "rain"}, "no inject"),
        ({"do": "inject", "kind": "message", "text": "  "}, "at least one word"),
        ({"do": "resume"}, "running"),
        ({"do": "intrude", "step": "x"}, "seeded"),
    ],
)
def test_what_cannot_be_done_gets_a_sentence_and_no_line(
    begin: Begin, row: dict[str, Any], reason: str
) -> None:
    exercise = begin()
    before = state(exercise)
    with pytest.raises(CannotDo, match=reason):
        exercise.perform(row)
    assert exercise.rows == [] and state(exercise) == before


def test_a_report_names_lines_that_have_arrived_and_not_too_many(begin: Begin) -> None:
    exercise = begin()
    account = sorted(exercise.company.accounts)[0]
    row = {"do": "report", "team": 1, "who": account}
    with pytest.raises(CannotDo, match="no line okta:99999"):
        exercise.perform(row | {"events": ["okta:99999"]})
    with pytest.raises(CannotDo, match="1 to 50 lines"):
        exercise.perform(row | {"events": []})
    some = [one.id for one in exercise.teams[0].stream]
    with pytest.raises(CannotDo, match="1 to 50 lines"):
        exercise.perform(row | {"events": some[: MOST_EVENTS + 1]})
    exercise.perform(row | {"events": some[:MOST_EVENTS]})


ANYTHING = st.one_of(
    st.none(), st.booleans(), st.integers(), st.text(max_size=80), st.lists(st.text(max_size=9))
)
WHAT_IS_DONE = [
    "act",
    "ask",
    "report",
    "rule",
    "own-rule",
    "inject",
    "intrude",
    "suspect",
    "share",
]
ROWS = st.fixed_dictionaries(
    {
        "do": st.sampled_from(WHAT_IS_DONE),
        "team": st.sampled_from([0, 1, 2, 3, True, "1", None]),
        "kind": ANYTHING,
        "what": ANYTHING,
        "word": ANYTHING,
        "who": ANYTHING,
        "events": st.lists(st.text(max_size=20), max_size=5),
        "text": ANYTHING,
        "rule": ANYTHING,
        "on": ANYTHING,
        "step": ANYTHING,
        "number": ANYTHING,
        "lines": st.lists(st.text(max_size=20), max_size=5),
        "words": ANYTHING,
        "certainty": ANYTHING,
        "by": ANYTHING,
        "key": ANYTHING,
    }
)
PLAYED = None


@given(ROWS)
@settings(max_examples=draws(150), deadline=None)
def test_any_line_is_done_or_refused_with_a_sentence(row: dict[str, Any]) -> None:
    global PLAYED
    PLAYED = PLAYED or LiveExercise(Settings("3", 2, 240))
    with suppress(CannotDo):
        assert PLAYED.perform(row)


def test_a_rule_that_is_switched_on_finds_what_was_there_and_what_comes(begin: Begin) -> None:
    exercise = begin()
    team = exercise.teams[0]
    exercise.perform(
        {"do": "rule", "team": 1, "rule": "cloudflare_access_service_token_refused", "on": True}
    )
    before = list(team.watch.by_id.values())
    assert before and {hit.title for hit in before} == {"Service Token Refused at the Gateway"}
    exercise.advance(exercise.length)
    after = team.look()
    assert {hit.event_ids for hit in after}.isdisjoint({hit.event_ids for hit in before})
    assert team.look() == []
    text = (
        "title: Mine\nid: 7d9f3a52-0000-4000-8000-000000000001\nlogsource: {product: okta, "
        "service: okta}\ndetection: {selection: {eventType|startswith: user.}, condition: "
        "selection}\nlevel: low\n"
    )
    fresh = begin()
    fresh.perform({"do": "own-rule", "team": 1, "text": text})
    assert {hit.title for hit in fresh.teams[0].watch.by_id.values()} == {"Mine"}
    with pytest.raises(CannotDo, match="already"):
        fresh.perform({"do": "own-rule", "team": 1, "text": text})


def test_a_search_takes_all_words_and_leaves_out_those_with_a_minus(begin: Begin) -> None:
    team = begin().teams[0]
    found = team.search("okta user.session.start")
    assert found and all("user.session.start" in one.event.text for one in found)
    assert team.search("okta -okta") == []
    ids = [team.places[one.id] for one in found]
    assert ids == sorted(ids, reverse=True)


@pytest.mark.parametrize(("teams", "minutes"), [(0, 240), (13, 240), (2, 10), (2, 100_000)])
def test_an_exercise_has_bounds(teams: int, minutes: int) -> None:
    with pytest.raises(CannotDo):
        LiveExercise(Settings("3", teams, minutes))


def test_a_person_may_be_the_intruder(begin: Begin) -> None:
    exercise = begin(by_person=True)
    first = exercise.company.chain[0]
    exercise.advance(600)
    assert "begun at 2 companies" in exercise.perform({"do": "intrude", "step": first})
    exercise.advance(1800)
    assert all(first in team.intruder.made for team in exercise.teams)
    assert "nothing has changed" in exercise.perform({"do": "intrude", "step": first})
    with pytest.raises(CannotDo, match="no step called"):
        exercise.perform({"do": "intrude", "step": "fly"})


def test_while_the_clock_stands_still_nobody_acts(begin: Begin) -> None:
    exercise = begin()
    exercise.perform({"do": "pause"})
    account = sorted(exercise.company.accounts)[0]
    for row in (
        {"do": "act", "kind": "block", "what": "203.0.113.9"},
        {"do": "ask", "kind": "tickets", "word": ""},
        {"do": "report", "who": account, "events": ["okta:1"]},
    ):
        with pytest.raises(CannotDo, match="is stopped"):
            exercise.perform(row | {"team": 1})
    exercise.perform({"do": "say", "team": 1, "text": "We believe that it is the token."})
    exercise.perform({"do": "resume"})
    exercise.perform({"do": "act", "team": 1, "kind": "block", "what": "203.0.113.9"})


def test_a_statement_is_for_the_instructor_and_worth_nothing(begin: Begin) -> None:
    exercise = begin()
    exercise.perform({"do": "say", "team": 1, "text": " No data is gone. "})
    with pytest.raises(CannotDo, match="at least one word"):
        exercise.perform({"do": "say", "team": 1, "text": "  "})
    (said,) = exercise.teams[0].statements
    assert said.text == "No data is gone." and not exercise.teams[1].statements
    assert judge(exercise, exercise.teams[0]).total == 0
    assert "No data is gone." in as_html(exercise)


def test_what_was_shut_can_get_out_again(begin: Begin) -> None:
    exercise = begin(1)
    play(exercise, ["contains, then clears"])
    quiet = len(exercise.teams[0].intruder.tried)
    again = begin(1)
    moment = exercise.length - 60 * MINUTE
    again.replay(row for row in exercise.rows if row["t"] < moment)
    again.advance(moment)
    again.perform({"do": "inject", "kind": "leak"})
    again.advance(again.length)
    later = [one for one in again.teams[0].intruder.tried if one.at > again.company.start + moment]
    assert any(one.allowed for one in later) and len(again.teams[0].intruder.tried) != quiet


def test_the_intruder_is_alone_at_its_address_in_these_hours(begin: Begin) -> None:
    exercise = begin(1)
    exercise.advance(exercise.length)
    team, company = exercise.teams[0], exercise.company
    own = {one.address for one in team.intruder.tried if one.scope.startswith("gateway:")}
    others = [one for one in company.ordinary if one.at >= company.start]
    scripts = company.case.addresses["scripts"].ip
    assert scripts in own
    assert not [one for one in others if f'"{scripts}"' in one.text]


def test_a_rule_says_at_once_what_it_finds(begin: Begin) -> None:
    exercise = begin()
    row = {"do": "rule", "team": 1, "rule": "okta_factor_activated", "on": True}
    sentence = exercise.perform(row)
    found = re.fullmatch(
        r"Factor Activated in Okta is on\. Lines that it finds so far: (\d+); from the day "
        r"before: (\d+)\.",
        sentence,
    )
    assert found and int(found[1]) >= int(found[2]) > 0
    assert exercise.perform(row | {"on": False}) == "Factor Activated in Okta is off."


def test_the_debrief_says_what_the_harmless_things_were(begin: Begin) -> None:
    exercise = begin(1)
    play(exercise, ["shuts what is odd"])
    page = as_html(exercise)
    false = judge(exercise, exercise.teams[0]).false
    assert "What only looked like it" in page and "a ticket" in page
    assert page.count("false: ") >= len(false)


def test_nobody_is_told_that_there_is_nothing_to_tell(begin: Begin) -> None:
    exercise = begin()
    with pytest.raises(CannotDo, match="nothing of the kind"):
        exercise.perform({"do": "inject", "kind": "symptom"})
    assert not exercise.teams[0].messages and exercise.rows == []


def test_who_is_stopped_at_the_gateway_does_not_get_on_behind_it(begin: Begin) -> None:
    exercise = begin(seed="b")
    assert exercise.company.drawn is not None
    token = f"{exercise.company.drawn.company.words['planning']}-token"
    exercise.perform({"do": "act", "team": 1, "kind": "bind", "what": token})
    exercise.advance(exercise.length)
    first, second = exercise.teams
    stories = {one.twin for one in first.shut_out if one.twin and one.who == token}
    assert stories
    for story in stories:
        began = min(one.at for one in first.shut_out if one.twin == story)
        behind = [
            one.event
            for one in first.stream
            if one.event.twin == story and began < one.event.at < began + 1800
        ]
        assert not [event for event in behind if event.who != token]
    assert not second.shut_out
