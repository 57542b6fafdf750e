"""A month in which nobody was in: what a report says of it, and what that is worth."""

from dataclasses import replace

import pytest

from labutils.capstone.folder import listed, now, number_of
from labutils.capstone.grading import Bench
from labutils.capstone.leads import LEADS, cleared, explanations
from labutils.capstone.reference import OMNISCIENT, work_of
from labutils.capstone.report import HARMLESS, Claimed, EvictionAct, IncidentReport, words

INCIDENT = ("claims", "scope", "not_knowable", "eviction")


@pytest.fixture(scope="module")
def best(quiet: Bench) -> IncidentReport:
    """The truth as a report."""
    return work_of(quiet, [OMNISCIENT])[OMNISCIENT].report


def earned(quiet: Bench, report: IncidentReport) -> float:
    parts = quiet.grade(report, ()).parts
    return sum(parts[name].points for name in INCIDENT)


def test_whoever_clears_every_lead_has_all_points(
    quiet: Bench, best: IncidentReport, all_but_rules: dict[str, int]
) -> None:
    assert quiet.drawn.nothing and not quiet.truth.steps
    assert best.verdict == "nothing" and len(best.claims) == LEADS
    found = quiet.grade(best, ())
    assert found.parts.keys() - all_but_rules.keys() == {"rules"}
    earned = {name: found.parts[name].points for name in all_but_rules}
    assert earned == pytest.approx(all_but_rules)


def test_to_say_nothing_and_no_more_earns_nothing(quiet: Bench, best: IncidentReport) -> None:
    empty = IncidentReport(number_of(quiet.seed), controls=best.controls, verdict="nothing")
    assert quiet.grade(empty, ()).total == 0
    assert quiet.grade(replace(empty, verdict="intrusion"), ()).total == 0


def test_each_lead_counts_once_and_half_of_them_are_half(
    quiet: Bench, best: IncidentReport
) -> None:
    half = best.claims[: LEADS // 2]
    assert earned(quiet, replace(best, claims=half)) == pytest.approx(35)
    assert earned(quiet, replace(best, claims=half * 3)) == pytest.approx(35)


def test_a_lead_needs_its_lines_its_actor_and_what_explains_it(
    quiet: Bench, best: IncidentReport
) -> None:
    one = next(one for one in best.claims if one.explained_by.startswith("chg-"))
    other = next(c.explained_by for c in best.claims if c.explained_by != one.explained_by)
    alone = replace(best, claims=(one,))
    assert earned(quiet, alone) == pytest.approx(70 / LEADS)
    for wrong in (
        replace(one, explained_by=""),
        replace(one, explained_by=other),
        replace(one, explained_by="CHG-1"),
        replace(one, who="nobody.here"),
        replace(one, events=()),
        replace(one, percent=50),
        replace(one, what="tickets-read"),
    ):
        assert earned(quiet, replace(best, claims=(wrong,))) == 0


def test_a_wrong_explanation_costs_what_a_right_one_earns(
    quiet: Bench, best: IncidentReport
) -> None:
    first, second, *others = best.claims
    wrong = replace(second, explained_by=first.explained_by)
    with_it = earned(quiet, replace(best, claims=(first, wrong, *others)))
    assert with_it < earned(quiet, replace(best, claims=(first, *others))) < 70


def test_to_explain_every_line_by_every_ticket_earns_nothing(
    quiet: Bench, best: IncidentReport
) -> None:
    events = list(quiet.truth.twins)[:40]
    claims = tuple(
        Claimed(HARMLESS, quiet.truth.twin_actors[event], (event,), 100, row["id"])
        for event in events
        for row in quiet.truth.tickets[:4]
    )
    assert earned(quiet, replace(best, claims=claims)) == 0


def test_to_name_what_was_lost_or_to_shut_anything_costs_its_part(
    quiet: Bench, best: IncidentReport
) -> None:
    at, names = now(quiet.drawn.company), sorted(listed(quiet.drawn))[:3]
    for more in (
        replace(best, losses=words()["losses"][:1]),
        replace(best, credentials=tuple(names)),
        replace(best, not_knowable=words()["not_knowable"][:1]),
        replace(best, eviction=(EvictionAct("replace", names[0], at),)),
    ):
        assert earned(quiet, more) in (pytest.approx(50), pytest.approx(60), pytest.approx(55))


def test_an_intrusion_that_never_was_earns_its_leads_in_one_part(
    quiet: Bench, best: IncidentReport
) -> None:
    believed = quiet.grade(replace(best, verdict="intrusion"), ())
    assert believed.parts["claims"].points == pytest.approx(25)
    for name in INCIDENT[1:]:
        assert believed.parts[name].points == 0
        assert "nobody was" in " ".join(believed.parts[name].lost)
    made_up = Claimed("tickets-read", "svc-x", tuple(quiet.truth.twins)[:3], 100)
    assert earned(quiet, replace(best, claims=(*best.claims, made_up))) < 70


def test_every_reason_is_said(quiet: Bench, best: IncidentReport) -> None:
    wrong = Claimed("mail-read", "a.b", ("okta:1",), 90)
    claims = (wrong, replace(best.claims[0], explained_by=""))
    reasons = [reason for _, _, reason in cleared(claims, quiet.truth)]
    assert reasons == ["nobody was in", "harmless, and the report does not say what explains it"]


def test_where_there_is_no_ticket_whoever_runs_it_explains_it(quiet: Bench) -> None:
    for move in quiet.truth.untold:
        found = explanations([move.events[0].id], quiet.truth)
        assert found and all(one.startswith(("owner:", "person:")) for one in found)
    assert quiet.truth.untold
