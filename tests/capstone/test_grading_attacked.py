"""The grade from the other side: every way to points without work that somebody thought of."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from labutils.capstone import world
from labutils.capstone.constant_rules import CONSTANT
from labutils.capstone.folder import listed, now, number_of
from labutils.capstone.grading import Bench, ReportGrade, agreement
from labutils.capstone.hidden import try_texts
from labutils.capstone.incident import ALWAYS, Claim
from labutils.capstone.reference import OMNISCIENT, grades, work_of
from labutils.capstone.report import (
    FORBIDDEN,
    HARMLESS,
    Claimed,
    EvictionAct,
    Fault,
    IncidentReport,
    read_report,
    words,
)
from labutils.capstone.shortcuts import count_rules


@pytest.fixture(scope="module")
def best(bench: Bench) -> IncidentReport:
    """The truth as a report."""
    return work_of(bench, [OMNISCIENT])[OMNISCIENT].report


@pytest.fixture(scope="module")
def empty(bench: Bench) -> IncidentReport:
    return IncidentReport(number_of(bench.seed))


def points(bench: Bench, report: IncidentReport, part: str) -> float:
    return bench.grade(report, ()).parts[part].points


def attack(bench: Bench, claim: Claim) -> tuple[str, ...]:
    return tuple(sorted(bench.truth.claims[claim]))


def test_the_truth_has_all_points_and_an_empty_report_none(
    bench: Bench, best: IncidentReport, all_but_rules: dict[str, int]
) -> None:
    found = bench.grade(best, ())
    assert found.parts.keys() - all_but_rules.keys() == {"rules"}
    earned = {name: found.parts[name].points for name in all_but_rules}
    assert earned == pytest.approx(all_but_rules)
    nothing = bench.grade(IncidentReport(best.incident), ())
    assert nothing.total == 0
    assert all(part.lost for part in nothing.parts.values())


# --- claims --------------------------------------------------------------------------------------


def test_fifty_percent_earns_nothing_however_much_is_right(
    bench: Bench, best: IncidentReport
) -> None:
    hedged = tuple(replace(one, percent=50) for one in best.claims)
    assert points(bench, replace(best, claims=hedged), "claims") == 0


def test_a_claim_with_other_lines_earns_nothing(bench: Bench, best: IncidentReport) -> None:
    other = next(event for event in bench.truth.twins)
    claims = tuple(replace(one, events=(other,)) for one in best.claims if one.what != HARMLESS)
    assert points(bench, replace(best, claims=claims), "claims") == 0
    without = tuple(replace(one, events=()) for one in best.claims)
    assert points(bench, replace(best, claims=without), "claims") == 0


def test_a_claim_among_many_other_lines_earns_nothing(bench: Bench, best: IncidentReport) -> None:
    """Whoever names all lines of a log has not shown anything."""
    claim = max(bench.truth.claims, key=lambda one: -len(bench.truth.claims[one]))
    source = attack(bench, claim)[0].rpartition(":")[0]
    everything = tuple(f"{source}:{number}" for number in range(1, 400))
    report = IncidentReport(best.incident, (Claimed(claim.what, claim.who, everything, 100),))
    assert points(bench, report, "claims") == 0


@pytest.mark.parametrize("percent", [51, 60, 75, 100])
def test_to_claim_everything_of_everybody_earns_nothing(
    bench: Bench, best: IncidentReport, percent: int
) -> None:
    """Even with the intruder's own lines beneath each claim."""
    lines = tuple(bench.truth.steps)[:2000]
    people = {claim.who for claim in bench.truth.claims}
    claims = tuple(
        Claimed(what, who, lines, percent)
        for what in words()["claims"]
        for who in sorted(people)
        if what not in (HARMLESS, *FORBIDDEN)
    )
    assert points(bench, IncidentReport(best.incident, claims), "claims") == 0


def test_a_false_claim_costs_what_a_sure_one_would_have_earned(
    bench: Bench, best: IncidentReport
) -> None:
    wrong = Claimed("mailbox-taken", "nobody.here", tuple(bench.truth.steps)[:3], 100)
    with_it = points(bench, replace(best, claims=(*best.claims, wrong)), "claims")
    share = 25 / (len(bench.truth.claims) + 2)
    assert with_it == pytest.approx(25 - 3 * share)


def test_a_false_claim_at_no_percent_earns_nothing(bench: Bench, empty: IncidentReport) -> None:
    wrong = tuple(
        Claimed("mailbox-taken", f"nobody-{number}", ("jira:1",), 0) for number in range(50)
    )
    assert points(bench, replace(empty, claims=wrong), "claims") == 0


def test_harmless_said_of_many_lines_at_random_earns_nothing(
    bench: Bench, empty: IncidentReport
) -> None:
    claims = tuple(
        Claimed(HARMLESS, "svc-gantt", (f"jira:{number}",), 100) for number in range(1, 200)
    )
    assert points(bench, replace(empty, claims=claims), "claims") == 0


def stories(bench: Bench, number: int) -> tuple[Claimed, ...]:
    """Harmless things of so many kinds, each told by a table."""
    truth = bench.truth
    by_kind: dict[str, str] = {}
    for event, kind in truth.twins.items():
        if kind in truth.told:
            by_kind.setdefault(kind, event)
    some = list(by_kind.values())[:number]
    return tuple(Claimed(HARMLESS, truth.twin_actors[event], (event,), 100) for event in some)


def test_two_harmless_things_count_and_no_third(bench: Bench, empty: IncidentReport) -> None:
    claims = stories(bench, 9)
    two = points(bench, replace(empty, claims=claims[:2]), "claims")
    assert points(bench, replace(empty, claims=claims), "claims") == pytest.approx(two)
    share = 25 / (len(bench.truth.claims) + 2)
    assert two == pytest.approx(2 * share)


def test_the_same_harmless_thing_twice_counts_once(bench: Bench, empty: IncidentReport) -> None:
    once = stories(bench, 1)
    share = 25 / (len(bench.truth.claims) + 2)
    assert points(bench, replace(empty, claims=once * 3), "claims") == pytest.approx(share)


def test_what_no_table_explains_is_no_story(bench: Bench, empty: IncidentReport) -> None:
    """A copy that is made every night is harmless by what it is."""
    truth = bench.truth
    untold = [event for event, kind in truth.twins.items() if kind not in truth.told]
    claims = tuple(Claimed(HARMLESS, truth.twin_actors[e], (e,), 100) for e in untold[:20])
    assert points(bench, replace(empty, claims=claims), "claims") == 0


def test_a_true_claim_under_many_spellings_has_one_try(
    bench: Bench, empty: IncidentReport, tmp_path: Path
) -> None:
    """Each with other lines, until one fits."""
    claim = next(one for one in bench.truth.claims if one.what == "service-account-used")
    right = attack(bench, claim)
    clones = tuple(
        Claimed(claim.what, f"{claim.who}@{number}", ("jira:1",) if number < 9 else right, 100)
        for number in range(20)
    )
    assert points(bench, replace(empty, claims=clones), "claims") == 0
    rows = "".join(
        f"- {{what: {claim.what}, who: {claim.who}@{n}, events: [], percent: 9}}\n" for n in "ab"
    )
    path = tmp_path / "report.yaml"
    path.write_text(f"incident: INC-1\nclaims:\n{rows}", encoding="utf-8")
    with pytest.raises(Fault, match="line 4: .* for the second time"):
        read_report(path)


def test_the_intruder_called_harmless_costs(bench: Bench, best: IncidentReport) -> None:
    event = next(iter(bench.truth.steps))
    wrong = Claimed(HARMLESS, "svc-gantt", (event,), 100)
    kept = tuple(one for one in best.claims if one.what != HARMLESS)
    before = points(bench, replace(best, claims=kept), "claims")
    assert points(bench, replace(best, claims=(*kept, wrong)), "claims") < before


@pytest.mark.parametrize("what", FORBIDDEN)
def test_what_nobody_can_know_costs_five_points(
    bench: Bench, best: IncidentReport, what: str
) -> None:
    wrong = Claimed(what, "somebody", (), 10)
    with_it = bench.grade(replace(best, claims=(*best.claims, wrong)), ())
    assert with_it.forbidden == 5
    assert with_it.total == pytest.approx(bench.grade(best, ()).total - 5)


# --- scope, what cannot be known -----------------------------------------------------------------


def test_to_name_everything_earns_nothing(bench: Bench, empty: IncidentReport) -> None:
    report = replace(
        empty,
        credentials=tuple(listed(bench.drawn)),
        footholds=tuple(bench.made),
        losses=words()["losses"],
        not_knowable=words()["not_knowable"],
    )
    found = bench.grade(report, ())
    assert found.parts["scope"].points == 0
    assert found.parts["not_knowable"].points == 0


def test_what_every_intruder_holds_earns_nothing(bench: Bench, empty: IncidentReport) -> None:
    planning = bench.drawn.company.words["planning"]
    always = (f"{planning}-token", f"svc-{planning}")
    assert set(always) <= set(bench.drawn.credentials)
    assert points(bench, replace(empty, credentials=always), "scope") == 0
    others = tuple(set(bench.drawn.credentials) - set(always))
    assert points(bench, replace(empty, credentials=others), "scope") == 0
    named = bench.grade(replace(empty, not_knowable=(ALWAYS,)), ()).parts["not_knowable"]
    assert named.points == 0


def test_a_loss_counts_where_a_claim_shows_it(bench: Bench, best: IncidentReport) -> None:
    drawn = bench.drawn
    kind = next(kind for kind in drawn.chain if kind.loss)
    others = tuple(one for one in best.claims if one.claim != kind.claimed)
    guessed = bench.grade(replace(best, claims=others), ()).parts["scope"]
    assert guessed.points == pytest.approx(16)
    assert any("no claim of yours shows it" in reason for reason in guessed.lost)
    assert points(bench, best, "scope") == pytest.approx(20)
    alone = IncidentReport(best.incident, losses=drawn.losses)
    assert points(bench, alone, "scope") == 0


def test_a_credential_counts_where_a_claim_shows_it(bench: Bench, best: IncidentReport) -> None:
    """And a foothold, a way in, and what can be done unseen."""
    alone = replace(best, claims=())
    assert points(bench, alone, "scope") == points(bench, alone, "not_knowable") == 0
    assert points(bench, alone, "controls") == 0
    assert points(bench, best, "controls") == 5
    ways = bench.drawn.way.steps
    first = {kind.claimed for kind in bench.drawn.chain if kind.id in ways}
    later = tuple(one for one in best.claims if one.claim not in first)
    assert points(bench, replace(best, claims=later), "not_knowable") == pytest.approx(5)


@pytest.mark.parametrize("percent", [50, 60, 69])
def test_a_claim_that_nobody_believes_shows_nothing(
    bench: Bench, best: IncidentReport, percent: int
) -> None:
    hedged = tuple(replace(one, percent=percent) for one in best.claims)
    found = bench.grade(replace(best, claims=hedged), ())
    parts = ("scope", "not_knowable", "controls")
    assert [found.parts[part].points for part in parts] == [0, 0, 0]
    sure = tuple(replace(one, percent=70) for one in best.claims)
    assert points(bench, replace(best, claims=sure), "scope") == pytest.approx(20)


def test_a_foothold_counts_where_a_claim_shows_it(bench: Bench, best: IncidentReport) -> None:
    made = {bench.drawn.kinds[step].claimed for step in bench.drawn.made}
    others = tuple(one for one in best.claims if one.claim not in made)
    guessed = bench.grade(replace(best, claims=others), ()).parts["scope"]
    assert guessed.points < 20
    for name in bench.drawn.footholds:
        assert f"and {name}: it is true, and no claim of yours shows it" in guessed.lost


def test_doors_that_were_shut_without_a_claim_earn_nothing(
    bench: Bench, best: IncidentReport
) -> None:
    some = tuple(act for act in best.eviction if act.what not in bench.drawn.footholds)
    assert points(bench, replace(best, eviction=some, claims=()), "eviction") == 0
    assert points(bench, replace(best, eviction=some), "eviction") > 0


def test_to_say_nothing_happened_earns_two_harmless_things_where_somebody_was_in(
    bench: Bench, best: IncidentReport
) -> None:
    found = bench.grade(replace(best, verdict="nothing"), ())
    share = 25 / (len(bench.truth.claims) + 2)
    assert found.total == pytest.approx(2 * share)
    for part in ("scope", "not_knowable", "eviction"):
        assert "somebody was in" in " ".join(found.parts[part].lost)


def test_names_that_are_none_count_as_wrong(bench: Bench, best: IncidentReport) -> None:
    more = tuple(f"invented-{number}" for number in range(20))
    report = replace(best, credentials=best.credentials + more)
    assert points(bench, report, "scope") == pytest.approx(12)


def test_a_wrong_name_costs_what_a_right_one_earns() -> None:
    universe = [str(number) for number in range(20)]
    assert agreement(universe[:3], universe[:3]) == 1
    assert agreement(universe, universe[:3]) == 0
    assert agreement((), universe[:3]) == 0
    assert agreement(universe[:4], universe[:3]) == pytest.approx(2 / 3)
    assert agreement((), ()) == 1 and agreement(universe[:1], ()) == 0


# --- eviction ------------------------------------------------------------------------------------


def test_to_shut_everything_earns_nothing(bench: Bench, empty: IncidentReport) -> None:
    at = now(bench.drawn.company)
    names = [*listed(bench.drawn)]
    acts = [EvictionAct("revoke", name, at) for name in names] + [
        EvictionAct("remove", n, at) for n in bench.made
    ]
    assert points(bench, replace(empty, eviction=tuple(acts)), "eviction") == 0


def test_to_replace_everything_costs_more_than_to_know(bench: Bench, best: IncidentReport) -> None:
    at = now(bench.drawn.company)
    acts = [EvictionAct("replace", name, at) for name in listed(bench.drawn)]
    acts += [EvictionAct("remove", name, at) for name in bench.made]
    found = points(bench, replace(best, eviction=tuple(acts)), "eviction")
    assert found < points(bench, best, "eviction") / 2


def test_to_block_the_address_shuts_nothing(bench: Bench, empty: IncidentReport) -> None:
    address = min(bench.drawn.addresses)
    act = EvictionAct("block", address, now(bench.drawn.company))
    found = bench.grade(replace(empty, eviction=(act,)), ())
    assert not found.eviction.out
    assert found.parts["eviction"].points == 0


def test_the_same_acts_months_later_earn_less(bench: Bench, best: IncidentReport) -> None:
    late = tuple(replace(act, at=act.at + 29 * 86400) for act in best.eviction)
    assert points(bench, replace(best, eviction=late), "eviction") <= 10


# --- rules and controls --------------------------------------------------------------------------


def test_a_rule_that_knows_this_intruder_finds_no_other(bench: Bench, tmp_path: Path) -> None:
    addresses = ", ".join(sorted(bench.drawn.addresses))
    path = tmp_path / "address.yml"
    path.write_text(
        "title: The intruder\nid: 8d1f5c0e-94b3-5f6e-8f0b-6a3c0f2f7d10\n"
        "logsource: {product: atlassian, service: audit}\n"
        f"detection: {{selection: {{source: [{addresses}]}}, condition: selection}}\nlevel: high\n",
        encoding="utf-8",
    )
    found = bench.grade(IncidentReport(number_of(bench.seed)), [path])
    assert found.parts["rules"].points == 0


def test_an_alert_on_everything_is_worth_little(bench: Bench, tmp_path: Path) -> None:
    path = tmp_path / "all.yml"
    path.write_text(
        "title: Anything\nid: 8d1f5c0e-94b3-5f6e-8f0b-6a3c0f2f7d11\n"
        "logsource: {product: atlassian, service: audit}\n"
        "detection: {selection: {source: '*'}, condition: selection}\nlevel: high\n",
        encoding="utf-8",
    )
    assert bench.grade(IncidentReport(number_of(bench.seed)), [path]).parts["rules"].points == 0


def written(rules: Sequence[str], folder: Path) -> list[Path]:
    """Rules as files."""
    paths = [folder / f"{number}.yml" for number in range(len(rules))]
    for path, text in zip(paths, rules, strict=True):
        path.write_text(text, encoding="utf-8")
    return paths


def test_rules_that_estate_alone_gives_earn_nothing(
    bench: Bench, empty: IncidentReport, tmp_path: Path
) -> None:
    for write in CONSTANT:
        paths = written(write(bench.drawn.company), tmp_path)
        found = bench.grade(empty, paths).parts["rules"]
        assert found.points == pytest.approx(0)
        assert "points begin above" in " ".join(found.lost)


def test_rules_on_counts_earn_what_a_rule_on_nothing_earns(
    bench: Bench, empty: IncidentReport, tmp_path: Path
) -> None:
    rules = count_rules(bench.truth)
    assert len(rules) == 9
    found = bench.grade(empty, written(rules, tmp_path)).parts["rules"]
    assert found.points == 0 and "cannot" not in " ".join(found.lost)
    assert try_texts(bench.worlds, rules).mean < 0.2


def test_a_report_that_opens_no_log_earns_five_points_at_most(
    hunters: dict[str, ReportGrade],
) -> None:
    assert hunters["constant report"].total <= 5


def test_a_rule_that_cannot_be_used_is_named(bench: Bench, tmp_path: Path) -> None:
    path = tmp_path / "broken.yml"
    path.write_text("title: [", encoding="utf-8")
    lost = bench.grade(IncidentReport(number_of(bench.seed)), [path]).parts["rules"].lost
    assert any("broken.yml" in reason for reason in lost)


def test_controls_that_there_are_none_of_earn_nothing(bench: Bench, empty: IncidentReport) -> None:
    found = bench.grade(replace(empty, controls=("be_careful", "hard_keys")), ())
    assert found.parts["controls"].points == 0
    assert "not a control" in " ".join(found.parts["controls"].lost)


def test_one_control_named_once_is_not_worth_three(bench: Bench, best: IncidentReport) -> None:
    one = replace(best, controls=best.controls[:1])
    assert points(bench, one, "controls") < points(bench, best, "controls")


def test_the_grade_says_what_each_control_would_have_refused(
    bench: Bench, best: IncidentReport, empty: IncidentReport
) -> None:
    """Of the incident itself, by replaying it: those of the report, and those of the best set."""
    chosen = ("recordings_cleaned", "grants_key_bound")
    lost = bench.grade(replace(empty, controls=chosen), ()).parts["controls"].lost
    goal = bench.drawn.kinds["recording-read"].goal
    said = "would have refused in your own incident:"
    assert f'recordings_cleaned {said} "{goal}"' in lost
    assert f"grants_key_bound {said} nothing" in lost
    assert sum("of the best set" in reason for reason in lost) == len(
        {*bench.controls.best} - {*chosen}
    )
    assert all(f"{name} {said}" in " ".join(lost) for name in chosen)
    full = bench.grade(best, ()).parts["controls"].lost
    assert len(full) == len(bench.controls.best) and all(said in reason for reason in full)


# --- the hunters ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def hunters(bench: Bench) -> dict[str, ReportGrade]:
    """Their grades, in a small world."""
    return grades(bench)


def test_who_looks_has_more_than_who_does_not(hunters: dict[str, ReportGrade]) -> None:
    total = {name: one.total for name, one in hunters.items()}
    assert total["everything-alerter"] < 10
    assert total["constant report"] < total["thorough"] / 3
    assert total["indicator-collector"] < total["thorough"]
    assert total["greedy grouper"] < total["thorough"]
    assert total["thorough"] < total["omniscient"]
    assert total["omniscient"] >= 97


def test_hunters_know_what_is_in_the_folder_and_nothing_else() -> None:
    """Only the omniscient one is given the bench."""
    from inspect import signature

    from labutils.capstone.reference import HUNTERS

    for hunter in HUNTERS.values():
        assert [one.annotation.__name__ for one in signature(hunter).parameters.values()] == [
            "Folder"
        ]


@pytest.mark.usefixtures("small")
def test_the_truth_is_gone_when_a_world_is() -> None:
    with world.of_seed("3") as truth:
        folder = truth.folder
        assert (folder / "truth.json").exists()
    assert not folder.exists()
