"""The referee, from the side of those who would win without earning it."""

from collections.abc import Callable

import pytest

from labutils.live.company import MINUTE
from labutils.live.containment import CannotDo, LiveAct
from labutils.live.exercise import LiveExercise, Team
from labutils.live.players import POLICIES, SKILLS, Player, play
from labutils.live.referee import (
    WEIGHTS,
    alternatives,
    foreseen,
    is_needless,
    is_true,
    judge,
    undisturbed,
)

Begin = Callable[..., LiveExercise]
WITHOUT_HUNTING = (
    "bystander",
    "switches everything off",
    "replaces everything",
    "blocks the networks",
    "accuses everybody",
)


@pytest.mark.parametrize("seed", ["4", "5"])
def test_the_order_of_points_is_the_order_of_skills(begin: Begin, seed: str) -> None:
    """docs/live.md has ten seeds, and the points of each way in."""
    exercise = begin(len(SKILLS), seed=seed)
    play(exercise, list(SKILLS))
    totals = [judge(exercise, team).total for team in exercise.teams]
    assert totals == sorted(totals) and totals[-1] > 55 and totals[0] == 0


def test_what_works_again_is_replaced_again(begin: Begin) -> None:
    """The intruder reads the new token where the company keeps it."""
    exercise = begin(1, seed="4")
    play(exercise, ["contains, then clears"])
    team = exercise.teams[0]
    token = f"{exercise.company.drawn.company.words['planning']}-token"  # type: ignore[union-attr]
    assert sum(act.what == token for act in team.containment.acts) > 1
    assert token not in judge(exercise, team).left


def test_a_mailbox_is_shut_by_its_grant(begin: Begin) -> None:
    exercise = begin(1, seed="8")
    play(exercise, ["contains, then clears"])
    team = exercise.teams[0]
    result = judge(exercise, team)
    assert exercise.company.starts_with == ("victim-consent",) and result.is_out
    assert not any(act.what.startswith("session of") for act in result.needless)


@pytest.mark.parametrize("seed", ["3", "9"])
def test_whoever_does_not_hunt_gets_nothing(begin: Begin, seed: str) -> None:
    exercise = begin(len(WITHOUT_HUNTING), seed=seed)
    play(exercise, list(WITHOUT_HUNTING))
    totals = [judge(exercise, team).total for team in exercise.teams]
    assert max(totals) < 8, totals
    assert sum(totals) == totals[WITHOUT_HUNTING.index("blocks the networks")]


def test_to_shut_everybody_out_costs_more_than_it_prevents(begin: Begin) -> None:
    exercise = begin(1)
    play(exercise, ["switches everything off"])
    result = judge(exercise, exercise.teams[0])
    assert result.is_out and not result.losses
    assert result.points["work refused"] < -30
    gained = sum(result.points[name] for name in WEIGHTS)
    assert gained < -result.points["work refused"]


def acts_of_all(player: Player) -> None:
    """Replaces everything, again and again, and accuses everybody."""
    POLICIES["replaces everything"](player)
    player.acted = {one for one in player.acted if not one.startswith("revoke")}
    POLICIES["accuses everybody"](player)


def test_everything_at_once_gets_nothing(begin: Begin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(POLICIES, "all", acts_of_all)
    exercise = begin(1, seed="9")
    play(exercise, ["all"])
    assert judge(exercise, exercise.teams[0]).total == 0


def intruders_lines(team: Team) -> list[str]:
    return [one.id for one in team.stream if one.event.step]


def test_a_report_is_true_of_the_account_whose_lines_it_names(begin: Begin) -> None:
    exercise = begin()
    exercise.advance(120 * MINUTE)
    team = exercise.teams[0]
    own = intruders_lines(team)
    event = team.line(own[0])
    assert event is not None
    who = event.who
    others = [one.id for one in team.stream if not one.event.step][:10]
    other_account = next(a for a in sorted(exercise.company.accounts) if a.lower() != who)
    tried = [
        (who, own[:1], True),
        (who, [own[0], *others[:1]], True),  # half of them
        (who, [own[0], *others[:2]], False),
        (who, others[:1], False),
        (other_account, own[:1], False),
    ]
    for name, events, right in tried:
        exercise.perform({"do": "report", "team": 1, "who": name, "events": events})
        assert is_true(team.reports[-1], team, set(own)) is right, (name, events)
    result = judge(exercise, team)
    assert len(result.false) == 3 and len(result.found) == 1
    assert result.points["false accusations"] == -9


def test_a_second_report_of_one_account_earns_nothing_more(begin: Begin) -> None:
    exercise = begin()
    exercise.advance(120 * MINUTE)
    team = exercise.teams[0]
    own = intruders_lines(team)
    who = team.line(own[0]).who  # type: ignore[union-attr]
    row = {"do": "report", "team": 1, "who": who, "events": own[:1]}
    exercise.perform(dict(row))
    before = judge(exercise, team).points["found"]
    with pytest.raises(CannotDo, match="has already reported .* with these lines"):
        exercise.perform(dict(row))
    more = [one for one in own if team.line(one).who == who][:2]  # type: ignore[union-attr]
    exercise.perform(row | {"events": more})
    assert judge(exercise, team).points["found"] == before > 0


def test_what_was_prevented_counts_in_full_for_who_knows_what_it_was(begin: Begin) -> None:
    exercise = begin()
    whole = undisturbed(exercise.company)
    first = min(whole.made.values()) - exercise.company.start
    exercise.advance(first + 40 * MINUTE)
    for team in (1, 2):
        for name in whole.holds:
            held = exercise.company.case.estate.credentials[name]
            if held.given_out and exercise.company.name_of(held) in exercise.company.listed:
                row = {"do": "act", "kind": "revoke", "what": exercise.company.name_of(held)}
                exercise.perform(row | {"team": team})
    team = exercise.teams[0]
    for account in judge(exercise, team).used:
        events = [i for i in intruders_lines(team) if team.line(i).who == account]  # type: ignore[union-attr]
        if events:
            exercise.perform({"do": "report", "team": 1, "who": account, "events": events[:20]})
    exercise.advance(exercise.length)
    known, unknown = (judge(exercise, one) for one in exercise.teams)
    assert known.points["steps prevented"] > unknown.points["steps prevented"] > 0


def test_an_act_is_needed_against_what_the_intruder_held_by_then(begin: Begin) -> None:
    exercise = begin()
    exercise.advance(exercise.length)
    intruder, company = exercise.teams[0].intruder, exercise.company
    name, since = next(
        (name, since)
        for name, since in intruder.first_held.items()
        if since > company.start
        and company.name_of(company.case.estate.credentials[name]) in company.listed
    )
    called = company.name_of(company.case.estate.credentials[name])
    assert is_needless(LiveAct("revoke", called, since - 1), intruder)
    assert not is_needless(LiveAct("revoke", called, since), intruder)
    assert not is_needless(LiveAct("raise", "jira", 0), intruder)
    first = intruder.tried[0]
    assert is_needless(LiveAct("block", first.address, first.at - 1), intruder)
    assert not is_needless(LiveAct("block", first.address, first.at), intruder)


def test_out_is_said_of_who_was_in(begin: Begin) -> None:
    exercise = begin()
    exercise.advance(60)
    result = judge(exercise, exercise.teams[0])
    assert result.began is None and result.points["out"] == 0 and result.total == 0


def test_another_act_is_played_and_not_guessed(begin: Begin) -> None:
    exercise = begin(1)
    play(exercise, ["bystander"])
    team = exercise.teams[0]
    found = alternatives(exercise, team)
    assert found
    for one in found:
        after = foreseen(exercise.company, [one.act])
        assert len(after.made) == len(team.intruder.made) - one.steps
        assert len(after.losses) == len(team.intruder.losses) - one.losses
        assert one.act.what in one.says


def test_against_a_person_what_others_suffered_is_what_was_prevented(begin: Begin) -> None:
    exercise = begin(by_person=True)
    exercise.advance(60 * MINUTE)
    assert [judge(exercise, team).total for team in exercise.teams] == [0, 0]
    starts = exercise.company.starts_with
    held = [exercise.company.case.estate.credentials[name] for name in starts]
    for one in held:
        account = exercise.company.account_of(one)
        exercise.perform({"do": "act", "team": 1, "kind": "disable", "what": account})
    exercise.perform({"do": "intrude", "step": exercise.company.chain[0]})
    exercise.advance(120 * MINUTE)
    first, second = (judge(exercise, team) for team in exercise.teams)
    assert first.prevented == (exercise.company.chain[0],) and not second.prevented
