"""A grade names the lines that would have shown what a report missed."""

import re
from dataclasses import replace

import pytest

from labutils.capstone import evidence
from labutils.capstone.folder import now
from labutils.capstone.grading import SURE, Bench
from labutils.capstone.reference import OMNISCIENT, work_of
from labutils.capstone.report import Claimed, EvictionAct, IncidentReport

LINE = re.compile(r"[a-z_]+:[1-9][0-9]*")


@pytest.fixture(scope="module")
def best(bench: Bench) -> IncidentReport:
    return work_of(bench, [OMNISCIENT])[OMNISCIENT].report


def lost(bench: Bench, report: IncidentReport, part: str) -> str:
    return "\n".join(bench.grade(report, ()).parts[part].lost)


def lines_of(bench: Bench, *steps: str) -> set[str]:
    return {event for step in steps for event in bench.truth.events_of[step]}


def test_a_few_lines_are_named_and_the_rest_counted() -> None:
    assert evidence.cited(["jira:12", "jira:9", "jira:9"]) == "jira:9, jira:12"
    assert evidence.cited(f"jira:{n}" for n in range(1, 6)) == (
        "jira:1, jira:2, jira:3 and 2 lines more"
    )


def test_a_claim_that_was_missed_has_lines_of_its_own_step(
    bench: Bench, best: IncidentReport
) -> None:
    told = lost(bench, replace(best, claims=()), "claims").splitlines()
    for claim in bench.truth.claims:
        (line,) = [one for one in told if f"not claimed: {claim.what} of {claim.who}:" in one]
        assert set(LINE.findall(line)) <= bench.truth.events_for(claim) and LINE.search(line)


def test_a_foothold_and_a_loss_have_the_lines_in_which_they_were_made(
    bench: Bench, best: IncidentReport
) -> None:
    told = lost(bench, replace(best, footholds=(), losses=()), "scope")
    made = re.search(r"key of \S+ \(made in ([^)]+)\)", told)
    taken = re.search(r"wiki-pages \(taken in ([^)]+)\)", told)
    assert made and set(LINE.findall(made[1])) <= lines_of(bench, "key-made")
    assert taken and set(LINE.findall(taken[1])) <= lines_of(bench, "pages-taken")


def test_a_credential_has_the_lines_in_which_it_was_used(
    bench: Bench, best: IncidentReport
) -> None:
    told = lost(bench, replace(best, credentials=()), "scope")
    used = re.search(r"session of \S+ \(used in ([^)]+)\)", told)
    assert used
    assert set(LINE.findall(used[1])) <= lines_of(bench, "session-taken-over", "secrets-read")


def test_a_wrong_way_in_is_told_with_the_lines_of_the_right_one(
    bench: Bench, best: IncidentReport
) -> None:
    told = lost(bench, replace(best, not_knowable=("how-the-cookie-was-copied",)), "not_knowable")
    ways = lines_of(bench, "recording-read", "session-taken-over", "secrets-read")
    found = re.search(r"the way in shows in (.*)", told)
    assert found and set(LINE.findall(found[1])) <= ways


def test_a_door_left_open_is_told_with_the_lines_that_made_it(
    bench: Bench, best: IncidentReport
) -> None:
    acts = tuple(act for act in best.eviction if not act.what.startswith("key of"))
    told = lost(bench, replace(best, eviction=acts), "eviction")
    found = re.search(r"no act of yours shut key of \S+: made in (.*)", told)
    assert found and set(LINE.findall(found[1])) <= lines_of(bench, "key-made")


def test_whoever_says_92_percent_and_is_right_is_not_told_off(
    bench: Bench, best: IncidentReport
) -> None:
    claims = tuple(replace(one, percent=92) for one in best.claims)
    told = lost(bench, replace(best, claims=claims), "claims")
    count = len(claims)
    assert (
        told
        == f"of your {count} claims at {SURE} percent or more, {count} true: doubt costs a little"
    )


def test_whoever_doubts_what_is_false_was_right_to(bench: Bench, best: IncidentReport) -> None:
    doubted = Claimed("mailbox-taken", "nobody.here", tuple(bench.truth.twins)[:1], 30)
    told = lost(bench, replace(best, claims=(doubted,)), "claims")
    assert "you were right to doubt it, and it costs nothing" in told
    sure = lost(bench, replace(best, claims=(replace(doubted, percent=90),)), "claims")
    assert "right to doubt" not in sure and f"1 claim at {SURE} percent or more, 0 true" in sure


def test_what_nothing_was_done_about_is_no_line_of_an_eviction(
    bench: Bench, best: IncidentReport
) -> None:
    at = now(bench.drawn.company)
    told = lost(
        bench, replace(best, eviction=(EvictionAct("block", "203.0.113.1", at),)), "eviction"
    )
    assert "no act of yours shut" in told
