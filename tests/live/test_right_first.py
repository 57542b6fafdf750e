"""What must be right in every exercise that can be begun: ten seeds, and each recorded case."""

from contextlib import suppress
from functools import cache

import pytest

from labutils.live.company import MINUTE, LiveCompany
from labutils.live.containment import KINDS, CannotDo, Containment, LiveAct
from labutils.live.drawing import FEWEST, draw
from labutils.live.exercise import LiveExercise, Settings, Team, TeamReport
from labutils.live.intruder import LiveIntruder, Nudge
from labutils.live.look_ups import answer
from labutils.live.players import play
from labutils.live.referee import (
    alternatives,
    first_arrivals,
    foreseen,
    is_needless,
    is_true,
    judge,
    undisturbed,
)

CASES = ("", "cloudflare-2023", "drift-2025")
EVERY = [(case, str(seed)) for case in CASES for seed in range(1, 11)]
everywhere = pytest.mark.parametrize(("case", "seed"), EVERY)


@cache
def watched(case: str, seed: str) -> LiveExercise:
    """An exercise in which one team only reads, to its end."""
    exercise = LiveExercise(Settings(seed, 1, 240, case=case))
    play(exercise, ["bystander"])
    return exercise


def team_of(case: str, seed: str) -> Team:
    return watched(case, seed).teams[0]


@everywhere
def test_it_can_be_played_and_won(case: str, seed: str) -> None:
    """Undisturbed, the intruder gets on and takes data; who shuts what was used prevents steps."""
    company = draw(seed, 240, case)
    whole = undisturbed(company)
    assert len(whole.made) >= FEWEST and whole.losses
    names = [name for name in company.listed if not name.startswith(("session", "security key"))]
    accounts = [company.listed[name].account for name in names]
    acts = [LiveAct("disable", name, company.start) for name in accounts]
    shut = LiveIntruder(company, Containment(company, acts))
    shut.run(company.end)
    assert len(set(whole.made) - set(shut.made)) >= FEWEST // 2
    assert set(whole.losses) - set(shut.made)


@everywhere
def test_a_true_report_is_true_and_names_an_account_that_was_used(case: str, seed: str) -> None:
    team = team_of(case, seed)
    own, result = team.intruders_lines, judge(watched(case, seed), team)
    assert result.used
    for account in result.used:
        events = [one for one in own if behind(team, one) == account]
        report = report_of(account, events[:20])
        assert is_true(report, team, own), account
        raw = team.line(events[0])
        assert raw is not None and is_true(report_of(raw.who, events[:20]), team, own), raw.who


def behind(team: Team, name: str) -> str:
    event = team.line(name)
    assert event is not None
    return team.company.account_behind(event.who).lower()


def report_of(who: str, events: list[str]) -> TeamReport:
    return TeamReport(0, who, tuple(events))


@everywhere
def test_a_name_that_only_a_log_uses_stands_for_an_account_of_the_company(
    case: str, seed: str
) -> None:
    company = draw(seed, 240, case)
    used = {one.using for one in team_of(case, seed).stream for one in [one.event] if one.step}
    for one in team_of(case, seed).stream:
        assert not one.event.who.startswith("005ex"), one.event.who
    assert used and all(name for name in used)
    if company.drawn:
        assert company.account_behind(company.drawn.company.words["assistant_user"]) in (
            company.accounts
        )


@everywhere
def test_what_the_debrief_calls_possible_is_what_is_foreseen(case: str, seed: str) -> None:
    exercise, team = watched(case, seed), team_of(case, seed)
    before, possible = team.intruder, {}
    for name, arrived in first_arrivals(team).items():
        act = LiveAct("revoke", name, arrived + 5 * MINUTE)
        after = foreseen(exercise.company, [act], before.nudges)
        if act.at < exercise.now and len(after.made) < len(before.made):
            possible[name] = (
                len(before.made) - len(after.made),
                len(before.losses) - len(after.losses),
            )
    told = {one.act.what: (one.steps, one.losses) for one in alternatives(exercise, team)}
    assert told == {name: possible[name] for name in told}
    assert bool(told) == bool(possible)


@everywhere
def test_a_loss_that_no_log_shows_is_a_loss_and_leaves_no_line(case: str, seed: str) -> None:
    company, team = draw(seed, 240, case), team_of(case, seed)
    unseen = [step for step in company.steps.values() if step.part == "silent"]
    assert unseen and all(step.is_loss and not step.is_logged for step in unseen)
    shown = {(one.step, one.source) for one in team.intruder.lines}
    for step in unseen:
        service = company.case.estate.services[step.routes[0][-1].service]
        assert (step.id, service.audit) not in shown


@everywhere
def test_a_false_lead_names_nobody_of_the_intruders_and_is_the_same_for_all(
    case: str, seed: str
) -> None:
    exercise = LiveExercise(Settings(seed, 2, 240, case=case))
    for minutes in (40, 80, 160):
        exercise.advance(minutes * MINUTE)
        act = {"do": "act", "team": 2, "kind": "disable", "what": exercise.company.programs[0]}
        if minutes == 40:
            exercise.perform(act)
        with suppress(CannotDo):  # nothing harmless of late
            exercise.perform({"do": "inject", "kind": "false-lead"})
        leads = [[m.text for m in team.messages if " odd." in m.text] for team in exercise.teams]
        assert leads[0] == leads[1]
        held = {
            exercise.company.account_of(exercise.company.case.estate.credentials[name]).lower()
            for team in exercise.teams
            for name in team.intruder.first_held
        }
        for lead in leads[0]:
            who = lead.removeprefix("The help desk writes: ").partition(" did ")[0]
            assert exercise.company.account_behind(who).lower() not in held


@everywhere
@pytest.mark.parametrize("kind", ["revoke", "bind", "disable", "block"])
def test_a_leak_opens_something_or_says_that_it_did_nothing(
    case: str, seed: str, kind: str
) -> None:
    company = draw(seed, 240, case)
    at, contained = company.start + 90 * MINUTE, Containment(company)
    intruder = LiveIntruder(company, contained)
    intruder.run(at)
    assert kind in KINDS
    for what in shut(company, intruder, kind):
        contained.add(LiveAct(kind, what, at))  # type: ignore[arg-type]
    intruder.queue.clear()
    allowed, doors = sum(one.allowed for one in intruder.tried), intruder.open_doors(at + 60)
    if intruder.nudge(Nudge("leak", at + 60)):
        intruder.run(company.end)
        assert sum(one.allowed for one in intruder.tried) > allowed
    else:
        assert intruder.open_doors(at + 60) == doors and not intruder.came_back


def shut(company: LiveCompany, intruder: LiveIntruder, kind: str) -> list[str]:
    """What a team shuts with such acts: all that the intruder holds by now."""
    credentials = [company.case.estate.credentials[name] for name in intruder.first_held]
    if kind == "block":
        return sorted({one.address for one in intruder.tried})
    if kind == "disable":
        return sorted({company.account_of(one) for one in credentials} & company.accounts)
    names = {company.name_of(one) for one in credentials if one.kind != "data"}
    return sorted(names & set(company.listed))


@everywhere
def test_a_ticket_has_a_host_that_is_never_the_intruders(case: str, seed: str) -> None:
    company, team = draw(seed, 240, case), team_of(case, seed)
    assert company.tables["tickets"] and all(row["host"] for row in company.tables["tickets"])
    theirs = {one.address for one in team.intruder.tried}
    inside = {
        company.case.addresses[zone.id].ip
        for zone in company.case.estate.zones.values()
        if zone.inside and zone.id in company.case.addresses
    }
    hosts = {host for row in company.tables["tickets"] for host in row["host"].split(" and ")}
    assert not hosts & (theirs - inside)
    one = company.tables["tickets"][0]
    told = answer(company, "tickets", one["id"], [], company.start)
    assert one["id"] not in told or f"on {one['host']}" in told


@everywhere
def test_who_was_shut_out_comes_back_with_nothing_that_was_held_before(
    case: str, seed: str
) -> None:
    company = draw(seed, 240, case)
    first = undisturbed(company).tried[0].at + 60
    accounts = sorted({row.account for row in company.inventory if row.account in company.programs})
    acts = [LiveAct("disable", name, first) for name in accounts]
    before = foreseen(company, acts)
    for way, time in before.came_back.items():
        starts = next(one.starts for one in company.ways if one.id == way)
        assert first < time < company.start + before.last_return
        assert all(before.first_held[name] == time for name in starts)
        assert not {one.using for one in before.tried if one.at < time} & set(starts)
    for act in acts:
        assert is_needless(act, before) in (True, False)
